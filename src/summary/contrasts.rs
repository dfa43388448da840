//! Paired differences between policies and a baseline, under common random numbers.

use crate::measures::{Better, Scale};
use crate::stats::{
    Holm, Interval, PairedCounts, PairedDifference, Proportion, StatsError, Worse, holm_intervals, newcombe_paired,
    paired, proportion,
};
use crate::summary::{CONFIDENCE, Caveats, Method};

/// Which effect of a policy a contrast shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Of everything the policy changes.
    Total,
    /// Of what acts on contacts and on care alone, with itineraries and tension frozen at the baseline's.
    Direct,
}

impl Effect {
    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Direct => "direct",
        }
    }
}

/// One contrast.
#[derive(Clone, Debug, PartialEq)]
pub struct Contrast {
    /// The policy's id.
    pub policy: String,
    /// The baseline's id.
    pub baseline: String,
    /// The column's name.
    pub measure: String,
    /// Which effect.
    pub effect: Effect,
    /// The paired difference, policy less baseline; of an event the difference of two probabilities.
    pub difference: PairedDifference,
    /// Its interval adjusted over the policies compared (Holm).
    pub adjusted: Interval,
    /// Its p-value so adjusted.
    pub adjusted_p_value: f64,
    /// How both intervals were found.
    pub method: Method,
    /// By which test the p-values were found.
    pub test: &'static str,
    /// How the intervals of the correlation and of the variance-reduction factor were found.
    pub pairing_method: Method,
    /// Share of replications in which the policy is worse, with its interval.
    pub worse: Proportion,
    /// Whether more or less is worse; none where neither is.
    pub better: Better,
}

impl Contrast {
    /// The p-value, and the same adjusted over the policies; none where no spread was seen, so that there is no test.
    pub fn p_values(&self) -> [Option<f64>; 2] {
        [self.difference.p_value, self.adjusted_p_value].map(|p| (self.method != Method::NoSpread).then_some(p))
    }

    /// Standard error of the mean difference; none of events that never part, where the usual one would be 0.
    pub fn mcse(&self) -> Option<f64> {
        (self.method != Method::Newcombe || self.difference.mcse > 0.0).then_some(self.difference.mcse)
    }

    /// Interval of the replications that independent sampling would have needed.
    pub fn independent_n_interval(&self) -> Option<Interval> {
        let n = self.difference.n as f64;
        self.difference.variance_reduction_interval.map(|i| Interval { low: n * i.low, high: n * i.high })
    }
}

/// A policy and its paired difference from the baseline.
pub(super) struct Compared<'r> {
    policy: &'r str,
    difference: PairedDifference,
    /// Of an event, on how many replications it befell which of the two.
    events: Option<PairedCounts>,
}

impl<'r> Compared<'r> {
    /// None for fewer than two replications.
    pub(super) fn new(
        policy: &'r str,
        (scale, better): (Scale, Better),
        values: &[f64],
        baseline: &[f64],
    ) -> Option<Self> {
        let worse = if better == Better::Higher { Worse::Lower } else { Worse::Higher };
        let difference = paired_of(scale, values, baseline, worse).ok()?;
        let events = (scale == Scale::Event).then(|| counts(values, baseline));
        Some(Self { policy, difference, events })
    }

    fn method(&self) -> Method {
        let difference = &self.difference;
        match self.events {
            Some(_) => Method::Newcombe,
            None if difference.sd == 0.0 => Method::NoSpread,
            None => Method::T(Caveats::new(difference.warning, difference.n)),
        }
    }
}

/// The paired difference of a measure. The interval of an event is Newcombe's, and its test that of `McNemar`: Student's t would
/// call a difference of rare events certain where no replication happens to differ.
///
/// # Errors
/// As for [`paired`].
pub fn paired_of(scale: Scale, values: &[f64], baseline: &[f64], worse: Worse) -> Result<PairedDifference, StatsError> {
    let mut difference = paired(values, baseline, CONFIDENCE, worse)?;
    if scale == Scale::Event {
        let found = newcombe_paired(counts(values, baseline), CONFIDENCE)?;
        (difference.interval, difference.p_value) = (found.interval, found.p_value);
        (difference.half_width, difference.warning) = (found.interval.half_width(), None);
    }
    Ok(difference)
}

impl Compared<'_> {
    /// Of the correlation and the factor, whose intervals hold for many replications.
    fn pairing_method(&self) -> Method {
        let difference = &self.difference;
        if difference.variance_reduction_interval.is_none() && difference.correlation_interval.is_none() {
            return Method::NoBounds;
        }
        let caveats = Caveats::new(None, difference.n);
        Method::Influence(Caveats { is_skewed: difference.is_pairing_skewed, ..caveats })
    }
}

fn counts(values: &[f64], baseline: &[f64]) -> PairedCounts {
    let of = |here: bool, there: bool| {
        values.iter().zip(baseline).filter(|(x, y)| (**x > 0.0, **y > 0.0) == (here, there)).count() as u64
    };
    PairedCounts {
        both: of(true, true),
        first_only: of(true, false),
        second_only: of(false, true),
        neither: of(false, false),
    }
}

/// The contrasts of one column and effect, with intervals adjusted over the policies compared.
pub(super) fn family(
    baseline: &str,
    (measure, effect, better): (&str, Effect, Better),
    compared: &[Compared],
) -> Vec<Contrast> {
    let differences: Vec<PairedDifference> = compared.iter().map(|one| one.difference).collect();
    let Ok(adjusted) = holm_intervals(&differences, CONFIDENCE) else { return Vec::new() };
    let contrast = |(one, (judged, by_t)): (&Compared, (Holm, Interval))| {
        let adjusted = match one.events {
            Some(counts) => newcombe_paired(counts, judged.confidence).ok()?.interval,
            None => by_t,
        };
        let worse = (one.difference.share_worse * one.difference.n as f64).round() as u64;
        Some(Contrast {
            policy: one.policy.to_owned(),
            baseline: baseline.to_owned(),
            measure: measure.to_owned(),
            effect,
            difference: one.difference,
            adjusted,
            adjusted_p_value: judged.p_value,
            method: one.method(),
            test: if one.events.is_some() { "mcnemar (exact)" } else { "paired t" },
            pairing_method: one.pairing_method(),
            worse: proportion(worse, one.difference.n, CONFIDENCE).ok()?,
            better,
        })
    };
    compared.iter().zip(adjusted).filter_map(contrast).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_that_never_part_are_not_certain_to_be_alike() {
        let none = vec![0.0; 200];
        let event = |values| Compared::new("p", (Scale::Event, Better::Lower), values, &none).expect("enough");
        let [contrast] = &family("b", ("m", Effect::Total, Better::Lower), &[event(&none)])[..] else { panic!("one") };
        assert_eq!((contrast.test, contrast.adjusted_p_value), ("mcnemar (exact)", 1.0));
        assert_eq!(
            (contrast.difference.mean, contrast.difference.p_value, contrast.method),
            (0.0, 1.0, Method::Newcombe)
        );
        // Two Wilson intervals of none in 200.
        assert!(contrast.adjusted.low < -0.01 && contrast.adjusted.high > 0.01, "{:?}", contrast.adjusted);
        assert!(contrast.worse.interval.low == 0.0 && contrast.worse.interval.high > 0.01, "{:?}", contrast.worse);
    }

    #[test]
    fn events_are_tested_by_the_replications_that_part() {
        // Five for the policy alone, none for the baseline alone: McNemar's exact test gives 2 / 2^5.
        let values: Vec<f64> = (0..100).map(|at| f64::from(u8::from(at < 25))).collect();
        let baseline: Vec<f64> = (0..100).map(|at| f64::from(u8::from(at < 20))).collect();
        let compared = Compared::new("p", (Scale::Event, Better::Lower), &values, &baseline).expect("enough");
        assert!((compared.difference.p_value - 0.0625).abs() < 1e-15);
        let amount = Compared::new("p", (Scale::Amount, Better::Lower), &values, &baseline).expect("enough");
        assert!(amount.difference.p_value < 0.05 && amount.method() != Method::Newcombe);
    }

    #[test]
    fn a_difference_that_no_replication_shows_is_not_called_certain() {
        let method = |values: &[f64]| {
            let compared = Compared::new("p", (Scale::Amount, Better::Lower), values, &[3.0; 40]).expect("enough");
            compared.method()
        };
        let mut values = [3.0; 40];
        assert_eq!(method(&values), Method::NoSpread);
        values[7] = 4.0;
        assert!(method(&values).is_skewed());
    }

    #[test]
    fn intervals_of_events_widen_with_the_policies_compared() {
        let values: Vec<f64> = (0..100).map(|at| f64::from(u8::from(at < 25))).collect();
        let baseline: Vec<f64> = (0..100).map(|at| f64::from(u8::from(at < 20))).collect();
        let one = || Compared::new("p", (Scale::Event, Better::Lower), &values, &baseline).expect("enough");
        let width =
            |compared: &[Compared]| family("b", ("m", Effect::Total, Better::Lower), compared)[0].adjusted.half_width();
        assert!(width(&[one(), one(), one()]) > 1.1 * width(&[one()]));
    }
}
