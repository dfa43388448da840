//! The policies of a hindcast: the one that is scored, and those of the reference forecasts.

use crate::cli::request::Asked;
use crate::cli::{hindcast, lineup};
use crate::experiment::{Plan, PolicyModel};
use crate::model::Inputs;
use crate::model::field::{Kind, Table};
use crate::model::network::Zone;
use crate::model::permissions::Permissions;
use crate::model::threat::Tension;
use crate::scenario::{Case, Diagnostics, Override};
use crate::summary::Reference;
use crate::units::Date;

/// What messages call the values of a reference forecast.
const LABEL: &str = "<reference forecast>";

/// The plan of a hindcast: the policy that is scored first, then a policy for each reference that is simulated.
///
/// # Errors
/// An unknown policy, and values that the scenario does not take.
pub fn plan(asked: &Asked) -> Result<Plan, Diagnostics> {
    let Asked { request, case } = asked;
    let scored = lineup::policy(case, &request.policies[0], request.point)?;
    let under = case.document().policies().iter().find(|preset| preset.id == scored.id);
    let own = under.map_or(&[][..], |preset| &preset.overrides);
    let against = hindcast::against(request, case, &scored.model)?;
    let mut policies = vec![scored];
    let pooled = pooled_rates(&policies[0].model.inputs, policies[0].model.start);
    policies.push(reference(asked, Reference::PooledRates, "the same rates everywhere, no permissions", own, &pooled)?);
    let lifted = denials_lifted(case);
    if !lifted.is_empty() {
        policies.push(reference(asked, Reference::DenialsOff, "the same model, all denials lifted", own, &lifted)?);
    }
    if let Some(left_out) = against.and_then(|against| against.left_out) {
        let title = format!("{}; without the facts on {}", policies[0].title, left_out.group);
        let wide = lineup::model(case, policies[0].id.clone(), title, &[own, &left_out.overrides()].concat(), false)?;
        let wide = PolicyModel { model: left_out.widened(wide.model), ..wide };
        let all = std::mem::replace(&mut policies[0], wide);
        policies.push(PolicyModel { id: Reference::AllFacts.name().to_owned(), ..all });
    }
    Ok(Plan::of(policies, request.seed, request.replications))
}

fn reference(
    asked: &Asked,
    reference: Reference,
    title: &str,
    own: &[Override],
    changes: &[Override],
) -> Result<PolicyModel, Diagnostics> {
    let (id, title) = (reference.name().to_owned(), title.to_owned());
    lineup::model(&asked.case, id, title, &[own, changes].concat(), asked.request.point)
}

/// What lifts every denial of the scenario.
fn denials_lifted(case: &Case) -> Vec<Override> {
    case.document().denials().iter().flat_map(|denial| denial.overrides.clone()).collect()
}

/// Overrides under which rates are constant: of contacts the mean over roads, by length, and of fire the mean over bases, both
/// at the tension of the start and at the medians; tension does not move, and there is no growth, no frailty, no effect of
/// size and no permission to ask for. Zones without contacts keep having none.
fn pooled_rates(inputs: &Inputs, start: Date) -> Vec<Override> {
    let zone = |id: &str| inputs.zone.iter().find(|zone| zone.id == id);
    let has_contacts = |zone: &Zone| zone.device_per_km + zone.direct_per_km > 0.0;
    let roads = || {
        inputs.road.iter().filter_map(|road| Some((road.km, zone(&road.zone)?))).filter(|(_, zone)| has_contacts(zone))
    };
    let all_km: f64 = roads().map(|(km, _)| km).sum();
    let pooled = |rate: fn(&Zone) -> f64| {
        let sum: f64 = roads().map(|(km, zone)| km * rate(zone) * multiplier(inputs, at_start(zone))).sum();
        if all_km > 0.0 { sum / all_km } else { 0.0 }
    };
    let (device, direct) = (pooled(|zone| zone.device_per_km), pooled(|zone| zone.direct_per_km));
    let fire: f64 =
        inputs.base.iter().filter_map(|base| zone(&base.zone)).map(|zone| fire(inputs, at_start(zone))).sum();
    let fire = fire / inputs.base.len().max(1) as f64;
    let mut texts = vec![
        "tension.process=false".to_owned(),
        "threat.growth_per_month=0".to_owned(),
        "threat.frailty_variance=0".to_owned(),
        "threat.size_exponent=0".to_owned(),
    ];
    texts.extend(["calm", "tense", "clashes"].map(|level| format!("threat.multiplier_{level}=1")));
    texts.extend(["calm", "tense", "clashes", "critical"].map(|level| format!("base_fire.{level}_per_day={fire:?}")));
    for zone in &inputs.zone {
        texts.push(format!("zone.{}.tension=[{{ from = {start}, level = \"calm\" }}]", zone.id));
        if has_contacts(zone) {
            texts.push(format!("zone.{}.device_per_km={device:?}", zone.id));
            texts.push(format!("zone.{}.direct_per_km={direct:?}", zone.id));
        }
    }
    let desks = Permissions::FIELDS.iter().filter(|field| matches!(field.kind, Kind::Table(_)));
    texts.extend(desks.map(|desk| format!("permissions.{}.regime=granted", desk.name)));
    texts.iter().map(|text| Override::parse(LABEL, text).expect("the path of a value can be read")).collect()
}

/// The tension of a zone at the start.
fn at_start(zone: &Zone) -> Tension {
    zone.tension.first().map_or(Tension::Calm, |change| change.level)
}

fn multiplier(inputs: &Inputs, level: Tension) -> f64 {
    match level {
        Tension::Calm => inputs.threat.multiplier_calm,
        Tension::Tense => inputs.threat.multiplier_tense,
        Tension::Clashes => inputs.threat.multiplier_clashes,
        Tension::Critical => 1.0,
    }
}

fn fire(inputs: &Inputs, level: Tension) -> f64 {
    match level {
        Tension::Calm => inputs.base_fire.calm_per_day,
        Tension::Tense => inputs.base_fire.tense_per_day,
        Tension::Clashes => inputs.base_fire.clashes_per_day,
        Tension::Critical => inputs.base_fire.critical_per_day,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::model::permissions::Regime;

    #[test]
    fn pooled_rates_are_one_rate_with_the_same_sum_over_the_roads() {
        let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/mali-2023.toml"));
        let case = Case::load(file, &[]).expect("a scenario");
        let own = case.model(&[]).expect("a model");
        let pooled = case.model(&pooled_rates(&own.inputs, own.start)).expect("a model");
        let rate = |inputs: &Inputs, id: &str| {
            let zone = inputs.zone.iter().find(|zone| zone.id == id).expect("a zone");
            (zone.device_per_km + zone.direct_per_km) * multiplier(inputs, at_start(zone))
        };
        let sum = |inputs: &Inputs| inputs.road.iter().map(|road| road.km * rate(inputs, &road.zone)).sum::<f64>();
        assert!((sum(&own.inputs) / sum(&pooled.inputs) - 1.0).abs() < 1e-12);
        let mut rates: Vec<f64> = pooled.inputs.zone.iter().map(|zone| rate(&pooled.inputs, &zone.id)).collect();
        rates.retain(|rate| *rate > 0.0);
        assert!(rates.len() > 5 && rates.iter().all(|rate| *rate == rates[0]), "{rates:?}");
        // Nothing is refused, and nothing moves.
        let permissions = &pooled.inputs.permissions;
        assert!(
            permissions.truck_column.regime == Regime::Granted && permissions.parts_import.regime == Regime::Granted
        );
        assert!(!pooled.inputs.tension.process && pooled.inputs.zone.iter().all(|zone| zone.tension.len() == 1));
        assert_eq!((pooled.inputs.threat.growth_per_month, pooled.inputs.threat.frailty_variance), (0.0, 0.0));
    }
}
