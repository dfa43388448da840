//! Rules of destruction: those that say the same do the same, and each differs where it says so.

use rearguard::draw::Streams;
use rearguard::experiment::PolicyResults;
use rearguard::measures::Measure;
use rearguard::withdrawal::{What, Withdrawal};

use crate::common::{THREE_BASES, case, policy_of, run_one};

#[track_caller]
fn tutorial(sets: &[&[&str]], replications: u64) -> PolicyResults {
    let case = case(THREE_BASES.as_ref(), &sets.concat());
    let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    run_one(policy_of("as it stands", model), 79, replications)
}

#[track_caller]
fn same(one: &[&[&str]], other: &[&[&str]]) {
    let (one, other) = (tutorial(one, 100), tutorial(other, 100));
    assert!(one.columns == other.columns && one.tallies.ends == other.tallies.ends);
}

#[test]
fn rules_that_say_the_same_do_the_same() {
    same(&[], &[&["disposal.threshold_usd=7", "disposal.margin_days=90"]]);
    same(&[], &[&["disposal.rule=value_threshold", "disposal.threshold_usd=0"]]);
    same(&[&["disposal.rule=sensitive_only"]], &[&["disposal.rule=value_threshold", "disposal.threshold_usd=1e9"]]);
    same(&[], &[&["disposal.rule=latest_safe_start", "disposal.margin_days=365"]]);
}

/// `north` leaves on 20 May, day 139, with permission, and holds 60 containers of ammunition and nothing else.
const AMMUNITION: [&str; 10] = [
    "holding=[{ base = \"north\", class = \"ammunition\", units = 60 }, { base = \"north\", class = \"armoured_vehicle\", units = 0 }, { base = \"north\", class = \"truck\", units = 0 }, { base = \"north\", class = \"stores\", units = 0 }]",
    "base.north.window_start=2030-05-20",
    "base.north.planned_closure=2030-05-20",
    "decisions.accelerate=false",
    "permissions.ground_movement.regime=granted",
    "truck_fleet.trucks.serves=[]",
    "imports.fuel_used_per_day=0",
    "disposal.destroyed_per_day=10",
    "disposal.decommissioned_per_day=0",
    "disposal.start_before_days=30",
];

#[test]
fn a_late_start_is_as_late_as_the_work_allows() {
    // 60 at ten a day are six working days, which end on day 134 to 139, two earlier with a margin of two.
    for (margin, first) in [("disposal.margin_days=0", 134.0), ("disposal.margin_days=2", 132.0)] {
        let sets = [&AMMUNITION[..], &["disposal.rule=latest_safe_start", margin]].concat();
        let case = case(THREE_BASES.as_ref(), &sets);
        let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        let (outcome, tale) = {
            let mut withdrawal = Withdrawal::new(&model, &[]);
            let (outcome, tale) = withdrawal.tell_replication(Streams::new(1, 0));
            (outcome.clone(), tale)
        };
        let days: Vec<f64> = tale
            .iter()
            .filter(|entry| entry.what == What::Disposed && entry.base == "north")
            .map(|entry| entry.time_days)
            .collect();
        assert_eq!(days, (0..6).map(|day| first + f64::from(day)).collect::<Vec<_>>());
        assert_eq!(outcome.value(Measure::SensitiveLeft), 0.0);
    }
}

#[test]
fn all_that_is_unmovable_goes_whoever_would_receive_it() {
    let fast = [
        "disposal.destroyed_per_day=100000",
        "truck_fleet.trucks.serves=[]",
        "permissions.ground_movement.regime=granted",
        "decisions.accelerate=false",
        "region.hills.handover_probability=1",
    ];
    let handed = |rule: &str| {
        let results = tutorial(&[&fast, &[rule]], 30);
        results.column(Measure::HandedOverUnits).iter().sum::<f64>()
    };
    // East has a host garrison, which receives its stores under the one rule and nothing under the other.
    assert!(handed("disposal.rule=sensitive_first") > 1_000.0);
    assert!(handed("disposal.rule=all_unmovable") == 0.0);
}
