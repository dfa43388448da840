//! Convoys and columns on the road (2.10).

use rearguard::draw::{Purpose, Stream, key2};
use rearguard::math::exp;
use rearguard::measures::Measure;
use rearguard::model::equipment::Travel;
use rearguard::model::network::Surface;
use rearguard::model::routes::{Leg, node_id};

use crate::agenda::Event;
use crate::books::{End, Group, Lot, heads, milli, room_of};
use crate::contacts::ContactPoint;
use crate::engine::Engine;

/// Part of a cargo column's round trip; a garrison only knows the first.
pub const TO_PARENT: u64 = 0;
pub const OUT: u64 = 1;
pub const LOADED: u64 = 2;
pub const BACK: u64 = 3;

/// Contract trucks of a column.
pub struct Trucks {
    pub fleet: usize,
    pub number: u32,
    pub escorts: u32,
    /// By the exit, if that was open when it was loaded.
    pub by_exit: bool,
    pub loaded: bool,
    pub gone: bool,
}

/// A garrison's serial or a cargo column.
pub struct Convoy {
    /// The base that it left, or that it serves.
    pub base: usize,
    pub name: String,
    pub key: u64,
    pub way: u64,
    pub journey: u64,
    /// The base whose way to its parent it follows.
    pub follows: usize,
    pub departed_days: f64,
    /// When the present journey began.
    pub set_off_days: f64,
    pub legs: Vec<Leg>,
    pub leg: usize,
    /// How far along its journey.
    pub at_km: f64,
    /// When each leg of the journey was begun, or will be.
    pub leg_begins: Vec<f64>,
    pub trucks: Option<Trucks>,
    /// Of a garrison its vehicles, trailers and cargo, one party after another; of a column what it is loaded with.
    pub load: Vec<Lot>,
    pub people: Vec<Group>,
    /// Vehicles of the whole column when it set out, and its share in them.
    pub column_vehicles: u32,
    pub share: f64,
    pub frailty: f64,
    pub points: Vec<ContactPoint>,
    pub reached: Option<ContactPoint>,
    /// When it last moved off, and where it is to stop next.
    pub stop: (f64, f64),
    pub breakdowns: Stream,
    /// Expected breakdowns from `gap_km` of the journey to the next.
    pub gap: f64,
    pub gap_km: f64,
    pub delay_days: f64,
    pub by_road_days: f64,
    pub score: f64,
    pub day_scores: Vec<f64>,
    pub day_stream: Stream,
    pub arrived: bool,
    pub exit: Option<usize>,
    pub supplies_until: f64,
    pub supply_requests: u64,
    pub asks_days: f64,
    pub halted_since: Option<f64>,
    /// Person-days of this journey before the people who joined on the way did.
    pub not_aboard_days: f64,

    /// Bases that it has passed.
    pub passed: Vec<usize>,
}

/// The nearest of what a convoy can meet.
#[derive(Clone, Copy, PartialEq)]
enum Stop {
    Contact,
    Breakdown,
    LegEnd,
}

impl Engine<'_> {
    /// All vehicles of a convoy that drive, escorts among them.
    pub fn vehicles(&self, id: usize) -> u32 {
        let convoy = &self.convoys[id];
        match &convoy.trucks {
            Some(trucks) => trucks.number + trucks.escorts,
            None => self.driving(&convoy.load),
        }
    }

    /// Whether a lot of a garrison's load drives.
    pub fn drives(&self, lot: &Lot) -> bool {
        self.inputs.class[lot.item / 2].travel == Travel::Drives
    }

    /// How many vehicles of a garrison's load drive.
    pub fn driving(&self, load: &[Lot]) -> u32 {
        load.iter().filter(|lot| self.drives(lot)).map(|lot| lot.units).sum()
    }

    /// Puts a convoy on the road at the beginning of a journey.
    pub fn begin_journey(&mut self, id: usize, way: u64, follows: usize, legs: Vec<Leg>) {
        let now = self.now();
        let journey = key2(self.convoys[id].key, key2(self.key(follows), way));
        let mut stream = self.streams.stream(Purpose::Breakdown, journey, 0);
        let convoy = &mut self.convoys[id];
        (convoy.way, convoy.follows, convoy.journey, convoy.legs) = (way, follows, journey, legs);
        (convoy.leg, convoy.at_km, convoy.set_off_days) = (0, 0.0, now);
        convoy.leg_begins = vec![now];
        (convoy.gap, convoy.gap_km) = (stream.standard_exponential(), 0.0);
        convoy.breakdowns = stream;
        self.lay_out_contacts(id);
        if self.convoys[id].legs.is_empty() {
            self.on_convoy_arrives(id);
        } else {
            self.moves_off(id, now);
        }
    }

    /// Where a leg of a convoy's journey begins, or the journey ends.
    pub fn leg_begins_km(&self, id: usize, leg: usize) -> f64 {
        self.convoys[id].legs[..leg].iter().map(|leg| self.inputs.road[leg.road].km).sum()
    }

    /// How far along its leg a convoy is.
    pub fn on_leg_km(&self, id: usize) -> f64 {
        self.convoys[id].at_km - self.leg_begins_km(id, self.convoys[id].leg)
    }

    /// Whether a leg is driven as one with the next: roads alike in pace and in what breakdowns take.
    fn goes_over(&self, leg: Leg, next: Leg) -> bool {
        self.paved(leg) == self.paved(next) && self.median(leg) == self.median(next)
    }

    /// A convoy stops at a contact, or where it is joined.
    pub fn stops(&mut self, id: usize) {
        let (_, at_km) = self.convoys[id].stop;
        self.convoys[id].at_km = at_km;
        self.counts_gap(id, at_km);
    }

    /// A convoy has come to the end of a leg: when it is taken to have set off for what is to come.
    pub fn ends_leg(&mut self, id: usize, (set_off_days, now_days): (f64, f64)) -> f64 {
        let (leg, legs) = (self.convoys[id].leg, self.convoys[id].legs.clone());
        self.convoys[id].leg_begins.push(now_days);
        let is_run_end = legs.get(leg + 1).is_none_or(|&next| !self.goes_over(legs[leg], next));
        if is_run_end {
            let end_km = self.leg_begins_km(id, leg + 1);
            self.counts_gap(id, end_km);
            self.convoys[id].at_km = end_km;
        }
        self.convoys[id].leg += 1;
        if is_run_end { now_days } else { set_off_days }
    }

    /// Takes what has been driven off the gap to the next breakdown.
    fn counts_gap(&mut self, id: usize, to_km: f64) {
        let convoy = &self.convoys[id];
        let per_km = self.breakdowns_per_km(id, convoy.legs[convoy.leg]);
        let convoy = &mut self.convoys[id];
        convoy.gap = (convoy.gap - (to_km - convoy.gap_km) * per_km).max(0.0);
        convoy.gap_km = to_km;
    }

    /// Lets a convoy go on as if it had not stopped.
    pub fn goes_on(&mut self, id: usize) {
        let (set_off_days, _) = self.convoys[id].stop;
        self.moves_off(id, set_off_days);
    }

    /// Sends a convoy on from a time that may lie ahead of the clock.
    pub fn moves_off(&mut self, id: usize, from_days: f64) {
        let mut time_days = from_days;
        loop {
            let convoy = &self.convoys[id];
            let Some(&leg) = convoy.legs.get(convoy.leg) else {
                self.agenda.at(time_days, Event::ConvoyArrives { convoy: id });
                return;
            };
            if time_days >= convoy.supplies_until {
                self.convoys[id].stop = (time_days, convoy.at_km);
                self.agenda.at(time_days, Event::SuppliesEnd { convoy: id });
                return;
            }
            let apart_km = self.breakdowns_apart_km(id, leg);
            let end_km = self.leg_begins_km(id, convoy.leg + 1);
            let contact_km = convoy.points.first().map_or(f64::INFINITY, |point| point.km);
            let breakdown_km = convoy.gap_km + convoy.gap * apart_km;
            let (stop, to_km) = if contact_km < end_km && contact_km <= breakdown_km {
                (Stop::Contact, contact_km)
            } else if breakdown_km < end_km {
                (Stop::Breakdown, breakdown_km)
            } else {
                (Stop::LegEnd, end_km)
            };
            let (reached_days, gone_km) = self.travel(id, time_days, to_km, leg);
            if gone_km < to_km {
                // Supplies end before it is there.
                let convoy = &mut self.convoys[id];
                convoy.stop = (time_days, convoy.at_km);
                convoy.at_km = gone_km;
                self.agenda.at(reached_days, Event::SuppliesEnd { convoy: id });
                return;
            }
            let set_off_days = time_days;
            time_days = reached_days;
            match stop {
                Stop::Contact => {
                    let convoy = &mut self.convoys[id];
                    let point = convoy.points.remove(0);
                    convoy.stop = (set_off_days, to_km);
                    convoy.reached = Some(point);
                    self.agenda.at(time_days, Event::ContactReached { convoy: id });
                    return;
                }
                Stop::Breakdown => {
                    self.convoys[id].at_km = to_km;
                    match self.breaks_down(id, time_days) {
                        Ok(again_days) => time_days = again_days,
                        Err(which) => {
                            self.agenda.at(time_days, Event::VehicleLost { convoy: id, which });
                            return;
                        }
                    }
                }
                Stop::LegEnd => {
                    let convoy = &self.convoys[id];
                    let last = convoy.leg + 1 == convoy.legs.len();
                    if let Some(base) = self.may_be_joined(id, leg.to).filter(|_| !last) {
                        self.convoys[id].stop = (set_off_days, to_km);
                        self.agenda.at(time_days, Event::ConvoyPasses { convoy: id, base });
                        return;
                    }
                    let reached_days = time_days;
                    time_days = self.ends_leg(id, (set_off_days, reached_days));
                    if !last {
                        self.tell_convoy(reached_days, "junction_passed", id, "", &[]);
                    }
                }
            }
        }
    }

    /// Travels along a leg to a point from a time on: when it is there, or when and where supplies end before.
    fn travel(&mut self, id: usize, from_days: f64, to_km: f64, leg: Leg) -> (f64, f64) {
        let departed_days = self.convoys[id].departed_days;
        let (mut time_days, mut at_km) = (from_days, self.convoys[id].at_km);
        let mut day = (from_days - departed_days).floor();
        loop {
            let pace = self.km_per_day(id, day, leg);
            let day_ends = departed_days + day + 1.0;
            let reach_km = pace * (day_ends - time_days);
            if to_km - at_km <= reach_km {
                return (time_days + (to_km - at_km) / pace, to_km);
            }
            at_km += reach_km;
            time_days = day_ends;
            day += 1.0;
            if time_days >= self.convoys[id].supplies_until {
                return (time_days, at_km);
            }
        }
    }

    /// Progress on a day of travel.
    fn km_per_day(&mut self, id: usize, day: f64, leg: Leg) -> f64 {
        let convoy = &mut self.convoys[id];
        while convoy.day_scores.len() as f64 <= day {
            let score = convoy.day_stream.standard_normal();
            convoy.day_scores.push(score);
        }
        let (own, of_day) = (convoy.score, convoy.day_scores[day as usize]);
        let begins_days = convoy.departed_days + day;
        let rules = &self.inputs.convoys;
        let slow = if self.paved(leg) {
            1.0
        } else {
            let spells = &self.inputs.weather;
            let spell = spells.iter().find(|spell| spell.from <= begins_days && begins_days < spell.until + 1.0);
            let clearance = if rules.route_clearance { rules.clearance_pace } else { 1.0 };
            spell.map_or(1.0, |spell| spell.unpaved_factor) * clearance
        };
        self.median(leg) * slow * exp(rules.convoy_log_sd * own + rules.day_log_sd * of_day)
    }

    /// Median progress on a leg in dry weather.
    fn median(&self, leg: Leg) -> f64 {
        let rules = &self.inputs.convoys;
        match self.inputs.road[leg.road].surface {
            Surface::Paved => rules.paved_km_per_day,
            Surface::Piste => rules.piste_km_per_day,
            Surface::Track => rules.track_km_per_day,
        }
    }

    /// Mean distance between a convoy's breakdowns on a leg.
    fn breakdowns_apart_km(&self, id: usize, leg: Leg) -> f64 {
        let rules = &self.inputs.convoys;
        let factor = if self.paved(leg) { rules.breakdown_paved_factor } else { 1.0 };
        rules.breakdown_vehicle_km * factor / f64::from(self.vehicles(id))
    }

    /// Breakdowns of a convoy per km of a leg.
    fn breakdowns_per_km(&self, id: usize, leg: Leg) -> f64 {
        let rules = &self.inputs.convoys;
        let factor = if self.paved(leg) { rules.breakdown_paved_factor } else { 1.0 };
        f64::from(self.vehicles(id)) / (rules.breakdown_vehicle_km * factor)
    }

    /// A vehicle breaks down: when the convoy goes on, or which vehicle is given up.
    fn breaks_down(&mut self, id: usize, time_days: f64) -> Result<f64, f64> {
        let rules = &self.inputs.convoys;
        let (median, log_sd, abandons) =
            (rules.breakdown_delay_days, rules.breakdown_delay_log_sd, rules.abandon_probability);
        let convoy = &mut self.convoys[id];
        let delay_days = convoy.breakdowns.lognormal(median, log_sd);
        let abandoned = convoy.breakdowns.chance(abandons);
        let which = convoy.breakdowns.uniform();
        (convoy.gap, convoy.gap_km) = (convoy.breakdowns.standard_exponential(), convoy.at_km);
        convoy.delay_days = delay_days;
        let on_leg_km = self.on_leg_km(id);
        if time_days <= self.deadline_days {
            self.add(Measure::Breakdowns, 1.0);
        }
        let amounts = [("on_leg_km", on_leg_km), ("halt_days", delay_days)];
        self.tell_convoy(time_days, "breakdown", id, "", &amounts);
        if abandoned { Err(which) } else { Ok(time_days + delay_days) }
    }

    pub fn on_vehicle_lost(&mut self, id: usize, which: f64) {
        self.loses_vehicle(id, which, End::LostToBreakdown);
        let again_days = self.now() + self.convoys[id].delay_days;
        self.moves_off(id, again_days);
    }

    /// A convoy goes on without a vehicle, unless it is one of its escorts.
    pub fn loses_vehicle(&mut self, id: usize, which: f64, end: End) {
        let picked = (which * f64::from(self.vehicles(id))).floor();
        let room = if let Some(trucks) = &self.convoys[id].trucks {
            if picked < f64::from(trucks.number) { self.loses_truck(id) } else { None }
        } else {
            self.loses_own_vehicle(id, which, end)
        };
        let Some(room) = room else { return };
        self.loses_cargo(id, room, end);
        let cause = if end == End::LostToAttack { "attack" } else { "breakdown" };
        let left = f64::from(self.vehicles(id));
        self.tell_convoy(self.now(), "vehicle_lost", id, cause, &[("vehicles_left", left)]);
    }

    /// A column loses a truck: its room, if there was one.
    fn loses_truck(&mut self, id: usize) -> Option<i64> {
        let trucks = self.convoys[id].trucks.as_mut().expect("it has trucks");
        trucks.number = trucks.number.checked_sub(1)?;
        self.fleets[trucks.fleet].trucks -= 1;
        Some(room_of(self.inputs.truck_fleet[trucks.fleet].truck_teu))
    }

    /// A garrison's convoy loses the vehicle that the uniform picks: the room of its cargo, if it had any.
    fn loses_own_vehicle(&mut self, id: usize, which: f64, end: End) -> Option<i64> {
        let all = self.vehicles(id);
        let mut at = ((which * f64::from(all)) as u32).min(all.checked_sub(1)?);
        for place in 0..self.convoys[id].load.len() {
            let lot = self.convoys[id].load[place];
            if !self.drives(&lot) {
                continue;
            }
            if at < lot.units {
                self.convoys[id].load[place].units -= 1;
                self.end(Lot { units: 1, ..lot }, end);
                let truck = self.inputs.class[lot.item / 2].cargo_truck;
                return Some(if truck { room_of(self.inputs.convoys.own_truck_teu) } else { 0 });
            }
            at -= lot.units;
        }
        panic!("it is among them");
    }

    /// Cargo of up to a room is lost from the end of the manifest.
    fn loses_cargo(&mut self, id: usize, room: i64, end: End) {
        let mut left = room;
        let garrison = self.convoys[id].trucks.is_none();
        for at in (0..self.convoys[id].load.len()).rev() {
            let lot = self.convoys[id].load[at];
            if garrison && self.inputs.class[lot.item / 2].travel != Travel::Loaded {
                continue;
            }
            let each = self.room_on(id, lot);
            let fits = (left / each).min(i64::from(lot.units));
            left -= fits * each;
            self.convoys[id].load[at].units -= fits as u32;
            self.end(Lot { units: fits as u32, ..lot }, end);
        }
        self.convoys[id].load.retain(|lot| lot.units > 0);
    }

    /// The room that one item of a lot counts with when a convoy loses a truck: on contract trucks the larger of its two.
    fn room_on(&self, id: usize, lot: Lot) -> i64 {
        let class = &self.inputs.class[lot.item / 2];
        let own = if class.travel == Travel::Loaded { milli(class.teu) } else { 0 };
        if self.convoys[id].trucks.is_some() { own.max(self.passing_room(lot.item)) } else { own }
    }

    pub fn on_convoy_arrives(&mut self, id: usize) {
        self.ends_journey(id);
        if self.convoys[id].trucks.is_some() {
            self.column_arrives(id);
        } else {
            self.garrison_arrives(id);
        }
    }

    /// What each journey adds.
    fn ends_journey(&mut self, id: usize) {
        let now = self.now();
        if self.convoys[id].trucks.is_none() && now <= self.deadline_days {
            self.count_cover(id);
        }
        let not_aboard = std::mem::take(&mut self.convoys[id].not_aboard_days);
        let convoy = &self.convoys[id];
        let days = (f64::from(heads(&convoy.people)) * (now - convoy.set_off_days) - not_aboard).max(0.0);
        let way = if convoy.follows == convoy.base { convoy.way } else { self.key(convoy.follows) ^ convoy.way };
        let entity = key2(convoy.key, way);
        let mean = days * self.inputs.casualties.non_battle_per_person_day;
        let cases = self.streams.stream(Purpose::NonBattle, entity, 0).poisson(mean);
        if now <= self.deadline_days {
            self.add(Measure::Exposed, days);
            self.add(Measure::NonBattle, cases as f64);
        }
    }

    fn garrison_arrives(&mut self, id: usize) {
        let now = self.now();
        if let Some(exit) = self.convoys[id].exit {
            self.crosses_border(id, exit);
            return;
        }
        let here = self.convoys[id].legs.last().map_or(self.convoys[id].follows, |leg| leg.to);
        if !self.bases[here].open && !self.inputs.base[here].repatriation && self.net.parent[here].is_some() {
            let legs = self.net.withdrawal[here].clone().expect("a road leads to its parent");
            self.begin_journey(id, TO_PARENT, here, legs);
            return;
        }
        let convoy = &mut self.convoys[id];
        convoy.arrived = true;
        let (load, people) = (std::mem::take(&mut convoy.load), std::mem::take(&mut convoy.people));
        let days = now - convoy.departed_days;
        let amounts =
            [("people", f64::from(heads(&people))), ("vehicles", f64::from(self.driving(&load))), ("days", days)];
        self.tell_convoy(now, "convoy_arrives", id, "", &amounts);
        self.sums.convoy_arrives(days);
        for lot in load {
            crate::books::add(&mut self.bases[here].passing, lot);
        }
        for group in people {
            crate::books::welcome(&mut self.bases[here].people, group);
        }
        self.consider_column(here);
    }

    /// Tells of a convoy, where it is.
    pub fn tell_convoy(
        &mut self,
        time_days: f64,
        what: &'static str,
        id: usize,
        cause: &str,
        amounts: &[(&'static str, f64)],
    ) {
        let convoy = &self.convoys[id];
        let between = |leg: &Leg| format!("{}>{}", node_id(&self.inputs, leg.from), node_id(&self.inputs, leg.to));
        let moves = convoy.halted_since.is_none();
        let place = match convoy.legs.get(convoy.leg) {
            // It may have been sent ahead of the clock.
            _ if moves && (cause == "air_resupply" || what == "supplied") => {
                between(&convoy.legs[convoy.leg_begins.partition_point(|begins| *begins <= time_days) - 1])
            }
            Some(leg) if convoy.at_km > 0.0 || convoy.leg > 0 => between(leg),
            Some(leg) => node_id(&self.inputs, leg.from).to_owned(),
            None => {
                let home = || self.net.trip[convoy.base].as_ref().map(|trip| trip.destination);
                let here = convoy.legs.last().map(|leg| leg.to).or_else(home).unwrap_or(convoy.base);
                node_id(&self.inputs, here).to_owned()
            }
        };
        let base = self.inputs.base[convoy.base].id.clone();
        self.tell_at(time_days, what, (place, convoy.name.clone(), base), cause, amounts);
    }

    /// A convoy that has not set out yet.
    pub fn new_convoy(&mut self, base: usize, name: String, key: u64, shared_key: u64) -> Convoy {
        let variance = self.inputs.threat.frailty_variance;
        let frailty = if variance > 0.0 {
            self.streams.stream(Purpose::Frailty, shared_key, 0).gamma(1.0 / variance, 1.0)
        } else {
            1.0
        };
        Convoy {
            base,
            name,
            key,
            way: 0,
            journey: 0,
            follows: base,
            departed_days: self.now(),
            set_off_days: self.now(),
            legs: Vec::new(),
            leg: 0,
            at_km: 0.0,
            leg_begins: Vec::new(),
            trucks: None,
            load: Vec::new(),
            people: Vec::new(),
            column_vehicles: 0,
            share: 1.0,
            frailty,
            points: Vec::new(),
            reached: None,
            stop: (0.0, 0.0),
            breakdowns: self.streams.stream(Purpose::Breakdown, key, 0),
            gap: 0.0,
            gap_km: 0.0,
            delay_days: 0.0,
            by_road_days: 0.0,
            score: self.streams.stream(Purpose::ColumnSpeed, key, 0).standard_normal(),
            day_scores: Vec::new(),
            day_stream: self.streams.stream(Purpose::DaySpeed, key, 0),
            arrived: false,
            exit: None,
            supplies_until: f64::INFINITY,
            supply_requests: 0,
            asks_days: 0.0,
            halted_since: None,
            not_aboard_days: 0.0,
            passed: Vec::new(),
        }
    }
}
