//! What a calibration left of the prior, parameter by parameter.

use crate::draw::Law;
use crate::inference::abc::Generation;
use crate::math::special::normal_cdf;
use crate::math::{ln, sqrt};
use crate::stats::quantile_sorted;
use crate::summary::CONFIDENCE;

/// Probability of saying of any parameter that it moved when none did.
const ERROR: f64 = 0.05;
/// Points of a law that are shown.
pub const LEVELS: [f64; 3] = [0.05, 0.5, 0.95];

/// One parameter before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Marginal {
    /// Its 5%, 50% and 95% points before.
    pub prior: [f64; 3],
    /// The same after.
    pub posterior: [f64; 3],
    /// Standard deviation after over that before, both on the scale of the prior's probabilities.
    pub spread: f64,
    /// Greatest difference of the two distribution functions.
    pub moved: f64,
    /// What that difference would exceed for any parameter, with probability 5%, if none had moved.
    pub bound: f64,
}

impl Marginal {
    /// Whether the parameter can be told from its prior.
    pub fn has_moved(&self) -> bool {
        self.moved > self.bound
    }
}

/// Compares each parameter with its prior.
///
/// # Arguments
/// * `laws` - of the parameters.
///
/// # Source
/// The bound is that of Dvoretzky, Kiefer and Wolfowitz with the constant of Massart (1990) at the effective sample size, a
/// share of the error for each parameter (Bonferroni).
pub fn marginals(generation: &Generation, laws: &[Law]) -> Vec<Marginal> {
    let bound = sqrt(ln(2.0 * laws.len() as f64 / ERROR) / (2.0 * generation.effective));
    let of = |(factor, law): (usize, &Law)| {
        let mut places: Vec<f64> =
            generation.particles.iter().map(|particle| normal_cdf(particle.scores[factor])).collect();
        places.sort_by(f64::total_cmp);
        let n = places.len() as f64;
        let away = |(at, place): (usize, &f64)| (at as f64 / n - place).abs().max(((at + 1) as f64 / n - place).abs());
        let moved = places.iter().enumerate().map(away).fold(0.0, f64::max);
        let mean = places.iter().sum::<f64>() / n;
        let variance = places.iter().map(|place| (place - mean) * (place - mean)).sum::<f64>() / n;
        Marginal {
            prior: LEVELS.map(|level| law.quantile(level)),
            posterior: LEVELS.map(|level| law.quantile(at_level(&places, level))),
            // The deviation of a uniform is sqrt(1 / 12).
            spread: sqrt(12.0 * variance),
            moved,
            bound,
        }
    };
    laws.iter().enumerate().map(of).collect()
}

/// The quantile (type 7) of a sorted list; NaN of an empty one.
pub fn at_level(sorted: &[f64], level: f64) -> f64 {
    quantile_sorted(sorted, level, CONFIDENCE).map_or(f64::NAN, |quantile| quantile.estimate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::abc::Particle;
    use crate::math::special::normal_quantile;

    /// A population of two parameters, the first over the prior, the second over its upper half.
    fn population(n: usize) -> Generation {
        let particle = |at: usize| {
            let place = (at as f64 + 0.5) / n as f64;
            let scores = vec![normal_quantile(place), normal_quantile(0.5 + 0.5 * place)];
            Particle { scores, observed: Vec::new(), distance: 0.0 }
        };
        let particles = (0..n).map(particle).collect();
        Generation { tolerance: 1.0, tried: n, accepted: 1.0, effective: n as f64, particles }
    }

    #[test]
    fn what_stayed_and_what_moved_are_told_apart() {
        let law = Law::Uniform { low: 10.0, high: 20.0 };
        let found = marginals(&population(400), &[law.clone(), law]);
        assert!(!found[0].has_moved() && found[1].has_moved());
        assert!((found[0].spread - 1.0).abs() < 0.01 && (found[1].spread - 0.5).abs() < 0.01);
        assert!((found[1].moved - 0.5).abs() < 0.01);
        assert_eq!(found[0].prior, [10.5, 15.0, 19.5]);
        assert!((found[1].posterior[1] - 17.5).abs() < 0.1, "{:?}", found[1]);
        // Few particles cannot tell.
        let law = Law::Uniform { low: 0.0, high: 1.0 };
        assert!(!marginals(&population(6), &[law.clone(), law])[1].has_moved());
    }
}
