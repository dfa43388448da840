//! Everything a scenario says, as plain values: the root of all tables.

use crate::model::aviation::{AircraftType, Aviation};
use crate::model::casualties::Casualties;
use crate::model::closing::{Aftermath, Decisions, Disposal, Packing, Repatriation};
use crate::model::equipment::{EquipmentClass, Holding, Stocks};
use crate::model::exits::Exit;
use crate::model::field::Kind;
use crate::model::host_army::HostColumn;
use crate::model::imports::Imports;
use crate::model::liquidation::Liquidation;
use crate::model::mission::{Experiment, Mission};
use crate::model::movement::{Convoys, TruckFleet, Weather};
use crate::model::network::{Base, Junction, Region, Road, Zone};
use crate::model::permissions::Permissions;
use crate::model::threat::{ArmedGroup, BaseFire, TensionProcess, Threat};

crate::table! {
    /// A whole scenario, in the order a person reads it.
    pub struct Inputs {
        /// What the case is, in one line.
        title: String = Kind::Text,
        /// Calendar and liquidation.
        mission: Mission = Kind::Table(Mission::FIELDS),
        /// Defaults of experiments.
        experiment: Experiment = Kind::Table(Experiment::FIELDS),
        /// Regions.
        region: Vec<Region> = Kind::List(Region::FIELDS),
        /// Bases.
        base: Vec<Base> = Kind::List(Base::FIELDS),
        /// Junctions and exits.
        junction: Vec<Junction> = Kind::List(Junction::FIELDS),
        /// Ways out through neighbouring countries.
        exit: Vec<Exit> = Kind::List(Exit::FIELDS),
        /// Roads.
        road: Vec<Road> = Kind::List(Road::FIELDS),
        /// Threat zones.
        zone: Vec<Zone> = Kind::List(Zone::FIELDS),
        /// Equipment classes.
        class: Vec<EquipmentClass> = Kind::List(EquipmentClass::FIELDS),
        /// How holdings follow.
        stocks: Stocks = Kind::Table(Stocks::FIELDS),
        /// Known holdings.
        holding: Vec<Holding> = Kind::List(Holding::FIELDS),
        /// Contract trucks.
        truck_fleet: Vec<TruckFleet> = Kind::List(TruckFleet::FIELDS),
        /// The host's desks.
        permissions: Permissions = Kind::Table(Permissions::FIELDS),
        /// How convoys move.
        convoys: Convoys = Kind::Table(Convoys::FIELDS),
        /// Weather.
        weather: Vec<Weather> = Kind::List(Weather::FIELDS),
        /// Rates of contacts.
        threat: Threat = Kind::Table(Threat::FIELDS),
        /// How tension rises and falls.
        tension: TensionProcess = Kind::Table(TensionProcess::FIELDS),
        /// Fire at bases.
        base_fire: BaseFire = Kind::Table(BaseFire::FIELDS),
        /// Armed groups.
        armed_group: Vec<ArmedGroup> = Kind::List(ArmedGroup::FIELDS),
        /// Columns of the host army.
        host_column: Vec<HostColumn> = Kind::List(HostColumn::FIELDS),
        /// What contacts do to people.
        casualties: Casualties = Kind::Table(Casualties::FIELDS),
        /// Rules for leaving.
        decisions: Decisions = Kind::Table(Decisions::FIELDS),
        /// Packing and loading.
        packing: Packing = Kind::Table(Packing::FIELDS),
        /// Destruction and decommissioning.
        disposal: Disposal = Kind::Table(Disposal::FIELDS),
        /// Flights home.
        repatriation: Repatriation = Kind::Table(Repatriation::FIELDS),
        /// Empty camps.
        aftermath: Aftermath = Kind::Table(Aftermath::FIELDS),
        /// What owners do with what is left.
        liquidation: Liquidation = Kind::Table(Liquidation::FIELDS),
        /// Fuel and parts from abroad.
        imports: Imports = Kind::Table(Imports::FIELDS),
        /// The mission's own aircraft.
        aircraft: Vec<AircraftType> = Kind::List(AircraftType::FIELDS),
        /// How they fare and what they fly.
        aviation: Aviation = Kind::Table(Aviation::FIELDS),
    }
}
