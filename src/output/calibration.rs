//! The CSV files of a calibration: the overlay, how it came about, and what it did to parameters and facts.

use std::io::{self, Write};

use crate::inference::{Calibrated, Implausibility, Marginal};
use crate::output::csv_files::text;
use crate::output::inference_tables as tables;
use crate::output::table::Table;

/// What a fact's target is and what came of it before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct FactRow {
    /// The fact's id.
    pub fact: String,
    /// Its kind.
    pub kind: &'static str,
    /// What it is of.
    pub measure: String,
    /// The base that it is of; empty for none.
    pub base: String,
    /// The day up to which it is of; empty for none.
    pub date: String,
    /// Its group.
    pub group: String,
    /// Whether inputs were set from it.
    pub in_sample: bool,
    /// Whether the prior's replications differ in it, so that it can tell parameters apart.
    pub tells: bool,
    /// Whether the record lies among the prior's replications, and not below or above them all.
    pub prior_reaches: bool,
    /// The same of those that are left; none if nothing is.
    pub reaches: Option<bool>,
    /// Least and most that the record may mean.
    pub record: [f64; 2],
    /// 5%, 50% and 95% points of replications drawn from the prior.
    pub prior: [f64; 3],
    /// The same after; none if nothing is left.
    pub posterior: Option<[f64; 3]>,
}

impl FactRow {
    /// Whether no replication at all comes as far as the record.
    pub fn is_beyond_all(&self) -> bool {
        !self.prior_reaches && self.reaches != Some(true)
    }
}

fn flag(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

/// Draws of the parameters that stay together, a row for each.
///
/// # Arguments
/// * `table` - with a column for each parameter.
///
/// # Errors
/// Those of writing.
pub fn overlay(out: &mut dyn Write, table: &Table, rows: &[Vec<f64>]) -> io::Result<()> {
    let mut csv = table.begin(out)?;
    for (draw, row) in rows.iter().enumerate() {
        csv.write_record([draw.to_string()].into_iter().chain(row.iter().map(|&value| text(Some(value)))))?;
    }
    csv.flush()
}

/// The generations of a calibration.
///
/// # Errors
/// Those of writing.
pub fn tolerances(out: &mut dyn Write, calibrated: &Calibrated) -> io::Result<()> {
    let mut csv = tables::tolerances().begin(out)?;
    for (number, generation) in calibrated.generations.iter().enumerate() {
        csv.write_record([
            number.to_string(),
            text(Some(generation.tolerance)),
            generation.tried.to_string(),
            text(Some(generation.accepted)),
            text(Some(generation.effective)),
        ])?;
    }
    csv.flush()
}

/// Each parameter before and after.
///
/// # Arguments
/// * `parameters` - path and basis of each.
/// * `marginals` - none if nothing is left.
///
/// # Errors
/// Those of writing.
pub fn parameters(out: &mut dyn Write, parameters: &[(String, String)], marginals: &[Marginal]) -> io::Result<()> {
    let mut csv = tables::parameters().begin(out)?;
    for ((path, basis), marginal) in parameters.iter().zip(marginals) {
        let numbers = marginal.prior.iter().chain(&marginal.posterior);
        let numbers = numbers.chain([&marginal.spread, &marginal.moved, &marginal.bound]);
        let numbers: Vec<String> = numbers.map(|&value| text(Some(value))).collect();
        let told = flag(marginal.has_moved());
        let record = [path.as_str(), basis].into_iter().chain(numbers.iter().map(String::as_str)).chain([told]);
        csv.write_record(record)?;
    }
    csv.flush()
}

/// Each fact before and after.
///
/// # Errors
/// Those of writing.
pub fn facts(out: &mut dyn Write, rows: &[FactRow]) -> io::Result<()> {
    let mut csv = tables::facts().begin(out)?;
    for row in rows {
        let after = row.posterior.map_or([None; 3], |points| points.map(Some));
        let numbers = row.record.iter().chain(&row.prior).map(|&value| Some(value)).chain(after);
        let numbers: Vec<String> = numbers.map(text).collect();
        let flags = [row.in_sample, row.tells, row.prior_reaches].map(flag);
        let words =
            [row.fact.as_str(), row.kind, &row.measure, &row.base, &row.date, &row.group].into_iter().chain(flags);
        let words = words.chain([row.reaches.map_or("", flag)]);
        csv.write_record(words.chain(numbers.iter().map(String::as_str)))?;
    }
    csv.flush()
}

/// How implausible each point is in the light of each fact.
///
/// # Errors
/// Those of writing.
pub fn implausibilities(out: &mut dyn Write, facts: &[String], points: &[Vec<Implausibility>]) -> io::Result<()> {
    let mut csv = tables::implausibility().begin(out)?;
    for (at, point) in points.iter().enumerate() {
        for (fact, one) in facts.iter().zip(point) {
            // As data packages spell what is infinite.
            let value = if one.value.is_finite() { text(Some(one.value)) } else { "INF".to_owned() };
            csv.write_record([&at.to_string(), fact, &text(Some(one.mean)), &text(Some(one.sd)), &value])?;
        }
    }
    csv.flush()
}
