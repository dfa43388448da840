//! Quantiles and cumulative probabilities in closed form, shared by process draws and laws.

use crate::math::{exp, exp_m1, ln, pow, sqrt};

/// Quantile of the exponential of mean 1 at `u` in [0, 1].
#[inline]
pub(super) fn standard_exponential(u: f64) -> f64 {
    // On the grid of `Stream::uniform` 1 - u is exact, so `ln` serves where `ln_1p` would cost twice as much.
    -ln(1.0 - u)
}

/// Quantile of the triangular at `u` in [0, 1]; `low <= mode <= high`.
#[inline]
pub(super) fn triangular(u: f64, low: f64, mode: f64, high: f64) -> f64 {
    let width = high - low;
    let rise = mode - low;
    // Written without division: three equal corners give their common value.
    if u * width <= rise { low + sqrt(u * width * rise) } else { high - sqrt((1.0 - u) * width * (high - mode)) }
}

/// Cumulative probability of the triangular at `x`; `low <= mode <= high`, `low < high`.
pub(super) fn triangular_cdf(x: f64, low: f64, mode: f64, high: f64) -> f64 {
    let width = high - low;
    if x <= low {
        0.0
    } else if x >= high {
        1.0
    } else if x <= mode {
        (x - low) * (x - low) / (width * (mode - low))
    } else {
        1.0 - (high - x) * (high - x) / (width * (high - mode))
    }
}

/// Quantile of the Weibull of this shape and scale at `u` in [0, 1].
#[inline]
pub(super) fn weibull(u: f64, shape: f64, scale: f64) -> f64 {
    let exponential = standard_exponential(u);
    scale * if shape == 1.0 { exponential } else { exp(ln(exponential) / shape) }
}

/// Cumulative probability of the Weibull at `x`.
pub(super) fn weibull_cdf(x: f64, shape: f64, scale: f64) -> f64 {
    if x <= 0.0 { 0.0 } else { -exp_m1(-pow(x / scale, shape)) }
}

/// The scale at which a Weibull of this shape has this mean.
pub(super) fn weibull_scale(shape: f64, mean: f64) -> f64 {
    mean / libm::tgamma(1.0 + 1.0 / shape)
}

/// ln(x / (1 - x)); infinite at 0 and 1.
pub(super) fn logit(x: f64) -> f64 {
    ln(x / (1.0 - x))
}

/// The inverse of [`logit`].
pub(super) fn expit(x: f64) -> f64 {
    // Each branch takes e to a power that cannot overflow.
    if x >= 0.0 { 1.0 / (1.0 + exp(-x)) } else { exp(x) / (1.0 + exp(x)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odds_beyond_the_range_of_numbers_are_certain() {
        assert_eq!((expit(1e4), expit(-1e4), expit(0.0)), (1.0, 0.0, 0.5));
        for x in [-700.0, -30.0, -0.5, 2.0, 20.0] {
            // Under 1 by some e^-20, the logarithm of the odds keeps 7 digits of 16.
            assert!((logit(expit(x)) - x).abs() < 1e-6, "{x}");
        }
    }

    #[test]
    fn a_triangle_has_its_mode_where_its_sides_meet() {
        // 1/4 of the width from the left: both sides end there, and the areas are to each other as their bases.
        assert_eq!((triangular(0.25, 1.0, 2.0, 5.0), triangular_cdf(2.0, 1.0, 2.0, 5.0)), (2.0, 0.25));
        assert_eq!([0.5, 1.0, 5.0, 6.0].map(|x| triangular_cdf(x, 1.0, 2.0, 5.0)), [0.0, 0.0, 1.0, 1.0]);
        assert_eq!((triangular_cdf(1.5, 1.0, 2.0, 5.0), triangular_cdf(3.5, 1.0, 2.0, 5.0)), (0.0625, 0.8125));
        assert_eq!(weibull_cdf(0.0, 0.7, 2.0), 0.0);
    }
}
