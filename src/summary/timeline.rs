//! Daily quantities with their quantiles over replications, from exact histograms.

use crate::experiment::PolicyResults;
use crate::measures::Daily;
use crate::units::Date;

/// One quantity at the end of one day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimelineRow {
    /// The day.
    pub date: Date,
    /// The quantity.
    pub daily: Daily,
    /// Its mean over replications.
    pub mean: f64,
    /// Its quantiles at 5, 25, 50, 75 and 95% (type 7).
    pub quantiles: [f64; 5],
}

const LEVELS: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Rows of a policy, by day and quantity.
pub fn timeline_rows(policy: &PolicyResults, start: Date) -> Vec<TimelineRow> {
    let mut rows = Vec::new();
    for (day, histograms) in policy.tallies.daily.iter().enumerate() {
        for (daily, histogram) in Daily::ALL.into_iter().zip(histograms) {
            let n: u64 = histogram.iter().map(|&count| u64::from(count)).sum();
            let sum: u128 = histogram.iter().enumerate().map(|(value, &count)| value as u128 * u128::from(count)).sum();
            rows.push(TimelineRow {
                date: start.after(day as f64),
                daily,
                mean: sum as f64 / n.max(1) as f64,
                quantiles: LEVELS.map(|level| quantile(histogram, n, level)),
            });
        }
    }
    rows
}

/// Type 7 quantile of a histogram of whole values.
fn quantile(histogram: &[u32], n: u64, level: f64) -> f64 {
    let position = (n.max(1) - 1) as f64 * level;
    let rank = position.floor() as u64;
    let (low, high) = (value_at(histogram, rank), value_at(histogram, (rank + 1).min(n.max(1) - 1)));
    low + (position - rank as f64) * (high - low)
}

/// The value of the given rank, from 0, in ascending order.
fn value_at(histogram: &[u32], rank: u64) -> f64 {
    let mut seen = 0;
    let found = histogram.iter().position(|&count| {
        seen += u64::from(count);
        seen > rank
    });
    found.unwrap_or(0) as f64
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn quantiles_of_a_histogram_equal_those_of_the_values() {
        // Values 0, 0, 2, 3: the type 7 median lies midway between 0 and 2.
        let histogram = [2, 0, 1, 1];
        assert_eq!(quantile(&histogram, 4, 0.5), 1.0);
        assert_eq!(quantile(&histogram, 4, 0.0), 0.0);
        assert_eq!(quantile(&histogram, 4, 1.0), 3.0);
    }
}
