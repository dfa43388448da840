//! The lineup: which policies an experiment runs, in which order, and how they stand to each other.

use crate::cli::references;
use crate::cli::request::{AS_WRITTEN, Asked, Kind, Request};
use crate::experiment::{Plan, PolicyModel};
use crate::model::permissions::{Desk, Permissions, Regime};
use crate::scenario::{Case, Diagnostics, Override, Preset};
use crate::summary::SIMULATED;

/// Paths of the ratios that air cover has.
pub const RATIOS: [&str; 2] = ["threat.ratio_overwatch", "threat.ratio_surveillance"];

/// A desk for flights, by name, and its settings in a scenario.
type FlightDesk = (&'static str, fn(&Permissions) -> &Desk);

/// Desks that are granted one at a time where an attribution takes the curve of air cover. The first two are cover.
pub const FLIGHTS: [FlightDesk; 5] = [
    ("air_overwatch", |permissions| &permissions.air_overwatch),
    ("surveillance", |permissions| &permissions.surveillance),
    ("medical_evacuation", |permissions| &permissions.medical_evacuation),
    ("air_resupply", |permissions| &permissions.air_resupply),
    ("air_lift", |permissions| &permissions.air_lift),
];

/// What the id of a policy that grants one desk begins with.
pub const GRANTED: &str = "granted-";

/// The plan of a request at its first design point.
///
/// # Errors
/// Unknown ids, and values that the scenario does not take.
pub fn plan(asked: &Asked, at_point: &[Override]) -> Result<Plan, Diagnostics> {
    if asked.request.command == Kind::Attribute {
        return attribution(asked);
    }
    if asked.request.command == Kind::Hindcast {
        return references::plan(asked);
    }
    let policies = policies(&asked.request, &asked.case, at_point)?;
    Ok(plan_of(&asked.request, policies))
}

/// The plan of policies at a design point.
pub fn plan_of(request: &Request, policies: Vec<PolicyModel>) -> Plan {
    let plan = if request.has_baseline { Plan::paired } else { Plan::of };
    let inner = request.nested.map(|nested| nested.inner);
    Plan { inner, ..plan(policies, request.seed, request.replications) }
}

/// The policies of an attribution: one for each set of denials lifted, by bit mask, so that the first has all in force and
/// the last of them none. Where a denial refuses air cover there follow each desk for flights granted alone, and, for each
/// simulated ratio of cover, all denials in force and cover granted.
fn attribution(asked: &Asked) -> Result<Plan, Diagnostics> {
    let Asked { request, case } = asked;
    let denials = asked.denials()?;
    let under = |id: String, title: String, overrides: &[Override]| model(case, id, title, overrides, request.point);
    let lifted = |mask: usize| -> Vec<Override> {
        (0..denials.len()).filter(|at| mask >> at & 1 == 1).flat_map(|at| denials[at].overrides.clone()).collect()
    };
    // Denials that were not asked for are never lifted.
    let is_asked = |denial: &&Preset| denials.iter().any(|asked| asked.id == denial.id);
    let kept: Vec<&str> =
        case.document().denials().iter().filter(|denial| !is_asked(denial)).map(|denial| denial.id.as_str()).collect();
    let combination = |mask: usize| {
        let in_force = (0..denials.len()).filter(|at| mask >> at & 1 == 0);
        let ids: Vec<&str> = in_force.map(|at| denials[at].id.as_str()).collect();
        let id = if ids.is_empty() { "none-denied".to_owned() } else { format!("denied-{}", ids.join("-")) };
        let title = match [&ids[..], &kept].concat() {
            none if none.is_empty() => "no denial in force".to_owned(),
            some => format!("in force: {}", some.join(", ")),
        };
        under(id, title, &lifted(mask))
    };
    let mut policies: Vec<PolicyModel> = (0..1 << denials.len()).map(combination).collect::<Result<_, _>>()?;
    let refuses_cover = denials.iter().enumerate().filter(|(_, denial)| refuses_cover(denial));
    let cover = refuses_cover.map(|(at, _)| 1 << at).sum();
    if cover > 0 {
        let permissions = policies[0].model.inputs.permissions.clone();
        for (name, desk) in FLIGHTS {
            if desk(&permissions).regime != Regime::Granted {
                let grant = Override::parse("<attribute>", &format!("permissions.{name}.regime=granted"));
                let grant = grant.expect("the path of a desk can be read");
                policies.push(under(format!("{GRANTED}{name}"), format!("{name} alone granted"), &[grant])?);
            }
        }
    }
    let compared = policies.len() - 1;
    if cover > 0 {
        for ratio in SIMULATED {
            let at_ratio = RATIOS.map(|path| Override::number("<attribute>", path, ratio).expect("a path"));
            for (name, mask) in [("refused", 0), ("granted", cover)] {
                let overrides: Vec<Override> = lifted(mask).into_iter().chain(at_ratio.clone()).collect();
                let title = format!("air cover {name}, at the rate ratio {ratio}");
                policies.push(under(format!("cover-{name}-at-{}", id_of(ratio)), title, &overrides)?);
            }
        }
    }
    let plan = Plan::paired(policies, request.seed, request.replications);
    Ok(Plan { compared, curve: (cover > 0).then_some(cover), ..plan })
}

/// A ratio in hundredths, since ids take no dots.
fn id_of(ratio: f64) -> String {
    format!("{:03.0}", 100.0 * ratio)
}

/// Whether a denial holds back overwatch or surveillance.
fn refuses_cover(denial: &Preset) -> bool {
    let paths = || FLIGHTS[..2].iter().map(|(name, _)| format!("permissions.{name}."));
    denial.overrides.iter().any(|change| paths().any(|path| change.path().starts_with(&path)))
}

/// The policies of a request, which has no denials, at a design point.
///
/// # Errors
/// Unknown ids, and values that the scenario does not take.
pub fn policies(request: &Request, case: &Case, at_point: &[Override]) -> Result<Vec<PolicyModel>, Diagnostics> {
    request.policies.iter().map(|id| policy_at(case, id, at_point, request.point)).collect()
}

/// The model under a policy of the file.
///
/// # Errors
/// An unknown id.
pub fn policy(case: &Case, id: &str, point: bool) -> Result<PolicyModel, Diagnostics> {
    policy_at(case, id, &[], point)
}

/// The same at a design point, whose values count over the policy's.
fn policy_at(case: &Case, id: &str, at_point: &[Override], point: bool) -> Result<PolicyModel, Diagnostics> {
    let (title, overrides) = if id == AS_WRITTEN && case.document().policies().is_empty() {
        ("the scenario as written".to_owned(), Vec::new())
    } else {
        let preset = case.policy(id)?;
        (preset.title.clone(), preset.overrides.clone())
    };
    let made = model(case, id.to_owned(), title, &[&overrides[..], at_point].concat(), point)?;
    Ok(PolicyModel { overrides, ..made })
}

/// The model under overrides.
///
/// # Errors
/// Values that the scenario does not take.
pub(super) fn model(
    case: &Case,
    id: String,
    title: String,
    overrides: &[Override],
    point: bool,
) -> Result<PolicyModel, Diagnostics> {
    let model = case.model(overrides)?;
    let model = if point { model.at_central_values() } else { model };
    Ok(PolicyModel { id, title, model, overrides: overrides.to_vec() })
}
