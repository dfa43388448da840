//! What the situation around bases does to the mission, and what it does not do while its switch is off.

use rearguard::experiment::PolicyResults;

use crate::common::{THREE_BASES, case, policy_of, run_one};

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
