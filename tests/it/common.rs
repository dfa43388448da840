//! What the promises share: the program under test, scenarios, and results folders.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use rearguard::experiment::{Hooks, Plan, PolicyModel, PolicyResults, Results, run};
use rearguard::model::Model;
use rearguard::scenario::Case;
use snapbox::cmd::Command;

/// The reference case.
pub const MALI: &str = "scenarios/mali-2023.toml";
/// The tutorial.
pub const THREE_BASES: &str = "scenarios/three-bases.toml";

/// A run that takes longer is killed, so that a hang fails one test and not all.
const LONGEST: Duration = Duration::from_mins(1);

/// The folder of the package.
pub fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The program as built with the tests.
pub fn test_build() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_rearguard"))
}

/// The release binary: given by whoever built it, else built here, which costs nothing where it is up to date.
pub fn release_build() -> PathBuf {
    if let Some(given) = std::env::var_os("REARGUARD_RELEASE") {
        return given.into();
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = std::process::Command::new(cargo)
        .current_dir(package())
        .args(["build", "--release", "--locked", "--quiet", "--bin", "rearguard"])
        .status();
    assert!(built.expect("cargo starts").success(), "the release build failed");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| package().join("target"), PathBuf::from);
    target.join("release").join(format!("rearguard{}", std::env::consts::EXE_SUFFIX))
}

/// A program, to be called from the package's folder as on a terminal without colours.
pub fn command(program: &Path) -> Command {
    Command::new(program)
        .current_dir(package())
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env("COLUMNS", "120")
        .timeout(LONGEST)
}

/// The test build with arguments.
pub fn rearguard<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Command {
    command(&test_build()).args(args)
}

/// Runs a command that is expected to be `code`; shows what it said if it is not.
#[track_caller]
pub fn expect(command: Command, code: i32) -> Output {
    let output = command.output().expect("the program starts and ends in time");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(output.status.code(), Some(code), "{}\n{}", said(&output.stdout), said(&output.stderr));
    output
}

/// Standard output as text.
pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("output is UTF-8")
}

/// Standard error as text.
pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("messages are UTF-8")
}

/// Every file of a results folder by its path there, but for the lock and the journal, which lies outside every claim.
pub fn results_of(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder of results can be listed") {
            let path = entry.expect("its entries can be read").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).expect("inside").to_string_lossy().into_owned();
            if name != "journal.jsonl" && name != ".lock" {
                files.insert(name, fs::read(&path).expect("a file of results can be read"));
            }
        }
    }
    files
}

/// Runs a program with arguments into a new folder; returns the files it wrote.
#[track_caller]
pub fn run_with(program: &Path, args: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    expect(command(program).args(args).arg("--quiet").arg("--out").arg(&out), 0);
    let files = results_of(&out);
    for name in ["manifest.json", "replications.csv", "summary.csv", "equipment.csv", "casualties.csv", "timeline.csv"]
    {
        assert!(files.get(name).is_some_and(|bytes| !bytes.is_empty()), "{name} is missing or empty");
    }
    files
}

/// Fails at the first line in which two sets of results differ.
#[track_caller]
pub fn assert_same_bytes(
    (one, files): (&str, &BTreeMap<String, Vec<u8>>),
    (other, others): (&str, &BTreeMap<String, Vec<u8>>),
) {
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(files), names(others), "{one} and {other} wrote different files");
    for (name, bytes) in files {
        if *bytes == others[name] {
            continue;
        }
        let (a, b) = (String::from_utf8_lossy(bytes), String::from_utf8_lossy(&others[name]));
        let (mut a, mut b) = (a.lines(), b.lines());
        for line in 1.. {
            let (a, b) = (a.next(), b.next());
            assert!(a == b, "{name}:{line} differs\n{one}: {}\n{other}: {}", a.unwrap_or("-"), b.unwrap_or("-"));
            assert!(a.is_some(), "{name} differs in its line ends between {one} and {other}");
        }
    }
}

/// A scenario with overrides, which must be sound.
#[track_caller]
pub fn case<S: AsRef<str>>(file: &Path, sets: &[S]) -> Case {
    let sets: Vec<String> = sets.iter().map(|set| set.as_ref().to_owned()).collect();
    Case::load(&package().join(file), &sets).unwrap_or_else(|problems| panic!("{}", problems.render(false)))
}

/// The model of a scenario under one of its policies.
#[track_caller]
pub fn policy(case: &Case, id: &str) -> PolicyModel {
    let preset = case.policy(id).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    policy_of(id, case.model(&preset.overrides).unwrap_or_else(|problems| panic!("{}", problems.render(false))))
}

/// A model as a policy.
pub fn policy_of(id: &str, model: Model) -> PolicyModel {
    PolicyModel { id: id.to_owned(), title: id.to_owned(), model, overrides: Vec::new() }
}

/// Runs policies, the first as the others' baseline.
#[track_caller]
pub fn compare(policies: Vec<PolicyModel>, seed: u64, replications: u64) -> Results {
    let plan = Plan::paired(policies, seed, replications);
    plan.check().expect("the plan fits");
    let results = run(&plan, &Hooks { should_stop: &|| false, on_progress: &|_, _| () });
    assert!(results.failures.is_empty(), "{:?}", results.failures.first());
    assert_eq!(results.replications.len() as u64, replications);
    results
}

/// Runs one policy.
#[track_caller]
pub fn run_one(policy: PolicyModel, seed: u64, replications: u64) -> PolicyResults {
    compare(vec![policy], seed, replications).policies.remove(0)
}

/// Standard errors between an estimate and what it should be.
pub fn z(estimate: f64, expected: f64, variance: f64) -> f64 {
    (estimate - expected).abs() / rearguard::math::sqrt(variance)
}

/// Counts for a row of the scorecard in docs/reliability.md: prints the line, and leaves it where `tests/scorecard` looks.
///
/// # Arguments
/// * `row` - its id, with `-long` for the figure of a long run.
/// * `part` - tells this count from others of the same row.
pub fn scorecard(row: &str, part: &str, count: u64, found: &str) {
    leave(&format!("{row}.{part}"), &format!("scorecard {row} {count} {found}\n"));
}

/// Prints lines for the scorecard and leaves them in a file of their own, where `tests/run` says.
pub fn leave(file: &str, lines: &str) {
    print!("{lines}");
    if let Some(folder) = std::env::var_os("REARGUARD_SCORECARD") {
        fs::create_dir_all(&folder).expect("the folder of counts can be made");
        fs::write(Path::new(&folder).join(file), lines).expect("a count can be written");
    }
}

/// A row of a CSV file, by column.
pub type Row = BTreeMap<String, String>;

/// The rows of one CSV file of a results folder.
pub fn rows(out: &Path, file: &str) -> Vec<Row> {
    let mut csv = csv::Reader::from_path(out.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    csv.deserialize().map(|row| row.expect("a row")).collect()
}

/// A number in a row.
pub fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} of {row:?}"))
}
