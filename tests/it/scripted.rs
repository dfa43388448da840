//! What a script reads: answers as JSON on standard output, progress as JSON on standard error.

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
