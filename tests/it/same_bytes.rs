//! However a run is cut up and on however many threads, it writes the bytes of one run in one piece.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::common::{THREE_BASES, command, expect, release_build, results_of, scorecard};

/// Scenarios that take a moment each; the reference case has tests of its own (determinism.rs, resuming.rs).
const RUNS: [&[&str]; 5] = [
    &["run", THREE_BASES],
    &["run", "scenarios/pure-logistics.toml"],
    &["run", "scenarios/air-only.toml"],
    &["run", "scenarios/benchmark.toml"],
    &["compare", THREE_BASES, "--policy", "trucks-granted"],
];

/// Runs of one experiment, each into a folder of its own.
struct Bench {
    program: PathBuf,
    home: TempDir,
    args: Vec<String>,
    folders: usize,
}

impl Bench {
    fn new(args: &[&str]) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let args = args.iter().map(|&arg| arg.to_owned()).collect();
        Self { program: release_build(), home, args, folders: 0 }
    }

    fn folder(&mut self) -> PathBuf {
        self.folders += 1;
        self.home.path().join(self.folders.to_string())
    }

    fn go(&self, out: &Path, replications: u64, more: &[&str]) {
        let replications = replications.to_string();
        let run = command(&self.program).args(&self.args).args(["--quiet", "--replications", &replications]);
        expect(run.args(more).arg("--out").arg(out), 0);
    }

    /// A folder filled by several commands: replications asked for, and what else is said.
    fn filled(&mut self, commands: &[(u64, &[&str])]) -> PathBuf {
        let out = self.folder();
        for (replications, more) in commands {
            self.go(&out, *replications, more);
        }
        out
    }
}

/// One hash of every file of a folder, names and bytes.
fn hash(out: &Path) -> [u8; 32] {
    let mut hash = Sha256::new();
    let files = results_of(out);
    assert!(files.contains_key("manifest.json") && files.contains_key("summary.csv"), "a finished folder");
    for (name, bytes) in files {
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    hash.finalize().into()
}

/// Compares runs on so many threads that were first run to some lengths; returns how many were compared.
fn threads_and_cuts(lengths: &[u64]) -> u64 {
    const N: u64 = 300;
    let mut hashes = 0;
    for args in &RUNS[..4] {
        let mut bench = Bench::new(args);
        let mut first = None;
        for threads in ["1", "2", "3", "4", "8"] {
            let on: &[&str] = &["--threads", threads];
            let extend: &[&str] = &["--threads", threads, "--extend"];
            let shards: &[(u64, &[&str])] =
                &[(N, &["--threads", threads, "--shard", "2/2"]), (N, &["--threads", threads, "--shard", "1/2"])];
            let mut cuts: Vec<Vec<(u64, &[&str])>> = vec![vec![(N, on)], shards.to_vec()];
            // What the first command leaves is one or two chunks of its own lengths.
            cuts.extend(lengths.iter().map(|&length| vec![(length, on), (N, extend)]));
            for (at, cut) in cuts.iter().enumerate() {
                let out = bench.filled(cut);
                let found = hash(&out);
                assert_eq!(*first.get_or_insert(found), found, "{args:?} on {threads} threads, cut {at}");
                fs::remove_dir_all(out).expect("it is ours");
                hashes += 1;
            }
        }
    }
    hashes
}

const CUTS: &str = "hashes of whole folders equal, over small scenarios, threads and cuts";

#[test]
fn threads_and_cuts_into_chunks_change_no_byte() {
    scorecard("D1", "cuts", threads_and_cuts(&[40, 260]), CUTS);
}

#[test]
#[ignore = "takes minutes; run by tests/run --long"]
fn threads_and_many_more_cuts_change_no_byte() {
    let lengths: Vec<u64> = (1..=48).map(|at| at * 6).collect();
    scorecard("D1-long", "cuts", threads_and_cuts(&lengths), CUTS);
}

/// The rows of replications.csv that belong to the first so many replications.
fn first_rows(out: &Path, replications: u64) -> Vec<String> {
    let text = fs::read_to_string(out.join("replications.csv")).expect("rows");
    let header = text.lines().next().expect("a header").to_owned();
    let at = header.split(',').position(|column| column == "replication").expect("a column of replications");
    let number = |row: &str| row.split(',').nth(at).and_then(|cell| cell.parse::<u64>().ok());
    let rows = text.lines().filter(|row| number(row).is_none_or(|number| number < replications));
    rows.map(str::to_owned).collect()
}

/// Compares runs of an experiment that came about in so many ways with one run; returns how many were compared.
fn ways_to_the_same_run(args: &[&str], many: u64, prefixes: &[u64], steps: &[Vec<u64>], shards: &[u64]) -> u64 {
    let mut bench = Bench::new(args);
    let whole = bench.filled(&[(many, &[])]);
    let (wanted, mut compared) = (hash(&whole), 0);
    for &few in prefixes {
        let out = bench.filled(&[(few, &[])]);
        assert_eq!(first_rows(&out, many), first_rows(&whole, few), "{args:?}: the first {few} of {many}");
        compared += 1;
        fs::remove_dir_all(out).expect("it is ours");
    }
    let mut is_whole = |out: PathBuf, how: &str| {
        assert!(hash(&out) == wanted, "{args:?}: {how}");
        compared += 1;
        fs::remove_dir_all(out).expect("it is ours");
    };
    for steps in steps {
        let out = bench.folder();
        bench.go(&out, steps[0], &[]);
        steps[1..].iter().chain([&many]).for_each(|&next| bench.go(&out, next, &["--extend"]));
        is_whole(out, &format!("extended by way of {steps:?}"));
    }
    for &of in shards {
        let parts: Vec<PathBuf> = (1..=of).map(|_| bench.folder()).collect();
        for (index, part) in parts.iter().enumerate() {
            bench.go(part, many, &["--shard", &format!("{}/{of}", index + 1)]);
        }
        let out = bench.folder();
        expect(command(&bench.program).arg("merge").args(&parts).arg("--quiet").arg("--out").arg(&out), 0);
        is_whole(out, &format!("merged from {of} shards"));
    }
    // As a run that was cut short leaves a folder: without a manifest, and without some of its chunks.
    let mut chunks: Vec<PathBuf> =
        fs::read_dir(whole.join("chunks")).expect("chunks").map(|entry| entry.expect("an entry").path()).collect();
    chunks.sort();
    for lost in [vec![0], vec![chunks.len() - 1], vec![1, 2], (0..chunks.len()).collect()] {
        let out = bench.filled(&[(many, &[])]);
        fs::remove_file(out.join("manifest.json")).expect("a manifest");
        for &at in &lost {
            fs::remove_file(out.join("chunks").join(chunks[at].file_name().expect("a name"))).expect("a chunk");
        }
        bench.go(&out, many, &[]);
        is_whole(out, &format!("resumed without chunks {lost:?}"));
    }
    compared
}

#[test]
fn parts_put_together_are_one_run() {
    let mut compared = 0;
    for args in RUNS {
        let prefixes = [1, 7, 25, 60, 249, 250, 251, 600];
        let steps = [vec![1], vec![25], vec![250], vec![100, 400], vec![40, 251, 500]];
        compared += ways_to_the_same_run(args, 760, &prefixes, &steps, &[2, 3, 4]);
    }
    scorecard("D4", "short", compared, "shorter, extended, sharded and resumed runs equal to one run");
}

#[test]
#[ignore = "takes minutes; run by tests/run --long"]
fn many_more_parts_put_together_are_one_run() {
    let mut compared = 0;
    for args in RUNS {
        for many in [520_u64, 760, 1010] {
            let prefixes: Vec<u64> = (1..=71).map(|at| at * many / 72).collect();
            let steps: Vec<Vec<u64>> = (1..=56).map(|at| vec![at * many / 171, at * many / 57]).collect();
            compared += ways_to_the_same_run(args, many, &prefixes, &steps, &[2, 3, 4]);
        }
    }
    scorecard("D4-long", "long", compared, "shorter, extended, sharded and resumed runs equal to one run");
}
