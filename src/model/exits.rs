//! Ways out of the country other than the usual one: opened with work and a neighbour's leave, or not at all.

use crate::model::Inputs;
use crate::model::check::{ProblemKind, Problems};
use crate::model::field::{Kind, number, share};
use crate::model::routes::{Route, ShortestWays, node};

crate::table! {
    /// A way out through a neighbouring country, which bases can name in `convoys_exit` and `cargo_exit`. It is open once it is set up and the neighbour has granted transit at the desk `neighbour_transit`.
    pub struct Exit {
        /// Its name.
        id: String = Kind::Id,
        /// For people.
        title: Option<String> = Kind::Text,
        /// Where it leaves the country: a junction with `exit = true`.
        at: String = Kind::Reference(&["junction"]),
        /// Region whose treatment at the desk holds for it.
        region: String = Kind::Reference(&["region"]),
        /// Day on which work on it begins and transit is first asked for. Left out: nobody opens it.
        from: Option<f64> = Kind::Date,
        /// How long it takes to set up.
        setup_days: f64 = number("days", 0.0, 1000.0),
        /// Probability that the neighbour lets the mission through at all, drawn once for a replication. If it does not, no request is granted, unless the desk's `regime` is `granted`.
        agrees: f64 = share(),
    }
}

/// A base's way by an exit.
#[derive(Clone, Debug)]
pub struct ByExit {
    /// Index in `Inputs::exit`.
    pub exit: usize,
    /// From the base out of the country.
    pub there: Route,
    /// From there to the home of the base's trucks; empty for garrisons.
    pub back: Route,
}

/// Finds the exit that a base names and the way there.
pub(super) fn by_exit(inputs: &Inputs, named: Option<&String>, base: usize, ways: &[ShortestWays]) -> Option<ByExit> {
    let exit = inputs.exit.iter().position(|exit| Some(&exit.id) == named)?;
    let at = node(inputs, &inputs.exit[exit].at).expect("checked: a known place");
    let home = inputs.truck_fleet.iter().find(|fleet| fleet.serves.contains(&inputs.base[base].id));
    let home = home.and_then(|fleet| node(inputs, &fleet.home));
    let back = home.and_then(|home| ways[at].to(home)).unwrap_or_default();
    Some(ByExit { exit, there: ways[base].to(at).expect("checked: a road leads there"), back })
}

/// Notes what is wrong with exits and with the bases that name them.
pub(super) fn check(inputs: &Inputs, problems: &mut Problems) {
    for exit in &inputs.exit {
        if inputs.junction.iter().any(|junction| junction.id == exit.at && !junction.exit) {
            let message = format!("the exit `{}` is at `{}`, which does not leave the country", exit.id, exit.at);
            let hint = "name a junction with `exit = true`";
            problems.add(ProblemKind::Conflict, format!("exit.{}.at", exit.id), message, hint);
        }
    }
    for (index, base) in inputs.base.iter().enumerate() {
        for (key, named) in [("convoys_exit", &base.convoys_exit), ("cargo_exit", &base.cargo_exit)] {
            let Some(exit) = inputs.exit.iter().find(|exit| Some(&exit.id) == named.as_ref()) else { continue };
            let path = format!("base.{}.{key}", base.id);
            if node(inputs, &exit.at).is_some_and(|at| ShortestWays::new(inputs, index).to(at).is_none()) {
                let message = format!("no road leads from `{}` to its exit `{}`", base.id, exit.id);
                problems.add(ProblemKind::Unreachable, path, message, "add the missing `[[road]]`");
            } else if key == "convoys_exit" && base.parent.is_none() {
                let message = format!("`{}` has an exit for convoys, but no garrison drives away from it", base.id);
                problems.add(ProblemKind::Conflict, path, message, "give it a `parent` for when the exit is closed");
            } else if key == "cargo_exit" && !inputs.truck_fleet.iter().any(|fleet| fleet.serves.contains(&base.id)) {
                let message = format!("`{}` has an exit for cargo, but no trucks serve it", base.id);
                problems.add(ProblemKind::Missing, path, message, "let a `[[truck_fleet]]` serve it");
            }
        }
    }
}
