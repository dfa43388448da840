//! The screen of a hindcast.

use std::io::{self, Write};

use crate::cli::conduct::Conducted;
use crate::cli::hindcast::label;
use crate::cli::leave_out;
use crate::cli::session::Session;
use crate::model::Model;
use crate::model::facts::{Fact, FactKind, Record};
use crate::output::numbers::{decimals, percent, whole};
use crate::stats::{FEW_VALUES, Scored};
use crate::summary::{FactRow, Forecast, Grade, GroupRow, Hindcast, Reference, Score};

/// Characters of a line: the width of a terminal that nobody has widened.
const WIDTH: usize = 80;

/// Replications from which luck puts fewer than 1% of the numbers of a right model outside all of them, which is what grade D
/// says: of a number without ties it is 2 in one more than there are.
const ENOUGH: u64 = 200;

/// What the table of scores and that of groups call the references.
const REFERENCES: [&str; 3] = ["plan", "pooled", "granted"];

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
    if let Some(left_out) = session.record.as_ref().and_then(|record| record.left_out.as_ref()) {
        leave_out::screen(out, session, left_out, &hindcast.kept)?;
        return without_group(out, hindcast, &left_out.group, &policy.model);
    }
    let count = |holds: fn(&FactRow) -> bool| hindcast.rows.iter().filter(|row| holds(row)).count();
    let text = format!(
        "{} facts: {} that no input was set from, {} that some was, {} not simulated",
        hindcast.rows.len(),
        count(|row| row.forecast.is_some() && !row.in_sample),
        count(|row| row.forecast.is_some() && row.in_sample),
        count(|row| row.forecast.is_none()),
    );
    paragraph(out, &text)?;
    for (in_sample, title) in [
        (false, "FACTS THAT NO INPUT WAS SET FROM: they test the model"),
        (true, "FACTS THAT INPUTS WERE SET FROM: they do not count as validation"),
    ] {
        let of = |row: &&FactRow| row.in_sample == in_sample && row.forecast.is_some();
        let rows: Vec<&FactRow> = hindcast.rows.iter().filter(of).collect();
        if !rows.is_empty() {
            writeln!(out, "\n{title}")?;
            forecasts(out, &rows, &policy.model)?;
            scores(out, &rows)?;
            groups(out, hindcast, in_sample)?;
        }
    }
    notes(out, hindcast)?;
    misses(out, hindcast, &policy.model)?;
    not_simulated(out, hindcast)
}

/// The facts of a group that was left out, with it and without it.
fn without_group(out: &mut dyn Write, hindcast: &Hindcast, group: &str, model: &Model) -> io::Result<()> {
    writeln!(out, "\n{:<4} {:<34}{:>9} {:>15} {:>15}", "fact", "what", "record", "with it", "without it")?;
    let rows: Vec<&FactRow> = hindcast.rows.iter().filter(|row| row.fact.group == group).collect();
    let all_facts = |row: &'_ FactRow| row.references[Reference::AllFacts as usize].clone();
    for row in &rows {
        let (Some(without), Some(with)) = (&row.forecast, all_facts(row)) else { continue };
        let ranges = [range(&row.fact, &with, model), range(&row.fact, without, model)];
        let (id, name, record) = (&row.fact.id, name(&row.fact, model), record(&row.fact, model));
        // Without the year, as dates of the ranges beside it.
        let record = record.replacen(&format!("{}-", model.start.year()), "", 1);
        writeln!(out, "{id:<4} {name:<34}{record:>9} {:>15} {:>15}", ranges[0], ranges[1])?;
    }
    let [plan, pooled, _] = REFERENCES;
    write!(out, "\n{:<5} {:<6}{:>13}{:>14}{:>9}", "fact", "score", "with it", "without it", "mid-PIT")?;
    writeln!(out, " grade{:>16}{pooled:>8}", format!("skill over {plan}"))?;
    for row in &rows {
        let (Some(without), Some(with)) = (&row.forecast, all_facts(row)) else { continue };
        let ((score_name, before), (_, after)) = (score(&row.fact, &with), score(&row.fact, without));
        let skills = Reference::ALL.map(|reference| row.skill(reference).map_or_else(|| "-".to_owned(), skill));
        let pit = without.mid_pit.map_or_else(|| "-".to_owned(), |pit| decimals(pit.value, 3));
        let (id, grade) = (&row.fact.id, row.grade().map_or("-", Grade::name));
        write!(out, "{id:<5} {score_name:<6}{before:>13}{after:>14}{pit:>9}   {grade:<3}")?;
        writeln!(out, "{:>16}{:>8}", skills[0], skills[1])?;
    }
    let known: Vec<&str> = rows.iter().filter(|row| row.in_sample).map(|row| row.fact.id.as_str()).collect();
    let still = match known.len() {
        0 => "out of sample, none of these facts was used".to_owned(),
        count if count == rows.len() => "still in sample: inputs that are held were set from all of these".to_owned(),
        _ => format!(
            "out of sample, but for {}: inputs that are held as they were are set from them, or from what says the same",
            known.join(", ")
        ),
    };
    let text = format!(
        "with it: as the scenario has it, its inputs set from all facts; without it: {still}. Ranges are 5% to 95%. Other \
         groups, and skill over every reference, are in hindcast.csv."
    );
    writeln!(out)?;
    paragraph(out, &text)?;
    not_simulated(out, hindcast)
}

/// What was forecast, what happened, and where in the forecast it fell.
fn forecasts(out: &mut dyn Write, rows: &[&FactRow], model: &Model) -> io::Result<()> {
    writeln!(out, "\n{:<4} {:<34}{:>11}{:>16}{:>8} grade", "fact", "what", "record", "5% to 95%", "mid-PIT")?;
    for row in rows {
        let Some(forecast) = &row.forecast else { continue };
        let pit = forecast.mid_pit.map_or_else(|| "-".to_owned(), |pit| decimals(pit.value, 3));
        let grade = row.grade().map_or("-", Grade::name);
        let (id, name) = (&row.fact.id, name(&row.fact, model));
        let (record, range) = (record(&row.fact, model), range(&row.fact, forecast, model));
        writeln!(out, "{id:<4} {name:<34}{record:>11}{range:>17}{pit:>7} {grade:>3}")?;
    }
    Ok(())
}

/// The scores of the same facts, and the skill over each reference.
fn scores(out: &mut dyn Write, rows: &[&FactRow]) -> io::Result<()> {
    let [plan, pooled, granted] = REFERENCES;
    let (within, least) = ("P(read)", "P(>=)");
    write!(out, "\n{:<5} {:<6}{:>15}{within:>9}{least:>8}", "fact", "score", "± its error")?;
    writeln!(out, "{:>16}{pooled:>8}{granted:>9}", format!("skill over {plan}"))?;
    for row in rows {
        let Some(forecast) = &row.forecast else { continue };
        let share = |share: Option<Scored>| share.map_or_else(String::new, |share| probability(share.value));
        let (within, least) = (share(forecast.within), share(forecast.at_least));
        let skills = Reference::ALL.map(|reference| row.skill(reference).map_or_else(|| "-".to_owned(), skill));
        let (name, value) = score(&row.fact, forecast);
        let id = &row.fact.id;
        write!(out, "{id:<5} {name:<6}{value:>15}{within:>9}{least:>8}")?;
        writeln!(out, "{:>16}{:>8}{:>9}", skills[0], skills[1], skills[2])?;
    }
    Ok(())
}

/// The quantity of a fact by name; dates without their year, which is that of the mission's first or last day.
fn name(fact: &Fact, model: &Model) -> String {
    let Ok(quantity) = &fact.quantity else { return String::new() };
    let label = label(quantity, model);
    match label.split_once('@') {
        Some((what, date)) => format!("{what} {}", &date[5..]),
        None => label,
    }
}

/// A probability of replications, never 0 or 100%.
fn probability(share: f64) -> String {
    match share {
        share if share <= 0.0 => "none".to_owned(),
        share if share >= 1.0 => "all".to_owned(),
        share => format!("{}%", percent(share)),
    }
}

/// A skill with two decimals; far below 0 only that it is.
fn skill(skill: f64) -> String {
    if skill < -9.995 { "<-10".to_owned() } else { decimals(skill, 2) }
}

/// A number of a fact: a date, or the digits of its size.
fn number(fact: &Fact, value: f64, model: &Model) -> String {
    if fact.kind == FactKind::Date {
        return model.start.after(value).to_string();
    }
    match value.abs() {
        size if size < 1.0 && size > 0.0 => decimals(value, 3),
        size if size < 20.0 && value.fract() != 0.0 => decimals(value, 1),
        _ => whole(value),
    }
}

fn record(fact: &Fact, model: &Model) -> String {
    match &fact.record {
        Record::Number { low, .. } if fact.kind == FactKind::Bound => format!(">= {}", number(fact, *low, model)),
        Record::Number { value, low, high } => {
            format!("{}{}", if low < high { "~" } else { "" }, number(fact, *value, model))
        }
        Record::Event(happened) => if *happened { "yes" } else { "no" }.to_owned(),
        Record::Order(order) => format!("{} bases", order.len()),
    }
}

fn range(fact: &Fact, forecast: &Forecast, model: &Model) -> String {
    let [low, _, high] = forecast.points;
    match fact.kind {
        FactKind::YesNo => format!("yes: {}", probability(low)),
        FactKind::Order => format!("tau {} to {}", decimals(low, 2), decimals(high, 2)),
        FactKind::Date => {
            let day = |value: f64| model.start.after(value).to_string()[5..].to_owned();
            format!("{} to {}", day(low), day(high))
        }
        _ => format!("{} to {}", number(fact, low, model), number(fact, high, model)),
    }
}

/// The name of a score, and its value with its error, if it has one.
fn score(fact: &Fact, forecast: &Forecast) -> (&'static str, String) {
    let name = match (fact.kind, Score::of(fact.kind)) {
        (FactKind::Bound, _) => "lnP",
        (_, Score::Crps) => "CRPS",
        (_, Score::Brier) => "Brier",
        (_, Score::Tau) => "tau",
    };
    let Scored { value, mcse } = forecast.log_within.unwrap_or(forecast.score);
    let Some(mcse) = mcse else { return (name, format!("{} -", decimals(value, 3))) };
    let places = match mcse {
        error if error >= 1.0 => 0,
        error if error >= 0.1 => 1,
        error if error >= 0.01 => 2,
        _ => 3,
    };
    (name, format!("{} ±{}", decimals(value, places), decimals(mcse, places)))
}

fn groups(out: &mut dyn Write, hindcast: &Hindcast, in_sample: bool) -> io::Result<()> {
    let [plan, pooled, granted] = REFERENCES;
    write!(out, "\n{:<12}{:>4}{:>3}{:>3}{:>3}{:>10}{:>14}", "group", "A", "B", "C", "D", "outside", "by luck")?;
    writeln!(out, "{:>14}{pooled:>8}{granted:>9}", format!("against {plan}"))?;
    for row in hindcast.groups.iter().filter(|row| row.in_sample == in_sample) {
        let GroupRow { grades: [a, b, c, d], luck: [mean, low, high], .. } = row;
        let luck = format!("{} ({low:.0} to {high:.0})", decimals(*mean, 1));
        let [plan, pooled, granted, _] = row.better.map(|[better, worse, of]| format!("{better}-{worse}/{of}"));
        let group = row.group.as_deref().unwrap_or("all");
        write!(out, "{group:<12}{a:>4}{b:>3}{c:>3}{d:>3}{:>10}{luck:>14}", row.misses())?;
        writeln!(out, "{plan:>14}{pooled:>8}{granted:>9}")?;
    }
    Ok(())
}

fn notes(out: &mut dyn Write, hindcast: &Hindcast) -> io::Result<()> {
    writeln!(out)?;
    let ids = |holds: &dyn Fn(&&FactRow) -> bool| {
        let ids: Vec<&str> = hindcast.rows.iter().filter(holds).map(|row| row.fact.id.as_str()).collect();
        ids.join(", ")
    };
    let unsaid = ids(&|row| row.fitted_unsaid);
    if !unsaid.is_empty() {
        let text = format!(
            "In sample although the facts file says no: {unsaid}. `fitted_from` in the scenario names them, or another row of \
             the same event."
        );
        paragraph(out, &text)?;
    }
    let twice: Vec<String> = hindcast
        .rows
        .iter()
        .filter_map(|row| Some(format!("{} with {}", row.fact.id, row.counted_with.as_ref()?)))
        .collect();
    if !twice.is_empty() {
        let text = format!("Groups count an event once, by the first fact that tells of it: {}.", twice.join(", "));
        paragraph(out, &text)?;
    }
    if hindcast.n < ENOUGH {
        let text = format!(
            "FEW REPLICATIONS: a number lies outside all of {} by luck with probability {}%, though the model be right;{} take \
             {ENOUGH} or more.",
            hindcast.n,
            percent(2.0 / (hindcast.n + 1) as f64),
            if hindcast.n < FEW_VALUES { " so few show no error, and nothing is called better or worse;" } else { "" },
        );
        paragraph(out, &text)?;
    }
    let blunt = ids(&|row| !row.in_sample && row.tells_nothing_apart());
    if !blunt.is_empty() {
        paragraph(out, &format!("No test, since every reference that speaks of them scores the same: {blunt}."))?;
    }
    let texts = [
        "record: >= the least that a bound may mean; ~ where the words leave a range, which hindcast.csv gives. mid-PIT: share of replications below the record, and half of \
         those that agree with it as it is read. Grade A: in the middle 50%, B 90%, C 99%, D outside. Order has none.",
        "score: CRPS in the unit of the fact (days for dates), 0 at best, of a range the mean over its places; Brier, 0 at best; \
         lnP, logarithm of the probability \
         that the value lies within the reading; tau-b with the record's order, 1 at best; - for the error of what all replications have alike. P(read): probability of the record \
         as it is read, or of what happened. P(>=): of the bound or more, which rewards exaggeration.",
        "skill: what the model makes up of what a reference falls short of the best, of bounds by Brier score; below 0 the \
         reference is better; - where it says nothing or is perfect. plan: bases close on their dates, nothing goes wrong. \
         pooled: one constant rate everywhere, no permissions. granted: the same model without denials.",
        "outside: facts outside 90%. by luck: the same if the model were right, mean and 5% to 95%; each replication in turn plays the record. \
         against: 6-1/8 is 6 facts that the model forecasts better than the reference, 1 worse, of 8 on which both say \
         something; the rest cannot be told apart, their scores being within two standard errors, or the two ends of the record's range deciding differently.",
    ];
    texts.into_iter().try_for_each(|text| paragraph(out, text))
}

/// A text in lines, those after the first a little to the right.
///
/// # Errors
/// Those of writing.
pub fn paragraph(out: &mut dyn Write, text: &str) -> io::Result<()> {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH && !line.is_empty() {
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
    if missed.is_empty() {
        return writeln!(out, "\nNo misses: every graded fact lies in the middle 90%");
    }
    writeln!(out, "\nMISSES, facts outside the middle 90%: {}", missed.len())?;
    for row in missed {
        let grade = row.grade().map_or("-", Grade::name);
        let (record, what) = (record(&row.fact, model), name(&row.fact, model));
        let range = row.forecast.as_ref().map_or_else(String::new, |forecast| range(&row.fact, forecast, model));
        let sample = if row.in_sample { ", in sample" } else { "" };
        let reason = row.fact.miss.as_deref().map_or_else(|| "no reason on file".to_owned(), crate::scenario::escape);
        paragraph(out, &format!("{} ({grade}{sample}): {what} {record}, forecast {range}. {reason}", row.fact.id))?;
    }
    Ok(())
}

fn not_simulated(out: &mut dyn Write, hindcast: &Hindcast) -> io::Result<()> {
    let without = hindcast.rows.iter().filter_map(|row| Some((row, row.fact.quantity.as_ref().err()?)));
    for (at, (row, reason)) in without.enumerate() {
        if at == 0 {
            writeln!(out, "\nNOT SIMULATED")?;
        }
        paragraph(out, &format!("{}: {}", row.fact.id, crate::scenario::escape(reason)))?;
    }
    Ok(())
}
