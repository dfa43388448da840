//! Continuous draws from one stream.

use super::generator::Generator;
use super::quantile;
use crate::math::special::{beta_quantile, gamma_quantile, normal_quantile};
use crate::math::{exp, ln};

/// The draws of one decision, made by [`Streams::stream`](super::Streams::stream).
///
/// Except where said otherwise a draw spends exactly one uniform and is the quantile of its distribution there: a
/// larger uniform never gives a smaller draw, and the draw moves with its parameters as the quantile does. Parameters
/// out of range are a broken invariant of the caller, checked in debug builds; a scenario's values are checked long
/// before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    generator: Generator,
}

impl Stream {
    #[inline]
    pub(super) fn new(generator: Generator) -> Self {
        Self { generator }
    }

    /// The generator itself, for the samplers that need more than uniforms.
    pub(super) fn generator(&mut self) -> &mut Generator {
        &mut self.generator
    }

    /// Uniform on the open interval (0, 1): the middles of 2^52 equal cells, each exact, never 0 and never 1.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        /// The width of a cell, 2^-52.
        const CELL: f64 = f64::EPSILON;
        ((self.generator.next_word() >> 12) as f64 + 0.5) * CELL
    }

    /// Uniform on 0, 1, .., n - 1; the larger the n, the larger the draw. No value is likelier than another by more
    /// than n / 2^64.
    ///
    /// # Panics
    /// If `n` is 0.
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        assert!(n > 0, "no number is below 0");
        ((u128::from(self.generator.next_word()) * u128::from(n)) >> 64) as u64
    }

    /// Whether something of probability `p` happens: true at every larger `p` if true at this one.
    ///
    /// # Arguments
    /// * `p` - never at 0 and under, always at 1 and over.
    #[inline]
    pub fn chance(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    /// Exponential with mean 1.
    #[inline]
    pub fn standard_exponential(&mut self) -> f64 {
        quantile::standard_exponential(self.uniform())
    }

    /// Exponential with mean `mean` (0 or more, in the unit of the draw).
    #[inline]
    pub fn exponential(&mut self, mean: f64) -> f64 {
        debug_assert!(mean >= 0.0, "an exponential mean of {mean}");
        mean * self.standard_exponential()
    }

    /// Normal with mean 0 and standard deviation 1.
    #[inline]
    pub fn standard_normal(&mut self) -> f64 {
        normal_quantile(self.uniform())
    }

    /// Normal with mean `mean` and standard deviation `sd` (0 or more).
    #[inline]
    pub fn normal(&mut self, mean: f64, sd: f64) -> f64 {
        debug_assert!(sd >= 0.0, "a standard deviation of {sd}");
        mean + sd * self.standard_normal()
    }

    /// Lognormal with median `median` (0 or more) and `log_sd` (0 or more) the standard deviation of its logarithm.
    #[inline]
    pub fn lognormal(&mut self, median: f64, log_sd: f64) -> f64 {
        debug_assert!(median >= 0.0 && log_sd >= 0.0, "a lognormal of median {median} and log_sd {log_sd}");
        median * exp(log_sd * self.standard_normal())
    }

    /// Triangular on `low` to `high` with its peak at `mode`; `low <= mode <= high`, all equal allowed.
    #[inline]
    pub fn triangular(&mut self, low: f64, mode: f64, high: f64) -> f64 {
        debug_assert!(low <= mode && mode <= high, "a triangle of {low}, {mode}, {high}");
        quantile::triangular(self.uniform(), low, mode, high)
    }

    /// Weibull of shape `shape` (over 0) with mean `mean` (0 or more).
    ///
    /// For many draws of one law make the scale once, by [`weibull_scale_of`](Self::weibull_scale_of).
    #[inline]
    pub fn weibull(&mut self, shape: f64, mean: f64) -> f64 {
        self.weibull_scale(shape, Self::weibull_scale_of(shape, mean))
    }

    /// Weibull of shape `shape` (over 0) and scale `scale` (0 or more), its 63.2% point.
    #[inline]
    pub fn weibull_scale(&mut self, shape: f64, scale: f64) -> f64 {
        debug_assert!(shape > 0.0 && scale >= 0.0, "a weibull of shape {shape} and scale {scale}");
        quantile::weibull(self.uniform(), shape, scale)
    }

    /// The scale of a Weibull of shape `shape` (over 0) whose mean is `mean`: mean / gamma(1 + 1 / shape).
    pub fn weibull_scale_of(shape: f64, mean: f64) -> f64 {
        quantile::weibull_scale(shape, mean)
    }

    /// Gamma of shape `shape` (over 0) with mean `mean` (0 or more).
    pub fn gamma(&mut self, shape: f64, mean: f64) -> f64 {
        debug_assert!(shape > 0.0 && mean >= 0.0, "a gamma of shape {shape} and mean {mean}");
        gamma_quantile(self.uniform(), shape) * (mean / shape)
    }

    /// Beta on 0 to 1 with both exponents over 0 and mean a / (a + b).
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        debug_assert!(a > 0.0 && b > 0.0, "a beta of {a} and {b}");
        beta_quantile(self.uniform(), a, b)
    }

    /// Erlang: the sum of `k` exponentials, each of mean `mean / k`. Spends `k` uniforms; 0 for a `k` of 0.
    pub fn erlang(&mut self, k: u32, mean: f64) -> f64 {
        /// Uniforms multiplied before a logarithm is taken; 16 of the smallest, 2^-53, are still far from underflow.
        const BLOCK: u32 = 16;
        debug_assert!(mean >= 0.0, "an erlang mean of {mean}");
        let mut sum = 0.0;
        let mut left = k;
        while left > 0 {
            let block = left.min(BLOCK);
            // 1 - u is exact, and makes the draw grow with each uniform as all the others do.
            let product = (0..block).fold(1.0, |product, _| product * (1.0 - self.uniform()));
            sum -= ln(product);
            left -= block;
        }
        if k == 0 { 0.0 } else { sum * (mean / f64::from(k)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::{Law, Purpose, Streams};

    type Draw = fn(&mut Stream) -> f64;

    fn stream(occurrence: u64) -> Stream {
        Streams::new(1, 0).stream(Purpose::Test, 1, occurrence)
    }

    #[test]
    fn the_extreme_uniforms_are_inside_the_interval_and_survive_every_quantile() {
        let ends = [0.5 * f64::EPSILON, ((1_u64 << 52) - 1) as f64 * f64::EPSILON + 0.5 * f64::EPSILON];
        for u in ends {
            assert!(0.0 < u && u < 1.0);
            assert!(0.0 < 1.0 - u && 1.0 - u < 1.0);
            assert!(quantile::standard_exponential(u) > 0.0 && quantile::standard_exponential(u) < 37.0);
            assert!(normal_quantile(u).abs() > 8.2 && normal_quantile(u).abs() < 8.3);
        }
    }

    #[test]
    fn a_draw_spends_one_uniform_whatever_its_parameters() {
        let draws: [Draw; 16] = [
            |s| s.uniform(),
            |s| s.below(7) as f64,
            |s| f64::from(u8::from(s.chance(0.0))),
            |s| f64::from(u8::from(s.chance(1.0))),
            |s| s.exponential(0.0),
            |s| s.normal(300.0, 2.0),
            |s| s.lognormal(3.0, 0.0),
            |s| s.triangular(1.0, 1.0, 1.0),
            |s| s.weibull(0.7, 2.0),
            |s| s.gamma(0.3, 2.0),
            |s| s.beta(2.0, 5.0),
            |s| s.negative_binomial(0.0, 0.4) as f64,
            |s| s.negative_binomial(40.0, 0.4) as f64,
            |s| s.poisson(0.0) as f64,
            |s| s.poisson(19.0) as f64,
            |s| s.binomial(9, 0.0) as f64,
        ];
        for (i, draw) in draws.iter().enumerate() {
            let (mut one, mut other) = (stream(0), stream(0));
            assert!(draw(&mut one) >= 0.0, "draw {i}");
            other.uniform();
            assert_eq!(one, other, "draw {i}");
        }
    }

    #[test]
    fn draws_move_with_their_parameters() {
        let rising: [fn(&mut Stream, f64) -> f64; 12] = [
            |s, x| s.below(1 + (100.0 * x) as u64) as f64,
            |s, x| f64::from(u8::from(s.chance(x))),
            |s, x| s.exponential(x),
            |s, x| s.normal(x, 2.0),
            |s, x| s.lognormal(x, 0.5),
            |s, x| s.triangular(0.0, x, 2.0),
            |s, x| s.weibull(0.8, x),
            |s, x| s.gamma(0.4, x),
            |s, x| s.gamma(x, x),
            |s, x| s.beta(x, 1.3),
            |s, x| s.negative_binomial(8.0 * x, 0.6) as f64,
            |s, x| s.poisson(9.0 * x) as f64,
        ];
        for (i, draw) in rising.iter().enumerate() {
            for occurrence in 0..500 {
                let mut before = f64::NEG_INFINITY;
                for x in [0.1, 0.2, 0.5, 0.500_1, 0.9, 1.0, 1.7, 2.0] {
                    let now = draw(&mut stream(occurrence), x);
                    // Iterated quantiles agree to a few units in the last place, no better.
                    assert!(
                        now >= before - 1e-12 * before.abs(),
                        "draw {i}, occurrence {occurrence}: {now} at {x}, {before} before"
                    );
                    before = now;
                }
            }
        }
    }

    #[test]
    fn a_draw_is_the_quantile_of_its_law() {
        let draws: [(Draw, Law); 7] = [
            (|s| s.exponential(4.0), Law::Weibull { shape: 1.0, mean: 4.0 }),
            (|s| s.normal(-2.0, 3.0), Law::Normal { mean: -2.0, sd: 3.0 }),
            (|s| s.lognormal(25.0, 0.6), Law::Lognormal { median: 25.0, log_sd: 0.6 }),
            (|s| s.triangular(0.3, 0.5, 0.9), Law::Triangular { low: 0.3, mode: 0.5, high: 0.9 }),
            (|s| s.weibull(0.7, 10.0), Law::Weibull { shape: 0.7, mean: 10.0 }),
            (|s| s.gamma(12.0, 3.0), Law::Gamma { shape: 12.0, mean: 3.0 }),
            (|s| s.beta(2.0, 5.0), Law::Beta { a: 2.0, b: 5.0 }),
        ];
        for (draw, law) in draws {
            for occurrence in 0..100 {
                let (drawn, expected) = (draw(&mut stream(occurrence)), law.quantile(stream(occurrence).uniform()));
                // By other orders of the same operations: some roundings.
                assert!((drawn - expected).abs() <= 1e-14 * expected.abs(), "{law:?}: {drawn} for {expected}");
            }
        }
    }

    #[test]
    fn a_uniform_is_the_middle_of_its_cell() {
        for occurrence in 0..100 {
            let cell = stream(occurrence).below(1 << 52);
            assert_eq!(stream(occurrence).uniform(), (cell as f64 + 0.5) * f64::EPSILON);
        }
    }

    #[test]
    fn a_chance_comes_as_often_as_it_says() {
        for p in [0.1, 0.5, 0.8] {
            let seen = (0..10_000).filter(|&occurrence| stream(occurrence).chance(p)).count() as f64;
            // Four standard deviations of a count of 10,000.
            assert!((seen - 10_000.0 * p).abs() < 400.0 * crate::math::sqrt(p * (1.0 - p)), "{p}: {seen}");
        }
    }

    #[test]
    fn below_reaches_every_value_and_none_beyond() {
        let mut stream = stream(0);
        let mut seen = [0_u32; 6];
        for _ in 0..6_000 {
            seen[stream.below(6) as usize] += 1;
        }
        assert!(seen.iter().all(|n| (850..1150).contains(n)), "{seen:?}");
        assert_eq!(stream.below(1), 0);
    }

    #[test]
    fn an_erlang_of_many_stages_does_not_underflow() {
        let draw = stream(0).erlang(100_000, 7.0);
        // Its standard deviation is 7 / sqrt(100,000) = 0.022.
        assert!((draw - 7.0).abs() < 0.1, "{draw}");
        assert_eq!(stream(0).erlang(0, 7.0), 0.0);
        assert_eq!(stream(0).erlang(1, 7.0), stream(0).exponential(7.0));
    }
}
