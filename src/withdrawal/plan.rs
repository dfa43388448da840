//! The plan: each base's target date, when it starts packing, and when it asks to leave.

use crate::draw::Purpose;
use crate::withdrawal::event::{Event, small};
use crate::withdrawal::permissions::{Answer, DeskId};
use crate::withdrawal::run::Withdrawal;

impl Withdrawal<'_> {
    /// Sets every base's target date and schedules what leads up to it.
    pub(super) fn open_plan(&mut self) {
        let decisions = &self.inputs.decisions;
        let (ask_before, start_before) = (decisions.request_before_days, self.inputs.packing.start_before_days);
        for base in 0..self.bases.len() {
            let place = &self.inputs.base[base];
            let (planned, window_start) = (place.planned_closure, place.window_start);
            let target_days = match window_start {
                Some(start) => {
                    let mut stream = self.streams.stream(Purpose::ClosureWindow, self.model.network.node_key[base], 0);
                    start + (planned - start).max(0.0) * stream.uniform()
                }
                None => planned,
            };
            self.bases[base].target_days = target_days.max(0.0);
        }
        self.order_targets();
        for base in 0..self.bases.len() {
            let target_days = self.bases[base].target_days;
            let withdraws = self.model.network.parent[base].is_some();
            self.bases[base].packs_from_days = (target_days - start_before).max(0.0);
            self.schedule(self.bases[base].packs_from_days, Event::PackingStarts { base: small(base) });
            if withdraws {
                // Who flies out needs no leave to drive.
                self.bases[base].movement_granted = self.is_left_by_air(base);
                self.schedule((target_days - ask_before).max(0.0), Event::MovementAsked { base: small(base) });
                self.set_departure(base, target_days.max(0.0));
            }
        }
    }

    /// A hub that withdraws does not mean to leave before the bases that withdraw to it.
    fn order_targets(&mut self) {
        for _ in 0..self.bases.len() {
            let mut settled = true;
            for camp in 0..self.bases.len() {
                let Some(hub) = self.model.network.parent[camp] else { continue };
                let target_days = self.bases[camp].target_days;
                if self.bases[hub].target_days < target_days {
                    self.bases[hub].target_days = target_days;
                    settled = false;
                }
            }
            if settled {
                break;
            }
        }
    }

    /// A base asks for ground movement, and asks again until it is granted or gone.
    pub(super) fn on_movement_asked(&mut self, base: usize) {
        if !self.bases[base].open || self.bases[base].movement_granted {
            return;
        }
        let asked = self.bases[base].movement_asks;
        self.bases[base].movement_asks += 1;
        let retry_days = self.inputs.permissions.ground_movement.retry_days;
        let (after_days, event) = match self.ask(DeskId::GroundMovement, base, asked) {
            Answer::Granted { after_days } => {
                (after_days, Event::MovementAnswered { base: small(base), granted: true })
            }
            Answer::Refused { after_days } => {
                (after_days, Event::MovementAnswered { base: small(base), granted: false })
            }
            Answer::Never => (retry_days, Event::MovementAsked { base: small(base) }),
        };
        self.schedule(self.now() + after_days, event);
    }

    /// The host answers a request for ground movement.
    pub(super) fn on_movement_answered(&mut self, base: usize, granted: bool) {
        self.tell_answer(base, DeskId::GroundMovement, granted);
        let state = &mut self.bases[base];
        if granted {
            state.movement_granted = true;
            // One that is leaving early has its own date.
            if state.open && state.waits_for_permission && !state.accelerated {
                self.set_departure(base, self.now());
            }
        } else {
            let again_days = self.now() + self.inputs.permissions.ground_movement.retry_days;
            self.schedule(again_days, Event::MovementAsked { base: small(base) });
        }
    }
}
