//! How sure the split of a variance is: the jackknife over groups of draws and of seeds.

use super::error::StatsError;
use super::interval::{Interval, t_interval};
use super::moments::variance;
use super::variance::{InnerSeeds, VarianceSplit, split_variance};
use crate::math::sqrt;

/// Intervals of what a split finds; none of what no group of draws or seeds moves, and of what has no value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SplitIntervals {
    /// Of the variance between draws, about its unbiased estimate: it may reach below 0.
    pub between_draws: Option<Interval>,
    /// Of the variance of chance.
    pub chance: Option<Interval>,
    /// Of the seeds' part of it, about its unbiased estimate.
    pub seed: Option<Interval>,
    /// Of the interaction's part of it.
    pub interaction: Option<Interval>,
    /// Of the share between draws, cut at 0 and 1.
    pub share_between: Option<Interval>,
}

impl SplitIntervals {
    /// Whether there is none at all.
    pub fn is_none(&self) -> bool {
        let Self { between_draws, chance, seed, interaction, share_between } = self;
        [between_draws, chance, seed, interaction, share_between].iter().all(|interval| interval.is_none())
    }
}

/// Groups of draws, and of seeds, that are left out in turn, at most.
const GROUPS: usize = 20;
/// And at least.
const FEWEST: usize = 4;

/// Intervals of a split by the jackknife: over groups of draws and, with common seeds, over groups of seeds too.
///
/// # Arguments
/// As for [`split_variance`], and the coverage wanted, between 0 and 1.
///
/// # Returns
/// `None` for fewer than 4 draws. With common seeds the errors that draws and seeds bring add up, in which their interaction
/// counts twice; fewer than 4 seeds bring none.
///
/// # Errors
/// As for [`split_variance`], and [`StatsError::BadLevel`].
///
/// # Source
/// Tukey (1958), "Bias and confidence in not-quite large samples"; Student's t with the degrees of freedom of Satterthwaite
/// (1946).
pub fn split_intervals(
    values: &[f64],
    inner: usize,
    seeds: InnerSeeds,
    confidence: f64,
) -> Result<Option<SplitIntervals>, StatsError> {
    let whole = Parts::of(values, inner, seeds)?;
    let outer = values.len() / inner;
    if outer < FEWEST {
        return Ok(None);
    }
    let mut spreads = vec![jackknife(outer, |is_kept| {
        let kept = values.chunks_exact(inner).enumerate().filter(|(draw, _)| is_kept(*draw));
        Parts::of(&kept.flat_map(|(_, draw)| draw.iter().copied()).collect::<Vec<f64>>(), inner, seeds)
    })?];
    if seeds == InnerSeeds::Common && inner >= FEWEST {
        spreads.push(jackknife(inner, |is_kept| {
            let kept: Vec<usize> = (0..inner).filter(|&seed| is_kept(seed)).collect();
            let of_draw = |draw: &[f64]| kept.iter().map(|&seed| draw[seed]).collect::<Vec<f64>>();
            Parts::of(&values.chunks_exact(inner).flat_map(of_draw).collect::<Vec<f64>>(), kept.len(), seeds)
        })?);
    }
    let interval = |at: usize| -> Result<Option<Interval>, StatsError> {
        let (Some(estimate), Some(parts)) =
            (whole.0[at], spreads.iter().map(|spread| spread[at]).collect::<Option<Vec<_>>>())
        else {
            return Ok(None);
        };
        let square: f64 = parts.iter().map(|(square, _)| square).sum();
        if square <= 0.0 {
            return Ok(None);
        }
        let df = square * square / parts.iter().map(|(square, df)| square * square / df).sum::<f64>();
        t_interval(estimate, sqrt(square), df, confidence).map(Some)
    };
    // An end that is cut off leaves nothing of an interval that lies wholly outside.
    let share = interval(4)?.filter(|share| share.high > 0.0 && share.low < 1.0);
    Ok(Some(SplitIntervals {
        between_draws: interval(0)?,
        chance: interval(1)?,
        seed: interval(2)?,
        interaction: interval(3)?,
        share_between: share.map(|share| share.within((0.0, 1.0))),
    }))
}

/// Interval of an estimate by the jackknife over groups of parts that are independent of each other.
///
/// # Arguments
/// * `count` - how many parts.
/// * `without` - the estimate from the parts that are kept.
/// * `confidence` - coverage wanted, between 0 and 1.
///
/// # Returns
/// `None` for fewer than 4 parts, and where no group moves the estimate.
///
/// # Errors
/// Those of `without`, and [`StatsError::BadLevel`].
///
/// # Source
/// As for [`split_intervals`].
pub fn jackknife_interval(
    count: usize,
    estimate: f64,
    without: impl Fn(&dyn Fn(usize) -> bool) -> Result<f64, StatsError>,
    confidence: f64,
) -> Result<Option<Interval>, StatsError> {
    if count < FEWEST {
        return Ok(None);
    }
    let of = |is_kept: &dyn Fn(usize) -> bool| Ok(Parts([Some(without(is_kept)?), None, None, None, None]));
    match jackknife(count, of)?[0] {
        Some((square, df)) if square > 0.0 => t_interval(estimate, sqrt(square), df, confidence).map(Some),
        _ => Ok(None),
    }
}

/// What a split finds, in the order of [`SplitIntervals`]; the share is not held within 0 to 1.
struct Parts([Option<f64>; 5]);

impl Parts {
    fn of(values: &[f64], inner: usize, seeds: InnerSeeds) -> Result<Self, StatsError> {
        let VarianceSplit { between_draws, chance, seed, interaction, .. } = split_variance(values, inner, seeds)?;
        let total = between_draws + chance;
        let share = (total > 0.0).then(|| between_draws / total);
        Ok(Self([Some(between_draws), Some(chance), seed, interaction, share]))
    }
}

/// By part, the squared error that the jackknife finds and its degrees of freedom; `None` of a part that some group leaves
/// without a value.
fn jackknife(
    count: usize,
    without: impl Fn(&dyn Fn(usize) -> bool) -> Result<Parts, StatsError>,
) -> Result<[Option<(f64, f64)>; 5], StatsError> {
    let groups = count.min(GROUPS);
    let parts: Vec<Parts> =
        (0..groups).map(|left_out| without(&|at| at % groups != left_out)).collect::<Result<_, _>>()?;
    let df = groups as f64 - 1.0;
    Ok(std::array::from_fn(|at| {
        let values: Option<Vec<f64>> = parts.iter().map(|parts| parts.0[at]).collect();
        Some((df * df / groups as f64 * variance(&values?), df))
    }))
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

    fn share_interval(values: &[f64], inner: usize, seeds: InnerSeeds) -> Option<Interval> {
        split_intervals(values, inner, seeds, 0.95).expect("a design").expect("draws enough").share_between
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
        let found = share_interval(&values, inner, InnerSeeds::Independent).expect("an interval");
        assert!((found.low - (whole - half)).abs() < 1e-12 && (found.high - (whole + half)).abs() < 1e-12, "{found:?}");
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
            let interval = share_interval(&values, inner, InnerSeeds::Common).expect("an interval");
            held += u32::from(interval.contains(0.25));
        }
        // The share is skewed and its seeds few: nine in ten is what the jackknife gives here.
        assert!((170..=200).contains(&held), "{held} of {trials}");
    }

    #[test]
    fn what_nothing_moves_has_no_interval() {
        let none =
            SplitIntervals { between_draws: None, chance: None, seed: None, interaction: None, share_between: None };
        assert_eq!(split_intervals(&[1.0; 12], 2, InnerSeeds::Common, 0.95), Ok(Some(none)));
        assert_eq!(split_intervals(&[1.0, 2.0, 3.0, 5.0], 2, InnerSeeds::Common, 0.95), Ok(None));
    }

    #[test]
    fn a_share_that_comes_out_at_nought_has_an_interval_with_a_width() {
        // Draws that do not matter: the estimate is cut at 0 in half of all designs, its interval never to a point.
        let (mut normal, mut cut) = (normals(5), 0);
        for _ in 0..40 {
            let values: Vec<f64> = (0..200).map(|_| normal()).collect();
            let split = split_variance(&values, 20, InnerSeeds::Common).expect("a design");
            let Some(share) = share_interval(&values, 20, InnerSeeds::Common) else { continue };
            assert!(share.high > share.low, "{share:?}");
            cut += u32::from(split.share_between == Some(0.0));
        }
        assert!(cut > 5, "{cut} designs came out at nought");
    }

    #[test]
    fn skewed_draws_are_held_less_often_and_most_of_them_say_so() {
        // Effects of draws are lognormal of log-sd 1, with variance (e - 1) e; chance has as much: the share is a half.
        let (mut normal, mut held, mut flagged) = (normals(9), 0, 0);
        let e = crate::math::exp(1.0);
        let sd = sqrt((e - 1.0) * e);
        for _ in 0..400 {
            let mut values = Vec::new();
            for _ in 0..10 {
                let effect = crate::math::exp(normal());
                values.extend((0..25).map(|_| effect + sd * normal()));
            }
            held += u32::from(share_interval(&values, 25, InnerSeeds::Common).is_some_and(|share| share.contains(0.5)));
            let split = split_variance(&values, 25, InnerSeeds::Common).expect("a design");
            flagged += u32::from(split.warning.is_some());
        }
        // As docs/statistics.md has it: some six in ten, and seven in ten are flagged.
        assert!(
            (200..=280).contains(&held) && (250..=320).contains(&flagged),
            "{held} held and {flagged} flagged of 400"
        );
    }

    #[test]
    fn both_parts_are_held_by_their_intervals() {
        // Draw variance 1, seed variance 4, interaction 1: 24 draws of 40 seeds, 100 designs.
        let (mut normal, mut held) = (normals(77), [0; 4]);
        for _ in 0..100 {
            let seeds: Vec<f64> = (0..40).map(|_| 2.0 * normal()).collect();
            let mut values = Vec::new();
            for _ in 0..24 {
                let draw = normal();
                values.extend(seeds.iter().map(|seed| draw + seed + normal()));
            }
            let found =
                split_intervals(&values, 40, InnerSeeds::Common, 0.95).expect("a design").expect("draws enough");
            let known = [(found.between_draws, 1.0), (found.chance, 5.0), (found.seed, 4.0), (found.interaction, 1.0)];
            for (held, (interval, value)) in held.iter_mut().zip(known) {
                *held += u32::from(interval.expect("an interval").contains(value));
            }
        }
        assert!(held.iter().all(|&held| held >= 84), "{held:?} of 100");
    }
}
