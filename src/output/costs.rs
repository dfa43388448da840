//! The CSV files of an attribution: shares of denials, the curve of air cover, and where it breaks even.

use std::io::{self, Write};

use crate::output::csv_files::{ends, text};
use crate::output::tables;
use crate::stats::MeanEstimate;
use crate::summary::{AttributionRow, CONFIDENCE, CoverCurve, Method};

/// What each denial costs.
///
/// # Errors
/// Those of writing.
pub fn attribution(out: &mut dyn Write, rows: &[AttributionRow], denials: &[&str]) -> io::Result<()> {
    let mut csv = tables::attribution().begin(out)?;
    let confidence = text(Some(CONFIDENCE));
    for row in rows {
        let (measure, effect) = (row.measure.name(), row.effect.name());
        let mut estimate = |part: &str, [denial, with]: [&str; 2], mean: &MeanEstimate| {
            let [low, high] = ends(Some(mean.interval));
            let (value, mcse, n) = (text(Some(mean.mean)), text(Some(mean.mcse)), mean.n.to_string());
            let keys = [measure, row.measure.unit(), effect, part, denial, with, &value, &low, &high, &confidence];
            csv.write_record(keys.into_iter().chain([mcse.as_str(), &Method::of(mean).to_string(), &n]))
        };
        for (denial, share) in denials.iter().zip(&row.shares) {
            estimate("share", [denial, ""], share)?;
        }
        estimate("together", ["", ""], &row.total)?;
        for (a, b, mean) in &row.interactions {
            estimate("interaction", [denials[*a], denials[*b]], mean)?;
        }
        for (at, (denial, portion)) in denials.iter().zip(&row.portions).enumerate() {
            let [low, high] = ends(portion.interval);
            let method = row.portion_method(at).to_string();
            let level = if portion.interval.is_some() { confidence.as_str() } else { "" };
            let (value, n) = (text(portion.ratio), portion.n.to_string());
            let keys = [measure, "share", effect, "portion", denial, "", &value, &low, &high, level];
            csv.write_record(keys.into_iter().chain(["", &method, &n]))?;
        }
    }
    csv.flush()
}

/// What refused air cover costs at each rate ratio.
///
/// # Errors
/// Those of writing.
pub fn curve(out: &mut dyn Write, curve: &CoverCurve) -> io::Result<()> {
    let mut csv = tables::curve().begin(out)?;
    for row in &curve.rows {
        let [low, high] = ends(Some(row.cost.interval));
        csv.write_record([
            &text(Some(row.ratio)),
            row.flown.name(),
            row.effect.name(),
            row.measure.name(),
            row.measure.unit(),
            &text(Some(row.cost.mean)),
            &low,
            &high,
            &text(Some(row.cost.confidence)),
            &text(Some(row.cost.mcse)),
            &Method::of(&row.cost).to_string(),
            &row.cost.n.to_string(),
        ])?;
    }
    csv.flush()
}

/// Where the total cost of refused air cover changes sign. An end of the interval that may lie outside the ratios is empty.
///
/// # Errors
/// Those of writing.
pub fn break_even(out: &mut dyn Write, curve: &CoverCurve) -> io::Result<()> {
    let mut csv = tables::break_even().begin(out)?;
    for row in &curve.break_even {
        let crossing = row.crossing;
        let low = crossing.interval.filter(|_| !crossing.open_below).map(|interval| interval.low);
        let high = crossing.interval.filter(|_| !crossing.open_above).map(|interval| interval.high);
        let measure = row.measure.name();
        csv.write_record([measure, "direct", "1", "1", "1", "", "by construction"])?;
        let confidence = text(Some(CONFIDENCE));
        let (at, low, high) = (text(crossing.at), text(low), text(high));
        csv.write_record([measure, "total", &at, &low, &high, &confidence, row.method()])?;
    }
    csv.flush()
}
