//! Armed groups: weights divide what happens and change nothing else; a group that holds back takes its share away.

use rearguard::draw::Streams;
use rearguard::experiment::{PolicyModel, PolicyResults};
use rearguard::measures::Measure;
use rearguard::withdrawal::{What, Withdrawal};

use crate::common::{THREE_BASES, case, compare, policy_of, run_one, z};

#[track_caller]
fn model(sets: &[&[&str]]) -> PolicyModel {
    let case = case(THREE_BASES.as_ref(), &sets.concat());
    policy_of("case", case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false))))
}

/// Two groups wherever there are bases, three to one, the first with a ratio.
fn groups(ratio: f64) -> String {
    format!(
        "armed_group=[{{ id = \"one\", zones = [\"ridge\", \"plain\"], rise_factor = 1, attack_share = 3, attack_ratio = {ratio}, \
         takeover_weight = 1 }}, {{ id = \"other\", zones = [\"ridge\"], rise_factor = 1, attack_share = 1, takeover_weight = 4 }}]"
    )
}

/// Only the ridge is dangerous.
const RIDGE: [&str; 5] = [
    "zone.ridge.device_per_km=0.006",
    "zone.plain.device_per_km=0",
    "zone.plain.direct_per_km=0",
    "threat.second_device_probability=0",
    "threat.frailty_variance=0",
];

#[test]
fn weights_divide_casualties_and_change_no_number() {
    let plain = run_one(model(&[&RIDGE]), 97, 2000);
    let split = run_one(model(&[&RIDGE, &[&groups(1.0)]]), 97, 2000);
    assert!(plain.columns == split.columns && plain.tallies.ends == split.tallies.ends);
    let sum = |results: &PolicyResults, group: Option<u16>| -> i128 {
        let harms = results.tallies.harms.iter().filter(|((_, _, of), _)| group.is_none_or(|group| group == *of));
        harms.map(|(_, cell)| cell.sums[0] + cell.sums[1]).sum()
    };
    let (one, other, all) = (sum(&split, Some(1)), sum(&split, Some(2)), sum(&plain, None));
    assert_eq!((one + other, sum(&split, Some(0))), (all, 0));
    // Three in four. Each contact hurts few, so that a twentieth is many standard errors of some thousand people.
    let share = one as f64 / all as f64;
    assert!(all > 1_000 && (share - 0.75).abs() < 0.05, "{share} of {all}");
}

#[test]
fn a_group_that_holds_back_takes_its_share_away_on_frozen_itineraries_and_adds_none() {
    let (quiet, half) = (groups(0.0), groups(0.5));
    let policies = vec![model(&[&RIDGE, &[&groups(1.0)]]), model(&[&RIDGE, &[&quiet]]), model(&[&RIDGE, &[&half]])];
    let results = compare(policies, 97, 4000);
    let baseline = results.policies[0].column(Measure::Contacts);
    let (n, all) = (4000.0, baseline.iter().sum::<f64>() / 4000.0);
    assert!(all > 0.5, "{all} contacts are too few to show anything");
    for (policy, kept) in results.policies[1..].iter().zip([0.25, 0.625]) {
        let direct = &policy.direct.as_ref().expect("direct effects").contacts;
        assert!(direct.iter().zip(baseline).all(|(direct, baseline)| direct <= baseline));
        let mean = direct.iter().sum::<f64>() / n;
        assert!(z(mean, kept * all, kept * (1.0 - kept) * all / n) < 4.0, "{mean} of {all}, not {kept}");
    }
}

#[test]
fn a_camp_is_taken_by_the_groups_in_its_zone_by_weight() {
    let taken_at_once = [
        "region.hills.taker_separatist=1",
        "region.hills.taker_jihadist=0",
        "region.hills.taker_none=0",
        "aftermath.takeover_mean_days=0.1",
        "region.hills.handover_probability=0",
    ];
    let policy = model(&[&taken_at_once, &[&groups(1.0)]]);
    let mut withdrawal = Withdrawal::new(&policy.model, &[]);
    let (mut north, mut takers) = (0, [0; 2]);
    for replication in 0..400 {
        let tale = withdrawal.tell_replication(Streams::new(97, replication)).1;
        for entry in tale.iter().filter(|entry| entry.what == What::CampTaken) {
            if entry.base == "east" {
                assert_eq!(entry.who, "one", "the other is not active there");
            } else {
                north += 1;
                takers[usize::from(entry.who == "other")] += 1;
            }
        }
    }
    let (n, share) = (f64::from(north), f64::from(takers[1]) / f64::from(north));
    assert!(z(share, 0.8, 0.8 * 0.2 / n) < 4.0, "{share} of {n}");
}
