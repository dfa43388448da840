//! `attribute`: what each denial costs.

use std::io::{self, Write};

use crate::cli::args::ExperimentArguments;
use crate::cli::commands;
use crate::cli::exit::Stop;
use crate::cli::numbers::{decimals, with_interval};
use crate::cli::request::{Asked, Kind, Request};
use crate::summary::AttributionRow;

/// More denials than this make too many combinations.
const MOST_DENIALS: usize = 6;

/// Runs every combination of denials in force and prints each denial's share.
///
/// # Errors
/// Problems of the scenario, unknown denials, too many, or the results folder.
pub fn attribute(asked: &[String], args: &ExperimentArguments) -> Result<(), Stop> {
    if let Some(policy) = args.policies.first() {
        let message =
            format!("attribute runs the scenario as written, not policy `{policy}`; name denials with --denial");
        return Err(Stop::Usage(message));
    }
    let mut asked = Request::resolve(Kind::Attribute, args, |_| Vec::new(), asked)?;
    if asked.request.denials.is_empty() {
        asked.request.denials = asked.case.document().denials().iter().map(|denial| denial.id.clone()).collect();
    }
    check(&asked)?;
    commands::conduct_and_show(asked, args)
}

/// Refuses denials that cannot be attributed to.
fn check(asked: &Asked) -> Result<(), Stop> {
    asked.denials().map_err(Stop::Scenario)?;
    let ids = &asked.request.denials;
    if ids.is_empty() {
        return Err(Stop::Usage("the scenario declares no [[denial]]; add one, with what lifts it".to_owned()));
    }
    if ids.len() > MOST_DENIALS {
        let message = format!("{} denials make too many combinations; name at most {MOST_DENIALS}", ids.len());
        return Err(Stop::Usage(message));
    }
    match ids.iter().enumerate().find(|(at, id)| ids[..*at].contains(id)) {
        Some((_, id)) => Err(Stop::Usage(format!("denial `{id}` is named twice"))),
        None => Ok(()),
    }
}

/// The screen of the shares.
///
/// # Errors
/// Those of writing.
pub fn screen(out: &mut dyn Write, rows: &[AttributionRow], denials: &[String]) -> io::Result<()> {
    writeln!(out, "Shares of each denial in the difference between all in force and none")?;
    writeln!(out, "(exact Shapley shares; mean with 95% interval; they add up to the last column)\n")?;
    write!(out, "  {:<30}", "measure")?;
    for denial in denials {
        write!(out, "{denial:>28}")?;
    }
    writeln!(out, "{:>28}", "together")?;
    for row in rows {
        let usd = row.measure.unit() == "USD";
        let scale = if usd { 1e6 } else { 1.0 };
        write!(out, "  {:<30}", if usd { format!("{} million", row.measure) } else { row.measure.to_string() })?;
        for share in row.shares.iter().chain([&row.total]) {
            write!(out, "{:>28}", with_interval(share.mean, Some(share.interval), scale))?;
        }
        writeln!(out)?;
    }
    writeln!(out, "\nInteractions (what two cost together beyond what each costs; negative: they overlap)")?;
    for row in rows {
        let usd = row.measure.unit() == "USD";
        for &(a, b, mean) in &row.interactions {
            let mean = decimals(if usd { mean / 1e6 } else { mean }, 2);
            let pair = format!("{} with {}", denials[a], denials[b]);
            writeln!(out, "  {:<30}{pair:>28}{mean:>28}", row.measure.to_string())?;
        }
    }
    writeln!(
        out,
        "\nTotal effects: a granted column also puts more vehicles on the road. A negative share means that"
    )?;
    writeln!(out, "lifting the denial costs more of that measure than the denial itself.")
}
