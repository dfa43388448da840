//! Handover meetings: a formal handover needs one with the host, which a desk of its own grants or not.

use crate::withdrawal::event::{Event, small};
use crate::withdrawal::permissions::{Answer, DeskId};
use crate::withdrawal::run::Withdrawal;

/// Where a base's meeting with those who are to receive it stands.
#[derive(Clone, Copy, Debug)]
pub struct Meeting {
    /// When it is next asked for, as things stand.
    asks_at_days: f64,
    /// Requests filed.
    asks: u32,
    /// It is granted, and is held before the base leaves.
    granted: bool,
}

impl Default for Meeting {
    fn default() -> Self {
        Self { asks_at_days: f64::INFINITY, asks: 0, granted: false }
    }
}

impl Withdrawal<'_> {
    /// Schedules each base's first request, as long before its target as that for movement.
    pub(super) fn open_meetings(&mut self) {
        for base in 0..self.bases.len() {
            if self.model.network.parent[base].is_some() {
                let before_days = self.inputs.decisions.request_before_days;
                self.ask_to_meet(base, (self.bases[base].target_days - before_days).max(0.0));
            }
        }
    }

    /// Sets when a base next asks for a meeting, if one is needed and that is sooner than what was set.
    pub(super) fn ask_to_meet(&mut self, base: usize, at_days: f64) {
        let meeting = &mut self.bases[base].meeting;
        if self.inputs.decisions.handover_meetings && !meeting.granted && at_days < meeting.asks_at_days {
            meeting.asks_at_days = at_days;
            self.schedule(at_days, Event::MeetingAsked { base: small(base) });
        }
    }

    /// A base asks for a meeting, and asks again until it is granted or gone.
    pub(super) fn on_meeting_asked(&mut self, base: usize) {
        let now = self.now();
        let state = &mut self.bases[base];
        if !state.open || state.meeting.asks_at_days != now {
            return;
        }
        let asked = state.meeting.asks;
        state.meeting.asks += 1;
        // Nothing is sooner: no other request is filed until this one has been answered or given up.
        state.meeting.asks_at_days = f64::NEG_INFINITY;
        let retry_days = self.inputs.permissions.handover_meeting.retry_days;
        let (granted, after_days) = match self.ask(DeskId::HandoverMeeting, base, asked) {
            Answer::Granted { after_days } => (true, after_days),
            Answer::Refused { after_days } => (false, after_days),
            Answer::Never => {
                self.bases[base].meeting.asks_at_days = f64::INFINITY;
                return self.ask_to_meet(base, now + retry_days);
            }
        };
        self.schedule(now + after_days, Event::MeetingAnswered { base: small(base), granted });
    }

    /// The host answers.
    pub(super) fn on_meeting_answered(&mut self, base: usize, granted: bool) {
        self.tell_answer(base, DeskId::HandoverMeeting, granted);
        self.bases[base].meeting.granted = granted;
        self.bases[base].meeting.asks_at_days = f64::INFINITY;
        self.ask_to_meet(base, self.now() + self.inputs.permissions.handover_meeting.retry_days);
    }

    /// Whether a base can be handed over as far as meetings go.
    pub(super) fn has_met(&self, base: usize) -> bool {
        !self.inputs.decisions.handover_meetings || self.bases[base].meeting.granted
    }
}
