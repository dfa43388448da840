//! Where counting is easily wrong: who joins on the way, what is still under way at the end, dates beyond it.

use rearguard::draw::Streams;
use rearguard::experiment::PolicyResults;
use rearguard::measures::Measure;
use rearguard::withdrawal::{Entry, What, Withdrawal};

use crate::common::{THREE_BASES, case, policy_of, run_one};

#[track_caller]
fn tutorial(sets: &[&str], replications: u64) -> PolicyResults {
    let case = case(THREE_BASES.as_ref(), sets);
    let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    run_one(policy_of("as it stands", model), 91, replications)
}

fn total(results: &PolicyResults, measure: Measure) -> f64 {
    results.column(measure).iter().sum()
}

#[test]
fn growth_may_go_on_beyond_the_end() {
    // The deadline is 30 June, and liquidation takes 90 days.
    let at_end = tutorial(&["threat.growth_until=2030-09-28"], 200);
    let far = tutorial(&["threat.growth_until=2039-12-30"], 200);
    assert!(at_end.columns == far.columns && total(&far, Measure::Contacts) > 0.0);
}

#[test]
fn a_grant_does_not_hurry_a_base_that_leaves_early() {
    // `north` waits for movement from 10 April, which is granted some 30 days after it was asked for.
    let sets = [
        "base.north.window_start=2030-04-10",
        "base.north.planned_closure=2030-04-10",
        "decisions.wait_days=100",
        "decisions.notice_days=20",
        "decisions.accelerate_after_days=0",
        "decisions.request_before_days=5",
        "permissions.ground_movement.granted_permissive=1",
        "permissions.ground_movement.unanswered_permissive=0",
        "permissions.ground_movement.answer_mean_days=30",
        "permissions.ground_movement.answer_shape=20",
    ];
    let case = case(THREE_BASES.as_ref(), &sets);
    let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let mut withdrawal = Withdrawal::new(&model, &[]);
    let mut seen = 0;
    for replication in 0..300 {
        let tale = withdrawal.tell_replication(Streams::new(5, replication)).1;
        let told: Vec<Entry> = tale.into_iter().collect();
        for early in told.iter().filter(|entry| entry.what == What::LeavesEarly) {
            let left = told.iter().find(|entry| entry.what == What::BaseLeft && entry.base == early.base);
            let days = left.map_or(f64::INFINITY, |left| left.time_days) - early.time_days;
            assert!(days >= 20.0 - 1e-9, "{}: after {days} days", early.base);
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen} left early");
}

#[test]
fn convoys_that_stand_to_the_end_count_to_the_end() {
    let sets = [
        "convoys.autonomy_days=0.5",
        "convoys.supply_halt_days=365",
        "permissions.air_resupply.regime=denied",
        "permissions.ground_movement.regime=granted",
        "decisions.accelerate=false",
    ];
    let halted = tutorial(&sets, 20);
    // Garrisons that leave in spring stand until 28 September.
    let days = halted.column(Measure::SupplyHaltDays);
    assert!(days.iter().all(|&days| days > 100.0), "{days:?}");
}

#[test]
fn people_aboard_aircraft_are_counted_by_the_deadline_and_aircraft_to_the_end() {
    let sets = [
        "mission.deadline=2033-06-15",
        "mission.liquidation_days=120",
        "threat.growth_until=2033-06-15",
        "zone.sea.tension.0.level=critical",
        "aviation.hit_probability=0.3",
        "aviation.wounded_per_hit=3",
        "aviation.hit_grounds=0.1",
        "aviation.hit_destroys=0.2",
        "aviation.strip_closed_days=0",
        "decisions.accelerate=false",
        "base_fire.falls=false",
    ];
    // The first flight is due on 29 June.
    let case = case("scenarios/air-only.toml".as_ref(), &sets);
    let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let late = run_one(policy_of("as it stands", model), 1, 50);
    for measure in [Measure::KilledAircraft, Measure::WoundedAircraft] {
        assert_eq!(total(&late, measure), 0.0, "{}", measure.name());
    }
    for measure in [Measure::KilledAfter, Measure::WoundedAfter, Measure::AircraftLost] {
        assert!(total(&late, measure) > 0.0, "{}", measure.name());
    }
    assert!(late.tallies.harms.is_empty());
}

#[test]
fn owners_who_decide_at_once_decide_after_stock_is_taken() {
    let on_hand = |after: &str| {
        let sold = ["liquidation.un_sold=0.9", "liquidation.contingent_sold=1", after];
        tutorial(&sold, 50).column(Measure::OnHandDeadlineUnits).to_vec()
    };
    assert_eq!(on_hand("liquidation.decides_after_days=0"), on_hand("liquidation.decides_after_days=1"));
}

#[test]
fn columns_carry_no_more_than_all_of_the_camps_own_cargo() {
    // `east` lies behind `north`: its cargo passes there, and was carried once.
    let chain = ["base.east.parent=north", "road.1.to=north", "permissions.truck_column.regime=granted"];
    let shares = tutorial(&chain, 200).column(Measure::CampCargoShare).to_vec();
    assert!(shares.iter().all(|&share| share <= 1.0) && shares.iter().any(|&share| share > 0.5), "{shares:?}");
}

#[test]
fn rates_of_contacts_are_held_however_large_the_factors() {
    let sets = [
        "zone.ridge.device_per_km=10",
        "threat.size_exponent=3",
        "threat.reference_vehicles=1",
        "threat.growth_per_month=0",
        "casualties.vehicle_lost_per_device=0",
        "convoys.halt_mean_days=0.001",
        "threat.second_device_probability=0",
        "truck_fleet.trucks.serves=[\"east\", \"port\"]",
        "permissions.ground_movement.regime=granted",
    ];
    let (results, convoys) = (tutorial(&sets, 30), 30.0);
    // One a km at most, on the 240 to 300 km from `north`, and somewhat less on the 160 of the other roads.
    let met = total(&results, Measure::DeviceContacts) / convoys;
    assert!((150.0..600.0).contains(&met), "{met} devices a replication");
}

#[test]
fn no_column_comes_for_what_nobody_can_pack() {
    let sets =
        ["base.port.crews=0", "base.north.crews=0", "base.east.crews=0", "permissions.truck_column.regime=granted"];
    assert_eq!(total(&tutorial(&sets, 50), Measure::CampColumns), 0.0);
    let sets = ["base.north.crews=0", "permissions.truck_column.regime=granted"];
    let (one, all) = (tutorial(&sets, 50), tutorial(&sets[1..], 50));
    assert!(
        total(&one, Measure::CampColumns) < total(&all, Measure::CampColumns) && total(&one, Measure::Columns) > 0.0
    );
}

#[test]
fn everyone_hit_is_counted_in_all_once() {
    let sets = ["base_fire.falls=true", "base_fire.calm_per_day=0.3", "base_fire.tense_per_day=0.3"];
    let results = tutorial(&sets, 200);
    for (in_all, parts) in [
        (Measure::KilledInAll, [Measure::Killed, Measure::KilledAircraft, Measure::KilledFire, Measure::KilledAfter]),
        (
            Measure::WoundedInAll,
            [Measure::Wounded, Measure::WoundedAircraft, Measure::WoundedFire, Measure::WoundedAfter],
        ),
    ] {
        let sum: f64 = parts.into_iter().map(|part| total(&results, part)).sum();
        assert_eq!(total(&results, in_all), sum);
        assert!(sum > total(&results, parts[0]), "nobody is hit but on the road by the deadline");
    }
}
