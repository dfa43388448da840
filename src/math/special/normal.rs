//! The standard normal distribution.

use std::f64::consts::FRAC_1_SQRT_2;

use crate::math::{exp, ln, sqrt};

/// The part of 1/sqrt(2) that [`FRAC_1_SQRT_2`] rounds away.
const FRAC_1_SQRT_2_LOW: f64 = -4.833_646_656_726_457e-17;

/// Two over the square root of pi: minus the slope of the complementary error function at zero.
const TWO_OVER_SQRT_PI: f64 = std::f64::consts::FRAC_2_SQRT_PI;

/// Probability that a standard normal value is at most `x`.
///
/// # Arguments
/// * `x` - any number; infinite ends give 0 and 1, NaN gives NaN.
///
/// # Returns
/// A probability with a relative error of a few units in the last place, in the far lower tail too.
///
/// # Examples
/// ```
/// assert_eq!(rearguard::math::special::normal_cdf(0.0), 0.5);
/// ```
pub fn normal_cdf(x: f64) -> f64 {
    let scaled = -x * FRAC_1_SQRT_2;
    let plain = 0.5 * libm::erfc(scaled);
    if !(-39.0..-0.5).contains(&x) {
        return plain;
    }
    // The rounding of x / sqrt(2) grows by x^2 in the tail: take it back to first order.
    let lost = (-x).mul_add(FRAC_1_SQRT_2, -scaled) - x * FRAC_1_SQRT_2_LOW;
    plain - 0.5 * TWO_OVER_SQRT_PI * exp(-scaled * scaled) * lost
}

/// Value below which a standard normal value falls with probability `p`.
///
/// # Arguments
/// * `p` - probability; 0 and 1 give the infinite ends, anything outside 0 to 1 gives NaN.
///
/// # Returns
/// The quantile, to about one part in 10^16.
///
/// # Source
/// Wichura (1988), Algorithm `AS 241`, routine `PPND16`, Applied Statistics 37, 477-484. The coefficients are checked
/// against the sums the paper prints.
///
/// # Examples
/// ```
/// let z = rearguard::math::special::normal_quantile(0.975);
/// assert!((z - 1.959_963_984_540_054).abs() < 1e-15);
/// ```
pub fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p < 0.5 { quantile(p - 0.5, p) } else { quantile(p - 0.5, 1.0 - p) }
}

/// The same for a probability of a half and `above` (-0.5 to 0.5), exact where that is small.
pub(super) fn normal_quantile_off_centre(above: f64) -> f64 {
    quantile(above, 0.5 - above.abs())
}

/// The quantile at a probability of a half and `centred`, which is `tail` from the nearer end.
fn quantile(centred: f64, tail: f64) -> f64 {
    if centred.abs() <= 0.425 {
        let r = 0.180_625 - centred * centred;
        return centred * ratio(&CENTRE, r);
    }
    if tail == 0.0 {
        return if centred < 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let r = sqrt(-ln(tail));
    let size = if r <= 5.0 { ratio(&MIDDLE, r - 1.6) } else { ratio(&FAR, r - 5.0) };
    if centred < 0.0 { -size } else { size }
}

/// Value at `x` of one polynomial over another, the constants first.
fn ratio((above, below): &([f64; 8], [f64; 8]), x: f64) -> f64 {
    // Pairs, then pairs of pairs: a processor does them side by side, where one after the other takes twice as long.
    let (x_2, x_4) = (x * x, x * x * (x * x));
    let value = |c: &[f64; 8]| {
        let (low, high) = ((c[0] + c[1] * x) + (c[2] + c[3] * x) * x_2, (c[4] + c[5] * x) + (c[6] + c[7] * x) * x_2);
        low + high * x_4
    };
    value(above) / value(below)
}

/// Value at `x` of the polynomial with these coefficients, the constant first.
pub(super) fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

/// Numerator and denominator, constant first, for |p - 1/2| up to 0.425.
const CENTRE: ([f64; 8], [f64; 8]) = (
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_854,
    ],
);

/// The same for tails down to exp(-25).
const MIDDLE: ([f64; 8], [f64; 8]) = (
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        0.000_774_545_014_278_341_4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        0.000_547_593_808_499_534_5,
        1.050_750_071_644_416_9e-9,
    ],
);

/// The same for tails beyond that.
const FAR: ([f64; 8], [f64; 8]) = (
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        0.000_786_869_131_145_613_3,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_7e-15,
    ],
);

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, Normal};

    use super::*;

    /// Sum of the leading digits of the coefficients, each scaled to between 1 and 10.
    fn mantissa_sum(pair: &([f64; 8], [f64; 8])) -> f64 {
        let scaled = |value: f64| {
            let mut value = value.abs();
            while value >= 10.0 {
                value /= 10.0;
            }
            while value < 1.0 {
                value *= 10.0;
            }
            value
        };
        pair.0.iter().chain(&pair.1[1..]).map(|&value| scaled(value)).sum()
    }

    #[test]
    fn coefficients_add_up_to_the_sums_printed_in_the_paper() {
        // Wichura (1988): hash sums AB, CD, EF. 1e-12 allows for rescaling in double precision.
        assert!((mantissa_sum(&CENTRE) - 55.883_192_880_614_9).abs() < 1e-12);
        assert!((mantissa_sum(&MIDDLE) - 49.332_065_033_016_1).abs() < 1e-12);
        assert!((mantissa_sum(&FAR) - 47.525_833_175_492_9).abs() < 1e-12);
    }

    #[test]
    fn quantile_matches_fifty_digit_values() {
        // Roots of the error function found with 50-digit arithmetic.
        for (p, expected) in [
            (1e-300, -37.047_096_299_361_2),
            (1e-20, -9.262_340_089_798_407),
            (1e-8, -5.612_001_244_174_789),
            (0.01, -2.326_347_874_040_841),
            (0.3, -0.524_400_512_708_040_8),
            (0.975, 1.959_963_984_540_053_8),
            (0.999_9, 3.719_016_485_455_708_4),
        ] {
            let got = normal_quantile(p);
            assert!((got - expected).abs() <= 4e-16 * expected.abs(), "{p}: {got} against {expected}");
        }
    }

    #[test]
    fn distribution_keeps_its_digits_in_the_tail() {
        for (x, expected) in [
            (-37.0, 5.725_571_222_524_577e-300),
            (-10.3, 3.523_065_078_926_412_4e-25),
            (-1.7, 0.044_565_462_758_543_04),
            (2.1, 0.982_135_579_437_183_4),
        ] {
            let got = normal_cdf(x);
            assert!((got - expected).abs() <= 2e-15 * expected, "{x}: {got} against {expected}");
        }
    }

    #[test]
    fn quantile_undoes_the_distribution_and_rises_with_p() {
        let mut before = f64::NEG_INFINITY;
        for step in 1..10_000 {
            let p = f64::from(step) / 10_000.0;
            let z = normal_quantile(p);
            assert!(z > before);
            assert!((normal_cdf(z) - p).abs() <= 4e-16, "{p}");
            before = z;
        }
    }

    #[test]
    fn quantile_agrees_with_an_independent_library() {
        let oracle = Normal::new(0.0, 1.0).expect("a unit normal");
        for step in 1..1000 {
            let p = f64::from(step) / 1000.0;
            // The library's own inverse is good to about 1e-11.
            assert!((normal_quantile(p) - oracle.inverse_cdf(p)).abs() < 1e-9, "{p}");
            let x = f64::from(step - 500) / 60.0;
            assert!((normal_cdf(x) - oracle.cdf(x)).abs() < 1e-10, "{x}");
        }
    }

    #[test]
    fn ends_and_nonsense_have_values_not_panics() {
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(normal_quantile(1.0), f64::INFINITY);
        assert!(normal_quantile(5e-324) < -38.0);
        for p in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert!(normal_quantile(p).is_nan());
        }
        assert_eq!(normal_cdf(f64::NEG_INFINITY), 0.0);
        assert_eq!(normal_cdf(f64::INFINITY), 1.0);
        assert!(normal_cdf(f64::NAN).is_nan());
    }
}
