//! `attribute`: what each denial costs.

use std::io::{self, Write};

use crate::cli::args::ExperimentArguments;
use crate::cli::exit::Stop;
use crate::cli::numbers::{decimals, with_interval};
use crate::cli::session::Session;
use crate::cli::{commands, files};
use crate::experiment::PolicyModel;
use crate::output::csv_files;
use crate::scenario::{Case, Diagnostics, Override, Preset};
use crate::summary::{AttributionRow, attribution};

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
    let case = Case::load(&args.file, &args.sets).map_err(Stop::Scenario)?;
    let denials = denials(&case, asked)?;
    let policies = combinations(&case, &denials, args.point).map_err(Stop::Scenario)?;
    let session = Session::of_policies(case, policies, args, "attribute", false)?;
    let folder = files::open(&session, args, "attribute")?;
    let (results, seconds) = session.run(args)?;
    let rows = attribution(&results.policies)
        .map_err(|error| Stop::Usage(format!("the replications cannot be attributed: {error}")))?;
    let ids: Vec<&str> = denials.iter().map(|denial| denial.id.as_str()).collect();
    let more = |folder: &crate::store::Folder| {
        folder.write("attribution.csv", |out| csv_files::attribution(out, &rows, &ids)).map(|_| ())
    };
    files::write_with(folder, &session, args, "attribute", &results, &[], seconds, more)?;
    if args.json {
        return files::print_json(&session, &results, &[]);
    }
    if !args.quiet {
        let mut out = io::stdout().lock();
        commands::heading(&mut out, &session, &results, seconds)?;
        screen(&mut out, &rows, &denials)?;
        writeln!(out, "\nResults: {} (attribution.csv holds the shares)", session.out.display())?;
    }
    commands::failed(&session, args, &results)
}

/// The denials asked for, or all of the file.
fn denials(case: &Case, asked: &[String]) -> Result<Vec<Preset>, Stop> {
    let mut problems = Diagnostics::new();
    let document = case.document();
    let found: Vec<Preset> = match asked {
        [] => document.denials().to_vec(),
        ids => ids.iter().filter_map(|id| document.denial(id, &mut problems).cloned()).collect(),
    };
    if !problems.is_empty() {
        return Err(Stop::Scenario(problems));
    }
    if found.is_empty() {
        return Err(Stop::Usage("the scenario declares no [[denial]]; add one, with what lifts it".to_owned()));
    }
    if found.len() > MOST_DENIALS {
        let message = format!("{} denials make too many combinations; name at most {MOST_DENIALS}", found.len());
        return Err(Stop::Usage(message));
    }
    let twice = found.iter().enumerate().find(|(at, denial)| found[..*at].iter().any(|other| other.id == denial.id));
    if let Some((_, denial)) = twice {
        return Err(Stop::Usage(format!("denial `{}` is named twice", denial.id)));
    }
    Ok(found)
}

/// A policy for each set of denials in force, by bit mask: none in force first, all last.
fn combinations(case: &Case, denials: &[Preset], point: bool) -> Result<Vec<PolicyModel>, Diagnostics> {
    let combination = |mask: usize| {
        let in_force = |at: &usize| mask >> at & 1 == 1;
        let ids: Vec<&str> = (0..denials.len()).filter(in_force).map(|at| denials[at].id.as_str()).collect();
        let lifted = (0..denials.len()).filter(|at| !in_force(at));
        let overrides: Vec<Override> = lifted.flat_map(|at| denials[at].overrides.clone()).collect();
        let model = case.model(&overrides)?;
        Ok(PolicyModel {
            id: if ids.is_empty() { "none-denied".to_owned() } else { format!("denied-{}", ids.join("-")) },
            title: if ids.is_empty() {
                "no denial in force".to_owned()
            } else {
                format!("in force: {}", ids.join(", "))
            },
            model: if point { model.at_central_values() } else { model },
        })
    };
    (0..1_usize << denials.len()).map(combination).collect()
}

fn screen(out: &mut dyn Write, rows: &[AttributionRow], denials: &[Preset]) -> io::Result<()> {
    writeln!(out, "Shares of each denial in the difference between all in force and none")?;
    writeln!(out, "(exact Shapley shares; mean with 95% interval; they add up to the last column)\n")?;
    write!(out, "  {:<30}", "measure")?;
    for denial in denials {
        write!(out, "{:>28}", denial.id)?;
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
            let pair = format!("{} with {}", denials[a].id, denials[b].id);
            writeln!(out, "  {:<30}{pair:>28}{mean:>28}", row.measure.to_string())?;
        }
    }
    writeln!(
        out,
        "\nTotal effects: a granted column also puts more vehicles on the road. A negative share means that"
    )?;
    writeln!(out, "lifting the denial costs more of that measure than the denial itself.")
}
