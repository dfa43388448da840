//! The registry of measures: every number that a replication is summarised by, under one name everywhere.

use std::fmt;

/// Which way a measure should move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Less is better.
    Lower,
    /// More is better.
    Higher,
    /// It describes; neither way is better by itself.
    Neither,
}

/// What values a measure takes, which decides how it is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// A count or an amount, never negative.
    Amount,
    /// A part of a whole, from 0 to 1.
    Share,
    /// 0 or 1: its mean is a probability.
    Event,
    /// Any number; no measure does, but what is read off a replication may.
    Number,
}

impl Scale {
    /// The least and the largest value that there can be, and so the least and the largest mean.
    pub fn range(self) -> (f64, f64) {
        match self {
            Self::Amount => (0.0, f64::INFINITY),
            Self::Share | Self::Event => (0.0, 1.0),
            Self::Number => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }
}

macro_rules! measures {
    ($( $variant:ident = $name:literal, $unit:literal, $better:ident, $scale:ident, $meaning:literal; )*) => {
        /// A measure of one replication.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Measure { $( #[doc = $meaning] $variant, )* }

        impl Measure {
            /// All of them, in the order of result columns.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// How many.
            pub const COUNT: usize = Self::ALL.len();
            /// Its name in results, targets and facts.
            pub fn name(self) -> &'static str { match self { $(Self::$variant => $name),* } }
            /// Its unit.
            pub fn unit(self) -> &'static str { match self { $(Self::$variant => $unit),* } }
            /// What it says.
            pub fn meaning(self) -> &'static str { match self { $(Self::$variant => $meaning),* } }
            /// Which way is better.
            pub fn better(self) -> Better { match self { $(Self::$variant => Better::$better),* } }
            /// What values it takes.
            pub fn scale(self) -> Scale { match self { $(Self::$variant => Scale::$scale),* } }
        }
    };
}

measures! {
    Killed = "casualties.killed", "people", Lower, Amount, "Killed in contacts on the road up to the deadline, with those who died of wounds.";
    Wounded = "casualties.wounded", "people", Lower, Amount, "Wounded in contacts on the road up to the deadline who lived.";
    KilledGarrison = "casualties.killed_garrisons", "people", Lower, Amount, "Of those killed, in garrisons' withdrawal convoys.";
    WoundedGarrison = "casualties.wounded_garrisons", "people", Lower, Amount, "Of those wounded, in garrisons' withdrawal convoys.";
    KilledColumn = "casualties.killed_columns", "people", Lower, Amount, "Of those killed, in contract cargo columns.";
    WoundedColumn = "casualties.wounded_columns", "people", Lower, Amount, "Of those wounded, in contract cargo columns.";
    KilledAfter = "casualties.killed_after_deadline", "people", Lower, Amount, "Killed on the road or aboard aircraft after the deadline, during liquidation; in no other line.";
    WoundedAfter = "casualties.wounded_after_deadline", "people", Lower, Amount, "Wounded on the road or aboard aircraft after the deadline, during liquidation; in no other line.";
    KilledFire = "casualties.killed_base_fire", "people", Lower, Amount, "Killed by fire at bases up to the deadline; in no other line.";
    WoundedFire = "casualties.wounded_base_fire", "people", Lower, Amount, "Wounded by fire at bases up to the deadline who lived; in no other line.";
    SeriousFire = "casualties.seriously_wounded_base_fire", "people", Lower, Amount, "Of those wounded by fire at bases, how many seriously.";
    KilledAircraft = "casualties.killed_aircraft", "people", Lower, Amount, "Killed up to the deadline aboard aircraft that were hit as they took off from camps; in no other line.";
    WoundedAircraft = "casualties.wounded_aircraft", "people", Lower, Amount, "Wounded aboard such aircraft who lived; in no other line.";
    KilledInAll = "casualties.killed_in_all", "people", Lower, Amount, "Killed in all, to the end of liquidation: on the road, aboard aircraft and by fire at bases.";
    WoundedInAll = "casualties.wounded_in_all", "people", Lower, Amount, "Wounded in all who lived, to the end of liquidation: on the road, aboard aircraft and by fire at bases.";
    KilledDevice = "casualties.killed_device", "people", Lower, Amount, "Killed by devices.";
    WoundedDevice = "casualties.wounded_device", "people", Lower, Amount, "Wounded by devices who lived.";
    KilledDirect = "casualties.killed_direct", "people", Lower, Amount, "Killed in direct attacks.";
    WoundedDirect = "casualties.wounded_direct", "people", Lower, Amount, "Wounded in direct attacks who lived.";
    DiedOfWounds = "casualties.died_of_wounds", "people", Lower, Amount, "Of those killed, how many reached care first.";
    Serious = "casualties.seriously_wounded", "people", Lower, Amount, "Of those wounded, how many seriously.";
    ContractorsHit = "casualties.contractors", "people", Lower, Amount, "Of those killed or wounded, contract drivers.";
    NonBattle = "casualties.non_battle", "people", Lower, Amount, "Injured or ill without contact on journeys that ended by the deadline; in no other line.";
    AnyKilled = "casualties.any_killed", "probability", Lower, Event, "Whether anyone was killed in contacts on the road up to the deadline.";
    Contacts = "contacts.all", "contacts", Lower, Amount, "Contacts on the road, of both kinds.";
    DeviceContacts = "contacts.device", "contacts", Lower, Amount, "Devices met on the road, second ones included.";
    DirectContacts = "contacts.direct", "contacts", Lower, Amount, "Direct attacks met on the road.";
    CareHours = "casualties.care_hours", "hours", Lower, Amount, "Mean time to care of those evacuated by air; 0 if none.";
    PeopleOut = "people.out_by_deadline", "people", Higher, Amount, "Mission people out of the country when the deadline ends, without those in care.";
    AllOut = "people.all_out_by_deadline", "probability", Higher, Event, "Whether all but the liquidation team, the dead and those in care were out by the deadline.";
    LastOut = "people.last_out_days", "days", Lower, Amount, "Day on which the last of them left, or died or came into care if that was later; 0 if nobody was to leave, the end of the simulation if it comes first.";
    Exposed = "people.person_days_on_road", "person-days", Lower, Amount, "Days that people spent on journeys that ended by the deadline.";
    EvacuatedUnits = "equipment.evacuated_units", "units", Higher, Amount, "Items out of the country at the end.";
    EvacuatedUsd = "equipment.evacuated_usd", "USD", Higher, Amount, "Value of items out of the country at the end.";
    RoadUnits = "equipment.evacuated_road_units", "units", Higher, Amount, "Items out of the country at the end that left their base by road.";
    RoadUsd = "equipment.evacuated_road_usd", "USD", Higher, Amount, "Value of items out of the country at the end that left their base by road.";
    AirUnits = "equipment.evacuated_air_units", "units", Higher, Amount, "Items out of the country at the end that left their base by air.";
    AirUsd = "equipment.evacuated_air_usd", "USD", Higher, Amount, "Value of items out of the country at the end that left their base by air.";
    HandedOverUnits = "equipment.handed_over_units", "units", Neither, Amount, "Items handed over, sold or given away at the end.";
    HandedOverUsd = "equipment.handed_over_usd", "USD", Neither, Amount, "Value of items handed over, sold or given away at the end.";
    DestroyedUnits = "equipment.destroyed_units", "units", Lower, Amount, "Items destroyed by their owners.";
    DestroyedUsd = "equipment.destroyed_usd", "USD", Lower, Amount, "Value of items destroyed by their owners.";
    DecommissionedUnits = "equipment.decommissioned_units", "units", Lower, Amount, "Items made useless and left.";
    DecommissionedUsd = "equipment.decommissioned_usd", "USD", Lower, Amount, "Value of items made useless and left.";
    AbandonedUnits = "equipment.abandoned_units", "units", Lower, Amount, "Items abandoned, seized or looted.";
    AbandonedUsd = "equipment.abandoned_usd", "USD", Lower, Amount, "Value of items abandoned, seized or looted.";
    EnRouteUnits = "equipment.lost_en_route_units", "units", Lower, Amount, "Items lost on the road to contacts and breakdowns.";
    EnRouteUsd = "equipment.lost_en_route_usd", "USD", Lower, Amount, "Value of items lost on the road to contacts and breakdowns.";
    LostUnits = "equipment.lost_units", "units", Lower, Amount, "Destroyed, decommissioned, abandoned, looted or lost en route.";
    LostUsd = "equipment.lost_usd", "USD", Lower, Amount, "Value of what was destroyed, decommissioned, abandoned, looted or lost en route.";
    OnHandUnits = "equipment.on_hand_units", "units", Neither, Amount, "Items still in the country and on hand at the end of liquidation.";
    OnHandUsd = "equipment.on_hand_usd", "USD", Neither, Amount, "Value of items still in the country and on hand at the end of liquidation.";
    OnHandDeadlineUnits = "equipment.on_hand_at_deadline_units", "units", Neither, Amount, "Items still on hand when the deadline ends.";
    SensitiveLeft = "equipment.sensitive_left_usable", "units", Lower, Amount, "Sensitive items left behind usable.";
    CampCargoShare = "equipment.camp_cargo_by_column_share", "share", Higher, Share, "Share of the camps' own cargo that contract columns carried from where it was.";
    Requests = "permissions.requests", "requests", Neither, Amount, "Requests to host desks, daily air cover apart.";
    Granted = "permissions.granted", "requests", Higher, Amount, "Requests to host desks that were granted.";
    Refused = "permissions.refused", "requests", Lower, Amount, "Requests to host desks that were refused.";
    Unanswered = "permissions.unanswered", "requests", Lower, Amount, "Requests to host desks that were never answered.";
    WaitDays = "permissions.wait_days", "days", Lower, Amount, "Mean wait of answered requests.";
    CoverDays = "permissions.cover_days_share", "share", Higher, Share, "Share of withdrawal convoy days under surveillance or overwatch.";
    TruckDaysHeld = "columns.truck_days_held", "truck-days", Lower, Amount, "Days that trucks stood ready while a served base waited for permission.";
    Columns = "columns.trips", "columns", Neither, Amount, "Contract columns sent.";
    CampColumns = "columns.camp_trips", "columns", Neither, Amount, "Contract columns that loaded at camps.";
    Convoys = "convoys.withdrawal", "convoys", Neither, Amount, "Withdrawal convoys.";
    ConvoyDays = "convoys.days", "days", Lower, Amount, "Mean days on the road of a withdrawal convoy.";
    Breakdowns = "convoys.breakdowns", "breakdowns", Lower, Amount, "Breakdowns of vehicles up to the deadline.";
    Accelerated = "bases.left_early", "bases", Neither, Amount, "Bases that left by an accelerated departure.";
    Unhanded = "bases.left_unhanded", "bases", Lower, Amount, "Bases left without a formal handover.";
    BasesTaken = "bases.taken", "bases", Lower, Amount, "Bases taken by an armed group.";
    BasesTakenByHost = "bases.taken_by_host", "bases", Neither, Amount, "Bases left without a formal handover that the host army took, from nobody or from an armed group.";
    BasesRetaken = "bases.retaken", "bases", Neither, Amount, "Bases left without a formal handover that the host army took from an armed group.";
    HeldDays = "bases.held_days", "days", Neither, Amount, "Days that bases free to go held for someone to receive them.";
    BasesLooted = "bases.looted", "bases", Lower, Amount, "Bases looted.";
    BasesDestroyed = "bases.with_destruction", "bases", Lower, Amount, "Bases at which equipment was destroyed.";
    FireIncidents = "bases.fire_incidents", "incidents", Lower, Amount, "Incidents of fire at bases up to the deadline.";
    ShelteredDays = "bases.sheltered_days", "days", Lower, Amount, "Days that crews stopped and people were in shelter, summed over bases.";
    CriticalDays = "bases.critical_days", "days", Lower, Amount, "Days up to the deadline that bases still open spent in a zone at critical tension, summed over bases.";
    ImportRequests = "imports.requests", "requests", Neither, Amount, "Requests to import fuel and parts, filed up to the deadline; in no other line.";
    ImportsGranted = "imports.granted", "requests", Higher, Amount, "Requests for imports that were granted by the deadline.";
    ImportsUnanswered = "imports.unanswered", "requests", Lower, Amount, "Requests for imports without an answer when the deadline ends.";
    DryDays = "bases.days_without_fuel", "base-days", Lower, Amount, "Days up to the deadline that open bases spent without fuel, summed over bases.";
    AircraftGrounded = "fleet.grounded_aircraft_mean", "aircraft", Lower, Amount, "Mean number of aircraft that wait for a part, up to the deadline.";
    AircraftServiceable = "fleet.serviceable_share", "share", Higher, Share, "Mean share of aircraft that can fly, up to the deadline; 0 if there are none.";
    AircraftLost = "fleet.aircraft_lost", "aircraft", Lower, Amount, "Aircraft lost to hits.";
    AirSorties = "air.sorties", "sorties", Neither, Amount, "Sorties that took people and goods out of camps.";
    AirPeople = "air.people", "people", Neither, Amount, "People who left their camp by air.";
    AirHits = "air.hits", "hits", Lower, Amount, "Hits on aircraft as they landed or took off at camps.";
    ResupplyFlights = "air.resupply_flights", "flights", Neither, Amount, "Flights that brought supplies to garrisons' convoys.";
    SoldUnits = "equipment.sold_units", "units", Neither, Amount, "Items sold during liquidation; among those handed over.";
    GiftedUnits = "equipment.gifted_units", "units", Neither, Amount, "Items given away during liquidation; among those handed over.";
    SensitiveAtEnd = "equipment.sensitive_at_end_units", "units", Lower, Amount, "Sensitive or armoured items where the mission still was when liquidation ended; not in `equipment.sensitive_left_usable`.";
    Joined = "convoys.joined", "garrisons", Neither, Amount, "Garrisons that left with another base's convoy.";
    ThinnedOut = "people.thinned_out", "people", Neither, Amount, "People who left their camp ahead of its closure.";
    ExitsOpened = "exits.opened", "exits", Neither, Amount, "Exits through neighbouring countries that were open by the deadline.";
    ExitPeople = "exits.people", "people", Higher, Amount, "People who left by such an exit up to the deadline.";
    SupplyHaltDays = "convoys.supply_halt_days", "days", Lower, Amount, "Days that garrisons' convoys stood still for want of supplies, summed over convoys.";
    PeopleAtStart = "people.at_start", "people", Neither, Amount, "Mission people in the country at the start: the sum of those out, in care, dead and in the country when the deadline ends.";
    PeopleInCare = "people.in_care_at_deadline", "people", Lower, Amount, "Mission people seriously wounded, in care, and alive when the deadline ends.";
    PeopleDead = "people.dead_at_deadline", "people", Lower, Amount, "Mission people who have died by then in contacts, fire or aircraft; contract drivers are in `casualties.killed` and not here.";
    PeopleInCountry = "people.in_country_at_deadline", "people", Lower, Amount, "Mission people still in the country then, the liquidation team among them.";
}

impl Measure {
    /// The measure of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|measure| measure.name() == name)
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Quantities followed day by day, at the end of each day to the deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Daily {
    /// Mission people out of the country.
    PeopleOut,
    /// Bases whose people have left.
    BasesClosed,
    /// Killed on the road.
    Killed,
    /// Wounded on the road who lived.
    Wounded,
    /// Items out of the country.
    Evacuated,
    /// Items destroyed, decommissioned, abandoned or lost en route.
    Lost,
    /// Requests for imports that have no answer yet.
    ImportsUnanswered,
    /// Aircraft that wait for a part.
    AircraftGrounded,
}

impl Daily {
    /// All of them, in the order of results.
    pub const ALL: [Self; 8] = [
        Self::PeopleOut,
        Self::BasesClosed,
        Self::Killed,
        Self::Wounded,
        Self::Evacuated,
        Self::Lost,
        Self::ImportsUnanswered,
        Self::AircraftGrounded,
    ];
    /// How many.
    pub const COUNT: usize = Self::ALL.len();

    /// Its name in `timeline.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Self::PeopleOut => "people.out",
            Self::BasesClosed => "bases.closed",
            Self::Killed => "casualties.killed",
            Self::Wounded => "casualties.wounded",
            Self::Evacuated => "equipment.evacuated_units",
            Self::Lost => "equipment.lost_units",
            Self::ImportsUnanswered => "imports.unanswered",
            Self::AircraftGrounded => "fleet.grounded_aircraft",
        }
    }

    /// Its unit.
    pub fn unit(self) -> &'static str {
        match self {
            Self::PeopleOut | Self::Killed | Self::Wounded => "people",
            Self::BasesClosed => "bases",
            Self::Evacuated | Self::Lost => "units",
            Self::ImportsUnanswered => "requests",
            Self::AircraftGrounded => "aircraft",
        }
    }

    /// What it says.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::PeopleOut => "Mission people out of the country.",
            Self::BasesClosed => "Bases whose people have left.",
            Self::Killed => "Killed on the road.",
            Self::Wounded => "Wounded on the road who lived.",
            Self::Evacuated => "Items out of the country.",
            Self::Lost => "Items destroyed, decommissioned, abandoned or lost en route.",
            Self::ImportsUnanswered => "Requests for imports that have no answer yet.",
            Self::AircraftGrounded => "Aircraft that wait for a part.",
        }
    }

    /// Whether it is a running total, which never falls.
    pub fn is_total(self) -> bool {
        !matches!(self, Self::ImportsUnanswered | Self::AircraftGrounded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for measure in Measure::ALL {
            assert_eq!(Measure::named(measure.name()), Some(*measure));
        }
    }

    #[test]
    fn units_and_ranges_go_together() {
        for measure in Measure::ALL {
            let of_unit = match measure.unit() {
                "share" => Scale::Share,
                "probability" => Scale::Event,
                _ => Scale::Amount,
            };
            assert_eq!(measure.scale(), of_unit, "{measure}");
        }
    }
}
