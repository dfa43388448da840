//! Exceedance curves: how often each measure is above a threshold, under each policy and between policy and baseline.

use rayon::prelude::*;

use crate::experiment::Rows;
use crate::math::log10;
use crate::measures::{Measure, Scale};
use crate::stats::{Interval, ProportionMethod, exceedance, exceedance_difference};
use crate::summary::tables::columns_at_once;
use crate::summary::{CONFIDENCE, Method, PolicySummary, Statistic, Summary, SummaryError};

/// Steps between the lowest and the highest threshold, at most.
///
/// # Source
/// Assumed: because a curve drawn through 26 points is smooth to the eye.
const STEPS: f64 = 25.0;

/// One threshold of one curve.
#[derive(Clone, Debug, PartialEq)]
pub struct ExceedanceRow {
    /// The policy's id.
    pub policy: String,
    /// The baseline's id, where this is the difference from it.
    pub baseline: Option<String>,
    /// The column's name.
    pub measure: String,
    /// The threshold, in the measure's unit.
    pub threshold: f64,
    /// Share of replications strictly above it, or the policy's share less the baseline's.
    pub share: f64,
    /// Interval for this threshold alone.
    pub pointwise: Interval,
    /// How that was found.
    pub method: Method,
    /// Band that holds at every threshold at once, by Dvoretzky, Kiefer, Wolfowitz and Massart.
    pub band: Interval,
    /// Replications.
    pub n: u64,
}

/// The curves of every column but probabilities, by column, then policy, then threshold.
///
/// # Arguments
/// * `summary` - of the same rows: its quantiles say where thresholds lie.
/// * `names` - of the columns.
///
/// # Errors
/// Those of reading.
pub fn exceedance_rows(rows: &Rows, summary: &Summary, names: &[String]) -> Result<Vec<ExceedanceRow>, SummaryError> {
    let is_event = |at: usize| Measure::ALL.get(at).is_some_and(|measure| measure.scale() == Scale::Event);
    let columns: Vec<usize> = (0..names.len()).filter(|&at| !is_event(at)).collect();
    let mut all = Vec::new();
    for part in columns.chunks(columns_at_once(rows.n(), names.len())) {
        let made: Vec<Vec<ExceedanceRow>> = part
            .par_iter()
            .map(|&at| column(rows, at, &names[at], &summary.policies))
            .collect::<Result<_, SummaryError>>()?;
        all.extend(made.into_iter().flatten());
    }
    Ok(all)
}

fn column(rows: &Rows, at: usize, name: &str, policies: &[PolicySummary]) -> Result<Vec<ExceedanceRow>, SummaryError> {
    let baseline = rows.column(0, at)?;
    if baseline.is_empty() {
        return Ok(Vec::new());
    }
    let quantile = |level| {
        let of = move |policy: &PolicySummary| policy.estimate(name, Statistic::Quantile(level)).map(|q| q.estimate);
        policies.iter().filter_map(of)
    };
    let (low, high) = (quantile(0.05).fold(f64::INFINITY, f64::min), quantile(0.99).fold(f64::NEG_INFINITY, f64::max));
    let thresholds = thresholds(low, high, baseline.iter().all(|value| value.trunc() == *value));
    let mut made = Vec::new();
    for (policy, named) in rows.policies().iter().enumerate() {
        let other = if policy == 0 { None } else { Some(rows.column(policy, at)?) };
        let values = other.as_deref().unwrap_or(&baseline);
        let row = |baseline: Option<String>, threshold, share, pointwise, method, band| ExceedanceRow {
            policy: named.id.clone(),
            baseline,
            measure: name.to_owned(),
            threshold,
            share,
            pointwise,
            method,
            band,
            n: rows.n(),
        };
        for point in exceedance(values, &thresholds, CONFIDENCE)? {
            let method = match point.pointwise.method {
                ProportionMethod::Wilson => Method::Wilson,
                ProportionMethod::ClopperPearson => Method::ClopperPearson,
            };
            let share = point.pointwise;
            made.push(row(None, point.threshold, share.estimate, share.interval, method, point.band));
        }
        if !rows.is_compared(policy) {
            continue;
        }
        let id = Some(rows.policies()[0].id.clone());
        for point in exceedance_difference(values, &baseline, &thresholds, CONFIDENCE)? {
            let (share, band) = (point.pointwise, point.band);
            made.push(row(id.clone(), point.threshold, share.difference, share.interval, Method::Newcombe, band));
        }
    }
    Ok(made)
}

/// Thresholds at multiples of 1, 2 or 5 times a power of ten, from at or below `low` to at or above `high`; whole ones for
/// whole values.
pub(super) fn thresholds(low: f64, high: f64, are_whole: bool) -> Vec<f64> {
    if !(low.is_finite() && high.is_finite()) {
        return Vec::new();
    }
    if high <= low {
        return vec![low];
    }
    let least = (high - low) / STEPS;
    let power = log10(least).floor() as i32;
    let (mantissa, power) = match least / power_of_ten(power) {
        share if share <= 1.0 => (1.0, power),
        share if share <= 2.0 => (2.0, power),
        share if share <= 5.0 => (5.0, power),
        _ => (1.0, power + 1),
    };
    let (mantissa, power) = if are_whole && power < 0 { (1.0, 0) } else { (mantissa, power) };
    // A multiple is divided by the power where that is a fraction: 3 x 0.1 is no 0.3.
    let value = |count: f64| {
        let count = count * mantissa;
        if power < 0 { count / power_of_ten(-power) } else { count * power_of_ten(power) }
    };
    let step = value(1.0);
    let (first, last) = ((low / step).floor() as i64, (high / step).ceil() as i64);
    (first..=last).map(|count| value(count as f64)).collect()
}

/// The nearest number to a power of ten, which reading its text gives.
fn power_of_ten(power: i32) -> f64 {
    format!("1e{power}").parse().expect("a number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_round_and_span_the_values() {
        assert_eq!(thresholds(0.0, 5.0, false)[..4], [0.0, 0.2, 0.4, 0.6]);
        assert_eq!(thresholds(0.0, 5.0, true), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(thresholds(3.0, 3.0, true), [3.0]);
        for (low, high) in [(-17.3, 912.0), (0.0, 0.0031), (1e6, 1e6 + 7.0), (24.0, 611.0), (9e7, 3e9), (-5.0, -0.1)] {
            let all = thresholds(low, high, false);
            assert!(all[0] <= low && *all.last().expect("some") >= high, "{low} {high}: {all:?}");
            assert!((11..=28).contains(&all.len()), "{low} {high}: {} thresholds", all.len());
            assert!(all.is_sorted_by(|a, b| a < b));
        }
    }

    #[test]
    fn what_has_no_ends_has_no_thresholds() {
        assert!(thresholds(f64::INFINITY, f64::NEG_INFINITY, false).is_empty());
    }
}
