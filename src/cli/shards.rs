//! What the folders of shards hold: whether they are of one experiment, what is in none of them, and what to run again.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::exit::Stop;
use crate::cli::made::Made;
use crate::cli::request::{REQUEST, Request};
use crate::cli::session::Session;
use crate::cli::shard::{Shard, cell_number};
use crate::store::{Chunk, ChunkKey, Chunks, DamagedChunk, Disk, Identity, StoreError, is_open};

/// Lines of one kind that are listed.
const MOST_SHOWN: usize = 20;

/// The folder of a shard. Only what tells it from the others is kept: a merge may take thousands.
struct Source {
    path: PathBuf,
    chunks: Chunks,
    damaged: Vec<DamagedChunk>,
    made: Made,
}

/// Shards that were planned together.
pub struct Planned<'p> {
    /// What messages call the plan.
    pub name: String,
    /// What they are of.
    pub request: &'p Request,
    /// How many there are.
    pub of: u64,
    /// The commands that run some of them again.
    pub again: &'p dyn Fn(&[u64]) -> Vec<String>,
}

/// Folders of one experiment, and where each of its chunks is.
pub struct Shards {
    sources: Vec<Source>,
    from: BTreeMap<ChunkKey, usize>,
    /// Chunks that another folder has as well.
    twice: Vec<(ChunkKey, usize)>,
}

impl Shards {
    /// Reads folders, which must be of one experiment, and nobody may be writing to them.
    ///
    /// # Returns
    /// The folders, and what they are of.
    ///
    /// # Errors
    /// [`Stop::Merge`] with every problem, and what cannot be read.
    pub fn read(disk: &Arc<dyn Disk>, folders: &[PathBuf], planned: Option<&Planned>) -> Result<(Self, Request), Stop> {
        let mut whole = planned.map(|planned| (planned.name.clone(), planned.request.clone()));
        let (mut paths, mut problems) = (Vec::new(), Vec::new());
        for path in folders {
            let request = match request_of(disk, path)? {
                Ok(request) => request,
                Err(problem) => {
                    problems.push(problem);
                    continue;
                }
            };
            match &whole {
                None => whole = Some((path.display().to_string(), request)),
                Some(first) => problems.extend(differences(first, (path, &request), planned.is_some())),
            }
            paths.push(path);
        }
        let Some((_, request)) = whole.filter(|_| problems.is_empty()) else {
            return Err(Stop::Merge(cut(problems, "problems")));
        };
        let mut shards = Self { sources: Vec::new(), from: BTreeMap::new(), twice: Vec::new() };
        for path in paths {
            shards.add(disk, path)?;
        }
        Ok((shards, request))
    }

    fn add(&mut self, disk: &Arc<dyn Disk>, path: &Path) -> Result<(), StoreError> {
        let (at, chunks) = (self.sources.len(), Chunks::of(Arc::clone(disk), path)?);
        let list = chunks.list()?;
        for info in list.valid {
            match self.from.entry(info.key) {
                Entry::Vacant(place) => {
                    place.insert(at);
                }
                Entry::Occupied(place) => self.twice.push((place.key().clone(), at)),
            }
        }
        let made = Made::of(&**disk, path);
        self.sources.push(Source { path: path.to_path_buf(), chunks, damaged: list.damaged, made });
        Ok(())
    }

    /// Checks that every chunk of the experiment is there.
    ///
    /// # Errors
    /// [`Stop::Merge`] with what is not, and the commands to run again.
    pub fn complete(&self, session: &Session, planned: Option<&Planned>) -> Result<(), Stop> {
        let missing = self.missing(session);
        if missing.is_empty() {
            return Ok(());
        }
        let mut lines = cut(gaps(session, &missing), "such gaps");
        let damaged = self
            .sources
            .iter()
            .flat_map(|source| source.damaged.iter().map(|chunk| format!("{}: chunk {chunk}", source.path.display())));
        lines.extend(cut(damaged.collect(), "damaged chunks"));
        match planned.map(|planned| planned.of).or_else(|| self.all_of()) {
            Some(of) => {
                let points = session.points.len();
                let shard =
                    |(point, cell): &(usize, Range<u64>)| Shard::of_cell(cell_number(cell, *point, points), of).index;
                let indices: Vec<u64> = missing.iter().map(shard).collect::<BTreeSet<u64>>().into_iter().collect();
                lines.extend(self.to_run(&indices, of, planned));
            }
            None => lines.extend(self.all_commands()),
        }
        Err(Stop::Merge(lines))
    }

    /// The cells that no folder has whole, by design point.
    fn missing(&self, session: &Session) -> Vec<(usize, Range<u64>)> {
        let (plan, cells) = (&session.plan, session.plan.cells());
        let has = |point: usize, cell: &Range<u64>| {
            let id = &session.points[point].id;
            (0..plan.policies.len()).all(|policy| self.from.contains_key(&plan.key(id, policy, cell)))
        };
        let all = (0..session.points.len()).flat_map(|point| cells.iter().map(move |cell| (point, cell.clone())));
        all.filter(|(point, cell)| !has(*point, cell)).collect()
    }

    /// Of how many shards these are some, if they agree on it.
    fn all_of(&self) -> Option<u64> {
        let mut of = self.sources.iter().filter_map(|source| source.made.shard).map(|shard| shard.of);
        let first = of.next()?;
        of.all(|other| other == first).then_some(first)
    }

    /// The shards to run again, and the command of each.
    fn to_run(&self, indices: &[u64], of: u64, planned: Option<&Planned>) -> Vec<String> {
        let plural = if indices.len() == 1 { "shard" } else { "shards" };
        let mut lines = vec![format!(
            "{plural} {} of {of} to run again; what is finished is kept, and the same command on the same folder goes on:",
            in_ranges(indices)
        )];
        if let Some(planned) = planned {
            lines.extend((planned.again)(indices));
            return lines;
        }
        let command = |&index: &u64| {
            let shard = Shard { index, of };
            let own = self.sources.iter().find(|source| source.made.shard == Some(shard));
            match own.or_else(|| self.sources.iter().find(|source| source.made.shard.is_some())) {
                Some(source) => {
                    let state = match own {
                        None => "",
                        Some(own) if own.made.has_ended => "",
                        Some(_) => "   (begun and not ended: still running elsewhere, or killed)",
                    };
                    format!("{}{state}", source.made.command(shard, own.map(|own| own.path.as_path())))
                }
                None => format!("--shard {shard}"),
            }
        };
        lines.extend(cut(indices.iter().map(command).collect(), "such commands"));
        lines
    }

    /// What made each folder, where nothing says which shards there are.
    fn all_commands(&self) -> Vec<String> {
        let mut lines =
            vec!["run what is missing or not finished; the same command on the same folder goes on:".to_owned()];
        let made = |source: &Source| format!("{}: {}", source.path.display(), source.made.as_typed());
        lines.extend(cut(self.sources.iter().map(made).collect(), "folders"));
        lines
    }

    /// Checks that chunks that several folders have are the same in all of them.
    ///
    /// # Returns
    /// How many are.
    ///
    /// # Errors
    /// [`Stop::Merge`] with those that are not, and what cannot be read.
    pub fn agree(&self) -> Result<usize, Stop> {
        let mut problems = Vec::new();
        for (key, other) in &self.twice {
            let [one, other] = [self.from[key], *other].map(|at| &self.sources[at]);
            if !equal(&one.chunks.read(key)?, &other.chunks.read(key)?) {
                problems.push(format!(
                    "replications {} to {} differ between {} and {} though their inputs are the same: run one of them again \
                     in a new folder",
                    key.first,
                    key.last - 1,
                    one.path.display(),
                    other.path.display()
                ));
            }
        }
        if problems.is_empty() { Ok(self.twice.len()) } else { Err(Stop::Merge(cut(problems, "such chunks"))) }
    }

    /// A chunk that is in one of the folders.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn chunk(&self, key: &ChunkKey) -> Result<Chunk, StoreError> {
        self.sources[self.from[key]].chunks.read(key)
    }
}

/// The request of a folder; what is wrong with the folder if it cannot be merged with any.
fn request_of(disk: &Arc<dyn Disk>, path: &Path) -> Result<Result<Request, String>, StoreError> {
    let identity = match Identity::read(&**disk, path) {
        Err(error @ StoreError::NoResults { .. }) => return Ok(Err(error.to_string())),
        identity => identity?,
    };
    let shown = path.display();
    if is_open(&**disk, path) {
        return Ok(Err(format!("{shown} is being written to: its shard is still running; merge when it has ended")));
    }
    let Some(request) = Request::of_folder(disk, path)? else {
        return Ok(Err(format!("{shown} has no {REQUEST} that can be read: run its shard again")));
    };
    if request.calibration.is_some() {
        return Ok(Err(format!("{shown} is of a calibration, which is not run in shards: leave it out")));
    }
    let other = request.identity().differences(&identity);
    if other.is_empty() {
        return Ok(Ok(request));
    }
    let said: Vec<String> =
        other.iter().map(|difference| difference.to_string().replace("asked for", "here")).collect();
    Ok(Err(format!("{shown} is not of this version and its own inputs: {}: run its shard again", said.join("; "))))
}

/// What differs between two shards that should be of one experiment, or between a plan and a shard, which may not have come
/// to this round yet.
fn differences((a, first): &(String, Request), (path, other): (&Path, &Request), in_rounds: bool) -> Vec<String> {
    let b = path.display();
    let text = |text: Option<&str>| text.map_or_else(|| "absent".to_owned(), |text| text.escape_debug().to_string());
    let identity = other.identity().differences(&first.identity());
    let mut problems: Vec<String> = identity
        .iter()
        .map(|d| format!("{}: {} in {a}, {} in {b}", d.key, text(d.there.as_deref()), text(d.here.as_deref())))
        .collect();
    if first.replications != other.replications && !in_rounds {
        problems.push(format!("replications: {} in {a}, {} in {b}", first.replications, other.replications));
    }
    if !problems.is_empty() {
        problems.push(format!("run the shard of {b} again with what {a} has, or leave it out"));
    }
    problems
}

/// Missing cells as ranges of replications.
fn gaps(session: &Session, missing: &[(usize, Range<u64>)]) -> Vec<String> {
    let mut gaps: Vec<(usize, Range<u64>)> = Vec::new();
    for (point, cell) in missing {
        match gaps.last_mut() {
            Some((last, range)) if last == point && range.end == cell.start => range.end = cell.end,
            _ => gaps.push((*point, cell.clone())),
        }
    }
    let text = |(point, range): (usize, Range<u64>)| {
        let id = &session.points[point].id;
        let of_point = if session.points.len() > 1 { format!(" of design point {id}") } else { String::new() };
        format!("replications {} to {}{of_point} are in none of them", range.start, range.end - 1)
    };
    gaps.into_iter().map(text).collect()
}

/// Rising numbers, with neighbours as ranges: 2, 5 to 7.
fn in_ranges(numbers: &[u64]) -> String {
    let texts = ranges(numbers).into_iter().map(|(first, last)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first} to {last}"),
    });
    texts.collect::<Vec<_>>().join(", ")
}

/// The first and last of each run of neighbours among rising numbers.
pub fn ranges(numbers: &[u64]) -> Vec<(u64, u64)> {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for &number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    ranges
}

/// The first of many lines, and how many more there are.
fn cut(mut lines: Vec<String>, what: &str) -> Vec<String> {
    let more = lines.len().saturating_sub(MOST_SHOWN);
    lines.truncate(MOST_SHOWN);
    if more > 0 {
        lines.push(format!("and {more} more {what}"));
    }
    lines
}

/// Whether two chunks are the same to the bit.
fn equal(one: &Chunk, other: &Chunk) -> bool {
    let bits = |chunk: &Chunk| {
        chunk.columns.iter().map(|c| c.iter().map(|v| v.to_bits()).collect()).collect::<Vec<Vec<u64>>>()
    };
    one.key == other.key && one.bytes == other.bytes && bits(one) == bits(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_told_as_ranges() {
        assert_eq!(in_ranges(&[2]), "2");
        assert_eq!(in_ranges(&[1, 2, 4, 6, 7, 8]), "1, 2, 4, 6 to 8");
        assert_eq!(ranges(&[1, 2, 4]), [(1, 2), (4, 4)]);
    }
}
