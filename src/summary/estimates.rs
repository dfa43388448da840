//! Estimates of each measure of each policy.

use std::fmt;

use crate::measures::{Better, Scale};
use crate::stats::{self, Interval};

/// Confidence of every interval that is not otherwise labelled.
pub const CONFIDENCE: f64 = 0.95;

const QUANTILES: [f64; 6] = [0.05, 0.25, 0.5, 0.75, 0.95, 0.99];
const TAILS: [f64; 3] = [0.9, 0.95, 0.99];

/// What is estimated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// The mean; for an event its probability.
    Mean,
    /// The standard deviation between replications.
    Sd,
    /// The share of replications in which the measure is zero.
    ShareZero,
    /// The mean of the replications in which it is not.
    MeanGivenEvent,
    /// A quantile at a level.
    Quantile(f64),
    /// The mean of the worst replications, all but the share of the level: conditional value at risk.
    Cvar(f64),
}

impl Statistic {
    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Sd => "sd",
            Self::ShareZero => "share_zero",
            Self::MeanGivenEvent => "mean_given_event",
            Self::Quantile(_) => "quantile",
            Self::Cvar(_) => "cvar",
        }
    }

    /// Its level, where it has one.
    pub fn level(self) -> Option<f64> {
        match self {
            Self::Quantile(level) | Self::Cvar(level) => Some(level),
            _ => None,
        }
    }
}

/// How an interval was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Student's t.
    T,
    /// Student's t on values too skewed for their number: it covers less than it says.
    TSkewed,
    /// Wilson's.
    Wilson,
    /// Clopper and Pearson's.
    ClopperPearson,
    /// Newcombe's for paired proportions.
    Newcombe,
    /// Fieller's, of a ratio of means.
    Fieller,
    /// Between order statistics.
    OrderStatistics,
    /// Student's t on what each replication adds to the mean of a tail.
    Tail,
    /// Of a standard deviation, by the fourth moment.
    FourthMoment,
    /// No interval is given.
    None,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::T => "t",
            Self::TSkewed => "t (skewed: covers less than it says)",
            Self::Wilson => "wilson",
            Self::ClopperPearson => "clopper-pearson",
            Self::Newcombe => "newcombe (paired)",
            Self::Fieller => "fieller",
            Self::OrderStatistics => "order statistics (type 7)",
            Self::Tail => "t (asymptotic, of a tail)",
            Self::FourthMoment => "t (asymptotic, by the fourth moment)",
            Self::None => "none",
        })
    }
}

/// One estimate.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The policy's id.
    pub policy: String,
    /// The column's name.
    pub measure: String,
    /// What is estimated.
    pub statistic: Statistic,
    /// The estimate, in the measure's unit.
    pub estimate: f64,
    /// Its interval, where there is one.
    pub interval: Option<Interval>,
    /// How the interval was found.
    pub method: Method,
    /// Replications it rests on.
    pub n: u64,
    /// Its Monte Carlo standard error, where it is a mean.
    pub mcse: Option<f64>,
}

/// Mean, interval, method and standard error of a column; a single replication has no interval.
pub fn mean_of(column: &[f64], scale: Scale) -> (f64, Option<Interval>, Method, Option<f64>) {
    if scale == Scale::Event {
        let events = column.iter().filter(|&&value| value > 0.0).count() as u64;
        return share(events, column.len() as u64);
    }
    match stats::mean_t(column, CONFIDENCE) {
        Ok(mean) => {
            let method = if mean.warning.is_some() { Method::TSkewed } else { Method::T };
            (mean.mean, Some(mean.interval), method, Some(mean.mcse))
        }
        Err(_) => (column.first().copied().unwrap_or(f64::NAN), None, Method::None, None),
    }
}

fn share(events: u64, n: u64) -> (f64, Option<Interval>, Method, Option<f64>) {
    let Ok(share) = stats::proportion(events, n, CONFIDENCE) else { return (f64::NAN, None, Method::None, None) };
    let method = match share.method {
        stats::ProportionMethod::Wilson => Method::Wilson,
        stats::ProportionMethod::ClopperPearson => Method::ClopperPearson,
    };
    let mcse = crate::math::sqrt(share.estimate * (1.0 - share.estimate) / n as f64);
    (share.estimate, Some(share.interval), method, Some(mcse))
}

/// All estimates of one column.
///
/// # Arguments
/// * `policy`, `measure` - the policy's id and the column's name.
/// * `better` - which tail is the worse one: the lower where more is better, else the upper.
/// * `values` - one per replication.
pub fn estimates(policy: &str, measure: &str, (scale, better): (Scale, Better), values: &[f64]) -> Vec<Estimate> {
    let mut rows = Vec::new();
    let mut push = |statistic, estimate, interval, method, n, mcse| {
        let (policy, measure) = (policy.to_owned(), measure.to_owned());
        rows.push(Estimate { policy, measure, statistic, estimate, interval, method, n, mcse });
    };
    let n = values.len() as u64;
    let (mean, interval, method, mcse) = mean_of(values, scale);
    push(Statistic::Mean, mean, interval, method, n, mcse);
    if scale == Scale::Event {
        return rows;
    }
    if let Ok(spread) = stats::deviation(values, CONFIDENCE) {
        push(Statistic::Sd, spread.sd, Some(spread.interval), Method::FourthMoment, n, Some(spread.mcse));
    }
    let zeros = values.iter().filter(|&&value| value == 0.0).count() as u64;
    let (zero, interval, method, mcse) = share(zeros, n);
    push(Statistic::ShareZero, zero, interval, method, n, mcse);
    if zeros > 0 && zeros < n {
        let events: Vec<f64> = values.iter().copied().filter(|&value| value != 0.0).collect();
        let (mean, interval, method, mcse) = mean_of(&events, Scale::Amount);
        push(Statistic::MeanGivenEvent, mean, interval, method, events.len() as u64, mcse);
    }
    let Ok(sorted) = stats::sorted(values) else { return rows };
    for level in QUANTILES {
        let Ok(quantile) = stats::quantile_sorted(&sorted, level, CONFIDENCE) else { continue };
        let interval = quantile.order.ok().map(|order| order.interval);
        let method = if interval.is_some() { Method::OrderStatistics } else { Method::None };
        push(Statistic::Quantile(level), quantile.estimate, interval, method, n, None);
    }
    let is_lower = better == Better::Higher;
    let losses = if is_lower { sorted.iter().rev().map(|value| -value).collect() } else { sorted };
    for level in TAILS {
        let Ok(tail) = stats::cvar_sorted(&losses, level, CONFIDENCE) else { continue };
        let interval = tail.interval.ok();
        let method = if interval.is_some() { Method::Tail } else { Method::None };
        let turned = |interval: Interval| Interval { low: -interval.high, high: -interval.low };
        let interval = if is_lower { interval.map(turned) } else { interval };
        let estimate = if is_lower { -tail.estimate } else { tail.estimate };
        push(Statistic::Cvar(level), estimate, interval, method, n, tail.mcse.filter(|_| interval.is_some()));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_tail_is_the_one_that_is_worse() {
        let values: Vec<f64> = (1..=1_000).map(f64::from).collect();
        let tail = |better| {
            let all = estimates("p", "m", (Scale::Amount, better), &values);
            let of = |row: &&Estimate| row.statistic == Statistic::Cvar(0.9);
            let row = all.iter().find(of).expect("there is a tail").clone();
            let interval = row.interval.expect("a thousand are enough");
            assert!(interval.low < row.estimate && row.estimate < interval.high && row.method == Method::Tail);
            row.estimate
        };
        // The mean of 901 to 1,000, and of 1 to 100.
        assert!((tail(Better::Lower) - 950.5).abs() < 1e-9 && (tail(Better::Neither) - 950.5).abs() < 1e-9);
        assert!((tail(Better::Higher) - 50.5).abs() < 1e-9);
    }

    #[test]
    fn too_few_replications_get_no_interval_of_a_tail() {
        let values: Vec<f64> = (0..500).map(f64::from).collect();
        let all = estimates("p", "m", (Scale::Amount, Better::Lower), &values);
        let row = |level| all.iter().find(|row| row.statistic == Statistic::Cvar(level)).expect("there is a tail");
        assert!(row(0.9).interval.is_some() && row(0.95).interval.is_some());
        assert!(row(0.99).interval.is_none() && row(0.99).mcse.is_none() && row(0.99).method == Method::None);
    }
}
