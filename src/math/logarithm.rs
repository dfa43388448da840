//! The natural logarithm by a table of the logarithms of 128 numbers around 1 and a short polynomial.
//!
//! The general one of `libm` takes twice as long, most of it waiting for a division, and a simulation calls it for every
//! exponential draw.
//!
//! # Source
//! The scheme is Tang (1990), "Table-driven implementation of the logarithm function in IEEE floating-point arithmetic",
//! ACM TOMS 16. The table is computed to twice the precision while compiling.

use std::f64::consts::LN_2;

use super::pair::Pair;

/// Entries of the table; a power of two.
const STEPS: usize = 128;
/// Its logarithm to base 2.
const STEP_BITS: u32 = 7;
/// Bits of a double's fraction.
const FRACTION_BITS: u32 = 52;
/// A number is taken apart into a power of two and a factor from here (11/16) to twice that, so that what is near 1 has no
/// power of two.
const LEAST: u64 = 0x3fe6_0000_0000_0000;
/// Inverses of the table are whole multiples of 1 over this: with 43 bits of the factor, their product is exact.
const GRID: f64 = 512.0;
/// Clears the bits of the factor beyond those 43.
const HEAD: u64 = !0x3ff;
/// What ln 2 loses by rounding to a double.
const LN_2_LOW: f64 = 2.319_046_813_846_299_6e-17;
/// Parts of a logarithm that are multiples of 1 over this add without rounding.
const EXACT: f64 = 4_398_046_511_104.0;

/// A number whose product with every factor of its step is close to 1, and minus its logarithm in two parts.
#[derive(Clone, Copy)]
struct Step {
    inverse: f64,
    high: f64,
    low: f64,
}

/// A number split into a multiple of 1 / [`EXACT`] and the rest.
const fn split(number: Pair) -> (f64, f64) {
    // Below 2^51 adding and taking away this constant rounds to a whole number.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let high = ((number.0 * EXACT + ROUND) - ROUND) / EXACT;
    (high, (number.0 - high) + number.1)
}

const TABLE: [Step; STEPS] = {
    let mut table = [Step { inverse: 1.0, high: 0.0, low: 0.0 }; STEPS];
    let mut step = 0;
    while step < STEPS {
        // The step's first factor and the next one's.
        let bits = LEAST + ((step as u64) << (FRACTION_BITS - STEP_BITS));
        let first = f64::from_bits(bits);
        let next = f64::from_bits(bits + (1 << (FRACTION_BITS - STEP_BITS)));
        // Both steps that touch 1 keep the inverse 1, so that logarithms near 0 are those of the polynomial alone.
        if next != 1.0 && first != 1.0 {
            let inverse = ((GRID * 2.0 / (first + next) + 0.5) as u64) as f64 / GRID;
            // -ln a = 2 artanh((1 - a) / (1 + a)); sums and differences of multiples of 1/512 are exact.
            let ratio = Pair(1.0 - inverse, 0.0).over(1.0 + inverse);
            let square = ratio.times(ratio);
            // The series 1 + s/3 + s^2/5 + ... from its smallest term up.
            let mut sum = Pair(0.0, 0.0);
            let mut term = 26;
            while term > 0 {
                sum = Pair(1.0, 0.0).over((2 * term - 1) as f64).plus(sum.times(square));
                term -= 1;
            }
            let logarithm = ratio.times(sum);
            let (high, low) = split(Pair(2.0 * logarithm.0, 2.0 * logarithm.1));
            table[step] = Step { inverse, high, low };
        }
        step += 1;
    }
    table
};

/// ln 2 as a multiple of 1 / [`EXACT`], and the rest.
const LN_2_SPLIT: (f64, f64) = split(Pair(LN_2, LN_2_LOW));

/// The natural logarithm of `x`, within one unit in the last place.
#[inline]
pub(super) fn ln(x: f64) -> f64 {
    if !(f64::MIN_POSITIVE..=f64::MAX).contains(&x) {
        return libm::log(x);
    }
    let above = x.to_bits().wrapping_sub(LEAST);
    let power = ((above as i64) >> FRACTION_BITS) as f64;
    let factor = x.to_bits().wrapping_sub(above & (0xfff << FRACTION_BITS));
    let Step { inverse, high, low } = TABLE[(above >> (FRACTION_BITS - STEP_BITS)) as usize % STEPS];
    let head = f64::from_bits(factor & HEAD);
    let tail = f64::from_bits(factor) - head;
    let rest = (head * inverse - 1.0) + tail * inverse;
    let whole = power * LN_2_SPLIT.0 + high;
    let sum = whole + rest;
    let lost = (whole - sum) + rest + (power * LN_2_SPLIT.1 + low);
    let square = rest * rest;
    // ln(1 + r) - r = -r^2/2 + r^3/3 - ...
    let near = -0.5 + rest * (1.0 / 3.0);
    let far = (-0.25 + rest * 0.2) + square * ((-1.0 / 6.0 + rest * (1.0 / 7.0)) - square * 0.125);
    sum + (lost + square * (near + square * far))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn places_apart(a: f64, b: f64) -> u64 {
        a.to_bits().abs_diff(b.to_bits())
    }

    #[test]
    fn matches_thirty_digit_values() {
        // (x, ln x), the latter by 30-digit arithmetic.
        for (x, expected) in [
            (f64::MIN_POSITIVE, -708.396_418_532_264_1),
            (1e-9, -20.723_265_836_946_41),
            (0.5, -std::f64::consts::LN_2),
            (1.0 - 1.0 / 1_073_741_824.0, -9.313_225_750_491_594e-10),
            (1.007_812_5, 0.007_782_140_442_054_949),
            (1.25, 0.223_143_551_314_209_76),
            (2.0, std::f64::consts::LN_2),
            (10.0, std::f64::consts::LN_10),
            (f64::MAX, 709.782_712_893_384),
        ] {
            let got = ln(x);
            assert!((got - expected).abs() <= 3e-16 * expected.abs(), "{x}: {got} against {expected}");
        }
        assert_eq!(ln(1.0), 0.0);
    }

    #[test]
    fn ends_and_nonsense_are_the_librarys() {
        assert_eq!((ln(0.0), ln(f64::INFINITY)), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(ln(-1.0).is_nan() && ln(f64::NAN).is_nan());
        assert_eq!(ln(5e-324), libm::log(5e-324));
    }

    #[test]
    fn both_sides_of_every_step_agree_with_the_library() {
        for step in 0..STEPS as u64 {
            let bits = LEAST + (step << (FRACTION_BITS - STEP_BITS));
            for x in [bits - 1, bits, bits + 1].map(f64::from_bits) {
                let (got, expected) = (ln(x), libm::log(x));
                assert!(places_apart(got, expected) <= 1, "{x}: {got} against {expected}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn differs_from_the_library_by_one_last_place_at_most(fraction in 1.0..2.0_f64, power in -1021..1023_i32) {
            let x = libm::scalbn(fraction, power);
            let (got, expected) = (ln(x), libm::log(x));
            prop_assert!(places_apart(got, expected) <= 1, "{x}: {got} against {expected}");
        }

        #[test]
        fn differs_by_one_last_place_near_one(away in -0.4..0.4_f64, scale in 0..50_i32) {
            let x = 1.0 + libm::scalbn(away, -scale);
            let (got, expected) = (ln(x), libm::log(x));
            prop_assert!(places_apart(got, expected) <= 1, "{x}: {got} against {expected}");
        }

        #[test]
        fn undoes_the_exponential(x in -700.0..700.0_f64) {
            prop_assert!((ln(super::super::exp(x)) - x).abs() <= 4e-16 * x.abs().max(1.0));
        }
    }
}
