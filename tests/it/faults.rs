//! Faults from outside: kills and signals at any instant, disks that are full, read-only or gone, a second process, a
//! reader that has left, bytes that changed. Never a file that looks complete and is not; the next run gives the bytes of
//! one that nothing disturbed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rearguard::draw::{Purpose, Stream, Streams};
use tempfile::TempDir;

use crate::common::{
    THREE_BASES, assert_same_bytes, package, release_build, results_of, run_with, scorecard, stderr, stdout,
};

/// Long enough that a kill at a random instant mostly finds it at work.
const RUN: [&str; 6] = ["compare", THREE_BASES, "--policy", "trucks-granted", "--replications", "1000"];

type Files = BTreeMap<String, Vec<u8>>;

fn home() -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    (home, out)
}

fn program(out: &Path) -> Command {
    let mut command = Command::new(release_build());
    command.current_dir(package()).args(RUN).args(["--threads", "2", "--out"]).arg(out).stdin(Stdio::null());
    command
}

fn start(out: &Path) -> Child {
    program(out).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
}

#[track_caller]
fn run_to_the_end(out: &Path) {
    let output = program(out).arg("--quiet").output().expect("the program starts");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

fn undisturbed() -> Files {
    run_with(&release_build(), &[&RUN[..], &["--threads", "1"]].concat())
}

fn random(name: u64) -> Stream {
    Streams::new(8, 0).stream(Purpose::Test, name, 0)
}

fn signal(child: &Child, name: &str) {
    // It may have ended already.
    let _ = Command::new("kill").arg(name).arg(child.id().to_string()).stderr(Stdio::null()).status();
}

/// Whatever stands under a name of its own is whole, and so is the folder if it has a manifest.
#[track_caller]
fn assert_honest(out: &Path, whole: &Files, context: &str) {
    if !out.exists() {
        return;
    }
    let found = results_of(out);
    for (name, bytes) in found.iter().filter(|(name, _)| !name.contains(".tmp-")) {
        assert!(whole.get(name) == Some(bytes), "{context}: {name} has its own name and is not whole");
    }
    if found.contains_key("manifest.json") {
        assert!(whole.keys().all(|name| found.contains_key(name)), "{context}: the manifest lies");
    }
}

/// Waits until there is a finished chunk.
fn wait_for_a_chunk(out: &Path) {
    let is_chunk = |entry: &fs::DirEntry| !entry.file_name().to_string_lossy().starts_with('.');
    let begin = Instant::now();
    while !fs::read_dir(out.join("chunks")).is_ok_and(|entries| entries.flatten().any(|entry| is_chunk(&entry))) {
        assert!(begin.elapsed() < Duration::from_mins(1), "no chunk in a minute");
        sleep(Duration::from_millis(1));
    }
}

/// Kills runs at random instants, looks at what is left, and goes on to the end.
fn kill_and_resume(times: u64) {
    let whole = undisturbed();
    let (_home, out) = home();
    let begin = Instant::now();
    run_to_the_end(&out);
    let takes = begin.elapsed();
    let (mut random, mut cut_short) = (random(9), 0);
    for at in 0..times {
        let (_home, out) = home();
        // Every third is killed once more on its way.
        for _ in 0..=u64::from(at % 3 == 2) {
            let mut child = start(&out);
            sleep(takes.mul_f64(random.uniform()));
            child.kill().expect("it is ours");
            cut_short += u64::from(!child.wait().expect("it ends").success());
            assert_honest(&out, &whole, &format!("kill {at}"));
        }
        run_to_the_end(&out);
        assert_same_bytes(("undisturbed", &whole), (&format!("killed {at}"), &results_of(&out)));
    }
    assert!(cut_short >= times / 2, "{cut_short} of {times} kills found the run at work");
    let id = if times > 100 { "F4-long" } else { "F4" };
    scorecard(
        id,
        "kills",
        times,
        &format!("runs killed at random instants, {cut_short} kills at work; same bytes in the end"),
    );
}

#[cfg(unix)]
#[test]
fn a_kill_at_any_instant_leaves_no_lie_and_the_same_bytes_in_the_end() {
    kill_and_resume(50);
}

#[cfg(unix)]
#[test]
#[ignore = "minutes: a thousand kills"]
fn a_thousand_kills_leave_no_lie_and_the_same_bytes_in_the_end() {
    kill_and_resume(1_000);
}

#[cfg(unix)]
#[test]
fn a_signal_at_any_instant_ends_with_130_or_the_results_and_the_same_bytes_in_the_end() {
    let whole = undisturbed();
    let mut random = random(10);
    for name in ["-INT", "-TERM", "-HUP", "-INT", "-TERM", "-HUP", "-INT", "-TERM", "-HUP"] {
        let (_home, out) = home();
        let child = start(&out);
        wait_for_a_chunk(&out);
        sleep(Duration::from_secs_f64(0.1 * random.uniform()));
        signal(&child, name);
        let output = child.wait_with_output().expect("it ends");
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 130)), "{name}: {code:?} {}", stderr(&output));
        assert_eq!(code == Some(130), stderr(&output).contains("run the same command"), "{}", stderr(&output));
        assert_honest(&out, &whole, name);
        run_to_the_end(&out);
        assert_same_bytes(("undisturbed", &whole), (name, &results_of(&out)));
    }
}

#[cfg(unix)]
#[test]
fn a_second_signal_stops_at_once() {
    let (_home, out) = home();
    let mut command = Command::new(release_build());
    command.current_dir(package()).args(["run", THREE_BASES, "--replications", "1000000", "--out"]).arg(&out);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    wait_for_a_chunk(&out);
    let begin = Instant::now();
    signal(&child, "-INT");
    sleep(Duration::from_millis(20));
    signal(&child, "-INT");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    assert!(begin.elapsed() < Duration::from_secs(10));
    assert!(!out.join("manifest.json").exists());
}

/// A script in a mount namespace of its own, so that a disk can be made, filled and set read-only without rights.
///
/// # Returns
/// None where the system allows no such namespace.
fn on_a_disk_of(kibibytes: u64, out: &Path, script: &str) -> Option<Output> {
    let mount = format!("mount -t tmpfs -o size={kibibytes}k,mode=755 tmpfs \"$DISK\" || exit 99\n{script}");
    let disk = out.parent().expect("a folder").join("disk");
    fs::create_dir_all(&disk).expect("a folder can be made");
    let mut shell = Command::new("unshare");
    shell.args(["--user", "--map-root-user", "--mount", "bash", "-c", &mount, "bash"]);
    shell.current_dir(package()).arg(release_build()).args(RUN).args(["--threads", "2", "--out"]);
    let output = shell.env("DISK", &disk).env("OUT", out).output().ok()?;
    let code = output.status.code();
    if code == Some(99) || stderr(&output).contains("unshare") {
        println!("no disk can be mounted here: {}", stderr(&output));
        return None;
    }
    Some(output)
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_with_4_keeps_what_is_finished_and_goes_on_when_there_is_room() {
    let whole = undisturbed();
    let total: u64 = whole.values().map(|bytes| (bytes.len() as u64).div_ceil(4096) * 4).sum();
    let script = "
        \"$@\" \"$DISK/results\" > /dev/null; code=$?
        [ -e \"$DISK/results/manifest.json\" ] && exit 98
        mount -o remount,size=1g \"$DISK\" || exit 97
        \"$@\" \"$DISK/results\" --quiet || exit 96
        cp -r \"$DISK/results\" \"$OUT\" || exit 95
        exit $code";
    for percent in [1, 5, 20, 40, 60, 75, 90, 97] {
        let (_home, out) = home();
        let Some(output) = on_a_disk_of((total * percent / 100).max(8), &out, script) else { return };
        assert_eq!(output.status.code(), Some(4), "{percent}%: {}", stderr(&output));
        let said = stderr(&output);
        assert!(said.contains("error: ") && said.contains("disk/results"), "{percent}%: {said}");
        assert_same_bytes(("undisturbed", &whole), (&format!("full at {percent}%"), &results_of(&out)));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_disk_ends_with_4_and_is_left_as_it_was() {
    let (_home, out) = home();
    let script = "
        \"$@\" \"$DISK/results\" --quiet || exit 96
        cp -r \"$DISK/results\" \"$DISK/begun\"; rm \"$DISK/begun/manifest.json\" \"$DISK/begun/summary.csv\"
        mount -o remount,ro \"$DISK\" || exit 97
        \"$1\" verify \"$DISK/results\" || exit 95
        \"$1\" report \"$DISK/results\" --out \"$OUT.html\" || exit 94
        sum() { (cd \"$DISK\" && find . -type f | sort | xargs sha256sum); }
        before=$(sum)
        for name in results begun new; do
            \"$@\" \"$DISK/$name\" --seed 5; [ $? = 4 ] || exit 93
            \"$1\" run scenarios/three-bases.toml --out \"$DISK/$name/below\" ; [ $? = 4 ] || exit 92
        done
        \"$@\" \"$DISK/begun\"; [ $? = 4 ] || exit 91
        [ \"$before\" = \"$(sum)\" ] || exit 90";
    let Some(output) = on_a_disk_of(1 << 20, &out, script) else { return };
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let said = stderr(&output);
    assert_eq!(said.matches("error: ").count(), 7, "{said}");
    assert!(said.contains("ead-only file system"), "{said}");
}

/// Takes a run's folder away while it is at work; whether that came before its end.
fn taken_away(removes: bool, whole: &Files) -> bool {
    let (home, out) = home();
    let child = start(&out);
    wait_for_a_chunk(&out);
    let aside = home.path().join("aside");
    if removes {
        // Files may come while it is being removed.
        while fs::remove_dir_all(&out).is_err() && out.exists() {}
    } else {
        fs::rename(&out, &aside).expect("a folder can be moved");
    }
    let output = child.wait_with_output().expect("it ends");
    if output.status.success() {
        return false;
    }
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("results"), "{said}");
    for folder in [&out, &aside] {
        assert!(!folder.join("manifest.json").exists());
    }
    run_to_the_end(&out);
    assert_same_bytes(("undisturbed", whole), ("taken away", &results_of(&out)));
    true
}

#[test]
fn a_folder_that_is_taken_away_ends_with_4_and_nothing_that_looks_complete() {
    let whole = undisturbed();
    for removes in [false, true] {
        // The run may be quicker than the thief.
        assert!((0..10).any(|_| taken_away(removes, &whole)), "no folder could be taken away from a run");
    }
}

#[test]
fn a_second_process_is_refused_and_the_first_not_disturbed() {
    let whole = undisturbed();
    let (_home, out) = home();
    let first = start(&out);
    wait_for_a_chunk(&out);
    let second = program(&out).output().expect("the program starts");
    let first = first.wait_with_output().expect("it ends");
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    // Where the first had ended the second finds it complete.
    if second.status.code() != Some(0) {
        assert_eq!(second.status.code(), Some(4));
        assert!(stderr(&second).contains("is in use by another process"), "{}", stderr(&second));
    }
    assert_same_bytes(("alone", &whole), ("beside another", &results_of(&out)));
}

#[test]
fn a_reader_that_has_left_changes_neither_files_nor_exit_code() {
    let whole = undisturbed();
    let (_home, out) = home();
    let mut child = start(&out);
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert_same_bytes(("read", &whole), ("unread", &results_of(&out)));
    for args in [&["measures"][..], &["show", THREE_BASES], &["schema"], &["--help"], &["man"], &["selftest"]] {
        let mut child = Command::new(release_build());
        child.current_dir(package()).args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().expect("the program starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""), "{args:?}");
    }
}

/// A change to the bytes of a file, at a place given as a share of its length.
fn damaged(mut bytes: Vec<u8>, how: u64, place: f64) -> Vec<u8> {
    let at = ((bytes.len() as f64 * place) as usize).min(bytes.len() - 1);
    match how {
        0 => bytes[at] ^= 1 << (at % 8),
        1 => bytes.truncate(at),
        2 => bytes.extend_from_slice(b"\n"),
        _ => bytes[at..].fill(0),
    }
    bytes
}

#[test]
fn bytes_that_changed_are_noticed_by_every_reader_and_made_anew() {
    let whole = undisturbed();
    let (home, out) = home();
    run_to_the_end(&out);
    let names: Vec<&String> = whole.keys().collect();
    let mut random = random(11);
    let commands = ["verify", "report"];
    for at in 0..40_u64 {
        let name = names[random.below(names.len() as u64) as usize];
        let bytes = damaged(whole[name].clone(), at % 4, random.uniform());
        if bytes == whole[name] {
            continue;
        }
        fs::write(out.join(name), bytes).expect("a file can be damaged");
        for command in commands {
            let mut reader = Command::new(release_build());
            reader.arg(command).arg(&out);
            if command == "report" {
                reader.arg("--out").arg(home.path().join("page.html"));
            }
            let output = reader.output().expect("the program starts");
            let code = output.status.code();
            if let Some(chunk) = name.strip_prefix("chunks/") {
                // Results stand without their chunks; `verify` says which cannot be used.
                let said = stdout(&output);
                assert!(
                    code == Some(0) && (command == "report" || said.contains(chunk)),
                    "{command} of {name}: {said}"
                );
            } else {
                assert!(matches!(code, Some(4 | 5)), "{command} of a damaged {name}: {code:?} {}", stderr(&output));
            }
        }
        let output = program(&out).arg("--quiet").output().expect("the program starts");
        // What says whose the folder is must be whole before anything is done to it.
        if output.status.code() != Some(0) {
            assert_eq!(output.status.code(), Some(4), "{name}: {}", stderr(&output));
            assert!(name == "identity.json" || name == "experiment.json", "{name}: {}", stderr(&output));
            fs::write(out.join(name), &whole[name]).expect("a file can be put back");
            run_to_the_end(&out);
        }
        assert_same_bytes(("undisturbed", &whole), (&format!("{name} damaged"), &results_of(&out)));
    }
}
