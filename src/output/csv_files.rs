//! The CSV files of a results folder: UTF-8, LF, a header, no preamble, ISO dates, empty for missing, shortest
//! round-trip numbers, rows in the order of the plan.

use std::io::{self, Write};

use csv::Writer;

use crate::measures::Better;
use crate::output::table::Table;
use crate::output::tables;
use crate::stats::Interval;
use crate::summary::{CONFIDENCE, ExceedanceRow, Mean, ParetoRow, Summary};

/// A design point by its id, and its tables.
pub type Point<'s> = (&'s str, &'s Summary);

/// A number as the shortest text that reads back as the same value; empty where there is none.
pub(super) fn text(value: Option<f64>) -> String {
    match value {
        // Adding 0 turns -0 into 0.
        Some(value) if value.is_finite() => format!("{}", value + 0.0),
        _ => String::new(),
    }
}

pub(super) fn ends(interval: Option<Interval>) -> [String; 2] {
    [text(interval.map(|interval| interval.low)), text(interval.map(|interval| interval.high))]
}

/// Estimates of one point in long form.
///
/// # Errors
/// Those of writing.
pub fn summary(csv: &mut Writer<&mut dyn Write>, (design_id, summary): Point) -> io::Result<()> {
    for row in summary.policies.iter().flat_map(|policy| &policy.estimates) {
        let [low, high] = ends(row.interval);
        let confidence = text(row.interval.map(|_| CONFIDENCE));
        csv.write_record([
            design_id,
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
    Ok(())
}

/// Paired differences at one point.
///
/// # Errors
/// Those of writing.
pub fn contrasts(csv: &mut Writer<&mut dyn Write>, (design_id, summary): Point) -> io::Result<()> {
    for row in &summary.contrasts {
        let difference = &row.difference;
        let keys = [design_id, &row.policy, &row.baseline, &row.measure, row.effect.name(), "mean"];
        keys.into_iter().try_for_each(|key| csv.write_field(key))?;
        known(csv, Some(difference.mean), Some(difference.interval))?;
        let [adjusted_low, adjusted_high] = ends(Some(row.adjusted));
        let [p_value, adjusted_p_value] = row.p_values().map(text);
        for cell in [&adjusted_low, &adjusted_high, &text(row.mcse()), &row.method.to_string()] {
            csv.write_field(cell)?;
        }
        [&p_value, &adjusted_p_value, row.test].into_iter().try_for_each(|cell| csv.write_field(cell))?;
        known(csv, difference.correlation, difference.correlation_interval)?;
        known(csv, difference.variance_reduction, difference.variance_reduction_interval)?;
        csv.write_field(row.pairing_method.to_string())?;
        known(csv, difference.independent_n, row.independent_n_interval())?;
        let worse = (row.better != Better::Neither).then_some(row.worse);
        let [low, high] = ends(worse.map(|worse| worse.interval));
        csv.write_record([
            text(worse.map(|worse| worse.estimate)).as_str(),
            &low,
            &high,
            worse.map_or("", |worse| worse.method.name()),
            &text(Some(CONFIDENCE)),
            &difference.n.to_string(),
        ])?;
    }
    Ok(())
}

/// Exceedance curves, and their differences from the baseline.
///
/// # Errors
/// Those of writing.
pub fn exceedance(out: &mut dyn Write, rows: &[ExceedanceRow]) -> io::Result<()> {
    let mut csv = tables::exceedance().begin(out)?;
    for row in rows {
        let ([low, high], [band_low, band_high]) = (ends(Some(row.pointwise)), ends(Some(row.band)));
        csv.write_record([
            row.policy.as_str(),
            row.baseline.as_deref().unwrap_or(""),
            &row.measure,
            &text(Some(row.threshold)),
            &text(Some(row.share)),
            &low,
            &high,
            &row.method.to_string(),
            &band_low,
            &band_high,
            if row.baseline.is_some() { "dkw (two at half the level)" } else { "dkw" },
            &text(Some(CONFIDENCE)),
            &row.n.to_string(),
        ])?;
    }
    csv.flush()
}

/// The Pareto set, with the mean of each of its measures.
///
/// # Arguments
/// * `table` - [`tables::pareto`] with its measures.
///
/// # Errors
/// Those of writing.
pub fn pareto(out: &mut dyn Write, table: &Table, rows: &[ParetoRow]) -> io::Result<()> {
    let mut csv = table.begin(out)?;
    for row in rows {
        let [low, high] = ends(Some(row.interval));
        let fixed = [
            row.policy.clone(),
            row.is_in_set.to_string(),
            text(Some(row.probability)),
            low,
            high,
            text(Some(CONFIDENCE)),
            row.method(),
            row.n.to_string(),
        ];
        fixed.iter().try_for_each(|cell| csv.write_field(cell))?;
        row.means.iter().try_for_each(|mean| known_mean(&mut csv, mean))?;
        end_row(&mut csv, [])?;
    }
    csv.flush()
}

/// An estimate and its interval, each empty where there is none: three cells.
pub(super) fn known(
    csv: &mut Writer<&mut dyn Write>,
    value: Option<f64>,
    interval: Option<Interval>,
) -> io::Result<()> {
    let [low, high] = ends(interval);
    Ok([text(value), low, high].iter().try_for_each(|cell| csv.write_field(cell))?)
}

/// A mean with its interval, its standard error and the interval's method: five cells.
fn known_mean(csv: &mut Writer<&mut dyn Write>, mean: &Mean) -> io::Result<()> {
    let [low, high] = ends(mean.interval);
    for cell in [text(Some(mean.mean)), low, high, text(mean.mcse), mean.method.to_string()] {
        csv.write_field(cell)?;
    }
    Ok(())
}

/// The level of the intervals of a row, by one of its means; empty where there are none.
fn level(mean: &Mean) -> String {
    text(mean.interval.map(|_| CONFIDENCE))
}

/// The last cells of a row, which they end.
fn end_row<'c>(csv: &mut Writer<&mut dyn Write>, cells: impl IntoIterator<Item = &'c str>) -> io::Result<()> {
    for cell in cells {
        csv.write_field(cell)?;
    }
    Ok(csv.write_record(None::<&[u8]>)?)
}

/// Where equipment of one point ended.
///
/// # Errors
/// Those of writing.
pub fn equipment(csv: &mut Writer<&mut dyn Write>, (design_id, summary): Point) -> io::Result<()> {
    for policy in &summary.policies {
        for row in &policy.equipment {
            let keys =
                [design_id, &policy.id, &row.class, row.owner, &row.base, row.disposition.name(), row.cause.name()];
            keys.into_iter().try_for_each(|key| csv.write_field(key))?;
            known_mean(csv, &row.units)?;
            known_mean(csv, &row.usd)?;
            end_row(csv, [level(&row.units).as_str(), &row.n.to_string()])?;
        }
    }
    Ok(())
}

/// Where people were hit at one point, and by what.
///
/// # Errors
/// Those of writing.
pub fn casualties(csv: &mut Writer<&mut dyn Write>, (design_id, summary): Point) -> io::Result<()> {
    for policy in &summary.policies {
        for row in &policy.casualties {
            let keys = [design_id, &policy.id, row.cause, &row.place, &row.group];
            keys.into_iter().try_for_each(|key| csv.write_field(key))?;
            known_mean(csv, &row.killed)?;
            known_mean(csv, &row.wounded)?;
            end_row(csv, [level(&row.killed).as_str(), &row.n.to_string()])?;
        }
    }
    Ok(())
}

/// Garrisons' journeys to their parents at one point.
///
/// # Errors
/// Those of writing.
pub fn convoys(csv: &mut Writer<&mut dyn Write>, (design_id, summary): Point) -> io::Result<()> {
    for policy in &summary.policies {
        for row in &policy.convoys {
            let keys = [design_id, &policy.id, &row.base, &row.n.to_string()];
            keys.into_iter().try_for_each(|key| csv.write_field(key))?;
            row.means.iter().try_for_each(|mean| known_mean(csv, mean))?;
            end_row(csv, [level(&row.means[0]).as_str()])?;
        }
    }
    Ok(())
}

/// Daily quantities of one point, to the deadline.
///
/// # Errors
/// Those of writing.
pub fn timeline(csv: &mut Writer<&mut dyn Write>, (design_id, summary): Point) -> io::Result<()> {
    for policy in &summary.policies {
        for row in &policy.timeline {
            let keys = [design_id, &policy.id, &row.date.to_string(), row.daily.name()];
            keys.into_iter().try_for_each(|key| csv.write_field(key))?;
            known_mean(csv, &row.mean)?;
            row.quantiles.iter().try_for_each(|quantile| known(csv, Some(quantile.estimate), quantile.interval))?;
            let method = row.quantile_method().to_string();
            end_row(csv, [method.as_str(), &level(&row.mean), &row.n.to_string()])?;
        }
    }
    Ok(())
}

/// The points of a design: a column for each path, empty where the scenario's own value stays.
///
/// # Arguments
/// * `table` - [`tables::design_points`] with its paths.
///
/// # Errors
/// Those of writing.
pub fn design(out: &mut dyn Write, table: &Table, points: &[Vec<Option<String>>]) -> io::Result<()> {
    let mut csv = table.begin(out)?;
    for (at, point) in points.iter().enumerate() {
        let values = point.iter().map(|value| value.clone().unwrap_or_default());
        csv.write_record([at.to_string()].into_iter().chain(values))?;
    }
    csv.flush()
}

/// Replications of one point that failed.
///
/// # Errors
/// Those of writing.
pub fn failures(csv: &mut Writer<&mut dyn Write>, (design_id, summary): Point) -> io::Result<()> {
    for failure in &summary.failures {
        csv.write_record([design_id, &failure.policy, &failure.replication.to_string(), "panic"])?;
    }
    Ok(())
}
