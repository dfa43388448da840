//! Intervals for a mean by Student's t.

use std::cell::Cell;

use super::error::{StatsError, check_count, check_level};
use super::moments::Moments;
use crate::math::special::t_quantile;
use crate::math::sqrt;

/// |skewness| / sqrt(n) from which a t interval for the mean carries a warning.
///
/// # Source
/// Assumed: because by the first term of the Edgeworth expansion for a studentised mean a tail of a 95% interval is
/// then off by 0.2 (2 z^2 + 1) phi(z) / 6 = 1.7 points, 4.2% on one side and 0.8% on the other. The rule n > 25
/// skewness^2 attributed to Cochran (Sugden, Smith and Jones 2000 derive it the same way) is the same number. The
/// sample skewness cannot exceed sqrt(n), so the ratio runs from 0 to 1 however heavy the tail.
pub const SKEW_LIMIT: f64 = 0.2;

/// Values below which a sample hardly shows how skewed its law is.
///
/// # Source
/// Assumed: because the sample skewness of n values is far below that of a skewed law (of 20 exponentials it is 1.3 on
/// average, not 2), while the interval of the mean of 30 of them covers 93%.
pub const FEW_VALUES: u64 = 30;

/// An interval, its ends in the unit of the estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end; not below the lower.
    pub high: f64,
}

impl Interval {
    /// Half the distance between the ends.
    pub fn half_width(&self) -> f64 {
        // Halves first: the difference of the ends can overflow.
        0.5 * self.high - 0.5 * self.low
    }

    /// Whether `value` is inside or on an end.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// A mean and how surely it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanEstimate {
    /// Number of replications.
    pub n: u64,
    /// Mean.
    pub mean: f64,
    /// Sample standard deviation (divisor n - 1).
    pub sd: f64,
    /// Monte Carlo standard error, sd / sqrt(n).
    pub mcse: f64,
    /// Two-sided interval for the mean.
    pub interval: Interval,
    /// Half the width of the interval.
    pub half_width: f64,
    /// Confidence of the interval, 0 to 1.
    pub confidence: f64,
    /// Present where the values are too skewed for their number. Sums alone cannot tell unless the values are known to be of
    /// one sign: absent then but by [`of_one_sign`](Self::of_one_sign).
    pub warning: Option<SkewWarning>,
}

impl Interval {
    /// The interval of the values divided by `scale`, above 0.
    pub fn over(self, scale: f64) -> Self {
        Self { low: self.low / scale, high: self.high / scale }
    }

    /// What of it lies between two values that hold the quantity for certain: it covers exactly as often as before.
    pub fn within(self, (least, most): (f64, f64)) -> Self {
        let low = if self.low < least { least } else { self.low };
        let high = if self.high > most { most } else { self.high };
        Self { low, high }
    }
}

impl MeanEstimate {
    /// The estimate of the values divided by `scale`, above 0.
    pub fn over(self, scale: f64) -> Self {
        let interval = self.interval.over(scale);
        Self {
            mean: self.mean / scale,
            sd: self.sd / scale,
            mcse: self.mcse / scale,
            interval,
            half_width: self.half_width / scale,
            ..self
        }
    }

    /// The estimate of values with this skewness (divisor n), with a warning where it is too large for their number.
    pub fn with_skewness(self, skewness: f64) -> Self {
        let ratio = skewness.abs() / sqrt(self.n as f64);
        Self { warning: (ratio >= SKEW_LIMIT).then_some(SkewWarning { ratio }), ..self }
    }

    /// The estimate of values that are all 0 or more, or all 0 or less, known by their sums alone: with a warning where any
    /// such values are too skewed for their number. Values that are more skewed than they must be go without it.
    ///
    /// # Source
    /// By Cauchy and Schwarz E\[X^2\]^2 <= E\[X\] E\[X^3\] for X >= 0, which makes the skewness at least c - 1/c, with c the
    /// deviation (divisor n) over the mean; equal where all that is not 0 is alike.
    ///
    /// # Examples
    /// ```
    /// use rearguard::stats::mean_t_from_sums;
    /// // One event in 1,000 replications.
    /// let rare = mean_t_from_sums(1_000, 1, 1, 0.95)?;
    /// assert!(rare.interval.low < 0.0 && rare.warning.is_none());
    /// assert!(rare.of_one_sign().warning.is_some());
    /// # Ok::<(), rearguard::stats::StatsError>(())
    /// ```
    pub fn of_one_sign(self) -> Self {
        let count = self.n as f64;
        let variation = self.sd * sqrt((count - 1.0) / count) / self.mean.abs();
        // Below 1 the bound is under 0 and says nothing; without spread there is no bound at all.
        if variation.is_finite() && variation > 1.0 { self.with_skewness(variation - 1.0 / variation) } else { self }
    }
}

/// The values are so skewed that the interval covers less than it says, and misses mostly on one side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SkewWarning {
    /// |skewness| / sqrt(n), from [`SKEW_LIMIT`] to 1.
    pub ratio: f64,
}

/// Interval for a mean by Student's t.
///
/// # Arguments
/// * `xs` - one value per replication, in replication order; finite; any unit.
/// * `confidence` - coverage wanted, between 0 and 1, such as 0.95.
///
/// # Returns
/// Mean, deviation, interval in the unit of `xs`, and a warning where skewness spoils the coverage.
///
/// # Errors
/// [`StatsError::TooFew`] for fewer than 2 values; [`StatsError::NotFinite`], [`StatsError::BadLevel`],
/// [`StatsError::Overflow`].
///
/// # Examples
/// ```
/// let estimate = rearguard::stats::mean_t(&[1.0, 2.0, 3.0], 0.95)?;
/// assert!((estimate.half_width - 4.302_652_729_7 / 3.0_f64.sqrt()).abs() < 1e-9);
/// # Ok::<(), rearguard::stats::StatsError>(())
/// ```
pub fn mean_t(xs: &[f64], confidence: f64) -> Result<MeanEstimate, StatsError> {
    check_level(confidence)?;
    check_count(xs.len(), 2)?;
    let moments = Moments::of(xs)?;
    let estimate = mean_estimate(moments.n as u64, moments.mean, moments.sd.unwrap_or(0.0), confidence)?;
    Ok(estimate.with_skewness(moments.skewness.unwrap_or(0.0)))
}

/// Interval for the mean of integers from their sums alone, as kept for counts and money.
///
/// # Arguments
/// * `n` - number of replications.
/// * `sum` - sum of the values, in their unit.
/// * `sum_of_squares` - sum of their squares.
/// * `confidence` - coverage wanted, between 0 and 1.
///
/// # Returns
/// As [`mean_t`]; the variance is exact in integers up to the division by n - 1, whatever the order of the additions.
/// Without a warning: sums do not show skewness; see [`MeanEstimate::of_one_sign`].
///
/// # Errors
/// [`StatsError::TooFew`] for `n` below 2, [`StatsError::BadLevel`], [`StatsError::Inconsistent`] where no data can
/// have these sums.
///
/// # Examples
/// ```
/// use rearguard::stats::{mean_t, mean_t_from_sums};
/// let from_sums = mean_t_from_sums(3, 6, 14, 0.95)?;
/// assert_eq!(from_sums.interval, mean_t(&[1.0, 2.0, 3.0], 0.95)?.interval);
/// # Ok::<(), rearguard::stats::StatsError>(())
/// ```
pub fn mean_t_from_sums(n: u64, sum: i128, sum_of_squares: i128, confidence: f64) -> Result<MeanEstimate, StatsError> {
    check_level(confidence)?;
    if n < 2 {
        return Err(StatsError::TooFew { needed: 2, given: n });
    }
    let variance = variance_from_sums(n, sum, sum_of_squares).ok_or(StatsError::Inconsistent { n })?;
    mean_estimate(n, sum as f64 / n as f64, sqrt(variance), confidence)
}

/// Variance (divisor n - 1) from exact sums; `None` where no data have them. For n of 2 or more.
pub(super) fn variance_from_sums(n: u64, sum: i128, sum_of_squares: i128) -> Option<f64> {
    let count = i128::from(n);
    // Sums about the whole part of the mean, exact and small: only sums that no data have overflow here.
    let (whole, rest) = (sum.div_euclid(count), sum.rem_euclid(count));
    let squares = sum_of_squares.checked_sub(whole.checked_mul(sum.checked_add(rest)?)?)?;
    // The rest is below n, itself below 2^64: its square fits.
    let square = rest.unsigned_abs() * rest.unsigned_abs();
    let (fold, part) = (square / u128::from(n), square % u128::from(n));
    let numerator = squares.checked_sub_unsigned(fold)?;
    if numerator < i128::from(part > 0) {
        return None;
    }
    Some((numerator as f64 - part as f64 / n as f64) / (n - 1) as f64)
}

/// Two-sided t interval about an estimate with a known standard error.
///
/// # Arguments
/// * `estimate`, `standard_error` - in one unit; the error 0 or more.
/// * `df` - degrees of freedom, above 0; infinity for the normal distribution.
/// * `confidence` - coverage wanted, between 0 and 1.
///
/// # Errors
/// [`StatsError::BadLevel`]; [`StatsError::NotPositive`] for degrees of freedom of 0 or less.
pub fn t_interval(estimate: f64, standard_error: f64, df: f64, confidence: f64) -> Result<Interval, StatsError> {
    check_level(confidence)?;
    if df.is_nan() || df <= 0.0 {
        return Err(StatsError::NotPositive { what: "degrees of freedom", value: df });
    }
    if standard_error == 0.0 {
        return Ok(Interval { low: estimate, high: estimate });
    }
    let reach = t_reach(df, confidence) * standard_error;
    Ok(Interval { low: estimate - reach, high: estimate + reach })
}

/// How many standard errors a two-sided t interval reaches to either side, of checked degrees of freedom and confidence.
///
/// The tables of one run ask for the same few thousands of times, and one takes longer than the rest of an interval: a thread
/// keeps the last ones.
pub(super) fn t_reach(df: f64, confidence: f64) -> f64 {
    const KEPT: usize = 8;
    thread_local! {
        static LAST: Cell<[(f64, f64, f64); KEPT]> = const { Cell::new([(f64::NAN, f64::NAN, f64::NAN); KEPT]) };
    }
    let at = df.min(1e9) as usize % KEPT;
    let mut last = LAST.get();
    if (last[at].0, last[at].1) != (df, confidence) {
        // By the lower tail: 1 - alpha / 2 would round a small alpha away.
        last[at] = (df, confidence, -t_quantile(0.5 * (1.0 - confidence), df));
        LAST.set(last);
    }
    last[at].2
}

/// The estimate that a mean and a deviation give.
fn mean_estimate(n: u64, mean: f64, sd: f64, confidence: f64) -> Result<MeanEstimate, StatsError> {
    let mcse = sd / sqrt(n as f64);
    let interval = t_interval(mean, mcse, n as f64 - 1.0, confidence)?;
    Ok(MeanEstimate { n, mean, sd, mcse, interval, half_width: interval.half_width(), confidence, warning: None })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_sleep_data_give_the_published_interval() {
        // Student (1908), "The probable error of a mean", differences of the two drugs, hours.
        let xs = [-1.2, -2.4, -1.3, -1.3, 0.0, -1.0, -1.8, -0.8, -4.6, -1.4];
        let estimate = mean_t(&xs, 0.95).expect("data");
        assert!((estimate.mean + 1.58).abs() < 1e-15);
        assert!((estimate.mean / estimate.mcse + 4.0621).abs() < 5e-5);
        assert!((estimate.interval.low + 2.4599).abs() < 5e-5);
        assert!((estimate.interval.high + 0.7001).abs() < 5e-5);
    }

    #[test]
    fn two_values_have_the_interval_of_one_degree_of_freedom() {
        // Half-width: tan(0.475 pi) times the standard error, 1 here.
        let estimate = mean_t(&[1.0, 3.0], 0.95).expect("data");
        assert!((estimate.half_width - 12.706_204_736_174_7).abs() < 1e-11);
    }

    #[test]
    fn an_estimate_over_a_scale_is_that_of_the_values_over_it() {
        // A power of two divides without rounding.
        let xs = [1.0, 2.5, 3.0, 7.0, 40.0];
        let scaled = mean_t(&xs.map(|x| x / 8.0), 0.9).expect("data");
        assert_eq!(mean_t(&xs, 0.9).expect("data").over(8.0), scaled);
    }

    #[test]
    fn values_that_do_not_vary_have_an_interval_of_no_width() {
        let estimate = mean_t(&[0.3; 50], 0.99).expect("data");
        assert_eq!(estimate.interval, Interval { low: 0.3, high: 0.3 });
        assert_eq!(estimate.warning, None);
    }

    #[test]
    fn sums_of_integers_give_the_interval_of_the_values() {
        let values = [-7_i64, 0, 0, 12, 90_000_000_000, 3, 41];
        let (mut sum, mut squares) = (0_i128, 0_i128);
        for &value in &values {
            sum += i128::from(value);
            squares += i128::from(value) * i128::from(value);
        }
        let from_sums = mean_t_from_sums(7, sum, squares, 0.9).expect("sums");
        let direct = mean_t(&values.map(|value| value as f64), 0.9).expect("data");
        assert!((from_sums.mean - direct.mean).abs() <= 1e-15 * direct.mean);
        assert!((from_sums.half_width - direct.half_width).abs() <= 1e-14 * direct.half_width);
    }

    #[test]
    fn sums_stay_exact_where_floating_point_would_cancel() {
        // 10^15 and its two neighbours: squares of 31 digits, variance 1.
        let middle = 1_000_000_000_000_000_i128;
        let squares = 3 * middle * middle + 2;
        assert_eq!(mean_t_from_sums(3, 3 * middle, squares, 0.95).expect("sums").sd, 1.0);
    }

    #[test]
    fn sums_that_no_data_can_have_are_refused() {
        assert_eq!(mean_t_from_sums(3, 6, 11, 0.95), Err(StatsError::Inconsistent { n: 3 }));
        assert_eq!(mean_t_from_sums(1, 6, 36, 0.95), Err(StatsError::TooFew { needed: 2, given: 1 }));
        assert_eq!(mean_t_from_sums(9, 0, -1, 0.95), Err(StatsError::Inconsistent { n: 9 }));
        assert_eq!(mean_t_from_sums(9, i128::MIN, 1, 0.95), Err(StatsError::Inconsistent { n: 9 }));
        assert_eq!(mean_t_from_sums(9, 1, i128::MIN, 0.95), Err(StatsError::Inconsistent { n: 9 }));
        // Three squares that add up to less than a third of the square of the sum.
        assert_eq!(mean_t_from_sums(3, 1, 0, 0.95), Err(StatsError::Inconsistent { n: 3 }));
    }

    #[test]
    fn sums_as_large_as_they_come_have_an_interval() {
        assert!(mean_t_from_sums(u64::MAX, 0, 0, 0.95).is_ok());
        let sd = mean_t_from_sums(9, 0, i128::MAX, 0.95).expect("sums").sd;
        assert!((sd / (i128::MAX as f64 / 8.0).sqrt() - 1.0).abs() < 1e-15);
    }

    #[test]
    fn skewed_values_carry_a_warning_until_there_are_enough() {
        let rare = |n: usize| (0..n).map(|i| if i % 100 == 0 { 1.0 } else { 0.0 }).collect::<Vec<_>>();
        // One in a hundred has skewness 9.85, so the ratio passes 0.2 near 2,400 values.
        let few = mean_t(&rare(1000), 0.95).expect("data");
        assert!((few.warning.expect("a warning").ratio - 9.849_37 / 1000.0_f64.sqrt()).abs() < 1e-5);
        assert_eq!(mean_t(&rare(3000), 0.95).expect("data").warning, None);
    }

    #[test]
    fn sums_of_values_alike_but_for_zeros_show_their_exact_skewness() {
        // All that is not 0 is 3: the bound is reached.
        let values: Vec<f64> = (0..1000).map(|i| if i % 100 == 0 { 3.0 } else { 0.0 }).collect();
        let exact = mean_t(&values, 0.95).expect("data").warning.expect("a warning").ratio;
        let sums = mean_t_from_sums(1000, 30, 90, 0.95).expect("sums");
        let bound = sums.of_one_sign().warning.expect("a warning").ratio;
        assert!((bound - exact).abs() < 1e-14 * exact, "{bound} against {exact}");
        // Nothing but zeros, and values that vary little, are not called skewed.
        for (sum, squares) in [(0, 0), (1000, 1000), (1000, 1500)] {
            let sums = mean_t_from_sums(1000, sum, squares, 0.95).expect("sums");
            assert_eq!(sums.of_one_sign().warning, None);
        }
    }

    #[test]
    fn an_interval_is_cut_on_both_sides() {
        let interval = Interval { low: -0.25, high: 1.5 };
        assert_eq!(interval.within((0.0, 1.0)), Interval { low: 0.0, high: 1.0 });
        assert_eq!(interval.within((0.0, f64::INFINITY)), Interval { low: 0.0, high: 1.5 });
        assert_eq!(interval.within((f64::NEG_INFINITY, f64::INFINITY)), interval);
    }

    proptest! {
        #[test]
        fn values_that_are_not_negative_are_as_skewed_as_their_sums_say(
            values in prop::collection::vec(prop_oneof![5 => Just(0_i64), 2 => 0_i64..4, 1 => 0_i64..2000], 2..300)
        ) {
            let sum: i128 = values.iter().copied().map(i128::from).sum();
            let squares: i128 = values.iter().map(|&value| i128::from(value) * i128::from(value)).sum();
            let xs: Vec<f64> = values.iter().map(|&value| value as f64).collect();
            let exact = mean_t(&xs, 0.95).expect("data");
            let bound = mean_t_from_sums(values.len() as u64, sum, squares, 0.95).expect("sums").of_one_sign();
            if let Some(warning) = bound.warning {
                // Rounding apart, they are at least so skewed, and to the right.
                let ratio = Moments::of(&xs).expect("data").skewness.expect("it varies") / sqrt(xs.len() as f64);
                prop_assert!(ratio >= warning.ratio * (1.0 - 1e-9), "{} under {}", ratio, warning.ratio);
            }
            // From 11 values on an interval that reaches below 0 is always of values that are too skewed for their number.
            if xs.len() >= 11 && exact.interval.low < 0.0 {
                prop_assert!(exact.warning.is_some() && bound.warning.is_some());
            }
        }
    }

    #[test]
    fn the_skewness_ratio_stays_below_one() {
        let mut xs = vec![0.0; 10_000];
        xs[17] = 1e12;
        let ratio = mean_t(&xs, 0.95).expect("data").warning.expect("a warning").ratio;
        assert!(ratio > 0.99 && ratio < 1.0, "{ratio}");
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!(mean_t(&[1.0], 0.95), Err(StatsError::TooFew { needed: 2, given: 1 }));
        assert_eq!(mean_t(&[1.0, 2.0], 95.0), Err(StatsError::BadLevel { level: 95.0 }));
        assert!(matches!(mean_t(&[1.0, f64::NAN], 0.95), Err(StatsError::NotFinite { .. })));
        assert!(t_interval(0.0, 1.0, 0.0, 0.95).is_err());
    }

    #[test]
    fn higher_confidence_is_wider() {
        let xs = [3.0, 1.0, 4.0, 1.0, 5.0];
        let widths = [0.5, 0.9, 0.95, 0.99, 1.0 - 1e-9].map(|level| mean_t(&xs, level).expect("data").half_width);
        assert!(widths.is_sorted());
    }
}
