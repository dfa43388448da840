//! Writing an experiment's results folder, and its JSON form.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::Arc;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::cli::args::ExperimentArguments;
use crate::cli::exit::Stop;
use crate::cli::session::Session;
use crate::draw::SCHEME;
use crate::experiment::Results;
use crate::experiment::results::column_names;
use crate::output::csv_files;
use crate::store::{Folder, Identity, Opened, RealDisk, StoreError};
use crate::summary::{Contrast, Estimate, estimates};

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a String takes any text");
        hex
    })
}

/// What determines the results, by name.
fn identity(session: &Session, args: &ExperimentArguments, command: &str) -> Vec<(String, String)> {
    let mut pairs = vec![
        ("command".to_owned(), command.to_owned()),
        ("version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        ("streams".to_owned(), SCHEME.to_owned()),
        ("seed".to_owned(), session.plan.seed.to_string()),
        ("replications".to_owned(), session.plan.replications.to_string()),
        ("uncertain parameters".to_owned(), if args.point { "at their medians" } else { "drawn" }.to_owned()),
    ];
    let policies: Vec<&str> = session.plan.policies.iter().map(|policy| policy.id.as_str()).collect();
    pairs.push(("policies".to_owned(), policies.join(" ")));
    for (index, set) in session.case.sets().iter().enumerate() {
        pairs.push((format!("set {}", index + 1), format!("{}={}", set.path(), set.value())));
    }
    for source in session.case.document().sources() {
        let name = std::path::Path::new(source.name())
            .file_name()
            .map_or_else(|| source.name().into(), |n| n.to_string_lossy());
        pairs.push((format!("input {name}"), hash(source.text())));
    }
    pairs
}

/// Opens the results folder, before anything is run.
///
/// # Errors
/// A folder of other inputs, of someone else, or in use.
pub fn open(session: &Session, args: &ExperimentArguments, command: &str) -> Result<Opened, Stop> {
    let pairs = identity(session, args, command).into_iter();
    let identity = pairs.fold(Identity::new(), |identity, (key, text)| identity.with(key, text));
    Ok(Folder::open(Arc::new(RealDisk), &session.out, &identity, args.replace)?)
}

/// Writes every file of the folder, the manifest last.
///
/// # Errors
/// Those of the disk.
pub fn write(
    opened: Opened,
    session: &Session,
    args: &ExperimentArguments,
    command: &str,
    results: &Results,
    contrasts: &[Contrast],
    seconds: f64,
) -> Result<(), Stop> {
    write_with(opened, session, args, command, results, contrasts, seconds, |_| Ok(()))
}

/// The same, with more files of a command's own.
///
/// # Errors
/// Those of the disk.
#[expect(clippy::too_many_arguments, reason = "each is one part of what a folder records")]
pub fn write_with(
    opened: Opened,
    session: &Session,
    args: &ExperimentArguments,
    command: &str,
    results: &Results,
    contrasts: &[Contrast],
    seconds: f64,
    more: impl FnOnce(&Folder) -> Result<(), StoreError>,
) -> Result<(), Stop> {
    let folder = match opened {
        Opened::Complete(_) => return Ok(()),
        Opened::Fresh(folder) | Opened::Partial(folder) => folder,
    };
    let model = &session.plan.policies[0].model;
    let names = column_names(&model.inputs);
    let estimates = all_estimates(results, &names);
    folder.write("replications.csv", |out| csv_files::replications(out, results, &names))?;
    folder.write("summary.csv", |out| csv_files::summary(out, &estimates))?;
    folder.write("equipment.csv", |out| csv_files::equipment(out, results, model))?;
    folder.write("casualties.csv", |out| csv_files::casualties(out, results, model))?;
    folder.write("convoys.csv", |out| csv_files::convoys(out, results, model))?;
    folder.write("timeline.csv", |out| csv_files::timeline(out, results, model))?;
    if !contrasts.is_empty() {
        folder.write("contrasts.csv", |out| csv_files::contrasts(out, contrasts))?;
    }
    if !results.failures.is_empty() {
        folder.write("failures.csv", |out| csv_files::failures(out, results))?;
    }
    more(&folder)?;
    folder.journal(&json!({
        "event": "run", "seconds": seconds, "threads": args.threads, "arguments": std::env::args().collect::<Vec<_>>(),
    }))?;
    folder.finish(&manifest(session, args, command, results))?;
    Ok(())
}

fn all_estimates(results: &Results, names: &[String]) -> Vec<Estimate> {
    results.policies.iter().flat_map(|policy| estimates(policy, names)).collect()
}

/// Everything that determines the results, and the resolved scenario under each policy.
fn manifest(session: &Session, args: &ExperimentArguments, command: &str, results: &Results) -> Value {
    let determines: serde_json::Map<String, Value> =
        identity(session, args, command).into_iter().map(|(key, value)| (key, Value::from(value))).collect();
    let policies: Vec<Value> = session
        .plan
        .policies
        .iter()
        .map(|policy| {
            let preset = session.case.document().policies().iter().find(|preset| preset.id == policy.id);
            let overrides = preset.map_or(&[][..], |preset| &preset.overrides);
            let changes: serde_json::Map<String, Value> =
                overrides.iter().map(|change| (change.path(), Value::from(change.value()))).collect();
            json!({ "id": policy.id, "title": policy.title, "overrides": changes })
        })
        .collect();
    let scenario: Vec<Value> = session
        .case
        .listing(&[])
        .values
        .iter()
        .map(|value| json!({ "path": value.path, "value": value.value, "law": value.law, "basis": value.basis, "source": value.source }))
        .collect();
    json!({
        "title": session.plan.policies[0].model.inputs.title,
        "determined_by": determines,
        "policies": policies,
        "replications_done": results.replications.len(),
        "failures": results.failures.len(),
        "scenario": scenario,
    })
}

/// Prints the results as one JSON object.
///
/// # Errors
/// Those of standard output.
pub fn print_json(session: &Session, results: &Results, contrasts: &[Contrast]) -> Result<(), Stop> {
    let names = column_names(&session.plan.policies[0].model.inputs);
    let ends = |interval: Option<crate::stats::Interval>| interval.map(|interval| [interval.low, interval.high]);
    let estimates: Vec<Value> = all_estimates(results, &names)
        .iter()
        .map(|row| {
            json!({
                "policy": row.policy, "measure": row.measure, "statistic": row.statistic.name(),
                "level": row.statistic.level(), "estimate": row.estimate, "interval": ends(row.interval),
                "method": row.method.to_string(), "n": row.n, "mcse": row.mcse,
            })
        })
        .collect();
    let contrasts: Vec<Value> = contrasts
        .iter()
        .map(|row| {
            json!({
                "policy": row.policy, "baseline": row.baseline, "measure": row.measure, "effect": row.effect.name(),
                "difference": row.difference.mean, "interval": ends(Some(row.difference.interval)),
                "adjusted": ends(Some(row.adjusted)), "correlation": row.difference.correlation,
                "variance_reduction_factor": row.difference.variance_reduction,
                "share_worse": row.difference.share_worse, "n": row.difference.n,
            })
        })
        .collect();
    let object = json!({
        "title": session.plan.policies[0].model.inputs.title,
        "seed": session.plan.seed,
        "replications": results.replications.len(),
        "results": session.out.display().to_string(),
        "estimates": estimates,
        "contrasts": contrasts,
    });
    let mut out = io::stdout().lock();
    writeln!(out, "{object}")?;
    Ok(())
}
