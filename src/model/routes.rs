//! The road net with its ids resolved: who lies where, and the shortest way between places.

use crate::draw::key;
use crate::model::Inputs;
use crate::model::aviation::Runway;
use crate::model::exits::{ByExit, by_exit};
use crate::model::host_army::HostColumn;
use crate::model::network::Base;
use crate::model::permissions::Permissions;

/// Index of a base in `Inputs::base`.
pub type BaseId = usize;
/// Index of a place: bases first, then junctions.
pub type NodeId = usize;

/// One road of a route, in the direction of travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Index in `Inputs::road`.
    pub road: usize,
    /// Where the leg starts.
    pub from: NodeId,
    /// Where it ends.
    pub to: NodeId,
}

/// The legs of a journey, in order.
pub type Route = Vec<Leg>;

/// A cargo column's round trip for one base.
#[derive(Clone, Debug)]
pub struct Trip {
    /// Index in `Inputs::truck_fleet`.
    pub fleet: usize,
    /// Home to the base, empty.
    pub out: Route,
    /// The base to where its cargo goes, loaded.
    pub loaded: Route,
    /// From there home, empty.
    pub back: Route,
    /// Where the cargo goes.
    pub destination: NodeId,
}

/// The way of a column of the host army.
#[derive(Clone, Debug)]
pub struct ColumnRoute {
    /// Stable key of its id, for streams.
    pub key: u64,
    /// Its legs.
    pub legs: Route,
    /// How many of them, from the first, it goes fast.
    pub fast_legs: usize,
}

impl ColumnRoute {
    /// Whether it leads to a place or starts there.
    pub fn reaches(&self, place: NodeId) -> bool {
        self.legs.iter().any(|leg| leg.from == place || leg.to == place)
    }
}

/// The resolved net.
#[derive(Clone, Debug)]
pub struct Network {
    /// Stable key of each place's id, for streams.
    pub node_key: Vec<u64>,
    /// Region of each base.
    pub base_region: Vec<usize>,
    /// Threat zone of each base.
    pub base_zone: Vec<usize>,
    /// Threat zone of each road.
    pub road_zone: Vec<usize>,
    /// Stable key of each road's ends, for streams.
    pub road_key: Vec<u64>,
    /// Parent of each base.
    pub parent: Vec<Option<BaseId>>,
    /// Each base's way to its parent; none where it has no parent, or no road leads there and everyone flies.
    pub withdrawal: Vec<Option<Route>>,
    /// The base whose convoy each base's garrison joins; none where it goes by itself.
    pub merges_with: Vec<Option<BaseId>>,
    /// Each base's cargo trip; none where no fleet serves it.
    pub trip: Vec<Option<Trip>>,
    /// Each base's way by the exit for its garrison; none where it names none.
    pub convoys_exit: Vec<Option<ByExit>>,
    /// Each base's way by the exit for its cargo; none where it names none.
    pub cargo_exit: Vec<Option<ByExit>>,
    /// Stable key of each exit's id, for streams.
    pub exit_key: Vec<u64>,
    /// Region of each exit.
    pub exit_region: Vec<usize>,
    /// Whether cargo that arrives at a place has left the country.
    pub is_exit: Vec<bool>,
    /// The base that files for imports; none where nothing is imported.
    pub import_base: Option<BaseId>,
    /// Stable key of each type of aircraft, for streams.
    pub aircraft_key: Vec<u64>,
    /// What each base has for aircraft to land on.
    pub runway: Vec<Runway>,
    /// Stable key of each zone's id, for streams.
    pub zone_key: Vec<u64>,
    /// For each zone, the zones that share a place with it, itself among them. A zone's places are its bases and the
    /// ends of its roads.
    pub zones_near: Vec<Vec<usize>>,
    /// Length of the shortest way from each place to the nearest place of each zone, at the central lengths.
    pub zone_km: Vec<Vec<f64>>,
    /// The ways of the host army's columns.
    pub columns: Vec<ColumnRoute>,
    /// For each armed group, whether it is active in each zone.
    pub group_zones: Vec<Vec<bool>>,
    /// For each desk in the order of [`desks`], whether each region feels its restrictive stance.
    pub restricted: Vec<Vec<bool>>,
}

/// The desks in their fixed order, with their names.
pub fn desks(permissions: &Permissions) -> [(&'static str, &crate::model::permissions::Desk); 12] {
    [
        ("truck_column", &permissions.truck_column),
        ("ground_movement", &permissions.ground_movement),
        ("air_overwatch", &permissions.air_overwatch),
        ("surveillance", &permissions.surveillance),
        ("medical_evacuation", &permissions.medical_evacuation),
        ("fuel_import", &permissions.fuel_import),
        ("parts_import", &permissions.parts_import),
        ("air_lift", &permissions.air_lift),
        ("air_resupply", &permissions.air_resupply),
        ("neighbour_transit", &permissions.neighbour_transit),
        ("armed_escort", &permissions.armed_escort),
        ("handover_meeting", &permissions.handover_meeting),
    ]
}

/// Index of a place by id.
pub fn node(inputs: &Inputs, id: &str) -> Option<NodeId> {
    let base = inputs.base.iter().position(|base| base.id == id);
    base.or_else(|| inputs.junction.iter().position(|j| j.id == id).map(|at| at + inputs.base.len()))
}

/// Id of a place by index.
pub fn node_id(inputs: &Inputs, node: NodeId) -> &str {
    match inputs.base.get(node) {
        Some(base) => &base.id,
        None => &inputs.junction[node - inputs.base.len()].id,
    }
}

/// Each zone's places: its bases and the ends of its roads.
fn zone_places(inputs: &Inputs) -> Vec<Vec<NodeId>> {
    let of_zone = |zone: &str| {
        let bases = (0..inputs.base.len()).filter(|&base| inputs.base[base].zone == zone);
        let roads = inputs.road.iter().filter(|road| road.zone == zone);
        let ends = roads.flat_map(|road| [node(inputs, &road.from), node(inputs, &road.to)]).flatten();
        bases.chain(ends).collect()
    };
    inputs.zone.iter().map(|zone| of_zone(&zone.id)).collect()
}

/// Each place's roads as (other end, road).
fn neighbours(inputs: &Inputs) -> Vec<Vec<(NodeId, usize)>> {
    let mut near = vec![Vec::new(); inputs.base.len() + inputs.junction.len()];
    for (road, ends) in inputs.road.iter().enumerate() {
        if let (Some(from), Some(to)) = (node(inputs, &ends.from), node(inputs, &ends.to)) {
            near[from].push((to, road));
            near[to].push((from, road));
        }
    }
    near
}

/// Shortest ways by km from one place to all (Dijkstra); equal lengths go to the earlier road in the file.
///
/// Road lengths are taken at their central values, so the way does not change from replication to replication.
#[derive(Clone, Debug)]
pub struct ShortestWays {
    from: NodeId,
    came_by: Vec<Option<Leg>>,
    km: Vec<f64>,
}

impl ShortestWays {
    /// Computes the ways from `from`.
    pub fn new(inputs: &Inputs, from: NodeId) -> Self {
        Self::over(inputs, &neighbours(inputs), from)
    }

    fn over(inputs: &Inputs, near: &[Vec<(NodeId, usize)>], from: NodeId) -> Self {
        let mut km = vec![f64::INFINITY; near.len()];
        let mut came_by = vec![None; near.len()];
        let mut done = vec![false; near.len()];
        km[from] = 0.0;
        while let Some(here) =
            (0..near.len()).filter(|&at| !done[at] && km[at].is_finite()).min_by(|&a, &b| km[a].total_cmp(&km[b]))
        {
            done[here] = true;
            for &(to, road) in &near[here] {
                let length_km = km[here] + inputs.road[road].km;
                if length_km < km[to] {
                    km[to] = length_km;
                    came_by[to] = Some(Leg { road, from: here, to });
                }
            }
        }
        Self { from, came_by, km }
    }

    /// Length of the way to a place; infinite where no road leads there.
    pub fn km(&self, to: NodeId) -> f64 {
        self.km[to]
    }

    /// The legs to a place, in order; none where no road leads there. The way to the start itself is empty.
    pub fn to(&self, to: NodeId) -> Option<Route> {
        let mut route = Vec::new();
        let mut here = to;
        while here != self.from {
            let leg = self.came_by[here]?;
            route.push(leg);
            here = leg.from;
        }
        route.reverse();
        Some(route)
    }
}

/// A column's legs: the shortest ways from each place of its route to the next.
fn column_route(inputs: &Inputs, ways: &[ShortestWays], column: &HostColumn) -> ColumnRoute {
    let places: Vec<NodeId> = column.route.iter().filter_map(|id| node(inputs, id)).collect();
    let fast_to = column.fast_to.as_deref().and_then(|id| node(inputs, id));
    let mut route = ColumnRoute { key: key(&column.id), legs: Vec::new(), fast_legs: 0 };
    for pair in places.windows(2) {
        route.legs.extend(ways[pair[0]].to(pair[1]).expect("checked: a road leads there"));
        if fast_to == Some(pair[1]) {
            route.fast_legs = route.legs.len();
        }
    }
    route
}

impl Network {
    /// Resolves the net of checked inputs.
    ///
    /// # Panics
    /// Where an id or way is missing that [`check`](crate::model::check::check) would have reported.
    pub fn new(inputs: &Inputs) -> Self {
        let near = neighbours(inputs);
        let ways: Vec<ShortestWays> = (0..near.len()).map(|from| ShortestWays::over(inputs, &near, from)).collect();
        let way = |from: NodeId, to: NodeId| ways[from].to(to).expect("checked: a road leads there");
        let at = |id: &str| node(inputs, id).expect("checked: a known place");
        let region = |id: &str| inputs.region.iter().position(|r| r.id == id).expect("checked: a known region");
        let zone = |id: &str| inputs.zone.iter().position(|z| z.id == id).expect("checked: a known zone");
        let ids = inputs.base.iter().map(|b| &b.id).chain(inputs.junction.iter().map(|j| &j.id));
        let parent: Vec<_> = inputs.base.iter().map(|base| base.parent.as_deref().map(at)).collect();
        let trip = |base: usize| {
            let fleet = inputs.truck_fleet.iter().position(|fleet| fleet.serves.contains(&inputs.base[base].id))?;
            let home = at(&inputs.truck_fleet[fleet].home);
            let destination = inputs.base[base].cargo_to.as_deref().map(at).or(parent[base])?;
            let (out, loaded, back) = (way(home, base), way(base, destination), way(destination, home));
            Some(Trip { fleet, out, loaded, back, destination })
        };
        let exits = |named: fn(&Base) -> Option<&String>| {
            let bases = inputs.base.iter().enumerate();
            bases.map(|(index, base)| by_exit(inputs, named(base), index, &ways)).collect()
        };
        let zone_places = zone_places(inputs);
        let share = |one: &[NodeId], other: &[NodeId]| one.iter().any(|place| other.contains(place));
        let zones_near = (0..zone_places.len()).map(|here| {
            (0..zone_places.len())
                .filter(|&there| here == there || share(&zone_places[here], &zone_places[there]))
                .collect()
        });
        Self {
            zone_key: inputs.zone.iter().map(|zone| key(&zone.id)).collect(),
            zones_near: zones_near.collect(),
            zone_km: ways
                .iter()
                .map(|from| {
                    let nearest =
                        |places: &Vec<NodeId>| places.iter().map(|&to| from.km(to)).fold(f64::INFINITY, f64::min);
                    zone_places.iter().map(nearest).collect()
                })
                .collect(),
            columns: inputs.host_column.iter().map(|column| column_route(inputs, &ways, column)).collect(),
            group_zones: inputs
                .armed_group
                .iter()
                .map(|group| inputs.zone.iter().map(|zone| group.zones.contains(&zone.id)).collect())
                .collect(),
            node_key: ids.map(|id| key(id)).collect(),
            base_region: inputs.base.iter().map(|base| region(&base.region)).collect(),
            base_zone: inputs.base.iter().map(|base| zone(&base.zone)).collect(),
            road_zone: inputs.road.iter().map(|road| zone(&road.zone)).collect(),
            road_key: inputs.road.iter().map(|road| key(&format!("{}>{}", road.from, road.to))).collect(),
            withdrawal: (0..parent.len()).map(|base| ways[base].to(parent[base]?)).collect(),
            trip: (0..parent.len()).map(trip).collect(),
            merges_with: inputs.base.iter().map(|base| base.merges_with.as_deref().map(at)).collect(),
            convoys_exit: exits(|base| base.convoys_exit.as_ref()),
            cargo_exit: exits(|base| base.cargo_exit.as_ref()),
            exit_key: inputs.exit.iter().map(|exit| key(&exit.id)).collect(),
            exit_region: inputs.exit.iter().map(|exit| region(&exit.region)).collect(),
            parent,
            is_exit: inputs.base.iter().map(|_| false).chain(inputs.junction.iter().map(|j| j.exit)).collect(),
            import_base: inputs.imports.base.as_deref().map(at),
            aircraft_key: inputs.aircraft.iter().map(|kind| key(&kind.id)).collect(),
            runway: inputs.base.iter().map(Base::strip).collect(),
            restricted: desks(&inputs.permissions)
                .iter()
                .map(|(_, desk)| inputs.region.iter().map(|r| desk.restricted_regions.contains(&r.id)).collect())
                .collect(),
        }
    }
}
