//! The map of bases and roads, to scale, coloured by loss; under the script by tension.

use minijinja::Value;
use serde::Serialize;

use crate::math::cos;
use crate::output::numbers::{decimals, whole};
use crate::report::figure::{Figure, Grid};
use crate::report::folder::Results;
use crate::report::harm::{called, road_of, wounded_by_place};
use crate::report::outline::{Line, around};
use crate::report::playback::playback;
use crate::report::svg::{Svg, at, escaped, path_of};
use crate::report::words::amount;

mod names;

use names::{names, scale_bar};

const WIDTH: f64 = 620.0;
/// Tallest map, so that page and screen hold it.
const TALLEST: f64 = 720.0;
/// Half of the mark of an exit.
const EXIT: f64 = 4.5;

/// The map with what plays on it.
#[derive(Serialize)]
pub(super) struct Map {
    lead: String,
    figure: Figure,
    playback: Option<Value>,
    replication: String,
    /// Whether borders are drawn.
    has_borders: bool,
}

/// A base, a junction or an exit.
pub(super) struct Node<'r> {
    pub(super) id: &'r str,
    name: String,
    pub(super) place: (f64, f64),
    longitude: f64,
    latitude: f64,
    /// People, for a base.
    people: Option<f64>,
    is_hub: bool,
    is_exit: bool,
    zone: &'r str,
}

impl Node<'_> {
    /// Half of what its mark takes.
    fn radius(&self) -> f64 {
        self.people.map_or(EXIT, |people| 4.0 + 0.16 * crate::math::sqrt(people))
    }
}

/// A road between two nodes.
pub(super) struct Road<'r> {
    pub(super) from: &'r str,
    pub(super) to: &'r str,
    pub(super) km: f64,
    zone: &'r str,
}

/// All of a map, in the units of its drawing.
pub(super) struct Chart<'r> {
    pub(super) nodes: Vec<Node<'r>>,
    pub(super) roads: Vec<Road<'r>>,
    height: f64,
    /// Units of a degree of latitude.
    degree: f64,
    project: Projection,
    /// Borders around the bases, if they are known.
    borders: Vec<Line>,
}

/// Equirectangular, true in its middle.
#[derive(Clone, Copy)]
struct Projection {
    west: f64,
    north: f64,
    across: f64,
    down: f64,
}

impl Projection {
    fn place(self, longitude: f64, latitude: f64) -> (f64, f64) {
        ((longitude - self.west) * self.across, (self.north - latitude) * self.down)
    }
}

impl<'r> Chart<'r> {
    fn of(results: &'r Results) -> Option<Self> {
        let value = |path: String| results.input(&path).map(|input| input.value.as_str());
        let number = |path: String| value(path)?.parse::<f64>().ok();
        let mut nodes = Vec::new();
        for list in ["base", "junction"] {
            for id in results.items(list) {
                let of = |field: &str| format!("{list}.{id}.{field}");
                let (Some(longitude), Some(latitude)) = (number(of("longitude")), number(of("latitude"))) else {
                    continue;
                };
                nodes.push(Node {
                    id,
                    name: results.name_of(id),
                    place: (0.0, 0.0),
                    longitude,
                    latitude,
                    people: number(of("personnel")),
                    is_hub: value(of("kind")).is_some_and(|kind| kind != "camp"),
                    is_exit: value(of("exit")) == Some("true"),
                    zone: value(of("zone")).unwrap_or_default(),
                });
            }
        }
        let roads = results.items("road").into_iter().filter_map(|at| {
            let of = |field: &str| value(format!("road.{at}.{field}"));
            Some(Road {
                from: of("from")?,
                to: of("to")?,
                km: of("km")?.parse().ok()?,
                zone: of("zone").unwrap_or_default(),
            })
        });
        let roads = roads.collect();
        let range = |of: fn(&Node) -> f64| {
            (nodes.iter().map(of).fold(f64::MAX, f64::min), nodes.iter().map(of).fold(f64::MIN, f64::max))
        };
        let ((west, east), (south, north)) = (range(|node| node.longitude), range(|node| node.latitude));
        if nodes.iter().filter(|node| node.people.is_some()).count() < 2 {
            return None;
        }
        let margin = 0.09 * (east - west).max(north - south).max(0.2);
        let (west, east, south, north) = (west - margin * 1.2, east + margin * 1.4, south - margin, north + margin);
        let squeeze = cos(f64::midpoint(south, north).to_radians());
        let down = (WIDTH / ((east - west) * squeeze)).min(TALLEST / (north - south));
        let project = Projection {
            west: west - (WIDTH / (down * squeeze) - (east - west)) / 2.0,
            north,
            across: down * squeeze,
            down,
        };
        for node in &mut nodes {
            node.place = project.place(node.longitude, node.latitude);
        }
        let bases = nodes.iter().filter(|node| node.people.is_some());
        let borders = around(&bases.map(|node| (node.longitude, node.latitude)).collect::<Vec<_>>());
        Some(Self { nodes, roads, height: (north - south) * down, degree: down, project, borders })
    }

    /// Where a node is.
    pub(super) fn place(&self, id: &str) -> Option<(f64, f64)> {
        self.nodes.iter().find(|node| node.id == id).map(|node| node.place)
    }

    /// What a node is called.
    fn name(&self, id: &str) -> &str {
        self.nodes.iter().find(|node| node.id == id).map_or("", |node| &node.name)
    }

    /// Places where people and cargo leave the country.
    fn exits(&self) -> impl Iterator<Item = &Node<'r>> {
        self.nodes.iter().filter(|node| node.is_exit)
    }

    /// Bases and exits, which have names.
    fn named(&self) -> impl Iterator<Item = &Node<'r>> {
        self.bases().chain(self.exits())
    }

    /// The bases.
    pub(super) fn bases(&self) -> impl Iterator<Item = &Node<'r>> {
        self.nodes.iter().filter(|node| node.people.is_some())
    }
}

/// Classes of roads and bases, and what they say.
const KEY: [(&str, &str); 9] = [
    ("r0", "road: none wounded"),
    ("r1", "under 1"),
    ("r2", "1 to 5"),
    ("r3", "5 to 15"),
    ("r4", "15 and more"),
    ("b0", "base: under 10% of items lost"),
    ("b1", "10 to 25%"),
    ("b2", "25 to 50%"),
    ("b3", "50% and more"),
];

/// The map, if the folder says what happened where.
pub(super) fn map(results: &Results) -> Option<Map> {
    results.sheet("casualties.csv")?;
    let chart = Chart::of(results)?;
    let policy = results.shown()[0];
    let wounded = wounded_by_place(results, &policy.id);
    let on_road = |road: &Road| {
        let name = road_of(road.from, road.to);
        wounded.iter().find(|(place, _)| *place == name).map_or(0.0, |(_, wounded)| *wounded)
    };
    let losses = losses(results, &policy.id);
    let roads: Vec<f64> = chart.roads.iter().map(on_road).collect();
    let worst = chart.roads.iter().zip(&roads).max_by(|a, b| a.1.total_cmp(b.1));
    let worst = worst.filter(|(_, wounded)| **wounded > 0.0);
    let title = worst.map_or_else(
        || "No one is wounded on a road".to_owned(),
        |(road, wounded)| {
            format!(
                "Under {} the road {} has the most wounded of all roads: {} a replication, of all causes",
                policy.id,
                called(results, &road_of(road.from, road.to)),
                decimals(*wounded, 1)
            )
        },
    );
    let mut grid = Grid::new(&["place", "wounded a replication", "items lost, % of those there"]);
    for (road, wounded) in chart.roads.iter().zip(&roads) {
        grid.rows.push(vec![called(results, &road_of(road.from, road.to)), amount(*wounded, 2), String::new()]);
    }
    for base in chart.bases() {
        let here: f64 = wounded.iter().filter(|(place, _)| place == base.id).map(|(_, wounded)| wounded).sum();
        grid.rows.push(vec![base.name.clone(), amount(here, 2), decimals(100.0 * lost(&losses, base.id), 1)]);
    }
    let (replication, data) =
        playback(results, &chart).map_or((String::new(), None), |(number, data)| (whole(number as f64), Some(data)));
    let svg = draw(&chart, &roads, &losses);
    let has_borders = !chart.borders.is_empty();
    let borders = if has_borders { "; borders from Natural Earth (public domain)" } else { "" };
    let has_roads = !chart.roads.is_empty();
    let key = KEY.into_iter().filter(|(class, _)| has_roads || class.starts_with('b'));
    let mut key: Vec<(String, String)> = key.map(|(class, text)| (class.to_owned(), text.to_owned())).collect();
    if chart.exits().next().is_some() {
        key.push(("exit".to_owned(), "way out of the country".to_owned()));
    }
    let figure = Figure {
        svg: Value::from_safe_string(svg.finish("map", &title, "Bases as discs by the number of their people, roads as lines; darker means more loss.")),
        id: "map-figure".to_owned(),
        title,
        how: "Positions to scale; roads drawn straight between the places they join. Discs by the number of people at the start.".to_owned(),
        key,
        source: format!("casualties.csv, equipment.csv; positions and roads from the scenario in manifest.json{borders}"),
        table: grid,
    };
    let lead = format!("Where people are wounded and equipment is lost under {}, on average.", policy.id);
    Some(Map { lead, figure, playback: data, replication, has_borders })
}

/// Share of the items of each base that are lost.
fn losses<'r>(results: &'r Results, policy: &str) -> Vec<(&'r str, f64)> {
    const LOST: [&str; 4] = ["destroyed", "decommissioned", "abandoned_or_looted", "lost_en_route"];
    let mut all: Vec<(&str, f64, f64)> = Vec::new();
    let rows = results.sheet("equipment.csv").into_iter().flat_map(super::folder::Sheet::rows);
    for row in rows.filter(|row| row.text("policy") == policy) {
        let (base, units) = (row.text("base"), row.number("units").unwrap_or(0.0));
        if all.iter().all(|(other, ..)| *other != base) {
            all.push((base, 0.0, 0.0));
        }
        let entry = all.iter_mut().find(|(other, ..)| *other == base).expect("it was just put there");
        entry.1 += units;
        entry.2 += if LOST.contains(&row.text("disposition")) { units } else { 0.0 };
    }
    all.into_iter().map(|(base, of, lost)| (base, lost / of.max(1e-9))).collect()
}

fn lost(losses: &[(&str, f64)], base: &str) -> f64 {
    losses.iter().find(|(other, _)| *other == base).map_or(0.0, |(_, share)| *share)
}

fn class_of(value: f64, bounds: &[f64]) -> usize {
    bounds.iter().filter(|&&bound| value >= bound).count()
}

fn draw(chart: &Chart, wounded: &[f64], losses: &[(&str, f64)]) -> Svg {
    let mut svg = Svg::new(WIDTH, chart.height);
    svg.rect((0.0, 0.0), (WIDTH, chart.height), "ground", "");
    for (index, line) in chart.borders.iter().enumerate() {
        let points: Vec<(f64, f64)> = line.iter().map(|&(x, y)| chart.project.place(x, y)).collect();
        svg.path(&points, index == 0, if index == 0 { "country" } else { "border" });
    }
    for (road, wounded) in chart.roads.iter().zip(wounded) {
        let (Some(from), Some(to)) = (chart.place(road.from), chart.place(road.to)) else { continue };
        let class = class_of(*wounded, &[0.005, 1.0, 5.0, 15.0]);
        let tip = format!(
            "{} to {}, {} km: {} wounded a replication",
            chart.name(road.from),
            chart.name(road.to),
            whole(road.km),
            decimals(*wounded, 2)
        );
        svg.raw(&format!(
            r#"<path class="road r{class}" d="{}" data-zone="{}" data-tip="{}"/>"#,
            path_of(&[from, to], false),
            escaped(road.zone),
            escaped(&tip)
        ));
    }
    let bar = scale_bar(&mut svg, chart);
    for node in &chart.nodes {
        let (radius, Some(people)) = (node.radius(), node.people) else {
            mark(&mut svg, node);
            continue;
        };
        let share = lost(losses, node.id);
        let tip = format!("{}: {} people; {}% of its items lost", node.name, whole(people), decimals(100.0 * share, 0));
        svg.raw(&format!(
            r#"<circle class="base b{}{}" cx="{}" cy="{}" r="{}" data-base="{}" data-zone="{}" data-tip="{}"/>"#,
            class_of(share, &[0.1, 0.25, 0.5]),
            if node.is_hub { " hub" } else { "" },
            at(node.place.0),
            at(node.place.1),
            at(radius),
            escaped(node.id),
            escaped(node.zone),
            escaped(&tip)
        ));
    }
    svg.raw(r#"<g data-convoys=""></g>"#);
    names(&mut svg, chart, bar);
    svg
}

/// A junction or an exit.
fn mark(svg: &mut Svg, node: &Node) {
    if !node.is_exit {
        svg.disc(node.place, 2.5, "junction", &node.name);
        return;
    }
    let corner = (node.place.0 - EXIT, node.place.1 - EXIT);
    let tip = format!("{}: way out of the country", node.name);
    svg.rect(corner, (2.0 * EXIT, 2.0 * EXIT), "exit", &tip);
}
