//! The host's desks: stances as two-state Markov chains held by dated facts, requests as Bernoulli trials in the stance
//! at their filing, Weibull answer times, and requests that are never answered.

use crate::draw::{Purpose, Stream, Streams, key2};
use crate::measures::Measure;
use crate::model::Inputs;
use crate::model::permissions::{Desk, Permissions, Regime, Stance};
use crate::model::routes::Network;
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};

/// A class of permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeskId {
    /// Cargo columns.
    TruckColumn,
    /// A garrison's departure by road.
    GroundMovement,
    /// Armed helicopters over a convoy.
    AirOverwatch,
    /// Surveillance over a convoy.
    Surveillance,
    /// Medical evacuation flights.
    MedicalEvacuation,
    /// Imports of fuel.
    FuelImport,
    /// Imports of parts.
    PartsImport,
    /// Flights out of a camp.
    AirLift,
    /// Flights to convoys.
    AirResupply,
    /// Transit through a neighbouring country.
    NeighbourTransit,
    /// Armed escort of a column.
    ArmedEscort,
    /// A meeting to hand a base over.
    HandoverMeeting,
}

/// How many desks there are.
const COUNT: usize = 12;

const DESKS: [DeskId; COUNT] = [
    DeskId::TruckColumn,
    DeskId::GroundMovement,
    DeskId::AirOverwatch,
    DeskId::Surveillance,
    DeskId::MedicalEvacuation,
    DeskId::FuelImport,
    DeskId::PartsImport,
    DeskId::AirLift,
    DeskId::AirResupply,
    DeskId::NeighbourTransit,
    DeskId::ArmedEscort,
    DeskId::HandoverMeeting,
];

impl DeskId {
    /// Its name in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            Self::TruckColumn => "truck_column",
            Self::GroundMovement => "ground_movement",
            Self::AirOverwatch => "air_overwatch",
            Self::Surveillance => "surveillance",
            Self::MedicalEvacuation => "medical_evacuation",
            Self::FuelImport => "fuel_import",
            Self::PartsImport => "parts_import",
            Self::AirLift => "air_lift",
            Self::AirResupply => "air_resupply",
            Self::NeighbourTransit => "neighbour_transit",
            Self::ArmedEscort => "armed_escort",
            Self::HandoverMeeting => "handover_meeting",
        }
    }

    /// Its settings.
    pub fn of(self, permissions: &Permissions) -> &Desk {
        match self {
            Self::TruckColumn => &permissions.truck_column,
            Self::GroundMovement => &permissions.ground_movement,
            Self::AirOverwatch => &permissions.air_overwatch,
            Self::Surveillance => &permissions.surveillance,
            Self::MedicalEvacuation => &permissions.medical_evacuation,
            Self::FuelImport => &permissions.fuel_import,
            Self::PartsImport => &permissions.parts_import,
            Self::AirLift => &permissions.air_lift,
            Self::AirResupply => &permissions.air_resupply,
            Self::NeighbourTransit => &permissions.neighbour_transit,
            Self::ArmedEscort => &permissions.armed_escort,
            Self::HandoverMeeting => &permissions.handover_meeting,
        }
    }
}

/// How a request fared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// Granted after so many days.
    Granted { after_days: f64 },
    /// Refused after so many days.
    Refused { after_days: f64 },
    /// Never answered.
    Never,
}

/// The stances of one replication: for each desk, the instants at which its process changes stance, up to the next one.
///
/// Each sojourn lasts until its unit exponential, keyed by desk and ordinal, is spent: at the rate of leaving, which
/// departures and appeals change while it lasts. So a higher rate only shortens it, and no draw moves.
#[derive(Clone, Debug)]
pub struct Host {
    jumps_days: [Vec<f64>; COUNT],
    /// The last of them; infinite if there is none to come.
    drawn_until_days: [f64; COUNT],
    /// The Weibull scale of each desk's time to an answer.
    answer_scale_days: [f64; COUNT],
    /// Factor on the rates into the restrictive stance, from departures so far.
    factor: f64,
    /// For each desk the sojourn in which the factor last changed.
    sojourns: [Sojourn; COUNT],
}

/// Where a sojourn stood at a time.
#[derive(Clone, Copy, Debug, Default)]
struct Sojourn {
    /// Which sojourn of the desk.
    ordinal: usize,
    /// When.
    since_days: f64,
    /// How much of its unit exponential was spent by then.
    spent: f64,
}

impl Default for Host {
    fn default() -> Self {
        Self {
            jumps_days: Default::default(),
            drawn_until_days: [f64::INFINITY; COUNT],
            answer_scale_days: Default::default(),
            factor: 1.0,
            sojourns: Default::default(),
        }
    }
}

/// The stance of a desk's process after so many changes.
fn stance_after(desk: &Desk, changes: usize) -> Stance {
    match (desk.stance_at_start, changes % 2) {
        (stance, 0) => stance,
        (Stance::Permissive, _) => Stance::Restrictive,
        (Stance::Restrictive, _) => Stance::Permissive,
    }
}

impl Host {
    /// Draws the first change of each desk.
    pub fn draw(&mut self, inputs: &Inputs, streams: &Streams) {
        (self.factor, self.sojourns) = (1.0, Default::default());
        for desk_id in DESKS {
            let desk = desk_id.of(&inputs.permissions);
            self.answer_scale_days[desk_id as usize] =
                Stream::weibull_scale_of(desk.answer_shape, desk.answer_mean_days);
            self.jumps_days[desk_id as usize].clear();
            self.go_on(inputs, streams, desk_id, 0.0);
        }
    }

    /// Until when every desk's stance is known.
    pub fn known_until_days(&self) -> f64 {
        self.drawn_until_days.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// Draws the stances on past a time.
    pub fn reach(&mut self, inputs: &Inputs, streams: &Streams, now: f64) {
        for desk_id in DESKS {
            if self.drawn_until_days[desk_id as usize] <= now {
                self.go_on(inputs, streams, desk_id, now);
            }
        }
    }

    /// Multiplies the rates into the restrictive stance from now on, and draws the stances anew from here.
    pub fn scale(&mut self, inputs: &Inputs, streams: &Streams, factor: f64, now: f64) {
        if factor == 1.0 {
            return;
        }
        for desk_id in DESKS {
            let at = desk_id as usize;
            let ordinal = self.jumps_days[at].iter().take_while(|&&jump| jump <= now).count();
            let mut sojourn = self.sojourns[at];
            if sojourn.ordinal != ordinal {
                sojourn = Sojourn { ordinal, since_days: self.jumps_days[at][ordinal - 1], spent: 0.0 };
            }
            let stance = stance_after(desk_id.of(&inputs.permissions), ordinal);
            while sojourn.since_days < now {
                let (rate, holds_until) = self.rate(inputs, desk_id, stance, sojourn.since_days);
                let until = holds_until.min(now);
                sojourn.spent += rate * (until - sojourn.since_days);
                sojourn.since_days = until;
            }
            self.sojourns[at] = sojourn;
            self.jumps_days[at].truncate(ordinal);
        }
        self.factor *= factor;
        for desk_id in DESKS {
            self.go_on(inputs, streams, desk_id, now);
        }
    }

    /// Rate at which a desk leaves a stance at a time, and until when the rate holds.
    fn rate(&self, inputs: &Inputs, desk_id: DeskId, stance: Stance, at_days: f64) -> (f64, f64) {
        let permissions = &inputs.permissions;
        let desk = desk_id.of(permissions);
        if stance == Stance::Restrictive {
            return (desk.to_permissive_per_day, f64::INFINITY);
        }
        let made = permissions.appeal.iter().take_while(|appeal| appeal.from <= at_days);
        let appeals: f64 = made.map(|appeal| appeal.factor).product();
        let next = permissions.appeal.iter().find(|appeal| appeal.from > at_days);
        (desk.to_restrictive_per_day * self.factor * appeals, next.map_or(f64::INFINITY, |appeal| appeal.from))
    }

    /// Draws a desk's stances on from the last sojourn, to the first change after a time.
    fn go_on(&mut self, inputs: &Inputs, streams: &Streams, desk_id: DeskId, now: f64) {
        let (at, desk) = (desk_id as usize, desk_id.of(&inputs.permissions));
        let mut sojourn = match self.jumps_days[at].last() {
            Some(&jump) if self.sojourns[at].ordinal < self.jumps_days[at].len() => {
                Sojourn { ordinal: self.jumps_days[at].len(), since_days: jump, spent: 0.0 }
            }
            _ => self.sojourns[at],
        };
        self.drawn_until_days[at] = f64::INFINITY;
        if desk.regime != Regime::Process {
            return;
        }
        while let Some(ends_days) = self.end_of(inputs, streams, desk_id, sojourn) {
            self.jumps_days[at].push(ends_days);
            if ends_days > now {
                self.drawn_until_days[at] = ends_days;
                return;
            }
            sojourn = Sojourn { ordinal: sojourn.ordinal + 1, since_days: ends_days, spent: 0.0 };
        }
    }

    /// When a desk's sojourn in a stance ends; none if it never does.
    fn end_of(&self, inputs: &Inputs, streams: &Streams, desk_id: DeskId, sojourn: Sojourn) -> Option<f64> {
        let stance = stance_after(desk_id.of(&inputs.permissions), sojourn.ordinal);
        let mut stream = streams.stream(Purpose::Regime, desk_id as u64, sojourn.ordinal as u64);
        let (mut left, mut now) = (stream.standard_exponential() - sojourn.spent, sojourn.since_days);
        loop {
            let (rate, holds_until) = self.rate(inputs, desk_id, stance, now);
            if rate > 0.0 && now + left / rate <= holds_until {
                return Some(now + left.max(0.0) / rate);
            }
            if holds_until.is_infinite() {
                return None;
            }
            left -= rate * (holds_until - now);
            now = holds_until;
        }
    }

    /// The stance of a desk toward a region at a time.
    pub fn stance(&self, inputs: &Inputs, network: &Network, desk_id: DeskId, region: usize, now: f64) -> Stance {
        let desk = desk_id.of(&inputs.permissions);
        debug_assert!(now <= self.drawn_until_days[desk_id as usize], "the stance on day {now} is not known yet");
        if !network.restricted[desk_id as usize][region] {
            return Stance::Permissive;
        }
        let held = desk.change.iter().rev().find(|change| change.from <= now);
        if let Some(change) = held
            && change.until.is_none_or(|until| now < until + 1.0)
        {
            return change.stance;
        }
        let flips = self.jumps_days[desk_id as usize].iter().take_while(|&&jump| jump <= now).count();
        stance_after(desk, flips)
    }

    /// Probabilities that a request filed now is never answered, and that an answer grants it.
    pub fn odds(&self, inputs: &Inputs, network: &Network, desk_id: DeskId, region: usize, now: f64) -> (f64, f64) {
        let desk = desk_id.of(&inputs.permissions);
        match desk.regime {
            Regime::Granted => (0.0, 1.0),
            Regime::Denied => (0.0, 0.0),
            Regime::Process => match self.stance(inputs, network, desk_id, region, now) {
                Stance::Permissive => (desk.unanswered_permissive, desk.granted_permissive),
                Stance::Restrictive => (desk.unanswered_restrictive, desk.granted_restrictive),
            },
        }
    }

    /// Probability that a request filed now is granted in the end.
    pub fn chance(&self, inputs: &Inputs, network: &Network, desk_id: DeskId, region: usize, now: f64) -> f64 {
        let (unanswered, granted) = self.odds(inputs, network, desk_id, region, now);
        (1.0 - unanswered) * granted
    }
}

impl Withdrawal<'_> {
    /// The host learns how a base was left: an early or unhanded departure makes every desk likelier to turn.
    pub(super) fn host_reacts(&mut self, base: usize) {
        let state = &self.bases[base];
        if !state.accelerated && state.handed_over {
            return;
        }
        let (now, streams) = (self.now(), self.streams.plain());
        self.host.scale(&self.inputs, &streams, self.inputs.permissions.departure_factor, now);
        for shadow in &mut self.shadows {
            let factor = shadow.inputs.permissions.departure_factor;
            shadow.host.scale(&shadow.inputs, &streams, factor, now);
        }
        self.note_hosts();
    }

    /// Draws the stances of this policy and of the shadows on past the present.
    pub(super) fn reach_hosts(&mut self) {
        let (now, streams) = (self.now(), self.streams.plain());
        self.host.reach(&self.inputs, &streams, now);
        for shadow in &mut self.shadows {
            shadow.host.reach(&shadow.inputs, &streams, now);
        }
        self.note_hosts();
    }

    /// Notes until when the stances of this policy and of the shadows are known.
    pub(super) fn note_hosts(&mut self) {
        let known_until_days = self.shadows.iter().map(|shadow| shadow.host.known_until_days());
        self.hosts_known_until_days = known_until_days.fold(self.host.known_until_days(), f64::min);
    }

    /// Tells of an answer to a base's request.
    pub(super) fn tell_answer(&mut self, base: usize, desk_id: DeskId, granted: bool) {
        let what = if granted { What::Granted } else { What::Refused };
        self.tell(what, At::Base(base), desk_id.name(), &[]);
    }

    /// Draws the fate of a request filed now in a base's region, keyed by who asks and how often they have asked before.
    pub(super) fn answer(&self, desk_id: DeskId, base: usize, who: u64, occurrence: u64) -> Answer {
        let withheld = desk_id == DeskId::GroundMovement && self.movement_is_withheld(base);
        self.answer_in(desk_id, (self.model.network.base_region[base], withheld), who, occurrence)
    }

    /// The same for a region; one that is withheld is not granted, whatever the stance.
    pub(super) fn answer_in(
        &self,
        desk_id: DeskId,
        (region, withheld): (usize, bool),
        who: u64,
        occurrence: u64,
    ) -> Answer {
        let (unanswered, granted) = self.host.odds(&self.inputs, &self.model.network, desk_id, region, self.now());
        let granted = if withheld { 0.0 } else { granted };
        let desk = desk_id.of(&self.inputs.permissions);
        let mut stream = self.streams.stream(Purpose::Answer, key2(who, desk_id as u64), occurrence);
        let (is_unanswered, is_granted) = (stream.chance(unanswered), stream.chance(granted));
        let after_days = match desk.regime {
            Regime::Process => stream.weibull_scale(desk.answer_shape, self.host.answer_scale_days[desk_id as usize]),
            Regime::Granted | Regime::Denied => 0.0,
        };
        match (is_unanswered, is_granted) {
            (true, _) => Answer::Never,
            (false, true) => Answer::Granted { after_days },
            (false, false) => Answer::Refused { after_days },
        }
    }

    /// Files a base's request and counts how it fares.
    pub(super) fn ask(&mut self, desk_id: DeskId, base: usize, occurrence: u32) -> Answer {
        let who = self.model.network.node_key[base];
        let answer = self.answer(desk_id, base, who, u64::from(occurrence));
        self.tell_filed(answer, desk_id, At::Base(base));
        self.count_answer(answer);
        answer
    }

    /// Tells that a request is filed.
    pub(super) fn tell_filed(&mut self, answer: Answer, desk_id: DeskId, at: At) {
        let what = if answer == Answer::Never { What::Unanswered } else { What::Asked };
        self.tell(what, at, desk_id.name(), &[]);
    }

    /// Counts a request and how it fares.
    pub(super) fn count_answer(&mut self, answer: Answer) {
        self.outcome.add(Measure::Requests, 1.0);
        match answer {
            Answer::Never => self.outcome.add(Measure::Unanswered, 1.0),
            Answer::Granted { after_days } => {
                self.outcome.wait(after_days);
                self.outcome.add(Measure::Granted, 1.0);
            }
            Answer::Refused { after_days } => {
                self.outcome.wait(after_days);
                self.outcome.add(Measure::Refused, 1.0);
            }
        }
    }
}
