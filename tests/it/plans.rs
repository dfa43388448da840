//! Plans for many machines: a script for each engine, shards that need nothing but the plan, and rounds to a precision.

use std::fs;
use std::path::Path;

use snapbox::cmd::Command;
use tempfile::TempDir;

use crate::common::{assert_same_bytes, expect, package, rearguard, results_of, stderr, stdout};

const ENGINES: [(&str, &str); 4] = [
    ("slurm", "round-1.sh"),
    ("gnu-parallel", "round-1.sh"),
    ("snakemake", "round-1.smk"),
    ("kubernetes", "round-1.yaml"),
];

/// A folder with the tutorial and studies of it.
fn home() -> TempDir {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    for (file, text) in [
        ("three-bases.toml", fs::read_to_string(package().join("scenarios/three-bases.toml")).expect("the tutorial")),
        ("plain.toml", "command = \"run\"\nscenario = \"three-bases.toml\"\nreplications = 800\n".to_owned()),
        (
            "swept.toml",
            "command = \"sweep\"\nscenario = \"three-bases.toml\"\nreplications = 300\n\n[sweep.factors]\n\"base.east.crews\" = [1, 2, 3]\n"
                .to_owned(),
        ),
        (
            "precise.toml",
            "command = \"compare\"\nscenario = \"three-bases.toml\"\npolicies = [\"trucks-granted\"]\n\n[precision]\n\"casualties.wounded\" = 0.5\n"
                .to_owned(),
        ),
    ] {
        fs::write(home.path().join(file), text).expect("a file can be written");
    }
    home
}

fn at(home: &TempDir, args: &str) -> Command {
    rearguard(args.split_whitespace()).current_dir(home.path())
}

fn read(home: &TempDir, file: &str) -> String {
    fs::read_to_string(home.path().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[track_caller]
fn assert_same_folders(home: &TempDir, one: &str, other: &str) {
    let [a, b] = [one, other].map(|folder| results_of(&home.path().join(folder)));
    assert_same_bytes((one, &a), (other, &b));
}

#[test]
fn a_script_is_written_for_every_engine_and_none_over_another() {
    let home = home();
    for (engine, script) in ENGINES {
        let said = stdout(&expect(at(&home, &format!("plan plain.toml --shards 3 --emit {engine} --out {engine}")), 0));
        for wanted in ["run: 1 design point, 1 policy, 800 replications", "3 shards of 1 thread each", script] {
            assert!(said.contains(wanted), "`{wanted}` is missing from\n{said}");
        }
        let text = read(&home, &format!("{engine}/{script}"));
        assert!(text.contains("800 replications in 3 shards"), "{text}");
        assert!(!text.contains("{% ") && !text.contains(" }}"), "{text}");
        let said = stderr(&expect(at(&home, &format!("plan plain.toml --shards 3 --emit {engine} --out {engine}")), 4));
        assert!(said.contains("holds a plan already") && said.contains("--out"), "{said}");
    }
    // A folder that shells and the other languages would take apart.
    let odd = "a 'b' \"c\" {d} $e";
    let plan = ["plan", "plain.toml", "--shards", "2", "--emit", "snakemake", "--quiet", "--out", odd];
    expect(rearguard(plan).current_dir(home.path()), 0);
    assert!(read(&home, &format!("{odd}/round-1.smk")).contains(r#"PLAN = "a 'b' \"c\" {d} $e""#));
}

#[test]
fn shards_of_a_plan_need_only_the_plan_and_come_to_the_bytes_of_one_machine() {
    for (study, shards) in [("plain", 3), ("swept", 4)] {
        let home = home();
        expect(at(&home, &format!("study {study}.toml --out whole --quiet")), 0);
        expect(at(&home, &format!("plan {study}.toml --shards {shards} --emit slurm --out plan")), 0);
        for file in ["three-bases.toml", &format!("{study}.toml")] {
            fs::remove_file(home.path().join(file)).expect("a file");
        }
        let missing = stderr(&expect(at(&home, "merge --plan plan"), 4));
        assert!(missing.contains(&format!("shards 1 to {shards} of {shards} to run again")), "{missing}");
        for index in (2..=shards).rev() {
            expect(at(&home, &format!("shard plan {index}/{shards} --quiet")), 0);
        }
        let missing = stderr(&expect(at(&home, "merge --plan plan"), 4));
        for wanted in [
            format!("shard 1 of {shards} to run again"),
            format!("rearguard shard plan 1/{shards}"),
            "sh plan/round-1.sh 1".to_owned(),
        ] {
            assert!(missing.contains(&wanted), "`{wanted}` is missing from\n{missing}");
        }
        assert!(!home.path().join("results").exists(), "nothing is written before all is there");
        let last = at(&home, &format!("shard plan auto/{shards}")).env("JOB_COMPLETION_INDEX", "0");
        assert!(stdout(&expect(last, 0)).contains("rearguard merge --plan plan"));
        expect(at(&home, "merge --plan plan"), 0);
        assert_same_folders(&home, "whole", &format!("results/{study}"));
    }
}

#[test]
fn a_precision_is_reached_in_rounds_that_can_be_taken_up_anywhere() {
    let home = home();
    expect(at(&home, "plan precise.toml --shards 2 --emit gnu-parallel --out plan"), 0);
    let shards = || [1, 2].map(|index| expect(at(&home, &format!("shard plan {index}/2 --quiet")), 0));
    shards();
    let first = read(&home, "plan/plan.json");
    let said = stderr(&expect(at(&home, "merge --plan plan --quiet"), 5));
    for wanted in ["precision not reached after 1,000 replications", "round 2 is of", "sh plan/round-2.sh"] {
        assert!(said.contains(wanted), "`{wanted}` is missing from\n{said}");
    }
    assert!(home.path().join("results/precise/manifest.json").exists(), "what there is stands complete");
    let planned = ["plan/plan.json", "plan/round-2.sh"].map(|file| read(&home, file));
    // A merge that was killed before it had noted the round comes to the same.
    fs::write(home.path().join("plan/plan.json"), first).expect("it is written");
    expect(at(&home, "merge --plan plan --quiet"), 5);
    assert_eq!(planned, ["plan/plan.json", "plan/round-2.sh"].map(|file| read(&home, file)));
    // The round has not been run.
    let said = stderr(&expect(at(&home, "merge --plan plan --quiet"), 4));
    assert!(said.contains("shards 1, 2 of 2 to run again"), "{said}");
    shards();
    expect(at(&home, "merge --plan plan --quiet"), 0);
    let plan: serde_json::Value = serde_json::from_str(&read(&home, "plan/plan.json")).expect("a plan");
    let replications = plan["experiment"]["replications"].as_u64().expect("a number");
    assert!(replications > 1000);
    let compare = "compare three-bases.toml --policy trucks-granted --quiet --out whole --replications";
    expect(at(&home, &format!("{compare} {replications}")), 0);
    assert_same_folders(&home, "whole", "results/precise");
}

#[test]
fn a_precision_that_may_have_no_more_replications_is_not_reached() {
    let home = home();
    let precise = read(&home, "precise.toml").replace("[precision]", "max_replications = 1000\n\n[precision]");
    fs::write(home.path().join("precise.toml"), precise).expect("it is written");
    expect(at(&home, "plan precise.toml --shards 1 --emit slurm --out plan"), 0);
    expect(at(&home, "shard plan 1/1 --quiet"), 0);
    let said = stderr(&expect(at(&home, "merge --plan plan --quiet"), 5));
    assert!(said.contains("raise `max_replications`") && !home.path().join("plan/round-2.sh").exists(), "{said}");
}

#[test]
fn what_cannot_be_planned_is_refused_with_what_to_do() {
    let home = home();
    let precise = read(&home, "precise.toml").replace("[precision]", "max_seconds = 60\n\n[precision]");
    fs::write(home.path().join("timed.toml"), precise).expect("it is written");
    for (args, code, wanted) in [
        ("plan plain.toml --shards 5 --emit slurm", 2, "--shards 4 or fewer"),
        ("plan plain.toml --shards 0 --emit slurm", 2, "0 is not in"),
        ("plan plain.toml --shards 2 --emit lsf", 2, "slurm, gnu-parallel, snakemake, kubernetes"),
        ("plan precise.toml --emit slurm", 2, "--shards N"),
        ("plan timed.toml --shards 2 --emit slurm", 2, "max_replications"),
        ("plan none.toml --shards 2 --emit slurm", 3, "none.toml"),
        ("study precise.toml --shard 1/2", 2, "rearguard plan"),
        ("shard none 1/2", 4, "rearguard plan"),
        ("merge --plan none", 4, "rearguard plan"),
        ("merge --plan none --out x", 2, "--out"),
        ("merge", 2, "--out"),
        ("calibrate three-bases.toml --free zone.ridge.device_per_km --shard 1/2", 2, "on one machine"),
        ("sensitivity three-bases.toml --method swing --store --shard 1/2", 2, "without --shard"),
    ] {
        let said = stderr(&expect(at(&home, args), code));
        assert!(said.contains(wanted), "`{args}` does not say `{wanted}`\n{said}");
    }
    assert!(!home.path().join("results").exists(), "nothing is written");
}

#[test]
fn shards_of_another_plan_or_version_are_refused() {
    let home = home();
    expect(at(&home, "plan plain.toml --shards 2 --emit slurm --out plan"), 0);
    let said = stderr(&expect(at(&home, "shard plan 2/3"), 2));
    assert!(said.contains("of 2 shards, not 3"), "{said}");
    let plan = read(&home, "plan/plan.json");
    let of = |seed: &str| plan.replace("\"seed\": 20231231", &format!("\"seed\": {seed}"));
    let write = |text: &str| fs::write(home.path().join("plan/plan.json"), text).expect("it is written");
    write(&of("7"));
    expect(at(&home, "shard plan 1/2 --quiet"), 0);
    write(&plan);
    let said = stderr(&expect(at(&home, "merge --plan plan"), 4));
    assert!(said.contains("seed: 20231231 in plan, 7 in plan/shard-1"), "{said}");
    let own = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    write(&plan.replace(&own, "\"version\": \"0.0.1\""));
    for args in ["shard plan 1/2", "merge --plan plan"] {
        let said = stderr(&expect(at(&home, args), 4));
        assert!(said.contains("planned by version 0.0.1"), "{said}");
    }
    for broken in ["", "{", "[]", &plan.replace("\"shards\"", "\"shares\"")] {
        write(broken);
        expect(at(&home, "shard plan 1/2"), 4);
    }
}

#[test]
fn a_scenario_is_planned_as_it_stands() {
    let home = home();
    let said = stdout(&expect(at(&home, "plan three-bases.toml --emit kubernetes"), 0));
    assert!(said.contains("1 shard of 1 thread each") && said.contains("results/three-bases-plan"), "{said}");
    assert!(Path::new(&home.path().join("results/three-bases-plan/round-1.yaml")).exists());
}
