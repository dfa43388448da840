//! Daily quantities with their quantiles over replications, from exact histograms.

use crate::experiment::results::Tallies;
use crate::math::sqrt;
use crate::measures::{Daily, Scale};
use crate::stats::{Histogram, Interval, MeanEstimate, mean_t_from_sums, order_ranks};
use crate::summary::{CONFIDENCE, Mean, Method};
use crate::units::Date;

/// One quantity at the end of one day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimelineRow {
    /// The day.
    pub date: Date,
    /// The quantity.
    pub daily: Daily,
    /// Its mean over replications.
    pub mean: Mean,
    /// Its quantiles at 5, 25, 50, 75 and 95% (type 7).
    pub quantiles: [DailyQuantile; LEVELS.len()],
    /// Replications.
    pub n: u64,
}

/// A quantile of a daily quantity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DailyQuantile {
    /// The quantile.
    pub estimate: f64,
    /// Its interval between order statistics; none for too few replications.
    pub interval: Option<Interval>,
}

impl TimelineRow {
    /// How the intervals of its quantiles were found: none where there are too few replications for any.
    pub fn quantile_method(&self) -> Method {
        let is_bounded = self.quantiles.iter().any(|quantile| quantile.interval.is_some());
        if is_bounded { Method::OrderStatistics } else { Method::TooFew }
    }
}

const LEVELS: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Ranks, from 0, of the two values that enclose the quantile of each level; none for too few replications.
type Enclosing = [Option<(u64, u64)>; LEVELS.len()];

/// Rows of a policy, by day and quantity.
pub fn timeline_rows(tallies: &Tallies, start: Date) -> Vec<TimelineRow> {
    let mut rows = Vec::new();
    let mut enclosing: (u64, Enclosing) = (0, enclosing(0));
    for (day, histograms) in tallies.daily.iter().enumerate() {
        for (daily, histogram) in Daily::ALL.into_iter().zip(histograms) {
            let n = histogram.n();
            // Found once: every day and quantity has as many replications.
            if n != enclosing.0 {
                enclosing = (n, self::enclosing(n));
            }
            rows.push(TimelineRow {
                date: start.after(day as f64),
                daily,
                mean: mean(histogram, n),
                quantiles: quantiles(histogram, n, &enclosing.1),
                n,
            });
        }
    }
    rows
}

fn enclosing(n: u64) -> Enclosing {
    LEVELS.map(|level| order_ranks(n, level, CONFIDENCE).ok().map(|ranks| (ranks.lower - 1, ranks.upper - 1)))
}

/// The mean of a histogram of counts, from its exact sums.
fn mean(histogram: &Histogram, n: u64) -> Mean {
    let (sum, squares) = histogram.sums();
    match mean_t_from_sums(n, sum, squares, CONFIDENCE) {
        Ok(mean) => Mean::by_t(&with_skewness(mean, histogram), Scale::Amount),
        Err(_) => Mean::alone(sum as f64 / n.max(1) as f64),
    }
}

/// The estimate with a warning where the counts are too skewed for their number.
fn with_skewness(mean: MeanEstimate, histogram: &Histogram) -> MeanEstimate {
    let (mut squares, mut cubes) = (0.0, 0.0);
    for (value, count) in histogram.iter() {
        let (off, count) = (f64::from(value) - mean.mean, f64::from(count));
        squares += count * off * off;
        cubes += count * off * off * off;
    }
    let (spread, third) = (squares / mean.n as f64, cubes / mean.n as f64);
    if spread > 0.0 { mean.with_skewness(third / (spread * sqrt(spread))) } else { mean }
}

/// Type 7 quantiles of a histogram of whole values with their intervals, in one pass over it.
fn quantiles(histogram: &Histogram, n: u64, enclosing: &Enclosing) -> [DailyQuantile; LEVELS.len()] {
    let last = n.max(1) - 1;
    let (mut values, mut value, mut seen) = (histogram.iter(), 0, 0);
    // The value of a rank, from 0, in ascending order; asked for ascending ranks.
    let mut value_at = |rank: u64| {
        while seen <= rank
            && let Some((next, count)) = values.next()
        {
            (value, seen) = (next, seen + u64::from(count));
        }
        value
    };
    // A level's second rank may lie past the next level's first: those of all levels are asked for in ascending order.
    let positions = LEVELS.map(|level| last as f64 * level);
    let between = positions.iter().map(|&at| at.floor() as u64).flat_map(|rank| [rank, (rank + 1).min(last)]);
    let ends = enclosing.iter().flatten().flat_map(|&(low, high)| [low, high]);
    let mut ranks: Vec<u64> = between.chain(ends).collect();
    ranks.sort_unstable();
    ranks.dedup();
    let values: Vec<(u64, f64)> = ranks.into_iter().map(|rank| (rank, f64::from(value_at(rank)))).collect();
    let value_of = |rank: u64| values.iter().find(|(at, _)| *at == rank).map_or(0.0, |&(_, value)| value);
    std::array::from_fn(|at| {
        let rank = positions[at].floor() as u64;
        let (low, high) = (value_of(rank), value_of((rank + 1).min(last)));
        let estimate = low + (positions[at] - rank as f64) * (high - low);
        let interval = enclosing[at].map(|(low, high)| Interval { low: value_of(low), high: value_of(high) });
        DailyQuantile { estimate, interval }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats;

    /// A histogram of how often each value from 0 on occurred.
    fn of(counts: &[u32]) -> Histogram {
        let mut histogram = Histogram::default();
        let counts = (0..).zip(counts.iter().copied()).filter(|&(_, count)| count > 0);
        histogram.add(&counts.collect::<Vec<_>>());
        histogram
    }

    /// A histogram of values below 11, and the values.
    fn example(n: u32) -> (Histogram, Vec<f64>) {
        let values: Vec<f64> = (0..n).map(|at| f64::from(at * at % 11)).collect();
        let mut counts = vec![0; 11];
        for &value in &values {
            counts[value as usize] += 1;
        }
        (of(&counts), values)
    }

    #[test]
    fn quantiles_of_a_histogram_equal_those_of_the_values() {
        let estimates = |counts: &[u32], n| quantiles(&of(counts), n, &enclosing(n)).map(|quantile| quantile.estimate);
        // Values 0, 0, 2, 3: the type 7 median lies midway between 0 and 2.
        let [_, low, median, high, _] = estimates(&[2, 0, 1, 1], 4);
        assert_eq!([low, median, high], [0.0, 1.0, 2.25]);
        assert_eq!(estimates(&[], 0), [0.0; 5]);
        for n in (1..40_u32).chain([71, 72, 400]) {
            let (histogram, values) = example(n);
            let found = quantiles(&histogram, n.into(), &enclosing(n.into()));
            for (found, level) in found.into_iter().zip(LEVELS) {
                let expected = stats::quantile(&values, level, CONFIDENCE).expect("values");
                assert!((found.estimate - expected.estimate).abs() < 1e-12, "{n}: {found:?} against {expected:?}");
                assert_eq!(found.interval, expected.order.ok().map(|order| order.interval), "{n} at {level}");
            }
        }
    }

    #[test]
    fn means_of_a_histogram_equal_those_of_the_values() {
        for n in [2, 7, 400] {
            let (histogram, values) = example(n);
            let (found, expected) = (mean(&histogram, n.into()), stats::mean_t(&values, CONFIDENCE).expect("values"));
            let interval = found.interval.expect("an interval");
            assert!((found.mean - expected.mean).abs() < 1e-14 && found.method != Method::TooFew);
            assert!((found.mcse.expect("an error") - expected.mcse).abs() < 1e-13);
            assert!((interval.high - expected.interval.high).abs() < 1e-12);
            assert!((interval.low - expected.interval.low.max(0.0)).abs() < 1e-12 && interval.low >= 0.0);
        }
        assert_eq!(mean(&of(&[0, 0, 1]), 1), Mean::alone(2.0));
        assert_eq!(mean(&of(&[0, 0, 9]), 9).method, Method::NoSpread);
    }

    #[test]
    fn a_rare_daily_count_says_that_its_interval_covers_less() {
        // 12 of 1,000: skewness 8.97, so the ratio is 0.28; at 40,000 it is 0.04.
        assert_eq!(mean(&of(&[988, 12]), 1_000).method.to_string(), "t (skewed: covers less than it says)");
        assert_eq!(mean(&of(&[39_520, 480]), 40_000).method.to_string(), "t");
        let rare = mean(&of(&[999, 1]), 1_000).method.to_string();
        assert_eq!(rare, "t (skewed: covers less than it says; cut at the measure's range)");
    }
}
