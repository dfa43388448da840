//! Student's t distribution, by the incomplete beta function.

use super::beta::{both_tails, quantile_odds};
use super::normal::{normal_cdf, normal_quantile};
use crate::math::{ln_1p, sqrt};

/// From here on the expansions about the normal distribution are exact to the last place.
const LARGE_DF: f64 = 1e6;

/// Probability that a Student t value with `df` degrees of freedom is at most `t`.
///
/// # Arguments
/// * `t` - any number; NaN gives NaN.
/// * `df` - degrees of freedom, above 0 (infinity is the normal distribution), otherwise NaN.
///
/// # Returns
/// A probability; relative error about 1e-13 in both tails.
///
/// # Source
/// Beyond 1e6 degrees of freedom: the leading terms of Hill (1970), Algorithm 395.
///
/// # Examples
/// ```
/// // One degree of freedom is the Cauchy distribution.
/// assert!((rearguard::math::special::t_cdf(1.0, 1.0) - 0.75).abs() < 1e-15);
/// ```
pub fn t_cdf(t: f64, df: f64) -> f64 {
    if t.is_nan() || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if t.is_infinite() || df.is_infinite() {
        return normal_cdf(t);
    }
    if df >= LARGE_DF {
        let ratio = t / sqrt(df);
        let y = (df - 0.5) * ln_1p(ratio * ratio);
        let z = sqrt(y) * (1.0 + (y + 3.0) / (df - 0.5) / (df - 0.5) / 48.0);
        return normal_cdf(if t < 0.0 { -z } else { z });
    }
    // The two tails together: Beta(df/2, 1/2) below df / (df + t^2), by whichever ratio cannot overflow.
    let ratio = t / sqrt(df);
    let (x, y) = if ratio.abs() < 1.0 {
        let square = ratio * ratio;
        (1.0 / (1.0 + square), square / (1.0 + square))
    } else {
        let square = (1.0 / ratio) * (1.0 / ratio);
        (square / (1.0 + square), 1.0 / (1.0 + square))
    };
    let (tails, centre) = both_tails(0.5 * df, 0.5, x, y);
    if t < 0.0 { 0.5 * tails } else { 0.5 + 0.5 * centre }
}

/// Value below which a Student t value with `df` degrees of freedom falls with probability `p`.
///
/// # Arguments
/// * `p` - probability; 0 and 1 give the infinite ends, outside 0 to 1 gives NaN.
/// * `df` - degrees of freedom, above 0 (infinity is the normal distribution), otherwise NaN.
///
/// # Returns
/// The quantile, relative error about 1e-13 for 0.1 degrees of freedom and more.
///
/// # Source
/// Beyond 1e6 degrees of freedom: the Cornish-Fisher expansion, Abramowitz and Stegun 26.7.5.
///
/// # Examples
/// ```
/// let t = rearguard::math::special::t_quantile(0.975, 9.0);
/// assert!((t - 2.262_157_162_798).abs() < 1e-11);
/// ```
pub fn t_quantile(p: f64, df: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 || df.is_infinite() {
        return normal_quantile(p);
    }
    if df >= LARGE_DF {
        let z = normal_quantile(p);
        let square = z * z;
        let first = (square + 1.0) / 4.0;
        let second = ((5.0 * square + 16.0) * square + 3.0) / 96.0;
        let third = (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0;
        return z + z * (first + (second + third / df) / df) / df;
    }
    let tails = 2.0 * p.min(1.0 - p);
    let centre = 2.0 * (p - 0.5).abs();
    // x = df / (df + t^2), so its odds are df / t^2.
    let size = sqrt(df) / sqrt(quantile_odds(tails, centre, 0.5 * df, 0.5));
    if p < 0.5 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, StudentsT};

    use super::*;

    #[test]
    fn quantile_matches_forty_digit_values() {
        // (p, degrees of freedom, quantile), found with 40-digit arithmetic.
        for (p, df, expected) in [
            (1.0e-8, 0.5, -1_028_491_156_316_340.0),
            (0.025, 0.5, -164.557_673_480_488_52),
            (0.49, 0.5, -0.037_107_003_545_293_42),
            (0.995, 0.5, 4_113.964_588_804_174),
            (1.0e-8, 1.0, -31_830_988.618_379_056),
            (0.025, 1.0, -12.706_204_736_174_705),
            (0.49, 1.0, -0.031_426_266_043_351_18),
            (0.995, 1.0, 63.656_741_162_871_526),
            (1.0e-8, 3.0, -479.525_069_579_738_3),
            (0.025, 3.0, -3.182_446_305_283_709_5),
            (0.49, 3.0, -0.027_211_467_049_118_022),
            (0.995, 3.0, 5.840_909_309_733_355),
            (1.0e-8, 9.0, -18.283_967_455_910_624),
            (0.025, 9.0, -2.262_157_162_798_205_3),
            (0.49, 9.0, -0.025_774_047_507_690_512),
            (0.995, 9.0, 3.249_835_541_592_126),
            (1.0e-8, 41.0, -6.940_425_711_078_522),
            (0.025, 41.0, -2.019_540_970_441_376),
            (0.49, 41.0, -0.025_222_316_837_537_232),
            (0.995, 41.0, 2.701_181_303_578_522),
            (1.0e-8, 999.0, -5.657_958_618_261_992_5),
            (0.025, 999.0, -1.962_341_461_133_45),
            (0.49, 999.0, -0.025_075_186_488_481_067),
            (0.995, 999.0, 2.580_759_637_267_636_5),
            (1.0e-8, 250_000.0, -5.612_183_608_787_574),
            (0.025, 250_000.0, -1.959_973_473_670_135_5),
            (0.49, 250_000.0, -0.025_068_933_343_386_453),
            (0.995, 250_000.0, 2.575_848_969_880_652),
            (1.0e-8, 4_000_000.0, -5.612_012_641_663_494),
            (0.025, 4_000_000.0, -1.959_964_577_608_038),
            (0.49, 4_000_000.0, -0.025_068_909_826_502_533),
            (0.995, 4_000_000.0, 2.575_830_532_686_352),
        ] {
            let got = t_quantile(p, df);
            assert!((got / expected - 1.0).abs() <= 2e-13, "{p}, {df}: {got} against {expected}");
            let tail = if expected < 0.0 { t_cdf(got, df) } else { t_cdf(-got, df) };
            assert!((tail / p.min(1.0 - p) - 1.0).abs() <= 1e-12, "{p}, {df}");
        }
    }

    #[test]
    fn the_expansion_for_many_degrees_of_freedom_meets_the_beta_function() {
        for p in [1e-9, 0.025, 0.3, 0.8, 0.999_999] {
            let (below, above) = (t_quantile(p, LARGE_DF - 1.0), t_quantile(p, LARGE_DF));
            // The first correction, (z^3 + z) / (4 df), moves by 1e-12 of itself.
            assert!((below / above - 1.0).abs() < 5e-11, "{p}");
            assert!((t_cdf(above, LARGE_DF) / p - 1.0).abs() < 1e-12, "{p}");
        }
    }

    #[test]
    fn distribution_agrees_with_an_independent_library() {
        for df in [1.0, 2.0, 4.5, 30.0, 999.0] {
            let oracle = StudentsT::new(0.0, 1.0, df).expect("a t distribution");
            for step in 1..100 {
                let p = f64::from(step) / 100.0;
                assert!((oracle.cdf(t_quantile(p, df)) - p).abs() < 1e-9, "{p}, {df}");
            }
        }
    }

    #[test]
    fn it_is_odd_about_the_median_and_rises() {
        for df in [0.3, 2.0, 17.0, 5e5, 5e6] {
            let mut before = f64::NEG_INFINITY;
            for step in 1..512 {
                let p = f64::from(step) / 512.0;
                let t = t_quantile(p, df);
                assert!(t > before, "{p}, {df}");
                assert_eq!(t, -t_quantile(1.0 - p, df));
                before = t;
            }
            assert_eq!(t_quantile(0.5, df), 0.0);
        }
    }

    #[test]
    fn ends_and_nonsense_have_values_not_panics() {
        assert_eq!(t_quantile(0.0, 5.0), f64::NEG_INFINITY);
        assert_eq!(t_quantile(1.0, 5.0), f64::INFINITY);
        assert_eq!(t_quantile(0.975, f64::INFINITY), normal_quantile(0.975));
        assert_eq!((t_cdf(f64::NEG_INFINITY, 3.0), t_cdf(f64::INFINITY, 3.0)), (0.0, 1.0));
        assert_eq!(t_cdf(0.0, 3.0), 0.5);
        for (p, df) in [(f64::NAN, 3.0), (1.5, 3.0), (0.5, 0.0), (0.5, -1.0), (0.5, f64::NAN)] {
            assert!(t_quantile(p, df).is_nan());
        }
        for df in [1e-300, 1e-3, 1e300] {
            assert!(t_quantile(0.9, df) > 0.0);
            assert!((0.5..=1.0).contains(&t_cdf(1e200, df)));
        }
    }
}
