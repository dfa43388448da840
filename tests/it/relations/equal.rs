//! Relations under which results are the same: what is said otherwise, in other words, or of what concerns nobody.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rearguard::draw::Streams;
use rearguard::experiment::{Hooks, Plan, PolicyModel, PolicyResults, run};
use rearguard::measures::Measure;
use rearguard::withdrawal::{Outcome, Withdrawal};

use super::random::world;
use super::worlds::{Base, Class, DEADLINE_DAY, Fleet, Road, World, Zone};
use super::{REPLICATIONS, Relation, Seen, Subject, bustle, outcomes, same, same_measures, seed};
use crate::common::policy_of;
use crate::conservation::conserves;

pub(super) fn relations() -> Vec<Relation> {
    use Relation::Always;
    vec![
        Always(
            "the order of bases decides nothing where no two leave or begin to pack at one instant",
            reordered_bases,
        ),
        Always("the order of roads decides nothing", |s| changed(s, |world| world.roads.reverse())),
        Always(
            "nor the order of zones where none leaves early, nor that of classes where nothing is sold",
            reordered_zones,
        ),
        Always("other names of the region, the classes and the way out change nothing", |s| changed(s, rename)),
        Always("a base with nobody and nothing changes nothing", |s| {
            let other = outcomes(&with(&s.world, add_ghost));
            // A base that stands empty is still a base without fuel, in a zone.
            same_measures(&s.outcomes, &other, &[Measure::DryDays, Measure::CriticalDays], 0.0)
        }),
        Always("a class of equipment that nobody holds changes nothing", |s| changed(s, add_class)),
        Always("a road to nowhere changes nothing", |s| changed(s, add_dead_end)),
        Always("trucks that serve nobody, and weather that slows nobody, change nothing", |s| changed(s, add_idle)),
        Always("what is dated after the end changes nothing", |s| changed(s, date_after_the_end)),
        Always("the same calendar 1,000 days later gives the same", |s| {
            same(&s.outcomes, &outcomes(&world(s.world.number, 1_000)))
        }),
        Always("twice the kilometres at twice the speed and half the rates are the same", |s| {
            changed(s, double_lengths)
        }),
        Always("twice the room of everything is the same", |s| changed(s, double_rooms)),
        Always("twice the value of everything is twice the USD and nothing else", twice_the_value),
        Always("a road in two halves is the road", road_in_halves),
        Always("settings of desks that nobody asks change nothing", |s| changed(s, set_unused_desks)),
        Always("cover at a ratio of 1 is no cover", cover_at_one),
        Always("a process that grants all at once is as granted", |s| process_is_regime(s, "1", "granted")),
        Always("a process that refuses all at once is as denied", |s| process_is_regime(s, "0", "denied")),
        Always("armed groups that hold nothing back and raise nothing change no number", groups_in_name),
        Always("what a policy says is what the command line says", |s| {
            let overrides = s.world.overrides();
            let mut bare = s.world.clone();
            (bare.lengths, bare.rooms, bare.rest) = (Vec::new(), Vec::new(), Vec::new());
            let model = bare.case().model(&overrides).map_err(|problems| problems.render(false))?;
            same(&s.outcomes, &super::outcomes_beside(seed(&s.world), &model, &[]))
        }),
        Always("each replication is the same alone as after others", alone),
        Always("any number of threads gives the same", threads),
        Always("the order of policies decides nothing", |s| policies(s, &["baseline", "b", "a"])),
        Always("a policy more changes no other", |s| policies(s, &["baseline", "a"])),
        Always("everything is in one place", conserved),
    ]
}

fn with(world: &World, change: impl Fn(&mut World)) -> World {
    let mut other = world.clone();
    change(&mut other);
    other
}

fn changed(subject: &Subject, change: impl Fn(&mut World)) -> Seen {
    same(&subject.outcomes, &outcomes(&with(&subject.world, change)))
}

fn reordered_bases(subject: &Subject) -> Seen {
    // Bases of a zone leave early at one instant, and a camp with camps of its own does not mean to leave before the last of
    // them. Which comes first is then a matter of their order (docs/model.md, 2.2), and a base waits a day for a camp of its
    // own that comes after it; those that should have begun to pack before day 0 ask for trucks in that order. So all leave
    // as planned here, and for the hub, and pack late.
    let mut plain = subject.world.with(&[("decisions.accelerate", "false"), ("packing.start_before_days", "3")]);
    plain.bases.iter_mut().skip(1).for_each(|base| base.parent = Some(0));
    let last = plain.bases.len() - 1;
    let other = with(&plain, |world| {
        world.bases.reverse();
        for base in &mut world.bases {
            base.parent = base.parent.map(|parent| last - parent);
        }
    });
    let (plain, other) = (outcomes(&plain), outcomes(&other));
    for (replication, (one, other)) in plain.iter().zip(&other).enumerate() {
        if !one.departed_days.iter().eq(other.departed_days.iter().rev()) || one.daily != other.daily {
            return Err(format!("departures or days of replication {replication}"));
        }
    }
    // Means over bases add up in another order.
    same_measures(&plain, &other, &[], 1e-12)
}

fn reordered_zones(subject: &Subject) -> Seen {
    // The position of a class keys what of it is sold and given away (docs/model.md, 2.29).
    let nothing =
        ["contingent_sold", "contingent_gifted", "un_sold", "un_gifted"].map(|share| format!("liquidation.{share}"));
    let mut plain = subject.world.with(&[("decisions.accelerate", "false")]);
    for path in &nothing {
        plain.set(path, "0");
    }
    let other = with(&plain, |world| {
        let last = world.zones.len() - 1;
        world.zones.reverse();
        world.bases.iter_mut().for_each(|base| base.zone = last - base.zone);
        world.roads.iter_mut().for_each(|road| road.zone = last - road.zone);
        world.classes.reverse();
    });
    same(&outcomes(&plain), &outcomes(&other))
}

fn rename(world: &mut World) {
    "upland".clone_into(&mut world.region);
    world.rest.iter_mut().for_each(|(_, value)| *value = value.replace("\"country\"", "\"upland\""));
    world.classes.iter_mut().for_each(|class| class.id = format!("other-{}", class.id));
    "pier".clone_into(&mut world.junctions[0].0);
    let ends = world.roads.iter_mut().flat_map(|road| &mut road.ends);
    for end in ends.chain(world.fleets.iter_mut().map(|fleet| &mut fleet.home)).filter(|end| *end == "quay") {
        "pier".clone_into(end);
    }
}

fn add_ghost(world: &mut World) {
    world.zones.push(Zone { id: "nowhere".to_owned(), rates: [0.0, 0.0], tension: vec![(0, "calm")] });
    world.bases.push(Base {
        id: "ghost".to_owned(),
        zone: world.zones.len() - 1,
        personnel: 0,
        airstrip: true,
        window_day: None,
        closes_day: 50,
        parent: None,
        air_share: 0.0,
        host_garrison: false,
        crews: 0,
    });
}

fn add_class(world: &mut World) {
    let class =
        Class { id: "unheld".to_owned(), per_1000: 0, value_usd: 9e6, sensitive: true, ..world.classes[3].clone() };
    world.classes.push(class);
}

fn add_dead_end(world: &mut World) {
    world.junctions.push(("nowhere".to_owned(), false));
    let ends = ["hub", "nowhere"].map(str::to_owned);
    let road = Road { ends, km: 55.0, zone: world.bases[0].zone, ..world.roads[0].clone() };
    world.roads.push(road);
}

fn add_idle(world: &mut World) {
    world.fleets.push(Fleet {
        home: "hub".to_owned(),
        trucks: 50,
        column_trucks: 5,
        truck_teu: 2.0,
        serves: Vec::new(),
    });
    world.weather.push((5, 160, 1.0));
}

fn date_after_the_end(world: &mut World) {
    let end = DEADLINE_DAY + 70;
    world.stances.push(("ground_movement", end, "restrictive"));
    world.stances.push(("air_overwatch", end + 1, "permissive"));
    world.weather.push((end, end + 20, 0.1));
    world.flights.push((end, 1));
    world.zones.iter_mut().for_each(|zone| zone.tension.push((end, "critical")));
}

fn double_lengths(world: &mut World) {
    world.roads.iter_mut().for_each(|road| road.km *= 2.0);
    world.zones.iter_mut().for_each(|zone| zone.rates = zone.rates.map(|rate| 0.5 * rate));
    world.lengths.iter_mut().for_each(|(_, value)| *value *= 2.0);
    for (_, value) in world.rest.iter_mut().filter(|(path, _)| path == "host_column") {
        *value = value.replace("fast_km_per_day = 50, km_per_day = 6", "fast_km_per_day = 100, km_per_day = 12");
    }
}

fn double_rooms(world: &mut World) {
    for class in &mut world.classes {
        (class.teu, class.shipped_teu) = (2.0 * class.teu, 2.0 * class.shipped_teu);
    }
    world.fleets.iter_mut().for_each(|fleet| fleet.truck_teu *= 2.0);
    world.rooms.iter_mut().for_each(|(_, value)| *value *= 2.0);
}

fn twice_the_value(subject: &Subject) -> Seen {
    let dear = with(&subject.world, |world| {
        world.classes.iter_mut().for_each(|class| class.value_usd *= 2.0);
        let threshold =
            world.said("disposal.threshold_usd").and_then(|usd| usd.parse::<u64>().ok()).expect("it is set");
        world.set("disposal.threshold_usd", (2 * threshold).to_string());
    });
    let dear = outcomes(&dear);
    let usd: Vec<Measure> = Measure::ALL.iter().copied().filter(|measure| measure.unit() == "USD").collect();
    for (one, dear) in subject.outcomes.iter().zip(&dear) {
        if let Some(measure) = usd.iter().find(|&&measure| 2.0 * one.value(measure) != dear.value(measure)) {
            return Err(format!("{}: {} and {}", measure.name(), one.value(*measure), dear.value(*measure)));
        }
    }
    same_measures(&subject.outcomes, &dear, &usd, 0.0)
}

fn road_in_halves(subject: &Subject) -> Seen {
    // In one zone, so that a journey is one stretch however its roads are cut.
    let whole = with(&subject.world, |world| world.roads.iter_mut().for_each(|road| road.zone = 0));
    let halves = with(&whole, |world| {
        world.junctions.push(("middle".to_owned(), false));
        let road = world.roads.pop().expect("a road");
        let [from, to] = road.ends.clone();
        for ends in [[from, "middle".to_owned()], ["middle".to_owned(), to]] {
            world.roads.push(Road { ends, km: 0.5 * road.km, ..road.clone() });
        }
    });
    // Times differ in their last digits.
    same_measures(&outcomes(&whole), &outcomes(&halves), &[], 1e-9)
}

fn set_unused_desks(world: &mut World) {
    let mut unused = vec!["neighbour_transit"];
    if world.said("decisions.handover_meetings").is_none() {
        unused.push("handover_meeting");
    }
    if world.said("imports.base").is_none() {
        unused.extend(["fuel_import", "parts_import"]);
    }
    if world.fleets.is_empty() {
        unused.extend(["truck_column", "armed_escort"]);
    }
    for desk in unused {
        world.set(&format!("permissions.{desk}.regime"), "denied");
    }
}

fn cover_at_one(subject: &Subject) -> Seen {
    let ratios = subject.world.with(&[("threat.ratio_surveillance", "1"), ("threat.ratio_overwatch", "1")]);
    let desks = ["permissions.air_overwatch.regime", "permissions.surveillance.regime"];
    let under = |regime: &str| outcomes(&ratios.with(&desks.map(|desk| (desk, regime))));
    same_measures(&under("granted"), &under("denied"), &[Measure::CoverDays], 0.0)
}

fn process_is_regime(subject: &Subject, granted: &str, regime: &str) -> Seen {
    let (mut process, mut fixed) = (subject.world.clone(), subject.world.clone());
    for desk in ["truck_column", "ground_movement"] {
        let path = |key: &str| format!("permissions.{desk}.{key}");
        process.set(&path("regime"), "process");
        for stance in ["permissive", "restrictive"] {
            process.set(&path(&format!("granted_{stance}")), granted);
            process.set(&path(&format!("unanswered_{stance}")), "0");
        }
        process.set(&path("answer_mean_days"), "0");
        fixed.set(&path("regime"), regime);
    }
    same(&outcomes(&process), &outcomes(&fixed))
}

fn groups_in_name(subject: &Subject) -> Seen {
    let zones: Vec<String> = subject.world.zones.iter().map(|zone| format!("\"{}\"", zone.id)).collect();
    let zones = zones.join(", ");
    let groups = format!(
        "[{{ id = \"one\", zones = [{zones}], rise_factor = 1, attack_share = 3, attack_ratio = 1, takeover_weight = 2 }}, \
         {{ id = \"other\", zones = [{zones}], rise_factor = 1, attack_share = 1, takeover_weight = 5 }}]"
    );
    same(
        &outcomes(&subject.world.with(&[("armed_group", "[]")])),
        &outcomes(&subject.world.with(&[("armed_group", &groups)])),
    )
}

fn alone(subject: &Subject) -> Seen {
    for replication in (0..REPLICATIONS).rev().step_by(3) {
        let mut fresh = Withdrawal::new(&subject.model, &[]);
        if *fresh.replicate(Streams::new(seed(&subject.world), replication)) != subject.outcomes[replication as usize] {
            return Err(format!("replication {replication}"));
        }
    }
    Ok(bustle(&subject.outcomes))
}

/// Runs policies side by side, the first as the others' baseline.
fn side_by_side(subject: &Subject, policies: Vec<PolicyModel>, replications: u64) -> Vec<PolicyResults> {
    let plan = Plan::paired(policies, seed(&subject.world), replications);
    run(&plan, &Hooks { should_stop: &|| false, on_progress: &|_, _| () }).policies
}

fn threads(subject: &Subject) -> Seen {
    // More than two blocks of work.
    const MANY: u64 = 60;
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| side_by_side(subject, vec![policy_of("all", subject.model.clone())], MANY)).remove(0)
    };
    let (one, three) = (on(1), on(3));
    let first = |measure: &Measure| one.column(*measure)[..REPLICATIONS as usize].iter();
    let told = |measure: &Measure, outcomes: &[Outcome]| outcomes.iter().map(|o| o.value(*measure)).collect::<Vec<_>>();
    if !Measure::ALL.iter().all(|measure| first(measure).eq(told(measure, &subject.outcomes).iter())) {
        return Err("an experiment's replications are not those run one by one".to_owned());
    }
    if one.columns != three.columns || one.tallies != three.tallies {
        return Err("one thread and three".to_owned());
    }
    Ok(bustle(&subject.outcomes))
}

fn policies(subject: &Subject, ids: &[&str]) -> Seen {
    let model = |id: &str| {
        let world = match id {
            "a" => subject.world.with(&[("permissions.ground_movement.regime", "granted")]),
            "b" => {
                subject.world.with(&[("threat.ratio_overwatch", "2"), ("permissions.air_overwatch.regime", "granted")])
            }
            _ => subject.world.clone(),
        };
        policy_of(id, world.model())
    };
    let of = |ids: &[&str]| side_by_side(subject, ids.iter().map(|id| model(id)).collect(), REPLICATIONS);
    let all = of(&["baseline", "a", "b"]);
    for policy in of(ids) {
        let same = all.iter().find(|other| other.id == policy.id).expect("one of them");
        let alike = same.columns == policy.columns && same.direct == policy.direct;
        if !alike || same.tallies.ends != policy.tallies.ends || same.tallies.daily != policy.tallies.daily {
            return Err(format!("policy {}", policy.id));
        }
    }
    Ok(bustle(&subject.outcomes))
}

fn conserved(subject: &Subject) -> Seen {
    let mut inputs = subject.model.inputs.clone();
    for (replication, outcome) in subject.outcomes.iter().enumerate() {
        subject.model.realise(&Streams::new(seed(&subject.world), replication as u64), &mut inputs);
        catch_unwind(AssertUnwindSafe(|| conserves(&format!("replication {replication}"), &inputs, outcome)))
            .map_err(|_| format!("replication {replication}, see above"))?;
    }
    Ok(bustle(&subject.outcomes))
}
