//! A fault of the program in one replication: it is caught and named with the command that replays it, the others finish,
//! and the command ends with 1.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use clap::Parser as _;

use crate::cli::args::{Arguments, Command, ExperimentArguments};
use crate::cli::commands::show_conducted;
use crate::cli::conduct::{Conduct, Manner, conduct};
use crate::cli::exit::{Exit, Stop};
use crate::cli::request::{Kind, Request, policy_ids};
use crate::cli::session::Session;

const TUTORIAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/three-bases.toml");

/// What no check would let through: a request would be answered before it was made.
const IMPOSSIBLE_DAYS: f64 = -4.0;

fn arguments(out: &Path) -> ExperimentArguments {
    let command = ["rearguard", "run", TUTORIAL, "--replications", "40", "--quiet", "--out"];
    let parsed = Arguments::try_parse_from(command.into_iter().map(Into::into).chain([out.as_os_str().to_owned()]));
    let Ok(Arguments { command: Command::Run { experiment }, .. }) = parsed else { panic!("a run was asked for") };
    experiment
}

/// Runs the tutorial with every third replication's answers as late as given; what `run` would end with.
fn run(out: &Path, answer_days: f64) -> Result<(), Stop> {
    let args = arguments(out);
    let asked = Request::resolve(Kind::Run, &args, |case| policy_ids(case, &args.policies), &[])?;
    let mut session = Session::of_arguments(asked, &args)?;
    let (paths, rows) = (
        ["permissions.truck_column.answer_mean_days".to_owned()],
        Arc::new(vec![vec![3.0], vec![answer_days], vec![5.0]]),
    );
    for policy in &mut session.plan.policies {
        policy.model = policy.model.clone().with_rows(&paths, &rows);
    }
    let manner = Manner::from(&args);
    let Conduct::Whole(conducted) = conduct(&session, &manner)? else { panic!("it is no shard") };
    show_conducted(&session, &manner, &conducted, &[])
}

/// The rows of `replications.csv`, by policy and replication.
fn rows(out: &Path) -> BTreeMap<(String, String), csv::StringRecord> {
    let mut csv = csv::Reader::from_path(out.join("replications.csv")).expect("replications");
    let columns = csv.headers().expect("columns").clone();
    let at = |name: &str| columns.iter().position(|column| column == name).expect("a column");
    let (policy, replication) = (at("policy"), at("replication"));
    csv.records()
        .map(|row| row.expect("a row"))
        .map(|row| ((row[policy].into(), row[replication].into()), row))
        .collect()
}

#[test]
fn a_replication_that_panics_is_named_with_its_replay_and_the_others_finish() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let (faulty, sound) = (home.path().join("faulty"), home.path().join("sound"));
    run(&sound, 4.0).expect("nothing is wrong");
    let stop = run(&faulty, IMPOSSIBLE_DAYS).expect_err("replications fail");
    assert_eq!(stop.exit(), Exit::Failed);
    assert_eq!(Exit::Failed as u8, 1);
    let said = stop.to_string();
    let replay = format!("rearguard run {TUTORIAL} --policy as-planned --seed 20231231 --replications 2 --out DIR");
    assert!(said.starts_with("13 of the replications failed"), "{said}");
    assert!(said.contains(&replay) && said.contains("(replication 1: "), "{said}");
    let (left, all) = (rows(&faulty), rows(&sound));
    assert_eq!((left.len(), all.len()), (27, 40));
    assert!(left.iter().all(|(key, row)| all[key] == *row), "a replication that did not fail has another result");
    let failures = fs::read_to_string(faulty.join("failures.csv")).expect("failures");
    assert_eq!(failures.lines().count(), 14, "{failures}");
    assert!(!sound.join("failures.csv").exists(), "nothing failed");
}

#[test]
fn a_finished_folder_with_failures_says_so_again() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    let first = run(&out, IMPOSSIBLE_DAYS).expect_err("replications fail").to_string();
    let again = run(&out, IMPOSSIBLE_DAYS).expect_err("they have failed").to_string();
    assert_eq!(first, again);
}
