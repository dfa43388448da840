//! What facts are compared with: numbers read off a replication when it has ended.
//!
//! Reading draws nothing and decides nothing. What no measure and no daily quantity holds is noted as it happens: which
//! base, when, how much.

use crate::math::log10;
use crate::measures::Daily;
use crate::model::facts::{Observable, Quantity, What};
use crate::model::network::BaseKind;
use crate::withdrawal::accounts::{Disposition, class_of};
use crate::withdrawal::outcome::Outcome;
use crate::withdrawal::run::Withdrawal;

/// What is noted of a base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// Fire fell on it.
    Fire,
    /// An aircraft that flew for it was hit.
    AirHit,
    /// So many of its garrison left it by air.
    FlownOut,
    /// Something was destroyed there for the first time.
    Destruction,
    /// An armed group took it.
    Taken,
    /// It was looted.
    Looted,
    /// So many were wounded by a device in a convoy or column of it.
    WoundedByDevice,
}

/// One such note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// What.
    pub what: Noted,
    /// Index of the base.
    pub base: u16,
    /// When.
    pub at_days: f64,
    /// How much.
    pub count: u32,
}

impl Outcome {
    /// Notes something of a base.
    pub(super) fn note(&mut self, what: Noted, base: usize, at_days: f64, count: u32) {
        self.notes.push(Note { what, base: base as u16, at_days, count });
    }

    fn noted(&self, what: Noted) -> impl Iterator<Item = &Note> {
        self.notes.iter().filter(move |note| note.what == what)
    }

    fn noted_at(&self, what: Noted, base: usize) -> impl Iterator<Item = &Note> {
        self.noted(what).filter(move |note| usize::from(note.base) == base)
    }
}

impl Withdrawal<'_> {
    /// The value of a quantity in the replication that was run last.
    ///
    /// # Returns
    /// The value in the quantity's unit; dates in whole days since the start, held to the deadline.
    ///
    /// # Panics
    /// If the quantity names no base or no day where it needs one, or is the order of closures, which is no number:
    /// facts that were read have what they need.
    pub fn observe(&self, quantity: &Quantity) -> f64 {
        let base = || quantity.base.expect("the quantity names a base");
        let day = || quantity.day.expect("the quantity has a day");
        match quantity.what {
            What::Measure(measure) => self.outcome.value(measure),
            What::Daily(daily) => self.on_day(daily, day()),
            What::ClosureOrder => unreachable!("an order is read off the departures"),
            What::Observable(observable) if observable.needs().base() => self.of_base(observable, base(), quantity.day),
            What::Observable(Observable::FirstOut) => {
                let first = self.outcome.daily.iter().position(|counts| counts[Daily::PeopleOut as usize] > 0);
                first.map_or(self.inputs.mission.deadline, |day| day as f64)
            }
            What::Observable(observable) => self.of_mission(observable, day()),
        }
    }

    fn on_day(&self, daily: Daily, day: u32) -> f64 {
        self.outcome.daily.get(day as usize).map_or(0.0, |counts| f64::from(counts[daily as usize]))
    }

    fn strength(&self) -> f64 {
        self.inputs.base.iter().map(|base| base.personnel).sum()
    }

    fn of_mission(&self, observable: Observable, day: u32) -> f64 {
        let by_days = f64::from(day) + 1.0;
        let out = || self.on_day(Daily::PeopleOut, day);
        let bases = |what| {
            let is_noted = |base: usize| self.outcome.noted_at(what, base).any(|note| note.at_days < by_days);
            (0..self.inputs.base.len()).filter(|&base| is_noted(base)).count() as f64
        };
        match observable {
            Observable::OutShare => out() / self.strength().max(1.0),
            Observable::InCountry => self.strength() - out(),
            Observable::BasesOpen => {
                let open = |base: &usize| {
                    self.inputs.base[*base].kind != BaseKind::Headquarters
                        && self.outcome.departed_days[*base] >= by_days
                };
                (0..self.inputs.base.len()).filter(open).count() as f64
            }
            Observable::BasesUnderFire => bases(Noted::Fire),
            Observable::BasesLooted => bases(Noted::Looted),
            Observable::BasesDestroyed => bases(Noted::Destruction),
            Observable::WoundedByDevices => {
                let wounded = self.outcome.noted(Noted::WoundedByDevice).filter(|note| note.at_days < by_days);
                wounded.map(|note| f64::from(note.count)).sum()
            }
            Observable::LostUsdLog10 => log10(self.lost_usd_of_left(by_days).max(1.0)),
            _ => unreachable!("`{}` is not of the mission on a day", observable.name()),
        }
    }

    /// Value of the equipment, of bases left by then, that is lost in the end.
    fn lost_usd_of_left(&self, by_days: f64) -> f64 {
        let is_lost = |line: Disposition| {
            matches!(
                line,
                Disposition::Destroyed
                    | Disposition::Decommissioned
                    | Disposition::Abandoned
                    | Disposition::LostEnRoute
            )
        };
        let left = |origin: u16| self.outcome.departed_days[usize::from(origin)] < by_days;
        let lost = self.outcome.ends.iter().filter(|end| is_lost(end.disposition) && left(end.origin));
        lost.map(|end| end.usd).sum::<i64>() as f64
    }

    fn of_base(&self, observable: Observable, base: usize, day: Option<u32>) -> f64 {
        let (outcome, by_days) = (&self.outcome, day.map_or(f64::INFINITY, |day| f64::from(day) + 1.0));
        let departed_days = outcome.departed_days[base];
        let count = |what| outcome.noted_at(what, base).filter(|note| note.at_days < by_days).count() as f64;
        let lag_of = |what| {
            let first = outcome.noted_at(what, base).next();
            first.map_or(self.end_days(), |note| note.at_days) - departed_days
        };
        let convoys = || outcome.convoys.iter().filter(|convoy| usize::from(convoy.base) == base);
        let met = |of: std::ops::Range<usize>| -> f64 {
            convoys().map(|convoy| convoy.met[of.clone()].iter().sum::<u32>()).sum::<u32>().into()
        };
        match observable {
            Observable::Departure => departed_days.floor().min(self.inputs.mission.deadline),
            Observable::DaysEarly => self.inputs.base[base].planned_closure - departed_days.floor(),
            Observable::ConvoyDays => {
                let longest = convoys().map(|convoy| convoy.days).fold(0.0, f64::max);
                if longest > 0.0 { longest } else { self.end_days() - departed_days }
            }
            Observable::ConvoyContacts => met(0..2),
            Observable::ConvoyWounded => met(3..4),
            Observable::AirHits => count(Noted::AirHit),
            Observable::FireIncidents => count(Noted::Fire),
            Observable::ByAirAndRoad => {
                let flown: u32 = outcome.noted_at(Noted::FlownOut, base).map(|note| note.count).sum();
                f64::from(u8::from(flown > 0 && f64::from(flown) < self.inputs.base[base].personnel))
            }
            Observable::SensitiveDestroyed => {
                let destroyed = outcome.ends.iter().filter(|end| {
                    usize::from(end.origin) == base
                        && end.disposition == Disposition::Destroyed
                        && self.inputs.class[class_of(end.item)].sensitive
                });
                destroyed.map(|end| end.units).sum::<i64>() as f64
            }
            Observable::SmoothDeparture => {
                let smooth = self.bases[base].handed_over && count(Noted::Fire) == 0.0 && met(0..2) == 0.0;
                f64::from(u8::from(smooth))
            }
            Observable::TakeoverLag => lag_of(Noted::Taken),
            Observable::LootingLag => lag_of(Noted::Looted),
            Observable::OtherBasesClosed => {
                let others = outcome.departed_days.iter().enumerate().filter(|(other, _)| *other != base);
                others.filter(|(_, days)| **days < by_days).count() as f64
            }
            _ => unreachable!("`{}` is not of a base", observable.name()),
        }
    }
}
