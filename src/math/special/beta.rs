//! The beta distribution: the regularised incomplete beta function and its inverse.
//!
//! Inside, a point is its odds x / (1 - x), so that a point next to 1 keeps as many digits as one next to 0.

use super::density::beta_kernel;
use super::ln_gamma;
use super::normal::normal_quantile;
use crate::math::{exp, ln, sqrt};

/// Terms of the continued fraction; about the square root of the larger parameter are needed.
const MAX_TERMS: u32 = 1_000_000;

/// Steps of a root search; Newton needs under 10, bisection over all doubles under 200.
const MAX_STEPS: u32 = 300;

/// Regularised incomplete beta function: the probability that a Beta(a, b) value is at most `x`.
///
/// # Arguments
/// * `x` - from 0 to 1, otherwise NaN.
/// * `a`, `b` - above 0 and finite, otherwise NaN.
///
/// # Returns
/// A probability; relative error about 1e-13 for parameters up to 1e6, about 1e-10 for parameters up to 1e10.
///
/// # Examples
/// ```
/// // Beta(2, 1) has distribution function x^2.
/// assert!((rearguard::math::special::beta_cdf(0.3, 2.0, 1.0) - 0.09).abs() < 1e-15);
/// ```
pub fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    if (0.0..=1.0).contains(&x) { both_tails(a, b, x, 1.0 - x).0 } else { f64::NAN }
}

/// The probability that a Beta(a, b) value is above `x`: 1 - [`beta_cdf`] with its own full accuracy.
///
/// # Arguments
/// As for [`beta_cdf`].
pub fn beta_upper(x: f64, a: f64, b: f64) -> f64 {
    if (0.0..=1.0).contains(&x) { both_tails(a, b, x, 1.0 - x).1 } else { f64::NAN }
}

/// Value below which a Beta(a, b) value falls with probability `p`.
///
/// # Arguments
/// * `p` - probability; 0 gives 0, 1 gives 1, outside gives NaN.
/// * `a`, `b` - above 0 and finite, otherwise NaN.
///
/// # Returns
/// The quantile, relative error about 1e-13 for parameters from 0.01 to 1e6; 0 where it is below the smallest double.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || !in_domain(a, b) {
        return f64::NAN;
    }
    let odds = quantile_odds(p, 1.0 - p, a, b);
    if odds <= 1.0 { odds / (1.0 + odds) } else { 1.0 / (1.0 + 1.0 / odds) }
}

/// Whether both parameters can be used.
fn in_domain(a: f64, b: f64) -> bool {
    a > 0.0 && b > 0.0 && (a + b).is_finite()
}

/// Lower and upper probability at `x`, with `y` = 1 - x given by itself.
pub(super) fn both_tails(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if !in_domain(a, b) || x.is_nan() || y.is_nan() {
        return (f64::NAN, f64::NAN);
    }
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if y <= 0.0 {
        return (1.0, 0.0);
    }
    // The fraction converges fast below the mean; above it the mirror image is below its own.
    let scale = a + b + 2.0;
    let mirrored = if x <= y { x > (a + 1.0) / scale } else { y < (b + 1.0) / scale };
    let kernel = beta_kernel(a, b, x, y);
    if mirrored {
        let upper = (kernel / b * fraction(b, a, y, x)).clamp(0.0, 1.0);
        (1.0 - upper, upper)
    } else {
        let lower = (kernel / a * fraction(a, b, x, y)).clamp(0.0, 1.0);
        (lower, 1.0 - lower)
    }
}

/// Odds of the point with lower probability `p` and upper probability `q` = 1 - p, given by itself.
pub(super) fn quantile_odds(p: f64, q: f64, a: f64, b: f64) -> f64 {
    if p <= q { lower_quantile_odds(p, a, b) } else { 1.0 / lower_quantile_odds(q, b, a) }
}

/// Odds of the point with lower probability `target`, at most one half.
///
/// The logarithm of the distribution function is concave in the logarithm of the odds, so Newton's method climbs to the
/// root from the left and overshoots at most once from the right; the bracket guards that step.
fn lower_quantile_odds(target: f64, a: f64, b: f64) -> f64 {
    let mut odds = first_guess(target, a, b);
    let (mut low, mut high) = (0.0, f64::INFINITY);
    for _ in 0..MAX_STEPS {
        if odds == 0.0 || target == 0.0 {
            return 0.0;
        }
        let (x, y) = if odds <= 1.0 {
            (odds / (1.0 + odds), 1.0 / (1.0 + odds))
        } else {
            (1.0 / (1.0 + 1.0 / odds), (1.0 / odds) / (1.0 + 1.0 / odds))
        };
        let (below, _) = both_tails(a, b, x, y);
        if below < target {
            low = odds;
        } else {
            high = odds;
        }
        let mut next = odds * exp(-ln(below / target) * below / beta_kernel(a, b, x, y));
        // Newton's error squares: after a step this small the rest is below the last place. Checked before the bracket,
        // which rounding can close on the root itself.
        if (next - odds).abs() * sqrt(a.min(b)).max(1.0) <= 1e-9 * odds {
            return next;
        }
        if !(low < next && next < high) {
            next = between(low, high);
        }
        odds = next;
    }
    odds
}

/// A point inside the bracket, halving its logarithm where it has one.
fn between(low: f64, high: f64) -> f64 {
    match (low > 0.0, high.is_finite()) {
        (true, true) => sqrt(low) * sqrt(high),
        (true, false) => low * 4.0,
        (false, true) => high * 1e-6,
        (false, false) => 1.0,
    }
}

/// Odds near the quantile: a normal approximation where both parameters are 1 or more, else the leading power of x.
///
/// # Source
/// The normal approximation is Abramowitz and Stegun 26.5.22.
fn first_guess(target: f64, a: f64, b: f64) -> f64 {
    if a >= 1.0 && b >= 1.0 {
        let z = -normal_quantile(target);
        let lambda = (z * z - 3.0) / 6.0;
        let (inverse_a, inverse_b) = (1.0 / (2.0 * a - 1.0), 1.0 / (2.0 * b - 1.0));
        let mean = 2.0 / (inverse_a + inverse_b);
        let skew = (inverse_b - inverse_a) * (lambda + 5.0 / 6.0 - 2.0 / (3.0 * mean));
        let half = z * sqrt((mean + lambda).max(0.0)) / mean - skew;
        let guess = a / b * exp(-2.0 * half);
        if guess > 0.0 && guess.is_finite() {
            return guess;
        }
    }
    let power = exp((ln(target) + ln(a) + ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)) / a);
    if power < a / (a + b) { power / (1.0 - power) } else { a / b }
}

/// The continued fraction of the incomplete beta function, by the method of Lentz.
///
/// The usual fraction contracted to its even part: half the terms, and they do not cancel where x is next to 1.
///
/// # Source
/// Didonato and Morris (1992), Algorithm 708.
fn fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let nonzero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let gap = a * y - b * x;
    let mut forward = nonzero(a / (a + 1.0) * (gap + 1.0));
    let mut product = forward;
    let mut backward = 0.0;
    for index in 1..=MAX_TERMS {
        let order = f64::from(index);
        let (before, after) = (a + 2.0 * order - 1.0, a + 2.0 * order + 1.0);
        let common = order * (b - order) * x;
        let numerator = (a + order - 1.0) / before * ((a + b + order - 1.0) / before) * common * x;
        let term = order + common / before + (a + order) / after * (gap + 1.0 + order * (1.0 + y));
        backward = 1.0 / nonzero(term + numerator * backward);
        forward = nonzero(term + numerator / forward);
        let factor = forward * backward;
        product *= factor;
        if (factor - 1.0).abs() <= 2e-16 {
            break;
        }
    }
    a / product
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use statrs::distribution::{Beta, ContinuousCDF};

    use super::*;

    #[test]
    fn quantile_matches_forty_digit_values() {
        // (p, a, b, quantile): roots of the incomplete beta function found with 40-digit arithmetic.
        for (p, a, b, expected) in [
            (1.0e-10, 0.5, 0.5, 2.467_401_100_272_339_7e-20),
            (0.025, 0.5, 0.5, 0.001_541_333_133_436_012),
            (0.5, 0.5, 0.5, 0.5),
            (0.975, 0.5, 0.5, 0.998_458_666_866_564),
            (0.025, 0.05, 3.0, 2.091_880_560_933_388e-33),
            (0.5, 0.05, 3.0, 2.193_496_667_523_450_6e-7),
            (0.975, 0.05, 3.0, 0.199_440_319_215_244_33),
            (1.0e-10, 1.0, 30.0, 3.333_333_333_494_444_7e-12),
            (0.025, 1.0, 30.0, 0.000_843_570_926_630_478_8),
            (0.5, 1.0, 30.0, 0.022_840_031_565_754_045),
            (0.975, 1.0, 30.0, 0.115_703_308_222_027_79),
            (1.0e-10, 2.5, 0.3, 0.000_203_803_632_385_931_86),
            (0.025, 2.5, 0.3, 0.420_164_258_185_540_76),
            (0.5, 2.5, 0.3, 0.966_831_769_016_653_8),
            (0.975, 2.5, 0.3, 0.999_998_529_996_222_7),
            (1.0e-10, 82.0, 182.0, 0.153_660_784_914_475_2),
            (0.025, 82.0, 182.0, 0.256_308_222_089_013_8),
            (0.5, 82.0, 182.0, 0.310_127_142_203_654_67),
            (0.975, 82.0, 182.0, 0.367_621_922_601_351_35),
            (1.0e-10, 3000.0, 40.0, 0.969_290_204_794_803_2),
            (0.025, 3000.0, 40.0, 0.982_498_014_132_691),
            (0.5, 3000.0, 40.0, 0.986_948_729_462_214_1),
            (0.975, 3000.0, 40.0, 0.990_580_513_835_220_8),
        ] {
            let got = beta_quantile(p, a, b);
            assert!((got - expected).abs() <= 2e-13 * expected, "{p}, {a}, {b}: {got} against {expected}");
        }
    }

    #[test]
    fn simple_parameters_have_their_closed_forms() {
        for step in 1..100 {
            let x = f64::from(step) / 100.0;
            assert!((beta_cdf(x, 3.0, 1.0) - x * x * x).abs() < 1e-15);
            assert!((beta_upper(x, 1.0, 2.0) - (1.0 - x) * (1.0 - x)).abs() < 1e-15);
            assert!((beta_cdf(x, 7.5, 7.5) + beta_cdf(1.0 - x, 7.5, 7.5) - 1.0).abs() < 1e-14);
        }
    }

    #[test]
    fn distribution_agrees_with_an_independent_library() {
        for (a, b) in [(0.1, 0.2), (0.5, 12.0), (3.0, 1.0), (40.0, 60.0), (1.0, 500.0)] {
            let oracle = Beta::new(a, b).expect("a beta distribution");
            for step in 1..100 {
                let p = f64::from(step) / 100.0;
                let x = beta_quantile(p, a, b);
                // Next to 1 a quantile is rounded to 1e-16, which a density of x^-0.9 there can feel.
                let room = if a.min(b) < 0.5 { 2e-2 } else { 1e-9 };
                assert!((oracle.cdf(x) - p).abs() < room, "{p}, {a}, {b}");
            }
        }
    }

    #[test]
    fn ends_and_nonsense_have_values_not_panics() {
        assert_eq!((beta_quantile(0.0, 2.0, 3.0), beta_quantile(1.0, 2.0, 3.0)), (0.0, 1.0));
        assert_eq!((beta_cdf(0.0, 2.0, 3.0), beta_cdf(1.0, 2.0, 3.0)), (0.0, 1.0));
        for (p, a, b) in [(f64::NAN, 1.0, 1.0), (1.1, 1.0, 1.0), (0.5, 0.0, 1.0), (0.5, 1.0, f64::INFINITY)] {
            assert!(beta_quantile(p, a, b).is_nan());
        }
        assert!(beta_cdf(-0.1, 1.0, 1.0).is_nan());
        for (a, b) in [(5e-324, 1.0), (1e-200, 1e-200), (1e150, 1.0), (1e9, 1e9), (1.0, 1e300)] {
            for p in [5e-324, 0.3, 0.999] {
                let x = beta_quantile(p, a, b);
                assert!((0.0..=1.0).contains(&x), "{p}, {a}, {b}: {x}");
            }
        }
    }

    proptest! {
        #[test]
        fn quantile_undoes_the_distribution(p in 1e-6..0.999_999_f64, log_a in -0.3..5.0_f64, log_b in -0.3..5.0_f64) {
            let (a, b) = (crate::math::pow(10.0, log_a), crate::math::pow(10.0, log_b));
            let odds = quantile_odds(p, 1.0 - p, a, b);
            let (below, above) = both_tails(a, b, odds / (1.0 + odds), 1.0 / (1.0 + odds));
            prop_assert!((below - p).abs() <= 2e-12 * p);
            prop_assert!((above - (1.0 - p)).abs() <= 2e-12 * (1.0 - p));
        }

        #[test]
        fn quantile_rises_with_p(p in 1e-6..0.999_f64, log_a in -2.0..5.0_f64, log_b in -2.0..5.0_f64) {
            let (a, b) = (crate::math::pow(10.0, log_a), crate::math::pow(10.0, log_b));
            prop_assert!(beta_quantile(p, a, b) <= beta_quantile(p + 1e-6, a, b));
        }
    }
}
