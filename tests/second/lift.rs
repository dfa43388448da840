//! Emptying a camp by air (2.22).

use rearguard::draw::{Purpose, key2};
use rearguard::measures::Measure;
use rearguard::model::equipment::Travel;

use crate::agenda::Event;
use crate::aircraft::State;
use crate::books::{End, Group, Lot, heads};
use crate::casualties::{Hurt, Place};
use crate::desk::{AIR_LIFT, Fate};
use crate::engine::Engine;

/// How far a camp's flights have come.
#[derive(Clone, Debug, Default)]
pub struct Lift {
    /// When it asks next, while no request is out.
    pub asks_days: Option<f64>,
    pub begun: bool,
    pub requests: u64,
    pub to_fly: u32,
    pub flown: u32,
    /// Payload left over for the next day.
    pub left_t: f64,
}

impl Engine<'_> {
    fn air_share(&self, base: usize) -> f64 {
        if self.by_air_alone(base) { 1.0 } else { self.inputs.base[base].air_share.unwrap_or(0.0) }
    }

    /// The first request, before the date that has been set.
    pub fn lift_by_date(&mut self, base: usize) {
        let lift = &self.bases[base].lift;
        if self.air_share(base) <= 0.0 || self.inputs.aircraft.is_empty() || lift.begun {
            return;
        }
        let asks_days = (self.bases[base].departs_days - self.inputs.aviation.lift_before_days).max(self.now());
        if lift.asks_days.is_none_or(|planned| asks_days < planned) {
            self.bases[base].lift.asks_days = Some(asks_days);
            self.agenda.at(asks_days, Event::AirliftAsked { base });
        }
    }

    /// Whether people of a base that is left by flights alone have not flown yet.
    pub fn people_to_lift(&self, base: usize) -> bool {
        heads(&self.bases[base].people) > 0
    }

    /// Goods that would fly, in order.
    fn goods_to_lift(&self, base: usize) -> Vec<(usize, f64)> {
        let all = self.by_air_alone(base);
        let mut goods = Vec::new();
        for &item in &self.cargo_order {
            let class = &self.inputs.class[item / 2];
            let there = self.bases[base].on_hand[item] + self.bases[base].staged[item];
            if let Some(each_t) = class.air_t.filter(|_| there > 0 && (all || class.sensitive))
                && class.travel != Travel::Fixed
            {
                goods.push((item, each_t));
            }
        }
        goods
    }

    /// People of the base's own who are there.
    fn own_people(&self, base: usize) -> u32 {
        self.bases[base].people.iter().filter(|group| group.home == base).map(|group| group.count).sum()
    }

    fn wants_flights(&self, base: usize) -> bool {
        let lift = &self.bases[base].lift;
        let people = lift.flown < lift.to_fly && self.own_people(base) > 0;
        people || (self.by_air_alone(base) && !self.goods_to_lift(base).is_empty())
    }

    pub fn on_airlift_asked(&mut self, base: usize) {
        let now = self.now();
        if !self.bases[base].open || self.bases[base].lift.asks_days != Some(now) {
            return;
        }
        if !self.bases[base].lift.begun {
            self.bases[base].lift.begun = true;
            let people = f64::from(self.own_people(base));
            self.bases[base].lift.to_fly = (self.air_share(base) * people + 1e-9).floor() as u32;
        }
        self.bases[base].lift.asks_days = None;
        if !self.wants_flights(base) {
            return;
        }
        let ordinal = self.bases[base].lift.requests;
        self.bases[base].lift.requests += 1;
        match self.ask(AIR_LIFT, base, ordinal, false) {
            Fate::Unanswered => self.asks_again(base, now + self.retry_days(AIR_LIFT)),
            Fate::Answered { granted: true, after_days } => {
                self.agenda.at(now + after_days, Event::AirliftFlies { base });
            }
            Fate::Answered { granted: false, after_days } => {
                let answer_days = now + after_days;
                let id = self.inputs.base[base].id.clone();
                self.tell_at(answer_days, "refused", (id.clone(), String::new(), id), "air_lift", &[]);
                self.asks_again(base, answer_days + self.retry_days(AIR_LIFT));
            }
        }
    }

    fn asks_again(&mut self, base: usize, time_days: f64) {
        self.bases[base].lift.asks_days = Some(time_days);
        self.agenda.at(time_days, Event::AirliftAsked { base });
    }

    pub fn on_airlift_flies(&mut self, base: usize) {
        if !self.bases[base].open {
            return;
        }
        let now = self.now();
        self.tell_answer(AIR_LIFT, base, true);
        let rules = self.inputs.aviation.clone();
        let parent = self.net.parent[base].expect("it has a parent");
        let fit: Vec<usize> = (0..self.aircraft.len())
            .filter(|&at| {
                let kind = &self.inputs.aircraft[self.aircraft[at].kind];
                let lands = |place: usize| self.net.runway[place] >= kind.runway;
                let able = self.aircraft[at].state == State::Serviceable && kind.seats > 0.0;
                able && lands(base) && lands(parent)
            })
            .collect();
        let mut stream = self.streams.stream(Purpose::AircraftHit, self.key(base), self.bases[base].lift.requests);
        let u = stream.uniform();
        let fly = fit.len() as f64 * rules.sorties_per_day * rules.lift_share;
        let sorties = if fit.is_empty() || !self.has_fuel(parent) { 0 } else { (fly + u).floor() as u32 };
        let mean = |of: fn(&rearguard::model::aviation::AircraftType) -> f64| {
            let sum: f64 = fit.iter().map(|&at| of(&self.inputs.aircraft[self.aircraft[at].kind])).sum();
            if fit.is_empty() { 0.0 } else { sum / fit.len() as f64 }
        };
        let seats = (f64::from(sorties) * mean(|kind| kind.seats) + 1e-9).floor() as u32;
        let mut left_t = f64::from(sorties) * mean(|kind| kind.payload_t) * rules.hot_and_high_factor;
        let lift = &self.bases[base].lift;
        let wanted = (lift.to_fly.saturating_sub(lift.flown)).min(self.own_people(base));
        let weight = (left_t / rules.person_t + 1e-9).floor() as u32;
        let people = wanted.min(seats).min(weight);
        left_t -= f64::from(people) * rules.person_t;
        left_t += self.bases[base].lift.left_t;
        for group in self.embark(base, people) {
            crate::books::welcome(&mut self.bases[parent].people, group);
        }
        self.fly_goods(base, left_t);
        self.bases[base].lift.flown += people;
        self.add(Measure::AirSorties, f64::from(sorties));
        self.add(Measure::AirPeople, f64::from(people));
        self.tell("lift_flies", base, "", &[("people", f64::from(people)), ("sorties", f64::from(sorties))]);
        let under_fire = crate::contacts::is_fighting(self.zones[self.net.base_zone[base]].level);
        let hits = if under_fire { stream.binomial(u64::from(sorties) * 2, rules.hit_probability) } else { 0 };
        for hit in 0..hits {
            let (damage, which) = (stream.uniform(), stream.uniform());
            self.is_hit((base, parent), (hit, damage, which), &fit, people / sorties.max(1));
        }
        let wait_days = if hits > 0 { rules.strip_closed_days.max(1.0) } else { 1.0 };
        self.asks_again(base, now + wait_days);
    }

    /// Civilians before police, police before soldiers.
    fn embark(&mut self, base: usize, people: u32) -> Vec<Group> {
        let (mut aboard, mut left) = (Vec::new(), people);
        for category in [2, 1, 0] {
            let own = |group: &&mut Group| group.home == base && group.category == category;
            for group in self.bases[base].people.iter_mut().filter(own) {
                let some = group.count.min(left);
                if some > 0 {
                    group.count -= some;
                    left -= some;
                    aboard.push(Group { count: some, ..*group });
                }
            }
        }
        aboard
    }

    /// Goods as payload is left; what is left then counts for the next day if goods wait.
    fn fly_goods(&mut self, base: usize, mut left_t: f64) {
        for (item, each_t) in self.goods_to_lift(base) {
            let state = &mut self.bases[base];
            let there = state.staged[item] + state.on_hand[item];
            let units = ((left_t / each_t).floor() as u32).min(there);
            left_t -= f64::from(units) * each_t;
            let staged = state.staged[item].min(units);
            state.staged[item] -= staged;
            state.on_hand[item] -= units - staged;
            self.end(Lot { origin: base, item, units }, End::OutByAir);
        }
        let waits = !self.goods_to_lift(base).is_empty();
        self.bases[base].lift.left_t = if waits { left_t } else { 0.0 };
    }

    fn is_hit(
        &mut self,
        (base, parent): (usize, usize),
        (hit, damage, which): (u64, f64, f64),
        fit: &[usize],
        aboard: u32,
    ) {
        let rules = self.inputs.aviation.clone();
        let at = fit[((which * fit.len() as f64) as usize).min(fit.len() - 1)];
        let (destroyed, grounded) = (damage < rules.hit_destroys, damage < rules.hit_destroys + rules.hit_grounds);
        self.add(Measure::AirHits, 1.0);
        let cause = if destroyed {
            "lost"
        } else if grounded {
            "grounded"
        } else {
            "unharmed"
        };
        self.tell("aircraft_hit", base, cause, &[]);
        if destroyed {
            self.is_lost(at);
        } else if grounded && self.aircraft[at].state == State::Serviceable {
            self.is_down(at);
        }
        let request = self.bases[base].lift.requests;
        let number = request * (1 << 16) + hit;
        let mut stream = self.streams.stream(Purpose::AircraftHit, key2(self.key(base), 1), number);
        if !stream.chance(0.5) {
            return;
        }
        let hurt = Hurt {
            mean: if destroyed { rules.wounded_per_loss } else { rules.wounded_per_hit },
            dispersion: rules.hit_dispersion,
            region: self.net.base_region[parent],
            most: Some(aboard),
        };
        // Any of the base's own people who are at the parent by now.
        let mut people = std::mem::take(&mut self.bases[parent].people);
        let mut own: Vec<Group> = people.iter().filter(|group| group.home == base).copied().collect();
        let harm = self.hurt(&mut stream, &hurt, &mut own, Place::Aircraft);
        for (group, left) in people.iter_mut().filter(|group| group.home == base).zip(own) {
            *group = left;
        }
        self.bases[parent].people = people;
        self.look_whether_all_are_out();
        if harm.killed + harm.wounded > 0 {
            let amounts = [("killed", f64::from(harm.killed)), ("wounded", f64::from(harm.wounded))];
            self.tell("hurt_aboard", base, "", &amounts);
        }
    }
}
