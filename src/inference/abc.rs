//! Sequential approximate Bayesian computation: a population of parameter values whose replications come ever nearer to the
//! record.
//!
//! Parameters are their standard normal scores, the quantiles of a standard normal at the probability that the prior gives
//! to lower values, so that the prior is a standard normal in every dimension and a step has the same meaning in each.

use crate::draw::{Purpose, Streams, key2};
use crate::inference::target::{Scales, Target};
use crate::math::special::normal_quantile;
use crate::math::{ln, sqrt};

/// Sizes of steps, of which each proposal has one at random: from a fresh draw of the prior to a small change.
///
/// # Source
/// Assumed: because no single size serves a wide prior and a narrow posterior, and a mixture needs no tuning that would have
/// to be reported.
const STEPS: [f64; 4] = [1.0, 0.6, 0.3, 0.15];
/// Share of the particles that may be left where they were drawn.
const UNMOVED: f64 = 0.05;
/// Most sweeps of moves in a generation.
const MOST_SWEEPS: usize = 10;

/// How a calibration is conducted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How many parameters.
    pub factors: usize,
    /// Particles of each generation.
    pub particles: usize,
    /// Most generations after that of the prior.
    pub generations: usize,
    /// Share of the particles that are near enough for the next generation.
    pub keep: f64,
    /// Share of accepted moves below which no further generation is begun.
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
}

/// One generation; its particles count alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Generation {
    /// Greatest distance that was let in; infinite for the prior.
    pub tolerance: f64,
    /// Moves that were tried.
    pub tried: usize,
    /// Share of them that came within the tolerance.
    pub accepted: f64,
    /// Effective sample size: how many independent draws of the prior know as much of a parameter that the record does not
    /// touch. Copies share what they have from the particle they were copied from, until moves have parted them.
    pub effective: f64,
    /// The particles.
    pub particles: Vec<Particle>,
}

/// Why a calibration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// After as many generations as were asked for.
    Generations,
    /// Too few moves came within the tolerance.
    Acceptance,
    /// Every particle meets every target: there is nothing left to come nearer to.
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

/// Calibrates by sequential Monte Carlo with an adaptive tolerance.
///
/// A generation keeps the nearer particles of the one before, copies them until there are as many as before, and moves each
/// by steps that leave the prior as it is (z becomes sqrt(1 - b^2) z + b times fresh normals), a step being taken if
/// its own replication comes within the tolerance. So every particle counts alike, however many parameters there are; weights
/// of importance would come to rest on a handful.
///
/// # Arguments
/// * `simulate` - gives what is observed of one replication for each of some proposals. Called with the generation, the sweep
///   in it and the proposals, always `particles` of them; equal calls must give equal answers.
///
/// # Errors
/// The first error of `simulate`.
///
/// # Source
/// Del Moral, Doucet and Jasra (2012), "An adaptive sequential Monte Carlo method for approximate Bayesian computation",
/// Statistics and Computing 22; the number of sweeps as in Drovandi and Pettitt (2011), "Estimation of parameters for
/// macroparasite population evolution using approximate Bayesian computation", Biometrics 67; the step: Cotter, Roberts,
/// Stuart and White (2013), "MCMC methods for functions", Statistical Science 28(3).
pub fn calibrate<E>(
    settings: &Settings,
    targets: &[Target],
    mut simulate: impl FnMut(usize, usize, &[Vec<f64>]) -> Result<Vec<Vec<f64>>, E>,
) -> Result<Calibrated, E> {
    let first: Vec<Vec<f64>> = (0..settings.particles).map(|at| fresh(settings, (0, 0), at)).collect();
    let drawn = simulate(0, 0, &first)?;
    let scales = Scales::of(targets, &drawn);
    let particle = |(scores, observed): (Vec<f64>, Vec<f64>)| {
        let distance = scales.distance(targets, &observed);
        Particle { scores, observed, distance }
    };
    let particles: Vec<Particle> = first.into_iter().zip(drawn).map(particle).collect();
    let size = particles.len() as f64;
    let prior =
        Generation { tolerance: f64::INFINITY, tried: particles.len(), accepted: 1.0, effective: size, particles };
    let mut generations = vec![prior];
    let mut lineage = Lineage { particles: settings.particles, steps: Vec::new() };
    let mut ended = Ended::Generations;
    for number in 1..=settings.generations {
        let before = &generations[number - 1];
        let tolerance = next_tolerance(before, settings.keep);
        if before.tolerance <= 0.0 || tolerance >= before.tolerance {
            ended = if before.tolerance <= 0.0 { Ended::Exact } else { Ended::Stalled };
            break;
        }
        let mut generation = copied(before, tolerance, &mut lineage);
        let distance = |observed: &[f64]| scales.distance(targets, observed);
        let mut sweeps = 1;
        let mut sweep = 0;
        while sweep < sweeps {
            let stays = stays(settings, (number, sweep));
            let proposals = proposals(settings, &generation, &stays, (number, sweep));
            let observed = simulate(number, sweep, &proposals)?;
            let moved = move_particles(&mut generation, proposals.into_iter().zip(observed), distance);
            lineage.steps.push(
                (0..)
                    .zip(stays.iter().zip(moved))
                    .map(|(at, (&stay, moved))| (at, if moved { stay } else { 1.0 }))
                    .collect(),
            );
            sweep += 1;
            if sweep == 1 && generation.accepted >= settings.least_accepted {
                sweeps = needed_sweeps(generation.accepted);
            }
        }
        generation.effective = lineage.effective();
        let is_stuck = generation.accepted < settings.least_accepted;
        generations.push(generation);
        if is_stuck {
            ended = Ended::Acceptance;
            break;
        }
    }
    Ok(Calibrated { generations, scales, ended })
}

/// Sweeps after which all but a few particles have moved.
fn needed_sweeps(accepted: f64) -> usize {
    if accepted >= 1.0 - UNMOVED {
        return 1;
    }
    ((ln(UNMOVED) / ln(1.0 - accepted)).ceil() as usize).min(MOST_SWEEPS)
}

/// The distance that a share of the particles do not exceed.
fn next_tolerance(generation: &Generation, keep: f64) -> f64 {
    let mut distances: Vec<f64> = generation.particles.iter().map(|particle| particle.distance).collect();
    distances.sort_by(f64::total_cmp);
    let kept = (keep * distances.len() as f64).ceil() as usize;
    distances[kept.clamp(1, distances.len()) - 1]
}

/// The particles within a tolerance, copied in turn until there are as many as before.
fn copied(before: &Generation, tolerance: f64, lineage: &mut Lineage) -> Generation {
    let is_near = |&at: &usize| before.particles[at].distance <= tolerance;
    let near: Vec<usize> = (0..before.particles.len()).filter(is_near).collect();
    let from: Vec<usize> = (0..before.particles.len()).map(|place| near[place % near.len()]).collect();
    let particles = from.iter().map(|&at| before.particles[at].clone()).collect();
    lineage.steps.push(from.into_iter().map(|at| (at, 1.0)).collect());
    Generation { tolerance, tried: 0, accepted: 0.0, effective: 0.0, particles }
}

/// What each particle has from those before it, step by step: of copies and of moves, from the prior on.
struct Lineage {
    particles: usize,
    /// For each particle after a step, which it was before, and its correlation with that.
    steps: Vec<Vec<(usize, f64)>>,
}

impl Lineage {
    /// Effective sample size: a score that no step was chosen by is a standard normal in each particle, and in the sum over
    /// the particles every normal that went into them counts with the share that is left of it.
    fn effective(&self) -> f64 {
        let mut weights = vec![1.0; self.particles];
        let mut variance = 0.0;
        for step in self.steps.iter().rev() {
            let mut before = vec![0.0; self.particles];
            for (weight, &(from, correlation)) in weights.iter().zip(step) {
                variance += weight * weight * (1.0 - correlation * correlation);
                before[from] += weight * correlation;
            }
            weights = before;
        }
        variance += weights.iter().map(|weight| weight * weight).sum::<f64>();
        (self.particles * self.particles) as f64 / variance
    }
}

/// A draw of the prior that depends on its number alone.
fn fresh(settings: &Settings, (generation, sweep): (usize, usize), at: usize) -> Vec<f64> {
    let streams = Streams::new(key2(key2(settings.seed, generation as u64), sweep as u64), at as u64);
    let normal = |factor: usize| normal_quantile(streams.stream(Purpose::Design, 1, factor as u64).uniform());
    (0..settings.factors).map(normal).collect()
}

/// The correlation of each particle's proposal with where it stands.
fn stays(settings: &Settings, (number, sweep): (usize, usize)) -> Vec<f64> {
    let of = |at: usize| {
        let streams = Streams::new(key2(key2(settings.seed, number as u64), sweep as u64), at as u64);
        let size = STEPS[streams.stream(Purpose::Design, 0, 0).below(STEPS.len() as u64) as usize];
        sqrt(1.0 - size * size)
    };
    (0..settings.particles).map(of).collect()
}

/// A step of each particle.
fn proposals(
    settings: &Settings,
    generation: &Generation,
    stays: &[f64],
    (number, sweep): (usize, usize),
) -> Vec<Vec<f64>> {
    let step = |(at, (particle, stay)): (usize, (&Particle, &f64))| {
        let (fresh, size) = (fresh(settings, (number, sweep), at), sqrt(1.0 - stay * stay));
        particle.scores.iter().zip(fresh).map(|(score, fresh)| stay * score + size * fresh).collect()
    };
    generation.particles.iter().zip(stays).enumerate().map(step).collect()
}

/// Takes the steps that come within the tolerance; which those are.
fn move_particles(
    generation: &mut Generation,
    steps: impl Iterator<Item = (Vec<f64>, Vec<f64>)>,
    distance: impl Fn(&[f64]) -> f64,
) -> Vec<bool> {
    let before = generation.accepted * generation.tried as f64;
    let mut moved = Vec::with_capacity(generation.particles.len());
    for (particle, (scores, observed)) in generation.particles.iter_mut().zip(steps) {
        let distance = distance(&observed);
        moved.push(distance <= generation.tolerance);
        if distance <= generation.tolerance {
            *particle = Particle { scores, observed, distance };
        }
    }
    generation.tried += moved.len();
    generation.accepted = (before + moved.iter().filter(|&&moved| moved).count() as f64) / generation.tried as f64;
    moved
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

    /// Mean and standard deviation of a score.
    fn moments(generation: &Generation, factor: usize) -> (f64, f64) {
        let n = generation.particles.len() as f64;
        let mean = generation.particles.iter().map(|particle| particle.scores[factor]).sum::<f64>() / n;
        let away = |particle: &Particle| (particle.scores[factor] - mean) * (particle.scores[factor] - mean);
        (mean, sqrt(generation.particles.iter().map(away).sum::<f64>() / n))
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
            found.generations.len() >= 5 && last.effective > 200.0,
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
    }

    #[test]
    fn many_parameters_do_not_wear_the_population_down() {
        // Thirty parameters, of which the record sees the sum of the first two.
        let settings = settings(30, 500, 8);
        let found = calibrate::<()>(&settings, &[wanted(2.0, 0)], |generation, sweep, proposals| {
            let see = |(at, scores): (usize, &Vec<f64>)| {
                vec![scores[0] + scores[1] + 0.5 * normal(8, (generation, sweep), at, 0)]
            };
            Ok(proposals.iter().enumerate().map(see).collect())
        })
        .expect("nothing fails");
        let last = found.last();
        assert!(last.effective > 60.0, "{}", last.effective);
        // The sum has variance 2 before and 2 x 0.25 / 2.25 after, mean 2 x 2 / 2.25; half of the mean is each one's.
        let error = 4.0 / sqrt(last.effective);
        for factor in 0..2 {
            assert!((moments(last, factor).0 - 2.0 / 2.25).abs() < error, "{factor}: {:?}", moments(last, factor));
        }
        for factor in 2..30 {
            let (mean, sd) = moments(last, factor);
            assert!(mean.abs() < error && (sd - 1.0).abs() < error, "{factor}: {mean} {sd}");
        }
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
            let below = found.last().particles.iter().filter(|particle| particle.scores[0] < truth).count();
            ranks.push(below as f64 / 100.0);
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

    #[test]
    fn what_the_record_does_not_touch_is_told_from_its_prior_as_seldom_as_is_said() {
        // Eleven parameters that nothing depends on beside three of which a hard record is seen, so that few moves are taken.
        let (runs, mut false_alarms, mut duplicates) = (40, 0, 0.0);
        for seed in 0..runs {
            let settings = Settings { generations: 8, ..settings(14, 200, seed) };
            let found = calibrate::<()>(&settings, &[wanted(4.0, 0)], |generation, sweep, proposals| {
                let see = |(at, scores): (usize, &Vec<f64>)| {
                    vec![scores[..3].iter().sum::<f64>() + 0.2 * normal(seed, (generation, sweep), at, 0)]
                };
                Ok(proposals.iter().enumerate().map(see).collect())
            })
            .expect("nothing fails");
            let last = found.last();
            let laws = vec![crate::draw::Law::Uniform { low: 0.0, high: 1.0 }; 14];
            let marginals = crate::inference::posterior::marginals(last, &laws);
            false_alarms += usize::from(marginals[3..].iter().any(super::super::posterior::Marginal::has_moved));
            duplicates += last.effective / last.particles.len() as f64;
        }
        // At most one run in twenty, on average.
        assert!(false_alarms <= 5, "{false_alarms} of {runs}; effective {}", duplicates / runs as f64);
    }

    #[test]
    fn copies_count_for_what_moves_have_left_of_them() {
        let lineage = |steps| Lineage { particles: 4, steps };
        let copies = vec![(0, 1.0), (0, 1.0), (1, 1.0), (1, 1.0)];
        assert_eq!(lineage(vec![]).effective(), 4.0);
        assert_eq!(lineage(vec![copies.clone()]).effective(), 2.0);
        // A fresh draw each parts them again; half a step leaves two of a correlation of a quarter each.
        let moved = |stay: f64| (0..4).map(|at| (at, stay)).collect::<Vec<_>>();
        assert_eq!(lineage(vec![copies.clone(), moved(0.0)]).effective(), 4.0);
        assert!((lineage(vec![copies, moved(0.5)]).effective() - 16.0 / 5.0).abs() < 1e-12);
    }
}
