//! Handover meetings: granted ones change no handover, refused ones leave none, and each refusal costs time.

use rearguard::experiment::PolicyResults;
use rearguard::measures::Measure;

use crate::common::{THREE_BASES, case, policy_of, run_one, z};

#[track_caller]
fn tutorial(sets: &[&str], replications: u64) -> PolicyResults {
    let case = case(THREE_BASES.as_ref(), sets);
    let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    run_one(policy_of("as it stands", model), 83, replications)
}

/// `east` leaves as planned on day 119, with a host garrison there that always agrees.
const EAST: [&str; 4] = [
    "permissions.ground_movement.regime=granted",
    "region.hills.handover_probability=1",
    "decisions.accelerate=false",
    "base.north.host_garrison=true",
];

#[test]
fn a_desk_that_is_not_asked_or_grants_all_changes_no_handover() {
    let plain = tutorial(&EAST, 100);
    let silent = tutorial(&[&EAST[..], &["permissions.handover_meeting.regime=denied"]].concat(), 100);
    assert!(plain.columns == silent.columns && plain.tallies.ends == silent.tallies.ends);
    let granted = ["decisions.handover_meetings=true", "permissions.handover_meeting.regime=granted"];
    let met = tutorial(&[&EAST[..], &granted].concat(), 100);
    for &measure in Measure::ALL.iter().filter(|measure| !measure.name().starts_with("permissions.")) {
        assert!(plain.column(measure) == met.column(measure), "{}", measure.name());
    }
    // One request for each of the two camps.
    assert!(
        met.column(Measure::Requests)
            .iter()
            .zip(plain.column(Measure::Requests))
            .all(|(met, plain)| met - plain == 2.0)
    );
}

#[test]
fn nobody_is_handed_a_base_without_a_meeting() {
    let plain = tutorial(&EAST, 50);
    assert!(plain.column(Measure::Unhanded).iter().all(|&unhanded| unhanded == 0.0));
    let refused = ["decisions.handover_meetings=true", "permissions.handover_meeting.regime=denied"];
    let refused = tutorial(&[&EAST[..], &refused].concat(), 50);
    assert!(refused.column(Measure::Unhanded).iter().all(|&unhanded| unhanded == 2.0));
    assert!(refused.column(Measure::HandedOverUnits).iter().all(|&units| units == 0.0));
}

#[test]
fn the_share_of_bases_without_a_meeting_is_that_of_as_many_refusals() {
    // Answers come at once. Asked 21 days before, and again every eight: three requests, each refused with one half.
    let sets = [
        "decisions.handover_meetings=true",
        "decisions.request_before_days=21",
        "permissions.handover_meeting.granted_permissive=0.5",
        "permissions.handover_meeting.unanswered_permissive=0",
        "permissions.handover_meeting.answer_mean_days=0",
        "permissions.handover_meeting.retry_days=8",
    ];
    let results = tutorial(&[&EAST[..], &sets].concat(), 4000);
    let mean = results.column(Measure::Unhanded).iter().sum::<f64>() / 4000.0;
    let (share, n) = (0.125, 4000.0);
    assert!(z(mean, 2.0 * share, 2.0 * share * (1.0 - share) / n) < 4.0, "{mean} bases, not {}", 2.0 * share);
}
