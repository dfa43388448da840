//! The screen of a hindcast.

use std::io::{self, Write};

use crate::cli::conduct::Conducted;
use crate::cli::hindcast::label;
use crate::cli::numbers::{decimals, whole};
use crate::cli::session::Session;
use crate::model::Model;
use crate::model::facts::{FactKind, Record};
use crate::stats::Scored;
use crate::summary::{FactRow, Forecast, Grade, GroupRow, Hindcast, Reference, Score};

/// Columns of text on a line of the prose.
const WIDTH: usize = 96;

/// What a person sees of a hindcast: facts no input was set from first.
///
/// # Errors
/// Those of writing.
pub fn screen(out: &mut dyn Write, session: &Session, conducted: &Conducted) -> io::Result<()> {
    let Some(hindcast) = &conducted.hindcast else { return Ok(()) };
    let policy = &session.plan.policies[0];
    writeln!(out, "Policy {}: {}", policy.id, policy.title)?;
    if hindcast.n < 2 {
        return writeln!(out, "  too few replications were finished to score anything");
    }
    let count = |holds: fn(&FactRow) -> bool| hindcast.rows.iter().filter(|row| holds(row)).count();
    writeln!(
        out,
        "{} facts: {} that no input was set from, {} that some was, {} that no replication has",
        hindcast.rows.len(),
        count(|row| row.forecast.is_some() && !row.in_sample),
        count(|row| row.forecast.is_some() && row.in_sample),
        count(|row| row.forecast.is_none()),
    )?;
    for (in_sample, title) in [
        (false, "FACTS NO INPUT WAS SET FROM: these test the model"),
        (true, "FACTS INPUTS WERE SET FROM: these test the arithmetic and do not count as validation"),
    ] {
        let rows: Vec<&FactRow> =
            hindcast.rows.iter().filter(|row| row.in_sample == in_sample && row.forecast.is_some()).collect();
        if !rows.is_empty() {
            writeln!(out, "\n{title}\n")?;
            table(out, &rows, &policy.model)?;
            groups(out, hindcast, in_sample)?;
        }
    }
    notes(out, hindcast)?;
    misses(out, hindcast, &policy.model)?;
    not_simulated(out, hindcast)
}

/// The quantity of a fact, by name.
fn name(row: &FactRow, model: &Model) -> String {
    // The year is that of the mission; the day says enough beside a table of the same year.
    row.fact.quantity.as_ref().map_or_else(|_| String::new(), |quantity| label(quantity, model))
}

fn table(out: &mut dyn Write, rows: &[&FactRow], model: &Model) -> io::Result<()> {
    let width = rows.iter().map(|row| name(row, model).len()).max().unwrap_or(0);
    writeln!(
        out,
        "{:<6}{:<w$}  {:>12}  {:>20}  {:>10}   {:<16}{:>6}{:>7}{:>7}",
        "fact",
        "what",
        "record",
        "5% to 95%",
        "mid-PIT",
        "score",
        "plan",
        "pooled",
        "no den.",
        w = width
    )?;
    for row in rows {
        let Some(forecast) = &row.forecast else { continue };
        let pit = forecast.mid_pit.map_or_else(|| "-".to_owned(), |pit| decimals(pit.value, 3));
        let grade = row.grade().map_or("-", |grade| grade.name());
        let skills = Reference::ALL.map(|reference| row.skill(reference).map_or_else(|| "-".to_owned(), skill_text));
        writeln!(
            out,
            "{:<6}{:<w$}  {:>12}  {:>20}  {pit:>8} {grade}   {:<16}{:>6}{:>7}{:>7}",
            row.fact.id,
            name(row, model),
            record(row, model),
            range(row, forecast, model),
            score(row, forecast),
            skills[0],
            skills[1],
            skills[2],
            w = width
        )?;
    }
    Ok(())
}

/// A skill with two decimals; below -10 only that.
fn skill_text(skill: f64) -> String {
    if skill < -9.995 { "<-10".to_owned() } else { decimals(skill, 2) }
}

/// A number of a fact: as a date, or with the digits of its size.
fn number(row: &FactRow, value: f64, model: &Model) -> String {
    if row.fact.kind == FactKind::Date {
        return model.start.after(value).to_string();
    }
    match value.abs() {
        size if size < 1.0 && size > 0.0 => decimals(value, 3),
        size if size < 20.0 && value.fract() != 0.0 => decimals(value, 1),
        _ => whole(value),
    }
}

fn record(row: &FactRow, model: &Model) -> String {
    match &row.fact.record {
        Record::Number { value, .. } => {
            let bound = if row.fact.kind == FactKind::Bound { ">= " } else { "" };
            let least = match row.fact.record {
                Record::Number { low, .. } if row.fact.kind == FactKind::Bound => low,
                _ => *value,
            };
            format!("{bound}{}", number(row, least, model))
        }
        Record::Event(happened) => if *happened { "yes" } else { "no" }.to_owned(),
        Record::Order(order) => format!("{} bases", order.len()),
    }
}

fn range(row: &FactRow, forecast: &Forecast, model: &Model) -> String {
    let [low, _, high] = forecast.points;
    match row.fact.kind {
        FactKind::YesNo => format!("yes: {}%", decimals(100.0 * low, 1)),
        FactKind::Order => format!("tau {} to {}", decimals(low, 2), decimals(high, 2)),
        FactKind::Date => {
            let day = |value: f64| model.start.after(value).to_string()[5..].to_owned();
            format!("{} to {}", day(low), day(high))
        }
        _ => format!("{} to {}", number(row, low, model), number(row, high, model)),
    }
}

fn score(row: &FactRow, forecast: &Forecast) -> String {
    let with_error = |scored: Scored| {
        let places = match scored.mcse {
            error if error >= 1.0 => 0,
            error if error >= 0.1 => 1,
            error if error >= 0.01 => 2,
            _ => 3,
        };
        format!("{} ±{}", decimals(scored.value, places), decimals(scored.mcse, places))
    };
    let name = match (row.fact.kind, Score::of(row.fact.kind)) {
        (FactKind::Bound, _) => "lnP",
        (_, Score::Crps) => "CRPS",
        (_, Score::Brier) => "Brier",
        (_, Score::Tau) => "tau",
    };
    let value = forecast.log_within.unwrap_or(forecast.score);
    format!("{name} {}", with_error(value))
}

fn groups(out: &mut dyn Write, hindcast: &Hindcast, in_sample: bool) -> io::Result<()> {
    let rows: Vec<&GroupRow> = hindcast.groups.iter().filter(|row| row.in_sample == in_sample).collect();
    writeln!(
        out,
        "\n{:<14}{:>7}{:>5}{:>4}{:>4}{:>4}   {:<28}{:>14}{:>14}{:>12}",
        "group", "graded", "A", "B", "C", "D", "outside 90%: seen, by luck", "beats plan", "pooled", "no denials"
    )?;
    for row in rows {
        let [mean, low, high] = row.luck;
        let luck = format!("{}, {} ({} to {})", row.misses(), decimals(mean, 1), decimals(low, 0), decimals(high, 0));
        let beats = row.better.map(|[better, same, of]| match same {
            0 => format!("{better} of {of}"),
            same => format!("{better} of {of}, {same} ="),
        });
        let [a, b, c, d] = row.grades;
        writeln!(
            out,
            "{:<14}{:>7}{a:>5}{b:>4}{c:>4}{d:>4}   {luck:<28}{:>14}{:>14}{:>12}",
            row.group.as_deref().unwrap_or("all"),
            row.graded(),
            beats[0],
            beats[1],
            beats[2]
        )?;
    }
    Ok(())
}

fn notes(out: &mut dyn Write, hindcast: &Hindcast) -> io::Result<()> {
    let unsaid: Vec<&str> = hindcast.rows.iter().filter(|r| r.fitted_unsaid).map(|r| r.fact.id.as_str()).collect();
    writeln!(out)?;
    if !unsaid.is_empty() {
        let text = format!(
            "{} stand with the facts that inputs were set from although the facts file does not say so: `fitted_from` in the \
             scenario names them, or another row of the same event.",
            unsaid.join(", ")
        );
        paragraph(out, &text)?;
    }
    let texts = [
        "mid-PIT: share of replications below the record, plus half of those that agree with it as it is read. A within the \
         middle 50%, B 90%, C 99%, D outside. Standard errors are in hindcast.csv.",
        "score: CRPS in the unit of the fact (days for dates) and Brier, both 0 at best; lnP, the logarithm of the \
         probability of the reading; Kendall's tau, 1 at best. ± is the Monte Carlo standard error.",
        "plan, pooled, no den.: skill, the share of what a reference forecast falls short of the best that the model makes up \
         (of bounds by Brier score); below 0 the reference is better, - where it says nothing or is perfect.",
        "by luck: facts outside if the model were right, the mean and 5% to 95%, each replication in turn playing the record \
         with all its facts.",
    ];
    texts.into_iter().try_for_each(|text| paragraph(out, text))
}

fn paragraph(out: &mut dyn Write, text: &str) -> io::Result<()> {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.len() + 1 + word.len() > WIDTH && !line.is_empty() {
            writeln!(out, "{line}")?;
            line = format!("  {word}");
        } else {
            line = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        }
    }
    writeln!(out, "{line}")
}

/// Every fact outside the middle 90%, with the reason that the facts file gives.
fn misses(out: &mut dyn Write, hindcast: &Hindcast, model: &Model) -> io::Result<()> {
    let is_miss = |row: &&FactRow| row.grade().is_some_and(Grade::is_miss);
    let missed: Vec<&FactRow> = hindcast.rows.iter().filter(is_miss).collect();
    writeln!(out, "\nMISSES: {} facts outside the middle 90%", missed.len())?;
    for row in missed {
        let grade = row.grade().map_or("-", |grade| grade.name());
        let (record, what) = (record(row, model), name(row, model));
        let range = row.forecast.as_ref().map_or_else(String::new, |forecast| range(row, forecast, model));
        let sample = if row.in_sample { ", in sample" } else { "" };
        let reason = row.fact.miss.as_deref().unwrap_or("no reason on file");
        let text = format!("{} {grade}{sample}: {what} {record} against {range}. {reason}", row.fact.id);
        paragraph(out, &text)?;
    }
    Ok(())
}

fn not_simulated(out: &mut dyn Write, hindcast: &Hindcast) -> io::Result<()> {
    for row in &hindcast.rows {
        if let Err(reason) = &row.fact.quantity {
            paragraph(out, &format!("\nNOT SIMULATED {}: {reason}", row.fact.id))?;
        }
    }
    Ok(())
}
