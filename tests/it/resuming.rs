//! A run can be cut short anywhere and gone on with: the final bytes are those of a run that was not.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

use crate::common::{
    MALI, THREE_BASES, assert_same_bytes, expect, package, rearguard, results_of, run_with, stderr, stdout, test_build,
};

fn home() -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    (home, out)
}

fn start(args: &[&str], out: &Path) -> Child {
    let mut command = Command::new(test_build());
    command.current_dir(package()).args(args).arg("--out").arg(out);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

fn run_into(args: &[&str], out: &Path) {
    expect(rearguard(args).arg("--quiet").arg("--out").arg(out), 0);
}

/// The ranges of the chunks that a folder has.
fn chunks(out: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(out.join("chunks")) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

fn whole(args: &[&str]) -> BTreeMap<String, Vec<u8>> {
    run_with(&test_build(), args)
}

#[test]
fn a_run_killed_at_any_instant_ends_with_the_same_bytes() {
    let args = ["compare", THREE_BASES, "--policy", "trucks-granted", "--replications", "800"];
    let expected = whole(&args);
    let mut cut_short = 0;
    // At once, and when so many chunks are there.
    for (at, wanted) in [0, 1, 2, 3, 5, 7].into_iter().enumerate() {
        let (_home, out) = home();
        // Twice: what was resumed may be killed again.
        for (threads, wanted) in [("2", wanted), ("1", wanted + 1)] {
            let mut child = start(&[&args[..], &["--threads", threads]].concat(), &out);
            while chunks(&out).len() < wanted && child.try_wait().expect("it can be asked").is_none() {
                sleep(Duration::from_millis(1));
            }
            child.kill().expect("it is ours");
            let status = child.wait().expect("it ends");
            cut_short += usize::from(!status.success() && !chunks(&out).is_empty());
        }
        let threads = ["1", "2", "3"][at % 3];
        run_into(&[&args[..], &["--threads", threads]].concat(), &out);
        assert_same_bytes(("uninterrupted", &expected), ("killed and resumed", &results_of(&out)));
    }
    assert!(cut_short > 0, "no kill came while there was something to keep");
}

#[cfg(unix)]
#[test]
fn a_signal_keeps_what_is_done_and_says_how_to_go_on() {
    let args = ["run", MALI, "--replications", "1000", "--threads", "2"];
    for signal in ["-INT", "-TERM", "-HUP"] {
        let (_home, out) = home();
        let child = start(&args, &out);
        while chunks(&out).is_empty() {
            sleep(Duration::from_millis(20));
        }
        let sent = Command::new("kill").arg(signal).arg(child.id().to_string()).status();
        assert!(sent.expect("there is a kill").success());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
        let said = stderr(&output);
        assert!(said.contains("of 1000 replications are kept in") && said.contains("run the same command"), "{said}");
        assert!(!out.join("manifest.json").exists());
        let kept = chunks(&out);
        assert!(!kept.is_empty() && kept.len() < 4, "{kept:?}");
        if signal == "-INT" {
            run_into(&args, &out);
            assert_same_bytes(("uninterrupted", &whole(&args)), ("interrupted", &results_of(&out)));
        }
    }
}

#[test]
fn what_is_kept_is_not_run_again_and_what_is_damaged_is() {
    let args = ["run", THREE_BASES, "--replications", "1000"];
    let (_home, out) = home();
    run_into(&args, &out);
    let before = results_of(&out);
    fs::remove_file(out.join("manifest.json")).expect("a manifest");
    let names = chunks(&out);
    assert_eq!(names.len(), 4);
    let damaged = out.join("chunks").join(&names[1]);
    let mut bytes = fs::read(&damaged).expect("a chunk");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&damaged, bytes).expect("a chunk can be written");
    let said = stderr(&expect(rearguard(args).arg("--out").arg(&out), 0));
    assert!(said.contains(&names[1]) && said.contains("damaged") && said.contains("run again"), "{said}");
    assert_same_bytes(("before", &before), ("after", &results_of(&out)));
    let journal = fs::read_to_string(out.join("journal.jsonl")).expect("a journal");
    let cells: Vec<&str> = journal.lines().filter(|line| line.contains("\"cell\"")).collect();
    assert_eq!(cells.len(), 5, "four cells, and one again:\n{journal}");
    assert!(cells[4].contains("\"first\":250"), "{}", cells[4]);
}

#[test]
fn a_finished_folder_is_shown_again_without_running() {
    let args = ["compare", THREE_BASES, "--policy", "trucks-granted", "--replications", "300"];
    let (_home, out) = home();
    let first = stdout(&expect(rearguard(args).arg("--out").arg(&out), 0));
    let written = fs::metadata(out.join("summary.csv")).and_then(|file| file.modified()).expect("a time");
    let again = stdout(&expect(rearguard(args).arg("--out").arg(&out), 0));
    assert!(again.contains("nothing was left to run"), "{again}");
    assert_eq!(first.lines().skip(3).collect::<Vec<_>>(), again.lines().skip(3).collect::<Vec<_>>());
    let later = fs::metadata(out.join("summary.csv")).and_then(|file| file.modified()).expect("a time");
    assert_eq!(written, later);
}

#[test]
fn an_extended_run_is_the_same_as_a_long_one() {
    let args = |replications| ["compare", THREE_BASES, "--policy", "trucks-granted", "--replications", replications];
    let (_home, out) = home();
    run_into(&args("300"), &out);
    let few = fs::read_to_string(out.join("replications.csv")).expect("rows");
    let short = chunks(&out).into_iter().find(|name| name.contains("-000000000300")).expect("a chunk of 50");
    let bytes = fs::read(out.join("chunks").join(&short)).expect("it can be read");
    for replications in ["520", "700"] {
        run_into(&[&args(replications)[..], &["--extend"]].concat(), &out);
    }
    // As if a kill had come before the short chunk was removed.
    fs::write(out.join("chunks").join(short), bytes).expect("it can be put back");
    run_into(&args("700"), &out);
    assert_same_bytes(("at once", &whole(&args("700"))), ("extended twice", &results_of(&out)));
    let many = fs::read_to_string(out.join("replications.csv")).expect("rows");
    assert!(few.lines().all(|row| many.lines().any(|line| line == row)), "old rows are kept");
}

#[test]
fn another_number_of_replications_is_refused_with_what_to_do() {
    let (_home, out) = home();
    let args = |replications| ["run", THREE_BASES, "--replications", replications];
    run_into(&args("300"), &out);
    let before = results_of(&out);
    let more = stderr(&expect(rearguard(args("400")).arg("--out").arg(&out), 4));
    for wanted in ["300 replications", "400 are asked for", "--extend", "--out", "--replace"] {
        assert!(more.contains(wanted), "`{wanted}` is missing from\n{more}");
    }
    for extend in [&[][..], &["--extend"]] {
        let fewer = stderr(&expect(rearguard(args("20")).args(extend).arg("--out").arg(&out), 4));
        assert!(fewer.contains("--replications 300"), "{fewer}");
    }
    assert_eq!(results_of(&out), before);
}

#[test]
fn the_manifest_has_what_determines_the_results_and_nothing_else() {
    let files = whole(&["run", THREE_BASES, "--replications", "300", "--threads", "2"]);
    let manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).expect("JSON");
    assert_eq!((&manifest["replications"], &manifest["determined_by"]["seed"]), (&300.into(), &"20231231".into()));
    let text = String::from_utf8_lossy(&files["manifest.json"]);
    assert!(!text.contains("threads") && !text.contains("seconds") && !text.contains("/results"), "{text}");
    assert!(files.contains_key("experiment.json"), "the inputs lie beside them");
}
