//! What contacts and fire do to people, and how people go home.

use rearguard::math::{exp, pow};
use rearguard::measures::Measure;
use rearguard::withdrawal::Outcome;
use statrs::distribution::{ContinuousCDF, Gamma};

use super::{Board, quiet, runs};

/// 100 device contacts on 2,000 km; two of each hundred hit are killed where nothing else is said.
const HIT: [&str; 4] = [
    "zone.road.device_per_km=0.05",
    "casualties.wounded_per_device=2",
    "casualties.device_dispersion=0.8",
    "casualties.killed_share=0.1",
];

#[test]
fn contacts_hurt_as_many_as_their_laws_say() {
    let mut board = Board::new("casualties");
    // Enough people that none is hit twice.
    let text = quiet(1, 2000.0).replace("personnel = 100,", "personnel = 5000,");
    let mut on = |name: &str, form: &str, expected: f64, (n, measure): (usize, Measure), sets: &[&str]| {
        let [values] = runs(&text, &[&HIT[..], sets].concat(), n, |o: &Outcome| [o.value(measure)]);
        board.mean(name, form, expected, &values);
    };
    on("wounded", "contacts × mean", 200.0, (5200, Measure::Wounded), &["casualties.killed_share=0"]);
    on("killed, flights granted", "contacts × mean × k / (1 - k)", 100.0 * 2.0 / 9.0, (11_600, Measure::Killed), &[]);
    let slow = [
        "permissions.medical_evacuation.regime=denied",
        "casualties.immediate_share=0.5",
        "casualties.slow_evacuation_multiplier=1.5",
    ];
    let expected = 100.0 * 2.0 / 0.9 * 0.1 * (0.5 + 0.5 * 1.5);
    on("killed, flights refused", "contacts × hit × k (i + (1 - i) m)", expected, (10_200, Measure::Killed), &slow);
    let care = ["casualties.serious_share=0.5", "casualties.died_of_wounds_share=0.4"];
    on("died of wounds", "contacts × survivors × serious × died", 40.0, (8400, Measure::DiedOfWounds), &care);
    on("seriously wounded", "contacts × survivors × serious × (1 - died)", 60.0, (6500, Measure::Serious), &care);
    let hours = ["casualties.serious_share=0.5", "casualties.evacuation_hours=3", "casualties.evacuation_log_sd=0.5"];
    on("hours to care", "median × exp(s²/2)", 3.0 * exp(0.125), (1200, Measure::CareHours), &hours);
    let lost = ["casualties.vehicle_lost_per_device=0.05", "casualties.wounded_per_device=0"];
    let many = text.replace("units = 10 ", "units = 1000 ");
    let sets = [&HIT[..1], &["zone.road.device_per_km=0.2"], &lost].concat();
    let [values] = runs(&many, &sets, 8500, |o| [o.value(Measure::EnRouteUnits)]);
    board.mean("vehicles lost to devices", "contacts × p", 20.0, &values);
    board.close();
}

#[test]
fn armour_and_chance_decide_who_is_hurt_at_all() {
    let mut board = Board::new("hurt-at-all");
    let mixed = quiet(1, 2000.0).replace(
        "{ base = \"c0\", class = \"truck\", units = 10 }",
        "{ base = \"c0\", class = \"truck\", units = 6 }, { base = \"c0\", class = \"carrier\", units = 4 }",
    );
    let exposure = ["casualties.unarmoured_multiplier=3", "casualties.reference_armoured_share=0.25"];
    let sets = [&HIT[..3], &["casualties.killed_share=0"], &exposure].concat();
    let people = mixed.replace("personnel = 100,", "personnel = 5000,");
    let [values] = runs(&people, &sets, 5500, |o| [o.value(Measure::Wounded)]);
    let mix = (0.4 + 0.6 * 3.0) / (0.25 + 0.75 * 3.0);
    board.mean("wounded in a mix of vehicles", "contacts × mean × exposure / reference", 200.0 * mix, &values);
    // A compound Poisson count is 0 if each contact hurts nobody: P(0) of a negative binomial is (d / (d + mean))^d.
    let rare =
        ["zone.road.device_per_km=2.5e-4", "casualties.wounded_per_device=0.3", "casualties.device_dispersion=0.5"];
    let [nobody] = runs(&quiet(1, 2000.0), &rare, 24_000, |o| [f64::from(u8::from(o.value(Measure::Wounded) == 0.0))]);
    let hurt = 1.0 - pow(0.5 / 0.8, 0.5);
    board.mean("nobody wounded", "exp(-contacts × (1 - P(0)))", exp(-0.5 * hurt), &nobody);
    let killed = [&rare[..], &["casualties.killed_share=0.4"]].concat();
    // Of a negative binomial of mean 0.5 and dispersion 0.5 each is killed with 0.4: again one, of mean 0.2.
    let [none] = runs(&quiet(1, 2000.0), &killed, 16_000, |o| [1.0 - o.value(Measure::AnyKilled)]);
    board.mean("nobody killed", "exp(-contacts × (1 - P(0)))", exp(-0.5 * (1.0 - pow(0.5 / 0.7, 0.5))), &none);
    board.close();
}

#[test]
fn people_fly_home_as_an_erlang_renewal_process() {
    let mut board = Board::new("flights");
    let sets = |deadline: &str| {
        [
            format!("mission.deadline={deadline}"),
            format!("base.hub.planned_closure={deadline}"),
            format!("threat.growth_until={deadline}"),
            "base.hub.personnel=1000".to_owned(),
            "repatriation.flight_people=100".to_owned(),
            "repatriation.rate=[{ from = 2030-01-01, people_per_day = 100 }]".to_owned(),
        ]
    };
    let text = quiet(0, 1.0);
    let run = |deadline: &str, n: usize, measure: Measure| {
        let sets = sets(deadline);
        let sets: Vec<&str> = sets.iter().map(String::as_str).collect();
        let [values] = runs(&text, &sets, n, |o| [o.value(measure)]);
        values
    };
    board.mean("day of the last flight", "flights × people / rate", 10.0, &run("2030-03-31", 4500, Measure::LastOut));
    // Ten intervals of four stages each, at four stages a day; the deadline of 12 January ends on day 12.
    let gamma = Gamma::new(40.0, 4.0).expect("a gamma law");
    let all_out = run("2030-01-12", 22_000, Measure::AllOut);
    board.mean("all out by the deadline", "gamma law of 40 stages at day 12", gamma.cdf(12.0), &all_out);
    board.close();
}
