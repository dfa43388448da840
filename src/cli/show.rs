//! `show`: every resolved value with its range, basis and source.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::Path;

use crate::cli::exit::Stop;
use crate::scenario::{BASES, Case, Listed, escape, nearest};

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
        // Switches and levels decide as numbers do; names and titles rest on nothing.
        let is_switch = ["true", "false"].contains(&value.value.as_str())
            || [".level", ".stance", ".regime", ".runway"].iter().any(|end| value.path.ends_with(end));
        if value.is_number || is_switch && value.basis.is_some() {
            let (basis, source) = (value.basis.as_deref(), value.source.as_deref());
            let source = source.map_or_else(String::new, |source| format!(": {}", escape(source)));
            let fitted = match value.fitted_from.as_slice() {
                [] => String::new(),
                facts => format!("; set from {}", facts.iter().map(|fact| escape(fact)).collect::<Vec<_>>().join(", ")),
            };
            writeln!(out, "    {}{source}{fitted} ({})", basis.unwrap_or("no basis"), value.place)?;
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

/// Prints how many numbers of each table rest on what.
///
/// # Errors
/// Problems of the scenario, an unknown policy, or standard output.
pub fn pedigree(file: &Path, policy: Option<&str>, sets: &[String], json: bool) -> Result<(), Stop> {
    let case = Case::load(file, sets).map_err(Stop::Scenario)?;
    let overrides = match policy {
        Some(id) => case.policy(id).map_err(Stop::Scenario)?.overrides.clone(),
        None => Vec::new(),
    };
    let listing = case.listing(&overrides);
    let model = case.model(&overrides).map_err(Stop::Scenario)?;
    let drawn: BTreeSet<&str> = model.uncertainties().iter().map(|uncertain| uncertain.path.as_str()).collect();
    let mut tables: BTreeMap<&str, Pedigree> = BTreeMap::new();
    let mut all = Pedigree::default();
    for value in listing.values.iter().filter(|value| value.is_number) {
        let table = value.path.split('.').next().unwrap_or_default();
        for pedigree in [tables.entry(table).or_default(), &mut all] {
            pedigree.add(value, drawn.contains(value.path.as_str()));
        }
    }
    let rows = tables.iter().map(|(table, pedigree)| (*table, pedigree)).chain([("all", &all)]);
    let mut out = io::stdout().lock();
    if json {
        let row = |(table, counts): (&str, &Pedigree)| {
            let object: serde_json::Map<String, serde_json::Value> =
                Pedigree::NAMES.iter().zip(counts.0).map(|(name, count)| ((*name).to_owned(), count.into())).collect();
            (table.to_owned(), object.into())
        };
        let object: serde_json::Map<String, serde_json::Value> = rows.map(row).collect();
        return Ok(writeln!(out, "{}", serde_json::Value::from(object))?);
    }
    let line = |name: &str, cells: [String; 7]| {
        cells.iter().fold(format!("{name:<16}"), |line, cell| format!("{line}{cell:>11}"))
    };
    writeln!(out, "{}", line("table", Pedigree::NAMES.map(str::to_owned)))?;
    for (table, counts) in rows {
        writeln!(out, "{}", line(table, counts.0.map(|count| count.to_string())))?;
    }
    Ok(())
}

/// Numbers by what they rest on.
#[derive(Clone, Copy, Default)]
struct Pedigree([usize; 7]);

impl Pedigree {
    /// What is counted.
    const NAMES: [&'static str; 7] = ["numbers", "reported", "derived", "assumed", "no basis", "drawn", "from facts"];

    fn add(&mut self, value: &Listed, is_drawn: bool) {
        let basis = value.basis.as_deref();
        let stated = BASES.iter().position(|known| basis == Some(known)).unwrap_or(BASES.len());
        self.0[0] += 1;
        self.0[1 + stated] += 1;
        self.0[5] += usize::from(is_drawn);
        self.0[6] += usize::from(!value.fitted_from.is_empty());
    }
}

fn row(value: &Listed) -> serde_json::Value {
    serde_json::json!({
        "path": value.path, "value": value.value, "law": value.law, "legal": value.legal, "unit": value.unit,
        "basis": value.basis, "source": value.source, "fitted_from": value.fitted_from, "place": value.place, "meaning": value.doc,
    })
}
