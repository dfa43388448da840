//! Imports and fuel: against closed forms, silent where nothing is imported, and felt where fuel runs out.

use rearguard::draw::Stream;
use rearguard::experiment::{PolicyModel, PolicyResults};
use rearguard::math::{exp, pow};
use rearguard::measures::{Daily, Measure};
use rearguard::model::Model;
use rearguard::stats::{Worse, paired};

use crate::common::{THREE_BASES, case, policy_of, run_one, z};

/// The hub files for imports, and everything about them is known.
const KNOWN: [&str; 7] = [
    "imports.base=port",
    "imports.requests_per_day=1",
    "permissions.fuel_import.unanswered_restrictive=0.45",
    "permissions.parts_import.unanswered_restrictive=0.45",
    "permissions.fuel_import.answer_mean_days=20",
    "permissions.parts_import.answer_mean_days=20",
    "imports.pace_without_fuel=0.2",
];

/// Both desks restrictive from the first day.
const HELD: [&str; 4] = [
    "permissions.fuel_import.restricted_regions=[\"hills\"]",
    "permissions.parts_import.restricted_regions=[\"hills\"]",
    "permissions.fuel_import.change=[{ from = 2030-01-01, stance = \"restrictive\" }]",
    "permissions.parts_import.change=[{ from = 2030-01-01, stance = \"restrictive\" }]",
];

fn model(sets: &[&[&str]]) -> Model {
    let sets: Vec<&str> = sets.concat();
    case(THREE_BASES.as_ref(), &sets).model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)))
}

fn outcome(sets: &[&[&str]], replications: u64) -> PolicyResults {
    let policy: PolicyModel = policy_of("case", model(sets));
    run_one(policy, 12, replications)
}

/// Fails unless the second policy has more of a measure, by more than five standard errors of the paired difference.
#[track_caller]
fn raises(measure: Measure, from: &[&[&str]], to: &[&[&str]]) {
    let (from, to) = (outcome(from, 300), outcome(to, 300));
    let difference = paired(to.column(measure), from.column(measure), 0.95, Worse::Higher).expect("two columns");
    assert!(difference.mean > 5.0 * difference.mcse, "{}: {difference:?}", measure.name());
}

#[test]
fn a_mission_that_imports_and_burns_nothing_is_as_one_without_imports() {
    let without = outcome(&[], 100);
    let neutral = ["imports.base=port", "imports.requests_per_day=0", "imports.fuel_used_per_day=0"];
    let with = outcome(&[&neutral], 100);
    assert!(without.columns == with.columns && without.tallies.daily == with.tallies.daily);
    assert!(without.tallies.ends == with.tallies.ends && without.tallies.harms == with.tallies.harms);
    let fuelled = ["permissions.fuel_import.regime=granted", "imports.fuel_ordered=100"];
    let with = outcome(&[&KNOWN, &fuelled], 100);
    for &measure in Measure::ALL.iter().filter(|measure| !measure.name().starts_with("imports.")) {
        assert!(without.column(measure) == with.column(measure), "fuel enough changes {}", measure.name());
    }
}

/// Requests of an infinite-server queue that are never answered (a share `never`) or not yet, `days` after it began
/// empty: a Poisson number of this mean.
fn outstanding(per_day: f64, never: f64, mean_days: f64, shape: f64, days: f64) -> f64 {
    let scale = Stream::weibull_scale_of(shape, mean_days);
    let step = days / 100_000.0;
    let waits = (0..100_000).map(|at| exp(-pow((f64::from(at) + 0.5) * step / scale, shape)) * step);
    per_day * (never * days + (1.0 - never) * waits.sum::<f64>())
}

#[test]
fn unanswered_requests_are_those_of_an_infinite_server_queue_with_defect() {
    const N: u64 = 2_000;
    let results = outcome(&[&KNOWN, &HELD], N);
    for day in [20_usize, 60, 105, 180] {
        let expected = outstanding(1.0, 0.45, 20.0, 0.8, day as f64 + 1.0);
        let counts = &results.tallies.daily[day][Daily::ImportsUnanswered as usize];
        let sum: f64 = counts.iter().map(|(value, n)| f64::from(value) * f64::from(n)).sum();
        let z = z(sum / N as f64, expected, expected / N as f64);
        assert!(z < 4.0, "day {day}: {} instead of {expected}, z = {z}", sum / N as f64);
    }
    // Restricted from the first of July, about 60 lie unanswered at the end of 14 October.
    let october = outstanding(1.0, 0.45, 20.0, 0.8, 106.0);
    assert!((55.0..65.0).contains(&october), "{october}");
    let requests = results.column(Measure::ImportRequests);
    let mean = requests.iter().sum::<f64>() / N as f64;
    assert!(z(mean, 181.0, 181.0 / N as f64) < 4.0, "{mean} requests in 181 days");
}

#[test]
fn a_base_that_gets_no_fuel_has_its_autonomy() {
    let autonomy = ["imports.autonomy_days_low=40", "imports.autonomy_days_mode=40", "imports.autonomy_days_high=40"];
    let halved = ["permissions.fuel_import.regime=denied", "imports.fuel_used_per_day=0.5"];
    let model = model(&[&KNOWN, &autonomy, &halved]);
    let deadline_days = model.deadline_days();
    let results = run_one(policy_of("case", model), 12, 50);
    for (replication, &dry_days) in results.column(Measure::DryDays).iter().enumerate() {
        // The hub has no parent: it is open to the deadline.
        let left = [deadline_days, results.departures(1)[replication], results.departures(2)[replication]];
        let expected: f64 = left.iter().map(|left| (left.min(deadline_days) - 80.0).max(0.0)).sum();
        assert!((dry_days - expected).abs() < 1e-9, "{dry_days} instead of {expected}");
    }
}

#[test]
fn every_parameter_of_imports_is_felt() {
    raises(Measure::ImportRequests, &[&KNOWN], &[&KNOWN, &["imports.requests_per_day=1.5"]]);
    raises(Measure::ImportsUnanswered, &[&KNOWN], &[&KNOWN, &HELD]);
    raises(
        Measure::ImportsUnanswered,
        &[&KNOWN, &HELD],
        &[&KNOWN, &HELD, &["permissions.parts_import.unanswered_restrictive=1"]],
    );
    raises(Measure::DryDays, &[&KNOWN], &[&KNOWN, &HELD]);
    raises(Measure::DryDays, &[&KNOWN, &HELD], &[&KNOWN, &HELD, &["permissions.fuel_import.granted_restrictive=0.2"]]);
    raises(Measure::DryDays, &[&KNOWN, &HELD], &[&KNOWN, &HELD, &["imports.parts_share=0.9"]]);
    raises(Measure::DryDays, &[&KNOWN, &HELD, &["imports.fuel_ordered=1.5"]], &[&KNOWN, &HELD]);
    raises(Measure::DryDays, &[&KNOWN, &HELD, &["imports.fuel_used_per_day=0.5"]], &[&KNOWN, &HELD]);
    raises(Measure::DryDays, &[&KNOWN, &HELD, &["imports.autonomy_days_high=200"]], &[&KNOWN, &HELD]);
    let no_fuel = ["permissions.fuel_import.regime=denied", "packing.start_before_days=15"];
    let powered = ["imports.pace_without_fuel=1"];
    let trucks = ["permissions.truck_column.regime=granted"];
    raises(Measure::CampCargoShare, &[&KNOWN, &no_fuel, &trucks], &[&KNOWN, &no_fuel, &trucks, &powered]);
    raises(Measure::DestroyedUnits, &[&KNOWN, &no_fuel], &[&KNOWN, &no_fuel, &powered]);
}
