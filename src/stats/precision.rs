//! When to stop replicating: checks far apart, each stricter than the last, so that looking often does not spoil the
//! confidence.
//!
//! Pure functions of what has been computed: the clock, the caps and the running belong to the caller.

use super::error::{StatsError, check_level};
use super::interval::{Interval, MeanEstimate, t_interval};
use crate::math::special::normal_quantile;
use crate::math::sqrt;

/// Replications at the first check.
///
/// # Source
/// Assumed: because for a measure that is 90% zeros with a lognormal tail the 95% t interval covers 73% at 30
/// replications, 84% at 100 and 93% at 1,000.
pub const FIRST_CHECK: u64 = 1000;

/// Replications that must differ from the commonest value before the precision of a measure is believed.
///
/// # Source
/// Assumed: because a deviation estimated from fewer than a hundred events is itself uncertain by a tenth.
pub const MIN_UNLIKE: u64 = 100;

/// The half-width wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PrecisionTarget {
    /// In the unit of the measure, above 0.
    Absolute(f64),
    /// As a share of the true mean, above 0: 0.05 is five percent.
    Relative(f64),
}

/// What a check found for one measure or contrast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrecisionVerdict {
    /// Whether the half-width wanted is reached and enough values differ from the commonest.
    pub reached: bool,
    /// Half-width at this check's confidence, in the unit of the measure.
    pub half_width: f64,
    /// Half-width wanted, in the same unit.
    pub wanted: f64,
    /// Interval at this check's confidence: valid in spite of the earlier looks.
    pub interval: Interval,
    /// Confidence of this check, above the confidence asked for overall.
    pub confidence: f64,
    /// Values that differ from the commonest.
    pub unlike: u64,
}

/// What to do after a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextCheck {
    /// Every target is reached.
    Stop,
    /// Go on to this many replications in all.
    Continue(u64),
    /// The cap is reached and a target is not.
    NotReached,
}

/// Number of replications at check `check`, from 1: 1,000 and then half as many again, rounded up, each time.
///
/// # Returns
/// 1,000, 1,500, 2,250, 3,375, 5,063...; saturating.
///
/// # Examples
/// ```
/// assert_eq!(rearguard::stats::replications_at(4), 3375);
/// ```
pub fn replications_at(check: u32) -> u64 {
    let mut n = FIRST_CHECK;
    for _ in 1..check {
        if n == u64::MAX {
            break;
        }
        n = n.saturating_add(n.div_ceil(2));
    }
    n
}

/// The check, from 1, that so many replications are judged at.
pub fn check_at(replications: u64) -> u32 {
    let mut check = 1;
    while replications_at(check) < replications {
        check += 1;
    }
    check
}

/// Confidence to use at check `check`, from 1 (0 counts as 1): 1 - alpha / (k (k + 1)).
///
/// The levels add up to alpha over any number of checks, so that the interval at whichever check stops the run covers
/// with the confidence asked for.
///
/// # Arguments
/// * `confidence` - coverage wanted overall, between 0 and 1.
///
/// # Examples
/// ```
/// assert!((rearguard::stats::confidence_at(1, 0.95) - 0.975).abs() < 1e-15);
/// ```
pub fn confidence_at(check: u32, confidence: f64) -> f64 {
    let check = f64::from(check.max(1));
    1.0 - (1.0 - confidence) / (check * (check + 1.0))
}

/// How many values differ from the commonest: events, or those without one where most have it.
///
/// # Examples
/// ```
/// assert_eq!(rearguard::stats::unlike_commonest(&[1.0, 0.0, 1.0, 1.0, 2.5]), 2);
/// ```
pub fn unlike_commonest(values: &[f64]) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let commonest = sorted.chunk_by(|a, b| a == b).map(<[f64]>::len).max().unwrap_or(0);
    (values.len() - commonest) as u64
}

/// Judges one measure or contrast at a check.
///
/// # Arguments
/// * `estimate` - mean and standard error so far, at any confidence.
/// * `unlike` - replications in which the measure, or the difference, is not the commonest value.
/// * `target` - the half-width wanted. A relative one, r, is met by r / (1 + r) of the *estimated* mean: the error is
///   then at most r of the *true* one.
/// * `check` - number of this check, from 1.
/// * `confidence` - coverage wanted overall, between 0 and 1.
///
/// # Errors
/// [`StatsError::NotPositive`] for a target of 0 or less, [`StatsError::BadLevel`].
///
/// # Examples
/// ```
/// use rearguard::stats::{PrecisionTarget, judge_precision, mean_t};
/// let xs: Vec<f64> = (0..1000).map(|i| f64::from(i % 10)).collect();
/// let verdict = judge_precision(&mean_t(&xs, 0.95)?, 900, PrecisionTarget::Absolute(0.25), 1, 0.95)?;
/// assert!(verdict.reached && verdict.half_width > mean_t(&xs, 0.95)?.half_width);
/// # Ok::<(), rearguard::stats::StatsError>(())
/// ```
pub fn judge_precision(
    estimate: &MeanEstimate,
    unlike: u64,
    target: PrecisionTarget,
    check: u32,
    confidence: f64,
) -> Result<PrecisionVerdict, StatsError> {
    check_level(confidence)?;
    let wanted = match target {
        PrecisionTarget::Absolute(width) => positive("half-width wanted", width)?,
        PrecisionTarget::Relative(share) => {
            let share = positive("relative half-width wanted", share)?;
            estimate.mean.abs() * (share / (1.0 + share))
        }
    };
    let confidence = confidence_at(check, confidence);
    let interval = t_interval(estimate.mean, estimate.mcse, estimate.n as f64 - 1.0, confidence)?;
    let half_width = interval.half_width();
    let reached = half_width <= wanted && unlike >= MIN_UNLIKE;
    Ok(PrecisionVerdict { reached, half_width, wanted, interval, confidence, unlike })
}

/// What to do after check `check`.
///
/// # Arguments
/// * `verdicts` - of every measure and contrast with a target.
/// * `check` - number of this check, from 1.
/// * `cap` - most replications allowed. The last check before it is made at the cap itself.
pub fn next_check(verdicts: &[PrecisionVerdict], check: u32, cap: u64) -> NextCheck {
    if verdicts.iter().all(|verdict| verdict.reached) {
        NextCheck::Stop
    } else if replications_at(check) >= cap {
        NextCheck::NotReached
    } else {
        NextCheck::Continue(replications_at(check.saturating_add(1)).min(cap))
    }
}

/// The first check at which every target would be reached if means and deviations stayed as they are. Skipping checks spoils
/// nothing, since the levels of all of them add up to the level asked for whichever are looked at.
///
/// # Arguments
/// * `verdicts` - of every measure and contrast with a target, at the check of `replications`.
/// * `replications` - those so far, of which there may be fewer than its check has.
/// * `most` - replications that the check may have at most.
///
/// # Returns
/// A later check, the last within `most` if none suffices; the next one if the widths are reached and too few values differ
/// from the commonest.
pub fn reaching_check(verdicts: &[PrecisionVerdict], replications: u64, most: u64) -> u32 {
    let check = check_at(replications);
    let would_reach = |verdict: &PrecisionVerdict, next: u32| {
        let quantile = |confidence: f64| normal_quantile(f64::midpoint(1.0, confidence));
        let stricter = quantile(next_confidence(verdict.confidence, check, next)) / quantile(verdict.confidence);
        let narrower = sqrt(replications as f64 / replications_at(next) as f64);
        verdict.reached || verdict.half_width * stricter * narrower <= verdict.wanted
    };
    let mut next = check.saturating_add(1);
    while replications_at(next.saturating_add(1)) <= most && !verdicts.iter().all(|verdict| would_reach(verdict, next))
    {
        next += 1;
    }
    next
}

/// The confidence of another check, from that of this one.
fn next_confidence(confidence: f64, check: u32, next: u32) -> f64 {
    let share = |check: u32| f64::from(check.max(1)) * (f64::from(check.max(1)) + 1.0);
    1.0 - (1.0 - confidence) * share(check) / share(next)
}

/// The value, if it is above zero and finite.
fn positive(what: &'static str, value: f64) -> Result<f64, StatsError> {
    if value > 0.0 && value.is_finite() { Ok(value) } else { Err(StatsError::NotPositive { what, value }) }
}

#[cfg(test)]
mod tests {
    use super::super::mean_t;
    use super::*;

    fn estimate(n: u64, mean: f64, mcse: f64) -> MeanEstimate {
        let example = mean_t(&[0.0, 1.0], 0.95).expect("data");
        MeanEstimate { n, mean, mcse, ..example }
    }

    fn verdict(reached: bool) -> PrecisionVerdict {
        let mut verdict = judge_precision(&estimate(1000, 1.0, 0.1), 500, PrecisionTarget::Absolute(1.0), 1, 0.95)
            .expect("a verdict");
        verdict.reached = reached;
        verdict
    }

    #[test]
    fn checks_grow_by_half() {
        assert_eq!([1, 2, 3, 4, 5, 6].map(replications_at), [1000, 1500, 2250, 3375, 5063, 7595]);
        assert_eq!((replications_at(0), replications_at(u32::MAX)), (1000, u64::MAX));
    }

    #[test]
    fn the_check_to_come_is_the_first_that_would_suffice() {
        let judged = |half: f64| {
            judge_precision(&estimate(1000, 5.0, half), 500, PrecisionTarget::Absolute(0.1), 1, 0.95)
                .expect("a verdict")
        };
        // Half-width 0.08 times 2.24 at check 1. At check 5, 3.14 times 0.08 over the root of 5.063 is 0.112; at check 6, 3.24
        // times 0.08 over the root of 7.595 is 0.094.
        let reaching = |verdicts: &[PrecisionVerdict]| reaching_check(verdicts, 1000, 16_000);
        assert_eq!(reaching(&[judged(0.08)]), 6);
        assert_eq!(reaching(&[judged(50.0)]), 7, "the last below 16,000");
        assert_eq!(reaching(&[judged(0.02)]), 2, "what is reached, or lacks unlike values");
        assert_eq!(reaching(&[judged(0.02), judged(0.08)]), 6, "the target that is farthest decides");
        // Where a cap of 800 ended it, the same half-width falls faster: at check 5 it is 0.094 and not 0.105.
        assert_eq!((reaching(&[judged(0.075)]), reaching_check(&[judged(0.075)], 800, 16_000)), (6, 5));
        assert!((next_confidence(confidence_at(1, 0.95), 1, 4) - confidence_at(4, 0.95)).abs() < 1e-15);
    }

    #[test]
    fn levels_add_up_to_the_level_asked_for() {
        // 1/2 + 1/6 + 1/12 + ... = 1 - 1/(k + 1).
        let spent: f64 = (1..=999).map(|check| 1.0 - confidence_at(check, 0.95)).sum();
        assert!((spent - 0.05 * 0.999).abs() < 1e-12);
        assert_eq!(confidence_at(0, 0.95), confidence_at(1, 0.95));
    }

    #[test]
    fn an_absolute_target_is_met_at_the_confidence_of_the_check() {
        // Half-width 0.1 times about 2.24 at check 1, 2.4 at check 2.
        let at = |check| {
            judge_precision(&estimate(1000, 5.0, 0.1), 500, PrecisionTarget::Absolute(0.23), check, 0.95)
                .expect("a verdict")
        };
        assert!(at(1).reached && !at(2).reached);
        assert!((at(1).half_width - 0.2245).abs() < 5e-4);
    }

    #[test]
    fn a_relative_target_bounds_the_error_relative_to_the_truth() {
        // The worst truth inside the interval is mean - half-width: the error there is r of it exactly.
        let verdict = judge_precision(&estimate(1000, -11.0, 0.1), 500, PrecisionTarget::Relative(0.1), 1, 0.95)
            .expect("a verdict");
        assert!((verdict.wanted - 1.0).abs() < 1e-14);
        assert!((verdict.wanted / (11.0 - verdict.wanted) - 0.1).abs() < 1e-14);
    }

    #[test]
    fn too_few_events_are_never_precise_enough() {
        let of = |unlike| {
            judge_precision(&estimate(1000, 0.0, 0.0), unlike, PrecisionTarget::Absolute(9.0), 1, 0.95)
                .expect("a verdict")
        };
        assert!(!of(0).reached && !of(99).reached && of(100).reached);
    }

    #[test]
    fn an_event_that_hardly_any_replication_lacks_counts_as_one_that_hardly_any_has() {
        let (mut rare, mut sure) = (vec![0.0; 1000], vec![1.0; 1000]);
        (rare[7], sure[7]) = (1.0, 0.0);
        assert_eq!([&rare, &sure].map(|values| unlike_commonest(values)), [1, 1]);
        assert_eq!([&[-0.0, 0.0, 3.0][..], &[2.0, 1.0], &[]].map(unlike_commonest), [1, 1, 0]);
    }

    #[test]
    fn the_run_stops_goes_on_or_gives_up() {
        assert_eq!(next_check(&[verdict(true), verdict(true)], 3, 10_000), NextCheck::Stop);
        assert_eq!(next_check(&[verdict(true), verdict(false)], 3, 10_000), NextCheck::Continue(3375));
        assert_eq!(next_check(&[verdict(false)], 3, 3000), NextCheck::Continue(3000));
        assert_eq!(next_check(&[verdict(false)], 4, 3000), NextCheck::NotReached);
        assert_eq!(next_check(&[], 1, 10), NextCheck::Stop);
    }

    #[test]
    fn targets_without_meaning_are_refused() {
        for target in
            [PrecisionTarget::Absolute(0.0), PrecisionTarget::Relative(-0.1), PrecisionTarget::Absolute(f64::NAN)]
        {
            assert!(matches!(
                judge_precision(&estimate(1000, 1.0, 0.1), 500, target, 1, 0.95),
                Err(StatsError::NotPositive { .. })
            ));
        }
    }
}
