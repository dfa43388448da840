//! Quantiles, with intervals between order statistics.
//!
//! The interval assumes nothing of the distribution: how many of n values lie below the true quantile is binomial. It
//! exists only where n is large enough to have a value beyond the quantile on each side.

use super::error::{StatsError, check_count, check_finite, check_level};
use super::interval::Interval;
use crate::math::special::{binomial_cdf, binomial_upper};
use crate::math::{ln, ln_1p};

/// Ranks, from 1, of the order statistics that enclose a quantile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranks {
    /// Rank of the lower end, from 1.
    pub lower: u64,
    /// Rank of the upper end, at most the number of values.
    pub upper: u64,
    /// Probability that the ends enclose the quantile of a continuous distribution; at least the confidence asked for.
    pub coverage: f64,
}

/// Interval for a quantile between two of the values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrderInterval {
    /// The two values.
    pub interval: Interval,
    /// Their ranks and what they cover.
    pub ranks: Ranks,
}

/// A quantile with its interval.
#[derive(Debug, Clone, PartialEq)]
pub struct QuantileEstimate {
    /// The probability of the quantile, 0 to 1.
    pub p: f64,
    /// The quantile (type 7), in the unit of the values.
    pub estimate: f64,
    /// Its interval, or why there is none.
    pub order: Result<OrderInterval, StatsError>,
    /// Confidence of the interval, 0 to 1.
    pub confidence: f64,
}

/// A copy of `xs` in ascending order.
///
/// # Errors
/// [`StatsError::TooFew`] for no values, [`StatsError::NotFinite`].
pub fn sorted(xs: &[f64]) -> Result<Vec<f64>, StatsError> {
    check_count(xs.len(), 1)?;
    check_finite(xs)?;
    let mut copy = xs.to_vec();
    copy.sort_by(f64::total_cmp);
    Ok(copy)
}

/// The type 7 quantile with its interval.
///
/// # Arguments
/// * `xs` - one value per replication, finite, any unit and order.
/// * `p` - probability of the quantile, between 0 and 1.
/// * `confidence` - coverage wanted, between 0 and 1.
///
/// # Errors
/// [`StatsError::TooFew`] for no values, [`StatsError::NotFinite`], [`StatsError::BadLevel`]. Too few values for an
/// interval is not an error here: the estimate comes with the reason.
///
/// # Examples
/// ```
/// let xs: Vec<f64> = (1..=100).map(f64::from).collect();
/// let median = rearguard::stats::quantile(&xs, 0.5, 0.95)?;
/// assert_eq!((median.estimate, median.order?.interval.low), (50.5, 40.0));
/// # Ok::<(), rearguard::stats::StatsError>(())
/// ```
pub fn quantile(xs: &[f64], p: f64, confidence: f64) -> Result<QuantileEstimate, StatsError> {
    quantile_sorted(&sorted(xs)?, p, confidence)
}

/// [`quantile`] of values already in ascending order, as [`sorted`] gives them: one sort serves every quantile.
///
/// # Errors
/// As for [`quantile`]; order and finiteness are the caller's word.
pub fn quantile_sorted(xs: &[f64], p: f64, confidence: f64) -> Result<QuantileEstimate, StatsError> {
    estimate_from(xs.len() as u64, p, confidence, |rank| xs[rank as usize - 1])
}

/// Quantile and interval of `n` values known only by rank (from 1).
fn estimate_from(
    n: u64,
    p: f64,
    confidence: f64,
    value_at: impl Fn(u64) -> f64,
) -> Result<QuantileEstimate, StatsError> {
    check_level(p)?;
    check_level(confidence)?;
    if n == 0 {
        return Err(StatsError::TooFew { needed: 1, given: 0 });
    }
    let order = order_ranks(n, p, confidence).map(|ranks| {
        let interval = Interval { low: value_at(ranks.lower), high: value_at(ranks.upper) };
        OrderInterval { interval, ranks }
    });
    Ok(QuantileEstimate { p, estimate: type_7(n, p, value_at), order, confidence })
}

/// Linear interpolation at position (n - 1) p from the smallest value: type 7 of Hyndman and Fan (1996).
fn type_7(n: u64, p: f64, value_at: impl Fn(u64) -> f64) -> f64 {
    let position = (n - 1) as f64 * p;
    let whole = position.floor();
    let low = value_at((whole as u64 + 1).min(n));
    let high = value_at((whole as u64 + 2).min(n));
    let share = position - whole;
    // Weighted ends rather than a difference, which can overflow; clamped because rounding may leave the bracket.
    (low * (1.0 - share) + high * share).clamp(low, high)
}

/// Equal-tailed ranks that enclose the quantile `p` of `n` independent values.
///
/// # Arguments
/// * `n` - number of values.
/// * `p` - probability of the quantile, between 0 and 1.
/// * `confidence` - coverage wanted, between 0 and 1; each end misses with at most half the rest.
///
/// # Errors
/// [`StatsError::TooFew`] with the number needed, [`StatsError::BadLevel`].
///
/// # Source
/// The number of values at most the quantile is binomial(n, p); the classical distribution-free interval of Thompson
/// (1936).
///
/// # Examples
/// ```
/// let ranks = rearguard::stats::order_ranks(1000, 0.95, 0.95)?;
/// assert_eq!((ranks.lower, ranks.upper), (936, 964));
/// # Ok::<(), rearguard::stats::StatsError>(())
/// ```
pub fn order_ranks(n: u64, p: f64, confidence: f64) -> Result<Ranks, StatsError> {
    check_level(p)?;
    check_level(confidence)?;
    let tail = 0.5 * (1.0 - confidence);
    let needed = needed_for(p, tail);
    if n < needed {
        return Err(StatsError::TooFew { needed, given: n });
    }
    // The lower end misses when fewer than `lower` values are at most the quantile: the largest rank that seldom does.
    let lower = 1 + last_true(n, |k| binomial_cdf(k, n, p) <= tail);
    // The upper end misses when `upper` or more are: the smallest rank that seldom does.
    let upper = n - last_true(n, |spare| binomial_upper(n - 1 - spare, n, p) <= tail);
    let coverage = 1.0 - binomial_cdf(lower - 1, n, p) - binomial_upper(upper - 1, n, p);
    Ok(Ranks { lower, upper, coverage })
}

/// Smallest n with a value beyond the quantile on each side, each missing with probability at most `tail`.
fn needed_for(p: f64, tail: f64) -> u64 {
    let log_tail = ln(tail);
    let all_above = log_tail / ln_1p(-p);
    let all_below = log_tail / ln(p);
    // A saturating cast: a p next to 0 or 1 needs more values than can be counted, which is what this says.
    (all_above.max(all_below).ceil() as u64).max(2)
}

/// Largest k below `n` for which `holds`, true at 0 and then false for good.
fn last_true(n: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut yes, mut no) = (0, n);
    while no - yes > 1 {
        let middle = yes + (no - yes) / 2;
        if holds(middle) {
            yes = middle;
        } else {
            no = middle;
        }
    }
    yes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ranks(n: u64, p: f64) -> (u64, u64) {
        let ranks = order_ranks(n, p, 0.95).expect("ranks");
        (ranks.lower, ranks.upper)
    }

    #[test]
    fn ranks_and_coverage_are_the_binomial_ones() {
        // Exact binomial tails: 100 values and the median, 1,000 values and the 95th percentile.
        let median = order_ranks(100, 0.5, 0.95).expect("ranks");
        assert_eq!((median.lower, median.upper), (40, 61));
        assert!((median.coverage - 0.9648).abs() < 5e-5);
        let high = order_ranks(1000, 0.95, 0.95).expect("ranks");
        assert_eq!((high.lower, high.upper), (936, 964));
        assert!((high.coverage - 0.9581).abs() < 5e-5);
    }

    #[test]
    fn an_interval_that_cannot_exist_is_refused_with_the_number_needed() {
        // 0.95^72 < 0.025 < 0.95^71, and 368 for the 99th percentile.
        assert_eq!(order_ranks(71, 0.95, 0.95), Err(StatsError::TooFew { needed: 72, given: 71 }));
        assert_eq!(order_ranks(367, 0.99, 0.95), Err(StatsError::TooFew { needed: 368, given: 367 }));
        assert_eq!(ranks(72, 0.95).1, 72);
        assert_eq!(ranks(368, 0.99).1, 368);
        assert_eq!(ranks(72, 0.05).0, 1);
        let few = quantile(&[1.0, 2.0, 3.0], 0.95, 0.95).expect("values");
        assert!((few.estimate - 2.9).abs() < 1e-15);
        assert_eq!(few.order, Err(StatsError::TooFew { needed: 72, given: 3 }));
    }

    #[test]
    fn ranks_of_a_quantile_and_its_mirror_image_mirror() {
        for n in [72, 100, 999, 50_000] {
            let (low, high) = (ranks(n, 0.05), ranks(n, 0.95));
            assert_eq!((low.0, low.1), (n + 1 - high.1, n + 1 - high.0));
        }
    }

    #[test]
    fn type_7_interpolates_between_neighbours() {
        // Hyndman and Fan (1996): position (n - 1) p from the smallest.
        let at = |p| quantile(&[10.0, 40.0, 20.0, 30.0], p, 0.95).expect("values").estimate;
        assert_eq!([0.25, 0.5, 0.75].map(at), [17.5, 25.0, 32.5]);
        assert_eq!(quantile(&[7.0], 0.3, 0.95).expect("values").estimate, 7.0);
        assert_eq!(quantile(&[f64::MAX, -f64::MAX], 0.5, 0.95).expect("values").estimate, 0.0);
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!(quantile(&[], 0.5, 0.95).unwrap_err(), StatsError::TooFew { needed: 1, given: 0 });
        assert_eq!(quantile(&[1.0], 1.0, 0.95).unwrap_err(), StatsError::BadLevel { level: 1.0 });
        assert!(quantile(&[f64::NAN], 0.5, 0.95).is_err());
        // A quantile that would need more values than can be counted.
        assert!(order_ranks(1 << 60, 1e-300, 0.95).is_err());
    }

    proptest! {
        #[test]
        fn ranks_hold_their_tails_and_no_tighter_ones_would(n in 4_u64..5000, p in 0.01..0.99_f64, level in 0.5..0.999_f64) {
            if let Ok(ranks) = order_ranks(n, p, level) {
                let tail = 0.5 * (1.0 - level);
                prop_assert!(1 <= ranks.lower && ranks.lower <= ranks.upper && ranks.upper <= n);
                prop_assert!(binomial_cdf(ranks.lower - 1, n, p) <= tail);
                prop_assert!(binomial_cdf(ranks.lower, n, p) > tail);
                prop_assert!(binomial_upper(ranks.upper - 1, n, p) <= tail);
                prop_assert!(ranks.upper < 2 || binomial_upper(ranks.upper - 2, n, p) > tail);
                prop_assert!(ranks.coverage >= level - 1e-12);
            }
        }

        #[test]
        fn quantiles_rise_with_p_inside_the_values(xs in prop::collection::vec(-1e6..1e6_f64, 1..40), p in 0.01..0.98_f64) {
            let xs = sorted(&xs).expect("values");
            let at = |p| quantile_sorted(&xs, p, 0.95).expect("values").estimate;
            prop_assert!(xs[0] <= at(p) && at(p) <= at(p + 0.01) && at(p + 0.01) <= xs[xs.len() - 1]);
        }
    }
}
