//! `plan`: an experiment for many machines, as shards of some minutes and a script for the engine that starts them.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::cli::args::{ExperimentArguments, StudyArguments};
use crate::cli::commands;
use crate::cli::engine::{Engine, duration, quoted_path};
use crate::cli::exit::Stop;
use crate::cli::folders::disk;
use crate::cli::notes::note;
use crate::cli::precision::{MOST_REPLICATIONS, columns};
use crate::cli::request::Asked;
use crate::cli::rounds::{PLAN, Rounds};
use crate::cli::session::Session;
use crate::cli::shard::MOST;
use crate::cli::study;
use crate::cli::sweep::measured;
use crate::experiment::CELL;
use crate::output::numbers::whole;
use crate::scenario::read_toml;
use crate::stats::replications_at;
use crate::store::make_dirs;

/// Seconds that a shard is planned to last unless their number is given: long beside what starting it costs, and short
/// beside what is lost with it.
const SHARD_SECONDS: f64 = 300.0;
/// Seconds under which starting a shard costs too much of it.
const SHORT_SECONDS: f64 = 20.0;

/// Options of `plan`.
#[derive(Args, Debug)]
pub struct PlanArguments {
    /// Study file; or a scenario, which is run as it stands
    file: PathBuf,
    /// Over how many shards [default: as many as last five minutes each]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST))]
    shards: Option<u64>,
    /// What starts them
    #[arg(long, value_name = "ENGINE")]
    emit: Engine,
    /// Threads of each shard
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: u16,
    /// Folder of the plan and of its shards [default: results/<study>-plan]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print what was planned as JSON
    #[arg(long)]
    json: bool,
    /// Print nothing but problems
    #[arg(long, short)]
    quiet: bool,
}

/// How an experiment is to be planned.
#[derive(Clone, Debug)]
pub struct Planning {
    shards: Option<u64>,
    engine: Engine,
    threads: u16,
    folder: PathBuf,
    name: String,
    json: bool,
    quiet: bool,
}

/// Plans what a study asks for.
///
/// # Errors
/// Problems of the study and its scenario, and what [`write`] gives.
pub fn plan(args: &PlanArguments) -> Result<(), Stop> {
    let name = args.file.file_stem().map_or("study".into(), |stem| stem.to_string_lossy().into_owned());
    let folder = args.out.clone().unwrap_or_else(|| PathBuf::from("results").join(format!("{name}-plan")));
    let planned = Some(Planning {
        shards: args.shards,
        engine: args.emit,
        threads: args.threads,
        folder,
        name: name.clone(),
        json: args.json,
        quiet: args.quiet,
    });
    let root = read_toml(&args.file).map_err(Stop::Scenario)?;
    let (file, out) = (args.file.clone(), Some(PathBuf::from("results").join(&name)));
    if root.table().is_some_and(|table| table.get("format").is_some()) {
        return commands::run(&ExperimentArguments { file, out, planned, ..ExperimentArguments::default() });
    }
    study::study(&StudyArguments { file, out, planned, ..StudyArguments::default() })
}

/// Measures how long an experiment takes, cuts it into shards, and writes the plan.
///
/// # Errors
/// Numbers that do not fit, a folder that has a plan already, and those of running and of the disk.
pub fn write(asked: Asked, args: &ExperimentArguments, planning: &Planning) -> Result<(), Stop> {
    let out = args.out.clone().unwrap_or_default();
    let mut session = Session::new(asked, args.file.clone(), out, Some(planning.threads))?;
    columns(&session, &args.precision)?;
    let has_plan = disk().exists(&planning.folder.join(PLAN));
    if has_plan.unwrap_or(false) {
        let folder = planning.folder.display();
        return Err(Stop::Refused(format!(
            "{folder} holds a plan already; choose another folder with --out, or remove it"
        )));
    }
    let max_replications = args.max_replications.unwrap_or(MOST_REPLICATIONS);
    let (seconds_each, bytes_each) = measured(&session)?;
    let shards = match (planning.shards, args.precision.is_empty()) {
        (Some(shards), true) => shards,
        (None, true) => fitting(&session, seconds_each),
        (Some(shards), false) => {
            session.set_replications(first_round(&session, shards).min(max_replications))?;
            shards
        }
        (None, false) => {
            return Err(Stop::Usage(
                "how many replications a precision takes is not known before: say over how many shards, --shards N"
                    .to_owned(),
            ));
        }
    };
    refuse(&session, args, shards)?;
    let rounds = Rounds {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        name: planning.name.clone(),
        engine: planning.engine,
        shards,
        threads: planning.threads,
        home: here()?,
        program: std::env::current_exe()?,
        out: session.out.clone(),
        round: 1,
        precision: args.precision.iter().map(ToString::to_string).collect(),
        max_replications,
        seconds_each,
        experiment: session.request.clone(),
    };
    make_dirs(&*disk(), &planning.folder)?;
    let next = rounds.write(&planning.folder)?;
    if rounds.shard_seconds() < SHORT_SECONDS && shards > 1 && args.precision.is_empty() {
        let text = format!(
            "a shard lasts about {}, of which starting it is a good part; --shards {} would do",
            duration(rounds.shard_seconds()),
            fitting(&session, seconds_each)
        );
        note(planning.quiet, &text);
    }
    if planning.json {
        return Ok(for_script(&session, &rounds, planning, bytes_each)?);
    }
    if planning.quiet { Ok(()) } else { Ok(screen(&session, &rounds, planning, (bytes_each, &next))?) }
}

/// Shards of which each lasts some minutes.
fn fitting(session: &Session, seconds_each: f64) -> u64 {
    let seconds = seconds_each * session.replications() as f64;
    ((seconds / SHARD_SECONDS).ceil() as u64).clamp(1, cells(session).min(MOST))
}

/// Replications of the first round of a precision: the first check at which no shard is idle.
fn first_round(session: &Session, shards: u64) -> u64 {
    let points = session.points.len() as u64;
    let mut check = 1;
    while replications_at(check).div_ceil(CELL) * points < shards {
        check += 1;
    }
    replications_at(check)
}

/// Cells of all design points.
fn cells(session: &Session) -> u64 {
    session.plan.replications.div_ceil(CELL) * session.points.len() as u64
}

/// Refuses what a plan cannot be made of.
fn refuse(session: &Session, args: &ExperimentArguments, shards: u64) -> Result<(), Stop> {
    if args.max_seconds.is_some() {
        return Err(Stop::Usage(
            "max_seconds looks at the clock of one machine; give max_replications instead".to_owned(),
        ));
    }
    let most = cells(session);
    if shards <= most || !args.precision.is_empty() {
        return Ok(());
    }
    let (points, replications) = (session.points.len() as f64, session.plan.replications as f64);
    Err(Stop::Usage(format!(
        "{} points of {} replications are {} cells of {CELL} at most, and a shard is one or more: --shards {most} or fewer",
        whole(points),
        whole(replications),
        whole(most as f64)
    )))
}

/// The folder that paths on the command line are from.
fn here() -> Result<PathBuf, Stop> {
    let file = |source| Stop::File { action: "read", path: PathBuf::from("."), source };
    std::env::current_dir().map_err(file)
}

/// A number of things, in words: 1 policy, 2 policies.
pub fn counted(count: u64, what: &str) -> String {
    match (count, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{} {stem}ies", whole(count as f64)),
        (_, None) => format!("{} {what}s", whole(count as f64)),
    }
}

/// What was planned, as one JSON object.
fn for_script(session: &Session, rounds: &Rounds, planning: &Planning, bytes_each: f64) -> io::Result<()> {
    let script = rounds.script_path(&planning.folder);
    let replications = session.replications() as f64;
    let object = json!({
        "plan": planning.folder.display().to_string(), "script": script.display().to_string(),
        "start": rounds.engine.start(&script),
        "merge": format!("rearguard merge --plan {}", quoted_path(&planning.folder)),
        "results": rounds.out.display().to_string(), "shards": rounds.shards, "threads": rounds.threads,
        "points": session.points.len(), "policies": session.plan.policies.len(),
        "replications": session.plan.replications, "shard_seconds": rounds.shard_seconds(),
        "seconds": rounds.seconds_each * replications,
        "mebibytes": bytes_each * replications / f64::from(1 << 20), "precision": rounds.precision,
    });
    writeln!(io::stdout().lock(), "{object}")
}

fn screen(session: &Session, rounds: &Rounds, planning: &Planning, (bytes_each, next): (f64, &str)) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let (replications, policies) = (session.replications() as f64, session.plan.policies.len() as u64);
    let (seconds, mebibytes) = (rounds.seconds_each * replications, bytes_each * replications / f64::from(1 << 20));
    writeln!(out, "{}", session.title())?;
    writeln!(
        out,
        "{}: {}, {}, {} replications",
        session.request.command.name(),
        counted(session.points.len() as u64, "design point"),
        counted(policies, "policy"),
        whole(session.plan.replications as f64)
    )?;
    writeln!(
        out,
        "{} of {} each: about {} a shard by a pilot, {} in all; about {} MiB of chunks, as much again once merged",
        counted(rounds.shards, "shard"),
        counted(u64::from(rounds.threads), "thread"),
        duration(rounds.shard_seconds()),
        duration(seconds),
        whole(mebibytes.max(1.0)),
    )?;
    for wanted in &rounds.precision {
        writeln!(out, "until {wanted}, {} replications at most", whole(rounds.max_replications as f64))?;
    }
    writeln!(out, "\nPlan:    {} ({PLAN} holds all inputs)", planning.folder.display())?;
    writeln!(out, "Next:    {next}")?;
    writeln!(out, "         the merge goes to {}", rounds.out.display())
}
