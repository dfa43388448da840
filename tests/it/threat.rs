//! What the situation around bases does to the mission, and what it does not do while its switch is off.

use rearguard::experiment::PolicyResults;
use rearguard::measures::Measure;

use crate::common::{THREE_BASES, case, policy_of, run_one, z};

/// The tutorial with overrides.
#[track_caller]
fn tutorial(sets: &[&str], replications: u64) -> PolicyResults {
    let case = case(THREE_BASES.as_ref(), sets);
    let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    run_one(policy_of("as it stands", model), 47, replications)
}

/// The position of `north` among the bases of the tutorial. Its zone is critical from 1 May, day 120.
const NORTH: usize = 1;

#[test]
fn a_base_that_starts_to_wait_looks_again_whether_to_leave_early() {
    // Its date, 5 May, is too near on 3 May for five days' notice; on 5 May it waits for permission instead.
    let results = tutorial(
        &[
            "base.north.window_start=2030-05-05",
            "base.north.planned_closure=2030-05-05",
            "permissions.ground_movement.regime=denied",
            "decisions.notice_days=5",
            "decisions.wait_days=50",
        ],
        5,
    );
    assert!(results.departures(NORTH).iter().all(|&day| day == 129.0), "{:?}", results.departures(NORTH));
}

/// The mean of values and the variance of that mean.
fn mean(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0) / n)
}

/// Fails unless a measure differs between two runs by more than five standard errors of its paired difference.
#[track_caller]
fn moves(one: &PolicyResults, other: &PolicyResults, measure: Measure) {
    let pairs = one.column(measure).iter().zip(other.column(measure));
    let (difference, variance) = mean(&pairs.map(|(one, other)| other - one).collect::<Vec<_>>());
    assert!(
        difference.abs() > 5.0 * rearguard::math::sqrt(variance),
        "{} moves by {difference}, variance {variance}",
        measure.name()
    );
}

/// Fails unless two runs agree in everything but the count of streams.
#[track_caller]
fn same(one: &PolicyResults, other: &PolicyResults) {
    assert!(one.columns == other.columns, "some measure differs");
    let (one, other) = (&one.tallies, &other.tallies);
    assert!(one.ends == other.ends && one.harms == other.harms && one.daily == other.daily);
}

/// North stays to day 180, whatever its zone, which starts under clashes and goes between clashes and critical.
const TWO_LEVELS: [&str; 12] = [
    "tension.process=true",
    "decisions.accelerate=false",
    "base.north.window_start=2030-06-30",
    "base.north.planned_closure=2030-06-30",
    "permissions.ground_movement.regime=granted",
    "zone.ridge.tension=[{ from = 2030-01-01, level = \"clashes\" }]",
    "zone.plain.rise_factor=0",
    "threat.growth_per_month=0",
    "tension.clashes_to_critical_per_day=0.03",
    "tension.critical_to_clashes_per_day=0.05",
    "tension.clashes_to_tense_per_day=0",
    "tension.closure_factor=1",
];

#[test]
fn time_at_critical_tension_is_that_of_a_two_state_markov_chain() {
    let results = tutorial(&TWO_LEVELS, 4000);
    // From clashes: a/(a+b) T less (1 - exp(-(a+b)T)) a/(a+b)^2, over the 180 days that north is there.
    let (up, down, days) = (0.03, 0.05, 180.0);
    let both: f64 = up + down;
    let expected = up / both * days - up / (both * both) * (1.0 - rearguard::math::exp(-both * days));
    let (found, variance) = mean(results.column(Measure::CriticalDays));
    // n = 4,000 gives a standard error of about 0.5 days.
    assert!(z(found, expected, variance) < 4.0, "{found} days, not {expected}");
}

#[test]
fn what_raises_tension_adds_critical_days_and_takes_none() {
    let with = |set: &str| tutorial(&[&TWO_LEVELS[..], &[set]].concat(), 300);
    let plain = with("tension.tense_to_calm_per_day=0");
    let group = "armed_group=[{ id = \"some\", zones = [\"ridge\"], from = 2030-03-01, rise_factor = 2 }]";
    for raised in ["tension.clashes_to_critical_per_day=0.06", "zone.ridge.rise_factor=3", group] {
        let raised = with(raised);
        let pairs = plain.column(Measure::CriticalDays).iter().zip(raised.column(Measure::CriticalDays));
        assert!(pairs.clone().all(|(plain, raised)| raised >= plain));
        moves(&plain, &raised, Measure::CriticalDays);
    }
}

#[test]
fn an_alarm_that_begins_again_is_acted_on_again() {
    // With the longer wait a first alarm often ends before its review; later ones must still be acted on.
    let sets = |after: &'static str| [&TWO_LEVELS[..], &["decisions.accelerate=true", after]].concat();
    let results = tutorial(&sets("decisions.accelerate_after_days=20"), 2000);
    // The first spell of at least 20 days: each spell lasts so long with chance exp(-20 b); departures spread far past
    // the first alarm, which begins after 1/a = 33 days on average.
    let late = results.departures(NORTH).iter().filter(|&&day| (100.0..175.0).contains(&day)).count();
    assert!(late > 300, "{late} of 2,000 leave late and early");
    moves(&results, &tutorial(&sets("decisions.accelerate_after_days=1"), 2000), Measure::Accelerated);
}

#[test]
fn closures_nearby_raise_tension() {
    // East closes on 30 April. Its zone shares the port with the ridge.
    let base = [&TWO_LEVELS[..], &["tension.clashes_to_critical_per_day=0.005", "tension.closure_days=60"]].concat();
    let with = |set: &'static str| tutorial(&[&base[..], &[set]].concat(), 2000);
    moves(&with("tension.closure_factor=1"), &with("tension.closure_factor=5"), Measure::CriticalDays);
}

#[test]
fn without_the_process_nothing_of_it_matters() {
    let plain = tutorial(&[], 100);
    let other = tutorial(
        &[
            "tension.clashes_to_critical_per_day=5",
            "tension.tense_to_clashes_per_day=5",
            "tension.closure_factor=20",
            "zone.ridge.rise_factor=50",
            "armed_group=[{ id = \"some\", zones = [\"ridge\"], rise_factor = 20 }]",
        ],
        100,
    );
    same(&plain, &other);
}

#[test]
fn under_the_process_only_settings_of_the_start_and_those_that_say_so_hold() {
    let still = [
        "tension.process=true",
        "zone.ridge.rise_factor=0",
        "zone.plain.rise_factor=0",
        "tension.tense_to_calm_per_day=0",
    ];
    let run = |tension: &str| {
        let tension = format!("zone.ridge.tension=[{{ from = 2030-01-01, level = \"tense\" }}{tension}]");
        tutorial(&[&still[..], &["tension.critical_to_clashes_per_day=0", &tension]].concat(), 50)
    };
    let plain = run("");
    same(&plain, &run(", { from = 2030-05-01, level = \"critical\" }"));
    let set = run(", { from = 2030-05-01, level = \"critical\", sets = true }");
    // North leaves on a day between 1 April and 31 May, or early once its zone is critical.
    let met = set.column(Measure::CriticalDays).iter().zip(set.departures(NORTH));
    for (&days, &left) in met.clone() {
        assert_eq!(days > 0.0, left > 120.0, "{days} critical days, left on {left}");
    }
    assert!(met.filter(|(days, _)| **days > 0.0).count() > 10);
}

/// North's zone is critical and its people stay to day 180; all else is calm. Nothing but fire hurts or hurries anyone.
const UNDER_FIRE: [&str; 11] = [
    "base_fire.falls=true",
    "base_fire.critical_per_day=0.5",
    "decisions.accelerate=false",
    "base.north.window_start=2030-06-30",
    "base.north.planned_closure=2030-06-30",
    "permissions.ground_movement.regime=granted",
    "zone.ridge.tension=[{ from = 2030-01-01, level = \"critical\" }]",
    "base_fire.calm_per_day=0",
    "base_fire.sheltered_share=1",
    "casualties.killed_share=0",
    "casualties.died_of_wounds_share=0",
];

#[test]
fn fire_at_constant_tension_is_a_poisson_count() {
    let results = tutorial(&UNDER_FIRE, 4000);
    let expected = 0.5 * 180.0;
    let (found, variance) = mean(results.column(Measure::FireIncidents));
    assert!(z(found, expected, expected / 4000.0) < 4.0, "{found} incidents, not {expected}");
    // Of a Poisson count the variance is the mean; its estimate at n has variance (m + 2 m^2) / n.
    let (spread, n) = (variance * 4000.0, 4000.0);
    assert!(z(spread, expected, (expected + 2.0 * expected * expected) / n) < 4.0, "variance {spread}, not {expected}");
}

#[test]
fn fire_wounds_as_many_as_it_says_in_shelter_and_in_the_open() {
    let wounded = |shares: &[&str]| {
        let set =
            [&UNDER_FIRE[..], &["base_fire.wounded_per_incident=0.3", "base_fire.shelter_multiplier=0.2"], shares];
        tutorial(&set.concat(), 2000)
    };
    let mean_of = |results: &PolicyResults| mean(results.column(Measure::WoundedFire));
    let (found, variance) = mean_of(&wounded(&[]));
    assert!(z(found, 0.3 * 90.0, variance) < 4.0, "{found} in shelter");
    let (found, variance) = mean_of(&wounded(&["base_fire.sheltered_share=0", "base_fire.shelter_hours=0"]));
    assert!(z(found, 0.3 * 90.0 / 0.2, variance) < 4.0, "{found} in the open");
}

#[test]
fn fire_stops_crews_and_costs_cargo() {
    // Ten incidents a day of eight hours each leave crews a few hours of work.
    let with = |set: &'static str| {
        let few = [
            "base_fire.shelter_hours=8",
            "base_fire.wounded_per_incident=0",
            "packing.start_before_days=20",
            "base.north.crews=1",
            set,
        ];
        tutorial(&[&UNDER_FIRE[..], &few].concat(), 300)
    };
    let (quiet, shelled) = (with("base_fire.critical_per_day=0"), with("base_fire.critical_per_day=10"));
    moves(&quiet, &shelled, Measure::CampCargoShare);
    moves(&quiet, &shelled, Measure::ShelteredDays);
    // An hour is exposed to shelter unless no incident fell in the eight before: 1 - exp(-10 / 3), over 180 days.
    let (found, variance) = mean(shelled.column(Measure::ShelteredDays));
    let covered = 1.0 - rearguard::math::exp(-10.0 / 3.0);
    // At the start nothing has fallen yet, and the last shelter ends after the departure: both under a third of a day.
    assert!((found - covered * 180.0).abs() < 0.35 + 4.0 * rearguard::math::sqrt(variance), "{found} days");
}

#[test]
fn without_fire_nothing_of_it_matters() {
    let wild = ["base_fire.calm_per_day=5", "base_fire.critical_per_day=9", "base_fire.wounded_per_incident=50"];
    same(&tutorial(&[], 100), &tutorial(&wild, 100));
}

/// North leaves on 1 May, day 120, with permission and nobody there; a column comes from the port, 260 km in two days.
const RACE: [&str; 8] = [
    "decisions.accelerate=false",
    "base.north.window_start=2030-05-01",
    "base.north.planned_closure=2030-05-01",
    "permissions.ground_movement.regime=granted",
    "road.0.km=260",
    "region.hills.taker_separatist=1",
    "region.hills.taker_jihadist=0",
    "region.hills.taker_none=0",
];

/// The race with a column that sets out on a date and retakes with a probability.
fn race(from: &str, retakes: f64, sets: &[&str]) -> PolicyResults {
    let column = format!(
        "host_column=[{{ id = \"column\", from = {from}, route = [\"port\", \"north\"], fast_to = \"north\", \
         fast_km_per_day = 130, km_per_day = 3, shape_per_day = 0.5, retakes = {retakes} }}]"
    );
    tutorial(&[&RACE[..], &["aftermath.takeover_mean_days=3", &column], sets].concat(), 2000)
}

#[test]
fn who_comes_first_takes_an_empty_base() {
    // The column is there on day 123, three days after the base was left; the group after an exponential time of mean
    // three days. The column is first with chance exp(-1).
    let first = rearguard::math::exp(-1.0);
    let results = race("2030-05-02", 0.0, &[]);
    let (found, _) = mean(results.column(Measure::BasesTakenByHost));
    assert!(z(found, first, first * (1.0 - first) / 2000.0) < 4.0, "{found}, not {first}");
    assert!(results.column(Measure::BasesRetaken).iter().all(|&retaken| retaken == 0.0));
    // If it always retakes, it has the base in the end, and has fought for it where it came second.
    let results = race("2030-05-02", 1.0, &[]);
    assert!(results.column(Measure::BasesTakenByHost).iter().all(|&taken| taken == 1.0));
    let (found, _) = mean(results.column(Measure::BasesRetaken));
    assert!(z(found, 1.0 - first, first * (1.0 - first) / 2000.0) < 4.0, "{found}, not {}", 1.0 - first);
    moves(&results, &race("2030-05-02", 0.5, &[]), Measure::BasesTakenByHost);
}

#[test]
fn an_army_that_is_there_receives_the_base() {
    let none = tutorial(&RACE, 2000);
    let early = race("2030-04-01", 1.0, &[]);
    moves(&none, &early, Measure::Unhanded);
    moves(&none, &early, Measure::BasesLooted);
    // What it does not receive it takes at once, before any group.
    let taken: Vec<f64> = early
        .column(Measure::BasesTakenByHost)
        .iter()
        .zip(early.column(Measure::Unhanded))
        .map(|(a, b)| b - a)
        .collect();
    assert!(taken.iter().all(|&others| (0.0..=1.0).contains(&others)));
}

#[test]
fn a_base_holds_for_the_army_until_it_comes_or_the_days_are_over() {
    let gone = race("2030-05-02", 1.0, &[]);
    let held = race("2030-05-02", 1.0, &["decisions.hold_for_handover_days=10"]);
    assert!(gone.departures(NORTH).iter().all(|&day| day == 120.0));
    assert!(held.departures(NORTH).iter().all(|&day| day == 123.0));
    assert!(held.column(Measure::HeldDays).iter().all(|&days| days == 3.0));
    moves(&gone, &held, Measure::Unhanded);
    let in_vain = race("2030-05-02", 1.0, &["decisions.hold_for_handover_days=2"]);
    assert!(in_vain.departures(NORTH).iter().all(|&day| day == 122.0));
    assert!(in_vain.column(Measure::HeldDays).iter().all(|&days| days == 2.0));
}

#[test]
fn a_base_can_hold_for_a_civil_authority() {
    let sets = ["decisions.hold_for_handover_days=10", "decisions.hold_for=civil_authority"];
    let held = tutorial(&[&RACE[..], &sets, &["decisions.civil_authority_mean_days=10"]].concat(), 2000);
    // North holds for the smaller of ten days and an exponential time of mean ten: 10 (1 - exp(-1)) on average.
    let (found, variance) = mean(held.column(Measure::HeldDays));
    let expected = 10.0 * (1.0 - rearguard::math::exp(-1.0));
    assert!(z(found, expected, variance) < 4.0, "{found} days, not {expected}");
    moves(&tutorial(&RACE, 2000), &held, Measure::Unhanded);
}

#[test]
fn a_column_nearby_raises_tension() {
    let with = |factor: &'static str| {
        let sets = ["decisions.accelerate=false", "base.north.planned_closure=2030-06-30", factor];
        let process = ["tension.process=true", "zone.plain.rise_factor=0", "tension.closure_factor=1"];
        race("2030-03-01", 1.0, &[&sets[..], &process].concat())
    };
    moves(&with("tension.column_near_factor=1"), &with("tension.column_near_factor=10"), Measure::CriticalDays);
}

#[test]
fn a_host_that_makes_the_mission_wait_grants_no_movement_before_its_army_comes() {
    let sets = ["permissions.ground_movement.regime=process", "decisions.wait_days=30"];
    let with = |delay: &'static str| race("2030-05-11", 1.0, &[&sets[..], &[delay]].concat());
    let (free, waits) = (with("permissions.host_delay=0"), with("permissions.host_delay=1"));
    // It comes on 13 May, day 132.
    assert!(free.departures(NORTH).iter().any(|&day| day < 132.0));
    assert!(waits.departures(NORTH).iter().all(|&day| (132.0..=150.0).contains(&day)));
    moves(&free, &waits, Measure::Refused);
}

#[test]
fn without_columns_nothing_of_the_army_matters() {
    let plain = tutorial(&[], 100);
    same(&plain, &tutorial(&["permissions.host_delay=1", "tension.column_near_factor=50"], 100));
    same(&plain, &tutorial(&["decisions.hold_for_handover_days=30", "decisions.hold_for=army"], 100));
    same(&plain, &tutorial(&["decisions.civil_authority_mean_days=1", "decisions.hold_for=civil_authority"], 100));
}

/// One desk that starts permissive, grants all then and nothing later, and never turns back: it is asked for the movement
/// of north on day 79 and of east on day 129. North leaves on day 100 with nobody there to receive it.
const FEEDBACK: [&str; 17] = [
    "convoys.autonomy_days=365",
    "decisions.accelerate=false",
    "decisions.wait_days=0",
    "decisions.request_before_days=21",
    "base.north.window_start=2030-04-11",
    "base.north.planned_closure=2030-04-11",
    "base.east.planned_closure=2030-05-31",
    "truck_fleet.trucks.serves=[]",
    "permissions.ground_movement.restricted_regions=[\"hills\"]",
    "permissions.ground_movement.to_restrictive_per_day=0.01",
    "permissions.ground_movement.to_permissive_per_day=0",
    "permissions.ground_movement.granted_permissive=1",
    "permissions.ground_movement.granted_restrictive=0",
    "permissions.ground_movement.unanswered_permissive=0",
    "permissions.ground_movement.unanswered_restrictive=0",
    "permissions.ground_movement.answer_mean_days=0",
    "permissions.ground_movement.retry_days=5",
];

#[test]
fn an_unhanded_departure_turns_desks_sooner_and_an_appeal_later() {
    let granted = |sets: &[&str]| tutorial(&[&FEEDBACK[..], sets].concat(), 4000);
    let stays = |hazard: f64| rearguard::math::exp(-hazard);
    let appeal = "permissions.appeal=[{ from = 2030-04-21, factor = 0 }]"; // day 110
    let cases = [
        (&["permissions.departure_factor=1"][..], 1.29),
        (&["permissions.departure_factor=5"], 1.00 + 5.0 * 0.29),
        (&["permissions.departure_factor=5", appeal], 1.00 + 5.0 * 0.10),
        (&["permissions.departure_factor=1", "permissions.appeal=[{ from = 2030-01-11, factor = 0.5 }]"], 0.10 + 0.595),
    ];
    for (sets, hazard) in cases {
        let (found, variance) = mean(granted(sets).column(Measure::Granted));
        let north = if hazard < 1.0 { 0.10 + 0.345 } else { 0.79 };
        let expected = stays(north) + stays(hazard);
        assert!(z(found, expected, variance) < 4.0, "{sets:?}: {found} granted, not {expected}");
    }
    moves(&granted(cases[0].0), &granted(cases[1].0), Measure::Granted);
}

#[test]
fn a_factor_of_one_leaves_every_answer_as_it_was() {
    let plain = tutorial(&["permissions.truck_column.change=[]"], 100);
    let appeals = "permissions.appeal=[{ from = 2030-02-01, factor = 1 }]";
    let neutral = tutorial(&["permissions.truck_column.change=[]", "permissions.departure_factor=1", appeals], 100);
    // An appeal without effect splits a sojourn in two, which may move its end by a last digit and no answer.
    assert_eq!(plain.column(Measure::Granted), neutral.column(Measure::Granted));
    same(&plain, &tutorial(&["permissions.truck_column.change=[]", "permissions.departure_factor=1"], 100));
}
