//! Conducting an experiment in its results folder: what is there is kept, what is missing is run, and then all of it is
//! read back and summarised.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::cli::args::ExperimentArguments;
use crate::cli::exit::Stop;
use crate::cli::progress::Progress;
use crate::cli::request::{REQUEST, Request};
use crate::cli::session::Session;
use crate::cli::{files, interrupt, notes};
use crate::experiment::{Hooks, ONLY_POINT, Ran, Rows, run_cells};
use crate::store::{Chunk, ChunkKey, Disk, Folder, Opened, RealDisk, StoreError};
use crate::summary::{Summary, summarise};

/// What an experiment came to.
pub struct Conducted {
    /// Its folder, with the manifest if there is nothing left to do.
    pub folder: Folder,
    /// Its rows.
    pub rows: Rows,
    /// Its tables.
    pub summary: Summary,
    /// Whether the folder was complete before, so that nothing has to be written.
    pub was_complete: bool,
    /// Replications run now, of all policies, and the seconds they took; none if there was nothing to run.
    pub ran: Option<(u64, f64)>,
}

/// Opens the folder, runs what is missing and summarises.
///
/// # Errors
/// A folder of other inputs, of someone else, or in use; a signal; the disk.
pub fn conduct(session: &mut Session, args: &ExperimentArguments) -> Result<Conducted, Stop> {
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let opened = Folder::open(Arc::clone(&disk), &session.out, &session.request.identity(), args.replace)?;
    let held = held(&disk, &opened)?;
    check_held(session, args, held)?;
    let mut run = Run::begin(session, args, opened)?;
    run.advance(session)?;
    run.conclude(session, held)
}

/// The replications that a folder holds or was made for; none for a fresh one.
fn held(disk: &Arc<dyn Disk>, opened: &Opened) -> Result<Option<u64>, StoreError> {
    match opened {
        Opened::Fresh(_) => Ok(None),
        Opened::Complete(folder) => Ok(folder.manifest().and_then(|manifest| manifest["replications"].as_u64())),
        Opened::Partial(folder) => Ok(Request::of_folder(disk, folder.path())?.map(|request| request.replications)),
    }
}

/// Refuses another number of replications, unless it is more and they are to be added.
fn check_held(session: &Session, args: &ExperimentArguments, held: Option<u64>) -> Result<(), Stop> {
    let asked = session.request.replications;
    match held {
        Some(held) if held > asked || held < asked && !args.extend => {
            Err(Stop::Replications { folder: session.out.clone(), held, asked })
        }
        _ => Ok(()),
    }
}

/// An experiment under way.
struct Run {
    folder: Folder,
    is_complete: bool,
    /// Chunks that can be used.
    valid: BTreeSet<ChunkKey>,
    progress: Progress,
    /// Replications run now, of each policy.
    ran: u64,
}

impl Run {
    /// Notes in the folder what is to be run, and lists what is there.
    fn begin(session: &Session, args: &ExperimentArguments, opened: Opened) -> Result<Self, Stop> {
        let is_complete = matches!(opened, Opened::Complete(_));
        let folder = opened.into_folder();
        for damage in folder.damage() {
            notes::note(args.quiet, &format!("{damage} in {}: written again", folder.path().display()));
        }
        if !is_complete {
            folder.write(REQUEST, |out| out.write_all(session.request.text().as_bytes()))?;
        }
        folder.journal(&json!({
            "event": "begin", "at": now(), "threads": session.pool.current_num_threads(),
            "arguments": std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect::<Vec<_>>(),
        }))?;
        let list = folder.chunks().list()?;
        for damaged in &list.damaged {
            notes::note(args.quiet, &format!("chunk {damaged}: run again"));
        }
        interrupt::listen();
        Ok(Self {
            folder,
            is_complete,
            valid: list.valid.into_iter().map(|info| info.key).collect(),
            progress: Progress::new(args.quiet || args.json),
            ran: 0,
        })
    }

    /// Runs the cells that are missing.
    fn advance(&mut self, session: &Session) -> Result<(), Stop> {
        let plan = &session.plan;
        let missing: Vec<Range<u64>> = plan.cells().into_iter().filter(|cell| !self.has(session, cell)).collect();
        let to_run: u64 = missing.iter().map(|cell| cell.end - cell.start).sum();
        if to_run == 0 {
            return Ok(());
        }
        let kept_before = plan.replications - to_run;
        self.progress.begin(kept_before, plan.replications);
        let kept = AtomicU64::new(0);
        let (folder, valid, progress) = (&self.folder, &mut self.valid, &self.progress);
        let keep = |chunks: Vec<Chunk>| {
            let range = chunks[0].key.first..chunks[0].key.last;
            for chunk in chunks {
                keep_chunk(folder, valid, chunk)?;
            }
            kept.fetch_add(range.end - range.start, Ordering::Relaxed);
            let seconds = progress.seconds();
            folder.journal(&json!({ "event": "cell", "first": range.start, "last": range.end, "seconds": seconds }))
        };
        let hooks = Hooks {
            should_stop: &interrupt::asked,
            on_progress: &|done, _| progress.note(kept_before + done, plan.replications),
        };
        let ran = session.pool.install(|| run_cells(plan, ONLY_POINT, &missing, &hooks, keep));
        self.progress.end();
        let kept = kept.into_inner();
        self.ran += kept;
        match ran? {
            Ran::All => Ok(()),
            Ran::Stopped => {
                self.folder.journal(&json!({ "event": "interrupted", "at": now() }))?;
                let (kept, of) = (kept_before + kept, plan.replications);
                Err(Stop::Interrupted { kept, of, folder: self.folder.path().to_path_buf() })
            }
        }
    }

    /// Whether every policy's chunk of a cell can be used.
    fn has(&self, session: &Session, cell: &Range<u64>) -> bool {
        let mut keys = (0..session.plan.policies.len()).map(|policy| session.plan.key(ONLY_POINT, policy, cell));
        keys.all(|key| self.valid.contains(&key))
    }

    /// Reads everything back, makes the tables and writes the files.
    fn conclude(self, session: &Session, held: Option<u64>) -> Result<Conducted, Stop> {
        let plan = &session.plan;
        let chunks = self.folder.chunks();
        let (rows, summary) = session.pool.install(|| -> Result<(Rows, Summary), Stop> {
            let rows = Rows::stored(plan, ONLY_POINT, &plan.cells(), chunks)?;
            let summary = summarise(&rows, &plan.policies[0].model, &session.names)?;
            Ok((rows, summary))
        })?;
        let was_complete = self.is_complete && held == Some(plan.replications);
        let seconds = self.progress.seconds();
        let ran = (self.ran > 0).then_some((self.ran * plan.policies.len() as u64, seconds));
        if !was_complete {
            session.pool.install(|| files::write(&self.folder, session, &rows, &summary))?;
        }
        Ok(Conducted { folder: self.folder, rows, summary, was_complete, ran })
    }
}

/// Writes a chunk, and removes the shorter one of the same cell that it replaces, so that a folder that was extended is the
/// same as one that was not.
fn keep_chunk(folder: &Folder, valid: &mut BTreeSet<ChunkKey>, chunk: Chunk) -> Result<(), StoreError> {
    let columns: Vec<&[f64]> = chunk.columns.iter().map(Vec::as_slice).collect();
    folder.write_chunk(&chunk.key, &columns, &chunk.bytes)?;
    let shorter = valid.iter().filter(|old| old.text == chunk.key.text && is_within(old, &chunk.key)).cloned();
    for old in shorter.collect::<Vec<_>>() {
        folder.remove_chunk(&old)?;
        valid.remove(&old);
    }
    valid.insert(chunk.key);
    Ok(())
}

fn is_within(old: &ChunkKey, new: &ChunkKey) -> bool {
    old.first >= new.first && old.last <= new.last && old != new
}

/// Completes a folder: the journal's last event, and the manifest.
///
/// # Errors
/// Those of the disk.
pub fn finish(conducted: &Conducted, session: &Session) -> Result<(), Stop> {
    if conducted.was_complete {
        return Ok(());
    }
    let seconds = conducted.ran.map(|(_, seconds)| seconds);
    conducted.folder.journal(&json!({
        "event": "done", "at": now(), "replications": session.plan.replications, "seconds": seconds,
    }))?;
    conducted.folder.finish(&files::manifest(session, &conducted.summary))?;
    Ok(())
}

/// Seconds since 1970, for the journal.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
