//! Mean, deviation, skewness: accurate where the values are large and close together.

use super::error::{StatsError, check_count, check_finite};
use crate::math::sqrt;

/// Moments of one measure over the replications.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// Number of values.
    pub n: usize,
    /// Mean, in the unit of the values.
    pub mean: f64,
    /// Sample standard deviation (divisor n - 1), in the unit of the values; `None` for one value.
    pub sd: Option<f64>,
    /// Third central moment over the 3/2 power of the second (divisor n); `None` where the values do not vary.
    pub skewness: Option<f64>,
    /// Monte Carlo standard error of the mean, sd / sqrt(n), in the unit of the values; `None` for one value.
    pub mcse: Option<f64>,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Number of values that are exactly zero.
    pub zeros: usize,
    /// Share of the values that are exactly zero, 0 to 1.
    pub share_of_zeros: f64,
    /// Mean of the values that are not zero; `None` where all are.
    pub mean_of_nonzero: Option<f64>,
}

impl Moments {
    /// Moments of `xs`, by compensated sums about a mean that is corrected once.
    ///
    /// # Arguments
    /// * `xs` - one value per replication, in replication order; finite; any unit.
    ///
    /// # Errors
    /// [`StatsError::TooFew`] for no values, [`StatsError::NotFinite`] for NaN or infinity, [`StatsError::Overflow`]
    /// where a sum of squares or cubes exceeds the range of doubles.
    ///
    /// # Source
    /// Neumaier's compensated summation (1974); the corrected two-pass variance, Chan, Golub and others (1983).
    ///
    /// # Examples
    /// ```
    /// use rearguard::stats::Moments;
    /// let moments = Moments::of(&[0.0, 1.0, 0.0, 3.0])?;
    /// assert_eq!((moments.mean, moments.share_of_zeros, moments.mean_of_nonzero), (1.0, 0.5, Some(2.0)));
    /// # Ok::<(), rearguard::stats::StatsError>(())
    /// ```
    pub fn of(xs: &[f64]) -> Result<Self, StatsError> {
        check_count(xs.len(), 1)?;
        check_finite(xs)?;
        let n = xs.len();
        let count = n as f64;
        let (min, max) = xs.iter().fold((xs[0], xs[0]), |(low, high), &x| (low.min(x), high.max(x)));
        let zeros = xs.iter().filter(|&&x| x == 0.0).count();
        // Equal values have exactly their own mean and no deviation; rounding must not invent one.
        let constant = min == max;
        let mean = if constant { min } else { corrected_mean(xs) };
        let (squares, cubes) = if constant { (0.0, 0.0) } else { central_sums(xs, mean) };
        if !(mean.is_finite() && squares.is_finite() && cubes.is_finite()) {
            return Err(StatsError::Overflow { what: "sum" });
        }
        let sd = (n > 1).then(|| sqrt(squares / (count - 1.0)));
        let spread = squares / count;
        let skewness = (squares > 0.0).then(|| cubes / count / (spread * sqrt(spread)));
        let mean_of_nonzero = (zeros < n).then(|| sum(xs) / (n - zeros) as f64);
        Ok(Self {
            n,
            mean,
            sd,
            skewness: skewness.filter(|value| value.is_finite()),
            mcse: sd.map(|sd| sd / sqrt(count)),
            min,
            max,
            zeros,
            share_of_zeros: zeros as f64 / count,
            mean_of_nonzero,
        })
    }
}

/// Sum of `xs` from the first to the last, with the rounding errors summed beside it.
///
/// # Returns
/// The sum in the unit of `xs`, 0 for no values; within a few units in the last place of the exact sum unless the
/// values cancel almost entirely.
///
/// # Source
/// Neumaier (1974), "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen".
///
/// # Examples
/// ```
/// assert_eq!(rearguard::stats::sum(&[1e16, 1.0, -1e16]), 1.0);
/// ```
pub fn sum(xs: &[f64]) -> f64 {
    sum_of(xs.iter().copied())
}

/// [`sum`] over computed values.
pub(super) fn sum_of(xs: impl Iterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for x in xs {
        let next = total + x;
        // The smaller of the two loses its low digits: recover them exactly.
        lost += if total.abs() >= x.abs() { (total - next) + x } else { (x - next) + total };
        total = next;
    }
    // An overflowing sum makes the correction NaN; report the overflow itself.
    if total.is_finite() { total + lost } else { total }
}

/// Mean of `xs`, corrected by the mean of what is left about it. Not for an empty slice.
pub(super) fn corrected_mean(xs: &[f64]) -> f64 {
    let count = xs.len() as f64;
    let mean = sum(xs) / count;
    mean + sum_of(xs.iter().map(|x| x - mean)) / count
}

/// Sums of the squares and cubes of the differences from `mean`, less what the rounding of the mean adds.
fn central_sums(xs: &[f64], mean: f64) -> (f64, f64) {
    let count = xs.len() as f64;
    let rest = sum_of(xs.iter().map(|x| x - mean));
    let squares = sum_of(xs.iter().map(|x| (x - mean) * (x - mean))) - rest * rest / count;
    let cubes = sum_of(xs.iter().map(|x| (x - mean) * (x - mean) * (x - mean)));
    (squares.max(0.0), cubes)
}

/// Variance of `xs` with divisor n - 1; exactly 0 for equal values. Not for fewer than two.
pub(super) fn variance(xs: &[f64]) -> f64 {
    if xs.iter().all(|&x| x == xs[0]) {
        return 0.0;
    }
    central_sums(xs, corrected_mean(xs)).0 / (xs.len() as f64 - 1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::strd::{LEW, LOTTERY, as_f64, num_acc};
    use super::*;

    fn close(got: f64, expected: f64, relative: f64) {
        assert!((got - expected).abs() <= relative * expected.abs(), "{got} against {expected}");
    }

    #[test]
    fn certified_values_of_nist_are_reproduced_to_their_last_digit() {
        // NIST StRD certifies 15 digits, so half a unit in the last is about 2e-15.
        let lottery = Moments::of(&as_f64(&LOTTERY)).expect("data");
        close(lottery.mean, 518.958_715_596_330, 2e-15);
        close(lottery.sd.expect("deviation"), 291.699_727_470_969, 2e-15);
        let lew = Moments::of(&as_f64(&LEW)).expect("data");
        close(lew.mean, -177.435, 2e-15);
        close(lew.sd.expect("deviation"), 277.332_168_044_316, 2e-15);
        let exact = Moments::of(&[10_000_001.0, 10_000_003.0, 10_000_002.0]).expect("data");
        assert_eq!((exact.mean, exact.sd), (10_000_002.0, Some(1.0)));
    }

    #[test]
    fn close_values_far_from_zero_keep_their_deviation() {
        // NIST StRD NumAcc2, 3, 4. Doubles near 10,000,000.2 are 1.9e-9 apart, which alone moves the deviation in the
        // eighth digit; the deviation of the doubles themselves, found in exact arithmetic, must come out to 1e-14.
        for (data, mean, of_doubles, certified) in [
            (num_acc(1.2, 1.1, 1.3), 1.2, 0.1, 1e-15),
            (num_acc(1_000_000.2, 1_000_000.1, 1_000_000.3), 1_000_000.2, 0.100_000_000_034_924_6, 4e-10),
            (num_acc(10_000_000.2, 10_000_000.1, 10_000_000.3), 10_000_000.2, 0.100_000_000_558_793_54, 1e-8),
        ] {
            let moments = Moments::of(&data).expect("data");
            close(moments.mean, mean, 2e-16);
            close(moments.sd.expect("deviation"), of_doubles, 1e-14);
            close(moments.sd.expect("deviation"), 0.1, certified);
        }
    }

    #[test]
    fn negative_values_with_a_large_mean_have_a_deviation() {
        // The textbook E[x^2] - E[x]^2 gives a negative variance here.
        let moments = Moments::of(&[-1e9 - 1.0, -1e9, -1e9 + 1.0]).expect("data");
        assert_eq!((moments.mean, moments.sd), (-1e9, Some(1.0)));
    }

    #[test]
    fn two_values_use_the_divisor_one() {
        let moments = Moments::of(&[1.0, 3.0]).expect("data");
        assert_eq!(moments.sd, Some(2.0_f64.sqrt()));
        assert_eq!(moments.mcse, Some(1.0));
        assert_eq!(moments.skewness, Some(0.0));
    }

    #[test]
    fn one_value_has_no_deviation_rather_than_zero() {
        let moments = Moments::of(&[7.5]).expect("data");
        assert_eq!((moments.mean, moments.sd, moments.mcse, moments.skewness), (7.5, None, None, None));
    }

    #[test]
    fn equal_values_have_no_spread_at_all() {
        let moments = Moments::of(&[0.1; 1001]).expect("data");
        assert_eq!((moments.mean, moments.sd, moments.skewness), (0.1, Some(0.0), None));
        assert_eq!(variance(&[0.1; 1001]), 0.0);
    }

    #[test]
    fn zeros_and_the_rest_are_counted_apart() {
        let moments = Moments::of(&[0.0, -0.0, 4.0, 0.0, 2.0]).expect("data");
        assert_eq!((moments.zeros, moments.share_of_zeros, moments.mean_of_nonzero), (3, 0.6, Some(3.0)));
        assert_eq!(Moments::of(&[0.0, 0.0]).expect("data").mean_of_nonzero, None);
    }

    #[test]
    fn skewness_is_the_third_moment_in_deviations() {
        // Four zeros and a one: p (1 - p) (1 - 2 p) / (p (1 - p))^1.5 with p = 1/5 is 0.6 / 0.4.
        let skewness = Moments::of(&[0.0, 0.0, 1.0, 0.0, 0.0]).expect("data").skewness.expect("skewness");
        close(skewness, 1.5, 1e-15);
        // Exact rational arithmetic on the NIST set.
        close(Moments::of(&as_f64(&LEW)).expect("data").skewness.expect("skewness"), -0.050_226_295_458_212_98, 1e-13);
    }

    #[test]
    fn what_has_no_moments_is_refused() {
        assert_eq!(Moments::of(&[]), Err(StatsError::TooFew { needed: 1, given: 0 }));
        assert!(matches!(Moments::of(&[1.0, f64::NAN]), Err(StatsError::NotFinite { index: 1, .. })));
        assert_eq!(Moments::of(&[f64::MAX, f64::MAX, 0.0]), Err(StatsError::Overflow { what: "sum" }));
    }

    proptest! {
        #[test]
        fn shifting_moves_the_mean_and_nothing_else(xs in prop::collection::vec(-1000_i32..1000, 2..60), by in -1000_i32..1000) {
            let plain: Vec<f64> = xs.iter().map(|&x| f64::from(x)).collect();
            let moved: Vec<f64> = xs.iter().map(|&x| f64::from(x + by)).collect();
            let (a, b) = (Moments::of(&plain).expect("data"), Moments::of(&moved).expect("data"));
            prop_assert!((b.mean - a.mean - f64::from(by)).abs() <= 1e-12);
            let (sd_a, sd_b) = (a.sd.expect("deviation"), b.sd.expect("deviation"));
            prop_assert!((sd_a - sd_b).abs() <= 1e-12 * sd_a.max(1.0));
        }
    }
}
