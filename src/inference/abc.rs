//! Sequential approximate Bayesian computation: populations of parameter values whose replications come ever nearer to the
//! record.
//!
//! Parameters are their standard normal scores, the quantiles of a standard normal at the probability that the prior gives
//! to lower values, so that the prior is a standard normal in every dimension and a step has the same meaning in each.

use crate::draw::{Purpose, Streams, key2};
use crate::inference::target::{Scales, Target};
use crate::math::special::normal_quantile;
use crate::math::{exp, sqrt};
use crate::stats::sum;

/// How a calibration is conducted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How many parameters.
    pub factors: usize,
    /// Particles of each generation.
    pub particles: usize,
    /// Most generations after that of the prior.
    pub generations: usize,
    /// Share of the particles whose distance the next generation must beat.
    pub keep: f64,
    /// Share of the proposals below which a generation is given up.
    pub least_accepted: f64,
    /// Seed of the proposals.
    pub seed: u64,
}

/// Parameter values with what a replication under them came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Particle {
    /// Standard normal scores of the parameters.
    pub scores: Vec<f64>,
    /// What was observed of the replication.
    pub observed: Vec<f64>,
    /// How far that is from the record.
    pub distance: f64,
    /// Its share of the population.
    pub weight: f64,
}

/// One generation.
#[derive(Clone, Debug, PartialEq)]
pub struct Generation {
    /// Greatest distance that was let in; infinite for the prior.
    pub tolerance: f64,
    /// Proposals that were tried.
    pub tried: usize,
    /// Effective sample size: one over the sum of squared weights.
    pub effective: f64,
    /// The particles, by proposal.
    pub particles: Vec<Particle>,
}

/// Why a calibration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// After as many generations as were asked for.
    Generations,
    /// Too few proposals came within the next tolerance.
    Acceptance,
    /// Half of the particles or more meet every target: there is nothing left to come nearer to.
    Exact,
    /// The next tolerance would be no smaller.
    Stalled,
}

/// A whole calibration.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibrated {
    /// From the prior on.
    pub generations: Vec<Generation>,
    /// How much each target counts.
    pub scales: Scales,
    /// Why it ended.
    pub ended: Ended,
}

impl Calibrated {
    /// The last generation.
    pub fn last(&self) -> &Generation {
        &self.generations[self.generations.len() - 1]
    }
}

/// Calibrates by population Monte Carlo with an adaptive tolerance.
///
/// # Arguments
/// * `simulate` - gives what is observed of one replication for each of some proposals. Called with the generation, the batch
///   in it and the proposals, always `particles` of them; equal calls must give equal answers.
///
/// # Returns
/// The generations that were completed, at least that of the prior.
///
/// # Errors
/// The first error of `simulate`.
///
/// # Source
/// Beaumont, Cornuet, Marin and Robert (2009), "Adaptive approximate Bayesian computation", Biometrika 96(4): normal kernel of
/// twice the weighted variance in each dimension, weight the prior's density over the proposal's. The next tolerance as a
/// quantile of the distances: Del Moral, Doucet and Jasra (2012), "An adaptive sequential Monte Carlo method for approximate
/// Bayesian computation", and Drovandi and Pettitt (2011).
pub fn calibrate<E>(
    settings: &Settings,
    targets: &[Target],
    mut simulate: impl FnMut(usize, usize, &[Vec<f64>]) -> Result<Vec<Vec<f64>>, E>,
) -> Result<Calibrated, E> {
    let first: Vec<Vec<f64>> = (0..settings.particles).map(|index| proposal(settings, None, 0, index)).collect();
    let drawn = simulate(0, 0, &first)?;
    let scales = Scales::of(targets, &drawn);
    let weight = 1.0 / settings.particles as f64;
    let particle = |(scores, observed): (Vec<f64>, Vec<f64>)| {
        let distance = scales.distance(targets, &observed);
        Particle { scores, observed, distance, weight }
    };
    let particles: Vec<Particle> = first.into_iter().zip(drawn).map(particle).collect();
    let prior = Generation {
        tolerance: f64::INFINITY,
        tried: settings.particles,
        effective: settings.particles as f64,
        particles,
    };
    let mut calibrated = Calibrated { generations: vec![prior], scales, ended: Ended::Generations };
    let most_batches = (1.0 / settings.least_accepted) as usize;
    for number in 1..=settings.generations {
        let before = calibrated.last();
        let tolerance = next_tolerance(before, settings.keep);
        if before.tolerance <= 0.0 || tolerance >= before.tolerance {
            calibrated.ended = if before.tolerance <= 0.0 { Ended::Exact } else { Ended::Stalled };
            break;
        }
        let steps = steps(before);
        let mut accepted: Vec<Particle> = Vec::new();
        let mut tried = 0;
        for batch in 0..most_batches {
            let index = |at| batch * settings.particles + at;
            let proposals: Vec<Vec<f64>> = (0..settings.particles)
                .map(|at| proposal(settings, Some((before, &steps)), number, index(at)))
                .collect();
            for (scores, observed) in proposals.iter().zip(simulate(number, batch, &proposals)?) {
                let distance = calibrated.scales.distance(targets, &observed);
                if accepted.len() == settings.particles {
                    break;
                }
                tried += 1;
                if distance <= tolerance {
                    accepted.push(Particle { scores: scores.clone(), observed, distance, weight: 0.0 });
                }
            }
            if accepted.len() == settings.particles {
                break;
            }
        }
        if accepted.len() < settings.particles {
            calibrated.ended = Ended::Acceptance;
            break;
        }
        let generation = weighed((before, &steps), accepted, tolerance, tried);
        calibrated.generations.push(generation);
    }
    Ok(calibrated)
}

/// The distance that a share of the particles, weighed, do not exceed.
fn next_tolerance(generation: &Generation, keep: f64) -> f64 {
    let mut order: Vec<(f64, f64)> =
        generation.particles.iter().map(|particle| (particle.distance, particle.weight)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut weight = 0.0;
    for (distance, own) in &order {
        weight += own;
        if weight >= keep {
            return *distance;
        }
    }
    order.last().map_or(0.0, |(distance, _)| *distance)
}

/// Standard deviations of the steps.
fn steps(generation: &Generation) -> Vec<f64> {
    let factors = generation.particles[0].scores.len();
    let of = |factor: usize| {
        let each = |of: &dyn Fn(&Particle) -> f64| sum(&generation.particles.iter().map(of).collect::<Vec<_>>());
        let mean = each(&|particle| particle.weight * particle.scores[factor]);
        let variance = each(&|particle| {
            let away = particle.scores[factor] - mean;
            particle.weight * away * away
        });
        // Particles that all came together must still be able to part.
        sqrt((2.0 * variance).max(1e-6))
    };
    (0..factors).map(of).collect()
}

/// A proposal: a draw of the prior, or a step from a particle drawn by weight. It depends on its number alone.
fn proposal(settings: &Settings, before: Option<(&Generation, &[f64])>, number: usize, index: usize) -> Vec<f64> {
    let streams = Streams::new(key2(settings.seed, number as u64), index as u64);
    let normal = |factor: usize| normal_quantile(streams.stream(Purpose::Design, 1, factor as u64).uniform());
    let Some((before, steps)) = before else { return (0..settings.factors).map(normal).collect() };
    let mut left = streams.stream(Purpose::Design, 0, 0).uniform();
    let parent = before.particles.iter().find(|particle| {
        left -= particle.weight;
        left < 0.0
    });
    let parent = parent.unwrap_or(&before.particles[before.particles.len() - 1]);
    steps.iter().enumerate().map(|(factor, step)| parent.scores[factor] + step * normal(factor)).collect()
}

/// Weighs accepted proposals: the prior's density over that of having been proposed.
fn weighed(
    (before, steps): (&Generation, &[f64]),
    accepted: Vec<Particle>,
    tolerance: f64,
    tried: usize,
) -> Generation {
    let square = |scores: &[f64]| scores.iter().map(|score| score * score).sum::<f64>();
    let weight = |particle: &Particle| {
        let exponents: Vec<f64> = before
            .particles
            .iter()
            .map(|parent| {
                let away = particle.scores.iter().zip(&parent.scores).zip(steps);
                -0.5 * away.map(|((own, from), step)| (own - from) / step * ((own - from) / step)).sum::<f64>()
            })
            .collect();
        // About the largest, so that none but the negligible vanish.
        let largest = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let terms = before.particles.iter().zip(&exponents);
        let density = sum(&terms.map(|(parent, power)| parent.weight * exp(power - largest)).collect::<Vec<_>>());
        (-0.5 * square(&particle.scores) - largest, density)
    };
    let weights: Vec<(f64, f64)> = accepted.iter().map(weight).collect();
    let largest = weights.iter().map(|(power, _)| *power).fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = weights.iter().map(|(power, density)| exp(power - largest) / density).collect();
    let total = sum(&weights);
    let particles: Vec<Particle> = accepted
        .into_iter()
        .zip(&weights)
        .map(|(particle, weight)| Particle { weight: weight / total, ..particle })
        .collect();
    let effective = 1.0 / sum(&particles.iter().map(|particle| particle.weight * particle.weight).collect::<Vec<_>>());
    Generation { tolerance, tried, effective, particles }
}

/// Draws from a population as many particles as it has, so that each counts alike: systematic resampling.
///
/// # Returns
/// Positions of the particles, in their order.
///
/// # Source
/// Kitagawa (1996), "Monte Carlo filter and smoother for non-Gaussian nonlinear state space models".
pub fn equal_draws(generation: &Generation, seed: u64) -> Vec<usize> {
    let n = generation.particles.len();
    let start = Streams::new(seed, 0).stream(Purpose::Design, 2, 0).uniform();
    let mut drawn = Vec::with_capacity(n);
    let mut upto = 0.0;
    for (at, particle) in generation.particles.iter().enumerate() {
        upto += particle.weight * n as f64;
        while drawn.len() < n && drawn.len() as f64 + start < upto {
            drawn.push(at);
        }
    }
    // Rounding may leave the last place open.
    drawn.resize(n, n - 1);
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::target::Wanted;
    use crate::math::special::normal_cdf;

    fn settings(factors: usize, particles: usize, seed: u64) -> Settings {
        Settings { factors, particles, generations: 6, keep: 0.5, least_accepted: 0.02, seed }
    }

    fn normal(seed: u64, at: (usize, usize), index: usize, which: u64) -> f64 {
        let streams = Streams::new(key2(key2(seed, 77), (at.0 * 1_000 + at.1) as u64), index as u64);
        normal_quantile(streams.stream(Purpose::Test, which, 0).uniform())
    }

    fn wanted(at: f64, quantity: usize) -> Target {
        Target { fact: format!("f{quantity}"), quantity, wanted: Wanted::Range { low: at, high: at } }
    }

    /// Weighted mean and standard deviation of a score.
    fn moments(generation: &Generation, factor: usize) -> (f64, f64) {
        let mean: f64 = generation.particles.iter().map(|p| p.weight * p.scores[factor]).sum();
        let square: f64 =
            generation.particles.iter().map(|p| p.weight * (p.scores[factor] - mean) * (p.scores[factor] - mean)).sum();
        (mean, sqrt(square))
    }

    #[test]
    fn a_gaussian_has_its_known_posterior_and_what_the_record_does_not_touch_keeps_its_prior() {
        // Score 0 is seen with an error of 0.5 at 1.2: posterior mean 1.2 x 1 / 1.25 = 0.96, deviation sqrt(0.25 / 1.25).
        let settings = settings(2, 1_000, 5);
        let found = calibrate::<()>(&settings, &[wanted(1.2, 0)], |generation, batch, proposals| {
            let see =
                |(index, scores): (usize, &Vec<f64>)| vec![scores[0] + 0.5 * normal(5, (generation, batch), index, 0)];
            Ok(proposals.iter().enumerate().map(see).collect())
        })
        .expect("nothing fails");
        let last = found.last();
        assert!(
            found.generations.len() >= 5 && last.effective > 300.0,
            "{} {}",
            found.generations.len(),
            last.effective
        );
        assert!(found.generations.windows(2).all(|pair| pair[1].tolerance < pair[0].tolerance));
        let (mean, sd) = moments(last, 0);
        // Four standard errors at the effective size, and the tolerance left over.
        let error = 4.0 * 0.4472 / sqrt(last.effective);
        assert!((mean - 0.96).abs() < error, "{mean} for 0.96 within {error}");
        assert!((sd - 0.4472).abs() < error, "{sd} for 0.4472 within {error}");
        let (mean, sd) = moments(last, 1);
        let error = 4.0 / sqrt(last.effective);
        assert!(mean.abs() < error && (sd - 1.0).abs() < error, "{mean} {sd} within {error}");
        // Drawn alike, the same.
        let drawn = equal_draws(last, 9);
        let again = drawn.iter().map(|&at| last.particles[at].scores[0]).sum::<f64>() / drawn.len() as f64;
        assert_eq!(drawn.len(), 1_000);
        assert!((again - moments(last, 0).0).abs() < 0.02);
    }

    #[test]
    fn a_truth_drawn_from_the_prior_has_every_rank_alike() {
        let runs = 120;
        let mut ranks: Vec<f64> = Vec::new();
        for run in 0..runs {
            let settings = Settings { generations: 4, ..settings(1, 100, 100 + run) };
            let truth = normal(run, (999, 999), 0, 1);
            let record = truth + 0.5 * normal(run, (999, 999), 0, 2);
            let found = calibrate::<()>(&settings, &[wanted(record, 0)], |generation, batch, proposals| {
                let see = |(index, scores): (usize, &Vec<f64>)| {
                    vec![scores[0] + 0.5 * normal(100 + run, (generation, batch), index, 0)]
                };
                Ok(proposals.iter().enumerate().map(see).collect())
            })
            .expect("nothing fails");
            let below = found.last().particles.iter().filter(|particle| particle.scores[0] < truth);
            ranks.push(below.map(|particle| particle.weight).sum());
        }
        ranks.sort_by(f64::total_cmp);
        let n = ranks.len() as f64;
        let away = ranks
            .iter()
            .enumerate()
            .map(|(at, rank)| ((at as f64 + 1.0) / n - rank).abs().max((rank - at as f64 / n).abs()));
        let away = away.fold(0.0, f64::max);
        // Kolmogorov's 99.9% point.
        assert!(away < 1.95 / sqrt(n), "{away}");
    }

    #[test]
    fn it_ends_when_nothing_can_come_nearer_or_too_little_does() {
        let settings = settings(1, 200, 3);
        let exact = calibrate::<()>(&settings, &[wanted(0.0, 0)], |_, _, proposals| {
            // Nearly always what the record says.
            Ok(proposals.iter().map(|scores| vec![if normal_cdf(scores[0]) < 0.9 { 0.0 } else { 1.0 }]).collect())
        })
        .expect("nothing fails");
        assert_eq!((exact.ended, exact.last().tolerance), (Ended::Exact, 0.0));
        let rare = Settings { generations: 40, ..settings };
        let rare = calibrate::<()>(&rare, &[wanted(0.0, 0)], |generation, batch, proposals| {
            // Chance alone: the tolerance halves what is accepted every time.
            Ok((0..proposals.len()).map(|index| vec![normal(3, (generation, batch), index, 0)]).collect())
        })
        .expect("nothing fails");
        assert_eq!(rare.ended, Ended::Acceptance);
        let never =
            calibrate::<()>(&settings, &[wanted(7.0, 0)], |_, _, proposals| Ok(vec![vec![3.0]; proposals.len()]));
        let never = never.expect("nothing fails");
        assert!(!never.scales.tells(0));
        assert_eq!(calibrate(&settings, &[wanted(0.0, 0)], |_, _, _| Err(())), Err(()));
    }
}
