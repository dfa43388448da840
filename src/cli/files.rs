//! Writing an experiment's results folder, and its JSON form.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::cli::exit::Stop;
use crate::cli::precision::{self, Judged};
use crate::cli::request::REQUEST;
use crate::cli::session::Session;
use crate::experiment::{ONLY_POINT, Rows};
use crate::output::{csv_files, replications};
use crate::store::Folder;
use crate::summary::Summary;

/// Writes every file of the folder but the manifest.
///
/// # Errors
/// Those of the disk.
pub fn write(folder: &Folder, session: &Session, rows: &Rows, summary: &Summary) -> Result<(), Stop> {
    let points = [(ONLY_POINT, summary)];
    folder.write(REQUEST, |out| out.write_all(session.request.text().as_bytes()))?;
    folder.write("replications.csv", |out| replications(out, &[(ONLY_POINT, rows)], &session.names))?;
    folder.write("summary.csv", |out| csv_files::summary(out, &points))?;
    folder.write("equipment.csv", |out| csv_files::equipment(out, summary))?;
    folder.write("casualties.csv", |out| csv_files::casualties(out, summary))?;
    folder.write("convoys.csv", |out| csv_files::convoys(out, summary))?;
    folder.write("timeline.csv", |out| csv_files::timeline(out, summary))?;
    if !summary.contrasts.is_empty() {
        folder.write("contrasts.csv", |out| csv_files::contrasts(out, &points))?;
    }
    if !summary.failures.is_empty() {
        folder.write("failures.csv", |out| csv_files::failures(out, &points))?;
    }
    Ok(())
}

/// Everything that determines the results, and the resolved scenario under each policy.
pub fn manifest(session: &Session, summary: &Summary) -> Value {
    let identity = session.request.identity();
    let determines: serde_json::Map<String, Value> =
        identity.iter().map(|(key, value)| (key.to_owned(), Value::from(value))).collect();
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
        "title": session.title(),
        "determined_by": determines,
        "policies": policies,
        "replications": session.plan.replications,
        "replications_done": summary.n,
        "failures": summary.failures.len(),
        "scenario": scenario,
    })
}

/// Prints the results as one JSON object.
///
/// # Errors
/// Those of standard output.
pub fn print_json(session: &Session, summary: &Summary, judged: &[Judged]) -> Result<(), Stop> {
    let ends = |interval: Option<crate::stats::Interval>| interval.map(|interval| [interval.low, interval.high]);
    let estimates: Vec<Value> = summary
        .policies
        .iter()
        .flat_map(|policy| &policy.estimates)
        .map(|row| {
            json!({
                "policy": row.policy, "measure": row.measure, "statistic": row.statistic.name(),
                "level": row.statistic.level(), "estimate": row.estimate, "interval": ends(row.interval),
                "method": row.method.to_string(), "n": row.n, "mcse": row.mcse,
            })
        })
        .collect();
    let contrasts: Vec<Value> = summary
        .contrasts
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
        "title": session.title(),
        "seed": session.plan.seed,
        "replications": summary.n,
        "results": session.out.display().to_string(),
        "estimates": estimates,
        "contrasts": contrasts,
        "precision": precision::to_json(judged),
    });
    let mut out = io::stdout().lock();
    writeln!(out, "{object}")?;
    Ok(())
}
