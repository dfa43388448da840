//! Exits through neighbouring countries: silent while closed, open on the day worked out by hand, and felt.

use rearguard::draw::Streams;
use rearguard::experiment::PolicyResults;
use rearguard::measures::{Daily, Measure};
use rearguard::withdrawal::{What, Withdrawal};

use crate::common::{THREE_BASES, case, policy_of, run_one};

/// A border 100 km beyond `north`, in zone `coast`, where nobody is met.
const BORDER: [&str; 2] = [
    "junction=[{ id = \"harbour\", latitude = 9.5, longitude = 4.0, exit = true }, { id = \"border\", latitude = 13.0, longitude = 5.0, exit = true }]",
    "road=[{ from = \"north\", to = \"port\", km = 260, surface = \"track\", zone = \"ridge\" }, { from = \"east\", to = \"port\", km = 160, surface = \"piste\", zone = \"plain\" }, { from = \"port\", to = \"harbour\", km = 150, surface = \"paved\", zone = \"coast\" }, { from = \"north\", to = \"border\", km = 100, surface = \"paved\", zone = \"coast\" }]",
];
/// `north` uses it for both once it is open.
const NAMED: [&str; 2] = ["base.north.convoys_exit=way", "base.north.cargo_exit=way"];

/// The exit, worked on from a date if there is one.
fn exit(from: &str, agrees: f64) -> String {
    format!("exit=[{{ id = \"way\", at = \"border\", region = \"hills\", {from} setup_days = 20, agrees = {agrees} }}]")
}

#[track_caller]
fn tutorial(sets: &[&[&str]], replications: u64) -> PolicyResults {
    let case = case(THREE_BASES.as_ref(), &sets.concat());
    let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    run_one(policy_of("as it stands", model), 61, replications)
}

#[test]
fn an_exit_that_nobody_opens_or_names_changes_nothing() {
    let plain = tutorial(&[&BORDER], 100);
    let closed = tutorial(&[&BORDER, &[&exit("", 1.0)], &NAMED], 100);
    assert!(plain.columns == closed.columns && plain.tallies.ends == closed.tallies.ends);
    // One that a neighbour never agrees to costs requests and nothing else.
    let refused = tutorial(&[&BORDER, &[&exit("from = 2030-01-01,", 0.0)], &NAMED], 100);
    for &measure in Measure::ALL.iter().filter(|measure| !measure.name().starts_with("permissions.")) {
        assert!(plain.column(measure) == refused.column(measure), "{}", measure.name());
    }
    assert!(refused.column(Measure::Requests).iter().zip(plain.column(Measure::Requests)).any(|(a, b)| a > b));
}

/// `north` sets out for the border on 10 May and is there when 11 May ends.
const BY_THE_CLOCK: [&str; 10] = [
    "permissions.neighbour_transit.regime=granted",
    "permissions.ground_movement.regime=granted",
    "decisions.accelerate=false",
    "base.north.window_start=2030-05-10",
    "base.north.planned_closure=2030-05-10",
    "convoys.paved_km_per_day=50",
    "convoys.day_log_sd=0",
    "convoys.convoy_log_sd=0",
    "convoys.breakdown_vehicle_km=1e9",
    "convoys.max_vehicles=10000",
];

#[test]
fn who_crosses_at_the_instant_at_which_the_deadline_ends_is_out_by_it_wherever_that_is_counted() {
    let deadline =
        ["mission.deadline=2030-05-11", "base.port.planned_closure=2030-05-11", "threat.growth_until=2030-05-11"];
    // Nobody flies.
    let still = ["repatriation.rate=[{ from = 2030-01-01, people_per_day = 0 }]"];
    let exit = exit("from = 2030-02-01,", 0.0);
    let results = tutorial(&[&BORDER, &NAMED, &BY_THE_CLOCK, &deadline, &still, &[&exit]], 20);
    let last = results.tallies.daily.last().expect("days");
    let out = &last[Daily::PeopleOut as usize];
    for (replication, &crossed) in results.column(Measure::ExitPeople).iter().enumerate() {
        assert!(crossed > 350.0, "{crossed} of the 400 at `north` in replication {replication}");
        assert_eq!(results.column(Measure::PeopleOut)[replication], crossed);
    }
    let by_day: f64 = out.iter().map(|(people, replications)| f64::from(people) * f64::from(replications)).sum();
    assert_eq!(by_day, results.column(Measure::ExitPeople).iter().sum::<f64>());
}

#[test]
fn an_exit_opens_when_it_is_set_up_and_convoys_cross_when_they_have_driven_there() {
    let exit = exit("from = 2030-02-01,", 0.0);
    let sets = [&BORDER[..], &NAMED, &BY_THE_CLOCK, &[exit.as_str()]].concat();
    let case = case(THREE_BASES.as_ref(), &sets);
    let policy = policy_of("open", case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false))));
    let mut withdrawal = Withdrawal::new(&policy.model, &[]);
    for replication in 0..5 {
        let (outcome, tale) = withdrawal.tell_replication(Streams::new(3, replication));
        let opens: Vec<_> = tale.iter().filter(|entry| entry.what == What::ExitOpens).collect();
        // 1 February is day 31; twenty days of work later it is open.
        assert_eq!(
            opens.iter().map(|entry| (entry.time_days, entry.place.as_str())).collect::<Vec<_>>(),
            [(51.0, "border")]
        );
        let arrives = tale.iter().find(|entry| entry.what == What::ConvoyArrives && entry.base == "north");
        // It leaves on 10 May, day 129, and drives 100 km at 50 a day.
        assert!((arrives.expect("it is told").time_days - 131.0).abs() < 1e-9);
        assert_eq!(outcome.value(Measure::ExitPeople), 400.0);
        assert_eq!(outcome.value(Measure::ExitsOpened), 1.0);
    }
}

#[test]
fn an_exit_that_opens_earlier_never_lets_fewer_people_out() {
    let with = |from: &str| {
        tutorial(&[&BORDER, &NAMED, &[&exit(from, 1.0), "permissions.neighbour_transit.regime=granted"]], 300)
    };
    let (early, late) = (with("from = 2030-02-01,"), with("from = 2030-04-10,"));
    let pairs = early.column(Measure::ExitPeople).iter().zip(late.column(Measure::ExitPeople));
    assert!(pairs.clone().all(|(early, late)| early >= late));
    // North leaves on a day between 1 April and 31 May, or early in May: some leave before it opens on 30 April.
    let missed = pairs.filter(|(early, late)| early > late).count();
    assert!((60..240).contains(&missed), "{missed} of 300");
}

#[test]
fn cargo_by_an_exit_is_out_of_the_country_without_its_hub() {
    let sets = [
        "permissions.neighbour_transit.regime=granted",
        "permissions.truck_column.regime=granted",
        "truck_fleet.trucks.serves=[\"north\"]",
        "disposal.rule=none",
    ];
    let open = tutorial(&[&BORDER, &sets, &NAMED[1..], &[&exit("from = 2030-01-01,", 1.0)]], 50);
    let closed = tutorial(&[&BORDER, &sets, &NAMED[1..], &[&exit("", 1.0)]], 50);
    // Trucks serve no hub here, so nothing that goes there leaves the country.
    let out = |results: &PolicyResults| results.column(Measure::EvacuatedUnits).iter().sum::<f64>();
    assert!(out(&closed) == 0.0 && out(&open) > 1_000.0, "{} {}", out(&closed), out(&open));
}
