//! Same scenario, seed and version: the same bytes, for any number of threads, any build and any number of replications
//! asked for.

use std::collections::BTreeMap;

use rearguard::draw::Streams;
use rearguard::model::Model;
use rearguard::model::field::Table;

use crate::common::{MALI, assert_same_bytes, case, policy, release_build, run_with, scorecard, test_build};

/// No multiple of the runner's block, and more blocks than threads.
const REPLICATIONS: &str = "300";

fn on_threads(args: &[&str], threads: &str) -> BTreeMap<String, Vec<u8>> {
    run_with(&test_build(), &[args, &["--threads", threads]].concat())
}

#[track_caller]
fn same_on_any_threads(part: &str, args: &[&str]) {
    let alone = on_threads(args, "1");
    for threads in ["2", "3", "4", "8"] {
        assert_same_bytes(("1 thread", &alone), (&format!("{threads} threads"), &on_threads(args, threads)));
    }
    scorecard("D1", part, 5, "folders of the reference case equal, file by file, over threads");
}

#[test]
fn a_run_writes_the_same_bytes_on_any_number_of_threads() {
    same_on_any_threads("run", &["run", MALI, "--policy", "historical", "--replications", REPLICATIONS]);
}

#[test]
fn a_comparison_writes_the_same_bytes_on_any_number_of_threads() {
    let compare =
        ["compare", MALI, "--baseline", "historical", "--policy", "air-granted", "--policy", "trucks-granted"];
    same_on_any_threads("compare", &[&compare[..], &["--replications", "100"]].concat());
}

#[test]
fn a_hindcast_writes_the_same_bytes_on_any_number_of_threads() {
    same_on_any_threads("hindcast", &["hindcast", MALI, "--replications", "100"]);
}

#[test]
fn central_values_give_the_same_bytes_on_any_number_of_threads() {
    same_on_any_threads("point", &["run", MALI, "--point", "--replications", "100"]);
}

#[test]
fn the_release_binary_writes_the_bytes_of_the_test_build() {
    let release = release_build();
    let run = ["run", MALI, "--policy", "historical", "--policy", "all-granted", "--replications", REPLICATIONS];
    let compare = ["compare", MALI, "--policy", "air-granted", "--replications", "100"];
    for args in [&run[..], &compare[..], &["run", MALI, "--point", "--replications", "50"]] {
        assert_same_bytes(("release", &run_with(&release, args)), ("test build", &run_with(&test_build(), args)));
    }
}

#[test]
fn the_first_replications_do_not_depend_on_how_many_follow() {
    let rows = |replications: &str| {
        let files = run_with(&test_build(), &["run", MALI, "--replications", replications]);
        String::from_utf8(files["replications.csv"].clone()).expect("results are UTF-8")
    };
    let (few, many) = (rows("45"), rows("77"));
    assert_eq!((few.lines().count(), many.lines().count()), (46, 78));
    for (line, (few, many)) in few.lines().zip(many.lines()).enumerate() {
        assert_eq!(few, many, "line {}", line + 1);
    }
}

#[test]
fn another_seed_gives_other_results() {
    let files = |seed: &str| run_with(&test_build(), &["run", MALI, "--replications", "20", "--seed", seed]);
    let (one, other) = (files("1"), files("2"));
    assert_ne!(one["replications.csv"], other["replications.csv"]);
    assert_same_bytes(("seed 1", &one), ("seed 1 again", &files("1")));
}

/// Every number of the inputs of a replication, in visiting order.
fn numbers(model: &Model, replication: u64) -> Vec<u64> {
    let mut inputs = model.inputs.clone();
    model.realise(&Streams::new(7, replication), &mut inputs);
    let mut numbers = Vec::new();
    inputs.visit_table(&mut |value| numbers.push(value.to_bits()));
    numbers
}

#[test]
fn central_values_are_the_same_in_every_replication() {
    let model = policy(&case::<&str>(MALI.as_ref(), &[]), "historical").model;
    assert!(model.uncertainties().len() > 100, "the case draws its parameters");
    assert_ne!(numbers(&model, 0), numbers(&model, 1));
    let fixed = model.at_central_values();
    let first = numbers(&fixed, 0);
    for replication in 1..20 {
        assert_eq!(numbers(&fixed, replication), first);
    }
}
