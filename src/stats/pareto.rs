//! The Pareto set of several policies on several measures, and how sure membership is.

use super::error::{StatsError, check_lengths};

/// Which of some points no other point beats: as low in every coordinate and lower in one.
///
/// # Arguments
/// * `points` - by policy, one coordinate for each measure; lower is better; finite.
///
/// # Returns
/// One answer for each point. Equal points stand or fall together.
///
/// # Examples
/// ```
/// let on = rearguard::stats::pareto_set(&[vec![1.0, 5.0], vec![2.0, 3.0], vec![2.0, 6.0]]);
/// assert_eq!(on, [true, true, false]);
/// ```
pub fn pareto_set(points: &[Vec<f64>]) -> Vec<bool> {
    let beats = |one: &Vec<f64>, other: &Vec<f64>| {
        one.iter().zip(other).all(|(a, b)| a <= b) && one.iter().zip(other).any(|(a, b)| a < b)
    };
    points.iter().map(|point| !points.iter().any(|other| beats(other, point))).collect()
}

/// In how many of some resamples each policy is in the Pareto set.
///
/// # Arguments
/// * `sums` - by policy, measure and group of replications: the group's sum; the same groups for all, so that policies stay
///   paired. Lower is better.
/// * `sizes` - replications of each group.
/// * `resamples` - how many.
/// * `weights` - how often a resample takes each group.
///
/// # Returns
/// A count for each policy.
///
/// # Errors
/// [`StatsError::Mismatch`] for sums or weights of other groups, [`StatsError::TooFew`] for no groups.
///
/// # Source
/// Efron (1979), "Bootstrap methods: another look at the jackknife"; the groups are resampled whole.
pub fn pareto_counts(
    sums: &[Vec<Vec<f64>>],
    sizes: &[u64],
    resamples: u64,
    weights: impl Fn(u64) -> Vec<u32>,
) -> Result<Vec<u64>, StatsError> {
    if sizes.is_empty() {
        return Err(StatsError::TooFew { needed: 1, given: 0 });
    }
    for groups in sums.iter().flatten() {
        check_lengths(groups.len(), sizes.len())?;
    }
    let mut counts = vec![0; sums.len()];
    for resample in 0..resamples {
        let weights = weights(resample);
        check_lengths(weights.len(), sizes.len())?;
        let taken: u64 = weights.iter().zip(sizes).map(|(&times, &size)| u64::from(times) * size).sum();
        let mean = |groups: &Vec<f64>| {
            let total: f64 = weights.iter().zip(groups).map(|(&times, sum)| f64::from(times) * sum).sum();
            total / taken as f64
        };
        let points: Vec<Vec<f64>> = sums.iter().map(|measures| measures.iter().map(mean).collect()).collect();
        for (count, on) in counts.iter_mut().zip(pareto_set(&points)) {
            *count += u64::from(on);
        }
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equal_points_stand_together_and_worse_ones_fall() {
        let points = [vec![1.0, 2.0], vec![1.0, 2.0], vec![1.0, 3.0], vec![0.5, 9.0]];
        assert_eq!(pareto_set(&points), [true, true, false, true]);
        assert_eq!(pareto_set(&[vec![7.0]]), [true]);
        assert!(pareto_set(&[]).is_empty());
    }

    #[test]
    fn what_is_better_in_every_replication_is_better_in_every_resample() {
        // The first policy is one lower in each group on both measures; the third trades one for the other.
        let groups = [4.0, 9.0, 1.0, 5.0];
        let of = |a: f64, b: f64| vec![groups.map(|x| x + a).to_vec(), groups.map(|x| 2.0 * x + b).to_vec()];
        let sums = [of(0.0, 0.0), of(1.0, 1.0), of(-1.0, 3.0)];
        let weights = |resample: u64| (0..4).map(|group| u32::from(group == resample % 4) * 4).collect();
        assert_eq!(pareto_counts(&sums, &[1; 4], 50, weights), Ok(vec![50, 0, 50]));
    }

    #[test]
    fn groups_that_do_not_match_are_refused() {
        assert!(pareto_counts(&[vec![vec![1.0]]], &[], 1, |_| Vec::new()).is_err());
        assert!(pareto_counts(&[vec![vec![1.0, 2.0]]], &[1], 1, |_| vec![1]).is_err());
        assert!(pareto_counts(&[vec![vec![1.0]]], &[1], 1, |_| vec![1, 1]).is_err());
    }

    proptest! {
        #[test]
        fn some_point_is_always_in_the_set_and_none_in_it_is_beaten(
            points in prop::collection::vec(prop::collection::vec(0_i32..6, 3), 1..12),
        ) {
            let points: Vec<Vec<f64>> =
                points.into_iter().map(|point| point.into_iter().map(f64::from).collect()).collect();
            let on = pareto_set(&points);
            prop_assert!(on.contains(&true));
            for (point, _) in points.iter().zip(&on).filter(|(_, on)| **on) {
                let beaten = points.iter().any(|other| other != point && other.iter().zip(point).all(|(a, b)| a <= b));
                prop_assert!(!beaten);
            }
        }
    }
}
