//! How garrisons leave: joined to a neighbour's convoy, or part of them ahead of the closure.

use rearguard::draw::Streams;
use rearguard::experiment::PolicyResults;
use rearguard::measures::Measure;
use rearguard::stats::{Worse, paired};
use rearguard::withdrawal::{What, Withdrawal};

use crate::common::{THREE_BASES, case, policy_of, run_one, z};

#[track_caller]
fn tutorial(sets: &[&[&str]], replications: u64) -> PolicyResults {
    let case = case(THREE_BASES.as_ref(), &sets.concat());
    let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    run_one(policy_of("as it stands", model), 67, replications)
}

/// The times at which something happens in the first replications.
#[track_caller]
fn times(sets: &[&[&str]], what: What, base: &str) -> Vec<f64> {
    let case = case(THREE_BASES.as_ref(), &sets.concat());
    let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let mut withdrawal = Withdrawal::new(&model, &[]);
    let tales = (0..5).map(|replication| withdrawal.tell_replication(Streams::new(5, replication)).1);
    let told = tales.flat_map(|tale| tale.into_iter().filter(|entry| entry.what == what && entry.base == base));
    told.map(|entry| entry.time_days).collect()
}

/// `north` drives to the port by `east`: 100 km at 50 a day, then 160. It leaves on 10 May, day 129, and is there on 131.
const ON_THE_WAY: [&str; 13] = [
    "road=[{ from = \"north\", to = \"east\", km = 100, surface = \"track\", zone = \"ridge\" }, { from = \"east\", to = \"port\", km = 160, surface = \"piste\", zone = \"plain\" }, { from = \"port\", to = \"harbour\", km = 150, surface = \"paved\", zone = \"coast\" }]",
    "permissions.ground_movement.regime=granted",
    "decisions.accelerate=false",
    "base.north.window_start=2030-05-10",
    "base.north.planned_closure=2030-05-10",
    "convoys.track_km_per_day=50",
    "convoys.day_log_sd=0",
    "convoys.convoy_log_sd=0",
    "convoys.breakdown_vehicle_km=1e9",
    "convoys.max_vehicles=10000",
    "zone.ridge.device_per_km=0",
    "zone.ridge.direct_per_km=0",
    "truck_fleet.trucks.serves=[]",
];
const MERGES: &str = "base.east.merges_with=north";
const EAST: usize = 2;

#[test]
fn a_garrison_that_may_not_join_is_as_one_that_has_nobody_to_join() {
    let plain = tutorial(&[&ON_THE_WAY], 100);
    let apart = tutorial(&[&ON_THE_WAY, &[MERGES, "decisions.merge=false"]], 100);
    assert!(plain.columns == apart.columns && plain.tallies.ends == apart.tallies.ends);
    // Nor does one whose date is far from that of the convoy.
    let far = ["base.east.planned_closure=2030-06-15"];
    let (plain, far) = (tutorial(&[&ON_THE_WAY, &far], 100), tutorial(&[&ON_THE_WAY, &far, &[MERGES]], 100));
    assert!(plain.columns == far.columns && plain.tallies.ends == far.tallies.ends);
}

#[test]
fn a_garrison_waits_for_the_convoy_it_is_to_join_or_goes_before_its_date() {
    for date in ["2030-05-09", "2030-05-12", "2030-05-14"] {
        let date = format!("base.east.planned_closure={date}");
        let sets: [&[&str]; 3] = [&ON_THE_WAY, &[MERGES, "decisions.merge_within_days=3"], &[&date]];
        let results = tutorial(&sets, 20);
        assert!(
            results.departures(EAST).iter().all(|&day| (day - 131.0).abs() < 1e-9),
            "{:?}",
            results.departures(EAST)
        );
        assert!(results.column(Measure::Joined).iter().all(|&joined| joined == 1.0));
        assert!(results.column(Measure::Convoys).iter().all(|&convoys| convoys == 1.0));
        assert_eq!(times(&sets, What::ConvoyJoined, "east").len(), 5);
    }
    // It does not wait longer than it may: from 9 May it waits a day for a convoy that leaves on the 10th.
    let sets: [&[&str]; 2] =
        [&ON_THE_WAY, &[MERGES, "decisions.merge_within_days=1", "base.east.planned_closure=2030-05-09"]];
    let alone = tutorial(&sets, 20);
    assert!(alone.departures(EAST).iter().all(|&day| day == 129.0));
    assert!(alone.column(Measure::Convoys).iter().all(|&convoys| convoys == 2.0));
}

#[test]
fn who_joins_is_on_the_road_from_then_on() {
    // By itself `east` drives the same 160 km at the same pace.
    let safe = ["zone.plain.device_per_km=0", "zone.plain.direct_per_km=0", "base.east.planned_closure=2030-05-12"];
    let apart = tutorial(&[&ON_THE_WAY, &safe], 20);
    let joined = tutorial(&[&ON_THE_WAY, &safe, &[MERGES, "decisions.merge_within_days=3"]], 20);
    assert!(joined.column(Measure::Joined).iter().all(|&garrisons| garrisons == 1.0));
    for (apart, joined) in apart.column(Measure::Exposed).iter().zip(joined.column(Measure::Exposed)) {
        assert!((apart - joined).abs() < 1e-6, "{joined} person-days, {apart} apart");
    }
}

#[test]
fn one_column_meets_what_one_column_meets() {
    // Contacts that no size, frailty or cover changes: 160 km at 0.005, once or twice.
    let poisson = [
        "threat.frailty_variance=0",
        "threat.second_device_probability=0",
        "threat.growth_per_month=0",
        "threat.size_exponent=0",
        "threat.multiplier_calm=1",
        "threat.ratio_surveillance=1",
        "threat.ratio_overwatch=1",
        "zone.plain.device_per_km=0.004",
        "zone.plain.direct_per_km=0.001",
        "base.east.planned_closure=2030-05-09",
    ];
    for (merge, columns) in [("decisions.merge=true", 1.0), ("decisions.merge=false", 2.0)] {
        let results = tutorial(&[&ON_THE_WAY, &poisson, &[MERGES, merge]], 4000);
        let contacts = results.column(Measure::Contacts);
        let mean = contacts.iter().sum::<f64>() / 4000.0;
        let expected = columns * 160.0 * 0.005;
        assert!(z(mean, expected, expected / 4000.0) < 4.0, "{mean} contacts, not {expected}");
    }
}

#[test]
fn everyone_and_everything_that_joins_arrives() {
    let safe = ["zone.plain.device_per_km=0", "zone.plain.direct_per_km=0", "base.east.planned_closure=2030-05-09"];
    let merged = tutorial(&[&ON_THE_WAY, &safe, &[MERGES]], 50);
    let apart = tutorial(&[&ON_THE_WAY, &safe, &[MERGES, "decisions.merge=false"]], 50);
    // No truck ships from the port here: what the garrisons took along is there at the end in both.
    for measure in [Measure::OnHandUnits, Measure::PeopleOut, Measure::Wounded] {
        let (merged, apart) = (merged.column(measure), apart.column(measure));
        let close = merged.iter().zip(apart).all(|(merged, apart)| (merged - apart).abs() <= 0.1 * apart.max(1.0));
        assert!(close, "{}: {:?} {:?}", measure.name(), &merged[..3], &apart[..3]);
    }
}

/// Half of the camps' people leave by 1 March, day 59, with all movement granted.
const THIN_OUT: [&str; 3] =
    ["decisions.thin_out_by=2030-03-01", "decisions.thin_out_to=0.5", "permissions.ground_movement.regime=granted"];

#[test]
fn without_a_share_nobody_leaves_ahead() {
    let (plain, other) = (tutorial(&[], 100), tutorial(&[&["decisions.thin_out_by=2030-03-01"]], 100));
    assert!(plain.columns == other.columns && plain.tallies == other.tallies);
}

#[test]
fn half_of_each_camp_leaves_on_the_day() {
    for base in ["north", "east"] {
        assert_eq!(times(&[&THIN_OUT], What::ThinnedOut, base), [59.0; 5]);
    }
    let results = tutorial(&[&THIN_OUT], 100);
    // 400 and 300 people, in three categories each, rounded down.
    assert!(results.column(Measure::ThinnedOut).iter().all(|&people| (347.0..=350.0).contains(&people)));
    let more = tutorial(&[&THIN_OUT, &["decisions.thin_out_to=0.2"]], 100);
    let pairs = results.column(Measure::ThinnedOut).iter().zip(more.column(Measure::ThinnedOut));
    assert!(pairs.clone().all(|(half, more)| more > half));
}

#[test]
fn where_nobody_and_nothing_is_left_to_go_no_convoy_does() {
    // All leave ahead, with all that drives; or nobody ever was there.
    let all = ["decisions.thin_out_to=0", "decisions.drivable_planned=1", "decisions.drivable_accelerated=1"];
    let nobody = ["base.north.personnel=0", "decisions.drivable_planned=0", "decisions.drivable_accelerated=0"];
    let fought_over = ["zone.ridge.direct_per_km=1", "truck_fleet.trucks.serves=[]"];
    for sets in [&[&THIN_OUT[..1], &THIN_OUT[2..], &all].concat(), &nobody.to_vec()] {
        let case = case(THREE_BASES.as_ref(), &[sets.as_slice(), &fought_over].concat());
        let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        let mut withdrawal = Withdrawal::new(&model, &[]);
        for replication in 0..20 {
            let tale = withdrawal.tell_replication(Streams::new(5, replication)).1;
            let departures = tale.into_iter().filter(|entry| entry.what == What::ConvoyDeparts);
            let empty: Vec<_> = departures.filter(|entry| entry.amounts.iter().all(|amount| amount.1 == 0.0)).collect();
            assert!(empty.is_empty(), "{empty:?}");
        }
    }
    let met = tutorial(&[&nobody, &["base.east.personnel=0"], &fought_over], 20);
    assert!(met.column(Measure::Contacts).iter().chain(met.column(Measure::Convoys)).all(|&count| count == 0.0));
}

#[test]
fn leaving_ahead_moves_who_is_out_and_what_is_met() {
    let (all, half) = (tutorial(&[&THIN_OUT[2..]], 300), tutorial(&[&THIN_OUT], 300));
    for measure in [Measure::Convoys, Measure::Exposed] {
        let difference = paired(half.column(measure), all.column(measure), 0.95, Worse::Higher);
        let difference = difference.expect("enough replications");
        let moves = difference.mcse == 0.0 && difference.mean != 0.0 || difference.mean.abs() > 5.0 * difference.mcse;
        assert!(moves, "{} moves by {}", measure.name(), difference.mean);
    }
}
