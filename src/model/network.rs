//! Places and the roads between them.

use crate::model::aviation::Runway;
use crate::model::field::{Kind, count, number, share};
use crate::model::threat::TensionChange;

crate::choice! {
    /// What a base is in the mission's plan.
    pub enum BaseKind {
        /// Withdraws to its parent by road.
        Camp = "camp",
        /// Receives camps' people and cargo, flies people out, ships equipment on.
        Hub = "hub",
        /// The mission's headquarters, a hub that closes last.
        Headquarters = "headquarters",
    }
}

crate::choice! {
    /// What a road is made of, which decides its daily progress.
    pub enum Surface {
        /// Asphalt all year.
        Paved = "paved",
        /// Graded earth.
        Piste = "piste",
        /// Unmade desert track.
        Track = "track",
    }
}

crate::table! {
    /// A part of the country in which the host treats requests alike and the same groups are present.
    pub struct Region {
        /// Its name in other tables.
        id: String = Kind::Id,
        /// For people.
        title: Option<String> = Kind::Text,
        /// Probability of a formal handover when a base leaves as planned and has a host garrison or civil authority to receive it.
        handover_probability: f64 = share(),
        /// Weight of a separatist group as the first to take an empty camp.
        taker_separatist: f64 = share(),
        /// Weight of a jihadist or criminal group.
        taker_jihadist: f64 = share(),
        /// Weight of nobody taking it.
        taker_none: f64 = share(),
    }
}

crate::table! {
    /// A base of the mission.
    pub struct Base {
        /// Its name in other tables.
        id: String = Kind::Id,
        /// For people.
        title: Option<String> = Kind::Text,
        /// Its part in the plan.
        kind: BaseKind = Kind::Choice(BaseKind::NAMES),
        /// Latitude, north positive.
        latitude: f64 = number("degrees", -90.0, 90.0),
        /// Longitude, east positive.
        longitude: f64 = number("degrees", -180.0, 180.0),
        /// Region, for permissions and the aftermath.
        region: String = Kind::Reference(&["region"]),
        /// Threat zone around the base; its tension drives decisions.
        zone: String = Kind::Reference(&["zone"]),
        /// People at the start.
        personnel: f64 = count("people", 0.0, 100_000.0),
        /// Who is there, for people reading.
        contingents: Option<String> = Kind::Text,
        /// Whether fixed-wing aircraft can use it.
        airstrip: bool = Kind::Flag,
        /// What its strip is. Left out: `unpaved` where there is one.
        runway: Option<Runway> = Kind::Choice(Runway::NAMES),
        /// Planned closure: the date, or the last of its window.
        planned_closure: f64 = Kind::Date,
        /// First date of the window, where the plan gives only a window; the target falls in it uniformly.
        window_start: Option<f64> = Kind::Date,
        /// Where its people and vehicles withdraw to. Left out: it empties by repatriation flights.
        parent: Option<String> = Kind::Reference(&["base"]),
        /// Where its cargo goes. Left out: to `parent`.
        cargo_to: Option<String> = Kind::Reference(&["base", "junction"]),
        /// The exit by which its garrison leaves if that is open when it does. Left out: to `parent`.
        convoys_exit: Option<String> = Kind::Reference(&["exit"]),
        /// The exit by which its cargo leaves if that is open when a column is loaded. Left out: by `cargo_to`.
        cargo_exit: Option<String> = Kind::Reference(&["exit"]),
        /// The base whose convoy its garrison joins as it passes, with `decisions.merge`. Left out: none.
        merges_with: Option<String> = Kind::Reference(&["base"]),
        /// Whether repatriation flights leave from here.
        repatriation: bool = Kind::Flag,
        /// Share of its people who leave by air before the others leave by road, as far as flights are granted and seats last. Left out: none. A base that no road joins to its parent needs 1.
        air_share: Option<f64> = number("share", 0.0, 1.0),
        /// Whether part of the liquidation team stays here.
        liquidation: bool = Kind::Flag,
        /// Whether a host garrison or authority is there to receive the base.
        host_garrison: bool = Kind::Flag,
        /// Loading crews, each with handling equipment.
        crews: f64 = count("crews", 0.0, 1000.0),
    }
}

impl Base {
    /// What it has for aircraft to land on.
    pub fn strip(&self) -> Runway {
        self.runway.unwrap_or(if self.airstrip { Runway::Unpaved } else { Runway::None })
    }
}

crate::table! {
    /// A point on the road net without a base, or a way out of the country.
    pub struct Junction {
        /// Its name in other tables.
        id: String = Kind::Id,
        /// For people.
        title: Option<String> = Kind::Text,
        /// Latitude, north positive.
        latitude: f64 = number("degrees", -90.0, 90.0),
        /// Longitude, east positive.
        longitude: f64 = number("degrees", -180.0, 180.0),
        /// Whether cargo that arrives here has left the country.
        exit: bool = Kind::Flag,
    }
}

crate::table! {
    /// A road, usable both ways.
    pub struct Road {
        /// One end.
        from: String = Kind::Reference(&["base", "junction"]),
        /// The other end.
        to: String = Kind::Reference(&["base", "junction"]),
        /// Its length.
        km: f64 = number("km", 0.1, 10_000.0),
        /// What it is made of.
        surface: Surface = Kind::Choice(Surface::NAMES),
        /// Its threat zone.
        zone: String = Kind::Reference(&["zone"]),
    }
}

crate::table! {
    /// A threat zone: roads and bases that share rates and tension.
    pub struct Zone {
        /// Its name in other tables.
        id: String = Kind::Id,
        /// For people.
        title: Option<String> = Kind::Text,
        /// Devices met per km of road at the reference conditions of `threat`.
        device_per_km: f64 = number("per km", 0.0, 10.0),
        /// Direct attacks per km of road at the reference conditions of `threat`.
        direct_per_km: f64 = number("per km", 0.0, 10.0),
        /// With `tension.process`: factor on the rates at which tension rises here. Left out: 1; 0 keeps it from rising.
        rise_factor: Option<f64> = number("x", 0.0, 100.0),
        /// Tension from dates on; the first holds from the start.
        tension: Vec<TensionChange> = Kind::List(TensionChange::FIELDS),
    }
}
