//! Chance and ignorance kept apart: the variance of a nested design split in two.
//!
//! Outer draws are values of the uncertain parameters; inner replications are the play of chance with the parameters
//! held. Var(Y) = Var(E[Y | draw]) + E[Var(Y | draw)].

use super::error::{StatsError, check_count, check_finite};
use super::interval::{SkewWarning, mean_t};
use super::moments::{corrected_mean, sum_of, variance};
use crate::math::sqrt;

/// How the inner replications of different draws relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InnerSeeds {
    /// Every draw has seeds of its own.
    Independent,
    /// The j-th inner replication has the same seed under every draw.
    Common,
}

/// The variance of a nested design, split.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VarianceSplit {
    /// Number of outer draws.
    pub outer: usize,
    /// Inner replications of each.
    pub inner: usize,
    /// Grand mean, in the unit of the values.
    pub mean: f64,
    /// Standard error of the grand mean over fresh draws and fresh seeds; a component whose estimate is negative counts as
    /// none, so that it is 0 only where nothing varies.
    pub mean_mcse: f64,
    /// Its degrees of freedom, by Satterthwaite.
    pub mean_df: f64,
    /// Present where the draws' means are too skewed for their number, so that intervals of all this cover less than they say.
    pub warning: Option<SkewWarning>,
    /// Variance of the mean between draws, freed of the noise of the inner replications; in squared units. Unbiased,
    /// and so negative by chance where the draws hardly matter.
    pub between_draws: f64,
    /// Mean variance of the replications of one draw, in squared units.
    pub chance: f64,
    /// With common seeds, the part of `chance` that the seed alone explains; unbiased, may be negative. `None` else.
    pub seed: Option<f64>,
    /// With common seeds, the part of `chance` that seed and draw have in common (the interaction mean square). `None`
    /// else.
    pub interaction: Option<f64>,
    /// `between_draws / (between_draws + chance)`, held within 0 to 1; `None` where nothing varies.
    pub share_between: Option<f64>,
}

/// Splits the variance of a nested design.
///
/// # Arguments
/// * `values` - outer x inner values, draw by draw: the inner replications of the first draw, then of the second.
/// * `inner` - inner replications of each draw, 2 or more.
/// * `seeds` - whether the inner seeds are the draw's own or common to all. With common seeds the noise of a draw's
///   mean is its interaction with the seeds alone, so the interaction mean square over `inner` is taken off; the whole
///   within variance would take off too much.
///
/// # Errors
/// [`StatsError::TooFew`] for fewer than 2 draws or inner replications, [`StatsError::Mismatch`] for an incomplete last
/// draw, [`StatsError::NotFinite`], [`StatsError::Overflow`].
///
/// # Source
/// Analysis of variance with random factors, by expected mean squares: that of the draws is `inner` times the variance
/// between draws plus the noise, which is the within mean square with own seeds (one factor) and the interaction mean
/// square with common seeds (two crossed factors without repetition).
///
/// # Examples
/// ```
/// use rearguard::stats::{InnerSeeds, split_variance};
/// // Two draws, means 1 and 5, each with replications one apart from its mean.
/// let split = split_variance(&[0.0, 2.0, 4.0, 6.0], 2, InnerSeeds::Independent)?;
/// assert_eq!((split.chance, split.between_draws), (2.0, 7.0));
/// # Ok::<(), rearguard::stats::StatsError>(())
/// ```
pub fn split_variance(values: &[f64], inner: usize, seeds: InnerSeeds) -> Result<VarianceSplit, StatsError> {
    check_count(inner, 2)?;
    if !values.len().is_multiple_of(inner) {
        return Err(StatsError::Mismatch { left: values.len(), right: inner });
    }
    let outer = values.len() / inner;
    check_count(outer, 2)?;
    check_finite(values)?;
    let (draws, reps) = (outer as f64, inner as f64);
    let of_draws: Vec<f64> = values.chunks_exact(inner).map(corrected_mean).collect();
    let mean = corrected_mean(&of_draws);
    // What rounding alone leaves of values that add up is none.
    let rounding = 16.0 * f64::EPSILON * values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    let draw_square = clear(reps * variance(&of_draws), rounding);
    let of_draws_df = draws - 1.0;
    let (noise, chance, seed, interaction, (mean_square, mean_df)) = match seeds {
        InnerSeeds::Independent => {
            let within = sum_of(values.chunks_exact(inner).map(variance)) / draws;
            (within, within, None, None, (draw_square, of_draws_df))
        }
        InnerSeeds::Common => {
            let (seed_square, interaction) = crossed(values, &of_draws, inner, mean, rounding);
            let seed = (seed_square - interaction) / draws;
            let of_mean = square_of_mean([draw_square, seed_square, interaction], [of_draws_df, reps - 1.0]);
            (interaction, seed + interaction, Some(seed), Some(interaction), of_mean)
        }
    };
    let between_draws = clear((draw_square - noise) / reps, rounding);
    if !(mean.is_finite() && between_draws.is_finite() && chance.is_finite()) {
        return Err(StatsError::Overflow { what: "variance" });
    }
    let total = between_draws.max(0.0) + chance.max(0.0);
    Ok(VarianceSplit {
        outer,
        inner,
        mean,
        mean_mcse: sqrt(mean_square / (draws * reps)),
        mean_df,
        warning: mean_t(&of_draws, 0.95)?.warning,
        between_draws,
        chance,
        seed,
        interaction,
        share_between: (total > 0.0).then(|| between_draws.max(0.0) / total),
    })
}

/// Share of a mean square by which rounding may move it.
///
/// # Source
/// Assumed: because sums of a million squares keep ten digits, and no two squares of a sample come so near but by being equal.
const SQUARE_ROUNDING: f64 = 1e-9;

/// The mean square that the error of the grand mean rests on, and its degrees of freedom.
///
/// # Arguments
/// * `squares` - of the draws, of the seeds and of their interaction.
/// * `df` - of the first two.
///
/// # Source
/// Satterthwaite (1946), "An approximate distribution of estimates of variance components". Draws or seeds that explain less
/// than their interaction does explain nothing; as much is something, since that gives fewer degrees of freedom.
fn square_of_mean([draw, seed, interaction]: [f64; 3], [of_draws, of_seeds]: [f64; 2]) -> (f64, f64) {
    let least = interaction * (1.0 - SQUARE_ROUNDING);
    let parts = match (draw >= least, seed >= least) {
        (true, true) => [draw, seed, -interaction],
        (true, false) => [draw, 0.0, 0.0],
        (false, true) => [0.0, seed, 0.0],
        (false, false) => [0.0, 0.0, interaction],
    };
    let square = parts.iter().sum::<f64>();
    let dfs = [of_draws, of_seeds, of_draws * of_seeds];
    let weighed: f64 = dfs.iter().zip(parts).map(|(df, part)| part * part / df).sum();
    (square, if weighed > 0.0 { square * square / weighed } else { of_draws })
}

/// Mean squares of the seeds, and of what neither draw nor seed explains.
fn crossed(values: &[f64], of_draws: &[f64], inner: usize, mean: f64, rounding: f64) -> (f64, f64) {
    let draws = of_draws.len() as f64;
    let of_seeds: Vec<f64> = (0..inner)
        .map(|seed| {
            let column: Vec<f64> = values.iter().skip(seed).step_by(inner).copied().collect();
            corrected_mean(&column)
        })
        .collect();
    let squares = values.chunks_exact(inner).zip(of_draws).flat_map(|(row, of_draw)| {
        row.iter().zip(&of_seeds).map(move |(value, of_seed)| {
            let rest = (value - of_draw) - (of_seed - mean);
            rest * rest
        })
    });
    let interaction = sum_of(squares) / ((draws - 1.0) * (inner as f64 - 1.0));
    (clear(draws * variance(&of_seeds), rounding), clear(interaction, rounding))
}

/// A square, or none where rounding explains it.
fn clear(square: f64, rounding: f64) -> f64 {
    if square.abs() > rounding * rounding { square } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::special::normal_quantile;

    /// Standard normal values.
    fn normals(seed: u64) -> impl FnMut() -> f64 {
        let mut values = crate::stats::uniforms::uniforms(seed).map(normal_quantile);
        move || values.next().expect("there is always another")
    }

    #[test]
    fn a_textbook_one_way_table_has_its_components() {
        // Draw means 2, 5, 8 over two replications: mean square between 18, within (0.5 + 2 + 0.5) / 3.
        let split = split_variance(&[1.5, 2.5, 4.0, 6.0, 7.5, 8.5], 2, InnerSeeds::Independent).expect("a design");
        assert_eq!((split.outer, split.inner, split.mean), (3, 2, 5.0));
        assert!((split.chance - 1.0).abs() < 1e-15);
        assert!((split.between_draws - 8.5).abs() < 1e-14);
        assert!((split.mean_mcse - 3.0_f64.sqrt()).abs() < 1e-15);
        assert!((split.share_between.expect("a share") - 8.5 / 9.5).abs() < 1e-15);
    }

    #[test]
    fn an_additive_table_has_no_interaction() {
        // Draw effects 0, 10, 20 plus seed effects 0, 1, 5: every draw's mean has the same noise, which cancels.
        let values = [0.0, 1.0, 5.0, 10.0, 11.0, 15.0, 20.0, 21.0, 25.0];
        let split = split_variance(&values, 3, InnerSeeds::Common).expect("a design");
        assert!((split.between_draws - 100.0).abs() < 1e-12);
        assert!((split.seed.expect("a component") - 7.0).abs() < 1e-12);
        assert_eq!(split.interaction, Some(0.0));
        assert!((split.chance - 7.0).abs() < 1e-12);
        // Taken for independent seeds, the same table would lose part of what lies between the draws.
        let wrong = split_variance(&values, 3, InnerSeeds::Independent).expect("a design");
        assert!((wrong.between_draws - (100.0 - 7.0 / 3.0)).abs() < 1e-12);
    }

    #[test]
    fn a_table_with_an_interaction_has_the_components_it_was_made_of() {
        // Draw effects 0, 10, 20 and seed effects 0, 1, 5, 2, plus a product of effects that each sum to nothing: mean squares
        // 400, 14 and 20 / 6.
        let (draws, seeds) = ([0.0, 10.0, 20.0], [0.0, 1.0, 5.0, 2.0]);
        let (of_draw, of_seed) = ([-1.0, 0.0, 1.0], [-1.0, 1.0, 2.0, -2.0]);
        let row = |i: usize| (0..4).map(move |j| draws[i] + seeds[j] + of_draw[i] * of_seed[j]);
        let values: Vec<f64> = (0..3).flat_map(row).collect();
        let split = split_variance(&values, 4, InnerSeeds::Common).expect("a design");
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found} for {expected}");
        near(split.interaction.expect("a component"), 10.0 / 3.0);
        near(split.seed.expect("a component"), (14.0 - 10.0 / 3.0) / 3.0);
        near(split.chance, 62.0 / 9.0);
        near(split.between_draws, (400.0 - 10.0 / 3.0) / 4.0);
        near(split.mean_mcse, sqrt((400.0 + 14.0 - 10.0 / 3.0) / 12.0));
    }

    #[test]
    fn mean_squares_that_are_alike_have_the_degrees_of_freedom_of_all_whatever_rounding_says() {
        // Where one replication alone differs the three squares are equal: over 19, 24 and 456 degrees of freedom.
        let expected = 1.0 / (1.0 / 19.0 + 1.0 / 24.0 + 1.0 / 456.0);
        for at in 0..500 {
            let mut values = [0.0; 500];
            values[at] = 0.7;
            let split = split_variance(&values, 25, InnerSeeds::Common).expect("a design");
            assert!((split.mean_df - expected).abs() < 1e-6, "{at}: {} for {expected}", split.mean_df);
        }
    }

    #[test]
    fn both_designs_recover_components_that_are_known() {
        // Draw variance 4, seed variance 9, interaction variance 1. The mean estimate of 400
        // designs of 20 x 5 has a standard error of 0.07 with common seeds and 0.10 with own ones; 4.5 are allowed.
        let mut draw = normals(2024);
        let (mut common, mut own) = (0.0, 0.0);
        for _ in 0..400 {
            let seeds: Vec<f64> = (0..5).map(|_| 3.0 * draw()).collect();
            let (mut crossed, mut nested) = (Vec::new(), Vec::new());
            for _ in 0..20 {
                let effect = 2.0 * draw();
                for seed in &seeds {
                    crossed.push(effect + seed + draw());
                    nested.push(effect + 3.0 * draw() + draw());
                }
            }
            common += split_variance(&crossed, 5, InnerSeeds::Common).expect("a design").between_draws / 400.0;
            own += split_variance(&nested, 5, InnerSeeds::Independent).expect("a design").between_draws / 400.0;
        }
        assert!((common - 4.0).abs() < 0.31, "{common}");
        assert!((own - 4.0).abs() < 0.46, "{own}");
    }

    #[test]
    fn noise_alone_is_not_mistaken_for_a_difference_between_draws() {
        // Equal draw means by construction: the raw variance of means is 0 and the corrected one negative.
        let split = split_variance(&[0.0, 2.0, 2.0, 0.0], 2, InnerSeeds::Independent).expect("a design");
        assert_eq!((split.between_draws, split.share_between), (-1.0, Some(0.0)));
    }

    #[test]
    fn a_grand_mean_has_an_error_wherever_something_varies() {
        // Draw and seed means are all alike: what is left is the interaction, 8 over 1 degree of freedom.
        let split = split_variance(&[1.0, 3.0, 3.0, 1.0], 2, InnerSeeds::Common).expect("a design");
        assert_eq!((split.interaction, split.mean_df), (Some(4.0), 1.0));
        assert_eq!(split.mean_mcse, 1.0);
        // Draws matter and seeds do not: the draws' own mean square, with their degrees of freedom.
        let split = split_variance(&[0.0, 2.0, 11.0, 9.0, 5.0, 5.0], 2, InnerSeeds::Common).expect("a design");
        assert_eq!(split.mean_df, 2.0);
        assert!((split.mean_mcse - sqrt(variance(&[1.0, 10.0, 5.0]) / 3.0)).abs() < 1e-15);
    }

    #[test]
    fn nothing_varying_has_no_share() {
        for seeds in [InnerSeeds::Independent, InnerSeeds::Common] {
            let split = split_variance(&[0.1; 12], 3, seeds).expect("a design");
            assert_eq!((split.between_draws, split.chance, split.share_between), (0.0, 0.0, None));
        }
    }

    #[test]
    fn designs_too_small_to_split_are_refused() {
        let of = |values: &[f64], inner| split_variance(values, inner, InnerSeeds::Common);
        assert_eq!(of(&[1.0, 2.0], 1), Err(StatsError::TooFew { needed: 2, given: 1 }));
        assert_eq!(of(&[1.0, 2.0], 2), Err(StatsError::TooFew { needed: 2, given: 1 }));
        assert_eq!(of(&[1.0, 2.0, 3.0], 2), Err(StatsError::Mismatch { left: 3, right: 2 }));
        assert!(of(&[], 0).is_err());
        assert!(of(&[1.0, 2.0, 3.0, f64::NAN], 2).is_err());
    }
}
