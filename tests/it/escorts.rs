//! Escorts of cargo columns: enough are as none that are counted; bound ones hold columns back until their day.

use rearguard::draw::Streams;
use rearguard::experiment::PolicyResults;
use rearguard::measures::Measure;
use rearguard::stats::{Worse, paired, sum};
use rearguard::withdrawal::{What, Withdrawal};

use crate::common::{THREE_BASES, case, policy_of, run_one};

#[track_caller]
fn tutorial(sets: &[&str], replications: u64) -> PolicyResults {
    let case = case(THREE_BASES.as_ref(), sets);
    let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    run_one(policy_of("as it stands", model), 71, replications)
}

const GRANTED: &str = "permissions.truck_column.regime=granted";

#[test]
fn escorts_enough_are_as_escorts_uncounted() {
    let plain = tutorial(&[], 100);
    // Sixty trucks make three full columns of four escorts, and small last loads more.
    let enough = tutorial(&["truck_fleet.trucks.escorts=1000", "truck_fleet.trucks.escorts_bound=100"], 100);
    assert!(plain.columns == enough.columns && plain.tallies.ends == enough.tallies.ends);
}

#[test]
fn no_more_columns_are_out_at_a_time_than_escorts_allow() {
    let sets = [
        GRANTED,
        "truck_fleet.trucks.escorts=9",
        "truck_fleet.trucks.escorts_bound=5",
        "truck_fleet.trucks.escorts_bound_until=2030-04-19",
    ];
    let case = case(THREE_BASES.as_ref(), &sets);
    let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let mut withdrawal = Withdrawal::new(&model, &[]);
    let (mut most_before, mut most_after, mut waits) = (0, 0, 0);
    for replication in 0..30 {
        let tale = withdrawal.tell_replication(Streams::new(9, replication)).1;
        let mut out = 0;
        for entry in &tale {
            match entry.what {
                What::ColumnSent => out += 1,
                What::ColumnHome => out -= 1,
                What::WaitsForEscorts => waits += 1,
                _ => {}
            }
            // 19 April is day 108, the whole of which counts.
            let most = if entry.time_days < 109.0 { &mut most_before } else { &mut most_after };
            *most = out.max(*most);
        }
    }
    assert_eq!((most_before, most_after), (1, 2), "four free escorts make one column, nine make two");
    assert!(waits > 0, "no column ever waited");
}

#[test]
fn bound_escorts_cost_cargo() {
    let sets = |bound: &'static str| {
        [GRANTED, "truck_fleet.trucks.escorts=12", bound, "truck_fleet.trucks.escorts_bound_until=2030-05-20"]
    };
    let (free, bound) = (
        tutorial(&sets("truck_fleet.trucks.escorts_bound=0"), 300),
        tutorial(&sets("truck_fleet.trucks.escorts_bound=12"), 300),
    );
    let difference =
        paired(bound.column(Measure::CampCargoShare), free.column(Measure::CampCargoShare), 0.95, Worse::Lower);
    let difference = difference.expect("enough replications");
    assert!(difference.mean < -5.0 * difference.mcse, "{} by {}", difference.mean, difference.mcse);
}

#[test]
fn a_column_without_leave_for_an_escort_goes_without_and_its_drivers_pay() {
    // Forty armoured escorts to twenty trucks: without them all who are hit are in trucks. Size has no effect here.
    let sets = |desk: &'static str| {
        [
            GRANTED,
            "truck_fleet.trucks.escort_vehicles=40",
            "casualties.unarmoured_multiplier=10",
            "casualties.wounded_per_direct=0.5",
            "threat.size_exponent=0",
            desk,
        ]
    };
    let with = tutorial(&sets("permissions.armed_escort.regime=granted"), 600);
    let without = tutorial(&sets("permissions.armed_escort.regime=denied"), 600);
    let (with, without) = (with.column(Measure::WoundedColumn), without.column(Measure::WoundedColumn));
    let difference = paired(without, with, 0.95, Worse::Higher).expect("enough replications");
    assert!(difference.mean > 5.0 * difference.mcse, "{} by {}", difference.mean, difference.mcse);
}

#[test]
fn an_escort_that_is_given_up_takes_no_truck_with_it() {
    // As many escorts as trucks: twice the vehicles have twice the breakdowns, and half of those given up are escorts.
    let sets = |escorts: &'static str| [GRANTED, "convoys.abandon_probability=0.2", "threat.size_exponent=0", escorts];
    let without = tutorial(&sets("truck_fleet.trucks.escort_vehicles=0"), 600);
    let with = tutorial(&sets("truck_fleet.trucks.escort_vehicles=20"), 600);
    let ratio = |measure| {
        let mean = |results: &PolicyResults| sum(results.column(measure)) / 600.0;
        mean(&with) / mean(&without)
    };
    let (breakdowns, lost) = (ratio(Measure::Breakdowns), ratio(Measure::EnRouteUnits));
    // The longer halts leave time for fewer trips.
    assert!((1.5..2.0).contains(&breakdowns) && (0.7..1.0).contains(&lost), "{breakdowns} {lost}");
}
