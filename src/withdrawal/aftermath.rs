//! What happens to an empty camp: handover, takeover by an armed group, looting.

use crate::draw::Purpose;
use crate::measures::{Daily, Measure};
use crate::withdrawal::accounts::{Account, Cause, Item};
use crate::withdrawal::bases::give_back;
use crate::withdrawal::event::{Event, small};
use crate::withdrawal::ledger::{Lot, Posting};
use crate::withdrawal::observe::Noted;
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};

/// Who holds a base.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Holder {
    /// The mission, which has not left.
    #[default]
    Mission,
    /// Nobody: it is empty.
    Nobody,
    /// An armed group.
    ArmedGroup,
    /// The host.
    Host,
}

impl Withdrawal<'_> {
    /// Books what stays at a base that has just been left, and schedules what becomes of it.
    ///
    /// A formal handover needs someone there to receive the base, and a planned departure with permission or a base that
    /// held for the receiver; where meetings are needed, one too. Sensitive items are never handed over: those left usable are counted.
    pub(super) fn leave_behind(&mut self, base: usize) {
        let region = &self.inputs.region[self.model.network.base_region[base]];
        let key = self.model.network.node_key[base];
        let state = &self.bases[base];
        let in_order = !state.accelerated && state.movement_granted || state.hold_until_days.is_some();
        let can_hand_over = in_order && self.receiver_is_there(base) && self.has_met(base);
        let agreed = self.streams.stream(Purpose::Handover, key, 0).chance(region.handover_probability);
        let handed_over = can_hand_over && agreed;
        if state.hold_until_days.is_some() {
            let held_days = self.now() - state.hold_since_days;
            self.outcome.add(Measure::HeldDays, held_days);
        }
        self.bases[base].handed_over = handed_over;
        self.bases[base].holder = if handed_over { Holder::Host } else { Holder::Nobody };
        let usable_before = self.outcome.value(Measure::SensitiveLeft);
        for item in 0..self.tables.items as Item {
            let cause = self.cause_of_leaving(base, item);
            for from in [Account::OnHand, Account::Staged] {
                let units = self.ledger.units(base, item, from);
                self.leave(Lot { origin: small(base), item, units }, from, handed_over, cause);
            }
        }
        let mut passing = std::mem::take(&mut self.bases[base].passing);
        for &lot in &passing {
            self.leave(lot, Account::AtHub, handed_over, Cause::Time);
        }
        give_back(&mut self.bases[base].passing, &mut passing);
        let what = if handed_over { What::HandedOver } else { What::LeftUnhanded };
        let usable = self.outcome.value(Measure::SensitiveLeft) - usable_before;
        self.tell(what, At::Base(base), "", &[("sensitive_left_usable", usable)]);
        self.schedule_aftermath(base, handed_over);
        if self.bases[base].army_there && !handed_over {
            self.host_takes(base);
        }
    }

    fn leave(&mut self, lot: Lot, from: Account, handed_over: bool, cause: Cause) {
        if lot.units == 0 {
            return;
        }
        let sensitive = !self.may_be_given(lot.item);
        let (to, cause) = match (handed_over, sensitive) {
            (true, false) => (Account::HandedOver, Cause::Plan),
            (true, true) => (Account::SeizedByHost, cause),
            (false, _) => (Account::Unclaimed, cause),
        };
        self.ledger.post(Posting { lot, from, to, cause });
        if sensitive {
            self.outcome.add(Measure::SensitiveLeft, f64::from(lot.units));
        }
        if to != Account::HandedOver {
            let now = self.now();
            self.outcome.count_daily(Daily::Lost, now, lot.units);
        }
    }

    fn schedule_aftermath(&mut self, base: usize, handed_over: bool) {
        let aftermath = &self.inputs.aftermath;
        let region = &self.inputs.region[self.model.network.base_region[base]];
        let key = self.model.network.node_key[base];
        let mut looting = self.streams.stream(Purpose::Looting, key, 0);
        let looted_share = if handed_over { aftermath.looted_handed } else { aftermath.looted_unhanded };
        let looting_uniform = looting.uniform();
        let is_looted = looting_uniform < looted_share;
        let loot_days = looting.weibull(aftermath.looting_shape, aftermath.looting_mean_days);
        let mut takeover = self.streams.stream(Purpose::Takeover, key, 0);
        let weights = region.taker_separatist + region.taker_jihadist + region.taker_none;
        let is_taken = takeover.uniform() * weights < region.taker_separatist + region.taker_jihadist;
        let take_days = takeover.standard_exponential() * aftermath.takeover_mean_days;
        let taker_uniform = takeover.uniform();
        let now = self.now();
        self.bases[base].looting_uniform = looting_uniform;
        self.bases[base].taker_uniform = taker_uniform;
        if !handed_over {
            self.outcome.add(Measure::Unhanded, 1.0);
            if is_taken {
                self.schedule(now + take_days, Event::CampTaken { base: small(base) });
            }
        }
        if is_looted {
            self.schedule(now + loot_days, Event::CampLooted { base: small(base) });
        }
    }

    /// An armed group takes an empty camp, and what nobody had claimed, unless the host army was first.
    pub(super) fn on_camp_taken(&mut self, base: usize) {
        if self.bases[base].holder != Holder::Nobody {
            return;
        }
        self.bases[base].holder = Holder::ArmedGroup;
        self.outcome.add(Measure::BasesTaken, 1.0);
        let now = self.now();
        self.outcome.note(Noted::Taken, base, now, 1);
        let taker = self.taker(base, self.bases[base].taker_uniform);
        self.tell(What::CampTaken, At::Taken(base, taker), "", &[]);
        for item in 0..self.tables.items as Item {
            let units = self.ledger.units(base, item, Account::Unclaimed);
            let lot = Lot { origin: small(base), item, units };
            let cause = self.cause_of_leaving(base, item);
            self.ledger.post(Posting { lot, from: Account::Unclaimed, to: Account::SeizedByGroup, cause });
        }
    }

    /// Looters carry off a share of what is left. Where the host army was first they come as often as after a handover. What was handed over is the host's: its looting is counted, not booked.
    pub(super) fn on_camp_looted(&mut self, base: usize) {
        let state = &self.bases[base];
        if state.holder == Holder::Host && state.looting_uniform >= self.inputs.aftermath.looted_handed {
            return;
        }
        self.outcome.add(Measure::BasesLooted, 1.0);
        let now = self.now();
        self.outcome.note(Noted::Looted, base, now, 1);
        let aftermath = &self.inputs.aftermath;
        let (mean, concentration) = (aftermath.looted_share.clamp(1e-6, 1.0 - 1e-6), aftermath.looted_concentration);
        let mut stream = self.streams.stream(Purpose::Looting, self.model.network.node_key[base], 1);
        let share = stream.beta(mean * concentration, (1.0 - mean) * concentration);
        self.tell(What::CampLooted, At::Base(base), "", &[("share", share)]);
        for item in 0..self.tables.items as Item {
            let uniform = stream.uniform();
            let cause = self.cause_of_leaving(base, item);
            for from in [Account::Unclaimed, Account::SeizedByGroup] {
                let left = self.ledger.units(base, item, from);
                let units = ((f64::from(left) * share + uniform).floor() as u32).min(left);
                let lot = Lot { origin: small(base), item, units };
                self.ledger.post(Posting { lot, from, to: Account::Looted, cause });
            }
        }
    }
}
