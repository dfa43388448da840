//! The CSV files of a nested experiment: the variance of each measure split, and exceedance curves by parameter draw.

use std::io::{self, Write};

use crate::output::csv_files::{ends, known, text};
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
        let (split, found) = (&row.split, row.intervals.as_ref());
        let parts = [
            (Some(split.between_draws), found.and_then(|found| found.between_draws)),
            (Some(split.chance), found.and_then(|found| found.chance)),
            (split.seed, found.and_then(|found| found.seed)),
            (split.interaction, found.and_then(|found| found.interaction)),
            (split.share_between, row.share()),
        ];
        let keys = [row.policy.as_str(), row.baseline.as_deref().unwrap_or(""), &row.measure];
        keys.into_iter().try_for_each(|key| csv.write_field(key))?;
        let ([low, high], mean_method) = (ends(Some(row.mean)), row.mean_method.to_string());
        for cell in [&text(Some(split.mean)), &low, &high, &text(Some(split.mean_mcse)), &mean_method] {
            csv.write_field(cell)?;
        }
        parts.into_iter().try_for_each(|(value, interval)| known(&mut csv, value, interval))?;
        // A share of a negative variance is none.
        let negative = if split.between_draws < 0.0 { "; a negative variance has the share 0" } else { "" };
        let method = format!("{}{negative}", row.method());
        csv.write_field(text(Some(CONFIDENCE)))?;
        csv.write_record([&method, &split.outer.to_string(), &split.inner.to_string()])?;
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
        let ([low, high], [band_low, band_high]) = (ends(Some(above.interval)), ends(Some(row.band)));
        csv.write_record([
            &row.policy,
            &row.measure,
            &row.draw.to_string(),
            &text(Some(row.threshold)),
            &text(Some(above.estimate)),
            &low,
            &high,
            above.method.name(),
            &band_low,
            &band_high,
            "dkw",
            &text(Some(above.confidence)),
            &above.n.to_string(),
        ])?;
    }
    csv.flush()
}
