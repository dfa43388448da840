//! Targets: what the record says of a number that every replication has, and how far a replication is from it.

use crate::math::sqrt;
use crate::model::facts::{Fact, Facts, Quantity, Record};

/// What one fact asks of a replication.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The fact's id.
    pub fact: String,
    /// Which of the observed quantities it is of.
    pub quantity: usize,
    /// What it asks.
    pub wanted: Wanted,
}

/// What is asked of a quantity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wanted {
    /// That it lies between two numbers, both included, whatever the words of the source may mean.
    Range {
        /// The least.
        low: f64,
        /// The most.
        high: f64,
    },
    /// That it is above 0, or that it is not.
    Event(bool),
}

impl Wanted {
    /// How far a value is from it, in the value's unit; 1 for an event that did not come, or came.
    pub fn gap(self, value: f64) -> f64 {
        match self {
            Self::Range { low, high } => (low - value).max(value - high).max(0.0),
            Self::Event(happened) => f64::from(u8::from((value > 0.0) != happened)),
        }
    }

    /// The value as it is compared: for an event 1 or 0.
    pub fn compared(self, value: f64) -> f64 {
        match self {
            Self::Range { .. } => value,
            Self::Event(_) => f64::from(u8::from(value > 0.0)),
        }
    }

    /// The least and the most that fit.
    pub fn range(self) -> (f64, f64) {
        match self {
            Self::Range { low, high } => (low, high),
            Self::Event(happened) => (f64::from(u8::from(happened)), f64::from(u8::from(happened))),
        }
    }
}

/// The targets among the facts.
///
/// # Arguments
/// * `quantities` - what is observed of replications, in the order of their values.
/// * `fitted` - ids of facts that the scenario says its inputs were set from.
/// * `emergent_too` - also those that no input was set from, which are then no test of the outcome any more.
pub fn targets(facts: &Facts, quantities: &[Quantity], fitted: &[String], emergent_too: bool) -> Vec<Target> {
    let of_fact = |fact: &Fact| {
        let quantity = fact.quantity.as_ref().ok()?;
        let quantity = quantities.iter().position(|known| known == quantity)?;
        let wanted = match &fact.record {
            Record::Number { low, high, .. } => Wanted::Range { low: *low, high: *high },
            Record::Event(happened) => Wanted::Event(*happened),
            Record::Order(_) => return None,
        };
        Some(Target { fact: fact.id.clone(), quantity, wanted })
    };
    let counts = |fact: &&Fact| emergent_too || facts.is_in_sample(fact, fitted);
    facts.list.iter().filter(counts).filter_map(of_fact).collect()
}

/// How much each target counts in a distance: one over the spread of what the prior gives, so that units do not matter.
#[derive(Clone, Debug, PartialEq)]
pub struct Scales(Vec<Option<f64>>);

impl Scales {
    /// From replications drawn from the prior: the mean distance from the median. None for a target that they all have alike,
    /// which cannot tell parameters apart.
    pub fn of(targets: &[Target], replications: &[Vec<f64>]) -> Self {
        let spread = |target: &Target| {
            let mut values: Vec<f64> =
                replications.iter().map(|observed| target.wanted.compared(observed[target.quantity])).collect();
            values.sort_by(f64::total_cmp);
            let median = values.get(values.len() / 2)?;
            let spread = values.iter().map(|value| (value - median).abs()).sum::<f64>() / values.len() as f64;
            (spread > 0.0).then_some(spread)
        };
        Self(targets.iter().map(spread).collect())
    }

    /// Root mean square of the scaled gaps.
    pub fn distance(&self, targets: &[Target], observed: &[f64]) -> f64 {
        let scaled = targets.iter().zip(&self.0).filter_map(|(target, scale)| {
            let gap = target.wanted.gap(observed[target.quantity]) / (*scale)?;
            Some(gap * gap)
        });
        let squares: Vec<f64> = scaled.collect();
        if squares.is_empty() { 0.0 } else { sqrt(squares.iter().sum::<f64>() / squares.len() as f64) }
    }

    /// Whether a target can tell parameters apart.
    pub fn tells(&self, target: usize) -> bool {
        self.0[target].is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_to_the_nearer_end_and_events_miss_or_do_not() {
        let range = Wanted::Range { low: 3.0, high: 5.0 };
        assert_eq!([1.0, 3.0, 4.0, 7.5].map(|value| range.gap(value)), [2.0, 0.0, 0.0, 2.5]);
        assert_eq!([0.0, 2.0].map(|value| Wanted::Event(true).gap(value)), [1.0, 0.0]);
        assert_eq!([0.0, 2.0].map(|value| Wanted::Event(false).gap(value)), [0.0, 1.0]);
    }

    #[test]
    fn units_do_not_matter_and_what_never_varies_is_left_out() {
        let target =
            |quantity, low| Target { fact: "f".to_owned(), quantity, wanted: Wanted::Range { low, high: low } };
        let targets = [target(0, 2.0), target(1, 2_000.0), target(2, 9.0)];
        let drawn: Vec<Vec<f64>> = (0..5).map(|i| vec![f64::from(i), 1_000.0 * f64::from(i), 4.0]).collect();
        let scales = Scales::of(&targets, &drawn);
        assert_eq!([0, 1, 2].map(|at| scales.tells(at)), [true, true, false]);
        let one = scales.distance(&targets, &[3.0, 2_000.0, 4.0]);
        assert_eq!(one, scales.distance(&targets, &[2.0, 3_000.0, 4.0]));
        // A gap of 1 over a spread of 1.2, in one of two targets.
        assert!((one - (1.0 / 1.2) / 2.0_f64.sqrt()).abs() < 1e-15);
    }
}
