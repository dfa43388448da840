//! The laws that a scenario may declare for a number it does not know.

use super::{Stream, quantile};
use crate::math::special::{beta_cdf, beta_quantile, gamma_p, gamma_quantile, normal_cdf, normal_quantile};
use crate::math::{exp, ln};

/// The 95% point of the standard normal.
const Z_95: f64 = 1.644_853_626_951_472_2;

/// A distribution of one number, in that number's unit.
///
/// # Examples
/// ```
/// use rearguard::draw::Law;
///
/// let share = Law::Triangular { low: 0.3, mode: 0.55, high: 0.9 };
/// share.check()?;
/// assert_eq!(share.support(), (0.3, 0.9));
/// assert!((share.cdf(share.median()) - 0.5).abs() < 1e-15);
/// # Ok::<(), rearguard::draw::LawError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    /// Known: always this value.
    Fixed(f64),
    /// Every value from `low` to `high` alike.
    Uniform {
        /// Least value.
        low: f64,
        /// Greatest value.
        high: f64,
    },
    /// Straight up from `low` to `mode`, straight down to `high`.
    Triangular {
        /// Least value.
        low: f64,
        /// Likeliest value; it may be an end.
        mode: f64,
        /// Greatest value.
        high: f64,
    },
    /// Normal.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        sd: f64,
    },
    /// The logarithm is normal.
    Lognormal {
        /// Median, over 0.
        median: f64,
        /// Standard deviation of the natural logarithm.
        log_sd: f64,
    },
    /// Beta on 0 to 1, of mean a / (a + b).
    Beta {
        /// Weight towards 1.
        a: f64,
        /// Weight towards 0.
        b: f64,
    },
    /// Gamma.
    Gamma {
        /// Shape: mean^2 / variance.
        shape: f64,
        /// Mean, over 0.
        mean: f64,
    },
    /// Weibull.
    Weibull {
        /// Shape: 1 is exponential, more is more regular.
        shape: f64,
        /// Mean, over 0.
        mean: f64,
    },
    /// The logarithm is uniform.
    LogUniform {
        /// Least value, over 0.
        low: f64,
        /// Greatest value.
        high: f64,
    },
    /// Through three stated points: on the scale, half a normal below the central one and half another above it.
    Quantiles {
        /// 5% point.
        low: f64,
        /// Median.
        central: f64,
        /// 95% point.
        high: f64,
        /// Where the two halves are normal.
        scale: Scale,
    },
    /// Another law, given that it lies between `low` and `high`; either end may be infinite.
    Truncated {
        /// The law without its bounds.
        law: Box<Law>,
        /// Least value kept.
        low: f64,
        /// Greatest value kept.
        high: f64,
    },
}

/// The scale on which [`Law::Quantiles`] is put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// The number itself: any value.
    Linear,
    /// Its logarithm: values over 0.
    Log,
    /// Its log odds: values between 0 and 1.
    Logit,
}

impl Law {
    /// One draw: the quantile at the stream's next uniform.
    pub fn draw(&self, stream: &mut Stream) -> f64 {
        self.quantile(stream.uniform())
    }

    /// The value below which the law lies with probability `p`.
    ///
    /// # Arguments
    /// * `p` - 0 to 1; the ends give the ends of the support, which may be infinite.
    pub fn quantile(&self, p: f64) -> f64 {
        let (low, high) = self.support();
        if p <= 0.0 {
            return low;
        }
        if p >= 1.0 {
            return high;
        }
        let value = match self {
            Self::Fixed(value) => *value,
            Self::Uniform { low, high } => low + p * (high - low),
            Self::Triangular { low, mode, high } => quantile::triangular(p, *low, *mode, *high),
            Self::Normal { mean, sd } => mean + sd * normal_quantile(p),
            Self::Lognormal { median, log_sd } => median * exp(log_sd * normal_quantile(p)),
            Self::Beta { a, b } => beta_quantile(p, *a, *b),
            Self::Gamma { shape, mean } => gamma_quantile(p, *shape) * (mean / shape),
            Self::Weibull { shape, mean } => quantile::weibull(p, *shape, quantile::weibull_scale(*shape, *mean)),
            Self::LogUniform { low, high } => low * exp(p * ln(high / low)),
            Self::Quantiles { low, central, high, scale } => {
                scale.between([*low, *central, *high].map(|point| scale.apply(point)), p)
            }
            Self::Truncated { law, low, high } => {
                let (below, upto) = (law.cdf_below(*low), law.cdf(*high));
                law.quantile(below + p * (upto - below))
            }
        };
        // Rounding, and a truncation's mapping, may step over an end by a last digit.
        value.clamp(low, high)
    }

    /// The probability of a value up to and including `x`.
    pub fn cdf(&self, x: f64) -> f64 {
        let (low, high) = self.support();
        if x < low {
            return 0.0;
        }
        if x >= high {
            return 1.0;
        }
        let p = match self {
            Self::Fixed(_) => 1.0,
            Self::Uniform { low, high } => (x - low) / (high - low),
            Self::Triangular { low, mode, high } => quantile::triangular_cdf(x, *low, *mode, *high),
            Self::Normal { mean, sd } => normal_cdf((x - mean) / sd),
            Self::Lognormal { median, log_sd } => normal_cdf(ln(x / median) / log_sd),
            Self::Beta { a, b } => beta_cdf(x, *a, *b),
            Self::Gamma { shape, mean } => gamma_p(*shape, x * (shape / mean)),
            Self::Weibull { shape, mean } => quantile::weibull_cdf(x, *shape, quantile::weibull_scale(*shape, *mean)),
            Self::LogUniform { low, high } => ln(x / low) / ln(high / low),
            Self::Quantiles { low, central, high, scale } => {
                let (low, central, high) = (scale.apply(*low), scale.apply(*central), scale.apply(*high));
                let above = scale.apply(x) - central;
                normal_cdf(Z_95 * above / if above < 0.0 { central - low } else { high - central })
            }
            Self::Truncated { law, low, high } => {
                let (below, upto) = (law.cdf_below(*low), law.cdf(*high));
                (law.cdf(x) - below) / (upto - below)
            }
        };
        p.clamp(0.0, 1.0)
    }

    /// The probability of a value under `x`, `x` not included: only a fixed value has a point of weight.
    pub(super) fn cdf_below(&self, x: f64) -> f64 {
        if self.support() == (x, x) { 0.0 } else { self.cdf(x) }
    }

    /// The least and the greatest value, either possibly infinite.
    pub fn support(&self) -> (f64, f64) {
        match self {
            Self::Fixed(value) => (*value, *value),
            Self::Uniform { low, high } | Self::Triangular { low, high, .. } | Self::LogUniform { low, high } => {
                (*low, *high)
            }
            Self::Normal { .. } | Self::Quantiles { scale: Scale::Linear, .. } => (f64::NEG_INFINITY, f64::INFINITY),
            Self::Lognormal { .. }
            | Self::Gamma { .. }
            | Self::Weibull { .. }
            | Self::Quantiles { scale: Scale::Log, .. } => (0.0, f64::INFINITY),
            Self::Beta { .. } | Self::Quantiles { scale: Scale::Logit, .. } => (0.0, 1.0),
            Self::Truncated { law, low, high } => {
                let (inner_low, inner_high) = law.support();
                (inner_low.max(*low), inner_high.min(*high))
            }
        }
    }

    /// What is believed when the evidence for this law is taken away: a normal, a lognormal and one through three points are
    /// stretched to twice the distance from their median, on the scale on which they are put together; gamma and beta laws keep
    /// their mean and a quarter of their weight; between two ends every value is alike. Ends and a truncation stay, so that the
    /// legal range is kept.
    pub fn without_evidence(&self) -> Self {
        const STRETCH: f64 = 2.0;
        match self {
            Self::Normal { mean, sd } => Self::Normal { mean: *mean, sd: STRETCH * sd },
            Self::Lognormal { median, log_sd } => Self::Lognormal { median: *median, log_sd: STRETCH * log_sd },
            Self::Gamma { shape, mean } => Self::Gamma { shape: shape / (STRETCH * STRETCH), mean: *mean },
            Self::Quantiles { low, central, high, scale } => {
                let [below, middle, above] = [*low, *central, *high].map(|point| scale.apply(point));
                let away = |end: f64| scale.undo(middle + STRETCH * (end - middle));
                Self::Quantiles { low: away(below), central: *central, high: away(above), scale: *scale }
            }
            Self::Truncated { law, low, high } => {
                Self::Truncated { law: Box::new(law.without_evidence()), low: *low, high: *high }
            }
            Self::Triangular { low, high, .. } => Self::Uniform { low: *low, high: *high },
            Self::Beta { a, b } => Self::Beta { a: a / (STRETCH * STRETCH), b: b / (STRETCH * STRETCH) },
            Self::Fixed(_) | Self::Uniform { .. } | Self::LogUniform { .. } | Self::Weibull { .. } => self.clone(),
        }
    }

    /// The 50% point, the law's central value.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }
}

/// A law made ready for many draws: what does not depend on the draw is worked out once. It draws what the law draws, to
/// the last bit.
#[derive(Clone, Debug)]
pub struct Sampler {
    /// The law, without its bounds if it is truncated.
    law: Law,
    /// Its least and greatest value.
    support: (f64, f64),
    /// The bounds of a truncated law, as probabilities of the law without them.
    cut: Option<(f64, f64)>,
    /// The three points of [`Law::Quantiles`] on their scale.
    points: Option<([f64; 3], Scale)>,
}

impl Sampler {
    /// Prepares a law.
    pub fn new(law: &Law) -> Self {
        let (plain, cut) = match law {
            Law::Truncated { law, low, high } => (&**law, Some((law.cdf_below(*low), law.cdf(*high)))),
            plain => (plain, None),
        };
        let points = match plain {
            Law::Quantiles { low, central, high, scale } => {
                Some(([*low, *central, *high].map(|point| scale.apply(point)), *scale))
            }
            _ => None,
        };
        Self { law: plain.clone(), support: law.support(), cut, points }
    }

    /// The value below which the law lies with probability `p`, in (0, 1).
    pub fn quantile(&self, p: f64) -> f64 {
        let p = self.cut.map_or(p, |(below, upto)| below + p * (upto - below));
        let value = match self.points {
            Some((points, scale)) if 0.0 < p && p < 1.0 => scale.between(points, p),
            _ => self.law.quantile(p),
        };
        value.clamp(self.support.0, self.support.1)
    }
}

impl Scale {
    /// The value with probability `p` below it, half a normal on each side of the second of three points on the scale.
    fn between(self, [low, central, high]: [f64; 3], p: f64) -> f64 {
        let step = normal_quantile(p) / Z_95;
        // At the stated points, those: rounding leaves a trace of 10^-17 where 0 is meant.
        let step = if (step.abs() - 1.0).abs() <= 4.0 * f64::EPSILON { step.signum() } else { step };
        self.undo(central + step * if step < 0.0 { central - low } else { high - central })
    }

    fn apply(self, x: f64) -> f64 {
        match self {
            Self::Linear => x,
            Self::Log => ln(x),
            Self::Logit => quantile::logit(x),
        }
    }

    fn undo(self, y: f64) -> f64 {
        match self {
            Self::Linear => y,
            Self::Log => exp(y),
            Self::Logit => quantile::expit(y),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_evidence_a_law_is_wider_about_the_same_middle_and_in_the_same_bounds() {
        for law in laws() {
            let wide = law.without_evidence();
            wide.check().expect("a law");
            let (support, wider) = (law.support(), wide.support());
            assert!(wider.0 >= support.0 && wider.1 <= support.1, "{law:?}");
            let spread = |law: &Law| law.quantile(0.95) - law.quantile(0.05);
            assert!(spread(&wide) >= spread(&law) * (1.0 - 1e-12), "{law:?} to {wide:?}");
        }
        let size = Law::Quantiles { low: 2.0, central: 4.0, high: 12.0, scale: Scale::Log };
        let Law::Quantiles { low, central, high, .. } = size.without_evidence() else { panic!("another law") };
        assert!((low - 1.0).abs() < 1e-12 && central == 4.0 && (high - 36.0).abs() < 1e-10, "{low} {central} {high}");
    }

    #[test]
    fn stated_points_are_met_to_the_last_digit() {
        let growth = Law::Quantiles { low: 0.0, central: 0.1, high: 0.25, scale: Scale::Linear };
        assert_eq!([0.05, 0.5, 0.95].map(|p| growth.quantile(p)), [0.0, 0.1, 0.25]);
    }

    #[test]
    fn without_evidence_means_and_medians_stay_and_weight_is_a_quarter() {
        let points = |low, high| Law::Quantiles { low, central: 2.0, high, scale: Scale::Linear };
        let kept = |law| Law::Truncated { law: Box::new(law), low: -1.0, high: 9.0 };
        for (law, wide) in [
            (Law::Fixed(3.0), Law::Fixed(3.0)),
            (Law::Triangular { low: -1.0, mode: 0.0, high: 4.0 }, Law::Uniform { low: -1.0, high: 4.0 }),
            (Law::Normal { mean: -2.0, sd: 3.0 }, Law::Normal { mean: -2.0, sd: 6.0 }),
            (Law::Lognormal { median: 25.0, log_sd: 0.5 }, Law::Lognormal { median: 25.0, log_sd: 1.0 }),
            (Law::Gamma { shape: 12.0, mean: 3.0 }, Law::Gamma { shape: 3.0, mean: 3.0 }),
            (Law::Beta { a: 2.0, b: 6.0 }, Law::Beta { a: 0.5, b: 1.5 }),
            (points(1.5, 5.0), points(1.0, 8.0)),
            (kept(Law::Normal { mean: 0.0, sd: 1.0 }), kept(Law::Normal { mean: 0.0, sd: 2.0 })),
        ] {
            assert_eq!(law.without_evidence(), wide);
        }
    }

    #[test]
    fn a_draw_is_the_quantile_at_the_next_uniform() {
        let streams = crate::draw::Streams::new(1, 2);
        for law in laws() {
            let (mut drawn, mut uniform) = (streams.parameter(3), streams.parameter(3));
            for _ in 0..3 {
                assert_eq!(law.draw(&mut drawn), law.quantile(uniform.uniform()), "{law:?}");
            }
        }
    }

    /// One law of each kind, and each scale.
    fn laws() -> Vec<Law> {
        let normal = Law::Normal { mean: -2.0, sd: 3.0 };
        vec![
            Law::Uniform { low: -1.0, high: 4.0 },
            Law::Triangular { low: 0.3, mode: 0.55, high: 0.9 },
            Law::Triangular { low: 0.0, mode: 0.0, high: 2.0 },
            Law::Triangular { low: 0.0, mode: 2.0, high: 2.0 },
            normal.clone(),
            Law::Lognormal { median: 25.0, log_sd: 0.6 },
            Law::Beta { a: 2.0, b: 5.0 },
            Law::Beta { a: 0.4, b: 0.7 },
            Law::Gamma { shape: 0.5, mean: 3.0 },
            Law::Gamma { shape: 12.0, mean: 3.0 },
            Law::Weibull { shape: 0.7, mean: 10.0 },
            Law::LogUniform { low: 0.01, high: 10.0 },
            Law::Quantiles { low: -1.0, central: 2.0, high: 3.0, scale: Scale::Linear },
            Law::Quantiles { low: 1.0, central: 4.0, high: 30.0, scale: Scale::Log },
            Law::Quantiles { low: 0.1, central: 0.55, high: 0.7, scale: Scale::Logit },
            Law::Truncated { law: Box::new(normal.clone()), low: 0.0, high: 1.5 },
            Law::Truncated { law: Box::new(normal), low: f64::NEG_INFINITY, high: -6.0 },
            Law::Truncated { law: Box::new(Law::Gamma { shape: 2.0, mean: 1.0 }), low: 0.5, high: f64::INFINITY },
        ]
    }

    #[test]
    fn a_sampler_draws_what_its_law_does() {
        for law in laws() {
            let sampler = Sampler::new(&law);
            for i in 1..1_000 {
                let p = f64::from(i) / 1_000.0;
                assert_eq!(sampler.quantile(p).to_bits(), law.quantile(p).to_bits(), "{law:?}: {p}");
            }
        }
    }

    #[test]
    fn quantile_and_cdf_undo_each_other() {
        for law in laws() {
            law.check().unwrap();
            for i in 1..1_000 {
                let p = f64::from(i) / 1_000.0;
                let back = law.cdf(law.quantile(p));
                assert!((back - p).abs() < 1e-11, "{law:?}: {p} became {back}");
            }
        }
    }

    #[test]
    fn quantiles_rise_within_the_support_and_end_with_it() {
        for law in laws() {
            let (low, high) = law.support();
            assert_eq!((law.quantile(0.0), law.quantile(1.0)), (low, high), "{law:?}");
            assert_eq!((law.cdf(low), law.cdf(high)), (0.0, 1.0), "{law:?}");
            let mut before = low;
            for i in 1..5_000 {
                let now = law.quantile(f64::from(i) / 5_000.0);
                assert!(now >= before && now <= high, "{law:?} at {i}");
                before = now;
            }
            assert_eq!(law.median(), law.quantile(0.5));
        }
    }

    #[test]
    fn the_three_stated_points_are_met() {
        for (scale, low, central, high) in
            [(Scale::Linear, -3.0, 2.0, 2.5), (Scale::Log, 0.02, 1.0, 400.0), (Scale::Logit, 0.05, 0.9, 0.97)]
        {
            let law = Law::Quantiles { low, central, high, scale };
            for (p, point) in [(0.05, low), (0.5, central), (0.95, high)] {
                let value = law.quantile(p);
                assert!((value - point).abs() <= 1e-14 * point.abs(), "{scale:?}: {value} for {point}");
                assert!((law.cdf(point) - p).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn a_truncated_law_is_the_law_given_its_range() {
        let inner = Law::Normal { mean: 0.0, sd: 1.0 };
        let law = Law::Truncated { law: Box::new(inner.clone()), low: 0.0, high: f64::INFINITY };
        // The half normal: its median is the normal's 75% point.
        assert!((law.median() - inner.quantile(0.75)).abs() < 1e-15);
        assert_eq!(law.support(), (0.0, f64::INFINITY));
        assert_eq!(law.cdf(-0.1), 0.0);
        let twice = Law::Truncated { law: Box::new(law), low: -5.0, high: 1.0 };
        assert_eq!(twice.support(), (0.0, 1.0));
        assert!((twice.cdf(0.5) - (inner.cdf(0.5) - 0.5) / (inner.cdf(1.0) - 0.5)).abs() < 1e-15);
    }

    #[test]
    fn a_fixed_value_is_itself_truncated_or_not() {
        let fixed = Law::Fixed(7.0);
        for low in [6.0, 7.0] {
            let law = Law::Truncated { law: Box::new(fixed.clone()), low, high: 9.0 };
            law.check().unwrap();
            assert_eq!((law.median(), law.quantile(0.99), law.support()), (7.0, 7.0, (7.0, 7.0)));
        }
        assert_eq!((fixed.cdf(6.9), fixed.cdf(7.0)), (0.0, 1.0));
    }

    #[test]
    fn known_quantiles() {
        let near = |law: Law, p: f64, value: f64| {
            let got = law.quantile(p);
            assert!((got - value).abs() < 1e-12 * value.abs(), "{law:?} at {p}: {got}");
        };
        near(Law::Triangular { low: 0.0, mode: 1.0, high: 4.0 }, 0.25, 1.0);
        near(Law::LogUniform { low: 0.1, high: 10.0 }, 0.5, 1.0);
        // Shape 1 is the exponential, for both.
        near(Law::Weibull { shape: 1.0, mean: 2.0 }, 0.5, 2.0 * std::f64::consts::LN_2);
        near(Law::Gamma { shape: 1.0, mean: 2.0 }, 0.5, 2.0 * std::f64::consts::LN_2);
        near(Law::Beta { a: 3.0, b: 1.0 }, 0.125, 0.5);
        near(Law::Lognormal { median: 5.0, log_sd: 1.0 }, 0.975, 5.0 * exp(1.959_963_984_540_054));
    }
}
