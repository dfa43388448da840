//! Decisions: an early departure when a zone has been tense for long enough, how long to wait for permission, and how
//! long to hold for someone to receive the base.

use crate::draw::Purpose;
use crate::model::closing::HoldFor;
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

    /// Whether anyone is there to receive a base.
    pub(super) fn receiver_is_there(&self, base: usize) -> bool {
        let state = &self.bases[base];
        self.inputs.base[base].host_garrison || state.army_there || state.authority_there
    }

    /// Whether a base would hold for someone to receive it: the rule says so, and such a receiver can come.
    pub(super) fn would_hold(&self, base: usize) -> bool {
        let decisions = &self.inputs.decisions;
        decisions.hold_for_handover_days > 0.0
            && match decisions.hold_for {
                HoldFor::Army => self.model.network.columns.iter().any(|route| route.reaches(base)),
                HoldFor::CivilAuthority => true,
            }
    }

    /// Whether a base that is free to go holds instead for someone to receive it, for the first time or still.
    pub(super) fn holds_for_receiver(&mut self, base: usize) -> bool {
        if self.receiver_is_there(base) || !self.would_hold(base) {
            return false;
        }
        let now = self.now();
        if self.bases[base].hold_until_days.is_none() {
            let until_days = now + self.inputs.decisions.hold_for_handover_days;
            self.bases[base].hold_until_days = Some(until_days);
            self.bases[base].hold_since_days = now;
            self.ask_to_meet(base, now);
            self.tell(What::HoldsForReceiver, At::Base(base), "", &[("at_most_days", until_days - now)]);
            if self.inputs.decisions.hold_for == HoldFor::CivilAuthority {
                let key = self.model.network.node_key[base];
                let mut stream = self.streams.stream(Purpose::Handover, key, 1);
                let after_days = stream.standard_exponential() * self.inputs.decisions.civil_authority_mean_days;
                self.schedule(now + after_days, Event::AuthorityArrives { base: small(base) });
            }
        }
        let until_days = self.bases[base].hold_until_days.unwrap_or(now);
        if now >= until_days {
            return false;
        }
        self.set_departure(base, until_days);
        true
    }

    /// A civil authority is there to receive a base.
    pub(super) fn on_authority_arrives(&mut self, base: usize) {
        self.bases[base].authority_there = true;
        self.tell(What::AuthorityArrives, At::Base(base), "", &[]);
        self.receiver_arrives(base);
    }

    /// Someone has come to receive a base: if it has held for that, it goes.
    pub(super) fn receiver_arrives(&mut self, base: usize) {
        let state = &self.bases[base];
        if state.open && state.hold_until_days.is_some() {
            self.set_departure(base, self.now());
        }
    }
}
