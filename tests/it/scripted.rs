//! What a script reads: answers as JSON on standard output, progress as JSON on standard error.

use std::fs;

use serde_json::Value;

use crate::common::{THREE_BASES, expect, rearguard, stderr, stdout};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn progress_is_told_as_objects_if_asked_for_even_where_all_else_is_quiet() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let run = |extra: &[&str], name: &str| {
        let args = ["run", THREE_BASES, "--replications", "400", "--quiet", "--out"];
        stderr(&expect(rearguard(args).arg(home.path().join(name)).args(extra), 0))
    };
    assert_eq!(run(&[], "quiet"), "");
    let told: Vec<Value> = run(&["--progress", "json"], "told").lines().map(json).collect();
    assert_eq!(told[0], serde_json::json!({ "event": "begin", "what": "replications", "done": 0, "of": 400 }));
    let last = told.last().expect("it ends");
    assert_eq!(last["event"], "end");
    assert!(last["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0), "{last}");
    for between in &told[1..told.len() - 1] {
        assert_eq!(between["event"], "progress");
        assert!(between["done"].as_u64() <= between["of"].as_u64() && between["seconds_left"].is_number(), "{between}");
    }
}

#[test]
fn folders_are_checked_reproduced_and_compared_for_a_script() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let run = |name: &str, ratio: &str| {
        let out = home.path().join(name);
        let args = ["run", THREE_BASES, "--replications", "60", "--quiet", "--set", ratio, "--out"];
        expect(rearguard(args).arg(&out), 0);
        out
    };
    let (one, other) = (run("one", "zone.ridge.direct_per_km=0.002"), run("other", "zone.ridge.direct_per_km=0.02"));
    let said = |command: &[&str], folders: &[&std::path::PathBuf]| {
        json(&stdout(&expect(rearguard(command).args(folders).arg("--json"), 0)))
    };
    let verified = said(&["verify"], &[&one]);
    assert_eq!(verified["replications"], 60);
    assert_eq!(verified["damaged_chunks"], serde_json::json!([]));
    let again = said(&["reproduce", "--quiet"], &[&one]);
    assert_eq!(again["same_files"], verified["files"]);
    let same = said(&["diff"], &[&one, &one]);
    assert_eq!([&same["inputs"], &same["results"]], [&serde_json::json!([]), &serde_json::json!([])]);
    let changed = said(&["diff"], &[&one, &other]);
    let input =
        changed["inputs"].as_array().and_then(|all| all.iter().find(|row| row["name"] == "zone.ridge.direct_per_km"));
    assert!(input.is_some_and(|row| row["second"].as_str().is_some_and(|text| text.starts_with("0.02"))), "{changed}");
    let rows = changed["results"].as_array().expect("rows");
    let contacts = rows.iter().find(|row| row["measure"] == "contacts.all").expect("contacts changed");
    let number = |key: &str| contacts[key].as_f64().expect("a number");
    assert!(changed["paired"] == true && (number("second") - number("first") - number("difference")).abs() < 1e-9);
}

#[test]
fn what_does_not_hold_in_a_folder_is_told_as_an_object_too() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    expect(rearguard(["run", THREE_BASES, "--replications", "20", "--quiet", "--out"]).arg(&out), 0);
    let verify = |code| {
        let output = expect(rearguard(["verify", "--json"]).arg(&out), code);
        (json(&stdout(&output)), stderr(&output))
    };
    let (sound, said) = verify(0);
    assert_eq!((&sound["holds"], &sound["problems"], said.as_str()), (&true.into(), &serde_json::json!([]), ""));
    fs::write(out.join("summary.csv"), "0").expect("it can be written");
    fs::remove_file(out.join("timeline.csv")).expect("it is there");
    let (changed, said) = verify(5);
    assert_eq!(changed["holds"], false);
    assert_eq!(changed["changed"], serde_json::json!(["summary.csv"]));
    assert_eq!(changed["missing"], serde_json::json!(["timeline.csv"]));
    assert!(said.contains("summary.csv has changed"), "{said}");
    fs::remove_file(out.join("manifest.json")).expect("it is there");
    let (incomplete, _) = verify(5);
    let problem = incomplete["problems"][0].as_str().expect("a problem");
    assert!(problem.contains("has no manifest") && incomplete["replications"].is_null(), "{incomplete}");
}

#[test]
fn dry_runs_plans_and_explanations_are_told_as_objects() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let told = |args: &[&str]| json(&stdout(&expect(rearguard(args), 0)));
    let positive = |value: &Value| value.as_f64().is_some_and(|value| value > 0.0);
    let sweep = told(&[
        "sweep",
        THREE_BASES,
        "--sweep",
        "base.east.crews=1,2,3",
        "--replications",
        "50",
        "--dry-run",
        "--json",
    ]);
    assert_eq!((&sweep["points"], &sweep["policies"], &sweep["replications"]), (&3.into(), &1.into(), &50.into()));
    assert_eq!(sweep["design"]["points"][2], serde_json::json!(["3"]));
    assert!(positive(&sweep["seconds"]) && positive(&sweep["mebibytes"]), "{sweep}");
    let free = ["--free", "threat.ratio_overwatch,threat.ratio_surveillance", "--method", "swing"];
    let swing = told(&[&["sensitivity", THREE_BASES, "--dry-run", "--json"], &free[..]].concat());
    assert_eq!((&swing["points"], &swing["replications"]), (&4.into(), &20.into()));
    assert!(positive(&swing["seconds"]) && positive(&swing["mebibytes"]), "{swing}");
    let folder = home.path().join("plan");
    let folder = folder.to_str().expect("a path in text");
    let plan = told(&["plan", THREE_BASES, "--shards", "2", "--emit", "slurm", "--out", folder, "--json"]);
    assert_eq!(plan["shards"], 2);
    assert!(plan["script"].as_str().is_some_and(|script| fs::exists(script).expect("it can be asked")), "{plan}");
    assert_eq!(plan["merge"], format!("rearguard merge --plan {folder}"));
    let explained = told(&["explain", "casualties.wounded", "--json"]);
    assert_eq!(
        format!("{}\n", explained["text"].as_str().expect("a text")),
        stdout(&expect(rearguard(["explain", "casualties.wounded"]), 0))
    );
    let tested = told(&["selftest", "--json"]);
    let prints = tested["fingerprints"].as_array().expect("fingerprints");
    assert!(
        tested["holds"] == true && prints.len() > 30 && prints.iter().all(|one| one["fingerprint"] == one["known"])
    );
}
