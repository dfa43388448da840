//! The commands of the README work as they stand there.

use std::fs;
use std::path::PathBuf;

use crate::common::{command, expect, package, release_build};

/// What runs every test, this one too.
const ITSELF: &str = "bash tests/run";

/// How the README calls the program; here it is the release build.
const CALLS: [&str; 2] = ["cargo run --release -- ", "rearguard "];

/// The lines of the blocks marked `sh`, those that continue joined to the next.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut inside = false;
    let mut begun = String::new();
    for line in text.lines() {
        match line.trim() {
            "```sh" if !inside => inside = true,
            "```" => inside = false,
            _ if !inside => {}
            line if line.is_empty() || line.starts_with('#') => {}
            line => {
                begun.push_str(line.strip_suffix('\\').unwrap_or(line));
                if !line.ends_with('\\') {
                    found.push(std::mem::take(&mut begun));
                }
            }
        }
    }
    found
}

#[test]
fn every_command_of_the_readme_runs() {
    let Ok(text) = fs::read_to_string(package().join("README.md")) else { return };
    // The commands name scenarios by their place in the package and write beside them: both are in a folder of its own.
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    for part in ["scenarios", "studies"] {
        copy(&package().join(part), &home.path().join(part));
    }
    let program = release_build();
    for line in commands(&text).iter().filter(|line| line.trim() != ITSELF) {
        let call = CALLS.iter().find_map(|call| line.strip_prefix(call));
        let Some(args) = call else { panic!("`{line}` calls neither the program nor `{ITSELF}`") };
        let special = ['|', '>', '<', ';', '&', '$', '"', '`', '*'];
        assert!(!args.contains(special), "`{line}` needs a shell: this test has none");
        // Quotes are around single arguments without spaces.
        let args = args.split_whitespace().map(|word| word.trim_matches('\''));
        let output = expect(command(&program).current_dir(home.path()).args(args), 0);
        assert!(!output.stdout.is_empty(), "`{line}` prints nothing");
    }
}

fn copy(from: &PathBuf, to: &PathBuf) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("a folder can be listed") {
        let entry = entry.expect("an entry can be read");
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a file can be copied");
        }
    }
}

#[test]
fn blocks_are_read_as_they_are_meant() {
    let text = "x\n```sh\n# why\nrearguard run a \\\n  --quiet\n\nbash tests/run\n```\n```text\nrearguard no\n```\n";
    assert_eq!(commands(text), ["rearguard run a --quiet", "bash tests/run"]);
}
