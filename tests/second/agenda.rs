//! What is to come, in a list kept sorted: time, then phase, then order of scheduling (2.2).

/// What can happen, by the names of the table of phases.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    TensionChanges { zone: usize, change: usize },
    TensionJumps { zone: usize, expected: u64 },
    ArmyArrives { column: usize, base: usize },
    AuthorityArrives { base: usize },
    MovementAnswered { base: usize, granted: bool },
    ColumnAnswered { base: usize, granted: bool },
    TrucksReady { fleet: usize, trucks: u32, escorts: u32 },
    ImportAnswered { goods: usize, request: u64, granted: bool },
    AircraftFails { aircraft: usize },
    AircraftRepaired { aircraft: usize },
    ResupplyComes { convoy: usize },
    SuppliesByRoad { convoy: usize },
    EscortsFreed { fleet: usize },
    MeetingAnswered { base: usize, granted: bool },
    TransitAnswered { exit: usize, granted: bool },
    ExitOpens { exit: usize },
    FireFalls { base: usize, expected: u64 },
    CrewDone { base: usize, job: u64 },
    DisposalDay { base: usize },
    ContactReached { convoy: usize },
    VehicleLost { convoy: usize, which: f64 },
    ConvoyPasses { convoy: usize, base: usize },
    ConvoyArrives { convoy: usize },
    SuppliesEnd { convoy: usize },
    DecisionReviewed { base: usize },
    PackingStarts { base: usize },
    MovementAsked { base: usize },
    ColumnAsked { base: usize },
    ImportAsked { goods: usize, request: u64 },
    AirliftAsked { base: usize },
    ResupplyAsked { convoy: usize },
    TransitAsked { exit: usize },
    ThinOutAsked { base: usize },
    MeetingAsked { base: usize },
    OwnersDecide,
    AirliftFlies { base: usize },
    BaseLeaves { base: usize },
    ThinOutLeaves { base: usize },
    ColumnSetsOut { convoy: usize },
    FlightLeaves { flight: u64 },
    CampTaken { base: usize },
    CampLooted { base: usize },
    DeadlinePasses,
    LiquidationEnds,
}

impl Event {
    /// Which goes first at one instant.
    fn phase(self) -> u8 {
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
            | Self::ConvoyPasses { .. }
            | Self::ConvoyArrives { .. }
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

/// The list of what is to come.
#[derive(Default)]
pub struct Agenda {
    waiting: Vec<(f64, u8, u64, Event)>,
    scheduled: u64,
    /// The clock, in days.
    pub now: f64,
}

impl Agenda {
    /// Notes an event; one for a time already past happens now.
    pub fn at(&mut self, time_days: f64, event: Event) {
        let entry = (time_days.max(self.now), event.phase(), self.scheduled, event);
        self.scheduled += 1;
        let later = |other: &(f64, u8, u64, Event)| {
            other.0.total_cmp(&entry.0).then(other.1.cmp(&entry.1)).then(other.2.cmp(&entry.2)).is_lt()
        };
        let place = self.waiting.partition_point(later);
        self.waiting.insert(place, entry);
    }

    /// Takes the next event and moves the clock to it.
    pub fn next(&mut self) -> Option<Event> {
        if self.waiting.is_empty() {
            return None;
        }
        let (time_days, _, _, event) = self.waiting.remove(0);
        self.now = time_days;
        Some(event)
    }
}
