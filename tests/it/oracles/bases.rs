//! Bases: fire and shelter, tension, leaving, what becomes of an empty camp, crews, the host army, and aircraft.

use rearguard::draw::Streams;
use rearguard::math::{exp, ln};
use rearguard::measures::{Daily, Measure};
use rearguard::scenario::Case;
use rearguard::withdrawal::{Outcome, What, Withdrawal};
use statrs::distribution::{ContinuousCDF, Gamma};

use super::{Board, Text, quiet, runs};

#[test]
fn fire_is_a_poisson_process_that_drives_people_to_shelter() {
    let mut board = Board::new("fire");
    // The hub is there for all 365 days.
    let text = quiet(0, 1.0).replace("personnel = 10,", "personnel = 5000,");
    let stays =
        "repatriation.rate=[{ from = 2030-01-01, people_per_day = 0 }, { from = 2031-01-10, people_per_day = 100000 }]";
    let falls = [stays, "base_fire.falls=true", "base_fire.critical_per_day=1", "base_fire.wounded_per_incident=0"];
    let shelter = [&falls[..], &["base_fire.shelter_hours=12"]].concat();
    let read = |o: &Outcome| [o.value(Measure::FireIncidents), o.value(Measure::ShelteredDays)];
    let [incidents, sheltered] = runs(&text, &shelter, 1000, read);
    board.mean("incidents of fire", "rate × days", 365.0, &incidents);
    // A moment is covered if fire fell in the half day before it; at both ends that half day is cut short.
    let (days, half) = (365.0, 0.5);
    let covered = 1.0 - exp(-half);
    let expected = (days - half) * covered + 2.0 * (half - covered);
    board.mean("days in shelter", "(T - d)(1 - e^(-rd)) + 2 (d - (1 - e^(-rd))/r)", expected, &sheltered);
    let hurts = [
        "base_fire.wounded_per_incident=0.5",
        "base_fire.shelter_hours=0",
        "base_fire.sheltered_share=0.7",
        "base_fire.shelter_multiplier=0.25",
        "base_fire.dispersion=1",
    ];
    let [wounded] = runs(&text, &[&falls[..], &hurts].concat(), 3200, |o| [o.value(Measure::WoundedFire)]);
    let expected = 365.0 * (0.7 * 0.5 + 0.3 * 0.5 / 0.25);
    board.mean("wounded by fire", "rate × days × (s w + (1 - s) w / m)", expected, &wounded);
    board.close();
}

#[test]
fn tension_is_a_markov_jump_process() {
    let mut board = Board::new("tension");
    let level = |level: &str| format!("zone.road.tension=[{{ from = 2030-01-01, level = \"{level}\" }}]");
    let clashes = level("clashes");
    let two = [
        "tension.process=true",
        &clashes,
        "tension.clashes_to_critical_per_day=0.5",
        "tension.critical_to_clashes_per_day=0.8",
        "tension.clashes_to_tense_per_day=0",
        "tension.closure_factor=1",
        "base.c0.planned_closure=2030-12-26",
    ];
    let critical = |o: &Outcome| [o.value(Measure::CriticalDays)];
    // Of the camp alone: the hub's zone is the same, so that its days count too; both are there to day 359, the hub to 365.
    let [values] = runs(&quiet(1, 1.0), &two, 3000, critical);
    let (up, both) = (0.5, 1.3);
    let spent = |days: f64| up / both * days - up / (both * both) * (1.0 - exp(-both * days));
    board.mean(
        "days at critical tension, two levels",
        "a/(a+b) t - a/(a+b)² (1 - e^(-(a+b) t))",
        spent(359.0) + spent(365.0),
        &values,
    );
    // All four levels: long-run shares by detailed balance. The start weighs for a day or two of 365.
    let calm = level("calm");
    let four = [
        "tension.process=true",
        &calm,
        "tension.calm_to_tense_per_day=8",
        "tension.tense_to_clashes_per_day=6",
        "tension.clashes_to_critical_per_day=6",
        "tension.tense_to_calm_per_day=4",
        "tension.clashes_to_tense_per_day=4",
        "tension.critical_to_clashes_per_day=4",
        "tension.closure_factor=1",
    ];
    let [values] = runs(&quiet(0, 1.0), &four, 300, critical);
    let weights = [1.0, 8.0 / 4.0, 8.0 / 4.0 * 6.0 / 4.0, 8.0 / 4.0 * 6.0 / 4.0 * 6.0 / 4.0];
    let share = weights[3] / weights.iter().sum::<f64>();
    // What is lost at the start from calm: by the mean time that the chain takes to reach its long-run share.
    let lost = lost_days(&[8.0, 6.0, 6.0], &[4.0, 4.0, 4.0]);
    board.mean(
        "days at critical tension, four levels",
        "t × Π(up/down) / Σ Π(up/down) - start",
        365.0 * share - lost,
        &values,
    );
    // Twenty zones that no road joins but at the hub: each camp leaves early once its own has turned.
    let camps = 20;
    let mut text = quiet(camps, 1.0);
    let zone = |at| {
        format!(
            "{{ id = \"z{at}\", device_per_km = 0, direct_per_km = 0, tension = [{{ from = 2030-01-01, level = \"calm\" }}] }}, "
        )
    };
    let zones = (0..camps).map(zone).collect::<Vec<_>>().concat();
    text = text.replacen("zone = [{ id = \"road\"", &format!("zone = [{zones}{{ id = \"road\""), 1);
    for at in 0..camps {
        let camp = format!("id = \"c{at}\", kind = \"camp\"");
        let from = text.find(&camp).expect("the camp is there");
        let zone = from + text[from..].find("zone = \"road\"").expect("it has a zone");
        text.replace_range(zone..zone + "zone = \"road\"".len(), &format!("zone = \"z{at}\""));
    }
    let alarm = [
        "tension.process=true",
        "tension.calm_to_tense_per_day=0.03",
        "tension.tense_to_calm_per_day=0",
        "tension.tense_to_clashes_per_day=0",
        "tension.closure_factor=1",
        "decisions.accelerate=true",
        "decisions.accelerate_tension=tense",
        "decisions.accelerate_after_days=0",
        "decisions.notice_days=0",
    ];
    let read = |o: &Outcome| [o.value(Measure::Accelerated), o.departed_days[1..].iter().sum::<f64>() / camps as f64];
    let [early, left] = runs(&text, &alarm, 5000, read);
    board.mean("camps that leave early", "camps × (1 - exp(-a t))", 20.0 * (1.0 - exp(-1.8)), &early);
    board.mean("day on which camps leave", "(1 - exp(-a t)) / a", (1.0 - exp(-1.8)) / 0.03, &left);
    board.close();
}

/// Days at the top level of a birth and death chain that are missed by starting at the bottom: the integral of the long-run
/// share less the share at a time, by small steps.
fn lost_days(up: &[f64; 3], down: &[f64; 3]) -> f64 {
    let (mut odds, step, mut spent) = ([1.0, 0.0, 0.0, 0.0], 1e-4, 0.0);
    let weights = [
        1.0,
        up[0] / down[0],
        up[0] * up[1] / (down[0] * down[1]),
        up[0] * up[1] * up[2] / (down[0] * down[1] * down[2]),
    ];
    let share = weights[3] / weights.iter().sum::<f64>();
    for _ in 0..200_000 {
        spent += (share - odds[3]) * step;
        let flows: [f64; 3] = std::array::from_fn(|at| (odds[at] * up[at] - odds[at + 1] * down[at]) * step);
        for (at, flow) in flows.into_iter().enumerate() {
            odds[at] -= flow;
            odds[at + 1] += flow;
        }
    }
    spent
}

#[test]
fn closures_and_empty_camps_follow_order_statistics_and_races() {
    let mut board = Board::new("camps");
    let text = quiet(9, 1.0);
    // Windows of 100 days from day 60, 2 March, to 10 June.
    let windows: Vec<String> = (0..9)
        .flat_map(|at| {
            [format!("base.c{at}.window_start=2030-03-02"), format!("base.c{at}.planned_closure=2030-06-10")]
        })
        .collect();
    let windows: Vec<&str> = windows.iter().map(String::as_str).collect();
    let ends = |o: &Outcome| {
        let days = &o.departed_days[1..];
        let last = days.iter().copied().fold(0.0, f64::max);
        [last - 60.0, last - days.iter().copied().fold(f64::INFINITY, f64::min)]
    };
    let [last, range] = runs(&text, &windows, 5000, ends);
    board.mean("the last of nine camps to leave", "days × n/(n + 1)", 90.0, &last);
    board.mean("days between the first and the last", "days × (n - 1)/(n + 1)", 80.0, &range);
    let camps = quiet(40, 1.0);
    let left = ["region.country.handover_probability=0.4"];
    let [unhanded] = runs(&camps, &left, 3200, |o| [o.value(Measure::Unhanded)]);
    board.mean("bases left unhanded", "camps × (1 - p)", 24.0, &unhanded);
    let taken = [
        "region.country.handover_probability=0",
        "region.country.taker_separatist=0.5",
        "region.country.taker_jihadist=0.2",
        "region.country.taker_none=0.3",
        "aftermath.takeover_mean_days=1",
        "aftermath.looted_unhanded=0.6",
        "aftermath.looting_mean_days=1",
    ];
    let [groups, looted] =
        runs(&camps, &taken, 3400, |o| [o.value(Measure::BasesTaken), o.value(Measure::BasesLooted)]);
    board.mean("bases taken by armed groups", "camps × (1 - weight of none)", 28.0, &groups);
    board.mean("bases looted", "camps × p", 24.0, &looted);
    let hold = [
        "decisions.hold_for_handover_days=10",
        "decisions.hold_for=civil_authority",
        "decisions.civil_authority_mean_days=8",
    ];
    let lonely =
        camps.replace("liquidation = false, host_garrison = true", "liquidation = false, host_garrison = false");
    let [held] = runs(&lonely, &hold, 3000, |o| [o.value(Measure::HeldDays)]);
    board.mean(
        "days held for a civil authority",
        "camps × m (1 - exp(-most / m))",
        40.0 * 8.0 * (1.0 - exp(-1.25)),
        &held,
    );
    board.close();
}

#[test]
fn crews_columns_of_the_army_and_aircraft_keep_their_laws() {
    let mut board = Board::new("crews-and-columns");
    // One crew packs 100 TEU in one job and loads them in another, each at a triangular rate; then a day to the quay.
    let fleet = "truck_fleet = [{ id = \"trucks\", home = \"hub\", trucks = 10, column_trucks = 10, truck_teu = 10, escort_vehicles = 0, \
                 drivers_per_truck = 1, turnaround_days = 1, turnaround_log_sd = 0, serves = [\"c0\"] }]\n\n[mission]";
    let text = quiet(1, 1.0)
        .replace(
            "{ base = \"c0\", class = \"truck\", units = 10 }",
            "{ base = \"c0\", class = \"crate\", units = 100 }",
        )
        .replacen("[mission]", fleet, 1);
    let sets = [
        "packing.start_before_days=60",
        "packing.batch_teu=100",
        "packing.crew_teu_per_day_low=6",
        "packing.crew_teu_per_day_mode=12",
        "packing.crew_teu_per_day_high=25",
    ];
    let sets = sets.map(str::to_owned);
    let model = Case::load_from(&Text(&text), "oracle.toml".as_ref(), &sets).and_then(|case| case.model(&[]));
    let model = model.unwrap_or_else(|problems| panic!("{}", problems.render(false))).at_central_values();
    let mut withdrawal = Withdrawal::new(&model, &[]);
    let loaded = |replication: u64| {
        let (_, tale) = withdrawal.tell_replication(Streams::new(1917, replication));
        tale.iter().find(|entry| entry.what == What::ColumnLoaded).expect("it is loaded").time_days
    };
    let days: Vec<f64> = (0..7400).map(loaded).collect();
    let (low, mode, high) = (6.0, 12.0, 25.0);
    let inverse = 2.0 / (high - low) * (high / (high - mode) * ln(high / mode) - low / (mode - low) * ln(mode / low));
    board.mean("days to pack and load", "2 s E[1/rate], rate triangular", 200.0 * inverse, &days);

    let camps = quiet(20, 1000.0);
    let columns: Vec<String> = (0..20)
        .map(|at| format!("{{ id = \"h{at}\", from = 2030-01-01, route = [\"hub\", \"c{at}\"], fast_km_per_day = 1, km_per_day = 3, shape_per_day = 0.1, retakes = 0 }}"))
        .collect();
    let columns = format!("host_column=[{}]", columns.join(", "));
    // Up to the end, 31 December and 30 days of liquidation: day 395.
    let taken = ["region.country.handover_probability=0", &columns];
    let [host] = runs(&camps, &taken, 2000, |o| [o.value(Measure::BasesTakenByHost)]);
    let far = |days: f64| 1.0 - Gamma::new(0.1 * days, 0.1 / 3.0).expect("a gamma law").cdf(1000.0);
    board.mean("camps that the host army reaches", "camps × P(gamma(k t) > km)", 20.0 * far(395.0), &host);

    let fleet = [
        "aircraft=[{ id = \"plane\", number = 50, payload_t = 6, seats = 40, runway = \"unpaved\" }]",
        "aviation.failure_days=300",
        "aviation.repair_days=0",
        "aviation.spare_parts=0",
    ];
    let read =
        |o: &Outcome| [o.value(Measure::AircraftGrounded), f64::from(o.daily[199][Daily::AircraftGrounded as usize])];
    let [mean, late] = runs(&quiet(0, 1.0), &fleet, 3800, read);
    let expected = 50.0 * (1.0 - 300.0 / 365.0 * (1.0 - exp(-365.0 / 300.0)));
    board.mean("aircraft grounded, mean over days", "n (1 - m/t (1 - exp(-t/m)))", expected, &mean);
    board.mean("aircraft grounded after 200 days", "n (1 - exp(-t/m))", 50.0 * (1.0 - exp(-200.0 / 300.0)), &late);
    board.close();
}
