//! The CSV files of a results folder: UTF-8, LF, a header, no preamble, ISO dates, empty for missing, shortest
//! round-trip numbers, rows in the order of the plan.

use std::io::{self, Write};

use csv::Writer;

use crate::experiment::Results;
use crate::measures::Better;
use crate::model::Model;
use crate::stats::{Interval, MeanEstimate};
use crate::summary::{AttributionRow, Contrast, Estimate, casualty_rows, convoy_rows, equipment_rows, timeline_rows};

/// The only design point of an experiment without a sweep.
const DESIGN_ID: &str = "0";

/// A number as the shortest text that reads back as the same value; empty where there is none.
fn text(value: Option<f64>) -> String {
    match value {
        Some(value) if value.is_finite() => format!("{value}"),
        _ => String::new(),
    }
}

fn ends(interval: Option<Interval>) -> [String; 2] {
    [text(interval.map(|interval| interval.low)), text(interval.map(|interval| interval.high))]
}

/// One row for each policy and replication, one column for each measure.
///
/// # Errors
/// Those of writing.
pub fn replications(out: &mut dyn Write, results: &Results, names: &[String]) -> io::Result<()> {
    let mut csv = Writer::from_writer(out);
    let fixed = ["design_id", "policy", "replication"];
    csv.write_record(fixed.into_iter().chain(names.iter().map(String::as_str)))?;
    for policy in &results.policies {
        for (row, replication) in results.replications.iter().enumerate() {
            csv.write_field(DESIGN_ID)?;
            csv.write_field(&policy.id)?;
            csv.write_field(replication.to_string())?;
            for column in &policy.columns {
                csv.write_field(text(Some(column[row])))?;
            }
            csv.write_record(None::<&[u8]>)?;
        }
    }
    csv.flush()
}

/// Estimates in long form.
///
/// # Errors
/// Those of writing.
pub fn summary(out: &mut dyn Write, estimates: &[Estimate]) -> io::Result<()> {
    let mut csv = Writer::from_writer(out);
    csv.write_record([
        "design_id",
        "policy",
        "measure",
        "statistic",
        "level",
        "estimate",
        "low",
        "high",
        "confidence",
        "method",
        "n",
        "mcse",
    ])?;
    for row in estimates {
        let [low, high] = ends(row.interval);
        let confidence = text(row.interval.map(|_| crate::summary::CONFIDENCE));
        csv.write_record([
            DESIGN_ID,
            &row.policy,
            &row.measure,
            row.statistic.name(),
            &text(row.statistic.level()),
            &text(Some(row.estimate)),
            &low,
            &high,
            &confidence,
            &row.method.to_string(),
            &row.n.to_string(),
            &text(row.mcse),
        ])?;
    }
    csv.flush()
}

/// Paired differences.
///
/// # Errors
/// Those of writing.
pub fn contrasts(out: &mut dyn Write, contrasts: &[Contrast]) -> io::Result<()> {
    let mut csv = Writer::from_writer(out);
    csv.write_record([
        "policy",
        "baseline",
        "measure",
        "effect",
        "statistic",
        "difference",
        "low",
        "high",
        "adjusted_low",
        "adjusted_high",
        "mcse",
        "correlation",
        "variance_reduction_factor",
        "share_worse",
        "n",
    ])?;
    for row in contrasts {
        let difference = &row.difference;
        let [low, high] = ends(Some(difference.interval));
        let [adjusted_low, adjusted_high] = ends(Some(row.adjusted));
        let worse = (row.better != Better::Neither).then_some(difference.share_worse);
        csv.write_record([
            &row.policy,
            &row.baseline,
            &row.measure,
            row.effect.name(),
            "mean",
            &text(Some(difference.mean)),
            &low,
            &high,
            &adjusted_low,
            &adjusted_high,
            &text(Some(difference.mcse)),
            &text(difference.correlation),
            &text(difference.variance_reduction),
            &text(worse),
            &difference.n.to_string(),
        ])?;
    }
    csv.flush()
}

/// Where equipment ended.
///
/// # Errors
/// Those of writing.
pub fn equipment(out: &mut dyn Write, results: &Results, model: &Model) -> io::Result<()> {
    let mut csv = Writer::from_writer(out);
    csv.write_record([
        "policy",
        "class",
        "owner",
        "base",
        "disposition",
        "cause",
        "units",
        "units_low",
        "units_high",
        "usd",
        "usd_low",
        "usd_high",
    ])?;
    let n = results.replications.len() as u64;
    for policy in &results.policies {
        for row in equipment_rows(policy, &model.inputs, n) {
            let ([units_low, units_high], [usd_low, usd_high]) = (ends(row.units.1), ends(row.usd.1));
            csv.write_record([
                &policy.id,
                &row.class,
                row.owner,
                &row.base,
                row.disposition.name(),
                row.cause.name(),
                &text(Some(row.units.0)),
                &units_low,
                &units_high,
                &text(Some(row.usd.0)),
                &usd_low,
                &usd_high,
            ])?;
        }
    }
    csv.flush()
}

/// Where people were hit, and by what.
///
/// # Errors
/// Those of writing.
pub fn casualties(out: &mut dyn Write, results: &Results, model: &Model) -> io::Result<()> {
    let mut csv = Writer::from_writer(out);
    csv.write_record([
        "policy",
        "cause",
        "place",
        "killed",
        "killed_low",
        "killed_high",
        "wounded",
        "wounded_low",
        "wounded_high",
    ])?;
    let n = results.replications.len() as u64;
    for policy in &results.policies {
        for row in casualty_rows(policy, &model.inputs, n) {
            let ([killed_low, killed_high], [wounded_low, wounded_high]) = (ends(row.killed.1), ends(row.wounded.1));
            csv.write_record([
                &policy.id,
                row.cause,
                &row.place,
                &text(Some(row.killed.0)),
                &killed_low,
                &killed_high,
                &text(Some(row.wounded.0)),
                &wounded_low,
                &wounded_high,
            ])?;
        }
    }
    csv.flush()
}

/// What each denial costs.
///
/// # Errors
/// Those of writing.
pub fn attribution(out: &mut dyn Write, rows: &[AttributionRow], denials: &[&str]) -> io::Result<()> {
    let mut csv = Writer::from_writer(out);
    csv.write_record(["measure", "unit", "part", "denial", "with", "mean", "low", "high", "mcse", "method", "n"])?;
    for row in rows {
        let (measure, unit) = (row.measure.name(), row.measure.unit());
        let mut estimate = |part: &str, denial: &str, mean: &MeanEstimate| {
            let [low, high] = ends(Some(mean.interval));
            let (value, mcse, n) = (text(Some(mean.mean)), text(Some(mean.mcse)), mean.n.to_string());
            csv.write_record([measure, unit, part, denial, "", &value, &low, &high, &mcse, "t", &n])
        };
        for (denial, share) in denials.iter().zip(&row.shares) {
            estimate("share", denial, share)?;
        }
        estimate("together", "", &row.total)?;
        for &(a, b, mean) in &row.interactions {
            let (value, n) = (text(Some(mean)), row.total.n.to_string());
            csv.write_record([measure, unit, "interaction", denials[a], denials[b], &value, "", "", "", "none", &n])?;
        }
    }
    csv.flush()
}

/// Garrisons' journeys to their parents.
///
/// # Errors
/// Those of writing.
pub fn convoys(out: &mut dyn Write, results: &Results, model: &Model) -> io::Result<()> {
    let mut csv = Writer::from_writer(out);
    let means = ["days", "devices", "direct_attacks", "killed", "wounded"];
    let columns = means.iter().flat_map(|name| [(*name).to_owned(), format!("{name}_low"), format!("{name}_high")]);
    csv.write_record(["policy", "convoy", "n"].map(str::to_owned).into_iter().chain(columns))?;
    for policy in &results.policies {
        for row in convoy_rows(policy, &model.inputs) {
            csv.write_field(&policy.id)?;
            csv.write_field(&row.base)?;
            csv.write_field(row.n.to_string())?;
            for (mean, interval) in row.means {
                let [low, high] = ends(interval);
                csv.write_field(text(Some(mean)))?;
                csv.write_field(low)?;
                csv.write_field(high)?;
            }
            csv.write_record(None::<&[u8]>)?;
        }
    }
    csv.flush()
}

/// Daily quantities to the deadline.
///
/// # Errors
/// Those of writing.
pub fn timeline(out: &mut dyn Write, results: &Results, model: &Model) -> io::Result<()> {
    let mut csv = Writer::from_writer(out);
    csv.write_record(["policy", "date", "measure", "mean", "q05", "q25", "q50", "q75", "q95"])?;
    for policy in &results.policies {
        for row in timeline_rows(policy, model.start) {
            csv.write_field(&policy.id)?;
            csv.write_field(row.date.to_string())?;
            csv.write_field(row.daily.name())?;
            csv.write_field(text(Some(row.mean)))?;
            for quantile in row.quantiles {
                csv.write_field(text(Some(quantile)))?;
            }
            csv.write_record(None::<&[u8]>)?;
        }
    }
    csv.flush()
}

/// Replications that failed.
///
/// # Errors
/// Those of writing.
pub fn failures(out: &mut dyn Write, results: &Results) -> io::Result<()> {
    let mut csv = Writer::from_writer(out);
    csv.write_record(["design_id", "policy", "replication", "code"])?;
    for failure in &results.failures {
        csv.write_record([DESIGN_ID, &failure.policy, &failure.replication.to_string(), "panic"])?;
    }
    csv.flush()
}
