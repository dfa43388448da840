//! Conducting an experiment in its results folder: what is there is kept, and what is missing is run. `conclude` does the
//! rest.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::cli::args::ExperimentArguments;
use crate::cli::calibrate::{self, Outcome};
use crate::cli::exit::Stop;
use crate::cli::progress::{Progress, Show};
use crate::cli::request::{Point, REQUEST, Request};
use crate::cli::session::Session;
use crate::cli::shard::{Shard, cell_number};
use crate::cli::{interrupt, notes};
use crate::experiment::{Hooks, Plan, Ran, Rows, run_cells};
use crate::inference::Effects;
use crate::store::{Chunk, ChunkKey, Chunks, Disk, Folder, Opened, RealDisk, StoreError};
use crate::summary::{AttributionRow, CoverCurve, Hindcast, Nested, ParetoRow, Summary};

/// How an experiment is conducted: nothing here determines its results.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Clone, Debug, Default)]
pub struct Manner {
    /// Print nothing but problems.
    pub quiet: bool,
    /// How progress is shown.
    pub progress: Show,
    /// Print results as JSON.
    pub json: bool,
    /// Move results that are there aside.
    pub replace: bool,
    /// Add replications to those that are there.
    pub extend: bool,
    /// Run a share of the cells only.
    pub shard: Option<Shard>,
}

impl From<&ExperimentArguments> for Manner {
    fn from(args: &ExperimentArguments) -> Self {
        let ExperimentArguments { quiet, json, progress, replace, extend, shard, .. } = *args;
        Self { quiet, progress, json, replace, extend, shard }
    }
}

/// What an experiment came to.
#[derive(Default)]
pub struct Conducted {
    /// Its tables, by design point; empty for calibrations only. Of a sweep those of points that are not shown hold no
    /// more than their counts, unless all are to be printed.
    pub summaries: Vec<Summary>,
    /// Shares of denials, if they were asked for.
    pub shares: Vec<AttributionRow>,
    /// What refused air cover costs by its rate ratio, if a denial refuses it.
    pub curve: Option<CoverCurve>,
    /// The Pareto set, if it was asked for.
    pub pareto: Vec<ParetoRow>,
    /// Chance and parameters apart, if that was asked for.
    pub nested: Option<Nested>,
    /// What each uncertain parameter does, if that was asked for.
    pub effects: Option<Box<Effects>>,
    /// What a calibration came to.
    pub calibration: Option<Box<Outcome>>,
    /// Scores against the record, if that was asked for.
    pub hindcast: Option<Box<Hindcast>>,
    /// Replications run now, of all policies, and the seconds they took; none if there was nothing to run.
    pub ran: Option<(u64, f64)>,
}

impl Conducted {
    /// The tables of the first design point, the only one but for sweeps.
    pub fn summary(&self) -> &Summary {
        &self.summaries[0]
    }
}

/// Cells of one design point.
pub struct Cells {
    /// Which point.
    point: usize,
    /// The ranges of replications.
    pub ranges: Vec<Range<u64>>,
}

fn replications_of(cells: &[Cells]) -> u64 {
    cells.iter().flat_map(|cells| &cells.ranges).map(|range| range.end - range.start).sum()
}

/// How far a share of an experiment got.
pub struct Part {
    /// Replications that are there, of each policy.
    pub there: u64,
    /// Replications of the whole.
    pub of: u64,
}

/// What there is after a run.
pub enum Conduct {
    /// All of it.
    Whole(Conducted),
    /// A share of it.
    Part(Part),
}

/// Opens the folder, runs what is missing, summarises and writes what is not written.
///
/// # Errors
/// A folder of other inputs, of someone else, or in use; a signal; the disk.
pub fn conduct(session: &Session, manner: &Manner) -> Result<Conduct, Stop> {
    if session.request.calibration.is_some() {
        return calibrate::conduct(session, manner);
    }
    let mut run = Run::open(session, manner)?;
    run.advance(session, manner)?;
    let missing = run.missing(session);
    if missing.is_empty() {
        return run.conclude(session).map(Conduct::Whole);
    }
    let of = session.replications();
    let there = of - replications_of(&missing);
    run.folder.journal(&json!({ "event": "shard done", "at": now(), "there": there, "of": of }))?;
    Ok(Conduct::Part(Part { there, of }))
}

/// Opens the folder; also the replications that it holds or was made for.
fn open_folder(session: &Session, manner: &Manner) -> Result<(Opened, Option<u64>), Stop> {
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let opened = Folder::open(Arc::clone(&disk), &session.out, &session.request.identity(), manner.replace)?;
    let held = held(&disk, &opened)?;
    Ok((opened, held))
}

/// The replications that a folder holds or was made for; none for a fresh one.
fn held(disk: &Arc<dyn Disk>, opened: &Opened) -> Result<Option<u64>, StoreError> {
    match opened {
        Opened::Fresh(_) => Ok(None),
        Opened::Complete(folder) => Ok(folder.manifest().and_then(|manifest| manifest["replications"].as_u64())),
        Opened::Partial(folder) => Ok(Request::of_folder(disk, folder.path())?.map(|request| request.replications)),
    }
}

/// An experiment under way in its folder.
pub struct Run {
    pub(super) folder: Folder,
    /// Replications that the folder held when it was opened, if it was complete.
    pub(super) complete: Option<u64>,
    /// Chunks that can be used.
    valid: BTreeSet<ChunkKey>,
    pub(super) progress: Progress,
    /// The tables of every design point are to be printed.
    pub(super) keeps_all: bool,
    /// Replications run now, of each policy.
    pub(super) ran: u64,
}

impl Run {
    /// Opens the folder, notes in it what is to be run, and lists what is there.
    ///
    /// # Errors
    /// As for [`conduct`].
    pub fn open(session: &Session, manner: &Manner) -> Result<Self, Stop> {
        let (opened, held) = open_folder(session, manner)?;
        let asked = session.plan.replications;
        if let Some(held) = held.filter(|&held| held > asked || held < asked && !manner.extend) {
            return Err(Stop::Replications { folder: session.out.clone(), held, asked });
        }
        Self::begin(session, manner, opened, held)
    }

    /// The same where the folder may hold more than is asked for: then that is asked for.
    ///
    /// # Errors
    /// As for [`conduct`].
    pub fn open_at_least(session: &mut Session, manner: &Manner) -> Result<Self, Stop> {
        let (opened, held) = open_folder(session, manner)?;
        session.set_replications(held.map_or(session.plan.replications, |held| held.max(session.plan.replications)))?;
        Self::begin(session, manner, opened, held)
    }

    fn begin(session: &Session, manner: &Manner, opened: Opened, held: Option<u64>) -> Result<Self, Stop> {
        let is_complete = matches!(opened, Opened::Complete(_));
        let folder = opened.into_folder();
        for damage in folder.damage() {
            notes::note(manner.quiet, &format!("{damage} in {}: written again", folder.path().display()));
        }
        if !is_complete {
            folder.write(REQUEST, |out| out.write_all(session.request.text().as_bytes()))?;
        }
        folder.journal(&json!({
            "event": "begin", "at": now(), "threads": session.pool.current_num_threads(),
            "shard": manner.shard.map(|shard| shard.to_string()),
            "arguments": std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect::<Vec<_>>(),
        }))?;
        let list = folder.chunks().list()?;
        for damaged in &list.damaged {
            notes::note(manner.quiet, &format!("chunk {damaged}: run again"));
        }
        let mut valid: BTreeSet<ChunkKey> = list.valid.into_iter().map(|info| info.key).collect();
        // A kill may have come between a chunk and the removal of the shorter one that it replaces.
        let cells: BTreeSet<(u64, u64)> = session.plan.cells().into_iter().map(|cell| (cell.start, cell.end)).collect();
        let is_whole = |key: &&ChunkKey| cells.contains(&(key.first, key.last));
        for whole in valid.iter().filter(is_whole).cloned().collect::<Vec<_>>() {
            remove_shorter(&folder, &mut valid, &whole)?;
        }
        interrupt::listen();
        Ok(Self {
            folder,
            complete: held.filter(|_| is_complete),
            valid,
            progress: Progress::new(manner.progress, manner.quiet || manner.json),
            keeps_all: manner.json,
            ran: 0,
        })
    }

    /// The cells of the plan that are not there.
    pub fn missing(&self, session: &Session) -> Vec<Cells> {
        let plan = &session.plan;
        let of_point = |(point, named): (usize, &Point)| {
            let has = |cell: &Range<u64>| {
                (0..plan.policies.len()).all(|policy| self.valid.contains(&plan.key(&named.id, policy, cell)))
            };
            Cells { point, ranges: plan.cells().into_iter().filter(|cell| !has(cell)).collect() }
        };
        let cells = session.points.iter().enumerate().map(of_point);
        cells.filter(|cells| !cells.ranges.is_empty()).collect()
    }

    /// Runs the cells that are missing.
    ///
    /// # Errors
    /// A signal, and the disk.
    pub fn advance(&mut self, session: &Session, manner: &Manner) -> Result<(), Stop> {
        let mut missing = self.missing(session);
        let of_all = session.replications();
        let before = of_all - replications_of(&missing);
        if let Some(shard) = manner.shard {
            let points = session.points.len();
            for Cells { point, ranges } in &mut missing {
                ranges.retain(|cell| Shard::of_cell(cell_number(cell, *point, points), shard.of) == shard);
            }
        }
        let to_run = replications_of(&missing);
        if to_run == 0 {
            return Ok(());
        }
        self.progress.begin("replications", before, before + to_run);
        let ran_before = self.ran;
        for cells in missing {
            let done = before + self.ran - ran_before;
            if self.run_point(session, &cells, done, before + to_run)? == Ran::Stopped {
                self.progress.end();
                self.folder.journal(&json!({ "event": "interrupted", "at": now() }))?;
                let folder = self.folder.path().to_path_buf();
                return Err(Stop::Interrupted { kept: before + self.ran - ran_before, of: of_all, folder });
            }
        }
        self.progress.end();
        Ok(())
    }

    /// Runs cells of one design point.
    ///
    /// # Arguments
    /// * `before`, `of` - replications that are there, and that are to be there in the end, for the progress.
    fn run_point(&mut self, session: &Session, cells: &Cells, before: u64, of: u64) -> Result<Ran, Stop> {
        let (plan, point) = (session.plan_at(cells.point)?, session.points[cells.point].id.as_str());
        self.run_plan(session, (&plan, point), &cells.ranges, (before, of))
    }

    /// Runs a plan under an id among the chunks, but for what is there, and reads it back.
    ///
    /// # Errors
    /// A signal, and the disk.
    pub fn batch(&mut self, session: &Session, plan: &Plan, id: &str) -> Result<Rows, Stop> {
        let is_there =
            |cell: &Range<u64>| (0..plan.policies.len()).all(|policy| self.valid.contains(&plan.key(id, policy, cell)));
        let missing: Vec<Range<u64>> = plan.cells().into_iter().filter(|cell| !is_there(cell)).collect();
        if !missing.is_empty() && self.run_plan(session, (plan, id), &missing, (0, plan.replications))? == Ran::Stopped
        {
            self.folder.journal(&json!({ "event": "interrupted", "at": now() }))?;
            return Err(Stop::Paused(self.folder.path().to_path_buf()));
        }
        Ok(Rows::stored(plan, id, &plan.cells(), self.folder.chunks())?)
    }

    fn run_plan(
        &mut self,
        session: &Session,
        (plan, point): (&Plan, &str),
        ranges: &[Range<u64>],
        (before, of): (u64, u64),
    ) -> Result<Ran, Stop> {
        let kept = AtomicU64::new(0);
        let (folder, valid, progress) = (&self.folder, &mut self.valid, &self.progress);
        let keep = |chunks: Vec<Chunk>| {
            let (first, last) = (chunks[0].key.first, chunks[0].key.last);
            for chunk in chunks {
                keep_chunk(folder, valid, chunk)?;
            }
            kept.fetch_add(last - first, Ordering::Relaxed);
            let seconds = progress.seconds();
            folder
                .journal(&json!({ "event": "cell", "point": point, "first": first, "last": last, "seconds": seconds }))
        };
        let hooks = Hooks { should_stop: &interrupt::asked, on_progress: &|done, _| progress.note(before + done, of) };
        let ran = session.pool.install(|| run_cells(plan, point, ranges, &hooks, keep));
        self.ran += kept.into_inner();
        Ok(ran?)
    }

    /// The chunks of the folder.
    pub fn chunks(&self) -> &Chunks {
        self.folder.chunks()
    }

    /// Puts a chunk of another folder of the same identity among the chunks, unless it is there.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn take(&mut self, key: &ChunkKey, read: impl FnOnce() -> Result<Chunk, StoreError>) -> Result<(), StoreError> {
        if self.valid.contains(key) { Ok(()) } else { keep_chunk(&self.folder, &mut self.valid, read()?) }
    }
}

/// Writes a chunk, and removes the shorter one of the same cell that it replaces, so that a folder that was extended is the
/// same as one that was not.
fn keep_chunk(folder: &Folder, valid: &mut BTreeSet<ChunkKey>, chunk: Chunk) -> Result<(), StoreError> {
    let columns: Vec<&[f64]> = chunk.columns.iter().map(Vec::as_slice).collect();
    folder.write_chunk(&chunk.key, &columns, &chunk.bytes)?;
    remove_shorter(folder, valid, &chunk.key)?;
    valid.insert(chunk.key);
    Ok(())
}

/// Removes chunks of the same cell that a longer one holds too.
fn remove_shorter(folder: &Folder, valid: &mut BTreeSet<ChunkKey>, whole: &ChunkKey) -> Result<(), StoreError> {
    let ChunkKey { text, first, last } = whole;
    let inside = ChunkKey::new(text.clone(), *first, 0)..ChunkKey::new(text.clone(), *last, 0);
    for old in valid.range(inside).filter(|old| old.last < *last).cloned().collect::<Vec<_>>() {
        folder.remove_chunk(&old)?;
        valid.remove(&old);
    }
    Ok(())
}

/// Seconds since 1970, for the journal.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
