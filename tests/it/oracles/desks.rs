//! The host's desks: answers, stances and what waiting for them costs; and imports.

use rearguard::math::exp;
use rearguard::measures::{Daily, Measure};
use rearguard::withdrawal::Outcome;

use super::{Board, quiet, runs};

/// Movement is asked for from day 0 on, once a day until it is granted; answers come at once.
const ASKED: [&str; 6] = [
    "permissions.ground_movement.regime=process",
    "permissions.ground_movement.answer_mean_days=0",
    "permissions.ground_movement.retry_days=1",
    "permissions.ground_movement.unanswered_permissive=0",
    "permissions.ground_movement.granted_permissive=0.4",
    "decisions.request_before_days=60",
];

#[test]
fn requests_are_repeated_trials() {
    let mut board = Board::new("requests");
    let text = quiet(20, 1.0);
    let [requests] = runs(&text, &ASKED, 5400, |o| [o.value(Measure::Requests)]);
    board.mean("requests until one is granted", "camps / p", 20.0 / 0.4, &requests);
    let silent = [&ASKED[..], &["permissions.ground_movement.unanswered_permissive=0.2"]].concat();
    let [requests] = runs(&text, &silent, 6400, |o| [o.value(Measure::Requests)]);
    board.mean("requests where some stay unanswered", "camps / ((1 - u) p)", 20.0 / 0.32, &requests);
    // Where none is granted, all are filed up to the day of leaving.
    let [share] = runs(
        &text,
        &[&silent[..], &["permissions.ground_movement.granted_permissive=0", "decisions.request_before_days=50"]]
            .concat(),
        1200,
        |o: &Outcome| [o.value(Measure::Unanswered) / o.value(Measure::Requests)],
    );
    board.mean("share of requests never answered", "u", 0.2, &share);
    let answers = [
        "permissions.ground_movement.granted_permissive=1",
        "permissions.ground_movement.answer_shape=3",
        "permissions.ground_movement.answer_mean_days=5",
    ];
    let [waits] = runs(&text, &[&ASKED[..], &answers].concat(), 1400, |o| [o.value(Measure::WaitDays)]);
    board.mean("days until an answer", "mean of the Weibull law", 5.0, &waits);
    let late = [
        &ASKED[..],
        &answers,
        &["permissions.ground_movement.answer_shape=1", "decisions.request_before_days=0", "decisions.wait_days=10"],
    ]
    .concat();
    let delay = |o: &Outcome| [o.departed_days[1..].iter().map(|day| day - 60.0).sum::<f64>() / 20.0];
    let [delays] = runs(&text, &late, 6000, delay);
    board.mean("days that a departure waits", "m (1 - exp(-most / m))", 5.0 * (1.0 - exp(-2.0)), &delays);
    let met = [
        "decisions.handover_meetings=true",
        "permissions.handover_meeting.granted_permissive=0.4",
        "permissions.handover_meeting.unanswered_permissive=0",
        "permissions.handover_meeting.answer_mean_days=0",
        "permissions.handover_meeting.retry_days=8",
        "decisions.request_before_days=20",
    ];
    // Asked on days 40, 48 and 56.
    let [met] = runs(&text, &met, 2600, |o| [20.0 - o.value(Measure::Unhanded)]);
    board.mean("bases with a meeting", "camps × (1 - (1 - p)³)", 20.0 * (1.0 - 0.6 * 0.6 * 0.6), &met);
    board.close();
}

/// Granted in one stance and refused in the other, asked once, on the day of leaving.
const STANCE: [&str; 11] = [
    "permissions.ground_movement.regime=process",
    "permissions.ground_movement.restricted_regions=[\"country\"]",
    "permissions.ground_movement.answer_mean_days=0",
    "permissions.ground_movement.retry_days=365",
    "permissions.ground_movement.unanswered_permissive=0",
    "permissions.ground_movement.unanswered_restrictive=0",
    "permissions.ground_movement.granted_permissive=1",
    "permissions.ground_movement.granted_restrictive=0",
    "permissions.ground_movement.stance_at_start=permissive",
    "permissions.ground_movement.to_restrictive_per_day=0.05",
    "permissions.ground_movement.to_permissive_per_day=0.1",
];

/// Dates from 21 January on, a month apart, and their days.
const MONTHS: [(&str, f64); 11] = [
    ("2030-01-21", 20.0),
    ("2030-02-21", 51.0),
    ("2030-03-21", 79.0),
    ("2030-04-21", 110.0),
    ("2030-05-21", 140.0),
    ("2030-06-21", 171.0),
    ("2030-07-21", 201.0),
    ("2030-08-21", 232.0),
    ("2030-09-21", 263.0),
    ("2030-10-21", 293.0),
    ("2030-11-21", 324.0),
];

#[test]
fn stances_are_a_two_state_markov_chain() {
    let mut board = Board::new("stances");
    let text = quiet(11, 1.0);
    let dates: Vec<String> =
        MONTHS.iter().enumerate().map(|(at, (date, _))| format!("base.c{at}.planned_closure={date}")).collect();
    let dated: Vec<&str> = STANCE.into_iter().chain(dates.iter().map(String::as_str)).collect();
    let granted = |o: &Outcome| [o.value(Measure::Granted)];
    let [values] = runs(&text, &dated, 9000, granted);
    let both: f64 = 0.05 + 0.1;
    let permissive = |days: f64| 0.1 / both + 0.05 / both * exp(-both * days);
    let expected = MONTHS.iter().map(|(_, days)| permissive(*days)).sum();
    board.mean("requests met by the permissive stance", "Σ b/(a+b) + a/(a+b) exp(-(a+b) t)", expected, &values);
    // One camp, before and after an appeal on day 30 that quarters the rate.
    let one = quiet(1, 1.0);
    let rate = [
        "permissions.ground_movement.to_restrictive_per_day=0.004",
        "permissions.ground_movement.to_permissive_per_day=0",
    ];
    let [values] = runs(&one, &[&STANCE[..], &rate].concat(), 44_000, granted);
    board.mean("no turn of the host in 60 days", "exp(-a t)", exp(-0.24), &values);
    let appeal = "permissions.appeal=[{ from = 2030-01-31, factor = 0.25 }]";
    let [values] = runs(&one, &[&STANCE[..], &rate, &[appeal]].concat(), 28_000, granted);
    board.mean("no turn of the host, with an appeal", "exp(-a (t1 + f t2))", exp(-0.12 - 0.03), &values);
    // Two camps leave unhanded on days 20 and 21; the third asks on day 60.
    let early: Vec<String> = (0..2).map(|at| format!("base.c{at}.planned_closure=2030-01-{}", 21 + at)).collect();
    let early: Vec<&str> = early.iter().map(String::as_str).collect();
    let feedback = ["permissions.departure_factor=2", "region.country.handover_probability=0", "decisions.wait_days=0"];
    let slow = ["permissions.ground_movement.to_restrictive_per_day=0.001", rate[1]];
    let [values] = runs(&quiet(3, 1.0), &[&STANCE[..], &slow, &early, &feedback].concat(), 12_000, granted);
    // The desk is asked on days 20, 21 and 60, at a rate that each departure doubles.
    let expected = exp(-0.020) + exp(-0.022) + exp(-0.022 - 0.001 * 4.0 * 39.0);
    board.mean("grants as departures anger the host", "Σ exp(-∫ a 2^departures)", expected, &values);
    board.close();
}

#[test]
fn imports_are_an_infinite_server_queue_with_defect() {
    let mut board = Board::new("imports");
    let text = quiet(0, 1.0);
    let sets = [
        "imports.base=hub",
        "imports.requests_per_day=2",
        "imports.fuel_used_per_day=0",
        "permissions.fuel_import.regime=process",
        "permissions.parts_import.regime=process",
        "permissions.fuel_import.unanswered_permissive=0.2",
        "permissions.parts_import.unanswered_permissive=0.2",
        "permissions.fuel_import.answer_shape=1",
        "permissions.parts_import.answer_shape=1",
        "permissions.fuel_import.answer_mean_days=20",
        "permissions.parts_import.answer_mean_days=20",
    ];
    let waiting =
        |o: &Outcome| [o.value(Measure::ImportRequests), f64::from(o.daily[99][Daily::ImportsUnanswered as usize])];
    let [requests, unanswered] = runs(&text, &sets, 3000, waiting);
    board.mean("requests for imports", "rate × days", 2.0 * 365.0, &requests);
    let open = 2.0 * (0.2 * 100.0 + 0.8 * 20.0 * (1.0 - exp(-5.0)));
    board.mean("imports without an answer after 100 days", "rate (u t + (1 - u) m (1 - exp(-t/m)))", open, &unanswered);
    board.close();
}
