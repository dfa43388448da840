//! The official plan as a forecast: bases close as planned, people leave evenly, and nothing is lost, hit or refused.

use crate::measures::{Better, Daily, Measure};
use crate::model::Inputs;
use crate::model::facts::{Observable, Quantity, What};
use crate::model::network::BaseKind;

/// Parts into which a planned window is cut: the plan does not say where in it a base closes.
pub const PHASES: usize = 100;

/// What the plan says of a quantity.
///
/// # Arguments
/// * `phase` - how far in its window each base closes, from 0 to [`PHASES`]; all at the same part of theirs.
///
/// # Returns
/// The value; none where the plan says nothing.
pub fn planned(quantity: &Quantity, inputs: &Inputs, phase: usize) -> Option<f64> {
    let plan = Plan { inputs, part: (phase as f64 + 0.5) / PHASES as f64 };
    let day = quantity.day.map(f64::from);
    match quantity.what {
        What::Measure(measure) => plan.measure(measure),
        What::Daily(daily) => plan.daily(daily, day?),
        What::Observable(observable) => plan.observable(observable, quantity.base, day),
        What::ClosureOrder => None,
    }
}

struct Plan<'a> {
    inputs: &'a Inputs,
    part: f64,
}

impl Plan<'_> {
    /// Day on which a base closes; the deadline if later.
    fn closes(&self, base: usize) -> f64 {
        let base = &self.inputs.base[base];
        let first = base.window_start.unwrap_or(base.planned_closure);
        let day = first + self.part * (base.planned_closure + 1.0 - first);
        day.floor().min(base.planned_closure).min(self.inputs.mission.deadline)
    }

    /// Bases closed by the end of a day, of those that count.
    fn closed(&self, day: f64, counts: impl Fn(usize) -> bool) -> f64 {
        (0..self.inputs.base.len()).filter(|&base| counts(base) && self.closes(base) <= day).count() as f64
    }

    fn strength(&self) -> f64 {
        self.inputs.base.iter().map(|base| base.personnel).sum()
    }

    /// All but the liquidation team by the deadline, as many each day.
    fn out(&self, day: f64) -> f64 {
        let leave = (self.strength() - self.inputs.mission.liquidation_people).max(0.0);
        (leave * ((day + 1.0) / (self.inputs.mission.deadline + 1.0)).min(1.0)).floor()
    }

    fn measure(&self, measure: Measure) -> Option<f64> {
        match measure {
            Measure::PeopleOut => Some(self.out(self.inputs.mission.deadline)),
            Measure::AllOut => Some(1.0),
            Measure::ExitsOpened => Some(0.0),
            measure if measure.better() == Better::Lower && measure.unit() != "days" => Some(0.0),
            _ => None,
        }
    }

    fn daily(&self, daily: Daily, day: f64) -> Option<f64> {
        match daily {
            Daily::PeopleOut => Some(self.out(day)),
            Daily::BasesClosed => Some(self.closed(day, |_| true)),
            Daily::Evacuated => None,
            Daily::Killed | Daily::Wounded | Daily::Lost | Daily::ImportsUnanswered | Daily::AircraftGrounded => {
                Some(0.0)
            }
        }
    }

    fn observable(&self, observable: Observable, base: Option<usize>, day: Option<f64>) -> Option<f64> {
        let inputs = self.inputs;
        match observable {
            Observable::Departure => Some(self.closes(base?)),
            Observable::DaysEarly => Some(inputs.base[base?].planned_closure - self.closes(base?)),
            Observable::OutShare => Some(self.out(day?) / self.strength().max(1.0)),
            Observable::InCountry => Some(self.strength() - self.out(day?)),
            Observable::BasesOpen => {
                let counts = |base: usize| inputs.base[base].kind != BaseKind::Headquarters;
                let all = (0..inputs.base.len()).filter(|&base| counts(base)).count() as f64;
                Some(all - self.closed(day?, counts))
            }
            Observable::OtherBasesClosed => Some(self.closed(day?, |other| Some(other) != base)),
            Observable::TakeoverLag | Observable::LootingLag => {
                Some(inputs.mission.deadline + 1.0 + inputs.mission.liquidation_days - self.closes(base?))
            }
            Observable::SmoothDeparture => Some(1.0),
            Observable::ConvoyDays | Observable::ByAirAndRoad => None,
            Observable::FirstOut
            | Observable::ConvoyContacts
            | Observable::ConvoyWounded
            | Observable::AirHits
            | Observable::FireIncidents
            | Observable::SensitiveDestroyed
            | Observable::BasesUnderFire
            | Observable::BasesLooted
            | Observable::BasesDestroyed
            | Observable::WoundedByDevices
            | Observable::LostUsdLog10 => Some(0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::scenario::Case;

    #[test]
    fn bases_close_on_their_dates_and_people_leave_evenly() {
        let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/three-bases.toml"));
        let model = Case::load(file, &[]).expect("a scenario").model(&[]).expect("a model");
        let inputs = &model.inputs;
        let base = |id: &str| inputs.base.iter().position(|base| base.id == id);
        let at = |what, base, day, phase| planned(&Quantity { what, base, day }, inputs, phase);
        let of = |observable, base, phase| at(What::Observable(observable), base, None, phase);
        // East has a date, 30 April, which is day 119; north a window from 1 April (90) to 31 May (150).
        assert_eq!(of(Observable::Departure, base("east"), 0), Some(119.0));
        assert_eq!(of(Observable::DaysEarly, base("east"), 50), Some(0.0));
        let north = |phase| of(Observable::Departure, base("north"), phase);
        assert_eq!((north(0), north(PHASES - 1)), (Some(90.0), Some(150.0)));
        let mean = (0..PHASES).filter_map(north).sum::<f64>() / PHASES as f64;
        assert!((mean - 120.0).abs() < 0.5, "{mean}");
        // 1,600 people less a team of 50, half of them in half of the 181 days.
        assert_eq!(at(What::Daily(Daily::PeopleOut), None, Some(180), 0), Some(1550.0));
        assert_eq!(at(What::Daily(Daily::PeopleOut), None, Some(89), 0), Some((1550.0_f64 * 90.0 / 181.0).floor()));
        // By 30 April east has closed, and north at phases before half.
        assert_eq!(at(What::Daily(Daily::BasesClosed), None, Some(119), 0), Some(2.0));
        assert_eq!(at(What::Daily(Daily::BasesClosed), None, Some(119), PHASES - 1), Some(1.0));
        assert_eq!(at(What::Measure(Measure::Wounded), None, None, 0), Some(0.0));
        assert_eq!(at(What::Measure(Measure::EvacuatedUnits), None, None, 0), None);
        assert_eq!(of(Observable::ConvoyDays, base("north"), 0), None);
    }
}
