//! The commands, from arguments to what is printed.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::{ColorChoice, FromArgMatches};

use crate::cli::args::{Arguments, Command, ExperimentArguments};
use crate::cli::conduct::{Conduct, Conducted, Manner, Part, conduct};
use crate::cli::engine::quoted_path;
use crate::cli::examples::command;
use crate::cli::exit::{Exit, Stop};
use crate::cli::explain::explain;
use crate::cli::init::init;
use crate::cli::merge::merge;
use crate::cli::plan::counted;
use crate::cli::precision::{self, Judged};
use crate::cli::request::{Asked, Kind, Request, policy_ids, refuse_baseline};
use crate::cli::session::{Session, default_folder};
use crate::cli::shard::Shard;
use crate::cli::trace::trace;
use crate::cli::{
    attribute, calibrate, diff, discover, effects, folders, hindcast, json, nested, pareto, plan, report, rounds,
    screen, screening, selftest, sensitivity, shell, show, study, sweep,
};
use crate::measures::{Daily, Measure};
use crate::model::facts::{Needs, Observable, What};
use crate::output::numbers::{decimals, whole};
use crate::scenario::Case;
use crate::summary::Summary;

/// Runs the command line and returns its exit code.
pub fn main() -> ExitCode {
    let arguments = match parsed() {
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

fn parsed() -> Result<Arguments, clap::Error> {
    let mut command = command();
    let matches = command.try_get_matches_from_mut(std::env::args_os())?;
    Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
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
        stop => format!("error: {}", with_causes(stop)),
    };
    // Standard error that cannot be written to leaves only the exit code.
    let _ = writeln!(io::stderr(), "{text}");
}

/// A message and what it was caused by: what the system said of a file, say.
fn with_causes(stop: &Stop) -> String {
    let mut text = stop.to_string();
    let mut cause = std::error::Error::source(stop);
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}

fn dispatch(command: Command) -> Result<(), Stop> {
    match command {
        Command::Init { file, template, scale } => init(&file, template, scale),
        Command::Run { experiment } => run(&experiment),
        Command::Compare { baseline, pareto, experiment } => compare(baseline, pareto, &experiment),
        Command::Attribute { denials, experiment } => attribute::attribute(&denials, &experiment),
        Command::Sweep { sweep, experiment } => sweep::sweep(&sweep, &experiment),
        Command::Sensitivity { sensitivity, experiment } => sensitivity::sensitivity(&sensitivity, &experiment),
        Command::Calibrate { calibration, experiment } => calibrate::calibrate(&calibration, &experiment),
        Command::Discover(args) => discover::discover(&args),
        Command::Hindcast { hindcast, experiment } => hindcast::hindcast(&hindcast, &experiment),
        Command::Study(args) => study::study(&args),
        Command::Merge(args) => merge(&args),
        Command::Plan(args) => plan::plan(&args),
        Command::Shard(args) => rounds::shard(&args),
        Command::Verify { folder, json } => folders::verify(&folder, json),
        Command::Report { folder, out, quiet } => report::report(&folder, out, quiet),
        Command::Reproduce { folder, out, threads, progress, json, quiet } => {
            let manner = Manner { quiet, progress, json, ..Manner::default() };
            folders::reproduce(&folder, out, threads, &manner)
        }
        Command::Diff { before, after, all, json } => diff::diff(&before, &after, all, json),
        Command::Check { files, sets, json } => check(&files, &sets, json),
        Command::Show { file, path: _, policy, pedigree: true, sets, json } => {
            show::pedigree(&file, policy.as_deref(), &sets, json)
        }
        Command::Show { file, path, policy, pedigree: false, sets, json } => {
            show::show(&file, path.as_deref().unwrap_or(""), policy.as_deref(), &sets, json)
        }
        Command::Trace(args) => trace(&args),
        Command::Measures { facts: true, json } => of_facts(json),
        Command::Measures { facts: false, json } => measures(json),
        Command::Schema => shell::schema(),
        Command::Selftest { csv, json } => selftest::selftest(csv, json),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man { command } => shell::man(command.as_deref()),
        Command::Explain { term, json } => explain(&term, json),
    }
}

/// What was run, how long and how fast.
pub fn heading(out: &mut dyn Write, session: &Session, conducted: &Conducted) -> io::Result<()> {
    let (plan, summary) = (&session.plan, conducted.summary());
    writeln!(out, "{}", session.title())?;
    if session.screened.is_none() {
        writeln!(
            out,
            "{} of each policy, seed {}, {} uncertain parameters drawn",
            counted(plan.replications, "replication"),
            plan.seed,
            plan.policies[0].model.uncertainties().len(),
        )?;
    }
    if let Some(shared) = session.shared_rows() {
        writeln!(out, "{shared}")?;
    }
    let first = &summary.policies[0];
    let mean = |sum: u64| whole(sum as f64 / summary.n.max(1) as f64);
    write!(out, "{} events and {} keyed streams a replication; ", mean(first.events), mean(first.streams))?;
    match conducted.ran {
        Some((replications, seconds)) => {
            let rate = whole(replications as f64 / seconds.max(1e-9));
            writeln!(out, "{} s, {rate} replications/s\n", decimals(seconds, 2))
        }
        None => writeln!(out, "nothing was left to run\n"),
    }
}

/// Runs policies.
///
/// # Errors
/// As for [`conduct_and_show`].
pub fn run(args: &ExperimentArguments) -> Result<(), Stop> {
    conduct_and_show(Request::resolve(Kind::Run, args, |case| policy_ids(case, &args.policies), &[])?, args)
}

/// Runs what was asked for and prints what it came to.
///
/// # Errors
/// As for [`conduct`], and replications that failed.
pub fn conduct_and_show(asked: Asked, args: &ExperimentArguments) -> Result<(), Stop> {
    if let Some(planning) = &args.planned {
        return plan::write(asked, args, planning);
    }
    if args.shard.is_some() && !args.precision.is_empty() {
        let how = "a precision is reached over shards in rounds: rearguard plan STUDY --shards N --emit ENGINE";
        return Err(Stop::Usage(how.to_owned()));
    }
    let mut session = Session::of_arguments(asked, args)?;
    let manner = Manner::from(args);
    if !args.precision.is_empty() {
        let (conducted, judged) = precision::conduct_to_precision(&mut session, args)?;
        show_conducted(&session, &manner, &conducted, &judged)?;
        return precision::reached(&session, &judged, precision::RAISE_CAPS);
    }
    match conduct(&session, &manner)? {
        Conduct::Whole(conducted) => show_conducted(&session, &manner, &conducted, &[]),
        Conduct::Part(part) => match manner.shard {
            Some(shard) if !manner.json && !manner.quiet => {
                let whole = default_folder(&session.file, session.request.command);
                Ok(show_part(&session, shard, &part, &format!("rearguard merge DIR... --out {}", quoted_path(&whole)))?)
            }
            _ => Ok(()),
        },
    }
}

/// What a shard says.
///
/// # Errors
/// Those of standard output.
pub fn show_part(session: &Session, shard: Shard, part: &Part, merge: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let (there, of) = (whole(part.there as f64), whole(part.of as f64));
    writeln!(out, "Shard {shard}: {there} of {of} replications of each policy are in {}", session.out.display())?;
    writeln!(out, "Next:    when all shards are done: {merge}")
}

/// Prints what an experiment came to.
///
/// # Errors
/// Standard output, and replications that failed.
pub fn show_conducted(
    session: &Session,
    manner: &Manner,
    conducted: &Conducted,
    judged: &[Judged],
) -> Result<(), Stop> {
    if manner.json {
        json::print(session, conducted, judged)?;
    } else if !manner.quiet {
        let mut out = io::stdout().lock();
        screen_of(&mut out, session, conducted)?;
        if !judged.is_empty() {
            precision::screen(&mut out, session, judged)?;
        }
    }
    failed(session, &conducted.summaries)
}

fn screen_of(out: &mut dyn Write, session: &Session, conducted: &Conducted) -> io::Result<()> {
    heading(out, session, conducted)?;
    let (summary, folder) = (conducted.summary(), session.out.display());
    if let Some(tables) = &conducted.nested {
        nested::screen(out, session, tables)?;
        return writeln!(out, "\nResults: {folder} (variance.csv holds every measure)");
    }
    match session.request.command {
        Kind::Run => {
            if let ([policy], [plan]) = (&summary.policies[..], &session.plan.policies[..]) {
                screen::policy(out, policy, &plan.model, summary.n)?;
                writeln!(out)?;
            } else {
                screen::side_by_side(out, summary)?;
            }
            writeln!(out, "Results: {folder}")?;
            what_next(out, session)?;
            screening::screen(out, session)
        }
        Kind::Compare => {
            screen::comparison(out, summary)?;
            screen::deadlines(out, session)?;
            pareto::screen(out, &session.request.pareto, &conducted.pareto)?;
            let holds = if summary.contrasts.is_empty() { "summary.csv" } else { "contrasts.csv" };
            writeln!(out, "\nResults: {folder} ({holds} holds every measure)")?;
            screening::screen(out, session)
        }
        Kind::Attribute => {
            attribute::screen(out, session, conducted)?;
            let curve = if conducted.curve.is_some() { ", curve.csv every ratio and measure" } else { "" };
            writeln!(out, "\nResults: {folder} (attribution.csv holds the shares{curve})")
        }
        Kind::Calibrate => Ok(()),
        Kind::Sensitivity => {
            if let Some(effects) = &conducted.effects {
                effects::screen(out, session, effects)?;
            }
            writeln!(out, "\nResults: {folder} (sensitivity.csv holds every parameter, points.csv what it rests on)")
        }
        Kind::Hindcast => {
            hindcast::screen(out, session, conducted)?;
            writeln!(out, "\nResults: {folder} (hindcast.csv holds every score)")
        }
        Kind::Sweep => {
            sweep::screen(out, session, &conducted.summaries)?;
            writeln!(out, "\nResults: {folder} (design.csv holds the points, summary.csv every measure at each)")
        }
    }
}

fn what_next(out: &mut dyn Write, session: &Session) -> io::Result<()> {
    let (ids, file) = (&session.request.policies, quoted_path(&session.file));
    let policies = session.case.document().policies().iter().map(|policy| policy.id.as_str());
    let others: Vec<&str> = policies.filter(|id| !ids.iter().any(|i| i == id)).collect();
    let (is_there, mut head) = (session.file_is_there(), "Next:");
    if let Some(other) = others.first().filter(|_| is_there) {
        writeln!(out, "{head:<9}rearguard compare {file} --baseline {} --policy {other}", ids[0])?;
        writeln!(out, "         policies in the file:\n           {}", folded(&others, 88, "           "))?;
        head = "";
    }
    let folder = quoted_path(&session.out);
    writeln!(out, "{head:<9}rearguard report {folder} makes one page of it, with a map that plays")?;
    if is_there {
        writeln!(out, "         rearguard show {file} prints every input with its range and source")?;
    }
    Ok(())
}

/// Words with commas between them, in lines of so many characters at most, each after the first behind an indent.
fn folded(words: &[&str], width: usize, indent: &str) -> String {
    let mut lines = vec![String::new()];
    for word in words.join(", ").split_inclusive(", ") {
        let line = lines.last_mut().expect("there is one from the start");
        if line.len() + word.trim_end().len() > width {
            lines.push(word.to_owned());
        } else {
            line.push_str(word);
        }
    }
    let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    lines.join(&format!("\n{indent}"))
}

/// Compares policies with a baseline.
///
/// # Errors
/// As for [`conduct_and_show`].
pub fn compare(baseline: Option<String>, pareto: Vec<String>, args: &ExperimentArguments) -> Result<(), Stop> {
    if args.policies.is_empty() {
        return Err(Stop::Usage("name at least one policy to compare: --policy ID (repeat for several)".to_owned()));
    }
    let baseline: Vec<String> = baseline.into_iter().collect();
    let ids = |case: &Case| [policy_ids(case, &baseline), args.policies.clone()].concat();
    pareto::check(&pareto)?;
    let mut asked = Request::resolve(Kind::Compare, args, ids, &[])?;
    asked.request.pareto = pareto;
    refuse_baseline(&asked.request.policies)?;
    conduct_and_show(asked, args)
}

/// Says which replications failed, if any did.
fn failed(session: &Session, summaries: &[Summary]) -> Result<(), Stop> {
    let failures = || summaries.iter().flat_map(|summary| &summary.failures);
    let Some(first) = failures().next() else { return Ok(()) };
    if session.request.sensitivity.is_some() {
        let replay = format!(
            "rearguard reproduce {}   (replication {}: {})",
            quoted_path(&session.out),
            first.replication,
            first.message
        );
        return Err(Stop::Failed { count: failures().count(), replay });
    }
    let replay = format!(
        "rearguard run {} --policy {} --seed {} --replications {} --out DIR   (replication {}: {})",
        quoted_path(&session.file),
        first.policy,
        session.plan.seed,
        first.replication + 1,
        first.replication,
        first.message
    );
    Err(Stop::Failed { count: failures().count(), replay })
}

fn check(files: &[impl AsRef<Path>], sets: &[String], json: bool) -> Result<(), Stop> {
    let mut all = crate::scenario::Diagnostics::new();
    let mut lines = Vec::new();
    for file in files {
        let file = file.as_ref();
        match Case::load(file, sets) {
            Ok(case) => {
                let facts = match hindcast::facts_of(file, &case) {
                    Ok(facts) => facts.map_or_else(String::new, |facts| format!(", {} facts", facts.list.len())),
                    Err(problems) => {
                        all.append(problems);
                        continue;
                    }
                };
                let counts = case.listing(&[]).counts();
                lines.push(format!(
                    "{}: no problems; {} numbers reported, {} derived, {} assumed, {} without a basis; {}, {}{facts}",
                    file.display(),
                    counts.reported,
                    counts.derived,
                    counts.assumed,
                    counts.without,
                    counted(case.document().policies().len() as u64, "policy"),
                    counted(case.document().denials().len() as u64, "denial"),
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

/// What facts can be tied to: daily quantities with a date, and observables.
fn of_facts(json: bool) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    let takes = |needs: Needs| match needs {
        Needs::Nothing => "",
        Needs::Base => "base",
        Needs::Date => "date",
        Needs::BaseAndDate => "base, date",
    };
    let daily = Daily::ALL.into_iter().map(|daily| {
        (
            daily.name(),
            What::Daily(daily).unit(),
            Needs::Date,
            "The quantity of that name in `timeline.csv`, at the end of a day.",
        )
    });
    let rest = Observable::ALL.iter().map(|of| (of.name(), of.unit(), of.needs(), of.meaning()));
    let order = ("closure_order", "order", Needs::Nothing, "Order in which bases were left.");
    let all: Vec<_> = daily.chain(rest).chain([order]).collect();
    if json {
        let rows: Vec<_> = all
            .iter()
            .map(|(name, unit, needs, meaning)| {
                serde_json::json!({ "name": name, "unit": unit, "needs": takes(*needs), "meaning": meaning.trim() })
            })
            .collect();
        return Ok(writeln!(out, "{}", serde_json::Value::from(rows))?);
    }
    for (name, unit, needs, meaning) in all {
        writeln!(out, "{name:<34} {unit:<10} {:<11} {}", takes(needs), meaning.trim())?;
    }
    Ok(())
}
