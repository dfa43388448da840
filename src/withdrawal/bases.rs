//! Bases: their people and stores, packing and loading by finite crews, and the departure itself.

use std::collections::VecDeque;

use crate::draw::{Purpose, Stream};
use crate::measures::{Daily, Measure};
use crate::withdrawal::accounts::{Account, Cause, Item};
use crate::withdrawal::aftermath::Holder;
use crate::withdrawal::airlift::LiftState;
use crate::withdrawal::event::{ConvoyId, Event, Job, small};
use crate::withdrawal::ledger::{Lot, Posting};
use crate::withdrawal::meetings::Meeting;
use crate::withdrawal::observe::Noted;
use crate::withdrawal::people::{PeopleLot, join, total};
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};

/// Room on trucks is counted in thousandths of a TEU, in whole numbers.
pub type MilliTeu = i64;

/// The state of one base.
#[expect(clippy::struct_excessive_bools, reason = "they are independent facts, each read by itself")]
#[derive(Clone, Debug, Default)]
pub struct BaseState {
    /// Its people have not left.
    pub open: bool,
    /// Who is there.
    pub people: Vec<PeopleLot>,
    /// Of its own people, how many stay to liquidate.
    pub stays: u32,
    /// Of its own people, how many guard it until shortly before its closure.
    pub guard: u32,
    /// What has come from other bases and waits to be shipped on.
    pub passing: Vec<Lot>,
    /// When it means to leave.
    pub target_days: f64,
    /// When it leaves as things stand.
    pub departs_at_days: f64,
    /// When packing starts.
    pub packs_from_days: f64,
    /// The next working day of disposal as things stand.
    pub disposal_at_days: f64,
    /// It leaves early.
    pub accelerated: bool,
    /// The host has granted its departure.
    pub movement_granted: bool,
    /// Its date has come and it waits for permission.
    pub waits_for_permission: bool,
    /// Requests for movement filed.
    pub movement_asks: u32,
    /// Packing has started.
    pub packing: bool,
    /// Crews at work.
    pub crews_busy: u32,
    /// The rates of its jobs, in the order in which they are started.
    pub rates: Option<Stream>,
    /// How many items, in order of loading, have nothing left to pack.
    pub packed_upto: usize,
    /// Room that crews are packing now.
    pub in_hand: MilliTeu,
    /// Columns waiting to be loaded, in order of arrival.
    pub queue: VecDeque<ConvoyId>,
    /// A request for a column is out, or a granted column waits for trucks.
    pub column_pending: bool,
    /// Requests for columns filed.
    pub column_asks: u32,
    /// Columns sent to it.
    pub column_trips: u32,
    /// Room of columns on their way to it or waiting there.
    pub assigned: MilliTeu,
    /// A column for it has been refused or not answered.
    pub truck_denied: bool,
    /// Its equipment has been destroyed.
    pub destroyed: bool,
    /// Its flights to its parent.
    pub lift: LiftState,
    /// Its meeting with those who are to receive it.
    pub meeting: Meeting,
    /// Handed over formally when it left.
    pub handed_over: bool,
    /// Who holds it.
    pub holder: Holder,
    /// A column of the host army has come.
    pub army_there: bool,
    /// A civil authority has come.
    pub authority_there: bool,
    /// Since when it holds for someone to receive it.
    pub hold_since_days: f64,
    /// Until when it does at most; none if it has not begun to.
    pub hold_until_days: Option<f64>,
    /// Until when it waits at most for the convoy that its garrison is to join; none if it has not begun to.
    pub joins_until_days: Option<f64>,
    /// Requests filed for the movement of those who leave ahead.
    pub thin_out_asks: u32,
    /// Vehicles that left with them.
    pub thinned_vehicles: u32,
    /// Picks which armed group takes it, if one does.
    pub taker_uniform: f64,
    /// Picks whether it is looted.
    pub looting_uniform: f64,
}

impl BaseState {
    /// Back to an empty base, keeping its memory.
    pub fn reset(&mut self) {
        let (mut people, mut passing, mut queue) =
            (std::mem::take(&mut self.people), std::mem::take(&mut self.passing), std::mem::take(&mut self.queue));
        people.clear();
        passing.clear();
        queue.clear();
        let never = f64::INFINITY;
        *self = Self {
            open: true,
            people,
            passing,
            queue,
            departs_at_days: never,
            disposal_at_days: never,
            ..Self::default()
        };
    }
}

/// Adds items to lots, merging with those of the same origin.
pub fn stow(lots: &mut Vec<Lot>, lot: Lot) {
    if lot.units == 0 {
        return;
    }
    match lots.iter_mut().find(|other| other.origin == lot.origin && other.item == lot.item) {
        Some(other) => other.units += lot.units,
        None => lots.push(lot),
    }
}

/// Gives a list back, empty, to where it was taken from, so that its memory is used again; what has come there since stays.
pub fn give_back<T>(place: &mut Vec<T>, list: &mut Vec<T>) {
    list.clear();
    list.append(place);
    std::mem::swap(place, list);
}

fn milli(teu: f64) -> MilliTeu {
    (teu * 1000.0).round_ties_even() as MilliTeu
}

impl Withdrawal<'_> {
    /// Room that one of a base's own items takes as cargo; 0 where it does not go as cargo.
    pub(super) fn own_room(&self, base: usize, item: Item) -> MilliTeu {
        self.tables.own_room(item, self.model.network.parent[base].is_some())
    }

    /// Room that one item from elsewhere takes when shipped on.
    pub(super) fn passing_room(&self, item: Item) -> MilliTeu {
        self.tables.rooms[item as usize][1]
    }

    /// Room of what waits to be shipped on.
    pub(super) fn passing_cargo(&self, base: usize) -> MilliTeu {
        self.bases[base].passing.iter().map(|lot| self.passing_room(lot.item) * MilliTeu::from(lot.units)).sum()
    }

    /// People come to a base. Where nobody was, fire may have found nobody, and the next is looked for again.
    pub(super) fn people_come(&mut self, base: usize, lot: PeopleLot) {
        self.reach_fire(base);
        let were_none = total(&self.bases[base].people) == 0;
        join(&mut self.bases[base].people, lot);
        if were_none && self.inputs.base_fire.falls {
            self.seek_fire(base);
        }
    }

    /// Packing starts, by plan or by an early decision, where there is a crew: no column comes for what nobody can pack.
    pub(super) fn start_packing(&mut self, base: usize) {
        if self.bases[base].open && !self.bases[base].packing && self.inputs.base[base].crews >= 1.0 {
            self.bases[base].packing = true;
            self.tell(What::PackingStarts, At::Base(base), "", &[]);
            self.consider_column(base);
            self.assign_crews(base);
        }
    }

    /// Gives idle crews work: loading comes before packing.
    pub(super) fn assign_crews(&mut self, base: usize) {
        let crews = self.inputs.base[base].crews as u32;
        while self.bases[base].crews_busy < crews {
            let Some((job, room)) = self.next_job(base) else { break };
            let (starts_days, stops) = self.crew_starts(base);
            let (packing, pace) = (&self.inputs.packing, self.pace(base));
            let state = &mut self.bases[base];
            let (streams, node_key) = (&self.streams, self.model.network.node_key[base]);
            let rates = state.rates.get_or_insert_with(|| streams.stream(Purpose::PackingRate, node_key, 0));
            let mode = packing.crew_teu_per_day_mode;
            let teu_per_day =
                rates.triangular(packing.crew_teu_per_day_low.min(mode), mode, packing.crew_teu_per_day_high.max(mode));
            state.crews_busy += 1;
            let days = room as f64 / 1000.0 / (teu_per_day * pace);
            self.schedule(starts_days + days, Event::CrewDone { base: small(base), job, stops });
        }
    }

    /// The next job and its size: the first waiting column once its load is packed (or nothing is left to pack), else
    /// the next batch.
    fn next_job(&mut self, base: usize) -> Option<(Job, MilliTeu)> {
        let unpacked = if self.bases[base].packing { self.ledger.cargo(base, Account::OnHand) } else { 0 };
        if let Some(&convoy) = self.bases[base].queue.front() {
            let ready = self.ledger.cargo(base, Account::Staged) + self.passing_cargo(base);
            let room = self.convoys[convoy as usize].room;
            if ready >= room || unpacked == 0 {
                self.bases[base].queue.pop_front();
                self.convoys[convoy as usize].loading = true;
                return Some((Job::Load { convoy }, room.min(ready)));
            }
        }
        let batch = milli(self.inputs.packing.batch_teu).min(unpacked - self.bases[base].in_hand);
        (self.bases[base].open && batch > 0).then(|| {
            self.bases[base].in_hand += batch;
            (Job::Pack { room: batch as u32 }, batch)
        })
    }

    /// A crew has packed a batch or loaded a column.
    pub(super) fn on_crew_done(&mut self, base: usize, job: Job, stops: u16) {
        if self.job_was_stopped(base, job, stops) {
            return;
        }
        self.bases[base].crews_busy -= 1;
        match job {
            Job::Pack { room } => {
                let room = MilliTeu::from(room);
                self.bases[base].in_hand -= room;
                if self.bases[base].open {
                    self.pack(base, room);
                }
                self.consider_column(base);
            }
            Job::Load { convoy } => self.finish_loading(base, convoy),
        }
        self.assign_crews(base);
    }

    /// Books a batch as packed: sensitive cargo first, then by value for its room; at least one item.
    fn pack(&mut self, base: usize, batch: MilliTeu) {
        let to_pack = |this: &Self, item: Item| {
            let (room, on_hand) = (this.own_room(base, item), this.ledger.units(base, item, Account::OnHand));
            (room > 0 && on_hand > 0).then_some((room, on_hand))
        };
        // Nothing is ever unpacked: what has nothing left to pack is not looked at again.
        let mut packed_upto = self.bases[base].packed_upto;
        while self.tables.cargo_order.get(packed_upto).is_some_and(|&item| to_pack(self, item).is_none()) {
            packed_upto += 1;
        }
        self.bases[base].packed_upto = packed_upto;
        let mut left = batch;
        for at in packed_upto..self.tables.cargo_order.len() {
            if left <= 0 {
                break;
            }
            let item = self.tables.cargo_order[at];
            let Some((room, on_hand)) = to_pack(self, item) else { continue };
            let fit = (left / room).max(MilliTeu::from(left == batch)).min(MilliTeu::from(on_hand));
            left -= fit * room;
            let lot = Lot { origin: small(base), item, units: fit as u32 };
            self.ledger.post(Posting { lot, from: Account::OnHand, to: Account::Staged, cause: Cause::Plan });
        }
    }

    /// A base's date has come: its people and what can drive leave in columns; what stays is booked with its cause.
    pub(super) fn on_base_leaves(&mut self, base: usize) {
        let state = &self.bases[base];
        if !state.open
            || state.departs_at_days != self.now()
            || self.waits_for_camps(base)
            || self.waits_for_flights(base)
            || !self.goes_now(base)
            || self.holds_for_receiver(base)
            || self.waits_for_convoy(base)
        {
            return;
        }
        self.vacate(base, None);
    }

    /// A garrison leaves, in a column of its own or with a convoy that has come by.
    pub(super) fn vacate(&mut self, base: usize, joins: Option<ConvoyId>) {
        self.reach_fire(base);
        self.settle_fuel(base);
        let how = match &self.bases[base] {
            state if state.accelerated => "early",
            state if state.movement_granted => "as planned",
            _ => "without permission",
        };
        self.release_columns(base);
        match joins {
            Some(convoy) => self.join_convoy(base, convoy),
            None if self.is_left_by_air(base) => {}
            None => self.form_withdrawal(base),
        }
        self.count_critical(base);
        self.tell(What::BaseLeft, At::Base(base), how, &[]);
        if self.bases[base].accelerated {
            self.outcome.add(Measure::Accelerated, 1.0);
        }
        let state = &mut self.bases[base];
        state.open = false;
        state.packing = false;
        let now = self.now();
        self.outcome.departs(base, now);
        self.outcome.count_daily(Daily::BasesClosed, now, 1);
        self.leave_behind(base);
        self.closure_is_felt(base);
        self.host_reacts(base);
    }

    /// Why what stays at a base stays.
    pub(super) fn cause_of_leaving(&self, base: usize, item: Item) -> Cause {
        let is_cargo = self.own_room(base, item) > 0;
        match &self.bases[base] {
            state if is_cargo && state.truck_denied => Cause::TruckDenial,
            state if state.accelerated => Cause::Threat,
            _ if is_cargo => Cause::Time,
            _ => Cause::Plan,
        }
    }

    /// Marks a base at which something has been destroyed.
    pub(super) fn note_destruction(&mut self, base: usize) {
        if !self.bases[base].destroyed {
            self.bases[base].destroyed = true;
            self.outcome.add(Measure::BasesDestroyed, 1.0);
            let now = self.now();
            self.outcome.note(Noted::Destruction, base, now, 1);
        }
    }
}
