//! A scenario in parts, so that one part can be changed, and its text.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use rearguard::model::Model;
use rearguard::scenario::{Case, Files, Override};
use rearguard::units::Date;

/// Days from the start to the deadline, which is the last of them.
pub const DEADLINE_DAY: i32 = 170;

/// A place where the mission is; the first is the hub, which empties by flights.
#[derive(Clone, Debug)]
pub struct Base {
    pub id: String,
    pub zone: usize,
    pub personnel: u64,
    pub airstrip: bool,
    /// First day of the window in which it closes, if it has one, and the last.
    pub window_day: Option<i32>,
    pub closes_day: i32,
    /// The base to which it withdraws: an earlier one.
    pub parent: Option<usize>,
    pub air_share: f64,
    pub host_garrison: bool,
    pub crews: u64,
}

/// A road between a place and another, each by its id.
#[derive(Clone, Debug)]
pub struct Road {
    pub ends: [String; 2],
    pub km: f64,
    pub surface: &'static str,
    pub zone: usize,
}

#[derive(Clone, Debug)]
pub struct Zone {
    pub id: String,
    /// Devices and direct attacks per km.
    pub rates: [f64; 2],
    /// Levels from days on.
    pub tension: Vec<(i32, &'static str)>,
}

#[derive(Clone, Debug)]
pub struct Class {
    pub id: String,
    pub per_1000: u64,
    pub contingent_share: f64,
    pub travel: &'static str,
    pub teu: f64,
    pub shipped_teu: f64,
    pub is_truck: bool,
    pub armoured: bool,
    pub sensitive: bool,
    pub value_usd: f64,
}

#[derive(Clone, Debug)]
pub struct Fleet {
    pub home: String,
    pub trucks: u64,
    pub column_trucks: u64,
    pub truck_teu: f64,
    pub serves: Vec<String>,
}

/// A scenario in parts, so that one part can be changed.
#[derive(Clone, Debug)]
pub struct World {
    pub number: u64,
    /// What is day 0, in days after 1 January 2030.
    pub starts: i32,
    pub region: String,
    pub bases: Vec<Base>,
    pub junctions: Vec<(String, bool)>,
    pub roads: Vec<Road>,
    pub zones: Vec<Zone>,
    pub classes: Vec<Class>,
    pub fleets: Vec<Fleet>,
    /// People a day that fly home, from days on.
    pub flights: Vec<(i32, u64)>,
    /// Spells of weather: first day, last day, factor.
    pub weather: Vec<(i32, i32, f64)>,
    /// Stances of desks from days on.
    pub stances: Vec<(&'static str, i32, &'static str)>,
    /// Numbers with a unit of length (km a day, km): path and value.
    pub lengths: Vec<(&'static str, f64)>,
    /// Numbers with a unit of room.
    pub rooms: Vec<(&'static str, f64)>,
    /// Whatever else is not as in the built-in defaults: path and value, as text; a later one holds over an earlier.
    pub rest: Vec<(String, String)>,
}

/// A scenario that stands in no file.
struct Text(String);

impl Files for Text {
    fn read(&self, _: &Path, _: u64) -> io::Result<Vec<u8>> {
        Ok(self.0.clone().into_bytes())
    }
}

impl World {
    /// A date of the scenario, as written in it.
    pub fn date(&self, day: i32) -> String {
        let date = Date::from_ymd(2030, 1, 1).expect("a date").plus_days(self.starts + day);
        format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
    }

    /// Says something otherwise than it stands.
    pub fn set(&mut self, path: &str, value: impl Into<String>) {
        self.rest.retain(|(other, _)| other != path);
        self.rest.push((path.to_owned(), value.into()));
    }

    /// The same with something said otherwise.
    pub fn with(&self, sets: &[(&str, &str)]) -> Self {
        let mut other = self.clone();
        for (path, value) in sets {
            other.set(path, *value);
        }
        other
    }

    /// What [`rest`](Self::rest) says of a path, if anything.
    pub fn said(&self, path: &str) -> Option<&str> {
        self.rest.iter().find(|(other, _)| other == path).map(|(_, value)| value.as_str())
    }

    /// What is not in the text: paths and values.
    pub fn sets(&self) -> Vec<String> {
        let numbers = self.lengths.iter().chain(&self.rooms).map(|(path, value)| format!("{path}={value:?}"));
        numbers.chain(self.rest.iter().map(|(path, value)| format!("{path}={value}"))).collect()
    }

    /// The text, without what overrides say.
    pub fn text(&self) -> String {
        let mut text = format!(
            "# World {}\nformat = 1\ntitle = \"World\"\nbasis = \"assumed\"\nsource = \"Invented\"\n",
            self.number
        );
        let mut list = |name: &str, items: Vec<String>| {
            let lines = items.iter().map(|item| format!("  {{ {item} }},\n")).collect::<Vec<_>>().concat();
            write!(text, "{name} = [\n{lines}]\n").expect("a text");
        };
        let region = &self.region;
        list(
            "region",
            vec![format!(
                "id = \"{region}\", handover_probability = 0.6, taker_separatist = 0.5, taker_jihadist = 0.25, taker_none = 0.25"
            )],
        );
        list("base", self.bases.iter().map(|base| self.base(base)).collect());
        let junction = |(at, (id, exit)): (usize, &(String, bool))| {
            format!("id = \"{id}\", latitude = 9.0, longitude = {}.0, exit = {exit}", 4 + at)
        };
        list("junction", self.junctions.iter().enumerate().map(junction).collect());
        let road = |road: &Road| {
            let ([from, to], zone) = (&road.ends, &self.zones[road.zone].id);
            format!(
                "from = \"{from}\", to = \"{to}\", km = {:?}, surface = \"{}\", zone = \"{zone}\"",
                road.km, road.surface
            )
        };
        list("road", self.roads.iter().map(road).collect());
        let zone = |zone: &Zone| {
            let dated = zone
                .tension
                .iter()
                .map(|(day, level)| format!("{{ from = {}, level = \"{level}\" }}", self.date(*day)));
            let [device, direct] = zone.rates;
            let tension = dated.collect::<Vec<_>>().join(", ");
            format!(
                "id = \"{}\", device_per_km = {device:?}, direct_per_km = {direct:?}, tension = [{tension}]",
                zone.id
            )
        };
        list("zone", self.zones.iter().map(zone).collect());
        list("class", self.classes.iter().map(class).collect());
        let fleet = |(at, fleet): (usize, &Fleet)| {
            let serves: Vec<String> = fleet.serves.iter().map(|id| format!("\"{id}\"")).collect();
            format!(
                "id = \"fleet{at}\", home = \"{}\", trucks = {}, column_trucks = {}, truck_teu = {:?}, escort_vehicles = 2, \
                 drivers_per_truck = 1, turnaround_days = 2, turnaround_log_sd = 0.3, serves = [{}]",
                fleet.home,
                fleet.trucks,
                fleet.column_trucks,
                fleet.truck_teu,
                serves.join(", ")
            )
        };
        list("truck_fleet", self.fleets.iter().enumerate().map(fleet).collect());
        let spell = |(from, until, factor): &(i32, i32, f64)| {
            format!("from = {}, until = {}, unpaved_factor = {factor:?}", self.date(*from), self.date(*until))
        };
        list("weather", self.weather.iter().map(spell).collect());
        let (start, deadline) = (self.date(0), self.date(DEADLINE_DAY));
        write!(
            text,
            "[mission]\nstart = {start}\ndeadline = {deadline}\nliquidation_days = 60\nliquidation_people = 10\n\
             [threat]\nreference_date = {start}\ngrowth_until = {deadline}\n"
        )
        .expect("a text");
        let rates = self
            .flights
            .iter()
            .map(|(day, people)| format!("{{ from = {}, people_per_day = {people} }}", self.date(*day)));
        writeln!(text, "[repatriation]\nrate = [{}]", rates.collect::<Vec<_>>().join(", ")).expect("a text");
        for desk in DESKS {
            let dated = self.stances.iter().filter(|(of, ..)| *of == desk);
            let dated =
                dated.map(|(_, day, stance)| format!("{{ from = {}, stance = \"{stance}\" }}", self.date(*day)));
            let dated: Vec<String> = dated.collect();
            if !dated.is_empty() {
                writeln!(text, "[permissions.{desk}]\nchange = [{}]", dated.join(", ")).expect("a text");
            }
        }
        text
    }

    fn base(&self, base: &Base) -> String {
        let mut item = format!(
            "id = \"{}\", kind = \"{}\", latitude = 10.0, longitude = 5.0, region = \"{}\", zone = \"{}\", personnel = {}, \
             airstrip = {}, planned_closure = {}, repatriation = {hub}, liquidation = {team}, host_garrison = {}, crews = {}",
            base.id,
            if base.parent.is_none() { "hub" } else { "camp" },
            self.region,
            self.zones[base.zone].id,
            base.personnel,
            base.airstrip,
            self.date(base.closes_day),
            base.host_garrison,
            base.crews,
            hub = base.parent.is_none(),
            team = base.parent.is_none() && base.personnel > 0,
        );
        if let Some(day) = base.window_day {
            write!(item, ", window_start = {}", self.date(day)).expect("a text");
        }
        match base.parent {
            Some(parent) => write!(item, ", parent = \"{}\"", self.bases[parent].id).expect("a text"),
            // What nobody holds goes nowhere.
            None if base.personnel == 0 => {}
            None => write!(item, ", cargo_to = \"{}\"", self.junctions[0].0).expect("a text"),
        }
        if base.air_share > 0.0 {
            write!(item, ", air_share = {:?}", base.air_share).expect("a text");
        }
        item
    }

    /// The scenario as a case.
    #[track_caller]
    pub fn case(&self) -> Case {
        let case = Case::load_from(&Text(self.text()), Path::new("world.toml"), &self.sets());
        case.unwrap_or_else(|problems| panic!("{self}\n{}", problems.render(false)))
    }

    /// The scenario as a model.
    #[track_caller]
    pub fn model(&self) -> Model {
        self.case().model(&[]).unwrap_or_else(|problems| panic!("{self}\n{}", problems.render(false)))
    }

    /// What stands beside the text, as a policy would say it.
    pub fn overrides(&self) -> Vec<Override> {
        self.sets()
            .iter()
            .map(|set| Override::parse("world", set).unwrap_or_else(|problem| panic!("{problem:?}")))
            .collect()
    }
}

impl std::fmt::Display for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sets = self.sets().iter().map(|set| format!("#   --set '{set}'\n")).collect::<Vec<_>>().concat();
        write!(f, "{}\n{sets}", self.text())
    }
}

fn class(class: &Class) -> String {
    format!(
        "id = \"{}\", per_1000_uniformed = {}, contingent_share = {:?}, travel = \"{}\", teu = {:?}, shipped_teu = {:?}, cargo_truck = {}, \
         armoured = {}, sensitive = {}, container = {}, value_usd = {:?}",
        class.id,
        class.per_1000,
        class.contingent_share,
        class.travel,
        class.teu,
        class.shipped_teu,
        class.is_truck,
        class.armoured,
        class.sensitive,
        class.travel == "loaded",
        class.value_usd
    )
}

/// The desks whose stances a world may date.
pub const DESKS: [&str; 5] = ["truck_column", "ground_movement", "air_overwatch", "surveillance", "medical_evacuation"];
