//! `show`: every resolved value with its range, basis and source.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use crate::cli::exit::Stop;
use crate::scenario::{Case, Listed, escape, nearest};

/// Prints the values at and below a path.
///
/// # Errors
/// Problems of the scenario, an unknown policy or path, or standard output.
pub fn show(file: &Path, path: &str, policy: Option<&str>, sets: &[String], json: bool) -> Result<(), Stop> {
    let case = Case::load(file, sets).map_err(Stop::Scenario)?;
    let overrides = match policy {
        Some(id) => case.policy(id).map_err(Stop::Scenario)?.overrides.clone(),
        None => Vec::new(),
    };
    let listing = case.listing(&overrides);
    let values: Vec<&Listed> = listing.below(path).collect();
    if values.is_empty() {
        let hint = near(path, &case.listing(&overrides).values)
            .unwrap_or_else(|| "run `rearguard show` without a path for all of them".to_owned());
        return Err(Stop::Usage(format!("no value at `{}`; {hint}", escape(path))));
    }
    let mut out = io::stdout().lock();
    if json {
        let rows: Vec<_> = values.iter().map(|value| row(value)).collect();
        writeln!(out, "{}", serde_json::Value::from(rows))?;
        return Ok(());
    }
    for value in values {
        let law = if value.law.is_empty() { String::new() } else { format!("  {}", value.law) };
        let unit = if value.unit.is_empty() { String::new() } else { format!(" {}", value.unit) };
        writeln!(out, "{} = {}{unit}{law}", value.path, escape(&value.value))?;
        if value.is_number {
            let (basis, source) = (value.basis.as_deref(), value.source.as_deref());
            let source = source.map_or_else(String::new, |source| format!(": {}", escape(source)));
            writeln!(out, "    {}{source} ({})", basis.unwrap_or("no basis"), value.place)?;
        }
    }
    Ok(())
}

/// The paths of values, and of tables of them, that are most like a path.
fn near(path: &str, values: &[Listed]) -> Option<String> {
    let tables = |value: &Listed| value.path.match_indices('.').map(|(at, _)| at).collect::<Vec<_>>();
    let mut known: BTreeSet<&str> = values.iter().map(|value| value.path.as_str()).collect();
    known.extend(values.iter().flat_map(|value| tables(value).into_iter().map(|at| &value.path[..at])));
    let near: Vec<String> = nearest(path, known).into_iter().map(|path| format!("`{}`", escape(path))).collect();
    (!near.is_empty()).then(|| format!("did you mean {}?", near.join(" or ")))
}

fn row(value: &Listed) -> serde_json::Value {
    serde_json::json!({
        "path": value.path, "value": value.value, "law": value.law, "legal": value.legal, "unit": value.unit,
        "basis": value.basis, "source": value.source, "place": value.place, "meaning": value.doc,
    })
}
