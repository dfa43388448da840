//! The mean of the worst replications: conditional value at risk.

use super::error::{StatsError, check_level};
use super::interval::{Interval, SkewWarning, mean_t, t_interval};
use super::moments::{sum_of, variance};
use super::quantile::sorted;
use crate::math::sqrt;

/// Replications expected beyond the level, below which no interval is given.
///
/// # Source
/// Assumed: because the interval treats the tail mean as normal, and a mean of fewer than ten values of a heavy tail
/// is far from that.
const MIN_TAIL: f64 = 10.0;

/// The mean of the worst share of replications.
#[derive(Debug, Clone, PartialEq)]
pub struct Cvar {
    /// Share of replications that are not counted, such as 0.95.
    pub level: f64,
    /// The value the tail starts at: the smallest that at least `level` of the values do not exceed.
    pub value_at_risk: f64,
    /// Mean of the largest 1 - level of the distribution, in the unit of the values.
    pub estimate: f64,
    /// Standard error of the estimate; 0 for values that do not vary, `None` for one value.
    pub mcse: Option<f64>,
    /// Two-sided interval, or why there is none.
    pub interval: Result<Interval, StatsError>,
    /// Present where what the tail rests on is too skewed for its number, so that the interval covers less than it says.
    pub warning: Option<SkewWarning>,
    /// Number of replications.
    pub n: u64,
    /// Confidence of the interval, 0 to 1.
    pub confidence: f64,
}

/// Conditional value at risk: the mean of the largest 1 - `level` of the values. Where the level falls inside a run of
/// equal values or between two values, the part beyond it counts with its weight.
///
/// # Arguments
/// * `xs` - one value per replication; finite; any unit and order; large is bad (negate a measure where small is).
/// * `level` - share left out, between 0 and 1.
/// * `confidence` - coverage wanted, between 0 and 1.
///
/// # Returns
/// The estimate. Its interval is asymptotic: the estimate is, to first order, the mean of
/// v + max(x - v, 0) / (1 - level) with v the value at risk, so the deviation of those values gives its standard error
/// and Student's t the reach. It needs 10 replications beyond the level, and carries a warning where those values are too
/// skewed for their number.
///
/// # Errors
/// [`StatsError::TooFew`] for no values, [`StatsError::NotFinite`], [`StatsError::BadLevel`], [`StatsError::Overflow`].
///
/// # Source
/// Rockafellar and Uryasev (2002), "Conditional value-at-risk for general loss distributions"; the influence function
/// is the derivative of their minimised objective.
///
/// # Examples
/// ```
/// // The worst 15% of ten values: the largest, and half of the second largest.
/// let xs = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0];
/// let worst = rearguard::stats::cvar(&xs, 0.85, 0.95)?;
/// assert!((worst.estimate - (10.0 + 0.5 * 9.0) / 1.5).abs() < 1e-14);
/// # Ok::<(), rearguard::stats::StatsError>(())
/// ```
pub fn cvar(xs: &[f64], level: f64, confidence: f64) -> Result<Cvar, StatsError> {
    cvar_sorted(&sorted(xs)?, level, confidence)
}

/// [`cvar`] of values already in ascending order: one sort serves every level.
///
/// # Errors
/// As for [`cvar`]; order and finiteness are the caller's word.
pub fn cvar_sorted(xs: &[f64], level: f64, confidence: f64) -> Result<Cvar, StatsError> {
    check_level(level)?;
    check_level(confidence)?;
    let n = xs.len();
    if n == 0 {
        return Err(StatsError::TooFew { needed: 1, given: 0 });
    }
    let count = n as f64;
    let value_at_risk = xs[rank_at(count, level).min(n) - 1];
    let excess = |x: &f64| (x - value_at_risk).max(0.0) / (1.0 - level);
    let estimate = value_at_risk + sum_of(xs.iter().map(excess)) / count;
    if !estimate.is_finite() {
        return Err(StatsError::Overflow { what: "tail mean" });
    }
    let influence: Vec<f64> = xs.iter().map(excess).collect();
    let mcse = (n > 1).then(|| sqrt(variance(&influence) / count));
    let warning = mean_t(&influence, confidence).ok().and_then(|mean| mean.warning);
    let needed = ((MIN_TAIL / (1.0 - level)) * (1.0 - 1e-12)).ceil() as u64;
    let interval = match mcse {
        Some(mcse) if n as u64 >= needed => t_interval(estimate, mcse, count - 1.0, confidence),
        _ => Err(StatsError::TooFew { needed, given: n as u64 }),
    };
    Ok(Cvar { level, value_at_risk, estimate, mcse, interval, warning, n: n as u64, confidence })
}

/// Smallest rank, from 1, that at least a share `level` of `count` values do not exceed.
fn rank_at(count: f64, level: f64) -> usize {
    let position = count * level;
    let nearest = position.round();
    // 0.07 * 100 is 7.000000000000001, which must not become rank 8.
    let whole = if (position - nearest).abs() <= 1e-12 * count { nearest } else { position.ceil() };
    whole.max(1.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::ln;
    use crate::math::special::normal_quantile;

    /// Values at the middles of n equal slices of probability.
    fn slices(n: u32, quantile: impl Fn(f64) -> f64) -> Vec<f64> {
        (0..n).map(|i| quantile((f64::from(i) + 0.5) / f64::from(n))).collect()
    }

    #[test]
    fn closed_forms_of_two_distributions_come_out() {
        // N(0, 1): phi(z) / (1 - level); Exp(1): 1 - ln(1 - level).
        let normal = slices(100_000, normal_quantile);
        let exponential = slices(100_000, |p| -ln(1.0 - p));
        for (level, of_normal, of_exponential) in
            [(0.90, 1.754_983, 3.302_585), (0.95, 2.062_713, 3.995_732), (0.99, 2.665_214, 5.605_170)]
        {
            // Slicing moves the tail mean by less than (ln 2) / 2 of the weight of the last slice: 1e-5 / 0.01.
            let room = 0.35e-5 / (1.0 - level) + 1e-6;
            let got = cvar_sorted(&normal, level, 0.95).expect("values").estimate;
            assert!((got - of_normal).abs() < room, "{level}: {got}");
            let got = cvar_sorted(&exponential, level, 0.95).expect("values").estimate;
            assert!((got - of_exponential).abs() < room, "{level}: {got}");
        }
    }

    #[test]
    fn an_atom_at_the_level_is_split() {
        // 80 zeros, 20 ones: the worst 30% are two thirds ones.
        let xs: Vec<f64> = (0..100).map(|i| if i < 80 { 0.0 } else { 1.0 }).collect();
        let worst = cvar(&xs, 0.7, 0.95).expect("values");
        assert_eq!((worst.value_at_risk, worst.warning), (0.0, None));
        let rare: Vec<f64> = (0..1_000).map(|i| f64::from(u8::from(i > 997))).collect();
        assert!(cvar(&rare, 0.95, 0.95).expect("values").warning.is_some(), "two in a thousand");
        assert!((worst.estimate - 2.0 / 3.0).abs() < 1e-15);
        // Inside the atom of ones nothing is left out.
        assert_eq!(cvar(&xs, 0.9, 0.95).expect("values").estimate, 1.0);
    }

    #[test]
    fn the_level_finds_its_rank_in_spite_of_rounding() {
        assert_eq!(rank_at(100.0, 0.07), 7);
        assert_eq!(rank_at(1000.0, 0.95), 950);
        assert_eq!(rank_at(10.0, 0.85), 9);
        assert_eq!(rank_at(1.0, 1e-9), 1);
    }

    #[test]
    fn it_lies_between_value_at_risk_and_the_largest_value_and_rises_with_the_level() {
        let xs = slices(500, |p| p * p * p);
        let mut before = 0.0;
        for level in [0.01, 0.3, 0.5, 0.77, 0.9, 0.97, 0.999] {
            let worst = cvar(&xs, level, 0.95).expect("values");
            assert!(worst.value_at_risk <= worst.estimate && worst.estimate <= xs[499] + 1e-15);
            assert!(worst.estimate > before);
            before = worst.estimate;
        }
    }

    #[test]
    fn ten_replications_beyond_the_level_are_needed_for_an_interval() {
        let xs = slices(1000, |p| p);
        assert!(cvar(&xs, 0.99, 0.95).expect("values").interval.is_ok());
        let few = cvar(&xs[..999], 0.99, 0.95).expect("values");
        assert_eq!(few.interval, Err(StatsError::TooFew { needed: 1000, given: 999 }));
        let one = cvar(&[3.0], 0.95, 0.95).expect("values");
        assert_eq!((one.estimate, one.mcse), (3.0, None));
    }

    #[test]
    fn the_interval_covers_about_as_often_as_it_says() {
        // Exponential values: 400 studies of 2,000, tail mean 3.995732.
        let mut values = crate::stats::uniforms::uniforms(12_345).map(|u| -ln(u));
        let covered = (0..400)
            .filter(|_| {
                let xs: Vec<f64> = values.by_ref().take(2000).collect();
                cvar(&xs, 0.95, 0.95).expect("values").interval.expect("an interval").contains(3.995_732)
            })
            .count();
        // 95% of 400 is 380, standard error 4.4; the skewed tail costs a point or two.
        assert!((360..=395).contains(&covered), "{covered}");
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(cvar(&[], 0.95, 0.95).is_err());
        assert_eq!(cvar(&[1.0], 1.0, 0.95).unwrap_err(), StatsError::BadLevel { level: 1.0 });
        assert!(matches!(cvar(&[-f64::MAX, f64::MAX], 0.5, 0.95), Err(StatsError::Overflow { .. })));
    }
}
