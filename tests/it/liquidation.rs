//! Liquidation: silent while nobody sells or gives, in law where somebody does, and never with what must not be given.

use rearguard::experiment::PolicyResults;
use rearguard::measures::Measure;
use rearguard::withdrawal::accounts::{Disposition, class_of};

use crate::common::{MALI, THREE_BASES, case, policy_of, run_one, z};

#[track_caller]
fn run(file: &str, sets: &[&[&str]], replications: u64) -> PolicyResults {
    let case = case(file.as_ref(), &sets.concat());
    let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    run_one(policy_of("as it stands", model), 89, replications)
}

#[test]
fn owners_who_give_nothing_decide_nothing() {
    let plain = run(THREE_BASES, &[], 100);
    let other = run(THREE_BASES, &[&["liquidation.decides_after_days=3"]], 100);
    assert!(plain.columns == other.columns && plain.tallies == other.tallies);
    // Nor does a decision that falls after the end, in day 1,000 of 90.
    let late = run(THREE_BASES, &[&["liquidation.un_sold=1", "liquidation.decides_after_days=1000"]], 100);
    assert!(plain.columns == late.columns && plain.tallies.ends == late.tallies.ends);
}

/// The port alone holds stores, all the UN's, and no truck takes any away.
const STORES: [&str; 4] = [
    "holding=[{ base = \"port\", class = \"stores\", units = 97 }, { base = \"port\", class = \"truck\", units = 0 }, { base = \"north\", class = \"stores\", units = 0 }, { base = \"east\", class = \"stores\", units = 0 }, { base = \"north\", class = \"truck\", units = 0 }, { base = \"east\", class = \"truck\", units = 0 }]",
    "class.stores.contingent_share=0",
    "truck_fleet.trucks.serves=[]",
    "liquidation.decides_after_days=10",
];

#[test]
fn what_is_sold_and_given_is_its_share_on_average() {
    let results = run(THREE_BASES, &[&STORES, &["liquidation.un_sold=0.3", "liquidation.un_gifted=0.25"]], 4000);
    for (measure, share) in [(Measure::SoldUnits, 0.3_f64), (Measure::GiftedUnits, 0.25)] {
        let (units, n) = (results.column(measure), 4000.0);
        let (expected, mean) = (97.0 * share, units.iter().sum::<f64>() / n);
        // 97 times the share, rounded up with the probability of its fraction.
        let fraction = expected - expected.floor();
        assert!(units.iter().all(|&units| units == expected.floor() || units == expected.ceil()));
        assert!(z(mean, expected, fraction * (1.0 - fraction) / n) < 4.0, "{mean} units, not {expected}");
    }
}

#[test]
fn the_rest_is_handed_over_where_somebody_is_there_to_receive_it() {
    let rest = |host: &'static str| run(THREE_BASES, &[&STORES, &["liquidation.hands_over_rest=true", host]], 20);
    let received = rest("base.port.host_garrison=true");
    let alone = rest("base.port.host_garrison=false");
    let given = |results: &PolicyResults| results.column(Measure::HandedOverUnits)[0];
    assert!(given(&received) - given(&alone) == 97.0, "{} and {}", given(&received), given(&alone));
}

#[test]
fn weapons_ammunition_and_armour_are_never_handed_over_sold_or_given() {
    let sets = [
        "liquidation.un_sold=0.5",
        "liquidation.un_gifted=0.5",
        "liquidation.contingent_sold=0.5",
        "liquidation.contingent_gifted=0.5",
        "disposal.rule=none",
        "class.apc_mrap.sensitive=false",
    ];
    let case = case(MALI.as_ref(), &sets);
    let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let classes = model.inputs.class.clone();
    let results = run_one(policy_of("gives", model), 89, 40);
    let mut given = 0;
    for (&(_, item, disposition, _), cell) in &results.tallies.ends {
        if disposition == Disposition::HandedOver as u8 {
            let class = &classes[class_of(item)];
            assert!(!class.sensitive && !class.armoured, "{} was given away", class.id);
            given += cell.sums[0];
        }
    }
    assert!(given > 0, "nothing was given away, so nothing was shown");
    assert!(results.column(Measure::SensitiveAtEnd).iter().sum::<f64>() > 0.0);
}
