//! The accounts of the equipment ledger: where an item is booked, why, and the lines of a report that accounts belong to.

use crate::measures::Measure;

/// Who owns an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A contingent (contingent-owned equipment).
    Contingent,
    /// The United Nations.
    Un,
}

impl Owner {
    /// Both, in order.
    pub const ALL: [Self; 2] = [Self::Contingent, Self::Un];
    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Contingent => "contingent",
            Self::Un => "un",
        }
    }
}

/// Where an item is booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// At its base, not packed.
    OnHand,
    /// At its base, packed.
    Staged,
    /// In a convoy.
    InTransit,
    /// At a hub on its way out.
    AtHub,
    /// Out of the country, having left its base by road.
    EvacuatedRoad,
    /// Out of the country, having left its base by air.
    EvacuatedAir,
    /// Formally handed over.
    HandedOver,
    /// Destroyed by its owner.
    Destroyed,
    /// Made useless and left.
    Decommissioned,
    /// Left, with nobody holding the place yet.
    Unclaimed,
    /// Left, in the hands of an armed group.
    SeizedByGroup,
    /// Left, in the hands of the host.
    SeizedByHost,
    /// Carried off by looters.
    Looted,
    /// Lost on the road to a contact.
    LostToAttack,
    /// Lost on the road to a breakdown.
    LostToBreakdown,
    /// Sold.
    Sold,
    /// Given away.
    Gifted,
}

/// How many accounts there are.
pub const ACCOUNTS: usize = 17;

/// The eight lines into which the accounts are added for reports; they sum to the stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disposition {
    /// Out, having left its base by road.
    EvacuatedRoad,
    /// Out, having left its base by air.
    EvacuatedAir,
    /// Handed over, sold or given away.
    HandedOver,
    /// Destroyed.
    Destroyed,
    /// Decommissioned.
    Decommissioned,
    /// Abandoned, seized or looted.
    Abandoned,
    /// Lost en route or consumed.
    LostEnRoute,
    /// Still on hand, with staged, in transit and at hubs.
    OnHand,
}

impl Disposition {
    /// All eight, in the order of reports.
    pub const ALL: [Self; 8] = [
        Self::EvacuatedRoad,
        Self::EvacuatedAir,
        Self::HandedOver,
        Self::Destroyed,
        Self::Decommissioned,
        Self::Abandoned,
        Self::LostEnRoute,
        Self::OnHand,
    ];

    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::EvacuatedRoad => "evacuated_road",
            Self::EvacuatedAir => "evacuated_air",
            Self::HandedOver => "handed_over",
            Self::Destroyed => "destroyed",
            Self::Decommissioned => "decommissioned",
            Self::Abandoned => "abandoned_or_looted",
            Self::LostEnRoute => "lost_en_route",
            Self::OnHand => "on_hand",
        }
    }
}

impl Account {
    /// The report line it belongs to.
    pub fn disposition(self) -> Disposition {
        match self {
            Self::OnHand | Self::Staged | Self::InTransit | Self::AtHub => Disposition::OnHand,
            Self::EvacuatedRoad => Disposition::EvacuatedRoad,
            Self::EvacuatedAir => Disposition::EvacuatedAir,
            Self::HandedOver | Self::Sold | Self::Gifted => Disposition::HandedOver,
            Self::Destroyed => Disposition::Destroyed,
            Self::Decommissioned => Disposition::Decommissioned,
            Self::Unclaimed | Self::SeizedByGroup | Self::SeizedByHost | Self::Looted => Disposition::Abandoned,
            Self::LostToAttack | Self::LostToBreakdown => Disposition::LostEnRoute,
        }
    }
}

/// Why a posting was made: a proximate label for the ledger. What a denial cost is the paired difference of policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// It went as planned.
    Plan,
    /// A column for it was refused or not answered.
    TruckDenial,
    /// The base left early.
    Threat,
    /// Time ran out.
    Time,
    /// A contact.
    Attack,
    /// A breakdown.
    Breakdown,
}

impl Cause {
    /// All of them, in order.
    pub const ALL: [Self; 6] = [Self::Plan, Self::TruckDenial, Self::Threat, Self::Time, Self::Attack, Self::Breakdown];

    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::TruckDenial => "truck_denial",
            Self::Threat => "threat",
            Self::Time => "time",
            Self::Attack => "attack",
            Self::Breakdown => "breakdown",
        }
    }
}

/// A class in the hands of an owner: `class * 2 + owner`.
pub type Item = u16;

/// The class of an item.
pub fn class_of(item: Item) -> usize {
    item as usize / 2
}

/// The owner of an item.
pub fn owner_of(item: Item) -> Owner {
    Owner::ALL[item as usize % 2]
}

/// The line of each account, in their order.
pub(super) const fn lines_by_account() -> [Disposition; ACCOUNTS] {
    use Disposition::{
        Abandoned, Decommissioned, Destroyed, EvacuatedAir, EvacuatedRoad, HandedOver, LostEnRoute, OnHand,
    };
    [
        OnHand,
        OnHand,
        OnHand,
        OnHand,
        EvacuatedRoad,
        EvacuatedAir,
        HandedOver,
        Destroyed,
        Decommissioned,
        Abandoned,
        Abandoned,
        Abandoned,
        Abandoned,
        LostEnRoute,
        LostEnRoute,
        HandedOver,
        HandedOver,
    ]
}

/// The measures of units and USD to which each line adds, in the order of [`Disposition::ALL`].
pub const LINE_MEASURES: [&[(Measure, Measure)]; 8] = [
    &[(Measure::EvacuatedUnits, Measure::EvacuatedUsd), (Measure::RoadUnits, Measure::RoadUsd)],
    &[(Measure::EvacuatedUnits, Measure::EvacuatedUsd), (Measure::AirUnits, Measure::AirUsd)],
    &[(Measure::HandedOverUnits, Measure::HandedOverUsd)],
    &[(Measure::DestroyedUnits, Measure::DestroyedUsd)],
    &[(Measure::DecommissionedUnits, Measure::DecommissionedUsd)],
    &[(Measure::AbandonedUnits, Measure::AbandonedUsd)],
    &[(Measure::EnRouteUnits, Measure::EnRouteUsd)],
    &[(Measure::OnHandUnits, Measure::OnHandUsd)],
];
