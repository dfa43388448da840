//! `--pareto`: the policies that no other beats on chosen measures.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::cli::exit::Stop;
use crate::measures::{Better, Measure};
use crate::output::numbers::{bound_percent, known, percent, whole};
use crate::scenario::suggestion;
use crate::stats::FEW_VALUES;
use crate::summary::{CONFIDENCE, Mean, ParetoRow, RESAMPLES};

/// Refuses measures that policies cannot be ranked by.
///
/// # Errors
/// [`Stop::Usage`].
pub fn check(names: &[String]) -> Result<(), Stop> {
    let ranked = |measure: &&Measure| measure.better() != Better::Neither;
    for (at, name) in names.iter().enumerate() {
        let shown = name.escape_debug();
        let Some(measure) = Measure::named(name) else {
            let known: Vec<&str> = Measure::ALL.iter().filter(ranked).map(|measure| measure.name()).collect();
            let hint = suggestion(name, &known, "measures");
            return Err(Stop::Usage(format!("there is no measure `{shown}`; {hint}")));
        };
        if measure.better() == Better::Neither {
            return Err(Stop::Usage(format!("more of `{shown}` is neither better nor worse; name another measure")));
        }
        if names[..at].contains(name) {
            return Err(Stop::Usage(format!("`{shown}` is named twice; name it once")));
        }
    }
    if names.len() == 1 {
        return Err(Stop::Usage("a Pareto set is on two measures or more: repeat --pareto".to_owned()));
    }
    Ok(())
}

/// The screen of the set; nothing if it was not asked for.
///
/// # Errors
/// Those of writing.
pub fn screen(out: &mut dyn Write, names: &[String], rows: &[ParetoRow]) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nPareto set: policies that no other beats on all of these measures")?;
    let scale =
        |name: &str| if Measure::named(name).is_some_and(|measure| measure.unit() == "USD") { 1e6 } else { 1.0 };
    write!(out, "  {:<26}{:>8}{:>14}", "policy", "in set", "probability")?;
    for name in names {
        let head = if scale(name) > 1.0 { format!("{name} million") } else { name.clone() };
        write!(out, "{head:>32}")?;
    }
    writeln!(out)?;
    for row in rows {
        let is_in_set = if row.is_in_set { "yes" } else { "no" };
        write!(out, "  {:<26}{is_in_set:>8}{:>14}", row.policy, probability(row))?;
        for (name, mean) in names.iter().zip(&row.means) {
            write!(out, "{:>32}", known(mean.mean, mean.interval, mean.method, row.n, scale(name)))?;
        }
        writeln!(out)?;
    }
    writeln!(
        out,
        "probability: share of {} bootstrap resamples of the replications; pareto.csv has its interval over resamples.",
        whole(RESAMPLES as f64)
    )?;
    match rows.first() {
        Some(row) if row.n < FEW_VALUES => {
            writeln!(
                out,
                "Fewer than {FEW_VALUES} replications: resamples of so few say little of what others would show."
            )
        }
        _ => Ok(()),
    }
}

/// A probability, never as 0% or 100%.
fn probability(row: &ParetoRow) -> String {
    match row.probability {
        share if share <= 0.0 => format!("under {}%", bound_percent(row.interval.high, true, 1)),
        share if share >= 1.0 => format!("over {}%", bound_percent(row.interval.low, false, 1)),
        share => format!("{}%", percent(share)),
    }
}

/// The set as JSON.
pub fn to_json(names: &[String], rows: &[ParetoRow]) -> Value {
    let row = |row: &ParetoRow| {
        let mean = |mean: &Mean| {
            let interval = mean.interval.map(|interval| [interval.low, interval.high]);
            json!({ "mean": mean.mean, "interval": interval, "mcse": mean.mcse, "method": mean.method.to_string() })
        };
        let means: serde_json::Map<String, Value> = names.iter().cloned().zip(row.means.iter().map(mean)).collect();
        json!({
            "policy": row.policy, "in_set": row.is_in_set, "probability": row.probability,
            "interval": [row.interval.low, row.interval.high], "confidence": CONFIDENCE, "method": row.method(), "resamples": RESAMPLES, "means": means, "n": row.n,
        })
    };
    rows.iter().map(row).collect()
}
