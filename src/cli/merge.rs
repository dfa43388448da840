//! `merge`: shards of one experiment put together, with the bytes of one machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use crate::cli::commands::show_conducted;
use crate::cli::conduct::{Manner, Run};
use crate::cli::exit::Stop;
use crate::cli::interrupt;
use crate::cli::notes::note;
use crate::cli::precision;
use crate::cli::rounds::Rounds;
use crate::cli::session::Session;
use crate::cli::shards::{Planned, Shards};
use crate::stats::check_at;
use crate::store::{Disk, RealDisk};

/// Options of `merge`.
#[derive(Args, Debug)]
pub struct MergeArguments {
    /// Results folders of the shards, in any order
    #[arg(required_unless_present = "plan", value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Results folder of the whole
    #[arg(long, required_unless_present = "plan", value_name = "DIR")]
    out: Option<PathBuf>,
    /// Merge the shards of a plan, and plan the next round if a precision is asked for and not reached
    #[arg(long, value_name = "DIR", conflicts_with_all = ["folders", "out"])]
    plan: Option<PathBuf>,
    /// Move results of other inputs in the folder aside
    #[arg(long)]
    replace: bool,
    /// Print results as JSON
    #[arg(long)]
    json: bool,
    /// Print nothing but problems
    #[arg(long, short)]
    quiet: bool,
}

/// Merges shards into one folder.
///
/// # Errors
/// Shards of different experiments, gaps, a precision that is not reached yet, and what running gives.
pub fn merge(args: &MergeArguments) -> Result<(), Stop> {
    let manner = Manner {
        quiet: args.quiet,
        json: args.json,
        replace: args.replace,
        extend: args.plan.is_some(),
        ..Manner::default()
    };
    match (&args.plan, &args.out) {
        (Some(plan), _) => merge_round(plan, &manner),
        (None, out) => merge_folders(&args.folders, out.clone().unwrap_or_default(), &manner),
    }
}

fn merge_folders(folders: &[PathBuf], out: PathBuf, manner: &Manner) -> Result<(), Stop> {
    let (shards, request) = Shards::read(&disk(), folders, None)?;
    let file = PathBuf::from(&request.scenario);
    let session = Session::new(request.load().map_err(Stop::Scenario)?, file, out, None)?;
    let run = put_together(&session, &shards, None, manner)?;
    show_conducted(&session, manner, &run.conclude(&session)?, &[])
}

/// Merges the shards of a plan's round; plans the next one if that is needed.
fn merge_round(folder: &Path, manner: &Manner) -> Result<(), Stop> {
    let rounds = Rounds::read(folder)?;
    let again = |indices: &[u64]| rounds.again(folder, indices);
    let planned =
        Planned { name: folder.display().to_string(), request: &rounds.experiment, of: rounds.shards, again: &again };
    let begun: Vec<PathBuf> =
        (1..=rounds.shards).map(|index| Rounds::shard_folder(folder, index)).filter(|path| path.exists()).collect();
    let (shards, request) = Shards::read(&disk(), &begun, Some(&planned))?;
    let file = PathBuf::from(&request.scenario);
    let session = Session::new(request.load().map_err(Stop::Scenario)?, file, rounds.out.clone(), None)?;
    let wanted = rounds.wanted()?;
    let columns = precision::columns(&session, &wanted)?;
    let run = put_together(&session, &shards, Some(&planned), manner)?;
    let check = check_at(session.plan.replications);
    let judged = session.pool.install(|| precision::judge(&session, &run, &wanted, &columns, check))?;
    show_conducted(&session, manner, &run.conclude(&session)?, &judged)?;
    let advice = match precision::next_round(&judged, session.plan.replications, rounds.max_replications) {
        None => "there may be no more replications: raise `max_replications` of the study and plan anew".to_owned(),
        Some(replications) => rounds.next(replications).write(folder)?,
    };
    precision::reached(&session, &judged, &advice)
}

/// Copies every chunk of the shards into the folder of the whole. Nothing is written before all is there and agrees.
fn put_together(session: &Session, shards: &Shards, planned: Option<&Planned>, manner: &Manner) -> Result<Run, Stop> {
    shards.complete(session, planned)?;
    let same = shards.agree()?;
    if same > 0 {
        note(manner.quiet, &format!("{same} chunks are in more than one folder, and the same there"));
    }
    let mut run = Run::open(session, manner)?;
    let cells = session.plan.cells();
    for point in &session.points {
        for (cell, policy) in cells.iter().flat_map(|cell| (0..session.plan.policies.len()).map(move |at| (cell, at))) {
            if interrupt::asked() {
                return Err(Stop::Paused(session.out.clone()));
            }
            let key = session.plan.key(&point.id, policy, cell);
            run.take(&key, || shards.chunk(&key))?;
        }
    }
    Ok(run)
}

fn disk() -> Arc<dyn Disk> {
    Arc::new(RealDisk)
}
