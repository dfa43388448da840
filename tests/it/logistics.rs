//! Without threat, refusals or chance, everything happens when paper and pencil say.

use std::path::Path;

use rearguard::draw::Streams;
use rearguard::measures::{Daily, Measure};
use rearguard::withdrawal::{What, Withdrawal};

use crate::common::{case, policy_of};

const PURE_LOGISTICS: &str = "scenarios/pure-logistics.toml";

/// What happens on which day, worked out by hand in the head of the scenario.
const BY_HAND: [(What, &str, f64); 16] = [
    (What::PackingStarts, "camp", 0.0),
    (What::ColumnSent, "quay", 0.0),
    (What::ColumnWaits, "camp", 2.0),
    (What::ColumnLoaded, "camp", 5.0),
    (What::ColumnUnloaded, "quay", 7.0),
    (What::ColumnHome, "quay", 7.0),
    (What::ColumnSent, "quay", 10.0),
    (What::ColumnWaits, "camp", 12.0),
    (What::ColumnLoaded, "camp", 14.0),
    (What::ColumnUnloaded, "quay", 16.0),
    (What::ColumnHome, "quay", 16.0),
    (What::ColumnSent, "quay", 19.0),
    (What::ColumnWaits, "camp", 21.0),
    (What::ColumnLoaded, "camp", 23.0),
    (What::ColumnUnloaded, "quay", 25.0),
    (What::ColumnHome, "quay", 25.0),
];

#[test]
fn columns_and_the_garrison_keep_the_times_worked_out_by_hand() {
    let case = case::<&str>(Path::new(PURE_LOGISTICS), &[]);
    let policy = policy_of("as-written", case.model(&[]).expect("it is sound"));
    let mut withdrawal = Withdrawal::new(&policy.model, &[]);
    for replication in 0..20 {
        let (outcome, tale) = withdrawal.tell_replication(Streams::new(3, replication));
        let columns = tale.iter().filter(|entry| BY_HAND.iter().any(|(what, ..)| *what == entry.what));
        let told: Vec<_> = columns
            .filter(|entry| entry.base == "camp")
            .map(|entry| (entry.what, entry.place.as_str(), entry.time_days))
            .collect();
        assert_eq!(told, BY_HAND);
        let find = |what| tale.iter().find(|entry| entry.what == what && entry.base == "camp").expect("it is told");
        assert_eq!(find(What::BaseLeft).time_days, 40.0);
        let arrival = find(What::ConvoyArrives);
        assert!((arrival.time_days - 40.5).abs() < 1e-9, "{}", arrival.time_days);
        assert_eq!((outcome.value(Measure::EvacuatedUnits), outcome.value(Measure::Columns)), (66.0, 3.0));
        assert_eq!((outcome.value(Measure::LostUnits), outcome.value(Measure::Contacts)), (0.0, 0.0));
        assert_eq!((outcome.value(Measure::AllOut), outcome.value(Measure::WaitDays)), (1.0, 0.0));
        let evacuated = |day: usize| outcome.daily[day][Daily::Evacuated as usize];
        assert_eq!([6, 7, 15, 16, 24, 25].map(evacuated), [0, 22, 22, 44, 44, 66]);
    }
}

/// Days on which columns unload, under overrides.
fn unloaded(sets: &[&str]) -> Vec<f64> {
    let case = case(Path::new(PURE_LOGISTICS), sets);
    let policy = policy_of("changed", case.model(&[]).expect("it is sound"));
    let mut withdrawal = Withdrawal::new(&policy.model, &[]);
    let (_, tale) = withdrawal.tell_replication(Streams::new(3, 0));
    tale.iter().filter(|entry| entry.what == What::ColumnUnloaded).map(|entry| entry.time_days).collect()
}

#[test]
fn a_second_crew_does_not_help_where_trucks_are_short() {
    // When the first column comes on day 2, both crews have just taken up the fifth and sixth batch.
    assert_eq!(unloaded(&["base.camp.crews=2"]), [7.0, 16.0, 25.0]);
}

#[test]
fn with_trucks_enough_the_crew_sets_the_pace() {
    // All three columns come on day 2. Loading 3 to 5; the fourth batch to 6, loading to 8; two batches to 10, loading
    // to 12; each then has 2 days to drive.
    assert_eq!(unloaded(&["truck_fleet.hauliers.trucks=30"]), [7.0, 10.0, 14.0]);
    // With a crew of twice the pace: batches on days 0.5, 1, 1.5, 2 and 2.5; loading to 3.5, 4.5 and, after the last
    // batch of day 5, to 6.
    let fast = ["low", "mode", "high"].map(|part| format!("packing.crew_teu_per_day_{part}=22"));
    let sets: Vec<&str> = fast.iter().map(String::as_str).chain(["truck_fleet.hauliers.trucks=30"]).collect();
    assert_eq!(unloaded(&sets), [5.5, 6.5, 8.0]);
}

#[test]
fn a_last_load_too_small_for_a_column_is_left() {
    // 66 TEU are three loads of ten trucks; of 47 the last is three, more than one truck's worth and less than two.
    let units = "holding=[{ base = \"camp\", class = \"container\", units = 47 }, { base = \"camp\", class = \"bus\", units = 5 }]";
    let columns = |least: &'static str| unloaded(&[units, least]).len();
    assert_eq!(columns("truck_fleet.hauliers.least_trucks=1"), 3);
    assert_eq!(columns("truck_fleet.hauliers.least_trucks=2"), 2);
    // One that is large enough is fetched as before.
    assert_eq!(unloaded(&["truck_fleet.hauliers.least_trucks=10"]), [7.0, 16.0, 25.0]);
}
