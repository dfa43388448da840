//! Densities written so that large parameters cost no digits.
//!
//! x^a e^-x / Gamma(a + 1) is a small difference of large logarithms. Loader's saddle-point form replaces it by two
//! small terms, the Stirling error and the deviance, each accurate by itself.
//!
//! # Source
//! The form is Loader (2000), "Fast and accurate computation of binomial probabilities"; the series below are derived
//! from the Stirling series and from the Taylor series of the logarithm.

use std::f64::consts::TAU;

use super::ln_gamma;
use crate::math::{exp, ln, ln_1p, pow, sqrt};

/// Half the logarithm of two pi.
const HALF_LN_TAU: f64 = 0.918_938_533_204_672_8;

/// Terms of the Stirling series, `B_2k / (2k (2k - 1))`, k from 1.
const STIRLING: [f64; 8] = [
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1260.0,
    -1.0 / 1680.0,
    1.0 / 1188.0,
    -691.0 / 360_360.0,
    1.0 / 156.0,
    -3617.0 / 122_400.0,
];

/// ln(1 + v) - v for v > -1, without cancellation near zero.
pub(super) fn ln_1p_minus(v: f64) -> f64 {
    if v.abs() > 0.5 {
        return ln_1p(v) - v;
    }
    // ln(1 + v) = 2 (r + r^3/3 + r^5/5 + ...) with r = v / (2 + v), and 2 r - v = -r v.
    let r = v / (2.0 + v);
    let square = r * r;
    let mut series = 0.0;
    // r^2 is at most 1/9 here, so 18 terms reach 2^-53.
    for k in (0..18).rev() {
        series = series * square + 1.0 / f64::from(2 * k + 3);
    }
    r * (2.0 * square * series - v)
}

/// ln Gamma(a + 1) less Stirling's (a + 1/2) ln a - a + ln(2 pi) / 2, for a > 0.
pub(super) fn stirling_error(a: f64) -> f64 {
    if a < 8.0 {
        return ln_gamma(a + 1.0) - (a + 0.5) * ln(a) + a - HALF_LN_TAU;
    }
    let inverse = 1.0 / a;
    inverse * super::normal::polynomial(&STIRLING, inverse * inverse)
}

/// a ln(a / m) + m - a: how far the expectation `m` is from `a`, given `gap` = m - a computed without cancellation.
fn deviance(a: f64, m: f64, gap: f64) -> f64 {
    let v = gap / a;
    if v.abs() <= 0.5 { -a * ln_1p_minus(v) } else { a * (v - ln(m / a)) }
}

/// x^a e^-x / Gamma(a + 1): the Poisson probability of `a` with mean `x`, for any real a > 0 and x > 0.
pub(super) fn poisson_density(a: f64, x: f64) -> f64 {
    if a < 8.0 {
        // Two halves, so that e^-x does not vanish before x^a has made up for it.
        let half = exp(-0.5 * x);
        return pow(x, a) * half / libm::tgamma(a + 1.0) * half;
    }
    exp(-stirling_error(a) - deviance(a, x, x - a)) / sqrt(TAU * a)
}

/// x^a y^b / Beta(a, b) with y = 1 - x, for a, b, x, y > 0.
pub(super) fn beta_kernel(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let total = a + b;
    // a - total x, as a difference of terms no larger than a b / total near the mode.
    let gap = a * y - b * x;
    let error = stirling_error(total) - stirling_error(a) - stirling_error(b);
    let exponent = error - deviance(a, total * x, -gap) - deviance(b, total * y, gap);
    sqrt(a / TAU * (b / total)) * exp(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithm_less_its_argument_is_accurate_near_zero() {
        // -v^2/2 + v^3/3 - v^4/4: the next term is below 1e-22 of the first.
        let v: f64 = 1e-7;
        let expected = -v * v / 2.0 + v * v * v / 3.0;
        assert!((ln_1p_minus(v) / expected - 1.0).abs() < 1e-14);
        for v in [-0.5, -0.3, 0.2, 0.5] {
            assert!((ln_1p_minus(v) - (ln_1p(v) - v)).abs() < 1e-15);
        }
    }

    #[test]
    fn the_two_branches_of_the_stirling_error_meet() {
        let direct = |a: f64| ln_gamma(a + 1.0) - (a + 0.5) * ln(a) + a - HALF_LN_TAU;
        for a in [8.0, 9.5, 12.0] {
            // The direct form loses the digits of ln Gamma, here below 30.
            assert!((stirling_error(a) - direct(a)).abs() < 2e-14, "{a}");
        }
    }

    #[test]
    fn densities_equal_exact_small_cases() {
        // Poisson: 3^2 e^-3 / 2. Beta(2, 3): x^2 y^3 * 12.
        assert!((poisson_density(2.0, 3.0) - 4.5 * exp(-3.0)).abs() < 1e-16);
        assert!((beta_kernel(2.0, 3.0, 0.25, 0.75) - 12.0 * 0.0625 * 0.421_875).abs() < 1e-15);
    }
}
