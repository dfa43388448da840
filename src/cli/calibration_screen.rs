//! What a person sees of a calibration.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::cli::calibrate::{Calibration, Method, Outcome, described, overlay_path};
use crate::cli::engine::quoted_path;
use crate::cli::exit::Stop;
use crate::cli::session::Session;
use crate::inference::Ended;
use crate::output::numbers::{decimals, probability, whole};
use crate::stats::wilson;
use crate::summary::CONFIDENCE;

/// Prints what a calibration came to.
///
/// # Errors
/// Those of standard output.
pub fn show(session: &Session, outcome: &Outcome, as_json: bool) -> Result<(), Stop> {
    let Some(calibration) = &session.request.calibration else { return Ok(()) };
    let mut out = io::stdout().lock();
    if as_json {
        writeln!(out, "{}", to_json(outcome))?;
        return Ok(());
    }
    Ok(screen(&mut out, session, (calibration, outcome))?)
}

fn screen(out: &mut dyn Write, session: &Session, (calibration, outcome): (&Calibration, &Outcome)) -> io::Result<()> {
    writeln!(out, "{}", session.title())?;
    let (facts, others) = (outcome.facts.len(), session.plan.policies[0].model.uncertainties().len());
    writeln!(
        out,
        "{} parameters calibrated to {facts} facts{} under {}; {} others drawn",
        whole(outcome.parameters.len() as f64),
        if calibration.emergent_too { "" } else { " in sample" },
        session.request.policies[0],
        whole((others - outcome.parameters.len()) as f64)
    )?;
    match calibration.method {
        Method::Abc => generations(out, outcome)?,
        Method::History => ruled_out(out, outcome)?,
    }
    facts_table(out, outcome)?;
    parameters(out, outcome)?;
    if outcome.overlay.is_empty() {
        return writeln!(out, "\nResults: {} (facts.csv, implausibility.csv)", session.out.display());
    }
    writeln!(out, "\nResults: {} (overlay.csv holds the draws)", session.out.display())?;
    let [file, overlay] = [&session.file, &overlay_path(&session.out)].map(|path| quoted_path(path));
    writeln!(out, "Next:    rearguard run {file} --overlay {overlay}")
}

fn generations(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let Some(calibrated) = &outcome.calibrated else { return Ok(()) };
    writeln!(out, "\n{:>10}{:>12}{:>10}{:>23}", "generation", "tolerance", "accepted", "effective sample size")?;
    for (number, generation) in calibrated.generations.iter().enumerate() {
        let [name, tolerance, accepted, effective] = described(number, generation);
        writeln!(out, "{name:>10}{tolerance:>12}{accepted:>10}{effective:>23}")?;
    }
    let why = match calibrated.ended {
        Ended::Generations => "as many generations as were asked for",
        Ended::Acceptance => "too few moves came within the tolerance",
        Ended::Exact => "every replication that is left meets every fact",
        Ended::Stalled => "the next tolerance would be no smaller",
    };
    writeln!(out, "ended: {why}. tolerance: root mean square of the distances, in spreads of the prior's replications.")
}

fn ruled_out(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let (left, of) = (outcome.overlay.len() as u64, outcome.points.len() as u64);
    let interval = wilson(left, of, CONFIDENCE).ok().map(|share| share.interval);
    let share = probability(left as f64 / of.max(1) as f64, interval, of);
    writeln!(out, "\nNot ruled out: {} of {} points of the prior, {share}", whole(left as f64), whole(of as f64))?;
    let worst = |at: usize| outcome.points.iter().filter(|point| point[at].value > crate::inference::CUT).count();
    let mut facts: Vec<(usize, &str)> =
        outcome.facts.iter().enumerate().map(|(at, row)| (worst(at), row.fact.as_str())).collect();
    facts.sort_by_key(|(count, fact)| (std::cmp::Reverse(*count), *fact));
    let named: Vec<String> =
        facts.iter().filter(|(count, _)| *count > 0).take(5).map(|(count, fact)| format!("{fact} ({count})")).collect();
    if named.is_empty() {
        return writeln!(out, "No fact rules any point out.");
    }
    writeln!(out, "Points ruled out by each fact, the most first: {}", named.join(", "))
}

/// A number with four digits or so.
fn short(value: f64) -> String {
    let size = value.abs();
    if value.fract() == 0.0 {
        return decimals(value, 0);
    }
    let places = [1000.0, 100.0, 10.0, 1.0].iter().position(|&step| size >= step).unwrap_or(4);
    if size > 0.0 && size < 0.001 { format!("{value:.2e}") } else { decimals(value, places as i32) }
}

fn range(points: [f64; 3]) -> String {
    let widest = points.iter().fold(0.0, |widest: f64, point| widest.max(point.abs()));
    // What rounding leaves of a zero is shown as one.
    let shown = |point: f64| short(if point.abs() < 1e-9 * widest { 0.0 } else { point });
    format!("{} ({} to {})", shown(points[1]), shown(points[0]), shown(points[2]))
}

fn facts_table(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let width = outcome.facts.iter().map(|row| row.measure.len()).max().unwrap_or(0).max(7);
    writeln!(
        out,
        "\n{:<6} {:<width$}{:>20}{:>28}{:>28}",
        "fact", "measure", "record", "before (5% to 95%)", "after (5% to 95%)"
    )?;
    for row in &outcome.facts {
        let [low, high] = row.record;
        let record = if low == high { short(low) } else { format!("{} to {}", short(low), short(high)) };
        let after = row.posterior.map_or_else(|| "-".to_owned(), range);
        let note = match row {
            row if row.is_beyond_all() => "  BEYOND ALL",
            row if row.reaches == Some(false) => "  beyond all that is left",
            row if !row.tells => "  the same in all: tells nothing",
            _ => "",
        };
        writeln!(out, "{:<6} {:<width$}{record:>20}{:>28}{after:>28}{note}", row.fact, row.measure, range(row.prior))?;
    }
    writeln!(out, "dates as days since the start; an event as 1 or 0")?;
    let beyond: Vec<&str> =
        outcome.facts.iter().filter(|row| row.is_beyond_all()).map(|row| row.fact.as_str()).collect();
    if beyond.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "BEYOND ALL: no replication, drawn from the prior or left, comes as far as the record of {}: what is left is\n\
         nearest to the other facts.",
        beyond.join(", ")
    )
}

fn parameters(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    if outcome.marginals.is_empty() {
        return writeln!(out, "\nNothing is left: no value of these parameters is borne out by all facts.");
    }
    let width = outcome.parameters.iter().map(|(path, _)| path.len()).max().unwrap_or(0).max(9);
    writeln!(out, "\n{:<width$}{:>30}{:>30}{:>8}", "parameter", "prior (5% to 95%)", "after (5% to 95%)", "spread")?;
    for ((path, _), marginal) in outcome.parameters.iter().zip(&outcome.marginals) {
        let (prior, after) = (range(marginal.prior), range(marginal.posterior));
        writeln!(out, "{path:<width$}{prior:>30}{after:>30}{:>7}%", decimals(100.0 * marginal.spread, 0))?;
    }
    let of = |moved: bool| -> Vec<&str> {
        let both = outcome.parameters.iter().zip(&outcome.marginals);
        both.filter(|(_, marginal)| marginal.has_moved() == moved).map(|((path, _), _)| path.as_str()).collect()
    };
    let list = |out: &mut dyn Write, head: &str, paths: &[&str]| -> io::Result<()> {
        writeln!(out, "{head}{}", if paths.is_empty() { " none" } else { "" })?;
        paths.iter().try_for_each(|path| writeln!(out, "  {path}"))
    };
    list(out, "Told from their prior by the record:", &of(true))?;
    let effective = outcome.calibrated.as_ref().map_or(outcome.overlay.len() as f64, |found| found.last().effective);
    let untold = format!(
        "Cannot be told from their prior by an effective sample of {} (a distance under {} would not show):",
        decimals(effective, 0),
        decimals(outcome.marginals[0].bound, 2)
    );
    list(out, &untold, &of(false))?;
    writeln!(out, "distance: greatest difference of the distribution functions before and after.")?;
    writeln!(out, "spread: standard deviation after, in percent of before, on the prior's own scale of probability.")
}

fn to_json(outcome: &Outcome) -> Value {
    let generations: Vec<Value> = outcome
        .calibrated
        .iter()
        .flat_map(|calibrated| &calibrated.generations)
        .map(|generation| {
            json!({
                "tolerance": generation.tolerance.is_finite().then_some(generation.tolerance), "tried": generation.tried,
                "accepted": generation.accepted, "effective_sample_size": generation.effective,
            })
        })
        .collect();
    let parameters: Vec<Value> = outcome
        .parameters
        .iter()
        .zip(&outcome.marginals)
        .map(|((path, basis), marginal)| {
            json!({
                "parameter": path, "basis": basis, "prior": marginal.prior, "posterior": marginal.posterior,
                "spread_ratio": marginal.spread, "told_from_prior": marginal.has_moved(),
            })
        })
        .collect();
    let facts: Vec<Value> = outcome
        .facts
        .iter()
        .map(|row| {
            json!({
                "fact": row.fact, "measure": row.measure, "group": row.group, "in_sample": row.in_sample,
                "record": row.record, "prior": row.prior, "posterior": row.posterior, "tells": row.tells,
                "prior_reaches": row.prior_reaches, "reaches": row.reaches,
            })
        })
        .collect();
    json!({
        "generations": generations, "parameters": parameters, "facts": facts, "draws": outcome.overlay.len(),
        "points": outcome.points.len(),
    })
}
