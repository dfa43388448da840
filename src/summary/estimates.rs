//! Estimates of each measure of each policy.

use crate::measures::{Better, Scale};
use crate::stats::{self, Interval, MeanEstimate};
use crate::summary::Method;
use crate::summary::method::Caveats;

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

/// A mean, or a probability, and how surely it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// The mean.
    pub mean: f64,
    /// Its interval, where there is one.
    pub interval: Option<Interval>,
    /// How the interval was found.
    pub method: Method,
    /// Its Monte Carlo standard error.
    pub mcse: Option<f64>,
}

impl Mean {
    /// By Student's t, cut at the range of the values.
    pub(super) fn by_t(found: &MeanEstimate, scale: Scale) -> Self {
        let (interval, method) = Method::of(found).cut(found.interval, scale.range());
        Self { mean: found.mean, interval: Some(interval), method, mcse: Some(found.mcse) }
    }

    /// Of a single value, without interval.
    pub(super) fn alone(mean: f64) -> Self {
        Self { mean, interval: None, method: Method::TooFew, mcse: None }
    }

    /// The mean of the values times `factor`, above 0.
    pub(super) fn times(self, factor: f64) -> Self {
        let interval = self.interval.map(|i| Interval { low: i.low * factor, high: i.high * factor });
        Self { mean: self.mean * factor, interval, mcse: self.mcse.map(|mcse| mcse * factor), ..self }
    }
}

/// The mean of a column; a single replication has no interval.
pub(super) fn mean_of(column: &[f64], scale: Scale) -> Mean {
    if scale == Scale::Event {
        let events = column.iter().filter(|&&value| value > 0.0).count() as u64;
        return share(events, column.len() as u64);
    }
    match stats::mean_t(column, CONFIDENCE) {
        Ok(mean) => Mean::by_t(&mean, scale),
        Err(_) => Mean::alone(column.first().copied().unwrap_or(f64::NAN)),
    }
}

fn share(events: u64, n: u64) -> Mean {
    let Ok(share) = stats::proportion(events, n, CONFIDENCE) else { return Mean::alone(f64::NAN) };
    let method = match share.method {
        stats::ProportionMethod::Wilson => Method::Wilson,
        stats::ProportionMethod::ClopperPearson => Method::ClopperPearson,
    };
    // Of none and of all the usual formula would say that the share is known for certain.
    let does_vary = 0 < events && events < n;
    let mcse = does_vary.then(|| crate::math::sqrt(share.estimate * (1.0 - share.estimate) / n as f64));
    Mean { mean: share.estimate, interval: Some(share.interval), method, mcse }
}

/// The standard deviation of a column; none for fewer than two replications.
fn deviation_of(column: &[f64]) -> Option<Mean> {
    let spread = stats::deviation(column, CONFIDENCE).ok()?;
    let method = if spread.sd == 0.0 {
        Method::NoSpread
    } else {
        // The interval comes cut at 0.
        let caveats = Caveats::new(spread.warning, column.len() as u64);
        Method::FourthMoment(Caveats { is_cut: spread.interval.low <= 0.0, ..caveats })
    };
    Some(Mean { mean: spread.sd, interval: Some(spread.interval), method, mcse: Some(spread.mcse) })
}

/// The mean of the worst of some values, losses in ascending order, with the sign of the measure put back.
fn tail_of(losses: &[f64], level: f64, is_lower: bool, scale: Scale) -> Option<Mean> {
    let tail = stats::cvar_sorted(losses, level, CONFIDENCE).ok()?;
    // Taken from 0, which has no sign then.
    let estimate = if is_lower { 0.0 - tail.estimate } else { tail.estimate };
    let Ok(interval) = tail.interval else { return Some(Mean { method: Method::TooFew, ..Mean::alone(estimate) }) };
    let interval = if is_lower { Interval { low: 0.0 - interval.high, high: 0.0 - interval.low } } else { interval };
    let method = match tail.mcse {
        Some(0.0) => Method::NoSpread,
        _ => Method::Tail(Caveats::new(tail.warning, tail.n)),
    };
    let (interval, method) = method.cut(interval, scale.range());
    Some(Mean { mean: estimate, interval: Some(interval), method, mcse: tail.mcse })
}

/// All estimates of one column.
///
/// # Arguments
/// * `policy`, `measure` - the policy's id and the column's name.
/// * `better` - which tail is the worse one: the lower where more is better, else the upper.
/// * `values` - one per replication.
pub fn estimates(policy: &str, measure: &str, (scale, better): (Scale, Better), values: &[f64]) -> Vec<Estimate> {
    let mut rows = Vec::new();
    let mut push = |statistic, found: Mean, n| {
        let (policy, measure) = (policy.to_owned(), measure.to_owned());
        let Mean { mean: estimate, interval, method, mcse } = found;
        rows.push(Estimate { policy, measure, statistic, estimate, interval, method, n, mcse });
    };
    let n = values.len() as u64;
    push(Statistic::Mean, mean_of(values, scale), n);
    if scale == Scale::Event {
        return rows;
    }
    if let Some(spread) = deviation_of(values) {
        push(Statistic::Sd, spread, n);
    }
    let zeros = values.iter().filter(|&&value| value == 0.0).count() as u64;
    push(Statistic::ShareZero, share(zeros, n), n);
    if zeros > 0 && zeros < n {
        let events: Vec<f64> = values.iter().copied().filter(|&value| value != 0.0).collect();
        push(Statistic::MeanGivenEvent, mean_of(&events, scale), events.len() as u64);
    }
    let Ok(sorted) = stats::sorted(values) else { return rows };
    for level in QUANTILES {
        let Ok(quantile) = stats::quantile_sorted(&sorted, level, CONFIDENCE) else { continue };
        let interval = quantile.order.ok().map(|order| order.interval);
        let method = if interval.is_some() { Method::OrderStatistics } else { Method::TooFew };
        push(Statistic::Quantile(level), Mean { mean: quantile.estimate, interval, method, mcse: None }, n);
    }
    let is_lower = better == Better::Higher;
    let losses = if is_lower { sorted.iter().rev().map(|value| -value).collect() } else { sorted };
    for level in TAILS {
        if let Some(tail) = tail_of(&losses, level, is_lower, scale) {
            push(Statistic::Cvar(level), tail, n);
        }
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
            assert!(
                interval.low < row.estimate
                    && row.estimate < interval.high
                    && row.method.to_string() == "t (asymptotic, of a tail)"
            );
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
        assert!(row(0.99).interval.is_none() && row(0.99).mcse.is_none() && row(0.99).method == Method::TooFew);
    }
}
