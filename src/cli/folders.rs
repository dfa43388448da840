//! `verify`, `reproduce` and `diff`: results folders looked at afterwards.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::conduct::{Conduct, Manner, conduct};
use crate::cli::exit::Stop;
use crate::cli::request::{REQUEST, Request};
use crate::cli::session::Session;
use crate::experiment::Rows;
use crate::measures::Measure;
use crate::output::numbers::{decimals, whole, with_interval};
use crate::stats::{Interval, Moments, Worse, paired, t_interval};
use crate::store::{Chunks, Disk, FileSum, RealDisk, StoreError, Verified};
use crate::summary::CONFIDENCE;

/// Most changed inputs that are listed.
const MOST_LISTED: usize = 60;

/// The disk.
pub fn disk() -> Arc<dyn Disk> {
    Arc::new(RealDisk)
}

/// Checks a folder against its manifest.
///
/// # Errors
/// [`Stop::NotMet`] for one that is not complete or not as it was written.
pub fn verify(folder: &Path) -> Result<(), Stop> {
    let shown = folder.display();
    let verified = verified(folder)?;
    let mut out = io::stdout().lock();
    for name in &verified.extra {
        writeln!(out, "{shown}: {} is no part of the results", name.escape_debug())?;
    }
    for chunk in &verified.damaged_chunks {
        writeln!(out, "{shown}: chunk {chunk}; the results stand without it, and the next run mends it")?;
    }
    let replications = verified.manifest["replications"].as_u64().unwrap_or_default();
    let (files, replications) = (verified.files.len(), whole(replications as f64));
    writeln!(out, "{shown}: {files} files as they were written, {replications} replications of each policy")?;
    Ok(())
}

/// A folder's manifest, if it is complete and holds.
///
/// # Errors
/// [`Stop::NotMet`] if it is not, and what cannot be read.
pub fn verified(folder: &Path) -> Result<Verified, Stop> {
    let again = "run the command that made it again, which mends what is missing or has changed";
    let verified = match crate::store::verify(&disk(), folder) {
        Err(error @ (StoreError::Incomplete { .. } | StoreError::Manifest { .. })) => {
            return Err(Stop::NotMet(format!("{error}; {again}")));
        }
        verified => verified?,
    };
    if verified.holds() {
        return Ok(verified);
    }
    let problems = verified.problems().join("\n  ");
    Err(Stop::NotMet(format!("{} is not as it was written:\n  {problems}\n{again}", folder.display())))
}

/// The session that a complete folder was made by, with a place for results.
///
/// # Errors
/// [`Stop::NotMet`] for a folder that is not complete or not as it was written.
pub fn session(folder: &Path, out: PathBuf, threads: Option<u16>) -> Result<(Session, Verified), Stop> {
    let verified = verified(folder)?;
    let request = Request::of_folder(&disk(), folder)?;
    let mut request = request
        .ok_or_else(|| Stop::NotMet(format!("{} has no {REQUEST} that this version can read", folder.display())))?;
    request.replications = verified.manifest["replications"].as_u64().unwrap_or(request.replications);
    let asked = request.load().map_err(Stop::Scenario)?;
    let file = PathBuf::from(&asked.request.scenario);
    Ok((Session::new(asked, file, out, threads)?, verified))
}

/// Runs a folder's experiment again and compares every file.
///
/// # Errors
/// [`Stop::NotMet`] if a file differs.
pub fn reproduce(folder: &Path, out: Option<PathBuf>, threads: Option<u16>, quiet: bool) -> Result<(), Stop> {
    let place = out.map_or_else(|| free_place(folder), Ok)?;
    let (session, before) = session(folder, place, threads)?;
    let manner = Manner { quiet, ..Manner::default() };
    let Conduct::Whole(_) = conduct(&session, &manner)? else { unreachable!("nothing was left to other shards") };
    let after = verified(&session.out)?;
    let differing = differing(&before.files, &after.files);
    let (shown, again) = (folder.display(), session.out.display());
    if differing.is_empty() {
        if !quiet {
            writeln!(
                io::stdout().lock(),
                "{shown}: reproduced; all {} files are the same in {again}",
                after.files.len()
            )?;
        }
        return Ok(());
    }
    let (made, now) = (&before.manifest["determined_by"]["version"], env!("CARGO_PKG_VERSION"));
    let versions = if *made == now { String::new() } else { format!(" (made by version {made}, run again by {now})") };
    let names = differing.join("\n  ");
    Err(Stop::NotMet(format!("{shown} was not reproduced{versions}; these files are others in {again}:\n  {names}")))
}

/// A name beside a folder that is free.
fn free_place(folder: &Path) -> Result<PathBuf, Stop> {
    let name =
        |at: u32| PathBuf::from(format!("{}-reproduced-{at}", folder.display().to_string().trim_end_matches('/')));
    for at in 1..1000 {
        if !RealDisk.exists(&name(at))? {
            return Ok(name(at));
        }
    }
    Err(Stop::Usage("there are a thousand reproductions beside it already; name a place with `--out`".to_owned()))
}

/// Names of the files that are not the same in both.
fn differing(before: &[FileSum], after: &[FileSum]) -> Vec<String> {
    let all =
        |files: &[FileSum]| files.iter().map(|file| (file.name.clone(), file.clone())).collect::<BTreeMap<_, _>>();
    let (before, after) = (all(before), all(after));
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    names.filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

/// One folder's side of a comparison.
struct Side {
    session: Session,
    /// By what a design point changes; without a sweep one that changes nothing.
    points: Vec<(String, Rows)>,
}

impl Side {
    fn read(folder: &Path) -> Result<Self, Stop> {
        let (session, _) = session(folder, folder.to_path_buf(), None)?;
        if session.request.nested.is_some() {
            let message = format!(
                "{} holds draws with replications of their own, and diff compares independent replications; compare the \
                 variance.csv of both",
                folder.display()
            );
            return Err(Stop::Usage(message));
        }
        if session.request.sensitivity.is_some() {
            let message = format!(
                "{} holds points of a design, and diff compares independent replications; compare the sensitivity.csv of both",
                folder.display()
            );
            return Err(Stop::Usage(message));
        }
        let chunks = Chunks::of(disk(), folder)?;
        let mut points = Vec::new();
        for point in &session.points {
            let changes: BTreeMap<String, String> =
                point.overrides.iter().map(|change| (change.path(), change.value())).collect();
            let changes: Vec<String> = changes.into_iter().map(|(path, value)| format!("{path}={value}")).collect();
            let rows = Rows::stored(&session.plan, &point.id, &session.plan.cells(), &chunks)?;
            points.push((changes.join(", "), rows));
        }
        Ok(Self { session, points })
    }

    /// Whether replications of both meet the same chances.
    fn is_paired_with(&self, other: &Self) -> bool {
        let streams = |side: &Self| side.session.request.identity().get("streams").map(str::to_owned);
        let is_whole = |side: &Self| side.points.iter().all(|(_, rows)| rows.failures().is_empty());
        let same_seed = self.session.request.seed == other.session.request.seed;
        same_seed && streams(self) == streams(other) && is_whole(self) && is_whole(other)
    }

    /// Every input by name: what was asked for, and the resolved values.
    fn inputs(&self) -> BTreeMap<String, String> {
        let identity = self.session.request.identity();
        let asked = identity.iter().filter(|(key, _)| !key.starts_with("input "));
        let mut inputs: BTreeMap<String, String> = asked.map(|(key, text)| (key.to_owned(), text.to_owned())).collect();
        inputs.insert("replications".to_owned(), self.session.plan.replications.to_string());
        for value in &self.session.case.listing(&[]).values {
            let law = if value.law.is_empty() { String::new() } else { format!(" {}", value.law) };
            inputs.insert(value.path.clone(), format!("{}{law}", value.value));
        }
        for policy in self.session.case.document().policies() {
            for change in &policy.overrides {
                inputs.insert(format!("policy {}: {}", policy.id, change.path()), change.value());
            }
        }
        inputs
    }
}

/// What changed between two complete folders.
///
/// # Errors
/// Folders that are not complete, and what cannot be read.
pub fn diff(before: &Path, after: &Path, all: bool) -> Result<(), Stop> {
    let (before, after) = (Side::read(before)?, Side::read(after)?);
    let mut out = io::stdout().lock();
    diff_inputs(&mut out, &before.inputs(), &after.inputs())?;
    let is_paired = before.is_paired_with(&after);
    let how = if is_paired {
        "on the same random numbers, replication by replication"
    } else {
        "of independent means: the seeds differ"
    };
    writeln!(out, "\nResults, differences {how} (95% interval)")?;
    let mut changed = 0;
    for (point, rows) in &before.points {
        let Some((_, others)) = after.points.iter().find(|(other, _)| other == point) else {
            writeln!(out, "  point {point} is only in the first")?;
            continue;
        };
        if !point.is_empty() {
            writeln!(out, "  Point {point}")?;
        }
        changed += diff_point(&mut out, (&before.session, rows), (&after.session, others), is_paired, all)?;
    }
    for (point, _) in &after.points {
        if before.points.iter().all(|(other, _)| other != point) {
            writeln!(out, "  point {point} is only in the second")?;
        }
    }
    if changed == 0 {
        writeln!(out, "  no measure changed")?;
    }
    Ok(())
}

/// Prints what changed at a design point; how many columns did.
fn diff_point(
    out: &mut dyn Write,
    (before, rows): (&Session, &Rows),
    (after, others): (&Session, &Rows),
    is_paired: bool,
    all: bool,
) -> Result<usize, Stop> {
    let mut changed = 0;
    for (at, policy) in rows.policies().iter().enumerate() {
        let Some(with) = others.policies().iter().position(|other| other.id == policy.id) else {
            writeln!(out, "  policy {} is only in the first", policy.id)?;
            continue;
        };
        writeln!(out, "  {:<40}{:>14}{:>14}  {:<34}{:>8}", policy.id, "first", "second", "difference", "z")?;
        for (column, name) in before.names.iter().enumerate() {
            let Some(there) = after.names.iter().position(|other| other == name) else { continue };
            let (a, b) = (rows.column(at, column)?, others.column(with, there)?);
            let Some(change) = Change::between(&a, &b, is_paired) else { continue };
            changed += usize::from(change.is_one());
            if all || change.is_one() {
                change.print(out, name)?;
            }
        }
    }
    for policy in others.policies() {
        if rows.policies().iter().all(|other| other.id != policy.id) {
            writeln!(out, "  policy {} is only in the second", policy.id)?;
        }
    }
    Ok(changed)
}

fn diff_inputs(
    out: &mut dyn Write,
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
) -> io::Result<()> {
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    let changed: Vec<&String> = names.filter(|name| before.get(*name) != after.get(*name)).collect();
    writeln!(
        out,
        "Inputs: {}",
        if changed.is_empty() { "the same".to_owned() } else { format!("{} changed", changed.len()) }
    )?;
    let text = |text: Option<&String>| text.map_or_else(|| "absent".to_owned(), |text| text.escape_debug().to_string());
    for name in changed.iter().take(MOST_LISTED) {
        writeln!(out, "  {name}: {} -> {}", text(before.get(*name)), text(after.get(*name)))?;
    }
    if changed.len() > MOST_LISTED {
        writeln!(out, "  and {} more", changed.len() - MOST_LISTED)?;
    }
    Ok(())
}

/// How a column changed.
struct Change {
    means: [f64; 2],
    difference: f64,
    interval: Interval,
    mcse: f64,
}

impl Change {
    /// The change of a column; none where there is too little to say.
    fn between(before: &[f64], after: &[f64], is_paired: bool) -> Option<Self> {
        let (a, b) = (Moments::of(before).ok()?, Moments::of(after).ok()?);
        let means = [a.mean, b.mean];
        if is_paired {
            let n = before.len().min(after.len());
            let difference = paired(&after[..n], &before[..n], CONFIDENCE, Worse::Higher).ok()?;
            let (interval, mcse) = (difference.interval, difference.mcse);
            return Some(Self { means, difference: difference.mean, interval, mcse });
        }
        // Welch's degrees of freedom lie between the smaller sample's and the sum's: the smaller is on the safe side.
        let mcse = crate::math::sqrt(a.mcse? * a.mcse? + b.mcse? * b.mcse?);
        let difference = b.mean - a.mean;
        let interval = t_interval(difference, mcse, (a.n.min(b.n) - 1) as f64, CONFIDENCE).ok()?;
        Some(Self { means, difference, interval, mcse })
    }

    fn is_one(&self) -> bool {
        self.difference != 0.0 || self.mcse > 0.0
    }

    fn print(&self, out: &mut dyn Write, name: &str) -> io::Result<()> {
        let usd = Measure::named(name).is_some_and(|measure| measure.unit() == "USD");
        let scale = if usd { 1e6 } else { 1.0 };
        let [before, after] = self.means.map(|mean| decimals(mean / scale, 3));
        let z = if self.mcse > 0.0 { decimals(self.difference / self.mcse, 1) } else { "-".to_owned() };
        let shown = with_interval(self.difference, Some(self.interval), scale);
        let name = if usd { format!("{name} million") } else { name.to_owned() };
        writeln!(out, "    {name:<38}{before:>14}{after:>14}  {shown:<34}{z:>8}")
    }
}
