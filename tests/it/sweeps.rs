//! Designs over inputs: every point runs, is named in every row, and is refused before anything runs if it cannot.

use std::fs;
use std::path::Path;

use crate::common::{THREE_BASES, assert_same_bytes, expect, rearguard, results_of, stderr, stdout};

const SWEEP: [&str; 8] = [
    "sweep",
    THREE_BASES,
    "--sweep",
    "zone.ridge.direct_per_km=0.002,0.02",
    "--sweep",
    "base.east.crews=range(1,3,1)",
    "--replications",
    "60",
];

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

fn rows(out: &Path, file: &str) -> Vec<Vec<String>> {
    let mut csv = csv::Reader::from_path(out.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let header = csv.headers().expect("a header").clone();
    let rows = csv.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect());
    [header.iter().map(str::to_owned).collect()].into_iter().chain(rows).collect()
}

#[test]
fn every_point_of_a_grid_is_run_and_named_in_every_row() {
    let home = home();
    let out = home.path().join("results");
    let policies = ["--baseline", "as-planned", "--policy", "trucks-granted"];
    let screen = stdout(&expect(rearguard(SWEEP).args(policies).arg("--out").arg(&out), 0));
    assert!(screen.contains("Point 3: zone.ridge.direct_per_km=0.02, base.east.crews=2"), "{screen}");
    let design = rows(&out, "design.csv");
    let expected = [
        ["design_id", "zone.ridge.direct_per_km", "base.east.crews"],
        ["0", "0.002", "1"],
        ["1", "0.002", "2"],
        ["2", "0.02", "1"],
        ["3", "0.02", "2"],
    ];
    assert_eq!(design, expected.map(|row| row.map(str::to_owned).to_vec()));
    let replications = rows(&out, "replications.csv");
    assert_eq!(replications.len(), 1 + 4 * 2 * 60);
    for (at, row) in replications[1..].iter().enumerate() {
        let policy = ["as-planned", "trucks-granted"][at / 60 % 2];
        assert_eq!(row[..3], [(at / 120).to_string(), policy.to_owned(), (at % 60).to_string()]);
    }
    for file in ["summary.csv", "contrasts.csv"] {
        let ids: std::collections::BTreeSet<String> = rows(&out, file)[1..].iter().map(|row| row[0].clone()).collect();
        assert_eq!(ids.into_iter().collect::<Vec<_>>(), ["0", "1", "2", "3"], "{file}");
    }
    // A point is the run with its values: the same streams, the same rows.
    let alone = home.path().join("alone");
    let set = ["--set", "zone.ridge.direct_per_km=0.02", "--set", "base.east.crews=2", "--policy", "trucks-granted"];
    let run = ["run", THREE_BASES, "--replications", "60", "--quiet", "--out"];
    expect(rearguard(run).arg(&alone).args(set), 0);
    let of_point: Vec<_> = replications.iter().filter(|row| row[0] == "3" && row[1] == "trucks-granted").collect();
    for (swept, alone) in of_point.iter().zip(&rows(&alone, "replications.csv")[1..]) {
        assert_eq!(swept[1..], alone[1..]);
    }
}

#[test]
fn the_ledgers_of_a_point_are_those_of_the_run_with_its_values() {
    let (home, swept) = (home(), SWEEP.map(str::to_owned));
    let out = home.path().join("results");
    expect(rearguard(&swept).args(["--quiet", "--out"]).arg(&out), 0);
    assert!(!out.join("equipment.csv").exists(), "the ledgers of every point are not wanted unless asked for");
    expect(rearguard(&swept).args(["--ledgers", "--quiet", "--out"]).arg(&out), 4);
    expect(rearguard(&swept).args(["--ledgers", "--replace", "--quiet", "--out"]).arg(&out), 0);
    let alone = home.path().join("alone");
    let set = ["--set", "zone.ridge.direct_per_km=0.02", "--set", "base.east.crews=2"];
    expect(rearguard(["run", THREE_BASES, "--replications", "60", "--quiet", "--out"]).arg(&alone).args(set), 0);
    for file in ["equipment.csv", "casualties.csv", "convoys.csv", "timeline.csv"] {
        let (swept, alone) = (rows(&out, file), rows(&alone, file));
        let of_point: Vec<_> = swept.iter().filter(|row| row[0] == "3").map(|row| &row[1..]).collect();
        assert_eq!(of_point, alone[1..].iter().map(|row| &row[1..]).collect::<Vec<_>>(), "{file}");
        assert!(of_point.len() > 1 && swept[0] == alone[0], "{file}");
    }
    expect(rearguard(["reproduce"]).arg(&out).arg("--out").arg(home.path().join("again")), 0);
    expect(rearguard(["report"]).arg(&out), 0);
}

#[test]
fn a_sweep_is_the_same_on_any_threads_in_shards_and_after_being_reproduced() {
    let run = |threads: &str| {
        let home = home();
        let out = home.path().join("results");
        expect(rearguard(SWEEP).args(["--quiet", "--threads", threads, "--out"]).arg(&out), 0);
        results_of(&out)
    };
    let whole = run("1");
    assert_same_bytes(("1 thread", &whole), ("3 threads", &run("3")));
    let home = home();
    let shards = ["1/3", "2/3", "3/3"].map(|shard| {
        let out = home.path().join(shard.replace('/', "-"));
        expect(rearguard(SWEEP).args(["--quiet", "--shard", shard, "--out"]).arg(&out), 0);
        out
    });
    let out = home.path().join("merged");
    let said = stderr(&expect(rearguard(["merge"]).args(&shards[..2]).arg("--out").arg(&out), 4));
    assert!(said.contains("replications 0 to 59 of design point 2"), "{said}");
    expect(rearguard(["merge"]).args(&shards).arg("--out").arg(&out), 0);
    assert_same_bytes(("whole", &whole), ("merged", &results_of(&out)));
    expect(rearguard(["reproduce"]).arg(&out), 0);
}

#[test]
fn points_can_come_from_a_table_and_from_a_sample() {
    let home = home();
    let (table, out) = (home.path().join("points.csv"), home.path().join("results"));
    fs::write(&table, "base.east.crews,decisions.notice_days\n1,\n,9\n").expect("a table");
    let sweep = ["sweep", THREE_BASES, "--replications", "20", "--quiet", "--out"];
    expect(rearguard(sweep).arg(&out).arg("--design").arg(&table), 0);
    let ids: Vec<String> = rows(&out, "design.csv").iter().map(|row| row.join("|")).collect();
    assert_eq!(ids, ["design_id|base.east.crews|decisions.notice_days", "0|1|", "1||9"]);
    for design in ["latin-hypercube", "sobol"] {
        let out = home.path().join(design);
        let factors = ["--sweep", "zone.ridge.direct_per_km=interval(0.001,0.01)", "--sweep", "base.east.crews=1,2"];
        expect(rearguard(sweep).arg(&out).args(["--design", design, "--points", "4"]).args(factors), 0);
        let rows = rows(&out, "design.csv");
        let mut rates: Vec<f64> = rows[1..].iter().map(|row| row[1].parse().expect("a rate")).collect();
        rates.sort_by(f64::total_cmp);
        for (at, rate) in rates.iter().enumerate() {
            let low = 0.001 + 0.009 * at as f64 / 4.0;
            assert!((low..low + 0.009 / 4.0 + 1e-12).contains(rate), "{design}: {rates:?}");
        }
    }
}

#[test]
fn a_dry_run_shows_the_design_and_what_it_takes_and_writes_nothing() {
    let home = home();
    let out = home.path().join("results");
    let screen = stdout(&expect(rearguard(SWEEP).arg("--dry-run").arg("--out").arg(&out), 0));
    for wanted in ["base.east.crews", "4 points x 1 policy x 60 replications: about", "MiB", "nothing was run"] {
        assert!(screen.contains(wanted), "`{wanted}` is missing from\n{screen}");
    }
    assert!(!out.exists());
}

#[test]
fn designs_that_cannot_run_are_refused_with_3_before_anything_runs() {
    let home = home();
    let out = home.path().join("results");
    let wrong: [(&[&str], &str); 5] = [
        (&["--sweep", "base.east.crewz=1,2"], "did you mean `crews`"),
        (&["--sweep", "base.east.crews=1,-2"], "<--sweep 1>"),
        (&["--sweep", "base.east.crews=range(3,1,1)"], "has no values"),
        (
            &["--sweep", "base.east.crews=range(0,200,1)", "--sweep", "decisions.notice_days=linspace(1,9,200)"],
            "40000 points",
        ),
        (&["--sweep", "base.east.crews=1,2", "--sweep", "base.east.crews=3"], "swept twice"),
    ];
    for (args, wanted) in wrong {
        let said = stderr(&expect(rearguard(["sweep", THREE_BASES, "--out"]).arg(&out).args(args), 3));
        assert!(said.contains(wanted), "`{wanted}` is missing from\n{said}");
    }
    let unknown = rearguard(["sweep", THREE_BASES, "--design", "latin-hipercube", "--sweep", "base.east.crews=1"]);
    assert!(stderr(&expect(unknown, 2)).contains("did you mean `latin-hypercube`"));
    let twice = ["--sweep", "base.east.crews=1,2", "--set", "base.east.crews=3"];
    assert!(stderr(&expect(rearguard(["sweep", THREE_BASES]).args(twice), 2)).contains("is swept and set"));
    assert!(!out.exists());
}

#[test]
fn a_sweep_is_extended_and_resumed_like_a_run() {
    let sweep = |replications| ["sweep", THREE_BASES, "--sweep", "base.east.crews=1,2", "--replications", replications];
    let home = home();
    let out = home.path().join("results");
    expect(rearguard(sweep("40")).arg("--quiet").arg("--out").arg(&out), 0);
    expect(rearguard(sweep("300")).args(["--extend", "--quiet", "--out"]).arg(&out), 0);
    let again = stdout(&expect(rearguard(sweep("300")).arg("--out").arg(&out), 0));
    assert!(again.contains("nothing was left to run"), "{again}");
    let at_once = home.path().join("at-once");
    expect(rearguard(sweep("300")).arg("--quiet").arg("--out").arg(&at_once), 0);
    assert_same_bytes(("at once", &results_of(&at_once)), ("extended", &results_of(&out)));
}

#[test]
fn sweeps_are_compared_point_by_point() {
    let home = home();
    let sweep = |name: &str, crews: &str, more: &[&str]| {
        let out = home.path().join(name);
        let crews = format!("base.east.crews={crews}");
        let args = ["sweep", THREE_BASES, "--sweep", &crews, "--replications", "40", "--quiet"];
        expect(rearguard(args).args(more).arg("--out").arg(&out), 0);
        out
    };
    let one = sweep("one", "1,2", &[]);
    let two = sweep("two", "2,3", &[]);
    let worse = sweep("worse", "1,2", &["--set", "zone.ridge.direct_per_km=0.05"]);
    let said = stdout(&expect(rearguard(["diff"]).arg(&one).arg(&two), 0));
    assert!(said.contains("point base.east.crews=1 is only in the first"), "{said}");
    assert!(said.contains("point base.east.crews=3 is only in the second"), "{said}");
    assert!(said.contains("Point base.east.crews=2") && said.contains("no measure changed"), "{said}");
    let said = stdout(&expect(rearguard(["diff"]).arg(&one).arg(&worse), 0));
    assert!(said.contains("Point base.east.crews=1") && said.contains("contacts.direct"), "{said}");
}

#[test]
fn a_sweep_replicates_until_every_point_is_precise() {
    let home = home();
    let out = home.path().join("results");
    let sweep = |width: &str, cap: &str, code: i32| {
        let precision = format!("casualties.wounded={width}");
        let args = ["sweep", THREE_BASES, "--sweep", "zone.ridge.direct_per_km=0.001,0.02", "--precision", &precision];
        let output = expect(rearguard(args).args(["--max-replications", cap, "--out"]).arg(&out), code);
        (stdout(&output), stderr(&output))
    };
    // The second point has more wounded, and so the wider interval: it is the one that is not reached.
    let (_, said) = sweep("0.001", "1000", 5);
    assert!(said.contains("not reached after 1,000 replications") && said.contains("point 1, as-planned"), "{said}");
    let (screen, _) = sweep("50", "1000", 0);
    assert!(screen.contains("point 0, as-planned of casualties.wounded=50: reached"), "{screen}");
}
