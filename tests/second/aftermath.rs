//! What becomes of what stays (2.13).

use rearguard::draw::Purpose;
use rearguard::measures::Measure;

use crate::agenda::Event;
use crate::books::{End, Lot};
use crate::engine::Engine;

impl Engine<'_> {
    fn region_of(&self, base: usize) -> rearguard::model::network::Region {
        self.inputs.region[self.net.base_region[base]].clone()
    }

    /// What stays is handed over or left.
    pub fn is_left_behind(&mut self, base: usize, planned: bool) {
        let agrees = self.region_of(base).handover_probability;
        let agreed = self.streams.stream(Purpose::Handover, self.key(base), 0).chance(agrees);
        let met = !self.inputs.decisions.handover_meetings || self.bases[base].meeting_granted;
        let handed = agreed && self.received(base) && (planned || self.bases[base].held) && met;
        self.bases[base].handed_over = handed;
        let state = &mut self.bases[base];
        let mut lots: Vec<Lot> = (0..state.on_hand.len())
            .map(|item| Lot { origin: base, item, units: state.on_hand[item] + state.staged[item] })
            .collect();
        state.on_hand.fill(0);
        state.staged.fill(0);
        lots.append(&mut state.passing);
        let mut usable = 0;
        for lot in lots.into_iter().filter(|lot| lot.units > 0) {
            let class = &self.inputs.class[lot.item / 2];
            let kept = class.sensitive || class.armoured;
            if kept {
                usable += lot.units;
            }
            let end = match (handed, kept) {
                (true, false) => End::HandedOver,
                (true, true) => End::SeizedByHost,
                (false, _) => End::Unclaimed,
            };
            self.end(lot, end);
        }
        self.add(Measure::SensitiveLeft, f64::from(usable));
        let what = if handed { "handed_over" } else { "left_unhanded" };
        self.tell(what, base, "", &[("sensitive_left_usable", f64::from(usable))]);
        if !handed {
            self.add(Measure::Unhanded, 1.0);
            if self.bases[base].received_army {
                self.host_takes(base, "nobody");
            }
            self.race_for(base);
        }
        self.loot_later(base);
    }

    /// Whether and when an armed group takes an empty camp.
    fn race_for(&mut self, base: usize) {
        let region = self.region_of(base);
        let mut stream = self.streams.stream(Purpose::Takeover, self.key(base), 0);
        let groups = region.taker_separatist + region.taker_jihadist;
        let takes = stream.chance(groups / (groups + region.taker_none));
        let after_days = stream.exponential(self.inputs.aftermath.takeover_mean_days);
        let which = stream.uniform();
        if !takes {
            return;
        }
        let now = self.now();
        self.bases[base].taken_uniform = which;
        self.agenda.at(now + after_days, Event::CampTaken { base });
    }

    /// The group that takes a camp now, by weight, among those active there.
    fn taker(&self, base: usize) -> Option<usize> {
        let (now, zone) = (self.now(), self.net.base_zone[base]);
        let all = self.inputs.armed_group.iter().enumerate();
        let there = all.filter(|(at, group)| self.net.group_zones[*at][zone] && group.from.unwrap_or(0.0) <= now);
        let weights: Vec<(usize, f64)> = there.map(|(at, group)| (at, group.takeover_weight.unwrap_or(0.0))).collect();
        crate::contacts::pick(&weights, self.bases[base].taken_uniform)
    }

    pub fn on_camp_taken(&mut self, base: usize) {
        if self.bases[base].taken_by_host {
            return;
        }
        self.bases[base].taken_by_group = true;
        self.add(Measure::BasesTaken, 1.0);
        self.move_ends(base, End::Unclaimed, End::SeizedByGroup);
        let id = self.inputs.base[base].id.clone();
        let who = self.taker(base).map(|group| self.inputs.armed_group[group].id.clone());
        self.tell_at(self.now(), "camp_taken", (id.clone(), who.unwrap_or_default(), id), "", &[]);
    }

    fn loot_later(&mut self, base: usize) {
        let rules = &self.inputs.aftermath;
        let mut stream = self.streams.stream(Purpose::Looting, self.key(base), 0);
        let share = if self.bases[base].handed_over { rules.looted_handed } else { rules.looted_unhanded };
        let whether = stream.uniform();
        let after_days = stream.weibull(rules.looting_shape, rules.looting_mean_days);
        self.bases[base].looted_uniform = whether;
        if whether < share {
            self.agenda.at(self.now() + after_days, Event::CampLooted { base });
        }
    }

    pub fn on_camp_looted(&mut self, base: usize) {
        let rules = self.inputs.aftermath.clone();
        let state = &self.bases[base];
        if state.taken_by_host && state.looted_uniform >= rules.looted_handed {
            return;
        }
        let mut stream = self.streams.stream(Purpose::Looting, self.key(base), 1);
        let mean = rules.looted_share.clamp(1e-6, 1.0 - 1e-6);
        let concentration = rules.looted_concentration;
        let share = stream.beta(mean * concentration, (1.0 - mean) * concentration);
        self.add(Measure::BasesLooted, 1.0);
        self.tell("camp_looted", base, "", &[("share", share)]);
        let items = self.inputs.class.len() * 2;
        for item in 0..items {
            let u = stream.uniform();
            let ends = &mut self.ends[base * items + item];
            for from in [End::Unclaimed, End::SeizedByGroup] {
                let there = ends[from as usize];
                let taken = ((f64::from(there) * share + u).floor() as u32).min(there);
                ends[from as usize] -= taken;
                ends[End::Looted as usize] += taken;
            }
        }
    }
}
