//! Ratios of means, as in a share of the whole in percent.

use super::error::{StatsError, check_count, check_finite, check_lengths, check_level};
use super::interval::{Interval, t_reach};
use super::moments::{corrected_mean, sum_of, variance};
use crate::math::sqrt;

/// A ratio of two means over the same replications.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatioEstimate {
    /// Mean of the numerator over mean of the denominator; may be negative or above 1. `None` for a denominator whose
    /// mean is zero.
    pub ratio: Option<f64>,
    /// Two-sided interval; `None` where the denominator cannot be told from zero at this confidence, so that the ratio
    /// has no bounds.
    pub interval: Option<Interval>,
    /// Number of replications.
    pub n: u64,
    /// Confidence of the interval, 0 to 1.
    pub confidence: f64,
}

/// Ratio of two means, with an interval that admits when there is none.
///
/// # Arguments
/// * `numerators`, `denominators` - one value per replication, the same replication at the same place; finite.
/// * `confidence` - coverage wanted, between 0 and 1.
///
/// # Errors
/// [`StatsError::Mismatch`], [`StatsError::TooFew`] for fewer than 2 pairs, [`StatsError::NotFinite`],
/// [`StatsError::BadLevel`], [`StatsError::Overflow`].
///
/// # Source
/// Fieller (1954), "Some problems in interval estimation": the ratios r for which the mean of x - r y is within reach
/// of zero.
///
/// # Examples
/// ```
/// let share = rearguard::stats::ratio_of_means(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0], 0.95)?;
/// assert_eq!((share.ratio, share.interval), (Some(0.5), None));
/// # Ok::<(), rearguard::stats::StatsError>(())
/// ```
pub fn ratio_of_means(numerators: &[f64], denominators: &[f64], confidence: f64) -> Result<RatioEstimate, StatsError> {
    check_level(confidence)?;
    check_lengths(numerators.len(), denominators.len())?;
    check_count(numerators.len(), 2)?;
    check_finite(numerators)?;
    check_finite(denominators)?;
    let count = numerators.len() as f64;
    let (top, bottom) = (corrected_mean(numerators), corrected_mean(denominators));
    let ratio = (bottom != 0.0).then(|| top / bottom);
    let reach = t_reach(count - 1.0, confidence);
    let square = reach * reach;
    let products = numerators.iter().zip(denominators).map(|(x, y)| (x - top) * (y - bottom));
    let shared = sum_of(products) / (count - 1.0) / count;
    // (top - r bottom)^2 <= reach^2 var(top - r bottom): a quadratic in r, opening upwards where the denominator is
    // clear of zero.
    let lead = bottom * bottom - square * variance(denominators) / count;
    let middle = top * bottom - square * shared;
    let last = top * top - square * variance(numerators) / count;
    if !(lead.is_finite() && middle.is_finite() && last.is_finite()) {
        return Err(StatsError::Overflow { what: "ratio" });
    }
    let root = sqrt((middle * middle - lead * last).max(0.0));
    let interval = (lead > 0.0).then(|| Interval { low: (middle - root) / lead, high: (middle + root) / lead });
    Ok(RatioEstimate { ratio, interval, n: numerators.len() as u64, confidence })
}

#[cfg(test)]
mod tests {
    use super::super::mean_t;
    use super::*;

    #[test]
    fn a_constant_denominator_gives_the_t_interval_of_the_numerator() {
        let xs = [3.0, 1.0, 4.0, 1.0, 5.0];
        let share = ratio_of_means(&xs, &[2.0; 5], 0.95).expect("data");
        let (plain, interval) = (mean_t(&xs, 0.95).expect("data"), share.interval.expect("an interval"));
        assert_eq!(share.ratio, Some(1.4));
        assert!((interval.low - plain.interval.low / 2.0).abs() < 1e-14);
        assert!((interval.high - plain.interval.high / 2.0).abs() < 1e-14);
    }

    #[test]
    fn the_ends_are_where_the_difference_reaches_zero() {
        let (xs, ys) = ([4.0, 6.5, 5.0, 7.0, 5.5], [9.0, 12.0, 10.5, 13.0, 10.0]);
        let interval = ratio_of_means(&xs, &ys, 0.9).expect("data").interval.expect("an interval");
        for (ratio, upper) in [(interval.low, false), (interval.high, true)] {
            let rest: Vec<f64> = xs.iter().zip(&ys).map(|(x, y)| x - ratio * y).collect();
            let of_rest = mean_t(&rest, 0.9).expect("data").interval;
            let end = if upper { of_rest.high } else { of_rest.low };
            assert!(end.abs() < 1e-12, "{ratio}: {of_rest:?}");
        }
    }

    #[test]
    fn a_denominator_near_zero_has_no_bounds() {
        let share = ratio_of_means(&[1.0, 2.0, 3.0], &[-1.0, 0.5, 1.5], 0.95).expect("data");
        assert_eq!(share.interval, None);
        assert_eq!(ratio_of_means(&[1.0, 2.0], &[-1.0, 1.0], 0.95).expect("data").ratio, None);
        let nothing = ratio_of_means(&[1.0, 2.0], &[0.0, 0.0], 0.95).expect("data");
        assert_eq!((nothing.ratio, nothing.interval), (None, None));
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(ratio_of_means(&[1.0], &[1.0], 0.95).is_err());
        assert!(ratio_of_means(&[1.0, 2.0], &[1.0], 0.95).is_err());
        assert!(ratio_of_means(&[1e200, 2e200], &[1.0, 2.0], 0.95).is_err());
    }
}
