//! Chance and parameters kept apart: the variance of each measure split in two, and exceedance curves by parameter draw.

use rayon::prelude::*;

use crate::experiment::Rows;
use crate::measures::{Measure, Scale};
use crate::stats::{
    InnerSeeds, Interval, Proportion, SplitIntervals, VarianceSplit, exceedance, quantile_sorted, sorted,
    split_intervals, split_variance, t_interval,
};
use crate::summary::exceedance::thresholds;
use crate::summary::tables::columns_at_once;
use crate::summary::{CONFIDENCE, Caveats, Method, SummaryError};

/// Measures that have a curve for each draw.
const CURVED: [Measure; 6] =
    [Measure::Contacts, Measure::Wounded, Measure::Killed, Measure::LostUnits, Measure::LostUsd, Measure::LastOut];

/// The variance of one column under a policy, or of its difference from the baseline, split.
#[derive(Clone, Debug, PartialEq)]
pub struct SplitRow {
    /// The policy's id.
    pub policy: String,
    /// The baseline's id, where this is the difference from it.
    pub baseline: Option<String>,
    /// The column's name.
    pub measure: String,
    /// The split.
    pub split: VarianceSplit,
    /// Interval of the mean over fresh draws and fresh seeds.
    pub mean: Interval,
    /// How that was found.
    pub mean_method: Method,
    /// Intervals of its parts, where there are draws enough.
    pub intervals: Option<SplitIntervals>,
}

impl SplitRow {
    /// Interval of the share that lies between draws, where there is one.
    pub fn share(&self) -> Option<Interval> {
        self.intervals.and_then(|intervals| intervals.share_between)
    }

    /// How the intervals of the parts and of the share were found; none for fewer than four draws, and where nothing varies.
    pub fn method(&self) -> Method {
        match self.intervals {
            None => Method::TooFew,
            Some(intervals) if intervals.is_none() => Method::NoBounds,
            Some(_) => Method::Jackknife(Caveats::new(self.split.warning, self.split.outer as u64)),
        }
    }
}

/// One threshold of the exceedance curve of one draw of the parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawCurveRow {
    /// The policy's id.
    pub policy: String,
    /// The column's name.
    pub measure: String,
    /// The draw, from 0.
    pub draw: usize,
    /// The threshold, in the measure's unit.
    pub threshold: f64,
    /// Share of the draw's replications strictly above it.
    pub above: Proportion,
    /// Band that holds at every threshold at once, by Dvoretzky, Kiefer, Wolfowitz and Massart.
    pub band: Interval,
}

/// The tables of a nested experiment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Nested {
    /// By column, then policy, then the policy's difference from the baseline.
    pub splits: Vec<SplitRow>,
    /// Of [`CURVED`], by measure, policy, draw and threshold.
    pub curves: Vec<DrawCurveRow>,
}

impl Nested {
    /// The split of a measure of a policy itself, or of its difference.
    pub fn split(&self, policy: &str, measure: Measure, is_difference: bool) -> Option<&SplitRow> {
        let is_it = |row: &&SplitRow| row.policy == policy && row.measure == measure.name();
        self.splits.iter().filter(is_it).find(|row| row.baseline.is_some() == is_difference)
    }
}

/// Makes the tables. Without any where replications failed: then no draw is whole.
///
/// # Arguments
/// * `names` - of the columns.
/// * `inner` - replications of each draw, with the same chances in every draw.
///
/// # Errors
/// Those of reading, and fewer than 2 draws or 2 replications of each.
pub fn nested(rows: &Rows, names: &[String], inner: usize) -> Result<Nested, SummaryError> {
    let mut tables = Nested::default();
    if !rows.failures().is_empty() {
        return Ok(tables);
    }
    let columns: Vec<usize> = (0..names.len()).collect();
    for part in columns.chunks(columns_at_once(rows.n(), names.len())) {
        let made: Vec<Vec<SplitRow>> =
            part.par_iter().map(|&at| splits(rows, at, &names[at], inner)).collect::<Result<_, SummaryError>>()?;
        tables.splits.extend(made.into_iter().flatten());
    }
    let made: Vec<Vec<DrawCurveRow>> =
        CURVED.par_iter().map(|&measure| curves(rows, measure, inner)).collect::<Result<_, SummaryError>>()?;
    tables.curves = made.into_iter().flatten().collect();
    Ok(tables)
}

fn splits(rows: &Rows, at: usize, name: &str, inner: usize) -> Result<Vec<SplitRow>, SummaryError> {
    let baseline = rows.column(0, at)?;
    let mut made = Vec::new();
    let of = |policy: &str, baseline: Option<String>, values: &[f64]| -> Result<SplitRow, SummaryError> {
        let split = split_variance(values, inner, InnerSeeds::Common)?;
        let (policy, measure) = (policy.to_owned(), name.to_owned());
        let mean = t_interval(split.mean, split.mean_mcse, split.mean_df, CONFIDENCE)?;
        let method = Method::Crossed(Caveats::new(split.warning, split.outer as u64));
        let (mean, mean_method) = match baseline {
            _ if split.mean_mcse == 0.0 => (mean, Method::NoSpread),
            Some(_) => (mean, method),
            None => method.cut(mean, Measure::named(name).map_or(Scale::Amount, Measure::scale).range()),
        };
        let intervals = split_intervals(values, inner, InnerSeeds::Common, CONFIDENCE)?;
        Ok(SplitRow { policy, baseline, measure, split, mean, mean_method, intervals })
    };
    for (policy, named) in rows.policies().iter().enumerate() {
        if policy == 0 {
            made.push(of(&named.id, None, &baseline)?);
            continue;
        }
        let mut values = rows.column(policy, at)?;
        made.push(of(&named.id, None, &values)?);
        if rows.is_compared(policy) {
            values.iter_mut().zip(&baseline).for_each(|(value, baseline)| *value -= baseline);
            made.push(of(&named.id, Some(rows.policies()[0].id.clone()), &values)?);
        }
    }
    Ok(made)
}

fn curves(rows: &Rows, measure: Measure, inner: usize) -> Result<Vec<DrawCurveRow>, SummaryError> {
    let mut made = Vec::new();
    for (policy, named) in rows.policies().iter().enumerate() {
        let values = rows.measure(policy, measure)?;
        let all = sorted(&values)?;
        let quantile = |level| quantile_sorted(&all, level, CONFIDENCE).map(|quantile| quantile.estimate);
        let are_whole = all.iter().all(|value| value.trunc() == *value);
        let thresholds = thresholds(quantile(0.05)?, quantile(0.99)?, are_whole);
        for (draw, values) in values.chunks_exact(inner).enumerate() {
            made.extend(exceedance(values, &thresholds, CONFIDENCE)?.into_iter().map(|point| DrawCurveRow {
                policy: named.id.clone(),
                measure: measure.name().to_owned(),
                draw,
                threshold: point.threshold,
                above: point.pointwise,
                band: point.band,
            }));
        }
    }
    Ok(made)
}
