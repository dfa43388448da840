//! Probabilities of an event: one policy's, and the difference of two on the same replications.

use super::error::{StatsError, check_level};
use super::interval::Interval;
use crate::math::special::{beta_quantile, binomial_cdf, normal_quantile};
use crate::math::sqrt;

/// Below this many events or non-events the exact interval is used.
const FEW: u64 = 5;

/// How the interval of a proportion was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProportionMethod {
    /// Wilson's score interval: covers the stated confidence on average.
    Wilson,
    /// Clopper and Pearson's exact interval: covers at least the stated confidence.
    ClopperPearson,
}

impl ProportionMethod {
    /// Name for a table: `wilson` or `clopper-pearson`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wilson => "wilson",
            Self::ClopperPearson => "clopper-pearson",
        }
    }
}

/// A proportion with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proportion {
    /// Replications with the event.
    pub events: u64,
    /// Replications.
    pub n: u64,
    /// events / n, 0 to 1.
    pub estimate: f64,
    /// Two-sided interval within 0 to 1.
    pub interval: Interval,
    /// How the interval was found.
    pub method: ProportionMethod,
    /// Confidence of the interval, 0 to 1.
    pub confidence: f64,
}

/// A proportion with the interval that suits its counts: exact where events or non-events are fewer than 5, else
/// Wilson's.
///
/// # Arguments
/// * `events`, `n` - replications with the event, and in all.
/// * `confidence` - coverage wanted, between 0 and 1.
///
/// # Errors
/// [`StatsError::TooFew`] for no replications, [`StatsError::BadCount`] for more events than replications,
/// [`StatsError::BadLevel`].
///
/// # Examples
/// ```
/// // No event in 1,000 replications: not "0%" but below 3.69 in 1,000.
/// let none = rearguard::stats::proportion(0, 1000, 0.95)?;
/// assert!((none.interval.high - 0.003_68).abs() < 5e-6);
/// # Ok::<(), rearguard::stats::StatsError>(())
/// ```
pub fn proportion(events: u64, n: u64, confidence: f64) -> Result<Proportion, StatsError> {
    if events.min(n.saturating_sub(events)) < FEW {
        clopper_pearson(events, n, confidence)
    } else {
        wilson(events, n, confidence)
    }
}

/// Wilson's score interval for a proportion.
///
/// # Arguments
/// As for [`proportion`].
///
/// # Errors
/// As for [`proportion`].
///
/// # Source
/// Wilson (1927); method 3 of Newcombe (1998), Statistics in Medicine 17, 857-872.
pub fn wilson(events: u64, n: u64, confidence: f64) -> Result<Proportion, StatsError> {
    check(events, n, confidence)?;
    let (x, count) = (events as f64, n as f64);
    let z = normal_quantile(0.5 * (1.0 - confidence));
    let square = z * z;
    let centre = 2.0 * x + square;
    let reach = -z * sqrt(square + 4.0 * x * ((n - events) as f64 / count));
    let scale = 2.0 * (count + square);
    // The ends at no events and at nothing but events are exact; elsewhere rounding is kept inside the unit interval.
    let low = if events == 0 { 0.0 } else { ((centre - reach) / scale).max(0.0) };
    let high = if events == n { 1.0 } else { ((centre + reach) / scale).min(1.0) };
    Ok(estimate(events, n, Interval { low, high }, ProportionMethod::Wilson, confidence))
}

/// Clopper and Pearson's exact interval for a proportion.
///
/// # Arguments
/// As for [`proportion`].
///
/// # Errors
/// As for [`proportion`].
///
/// # Source
/// Clopper and Pearson (1934), by quantiles of the beta distribution; method 5 of Newcombe (1998).
pub fn clopper_pearson(events: u64, n: u64, confidence: f64) -> Result<Proportion, StatsError> {
    check(events, n, confidence)?;
    let tail = 0.5 * (1.0 - confidence);
    let (x, rest) = (events as f64, (n - events) as f64);
    let low = if events == 0 { 0.0 } else { beta_quantile(tail, x, rest + 1.0) };
    // The upper end is the mirror image: by the lower tail, which a small level does not round away.
    let high = if events == n { 1.0 } else { 1.0 - beta_quantile(tail, rest, x + 1.0) };
    Ok(estimate(events, n, Interval { low, high }, ProportionMethod::ClopperPearson, confidence))
}

/// How often an event befell two policies on the same replications.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairedCounts {
    /// Replications with the event under both.
    pub both: u64,
    /// Replications with the event under the first only.
    pub first_only: u64,
    /// Replications with the event under the second only.
    pub second_only: u64,
    /// Replications with the event under neither.
    pub neither: u64,
}

impl PairedCounts {
    /// Number of replications.
    pub fn n(&self) -> u64 {
        [self.first_only, self.second_only, self.neither].into_iter().fold(self.both, u64::saturating_add)
    }
}

/// Difference of two proportions on the same replications.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairedProportion {
    /// Replications.
    pub n: u64,
    /// Proportion under the first less proportion under the second, -1 to 1.
    pub difference: f64,
    /// Two-sided interval within -1 to 1.
    pub interval: Interval,
    /// Two-sided p-value by [`mcnemar_exact`], 0 to 1.
    pub p_value: f64,
    /// Confidence of the interval, 0 to 1.
    pub confidence: f64,
}

/// Exact test of paired events: the two-sided probability of a split of the discordant replications at least this uneven,
/// were both orders equally likely.
///
/// # Returns
/// Twice the smaller binomial tail, at most 1; 1 where no replication is discordant.
///
/// # Source
/// Q. `McNemar` (1947), Psychometrika 12, with the binomial distribution in place of chi-squared.
///
/// # Examples
/// ```
/// // Five replications for the first, none for the second: 2 / 2^5.
/// assert!((rearguard::stats::mcnemar_exact(5, 0) - 0.0625).abs() < 1e-15);
/// ```
pub fn mcnemar_exact(first_only: u64, second_only: u64) -> f64 {
    (2.0 * binomial_cdf(first_only.min(second_only), first_only.saturating_add(second_only), 0.5)).min(1.0)
}

/// Newcombe's interval for the difference of two proportions on the same replications.
///
/// # Arguments
/// * `counts` - replications by whether the event befell each policy.
/// * `confidence` - coverage wanted, between 0 and 1.
///
/// # Errors
/// [`StatsError::TooFew`] for no replications, [`StatsError::BadLevel`].
///
/// # Source
/// Newcombe (1998), "Improved confidence intervals for the difference between binomial proportions based on paired
/// data", Statistics in Medicine 17, 2635-2650, method 10: two Wilson intervals, their correlation estimated with a
/// continuity correction.
pub fn newcombe_paired(counts: PairedCounts, confidence: f64) -> Result<PairedProportion, StatsError> {
    let n = counts.n();
    let first = wilson(counts.both.saturating_add(counts.first_only), n, confidence)?;
    let second = wilson(counts.both.saturating_add(counts.second_only), n, confidence)?;
    let correlation = corrected_correlation(counts);
    let difference = (counts.first_only as f64 - counts.second_only as f64) / n as f64;
    let reach = |a: f64, b: f64| sqrt((a * a - 2.0 * correlation * a * b + b * b).max(0.0));
    let below = reach(first.estimate - first.interval.low, second.interval.high - second.estimate);
    let above = reach(first.interval.high - first.estimate, second.estimate - second.interval.low);
    let interval = Interval { low: (difference - below).max(-1.0), high: (difference + above).min(1.0) };
    let p_value = mcnemar_exact(counts.first_only, counts.second_only);
    Ok(PairedProportion { n, difference, interval, p_value, confidence })
}

/// Correlation of the two events, drawn towards zero by half a replication's worth where it is positive.
fn corrected_correlation(counts: PairedCounts) -> f64 {
    let [both, first_only, second_only, neither] =
        [counts.both, counts.first_only, counts.second_only, counts.neither].map(|count| count as f64);
    let margins = [both + first_only, second_only + neither, both + second_only, first_only + neither];
    if margins.contains(&0.0) {
        return 0.0;
    }
    let excess = both * neither - first_only * second_only;
    let half = 0.5 * counts.n() as f64;
    let corrected = if excess > 0.0 { (excess - half).max(0.0) } else { excess };
    // Square roots one by one: the product of four counts can overflow their exact range.
    corrected / (sqrt(margins[0]) * sqrt(margins[1])) / (sqrt(margins[2]) * sqrt(margins[3]))
}

/// Refuses counts and levels without meaning.
fn check(events: u64, n: u64, confidence: f64) -> Result<(), StatsError> {
    check_level(confidence)?;
    if n == 0 {
        return Err(StatsError::TooFew { needed: 1, given: 0 });
    }
    if events > n {
        return Err(StatsError::BadCount { events, trials: n });
    }
    Ok(())
}

/// The estimate that counts and an interval give.
fn estimate(events: u64, n: u64, interval: Interval, method: ProportionMethod, confidence: f64) -> Proportion {
    Proportion { events, n, estimate: events as f64 / n as f64, interval, method, confidence }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds_to(interval: Interval, low: f64, high: f64) {
        // The published ends have four decimals.
        assert!((interval.low - low).abs() <= 5.1e-5 && (interval.high - high).abs() <= 5.1e-5, "{interval:?}");
    }

    #[test]
    fn newcombes_four_examples_come_out_by_both_methods() {
        // Newcombe (1998), Statistics in Medicine 17, 857-872, table I, methods 3 and 5.
        for (events, n, score, exact) in [
            (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
            (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
            (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
            (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
        ] {
            rounds_to(wilson(events, n, 0.95).expect("counts").interval, score.0, score.1);
            rounds_to(clopper_pearson(events, n, 0.95).expect("counts").interval, exact.0, exact.1);
        }
    }

    #[test]
    fn no_event_is_never_a_certainty() {
        // 1 - 0.025^(1/n) is 3.69 / n for large n.
        for n in [100_u64, 10_000, 1_000_000] {
            let none = proportion(0, n, 0.95).expect("counts");
            assert_eq!((none.method, none.interval.low), (ProportionMethod::ClopperPearson, 0.0));
            assert!((none.interval.high * n as f64 - 3.69).abs() < 0.07);
            let all = proportion(n, n, 0.95).expect("counts");
            assert!((1.0 - all.interval.low - none.interval.high).abs() < 1e-12);
            assert_eq!(all.interval.high, 1.0);
        }
    }

    #[test]
    fn the_method_changes_at_five_events_or_non_events() {
        let method = |events| proportion(events, 100, 0.95).expect("counts").method.name();
        assert_eq!([4, 5, 95, 96].map(method), ["clopper-pearson", "wilson", "wilson", "clopper-pearson"]);
    }

    #[test]
    fn exact_intervals_leave_half_the_level_in_each_tail() {
        for (events, n) in [(3_u64, 40_u64), (17, 60), (59, 60)] {
            let interval = clopper_pearson(events, n, 0.9).expect("counts").interval;
            assert!((binomial_cdf(events, n, interval.high) - 0.05).abs() < 1e-12);
            assert!((1.0 - binomial_cdf(events - 1, n, interval.low) - 0.05).abs() < 1e-12);
        }
    }

    #[test]
    fn paired_difference_matches_the_textbook_table() {
        // Altman et al. (2000), Statistics with Confidence, table 6.2: 14, 5, 0, 22. The ends are those of method 10
        // worked out in 50-digit arithmetic.
        let counts = PairedCounts { both: 14, first_only: 5, second_only: 0, neither: 22 };
        let paired = newcombe_paired(counts, 0.95).expect("counts");
        assert!((paired.difference - 5.0 / 41.0).abs() < 1e-15);
        assert!((paired.interval.low - 0.011_483_241_383_033_258).abs() < 1e-12, "{:?}", paired.interval);
        assert!((paired.interval.high - 0.226_492_684_351_211_23).abs() < 1e-12, "{:?}", paired.interval);
        assert!((paired.p_value - 0.0625).abs() < 1e-15);
    }

    #[test]
    fn swapping_the_policies_mirrors_the_difference() {
        let counts = PairedCounts { both: 7, first_only: 9, second_only: 2, neither: 82 };
        let swapped = PairedCounts { first_only: 2, second_only: 9, ..counts };
        let (a, b) = (newcombe_paired(counts, 0.95).expect("counts"), newcombe_paired(swapped, 0.95).expect("counts"));
        assert!((a.interval.low + b.interval.high).abs() < 1e-15);
        assert!((a.interval.high + b.interval.low).abs() < 1e-15);
        assert_eq!(a.p_value, b.p_value);
    }

    #[test]
    fn mcnemar_equals_sums_of_binomial_terms() {
        // Two of nine: 2 (1 + 9 + 36) / 512. An even split cannot be uneven: 1.
        assert!((mcnemar_exact(2, 7) - 92.0 / 512.0).abs() < 1e-15);
        assert_eq!((mcnemar_exact(4, 4), mcnemar_exact(0, 0)), (1.0, 1.0));
    }

    #[test]
    fn events_that_never_or_always_happen_still_have_an_interval() {
        let never = PairedCounts { both: 0, first_only: 0, second_only: 0, neither: 30 };
        let interval = newcombe_paired(never, 0.95).expect("counts").interval;
        assert!(interval.low < -0.1 && interval.high > 0.1);
    }

    #[test]
    fn impossible_counts_are_refused() {
        assert_eq!(proportion(3, 2, 0.95), Err(StatsError::BadCount { events: 3, trials: 2 }));
        assert_eq!(proportion(0, 0, 0.95), Err(StatsError::TooFew { needed: 1, given: 0 }));
        assert_eq!(proportion(1, 2, 1.0), Err(StatsError::BadLevel { level: 1.0 }));
    }
}
