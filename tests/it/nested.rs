//! Chance and parameters apart: each draw of the parameters meets the same chances, and the split is that of the rows.

use rearguard::stats::{InnerSeeds, split_variance};

use crate::common::{THREE_BASES, assert_same_bytes, expect, number, rearguard, results_of, rows, stderr, stdout};

const INNER: usize = 12;
const COMPARE: [&str; 6] = ["compare", THREE_BASES, "--policy", "trucks-granted", "--nested", "8x12"];

#[test]
fn the_split_is_that_of_the_rows_and_no_interval_mixes_the_two() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    let screen = stdout(&expect(rearguard(COMPARE).arg("--out").arg(&out), 0));
    assert!(screen.contains("share between draws") && screen.contains("trucks-granted less as-planned"), "{screen}");
    let replications = rows(&out, "replications.csv");
    let values = |policy: &str, measure: &str| -> Vec<f64> {
        replications.iter().filter(|row| row["policy"] == policy).map(|row| number(row, measure)).collect()
    };
    for row in rows(&out, "variance.csv") {
        let mut of_rows = values(&row["policy"], &row["measure"]);
        if !row["baseline"].is_empty() {
            let baseline = values(&row["baseline"], &row["measure"]);
            of_rows.iter_mut().zip(baseline).for_each(|(value, baseline)| *value -= baseline);
        }
        let split = split_variance(&of_rows, INNER, InnerSeeds::Common).expect("whole draws");
        assert_eq!(number(&row, "mean"), split.mean, "{row:?}");
        assert_eq!(number(&row, "variance_between_draws"), split.between_draws, "{row:?}");
        assert_eq!(number(&row, "variance_of_chance"), split.chance, "{row:?}");
    }
    let curves = rows(&out, "exceedance_draws.csv");
    let first = &curves[0];
    let (policy, measure) = (first["policy"].as_str(), first["measure"].as_str());
    for row in curves.iter().filter(|row| row["policy"] == policy && row["measure"] == measure) {
        let draw = number(row, "draw") as usize;
        let of_draw = &values(policy, measure)[draw * INNER..(draw + 1) * INNER];
        let above = of_draw.iter().filter(|&&value| value > number(row, "threshold")).count();
        assert_eq!(number(row, "share_above"), above as f64 / INNER as f64, "{row:?}");
    }
    let names: Vec<String> = results_of(&out).into_keys().collect();
    for mixed in ["summary.csv", "contrasts.csv", "exceedance.csv"] {
        assert!(!names.iter().any(|name| name == mixed), "{mixed} would mix the two");
    }
}

#[test]
fn a_draw_has_the_parameters_of_its_replication_and_every_draw_the_same_chances() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let run = |name: &str, args: &[&str]| {
        let out = home.path().join(name);
        expect(rearguard(["run", THREE_BASES, "--quiet"]).args(args).arg("--out").arg(&out), 0);
        rows(&out, "replications.csv")
    };
    let (plain, nested) = (run("plain", &["--replications", "8"]), run("nested", &["--nested", "8x12"]));
    for (draw, plain) in plain.iter().enumerate() {
        // Draw d under chances d is replication d of a plain run.
        let mut same = nested[draw * INNER + draw].clone();
        same.insert("replication".to_owned(), plain["replication"].clone());
        assert_eq!(&same, plain);
    }
    let differ =
        (1..8).filter(|draw| nested[draw * INNER]["people.last_out_days"] != nested[0]["people.last_out_days"]);
    assert!(differ.count() > 0, "the parameters change nothing, so nothing was shown");
}

#[test]
fn a_nested_run_is_the_same_in_shards_and_refused_where_it_means_nothing() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let run = |name: &str, args: &[&str]| {
        let out = home.path().join(name);
        expect(rearguard(["run", THREE_BASES, "--nested", "24x12", "--quiet"]).args(args).arg("--out").arg(&out), 0);
        out
    };
    let whole = results_of(&run("whole", &["--threads", "1"]));
    let shards = [run("one", &["--shard", "1/2"]), run("two", &["--shard", "2/2"])];
    let merged = home.path().join("merged");
    expect(rearguard(["merge", "--quiet"]).args(&shards).arg("--out").arg(&merged), 0);
    assert_same_bytes(("one machine", &whole), ("two shards", &results_of(&merged)));
    let refused: [&[&str]; 4] = [
        &["run", THREE_BASES, "--nested", "1x5"],
        &["run", THREE_BASES, "--nested", "5x5", "--point"],
        &["run", THREE_BASES, "--nested", "5x5", "--replications", "10"],
        &["sweep", THREE_BASES, "--nested", "5x5", "--sweep", "base.east.crews=1,2"],
    ];
    for args in refused {
        let said = stderr(&expect(rearguard(args.iter()), 2));
        assert!(said.contains("--nested"), "{said}");
    }
}
