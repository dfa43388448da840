//! Everything is conserved: each item ends in exactly one line, and each person in exactly one place.

use std::collections::BTreeMap;
use std::ops::Range;

use rearguard::draw::{Purpose, Stream, Streams};
use rearguard::measures::{Daily, Measure};
use rearguard::model::{Inputs, Model};
use rearguard::withdrawal::accounts::class_of;
use rearguard::withdrawal::ledger::value_usd;
use rearguard::withdrawal::stock::{Apportionment, opening_stock};
use rearguard::withdrawal::{Outcome, Withdrawal};

use crate::common::{MALI, THREE_BASES, case, policy, run_with, scorecard, test_build};

/// The lines of the ledger as columns of units and USD; `evacuated` holds both ways out.
const LINES: [(Measure, Measure); 7] = [
    (Measure::EvacuatedUnits, Measure::EvacuatedUsd),
    (Measure::HandedOverUnits, Measure::HandedOverUsd),
    (Measure::DestroyedUnits, Measure::DestroyedUsd),
    (Measure::DecommissionedUnits, Measure::DecommissionedUsd),
    (Measure::AbandonedUnits, Measure::AbandonedUsd),
    (Measure::EnRouteUnits, Measure::EnRouteUsd),
    (Measure::OnHandUnits, Measure::OnHandUsd),
];

/// What the mission holds at the start of a replication: units by base and item, and what one unit is worth.
fn stock_of(inputs: &Inputs) -> BTreeMap<(u16, u16), (i64, i64)> {
    let (mut stock, items) = (Vec::new(), inputs.class.len() * 2);
    opening_stock(inputs, &mut Apportionment::default(), &mut stock);
    let held = stock.iter().enumerate().filter(|(_, units)| **units > 0);
    let row = |(at, &units): (usize, &u32)| {
        let (base, item) = ((at / items) as u16, (at % items) as u16);
        ((base, item), (i64::from(units), value_usd(inputs, item) as i64))
    };
    held.map(row).collect()
}

/// Fails unless every item and every person of a replication is accounted for, once.
#[track_caller]
pub fn conserves(name: &str, inputs: &Inputs, outcome: &Outcome) {
    let stock = stock_of(inputs);
    let (units, usd) = stock.values().fold((0, 0), |(units, usd), (held, each)| (units + held, usd + held * each));

    let sum = |measures: &mut dyn Iterator<Item = Measure>| measures.map(|m| outcome.value(m)).sum::<f64>();
    assert_eq!(sum(&mut LINES.iter().map(|line| line.0)), units as f64, "{name}: units");
    assert_eq!(sum(&mut LINES.iter().map(|line| line.1)), usd as f64, "{name}: USD");
    let lost = [Measure::DestroyedUnits, Measure::DecommissionedUnits, Measure::AbandonedUnits, Measure::EnRouteUnits];
    assert_eq!(sum(&mut lost.into_iter()), outcome.value(Measure::LostUnits), "{name}: lost");
    for (units, usd) in LINES {
        assert!(outcome.value(units) >= 0.0 && outcome.value(usd) >= 0.0, "{name}: {} under 0", units.name());
    }

    let mut ends: BTreeMap<(u16, u16), (i64, i64)> = BTreeMap::new();
    for end in &outcome.ends {
        let sums = ends.entry((end.origin, end.item)).or_default();
        *sums = (sums.0 + end.units, sums.1 + end.usd);
    }
    ends.retain(|_, sums| *sums != (0, 0));
    let expected: BTreeMap<_, _> = stock
        .iter()
        .map(|(&key, &(held, each))| (key, (held, held * each)))
        .filter(|(_, (held, _))| *held > 0)
        .collect();
    for (key, sums) in &ends {
        // Items that are worth nothing in this replication still count as units.
        assert_eq!(expected.get(key), Some(sums), "{name}: {} of base {}", inputs.class[class_of(key.1)].id, key.0);
    }
    assert_eq!(ends.len(), expected.len(), "{name}: kinds of items");

    people(name, inputs, outcome);
}

/// Everyone is in one place when the deadline ends, and who was hit was there.
#[track_caller]
fn people(name: &str, inputs: &Inputs, outcome: &Outcome) {
    let value = |measure| outcome.value(measure);
    let strength: f64 = inputs.base.iter().map(|base| base.personnel).sum();
    let drivers: f64 = inputs.truck_fleet.iter().map(|f| (f.trucks * f.drivers_per_truck).round_ties_even()).sum();
    let (out, killed) = (value(Measure::PeopleOut), value(Measure::Killed));
    assert_eq!(value(Measure::PeopleAtStart), strength, "{name}: people at the start");
    let places = [Measure::PeopleOut, Measure::PeopleInCare, Measure::PeopleDead, Measure::PeopleInCountry];
    assert_eq!(places.map(value).iter().sum::<f64>(), strength, "{name}: people when the deadline ends");
    let dead = killed + value(Measure::KilledFire) + value(Measure::KilledAircraft);
    assert!(value(Measure::PeopleDead) <= dead, "{name}: {dead} killed");
    assert!(out + killed <= strength + drivers, "{name}: {out} out and {killed} killed of {strength}");
    let parts = [
        (Measure::Killed, [Measure::KilledDevice, Measure::KilledDirect]),
        (Measure::Wounded, [Measure::WoundedDevice, Measure::WoundedDirect]),
        (Measure::Killed, [Measure::KilledGarrison, Measure::KilledColumn]),
        (Measure::Wounded, [Measure::WoundedGarrison, Measure::WoundedColumn]),
        (Measure::Contacts, [Measure::DeviceContacts, Measure::DirectContacts]),
    ];
    for (whole, [one, other]) in parts {
        assert_eq!(value(whole), value(one) + value(other), "{name}: {}", whole.name());
    }
    assert!(value(Measure::DiedOfWounds) <= killed && value(Measure::Serious) <= value(Measure::Wounded), "{name}");
    assert_eq!(value(Measure::AnyKilled), f64::from(killed > 0.0), "{name}");
    let answered = value(Measure::Granted) + value(Measure::Refused) + value(Measure::Unanswered);
    assert_eq!(value(Measure::Requests), answered, "{name}: requests");
    for pair in outcome.daily.windows(2) {
        for daily in Daily::ALL.into_iter().filter(|daily| daily.is_total()) {
            let at = daily as usize;
            assert!(pair[0][at] <= pair[1][at], "{name}: {} falls", daily.name());
        }
    }
    assert!(outcome.values().iter().chain(&outcome.departed_days).all(|value| value.is_finite()), "{name}");
}

#[track_caller]
fn conserves_throughout(name: &str, model: &Model, seed: u64, replications: u64) {
    let mut withdrawal = Withdrawal::new(model, &[]);
    let mut inputs = model.inputs.clone();
    for replication in 0..replications {
        let streams = Streams::new(seed, replication);
        model.realise(&streams, &mut inputs);
        conserves(&format!("{name}, replication {replication}"), &inputs, withdrawal.replicate(streams));
    }
}

#[test]
fn every_policy_of_the_reference_case_conserves_everything() {
    let case = case::<&str>(MALI.as_ref(), &[]);
    for preset in case.document().policies() {
        conserves_throughout(&preset.id, &policy(&case, &preset.id).model, 31, 40);
    }
}

#[test]
fn the_lines_of_every_row_of_results_sum_to_the_stock() {
    let files = run_with(&test_build(), &["run", THREE_BASES, "--replications", "200", "--policy", "trucks-granted"]);
    let text = String::from_utf8(files["replications.csv"].clone()).expect("results are UTF-8");
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    let header = csv.headers().expect("there is a header").clone();
    let at = |measure: Measure| header.iter().position(|name| name == measure.name()).expect("a column each");
    let (units, usd) = (LINES.map(|line| at(line.0)), LINES.map(|line| at(line.1)));

    let model = case::<&str>(THREE_BASES.as_ref(), &[]).model(&[]).unwrap_or_else(|p| panic!("{}", p.render(false)));
    let mut inputs = model.inputs.clone();
    let seed = inputs.experiment.seed as u64;
    let mut rows = 0;
    for (replication, row) in csv.records().enumerate() {
        let row = row.expect("a row can be read");
        let sum = |columns: &[usize]| columns.iter().map(|&at| row[at].parse::<f64>().expect("a number")).sum::<f64>();
        model.realise(&Streams::new(seed, replication as u64), &mut inputs);
        let (stock_units, stock_usd) =
            stock_of(&inputs).values().fold((0, 0), |(units, usd), (held, each)| (units + held, usd + held * each));
        assert_eq!((sum(&units), sum(&usd)), (stock_units as f64, stock_usd as f64), "replication {replication}");
        rows += 1;
    }
    assert_eq!(rows, 200);
}

/// Values that a variation may take: a path, and the legal values from which one is drawn.
enum Choice {
    Number(&'static str, f64, f64),
    Whole(&'static str, u64, u64),
    Word(&'static str, &'static [&'static str]),
}

use Choice::{Number, Whole, Word};

const REGIMES: &[&str] = &["process", "granted", "denied"];
const FLAGS: &[&str] = &["true", "false"];

/// What is varied: every mechanism of the tutorial, to the ends of what is legal and past what is sensible.
const CHOICES: &[Choice] = &[
    Whole("base.north.personnel", 0, 3000),
    Whole("base.east.personnel", 0, 3000),
    Whole("base.port.personnel", 0, 3000),
    Whole("base.north.crews", 0, 5),
    Whole("base.port.crews", 0, 9),
    Word("base.port.liquidation", &["true"]),
    Word("base.north.host_garrison", FLAGS),
    Word("base.north.parent", &["port", "east"]),
    Word("base.east.planned_closure", &["2030-01-02", "2030-06-30", "2030-09-27"]),
    Word("base.port.planned_closure", &["2030-01-01", "2030-06-30", "2030-09-27"]),
    Word("base.north.airstrip", FLAGS),
    Number("road.0.km", 0.1, 2000.0),
    Number("road.1.km", 0.1, 2000.0),
    Number("zone.ridge.device_per_km", 0.0, 0.5),
    Number("zone.ridge.direct_per_km", 0.0, 0.5),
    Number("zone.plain.device_per_km", 0.0, 0.1),
    Whole("class.truck.per_1000_uniformed", 0, 500),
    Whole("class.armoured_vehicle.per_1000_uniformed", 0, 500),
    Whole("class.stores.per_1000_uniformed", 0, 2000),
    Number("class.stores.teu", 0.01, 20.0),
    Word("class.ammunition.travel", &["loaded", "towed", "fixed"]),
    Word("class.armoured_vehicle.travel", &["drives", "towed", "fixed"]),
    Number("class.truck.value_usd", 0.0, 1e6),
    Whole("truck_fleet.trucks.trucks", 0, 400),
    Whole("truck_fleet.trucks.column_trucks", 1, 100),
    Number("truck_fleet.trucks.truck_teu", 0.1, 20.0),
    Whole("truck_fleet.trucks.escort_vehicles", 0, 20),
    Number("truck_fleet.trucks.turnaround_days", 0.0, 30.0),
    Word("truck_fleet.trucks.serves", &["[]", "[\"north\"]", "[\"north\", \"east\", \"port\"]"]),
    Word("truck_fleet.trucks.home", &["port", "harbour", "east"]),
    Whole("mission.liquidation_people", 0, 2000),
    Number("mission.liquidation_days", 91.0, 400.0),
    Word("permissions.truck_column.regime", REGIMES),
    Word("permissions.ground_movement.regime", REGIMES),
    Word("permissions.air_overwatch.regime", REGIMES),
    Word("permissions.surveillance.regime", REGIMES),
    Word("permissions.medical_evacuation.regime", REGIMES),
    Number("permissions.ground_movement.answer_mean_days", 0.0, 60.0),
    Number("permissions.truck_column.retry_days", 0.1, 30.0),
    Number("permissions.truck_column.unanswered_permissive", 0.0, 1.0),
    Whole("convoys.max_vehicles", 1, 300),
    Number("convoys.spacing_hours", 0.0, 720.0),
    Number("convoys.own_truck_teu", 0.0, 20.0),
    Number("convoys.track_km_per_day", 1.0, 300.0),
    Number("convoys.breakdown_vehicle_km", 1.0, 5000.0),
    Number("convoys.abandon_probability", 0.0, 1.0),
    Number("convoys.halt_mean_days", 0.0, 30.0),
    Number("threat.frailty_variance", 0.0, 5.0),
    Number("threat.second_device_probability", 0.0, 1.0),
    Number("threat.ratio_overwatch", 0.0, 5.0),
    Number("threat.ratio_surveillance", 0.0, 5.0),
    Number("casualties.wounded_per_device", 0.0, 20.0),
    Number("casualties.vehicle_lost_per_device", 0.0, 1.0),
    Number("casualties.killed_share", 0.0, 1.0),
    Word("decisions.accelerate", FLAGS),
    Word("decisions.accelerate_tension", &["calm", "tense", "clashes", "critical"]),
    Number("decisions.notice_days", 0.0, 60.0),
    Number("decisions.wait_days", 0.0, 365.0),
    Number("decisions.request_before_days", 0.0, 365.0),
    Number("decisions.drivable_planned", 0.0, 1.0),
    Number("decisions.drivable_accelerated", 0.0, 1.0),
    Number("packing.start_before_days", 0.0, 400.0),
    Number("packing.batch_teu", 0.1, 200.0),
    Word("disposal.rule", &["none", "sensitive_only", "sensitive_first"]),
    Number("disposal.destroyed_per_day", 0.0, 200.0),
    Number("disposal.decommissioned_per_day", 0.0, 200.0),
    Number("disposal.start_before_days", 0.0, 365.0),
    Number("repatriation.flight_people", 1.0, 1000.0),
    Number("repatriation.guard_share", 0.0, 1.0),
    Number("repatriation.guard_release_days", 0.0, 365.0),
    Number("aftermath.takeover_mean_days", 0.0, 100.0),
    Number("aftermath.looted_unhanded", 0.0, 1.0),
    Number("aftermath.looted_share", 0.0, 1.0),
    Number("stocks.uniformed_share", 0.0, 1.0),
    Word("tension.process", &["true"]),
    Number("tension.clashes_to_critical_per_day", 0.0, 10.0),
    Number("tension.tense_to_clashes_per_day", 0.0, 10.0),
    Number("tension.closure_factor", 0.0, 100.0),
    Word("base_fire.falls", &["true"]),
    Number("base_fire.calm_per_day", 0.0, 10.0),
    Number("base_fire.wounded_per_incident", 0.0, 100.0),
    Number("base_fire.shelter_hours", 0.0, 240.0),
    Word(
        "host_column",
        &[
            "[{ id = \"column\", from = 2030-02-01, route = [\"port\", \"north\"], fast_km_per_day = 60, km_per_day = 3, shape_per_day = 0.5, retakes = 0.5 }]",
        ],
    ),
    Number("decisions.hold_for_handover_days", 0.0, 365.0),
    Word("decisions.hold_for", &["army", "civil_authority"]),
    Number("permissions.host_delay", 0.0, 1.0),
    Number("permissions.departure_factor", 0.0, 100.0),
];

/// A net on which the levers can act: `north` withdraws by `east`, and an exit lies behind it.
const NET: [&str; 7] = [
    "road=[{ from = \"north\", to = \"east\", km = 100, surface = \"track\", zone = \"ridge\" }, { from = \"east\", to = \"port\", km = 160, surface = \"piste\", zone = \"plain\" }, { from = \"port\", to = \"harbour\", km = 150, surface = \"paved\", zone = \"coast\" }, { from = \"north\", to = \"border\", km = 80, surface = \"track\", zone = \"ridge\" }]",
    "junction=[{ id = \"harbour\", latitude = 9.5, longitude = 4.0, exit = true }, { id = \"border\", latitude = 13.0, longitude = 5.0, exit = true }]",
    "exit=[{ id = \"way\", at = \"border\", region = \"hills\", from = 2030-01-05, setup_days = 10, agrees = 0.9 }]",
    "armed_group=[{ id = \"one\", zones = [\"ridge\", \"plain\"], rise_factor = 1, attack_share = 3, attack_ratio = 0.5, takeover_weight = 1 }, { id = \"other\", zones = [\"ridge\"], rise_factor = 1, attack_share = 1, takeover_weight = 4 }]",
    "aircraft=[{ id = \"plane\", number = 10, payload_t = 6, seats = 40, runway = \"unpaved\" }]",
    "base.north.airstrip=true",
    "decisions.thin_out_by=2030-03-01",
];

/// What is varied on it: the levers, and what they meet.
const LEVERS: &[Choice] = &[
    Word("base.north.convoys_exit", &["way"]),
    Word("base.east.convoys_exit", &["way"]),
    Word("base.north.cargo_exit", &["way"]),
    Word("base.port.cargo_exit", &["way"]),
    Word("permissions.neighbour_transit.regime", &["process", "granted"]),
    Word("base.east.merges_with", &["north"]),
    Word("decisions.merge", FLAGS),
    Number("decisions.merge_within_days", 0.0, 60.0),
    Number("decisions.thin_out_to", 0.0, 1.0),
    Word("decisions.thin_out_by", &["2030-01-01", "2030-03-01", "2030-04-29", "2030-06-30", "2030-09-01"]),
    Whole("truck_fleet.trucks.escorts", 0, 40),
    Whole("truck_fleet.trucks.escorts_bound", 0, 60),
    Word("truck_fleet.trucks.escorts_bound_until", &["2030-01-01", "2030-04-19", "2030-12-01"]),
    Whole("truck_fleet.trucks.least_trucks", 0, 60),
    Word("permissions.armed_escort.regime", REGIMES),
    Word("convoys.route_clearance", FLAGS),
    Number("convoys.clearance_pace", 0.05, 1.0),
    Number("threat.ratio_clearance", 0.0, 1.0),
    Word("disposal.rule", &["all_unmovable", "value_threshold", "latest_safe_start"]),
    Number("disposal.threshold_usd", 0.0, 1e6),
    Number("disposal.margin_days", 0.0, 60.0),
    Word("decisions.handover_meetings", FLAGS),
    Word("permissions.handover_meeting.regime", REGIMES),
    Number("liquidation.decides_after_days", 0.0, 200.0),
    Number("liquidation.un_sold", 0.0, 0.5),
    Number("liquidation.un_gifted", 0.0, 0.5),
    Number("liquidation.contingent_sold", 0.0, 0.5),
    Number("liquidation.contingent_gifted", 0.0, 0.5),
    Word("liquidation.hands_over_rest", FLAGS),
    Number("base.north.air_share", 0.0, 1.0),
    Number("aviation.hit_probability", 0.0, 1.0),
    Number("aviation.hit_destroys", 0.0, 0.5),
    Number("aviation.wounded_per_hit", 0.0, 50.0),
    Number("aviation.wounded_per_loss", 0.0, 300.0),
    Whole("base.north.personnel", 0, 3000),
    Whole("base.east.personnel", 0, 3000),
    Number("zone.ridge.device_per_km", 0.0, 0.5),
    Number("casualties.vehicle_lost_per_device", 0.0, 1.0),
    Whole("convoys.max_vehicles", 1, 300),
    Number("decisions.notice_days", 0.0, 60.0),
    Word("permissions.ground_movement.regime", REGIMES),
    Word("permissions.truck_column.regime", REGIMES),
    Number("decisions.hold_for_handover_days", 0.0, 365.0),
    Word("decisions.hold_for", &["civil_authority"]),
    Word("base_fire.falls", &["true"]),
    Number("base_fire.calm_per_day", 0.0, 10.0),
];

fn draw(choice: &Choice, stream: &mut Stream) -> String {
    // The ends of a range are where things break: each has a chance of one in eight.
    let end = stream.below(8);
    match *choice {
        Number(path, low, high) => {
            let value = low + (high - low) * stream.uniform();
            format!(
                "{path}={:?}",
                if end == 0 {
                    low
                } else if end == 1 {
                    high
                } else {
                    value
                }
            )
        }
        Whole(path, low, high) => {
            let value = low + stream.below(high - low + 1);
            format!(
                "{path}={}",
                if end == 0 {
                    low
                } else if end == 1 {
                    high
                } else {
                    value
                }
            )
        }
        Word(path, words) => format!("{path}={}", words[stream.below(words.len() as u64) as usize]),
    }
}

/// Some of the choices, the same for the same number.
fn variation(choices: &[Choice], number: u64) -> Vec<String> {
    let mut stream = Streams::new(2030, number).stream(Purpose::Test, 1, 0);
    let share = [0.05, 0.2, 0.6][(number % 3) as usize];
    choices
        .iter()
        .filter_map(|choice| {
            let set = draw(choice, &mut stream);
            stream.chance(share).then_some(set)
        })
        .collect()
}

#[test]
fn variations_of_the_tutorial_conserve_everything() {
    for number in 0..200 {
        let sets = variation(CHOICES, number);
        let case = case(THREE_BASES.as_ref(), &sets);
        let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        conserves_throughout(&format!("variation {number}: {}", sets.join(" --set ")), &model, 1, 5);
    }
}

#[test]
fn variations_of_the_levers_conserve_everything() {
    for number in 0..100 {
        let levers = variation(LEVERS, number);
        let sets: Vec<&str> = NET.into_iter().chain(levers.iter().map(String::as_str)).collect();
        let case = case(THREE_BASES.as_ref(), &sets);
        let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        conserves_throughout(&format!("variation {number}: {}", levers.join(" --set ")), &model, 1, 5);
    }
}

/// Runs variations of the tutorial whose every posting is checked as it is booked; returns how many replications.
fn check_every_posting(variations: Range<u64>, replications: u64) -> u64 {
    // Both ledgers assert it where assertions of debug builds are on, as they are in tests.
    const { assert!(cfg!(debug_assertions)) };
    let count = (variations.end - variations.start) * replications;
    for number in variations {
        let (choices, net): (_, &[&str]) = if number % 2 == 0 { (CHOICES, &[]) } else { (LEVERS, &NET) };
        let varied = variation(choices, 1_000 + number);
        let sets: Vec<&str> = net.iter().copied().chain(varied.iter().map(String::as_str)).collect();
        let case = case(THREE_BASES.as_ref(), &sets);
        let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        let mut withdrawal = Withdrawal::new(&model, &[]);
        for replication in 0..replications {
            withdrawal.replicate(Streams::new(7, replication));
        }
    }
    count
}

const EVERY_POSTING: &str = "replications of random variations of the tutorial";

#[test]
fn ledgers_balance_at_every_posting_of_many_replications() {
    scorecard("R2", "variations", check_every_posting(0..400, 250), EVERY_POSTING);
}

/// 4,000 variations, or a part: `REARGUARD_VARIATIONS=0..1000`. What has been counted is left after every hundred, so that
/// a run that is cut short counts for what it did, and parts add up.
#[test]
#[ignore = "takes an hour; run by tests/run --long"]
fn ledgers_balance_at_every_posting_of_very_many_replications() {
    let range = std::env::var("REARGUARD_VARIATIONS").unwrap_or_else(|_| "0..4000".to_owned());
    let (from, to) = range.split_once("..").expect("a range: 0..1000");
    let (from, to): (u64, u64) = (from.parse().expect("a number"), to.parse().expect("a number"));
    let mut checked = 0;
    for first in (from..to).step_by(100) {
        checked += check_every_posting(first..to.min(first + 100), 2_500);
        scorecard("R2-long", &format!("from-{from}"), checked, EVERY_POSTING);
    }
    assert!(checked > 0, "{range} has no variations");
}

#[test]
fn everyone_is_somewhere() {
    // Without contract drivers all who are hit belong to the mission. Where all but the team are out by the deadline,
    // those out, the dead, those in care (the seriously wounded) and the team are the whole strength.
    let sets = [
        "truck_fleet.trucks.drivers_per_truck=0",
        "zone.plain.device_per_km=0.02",
        "base_fire.falls=true",
        "base_fire.calm_per_day=0.05",
    ];
    let case = case(THREE_BASES.as_ref(), &sets);
    let model = policy(&case, "as-planned").model;
    let strength: f64 = model.inputs.base.iter().map(|base| base.personnel).sum();
    let mut withdrawal = Withdrawal::new(&model, &[]);
    let (mut whole, mut killed) = (0, 0.0);
    for replication in 0..500 {
        let outcome = withdrawal.replicate(Streams::new(37, replication));
        let team = model.inputs.mission.liquidation_people;
        if outcome.value(Measure::AllOut) > 0.0 {
            let hit = [Measure::Killed, Measure::KilledFire, Measure::Serious, Measure::SeriousFire];
            let hit: f64 = hit.iter().map(|&measure| outcome.value(measure)).sum();
            // Fire may leave fewer to stay as the team than were meant to.
            let over = outcome.value(Measure::PeopleOut) + hit + team - strength;
            let by_fire = outcome.value(Measure::KilledFire) + outcome.value(Measure::SeriousFire);
            assert!(over == 0.0 || 0.0 < over && over <= by_fire, "replication {replication}: {over} too many");
            whole += 1;
            killed += outcome.value(Measure::Killed);
        }
    }
    assert!(whole > 100 && killed > 10.0, "{whole} replications with {killed} killed show little");
}
