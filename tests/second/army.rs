//! Columns of the host army, and holding for whoever receives a base (2.20).

use rearguard::draw::{Purpose, key2};
use rearguard::measures::Measure;
use rearguard::model::closing::HoldFor;

use crate::agenda::Event;
use crate::books::End;
use crate::engine::Engine;

/// One column's way: how far it has come at which time.
pub struct Army {
    from_days: f64,
    fast_km: f64,
    fast_km_per_day: f64,
    total_km: f64,
    /// Length of each leg.
    legs_km: Vec<f64>,
    /// What each whole day of the slow stretch brings.
    days_km: Vec<f64>,
}

impl Army {
    fn slow_from(&self) -> f64 {
        self.from_days + self.fast_km / self.fast_km_per_day
    }

    /// When it has come so far; never, if it does not within the days drawn.
    fn passes(&self, km: f64) -> Option<f64> {
        if km <= self.fast_km {
            return Some(self.from_days + km / self.fast_km_per_day);
        }
        let slow_km = km - self.fast_km;
        let mut come_km = 0.0;
        for (day, &more) in self.days_km.iter().enumerate() {
            let then_km = come_km + more;
            if then_km >= slow_km {
                return Some(self.slow_from() + day as f64 + (slow_km - come_km) / (then_km - come_km));
            }
            come_km = then_km;
        }
        None
    }

    /// How far it has come at a time from its date on.
    fn come_km(&self, time_days: f64) -> f64 {
        if time_days <= self.slow_from() {
            return (time_days - self.from_days) * self.fast_km_per_day;
        }
        let slow_days = time_days - self.slow_from();
        let day = slow_days.floor() as usize;
        let whole: f64 = self.days_km.iter().take(day).sum();
        let inside = self.days_km.get(day).map_or(0.0, |more| more * (slow_days - day as f64));
        (self.fast_km + whole + inside).min(self.total_km)
    }
}

impl Engine<'_> {
    /// Whether the host withholds movement until its army is there.
    pub fn host_may_withhold(&self) -> bool {
        let probability = self.inputs.permissions.host_delay;
        probability > 0.0 && self.streams.stream(Purpose::HostArmy, 0, 0).chance(probability)
    }

    /// Draws each column and schedules where it comes.
    pub fn draw_army(&mut self) {
        let streams = self.streams;
        for (at, route) in self.net.columns.iter().enumerate() {
            let rules = self.inputs.host_column[at].clone();
            let legs_km: Vec<f64> = route.legs.iter().map(|leg| self.inputs.road[leg.road].km).collect();
            let fast_km: f64 = legs_km[..route.fast_legs].iter().sum();
            let total_km: f64 = legs_km.iter().sum();
            let mut army = Army {
                from_days: rules.from,
                fast_km,
                fast_km_per_day: rules.fast_km_per_day,
                total_km,
                legs_km,
                days_km: Vec::new(),
            };
            let mut come_km = fast_km;
            while come_km < total_km && army.slow_from() + army.days_km.len() as f64 <= self.end_days {
                let mut stream = streams.stream(Purpose::HostArmy, route.key, army.days_km.len() as u64);
                let more = stream.gamma(rules.shape_per_day, rules.km_per_day);
                army.days_km.push(more);
                come_km += more;
            }
            let mut places = vec![(route.legs[0].from, 0.0)];
            let mut km = 0.0;
            for (leg, leg_km) in route.legs.iter().zip(&army.legs_km) {
                km += leg_km;
                places.push((leg.to, km));
            }
            for (place, km) in places {
                if let Some(time_days) = army.passes(km).filter(|_| place < self.bases.len()) {
                    self.agenda.at(time_days, Event::ArmyArrives { column: at, base: place });
                }
            }
            self.army.push(army);
        }
    }

    /// Whether a column is near a zone.
    pub fn army_near(&self, zone: usize, time_days: f64) -> bool {
        let near_km = self.inputs.tension.column_near_km;
        self.army.iter().zip(&self.net.columns).any(|(army, route)| {
            if time_days < army.from_days {
                return false;
            }
            let mut into_km = army.come_km(time_days);
            let mut at = 0;
            while at + 1 < route.legs.len() && into_km >= army.legs_km[at] {
                into_km -= army.legs_km[at];
                at += 1;
            }
            let leg = route.legs[at];
            let left_km = (army.legs_km[at] - into_km).max(0.0);
            let ends_km = (into_km + self.net.zone_km[leg.from][zone]).min(left_km + self.net.zone_km[leg.to][zone]);
            self.net.road_zone[leg.road] == zone || ends_km <= near_km
        })
    }

    pub fn on_army_arrives(&mut self, column: usize, base: usize) {
        if self.bases[base].received_army {
            return;
        }
        self.bases[base].received_army = true;
        self.tell("army_arrives", base, "", &[]);
        if self.bases[base].open {
            if self.bases[base].holding_since.is_some() {
                self.set_departure(base, self.now());
            }
            return;
        }
        if self.bases[base].handed_over || self.bases[base].taken_by_host {
            return;
        }
        if self.bases[base].taken_by_group {
            let entity = key2(self.net.columns[column].key, self.key(base));
            let retakes = self.inputs.host_column[column].retakes;
            if self.streams.stream(Purpose::HostArmy, entity, 0).chance(retakes) {
                self.host_takes(base, "armed_group");
            }
        } else {
            self.host_takes(base, "nobody");
        }
    }

    /// The army takes a base that was left, with what an armed group had or nobody.
    pub fn host_takes(&mut self, base: usize, from: &'static str) {
        self.bases[base].taken_by_host = true;
        self.tell("host_takes", base, from, &[]);
        self.add(Measure::BasesTakenByHost, 1.0);
        let source = if from == "nobody" { End::Unclaimed } else { End::SeizedByGroup };
        if from != "nobody" {
            self.add(Measure::BasesRetaken, 1.0);
        }
        self.move_ends(base, source, End::SeizedByHost);
    }

    /// Moves all that began at a base from one end to another.
    pub fn move_ends(&mut self, base: usize, from: End, to: End) {
        let items = self.inputs.class.len() * 2;
        for ends in &mut self.ends[base * items..(base + 1) * items] {
            ends[to as usize] += std::mem::take(&mut ends[from as usize]);
        }
    }

    /// Whether somebody is there to receive a base.
    pub fn received(&self, base: usize) -> bool {
        let state = &self.bases[base];
        self.inputs.base[base].host_garrison || state.received_army || state.received_authority
    }

    /// Whether a base would hold for a receiver who is not there yet and can come.
    pub fn would_hold(&self, base: usize) -> bool {
        self.may_hold(base) && !self.received(base)
    }

    /// Whether a receiver for whom a base would hold can come to it, if nobody were there.
    pub fn may_hold(&self, base: usize) -> bool {
        let rules = &self.inputs.decisions;
        let comes = match rules.hold_for {
            HoldFor::Army => self.net.columns.iter().any(|column| column.reaches(base)),
            HoldFor::CivilAuthority => true,
        };
        rules.hold_for_handover_days > 0.0 && comes
    }

    /// Whether a base with nobody to receive it holds, from now on or still. A grant of movement does not end it.
    pub fn holds(&mut self, base: usize) -> bool {
        let Some(since) = self.bases[base].holding_since else {
            self.begin_to_hold(base);
            return true;
        };
        let until_days = since + self.inputs.decisions.hold_for_handover_days;
        let holds = self.now() < until_days;
        if holds {
            self.set_departure(base, until_days);
        }
        holds
    }

    /// A base begins to hold.
    fn begin_to_hold(&mut self, base: usize) {
        let (now, rules) = (self.now(), &self.inputs.decisions);
        let until_days = now + rules.hold_for_handover_days;
        let authority = (rules.hold_for == HoldFor::CivilAuthority).then_some(rules.civil_authority_mean_days);
        self.bases[base].holding_since = Some(now);
        self.bases[base].held = true;
        self.tell("holds_for_receiver", base, "", &[("at_most_days", until_days - now)]);
        if let Some(mean_days) = authority {
            let mut stream = self.streams.stream(Purpose::Handover, self.key(base), 1);
            let comes_days = now + stream.exponential(mean_days);
            self.agenda.at(comes_days, Event::AuthorityArrives { base });
        }
        self.set_departure(base, until_days);
        self.meet_before_holding(base);
    }

    pub fn on_authority_arrives(&mut self, base: usize) {
        self.bases[base].received_authority = true;
        self.tell("authority_arrives", base, "", &[]);
        if self.bases[base].open && self.bases[base].holding_since.is_some() {
            self.set_departure(base, self.now());
        }
    }
}
