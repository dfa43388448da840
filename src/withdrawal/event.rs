//! What can happen, and what comes first when two things happen at one instant.

use crate::model::routes::BaseId;
use crate::withdrawal::imports::Goods;

/// Index of a convoy in this replication.
pub type ConvoyId = u32;

/// A fact that falls due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// A zone's tension takes its next dated level.
    TensionChanges {
        /// The zone.
        zone: u16,
        /// Which of its changes.
        change: u16,
    },
    /// A zone's tension jumps up or down by one.
    TensionJumps {
        /// The zone.
        zone: u16,
    },
    /// A column of the host army reaches a base.
    ArmyArrives {
        /// The column.
        column: u16,
        /// The base.
        base: u16,
    },
    /// A civil authority comes to a base that holds for one.
    AuthorityArrives {
        /// The base.
        base: u16,
    },
    /// A base asks whether its zone has been tense for long enough.
    DecisionReviewed {
        /// The base.
        base: u16,
    },
    /// Packing starts at a base.
    PackingStarts {
        /// The base.
        base: u16,
    },
    /// A crew finishes a job.
    CrewDone {
        /// The base.
        base: u16,
        /// What is finished.
        job: Job,
        /// How many of the stops for fire this date allows for.
        stops: u16,
    },
    /// Fire falls on a base.
    FireFalls {
        /// The base.
        base: u16,
        /// Which of its potential incidents.
        incident: u32,
    },
    /// A base asks for ground movement.
    MovementAsked {
        /// The base.
        base: u16,
    },
    /// The host answers.
    MovementAnswered {
        /// The base that asked.
        base: u16,
        /// Whether it may go.
        granted: bool,
    },
    /// A working day of disposal ends.
    DisposalDay {
        /// The base.
        base: u16,
    },
    /// A base's people and vehicles leave.
    BaseLeaves {
        /// The base.
        base: u16,
    },
    /// A base asks for a cargo column.
    ColumnAsked {
        /// The base.
        base: u16,
    },
    /// The host answers.
    ColumnAnswered {
        /// The base that asked.
        base: u16,
        /// Whether a column may come.
        granted: bool,
    },
    /// A fleet's trucks are ready again.
    TrucksReady {
        /// The fleet.
        fleet: u16,
        /// How many.
        trucks: u32,
        /// Escorts that came home with them.
        escorts: u32,
    },
    /// Escorts that other duties bound are free for a fleet's columns.
    EscortsFreed {
        /// The fleet.
        fleet: u16,
    },
    /// A later column of a garrison sets out.
    ColumnSetsOut {
        /// The column.
        convoy: ConvoyId,
    },
    /// A convoy reaches a point where a contact may be.
    ContactReached {
        /// The convoy.
        convoy: ConvoyId,
    },
    /// A vehicle has broken down and is given up.
    VehicleLost {
        /// The convoy.
        convoy: ConvoyId,
        /// Picks the vehicle, in (0, 1).
        which: f64,
    },
    /// A base asks the host for a meeting to hand it over.
    MeetingAsked {
        /// The base.
        base: u16,
    },
    /// The host answers.
    MeetingAnswered {
        /// The base that asked.
        base: u16,
        /// Whether it meets.
        granted: bool,
    },
    /// A convoy comes by a base whose garrison may join it.
    ConvoyPasses {
        /// The convoy.
        convoy: ConvoyId,
        /// The base.
        base: u16,
    },
    /// A camp asks for the movement of those who leave ahead of it.
    ThinOutAsked {
        /// The base.
        base: u16,
    },
    /// They leave.
    ThinOutLeaves {
        /// The base.
        base: u16,
    },
    /// A convoy reaches the end of its journey.
    ConvoyArrives {
        /// The convoy.
        convoy: ConvoyId,
    },
    /// A repatriation flight leaves.
    FlightLeaves {
        /// Its ordinal.
        flight: u32,
    },
    /// An armed group takes an empty camp.
    CampTaken {
        /// The base whose camp it was.
        base: u16,
    },
    /// An empty camp is looted.
    CampLooted {
        /// The base whose camp it was.
        base: u16,
    },
    /// The mission files a request for imports.
    ImportAsked {
        /// Of what.
        goods: Goods,
        /// Its ordinal among requests for those goods.
        request: u64,
    },
    /// The host answers.
    ImportAnswered {
        /// Of what.
        goods: Goods,
        /// Its ordinal among requests for those goods; from 2^32 on, filed before the start.
        request: u64,
        /// Whether it may come in; then it has come.
        granted: bool,
    },
    /// An aircraft fails.
    AircraftFails {
        /// The aircraft.
        aircraft: u32,
    },
    /// An aircraft is serviceable again.
    AircraftRepaired {
        /// The aircraft.
        aircraft: u32,
    },
    /// A base asks for a day of flights to its parent.
    AirliftAsked {
        /// The base.
        base: u16,
    },
    /// That day has come.
    AirliftFlies {
        /// The base.
        base: u16,
    },
    /// A garrison's convoy asks for a flight with supplies.
    ResupplyAsked {
        /// The convoy.
        convoy: ConvoyId,
    },
    /// The flight has come.
    ResupplyComes {
        /// The convoy.
        convoy: ConvoyId,
    },
    /// Supplies have come to a garrison's convoy by road.
    SuppliesByRoad {
        /// The convoy.
        convoy: ConvoyId,
    },
    /// A garrison's convoy has used up its supplies.
    SuppliesEnd {
        /// The convoy.
        convoy: ConvoyId,
    },
    /// The mission asks a neighbour for transit by an exit.
    TransitAsked {
        /// The exit.
        exit: u16,
    },
    /// The neighbour answers.
    TransitAnswered {
        /// The exit.
        exit: u16,
        /// Whether the mission may pass.
        granted: bool,
    },
    /// An exit is open.
    ExitOpens {
        /// The exit.
        exit: u16,
    },
    /// Owners decide what they sell and give away of what is left.
    OwnersDecide,
    /// The deadline ends.
    DeadlinePasses,
    /// Liquidation ends, and with it the simulation.
    LiquidationEnds,
}

/// What a crew is doing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Job {
    /// Packing a batch.
    Pack {
        /// Its room, in thousandths of a TEU; no batch is too large for it.
        room: u32,
    },
    /// Loading a column.
    Load {
        /// The column.
        convoy: ConvoyId,
    },
}

// Two words, so that scheduling and dispatching move it in registers.
const _: () = assert!(size_of::<Event>() == 16);

impl Event {
    /// Order at one instant: the world changes first, then answers arrive, then work ends, then people decide and move.
    pub fn phase(self) -> u8 {
        match self {
            Self::TensionChanges { .. }
            | Self::TensionJumps { .. }
            | Self::ArmyArrives { .. }
            | Self::AuthorityArrives { .. } => 0,
            Self::MovementAnswered { .. }
            | Self::ColumnAnswered { .. }
            | Self::TrucksReady { .. }
            | Self::ImportAnswered { .. }
            | Self::AircraftFails { .. }
            | Self::AircraftRepaired { .. }
            | Self::ResupplyComes { .. }
            | Self::SuppliesByRoad { .. }
            | Self::EscortsFreed { .. }
            | Self::MeetingAnswered { .. }
            | Self::TransitAnswered { .. }
            | Self::ExitOpens { .. } => 1,
            Self::FireFalls { .. } | Self::CrewDone { .. } | Self::DisposalDay { .. } => 2,
            Self::ContactReached { .. }
            | Self::VehicleLost { .. }
            | Self::ConvoyArrives { .. }
            | Self::ConvoyPasses { .. }
            | Self::SuppliesEnd { .. } => 3,
            Self::DecisionReviewed { .. }
            | Self::PackingStarts { .. }
            | Self::MovementAsked { .. }
            | Self::ColumnAsked { .. }
            | Self::ImportAsked { .. }
            | Self::AirliftAsked { .. }
            | Self::ResupplyAsked { .. }
            | Self::TransitAsked { .. }
            | Self::ThinOutAsked { .. }
            | Self::MeetingAsked { .. } => 4,
            Self::AirliftFlies { .. }
            | Self::BaseLeaves { .. }
            | Self::ThinOutLeaves { .. }
            | Self::ColumnSetsOut { .. }
            | Self::FlightLeaves { .. } => 5,
            Self::CampTaken { .. } | Self::CampLooted { .. } => 6,
            Self::DeadlinePasses => 7,
            Self::OwnersDecide => 8,
            Self::LiquidationEnds => 9,
        }
    }
}

/// Base index as carried by events.
pub fn small(base: BaseId) -> u16 {
    base as u16
}
