//! `verify` and `reproduce`: results folders looked at afterwards.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use crate::cli::conduct::{Conduct, Manner, conduct};
use crate::cli::engine::quoted_path;
use crate::cli::exit::Stop;
use crate::cli::made::Made;
use crate::cli::request::{REQUEST, Request};
use crate::cli::rounds::PLAN;
use crate::cli::session::Session;
use crate::output::numbers::whole;
use crate::store::{Disk, FileSum, RealDisk, StoreError, Verified};

/// The disk.
pub fn disk() -> Arc<dyn Disk> {
    Arc::new(RealDisk)
}

/// Checks a folder against its manifest.
///
/// # Errors
/// [`Stop::NotMet`] for one that is not complete or not as it was written.
pub fn verify(folder: &Path, json: bool) -> Result<(), Stop> {
    let shown = folder.display();
    if json {
        return verify_for_script(folder);
    }
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

/// The same as one JSON object, on a folder that does not hold too: then with what is wrong.
fn verify_for_script(folder: &Path) -> Result<(), Stop> {
    let (found, problems) = examined(folder)?;
    let of = |list: fn(&Verified) -> Vec<String>| found.as_ref().map_or_else(Vec::new, list);
    let object = json!({
        "folder": folder.display().to_string(),
        "holds": problems.is_empty(),
        "problems": problems,
        "missing": of(|found| found.missing.clone()),
        "changed": of(|found| found.changed.clone()),
        "files": found.as_ref().map(|found| found.files.len()),
        "replications": found.as_ref().map(|found| &found.manifest["replications"]),
        "extra": of(|found| found.extra.clone()),
        "damaged_chunks": of(|found| found.damaged_chunks.iter().map(ToString::to_string).collect()),
    });
    writeln!(io::stdout().lock(), "{object}")?;
    sound(folder, found, &problems).map(drop)
}

/// A folder's manifest, if it is complete and holds.
///
/// # Errors
/// [`Stop::NotMet`] if it is not, and what cannot be read.
pub fn verified(folder: &Path) -> Result<Verified, Stop> {
    let (found, problems) = examined(folder)?;
    sound(folder, found, &problems)
}

/// What a folder holds by its manifest, if it has one, and what is wrong with it.
fn examined(folder: &Path) -> Result<(Option<Verified>, Vec<String>), Stop> {
    match crate::store::verify(&disk(), folder) {
        Err(error @ (StoreError::Incomplete { .. } | StoreError::Manifest { .. })) => {
            Ok((None, vec![error.to_string()]))
        }
        Err(StoreError::Io { source, action: "list", .. })
            if matches!(source.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            Err(Stop::Refused(format!(
                "there is no folder {}; name one that a run has written: `Results:` at the end of its output says where",
                folder.display()
            )))
        }
        found => {
            let found = found?;
            let problems = found.problems();
            Ok((Some(found), problems))
        }
    }
}

fn sound(folder: &Path, found: Option<Verified>, problems: &[String]) -> Result<Verified, Stop> {
    let again = "run the command that made it again, which mends what is missing or has changed";
    match (found, problems) {
        (Some(found), []) => Ok(found),
        (None, [problem, ..]) => {
            let next = merging(folder).unwrap_or_else(|| again.to_owned());
            Err(Stop::NotMet(format!("{problem}; {next}")))
        }
        _ => {
            let problems = problems.join("\n  ");
            Err(Stop::NotMet(format!("{} is not as it was written:\n  {problems}\n{again}", folder.display())))
        }
    }
}

/// What to do with the folder of a shard, which is complete only with the others.
fn merging(folder: &Path) -> Option<String> {
    let shard = Made::of(&*disk(), folder).shard?;
    let plan = folder.parent().filter(|plan| RealDisk.exists(&plan.join(PLAN)).unwrap_or(false));
    let command = match plan {
        Some(plan) => format!("rearguard merge --plan {}", quoted_path(plan)),
        None => format!("rearguard merge {} DIR... --out WHOLE", quoted_path(folder)),
    };
    Some(format!("it holds shard {shard} of an experiment, which is complete once all are merged: {command}"))
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
/// [`Stop::NotMet`] if a file differs, and a place where nothing would be run.
pub fn reproduce(folder: &Path, out: Option<PathBuf>, threads: Option<u16>, manner: &Manner) -> Result<(), Stop> {
    let place = out.map_or_else(|| free_place(folder), Ok)?;
    if RealDisk.exists(&place.join("manifest.json"))? {
        let shown = place.display();
        return Err(Stop::Refused(format!(
            "{shown} holds finished results, and nothing would be run again; name another folder with `--out`, or leave it \
             out for a new one beside {}",
            folder.display()
        )));
    }
    let (session, before) = session(folder, place, threads)?;
    let Conduct::Whole(_) = conduct(&session, manner)? else { unreachable!("nothing was left to other shards") };
    let after = verified(&session.out)?;
    let differing = differing(&before.files, &after.files);
    let (shown, again) = (folder.display(), session.out.display());
    if differing.is_empty() {
        let mut out = io::stdout().lock();
        if manner.json {
            let same = after.files.len();
            writeln!(
                out,
                "{}",
                json!({ "folder": shown.to_string(), "again": again.to_string(), "same_files": same })
            )?;
        } else if !manner.quiet {
            writeln!(out, "{shown}: reproduced; all {} files are the same in {again}", after.files.len())?;
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
