//! A disk that takes no more, for a whole run: the exit code and message say so, what is finished is kept, and the same
//! command goes on once there is room.

use std::path::Path;
use std::process::Output;

use crate::common::{
    THREE_BASES, assert_same_bytes, command, expect, rearguard, results_of, run_with, stderr, stdout, test_build,
};

const RUN: [&str; 4] = ["run", THREE_BASES, "--replications", "800"];

/// The program where no file may grow beyond so many KiB: writes then fail, and no signal comes.
fn limited(kibibytes: u32, out: &Path) -> Output {
    let limit = format!("trap '' XFSZ; ulimit -f {kibibytes}; exec \"$0\" \"$@\"");
    let shell = command(Path::new("bash")).args(["-c", &limit]).arg(test_build());
    expect(shell.args(RUN).arg("--out").arg(out), 4)
}

#[test]
fn a_run_that_no_file_can_hold_ends_with_4_and_goes_on_later() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let whole = run_with(&test_build(), &RUN);
    let size = |name: &str| whole[name].len() as u64 / 1024;
    let chunk = whole.iter().filter(|(name, _)| name.starts_with("chunks")).map(|(_, bytes)| bytes.len() as u64 / 1024);
    let chunk = chunk.max().expect("chunks");
    assert!(size("replications.csv") > chunk + 8, "the table is the largest file: {chunk} KiB a chunk");

    // Room for the chunks and not for the table.
    let out = home.path().join("table");
    let said = stderr(&limited(chunk as u32 + 4, &out));
    assert!(said.contains("error: ") && said.contains("replications.csv"), "{said}");
    assert!(!out.join("manifest.json").exists());
    let screen = stdout(&expect(rearguard(RUN).arg("--out").arg(&out), 0));
    assert!(screen.contains("nothing was left to run"), "finished chunks were lost:\n{screen}");
    assert_same_bytes(("undisturbed", &whole), ("gone on", &results_of(&out)));

    // Not even room for a chunk.
    let out = home.path().join("chunk");
    let said = stderr(&limited(chunk as u32 / 2, &out));
    assert!(said.contains("error: ") && said.contains("chunk"), "{said}");
    expect(rearguard(RUN).arg("--out").arg(&out), 0);
    assert_same_bytes(("undisturbed", &whole), ("gone on", &results_of(&out)));
}

#[test]
fn a_screen_that_cannot_be_written_ends_with_4_and_keeps_the_results() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    let shell = command(Path::new("bash")).args(["-c", "exec \"$0\" \"$@\" > /dev/full"]).arg(test_build());
    let said = stderr(&expect(shell.args(RUN).arg("--out").arg(&out), 4));
    assert!(said.contains("standard output"), "{said}");
    assert_same_bytes(("undisturbed", &run_with(&test_build(), &RUN)), ("unseen", &results_of(&out)));
}
