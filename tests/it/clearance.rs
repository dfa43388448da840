//! Route clearance: thins devices where the itinerary is the same, slows convoys, and does nothing while it is off.

use rearguard::experiment::{PolicyModel, Results};
use rearguard::measures::Measure;

use crate::common::{THREE_BASES, case, compare, policy_of, run_one, z};

/// Device contacts alone, that nothing but clearance changes.
const DEVICES: [&str; 10] = [
    "threat.frailty_variance=0",
    "threat.second_device_probability=0",
    "threat.ratio_clearance=0.4",
    "convoys.clearance_pace=0.5",
    "zone.ridge.device_per_km=0.01",
    "zone.ridge.direct_per_km=0",
    "zone.plain.direct_per_km=0",
    "convoys.day_log_sd=0",
    "convoys.convoy_log_sd=0",
    "truck_fleet.trucks.serves=[]",
];

#[track_caller]
fn model(sets: &[&[&str]]) -> PolicyModel {
    let case = case(THREE_BASES.as_ref(), &sets.concat());
    policy_of("case", case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false))))
}

#[test]
fn numbers_of_clearance_do_nothing_while_nobody_clears() {
    let plain = run_one(model(&[]), 73, 100);
    let other = run_one(model(&[&["threat.ratio_clearance=0", "convoys.clearance_pace=0.1"]]), 73, 100);
    assert!(plain.columns == other.columns && plain.tallies == other.tallies);
}

#[test]
fn on_a_frozen_itinerary_clearing_removes_its_share_of_devices_and_adds_none() {
    let cleared = model(&[&DEVICES, &["convoys.route_clearance=true"]]);
    let results: Results = compare(vec![model(&[&DEVICES]), cleared], 73, 4000);
    let baseline = results.policies[0].column(Measure::Contacts);
    let direct = &results.policies[1].direct.as_ref().expect("direct effects").contacts;
    assert!(direct.iter().zip(baseline).all(|(direct, baseline)| direct <= baseline));
    // Kept less 0.4 of all is a sum of centred trials: variance 0.4 times 0.6 of the mean.
    let n = baseline.len() as f64;
    let (kept, all) = (direct.iter().sum::<f64>() / n, baseline.iter().sum::<f64>() / n);
    assert!(all > 0.5, "{all} contacts are too few to show anything");
    assert!(z(kept, 0.4 * all, 0.4 * 0.6 * all / n) < 4.0, "{kept} of {all}");
}

#[test]
fn convoys_behind_a_party_take_as_much_longer_as_it_is_slower() {
    let quiet = ["zone.ridge.device_per_km=0", "zone.plain.device_per_km=0", "convoys.breakdown_vehicle_km=1e9"];
    let supplied = ["convoys.autonomy_days=1000", "decisions.accelerate=false"];
    let days = |more: &[&str]| {
        let results = run_one(model(&[&DEVICES, &quiet, &supplied, more]), 73, 50);
        results.column(Measure::ConvoyDays).to_vec()
    };
    let (plain, cleared) = (days(&[]), days(&["convoys.route_clearance=true"]));
    for (plain, cleared) in plain.iter().zip(cleared) {
        // All roads of garrisons are unpaved here, and it does not rain: twice the days at half the pace.
        assert!((cleared - 2.0 * plain).abs() < 1e-9, "{plain} and {cleared} days");
    }
}
