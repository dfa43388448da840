//! `sweep`: policies at every point of a design over inputs.

use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use clap::Args;
use rayon::prelude::*;
use serde_json::json;

use crate::cli::args::ExperimentArguments;
use crate::cli::commands::conduct_and_show;
use crate::cli::exit::Stop;
use crate::cli::lineup::policies;
use crate::cli::plan::counted;
use crate::cli::request::{Asked, Kind, Point, Request, policy_ids, refuse_baseline};
use crate::cli::screen::footnotes;
use crate::cli::session::Session;
use crate::design::{Design, Factor, Method};
use crate::experiment::{Hooks, run_cells};
use crate::measures::Measure;
use crate::output::numbers::{decimals, known, whole};
use crate::scenario::{Case, Code, Diagnostics, Override, read_file, suggestion};
use crate::store::Chunk;
use crate::summary::Summary;

/// Replications of the first point that a dry run is estimated from.
const PILOT: u64 = 25;
/// Points that are printed.
pub const MOST_SHOWN: usize = 20;

/// Measures that the screen shows at each point.
const SHOWN: [Measure; 4] = [Measure::Wounded, Measure::Killed, Measure::PeopleOut, Measure::LostUsd];

/// What a sweep varies.
#[derive(Args, Debug)]
pub struct SweepArguments {
    /// Input and the values it takes; repeat for several
    #[arg(long = "sweep", value_name = "PATH=VALUES")]
    pub factors: Vec<String>,
    /// How values are put together: grid, zip, one-at-a-time, latin-hypercube, nearly-orthogonal, sobol, or a CSV
    /// file of points
    #[arg(long, value_name = "DESIGN", default_value = "grid")]
    pub design: String,
    /// Points of a latin-hypercube, nearly-orthogonal or sobol design
    #[arg(long, value_name = "N")]
    pub points: Option<usize>,
    /// Seed of a latin-hypercube, nearly-orthogonal or sobol design
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub design_seed: u64,
    /// A policy that the others are compared with at every point
    #[arg(long, value_name = "ID", requires = "policies")]
    pub baseline: Option<String>,
    /// Write equipment, casualties, convoys and days of every point too: large tables
    #[arg(long)]
    pub ledgers: bool,
    /// Print the design and what it would take, and run nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Runs policies at every point of a design, or says what that would take.
///
/// # Errors
/// Problems of the scenario or the design, and what running gives.
pub fn sweep(sweep: &SweepArguments, args: &ExperimentArguments) -> Result<(), Stop> {
    let baseline: Vec<String> = sweep.baseline.iter().cloned().collect();
    let ids = |case: &Case| match &baseline[..] {
        [] => policy_ids(case, &args.policies),
        baseline => [baseline, &args.policies[..]].concat(),
    };
    let mut asked = Request::resolve(Kind::Sweep, args, ids, &[])?;
    if sweep.baseline.is_some() {
        refuse_baseline(&asked.request.policies)?;
    }
    asked.request.has_baseline = sweep.baseline.is_some();
    asked.request.ledgers = sweep.ledgers;
    let design = design(sweep, &asked.case)?;
    if let Some(set) = asked.case.sets().iter().find(|set| design.paths.contains(&set.path())) {
        // An override of the command line holds over every point: they would all be the same.
        return Err(Stop::Usage(format!("`{}` is swept and set; leave its --set out", set.path())));
    }
    asked.request.design = Some(design);
    check_points(&asked)?;
    if sweep.dry_run { dry_run(&Session::of_arguments(asked, args)?, args.json) } else { conduct_and_show(asked, args) }
}

/// The design that was asked for, its paths and values checked one by one.
fn design(sweep: &SweepArguments, case: &Case) -> Result<Design, Stop> {
    let method = Method::ALL.iter().find(|(name, _)| *name == sweep.design).map(|(_, method)| *method);
    let Some(method) = method else { return of_file(sweep, case) };
    let mut factors = sweep.factors.iter().map(|text| Factor::parse(text)).collect::<Result<Vec<_>, _>>()?;
    let listed = case.listing(&[]).values;
    let is_count = |path: &str| listed.iter().any(|value| value.is_count && value.path == path);
    for factor in factors.iter_mut().filter(|factor| is_count(&factor.path)) {
        *factor = factor.clone().of_whole_numbers();
    }
    let mut problems = Diagnostics::new();
    for (at, factor) in factors.iter().enumerate() {
        for value in factor.samples() {
            let change = Override::parse(&format!("<--sweep {}>", at + 1), &format!("{}={value}", factor.path));
            match change.map_err(Box::new) {
                Ok(change) => case.model(&[change]).map_or_else(|found| problems.append(found), drop),
                Err(problem) => problems.push(*problem),
            }
            // One wrong value of a path that does not exist says it all.
            if !problems.is_empty() {
                break;
            }
        }
    }
    if !problems.is_empty() {
        return Err(Stop::Scenario(problems));
    }
    Ok(Design::new(&factors, method, sweep.points, sweep.design_seed)?)
}

/// The points of a CSV file.
fn of_file(sweep: &SweepArguments, case: &Case) -> Result<Design, Stop> {
    if Path::new(&sweep.design).extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("csv")) {
        let names: Vec<&str> = Method::ALL.iter().map(|(name, _)| *name).collect();
        let hint = suggestion(&sweep.design, &names, "designs");
        let message =
            format!("there is no design `{}`, and it is no CSV file of points; {hint}", sweep.design.escape_debug());
        return Err(Stop::Usage(message));
    }
    if !sweep.factors.is_empty() {
        return Err(Stop::Usage(format!("{} holds the points; leave --sweep out", sweep.design)));
    }
    if sweep.points.is_some() {
        return Err(Stop::Usage(format!("{} holds the points; leave --points out", sweep.design)));
    }
    let text = read_file(Path::new(&sweep.design)).map_err(Stop::Scenario)?;
    let design = Design::parse_csv(&text)?;
    // A wrong path is said once, by its column, and not at every point. All else is a matter of a whole point.
    let mut problems = Diagnostics::new();
    for (at, path) in design.paths.iter().enumerate() {
        let Some(value) = design.points.iter().find_map(|point| point[at].as_ref()) else { continue };
        let change = Override::parse(&format!("<{}, `{path}`>", sweep.design), &format!("{path}={value}"));
        let Some(found) = change.ok().and_then(|change| case.model(&[change]).err()) else { continue };
        found
            .sorted()
            .into_iter()
            .filter(|problem| problem.code == Code::UnknownPath)
            .for_each(|problem| problems.push(problem.clone()));
    }
    if problems.is_empty() { Ok(design) } else { Err(Stop::Scenario(problems)) }
}

/// Builds the model of every policy at every point, so that nothing runs before all can.
fn check_points(asked: &Asked) -> Result<(), Stop> {
    let points = asked.points().map_err(Stop::Scenario)?;
    let check = |point: &Point| policies(&asked.request, &asked.case, &point.overrides).err();
    let found: Vec<Option<Diagnostics>> = points.par_iter().map(check).collect();
    let mut problems = Diagnostics::new();
    found.into_iter().flatten().for_each(|found| problems.append(found));
    if problems.is_empty() { Ok(()) } else { Err(Stop::Scenario(problems)) }
}

/// About how many seconds and MiB an experiment would take, by a pilot of its first point.
///
/// # Errors
/// Those of running.
pub fn pilot(session: &Session) -> Result<(f64, f64), Stop> {
    let (seconds, bytes) = measured(session)?;
    let replications = session.replications() as f64;
    // The text of a value in replications.csv is some 5 bytes beside the 8 in a chunk.
    let mebibytes = bytes * 13.0 / 8.0 * replications / f64::from(1 << 20);
    Ok(((seconds * replications).max(1.0), mebibytes.max(1.0)))
}

/// Seconds, and bytes of chunks, for each replication of all policies, by a pilot of the first point.
///
/// # Errors
/// Those of running.
pub fn measured(session: &Session) -> Result<(f64, f64), Stop> {
    let begun = Instant::now();
    let mut bytes = 0;
    let keep = |chunks: Vec<Chunk>| -> Result<(), Stop> {
        let size =
            |chunk: &Chunk| chunk.columns.iter().map(|column| 8 * column.len()).sum::<usize>() + chunk.bytes.len();
        bytes += chunks.iter().map(size).sum::<usize>();
        Ok(())
    };
    let hooks = Hooks { should_stop: &|| false, on_progress: &|_, _| () };
    // A block for each thread, so that all have the same to do.
    let threads = session.pool.current_num_threads() as u64;
    let cells: Vec<_> = (0..threads).map(|at| at * PILOT..(at + 1) * PILOT).collect();
    session.pool.install(|| run_cells(&session.plan, "pilot", &cells, &hooks, keep))?;
    let replications = (threads * PILOT) as f64;
    Ok((begun.elapsed().as_secs_f64() / replications, bytes as f64 / replications))
}

/// Prints the design, and what running it would take.
fn dry_run(session: &Session, json: bool) -> Result<(), Stop> {
    let (seconds, mebibytes) = pilot(session)?;
    let (points, policies, threads) =
        (session.points.len(), session.plan.policies.len(), session.pool.current_num_threads());
    let mut out = io::stdout().lock();
    if json {
        let object = json!({
            "design": session.request.design, "points": points, "policies": policies,
            "replications": session.plan.replications, "seconds": seconds, "mebibytes": mebibytes, "threads": threads,
            "results": session.out.display().to_string(),
        });
        return Ok(writeln!(out, "{object}")?);
    }
    print_design(&mut out, session)?;
    writeln!(
        out,
        "\n{} x {} x {}: about {} s on {} and {} MiB on disk",
        counted(points as u64, "point"),
        counted(policies as u64, "policy"),
        counted(session.plan.replications, "replication"),
        whole(seconds),
        counted(threads as u64, "thread"),
        whole(mebibytes),
    )?;
    writeln!(out, "nothing was run; leave --dry-run out to write {}", session.out.display())?;
    Ok(())
}

fn print_design(out: &mut dyn Write, session: &Session) -> io::Result<()> {
    let Some(design) = &session.request.design else { return Ok(()) };
    writeln!(out, "{:>9}  {}", "design_id", design.paths.join("  "))?;
    for (at, point) in design.points.iter().enumerate().take(MOST_SHOWN) {
        writeln!(out, "{at:>9}  {}", values(point).join("  "))?;
    }
    more(out, design.points.len())?;
    match design.largest_rank_correlation() {
        Some(largest) => writeln!(out, "largest rank correlation between two factors: {}", decimals(largest, 3)),
        None => Ok(()),
    }
}

fn values(point: &[Option<String>]) -> Vec<&str> {
    point.iter().map(|value| value.as_deref().unwrap_or("(as it is)")).collect()
}

fn more(out: &mut dyn Write, points: usize) -> io::Result<()> {
    if points > MOST_SHOWN { writeln!(out, "{:>9}  and {} more points", "", points - MOST_SHOWN) } else { Ok(()) }
}

/// The screen of a sweep: means with 95% intervals at each point.
///
/// # Errors
/// Those of writing.
pub fn screen(out: &mut dyn Write, session: &Session, summaries: &[Summary]) -> io::Result<()> {
    let Some(design) = &session.request.design else { return Ok(()) };
    let mut body = Vec::new();
    points(&mut body, design, summaries)?;
    out.write_all(&body)?;
    if let Some(summary) = summaries.first() {
        footnotes(out, &body, summary.n, "")?;
    }
    more(out, design.points.len())
}

fn points(out: &mut dyn Write, design: &Design, summaries: &[Summary]) -> io::Result<()> {
    for (at, (point, summary)) in design.points.iter().zip(summaries).enumerate().take(MOST_SHOWN) {
        let set: Vec<String> =
            design.paths.iter().zip(values(point)).map(|(path, value)| format!("{path}={value}")).collect();
        writeln!(out, "Point {at}: {}", set.join(", "))?;
        for policy in &summary.policies {
            let texts: Vec<String> = SHOWN
                .iter()
                .filter_map(|&measure| Some((measure, policy.mean(measure)?)))
                .map(|(measure, mean)| {
                    let (scale, unit) = if measure.unit() == "USD" { (1e6, " million") } else { (1.0, "") };
                    format!("{measure}{unit} {}", known(mean.estimate, mean.interval, mean.method, mean.n, scale))
                })
                .collect();
            writeln!(out, "  {}: {}", policy.id, texts.join("; "))?;
        }
        for contrast in summary.contrasts.iter().filter(|contrast| contrast.measure == Measure::Wounded.name()) {
            let difference = &contrast.difference;
            writeln!(
                out,
                "  {} less {} ({}): {} {}",
                contrast.policy,
                contrast.baseline,
                contrast.effect.name(),
                contrast.measure,
                known(difference.mean, Some(difference.interval), contrast.method, difference.n, 1.0),
            )?;
        }
    }
    Ok(())
}
