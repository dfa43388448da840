//! Policies are paired by construction: what a policy does not touch stays as it was, draw by draw.

use rearguard::draw::Streams;
use rearguard::experiment::{PolicyModel, PolicyResults};
use rearguard::measures::Measure;
use rearguard::model::Model;
use rearguard::model::field::Table;
use rearguard::scenario::{Case, Override};
use rearguard::stats::{Worse, paired};
use rearguard::withdrawal::curve::{self, Flown, index, ratio};
use rearguard::withdrawal::{Direct, Withdrawal};

use crate::common::{MALI, THREE_BASES, case, compare, policy, policy_of, z};

/// The scenario as it stands with further overrides.
#[track_caller]
fn changed(case: &Case, id: &str, sets: &[&str]) -> PolicyModel {
    let overrides: Vec<Override> =
        sets.iter().map(|set| Override::parse(id, set).unwrap_or_else(|problem| panic!("{problem:?}"))).collect();
    policy_of(id, case.model(&overrides).unwrap_or_else(|problems| panic!("{}", problems.render(false))))
}

/// Every number of the inputs of a replication, in visiting order.
fn realised(model: &Model, replication: u64) -> Vec<u64> {
    let mut inputs = model.inputs.clone();
    model.realise(&Streams::new(11, replication), &mut inputs);
    let mut numbers = Vec::new();
    inputs.visit_table(&mut |value| numbers.push(value.to_bits()));
    numbers
}

#[track_caller]
fn fixing_one_moves_no_other(file: &str, step: usize) {
    let case = case::<&str>(file.as_ref(), &[]);
    let model = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let before: Vec<Vec<u64>> = (0..5).map(|replication| realised(&model, replication)).collect();
    for uncertainty in model.uncertainties().iter().step_by(step) {
        // Some value inside the law's reach: a draw of another replication.
        let mut inputs = model.inputs.clone();
        model.realise(&Streams::new(11, 99), &mut inputs);
        let (mut slot, mut value) = (0, f64::NAN);
        inputs.visit_table(&mut |number| {
            value = if slot == uncertainty.slot { *number } else { value };
            slot += 1;
        });
        let fix = Override::number("fix", &uncertainty.path, value).unwrap_or_else(|problem| panic!("{problem:?}"));
        let fixed = case.model(&[fix]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        assert_eq!(fixed.uncertainties().len(), model.uncertainties().len() - 1, "{}", uncertainty.path);
        for (replication, before) in before.iter().enumerate() {
            let after = realised(&fixed, replication as u64);
            assert_eq!(after.len(), before.len());
            let moved: Vec<usize> = (0..after.len()).filter(|&at| after[at] != before[at]).collect();
            assert!(moved.iter().all(|&at| at == uncertainty.slot), "{} moved {moved:?}", uncertainty.path);
        }
        assert!((0..5).any(|r| realised(&fixed, r)[uncertainty.slot] != before[r as usize][uncertainty.slot]));
    }
}

#[test]
fn fixing_an_uncertain_parameter_moves_no_other_draw() {
    fixing_one_moves_no_other(THREE_BASES, 1);
    fixing_one_moves_no_other(MALI, 17);
}

#[test]
fn making_a_known_number_uncertain_moves_no_other_draw() {
    let case = case::<&str>(THREE_BASES.as_ref(), &[]);
    let before = changed(&case, "before", &[]).model;
    let after = changed(&case, "after", &["road.1.km={ uniform = [100, 200] }"]).model;
    let slots = |model: &Model| model.uncertainties().iter().map(|u| (u.slot, u.path.clone())).collect::<Vec<_>>();
    let added: Vec<_> = slots(&after).into_iter().filter(|slot| !slots(&before).contains(slot)).collect();
    assert_eq!(added.iter().map(|(_, path)| path.as_str()).collect::<Vec<_>>(), ["road.1.km"]);
    for replication in 0..20 {
        let (before, after) = (realised(&before, replication), realised(&after, replication));
        for at in (0..before.len()).filter(|&at| at != added[0].0) {
            assert_eq!(before[at], after[at], "number {at} of replication {replication}");
        }
    }
}

/// Whether two policies ended alike item by item, road by road and day by day. A baseline counts more events: it stops
/// to judge the other policies at points where nothing happens to itself.
fn same_tallies(one: &PolicyResults, other: &PolicyResults) -> bool {
    let (one, other) = (&one.tallies, &other.tallies);
    one.ends == other.ends && one.harms == other.harms && one.daily == other.daily
}

#[test]
fn a_policy_that_changes_nothing_gives_the_same_columns() {
    let case = case::<&str>(MALI.as_ref(), &[]);
    let same = ["decisions.accelerate=true", "convoys.max_vehicles=150", "disposal.rule=sensitive_first"];
    let results = compare(vec![policy(&case, "historical"), changed(&case, "same", &same)], 5, 100);
    let [baseline, policy] = &results.policies[..] else { panic!("two policies") };
    assert!(baseline.columns == policy.columns && same_tallies(baseline, policy));
    let direct = policy.direct.as_ref().expect("a policy beside a baseline has direct effects");
    assert_eq!(direct.contacts, baseline.column(Measure::Contacts));
    assert_eq!(direct.killed, baseline.column(Measure::Killed));
    assert_eq!(direct.wounded, baseline.column(Measure::Wounded));
    assert!(direct.contacts.iter().sum::<f64>() > 0.0, "nothing was compared");
}

#[test]
fn a_baseline_is_the_same_whatever_it_is_compared_with() {
    let case = case::<&str>(MALI.as_ref(), &[]);
    let alone = compare(vec![policy(&case, "historical")], 5, 60).policies.remove(0);
    let beside = compare(
        vec![
            policy(&case, "historical"),
            policy(&case, "all-granted"),
            changed(&case, "worse", &["threat.ratio_overwatch=5"]),
        ],
        5,
        60,
    );
    for (column, (alone, beside)) in alone.columns.iter().zip(&beside.policies[0].columns).enumerate() {
        assert!(alone == beside, "column {column} differs");
    }
    assert!(same_tallies(&alone, &beside.policies[0]));
}

/// Other answers of one desk from 21 April on, day 110.
const LEVERS: [&str; 2] = [
    "permissions.truck_column.change=[{ from = 2030-03-01, until = 2030-04-20, stance = \"restrictive\" }, \
     { from = 2030-04-21, stance = \"permissive\" }]",
    "permissions.ground_movement.change=[{ from = 2030-04-21, stance = \"restrictive\" }]",
];

#[test]
fn policies_are_equal_until_their_lever_acts() {
    let case = case(THREE_BASES.as_ref(), &["permissions.ground_movement.restricted_regions=[\"hills\"]"]);
    let baseline = changed(&case, "baseline", &[]).model;
    let acts_day = 110;
    for lever in LEVERS {
        let other = changed(&case, "lever", &[lever]).model;
        let (mut one, mut two) = (Withdrawal::new(&baseline, &[]), Withdrawal::new(&other, &[]));
        let mut differ = 0;
        for replication in 0..200 {
            let streams = Streams::new(3, replication);
            let (one, two) = (one.replicate(streams), two.replicate(streams));
            assert_eq!(one.daily[..acts_day], two.daily[..acts_day], "{lever}, replication {replication}");
            for (one, two) in one.departed_days.iter().zip(&two.departed_days) {
                assert!(one == two || one.min(*two) >= acts_day as f64, "{lever}: {one} {two}");
            }
            differ += u32::from(one.values() != two.values());
        }
        assert!(differ > 0, "{lever} does nothing, so nothing was shown");
    }
}

/// Cover multiplies every rate by a ratio of at most 1, whichever level stood before.
const RATIOS: [&str; 2] = ["threat.ratio_surveillance=0.8", "threat.ratio_overwatch=0.55"];

#[test]
fn overwatch_on_frozen_itineraries_never_adds_a_contact() {
    let case = case(MALI.as_ref(), &RATIOS);
    let results = compare(vec![policy(&case, "historical"), policy(&case, "air-granted")], 17, 400);
    let [baseline, policy] = &results.policies[..] else { panic!("two policies") };
    let direct = policy.direct.as_ref().expect("direct effects");
    let pairs =
        [(&direct.contacts, Measure::Contacts), (&direct.killed, Measure::Killed), (&direct.wounded, Measure::Wounded)];
    for (direct, measure) in pairs {
        let baseline = baseline.column(measure);
        for (replication, (direct, baseline)) in direct.iter().zip(baseline).enumerate() {
            assert!(direct <= baseline, "replication {replication}: {} {direct} over {baseline}", measure.name());
        }
        assert!(direct.iter().zip(baseline).any(|(direct, baseline)| direct < baseline), "{}", measure.name());
    }
}

#[test]
fn direct_contacts_rise_with_the_ratio_in_every_replication() {
    let ratios = [0.15, 0.4, 0.55, 0.8, 1.0, 1.3];
    let baseline = case(MALI.as_ref(), &["threat.ratio_surveillance=0.8"]);
    let mut policies = vec![policy(&baseline, "historical")];
    for ratio in ratios {
        let case = case(MALI.as_ref(), &["threat.ratio_surveillance=0.8", &format!("threat.ratio_overwatch={ratio}")]);
        policies.push(policy(&case, "air-granted"));
    }
    let results = compare(policies, 17, 100);
    let columns: Vec<&[f64]> = results.policies[1..].iter().map(|p| &p.direct.as_ref().unwrap().contacts[..]).collect();
    for pair in columns.windows(2) {
        assert!(pair[0].iter().zip(pair[1]).all(|(less, more)| less <= more));
        assert!(pair[0].iter().zip(pair[1]).any(|(less, more)| less < more));
    }
}

/// The tutorial with contacts that are a plain Poisson process: one journey for each camp and no other convoy, rates
/// that nothing multiplies, no frailty, no second devices, and lengths that are known.
const POISSON: [&str; 13] = [
    "threat.frailty_variance=0",
    "threat.second_device_probability=0",
    "threat.growth_per_month=0",
    "threat.size_exponent=0",
    "threat.multiplier_calm=1",
    "threat.multiplier_tense=1",
    "threat.multiplier_clashes=1",
    "threat.ratio_surveillance=1",
    "permissions.surveillance.regime=denied",
    "truck_fleet.trucks.serves=[]",
    "road.0.km=260",
    "zone.ridge.device_per_km=0.006",
    "zone.plain.device_per_km=0.004",
];

/// Expected contacts of [`POISSON`]: 260 km at 0.006 + 0.002 and 160 km at 0.004 + 0.001.
const POISSON_MEAN: f64 = 260.0 * 0.008 + 160.0 * 0.005;

#[test]
fn thinning_gives_the_variance_reduction_that_theory_says() {
    // 1% of 3.4 is 0.034; at n = 20,000 one standard error is 0.040, so 4 of them catch an error of 5%.
    let (ratio, n) = (0.55, 20_000);
    let sets = [&POISSON[..], &["threat.ratio_overwatch=0.55"]].concat();
    let case = case(THREE_BASES.as_ref(), &sets);
    let covered = changed(&case, "covered", &["permissions.air_overwatch.regime=granted"]);
    let results =
        compare(vec![changed(&case, "uncovered", &["permissions.air_overwatch.regime=denied"]), covered], 23, n);
    let baseline = results.policies[0].column(Measure::Contacts);
    let direct = &results.policies[1].direct.as_ref().expect("direct effects").contacts;

    // Counts are Poisson: mean and variance are both known.
    let n = n as f64;
    let mean = baseline.iter().sum::<f64>() / n;
    let variance = baseline.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    assert!(z(mean, POISSON_MEAN, POISSON_MEAN / n) < 4.0, "mean {mean}, not {POISSON_MEAN}");
    let variance_of_variance = (POISSON_MEAN + 2.0 * POISSON_MEAN * POISSON_MEAN) / n;
    assert!(z(variance, POISSON_MEAN, variance_of_variance) < 4.0, "variance {variance}, not {POISSON_MEAN}");

    // What is kept and what is taken away are independent Poisson counts of means a and b; the delta method gives the
    // variance of the estimated factor 1 + 2 (Var(kept) + Cov) / Var(taken).
    let (a, b) = (POISSON_MEAN * ratio, POISSON_MEAN * (1.0 - ratio));
    let kept = 4.0 / (b * b) * (a + 2.0 * a * a + a * b);
    let taken = 4.0 * a * a / (b * b * b * b) * (b + 2.0 * b * b);
    let difference = paired(direct, baseline, 0.95, Worse::Higher).expect("enough replications");
    let factor = difference.variance_reduction.expect("the difference varies");
    let expected = (1.0 + ratio) / (1.0 - ratio);
    assert!(z(factor, expected, (kept + taken) / n) < 4.0, "factor {factor}, not {expected}");
    assert!(z(difference.mean, -b, b / n) < 4.0, "difference {}, not {}", difference.mean, -b);
    assert_eq!(difference.share_worse, 0.0);
}

/// A policy of the reference case at one ratio for every kind of cover, with further overrides.
fn at_ratio(case: &Case, id: &str, ratio: f64, sets: &[&str]) -> PolicyModel {
    let ratios = ["overwatch", "surveillance"].map(|cover| format!("threat.ratio_{cover}={ratio}"));
    let sets: Vec<&str> = ratios.iter().map(String::as_str).chain(sets.iter().copied()).collect();
    changed(case, id, &sets)
}

const GRANTED: [&str; 2] = ["permissions.air_overwatch.regime=granted", "permissions.surveillance.regime=granted"];
const NO_OVERWATCH: &str = "permissions.air_overwatch.regime=denied";
const NO_SURVEILLANCE: &str = "permissions.surveillance.regime=denied";

#[test]
fn the_curve_of_one_run_is_what_frozen_itineraries_give_at_each_ratio() {
    let case = case::<&str>(MALI.as_ref(), &[]);
    let baseline = changed(&case, "refused", &[]).model;
    let granted = changed(&case, "granted", &GRANTED).model;
    // For each kind of cover, the flights left out of both worlds and granted in the second.
    let kinds: [(Flown, &[&str], &[&str]); 3] = [
        (Flown::Any, &[], &GRANTED),
        (Flown::Overwatch, &[NO_SURVEILLANCE], &[GRANTED[0], NO_SURVEILLANCE]),
        (Flown::Surveillance, &[NO_OVERWATCH], &[NO_OVERWATCH, GRANTED[1]]),
    ];
    let checked: Vec<usize> = vec![0, 8, 16, 17, 19, curve::RATIOS - 1];
    let mut worlds = Vec::new();
    for (_, refused, granted) in kinds {
        for &at in &checked {
            worlds.push(at_ratio(&case, "refused", ratio(at), refused).model);
            worlds.push(at_ratio(&case, "granted", ratio(at), granted).model);
        }
    }
    let mut one_run = Withdrawal::new(&baseline, &[&granted]).with_curve(0);
    let mut brute_force = Withdrawal::new(&baseline, &worlds.iter().collect::<Vec<_>>());
    let mut seen = [[0; 2]; 3];
    for replication in 0..60 {
        let streams = Streams::new(29, replication);
        let costs = one_run.replicate(streams).curve.clone();
        let direct = &brute_force.replicate(streams).direct;
        let mut pairs = direct.chunks_exact(2);
        for (flown, ..) in kinds {
            for &at in &checked {
                let of = |world: Direct| [world.contacts, world.killed, world.wounded].map(i64::from);
                let pair = pairs.next().expect("two worlds for each");
                let (refused, granted) = (of(pair[0]), of(pair[1]));
                let expected = [0, 1, 2].map(|part| refused[part] - granted[part]);
                assert_eq!(costs[index(flown, at)], expected, "replication {replication}, {flown:?} at {}", ratio(at));
                seen[flown as usize][usize::from(ratio(at) > 1.0)] += expected[0].abs();
            }
        }
    }
    assert!(seen.iter().flatten().all(|&contacts| contacts > 0), "a curve was flat, so nothing was shown: {seen:?}");
}

#[test]
fn the_curve_falls_with_the_ratio_and_is_nothing_at_one() {
    let case = case::<&str>(MALI.as_ref(), &[]);
    let (baseline, granted) = (changed(&case, "refused", &[]).model, changed(&case, "granted", &GRANTED).model);
    let mut withdrawal = Withdrawal::new(&baseline, &[&granted]).with_curve(0);
    let mut plain = Withdrawal::new(&baseline, &[]);
    for replication in 0..150 {
        let streams = Streams::new(31, replication);
        let outcome = withdrawal.replicate(streams);
        for flown in Flown::ALL {
            let of = |at: usize| outcome.curve[index(flown, at)];
            for at in 1..curve::RATIOS {
                assert!((0..3).all(|part| of(at)[part] <= of(at - 1)[part]), "replication {replication}, {flown:?}");
                if ratio(at) == 1.0 {
                    assert_eq!(of(at), [0; 3]);
                }
            }
        }
        assert_eq!(outcome.values(), plain.replicate(streams).values(), "taking the curve changes nothing");
    }
}
