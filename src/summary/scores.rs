//! Scores of a forecast against a fact: how near it fell, the skill over reference forecasts, and how both are shown.

use std::cmp::Ordering;

use crate::math::sqrt;
use crate::model::facts::{Fact, FactKind, Record};
use crate::stats::{Scored, StatsError, crps, crps_scored, interval_mid_pit, kendall_tau_b, quantile_sorted, sorted};

/// How near the middle of the forecast a fact fell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// In the middle 50%.
    A,
    /// In the middle 90%.
    B,
    /// In the middle 99%.
    C,
    /// Outside.
    D,
}

impl Grade {
    /// All of them, best first.
    pub const ALL: [Self; 4] = [Self::A, Self::B, Self::C, Self::D];

    /// That of a place in the forecast, 0 to 1.
    pub fn of(mid_pit: f64) -> Self {
        match (mid_pit - 0.5).abs() {
            far if far <= 0.25 => Self::A,
            far if far <= 0.45 => Self::B,
            far if far <= 0.495 => Self::C,
            _ => Self::D,
        }
    }

    /// Its letter.
    pub fn name(self) -> &'static str {
        ["A", "B", "C", "D"][self as usize]
    }

    /// Whether it is outside of the middle 90%.
    pub fn is_miss(self) -> bool {
        self >= Self::C
    }
}

/// Standard errors of a difference of two scores beyond which one is better.
///
/// # Source
/// Assumed: because two errors are the usual 95%. The two scores are taken to err independently, though both come of the same
/// replications, so that rather too few differences count.
const SURE: f64 = 2.0;

/// How a fact's forecasts are scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Score {
    /// Continuous ranked probability score, in the quantity's unit; 0 is best.
    Crps,
    /// Brier score; 0 is best. Of a bound it is that of the event that the value lies within the reading.
    Brier,
    /// Kendall's tau-b with the record's order, the mean over replications; 1 is best.
    Tau,
}

impl Score {
    /// That of a kind of fact.
    pub fn of(kind: FactKind) -> Self {
        match kind {
            FactKind::Number | FactKind::Date => Self::Crps,
            FactKind::Bound | FactKind::YesNo => Self::Brier,
            FactKind::Order => Self::Tau,
        }
    }

    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Crps => "crps",
            Self::Brier => "brier",
            Self::Tau => "tau_b",
        }
    }

    /// The share of what a reference falls short of the best that a forecast makes up; none if it falls short of nothing.
    pub fn skill(self, forecast: f64, reference: f64) -> Option<f64> {
        let (short, reference_short) = match self {
            Self::Crps | Self::Brier => (forecast, reference),
            Self::Tau => (1.0 - forecast, 1.0 - reference),
        };
        (reference_short > 0.0).then(|| 1.0 - short / reference_short)
    }
}

/// One forecast of one fact.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// Its 5%, 50% and 95% points; of a yes or no, the probability three times.
    pub points: [f64; 3],
    /// Its score.
    pub score: Scored,
    /// The score if the record stood at the least, and at the most, that it may mean.
    pub score_at_ends: [f64; 2],
    /// Where the record falls in it; none for an order.
    pub mid_pit: Option<Scored>,
    /// The probability of the record within its reading; of a yes or no, of what happened. None for an order.
    pub within: Option<Scored>,
    /// The natural logarithm of that, for bounds.
    pub log_within: Option<Scored>,
    /// The probability of the bound or more, for bounds.
    pub at_least: Option<Scored>,
}

/// A reference that forecasts are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// The official plan.
    Plan,
    /// Rates that are the same everywhere and at all times, and no permissions.
    PooledRates,
    /// The same model with all denials lifted.
    DenialsOff,
    /// The same model with no group of facts left out; there only if one is.
    AllFacts,
}

impl Reference {
    /// All of them, in the order of results.
    pub const ALL: [Self; 4] = [Self::Plan, Self::PooledRates, Self::DenialsOff, Self::AllFacts];

    /// Its name in results, and the id of its policy if it has one.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::PooledRates => "pooled-rates",
            Self::DenialsOff => "denials-off",
            Self::AllFacts => "all-facts",
        }
    }
}

/// One fact with its forecasts.
#[derive(Clone, Debug, PartialEq)]
pub struct FactRow {
    /// The fact.
    pub fact: Fact,
    /// Whether inputs were set from it, by the file or by the scenario.
    pub in_sample: bool,
    /// Whether the scenario says so and the file does not.
    pub fitted_unsaid: bool,
    /// Id of the earlier fact that tells of the same event and is counted in its place, where all facts are.
    pub counted_with: Option<String>,
    /// An earlier fact of its group tells of the same event, so that the group counts that.
    pub repeats_in_group: bool,
    /// The model's forecast; none if no replication has it.
    pub forecast: Option<Forecast>,
    /// Those of [`Reference::ALL`], where they say something of it.
    pub references: [Option<Forecast>; 4],
}

impl FactRow {
    /// Whether it counts among all facts, or among those of its group.
    pub fn counts(&self, in_group: bool) -> bool {
        if in_group { !self.repeats_in_group } else { self.counted_with.is_none() }
    }

    /// The grade; none for orders, and if there is no forecast.
    pub fn grade(&self) -> Option<Grade> {
        Some(Grade::of(self.forecast.as_ref()?.mid_pit?.value))
    }

    /// Whether all forecasts of it have the same score, so that it favours none.
    pub fn tells_nothing_apart(&self) -> bool {
        let Some(own) = &self.forecast else { return false };
        let mut others = self.references.iter().flatten().peekable();
        others.peek().is_some() && others.all(|other| other.score.value == own.score.value)
    }

    /// The skill over a reference.
    pub fn skill(&self, reference: Reference) -> Option<f64> {
        let other = self.references[reference as usize].as_ref()?;
        Score::of(self.fact.kind).skill(self.forecast.as_ref()?.score.value, other.score.value)
    }

    /// Which of the model and a reference forecasts it better; equal if they cannot be told apart: by less than their errors
    /// leave open, or at one end of the record's reading this way and at the other that.
    pub fn compare(&self, reference: Reference) -> Option<Ordering> {
        let (own, other) = (self.forecast.as_ref()?, self.references[reference as usize].as_ref()?);
        let is_tau = Score::of(self.fact.kind) == Score::Tau;
        let better = |own: f64, other: f64| if is_tau { own.total_cmp(&other) } else { other.total_cmp(&own) };
        // A plan is what it is, not a sample; what all replications have alike adds nothing that is known.
        let square = |score: Scored| score.mcse.map_or(0.0, |mcse| mcse * mcse);
        let of_other = if reference == Reference::Plan { 0.0 } else { square(other.score) };
        let error = SURE * sqrt(square(own.score) + of_other);
        let found = better(own.score.value, other.score.value);
        let ends = [0, 1].map(|end| better(own.score_at_ends[end], other.score_at_ends[end]));
        let is_sure = (own.score.value - other.score.value).abs() > error && ends == [found; 2];
        Some(if is_sure { found } else { Ordering::Equal })
    }
}

/// Facts taken together.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupRow {
    /// The group; none for all.
    pub group: Option<String>,
    /// Whether it is of the facts that inputs were set from.
    pub in_sample: bool,
    /// Facts of each grade.
    pub grades: [u32; 4],
    /// Facts outside the middle 90% that luck would give: the mean, and the 5% and 95% points.
    pub luck: [f64; 3],
    /// By reference: facts that the model forecasts better, those that it forecasts worse, and facts on which both say
    /// something.
    pub better: [[u32; 3]; 4],
}

impl GroupRow {
    /// Facts outside the middle 90%.
    pub fn misses(&self) -> u32 {
        self.grades[2] + self.grades[3]
    }

    /// Facts with a grade.
    pub fn graded(&self) -> u32 {
        self.grades.iter().sum()
    }
}

/// Tau-b of each replication's order with the record's; 0 where either has none.
///
/// # Errors
/// Lists of different lengths.
pub fn taus(order: &[(usize, u32)], days: &[Vec<f64>]) -> Result<Vec<f64>, StatsError> {
    let ranks: Vec<f64> = order.iter().map(|(_, rank)| f64::from(*rank)).collect();
    let of = |at: usize| {
        let here: Vec<f64> = days.iter().map(|days| days[at]).collect();
        kendall_tau_b(&ranks, &here).map(|tau| tau.unwrap_or(0.0))
    };
    (0..days[0].len()).map(of).collect()
}

/// What the outcomes of one quantity say of a fact.
///
/// # Errors
/// Too few outcomes.
pub fn forecast(fact: &Fact, values: &[f64]) -> Result<Forecast, StatsError> {
    let n = values.len() as u64;
    let share =
        |holds: &dyn Fn(f64) -> bool| Scored::share(values.iter().filter(|&&value| holds(value)).count() as u64, n);
    let in_order = sorted(values)?;
    let point = |level| quantile_sorted(&in_order, level, super::CONFIDENCE).map(|quantile| quantile.estimate);
    let points = [point(0.05)?, point(0.5)?, point(0.95)?];
    let of = |score: Scored| Forecast {
        points,
        score,
        score_at_ends: [score.value; 2],
        mid_pit: None,
        within: None,
        log_within: None,
        at_least: None,
    };
    Ok(match fact.record {
        Record::Event(happened) => {
            let yes = share(&|value| value > 0.0)?;
            let no = share(&|value| value <= 0.0)?;
            let right = if happened { yes } else { no };
            let observed = f64::from(u8::from(happened));
            let events: Vec<f64> = values.iter().map(|&value| f64::from(u8::from(value > 0.0))).collect();
            Forecast {
                points: [yes.value; 3],
                mid_pit: Some(interval_mid_pit(&events, observed, observed)?),
                within: Some(right),
                ..of(yes.brier(happened))
            }
        }
        Record::Order(_) => of(Scored::mean(values)?),
        Record::Number { low, high, .. } => {
            let within = share(&|x| (low..=high).contains(&x))?;
            let placed = Forecast {
                mid_pit: Some(interval_mid_pit(values, low, high)?),
                within: Some(within),
                ..of(within.brier(true))
            };
            if fact.kind == FactKind::Bound {
                Forecast { log_within: Some(within.log(n)), at_least: Some(share(&|x| x >= low)?), ..placed }
            } else {
                let score_at_ends = [crps(values, low)?, crps(values, high)?];
                Forecast { score: crps_scored(values, low, high)?, score_at_ends, ..placed }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_are_of_the_middle_half_nine_tenths_and_ninety_nine_hundredths() {
        let grades = [0.5, 0.25, 0.76, 0.05, 0.951, 0.995, 0.004, 1.0].map(|pit| Grade::of(pit).name());
        assert_eq!(grades, ["A", "A", "B", "B", "C", "C", "D", "D"]);
        assert!(Grade::ALL.map(Grade::is_miss) == [false, false, true, true]);
    }

    #[test]
    fn skill_is_what_is_made_up_of_what_the_reference_falls_short() {
        assert_eq!(Score::Crps.skill(2.0, 8.0), Some(0.75));
        assert_eq!(Score::Brier.skill(0.2, 0.1), Some(-1.0));
        assert_eq!(Score::Brier.skill(0.2, 0.0), None);
        assert_eq!(Score::Tau.skill(0.75, 0.5), Some(0.5));
        assert_eq!(Score::Tau.skill(0.8, 1.0), None);
    }

    #[test]
    fn orders_are_compared_replication_by_replication() {
        let order = [(3, 0), (1, 1), (2, 1)];
        let days = vec![vec![1.0, 9.0, 5.0], vec![2.0, 2.0, 5.0], vec![2.0, 1.0, 5.0]];
        // As recorded; reversed with a tie of the record broken: 2 / sqrt(2 x 3); no order at all.
        let taus = taus(&order, &days).expect("orders");
        assert!((taus[1] + 2.0 / 6.0_f64.sqrt()).abs() < 1e-15 && taus[0] == 1.0 && taus[2] == 0.0, "{taus:?}");
    }
}
