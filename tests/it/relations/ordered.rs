//! Relations under which results go one way, or are the same on average.

use rearguard::measures::Measure;
use rearguard::withdrawal::{Direct, Outcome};

use super::worlds::World;
use super::{Relation, Seen, Subject, outcomes, outcomes_beside, seed};

pub(super) fn relations() -> Vec<Relation> {
    use Relation::{Always, OnAverage};
    vec![
        Always("no threat is no contact and no casualty", no_threat),
        Always("on frozen itineraries twice the rates never take a contact away, nor half add one", rates_nest),
        OnAverage("on frozen itineraries twice the rates are twice the contacts", twice_the_rates),
        Always("on frozen itineraries cover never adds a contact or a casualty", |s| {
            let regimes = ["permissions.air_overwatch.regime", "permissions.surveillance.regime"];
            never_more(s, &s.world.with(&regimes.map(|desk| (desk, "granted"))))
        }),
        Always("on frozen itineraries clearance never adds a contact or a casualty", |s| {
            never_more(s, &s.world.with(&[("convoys.route_clearance", "true")]))
        }),
        Always("movement that is always granted delays no departure", granted_never_delays),
        Always("people, items and closed bases never become fewer", totals_never_fall),
        Always("nobody is out before anyone can be, nor later than the end", days_are_in_range),
        OnAverage("a column in serials meets as many contacts as one in one piece", serials),
        OnAverage("camps under other names meet as many contacts", renamed_camps),
    ]
}

/// What another scenario would do on this one's itineraries.
fn direct(subject: &Subject, others: &[&World]) -> Vec<Vec<Direct>> {
    let models: Vec<_> = others.iter().map(|world| world.model()).collect();
    let outcomes = outcomes_beside(seed(&subject.world), &subject.model, &models.iter().collect::<Vec<_>>());
    (0..others.len()).map(|at| outcomes.iter().map(|outcome| outcome.direct[at]).collect()).collect()
}

fn own(outcome: &Outcome) -> [f64; 3] {
    [Measure::Contacts, Measure::Killed, Measure::Wounded].map(|measure| outcome.value(measure))
}

fn numbers(direct: Direct) -> [f64; 3] {
    [direct.contacts, direct.killed, direct.wounded].map(f64::from)
}

/// The same scenario with every zone's rates times a factor.
fn rates(subject: &Subject, factor: f64) -> World {
    let mut world = subject.world.clone();
    world.zones.iter_mut().for_each(|zone| zone.rates = zone.rates.map(|rate| factor * rate));
    world
}

fn no_threat(subject: &Subject) -> Seen {
    let mut quiet = rates(subject, 0.0);
    quiet.set("base_fire.falls", "false");
    let harm = |measure: &&Measure| {
        let name = measure.name();
        (name.starts_with("casualties.") || name.starts_with("contacts."))
            && !(name.ends_with("_aircraft") || name.ends_with("_in_all"))
            && **measure != Measure::NonBattle
    };
    for outcome in outcomes(&quiet) {
        // Hits on aircraft are a matter of tension, not of roads.
        let hit = outcome.value(Measure::KilledAircraft) + outcome.value(Measure::WoundedAircraft) > 0.0;
        let found = Measure::ALL.iter().filter(harm).find(|measure| outcome.value(**measure) != 0.0);
        let aside =
            [(Measure::KilledInAll, Measure::KilledAircraft), (Measure::WoundedInAll, Measure::WoundedAircraft)];
        if let Some((in_all, _)) = aside.iter().find(|(in_all, air)| outcome.value(*in_all) != outcome.value(*air)) {
            return Err(format!("{} is not of aircraft alone", in_all.name()));
        }
        if let Some(measure) = found.filter(|measure| !(hit && **measure == Measure::CareHours)) {
            return Err(format!("{} is {}", measure.name(), outcome.value(*measure)));
        }
    }
    Ok(subject.outcomes.iter().map(|outcome| outcome.value(Measure::Contacts)).sum())
}

fn rates_nest(subject: &Subject) -> Seen {
    let (double, half) = (rates(subject, 2.0), rates(subject, 0.5));
    let direct = direct(subject, &[&double, &half]);
    let mut moved = 0.0;
    for (replication, outcome) in subject.outcomes.iter().enumerate() {
        let own = outcome.value(Measure::Contacts);
        let [more, less] = [&direct[0], &direct[1]].map(|direct| f64::from(direct[replication].contacts));
        if !(less <= own && own <= more) {
            return Err(format!("replication {replication}: {less} at half, {own}, {more} at twice the rates"));
        }
        moved += more - less;
    }
    Ok(moved)
}

fn twice_the_rates(subject: &Subject) -> Vec<f64> {
    // Less twice its compensator, each count is a martingale along the road, whatever else goes on.
    let direct = direct(subject, &[&rates(subject, 2.0)]).remove(0);
    let own = subject.outcomes.iter().map(|outcome| outcome.value(Measure::Contacts));
    direct.iter().zip(own).map(|(direct, own)| f64::from(direct.contacts) - 2.0 * own).collect()
}

fn never_more(subject: &Subject, other: &World) -> Seen {
    let direct = direct(subject, &[other]).remove(0);
    let mut less = 0.0;
    for (replication, (outcome, direct)) in subject.outcomes.iter().zip(direct).enumerate() {
        let (own, direct) = (own(outcome), numbers(direct));
        if own.iter().zip(direct).any(|(own, direct)| direct > *own) {
            return Err(format!("contacts, killed, wounded of replication {replication}: {own:?} and {direct:?}"));
        }
        less += own[0] - direct[0];
    }
    Ok(less)
}

fn granted_never_delays(subject: &Subject) -> Seen {
    // Where tension answers to closures, an early one may raise it elsewhere; and who holds or joins waits for others.
    let plain = subject.world.with(&[
        ("tension.process", "false"),
        ("decisions.hold_for_handover_days", "0"),
        ("decisions.merge", "false"),
        ("decisions.thin_out_to", "1"),
    ]);
    let asked = outcomes(&plain.with(&[("permissions.ground_movement.regime", "process")]));
    let granted = outcomes(&plain.with(&[("permissions.ground_movement.regime", "granted")]));
    let mut sooner = 0.0;
    for (replication, (asked, granted)) in asked.iter().zip(&granted).enumerate() {
        // The hub comes first; its departure is its last flight.
        for (base, (asked, granted)) in asked.departed_days.iter().zip(&granted.departed_days).enumerate().skip(1) {
            if granted > asked {
                return Err(format!("base {base} of replication {replication}: {granted} granted, {asked} asked for"));
            }
            sooner += asked - granted;
        }
    }
    Ok(sooner)
}

fn totals_never_fall(subject: &Subject) -> Seen {
    use rearguard::measures::Daily;
    let mut risen = 0.0;
    for outcome in &subject.outcomes {
        for pair in outcome.daily.windows(2) {
            for daily in Daily::ALL.into_iter().filter(|daily| daily.is_total()) {
                let (before, after) = (pair[0][daily as usize], pair[1][daily as usize]);
                if after < before {
                    return Err(format!("{} falls from {before} to {after}", daily.name()));
                }
                risen += f64::from(after - before);
            }
        }
    }
    Ok(risen)
}

fn days_are_in_range(subject: &Subject) -> Seen {
    let deadline = f64::from(super::worlds::DEADLINE_DAY) + 1.0;
    let end = deadline + 60.0;
    let mut days = 0.0;
    for outcome in &subject.outcomes {
        let last = outcome.value(Measure::LastOut);
        if !(0.0..=end).contains(&last) || outcome.departed_days.iter().any(|day| !(0.0..=end).contains(day)) {
            return Err(format!("last out on day {last}, departures {:?}", outcome.departed_days));
        }
        // Nobody is the last to leave before someone is the first.
        if let Some(first) = outcome.daily.iter().position(|day| day[0] > 0).filter(|&first| last < first as f64) {
            return Err(format!("last out on day {last}, first on day {first}"));
        }
        if (last <= deadline) != (outcome.value(Measure::AllOut) > 0.0) {
            return Err(format!("last out on day {last}, and all out by day {deadline} or not"));
        }
        days += last;
    }
    Ok(days)
}

fn contacts(world: &World) -> Vec<f64> {
    outcomes(world).iter().map(|outcome| outcome.value(Measure::Contacts)).collect()
}

fn serials(subject: &Subject) -> Vec<f64> {
    // Rates that do not change on the way, nothing that halts or shrinks a column, and no columns of trucks.
    let mut plain = subject.world.with(&[
        ("tension.process", "false"),
        ("host_column", "[]"),
        ("threat.size_exponent", "0"),
        ("threat.growth_per_month", "0"),
        ("permissions.air_overwatch.regime", "denied"),
        ("permissions.surveillance.regime", "denied"),
        ("convoys.halt_mean_days", "0"),
        ("convoys.autonomy_days", "1e6"),
        ("convoys.spacing_hours", "0"),
        ("casualties.wounded_per_device", "0"),
        ("casualties.wounded_per_direct", "0"),
        ("casualties.vehicle_lost_per_device", "0"),
        ("casualties.vehicle_lost_per_direct", "0"),
    ]);
    plain.fleets.clear();
    plain.zones.iter_mut().for_each(|zone| zone.tension.truncate(1));
    plain.lengths.iter_mut().filter(|(path, _)| *path == "convoys.breakdown_vehicle_km").for_each(|(_, km)| *km = 1e9);
    let whole = contacts(&plain.with(&[("convoys.max_vehicles", "10000")]));
    let serials = contacts(&plain.with(&[("convoys.max_vehicles", "12")]));
    whole.iter().zip(serials).map(|(whole, serials)| whole - serials).collect()
}

fn renamed_camps(subject: &Subject) -> Vec<f64> {
    let mut other = subject.world.clone();
    let renamed = |id: &str| id.replace("camp", "post");
    other.bases.iter_mut().for_each(|base| base.id = renamed(&base.id));
    let ends = other.roads.iter_mut().flat_map(|road| &mut road.ends);
    ends.chain(other.fleets.iter_mut().flat_map(|fleet| &mut fleet.serves)).for_each(|id| *id = renamed(id));
    other.rest.iter_mut().for_each(|(_, value)| *value = renamed(value));
    let own = subject.outcomes.iter().map(|outcome| outcome.value(Measure::Contacts));
    contacts(&other).iter().zip(own).map(|(other, own)| other - own).collect()
}
