//! Chance and ignorance kept apart: the variance of a nested design split in two.
//!
//! Outer draws are values of the uncertain parameters; inner replications are the play of chance with the parameters
//! held. Var(Y) = Var(E[Y | draw]) + E[Var(Y | draw)].

use super::error::{StatsError, check_count, check_finite};
use super::interval::{Interval, t_interval};
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
    /// Standard error of the grand mean over fresh draws and fresh seeds; 0 where the estimate of its square is not
    /// positive.
    pub mean_mcse: f64,
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
    let draw_square = reps * variance(&of_draws);
    let (noise, chance, seed, interaction, mean_square) = match seeds {
        InnerSeeds::Independent => {
            let within = sum_of(values.chunks_exact(inner).map(variance)) / draws;
            (within, within, None, None, draw_square)
        }
        InnerSeeds::Common => {
            let (seed_square, interaction) = crossed(values, &of_draws, inner, mean);
            let seed = (seed_square - interaction) / draws;
            (interaction, seed + interaction, Some(seed), Some(interaction), draw_square + seed_square - interaction)
        }
    };
    let between_draws = (draw_square - noise) / reps;
    if !(mean.is_finite() && between_draws.is_finite() && chance.is_finite()) {
        return Err(StatsError::Overflow { what: "variance" });
    }
    let total = between_draws.max(0.0) + chance.max(0.0);
    Ok(VarianceSplit {
        outer,
        inner,
        mean,
        mean_mcse: sqrt(mean_square.max(0.0) / (draws * reps)),
        between_draws,
        chance,
        seed,
        interaction,
        share_between: (total > 0.0).then(|| between_draws.max(0.0) / total),
    })
}

/// Groups of draws that are left out in turn, at most.
const GROUPS: usize = 20;

/// Interval of the share of the variance that lies between draws, by the jackknife over groups of draws.
///
/// # Arguments
/// As for [`split_variance`], and the coverage wanted, between 0 and 1.
///
/// # Returns
/// An interval within 0 to 1; `None` for fewer than 4 draws and where nothing varies.
///
/// # Errors
/// As for [`split_variance`], and [`StatsError::BadLevel`].
///
/// # Source
/// Tukey (1958), "Bias and confidence in not-quite large samples"; the t quantile of one less than the groups.
pub fn share_between_interval(
    values: &[f64],
    inner: usize,
    seeds: InnerSeeds,
    confidence: f64,
) -> Result<Option<Interval>, StatsError> {
    let Some(whole) = split_variance(values, inner, seeds)?.share_between else { return Ok(None) };
    let draws = values.len() / inner;
    let groups = draws.min(GROUPS);
    if groups < 4 {
        return Ok(None);
    }
    let mut shares = Vec::with_capacity(groups);
    for left_out in 0..groups {
        let kept = values.chunks_exact(inner).enumerate().filter(|(draw, _)| draw % groups != left_out);
        let kept: Vec<f64> = kept.flat_map(|(_, draw)| draw.iter().copied()).collect();
        shares.extend(split_variance(&kept, inner, seeds)?.share_between);
    }
    let count = shares.len() as f64;
    if shares.len() < groups {
        return Ok(None);
    }
    let spread = (count - 1.0) * (count - 1.0) / count * variance(&shares);
    let Interval { low, high } = t_interval(whole, sqrt(spread), count - 1.0, confidence)?;
    Ok(Some(Interval { low: low.max(0.0), high: high.min(1.0) }))
}

/// Mean squares of the seeds, and of what neither draw nor seed explains.
fn crossed(values: &[f64], of_draws: &[f64], inner: usize, mean: f64) -> (f64, f64) {
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
    (draws * variance(&of_seeds), interaction)
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
        assert!(split.interaction.expect("a component") < 1e-25);
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
    fn the_interval_of_the_share_is_that_of_the_pseudo_values() {
        // Tukey: 20 values, each 20 times the share less 19 times that without one group, as if they were a sample.
        let (mut normal, outer, inner) = (normals(5), 40, 6);
        let mut values = Vec::new();
        for _ in 0..outer {
            let draw = normal();
            values.extend((0..inner).map(|_| draw + normal()));
        }
        let share =
            |values: &[f64]| split_variance(values, inner, InnerSeeds::Independent).expect("a design").share_between;
        let whole = share(&values).expect("a share");
        let pseudo = |group: usize| {
            let kept = (0..outer).filter(|draw| draw % 20 != group).flat_map(|draw| &values[draw * inner..][..inner]);
            20.0 * whole - 19.0 * share(&kept.copied().collect::<Vec<f64>>()).expect("a share")
        };
        let half = crate::stats::mean_t(&(0..20).map(pseudo).collect::<Vec<f64>>(), 0.95).expect("values").half_width;
        let found = share_between_interval(&values, inner, InnerSeeds::Independent, 0.95).expect("a design");
        let found = found.expect("an interval");
        assert!((found.low - (whole - half)).abs() < 1e-12 && (found.high - (whole + half)).abs() < 1e-12, "{found:?}");
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

    #[test]
    fn the_share_between_draws_is_held_by_its_interval_as_often_as_it_says() {
        // Draws of variance 1, seeds 1, interaction 2: a quarter lies between draws.
        let (outer, inner, trials) = (40, 12, 200);
        let mut normal = normals(77);
        let mut held = 0;
        for _ in 0..trials {
            let seeds: Vec<f64> = (0..inner).map(|_| normal()).collect();
            let mut values = Vec::new();
            for _ in 0..outer {
                let draw = normal();
                values.extend(seeds.iter().map(|seed| draw + seed + sqrt(2.0) * normal()));
            }
            let interval = share_between_interval(&values, inner, InnerSeeds::Common, 0.95).expect("a design");
            held += u32::from(interval.expect("an interval").contains(0.25));
        }
        // The share is skewed and its seeds few: nine in ten is what the jackknife gives here.
        assert!((170..=200).contains(&held), "{held} of {trials}");
        assert_eq!(share_between_interval(&[1.0; 12], 2, InnerSeeds::Common, 0.95), Ok(None));
        assert_eq!(share_between_interval(&[1.0, 2.0, 3.0, 5.0], 2, InnerSeeds::Common, 0.95), Ok(None));
    }
}
