//! What can happen, and what comes first when two things happen at one instant.

use crate::model::routes::BaseId;

/// Index of a convoy in this replication.
pub type ConvoyId = u32;

/// A fact that falls due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// A zone's tension takes its next dated level.
    TensionChanges { zone: u16, change: u16 },
    /// A base asks whether its zone has been tense for long enough.
    DecisionReviewed { base: u16 },
    /// Packing starts at a base.
    PackingStarts { base: u16 },
    /// A crew finishes a job.
    CrewDone { base: u16, job: Job },
    /// A base asks for ground movement.
    MovementAsked { base: u16 },
    /// The host answers.
    MovementAnswered { base: u16, granted: bool },
    /// A working day of disposal ends.
    DisposalDay { base: u16 },
    /// A base's people and vehicles leave.
    BaseLeaves { base: u16 },
    /// A base asks for a cargo column.
    ColumnAsked { base: u16 },
    /// The host answers.
    ColumnAnswered { base: u16, granted: bool },
    /// A fleet's trucks are ready again.
    TrucksReady { fleet: u16, trucks: u32 },
    /// A later column of a garrison sets out.
    ColumnSetsOut { convoy: ConvoyId },
    /// A convoy reaches a point where a contact may be.
    ContactReached { convoy: ConvoyId },
    /// A vehicle breaks down.
    VehicleFails { convoy: ConvoyId },
    /// A convoy reaches the end of a leg.
    LegEnds { convoy: ConvoyId },
    /// A repatriation flight leaves.
    FlightLeaves { flight: u32 },
    /// An armed group takes an empty camp.
    CampTaken { base: u16 },
    /// An empty camp is looted.
    CampLooted { base: u16 },
    /// The deadline ends.
    DeadlinePasses,
    /// Liquidation ends, and with it the simulation.
    LiquidationEnds,
}

/// What a crew is doing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Job {
    /// Packing a batch.
    Pack,
    /// Loading a column.
    Load { convoy: ConvoyId },
}

impl Event {
    /// Order at one instant: the world changes first, then answers arrive, then work ends, then people decide and move.
    pub fn phase(self) -> u8 {
        match self {
            Self::TensionChanges { .. } => 0,
            Self::MovementAnswered { .. } | Self::ColumnAnswered { .. } | Self::TrucksReady { .. } => 1,
            Self::CrewDone { .. } | Self::DisposalDay { .. } => 2,
            Self::ContactReached { .. } | Self::VehicleFails { .. } | Self::LegEnds { .. } => 3,
            Self::DecisionReviewed { .. }
            | Self::PackingStarts { .. }
            | Self::MovementAsked { .. }
            | Self::ColumnAsked { .. } => 4,
            Self::BaseLeaves { .. } | Self::ColumnSetsOut { .. } | Self::FlightLeaves { .. } => 5,
            Self::CampTaken { .. } | Self::CampLooted { .. } => 6,
            Self::DeadlinePasses => 7,
            Self::LiquidationEnds => 8,
        }
    }
}

/// Base index as carried by events.
pub fn small(base: BaseId) -> u16 {
    base as u16
}
