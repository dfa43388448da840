//! Two policies on the same replications: the paired difference and what the pairing was worth.

use super::error::{StatsError, check_finite, check_lengths};
use super::interval::{Interval, SkewWarning, mean_t};
use super::moments::{corrected_mean, sum_of, variance};
use crate::math::special::t_cdf;
use crate::math::{exp, sqrt};

/// Which direction of a measure is the worse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worse {
    /// More is worse, as with casualties.
    Higher,
    /// Less is worse, as with equipment recovered.
    Lower,
}

/// The difference between a policy and its baseline over common replications.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairedDifference {
    /// Number of pairs.
    pub n: u64,
    /// Mean of policy less baseline, in the unit of the measure.
    pub mean: f64,
    /// Sample standard deviation of the differences (divisor n - 1).
    pub sd: f64,
    /// Standard error of the mean difference, sd / sqrt(n).
    pub mcse: f64,
    /// Two-sided t interval for the mean difference.
    pub interval: Interval,
    /// Half the width of the interval.
    pub half_width: f64,
    /// Confidence of the interval, 0 to 1.
    pub confidence: f64,
    /// Mean over standard error; `None` where the differences do not vary.
    pub t: Option<f64>,
    /// Two-sided p-value of no difference: 1 where all differences are zero, 0 where they are one other number, else the
    /// smallest positive number at least.
    pub p_value: f64,
    /// Correlation of policy and baseline, -1 to 1; `None` where either does not vary.
    pub correlation: Option<f64>,
    /// Its interval; `None` where it is -1 or 1, and with it.
    pub correlation_interval: Option<Interval>,
    /// (var(policy) + var(baseline)) / var(difference): above 1 where the pairing helped. `None` where the differences
    /// do not vary, so that no number of independent replications would do as well.
    pub variance_reduction: Option<f64>,
    /// Its interval; `None` with it, and where only one of the two varies.
    pub variance_reduction_interval: Option<Interval>,
    /// Whether what either of these intervals rests on is too skewed for the number of pairs.
    pub is_pairing_skewed: bool,
    /// Replications of each policy that independent sampling would have needed for the same half-width, n times the
    /// factor; `None` with it.
    pub independent_n: Option<f64>,
    /// Share of pairs in which the policy is worse than the baseline, 0 to 1.
    pub share_worse: f64,
    /// Share of pairs in which the two are equal, 0 to 1.
    pub share_equal: f64,
    /// Present where the differences are too skewed for their number.
    pub warning: Option<SkewWarning>,
}

impl PairedDifference {
    /// Whether the common random numbers made the contrast less sure than independent ones would have.
    pub fn pairing_hurts(&self) -> bool {
        self.variance_reduction.is_some_and(|factor| factor < 1.0)
    }
}

/// Difference of a policy from its baseline on the same replications.
///
/// # Arguments
/// * `policy`, `baseline` - one value per replication, the same replication at the same place; finite, one unit.
/// * `confidence` - coverage wanted, between 0 and 1.
/// * `worse` - which direction of the measure is worse.
///
/// # Returns
/// The contrast, policy less baseline.
///
/// # Errors
/// [`StatsError::Mismatch`] for different lengths, [`StatsError::TooFew`] for fewer than 2 pairs,
/// [`StatsError::NotFinite`], [`StatsError::BadLevel`], [`StatsError::Overflow`].
///
/// # Examples
/// ```
/// use rearguard::stats::{Worse, paired};
/// let contrast = paired(&[4.0, 6.0, 9.0], &[3.0, 6.0, 7.0], 0.95, Worse::Higher)?;
/// assert_eq!((contrast.mean, contrast.sd, contrast.share_equal), (1.0, 1.0, 1.0 / 3.0));
/// # Ok::<(), rearguard::stats::StatsError>(())
/// ```
pub fn paired(policy: &[f64], baseline: &[f64], confidence: f64, worse: Worse) -> Result<PairedDifference, StatsError> {
    check_lengths(policy.len(), baseline.len())?;
    check_finite(policy)?;
    check_finite(baseline)?;
    let differences: Vec<f64> = policy.iter().zip(baseline).map(|(x, y)| x - y).collect();
    let of_mean = mean_t(&differences, confidence)?;
    let pairing = Pairing::of(policy, baseline, &differences, confidence)?;
    let variance_reduction = pairing.reduction;
    let t = (of_mean.mcse > 0.0).then(|| of_mean.mean / of_mean.mcse);
    let certain = if of_mean.mean == 0.0 { 1.0 } else { 0.0 };
    let share = |count: usize| count as f64 / of_mean.n as f64;
    let is_worse = |(x, y): &(&f64, &f64)| match worse {
        Worse::Higher => x > y,
        Worse::Lower => x < y,
    };
    Ok(PairedDifference {
        n: of_mean.n,
        mean: of_mean.mean,
        sd: of_mean.sd,
        mcse: of_mean.mcse,
        interval: of_mean.interval,
        half_width: of_mean.half_width,
        confidence,
        t,
        p_value: t.map_or(certain, |t| (2.0 * t_cdf(-t.abs(), of_mean.n as f64 - 1.0)).max(f64::MIN_POSITIVE)),
        correlation: pairing.correlation,
        correlation_interval: pairing.correlation_interval,
        variance_reduction,
        variance_reduction_interval: pairing.reduction_interval,
        is_pairing_skewed: pairing.is_skewed,
        independent_n: variance_reduction.map(|factor| factor * of_mean.n as f64),
        share_worse: share(policy.iter().zip(baseline).filter(is_worse).count()),
        share_equal: share(policy.iter().zip(baseline).filter(|(x, y)| x == y).count()),
        warning: of_mean.warning,
    })
}

/// What common random numbers tie together.
#[derive(Default)]
struct Pairing {
    correlation: Option<f64>,
    correlation_interval: Option<Interval>,
    reduction: Option<f64>,
    reduction_interval: Option<Interval>,
    is_skewed: bool,
}

impl Pairing {
    /// The correlation, its interval on the scale of Fisher's z, and the factor, its interval on that of its logarithm: both by
    /// what each pair adds to first order, so that no law of the values is assumed.
    ///
    /// # Source
    /// Hampel (1974), "The influence curve and its role in robust estimation", for the influence of a pair on a variance; that
    /// on a correlation follows from those on the variances and the covariance.
    fn of(xs: &[f64], ys: &[f64], differences: &[f64], confidence: f64) -> Result<Self, StatsError> {
        let (of_x, of_y, of_difference) = (variance(xs), variance(ys), variance(differences));
        let (mean_x, mean_y, mean) = (corrected_mean(xs), corrected_mean(ys), corrected_mean(differences));
        let mut found = Self::default();
        if of_difference > 0.0 {
            let both = of_x + of_y;
            let factor = both / of_difference;
            let influence = xs.iter().zip(ys).zip(differences).map(|((x, y), difference)| {
                let (x, y, difference) = (x - mean_x, y - mean_y, difference - mean);
                (x * x + y * y) / both - difference * difference / of_difference
            });
            let (reach, is_skewed) = reach(influence, 1.0, confidence)?;
            found.reduction = Some(factor);
            // Where one of the two does not vary the factor is 1 whatever the other is.
            found.reduction_interval =
                (reach > ROUNDING).then(|| Interval { low: factor * exp(-reach), high: factor * exp(reach) });
            found.is_skewed = is_skewed;
        }
        if of_x > 0.0 && of_y > 0.0 {
            let products = sum_of(xs.iter().zip(ys).map(|(x, y)| (x - mean_x) * (y - mean_y)));
            let (sd_x, sd_y) = (sqrt(of_x), sqrt(of_y));
            let correlation = (products / (sd_x * sd_y * (xs.len() as f64 - 1.0))).clamp(-1.0, 1.0);
            found.correlation = Some(correlation);
            // What is left of a correlation that is not quite 1 is rounding.
            let rest = 1.0 - correlation * correlation;
            if rest > 1e-12 {
                let influence = xs.iter().zip(ys).map(|(x, y)| {
                    let (x, y) = ((x - mean_x) / sd_x, (y - mean_y) / sd_y);
                    x * y - 0.5 * correlation * (x * x + y * y)
                });
                let (reach, is_skewed) = reach(influence, rest, confidence)?;
                if reach < ROUNDING {
                    return Ok(found);
                }
                // Fisher's z, there and back: (r + tanh a) / (1 + r tanh a), with tanh a by its exponential.
                let shift = 1.0 - 2.0 / (exp(2.0 * reach) + 1.0);
                let moved = |by: f64| (correlation + by) / (1.0 + correlation * by);
                found.correlation_interval = Some(Interval { low: moved(-shift), high: moved(shift) });
                found.is_skewed |= is_skewed;
            }
        }
        Ok(found)
    }
}

/// A reach that rounding alone explains: two pairs have the same influence, and so have all where one policy does not vary.
const ROUNDING: f64 = 1e-9;

/// How far a t interval reaches about an estimate of this influence by pair, over a scale; and whether it is too skewed.
fn reach(influence: impl Iterator<Item = f64>, scale: f64, confidence: f64) -> Result<(f64, bool), StatsError> {
    let mean = mean_t(&influence.collect::<Vec<_>>(), confidence)?;
    Ok((mean.half_width / scale, mean.warning.is_some()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Hours of sleep gained under two drugs by ten patients: Student (1908), "The probable error of a mean".
    const SLEEP: ([f64; 10], [f64; 10]) =
        ([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0], [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]);

    #[test]
    fn the_sleep_data_give_the_published_test() {
        let contrast = paired(&SLEEP.0, &SLEEP.1, 0.95, Worse::Lower).expect("data");
        assert!((contrast.mean + 1.58).abs() < 1e-14);
        assert!((contrast.t.expect("t") + 4.0621).abs() < 5e-5);
        assert!((contrast.p_value - 0.002_833).abs() < 5e-7);
        assert!((contrast.interval.low + 2.4599).abs() < 5e-5);
        assert!((contrast.interval.high + 0.7001).abs() < 5e-5);
        assert_eq!((contrast.share_worse, contrast.share_equal), (0.9, 0.1));
    }

    #[test]
    fn the_reduction_is_what_the_correlation_implies() {
        // var(x - y) = var(x) + var(y) - 2 r sd(x) sd(y).
        let contrast = paired(&SLEEP.0, &SLEEP.1, 0.95, Worse::Lower).expect("data");
        let (x, y) = (variance(&SLEEP.0), variance(&SLEEP.1));
        let shared = 2.0 * contrast.correlation.expect("correlation") * sqrt(x * y);
        let factor = contrast.variance_reduction.expect("factor");
        assert!((factor - (x + y) / (x + y - shared)).abs() < 1e-12);
        assert_eq!(contrast.independent_n, Some(10.0 * factor));
        assert!(!contrast.pairing_hurts());
    }

    #[test]
    fn opposed_replications_are_reported_as_hurting() {
        let contrast = paired(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0], 0.95, Worse::Higher).expect("data");
        assert_eq!(contrast.correlation, Some(-1.0));
        assert_eq!(contrast.variance_reduction, Some(0.5));
        assert!(contrast.pairing_hurts());
        // As sure as independent replications is no harm.
        assert!(!PairedDifference { variance_reduction: Some(1.0), ..contrast }.pairing_hurts());
    }

    #[test]
    fn a_constant_difference_has_no_factor_rather_than_an_infinite_one() {
        let contrast = paired(&[2.0, 3.0, 9.0], &[1.0, 2.0, 8.0], 0.95, Worse::Higher).expect("data");
        assert_eq!((contrast.sd, contrast.variance_reduction, contrast.t), (0.0, None, None));
        assert_eq!((contrast.p_value, contrast.share_worse), (0.0, 1.0));
        let same = paired(&[2.0, 3.0], &[2.0, 3.0], 0.95, Worse::Higher).expect("data");
        assert_eq!((same.mean, same.p_value, same.share_equal, same.share_worse), (0.0, 1.0, 1.0, 0.0));
        let one_varies = paired(&[2.0, 3.0], &[5.0, 5.0], 0.95, Worse::Higher).expect("data");
        assert_eq!((one_varies.correlation, one_varies.variance_reduction), (None, Some(1.0)));
        assert_eq!(one_varies.variance_reduction_interval, None);
        assert_eq!((contrast.variance_reduction_interval, contrast.correlation_interval), (None, None));
    }

    #[test]
    fn pairs_that_do_not_match_are_refused() {
        let of = |x: &[f64], y: &[f64]| paired(x, y, 0.95, Worse::Higher);
        assert_eq!(of(&[1.0], &[1.0, 2.0]), Err(StatsError::Mismatch { left: 1, right: 2 }));
        assert_eq!(of(&[1.0], &[1.0]), Err(StatsError::TooFew { needed: 2, given: 1 }));
        assert!(matches!(of(&[1.0, 2.0], &[1.0, f64::NAN]), Err(StatsError::NotFinite { index: 1, .. })));
    }

    #[test]
    fn pairs_of_normals_have_the_intervals_of_the_textbook() {
        // 4,000 pairs with correlation 0.6: Fisher's z has the error 1 / sqrt(n), and the logarithm of the factor, which is
        // 1 / (1 - r) with equal variances, that of the correlation over 1 - r, which is 1 + r of Fisher's.
        let mut uniforms = crate::stats::uniforms::uniforms(11).map(crate::math::special::normal_quantile);
        let mut normal = || uniforms.next().expect("there is always another");
        let (x, y): (Vec<f64>, Vec<f64>) = (0..4_000)
            .map(|_| {
                let (a, b) = (normal(), normal());
                (a, 0.6 * a + 0.8 * b)
            })
            .unzip();
        let contrast = paired(&x, &y, 0.95, Worse::Higher).expect("data");
        let atanh = |r: f64| 0.5 * crate::math::ln((1.0 + r) / (1.0 - r));
        let interval = contrast.correlation_interval.expect("an interval");
        let half = 1.96 / sqrt(4_000.0);
        assert!((0.5 * (atanh(interval.high) - atanh(interval.low)) / half - 1.0).abs() < 0.06, "{interval:?}");
        assert!(interval.contains(0.6) && !contrast.is_pairing_skewed);
        let factor = contrast.variance_reduction_interval.expect("an interval");
        let log_half = 0.5 * crate::math::ln(factor.high / factor.low);
        assert!((log_half / (1.6 * half) - 1.0).abs() < 0.06, "{factor:?}");
        assert!(factor.contains(contrast.variance_reduction.expect("a factor")) && factor.contains(2.5));
    }

    #[test]
    fn a_factor_is_held_by_its_interval_as_often_as_it_says() {
        // Counts of which three in four are common: the factor is 2 x 4 / 2.
        let mut uniforms = crate::stats::uniforms::uniforms(12);
        let mut poisson = |mean: f64| {
            let (mut count, mut left) = (0.0, exp(mean));
            loop {
                left *= uniforms.next().expect("there is always another");
                if left <= 1.0 {
                    return count;
                }
                count += 1.0;
            }
        };
        let (mut held, mut correlated) = (0, 0);
        for _ in 0..400 {
            let (x, y): (Vec<f64>, Vec<f64>) = (0..300)
                .map(|_| {
                    let common = poisson(3.0);
                    (common + poisson(1.0), common + poisson(1.0))
                })
                .unzip();
            let contrast = paired(&x, &y, 0.95, Worse::Higher).expect("data");
            held += u32::from(contrast.variance_reduction_interval.expect("an interval").contains(4.0));
            correlated += u32::from(contrast.correlation_interval.expect("an interval").contains(0.75));
        }
        // 95% of 400 is 380, with a standard deviation of 4.4.
        assert!((364..=394).contains(&held) && (364..=394).contains(&correlated), "{held} and {correlated} of 400");
    }

    proptest! {
        #[test]
        fn exchanging_the_policies_changes_signs_only(
            pairs in prop::collection::vec((-100_i32..100, -100_i32..100), 2..50),
        ) {
            let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().map(|&(x, y)| (f64::from(x), f64::from(y))).unzip();
            let there = paired(&x, &y, 0.95, Worse::Higher).expect("data");
            let back = paired(&y, &x, 0.95, Worse::Lower).expect("data");
            prop_assert_eq!((there.mean, there.sd, there.p_value), (-back.mean, back.sd, back.p_value));
            prop_assert_eq!(there.share_worse, back.share_worse);
            prop_assert_eq!(there.variance_reduction, back.variance_reduction);
        }
    }
}
