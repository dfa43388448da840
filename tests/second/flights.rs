//! Flights home, the deadline and the end (2.14, 2.29).

use rearguard::draw::{Purpose, key2};
use rearguard::math::exp;
use rearguard::measures::Measure;

use crate::agenda::Event;
use crate::books::{DRIVER, End, Lot, heads, largest_remainder, rhe};
use crate::engine::Engine;

impl Engine<'_> {
    /// The rate of flights in force at a time.
    fn people_per_day(&self, time_days: f64) -> f64 {
        let rates = &self.inputs.repatriation.rate;
        rates.iter().rfind(|rate| rate.from <= time_days).map_or(0.0, |rate| rate.people_per_day)
    }

    pub fn first_flight(&mut self) {
        let teams = self.team_by_base();
        for (base, team) in teams.into_iter().enumerate() {
            self.bases[base].team = team;
        }
        self.next_flight(0);
    }

    /// Schedules a flight after the one before it.
    fn next_flight(&mut self, flight: u64) {
        let now = self.now();
        let rates = &self.inputs.repatriation.rate;
        let later = rates.iter().find(|rate| rate.from > now && rate.people_per_day > 0.0).map(|rate| rate.from);
        let from_days = if self.people_per_day(now) > 0.0 { Some(now) } else { later };
        if let Some(from_days) = from_days {
            let rate = self.people_per_day(from_days);
            let mut stream = self.streams.stream(Purpose::RepatriationFlight, 0, flight);
            let mean = self.inputs.repatriation.flight_people / rate;
            self.agenda.at(from_days + stream.erlang(4, mean), Event::FlightLeaves { flight });
        }
    }

    /// The team of each base, by largest remainder over those that are marked.
    fn team_by_base(&self) -> Vec<u32> {
        let strength = |base: &rearguard::model::network::Base| if base.liquidation { base.personnel } else { 0.0 };
        let all: f64 = self.inputs.base.iter().map(strength).sum();
        let team = self.inputs.mission.liquidation_people.min(all);
        let shares: Vec<f64> =
            self.inputs.base.iter().map(|base| if all > 0.0 { team * strength(base) / all } else { 0.0 }).collect();
        largest_remainder(&shares)
    }

    fn guard(&self, base: usize) -> u32 {
        let (rules, hub) = (&self.inputs.repatriation, &self.inputs.base[base]);
        let guarded = self.bases[base].open && self.now() < hub.planned_closure - rules.guard_release_days;
        if guarded { (hub.personnel * rules.guard_share + 1e-9).floor() as u32 } else { 0 }
    }

    fn can_fly(&self, base: usize) -> u32 {
        heads(&self.bases[base].people).saturating_sub(self.bases[base].team + self.guard(base))
    }

    pub fn on_flight_leaves(&mut self, flight: u64) {
        let rules = &self.inputs.repatriation;
        let sd = rules.flight_log_sd;
        let median = rules.flight_people * exp(-sd * sd / 2.0);
        let mut stream = self.streams.stream(Purpose::RepatriationFlight, 1, flight);
        let seats = rhe(stream.lognormal(median, sd)).max(1.0) as u32;
        let hubs = (0..self.bases.len()).filter(|&base| self.inputs.base[base].repatriation);
        let most = hubs.fold(None, |best: Option<usize>, base| match best {
            Some(other) if self.can_fly(other) >= self.can_fly(base) => Some(other),
            _ => Some(base),
        });
        if let Some(base) = most {
            let fly = self.can_fly(base).min(seats);
            if fly > 0 {
                self.fly_home(base, fly);
            }
        }
        self.next_flight(flight + 1);
    }

    /// Those of other bases first, by order of arrival.
    fn fly_home(&mut self, base: usize, fly: u32) {
        let mut left = fly;
        let people = &mut self.bases[base].people;
        for own in [false, true] {
            for group in people.iter_mut().filter(|group| (group.home == base) == own) {
                let some = group.count.min(left);
                group.count -= some;
                left -= some;
            }
        }
        people.retain(|group| group.count > 0);
        self.goes_out(fly);
        self.tell("flight_leaves", base, "", &[("people", f64::from(fly))]);
        let alone = heads(&self.bases[base].people) <= self.bases[base].team;
        if self.net.parent[base].is_none() && alone {
            self.bases[base].left_days = self.now();
        }
    }

    /// People are out of the country.
    pub fn goes_out(&mut self, people: u32) {
        self.out_people += people;
        self.look_whether_all_are_out();
    }

    /// Mission people left at bases and on the road, but for the team.
    fn left_people(&self) -> u32 {
        let at_bases: u32 = self.bases.iter().map(|base| heads(&base.people).saturating_sub(base.team)).sum();
        let on_road = self.convoys.iter().flat_map(|convoy| &convoy.people).filter(|group| group.category != DRIVER);
        at_bases + on_road.map(|group| group.count).sum::<u32>()
    }

    pub fn look_whether_all_are_out(&mut self) {
        if self.left_people() == 0 {
            let now = self.now();
            self.sums.all_out(now);
        }
    }

    pub fn on_deadline_passes(&mut self) {
        self.count_critical_days();
        for base in 0..self.bases.len() {
            self.burn(base);
        }
        self.count_aircraft();
        self.passed = true;
        let left = self.left_people();
        let on_hand = self.on_hand_units();
        self.set(Measure::PeopleOut, f64::from(self.out_people));
        let teams: u32 = self.bases.iter().map(|base| base.team.min(heads(&base.people))).sum();
        let (dead, in_care) = (self.sums.dead, self.sums.in_care);
        self.set(Measure::PeopleDead, f64::from(dead));
        self.set(Measure::PeopleInCare, f64::from(in_care));
        self.set(Measure::PeopleInCountry, f64::from(left + teams));
        self.set(Measure::PeopleAtStart, f64::from(self.out_people + dead + in_care + left + teams));
        self.set(Measure::AllOut, f64::from(u8::from(left == 0)));
        self.set(Measure::OnHandDeadlineUnits, f64::from(on_hand));
        let amounts = [
            ("out_people", f64::from(self.out_people)),
            ("left_people", f64::from(left)),
            ("on_hand_units", f64::from(on_hand)),
        ];
        self.tell_all("deadline_passes", &amounts);
        for base in 0..self.bases.len() {
            self.consider_column(base);
        }
    }

    pub fn set(&mut self, measure: Measure, value: f64) {
        self.measures[measure as usize] = value;
    }

    pub fn on_liquidation_ends(&mut self) {
        if self.inputs.liquidation.hands_over_rest {
            self.hand_over_rest();
        }
        self.count_sensitive_at_end();
        self.tell_all("liquidation_ends", &[]);
        self.over = true;
        self.close_measures();
    }

    /// Items that are at open bases: on hand, staged or waiting to be shipped on.
    fn lots_at(&self, base: usize) -> Vec<Lot> {
        let state = &self.bases[base];
        let own = (0..state.on_hand.len()).map(|item| Lot {
            origin: base,
            item,
            units: state.on_hand[item] + state.staged[item],
        });
        own.chain(state.passing.iter().copied()).filter(|lot| lot.units > 0).collect()
    }

    fn kept(&self, lot: &Lot) -> bool {
        let class = &self.inputs.class[lot.item / 2];
        class.sensitive || class.armoured
    }

    fn hand_over_rest(&mut self) {
        for base in 0..self.bases.len() {
            if self.bases[base].open && self.received(base) {
                for lot in self.lots_at(base) {
                    if !self.kept(&lot) {
                        self.end(lot, End::HandedOver);
                    }
                }
            }
        }
    }

    fn count_sensitive_at_end(&mut self) {
        let open = (0..self.bases.len()).filter(|&base| self.bases[base].open);
        let units: u32 =
            open.flat_map(|base| self.lots_at(base)).filter(|lot| self.kept(lot)).map(|lot| lot.units).sum();
        self.add(Measure::SensitiveAtEnd, f64::from(units));
    }

    pub fn on_owners_decide(&mut self) {
        for base in 0..self.bases.len() {
            if !self.bases[base].open {
                continue;
            }
            let rules = self.inputs.liquidation.clone();
            let (mut sold_all, mut given_all) = (0, 0);
            let lots = self.lots_at_by_origin(base);
            for lot in lots {
                if self.kept(&lot) {
                    continue;
                }
                let (sells, gives) = if lot.item % 2 == 0 {
                    (rules.contingent_sold, rules.contingent_gifted)
                } else {
                    (rules.un_sold, rules.un_gifted)
                };
                let entity = key2(self.key(base), self.key(lot.origin));
                let mut stream = self.streams.stream(Purpose::Liquidation, entity, lot.item as u64);
                let n = f64::from(lot.units);
                let sold = ((n * sells + stream.uniform()).floor() as u32).min(lot.units);
                let given = ((n * gives + stream.uniform()).floor() as u32).min(lot.units - sold);
                self.take_from(base, lot, sold + given);
                self.end(Lot { units: sold + given, ..lot }, End::HandedOver);
                sold_all += sold;
                given_all += given;
            }
            self.add(Measure::SoldUnits, f64::from(sold_all));
            self.add(Measure::GiftedUnits, f64::from(given_all));
            let amounts = [("sold_units", f64::from(sold_all)), ("gifted_units", f64::from(given_all))];
            self.tell("owners_decide", base, "", &amounts);
        }
    }

    /// What is at a base, one lot for each origin and item.
    fn lots_at_by_origin(&self, base: usize) -> Vec<Lot> {
        let mut sums: std::collections::BTreeMap<(usize, usize), u32> = std::collections::BTreeMap::new();
        for lot in self.lots_at(base) {
            *sums.entry((lot.origin, lot.item)).or_default() += lot.units;
        }
        sums.into_iter().map(|((origin, item), units)| Lot { origin, item, units }).collect()
    }

    /// Takes items of a kind from a base: on hand, then staged, then waiting.
    fn take_from(&mut self, base: usize, lot: Lot, mut units: u32) {
        let state = &mut self.bases[base];
        if lot.origin == base {
            for account in [&mut state.on_hand, &mut state.staged] {
                let some = account[lot.item].min(units);
                account[lot.item] -= some;
                units -= some;
            }
        }
        for passing in state.passing.iter_mut().filter(|other| other.origin == lot.origin && other.item == lot.item) {
            let some = passing.units.min(units);
            passing.units -= some;
            units -= some;
        }
        state.passing.retain(|lot| lot.units > 0);
    }
}
