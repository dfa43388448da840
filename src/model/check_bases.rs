//! What must hold of bases, and of the regions in which they lie.

use crate::model::Inputs;
use crate::model::check::{ProblemKind, Problems};

/// Finds what is wrong with bases and regions.
pub(super) fn check(inputs: &Inputs, problems: &mut Problems) {
    if inputs.base.is_empty() {
        problems.add(ProblemKind::Empty, "base", "there is no base", "add at least one `[[base]]`");
    }
    let end = inputs.mission.deadline + inputs.mission.liquidation_days;
    for base in &inputs.base {
        let path = format!("base.{}", base.id);
        if base.window_start.is_some_and(|start| start > base.planned_closure) {
            let message = format!("the closing window of `{}` starts after its planned closure", base.id);
            problems.add(
                ProblemKind::Order,
                format!("{path}.window_start"),
                message,
                "let it be earlier than `planned_closure`",
            );
        }
        // With a deadline before the start every date lies outside, which says nothing.
        if inputs.mission.deadline > 0.0 && (base.planned_closure < 0.0 || base.planned_closure > end) {
            let message = format!("the planned closure of `{}` lies outside the mission", base.id);
            problems.add(
                ProblemKind::Order,
                format!("{path}.planned_closure"),
                message,
                "give a date from `mission.start` to the end of liquidation",
            );
        }
        if base.parent.as_deref() == Some(&base.id) {
            let message = format!("`{}` is its own parent", base.id);
            problems.add(
                ProblemKind::Conflict,
                format!("{path}.parent"),
                message,
                "name another base, or leave `parent` out where people fly home from here",
            );
        }
        if follows_itself(inputs, &base.id) {
            let message = format!("the parents of `{}` lead in a circle", base.id);
            problems.add(
                ProblemKind::Conflict,
                format!("{path}.parent"),
                message,
                "let the chain of parents end at a base with `repatriation = true`",
            );
        }
        if base.liquidation && base.parent.is_some() {
            let message = format!("`{}` is marked `liquidation`, but withdraws to its parent with everyone", base.id);
            problems.add(
                ProblemKind::Conflict,
                format!("{path}.liquidation"),
                message,
                "mark only bases without a `parent`: the team stays where nobody drives away",
            );
        }
        let passed =
            inputs.junction.iter().find(|junction| !junction.exit && Some(&junction.id) == base.cargo_to.as_ref());
        if let Some(junction) = passed {
            let message =
                format!("the cargo of `{}` goes to `{}`, which is neither a base nor an exit", base.id, junction.id);
            problems.add(
                ProblemKind::Conflict,
                format!("{path}.cargo_to"),
                message,
                "name a base, or a junction with `exit = true`",
            );
        }
        if base.cargo_to.as_ref() == Some(&base.id) {
            problems.add(
                ProblemKind::Conflict,
                format!("{path}.cargo_to"),
                format!("the cargo of `{}` goes to `{}` itself", base.id, base.id),
                "name another base, or a junction with `exit = true`",
            );
        }
        if base.repatriation && !base.airstrip {
            let message = format!("`{}` has repatriation flights but no airstrip", base.id);
            problems.add(
                ProblemKind::Conflict,
                format!("{path}.repatriation"),
                message,
                "set `airstrip = true`, or let its people leave from its parent",
            );
        }
    }
    for region in &inputs.region {
        let sum = region.taker_separatist + region.taker_jihadist + region.taker_none;
        if (sum - 1.0).abs() > 1e-6 {
            let message = format!("the taker weights of `{}` sum to {sum}, not 1", region.id);
            problems.add(
                ProblemKind::Sum,
                format!("region.{}.taker_none", region.id),
                message,
                "scale the three weights to sum to 1",
            );
        }
    }
}

/// Whether following parents from a base leads back to it (through others).
fn follows_itself(inputs: &Inputs, id: &str) -> bool {
    let parent_of = |id: &str| inputs.base.iter().find(|base| base.id == id).and_then(|base| base.parent.as_deref());
    let mut here = id;
    for _ in 0..inputs.base.len() {
        match parent_of(here) {
            Some(next) if next == id => return here != id,
            Some(next) => here = next,
            None => return false,
        }
    }
    false
}
