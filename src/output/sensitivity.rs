//! The CSV files of a sensitivity analysis: its points, their results, and what each parameter does.

use std::io::{self, Write};

use crate::inference::Effects;
use crate::output::csv_files::{ends, text};
use crate::output::inference_tables as tables;
use crate::output::table::Table;
use crate::summary::CONFIDENCE;

/// The points: the seed of their chances and the values of the parameters, dates as days since the start.
///
/// # Arguments
/// * `table` - with a column for each parameter.
///
/// # Errors
/// Those of writing.
pub fn design(out: &mut dyn Write, table: &Table, points: &[(u64, &[f64])]) -> io::Result<()> {
    let mut csv = table.begin(out)?;
    for (at, (seed, values)) in points.iter().enumerate() {
        let values = values.iter().map(|&value| text(Some(value)));
        csv.write_record([at.to_string(), seed.to_string()].into_iter().chain(values))?;
    }
    csv.flush()
}

/// Mean and variance of the replications of each point.
///
/// # Errors
/// Those of writing.
pub fn points(out: &mut dyn Write, effects: &Effects, inner: usize) -> io::Result<()> {
    let mut csv = tables::points().begin(out)?;
    for response in &effects.responses {
        for (at, [mean, variance]) in response.points.iter().enumerate() {
            csv.write_record([
                &at.to_string(),
                &response.policy,
                response.baseline.as_deref().unwrap_or(""),
                &response.measure,
                &text(Some(*mean)),
                &text(Some(*variance)),
                &inner.to_string(),
            ])?;
        }
    }
    csv.flush()
}

/// What each parameter does to each measure, a statistic a row.
///
/// # Arguments
/// * `parameters` - path and basis of each.
/// * `n` - what an interval rests on: trajectories, scramblings, points or replications.
///
/// # Errors
/// Those of writing.
pub fn effects(out: &mut dyn Write, effects: &Effects, parameters: &[(String, String)], n: usize) -> io::Result<()> {
    let mut csv = tables::sensitivity().begin(out)?;
    for row in &effects.rows {
        let (response, (path, basis)) = (&effects.responses[row.response], &parameters[row.parameter]);
        let [low, high] = ends(row.interval);
        csv.write_record([
            response.policy.as_str(),
            response.baseline.as_deref().unwrap_or(""),
            &response.measure,
            path,
            basis,
            row.statistic,
            &text(row.estimate),
            &low,
            &high,
            &text(row.interval.map(|_| CONFIDENCE)),
            &row.method.map_or_else(|| "none".to_owned(), |method| method.to_string()),
            &n.to_string(),
            if row.is_told { "true" } else { "false" },
        ])?;
    }
    csv.flush()
}
