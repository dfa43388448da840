//! The CSV files of a hindcast: a row for each forecast of each fact, and the facts taken together.

use std::io::{self, Write};

use crate::experiment::Plan;
use crate::model::facts::{FactKind, Record};
use crate::output::csv_files::text;
use crate::output::inference_tables;
use crate::output::table::{Column, Holds, Table};
use crate::stats::Scored;
use crate::summary::{FactRow, Forecast, Grade, Hindcast, Reference, Score};

/// What the forecast of the policy that is scored is called; references go by their names.
const MODEL: &str = "model";

fn scored(scored: Option<Scored>) -> [String; 2] {
    [text(scored.map(|scored| scored.value)), text(scored.and_then(|scored| scored.mcse))]
}

/// One row for each fact and forecast of it. Free text stays in the facts file.
///
/// # Errors
/// Those of writing.
pub fn facts(out: &mut dyn Write, hindcast: &Hindcast, plan: &Plan) -> io::Result<()> {
    let mut csv = inference_tables::hindcast().begin(out)?;
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
        row.counted_with.clone().unwrap_or_default(),
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

/// `hindcast_groups.csv`, with three columns for each forecast that the model is compared with.
pub fn groups_table() -> Table {
    let of = |reference: &Reference| {
        let name = reference.name();
        let column = |what: &str, meaning: String| {
            Column::named(&format!("{what}_{}", name.replace('-', "_")), Holds::Integer, "facts", &meaning)
        };
        [
            column("better_than", format!("Facts that the model forecasts better than {name} does.")),
            column("worse_than", "Facts that it forecasts worse; of the rest the two cannot be told apart.".to_owned()),
            column("compared_with", format!("Facts on which the forecast {name} says something too.")),
        ]
    };
    inference_tables::hindcast_groups().with(Reference::ALL.iter().flat_map(of))
}

/// Facts taken together: all and each group, those that inputs were set from apart.
///
/// # Arguments
/// * `table` - [`groups_table`].
///
/// # Errors
/// Those of writing.
pub fn groups(out: &mut dyn Write, table: &Table, hindcast: &Hindcast) -> io::Result<()> {
    let mut csv = table.begin(out)?;
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
