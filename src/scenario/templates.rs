//! Scenarios to start from: the shipped ones, a blank one, and large ones made to measure.

use std::fmt::Write as _;
use std::path::Path;

use super::facts::facts_beside;

/// Files of a template, by name; the first is the scenario.
pub type Files = Vec<(String, String)>;

/// The tutorial of three bases.
pub fn tutorial(name: &str) -> Files {
    vec![(name.to_owned(), include_str!("../../scenarios/three-bases.toml").to_owned())]
}

/// The reference case, with its list of roads and the facts on record beside it.
pub fn mali(name: &str) -> Files {
    let roads = ("mali-2023/roads.csv".to_owned(), include_str!("../../scenarios/mali-2023/roads.csv").to_owned());
    let facts = facts_beside(Path::new(name)).to_string_lossy().into_owned();
    let facts = (facts, include_str!("../../scenarios/mali-2023.facts.csv").to_owned());
    vec![(name.to_owned(), include_str!("../../scenarios/mali-2023.toml").to_owned()), roads, facts]
}

/// The least that runs: one hub that flies out, with places to add the rest.
pub fn blank(name: &str) -> Files {
    vec![(name.to_owned(), include_str!("blank.toml").to_owned())]
}

/// Camps for each hub of a scaled mission.
const CAMPS_FOR_EACH_HUB: u32 = 9;

/// A mission of so many bases: hubs along a road to the sea, each with camps around it, 200 containers a base on average.
/// The same number gives the same mission; nothing in it is drawn.
///
/// # Arguments
/// * `bases` - from 2.
pub fn scaled(name: &str, bases: u32) -> Files {
    let hubs = bases.div_ceil(CAMPS_FOR_EACH_HUB + 1);
    let mut text = format!(
        "# A mission of {bases} bases, made to measure by `rearguard init --scale {bases}`. Every number is invented.\n\
         format = 1\ntitle = \"Scaled mission of {bases} bases\"\nbasis = \"assumed\"\nsource = \"Made to measure\"\n\n"
    );
    text.push_str(SCALED_HEAD);
    let (mut base, mut road, mut fleets) = (String::new(), String::new(), String::new());
    for hub in 0..hubs {
        let camps = (bases - hubs).saturating_sub(hub * CAMPS_FOR_EACH_HUB).min(CAMPS_FOR_EACH_HUB);
        let before = if hub == 0 { "sea".to_owned() } else { format!("hub-{}", hub - 1) };
        let latitude = f64::from(hub).mul_add(0.5, 5.0).min(80.0);
        let _ = writeln!(
            base,
            "  {{ id = \"hub-{hub}\", kind = \"hub\", latitude = {latitude}, longitude = 10.0, region = \"land\", zone = \"axis\", \
             personnel = 600, airstrip = true, planned_closure = 2030-12-15, cargo_to = \"sea\", repatriation = true, \
             liquidation = {}, host_garrison = true, crews = 6 }},",
            hub == 0
        );
        let _ = writeln!(
            road,
            "  {{ from = \"hub-{hub}\", to = \"{before}\", km = {}, surface = \"paved\", zone = \"axis\" }},",
            120 + 10 * (hub % 4)
        );
        let mut serves = vec![format!("\"hub-{hub}\"")];
        for camp in 0..camps {
            // Spread over the year and the compass by fixed steps.
            let (month, day) = (4 + (hub + 2 * camp) % 8, 1 + (7 * camp + 3 * hub) % 27);
            let longitude = 10.0 + 0.3 * f64::from(camp % 5) - 0.6;
            let _ = writeln!(
                base,
                "  {{ id = \"camp-{hub}-{camp}\", kind = \"camp\", latitude = {}, longitude = {longitude}, region = \"land\", \
                 zone = \"field\", personnel = {}, airstrip = {}, planned_closure = 2030-{month:02}-{day:02}, \
                 parent = \"hub-{hub}\", repatriation = false, liquidation = false, host_garrison = {}, crews = 2 }},",
                latitude + 0.1 * f64::from(camp % 3),
                300 + 50 * (camp % 5),
                camp % 2 == 0,
                (hub + camp) % 3 != 0,
            );
            let _ = writeln!(
                road,
                "  {{ from = \"camp-{hub}-{camp}\", to = \"hub-{hub}\", km = {}, surface = \"{}\", zone = \"field\" }},",
                60 + 25 * camp,
                if camp % 2 == 0 { "track" } else { "piste" },
            );
            serves.push(format!("\"camp-{hub}-{camp}\""));
        }
        let _ = writeln!(
            fleets,
            "  {{ id = \"trucks-{hub}\", home = \"hub-{hub}\", trucks = 120, column_trucks = 40, truck_teu = 2, escort_vehicles = 4, \
             drivers_per_truck = 1, turnaround_days = 2, turnaround_log_sd = 0.3, serves = [{}] }},",
            serves.join(", ")
        );
    }
    let _ = write!(text, "base = [\n{base}]\nroad = [\n{road}]\ntruck_fleet = [\n{fleets}]\n");
    let _ = write!(
        text,
        "\n[mission]\nstart = 2030-01-01\ndeadline = 2030-12-31\nliquidation_days = 365\nliquidation_people = 100\n"
    );
    let _ = write!(text, "\n[threat]\nreference_date = 2030-06-01\ngrowth_until = 2030-12-31\n");
    let people_per_day = f64::from(bases) * 2.5;
    let _ = write!(text, "\n[repatriation]\nrate = [{{ from = 2030-01-01, people_per_day = {people_per_day} }}]\n");
    vec![(name.to_owned(), text)]
}

/// What does not depend on the number of bases. 0.93 of people uniformed, so 430 a thousand give 200 containers a base.
const SCALED_HEAD: &str = r#"region = [{ id = "land", handover_probability = 0.6, taker_separatist = 0.3, taker_jihadist = 0.2, taker_none = 0.5 }]
junction = [{ id = "sea", latitude = 4.5, longitude = 10.0, exit = true }]
zone = [
  { id = "axis", device_per_km = 0.0005, direct_per_km = 0.0005, tension = [{ from = 2030-01-01, level = "calm" }] },
  { id = "field", device_per_km = { quantiles = [0.001, 0.003, 0.009] }, direct_per_km = 0.002, tension = [{ from = 2030-01-01, level = "tense" }, { from = 2030-10-01, level = "critical" }] },
]
class = [
  { id = "armoured_vehicle", per_1000_uniformed = 60, contingent_share = 1, travel = "drives", teu = 0, shipped_teu = 2, cargo_truck = false, armoured = true, sensitive = true, container = false, value_usd = 350000 },
  { id = "truck", per_1000_uniformed = 120, contingent_share = 0.6, travel = "drives", teu = 0, shipped_teu = 2, cargo_truck = true, armoured = false, sensitive = false, container = false, value_usd = 70000 },
  { id = "general_container", per_1000_uniformed = 500, contingent_share = 0.4, travel = "loaded", teu = 1, shipped_teu = 1, cargo_truck = false, armoured = false, sensitive = false, container = true, value_usd = 20000 },
  { id = "ammunition_container", per_1000_uniformed = 25, contingent_share = 1, travel = "loaded", teu = 1, shipped_teu = 1, cargo_truck = false, armoured = false, sensitive = true, container = true, value_usd = 60000 },
]
"#;
