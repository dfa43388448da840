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
        kind.seats > 0.0 && lands(base, kind.runway) && parent.is_some_and(|parent| lands(parent, kind.runway))
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
