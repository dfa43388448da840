//! The CSV files of a hindcast: a row for each forecast of each fact, and the facts taken together.

use std::io::{self, Write};

use csv::Writer;

use crate::experiment::Plan;
use crate::model::facts::{FactKind, Record};
use crate::output::csv_files::text;
use crate::stats::Scored;
use crate::summary::{FactRow, Forecast, Grade, Hindcast, Reference, Score};

/// What the forecast of the policy that is scored is called; references go by their names.
const MODEL: &str = "model";

fn scored(scored: Option<Scored>) -> [String; 2] {
    [text(scored.map(|scored| scored.value)), text(scored.map(|scored| scored.mcse))]
}

/// One row for each fact and forecast of it. Free text stays in the facts file.
///
/// # Errors
/// Those of writing.
pub fn facts(out: &mut dyn Write, hindcast: &Hindcast, plan: &Plan) -> io::Result<()> {
    let mut csv = Writer::from_writer(out);
    csv.write_record([
        "fact",
        "group",
        "in_sample",
        "fitted_unsaid",
        "kind",
        "measure",
        "base",
        "date",
        "unit",
        "value",
        "low",
        "high",
        "forecast",
        "n",
        "q05",
        "q50",
        "q95",
        "mid_pit",
        "mid_pit_mcse",
        "grade",
        "score",
        "estimate",
        "mcse",
        "within",
        "within_mcse",
        "log_within",
        "log_within_mcse",
        "at_least",
        "at_least_mcse",
        "skill",
    ])?;
    for row in &hindcast.rows {
        let about = about(row, plan);
        let mut write = |name: &str, forecast: Option<&Forecast>, n: u64, skill: Option<f64>| {
            csv.write_record(about.iter().cloned().chain(scores(row, name, forecast, n, skill)))
        };
        write(MODEL, row.forecast.as_ref(), hindcast.n, None)?;
        for reference in Reference::ALL {
            if let Some(forecast) = &row.references[reference as usize] {
                let n = if reference == Reference::Plan { 0 } else { plan.replications };
                write(reference.name(), Some(forecast), n, row.skill(reference))?;
            }
        }
    }
    csv.flush()
}

/// The fact itself: dates as dates.
fn about(row: &FactRow, plan: &Plan) -> Vec<String> {
    let (fact, model) = (&row.fact, &plan.policies[0].model);
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let quantity = fact.quantity.as_ref().ok();
    let number = |value: f64| match fact.kind {
        FactKind::Date => model.start.after(value).to_string(),
        _ => text(Some(value)),
    };
    let [value, low, high] = match &fact.record {
        Record::Number { value, low, high } => [*value, *low, *high].map(number),
        Record::Event(happened) => [yes(*happened), String::new(), String::new()],
        Record::Order(order) => [order_text(order, plan), String::new(), String::new()],
    };
    let base = quantity.and_then(|quantity| quantity.base).map(|base| model.inputs.base[base].id.clone());
    let date = quantity.and_then(|quantity| quantity.day).map(|day| model.start.after(f64::from(day)).to_string());
    vec![
        fact.id.clone(),
        fact.group.clone(),
        yes(row.in_sample),
        yes(row.fitted_unsaid),
        fact.kind.to_string(),
        quantity.map(|quantity| quantity.what.name().to_owned()).unwrap_or_default(),
        base.unwrap_or_default(),
        date.unwrap_or_default(),
        quantity.map(|quantity| quantity.what.unit().to_owned()).unwrap_or_default(),
        value,
        low,
        high,
    ]
}

/// As in a facts file: `;` between days, `=` between bases of one day.
fn order_text(order: &[(usize, u32)], plan: &Plan) -> String {
    let bases = &plan.policies[0].model.inputs.base;
    let mut text = String::new();
    for (at, &(base, rank)) in order.iter().enumerate() {
        let separator = match at.checked_sub(1).map(|before| order[before].1) {
            None => "",
            Some(before) if before == rank => "=",
            Some(_) => ";",
        };
        text = text + separator + &bases[base].id;
    }
    text
}

fn scores(row: &FactRow, name: &str, forecast: Option<&Forecast>, n: u64, skill: Option<f64>) -> Vec<String> {
    let is_model = name == MODEL;
    let points = forecast.map(|forecast| forecast.points);
    let point = |at: usize| text(points.map(|points| points[at]));
    let [pit, pit_mcse] = scored(forecast.and_then(|forecast| forecast.mid_pit));
    let [value, mcse] = scored(forecast.map(|forecast| forecast.score));
    let [within, within_mcse] = scored(forecast.and_then(|forecast| forecast.within));
    let [log, log_mcse] = scored(forecast.and_then(|forecast| forecast.log_within).filter(|_| n > 0));
    let [least, least_mcse] = scored(forecast.and_then(|forecast| forecast.at_least));
    let grade = row.grade().filter(|_| is_model).map(Grade::name).unwrap_or_default();
    let score = forecast.map(|_| Score::of(row.fact.kind).name()).unwrap_or_default();
    let n = if n > 0 && forecast.is_some() { n.to_string() } else { String::new() };
    vec![
        name.to_owned(),
        n,
        point(0),
        point(1),
        point(2),
        pit,
        pit_mcse,
        grade.to_owned(),
        score.to_owned(),
        value,
        mcse,
        within,
        within_mcse,
        log,
        log_mcse,
        least,
        least_mcse,
        text(skill),
    ]
}

/// Facts taken together: all and each group, those that inputs were set from apart.
///
/// # Errors
/// Those of writing.
pub fn groups(out: &mut dyn Write, hindcast: &Hindcast) -> io::Result<()> {
    let mut csv = Writer::from_writer(out);
    let mut header: Vec<String> = [
        "group",
        "in_sample",
        "graded",
        "a",
        "b",
        "c",
        "d",
        "outside_90",
        "by_luck_mean",
        "by_luck_q05",
        "by_luck_q95",
    ]
    .map(str::to_owned)
    .to_vec();
    for reference in Reference::ALL {
        let name = reference.name().replace('-', "_");
        header.extend(["better_than", "same_as", "compared_with"].map(|what| format!("{what}_{name}")));
    }
    csv.write_record(&header)?;
    for row in &hindcast.groups {
        let mut cells = vec![
            row.group.clone().unwrap_or_else(|| "all".to_owned()),
            if row.in_sample { "yes" } else { "no" }.to_owned(),
            row.graded().to_string(),
        ];
        cells.extend(row.grades.iter().map(u32::to_string));
        cells.push(row.misses().to_string());
        cells.extend(row.luck.iter().map(|&value| text(Some(value))));
        cells.extend(row.better.iter().flatten().map(u32::to_string));
        csv.write_record(&cells)?;
    }
    csv.flush()
}
