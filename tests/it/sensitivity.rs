//! Sensitivity: each point is a run of its own, the tables follow from the points, and a design can be cut short and shared
//! out like any other experiment.

use std::fs;
use std::path::Path;

use crate::common::{Row, THREE_BASES, assert_same_bytes, expect, number, rearguard, results_of, rows, stderr, stdout};

const MORRIS: [&str; 12] = [
    "sensitivity",
    THREE_BASES,
    "--free",
    "threat.ratio_overwatch,packing.start_before_days",
    "--measure",
    "casualties.wounded",
    "--measure",
    "equipment.lost_usd",
    "--points",
    "5",
    "--replications",
    "8",
];

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

fn run_into(args: &[&str], out: &Path) {
    expect(rearguard(args).arg("--quiet").arg("--out").arg(out), 0);
}

fn mean_of(points: &[Row], design_id: usize, measure: &str, baseline: &str) -> f64 {
    let id = design_id.to_string();
    let is_it = |row: &&Row| row["design_id"] == id && row["measure"] == measure && row["baseline"] == baseline;
    number(points.iter().find(is_it).expect("a row for each point"), "mean")
}

#[test]
fn a_screen_says_what_its_points_do_not_show() {
    let home = home();
    let said = |replications: &str| {
        let args = MORRIS.map(|arg| if arg == "8" { replications } else { arg });
        stdout(&expect(rearguard(args).arg("--out").arg(home.path().join(replications)), 0))
    };
    let (few, enough) = (said("9"), said("10"));
    let noise = "Fewer than 10 replications of a point hardly show the noise";
    assert!(few.contains(noise) && !enough.contains(noise), "{few}");
    assert!(enough.contains("over these points, which do not follow the laws; sd of chance"), "{enough}");
}

#[test]
fn a_point_is_the_run_of_its_seed_with_its_values_set() {
    let home = home();
    let out = home.path().join("design");
    run_into(&MORRIS, &out);
    let (design, points) = (rows(&out, "design.csv"), rows(&out, "points.csv"));
    for at in [0, 7, 14] {
        let alone = home.path().join(format!("alone-{at}"));
        let point = &design[at];
        let set = |path: &str| format!("{path}={}", point[path]);
        let (ratio, days) = (set("threat.ratio_overwatch"), set("packing.start_before_days"));
        let args =
            ["run", THREE_BASES, "--replications", "8", "--seed", &point["seed"], "--set", &ratio, "--set", &days];
        run_into(&args, &alone);
        let replications = rows(&alone, "replications.csv");
        let mean = replications.iter().map(|row| number(row, "casualties.wounded")).sum::<f64>() / 8.0;
        let found = mean_of(&points, at, "casualties.wounded", "");
        // Eight whole numbers: the mean is exact in both.
        assert_eq!(found, mean, "{point:?}");
    }
}

#[test]
fn elementary_effects_are_the_differences_of_neighbouring_points() {
    let home = home();
    let out = home.path().join("design");
    let policies = ["--baseline", "as-planned", "--policy", "trucks-granted"];
    run_into(&[&MORRIS[..], &policies].concat(), &out);
    let (design, points, table) = (rows(&out, "design.csv"), rows(&out, "points.csv"), rows(&out, "sensitivity.csv"));
    assert_eq!(design.len(), 15);
    let mut compared = 0;
    for parameter in ["threat.ratio_overwatch", "packing.start_before_days"] {
        let steps = (1..15).filter(|&at| design[at]["seed"] == design[at - 1]["seed"]);
        let moved = |&at: &usize| design[at][parameter] != design[at - 1][parameter];
        let effect = |at: usize| {
            let of = |at| mean_of(&points, at, "casualties.wounded", "as-planned");
            let up = number(&design[at], parameter) > number(&design[at - 1], parameter);
            if up { of(at) - of(at - 1) } else { of(at - 1) - of(at) }
        };
        let effects: Vec<f64> = steps.filter(moved).map(effect).collect();
        assert_eq!(effects.len(), 5);
        for (statistic, expected) in [
            ("mu", effects.iter().sum::<f64>() / 5.0),
            ("mu_star", effects.iter().map(|effect| effect.abs()).sum::<f64>() / 5.0),
        ] {
            let is_it = |row: &&Row| {
                row["parameter"] == parameter
                    && row["statistic"] == statistic
                    && row["measure"] == "casualties.wounded"
                    && row["baseline"] == "as-planned"
            };
            let row = table.iter().find(is_it).expect("a row");
            assert!((number(row, "estimate") - expected).abs() < 1e-9, "{row:?} and not {expected}");
            assert!(number(row, "low") <= expected && expected <= number(row, "high"));
            compared += 1;
        }
    }
    assert_eq!(compared, 4);
}

#[test]
fn a_design_cut_short_or_shared_out_ends_with_the_same_bytes() {
    let home = home();
    let args =
        ["sensitivity", THREE_BASES, "--method", "prcc", "--points", "120", "--free", "zone", "--replications", "5"];
    let whole = home.path().join("whole");
    run_into(&[&args[..], &["--threads", "1"]].concat(), &whole);
    let expected = results_of(&whole);
    let shards: Vec<_> = ["1/2", "2/2"].map(|shard| (shard, home.path().join(shard.replace('/', "-")))).into();
    for (shard, out) in &shards {
        run_into(&[&args[..], &["--shard", shard]].concat(), out);
    }
    let merged = home.path().join("merged");
    expect(rearguard(["merge", "--quiet"]).args(shards.iter().map(|(_, out)| out)).arg("--out").arg(&merged), 0);
    assert_same_bytes(("one run", &expected), ("merged", &results_of(&merged)));
    // Goes on from one shard's chunks.
    run_into(&args, &shards[0].1);
    assert_same_bytes(("one run", &expected), ("gone on with", &results_of(&shards[0].1)));
    let said = stdout(&expect(rearguard(["reproduce"]).arg(&whole).arg("--out").arg(home.path().join("again")), 0));
    assert!(said.contains("reproduced"), "{said}");
    expect(rearguard(["verify"]).arg(&whole), 0);
    // Another design is not taken for this one.
    let other = rearguard(args).args(["--design-seed", "2", "--out"]).arg(&whole);
    assert!(stderr(&expect(other, 4)).contains("design seed"), "the difference is named");
}

#[test]
fn sobols_indices_come_raw_and_corrected_and_stay_apart_where_there_is_noise() {
    let home = home();
    let out = home.path().join("indices");
    let free = "threat.ratio_overwatch,packing.start_before_days,road.0.km";
    let args =
        ["sensitivity", THREE_BASES, "--method", "sobol", "--free", free, "--points", "8", "--replications", "4"];
    let screen = stdout(&expect(rearguard(args).arg("--out").arg(&out), 0));
    assert!(screen.contains("total (95%)") && screen.contains("first (95%)"), "{screen}");
    assert!(screen.contains("other uncertain parameters are drawn anew"), "{screen}");
    let table = rows(&out, "sensitivity.csv");
    let of = |statistic: &str| -> Vec<f64> {
        let is_it = |row: &&Row| row["statistic"] == statistic && row["measure"] == "equipment.lost_usd";
        table.iter().filter(is_it).map(|row| number(row, "estimate")).collect()
    };
    let (first, raw) = (of("first"), of("first_raw"));
    assert_eq!(first.len(), 3);
    // One denominator is larger by the noise: every first index is raised by the same factor.
    let factors: Vec<f64> = first.iter().zip(&raw).map(|(first, raw)| first / raw).collect();
    assert!(factors.iter().all(|factor| *factor > 1.0 && (factor - factors[0]).abs() < 1e-9), "{factors:?}");
    assert_eq!(rows(&out, "design.csv").len(), 10 * 8 * 5);
}

#[test]
fn what_cannot_be_analysed_is_refused_with_what_to_do() {
    let refused = |args: &[&str], code: i32, wanted: &str| {
        let said = stderr(&expect(rearguard(["sensitivity", THREE_BASES]).args(args), code));
        assert!(said.contains(wanted), "{args:?}: {said}");
    };
    refused(&["--measure", "casualties.wonded"], 2, "casualties.wounded");
    refused(
        &["--measure", "casualties.killed", "--measure", "casualties.killed"],
        2,
        "`casualties.killed` is named twice; name it once",
    );
    refused(&["--free", "threat.ratio_overwach"], 2, "threat.ratio_overwatch");
    refused(&["--free", "mission.deadline"], 2, "is not uncertain");
    refused(&["--method", "sobol"], 2, "at most 21 parameters");
    refused(&["--method", "sobol", "--free", "zone", "--scramblings", "5"], 2, "take 10 scramblings");
    refused(&["--scramblings", "12"], 2, "only --method sobol");
    refused(&["--points", "2"], 2, "--points 4");
    refused(&["--method", "prcc", "--points", "10"], 2, "points for so many parameters");
    refused(&["--points", "5000000"], 2, "over the limit");
    refused(&["--replications", "1"], 2, "--replications 2");
    refused(&["--nested", "4x5"], 2, "takes no --nested");
    refused(&["--precision", "casualties.wounded=5%"], 2, "takes no --precision");
    refused(&["--policy", "nobody"], 3, "nobody");
    refused(&["--method", "guess"], 2, "morris");
}

#[test]
fn a_dry_run_says_what_it_would_take_and_writes_nothing() {
    let home = home();
    let out = home.path().join("nothing");
    let said = stdout(&expect(rearguard(MORRIS).arg("--dry-run").arg("--out").arg(&out), 0));
    assert!(said.contains("15 points in all, 8 replications of each") && said.contains("nothing was run"), "{said}");
    assert!(!fs::exists(&out).expect("it can be asked"));
}
