//! The gamma distribution with scale 1: the regularised incomplete gamma functions and their inverse.

use super::density::poisson_density;
use super::gamma_large::{LARGE_SHAPE, uniform_expansion};
use super::ln_gamma;
use super::normal::{normal_quantile, normal_quantile_off_centre};
use crate::math::{exp, exp_m1, ln, sqrt};

/// Terms of a series or a continued fraction; about 1,000 are needed at [`LARGE_SHAPE`].
const MAX_TERMS: u32 = 20_000;

/// Below this shape the terms of the density's logarithm are small enough to cost no digits that matter.
const PLAIN_SHAPE: f64 = 8.0;

/// Below this e^-x is far from underflow.
const WHOLE_SHAPE_X: f64 = 600.0;

/// Steps of a root search; Halley needs under 6, bisection over all doubles under 200.
const MAX_STEPS: u32 = 300;

/// Relative size of the last term of a series that is added up in full.
const FULL: f64 = 1e-17;
/// The same for a first step.
const ROUGH: f64 = 1e-9;

/// Regularised lower incomplete gamma function: the probability that a gamma value of this shape is at most `x`.
///
/// # Arguments
/// * `shape` - above 0 and finite, otherwise NaN.
/// * `x` - 0 or more (infinity allowed), otherwise NaN.
///
/// # Returns
/// A probability, relative error about 1e-13 for shapes up to 1e6.
///
/// # Examples
/// ```
/// let p = rearguard::math::special::gamma_p(1.0, 2.0);
/// assert!((p - (1.0 - (-2.0_f64).exp())).abs() < 1e-15);
/// ```
pub fn gamma_p(shape: f64, x: f64) -> f64 {
    both_tails(shape, x).0
}

/// Regularised upper incomplete gamma function, 1 - [`gamma_p`] with its own full accuracy.
///
/// # Arguments
/// As for [`gamma_p`].
pub fn gamma_q(shape: f64, x: f64) -> f64 {
    both_tails(shape, x).1
}

/// Value below which a gamma value of this shape and scale 1 falls with probability `p`.
///
/// # Arguments
/// * `p` - probability; 0 gives 0, 1 gives infinity, outside 0 to 1 gives NaN.
/// * `shape` - above 0 and finite, otherwise NaN.
///
/// # Returns
/// The quantile, relative error about 1e-13 for shapes from 0.01 to 1e6; 0 where it is below the smallest double.
///
/// # Source
/// Halley's method on the smaller tail's logarithm, in ln x for the lower tail and in x for the upper one; a bracket
/// guards it.
pub fn gamma_quantile(p: f64, shape: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || !in_domain(shape) {
        return f64::NAN;
    }
    if p == 0.0 {
        return 0.0;
    }
    if p == 1.0 {
        return f64::INFINITY;
    }
    if shape == 0.5 {
        // Half the square of a standard normal value.
        let z = normal_quantile_off_centre(0.5 * p);
        return 0.5 * z * z;
    }
    let lower = p <= 0.5;
    let target = if lower { p } else { 1.0 - p };
    let ln_gamma_1p = ln_gamma_of_next(shape);
    let mut x = first_guess(p, shape, ln_gamma_1p);
    let (mut low, mut high) = (0.0, f64::INFINITY);
    for at in 0..MAX_STEPS {
        if x == 0.0 {
            break;
        }
        // The first step starts too far off for the last digits of the tails to bear on it.
        let accuracy = if at == 0 { ROUGH } else { FULL };
        let (below, above, density) = tails_and_density(shape, x, ln_gamma_1p, accuracy);
        if if lower { below < target } else { above > target } {
            low = x;
        } else {
            high = x;
        }
        // The tail's logarithm has slope `slope` in ln x, and a relative change of slope of `bend` for each unit of ln x.
        let slope = density * shape / if lower { below } else { above };
        let (gap, bend) = if lower {
            (-ln(below / target), shape - x - slope)
        } else {
            (ln(above / target), shape - 1.0 - x + slope)
        };
        let newton = gap / slope;
        let step = newton / (1.0 + 0.5 * newton * bend).clamp(0.5, 2.0);
        let mut next = if lower { x * exp(step) } else { x + x * step };
        // Halley's error cubes: after a step this small the rest is below the last place. Checked before the bracket,
        // which rounding can close on the root itself.
        if at > 0 && (next - x).abs() * sqrt(shape).max(1.0) <= 3e-6 * x {
            return next;
        }
        if !(low < next && next < high) {
            next = between(low, high);
        }
        x = next;
    }
    x
}

/// Whether a shape parameter can be used.
fn in_domain(shape: f64) -> bool {
    shape > 0.0 && shape.is_finite()
}

/// A whole shape below [`PLAIN_SHAPE`].
fn small_whole(shape: f64) -> Option<u32> {
    let k = shape as u32;
    (f64::from(k) == shape && shape < PLAIN_SHAPE).then_some(k)
}

/// Logarithm of the gamma function at `shape` + 1.
fn ln_gamma_of_next(shape: f64) -> f64 {
    match small_whole(shape) {
        Some(k) => ln(f64::from((1..=k).product::<u32>())),
        None => ln_gamma(shape + 1.0),
    }
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

/// Wilson and Hilferty's cube near the middle, the leading power of x in the lower tail; for small shapes an exponential
/// beyond where that power has grown to 1.
fn first_guess(p: f64, shape: f64, ln_gamma_1p: f64) -> f64 {
    if shape < 1.0 {
        // Roughly the probability up to x = 1.
        let up_to_one = 1.0 - shape * (0.253 + shape * 0.12);
        if p >= up_to_one {
            return 1.0 - ln((1.0 - p) / (1.0 - up_to_one));
        }
    }
    let cube_root = 1.0 - 1.0 / (9.0 * shape) + normal_quantile(p) / (3.0 * sqrt(shape));
    if shape >= 1.0 && cube_root > 0.2 {
        shape * cube_root * cube_root * cube_root
    } else {
        exp((ln(p) + ln_gamma_1p) / shape)
    }
}

/// Lower and upper probability.
fn both_tails(shape: f64, x: f64) -> (f64, f64) {
    if !in_domain(shape) || x.is_nan() || x < 0.0 {
        return (f64::NAN, f64::NAN);
    }
    if x == 0.0 {
        return (0.0, 1.0);
    }
    if x == f64::INFINITY {
        return (1.0, 0.0);
    }
    let (lower, upper, _) = tails_and_density(shape, x, ln_gamma_of_next(shape), FULL);
    (lower, upper)
}

/// Lower and upper probability at a finite x over 0, and the Poisson density of `shape` there.
///
/// # Arguments
/// * `accuracy` - relative size of the last term of a series that is added up.
fn tails_and_density(shape: f64, x: f64, ln_gamma_1p: f64, accuracy: f64) -> (f64, f64, f64) {
    if shape < 1.0 && x < 1.0 {
        return small_shape(shape, x, ln_gamma_1p);
    }
    if let Some(k) = small_whole(shape)
        && (0.5 * shape..WHOLE_SHAPE_X).contains(&x)
    {
        return whole_shape(k, x);
    }
    let density = if shape < PLAIN_SHAPE { exp(shape * ln(x) - x - ln_gamma_1p) } else { poisson_density(shape, x) };
    let (lower, upper) = if shape >= LARGE_SHAPE {
        uniform_expansion(shape, x)
    } else if x < shape + 1.0 + 2.0 * sqrt(shape) {
        // Up to here the upper tail is no less than some hundredths, and loses no digits that matter as a difference.
        let lower = density * lower_series(shape, x, accuracy);
        (lower, 1.0 - lower)
    } else {
        let upper = density * shape * upper_fraction(shape, x, accuracy);
        (1.0 - upper, upper)
    };
    (lower.clamp(0.0, 1.0), upper.clamp(0.0, 1.0), density)
}

/// The same for a small whole shape `k`, whose upper tail is that fewer than `k` Poisson events of mean `x` happen. With x at
/// least half the shape the lower tail is no less than a twentieth, and loses no digits that matter as a difference.
fn whole_shape(k: u32, x: f64) -> (f64, f64, f64) {
    let (mut upper, mut density) = (0.0, exp(-x));
    for events in 1..=k {
        upper += density;
        density *= x / f64::from(events);
    }
    (1.0 - upper, upper, density)
}

/// 1 + x/(a+1) + x^2/((a+1)(a+2)) + ...: the lower tail over the Poisson density.
fn lower_series(shape: f64, x: f64, accuracy: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..=MAX_TERMS {
        term *= x / (shape + f64::from(k));
        sum += term;
        if term <= sum * accuracy {
            break;
        }
    }
    sum
}

/// Legendre's continued fraction for the upper tail, by the method of Lentz.
fn upper_fraction(shape: f64, x: f64, accuracy: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut term = x + 1.0 - shape;
    let mut forward = 1.0 / TINY;
    let mut backward = 1.0 / term;
    let mut product = backward;
    for k in 1..=MAX_TERMS {
        let k = f64::from(k);
        let numerator = k * (shape - k);
        term += 2.0;
        backward = 1.0 / nonzero(numerator * backward + term, TINY);
        forward = nonzero(term + numerator / forward, TINY);
        let factor = forward * backward;
        product *= factor;
        if (factor - 1.0).abs() <= 20.0 * accuracy {
            break;
        }
    }
    product
}

/// `value`, or `tiny` in place of zero.
fn nonzero(value: f64, tiny: f64) -> f64 {
    if value.abs() < tiny { tiny } else { value }
}

/// The same for shape and x below 1, where the upper tail is a small difference from 1: each part of it is kept small.
fn small_shape(shape: f64, x: f64, ln_gamma_1p: f64) -> (f64, f64, f64) {
    let exponent = shape * ln(x) - ln_gamma_1p;
    let power = exp_m1(exponent);
    let (mut term, mut sum) = (1.0, 0.0);
    for k in 1..=40 {
        let k = f64::from(k);
        term *= -x / k;
        sum += term / (shape + k);
        if term.abs() <= 1e-18 {
            break;
        }
    }
    let series = shape * sum;
    let grown = exp(exponent);
    let (lower, upper) = (grown * (1.0 + series), -(power + series + power * series));
    (lower.clamp(0.0, 1.0), upper.clamp(0.0, 1.0), grown * exp(-x))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use statrs::distribution::{ContinuousCDF, Gamma};

    use super::*;

    #[test]
    fn quantile_matches_fifty_digit_values() {
        // (p, shape, quantile): roots of the incomplete gamma function found with 50-digit arithmetic.
        for (p, shape, expected) in [
            (1.0e-10, 0.01, 0.0),
            (0.01, 0.01, 5.660_738_147_061_947e-201),
            (0.5, 0.01, 4.465_535_018_910_355e-31),
            (0.975, 0.01, 0.047_137_958_431_590_334),
            (0.999_999_999, 0.01, 13.481_814_871_596_058),
            (1.0e-10, 0.3, 3.236_440_226_603_551_8e-34),
            (0.01, 0.3, 1.502_222_655_236_038_3e-7),
            (0.5, 0.3, 0.073_131_135_866_951_9),
            (0.975, 0.3, 1.900_263_642_838_825_3),
            (0.999_999_999, 0.3, 17.583_462_446_593_153),
            (1.0e-10, 1.0, 1.000_000_000_05e-10),
            (0.01, 1.0, 0.010_050_335_853_501_442),
            (0.5, 1.0, std::f64::consts::LN_2),
            (0.975, 1.0, 3.688_879_454_113_935_4),
            (0.999_999_999, 1.0, 20.723_265_865_228_342),
            (1.0e-10, 2.5, 0.000_161_677_857_312_484_67),
            (0.01, 2.5, 0.277_149_038_364_138_57),
            (0.5, 2.5, 2.175_730_095_547_763_6),
            (0.975, 2.5, 6.416_250_997_015_013),
            (0.999_999_999, 2.5, 25.346_096_880_759_596),
            (1.0e-10, 40.0, 11.814_506_651_842_262),
            (0.01, 40.0, 26.770_038_645_539_37),
            (0.5, 40.0, 39.667_165_010_689_1),
            (0.975, 40.0, 53.314_283_865_832_856),
            (0.999_999_999, 40.0, 90.240_079_161_205_2),
            (1.0e-10, 900.0, 722.110_950_310_702_2),
            (0.01, 900.0, 831.683_462_780_334_3),
            (0.5, 900.0, 899.666_688_623_444_4),
            (0.975, 900.0, 959.740_265_994_396_7),
            (0.999_999_999, 900.0, 1_091.747_481_728_178_9),
            (1.0e-10, 20_000.0, 19_113.483_957_516_943),
            (0.01, 20_000.0, 19_672.476_078_915_5),
            (0.5, 20_000.0, 19_999.666_667_654_34),
            (0.975, 20_000.0, 20_278.126_698_463_333),
            (0.999_999_999, 20_000.0, 20_859.909_779_760_19),
            (1.0e-10, 1_000_000.0, 993_651.808_730_199_7),
            (0.01, 1_000_000.0, 997_675.122_859_925_3),
            (0.5, 1_000_000.0, 999_999.666_666_686_4),
            (0.975, 1_000_000.0, 1_001_960.910_965_450_3),
            (0.999_999_999, 1_000_000.0, 1_006_009.469_738_052),
        ] {
            let got = gamma_quantile(p, shape);
            assert!((got - expected).abs() <= 2e-13 * expected, "{p}, {shape}: {got} against {expected}");
        }
    }

    #[test]
    fn shape_one_is_the_exponential_distribution() {
        for x in [1e-12, 0.3, 1.0, 1.9, 2.1, 40.0, 700.0] {
            assert!((gamma_q(1.0, x) / exp(-x) - 1.0).abs() < 1e-13, "{x}");
            assert!((gamma_p(1.0, x) / -exp_m1(-x) - 1.0).abs() < 1e-13, "{x}");
        }
    }

    #[test]
    fn the_expansion_for_large_shapes_meets_the_series() {
        // An integer shape n has the Poisson tail; the recurrence P(a + 1, x) = P(a, x) - density links both sides.
        for x in [9_700.0, 9_990.0, 10_000.0, 10_300.0] {
            let shape = LARGE_SHAPE - 0.5;
            let expected = gamma_p(shape, x) - poisson_density(shape, x);
            assert!((gamma_p(shape + 1.0, x) - expected).abs() <= 1e-12 * expected, "{x}");
        }
    }

    #[test]
    fn distribution_agrees_with_an_independent_library() {
        for shape in [0.05, 0.7, 3.0, 55.0, 800.0] {
            let oracle = Gamma::new(shape, 1.0).expect("a gamma distribution");
            for step in 1..100 {
                let p = f64::from(step) / 100.0;
                let x = gamma_quantile(p, shape);
                // The library's incomplete gamma function is good to about 1e-10 here.
                assert!((oracle.cdf(x) - p).abs() < 1e-9, "{p}, {shape}");
            }
        }
    }

    #[test]
    fn ends_and_nonsense_have_values_not_panics() {
        assert_eq!(gamma_quantile(0.0, 2.0), 0.0);
        assert_eq!(gamma_quantile(1.0, 2.0), f64::INFINITY);
        assert_eq!(gamma_quantile(1e-10, 0.01), 0.0);
        assert_eq!((gamma_p(2.0, 0.0), gamma_q(2.0, f64::INFINITY)), (0.0, 0.0));
        for (p, shape) in [(f64::NAN, 1.0), (-0.1, 1.0), (0.5, 0.0), (0.5, f64::INFINITY), (0.5, f64::NAN)] {
            assert!(gamma_quantile(p, shape).is_nan());
        }
        assert!(gamma_p(1.0, -1.0).is_nan());
        for shape in [5e-324, 1e-200, 1e200, f64::MAX] {
            for p in [5e-324, 0.3, 0.999] {
                assert!(gamma_quantile(p, shape) >= 0.0, "{p}, {shape}");
            }
        }
    }

    proptest! {
        #[test]
        fn quantile_undoes_the_distribution(p in 1e-6..0.999_999_f64, log_shape in -2.0..6.0_f64) {
            let shape = crate::math::pow(10.0, log_shape);
            let x = gamma_quantile(p, shape);
            prop_assert!((gamma_p(shape, x) - p).abs() <= 2e-12 * p);
            prop_assert!((gamma_p(shape, x) + gamma_q(shape, x) - 1.0).abs() <= 1e-15);
        }

        #[test]
        fn quantile_rises_with_p(p in 1e-6..0.999_f64, log_shape in -2.0..6.0_f64) {
            let shape = crate::math::pow(10.0, log_shape);
            prop_assert!(gamma_quantile(p, shape) <= gamma_quantile(p + 1e-6, shape));
        }
    }
}
