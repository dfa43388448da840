//! The CSV files of a nested experiment: the variance of each measure split, and exceedance curves by parameter draw.

use std::io::{self, Write};

use crate::output::csv_files::{ends, text};
use crate::output::tables;
use crate::summary::{CONFIDENCE, DrawCurveRow, SplitRow};

/// The variance of each measure, split. Variances are in squared units; those that are estimated by a difference may be
/// negative by chance.
///
/// # Errors
/// Those of writing.
pub fn variance(out: &mut dyn Write, rows: &[SplitRow]) -> io::Result<()> {
    let mut csv = tables::variance().begin(out)?;
    for row in rows {
        let split = &row.split;
        let [low, high] = ends(row.share);
        csv.write_record([
            row.policy.as_str(),
            row.baseline.as_deref().unwrap_or(""),
            &row.measure,
            &text(Some(split.mean)),
            &text(Some(split.mean_mcse)),
            &text(Some(split.between_draws)),
            &text(Some(split.chance)),
            &text(split.seed),
            &text(split.interaction),
            &text(split.share_between),
            &low,
            &high,
            &text(row.share.map(|_| CONFIDENCE)),
            if row.share.is_some() { "jackknife over groups of draws" } else { "none" },
            &split.outer.to_string(),
            &split.inner.to_string(),
        ])?;
    }
    csv.flush()
}

/// Exceedance curves, one for each draw of the parameters.
///
/// # Errors
/// Those of writing.
pub fn draw_curves(out: &mut dyn Write, rows: &[DrawCurveRow]) -> io::Result<()> {
    let mut csv = tables::exceedance_draws().begin(out)?;
    for row in rows {
        let above = row.above;
        let [low, high] = ends(Some(above.interval));
        csv.write_record([
            &row.policy,
            &row.measure,
            &row.draw.to_string(),
            &text(Some(row.threshold)),
            &text(Some(above.estimate)),
            &low,
            &high,
            &text(Some(above.confidence)),
            above.method.name(),
            &above.n.to_string(),
        ])?;
    }
    csv.flush()
}
