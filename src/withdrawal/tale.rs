//! The tale of a replication: what happened, when, where, to whom and why.
//!
//! It is kept only when asked for. Telling draws nothing and decides nothing, so the outcome is the same either way.

use crate::model::routes::{NodeId, node_id};
use crate::withdrawal::armed_groups::GroupCode;
use crate::withdrawal::convoy::Kind;
use crate::withdrawal::event::ConvoyId;
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::thin_out::THIN_OUT_ORDINAL;

macro_rules! happenings {
    ($( $variant:ident = $name:literal, $meaning:literal; )*) => {
        /// A kind of happening.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum What { $( #[doc = $meaning] $variant, )* }

        impl What {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// Its name in traces.
            pub fn name(self) -> &'static str { match self { $(Self::$variant => $name),* } }
            /// What it says.
            pub fn meaning(self) -> &'static str { match self { $(Self::$variant => $meaning),* } }
        }
    };
}

happenings! {
    TensionChanges = "tension_changes", "The tension of a zone takes another level, given as the cause.";
    PackingStarts = "packing_starts", "A base starts to pack.";
    Asked = "asked", "A base files a request; the cause is the desk.";
    Unanswered = "unanswered", "A base files a request that will never be answered; the cause is the desk.";
    Granted = "granted", "The host grants a base's request; the cause is the desk.";
    Refused = "refused", "The host refuses a base's request; the cause is the desk.";
    ColumnSent = "column_sent", "A contract column sets out to fetch cargo.";
    WaitsForEscorts = "waits_for_escorts", "A granted column has its trucks and too few escorts are free.";
    ColumnWaits = "column_waits", "A contract column has come to the base it is to load at.";
    ColumnLoaded = "column_loaded", "A contract column sets out with its load.";
    ColumnUnloaded = "column_unloaded", "A contract column has delivered its load.";
    ColumnHome = "column_home", "A contract column is home.";
    LeavesEarly = "leaves_early", "A base decides to leave before its date; the cause is the tension.";
    WaitsToLeave = "waits_to_leave", "A base's date has come and it waits for permission.";
    Disposed = "disposed", "A day's work of destroying and decommissioning.";
    BaseLeft = "base_left", "The people of a base have left; the cause says whether early, as planned, or without permission.";
    HandedOver = "handed_over", "What stays at a base is handed over formally.";
    LeftUnhanded = "left_unhanded", "What stays at a base is left without a handover.";
    ConvoyDeparts = "convoy_departs", "A garrison's convoy sets out.";
    JunctionPassed = "junction_passed", "A convoy passes a place without stopping.";
    Breakdown = "breakdown", "A vehicle breaks down and the convoy waits for it.";
    VehicleLost = "vehicle_lost", "A convoy goes on without a vehicle; the cause is a breakdown or an attack.";
    Contact = "contact", "A convoy meets a device or a direct attack, given as the cause.";
    ConvoyArrives = "convoy_arrives", "A garrison's convoy has come to its destination.";
    SuppliesEnd = "supplies_end", "A garrison's convoy halts for want of water, food and fuel.";
    Supplied = "supplied", "A garrison's convoy gets supplies; the cause is the way they came.";
    LiftFlies = "lift_flies", "A day of flights takes people and goods of a camp to its parent.";
    AircraftHit = "aircraft_hit", "An aircraft is hit as it lands or takes off; the cause is what became of it.";
    HurtAboard = "hurt_aboard", "People aboard an aircraft that was hit are killed or wounded.";
    AircraftGrounded = "aircraft_grounded", "An aircraft begins to wait for a part.";
    FuelDelivered = "fuel_delivered", "An import of fuel reaches every open base.";
    FlightLeaves = "flight_leaves", "A repatriation flight takes people home.";
    CampTaken = "camp_taken", "An armed group takes an empty camp: the one named, if the scenario says which could.";
    CampLooted = "camp_looted", "An empty camp is looted.";
    ArmyArrives = "army_arrives", "A column of the host army reaches a base.";
    AuthorityArrives = "authority_arrives", "A civil authority comes to a base that holds for one.";
    HoldsForReceiver = "holds_for_receiver", "A base that is free to go holds for someone to receive it.";
    HostTakes = "host_takes", "The host army takes a base that was left; the cause says from whom.";
    BaseFire = "base_fire", "Fire falls on a base; the cause says whether people were in shelter.";
    WaitsForConvoy = "waits_for_convoy", "A garrison that is free to go waits for the convoy it is to join.";
    ConvoyJoined = "convoy_joined", "A garrison leaves with a convoy that has come by.";
    OwnersDecide = "owners_decide", "Owners sell and give away part of what is left at a base after the deadline.";
    ThinnedOut = "thinned_out", "Part of a garrison leaves ahead of its closure.";
    ExitOpens = "exit_opens", "An exit through a neighbouring country is open.";
    DeadlinePasses = "deadline_passes", "The deadline ends.";
    LiquidationEnds = "liquidation_ends", "Liquidation ends, and with it the simulation.";
}

/// Where, and to whom.
#[derive(Clone, Copy, Debug)]
pub(super) enum At {
    /// The mission as a whole.
    Mission,
    /// A threat zone.
    Zone(usize),
    /// A base.
    Base(usize),
    /// A base that a group takes.
    Taken(usize, GroupCode),
    /// A place without a base.
    Place(NodeId),
    /// A convoy, where it is as far as it has been worked out, which may lie ahead of the clock.
    Convoy(ConvoyId),
    /// A garrison's convoy, where it is by the clock.
    UnderWay(ConvoyId),
}

/// One happening.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When, in days since the start.
    pub time_days: f64,
    /// What.
    pub what: What,
    /// A base, a zone, a road; empty for the mission as a whole.
    pub place: String,
    /// A convoy, a garrison or an armed group; empty if none.
    pub who: String,
    /// The base concerned, if one is.
    pub base: String,
    /// Why; may be empty.
    pub cause: &'static str,
    /// Amounts by name, units last in the name.
    pub amounts: Vec<(&'static str, f64)>,
}

/// A tale, in order of time.
pub type Tale = Vec<Entry>;

impl Withdrawal<'_> {
    /// Tells what happens now.
    pub(super) fn tell(&mut self, what: What, at: At, cause: &'static str, amounts: &[(&'static str, f64)]) {
        if self.tale.is_some() {
            self.tell_of(self.now(), what, at, cause, amounts);
        }
    }

    /// Tells what happens at a time that may lie ahead of the clock.
    #[inline]
    pub(super) fn tell_of(
        &mut self,
        time_days: f64,
        what: What,
        at: At,
        cause: &'static str,
        amounts: &[(&'static str, f64)],
    ) {
        if self.tale.is_some() {
            self.write(time_days, what, at, cause, amounts);
        }
    }

    #[cold]
    fn write(&mut self, time_days: f64, what: What, at: At, cause: &'static str, amounts: &[(&'static str, f64)]) {
        let inputs = &self.inputs;
        let (place, who, base) = match at {
            At::Mission => Default::default(),
            At::Zone(zone) => (inputs.zone[zone].id.clone(), String::new(), String::new()),
            At::Base(base) => (inputs.base[base].id.clone(), String::new(), inputs.base[base].id.clone()),
            At::Taken(base, group) => {
                let who = usize::from(group).checked_sub(1).map(|group| inputs.armed_group[group].id.clone());
                (inputs.base[base].id.clone(), who.unwrap_or_default(), inputs.base[base].id.clone())
            }
            At::Place(place) => (node_id(inputs, place).to_owned(), String::new(), String::new()),
            At::Convoy(id) | At::UnderWay(id) => {
                let place = match at {
                    At::UnderWay(_) if !self.stands_still(id) => self.passes_at(id, time_days),
                    _ => self.whereabouts(id),
                };
                (place, self.convoy_name(id), inputs.base[self.convoys[id as usize].base].id.clone())
            }
        };
        let entry = Entry { time_days, what, place, who, base, cause, amounts: amounts.to_vec() };
        self.tale.as_mut().expect("asked above").push(entry);
    }

    /// A convoy by name: its base, and which serial or trip it is, from 1.
    fn convoy_name(&self, id: ConvoyId) -> String {
        let convoy = &self.convoys[id as usize];
        let base = &self.inputs.base[convoy.base].id;
        match convoy.kind {
            Kind::Withdrawal if convoy.ordinal == THIN_OUT_ORDINAL => format!("{base}-ahead"),
            Kind::Withdrawal => format!("{base}-serial-{}", convoy.ordinal + 1),
            Kind::Column => format!("{base}-column-{}", convoy.ordinal + 1),
        }
    }

    /// The road a convoy is on, or the place it is at.
    fn whereabouts(&self, id: ConvoyId) -> String {
        let (convoy, inputs) = (&self.convoys[id as usize], &self.inputs);
        let legs = self.legs(id);
        match legs.get(convoy.leg) {
            Some(leg) if convoy.at_km > 0.0 || convoy.leg > 0 => {
                format!("{}>{}", node_id(inputs, leg.from), node_id(inputs, leg.to))
            }
            Some(leg) => node_id(inputs, leg.from).to_owned(),
            None => {
                let home = || self.model.network.trip[convoy.base].as_ref().map(|trip| trip.destination);
                let here = legs.last().map(|leg| leg.to).or_else(home).unwrap_or(convoy.base);
                node_id(inputs, here).to_owned()
            }
        }
    }

    /// Whether a convoy stands without supplies: nothing about it is worked out ahead of the clock.
    fn stands_still(&self, id: ConvoyId) -> bool {
        self.convoys[id as usize].supplies.halted_since_days.is_some()
    }

    /// The road on which a moving convoy is at a time: it may have been worked ahead by the junctions told for later, and
    /// to its arrival.
    fn passes_at(&self, id: ConvoyId, time_days: f64) -> String {
        let (convoy, legs, who) = (&self.convoys[id as usize], self.legs(id), self.convoy_name(id));
        let is_ahead =
            |entry: &&Entry| entry.time_days > time_days && entry.what == What::JunctionPassed && entry.who == who;
        let ahead = self.tale.iter().flatten().filter(is_ahead).count();
        let leg = legs[convoy.leg.min(legs.len() - 1) - ahead];
        format!("{}>{}", node_id(&self.inputs, leg.from), node_id(&self.inputs, leg.to))
    }

    /// What was told, in order of time, up to the end of the simulation.
    pub(super) fn close_tale(&mut self, end_days: f64) {
        if self.tale.is_some() {
            // Jumps that concerned nobody have not been worked out.
            (0..self.zones.len()).for_each(|zone| self.reach_zone(zone, end_days));
        }
        if let Some(tale) = &mut self.tale {
            // What was worked out ahead of the clock stands among what was told before it.
            tale.retain(|entry| entry.time_days <= end_days);
            tale.sort_by(|a, b| a.time_days.total_cmp(&b.time_days));
        }
    }
}
