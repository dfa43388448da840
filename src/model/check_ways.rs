//! What must hold of roads and of the ways by which bases are left.

use crate::model::Inputs;
use crate::model::aviation::{AircraftType, Runway};
use crate::model::check::{ProblemKind, Problems};
use crate::model::network::Base;
use crate::model::routes::{ShortestWays, node};

/// Notes what is wrong with roads, with ways out, and with garrisons that join others on the way.
pub(super) fn check(inputs: &Inputs, problems: &mut Problems) {
    check_roads(inputs, problems);
    check_ways_out(inputs, problems);
    check_merging(inputs, problems);
}

fn check_roads(inputs: &Inputs, problems: &mut Problems) {
    let mut seen = std::collections::BTreeMap::new();
    for (index, road) in inputs.road.iter().enumerate() {
        if road.from == road.to {
            let message = format!("a road leads from `{}` to itself", road.from);
            problems.add(ProblemKind::Conflict, format!("road.{index}.to"), message, "name its other end");
        }
        let ends = if road.from < road.to { (&road.from, &road.to) } else { (&road.to, &road.from) };
        if seen.insert(ends, index).is_some() {
            let message = format!("a second road between `{}` and `{}`", road.from, road.to);
            problems.add(
                ProblemKind::Duplicate,
                format!("road.{index}.from"),
                message,
                "keep one; roads can be used both ways",
            );
        }
    }
    let ids: std::collections::BTreeSet<&String> = inputs.base.iter().map(|base| &base.id).collect();
    for junction in inputs.junction.iter().filter(|junction| ids.contains(&junction.id)) {
        let message = format!("`{}` is both a base and a junction", junction.id);
        problems.add(ProblemKind::Duplicate, format!("junction.{}.id", junction.id), message, "rename one of them");
    }
}

fn check_ways_out(inputs: &Inputs, problems: &mut Problems) {
    for (index, base) in inputs.base.iter().enumerate() {
        let path = format!("base.{}", base.id);
        let Some(parent) = &base.parent else {
            if !(base.repatriation && base.airstrip) {
                let message = format!("`{}` has neither a road out nor a usable strip", base.id);
                let hint = "give it a `parent` that a road leads to, or `airstrip = true` and `repatriation = true`";
                problems.add(ProblemKind::Unreachable, path, message, hint);
            }
            continue;
        };
        let Some(to) = node(inputs, parent) else { continue };
        if to != index && ShortestWays::new(inputs, index).to(to).is_none() && !is_left_by_air(inputs, base) {
            let message = format!("no road leads from `{}` to its parent `{parent}`", base.id);
            problems.add(
                ProblemKind::Unreachable,
                format!("{path}.parent"),
                message,
                "add the missing `[[road]]`, name a parent that a road leads to, or let everyone fly there: `air_share = 1` and an `[[aircraft]]` with seats that lands at both; no base may withdraw to it",
            );
        }
    }
}

/// Whether a base can be left by flights to its parent alone: everyone flies, some aircraft can, and nobody withdraws to it.
fn is_left_by_air(inputs: &Inputs, base: &Base) -> bool {
    let parent = inputs.base.iter().find(|parent| Some(&parent.id) == base.parent.as_ref());
    let lands = |at: &Base, needs: Runway| at.strip() >= needs;
    let flies = |kind: &AircraftType| {
        kind.number >= 1.0
            && kind.seats > 0.0
            && lands(base, kind.runway)
            && parent.is_some_and(|parent| lands(parent, kind.runway))
    };
    base.air_share == Some(1.0)
        && inputs.aircraft.iter().any(flies)
        && !inputs.base.iter().any(|camp| camp.parent.as_ref() == Some(&base.id))
}

/// A garrison can join a convoy only where that passes.
fn check_merging(inputs: &Inputs, problems: &mut Problems) {
    for (index, base) in inputs.base.iter().enumerate() {
        let joined = base.merges_with.as_ref().and_then(|id| inputs.base.iter().position(|other| other.id == *id));
        let Some(joined) = joined else { continue };
        let parent = inputs.base[joined].parent.as_deref().and_then(|parent| node(inputs, parent));
        let way = parent.and_then(|parent| ShortestWays::new(inputs, joined).to(parent));
        let passes = way.is_some_and(|way| way.iter().any(|leg| leg.from == index));
        if joined == index || !passes || inputs.base[joined].parent != base.parent {
            let message = format!(
                "`{}` is to join the convoy of `{}`, which does not pass it on the way to the same parent",
                base.id, inputs.base[joined].id
            );
            let hint = "name a base with the same `parent` whose shortest way there leads by this one";
            problems.add(ProblemKind::Conflict, format!("base.{}.merges_with", base.id), message, hint);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::model::exits::Exit;
    use crate::scenario::Case;

    /// The paths of what is wrong with a changed tutorial.
    fn wrong(changes: &[&dyn Fn(&mut Inputs)]) -> Vec<String> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/three-bases.toml");
        let case = Case::load(&file, &[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        let mut inputs = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false))).inputs;
        for change in changes {
            change(&mut inputs);
        }
        crate::model::check::check(&inputs).into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn a_camp_without_a_road_is_left_by_air_only_by_those_who_can_all_fly() {
        let by_air = |inputs: &mut Inputs| {
            inputs.road.retain(|road| road.from != "north");
            inputs.truck_fleet.clear();
            (inputs.base[1].airstrip, inputs.base[1].air_share) = (true, Some(1.0));
            let (id, runway) = ("plane".to_owned(), Runway::Unpaved);
            inputs.aircraft = vec![AircraftType { id, title: None, number: 2.0, payload_t: 4.0, seats: 20.0, runway }];
        };
        assert_eq!(wrong(&[&by_air]), [""; 0]);
        let changes: [&dyn Fn(&mut Inputs); 7] = [
            &|inputs| inputs.base[1].air_share = Some(0.9),
            &|inputs| inputs.aircraft.clear(),
            &|inputs| inputs.aircraft[0].seats = 0.0,
            &|inputs| inputs.aircraft[0].number = 0.0,
            &|inputs| inputs.base[1].airstrip = false,
            // The hub has no paved runway, or the camp has none.
            &|inputs| (inputs.aircraft[0].runway, inputs.base[1].runway) = (Runway::Paved, Some(Runway::Paved)),
            &|inputs| (inputs.aircraft[0].runway, inputs.base[0].runway) = (Runway::Paved, Some(Runway::Paved)),
        ];
        for (at, change) in changes.into_iter().enumerate() {
            assert_eq!(wrong(&[&by_air, change]), ["base.north.parent"], "{at}");
        }
        // Another camp cannot withdraw to where nobody drives away.
        let beyond: &dyn Fn(&mut Inputs) = &|inputs| inputs.base[2].parent = Some("north".to_owned());
        assert!(wrong(&[&by_air, beyond]).contains(&"base.north.parent".to_owned()));
    }

    #[test]
    fn a_camp_joins_the_convoy_of_one_that_passes_it_to_the_same_parent() {
        let chain: &dyn Fn(&mut Inputs) = &|inputs| inputs.road[0].to = "east".to_owned();
        let joins = |base: usize, id: &'static str| {
            move |inputs: &mut Inputs| inputs.base[base].merges_with = Some(id.to_owned())
        };
        assert_eq!(wrong(&[chain, &joins(2, "north")]), [""; 0]);
        assert_eq!(wrong(&[chain, &joins(1, "east")]), ["base.north.merges_with"]);
        assert_eq!(wrong(&[chain, &joins(2, "east")]), ["base.east.merges_with"]);
        let other_parent: &dyn Fn(&mut Inputs) = &|inputs| inputs.base[2].parent = Some("north".to_owned());
        assert_eq!(wrong(&[chain, other_parent, &joins(2, "north")]), ["base.east.merges_with"]);
    }

    #[test]
    fn convoys_need_no_trucks_for_an_exit_and_cargo_does() {
        let open = |inputs: &mut Inputs| {
            let (id, at, region) = ("gate".to_owned(), "harbour".to_owned(), "hills".to_owned());
            inputs.exit = vec![Exit { id, title: None, at, region, from: None, setup_days: 0.0, agrees: 1.0 }];
        };
        let without_trucks: &dyn Fn(&mut Inputs) = &|inputs| inputs.truck_fleet.clear();
        let convoys: &dyn Fn(&mut Inputs) = &|inputs| inputs.base[1].convoys_exit = Some("gate".to_owned());
        let cargo: &dyn Fn(&mut Inputs) = &|inputs| inputs.base[1].cargo_exit = Some("gate".to_owned());
        let of_hub: &dyn Fn(&mut Inputs) = &|inputs| inputs.base[0].convoys_exit = Some("gate".to_owned());
        assert_eq!(wrong(&[&open, without_trucks, convoys]), [""; 0]);
        assert_eq!(wrong(&[&open, convoys, cargo]), [""; 0]);
        assert_eq!(wrong(&[&open, without_trucks, cargo]), ["base.north.cargo_exit"]);
        assert_eq!(wrong(&[&open, of_hub]), ["base.port.convoys_exit"]);
    }
}
