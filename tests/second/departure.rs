//! The plan, and how bases leave (2.4, 2.9, 2.28).

use rearguard::draw::{Purpose, key2};
use rearguard::measures::Measure;
use rearguard::model::equipment::Travel;

use crate::agenda::Event;
use crate::books::{Lot, part, room_of};
use crate::convoy::TO_PARENT;
use crate::desk::{Fate, GROUND_MOVEMENT, HANDOVER_MEETING};
use crate::engine::Engine;

impl Engine<'_> {
    /// Targets by plan or window, and hubs not before their camps.
    pub fn draw_targets(&mut self) {
        for (at, base) in self.inputs.base.iter().enumerate() {
            let target = match base.window_start {
                None => base.planned_closure,
                Some(start) => {
                    let u = self.streams.stream(Purpose::ClosureWindow, self.net.node_key[at], 0).uniform();
                    start + (base.planned_closure - start) * u
                }
            };
            self.bases[at].target_days = target.max(0.0);
        }
        loop {
            let mut changed = false;
            for base in 0..self.bases.len() {
                let Some(parent) = self.net.parent[base] else { continue };
                let camp = self.bases[base].target_days;
                if self.bases[parent].target_days < camp {
                    self.bases[parent].target_days = camp;
                    changed = true;
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// Whether a base is left by flights alone.
    pub fn by_air_alone(&self, base: usize) -> bool {
        self.net.parent[base].is_some() && self.net.withdrawal[base].is_none()
    }

    /// What is scheduled for a base at the start.
    pub fn plan(&mut self, base: usize) {
        let target = self.bases[base].target_days;
        self.agenda.at((target - self.inputs.packing.start_before_days).max(0.0), Event::PackingStarts { base });
        if self.net.parent[base].is_none() {
            return;
        }
        if !self.by_air_alone(base) {
            let asks_days = target - self.inputs.decisions.request_before_days;
            self.agenda.at(asks_days, Event::MovementAsked { base });
        }
        self.set_departure(base, target);
    }

    /// The date on which a base leaves is set.
    pub fn set_departure(&mut self, base: usize, leaves_days: f64) {
        let now = self.now();
        self.bases[base].departs_days = leaves_days;
        self.agenda.at(leaves_days, Event::BaseLeaves { base });
        self.lift_by_date(base);
        let rules = &self.inputs;
        let lead = if self.bases[base].early { rules.decisions.notice_days } else { rules.disposal.start_before_days };
        let first_days = (leaves_days - lead).max(now) + 1.0;
        if self.bases[base].disposal_days.is_none_or(|planned| first_days < planned) {
            self.bases[base].disposal_days = Some(first_days);
            self.agenda.at(first_days, Event::DisposalDay { base });
        }
    }

    pub fn on_movement_asked(&mut self, base: usize) {
        if !self.bases[base].open || self.bases[base].granted {
            return;
        }
        let ordinal = self.bases[base].movement_requests;
        self.bases[base].movement_requests += 1;
        let withheld = self.withheld(base);
        match self.ask(GROUND_MOVEMENT, base, ordinal, withheld) {
            Fate::Unanswered => {
                let again_days = self.now() + self.retry_days(GROUND_MOVEMENT);
                self.agenda.at(again_days, Event::MovementAsked { base });
            }
            Fate::Answered { granted, after_days } => {
                self.agenda.at(self.now() + after_days, Event::MovementAnswered { base, granted });
            }
        }
    }

    /// Whether the host withholds movement from a base until its army is there.
    pub fn withheld(&self, base: usize) -> bool {
        let on_route = self.net.columns.iter().any(|column| column.reaches(base));
        self.host_withholds && on_route && !self.received(base)
    }

    pub fn on_movement_answered(&mut self, base: usize, granted: bool) {
        self.tell_answer(GROUND_MOVEMENT, base, granted);
        if granted {
            self.bases[base].granted = true;
            if self.bases[base].open && self.bases[base].waiting && !self.bases[base].early {
                self.set_departure(base, self.now());
            }
        } else if self.bases[base].open {
            let again_days = self.now() + self.retry_days(GROUND_MOVEMENT);
            self.agenda.at(again_days, Event::MovementAsked { base });
        }
    }

    pub fn on_decision_reviewed(&mut self, base: usize) {
        let (now, rules) = (self.now(), &self.inputs.decisions);
        let zone = self.net.base_zone[base];
        let since = self.zones[zone].alarm_days;
        let lasted = since.is_some_and(|since| now >= since + rules.accelerate_after_days);
        let state = &self.bases[base];
        let leaves_days = now + rules.notice_days;
        let may = rules.accelerate && self.net.parent[base].is_some() && state.open && !state.early;
        if !lasted || !may || state.holding_since.is_some() || leaves_days >= state.departs_days {
            return;
        }
        let notice = rules.notice_days;
        self.bases[base].early = true;
        self.tell("leaves_early", base, self.level_name(zone), &[("notice_days", notice)]);
        self.start_packing(base);
        self.set_departure(base, leaves_days);
    }

    pub fn on_base_leaves(&mut self, base: usize) {
        let now = self.now();
        if !self.bases[base].open || self.bases[base].departs_days != now {
            return;
        }
        let camps_open = (0..self.bases.len()).any(|at| self.net.parent[at] == Some(base) && self.bases[at].open);
        if camps_open || (self.by_air_alone(base) && self.people_to_lift(base)) {
            self.set_departure(base, now + 1.0);
            return;
        }
        let state = &self.bases[base];
        let permitted = state.early || state.granted || self.by_air_alone(base);
        let latest_days = state.target_days + self.inputs.decisions.wait_days;
        if !permitted && now < latest_days {
            self.wait_for_permission(base, latest_days);
            return;
        }
        if self.would_hold(base) && self.holds(base) {
            return;
        }
        if self.waits_to_join(base) {
            return;
        }
        self.leave(base, None);
    }

    fn wait_for_permission(&mut self, base: usize, latest_days: f64) {
        let now = self.now();
        if !self.bases[base].waiting {
            self.bases[base].waiting = true;
            self.tell("waits_to_leave", base, "", &[("at_most_days", latest_days - now)]);
            let since = self.zones[self.net.base_zone[base]].alarm_days;
            if let (Some(since), true) = (since, self.inputs.decisions.accelerate) {
                let review_days = since + self.inputs.decisions.accelerate_after_days;
                self.agenda.at(review_days, Event::DecisionReviewed { base });
            }
        }
        self.set_departure(base, latest_days);
    }

    /// What the garrison would take along if it left now: vehicles, trailers, cargo.
    pub fn takes(&self, base: usize) -> Vec<Lot> {
        let (state, rules, classes) = (&self.bases[base], &self.inputs.decisions, &self.inputs.class);
        let mut takes = Vec::new();
        if self.by_air_alone(base) {
            return takes;
        }
        let share = if state.early { rules.drivable_accelerated } else { rules.drivable_planned };
        let opening: u32 =
            self.driving_order.iter().map(|&item| state.opening[item] - state.thinned_vehicles[item]).sum();
        let mut can_drive = (f64::from(opening) * share + 1e-9).floor() as u32;
        for &item in &self.driving_order {
            let units = state.on_hand[item].min(can_drive);
            can_drive -= units;
            crate::books::add(&mut takes, Lot { origin: base, item, units });
        }
        let travel = |item: usize| classes[item / 2].travel;
        takes.extend(state.passing.iter().filter(|lot| travel(lot.item) == Travel::Drives));
        let trucks: u32 = takes.iter().filter(|lot| classes[lot.item / 2].cargo_truck).map(|lot| lot.units).sum();
        takes.extend(state.passing.iter().filter(|lot| travel(lot.item) == Travel::Towed));
        let mut can_tow = trucks;
        for item in 0..state.on_hand.len() {
            if travel(item) == Travel::Towed {
                let units = state.on_hand[item].min(can_tow);
                can_tow -= units;
                crate::books::add(&mut takes, Lot { origin: base, item, units });
            }
        }
        let mut room = room_of(f64::from(trucks) * self.inputs.convoys.own_truck_teu);
        for &item in &self.cargo_order {
            if !self.is_cargo(base, item) {
                continue;
            }
            let held = state.on_hand[item] + state.staged[item];
            let each = self.own_room(base, item);
            let units = (room / each).min(i64::from(held)) as u32;
            room -= i64::from(units) * each;
            crate::books::add(&mut takes, Lot { origin: base, item, units });
        }
        takes
    }

    /// A base leaves; with another base's convoy, if that has come by.
    pub fn leave(&mut self, base: usize, with: Option<usize>) {
        let now = self.now();
        self.columns_take_what_is_staged(base);
        let takes = self.takes(base);
        self.take_from_base(base, &takes);
        let people = std::mem::take(&mut self.bases[base].people);
        if let Some(since) = self.bases[base].holding_since {
            self.add(Measure::HeldDays, now - since);
        }
        self.count_critical_days();
        self.burn(base);
        self.bases[base].open = false;
        self.bases[base].left_days = now;
        let state = &self.bases[base];
        let planned = !state.early && (state.granted || self.by_air_alone(base));
        let cause = if state.early {
            "early"
        } else if planned {
            "as planned"
        } else {
            "without permission"
        };
        let early = state.early;
        if let Some(convoy) = with {
            self.joins(base, convoy, takes, people);
        } else if !self.by_air_alone(base) {
            self.forms_column(base, &takes, &people);
        }
        self.tell("base_left", base, cause, &[]);
        if early {
            self.add(Measure::Accelerated, 1.0);
        }
        self.is_left_behind(base, planned);
        if early || !self.bases[base].handed_over {
            self.host_resents();
        }
        self.closes_nearby(base);
    }

    /// Columns in the queue and being loaded go with what is staged.
    fn columns_take_what_is_staged(&mut self, base: usize) {
        let mut columns = std::mem::take(&mut self.bases[base].queue);
        let mut loading: Vec<usize> = Vec::new();
        for job in &self.bases[base].jobs {
            if let crate::engine::Work::Load { convoy } = job.work {
                loading.push(convoy);
            }
        }
        loading.sort_unstable();
        columns.extend(loading);
        for convoy in columns {
            self.load(base, convoy);
        }
    }

    pub fn take_from_base(&mut self, base: usize, takes: &[Lot]) {
        let state = &mut self.bases[base];
        for lot in takes {
            if lot.origin != base {
                continue;
            }
            let staged = state.staged[lot.item].min(lot.units);
            state.staged[lot.item] -= staged;
            state.on_hand[lot.item] -= lot.units - staged;
        }
        let class = &self.inputs.class;
        let goes = |lot: &Lot| matches!(class[lot.item / 2].travel, Travel::Drives | Travel::Towed);
        state.passing.retain(|lot| !goes(lot));
    }

    /// The garrison's column, in as many serials as it needs.
    fn forms_column(&mut self, base: usize, takes: &[Lot], people: &[crate::books::Group]) {
        if takes.iter().all(|lot| lot.units == 0) && crate::books::heads(people) == 0 {
            return;
        }
        let now = self.now();
        let vehicles = self.driving(takes);
        let most = self.inputs.convoys.max_vehicles as u32;
        let serials = vehicles.div_ceil(most).max(1);
        let parts = u64::from(serials);
        for p in 0..parts {
            let key = key2(self.key(base), p * 256);
            let name = format!("{}-serial-{}", self.inputs.base[base].id, p + 1);
            let mut convoy = self.new_convoy(base, name, key, key2(self.key(base), 0));
            let split = takes.iter().map(|lot| Lot { units: part(lot.units, p, parts), ..*lot });
            convoy.load = split.filter(|lot| lot.units > 0).collect();
            let some = people.iter().map(|group| crate::books::Group { count: part(group.count, p, parts), ..*group });
            convoy.people = some.filter(|group| group.count > 0).collect();
            convoy.column_vehicles = vehicles;
            let own = self.driving(&convoy.load);
            convoy.share = if parts == 1 || vehicles == 0 { 1.0 } else { f64::from(own) / f64::from(vehicles) };
            self.choose_way(&mut convoy);
            self.convoys.push(convoy);
            let id = self.convoys.len() - 1;
            if p == 0 {
                self.sets_out(id);
            } else {
                let sets_out_days = now + p as f64 * self.inputs.convoys.spacing_hours / 24.0;
                self.agenda.at(sets_out_days, Event::ColumnSetsOut { convoy: id });
            }
        }
    }

    /// A garrison's convoy sets out.
    pub fn sets_out(&mut self, id: usize) {
        let now = self.now();
        let vehicles = self.driving(&self.convoys[id].load);
        let convoy = &mut self.convoys[id];
        convoy.departed_days = now;
        let (base, units) = (convoy.base, crate::books::count(&convoy.load));
        let amounts = [
            ("people", f64::from(crate::books::heads(&convoy.people))),
            ("vehicles", f64::from(vehicles)),
            ("units", f64::from(units)),
        ];
        let legs = convoy.legs.clone();
        self.add(Measure::Convoys, 1.0);
        self.tell_convoy(now, "convoy_departs", id, "", &amounts);
        self.takes_supplies(id);
        self.begin_journey(id, TO_PARENT, base, legs);
    }

    pub fn begin_meetings(&mut self) {
        for base in 0..self.bases.len() {
            if self.inputs.decisions.handover_meetings && self.net.parent[base].is_some() {
                let asks_days = self.bases[base].target_days - self.inputs.decisions.request_before_days;
                self.asks_to_meet(base, asks_days);
            }
        }
    }

    /// Sets when a base asks for a meeting next: what was set before counts no longer.
    fn asks_to_meet(&mut self, base: usize, asks_days: f64) {
        let asks_days = asks_days.max(self.now());
        self.bases[base].meeting_asks_days = asks_days;
        self.agenda.at(asks_days, Event::MeetingAsked { base });
    }

    /// A base that begins to hold asks for a meeting if no request is out.
    pub fn meet_before_holding(&mut self, base: usize) {
        let state = &self.bases[base];
        if self.inputs.decisions.handover_meetings && !state.meeting_granted && !state.meeting_out {
            self.asks_to_meet(base, self.now());
        }
    }

    pub fn on_meeting_asked(&mut self, base: usize) {
        let state = &self.bases[base];
        if !state.open || state.meeting_granted || state.meeting_asks_days != self.now() {
            return;
        }
        self.bases[base].meeting_out = true;
        let ordinal = self.bases[base].meeting_requests;
        self.bases[base].meeting_requests += 1;
        match self.ask(HANDOVER_MEETING, base, ordinal, false) {
            Fate::Unanswered => {
                self.bases[base].meeting_out = false;
                let again_days = self.now() + self.retry_days(HANDOVER_MEETING);
                self.asks_to_meet(base, again_days);
            }
            Fate::Answered { granted, after_days } => {
                self.agenda.at(self.now() + after_days, Event::MeetingAnswered { base, granted });
            }
        }
    }

    pub fn on_meeting_answered(&mut self, base: usize, granted: bool) {
        self.tell_answer(HANDOVER_MEETING, base, granted);
        self.bases[base].meeting_out = false;
        if granted {
            self.bases[base].meeting_granted = true;
        } else if self.bases[base].open {
            let again_days = self.now() + self.retry_days(HANDOVER_MEETING);
            self.asks_to_meet(base, again_days);
        }
    }
}
