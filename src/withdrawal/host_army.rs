//! The host army's columns: where they stand, when they reach a base, and what that means for it.
//!
//! A column goes at a steady pace to a place of its route, and from there by a gamma process seen at the ends of days:
//! each day's progress is one gamma increment from its own stream. Inside a day it goes evenly. So the first passage of
//! a point has its closed form at whole days: it is past by then if a gamma variable of that many days exceeds it.

use crate::draw::{Purpose, key2};
use crate::measures::Measure;
use crate::model::host_army::HostColumn;
use crate::model::permissions::Regime;
use crate::withdrawal::accounts::{Account, Item};
use crate::withdrawal::aftermath::Holder;
use crate::withdrawal::event::{Event, small};
use crate::withdrawal::ledger::{Lot, Posting};
use crate::withdrawal::run::{CountedStreams, Withdrawal};
use crate::withdrawal::tale::{At, What};

/// One column's advance, drawn before the run: nothing that the mission does bears on it.
#[derive(Clone, Debug, Default)]
pub struct Advance {
    from_days: f64,
    fast_km: f64,
    fast_km_per_day: f64,
    /// Distance from the start at the end of each leg.
    leg_ends_km: Vec<f64>,
    /// Distance beyond the fast stretch after each whole day of it.
    slow_km: Vec<f64>,
}

impl Advance {
    /// Draws the advance along legs of given lengths, the first `fast_legs` of them fast, up to a day.
    fn draw(
        &mut self,
        column: &HostColumn,
        (legs_km, fast_legs): (impl Iterator<Item = f64>, usize),
        (streams, key): (&CountedStreams, u64),
        until_days: f64,
    ) {
        (self.from_days, self.fast_km_per_day) = (column.from, column.fast_km_per_day);
        self.leg_ends_km.clear();
        let mut total_km = 0.0;
        self.leg_ends_km.extend(legs_km.map(|km| {
            total_km += km;
            total_km
        }));
        self.fast_km = if fast_legs == 0 { 0.0 } else { self.leg_ends_km[fast_legs - 1] };
        self.slow_km.clear();
        self.slow_km.push(0.0);
        let slow_days = until_days - self.fast_until_days();
        let mut km = 0.0;
        while km < total_km - self.fast_km && (self.slow_km.len() as f64) < slow_days + 1.0 {
            let day = self.slow_km.len() as u64 - 1;
            km += streams.stream(Purpose::HostArmy, key, day).gamma(column.shape_per_day, column.km_per_day);
            self.slow_km.push(km);
        }
    }

    fn fast_until_days(&self) -> f64 {
        self.from_days + self.fast_km / self.fast_km_per_day
    }

    /// When it goes on from there; infinite at the end of its route, where it stays.
    fn leaves_days(&self, km: f64) -> f64 {
        let is_end = self.leg_ends_km.last().is_some_and(|&end_km| km >= end_km);
        if is_end { f64::INFINITY } else { self.passage_days(km) }
    }

    /// When it first comes so far; infinite if it does not within its time.
    fn passage_days(&self, km: f64) -> f64 {
        if km <= self.fast_km {
            return self.from_days + km / self.fast_km_per_day;
        }
        let beyond = km - self.fast_km;
        let day = self.slow_km.partition_point(|&slow_km| slow_km < beyond);
        if day == self.slow_km.len() {
            return f64::INFINITY;
        }
        let (before, after) = (self.slow_km[day - 1], self.slow_km[day]);
        self.fast_until_days() + (day - 1) as f64 + (beyond - before) / (after - before)
    }
}

/// Keys what belongs to no column.
const NO_COLUMN: u64 = 0;

impl Withdrawal<'_> {
    /// Draws how each column advances and schedules its arrivals at bases; draws whether the host makes the mission wait.
    pub(super) fn open_host_army(&mut self) {
        let until_days = self.end_days();
        self.advances.resize_with(self.inputs.host_column.len(), Advance::default);
        for column in 0..self.advances.len() {
            let route = &self.model.network.columns[column];
            let legs_km = route.legs.iter().map(|leg| self.inputs.road[leg.road].km);
            let (settings, key) = (&self.inputs.host_column[column], route.key);
            self.advances[column].draw(settings, (legs_km, route.fast_legs), (&self.streams, key), until_days);
            let start = route.legs.first().map(|leg| (leg.from, 0.0));
            let ends = route.legs.iter().zip(&self.advances[column].leg_ends_km).map(|(leg, &km)| (leg.to, km));
            for (place, km) in start.into_iter().chain(ends) {
                let at_days = self.advances[column].passage_days(km);
                if place < self.bases.len() && at_days <= until_days {
                    let event = Event::ArmyArrives { column: column as u16, base: small(place) };
                    self.agenda.at(at_days.max(0.0), event.phase(), event);
                }
            }
        }
        self.find_near();
        let delay = self.inputs.permissions.host_delay;
        self.host_delays = delay > 0.0 && self.streams.stream(Purpose::HostArmy, NO_COLUMN, 0).chance(delay);
    }

    /// Works out when columns are near enough to each zone to raise its tension.
    fn find_near(&mut self) {
        let network = &self.model.network;
        let near_km = self.inputs.tension.column_near_km;
        self.near_days.resize_with(self.inputs.zone.len(), Vec::new);
        for (zone, near_days) in self.near_days.iter_mut().enumerate() {
            near_days.clear();
            for (advance, route) in self.advances.iter().zip(&network.columns) {
                for (leg, &end_km) in route.legs.iter().zip(&advance.leg_ends_km) {
                    let leg_km = self.inputs.road[leg.road].km;
                    let inside = network.road_zone[leg.road] == zone;
                    let from_km = if inside { leg_km } else { near_km - network.zone_km[leg.from][zone] };
                    let to_km = near_km - network.zone_km[leg.to][zone];
                    if from_km >= 0.0 {
                        let last_km = end_km - leg_km + from_km.min(leg_km);
                        near_days.push((advance.passage_days(end_km - leg_km), advance.leaves_days(last_km)));
                    }
                    if to_km >= 0.0 {
                        near_days.push((advance.passage_days(end_km - to_km.min(leg_km)), advance.leaves_days(end_km)));
                    }
                }
            }
        }
    }

    /// Whether a column is near enough to a zone, at a time or from then to another, to raise its tension.
    pub(super) fn column_is_near(&self, zone: usize, (from_days, until_days): (f64, f64)) -> bool {
        self.near_days[zone].iter().any(|&(comes, leaves)| comes <= until_days && from_days <= leaves)
    }

    /// A column reaches a base: it can receive it, take it if it is empty, or fight for it.
    pub(super) fn on_army_arrives(&mut self, column: usize, base: usize) {
        if self.bases[base].army_there {
            return;
        }
        self.bases[base].army_there = true;
        self.tell(What::ArmyArrives, At::Base(base), "", &[]);
        match self.bases[base].holder {
            Holder::Mission => self.receiver_arrives(base),
            Holder::Nobody => self.host_takes(base),
            Holder::ArmedGroup => {
                let key = key2(self.model.network.columns[column].key, self.model.network.node_key[base]);
                let retakes = self.inputs.host_column[column].retakes;
                if self.streams.stream(Purpose::HostArmy, key, 0).chance(retakes) {
                    self.outcome.add(Measure::BasesRetaken, 1.0);
                    self.host_takes(base);
                }
            }
            Holder::Host => {}
        }
    }

    /// The host army takes an empty base, with what nobody had claimed or an armed group had seized.
    pub(super) fn host_takes(&mut self, base: usize) {
        self.outcome.add(Measure::BasesTakenByHost, 1.0);
        let from = if self.bases[base].holder == Holder::ArmedGroup { "armed_group" } else { "nobody" };
        self.tell(What::HostTakes, At::Base(base), from, &[]);
        self.bases[base].holder = Holder::Host;
        for item in 0..self.tables.items as Item {
            let cause = self.cause_of_leaving(base, item);
            for from in [Account::Unclaimed, Account::SeizedByGroup] {
                let units = self.ledger.units(base, item, from);
                let lot = Lot { origin: small(base), item, units };
                self.ledger.post(Posting { lot, from, to: Account::SeizedByHost, cause });
            }
        }
    }

    /// Whether the host withholds a base's movement until its army is there.
    pub(super) fn movement_is_withheld(&self, base: usize) -> bool {
        self.host_delays
            && self.inputs.permissions.ground_movement.regime == Regime::Process
            && !self.receiver_is_there(base)
            && self.model.network.columns.iter().any(|route| route.reaches(base))
    }
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, Gamma};

    use super::*;
    use crate::draw::Streams;

    fn column() -> HostColumn {
        HostColumn {
            id: "column".to_owned(),
            title: None,
            from: 10.0,
            route: Vec::new(),
            fast_to: None,
            fast_km_per_day: 60.0,
            km_per_day: 3.0,
            shape_per_day: 0.5,
            retakes: 1.0,
        }
    }

    /// Two legs of 240 and 112 km, the first of them fast: slow from day 14.
    fn advance(replication: u64) -> Advance {
        let mut advance = Advance::default();
        let streams = CountedStreams::new(Streams::new(5, replication));
        advance.draw(&column(), ([240.0, 112.0].into_iter(), 1), (&streams, 7), 400.0);
        advance
    }

    #[test]
    fn the_fast_stretch_is_steady_and_both_ends_agree() {
        let advance = advance(0);
        assert_eq!((advance.passage_days(0.0), advance.passage_days(120.0)), (10.0, 12.0));
        let (at_end_of_fast, just_after) = (advance.passage_days(240.0), advance.passage_days(240.0 + 1e-9));
        assert_eq!(at_end_of_fast, 14.0);
        assert!((14.0..15.0).contains(&just_after));
        let passages = [241.0, 300.0, 351.0, 352.0].map(|km| advance.passage_days(km));
        assert!(passages.is_sorted() && passages[3] < 400.0, "{passages:?}");
        assert_eq!((advance.leaves_days(300.0), advance.leaves_days(352.0)), (passages[1], f64::INFINITY));
    }

    #[test]
    fn first_passage_has_the_law_of_a_gamma_process() {
        // P(T <= t) = P(Gamma(shape t) >= x / scale), at whole days t of the slow stretch.
        let n = 4000;
        let passages = |km: f64| (0..n).map(move |replication| advance(replication).passage_days(240.0 + km) - 14.0);
        for km in [5.0, 50.0, 112.0] {
            for days in [1.0, 5.0, 20.0, 40.0] {
                let by = passages(km).filter(|&passed_days| passed_days <= days).count() as f64 / n as f64;
                let law = Gamma::new(0.5 * days, 0.5 / 3.0).expect("a gamma law");
                let expected = law.sf(km);
                // Five standard errors for twelve comparisons, and a floor for chances next to 0 or 1.
                let limit = 5.0 * crate::math::sqrt(expected * (1.0 - expected) / n as f64) + 1e-3;
                assert!((by - expected).abs() < limit, "{km} km by day {days}: {by}, not {expected}");
            }
        }
    }

    #[test]
    fn a_faster_column_is_never_later() {
        let mut fast = column();
        fast.km_per_day = 4.0;
        for replication in 0..200 {
            let streams = CountedStreams::new(Streams::new(5, replication));
            let mut faster = Advance::default();
            faster.draw(&fast, ([240.0, 112.0].into_iter(), 1), (&streams, 7), 400.0);
            assert!(faster.passage_days(352.0) <= advance(replication).passage_days(352.0));
        }
    }
}
