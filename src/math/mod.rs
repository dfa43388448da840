//! Elementary functions, the same to the bit on every x86-64 processor.
//!
//! The standard library's `exp`, `ln` and friends call the platform's mathematics library, whose last bit depends on
//! the processor. These go through `libm`, plain arithmetic that does not. No other module may call the standard ones
//! (clippy's `disallowed-methods`).

mod exponential;
mod logarithm;
mod pair;
pub mod special;

/// e to the power `x`.
#[inline]
pub fn exp(x: f64) -> f64 {
    exponential::exp(x)
}

/// Natural logarithm.
#[inline]
pub fn ln(x: f64) -> f64 {
    logarithm::ln(x)
}

/// ln(1 + x), exact for small x.
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// e^x - 1, exact for small x.
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// Logarithm to base 10.
pub fn log10(x: f64) -> f64 {
    libm::log10(x)
}

/// `x` to the power `y`.
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// Cosine of an angle in radians.
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// Square root (IEEE 754 fixes its every bit, so the standard one serves).
pub fn sqrt(x: f64) -> f64 {
    x.sqrt()
}
