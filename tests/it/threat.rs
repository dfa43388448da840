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
