//! `merge`: shards of one experiment put together, with the bytes of one machine.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::commands::show_conducted;
use crate::cli::conduct::{Manner, Run};
use crate::cli::exit::Stop;
use crate::cli::notes::note;
use crate::cli::request::{REQUEST, Request};
use crate::cli::session::Session;
use crate::store::{Chunk, ChunkKey, Chunks, DamagedChunk, Disk, Identity, RealDisk, StoreError, read_journal};

/// A results folder to merge.
struct Source {
    path: PathBuf,
    request: Request,
    chunks: Chunks,
    damaged: Vec<DamagedChunk>,
    valid: BTreeSet<ChunkKey>,
}

/// Merges shards into one folder.
///
/// # Errors
/// Shards of different experiments, gaps, and what running gives.
pub fn merge(folders: &[PathBuf], out: PathBuf, manner: &Manner) -> Result<(), Stop> {
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let mut problems = Vec::new();
    let mut sources = Vec::new();
    for path in folders {
        match Source::read(&disk, path)? {
            Ok(source) => sources.push(source),
            Err(problem) => problems.push(problem),
        }
    }
    let Some((first, others)) = sources.split_first() else { return Err(Stop::Merge(problems)) };
    problems.extend(others.iter().flat_map(|other| differences(first, other)));
    if !problems.is_empty() {
        return Err(Stop::Merge(problems));
    }
    let asked = first.request.clone().load().map_err(Stop::Scenario)?;
    let file = PathBuf::from(&first.request.scenario);
    let session = Session::new(asked, file, out, None)?;
    let from = places(&session, &sources);
    let from = from.map_err(|gaps| Stop::Merge(with_hints(gaps, &disk, &sources)))?;
    check_duplicates(&sources, manner)?;
    let mut run = Run::open(&session, manner)?;
    for (key, source) in from {
        run.take(&key, || sources[source].chunks.read(&key))?;
    }
    let conducted = run.conclude(&session)?;
    show_conducted(&session, manner, &conducted, &[])
}

impl Source {
    /// Reads a folder; what is wrong with it if it cannot be merged with any.
    fn read(disk: &Arc<dyn Disk>, path: &Path) -> Result<Result<Self, String>, StoreError> {
        let identity = Identity::read(&**disk, path)?;
        let Some(request) = Request::of_folder(disk, path)? else {
            return Ok(Err(format!("{} has no {REQUEST} that can be read: run its shard again", path.display())));
        };
        let other = request.identity().differences(&identity);
        if !other.is_empty() {
            let other: Vec<String> =
                other.iter().map(|difference| difference.to_string().replace("asked for", "here")).collect();
            let said = other.join("; ");
            return Ok(Err(format!(
                "{} is not of this version and its own inputs: {said}: run its shard again",
                path.display()
            )));
        }
        let chunks = Chunks::of(Arc::clone(disk), path)?;
        let list = chunks.list()?;
        let valid = list.valid.into_iter().map(|info| info.key).collect();
        Ok(Ok(Self { path: path.to_path_buf(), request, chunks, damaged: list.damaged, valid }))
    }
}

/// What differs between two shards that should be of one experiment.
fn differences(first: &Source, other: &Source) -> Vec<String> {
    let (a, b) = (first.path.display(), other.path.display());
    let text = |text: Option<&str>| text.map_or_else(|| "absent".to_owned(), str::to_owned);
    let identity = other.request.identity().differences(&first.request.identity());
    let mut problems: Vec<String> = identity
        .iter()
        .map(|d| format!("{}: {} in {a}, {} in {b}", d.key, text(d.there.as_deref()), text(d.here.as_deref())))
        .collect();
    if first.request.replications != other.request.replications {
        let counts = (first.request.replications, other.request.replications);
        problems.push(format!("replications: {} in {a}, {} in {b}", counts.0, counts.1));
    }
    if !problems.is_empty() {
        problems.push(format!("run the shard of {b} again with what {a} has, or leave it out"));
    }
    problems
}

/// The folder that each chunk of the experiment is taken from; the replications that are nowhere.
fn places(session: &Session, sources: &[Source]) -> Result<BTreeMap<ChunkKey, usize>, Vec<String>> {
    let mut from = BTreeMap::new();
    let mut all_gaps = Vec::new();
    for point in &session.points {
        let gaps = gaps(session, &point.id, sources, &mut from);
        let of_point = if session.points.len() > 1 { format!(" of design point {}", point.id) } else { String::new() };
        let text =
            |(first, last): (u64, u64)| format!("replications {first} to {}{of_point} are in none of them", last - 1);
        all_gaps.extend(gaps.into_iter().map(text));
    }
    if all_gaps.is_empty() { Ok(from) } else { Err(all_gaps) }
}

/// The same for one design point.
fn gaps(session: &Session, point: &str, sources: &[Source], from: &mut BTreeMap<ChunkKey, usize>) -> Vec<(u64, u64)> {
    let mut gaps: Vec<(u64, u64)> = Vec::new();
    for cell in session.plan.cells() {
        let mut is_gap = false;
        for policy in 0..session.plan.policies.len() {
            let key = session.plan.key(point, policy, &cell);
            match sources.iter().position(|source| source.valid.contains(&key)) {
                Some(source) => drop(from.insert(key, source)),
                None => is_gap = true,
            }
        }
        match gaps.last_mut() {
            Some(last) if is_gap && last.1 == cell.start => last.1 = cell.end,
            _ if is_gap => gaps.push((cell.start, cell.end)),
            _ => {}
        }
    }
    gaps
}

/// The gaps, what is damaged, and how each folder was made.
fn with_hints(mut lines: Vec<String>, disk: &Arc<dyn Disk>, sources: &[Source]) -> Vec<String> {
    for source in sources {
        lines.extend(source.damaged.iter().map(|chunk| format!("{}: chunk {chunk}", source.path.display())));
    }
    lines.push(
        "run the shards that are missing or not finished; the same command on the same folder goes on:".to_owned(),
    );
    for source in sources {
        let made = made_by(disk, &source.path).unwrap_or_else(|| "unknown command".to_owned());
        lines.push(format!("{}: {made}", source.path.display()));
    }
    lines
}

/// The command that a folder was last worked on with, from its journal.
fn made_by(disk: &Arc<dyn Disk>, folder: &Path) -> Option<String> {
    let journal = read_journal(&**disk, folder).ok()?;
    let begun = journal.events.iter().rev().find(|event| event["event"] == "begin")?;
    let arguments = begun["arguments"].as_array()?;
    let texts: Vec<&str> = arguments.iter().skip(1).filter_map(|argument| argument.as_str()).collect();
    Some(format!("rearguard {}", texts.join(" ").escape_debug()))
}

/// Chunks that several folders have must be the same.
fn check_duplicates(sources: &[Source], manner: &Manner) -> Result<(), Stop> {
    let mut seen: BTreeMap<&ChunkKey, usize> = BTreeMap::new();
    let (mut same, mut problems) = (0, Vec::new());
    for (at, source) in sources.iter().enumerate() {
        for key in &source.valid {
            let Some(&before) = seen.get(key) else {
                seen.insert(key, at);
                continue;
            };
            if equal(&sources[before].chunks.read(key)?, &source.chunks.read(key)?) {
                same += 1;
                continue;
            }
            let (a, b) = (sources[before].path.display(), source.path.display());
            problems.push(format!(
                "replications {} to {} differ between {a} and {b} though their inputs are the same: run one of them again",
                key.first,
                key.last - 1
            ));
        }
    }
    if same > 0 {
        note(manner.quiet, &format!("{same} chunks are in more than one folder, and the same there"));
    }
    if problems.is_empty() { Ok(()) } else { Err(Stop::Merge(problems)) }
}

/// Whether two chunks are the same to the bit.
fn equal(one: &Chunk, other: &Chunk) -> bool {
    let bits = |chunk: &Chunk| {
        chunk.columns.iter().map(|c| c.iter().map(|v| v.to_bits()).collect()).collect::<Vec<Vec<u64>>>()
    };
    one.key == other.key && one.bytes == other.bytes && bits(one) == bits(other)
}
