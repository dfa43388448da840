//! Decisions: an early departure when a zone has been tense for long enough, and how long to wait for permission.

use crate::measures::Measure;
use crate::withdrawal::event::{Event, small};
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};

impl Withdrawal<'_> {
    /// A zone has become tense enough: its bases will look again when it has lasted.
    pub(super) fn watch_zone(&mut self, zone: usize) {
        if !self.inputs.decisions.accelerate {
            return;
        }
        let review_days = self.now() + self.inputs.decisions.accelerate_after_days;
        for base in 0..self.bases.len() {
            if self.model.network.base_zone[base] == zone {
                self.schedule(review_days, Event::DecisionReviewed { base: small(base) });
            }
        }
    }

    /// A base leaves early if its zone has stayed tense enough and that is sooner than its date.
    pub(super) fn on_decision_reviewed(&mut self, base: usize) {
        let decisions = &self.inputs.decisions;
        let (now, notice_days) = (self.now(), decisions.notice_days);
        let lasted = self.zones[self.model.network.base_zone[base]]
            .alarmed_since_days
            .is_some_and(|since| now >= since + decisions.accelerate_after_days);
        let state = &mut self.bases[base];
        let withdraws = self.model.network.parent[base].is_some();
        let is_bound = state.accelerated || state.hold_until_days.is_some();
        if !lasted || !withdraws || !state.open || is_bound || now + notice_days >= state.departs_at_days {
            return;
        }
        state.accelerated = true;
        let level = self.zones[self.model.network.base_zone[base]].level;
        self.tell(What::LeavesEarly, At::Base(base), level.name(), &[("notice_days", notice_days)]);
        self.outcome.add(Measure::Accelerated, 1.0);
        self.start_packing(base);
        self.set_departure(base, now + notice_days);
    }

    /// Fixes when a base leaves and when disposal starts; what was fixed before no longer holds.
    pub(super) fn set_departure(&mut self, base: usize, at_days: f64) {
        let lead_days = if self.bases[base].accelerated {
            self.inputs.decisions.notice_days
        } else {
            self.inputs.disposal.start_before_days
        };
        self.bases[base].departs_at_days = at_days;
        self.schedule(at_days, Event::BaseLeaves { base: small(base) });
        self.plan_lift(base, at_days);
        let first_day = (at_days - lead_days).max(self.now()) + 1.0;
        if first_day < self.bases[base].disposal_at_days {
            self.bases[base].disposal_at_days = first_day;
            self.schedule(first_day, Event::DisposalDay { base: small(base) });
        }
    }

    /// A hub waits a day at a time for the bases that withdraw to it.
    pub(super) fn waits_for_camps(&mut self, base: usize) -> bool {
        let parents = self.model.network.parent.iter();
        let waits = parents.zip(&self.bases).any(|(parent, state)| *parent == Some(base) && state.open);
        if waits {
            self.set_departure(base, self.now() + 1.0);
        }
        waits
    }

    /// Whether a base whose date has come goes now. A planned departure without permission waits, up to a limit.
    pub(super) fn goes_now(&mut self, base: usize) -> bool {
        let limit_days = self.bases[base].target_days + self.inputs.decisions.wait_days;
        let now = self.now();
        let state = &mut self.bases[base];
        if state.accelerated || state.movement_granted || now >= limit_days {
            return true;
        }
        state.waits_for_permission = true;
        self.tell(What::WaitsToLeave, At::Base(base), "", &[("at_most_days", limit_days - now)]);
        self.set_departure(base, limit_days);
        self.review_again(base);
        false
    }

    /// A base whose date is put off looks again whether to leave early: its date was too near at the last look.
    fn review_again(&mut self, base: usize) {
        let decisions = &self.inputs.decisions;
        let since_days = self.zones[self.model.network.base_zone[base]].alarmed_since_days;
        if let (true, Some(since_days)) = (decisions.accelerate, since_days) {
            let lasted_days = since_days + decisions.accelerate_after_days;
            self.schedule(lasted_days.max(self.now()), Event::DecisionReviewed { base: small(base) });
        }
    }
}
