//! Facts: every row of the shipped file is read, and what replications are asked for agrees with the measures.

use std::path::Path;

use rearguard::draw::Streams;
use rearguard::measures::{Daily, Measure};
use rearguard::model::Model;
use rearguard::model::facts::{FactKind, Facts, Observable, Quantity, What};
use rearguard::scenario::{Case, facts_beside, read_facts, read_file};
use rearguard::withdrawal::Withdrawal;

use crate::common::{MALI, THREE_BASES, package};

fn model(scenario: &str) -> Model {
    let case =
        Case::load(&package().join(scenario), &[]).map_err(|problems| problems.render(false)).expect("a scenario");
    case.model(&[]).map_err(|problems| problems.render(false)).expect("a model")
}

fn mali() -> (Model, Facts) {
    let model = model(MALI);
    let file = facts_beside(&package().join(MALI));
    let text = read_file(&file).map_err(|problems| problems.render(false)).expect("a facts file");
    let facts = read_facts("mali-2023.facts.csv", &text, &model.inputs, model.start);
    (model, facts.map_err(|problems| problems.render(false)).expect("facts"))
}

#[test]
fn every_target_of_the_record_has_its_row() {
    let (_, facts) = mali();
    let count = |kind| facts.list.iter().filter(|fact| fact.kind == kind).count();
    assert_eq!(FactKind::ALL.map(count), [23, 9, 9, 7, 1]);
    assert_eq!(facts.list.iter().filter(|fact| fact.in_sample).count(), 21);
    assert!(facts.groups().contains(&"Kidal"));
    // Sources that disagree about one event keep their own rows.
    let of_tessalit = ["F045", "F046"].map(|id| facts.find(id).expect("a row"));
    assert!(of_tessalit[0].quantity == of_tessalit[1].quantity && of_tessalit[0].record != of_tessalit[1].record);
}

#[test]
fn what_is_observed_agrees_with_the_measures() {
    for scenario in [MALI, THREE_BASES] {
        let model = model(scenario);
        let mut withdrawal = Withdrawal::new(&model, &[]);
        let deadline = model.inputs.mission.deadline as u32;
        for replication in 0..20 {
            withdrawal.replicate(Streams::new(5, replication));
            let of = |what, base, day| withdrawal.observe(&Quantity { what, base, day });
            let observed = |observable, base, day| of(What::Observable(observable), base, day);
            let bases = || 0..model.inputs.base.len();
            let sum = |observable, day| bases().map(|base| observed(observable, Some(base), day)).sum::<f64>();
            let measure = |measure| of(What::Measure(measure), None, None);
            assert_eq!(sum(Observable::FireIncidents, Some(deadline)), measure(Measure::FireIncidents));
            assert_eq!(sum(Observable::AirHits, None), measure(Measure::AirHits));
            assert_eq!(sum(Observable::ConvoyWounded, None), measure(Measure::WoundedGarrison));
            let on_last = |observable| observed(observable, None, Some(deadline));
            assert_eq!(on_last(Observable::WoundedByDevices), measure(Measure::WoundedDevice));
            assert_eq!(
                on_last(Observable::InCountry),
                model.inputs.base.iter().map(|base| base.personnel).sum::<f64>() - measure(Measure::PeopleOut)
            );
            let closed = of(What::Daily(Daily::BasesClosed), None, Some(deadline));
            let departed =
                bases().filter(|&base| observed(Observable::Departure, Some(base), None) < f64::from(deadline));
            assert!(departed.count() as f64 <= closed);
        }
    }
}

#[test]
fn a_file_is_read_from_its_text_alone() {
    let (model, facts) = mali();
    let text = std::fs::read_to_string(facts_beside(Path::new(&package().join(MALI)))).expect("a file");
    let again = read_facts("other.csv", &text, &model.inputs, model.start).map_err(|problems| problems.render(false));
    assert_eq!(again.expect("facts"), facts);
}
