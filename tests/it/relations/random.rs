//! Scenarios at random, valid and unlike each other: the same for the same number.

use rearguard::draw::{Purpose, Stream, Streams};

use super::worlds::{Base, Class, DEADLINE_DAY, DESKS, Fleet, Road, World, Zone};

const LEVELS: [&str; 4] = ["calm", "tense", "clashes", "critical"];

/// Chances of one world.
struct Dice(Stream);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0.below(n as u64) as usize
    }
    fn whole(&mut self, low: i32, high: i32) -> i32 {
        low + self.0.below((high - low + 1) as u64) as i32
    }
    fn number(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.0.uniform()
    }
    fn chance(&mut self, p: f64) -> bool {
        self.0.chance(p)
    }
    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
    /// Room in quarters of a TEU, so that twice as much is exact.
    fn teu(&mut self, low: i32, high: i32) -> f64 {
        0.25 * f64::from(self.whole(low, high))
    }
}

/// The world of a number, with a first day so many days after 1 January 2030.
pub fn world(number: u64, starts: i32) -> World {
    let mut dice = Dice(Streams::new(8_128, number).stream(Purpose::Test, 40, 0));
    let zones: Vec<Zone> = (0..dice.whole(1, 3)).map(|at| zone(at, &mut dice)).collect();
    let camps = dice.whole(1, 5) as usize;
    let (mut days, mut strengths): (Vec<i32>, Vec<u64>) = ((30..150).collect(), (20..500).collect());
    let mut bases = vec![Base {
        id: "hub".to_owned(),
        zone: dice.below(zones.len()),
        personnel: dice.whole(500, 900) as u64,
        airstrip: true,
        window_day: None,
        closes_day: DEADLINE_DAY,
        parent: None,
        air_share: 0.0,
        host_garrison: true,
        crews: dice.whole(1, 4) as u64,
    }];
    let mut roads = vec![road(["hub", "quay"], zones.len(), &mut dice)];
    for at in 0..camps {
        // Days and strengths are all different, so that the order of the file decides nothing.
        let closes_day = days.swap_remove(dice.below(days.len()));
        let parent = dice.below(bases.len());
        let id = format!("camp{at}");
        roads.push(road([&id, &bases[parent].id], zones.len(), &mut dice));
        let airstrip = dice.chance(0.4);
        bases.push(Base {
            id,
            zone: dice.below(zones.len()),
            personnel: strengths.swap_remove(dice.below(strengths.len())),
            airstrip,
            window_day: dice.chance(0.3).then(|| closes_day - dice.whole(5, 25)),
            closes_day,
            parent: Some(parent),
            air_share: if airstrip && dice.chance(0.5) { dice.number(0.05, 0.6) } else { 0.0 },
            host_garrison: dice.chance(0.4),
            crews: dice.whole(0, 3) as u64,
        });
    }
    // Nor do holdings shared out among bases have equal remainders where the strength is prime.
    while !is_prime(bases.iter().map(|base| base.personnel).sum()) {
        bases[0].personnel += 1;
    }
    let fleets = fleets(&bases, &mut dice);
    let dated = |dice: &mut Dice| {
        let (desk, day) = (dice.one(&DESKS), dice.whole(20, 140));
        (desk, day, dice.one(&["restrictive", "permissive"]))
    };
    let mut stances: Vec<(&'static str, i32, &'static str)> = (0..dice.whole(0, 4)).map(|_| dated(&mut dice)).collect();
    stances.sort_by_key(|(_, day, _)| *day);
    stances.dedup_by_key(|(_, day, _)| *day);
    let mut world = World {
        number,
        starts,
        region: "country".to_owned(),
        bases,
        junctions: vec![("quay".to_owned(), true)],
        roads,
        zones,
        classes: classes(&mut dice),
        fleets,
        flights: vec![(0, dice.whole(10, 40) as u64), (dice.whole(60, 120), dice.whole(20, 90) as u64)],
        weather: if dice.chance(0.4) {
            vec![(dice.whole(10, 60), dice.whole(70, 140), dice.number(0.4, 0.9))]
        } else {
            vec![]
        },
        stances,
        lengths: vec![
            ("convoys.track_km_per_day", dice.number(40.0, 200.0)),
            ("convoys.piste_km_per_day", dice.number(60.0, 300.0)),
            ("convoys.paved_km_per_day", dice.number(100.0, 500.0)),
            ("convoys.breakdown_vehicle_km", dice.number(500.0, 9000.0)),
            ("tension.column_near_km", dice.number(10.0, 200.0)),
        ],
        rooms: vec![
            ("convoys.own_truck_teu", dice.teu(0, 8)),
            ("packing.batch_teu", dice.teu(8, 80)),
            ("packing.crew_teu_per_day_low", dice.teu(8, 24)),
            ("packing.crew_teu_per_day_mode", dice.teu(24, 60)),
            ("packing.crew_teu_per_day_high", dice.teu(60, 120)),
        ],
        rest: Vec::new(),
    };
    settings(&mut world, &mut dice);
    mechanisms(&mut world, &mut dice);
    world
}

fn is_prime(number: u64) -> bool {
    number > 1
        && (2..number).take_while(|factor| factor * factor <= number).all(|factor| !number.is_multiple_of(factor))
}

fn zone(at: i32, dice: &mut Dice) -> Zone {
    let mut tension = vec![(0, dice.one(&LEVELS))];
    let mut day = 0;
    for _ in 0..dice.whole(0, 2) {
        day += dice.whole(15, 60);
        tension.push((day, dice.one(&LEVELS)));
    }
    Zone { id: format!("zone{at}"), rates: [dice.number(0.0, 0.02), dice.number(0.0, 0.01)], tension }
}

fn road(ends: [&str; 2], zones: usize, dice: &mut Dice) -> Road {
    let surface = dice.one(&["track", "piste", "paved"]);
    Road { ends: ends.map(str::to_owned), km: dice.number(30.0, 600.0), surface, zone: dice.below(zones) }
}

fn classes(dice: &mut Dice) -> Vec<Class> {
    // Name, travel, cargo truck, armoured, sensitive.
    let kinds = [
        ("carrier", "drives", false, true, true),
        ("lorry", "drives", true, false, false),
        ("trailer", "towed", false, false, false),
        ("stores", "loaded", false, false, false),
        ("shells", "loaded", false, false, true),
        ("hut", "fixed", false, false, false),
    ];
    let class = |(id, travel, is_truck, armoured, sensitive): (&str, &'static str, bool, bool, bool)| Class {
        id: id.to_owned(),
        per_1000: dice.whole(10, 300) as u64,
        contingent_share: dice.number(0.0, 1.0),
        travel,
        teu: if travel == "loaded" { dice.teu(2, 8) } else { 0.0 },
        shipped_teu: dice.teu(2, 10),
        is_truck,
        armoured,
        sensitive,
        value_usd: f64::from(dice.whole(1_000, 400_000)),
    };
    kinds.map(class).into()
}

fn fleets(bases: &[Base], dice: &mut Dice) -> Vec<Fleet> {
    if dice.chance(0.25) {
        return Vec::new();
    }
    let trucks = dice.whole(10, 60) as u64;
    vec![Fleet {
        home: dice.one(&["hub", "quay"]).to_owned(),
        trucks,
        column_trucks: (trucks / 2).min(dice.whole(4, 20) as u64),
        truck_teu: dice.teu(4, 10),
        serves: bases.iter().map(|base| base.id.clone()).collect(),
    }]
}

/// Numbers and words of what every world has.
fn settings(world: &mut World, dice: &mut Dice) {
    let region = format!("[\"{}\"]", world.region);
    for desk in DESKS {
        let regime = dice.one(&["process", "process", "granted", "denied"]);
        world.set(&format!("permissions.{desk}.regime"), regime);
        if dice.chance(0.7) {
            world.set(&format!("permissions.{desk}.restricted_regions"), &region[..]);
        }
        world.set(&format!("permissions.{desk}.stance_at_start"), dice.one(&["permissive", "restrictive"]));
    }
    world.set("permissions.departure_factor", format!("{:?}", dice.number(1.0, 3.0)));
    world.set("threat.frailty_variance", dice.one(&["0", "0.3", "1.5"]));
    world.set("threat.ratio_surveillance", format!("{:?}", dice.number(0.5, 1.0)));
    world.set("threat.ratio_overwatch", format!("{:?}", dice.number(0.1, 0.5)));
    world.set("convoys.max_vehicles", dice.whole(15, 200).to_string());
    world.set("decisions.accelerate", dice.one(&["true", "true", "false"]));
    world.set("decisions.accelerate_tension", dice.one(&["clashes", "critical"]));
    let rules = ["none", "sensitive_only", "sensitive_first", "all_unmovable", "value_threshold", "latest_safe_start"];
    world.set("disposal.rule", dice.one(&rules));
    world.set("disposal.threshold_usd", dice.whole(0, 200_000).to_string());
    world.set("tension.process", dice.one(&["true", "false"]));
    world.set("base_fire.falls", dice.one(&["true", "false"]));
}

/// What some worlds have and others lack.
fn mechanisms(world: &mut World, dice: &mut Dice) {
    let zones: Vec<String> = world.zones.iter().map(|zone| format!("\"{}\"", zone.id)).collect();
    let zones = zones.join(", ");
    if dice.chance(0.4) {
        let (from, rise, ratio) = (world.date(dice.whole(0, 90)), dice.number(0.5, 4.0), dice.number(0.2, 1.0));
        let groups = format!(
            "[{{ id = \"north\", zones = [{zones}], from = {from}, rise_factor = {rise:?}, attack_share = 2, attack_ratio = {ratio:?}, takeover_weight = 1 }}, \
             {{ id = \"south\", zones = [{zones}], rise_factor = 1, attack_share = 1, takeover_weight = 3 }}]"
        );
        world.set("armed_group", groups);
    }
    if dice.chance(0.4) {
        let (from, to) = (world.date(dice.whole(0, 90)), &world.bases[1].id);
        let column = format!(
            "[{{ id = \"column\", from = {from}, route = [\"hub\", \"{to}\"], fast_km_per_day = 50, km_per_day = 6, shape_per_day = 0.5, retakes = 0.5 }}]"
        );
        world.set("host_column", column);
    }
    if dice.chance(0.4) {
        world.set("aircraft", "[{ id = \"helicopter\", number = 4, payload_t = 3, seats = 20, runway = \"none\" }, { id = \"plane\", number = 3, payload_t = 6, seats = 40, runway = \"unpaved\" }]");
    }
    if dice.chance(0.4) {
        world.set("imports.base", "hub");
    }
    if dice.chance(0.3) {
        world.set("decisions.thin_out_by", world.date(dice.whole(20, 100)));
        world.set("decisions.thin_out_to", format!("{:?}", dice.number(0.3, 0.9)));
    }
    if dice.chance(0.3) {
        world.set("decisions.hold_for_handover_days", dice.whole(1, 15).to_string());
        world.set("decisions.hold_for", dice.one(&["army", "civil_authority"]));
    }
    if dice.chance(0.3) {
        world.set("decisions.handover_meetings", "true");
    }
    if dice.chance(0.3) {
        world.set("convoys.route_clearance", "true");
    }
    if dice.chance(0.3) {
        for share in ["contingent_sold", "contingent_gifted", "un_sold", "un_gifted"] {
            world.set(&format!("liquidation.{share}"), format!("{:?}", dice.number(0.0, 0.4)));
        }
        world.set("liquidation.decides_after_days", "30");
    }
}
