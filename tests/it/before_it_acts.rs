//! Common random numbers: until a lever acts, nothing that is told of a replication differs.

use rearguard::draw::Streams;
use rearguard::model::Model;
use rearguard::scenario::{Case, Override};
use rearguard::withdrawal::{What, Withdrawal};

use crate::common::{THREE_BASES, case, scorecard};

/// The day on which every lever acts, 21 April, or the day after at its beginning.
const ACTS_DAY: f64 = 110.0;

/// A mission in which every lever finds something to move.
const BUSY: [&str; 16] = [
    "tension.process=true",
    "zone.ridge.tension=[{ from = 2030-01-01, level = \"clashes\" }]",
    "base_fire.falls=true",
    "base_fire.calm_per_day=0.05",
    "imports.base=port",
    "decisions.request_before_days=21",
    "truck_fleet.trucks.escorts=12",
    "truck_fleet.trucks.escorts_bound=5",
    "truck_fleet.trucks.escorts_bound_until=2030-05-20",
    "permissions.truck_column.change=[]",
    "permissions.ground_movement.restricted_regions=[\"hills\"]",
    "permissions.air_overwatch.restricted_regions=[\"hills\"]",
    "permissions.surveillance.restricted_regions=[\"hills\"]",
    "permissions.medical_evacuation.restricted_regions=[\"hills\"]",
    "permissions.fuel_import.restricted_regions=[\"hills\"]",
    "permissions.medical_evacuation.granted_restrictive=0.1",
];

/// What each lever changes from its day on.
const LEVERS: [&[&str]; 13] = [
    &["permissions.truck_column.change=[{ from = 2030-04-21, stance = \"restrictive\" }]"],
    &["permissions.ground_movement.change=[{ from = 2030-04-21, stance = \"restrictive\" }]"],
    &["permissions.air_overwatch.change=[{ from = 2030-04-21, stance = \"restrictive\" }]"],
    &["permissions.surveillance.change=[{ from = 2030-04-21, stance = \"restrictive\" }]"],
    &["permissions.medical_evacuation.change=[{ from = 2030-04-21, stance = \"restrictive\" }]"],
    &["permissions.fuel_import.change=[{ from = 2030-04-21, stance = \"restrictive\" }]"],
    &["permissions.appeal=[{ from = 2030-04-21, factor = 0.01 }]"],
    &[
        "zone.ridge.tension=[{ from = 2030-01-01, level = \"clashes\" }, { from = 2030-04-21, level = \"calm\", sets = true }]",
    ],
    &["weather=[{ from = 2030-04-21, until = 2030-06-30, unpaved_factor = 0.5 }]"],
    &["armed_group=[{ id = \"some\", zones = [\"ridge\"], from = 2030-04-21, rise_factor = 10 }]"],
    &["repatriation.rate=[{ from = 2030-01-01, people_per_day = 25 }, { from = 2030-04-21, people_per_day = 60 }]"],
    &["truck_fleet.trucks.escorts_bound_until=2030-04-20"],
    &["decisions.thin_out_by=2030-05-12", "decisions.thin_out_to=0.5"],
];

/// The busy mission of the tutorial with more said.
fn busy(case: &Case, lever: &[&str]) -> Model {
    // The lever last, so that it holds over what is there.
    let sets: Vec<Override> = [&BUSY[..], lever]
        .concat()
        .iter()
        .map(|set| Override::parse("lever", set).unwrap_or_else(|problem| panic!("{problem:?}")))
        .collect();
    case.model(&sets).unwrap_or_else(|problems| panic!("{}", problems.render(false)))
}

/// Compares each lever with the mission without it, replication by replication; returns pairs and replications compared.
fn compare(replications: u64) -> (u64, u64) {
    let case = case::<&str>(THREE_BASES.as_ref(), &[]);
    let baseline = busy(&case, &[]);
    let others: Vec<_> = LEVERS.iter().map(|lever| busy(&case, lever)).collect();
    let mut without = Withdrawal::new(&baseline, &[]);
    let mut with: Vec<Withdrawal> = others.iter().map(|model| Withdrawal::new(model, &[])).collect();
    let mut differ = [0; LEVERS.len()];
    for replication in 0..replications {
        let streams = Streams::new(3, replication);
        let (outcome, tale) = without.tell_replication(streams);
        let before =
            |tale: &[_]| tale.partition_point(|entry: &rearguard::withdrawal::Entry| entry.time_days < ACTS_DAY);
        for (lever, with) in with.iter_mut().enumerate() {
            let (other, told) = with.tell_replication(streams);
            let what = || format!("{:?}, replication {replication}", LEVERS[lever]);
            assert_eq!(outcome.daily[..ACTS_DAY as usize], other.daily[..ACTS_DAY as usize], "{}", what());
            assert_eq!(tale[..before(&tale)], told[..before(&told)], "{}", what());
            differ[lever] += u32::from(tale != told);
        }
    }
    for (lever, differ) in LEVERS.iter().zip(differ) {
        assert!(differ > 0, "{lever:?} does nothing, so nothing was shown");
    }
    (LEVERS.len() as u64, LEVERS.len() as u64 * replications)
}

#[test]
fn nothing_told_of_a_replication_differs_before_a_lever_acts() {
    let (pairs, replications) = compare(100);
    scorecard("D5", "levers", pairs, &format!("pairs alike to the last event in {replications} replications"));
}

#[test]
#[ignore = "takes minutes; run by tests/run --long"]
fn nothing_differs_before_a_lever_acts_in_many_replications() {
    let (pairs, replications) = compare(8_000);
    scorecard("D5-long", "levers", replications, &format!("replications of {pairs} pairs alike to the last event"));
}

/// A convoy is worked ahead of the clock to what next concerns anyone but itself, with the weather of days to come. Told where
/// it had been worked to, one that asked for supplies the day before rain was told elsewhere than without the rain.
#[test]
fn a_convoy_that_asks_for_supplies_on_its_way_is_told_on_the_road() {
    let case = case::<&str>(THREE_BASES.as_ref(), &[]);
    let model = busy(&case, &[]);
    let mut withdrawal = Withdrawal::new(&model, &[]);
    let mut asked = 0;
    for replication in 0..20 {
        let (_, tale) = withdrawal.tell_replication(Streams::new(3, replication));
        for entry in tale.iter().filter(|entry| entry.what == What::Asked && entry.cause == "air_resupply") {
            assert!(entry.place.contains('>'), "{entry:?}");
            asked += 1;
        }
    }
    assert!(asked > 0, "no convoy asked");
}
