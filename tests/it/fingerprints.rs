//! `selftest`: every build on every processor draws and computes the same, to the bit, and what is compiled in.

use std::path::Path;
use std::process::Command;

use rearguard::cli::{Fingerprint, fingerprints, known};

use crate::common::{release_build, scorecard, test_build};

/// Switches of the C library that take from it what processors differ in.
const TUNABLES: [&str; 5] = [
    "-AVX2",
    "-FMA",
    "-AVX2,-FMA,-AVX512F,-AVX512VL,-AVX512BW",
    "-AVX,-AVX2,-FMA,-FMA4,-AVX512F,-AVX512VL,-AVX512BW",
    "-SSE4_1,-SSE4_2,-SSSE3,-AVX,-AVX2,-FMA,-BMI1,-BMI2,-ERMS",
];

/// Processors, from the first of the architecture to one with everything.
const PROCESSORS: [&str; 6] = ["qemu64", "Nehalem", "SandyBridge", "Haswell", "EPYC", "max"];

/// What a program prints as its fingerprints.
fn printed(mut command: Command) -> Vec<Fingerprint> {
    let output = command.args(["selftest", "--csv"]).output().expect("the program starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("fingerprints are text");
    let pair = |line: &str| line.split_once(',').map(|(name, print)| (name.to_owned(), print.to_owned()));
    text.lines().skip(1).map(|line| pair(line).expect("a name and a fingerprint")).collect()
}

#[track_caller]
fn assert_known(where_: &str, taken: &[Fingerprint]) {
    for (taken, known) in taken.iter().zip(known()) {
        assert_eq!(*taken, known, "{where_}");
    }
    assert_eq!(taken.len(), known().len(), "{where_}");
}

fn has_qemu() -> bool {
    Command::new("qemu-x86_64").arg("--version").output().is_ok_and(|output| output.status.success())
}

fn emulated(processor: &str) -> Vec<Fingerprint> {
    let mut qemu = Command::new("qemu-x86_64");
    // A model may ask for more than can be emulated: what is left of it is still another processor.
    qemu.args(["-cpu", processor]).arg(release_build());
    printed(qemu)
}

#[test]
fn every_build_has_the_fingerprints_of_this_version() {
    let builds = [("release", release_build()), ("debug", test_build())];
    for (name, program) in &builds {
        assert_known(name, &printed(Command::new(program)));
    }
    // This very build has the features that its tests' libraries turn on.
    assert_known("test", &fingerprints().expect("shipped scenarios are sound"));
    let count = known().len() * (builds.len() + 1);
    scorecard("D2", "builds", count as u64, "fingerprints of functions, draws and runs: release, debug and test build");
}

#[test]
fn every_processor_has_the_fingerprints_of_this_version() {
    let release = release_build();
    for tunables in TUNABLES {
        let mut program = Command::new(&release);
        program.env("GLIBC_TUNABLES", format!("glibc.cpu.hwcaps={tunables}"));
        assert_known(tunables, &printed(program));
    }
    if !has_qemu() {
        println!("qemu-x86_64 is not installed: only {} processors were looked at", TUNABLES.len());
        return;
    }
    for processor in PROCESSORS {
        assert_known(processor, &emulated(processor));
    }
    let words = format!("processors: {} sets of switches, {} emulated models", TUNABLES.len(), PROCESSORS.len());
    scorecard("D3", "processors", (TUNABLES.len() + PROCESSORS.len()) as u64, &words);
}

/// The switches do switch: the C library says that it would use less.
#[test]
fn the_switches_of_the_c_library_take_effect() {
    let loader = Path::new("/lib64/ld-linux-x86-64.so.2");
    let features = |tunables: &str| {
        let mut loader = Command::new(loader);
        loader.arg("--list-diagnostics").env("GLIBC_TUNABLES", format!("glibc.cpu.hwcaps={tunables}"));
        let said =
            loader.output().map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        said.lines().filter(|line| line.contains("active")).map(str::to_owned).collect::<Vec<_>>()
    };
    let whole = features("");
    if whole.is_empty() {
        println!("this is no C library that tells its features");
        return;
    }
    for tunables in TUNABLES {
        assert_ne!(features(tunables), whole, "{tunables} changes nothing");
    }
}

#[test]
#[ignore = "minutes: every processor that can be emulated"]
fn every_emulated_processor_has_the_fingerprints_of_this_version() {
    let help = Command::new("qemu-x86_64").args(["-cpu", "help"]).output().expect("qemu-user is installed");
    let help = String::from_utf8(help.stdout).expect("names are text");
    let names: Vec<&str> = help
        .lines()
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.contains("(alias"))
        .filter_map(|line| line.split_whitespace().nth(1))
        .filter(|name| *name != "host" && *name != "base")
        .collect();
    let mut looked_at = 0;
    for name in names {
        let runs = Command::new("qemu-x86_64").args(["-cpu", name]).arg(release_build()).arg("--version").output();
        // The 32-bit models of the list cannot run a 64-bit program at all.
        if runs.is_ok_and(|output| output.status.success()) {
            assert_known(name, &emulated(name));
            looked_at += 1;
        }
    }
    assert!(looked_at >= 20, "{looked_at}");
    scorecard("D3-long", "processors", looked_at, "emulated processors");
}
