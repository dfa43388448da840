//! How sure a standard deviation is.

use super::error::{StatsError, check_count};
use super::interval::{Interval, SkewWarning, mean_t, t_interval};
use super::moments::{Moments, sum_of};
use crate::math::sqrt;

/// A standard deviation between replications.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeviationEstimate {
    /// Sample standard deviation (divisor n - 1), in the unit of the values.
    pub sd: f64,
    /// Its standard error.
    pub mcse: f64,
    /// Two-sided interval, not below zero.
    pub interval: Interval,
    /// Present where the squared distances from the mean are too skewed for their number, so that the interval covers less
    /// than it says.
    pub warning: Option<SkewWarning>,
}

/// Standard deviation with an interval that does not ask for a normal law.
///
/// # Arguments
/// * `xs` - one value per replication; finite; any unit.
/// * `confidence` - coverage wanted, between 0 and 1.
///
/// # Returns
/// The deviation. Its error is asymptotic: that of the variance, by the fourth central moment, over twice the deviation. Heavy
/// tails need thousands of replications before the interval covers what it says.
///
/// # Errors
/// [`StatsError::TooFew`] for fewer than 2 values, [`StatsError::NotFinite`], [`StatsError::BadLevel`], [`StatsError::Overflow`].
///
/// # Source
/// Cramér (1946), "Mathematical methods of statistics", 27.4: the variance of the sample variance, here with its exact factor for
/// finite n, and the delta method.
///
/// # Examples
/// ```
/// let xs: Vec<f64> = (0..1_000).map(f64::from).collect();
/// let spread = rearguard::stats::deviation(&xs, 0.95)?;
/// // A uniform has a fourth moment of 9/5 of its squared variance: the error is sd sqrt(0.8 / 4n).
/// assert!((spread.mcse / spread.sd - (0.8_f64 / 4_000.0).sqrt()).abs() < 1e-4);
/// # Ok::<(), rearguard::stats::StatsError>(())
/// ```
pub fn deviation(xs: &[f64], confidence: f64) -> Result<DeviationEstimate, StatsError> {
    check_count(xs.len(), 2)?;
    let moments = Moments::of(xs)?;
    let sd = moments.sd.unwrap_or(0.0);
    let count = xs.len() as f64;
    let squared = |x: &f64| (x - moments.mean) * (x - moments.mean);
    let squares: Vec<f64> = xs.iter().map(squared).collect();
    let fourth = sum_of(squares.iter().map(|square| square * square)) / count;
    if !fourth.is_finite() {
        return Err(StatsError::Overflow { what: "fourth moment" });
    }
    let variance = sd * sd;
    let of_variance = (fourth - variance * variance * (count - 3.0) / (count - 1.0)).max(0.0) / count;
    let mcse = if sd > 0.0 { 0.5 * sqrt(of_variance) / sd } else { 0.0 };
    let Interval { low, high } = t_interval(sd, mcse, count - 1.0, confidence)?;
    let warning = mean_t(&squares, confidence)?.warning;
    Ok(DeviationEstimate { sd, mcse, interval: Interval { low: low.max(0.0), high }, warning })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::special::normal_quantile;

    #[test]
    fn a_normal_has_the_error_of_the_textbook() {
        let n = 20_000;
        let xs: Vec<f64> = (0..n).map(|i| 3.0 + 2.0 * normal_quantile((f64::from(i) + 0.5) / f64::from(n))).collect();
        let spread = deviation(&xs, 0.95).expect("values");
        // sd / sqrt(2n); the slices leave out some of the fourth moment in the tails.
        assert!((spread.mcse * (2.0 * f64::from(n)).sqrt() / 2.0 - 1.0).abs() < 2e-3, "{spread:?}");
        assert!(spread.interval.low < spread.sd && spread.sd < spread.interval.high);
    }

    #[test]
    fn equal_values_have_no_spread_and_no_error() {
        let none = deviation(&[4.0; 9], 0.95).expect("values");
        assert_eq!((none.sd, none.mcse, none.interval), (0.0, 0.0, Interval { low: 0.0, high: 0.0 }));
        assert!(deviation(&[4.0], 0.95).is_err() && deviation(&[1.0, f64::NAN], 0.95).is_err());
    }

    #[test]
    fn an_interval_never_begins_below_zero() {
        let rare: Vec<f64> = (0..40).map(|i| if i == 0 { 50.0 } else { 0.0 }).collect();
        let spread = deviation(&rare, 0.99).expect("values");
        assert!(spread.interval.low == 0.0 && spread.interval.high > 2.0 * spread.sd, "{spread:?}");
        assert!(spread.warning.is_some(), "one value in forty says nearly all of it: {spread:?}");
        let even: Vec<f64> = (0..400).map(f64::from).collect();
        assert_eq!(deviation(&even, 0.95).expect("values").warning, None);
    }
}
