//! `selftest`: every build on every processor draws and computes the same, to the bit, and what is compiled in.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
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

/// The loader of the C library, which tells what it reads of the processor.
const LOADER: &str = "/lib64/ld-linux-x86-64.so.2";

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

/// Compares builds with what is known; returns of how many fingerprints.
fn compare_builds(programs: &[PathBuf]) -> u64 {
    for program in programs {
        assert_known(&program.display().to_string(), &printed(Command::new(program)));
    }
    // This very build has the features that its tests' libraries turn on.
    assert_known("test", &fingerprints().expect("shipped scenarios are sound"));
    (known().len() * (programs.len() + 1)) as u64
}

#[test]
fn every_build_has_the_fingerprints_of_this_version() {
    let count = compare_builds(&[release_build(), test_build()]);
    scorecard("D2", "builds", count, "fingerprints of functions, draws and runs: release, debug and test build");
}

/// In a profile of its own: the program as tests build it, and the tests themselves.
#[test]
#[ignore = "for builds in other profiles; run by tests/run --long"]
fn a_build_in_this_profile_has_the_fingerprints_of_this_version() {
    let program = test_build();
    let profile =
        program.parent().and_then(Path::file_name).expect("a folder of builds").to_string_lossy().into_owned();
    let count = compare_builds(&[program]);
    scorecard(
        "D2-long",
        &profile,
        count,
        "fingerprints of functions, draws and runs, program and tests of each profile",
    );
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
    let features = |tunables: &str| {
        let mut loader = Command::new(LOADER);
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

/// Features by which libraries choose their code: they are taken away two at a time, too.
const CHOSEN_BY: [&str; 9] = ["ssse3", "sse4.1", "sse4.2", "popcnt", "avx2", "fma", "bmi1", "bmi2", "erms"];

/// Every model that can be emulated, and the one with everything less each feature, and each two of some.
fn every_processor() -> Vec<String> {
    let help = Command::new("qemu-x86_64").args(["-cpu", "help"]).output().expect("qemu-user is installed");
    let help = String::from_utf8(help.stdout).expect("names are text");
    let (models, flags) = help.split_once("Recognized CPUID flags:").expect("models and flags");
    let models = models
        .lines()
        .filter(|line| line.starts_with("x86 ") && !line.contains("(alias"))
        .filter_map(|line| line.split_whitespace().nth(1))
        .filter(|name| *name != "host" && *name != "base")
        .map(str::to_owned);
    let less_one = flags.split_whitespace().map(|flag| format!("max,-{flag}"));
    let less_two = CHOSEN_BY.iter().enumerate().flat_map(|(at, one)| {
        CHOSEN_BY[..at].iter().map(move |other| format!("max,-{one},-{other}")) //
    });
    models.chain(less_one).chain(less_two).collect()
}

/// What the C library reads of an emulated processor; nothing where it cannot run a 64-bit program, or does not tell.
fn features_of(processor: &str) -> Option<String> {
    let mut loader = Command::new("qemu-x86_64");
    loader.args(["-cpu", processor, LOADER, "--list-diagnostics"]);
    let output = loader.output().ok().filter(|output| output.status.success())?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let features: Vec<&str> = said.lines().filter(|line| line.contains("cpu_features.features")).collect();
    (!features.is_empty()).then(|| features.join("\n"))
}

/// Many models are alike once what cannot be emulated is taken from them: of those alike, one is looked at.
#[test]
#[ignore = "minutes: every processor that can be emulated"]
fn every_emulated_processor_has_the_fingerprints_of_this_version() {
    let mut seen = BTreeSet::new();
    for processor in every_processor() {
        let Some(features) = features_of(&processor) else { continue };
        let runs =
            || Command::new("qemu-x86_64").args(["-cpu", &processor]).arg(release_build()).arg("--version").output();
        if seen.insert(features.clone()) {
            // Without what every 64-bit program takes for granted it does not start.
            if runs().is_ok_and(|output| output.status.success()) {
                assert_known(&processor, &emulated(&processor));
            } else {
                seen.remove(&features);
            }
        }
    }
    assert!(seen.len() >= 20, "{}", seen.len());
    scorecard("D3-long", "processors", seen.len() as u64, "emulated processors, no two with the same features");
}
