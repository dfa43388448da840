//! Convoys on the road: contacts, breakdowns and days.

use rearguard::experiment::{Hooks, Plan, run};
use rearguard::math::{exp, pow, sqrt};
use rearguard::measures::Measure;
use rearguard::scenario::{Case, Override};
use rearguard::stats::{Worse, paired};
use rearguard::withdrawal::Outcome;

use super::{Board, Text, quiet, runs};
use crate::common::policy_of;

/// 2,000 km at 100 km a day; 0.05 contacts a km make 100.
const DEVICES: &str = "zone.road.device_per_km=0.05";

fn contacts(outcome: &Outcome) -> [f64; 1] {
    [outcome.value(Measure::Contacts)]
}

fn none(outcome: &Outcome) -> [f64; 1] {
    [f64::from(u8::from(outcome.value(Measure::Contacts) == 0.0))]
}

#[test]
fn contacts_are_a_poisson_process_and_its_thinnings() {
    let mut board = Board::new("contacts");
    let text = quiet(1, 2000.0);
    let mut on = |name: &str, form: &str, expected: f64, n: usize, sets: &[&str]| {
        let [values] = runs(&text, sets, n, contacts);
        board.mean(name, form, expected, &values);
    };
    on("device contacts", "rate × km", 100.0, 2000, &[DEVICES]);
    on("direct attacks", "rate × km", 60.0, 3200, &["zone.road.direct_per_km=0.03"]);
    on("second devices", "rate × km × (1 + p)", 130.0, 2400, &[DEVICES, "threat.second_device_probability=0.3"]);
    on(
        "contacts under overwatch",
        "r × rate × km",
        40.0,
        4800,
        &[DEVICES, "threat.ratio_overwatch=0.4", "permissions.air_overwatch.regime=granted"],
    );
    let overwatch = [
        "threat.ratio_overwatch=0.4",
        "permissions.air_overwatch.regime=process",
        "permissions.air_overwatch.granted_permissive=0.6",
        "permissions.air_overwatch.unanswered_permissive=0.1",
    ];
    on(
        "contacts under overwatch on some days",
        "rate × km × (1 - a(1 - r)), a = (1 - unanswered) × granted",
        100.0 * (1.0 - 0.54 * 0.6),
        4800,
        &[&[DEVICES], &overwatch[..]].concat(),
    );
    let surveillance = [
        "threat.ratio_surveillance=0.7",
        "permissions.surveillance.regime=process",
        "permissions.surveillance.granted_permissive=0.5",
        "permissions.surveillance.unanswered_permissive=0",
    ];
    on(
        "contacts under two kinds of cover",
        "rate × km × (a r1 + (1 - a)(b r2 + 1 - b))",
        100.0 * (0.54 * 0.4 + 0.46 * (0.5 * 0.7 + 0.5)),
        4800,
        &[&[DEVICES], &overwatch[..], &surveillance].concat(),
    );
    on(
        "contacts behind a clearance party",
        "ratio × rate × km",
        40.0,
        4800,
        &[DEVICES, "convoys.route_clearance=true", "threat.ratio_clearance=0.4"],
    );
    let groups = "armed_group=[{ id = \"one\", zones = [\"road\"], rise_factor = 1, attack_share = 1, attack_ratio = 0.2 }, \
                  { id = \"other\", zones = [\"road\"], rise_factor = 1, attack_share = 3 }]";
    on("contacts where one group holds back", "rate × km × (1 - w(1 - r))", 80.0, 2400, &[DEVICES, groups]);
    let tension =
        "zone.road.tension=[{ from = 2030-01-01, level = \"critical\" }, { from = 2030-03-07, level = \"clashes\" }]";
    on(
        "contacts as tension falls on the way",
        "rate × (km before + multiplier × km after)",
        0.05 * (500.0 + 0.6 * 1500.0),
        2800,
        &[DEVICES, tension, "threat.multiplier_clashes=0.6"],
    );
    // From day 60 to day 80 at 100 km a day.
    let month = 30.4375;
    let growth = 0.05 * 100.0 * (month / 0.3) * (exp(0.3 * 80.0 / month) - exp(0.3 * 60.0 / month));
    on(
        "contacts as the threat grows",
        "rate × speed × ∫ exp(g t) dt",
        growth,
        2000,
        &[DEVICES, "threat.growth_per_month=0.3"],
    );
    on(
        "contacts of a small column",
        "rate × km × (vehicles / reference)^b",
        100.0 * pow(0.25, 0.7),
        5200,
        &[DEVICES, "threat.size_exponent=0.7", "threat.reference_vehicles=40"],
    );
    on(
        "contacts of four serials",
        "rate × km",
        100.0,
        2000,
        &[DEVICES, "convoys.max_vehicles=3", "convoys.spacing_hours=5"],
    );
    on(
        "contacts of columns of unlike luck",
        "rate × km whatever the frailty",
        100.0,
        11_000,
        &[DEVICES, "threat.frailty_variance=0.05"],
    );
    board.close();
}

#[test]
fn no_contact_at_all_has_the_chance_that_its_law_says() {
    let mut board = Board::new("no-contact");
    let text = quiet(1, 2000.0);
    let [values] = runs(&text, &["zone.road.device_per_km=5e-5"], 20_000, none);
    board.mean("no contact", "exp(-rate × km)", exp(-0.1), &values);
    let sets = ["zone.road.device_per_km=1e-4", "threat.frailty_variance=2"];
    let [values] = runs(&text, &sets, 32_000, none);
    board.mean("no contact, gamma frailty", "(1 + v m)^(-1/v)", pow(1.4, -0.5), &values);
    let camps = quiet(10, 200.0);
    let sets = ["zone.road.device_per_km=5e-5", "threat.frailty_variance=2"];
    let [values] = runs(&camps, &sets, 20_000, none);
    board.mean("no contact of ten columns, frailties apart", "(1 + v m)^(-10/v)", pow(1.02, -5.0), &values);
    board.close();
}

#[test]
fn breakdowns_and_days_on_the_road_have_their_means() {
    let mut board = Board::new("days");
    let text = quiet(1, 2000.0);
    let broken = ["convoys.breakdown_vehicle_km=100", "convoys.breakdown_paved_factor=2"];
    let [count] = runs(&text, &broken, 2000, |o| [o.value(Measure::Breakdowns)]);
    board.mean("breakdowns", "vehicles × km / (vehicle-km × factor)", 100.0, &count);
    let hundred = text.replace("units = 10 ", "units = 100 ");
    let sets = ["convoys.breakdown_vehicle_km=2000", "convoys.abandon_probability=0.5"];
    let [lost] = runs(&hundred, &sets, 3000, |o| [o.value(Measure::EnRouteUnits)]);
    board.mean("vehicles abandoned", "n (1 - exp(-a km / vehicle-km))", 100.0 * (1.0 - exp(-0.5)), &lost);
    let days = |o: &Outcome| [o.value(Measure::ConvoyDays)];
    let delays = ["convoys.breakdown_delay_days=0.1", "convoys.breakdown_delay_log_sd=0.6"];
    let [values] = runs(&text, &[&broken[..], &delays].concat(), 2000, days);
    board.mean("days with repairs", "km / speed + breakdowns × median × exp(s²/2)", 20.0 + 10.0 * exp(0.18), &values);
    let halts = [DEVICES, "convoys.halt_mean_days=0.4", "convoys.halt_shape=2"];
    let [values] = runs(&text, &halts, 2000, days);
    board.mean("days with halts", "km / speed + contacts × mean halt", 60.0, &values);
    // 20 km of the first day's 100: with log-sd 0.36 in all a convoy takes longer than a day once in 10^5.
    let paces = ["convoys.convoy_log_sd=0.3", "convoys.day_log_sd=0.2"];
    let [values] = runs(&quiet(10, 20.0), &paces, 2600, days);
    board.mean("days at an uneven pace", "km / median × exp((s1² + s2²)/2)", 0.2 * exp(0.5 * (0.09 + 0.04)), &values);
    let [values] = runs(&text, &["casualties.non_battle_per_person_day=0.05"], 2000, |o| [o.value(Measure::NonBattle)]);
    board.mean("injured or ill without contact", "people × days × rate", 100.0, &values);
    board.close();
}

#[test]
fn common_random_numbers_reduce_the_variance_as_theory_says() {
    let mut board = Board::new("pairing");
    let (ratio, mean, n) = (0.1, 20.0, 80_000_u64);
    let sets = ["zone.road.device_per_km=0.01", "threat.ratio_overwatch=0.1"].map(str::to_owned);
    let text = quiet(1, 2000.0);
    let case =
        Case::load_from(&Text(&text), "oracle.toml".as_ref(), &sets).unwrap_or_else(|p| panic!("{}", p.render(false)));
    let model = |regime: &str| {
        let set = Override::parse("cover", &format!("permissions.air_overwatch.regime={regime}"));
        let set = set.unwrap_or_else(|problem| panic!("{problem:?}"));
        policy_of(regime, case.model(&[set]).unwrap_or_else(|p| panic!("{}", p.render(false))).at_central_values())
    };
    let plan = Plan::paired(vec![model("denied"), model("granted")], 5, n);
    let results = run(&plan, &Hooks { should_stop: &|| false, on_progress: &|_, _| () });
    let without = results.policies[0].column(Measure::Contacts);
    let with = &results.policies[1].direct.as_ref().expect("direct effects").contacts;
    let difference = paired(with, without, 0.95, Worse::Higher).expect("pairs");
    // Kept and removed contacts are independent Poisson counts of means a and b. By the delta method the estimated factor
    // 1 + 2 (Var(kept) + Cov) / Var(removed) has this variance at n = 1.
    let (a, b) = (mean * ratio, mean * (1.0 - ratio));
    let variance = 4.0 / (b * b) * (a + 2.0 * a * a + a * b) + 4.0 * a * a / (b * b * b * b) * (b + 2.0 * b * b);
    let found = (difference.variance_reduction.expect("it varies"), sqrt(variance / n as f64));
    board.estimate(("variance reduction by pairing", "(1 + r) / (1 - r)"), 1.1 / 0.9, found, n as usize);
    let removed: Vec<f64> = without.iter().zip(with).map(|(without, with)| without - with).collect();
    board.mean("contacts that cover removes", "(1 - r) × rate × km", b, &removed);
    board.close();
}
