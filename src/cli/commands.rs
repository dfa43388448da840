//! The commands, from arguments to what is printed.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::{ColorChoice, Parser};

use crate::cli::args::{Arguments, Command, ExperimentArguments};
use crate::cli::attribute::attribute;
use crate::cli::exit::{Exit, Stop};
use crate::cli::numbers::{decimals, whole};
use crate::cli::session::{Session, policy_ids};
use crate::cli::trace::trace;
use crate::cli::{files, screen, show};
use crate::experiment::Results;
use crate::measures::Measure;
use crate::scenario::{Case, Code};
use crate::summary::contrasts;
use crate::withdrawal::What;

/// Runs the command line and returns its exit code.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers, not mistakes; a closed pipe is no reason to complain about either.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { Exit::Usage } else { Exit::Done });
        }
    };
    let coloured = match arguments.color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
    };
    match dispatch(arguments.command) {
        Ok(()) => ExitCode::from(Exit::Done),
        Err(stop) => {
            complain(&stop, coloured);
            ExitCode::from(stop.exit())
        }
    }
}

fn complain(stop: &Stop, coloured: bool) {
    let text = match stop {
        Stop::Scenario(problems) => {
            let count = problems.len();
            let plural = if count == 1 { "problem" } else { "problems" };
            format!("{}{count} {plural}; nothing was run", problems.render(coloured))
        }
        stop if stop.exit() == Exit::Done => return,
        Stop::Shown(_) => return,
        stop => format!("error: {stop}"),
    };
    // Standard error that cannot be written to leaves only the exit code.
    let _ = writeln!(io::stderr(), "{text}");
}

fn dispatch(command: Command) -> Result<(), Stop> {
    match command {
        Command::Run { experiment } => run(&experiment),
        Command::Compare { baseline, experiment } => compare(baseline, &experiment),
        Command::Attribute { denials, experiment } => attribute(&denials, &experiment),
        Command::Check { files, sets, json } => check(&files, &sets, json),
        Command::Show { file, path, policy, sets, json } => {
            show::show(&file, path.as_deref().unwrap_or(""), policy.as_deref(), &sets, json)
        }
        Command::Trace(args) => trace(&args),
        Command::Measures { json } => measures(json),
        Command::Explain { term } => explain(&term),
    }
}

/// What was run, how long and how fast.
pub fn heading(out: &mut dyn Write, session: &Session, results: &Results, seconds: f64) -> io::Result<()> {
    let (plan, model) = (&session.plan, &session.plan.policies[0].model);
    let rate = (plan.replications * plan.policies.len() as u64) as f64 / seconds.max(1e-9);
    writeln!(out, "{}", model.inputs.title)?;
    writeln!(
        out,
        "{} replications of each policy, seed {}, {} uncertain parameters drawn",
        whole(plan.replications as f64),
        plan.seed,
        model.uncertainties().len(),
    )?;
    let first = &results.policies[0].tallies;
    let mean = |sum: u64| whole(sum as f64 / results.replications.len().max(1) as f64);
    writeln!(
        out,
        "{} events and {} keyed streams a replication; {} s, {} replications/s\n",
        mean(first.events),
        mean(first.streams),
        decimals(seconds, 2),
        whole(rate),
    )
}

fn run(args: &ExperimentArguments) -> Result<(), Stop> {
    let ids = policy_ids(&args.file, &args.sets, &args.policies)?;
    let session = Session::new(args, "run", &ids, false)?;
    let folder = files::open(&session, args, "run")?;
    let (results, seconds) = session.run(args)?;
    files::write(folder, &session, args, "run", &results, &[], seconds)?;
    if args.json {
        return files::print_json(&session, &results, &[]);
    }
    if !args.quiet {
        let mut out = io::stdout().lock();
        heading(&mut out, &session, &results, seconds)?;
        if let ([policy], [plan]) = (&results.policies[..], &session.plan.policies[..]) {
            screen::policy(&mut out, policy, &plan.model, &results)?;
            writeln!(out)?;
        } else {
            screen::side_by_side(&mut out, &results)?;
        }
        writeln!(out, "Results: {}", session.out.display())?;
        let others: Vec<&str> = session
            .case
            .document()
            .policies()
            .iter()
            .map(|p| p.id.as_str())
            .filter(|id| !ids.iter().any(|i| i == id))
            .collect();
        if let Some(other) = others.first() {
            let file = args.file.display();
            writeln!(out, "Next:    rearguard compare {file} --baseline {} --policy {other}", ids[0])?;
            writeln!(out, "         policies in the file: {}", others.join(", "))?;
        }
        writeln!(out, "         rearguard show {} prints every input with its range and source", args.file.display())?;
    }
    failed(&session, args, &results)
}

fn compare(baseline: Option<String>, args: &ExperimentArguments) -> Result<(), Stop> {
    if args.policies.is_empty() {
        return Err(Stop::Usage("name at least one policy to compare: --policy ID (repeat for several)".to_owned()));
    }
    let asked: Vec<String> = baseline.into_iter().collect();
    let mut ids = policy_ids(&args.file, &args.sets, &asked)?;
    if let Some(twice) = args.policies.iter().find(|&id| *id == ids[0]) {
        return Err(Stop::Usage(format!("`{twice}` is the baseline; compare it with another policy")));
    }
    ids.extend(args.policies.iter().cloned());
    let session = Session::new(args, "compare", &ids, true)?;
    let folder = files::open(&session, args, "compare")?;
    let (results, seconds) = session.run(args)?;
    let names = crate::experiment::results::column_names(&session.plan.policies[0].model.inputs);
    let contrasts = contrasts(&results, &names);
    files::write(folder, &session, args, "compare", &results, &contrasts, seconds)?;
    if args.json {
        return files::print_json(&session, &results, &contrasts);
    }
    if !args.quiet {
        let mut out = io::stdout().lock();
        heading(&mut out, &session, &results, seconds)?;
        screen::comparison(&mut out, &results, &contrasts)?;
        writeln!(out, "\nResults: {} (contrasts.csv holds every measure)", session.out.display())?;
    }
    failed(&session, args, &results)
}

/// Says which replications failed, if any did.
pub fn failed(session: &Session, args: &ExperimentArguments, results: &crate::experiment::Results) -> Result<(), Stop> {
    let Some(first) = results.failures.first() else { return Ok(()) };
    let replay = format!(
        "rearguard run {} --policy {} --seed {} --replications {} --out DIR   (replication {}: {})",
        args.file.display(),
        first.policy,
        session.plan.seed,
        first.replication + 1,
        first.replication,
        first.message
    );
    Err(Stop::Failed { count: results.failures.len(), replay })
}

fn check(files: &[impl AsRef<Path>], sets: &[String], json: bool) -> Result<(), Stop> {
    let mut all = crate::scenario::Diagnostics::new();
    let mut lines = Vec::new();
    for file in files {
        let file = file.as_ref();
        match Case::load(file, sets) {
            Ok(case) => {
                let counts = case.listing(&[]).counts();
                lines.push(format!(
                    "{}: no problems; {} numbers reported, {} derived, {} assumed, {} without a basis; {} policies, {} denials",
                    file.display(),
                    counts.reported,
                    counts.derived,
                    counts.assumed,
                    counts.without,
                    case.document().policies().len(),
                    case.document().denials().len(),
                ));
            }
            Err(problems) => all.append(problems),
        }
    }
    let mut out = io::stdout().lock();
    if json {
        writeln!(out, "{}", all.to_json())?;
        return if all.is_empty() { Ok(()) } else { Err(Stop::Shown(Exit::Scenario)) };
    }
    for line in lines {
        writeln!(out, "{line}")?;
    }
    if all.is_empty() { Ok(()) } else { Err(Stop::Scenario(all)) }
}

fn measures(json: bool) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    if json {
        let rows: Vec<_> = Measure::ALL
            .iter()
            .map(|m| serde_json::json!({ "name": m.name(), "unit": m.unit(), "meaning": m.meaning() }))
            .collect();
        writeln!(out, "{}", serde_json::Value::from(rows))?;
        return Ok(());
    }
    for measure in Measure::ALL {
        writeln!(out, "{:<40} {:<12} {}", measure.name(), measure.unit(), measure.meaning())?;
    }
    writeln!(out, "{:<40} {:<12} Day on which the people of a base left.", "departure.<base>", "days")?;
    Ok(())
}

fn explain(term: &str) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    if let Some(code) = Code::from_text(term) {
        let info = code.info();
        writeln!(out, "{}: {}\n\n{}", code.text(), info.title, info.explanation)?;
        return Ok(());
    }
    if let Some(what) = What::ALL.iter().find(|what| what.name() == term) {
        writeln!(out, "{} (in traces)\n\n{}", what.name(), what.meaning())?;
        return Ok(());
    }
    if let Some(measure) = Measure::named(term) {
        writeln!(out, "{} ({})\n\n{}", measure.name(), measure.unit(), measure.meaning())?;
        return Ok(());
    }
    let hint = "`rearguard measures` lists the measures; codes are printed with each problem";
    Err(Stop::Usage(format!("`{term}` is neither a diagnostic code nor a measure; {hint}")))
}
