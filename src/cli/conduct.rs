//! Conducting an experiment in its results folder: what is there is kept, what is missing is run, and then all of it is
//! read back and summarised.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::cli::args::ExperimentArguments;
use crate::cli::calibrate::{self, Outcome};
use crate::cli::exit::Stop;
use crate::cli::files::Tables;
use crate::cli::progress::{Progress, Show};
use crate::cli::request::{Kind, Point, REQUEST, Request};
use crate::cli::sensitivity::{Screened, Sensing};
use crate::cli::session::Session;
use crate::cli::shard::{Shard, cell_number};
use crate::cli::{files, interrupt, notes};
use crate::experiment::{Hooks, Plan, Ran, Rows, run_cells};
use crate::inference::{Effects, sensitivity};
use crate::measures::Measure;
use crate::output::{self, costs, csv_files, inference_tables, tables};
use crate::store::{Chunk, ChunkKey, Chunks, Disk, Folder, Opened, RealDisk, StoreError};
use crate::summary::{
    self, AttributionRow, CoverCurve, Hindcast, Nested, ParetoRow, Summary, SummaryError, attribution, cover_curve,
    exceedance_rows, ledgers, pareto, summarise,
};

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
    /// Its tables, by design point; empty for calibrations only.
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
    folder: Folder,
    /// Replications that the folder held when it was opened, if it was complete.
    complete: Option<u64>,
    /// Chunks that can be used.
    valid: BTreeSet<ChunkKey>,
    progress: Progress,
    /// Replications run now, of each policy.
    ran: u64,
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
        self.progress.begin(before, before + to_run);
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

    /// Reads everything back, makes the tables, and writes the files, the manifest last, unless they are there.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn conclude(self, session: &Session) -> Result<Conducted, Stop> {
        session.pool.install(|| self.conclude_here(session))
    }

    fn conclude_here(self, session: &Session) -> Result<Conducted, Stop> {
        let plan = &session.plan;
        let mut rows = Vec::new();
        for point in &session.points {
            rows.push(Rows::stored(plan, &point.id, &plan.cells(), self.folder.chunks())?);
        }
        if let (Some(sensing), Some(screened)) = (&session.request.sensitivity, &session.screened) {
            return self.conclude_sensitivity(session, &rows[0], (sensing, screened));
        }
        let command = session.request.command;
        let of_point = |rows| -> Result<Summary, Stop> {
            let summary = summarise(rows, &plan.policies[0].model, &session.names)?;
            Ok(if command == Kind::Sweep { summary.without_ledgers() } else { summary })
        };
        let summaries = rows.iter().map(of_point).collect::<Result<Vec<_>, _>>()?;
        let shares = match command {
            Kind::Attribute => attribution(&rows[0], session.request.none_in_force() + 1)?,
            _ => Vec::new(),
        };
        let first_pair = plan.compared + 1;
        let curve = plan.curve.map(|_| cover_curve(&rows[0], first_pair)).transpose()?;
        let inner = session.request.nested.map(|nesting| nesting.inner as usize);
        let nested = inner.map(|inner| summary::nested(&rows[0], &session.names, inner)).transpose()?;
        let pareto = pareto_set(session, &rows[0])?;
        let hindcast =
            session.record.as_ref().map(|record| record.score(session, &rows[0]).map(Box::new)).transpose()?;
        let ran = (self.ran > 0).then(|| (self.ran * plan.policies.len() as u64, self.progress.seconds()));
        if self.complete != Some(plan.replications) {
            let text = session.request.text();
            self.folder.write(REQUEST, |out| out.write_all(text.as_bytes()))?;
            let mut written = Tables::of(&self.folder);
            files::write(&mut written, session, &rows, &summaries)?;
            if let Some(of) = &nested {
                written.write(tables::variance(), |out, _| output::nested::variance(out, &of.splits))?;
                written.write(tables::exceedance_draws(), |out, _| output::nested::draw_curves(out, &of.curves))?;
            } else if matches!(command, Kind::Run | Kind::Compare) {
                let curves = exceedance_rows(&rows[0], &summaries[0], &session.names)?;
                written.write(tables::exceedance(), |out, _| csv_files::exceedance(out, &curves))?;
            }
            if !pareto.is_empty() {
                let table = tables::pareto().with(tables::mean_columns(&session.request.pareto));
                written.write(table, |out, table| csv_files::pareto(out, table, &pareto))?;
            }
            if !shares.is_empty() {
                let denials: Vec<&str> = session.request.denials.iter().map(String::as_str).collect();
                written.write(tables::attribution(), |out, _| costs::attribution(out, &shares, &denials))?;
            }
            if let Some(hindcast) = &hindcast {
                written.write(inference_tables::hindcast(), |out, _| output::hindcast::facts(out, hindcast, plan))?;
                let table = output::hindcast::groups_table();
                written.write(table, |out, table| output::hindcast::groups(out, table, hindcast))?;
            }
            if let Some(curve) = &curve {
                written.write(tables::curve(), |out, _| costs::curve(out, curve))?;
                written.write(tables::break_even(), |out, _| costs::break_even(out, curve))?;
            }
            written.describe(session.title())?;
            self.finish(session, &summaries, ran)?;
        }
        Ok(Conducted { summaries, shares, curve, pareto, nested, hindcast, ran, ..Conducted::default() })
    }

    /// The same for a sensitivity analysis, whose replications are points of its design.
    fn conclude_sensitivity(
        self,
        session: &Session,
        rows: &Rows,
        (sensing, screened): (&Sensing, &Screened),
    ) -> Result<Conducted, Stop> {
        let plan = &session.plan;
        let summary = ledgers(rows, &plan.policies[0].model)?.without_ledgers();
        let effects = sensitivity(rows, &sensing.columns(&session.names), screened.ran(sensing))?;
        let ran = (self.ran > 0).then(|| (self.ran * plan.policies.len() as u64, self.progress.seconds()));
        let summaries = vec![summary];
        if self.complete != Some(plan.replications) {
            files::write_sensitivity(&self.folder, session, (sensing, screened), (&summaries[0], &effects))?;
            self.finish(session, &summaries, ran)?;
        }
        Ok(Conducted { summaries, effects: Some(Box::new(effects)), ran, ..Conducted::default() })
    }

    /// Writes the files of a calibration, unless they are there.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn conclude_calibration(
        self,
        session: &Session,
        write: impl FnOnce(&mut Tables) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        if self.complete == Some(session.plan.replications) {
            return Ok(());
        }
        self.folder.write(REQUEST, |out| out.write_all(session.request.text().as_bytes()))?;
        let mut written = Tables::of(&self.folder);
        write(&mut written)?;
        written.describe(session.title())?;
        self.finish(session, &[], None)
    }

    /// Writes the manifest, the last of the files.
    fn finish(&self, session: &Session, summaries: &[Summary], ran: Option<(u64, f64)>) -> Result<(), Stop> {
        let (replications, seconds) = (session.plan.replications, ran.map(|(_, seconds)| seconds));
        let event = json!({ "event": "done", "at": now(), "replications": replications, "seconds": seconds });
        self.folder.journal(&event)?;
        self.folder.finish(&files::manifest(session, summaries))?;
        Ok(())
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

/// The Pareto set on the measures asked for; none without any.
fn pareto_set(session: &Session, rows: &Rows) -> Result<Vec<ParetoRow>, SummaryError> {
    let measures: Vec<Measure> = session.request.pareto.iter().filter_map(|name| Measure::named(name)).collect();
    if measures.is_empty() || rows.n() == 0 { Ok(Vec::new()) } else { pareto(rows, &measures, session.plan.seed) }
}

/// Seconds since 1970, for the journal.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
