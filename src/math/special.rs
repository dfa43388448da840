//! Special functions: the distributions that intervals and inverse-transform draws rest on.
//!
//! Every function is total: an argument outside the domain gives NaN, every loop has a limit, and nothing panics. All
//! of it is plain arithmetic over `libm`, so a value is the same to the bit on every processor. Quantiles rise with
//! the probability; only where two probabilities are neighbouring doubles can rounding turn them, by less than one part
//! in 10^13.
//!
//! A tail is computed where it is small and never as one minus its complement, so that far tails keep their digits.

mod beta;
mod binomial;
mod density;
mod gamma;
mod gamma_large;
mod normal;
mod student;

pub use beta::{beta_cdf, beta_quantile, beta_upper};
pub use binomial::{binomial_cdf, binomial_upper};
pub use gamma::{gamma_p, gamma_q, gamma_quantile};
pub use normal::{normal_cdf, normal_quantile};
pub use student::{t_cdf, t_quantile};

/// Natural logarithm of the gamma function at `x` > 0; NaN elsewhere.
///
/// # Examples
/// ```
/// assert!((rearguard::math::special::ln_gamma(5.0) - 24.0_f64.ln()).abs() < 1e-14);
/// ```
pub fn ln_gamma(x: f64) -> f64 {
    if x > 0.0 { libm::lgamma(x) } else { f64::NAN }
}
