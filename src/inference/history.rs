//! History matching: which parameter values can be ruled out, since no chance would let them give what is on record.

use crate::inference::target::{Target, Wanted};
use crate::math::sqrt;
use crate::stats::{Moments, StatsError};

/// Implausibility from which a point is ruled out.
///
/// # Source
/// Pukelsheim (1994), "The three sigma rule": any distribution with one peak has 95% within three standard deviations.
pub const CUT: f64 = 3.0;

/// What one point of the design came to for one target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Implausibility {
    /// Mean over the replications of the point; of an event, the share in which it came.
    pub mean: f64,
    /// Their standard deviation.
    pub sd: f64,
    /// Distance of the mean from the record in standard deviations; infinite where there is none and it is off.
    pub value: f64,
}

/// How implausible a point is in the light of one target.
///
/// # Arguments
/// * `observed` - of each replication of the point, 2 or more.
///
/// The record is one course of events, so that the replications' own variance counts, with its share in their mean; what the
/// words of the source leave open counts as a uniform over their range.
///
/// # Errors
/// [`StatsError::TooFew`], [`StatsError::NotFinite`].
///
/// # Source
/// Craig, Goldstein, Seheult and Smith (1997), "Pressure matching for hydrocarbon reservoirs"; Andrianakis et al. (2015),
/// "Bayesian history matching of complex infectious disease models using emulation", for a simulator with chance. An event's
/// share is drawn towards one half by one replication of each kind (Laplace), and a rare count varies by no less than a Poisson
/// count of a mean of 3 more in all (the rule of three: Hanley and Lippman-Hand 1983), so that few replications rule nothing out.
pub fn implausibility(target: &Target, observed: &[f64]) -> Result<Implausibility, StatsError> {
    let values: Vec<f64> = observed.iter().map(|&value| target.wanted.compared(value)).collect();
    let moments = Moments::of(&values)?;
    let n = values.len() as f64;
    let sd = moments.sd.ok_or(StatsError::TooFew { needed: 2, given: values.len() as u64 })?;
    let (low, high) = target.wanted.range();
    let (mean, variance) = match target.wanted {
        Wanted::Range { .. } => {
            let spread = (sd * sd).max(least_variance(&values));
            (moments.mean, spread * (1.0 + 1.0 / n) + (high - low) * (high - low) / 12.0)
        }
        Wanted::Event(_) => {
            let share = (n * moments.mean + 1.0) / (n + 2.0);
            (share, share * (1.0 - share))
        }
    };
    let away = (mean - f64::midpoint(low, high)).abs();
    let value = if away <= 0.0 { 0.0 } else { away / sqrt(variance) };
    Ok(Implausibility { mean: moments.mean, sd, value })
}

/// Fewer than these in all replications together make a count rare.
const RARE: f64 = 10.0;

/// The least variance of a rare count: none seen in few replications does not say that there is none.
fn least_variance(values: &[f64]) -> f64 {
    let sum: f64 = values.iter().sum();
    let is_count = values.iter().all(|&value| value >= 0.0 && value.fract() == 0.0);
    if is_count && sum < RARE { (sum + 3.0) / values.len() as f64 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(wanted: Wanted) -> Target {
        Target { fact: "f".to_owned(), quantity: 0, wanted }
    }

    #[test]
    fn a_mean_is_as_far_as_its_own_chance_and_the_words_leave_open() {
        let exact = target(Wanted::Range { low: 7.0, high: 7.0 });
        // Mean 3, variance 2, of 3 replications: 4 over sqrt(2 x 4 / 3).
        let found = implausibility(&exact, &[12.0, 14.0, 13.0]).expect("replications");
        assert_eq!((found.mean, found.sd), (13.0, 1.0));
        assert!((found.value - 6.0 / (4.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        let loose = target(Wanted::Range { low: 4.0, high: 10.0 });
        let found = implausibility(&loose, &[12.0, 14.0, 13.0]).expect("replications");
        assert!((found.value - 6.0 / (4.0_f64 / 3.0 + 3.0).sqrt()).abs() < 1e-12);
        let stuck = implausibility(&exact, &[13.0, 13.0]).expect("replications");
        assert!(stuck.value.is_infinite());
        assert_eq!(implausibility(&exact, &[7.0, 7.0]).expect("replications").value, 0.0);
        assert!(implausibility(&exact, &[7.0]).is_err());
    }

    #[test]
    fn a_rare_count_is_ruled_out_by_many_replications_without_it_only() {
        let hit = target(Wanted::Range { low: 1.0, high: 1.0 });
        let of = |hits: usize, n: usize| {
            let values: Vec<f64> = (0..n).map(|at| f64::from(u8::from(at < hits))).collect();
            implausibility(&hit, &values).expect("replications").value
        };
        assert!(of(0, 20) < CUT && of(1, 20) < CUT && of(0, 2) < CUT);
        assert!(of(0, 100) > CUT && of(0, 100).is_finite());
    }

    #[test]
    fn an_event_is_ruled_out_by_many_replications_without_it_only() {
        let event = target(Wanted::Event(true));
        assert!(implausibility(&event, &[0.0; 4]).expect("it").value < CUT);
        assert!(implausibility(&event, &[0.0; 20]).expect("it").value > CUT);
        assert!(implausibility(&event, &[2.0; 20]).expect("it").value < 1.0);
    }
}
