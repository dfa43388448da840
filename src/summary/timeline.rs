//! Daily quantities with their quantiles over replications, from exact histograms.

use crate::experiment::results::Tallies;
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
pub fn timeline_rows(tallies: &Tallies, start: Date) -> Vec<TimelineRow> {
    let mut rows = Vec::new();
    for (day, histograms) in tallies.daily.iter().enumerate() {
        for (daily, histogram) in Daily::ALL.into_iter().zip(histograms) {
            let (mut n, mut sum) = (0_u64, 0_u128);
            for (value, &count) in histogram.iter().enumerate() {
                n += u64::from(count);
                sum += value as u128 * u128::from(count);
            }
            rows.push(TimelineRow {
                date: start.after(day as f64),
                daily,
                mean: sum as f64 / n.max(1) as f64,
                quantiles: quantiles(histogram, n, LEVELS),
            });
        }
    }
    rows
}

/// Type 7 quantiles, at ascending levels, of a histogram of whole values, in one pass over it.
fn quantiles<const K: usize>(histogram: &[u32], n: u64, levels: [f64; K]) -> [f64; K] {
    let last = n.max(1) - 1;
    let (mut value, mut seen) = (0, histogram.first().map_or(0, |&count| u64::from(count)));
    // The value of a rank, from 0, in ascending order; asked for ascending ranks.
    let mut value_at = |rank: u64| {
        while seen <= rank && value + 1 < histogram.len() {
            value += 1;
            seen += u64::from(histogram[value]);
        }
        value
    };
    // A level's second rank may lie past the next level's first: those of all levels are asked for in ascending order.
    let positions = levels.map(|level| last as f64 * level);
    let mut ranks: Vec<u64> =
        positions.iter().map(|&at| at.floor() as u64).flat_map(|rank| [rank, (rank + 1).min(last)]).collect();
    ranks.sort_unstable();
    ranks.dedup();
    let values: Vec<(u64, f64)> = ranks.into_iter().map(|rank| (rank, value_at(rank) as f64)).collect();
    let value_of = |rank: u64| values.iter().find(|(at, _)| *at == rank).map_or(0.0, |&(_, value)| value);
    positions.map(|position| {
        let rank = position.floor() as u64;
        let (low, high) = (value_of(rank), value_of((rank + 1).min(last)));
        low + (position - rank as f64) * (high - low)
    })
}

#[cfg(test)]
mod tests {
    use super::{LEVELS, quantiles};
    use crate::stats;

    #[test]
    fn quantiles_of_a_histogram_equal_those_of_the_values() {
        // Values 0, 0, 2, 3: the type 7 median lies midway between 0 and 2.
        assert_eq!(quantiles(&[2, 0, 1, 1], 4, [0.0, 0.5, 1.0]), [0.0, 1.0, 3.0]);
        assert_eq!(quantiles(&[], 0, [0.5]), [0.0]);
        for n in 1..40_u32 {
            let values: Vec<f64> = (0..n).map(|at| f64::from(at * at % 11)).collect();
            let mut histogram = vec![0; 11];
            for &value in &values {
                histogram[value as usize] += 1;
            }
            let expected = LEVELS.map(|level| stats::quantile(&values, level, 0.95).expect("values").estimate);
            for (found, expected) in quantiles(&histogram, n.into(), LEVELS).into_iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{n}: {found} against {expected}");
            }
        }
    }
}
