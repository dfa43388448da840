//! The stored screening: what a result hangs on is said at its end, with what it was made from and whether that still holds.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{THREE_BASES, expect, number, package, rearguard, rows, stderr, stdout};

/// A scenario of its own with a stored screening.
fn screened(home: &Path) -> PathBuf {
    let file = home.join("case.toml");
    fs::copy(package().join(THREE_BASES), &file).expect("it can be copied");
    let args = ["--method", "swing", "--replications", "60", "--baseline", "as-planned", "--policy", "trucks-granted"];
    let free = ["--free", "threat,packing,casualties,road", "--store", "--quiet", "--out"];
    expect(rearguard(["sensitivity"]).arg(&file).args(args).args(free).arg(home.join("swings")), 0);
    file
}

fn said(command: &str, file: &Path, out: &Path, args: &[&str]) -> String {
    let fixed = ["--replications", "20", "--out"];
    stdout(&expect(rearguard([command]).arg(file).args(args).args(fixed).arg(out), 0))
}

#[test]
fn runs_and_comparisons_end_with_what_they_hang_on_until_it_is_stale() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let file = screened(home.path());
    let table = rows(home.path(), "case.screening.csv");
    let run = said("run", &file, &home.path().join("run"), &[]);
    let (_, told) = run.split_once("What these results hang on").expect("it is said at the end");
    assert!(told.contains("casualties.wounded, as-planned") && told.contains("threat.ratio_overwatch"), "{told}");
    assert!(told.contains("0.15 to 1.3") && !told.contains("STALE"), "{told}");
    // At most three beside the cover's ratio, all of them assumptions that can be told from nothing.
    for parameter in
        told.lines().filter(|line| line.starts_with("    ")).map(|line| line.trim().split(' ').next().expect("a word"))
    {
        let row = table.iter().find(|row| row["parameter"] == parameter).expect("it is stored");
        assert_eq!(row["basis"], "assumed", "{row:?}");
    }
    let compare = said("compare", &file, &home.path().join("compare"), &["--policy", "trucks-granted"]);
    assert!(compare.contains("casualties.wounded, trucks-granted less as-planned"), "{compare}");
    let set = said("run", &file, &home.path().join("set"), &["--set", "road.0.km=250"]);
    assert!(set.contains("without the --set"), "{set}");
    let text = fs::read_to_string(&file).expect("text");
    fs::write(&file, format!("{text}\n# another day\n")).expect("it can be written");
    let stale = said("run", &file, &home.path().join("stale"), &[]);
    assert!(stale.contains("STALE: the scenario is"), "{stale}");
    let certain =
        said("run", &package().join("scenarios/pure-logistics.toml"), &home.path().join("none"), &["--point"]);
    assert!(!certain.contains("hang on"), "{certain}");
}

#[test]
fn what_moves_nothing_is_not_named_among_what_results_hang_on() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let file = home.path().join("case.toml");
    let text = fs::read_to_string(package().join(THREE_BASES)).expect("text");
    let denied = ["air_overwatch", "surveillance"].map(|desk| format!("[permissions.{desk}]\nregime = \"denied\"\n"));
    fs::write(&file, text.replace("\n[threat]\n", &format!("\n{}[threat]\n", denied.concat())))
        .expect("it can be written");
    let args = ["--method", "swing", "--replications", "60", "--policy", "as-planned", "--free", "threat", "--store"];
    expect(
        rearguard(["sensitivity"]).arg(&file).args(args).args(["--quiet", "--out"]).arg(home.path().join("swings")),
        0,
    );
    let run = said("run", &file, &home.path().join("run"), &[]);
    let (_, told) = run.split_once("What these results hang on").expect("it is said at the end");
    assert!(!told.contains("threat.ratio_overwatch") && told.contains("none that can be told from nothing"), "{told}");
}

/// Runs the command that an answer ends with, and returns it.
fn taken_at_its_word(home: &Path, said: &str) -> String {
    let command = said.lines().last().expect("it ends").trim();
    let args: Vec<&str> = command.split(' ').collect();
    assert_eq!(args[..2], ["rearguard", "sensitivity"], "{said}");
    let out = home.join(format!("screened-{}", args.len()));
    expect(rearguard(&args[1..]).arg("--quiet").arg("--out").arg(out), 0);
    command.to_owned()
}

#[test]
fn what_is_not_screened_names_the_command_that_screens_it_and_keeps_the_rest() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let file = home.path().join("case.toml");
    fs::copy(package().join(THREE_BASES), &file).expect("it can be copied");
    let run = |name: &str, args: &[&str]| said("run", &file, &home.path().join(name), args);
    let first = run("first", &[]);
    let command = taken_at_its_word(home.path(), &first);
    assert!(first.contains("hang on is not screened; to screen it:"), "{first}");
    assert_eq!(
        command,
        format!("rearguard sensitivity {} --method swing --policy as-planned --store --replace", file.display())
    );
    assert!(run("again", &[]).contains("casualties.wounded, as-planned"));
    let other = run("other", &["--policy", "trucks-granted"]);
    assert!(other.contains("trucks-granted: not screened"), "{other}");
    taken_at_its_word(home.path(), &other);
    for policy in ["as-planned", "trucks-granted"] {
        let now = run(&format!("now-{policy}"), &["--policy", policy]);
        assert!(now.contains(&format!("casualties.wounded, {policy}")) && !now.contains("not screened"), "{now}");
    }
    let compared = ["--policy", "trucks-granted"];
    let pair = said("compare", &file, &home.path().join("pair"), &compared);
    assert!(pair.contains("trucks-granted less as-planned: not screened"), "{pair}");
    taken_at_its_word(home.path(), &pair);
    let pair = said("compare", &file, &home.path().join("pair-now"), &compared);
    assert!(pair.contains("casualties.wounded, trucks-granted less as-planned"), "{pair}");
    assert!(run("kept", &[]).contains("casualties.wounded, as-planned"), "what was stored is gone");
}

#[test]
fn a_script_is_told_what_results_hang_on() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let file = screened(home.path());
    let told = |command: &str, name: &str, args: &[&str]| -> serde_json::Value {
        let answer = said(command, &file, &home.path().join(name), &[&["--json"], args].concat());
        serde_json::from_str::<serde_json::Value>(&answer).expect("JSON")["hangs_on"].clone()
    };
    let run = told("run", "run", &[]);
    let of = |parameter: &str| {
        let rows = run["parameters"].as_array().expect("rows");
        rows.iter().find(|row| row["parameter"] == parameter && row["measure"] == "casualties.wounded").cloned()
    };
    let cover = of("threat.ratio_overwatch").expect("it is always told");
    let stored = rows(home.path(), "case.screening.csv");
    let is_it = |row: &&crate::common::Row| {
        row["parameter"] == "threat.ratio_overwatch"
            && row["policy"] == "as-planned"
            && row["measure"] == "casualties.wounded"
    };
    assert_eq!(cover["swing"].as_f64(), stored.iter().find(is_it).map(|row| number(row, "swing")));
    assert_eq!((&run["not_screened"], &run["screened"]["stale"]), (&serde_json::json!([]), &serde_json::json!([])));
    let other = told("run", "other", &["--policy", "trucks-granted"]);
    assert_eq!(other["not_screened"], serde_json::json!([]), "it is screened as one of the two compared");
    let pair = told("compare", "pair", &["--baseline", "trucks-granted", "--policy", "as-planned"]);
    assert_eq!(pair["not_screened"], serde_json::json!(["as-planned less trucks-granted"]));
    assert!(pair["command"].as_str().is_some_and(|text| text.contains("--baseline trucks-granted")), "{pair}");
}

#[test]
fn a_swing_is_the_difference_of_two_runs() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let file = screened(home.path());
    let row = rows(home.path(), "case.screening.csv")
        .into_iter()
        .find(|row| {
            row["parameter"] == "threat.ratio_overwatch"
                && row["policy"] == "as-planned"
                && row["measure"] == "casualties.wounded"
        })
        .expect("the cover's ratio is always stored");
    assert_eq!((number(&row, "from"), number(&row, "to")), (0.15, 1.3));
    let design = rows(&home.path().join("swings"), "design.csv");
    let seed = design[0]["seed"].clone();
    let mean = |ratio: &str| {
        let out = home.path().join(ratio);
        let set = format!("threat.ratio_overwatch={ratio}");
        let args = ["--quiet", "--replications", "60", "--seed", &seed, "--set", &set, "--out"];
        expect(rearguard(["run"]).arg(&file).args(args).arg(&out), 0);
        rows(&out, "replications.csv").iter().map(|row| number(row, "casualties.wounded")).sum::<f64>() / 60.0
    };
    assert!((mean("1.3") - mean("0.15") - number(&row, "swing")).abs() < 1e-9, "{row:?}");
}

#[test]
fn only_swings_of_the_scenario_as_it_stands_are_stored() {
    let refused = |args: &[&str], said: &str| {
        let text = stderr(&expect(rearguard(["sensitivity", THREE_BASES, "--store"]).args(args), 2));
        assert!(text.contains(said), "{args:?}: {text}");
    };
    refused(&[], "--method swing --store");
    refused(&["--method", "swing", "--set", "road.0.km=250"], "leave --set and --point out");
    refused(&["--method", "swing", "--points", "7"], "leave --points out");
}
