//! A withdrawal without roads goes by the days worked out by hand, and a base that cannot fly does not leave.

use std::path::Path;

use rearguard::draw::Streams;
use rearguard::measures::Measure;
use rearguard::withdrawal::{What, Withdrawal};

use crate::common::{case, expect, policy_of, rearguard, run_one, stdout};

const AIR_ONLY: &str = "scenarios/air-only.toml";

/// Day, people and crates of each day of flights, as in the head of the scenario.
const BY_HAND: [(f64, f64, f64); 6] =
    [(58.0, 45.0, 2.0), (59.0, 45.0, 3.0), (60.0, 45.0, 2.0), (61.0, 27.0, 4.0), (62.0, 0.0, 7.0), (63.0, 0.0, 5.0)];

#[test]
fn the_outpost_is_emptied_on_the_days_worked_out_by_hand() {
    let case = case::<&str>(Path::new(AIR_ONLY), &[]);
    let policy = policy_of("as-written", case.model(&[]).expect("it is sound"));
    let mut withdrawal = Withdrawal::new(&policy.model, &[]);
    for replication in 0..20 {
        let (outcome, tale) = withdrawal.tell_replication(Streams::new(3, replication));
        let flights = tale.iter().filter(|entry| entry.what == What::LiftFlies);
        let told: Vec<_> = flights.map(|entry| (entry.time_days, entry.amounts[1].1)).collect();
        assert_eq!(told, BY_HAND.map(|(day, people, _)| (day, people)));
        // People of the outpost only fly home later, and its crates are the only goods that leave.
        let evacuated = |day: usize| f64::from(outcome.daily[day][rearguard::measures::Daily::Evacuated as usize]);
        let mut crates = 0.0;
        for (day, _, units) in BY_HAND {
            crates += units;
            assert_eq!(evacuated(day as usize), crates, "day {day}");
        }
        assert_eq!(outcome.departed_days[1], 70.0);
        let expected = [
            (Measure::AirPeople, 162.0),
            (Measure::AirSorties, 30.0),
            (Measure::AirUnits, 23.0),
            (Measure::HandedOverUnits, 7.0),
            (Measure::PeopleOut, 198.0),
            (Measure::AllOut, 1.0),
            (Measure::Convoys, 0.0),
            (Measure::Contacts, 0.0),
            (Measure::LostUnits, 0.0),
            (Measure::Unanswered, 0.0),
        ];
        for (measure, value) in expected {
            assert_eq!(outcome.value(measure), value, "{}", measure.name());
        }
    }
}

#[test]
fn what_is_the_same_in_every_replication_is_told_in_words() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let args = ["run", AIR_ONLY, "--replications", "100", "--out"];
    let said = stdout(&expect(rearguard(args).arg(home.path().join("out")), 0));
    assert!(said.contains("\n  198.0 of 198 in all 100\n"), "{said}");
    assert!(said.contains("all but the liquidation team: in all of 100, probability over 9"), "{said}");
}

#[test]
fn without_leave_to_fly_nobody_leaves() {
    let case = case(Path::new(AIR_ONLY), &["permissions.air_lift.regime=denied"]);
    let results = run_one(policy_of("denied", case.model(&[]).expect("it is sound")), 5, 10);
    // 9 October is the deadline; with 44 days of liquidation the end is day 205.
    assert!(results.departures(1).iter().all(|&day| day == 205.0), "{:?}", results.departures(1));
    assert!(results.column(Measure::AllOut).iter().all(|&all| all == 0.0));
}

#[test]
fn a_base_without_a_road_must_be_able_to_fly_everyone() {
    for set in [
        "base.outpost.air_share=0.9",
        "aircraft.island_hopper.seats=0",
        "aircraft.island_hopper.runway=paved",
        "base.airfield.parent=outpost",
    ] {
        let output = expect(rearguard(["check", AIR_ONLY, "--set", set]), 3);
        let said = format!("{}{}", stdout(&output), crate::common::stderr(&output));
        assert!(said.contains("no road leads from `outpost`") || said.contains("circle"), "{set}: {said}");
    }
}
