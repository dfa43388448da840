//! The mission's aircraft: against closed forms, silent where nothing flies, and felt where something does.

use rearguard::experiment::PolicyResults;
use rearguard::math::sqrt;
use rearguard::measures::{Daily, Measure};

use crate::common::{THREE_BASES, case, policy_of, run_one, z};

/// The tutorial with overrides.
#[track_caller]
fn tutorial(sets: &[&[&str]], replications: u64) -> PolicyResults {
    let case = case(THREE_BASES.as_ref(), &sets.concat());
    let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    run_one(policy_of("as it stands", model), 53, replications)
}

/// Ten aircraft that land on earth.
const PLANES: &str = "aircraft=[{ id = \"plane\", number = 10, payload_t = 6, seats = 40, runway = \"unpaved\" }]";
/// Three helicopters.
const HELICOPTERS: &str =
    "aircraft=[{ id = \"helicopter\", number = 3, payload_t = 3, seats = 20, runway = \"none\" }]";
/// What is drawn elsewhere is known here.
const KNOWN: [&str; 12] = [
    "aviation.failure_days=1e9",
    "aviation.repair_days=4",
    "aviation.repair_log_sd=0",
    "aviation.spare_parts=0",
    "aviation.sorties_per_day=1",
    "aviation.lift_share=0.25",
    "aviation.hot_and_high_factor=1",
    "aviation.person_t=0.1",
    "aviation.hit_probability=0",
    "aviation.strip_closed_days=0",
    "permissions.air_lift.regime=granted",
    "convoys.autonomy_days=1000",
];
/// Half of `north` flies out in the five days before 20 May, while its zone is critical.
const LIFT: [&str; 6] = [
    "base.north.window_start=2030-05-20",
    "base.north.planned_closure=2030-05-20",
    "base.north.airstrip=true",
    "base.north.air_share=0.5",
    "decisions.accelerate=false",
    "permissions.ground_movement.regime=granted",
];

/// The mean of values and the variance of that mean.
fn mean(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0) / n)
}

/// Fails unless the second run has more of a measure, by more than five standard errors of the paired difference.
#[track_caller]
fn raises(measure: Measure, from: &[&[&str]], to: &[&[&str]]) {
    let (from, to) = (tutorial(from, 250), tutorial(to, 250));
    let pairs = from.column(measure).iter().zip(to.column(measure));
    let (difference, variance) = mean(&pairs.map(|(from, to)| to - from).collect::<Vec<_>>());
    assert!(difference > 5.0 * sqrt(variance), "{} rises by {difference}, variance {variance}", measure.name());
}

/// Fails unless two runs agree in every measure but those whose names begin so.
#[track_caller]
fn same(one: &PolicyResults, other: &PolicyResults, but: &[&str]) {
    for &measure in Measure::ALL {
        let excepted = but.iter().any(|but| measure.name().starts_with(but));
        assert!(excepted || one.column(measure) == other.column(measure), "{} differs", measure.name());
    }
    for base in 0..3 {
        assert!(one.departures(base) == other.departures(base), "base {base} leaves at another time");
    }
    assert!(one.tallies.ends == other.tallies.ends && one.tallies.harms == other.tallies.harms);
}

#[test]
fn without_aircraft_or_need_of_them_nothing_moves() {
    let lift = &LIFT[..3];
    let plain = tutorial(&[lift], 100);
    same(&plain, &tutorial(&[lift, &["base.north.air_share=0.5"]], 100), &[]);
    same(&plain, &tutorial(&[lift, &[HELICOPTERS, "aviation.failure_days=1e9"]], 100), &["fleet."]);
    let stays = [HELICOPTERS, "aviation.failure_days=1e9", "base.north.air_share=0"];
    same(&plain, &tutorial(&[lift, &stays], 100), &["fleet."]);
}

#[test]
fn supplies_that_last_or_come_at_once_do_not_move_a_convoy() {
    let plain = tutorial(&[&["convoys.autonomy_days=1000"]], 100);
    let supplied = ["convoys.autonomy_days=0.7", "permissions.air_resupply.regime=granted"];
    same(&plain, &tutorial(&[&supplied], 100), &["permissions.", "air.resupply_flights"]);
}

/// The share of time up to `days` that a machine is up, of exponential time to failure and fixed time of repair:
/// p'(t) = (p(t - repair) - p(t)) / up, from p = 1.
fn share_up(up_days: f64, repair_days: f64, days: f64) -> f64 {
    let steps_a_day = 1_000.0;
    let lag = (repair_days * steps_a_day) as usize;
    let mut up = vec![1.0_f64];
    for at in 0..(days * steps_a_day) as usize {
        let back = if at < lag { 0.0 } else { up[at - lag] };
        up.push(up[at] + (back - up[at]) / up_days / steps_a_day);
    }
    up.iter().sum::<f64>() / up.len() as f64
}

#[test]
fn aircraft_with_parts_enough_are_an_alternating_renewal_process() {
    let sets = [PLANES, "aviation.failure_days=20", "aviation.spare_parts=10000"];
    let results = tutorial(&[&KNOWN, &sets], 400);
    let (share, variance) = mean(results.column(Measure::AircraftServiceable));
    let expected = share_up(20.0, 4.0, 181.0);
    assert!((expected - 20.0 / 24.0).abs() < 0.01, "{expected}: in the long run up / (up + repair)");
    assert!(z(share, expected, variance) < 4.0, "{share} instead of {expected}");
    assert!(results.column(Measure::AircraftGrounded).iter().all(|&grounded| grounded == 0.0));
}

/// Mean number of machines without a part after `days`, with `parts` on the shelf and repair in no time: failures are a
/// pure birth process, whose rate falls once the parts are used up.
fn without_part(machines: usize, parts: usize, up_days: f64, days: f64) -> f64 {
    let steps = 20_000;
    let mut odds = vec![0.0; machines + parts + 1];
    odds[0] = 1.0;
    for _ in 0..steps {
        for failed in (0..odds.len()).rev() {
            let up = machines - failed.saturating_sub(parts);
            let leaves = odds[failed] * up as f64 / up_days * days / f64::from(steps);
            odds[failed] -= leaves;
            if failed + 1 < odds.len() {
                odds[failed + 1] += leaves;
            }
        }
    }
    odds.iter().enumerate().map(|(failed, odds)| odds * failed.saturating_sub(parts) as f64).sum()
}

#[test]
fn aircraft_wait_once_the_parts_are_used_up() {
    const N: u64 = 1_500;
    let sets = [PLANES, "aviation.failure_days=60", "aviation.repair_days=0", "aviation.spare_parts=4"];
    let results = tutorial(&[&KNOWN, &sets], N);
    for day in [10_usize, 40, 90, 180] {
        let expected = without_part(10, 4, 60.0, day as f64 + 1.0);
        let counts = &results.tallies.daily[day][Daily::AircraftGrounded as usize];
        let values: Vec<f64> = counts.iter().flat_map(|(value, n)| vec![f64::from(value); n as usize]).collect();
        let (grounded, variance) = mean(&values);
        assert!(z(grounded, expected, variance) < 4.0, "day {day}: {grounded} instead of {expected}");
    }
    // 25 aircraft, 250 days, 6 parts, none from 31 July to 3 November: three to four are grounded.
    let november = without_part(25, 6, 250.0, 95.0);
    assert!((3.0..4.5).contains(&november), "{november}");
}

#[test]
fn a_lift_that_is_granted_takes_its_share_and_no_seat_more() {
    let results = tutorial(&[&KNOWN, &LIFT, &[PLANES]], 60);
    // Two or three sorties a day of 40 seats, for five days or more: 200 of 400 people.
    assert!(results.column(Measure::AirPeople).iter().all(|&people| people == 200.0));
    let refused = ["permissions.air_lift.regime=denied"];
    let none = tutorial(&[&KNOWN, &LIFT, &[PLANES], &refused], 60);
    assert!(none.column(Measure::AirPeople).iter().all(|&people| people == 0.0));
    let nowhere = tutorial(&[&KNOWN, &LIFT, &[PLANES, "base.north.airstrip=false"]], 60);
    assert!(nowhere.column(Measure::AirPeople).iter().all(|&people| people == 0.0), "planes need a strip");
}

#[test]
fn hits_are_binomial_in_landings_and_take_offs_under_fire() {
    let hits = ["aviation.hit_probability=0.3", "aviation.hit_grounds=0", "aviation.hit_destroys=0"];
    let results = tutorial(&[&KNOWN, &LIFT, &[PLANES], &hits], 400);
    let movements = 2.0 * results.column(Measure::AirSorties).iter().sum::<f64>();
    let hits_in_all = results.column(Measure::AirHits).iter().sum::<f64>();
    assert!(movements > 1_000.0, "{movements} movements");
    let z_hits = z(hits_in_all, 0.3 * movements, 0.3 * 0.7 * movements);
    assert!(z_hits < 4.0, "{hits_in_all} hits in {movements} movements");
    let quiet = ["zone.ridge.tension=[{ from = 2030-01-01, level = \"tense\" }]"];
    let quiet = tutorial(&[&KNOWN, &LIFT, &[PLANES], &hits, &quiet], 50);
    assert!(quiet.column(Measure::AirHits).iter().all(|&hits| hits == 0.0), "nobody fires in a zone that is tense");
}

#[test]
fn every_parameter_of_aircraft_is_felt() {
    let base: [&[&str]; 2] = [&KNOWN, &[PLANES, "aviation.failure_days=100"]];
    let with = |set: &'static [&'static str]| [base[0], base[1], set];
    raises(Measure::AircraftGrounded, &with(&["aviation.failure_days=200"]), &base);
    raises(Measure::AircraftGrounded, &with(&["aviation.spare_parts=5"]), &base);
    raises(
        Measure::AircraftServiceable,
        &with(&["aviation.spare_parts=50", "aviation.repair_days=20"]),
        &with(&["aviation.spare_parts=50"]),
    );
    raises(
        Measure::AircraftServiceable,
        &with(&["aviation.spare_parts=50", "aviation.repair_log_sd=2"]),
        &with(&["aviation.spare_parts=50"]),
    );
    raises(
        Measure::AircraftGrounded,
        &with(&["imports.base=port", "aviation.import_part_share=0.5", "aviation.spare_parts=3"]),
        &with(&["imports.base=port", "aviation.import_part_share=0.05", "aviation.spare_parts=3"]),
    );
    raises(
        Measure::AircraftGrounded,
        &with(&["imports.base=port", "permissions.parts_import.regime=granted", "aviation.spare_parts=3"]),
        &with(&["imports.base=port", "permissions.parts_import.regime=denied", "aviation.spare_parts=3"]),
    );
}

#[test]
fn every_parameter_of_a_lift_is_felt() {
    let lift: [&[&str]; 3] = [&KNOWN, &LIFT, &[PLANES, "aviation.lift_share=0.05"]];
    let with = |set: &'static [&'static str]| [lift[0], lift[1], lift[2], set];
    raises(Measure::AirPeople, &lift, &with(&["aviation.sorties_per_day=2"]));
    raises(Measure::AirPeople, &lift, &with(&["aviation.lift_share=0.1"]));
    raises(Measure::AirPeople, &lift, &with(&["aviation.lift_before_days=10"]));
    raises(Measure::AirPeople, &with(&["aviation.hot_and_high_factor=0.5"]), &lift);
    raises(Measure::AirPeople, &with(&["aviation.person_t=0.3"]), &lift);
    raises(Measure::AirPeople, &with(&["base.north.air_share=0.05"]), &lift);
    raises(Measure::AirPeople, &with(&["imports.base=port", "imports.requests_per_day=0"]), &lift);
    let closed = ["aviation.hit_probability=0.5", "aviation.strip_closed_days=3"];
    raises(Measure::AirPeople, &[&KNOWN, &LIFT, lift[2], &closed], &lift);
    raises(Measure::AircraftGrounded, &lift, &with(&["aviation.hit_probability=0.5", "aviation.hit_grounds=0.9"]));
    raises(Measure::AircraftLost, &lift, &with(&["aviation.hit_probability=0.5", "aviation.hit_destroys=0.8"]));
    raises(
        Measure::AirPeople,
        &with(&["permissions.air_lift.regime=process", "permissions.air_lift.granted_permissive=0.2"]),
        &lift,
    );
    let goods = "class=[{ id = \"radio\", per_1000_uniformed = 50, contingent_share = 1, travel = \"loaded\", teu = 1, \
                 shipped_teu = 1, cargo_truck = false, armoured = false, sensitive = true, container = true, \
                 value_usd = 1, air_t = 1 }]";
    let heavier = goods.replace("air_t = 1 ", "air_t = 3 ");
    let light = tutorial(&[&KNOWN, &LIFT, &[PLANES], &[goods]], 100);
    let heavy = tutorial(&[&KNOWN, &LIFT, &[PLANES], &[&heavier]], 100);
    let flown = |results: &PolicyResults| mean(results.column(Measure::AirUnits)).0;
    assert!(flown(&light) > flown(&heavy) && flown(&heavy) > 0.0, "{} and {}", flown(&light), flown(&heavy));
}

#[test]
fn every_parameter_of_supplies_is_felt() {
    let far: [&[&str]; 2] = [
        &["convoys.autonomy_days=1.5", "convoys.resupply_before_days=0.5", "convoys.supply_halt_days=3"],
        &["permissions.air_resupply.granted_permissive=0.5", "permissions.air_resupply.answer_mean_days=1"],
    ];
    let with = |set: &'static [&'static str]| [far[0], far[1], set];
    raises(Measure::SupplyHaltDays, &with(&["convoys.autonomy_days=3"]), &far);
    let late = with(&["convoys.resupply_before_days=0"]);
    raises(Measure::SupplyHaltDays, &with(&["convoys.resupply_before_days=1.5"]), &late);
    raises(Measure::SupplyHaltDays, &with(&["convoys.supply_halt_days=0.5"]), &far);
    raises(Measure::SupplyHaltDays, &with(&["permissions.air_resupply.granted_permissive=0.9"]), &far);
    raises(Measure::ConvoyDays, &with(&["permissions.air_resupply.regime=granted"]), &far);
    let broken = [
        "permissions.air_resupply.granted_permissive=0.9",
        "aircraft=[{ id = \"plane\", number = 1, payload_t = 6, seats = 0, runway = \"none\" }]",
        "aviation.failure_days=5",
        "aviation.spare_parts=0",
    ];
    raises(Measure::SupplyHaltDays, &[far[0], far[1], &broken[..1]], &[far[0], far[1], &broken]);
}

#[test]
fn wounded_people_are_not_fetched_without_a_helicopter() {
    let met = ["zone.ridge.device_per_km=0.05", "permissions.medical_evacuation.regime=granted"];
    let fetched = tutorial(&[&met, &[HELICOPTERS, "aviation.failure_days=1e9"]], 60);
    let left = tutorial(&[&met, &[PLANES]], 60);
    assert!(mean(fetched.column(Measure::CareHours)).0 > 0.5);
    assert!(left.column(Measure::CareHours).iter().all(|&hours| hours == 0.0));
}

/// Hits on every movement, and harm that is known.
const UNDER_FIRE: [&str; 5] = [
    PLANES,
    "aviation.hit_probability=1",
    "aviation.hit_grounds=0",
    "aviation.hit_destroys=0",
    "casualties.killed_share=0",
];

#[test]
fn people_aboard_are_hurt_in_the_numbers_that_the_process_says() {
    // Two or three sorties a day, two hits each; one in two is a take-off with people aboard.
    let harmless = ["aviation.wounded_per_hit=0"];
    let unhurt = tutorial(&[&KNOWN, &LIFT, &UNDER_FIRE, &harmless], 1000);
    assert!(unhurt.column(Measure::WoundedAircraft).iter().all(|&wounded| wounded == 0.0));
    let known = ["aviation.wounded_per_hit=0.4", "aviation.hit_dispersion=1", "casualties.died_of_wounds_share=0"];
    let hurt = tutorial(&[&KNOWN, &LIFT, &UNDER_FIRE, &known], 1000);
    let excess: Vec<f64> = hurt
        .column(Measure::WoundedAircraft)
        .iter()
        .zip(hurt.column(Measure::AirHits))
        .map(|(wounded, hits)| wounded - 0.5 * 0.4 * hits)
        .collect();
    let (found, variance) = mean(&excess);
    let hits = hurt.column(Measure::AirHits).iter().sum::<f64>();
    assert!(hits > 2_000.0, "{hits} hits are too few");
    assert!(z(found, 0.0, variance) < 4.0, "{found} too many a replication, variance {variance}");
    // Nothing but people and what follows from who is left differs.
    assert!(hurt.column(Measure::AirHits) == unhurt.column(Measure::AirHits));
}
