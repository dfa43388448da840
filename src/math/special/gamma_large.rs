//! The incomplete gamma functions for large shapes.

use std::f64::consts::TAU;

use super::density::ln_1p_minus;
use super::normal::polynomial;
use crate::math::{exp, sqrt};

/// From this shape on the expansion serves: its first neglected term is below 1e-17.
pub(super) const LARGE_SHAPE: f64 = 1e4;

/// Lower and upper probability by Temme's expansion, uniform in x / shape.
///
/// # Source
/// Temme (1979); DLMF 8.12. The coefficients are the exact Taylor series in eta, computed in rational arithmetic from
/// the recurrence of DLMF 8.12.
pub(super) fn uniform_expansion(shape: f64, x: f64) -> (f64, f64) {
    let excess = (x - shape) / shape;
    let half_square = -ln_1p_minus(excess);
    // Beyond this both the tail and its correction are below the smallest double.
    if half_square * shape > 800.0 || excess <= -1.0 {
        return if excess < 0.0 { (0.0, 1.0) } else { (1.0, 0.0) };
    }
    let size = sqrt(2.0 * half_square);
    let eta = if excess < 0.0 { -size } else { size };
    let inverse = 1.0 / shape;
    let sum = polynomial(&ORDER_0, eta) + inverse * (polynomial(&ORDER_1, eta) + inverse * polynomial(&ORDER_2, eta));
    let rest = exp(-shape * half_square) / sqrt(TAU * shape) * sum;
    let scaled = sqrt(shape * half_square);
    let (near, far) = (0.5 * libm::erfc(-scaled), 0.5 * libm::erfc(scaled));
    let (lower, upper) = if eta < 0.0 { (far - rest, near + rest) } else { (near - rest, far + rest) };
    (lower.clamp(0.0, 1.0), upper.clamp(0.0, 1.0))
}

/// Coefficients in eta of the leading correction.
const ORDER_0: [f64; 16] = [
    -0.333_333_333_333_333_3,
    0.083_333_333_333_333_33,
    -0.014_814_814_814_814_815,
    0.001_157_407_407_407_407_3,
    0.000_352_733_686_067_019_4,
    -0.000_178_755_144_032_921_8,
    3.919_263_178_522_438e-5,
    -2.185_448_510_679_992e-6,
    -1.854_062_210_715_16e-6,
    8.296_711_340_953_087e-7,
    -1.766_595_273_682_607_8e-7,
    6.707_853_543_401_498e-9,
    1.026_180_978_424_030_9e-8,
    -4.382_036_018_453_353e-9,
    9.147_699_582_236_79e-10,
    -2.551_419_399_494_624_8e-11,
];

/// The same, over the shape.
const ORDER_1: [f64; 14] = [
    -0.001_851_851_851_851_852,
    -0.003_472_222_222_222_222,
    0.002_645_502_645_502_645_4,
    -0.000_990_226_337_448_559_6,
    0.000_205_761_316_872_427_98,
    -4.018_775_720_164_609e-7,
    -1.809_855_033_448_997_7e-5,
    7.649_160_916_081_11e-6,
    -1.612_090_089_456_344_6e-6,
    4.647_127_802_807_434e-9,
    1.378_633_446_915_721e-7,
    -5.752_545_603_517_705e-8,
    1.195_162_859_977_814_8e-8,
    -1.754_324_171_974_764_7e-11,
];

/// The same, over the square of the shape.
const ORDER_2: [f64; 12] = [
    0.004_133_597_883_597_883,
    -0.002_681_327_160_493_827_3,
    0.000_771_604_938_271_604_9,
    2.009_387_860_082_304_7e-6,
    -0.000_107_366_532_263_651_6,
    5.292_344_882_912_012_5e-5,
    -1.276_063_518_861_872_8e-5,
    3.423_578_734_096_138e-8,
    1.372_195_730_906_293_4e-6,
    -6.298_992_138_380_055e-7,
    1.428_061_420_606_424_2e-7,
    -2.047_709_842_199_086_6e-10,
];
