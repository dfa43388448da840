//! A study file asks for what arguments ask for, and says where it is wrong.

use std::fs;
use std::path::Path;

use crate::common::{THREE_BASES, assert_same_bytes, expect, package, rearguard, results_of, stderr, stdout};

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// Writes a study of the tutorial.
fn study(folder: &Path, text: &str) -> String {
    let path = folder.join("study.toml");
    let scenario = package().join(THREE_BASES);
    let text = text.replace("SCENARIO", &format!("scenario = {:?}", scenario.display().to_string()));
    fs::write(&path, text).expect("a study can be written");
    path.display().to_string()
}

#[test]
fn the_example_is_the_sweep_that_its_arguments_give() {
    let home = home();
    let (by_file, by_arguments) = (home.path().join("file"), home.path().join("arguments"));
    let screen = stdout(&expect(rearguard(["study", "studies/ridge-road.toml", "--dry-run"]), 0));
    assert!(screen.contains("9 points x 2 policies x 250 replications"), "{screen}");
    assert!(screen.contains("largest rank correlation between two factors: 0.0"), "{screen}");
    expect(rearguard(["study", "studies/ridge-road.toml", "--quiet", "--out"]).arg(&by_file), 0);
    let sweep = [
        "sweep",
        THREE_BASES,
        "--baseline",
        "as-planned",
        "--policy",
        "trucks-granted",
        "--replications",
        "250",
        "--seed",
        "7",
        "--set",
        "decisions.notice_days=5",
        "--design",
        "nearly-orthogonal",
        "--points",
        "9",
        "--sweep",
        "zone.ridge.direct_per_km=interval(0.001,0.01)",
        "--sweep",
        "base.east.crews=1,2,3",
        "--quiet",
        "--out",
    ];
    expect(rearguard(sweep).arg(&by_arguments), 0);
    assert_same_bytes(("the study", &results_of(&by_file)), ("arguments", &results_of(&by_arguments)));
}

#[test]
fn every_command_can_be_asked_for() {
    let home = home();
    let run = |text: &str, code: i32| {
        let out = home.path().join("results");
        let path = study(home.path(), text);
        let output = expect(rearguard(["study", path.as_str(), "--replace", "--out"]).arg(&out), code);
        (stdout(&output), stderr(&output))
    };
    assert!(run("command = \"run\"\nSCENARIO\nreplications = 20\npoint = true\n", 0).0.contains("20 replications"));
    let compare = "command = \"compare\"\nSCENARIO\npolicies = [\"trucks-granted\"]\nnested = \"4x5\"\n";
    assert!(run(compare, 0).0.contains("4 draws of the parameters"));
    let precise =
        "command = \"run\"\nSCENARIO\nmax_replications = 1000\n[precision]\n\"casualties.wounded\" = \"0.001%\"\n";
    assert!(run(precise, 5).1.contains("precision not reached after 1,000"));
    assert!(run("command = \"attribute\"\nSCENARIO\n", 2).1.contains("declares no [[denial]]"));
}

#[test]
fn what_is_wrong_is_named_by_line_and_column_all_at_once() {
    let home = home();
    let said = |text: &str| {
        let path = study(home.path(), text);
        stderr(&expect(rearguard(["study", path.as_str()]), 3))
    };
    let wrong = "command = \"compare\"\nSCENARIO\npolices = [\"x\"]\npolicies = [\"trucks-grantd\"]\nreplications = 0\n\
                 denials = [\"air\"]\nnested = \"40\"\n[set]\n\"base.north.planed_closure\" = 2030-06-01\n\
                 \"threat.ratio_overwatch\" = 7\n[precision]\n\"casualties.wounded\" = -1\n";
    let all = said(wrong);
    for (place, message) in [
        ("study.toml:3:1", "did you mean `policies`"),
        ("study.toml:4:13", "did you mean `trucks-granted`"),
        ("study.toml:5:16", "below the minimum of 1"),
        ("study.toml:6:1", "means nothing to compare"),
        ("study.toml:7:10", "DRAWSxREPLICATIONS"),
        ("study.toml:9:", "planned_closure"),
        ("study.toml:10:28", "over the maximum of 5"),
        ("study.toml:12:24", "half-width"),
    ] {
        assert!(all.contains(place) && all.contains(message), "{place}, {message}:\n{all}");
    }
    let sweep = "command = \"sweep\"\nSCENARIO\n[sweep]\ndesign = \"gird\"\nfactors.\"base.east.crew\" = [1, 2]\n";
    let all = said(sweep);
    assert!(all.contains("did you mean `grid`") && all.contains("study.toml:5:") && all.contains("crews"), "{all}");
    assert!(said("command = \"rum\"\nSCENARIO\n").contains("did you mean `run`"));
    let unknown = said("command = \"rum\"\nSCENARIO\nreplications = -3\n[sweep]\ndesign = \"gird\"\n");
    assert!(["rum", "-3", "gird"].iter().all(|word| unknown.contains(word)), "{unknown}");
    let both = said("command = \"compare\"\nSCENARIO\nbaseline = \"as-planned\"\npolicies = [\"as-planned\"]\n");
    assert!(both.contains("study.toml:3:12") && both.contains("leave it out of `policies`"), "{both}");
    assert!(said("SCENARIO\n").contains("the study has no `command`"));
    assert!(said("command = \n").contains("study.toml:1:"));
    assert!(said("command = \"run\"\nscenario = \"gone.toml\"\n").contains("gone.toml"));
}
