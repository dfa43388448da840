//! Designs over uncertain parameters: points of the unit cube, to be put through the quantile functions of their laws.

use serde::{Deserialize, Serialize};

use super::sobol::{MOST_FACTORS, sobol};
use crate::draw::key2;

/// Levels of a parameter in Morris' design: the middles of the four quarters of its law.
const LEVELS: u64 = 4;
/// Levels that a step leads up or down: half the law.
const STEP: u64 = LEVELS / 2;
/// Nearest to 0 and 1 that a coordinate comes, where a law may have no end.
const EDGE: f64 = 1.0 / 8_589_934_592.0;

/// A design over uncertain parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Screening {
    /// Trajectories through the cube, each of which changes every parameter once.
    Morris {
        /// How many.
        trajectories: usize,
    },
    /// Two independent halves of scrambled Sobol' points, and for each parameter the first half with that parameter of the
    /// second.
    Sobol {
        /// Scramblings, each independent of the others.
        scramblings: usize,
        /// Points of each half, in each of them.
        points: usize,
    },
    /// A Latin hypercube.
    Prcc {
        /// How many points.
        points: usize,
    },
    /// Each parameter at its 5% and its 95% point, the others drawn in every replication; all points under the same chances.
    Swing,
}

/// Where a swing begins and ends.
pub const ENDS: [f64; 2] = [0.05, 0.95];

/// A point of the unit cube.
#[derive(Clone, Debug, PartialEq)]
pub struct CubePoint {
    /// A coordinate for each parameter, between 0 and 1; NaN for one that is drawn.
    pub at: Vec<f64>,
    /// Points of one block share their chances; those of different blocks have none in common.
    pub block: u64,
}

impl Screening {
    /// Most parameters; none for any number.
    pub fn most_factors(self) -> Option<usize> {
        matches!(self, Self::Sobol { .. }).then_some(MOST_FACTORS)
    }

    /// How many points there are.
    pub fn count(self, factors: usize) -> usize {
        match self {
            Self::Morris { trajectories } => trajectories.saturating_mul(factors + 1),
            Self::Sobol { scramblings, points } => scramblings.saturating_mul(points).saturating_mul(factors + 2),
            Self::Prcc { points } => points,
            Self::Swing => 2 * factors,
        }
    }

    /// The points.
    ///
    /// Morris: trajectory by trajectory, neighbours differing in one parameter. Sobol': by scrambling and point, that of the
    /// first half, that of the second, and then the first with each parameter of the second in turn. Swing: by parameter, its
    /// lower end and its upper.
    ///
    /// # Arguments
    /// * `factors` - how many parameters.
    /// * `seed` - of the design.
    pub fn points(self, factors: usize, seed: u64) -> Vec<CubePoint> {
        match self {
            Self::Morris { trajectories } => {
                (0..trajectories as u64).flat_map(|at| trajectory(factors, at, seed)).collect()
            }
            Self::Sobol { scramblings, points } => {
                (0..scramblings).flat_map(|at| pick_freeze(factors, (at, points), key2(seed, at as u64))).collect()
            }
            Self::Prcc { points } => hypercube(factors, points, seed),
            Self::Swing => (0..factors).flat_map(|factor| ENDS.map(|end| alone(factors, factor, end))).collect(),
        }
    }
}

/// One trajectory: a random corner of the lattice, and then a step of each parameter in random order.
///
/// # Source
/// Morris (1991), "Factorial sampling plans for preliminary computational experiments", Technometrics 33(2).
fn trajectory(factors: usize, number: u64, seed: u64) -> Vec<CubePoint> {
    let seed = key2(seed, number);
    let word = |factor: usize| key2(seed, factor as u64);
    let mut levels: Vec<u64> = (0..factors).map(|factor| word(factor) % LEVELS).collect();
    let mut order: Vec<usize> = (0..factors).collect();
    order.sort_by_key(|&factor| (key2(!seed, factor as u64), factor));
    let point = |levels: &[u64]| CubePoint {
        at: levels.iter().map(|&level| (level as f64 + 0.5) / LEVELS as f64).collect(),
        block: number,
    };
    let mut points = vec![point(&levels)];
    for factor in order {
        // Up from the lower half, down from the upper: every level is left and reached equally often.
        levels[factor] = (levels[factor] + STEP) % LEVELS;
        points.push(point(&levels));
    }
    points
}

/// The points of one scrambling: a point of each half, and then the first with each coordinate of the second. The halves
/// are scrambled apart and the second is shuffled, so that no pair of points is tied by their place in the sequence; the
/// first point shares its chances with those made of it.
///
/// # Source
/// Saltelli et al. (2010), "Variance based sensitivity analysis of model output", Computer Physics Communications 181(2).
fn pick_freeze(factors: usize, (number, points): (usize, usize), seed: u64) -> Vec<CubePoint> {
    let half = |half: u64, point: usize| -> Vec<f64> {
        (0..factors).map(|factor| inside(sobol(point as u32, factor, key2(seed, half)))).collect()
    };
    let mut shuffled: Vec<usize> = (0..points).collect();
    shuffled.sort_by_key(|&point| (key2(!seed, point as u64), point));
    let group = |(point, other): (usize, usize)| {
        let (first, second) = (half(0, point), half(1, other));
        let own = 2 * (number * points + point) as u64;
        let mixed = |factor: usize| {
            let mut at = first.clone();
            at[factor] = second[factor];
            CubePoint { at, block: own }
        };
        let mixed: Vec<CubePoint> = (0..factors).map(mixed).collect();
        [vec![CubePoint { at: first, block: own }, CubePoint { at: second, block: own + 1 }], mixed].concat()
    };
    shuffled.into_iter().enumerate().flat_map(group).collect()
}

fn inside(coordinate: f64) -> f64 {
    coordinate.clamp(EDGE, 1.0 - EDGE)
}

/// A point that holds one parameter and draws the others.
fn alone(factors: usize, factor: usize, end: f64) -> CubePoint {
    let mut at = vec![f64::NAN; factors];
    at[factor] = end;
    CubePoint { at, block: 0 }
}

/// A Latin hypercube, each point with chances of its own.
fn hypercube(factors: usize, points: usize, seed: u64) -> Vec<CubePoint> {
    let column = |factor: usize| -> Vec<f64> {
        let seed = key2(seed, factor as u64);
        let mut parts: Vec<usize> = (0..points).collect();
        parts.sort_by_key(|&part| (key2(seed, part as u64), part));
        let within = |point: usize| (key2(!seed, point as u64) >> 11) as f64 / (1_u64 << 53) as f64;
        parts.iter().enumerate().map(|(point, &part)| inside((part as f64 + within(point)) / points as f64)).collect()
    };
    let columns: Vec<Vec<f64>> = (0..factors).map(column).collect();
    (0..points)
        .map(|point| CubePoint { at: columns.iter().map(|column| column[point]).collect(), block: point as u64 })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trajectory_steps_once_along_every_parameter_between_lattice_points() {
        let points = Screening::Morris { trajectories: 50 }.points(6, 3);
        assert_eq!(points.len(), Screening::Morris { trajectories: 50 }.count(6));
        let mut ups = 0;
        for (number, trajectory) in points.chunks(7).enumerate() {
            assert!(trajectory.iter().all(|point| point.block == number as u64));
            let mut moved = Vec::new();
            for pair in trajectory.windows(2) {
                let changes =
                    pair[0].at.iter().zip(&pair[1].at).enumerate().filter(|(_, (before, after))| before != after);
                let changes: Vec<(usize, f64)> =
                    changes.map(|(factor, (before, after))| (factor, after - before)).collect();
                assert_eq!(changes.len(), 1);
                assert_eq!(changes[0].1.abs(), 0.5);
                ups += usize::from(changes[0].1 > 0.0);
                moved.push(changes[0].0);
            }
            moved.sort_unstable();
            assert_eq!(moved, [0, 1, 2, 3, 4, 5]);
        }
        // 300 steps, each up with probability one half: four standard deviations are 35.
        assert!((115..=185).contains(&ups), "{ups}");
        assert_ne!(points[0].at, points[7].at);
    }

    #[test]
    fn the_halves_are_apart_and_each_mixed_point_borrows_one_coordinate() {
        let screening = Screening::Sobol { scramblings: 3, points: 8 };
        let points = screening.points(4, 5);
        assert_eq!(points.len(), screening.count(4));
        let mut blocks = std::collections::BTreeSet::new();
        for group in points.chunks(6) {
            let (first, second) = (&group[0], &group[1]);
            assert!(first.at.iter().zip(&second.at).all(|(a, b)| a != b));
            assert!(blocks.insert(first.block) && blocks.insert(second.block));
            for (factor, mixed) in group[2..].iter().enumerate() {
                assert_eq!(mixed.block, first.block);
                for at in 0..4 {
                    assert_eq!(mixed.at[at], if at == factor { second.at[at] } else { first.at[at] });
                }
            }
        }
        // Within a scrambling a half fills every eighth of every parameter once.
        for factor in 0..4 {
            let mut parts: Vec<usize> =
                points[..48].chunks(6).map(|group| (group[0].at[factor] * 8.0) as usize).collect();
            parts.sort_unstable();
            assert_eq!(parts, [0, 1, 2, 3, 4, 5, 6, 7]);
        }
    }

    #[test]
    fn a_hypercube_has_a_point_in_every_part_of_every_parameter() {
        let points = Screening::Prcc { points: 40 }.points(3, 9);
        for factor in 0..3 {
            let mut parts: Vec<usize> = points.iter().map(|point| (point.at[factor] * 40.0) as usize).collect();
            assert_ne!(parts, (0..40).collect::<Vec<_>>());
            parts.sort_unstable();
            assert_eq!(parts, (0..40).collect::<Vec<_>>());
        }
    }
}
