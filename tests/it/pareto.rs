//! The Pareto set of a comparison: who no other policy beats on measures, and how surely.

use crate::common::{MALI, THREE_BASES, expect, rearguard, results_of, stderr, stdout};

#[test]
fn the_set_is_that_of_the_means_and_its_probability_says_how_sure_it_is() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    let policies = ["--policy", "trucks-granted", "--policy", "air-granted", "--policy", "no-destruction"];
    let measures = ["casualties.wounded", "equipment.lost_usd"];
    let pareto = measures.iter().flat_map(|measure| ["--pareto", *measure]);
    let compare = ["compare", MALI, "--baseline", "historical", "--replications", "160", "--out"];
    let command = || rearguard(compare).arg(&out).args(policies).args(pareto.clone());
    let screen = stdout(&expect(command(), 0));
    assert!(screen.contains("Pareto set") && screen.contains("bootstrap"), "{screen}");
    let files = results_of(&out);
    let mut csv = csv::Reader::from_reader(&files["pareto.csv"][..]);
    let header = csv.headers().expect("a header").clone();
    let rows: Vec<csv::StringRecord> = csv.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 4);
    let at = |name: &str| header.iter().position(|column| column == name).unwrap_or_else(|| panic!("{name}"));
    let number = |row: &csv::StringRecord, name: &str| row[at(name)].parse::<f64>().expect("a number");
    for row in &rows {
        let [wounded, lost] = measures.map(|measure| number(row, measure));
        let beaten = rows.iter().any(|other| {
            let [w, l] = measures.map(|measure| number(other, measure));
            w <= wounded && l <= lost && (w < wounded || l < lost)
        });
        assert_eq!(&row[at("in_set")], if beaten { "false" } else { "true" }, "{row:?}");
        assert!((0.0..=1.0).contains(&number(row, "probability")));
    }
    let probability = |policy: &str| number(rows.iter().find(|row| &row[0] == policy).expect(policy), "probability");
    // Trucks save equipment and cost wounded; cover saves both, so that history is beaten in nearly every resample.
    assert_eq!((probability("trucks-granted"), probability("air-granted")), (1.0, 1.0));
    assert!(probability("historical") < 0.05);
    let again = home.path().join("again");
    let one_thread = rearguard(compare).arg(&again).args(policies).args(pareto.clone()).args(["--threads", "1"]);
    expect(one_thread, 0);
    assert!(results_of(&again)["pareto.csv"] == files["pareto.csv"], "the set depends on the threads");
}

#[test]
fn measures_that_cannot_rank_are_refused() {
    let compare = ["compare", THREE_BASES, "--policy", "trucks-granted"];
    let said =
        |names: &[&str]| stderr(&expect(rearguard(compare).args(names.iter().flat_map(|name| ["--pareto", *name])), 2));
    assert!(said(&["casualties.wonded", "equipment.lost_usd"]).contains("did you mean `casualties.wounded`"));
    assert!(said(&["casualties.wounded"]).contains("repeat --pareto"));
    assert!(
        said(&["casualties.wounded", "casualties.wounded"])
            .contains("`casualties.wounded` is named twice; name it once")
    );
    assert!(said(&["casualties.wounded", "permissions.requests"]).contains("neither better nor worse"));
}
