//! Many contrasts at once: Holm's step-down adjustment.

use super::error::{StatsError, check_level};
use super::interval::{Interval, t_interval};
use super::paired::PairedDifference;

/// One member of a family of tests, adjusted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Holm {
    /// Adjusted p-value: the smallest family-wise error rate at which this member would be rejected, 0 to 1.
    pub p_value: f64,
    /// Whether it is rejected at the family-wise error rate asked for.
    pub rejected: bool,
    /// Confidence at which this member is judged: 1 - alpha over the members still in play at its step, or at the first step of
    /// those with the same p-value.
    pub confidence: f64,
}

/// Holm's adjustment of a family of p-values.
///
/// # Arguments
/// * `p_values` - one per member, 0 to 1; the members may depend on one another in any way.
/// * `confidence` - one less the family-wise error rate, between 0 and 1.
///
/// # Returns
/// One entry per p-value, in the order given.
///
/// # Errors
/// [`StatsError::BadLevel`]; [`StatsError::NotFinite`] for a p-value that is NaN.
///
/// # Source
/// Holm (1979), "A simple sequentially rejective multiple test procedure".
///
/// # Examples
/// ```
/// let family = rearguard::stats::holm(&[0.01, 0.04, 0.03], 0.95)?;
/// let adjusted: Vec<f64> = family.iter().map(|member| member.p_value).collect();
/// assert_eq!(adjusted, [0.03, 0.06, 0.06]);
/// # Ok::<(), rearguard::stats::StatsError>(())
/// ```
pub fn holm(p_values: &[f64], confidence: f64) -> Result<Vec<Holm>, StatsError> {
    check_level(confidence)?;
    if let Some(index) = p_values.iter().position(|p| p.is_nan()) {
        return Err(StatsError::NotFinite { index, value: p_values[index] });
    }
    let alpha = 1.0 - confidence;
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut family = vec![Holm { p_value: 1.0, rejected: false, confidence }; p_values.len()];
    let (mut largest, mut stopped_at, mut left) = (0.0_f64, None, 0.0);
    for (step, &member) in order.iter().enumerate() {
        if step == 0 || p_values[member] != p_values[order[step - 1]] {
            left = (p_values.len() - step) as f64;
        }
        largest = largest.max((left * p_values[member]).min(1.0));
        // The first failure ends the testing; everything after it is judged as that step was.
        if stopped_at.is_none() && p_values[member] > alpha / left {
            stopped_at = Some(left);
        }
        let judged_among = stopped_at.unwrap_or(left);
        family[member] =
            Holm { p_value: largest, rejected: stopped_at.is_none(), confidence: 1.0 - alpha / judged_among };
    }
    Ok(family)
}

/// Intervals of a family of contrasts that agree with Holm's decisions: an interval leaves out zero where, and only
/// where, the contrast is rejected. Those of events are none of these: Newcombe's interval and the exact test can disagree.
///
/// Each interval has the confidence of the step at which its contrast was judged. Signs are protected family-wise; the
/// ends of rejected contrasts are not simultaneous. For ends that hold all at once use [`bonferroni_confidence`].
///
/// # Arguments
/// * `family` - the contrasts, all of one family.
/// * `confidence` - one less the family-wise error rate, between 0 and 1.
///
/// # Returns
/// One adjusted member and interval per contrast, in the order given.
///
/// # Errors
/// As for [`holm`].
pub fn holm_intervals(family: &[PairedDifference], confidence: f64) -> Result<Vec<(Holm, Interval)>, StatsError> {
    let p_values: Vec<f64> = family.iter().map(|contrast| contrast.p_value).collect();
    holm(&p_values, confidence)?
        .into_iter()
        .zip(family)
        .map(|(member, contrast)| {
            let df = contrast.n as f64 - 1.0;
            Ok((member, t_interval(contrast.mean, contrast.mcse, df, member.confidence)?))
        })
        .collect()
}

/// Confidence that each of `members` intervals needs for all to hold at once with `confidence`, whatever their
/// dependence.
///
/// # Arguments
/// * `confidence` - simultaneous coverage wanted, between 0 and 1.
/// * `members` - number of intervals; 0 counts as 1.
pub fn bonferroni_confidence(confidence: f64, members: usize) -> f64 {
    1.0 - (1.0 - confidence) / members.max(1) as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Worse, paired};
    use super::*;

    fn adjusted(p_values: &[f64]) -> Vec<f64> {
        holm(p_values, 0.95).expect("p-values").iter().map(|member| member.p_value).collect()
    }

    #[test]
    fn a_worked_family_is_adjusted_step_by_step() {
        // By hand: sorted 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1, each no smaller than the one before.
        let got = adjusted(&[0.01, 0.04, 0.03, 0.005]);
        for (got, expected) in got.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((got - expected).abs() < 1e-15);
        }
    }

    #[test]
    fn one_test_alone_is_left_as_it_is() {
        assert_eq!(adjusted(&[0.2]), [0.2]);
        assert!(adjusted(&[]).is_empty());
        assert_eq!(adjusted(&[0.7, 0.8]), [1.0, 1.0]);
    }

    #[test]
    fn members_that_are_alike_are_judged_alike() {
        let family = holm(&[0.01, 0.2, 0.01, 0.001, 0.2], 0.95).expect("p-values");
        assert_eq!((family[0], family[1]), (family[2], family[4]));
        // Four in play at the first of the two, which both pass; then two.
        let judged = [0, 1].map(|member| 1.0 - family[member].confidence);
        assert!((judged[0] - 0.05 / 4.0).abs() < 1e-15 && (judged[1] - 0.05 / 2.0).abs() < 1e-15, "{judged:?}");
        assert!(family[0].rejected && !family[1].rejected);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(holm(&[0.1, f64::NAN], 0.95).is_err());
        assert!(holm(&[0.1], 1.0).is_err());
        assert_eq!(bonferroni_confidence(0.95, 5), 0.99);
    }

    proptest! {
        #[test]
        fn intervals_leave_out_zero_exactly_where_holm_rejects(
            shifts in prop::collection::vec(-3.0..3.0_f64, 1..8), noise in prop::collection::vec(-2.0..2.0_f64, 12),
        ) {
            let baseline = vec![0.0; noise.len()];
            let family: Vec<_> = shifts
                .iter()
                .map(|shift| {
                    let policy: Vec<f64> = noise.iter().map(|x| x + shift).collect();
                    paired(&policy, &baseline, 0.95, Worse::Higher).expect("data")
                })
                .collect();
            for (member, interval) in holm_intervals(&family, 0.95).expect("family") {
                prop_assert_eq!(member.rejected, !interval.contains(0.0));
                prop_assert_eq!(member.rejected, member.p_value <= 1.0 - 0.95);
            }
        }
    }
}
