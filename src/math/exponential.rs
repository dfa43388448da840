//! The exponential function by a table of 2^(j/128) and a short polynomial.
//!
//! The general one of `libm` takes three times as long, and a simulation calls it for every lognormal draw.
//!
//! # Source
//! The scheme is Tang (1989), "Table-driven implementation of the exponential function in IEEE floating-point arithmetic",
//! ACM TOMS 15. The table is computed to twice the precision while compiling.

use std::f64::consts::LN_2;

use super::pair::Pair;

/// Entries of the table; a power of two.
const STEPS: usize = 128;
/// Its logarithm to base 2.
const STEP_BITS: u32 = 7;
/// What ln 2 loses by rounding to a double.
const LN_2_LOW: f64 = 2.319_046_813_846_299_6e-17;
/// Adding it rounds a number below 2^51 to a whole one, which then stands in the lowest bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// Beyond this the result is close to overflow or underflow and left to the library.
const PLAIN_MAX: f64 = 700.0;

/// 2^(j/128) as a double, and what the rounding lost as a share of it.
const TABLE: [(f64, f64); STEPS] = {
    let mut table = [(1.0, 0.0); STEPS];
    let mut step = 1;
    while step < STEPS {
        // Dividing by a power of two is exact.
        let product = Pair::of_product(LN_2 / STEPS as f64, step as f64);
        let y = product.plus(Pair(LN_2_LOW / STEPS as f64 * step as f64, 0.0));
        // The series of e^y from its smallest term up: 1 + y (1 + y/2 (1 + y/3 (...))).
        let mut sum = Pair(1.0, 0.0);
        let mut term = 30;
        while term > 0 {
            sum = Pair(1.0, 0.0).plus(sum.times(y).over(term as f64));
            term -= 1;
        }
        table[step] = (sum.0, sum.1 / sum.0);
        step += 1;
    }
    table
};

/// ln 2 / 128 in 32 bits, so that a whole number of up to 21 bits times it is exact; and the rest of it.
const STEP_HIGH: f64 = f64::from_bits((LN_2 / STEPS as f64).to_bits() & !0x1f_ffff);
const STEP_LOW: f64 = (LN_2 / STEPS as f64 - STEP_HIGH) + LN_2_LOW / STEPS as f64;

/// e to the power `x`, within one unit in the last place.
pub(super) fn exp(x: f64) -> f64 {
    if !(-PLAIN_MAX..PLAIN_MAX).contains(&x) {
        return libm::exp(x);
    }
    let rounded = x * (STEPS as f64 / LN_2) + ROUND;
    let steps = rounded.to_bits();
    let whole = rounded - ROUND;
    let rest = (x - whole * STEP_HIGH) - whole * STEP_LOW;
    let (power, lost) = TABLE[steps as usize % STEPS];
    // The steps beyond the table are powers of two: they go into the exponent.
    let power = f64::from_bits(power.to_bits().wrapping_add((steps >> STEP_BITS) << 52));
    let square = rest * rest;
    let series =
        (rest + lost) + square * (0.5 + rest * (1.0 / 6.0)) + square * square * (1.0 / 24.0 + rest * (1.0 / 120.0));
    power + power * series
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn matches_thirty_digit_values() {
        // (x, e^x), the latter by 30-digit arithmetic.
        for (x, expected) in [
            (-700.0, 9.859_676_543_759_77e-305),
            (-1.0, 0.367_879_441_171_442_33),
            (-1e-9, 0.999_999_999),
            (0.0, 1.0),
            (0.002_707_606_173_999_02, 1.002_711_275_050_139),
            (0.5, 1.648_721_270_700_128_2),
            (1.0, std::f64::consts::E),
            (10.0, 22_026.465_794_806_718),
            (699.0, 3.731_151_215_140_771_6e303),
        ] {
            let got = exp(x);
            assert!((got - expected).abs() <= 3e-16 * expected, "{x}: {got} against {expected}");
        }
    }

    #[test]
    fn ends_and_nonsense_are_the_librarys() {
        assert_eq!((exp(f64::INFINITY), exp(f64::NEG_INFINITY), exp(-800.0)), (f64::INFINITY, 0.0, 0.0));
        assert!(exp(f64::NAN).is_nan() && exp(710.0).is_infinite() && exp(-740.0) > 0.0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn differs_from_the_library_by_one_last_place_at_most(x in -700.0..700.0_f64, scale in 0..40_i32) {
            let x = x / libm::scalbn(1.0, scale);
            let (got, expected) = (exp(x), libm::exp(x));
            prop_assert!(got.to_bits().abs_diff(expected.to_bits()) <= 1, "{x}: {got} against {expected}");
        }
    }
}
