//! How good a forecast was: ensembles and probabilities against what happened, and agreement between rankings.

use super::error::{StatsError, check_count, check_finite, check_lengths};
use super::moments::sum_of;
use super::quantile::sorted;
use crate::math::sqrt;

/// Continuous ranked probability score of an ensemble, taken as the distribution it is.
///
/// # Arguments
/// * `ensemble` - one value per replication; finite; any unit and order.
/// * `observed` - what happened, in the same unit; finite.
///
/// # Returns
/// The score in the unit of the values, 0 for certainty that was right; smaller is better. For one value it is the
/// absolute error.
///
/// # Errors
/// [`StatsError::TooFew`] for no values, [`StatsError::NotFinite`].
///
/// # Source
/// Gneiting and Raftery (2007), "Strictly proper scoring rules, prediction, and estimation": E|X - y| - E|X - X'| / 2.
///
/// # Examples
/// ```
/// assert_eq!(rearguard::stats::crps(&[1.0, 3.0], 2.0)?, 0.5);
/// # Ok::<(), rearguard::stats::StatsError>(())
/// ```
pub fn crps(ensemble: &[f64], observed: f64) -> Result<f64, StatsError> {
    let (error, spread) = error_and_spread(ensemble, observed)?;
    let count = ensemble.len() as f64;
    Ok(error - spread / (count * count))
}

/// Continuous ranked probability score of the distribution that an ensemble was drawn from: freed of the penalty for
/// the ensemble being small.
///
/// # Arguments
/// As for [`crps`], with 2 values or more.
///
/// # Returns
/// The score in the unit of the values; unbiased, and so below 0 now and then.
///
/// # Errors
/// [`StatsError::TooFew`] for fewer than 2 values, [`StatsError::NotFinite`].
///
/// # Source
/// Ferro (2014), "Fair scores for ensemble forecasts".
pub fn crps_fair(ensemble: &[f64], observed: f64) -> Result<f64, StatsError> {
    check_count(ensemble.len(), 2)?;
    let (error, spread) = error_and_spread(ensemble, observed)?;
    let count = ensemble.len() as f64;
    Ok(error - spread / (count * (count - 1.0)))
}

/// Mean distance from the observation, and the sum of distances over unordered pairs.
fn error_and_spread(ensemble: &[f64], observed: f64) -> Result<(f64, f64), StatsError> {
    check_finite(&[observed])?;
    let xs = sorted(ensemble)?;
    let count = xs.len() as f64;
    let error = sum_of(xs.iter().map(|x| (x - observed).abs())) / count;
    // The i-th smallest is the larger of i pairs and the smaller of n - 1 - i. About the smallest, so that a large
    // common part does not cancel.
    let weight = |i: usize| 2.0 * i as f64 - (count - 1.0);
    let spread = sum_of(xs.iter().enumerate().map(|(i, x)| weight(i) * (x - xs[0])));
    Ok((error, spread))
}

/// Where the observation falls in an ensemble: the share below it plus half the share equal to it.
///
/// # Arguments
/// As for [`crps`].
///
/// # Returns
/// 0 to 1; over many forecasts that are right it averages 1/2, for counts too.
///
/// # Errors
/// As for [`crps`].
pub fn mid_pit(ensemble: &[f64], observed: f64) -> Result<f64, StatsError> {
    check_count(ensemble.len(), 1)?;
    check_finite(ensemble)?;
    check_finite(&[observed])?;
    let below = ensemble.iter().filter(|&&x| x < observed).count() as f64;
    let equal = ensemble.iter().filter(|&&x| x == observed).count() as f64;
    Ok((below + 0.5 * equal) / ensemble.len() as f64)
}

/// Brier score of forecast probabilities: the mean squared difference from what happened.
///
/// # Arguments
/// * `probabilities` - one per event, 0 to 1.
/// * `happened` - whether it did, the same event at the same place.
///
/// # Returns
/// 0 (certain and right) to 1 (certain and wrong).
///
/// # Errors
/// [`StatsError::Mismatch`], [`StatsError::TooFew`] for no events, [`StatsError::BadLevel`] for a probability outside
/// 0 to 1.
///
/// # Source
/// Brier (1950), the form for two outcomes.
pub fn brier(probabilities: &[f64], happened: &[bool]) -> Result<f64, StatsError> {
    check_lengths(probabilities.len(), happened.len())?;
    check_count(probabilities.len(), 1)?;
    if let Some(&level) = probabilities.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        return Err(StatsError::BadLevel { level });
    }
    let squares = probabilities.iter().zip(happened).map(|(p, &yes)| {
        let gap = if yes { 1.0 - p } else { *p };
        gap * gap
    });
    Ok(sum_of(squares) / probabilities.len() as f64)
}

/// Kendall's rank correlation tau-b, corrected for ties.
///
/// # Arguments
/// * `xs`, `ys` - paired values; finite; any units.
///
/// # Returns
/// -1 (reversed order) to 1 (same order); `None` where all values of either are equal.
///
/// # Errors
/// [`StatsError::Mismatch`], [`StatsError::TooFew`] for fewer than 2 pairs, [`StatsError::NotFinite`].
///
/// # Source
/// Kendall (1945), "The treatment of ties in ranking problems"; discordant pairs counted by merging, Knight (1966).
///
/// # Examples
/// ```
/// assert_eq!(rearguard::stats::kendall_tau_b(&[1.0, 2.0, 3.0], &[10.0, 20.0, 40.0])?, Some(1.0));
/// # Ok::<(), rearguard::stats::StatsError>(())
/// ```
pub fn kendall_tau_b(xs: &[f64], ys: &[f64]) -> Result<Option<f64>, StatsError> {
    check_lengths(xs.len(), ys.len())?;
    check_count(xs.len(), 2)?;
    check_finite(xs)?;
    check_finite(ys)?;
    // Adding zero makes -0 into 0, which the total order would tell apart.
    let mut pairs: Vec<(f64, f64)> = xs.iter().zip(ys).map(|(x, y)| (x + 0.0, y + 0.0)).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let tied_both = tied_pairs(&pairs, |a, b| a == b);
    let tied_x = tied_pairs(&pairs, |a, b| a.0 == b.0);
    // In order of x, and of y within equal x, the discordant pairs are the inversions of y.
    let mut by_y: Vec<f64> = pairs.iter().map(|pair| pair.1).collect();
    let discordant = sort_counting_inversions(&mut by_y);
    let tied_y = tied_pairs(&by_y, |a, b| a == b);
    let all = pairs_of(pairs.len());
    let concordant = all + tied_both - tied_x - tied_y - discordant;
    let scale = sqrt((all - tied_x) as f64 * (all - tied_y) as f64);
    let difference = concordant as f64 - discordant as f64;
    Ok((scale > 0.0).then(|| (difference / scale).clamp(-1.0, 1.0)))
}

/// n (n - 1) / 2.
fn pairs_of(n: usize) -> u128 {
    let n = n as u128;
    n * n.saturating_sub(1) / 2
}

/// Pairs of equal values among values of which equal ones are neighbours.
fn tied_pairs<T>(values: &[T], equal: impl Fn(&T, &T) -> bool) -> u128 {
    values.chunk_by(equal).map(|run| pairs_of(run.len())).sum()
}

/// Sorts, and counts the pairs that stood the wrong way round; equal values stand right.
fn sort_counting_inversions(values: &mut [f64]) -> u128 {
    let mut merged = values.to_vec();
    let mut inversions = 0;
    let mut width = 1;
    while width < values.len() {
        for (from, to) in values.chunks(2 * width).zip(merged.chunks_mut(2 * width)) {
            inversions += merge_counting(from, width.min(from.len()), to);
        }
        values.copy_from_slice(&merged);
        width = width.saturating_mul(2);
    }
    inversions
}

/// Merges the sorted halves `from[..middle]` and `from[middle..]` into `to`, counting pairs out of order.
fn merge_counting(from: &[f64], middle: usize, to: &mut [f64]) -> u128 {
    let (left, right) = from.split_at(middle);
    let (mut i, mut j, mut inversions) = (0, 0, 0);
    for slot in to {
        if i < left.len() && (j == right.len() || left[i] <= right[j]) {
            *slot = left[i];
            i += 1;
        } else {
            *slot = right[j];
            j += 1;
            inversions += (left.len() - i) as u128;
        }
    }
    inversions
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::math::exp;
    use crate::math::special::{normal_cdf, normal_quantile};

    /// Closed form for N(0, 1): z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi), Gneiting and Raftery (2007).
    fn normal_crps(z: f64) -> f64 {
        let density = exp(-0.5 * z * z) / std::f64::consts::TAU.sqrt();
        z * (2.0 * normal_cdf(z) - 1.0) + 2.0 * density - 1.0 / std::f64::consts::PI.sqrt()
    }

    #[test]
    fn a_large_normal_ensemble_has_the_closed_form_score() {
        assert!((normal_crps(0.0) - 0.233_694_977_3).abs() < 5e-11);
        let ensemble: Vec<f64> = (0..20_000).map(|i| normal_quantile((f64::from(i) + 0.5) / 20_000.0)).collect();
        for observed in [-1.3, 0.0, 0.4, 3.0] {
            // The step function of 20,000 slices differs from the distribution by 1/40,000 at most.
            assert!((crps(&ensemble, observed).expect("a score") - normal_crps(observed)).abs() < 2.5e-5, "{observed}");
        }
    }

    #[test]
    fn small_ensembles_equal_sums_over_pairs() {
        // |1-2|, |4-2|, |9-2| average 10/3; pairs 3, 5, 8 sum to 16.
        assert!((crps(&[9.0, 1.0, 4.0], 2.0).expect("a score") - (10.0 / 3.0 - 16.0 / 9.0)).abs() < 1e-15);
        assert!((crps_fair(&[9.0, 1.0, 4.0], 2.0).expect("a score") - (10.0 / 3.0 - 16.0 / 6.0)).abs() < 1e-15);
        assert_eq!(crps(&[5.0], 3.5), Ok(1.5));
        assert_eq!(crps_fair(&[5.0], 3.5), Err(StatsError::TooFew { needed: 2, given: 1 }));
        assert_eq!(crps(&[2.0; 7], 2.0), Ok(0.0));
    }

    #[test]
    fn a_large_common_part_does_not_cancel() {
        let near = crps(&[0.0, 1.0, 3.0], 2.0).expect("a score");
        assert_eq!(crps(&[1e12, 1e12 + 1.0, 1e12 + 3.0], 1e12 + 2.0), Ok(near));
    }

    #[test]
    fn the_middle_of_a_run_of_ties_is_its_rank() {
        assert_eq!(mid_pit(&[0.0, 1.0, 1.0, 2.0], 1.0), Ok(0.5));
        assert_eq!(mid_pit(&[0.0, 1.0, 1.0, 2.0], -1.0), Ok(0.0));
        assert_eq!(mid_pit(&[0.0, 1.0, 1.0, 2.0], 9.0), Ok(1.0));
    }

    #[test]
    fn brier_runs_from_right_to_wrong() {
        assert_eq!(brier(&[1.0, 0.0], &[true, false]), Ok(0.0));
        assert_eq!(brier(&[1.0, 0.0], &[false, true]), Ok(1.0));
        assert_eq!(brier(&[0.5, 0.25], &[true, false]), Ok(0.156_25));
        assert_eq!(brier(&[1.5], &[true]), Err(StatsError::BadLevel { level: 1.5 }));
        assert!(brier(&[], &[]).is_err() && brier(&[0.5], &[]).is_err());
    }

    #[test]
    fn tau_b_corrects_for_ties() {
        // Pairs: 4 concordant, 0 discordant; one tie in x, one in y: 4 / 5.
        assert_eq!(kendall_tau_b(&[1.0, 1.0, 2.0, 3.0], &[1.0, 2.0, 3.0, 3.0]), Ok(Some(0.8)));
        assert_eq!(kendall_tau_b(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]), Ok(Some(-1.0)));
        assert_eq!(kendall_tau_b(&[1.0, 1.0], &[1.0, 2.0]), Ok(None));
        assert_eq!(kendall_tau_b(&[0.0, -0.0, 1.0], &[5.0, 5.0, 6.0]), Ok(Some(1.0)));
        assert!(kendall_tau_b(&[1.0], &[1.0]).is_err());
    }

    proptest! {
        #[test]
        fn tau_b_equals_the_count_over_all_pairs(pairs in prop::collection::vec((0_i8..6, 0_i8..6), 2..40)) {
            let (xs, ys): (Vec<f64>, Vec<f64>) = pairs.iter().map(|&(x, y)| (f64::from(x), f64::from(y))).unzip();
            let (mut difference, mut free_x, mut free_y) = (0_i32, 0_i32, 0_i32);
            for (i, a) in pairs.iter().enumerate() {
                for b in &pairs[..i] {
                    let (dx, dy) = (i32::from((a.0 - b.0).signum()), i32::from((a.1 - b.1).signum()));
                    difference += dx * dy;
                    free_x += dx * dx;
                    free_y += dy * dy;
                }
            }
            let expected = (free_x > 0 && free_y > 0)
                .then(|| f64::from(difference) / (f64::from(free_x) * f64::from(free_y)).sqrt());
            prop_assert_eq!(kendall_tau_b(&xs, &ys).expect("pairs"), expected.map(|tau| tau.clamp(-1.0, 1.0)));
        }

        #[test]
        fn scores_do_not_depend_on_the_order_of_the_ensemble(xs in prop::collection::vec(-9.0..9.0_f64, 2..30)) {
            let mut turned = xs.clone();
            turned.reverse();
            prop_assert_eq!(crps(&xs, 1.0), crps(&turned, 1.0));
            prop_assert!(crps_fair(&xs, 1.0).expect("a score") <= crps(&xs, 1.0).expect("a score"));
        }
    }
}
