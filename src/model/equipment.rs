//! Classes of equipment and what each base holds.

use crate::model::field::{Kind, count, number, share};

crate::choice! {
    /// How a class leaves its base.
    pub enum Travel {
        /// Under its own power, with the garrison.
        Drives = "drives",
        /// Behind a truck of the garrison.
        Towed = "towed",
        /// As cargo on a truck.
        Loaded = "loaded",
        /// Not at all.
        Fixed = "fixed",
    }
}

crate::table! {
    /// A class of equipment.
    pub struct EquipmentClass {
        /// Its name in other tables and in results.
        id: String = Kind::Id,
        /// For people.
        title: Option<String> = Kind::Text,
        /// How many a garrison holds for each 1,000 of its uniformed people.
        per_1000_uniformed: f64 = number("units", 0.0, 100_000.0),
        /// Share owned by the contingents (COE); the rest is the UN's. Each base splits by largest remainder.
        contingent_share: f64 = share(),
        /// How it leaves its base.
        travel: Travel = Kind::Choice(Travel::NAMES),
        /// Room of one unit on a truck as cargo of a camp; 0 where it drives, is towed or is fixed.
        teu: f64 = number("TEU", 0.0, 20.0),
        /// Room of one unit when shipped on from a hub, where drivers have gone home.
        shipped_teu: f64 = number("TEU", 0.0, 20.0),
        /// Whether it carries cargo when the garrison drives out.
        cargo_truck: bool = Kind::Flag,
        /// Armoured: its share of a convoy lowers casualties, and it drives out first.
        armoured: bool = Kind::Flag,
        /// Weapons, ammunition, armour, communications, crypto: destroyed first, never handed over, sold or gifted.
        sensitive: bool = Kind::Flag,
        /// Whether it counts toward the stock of containers that `stocks.container_scale` scales.
        container: bool = Kind::Flag,
        /// Weight of one unit as air cargo, which may go in several loads. Left out: it is not flown. Only sensitive goods are, but for bases that no road joins to their parent.
        air_t: Option<f64> = number("t", 0.001, 500.0),
        /// Value of one unit.
        value_usd: f64 = number("USD", 0.0, 1e9),
    }
}

crate::table! {
    /// How holdings follow from classes and garrisons.
    pub struct Stocks {
        /// Uniformed share of every garrison.
        uniformed_share: f64 = share(),
        /// Police share of the uniformed.
        police_share: f64 = share(),
        /// Scales the classes marked `container` to the reported total.
        container_scale: f64 = number("x", 0.0, 100.0),
    }
}

crate::table! {
    /// A known holding, which replaces the computed one.
    pub struct Holding {
        /// Where.
        base: String = Kind::Reference(&["base"]),
        /// What.
        class: String = Kind::Reference(&["class"]),
        /// How many.
        units: f64 = count("units", 0.0, 1_000_000.0),
    }
}
