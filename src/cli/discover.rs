//! `discover`: under which inputs a result goes over a threshold, as boxes over the points of a finished design.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::exit::Stop;
use crate::cli::folders::{disk, session};
use crate::cli::sensitivity::Sensing;
use crate::cli::session::Session;
use crate::design::Screening;
use crate::experiment::Rows;
use crate::output::numbers::{decimals, whole};
use crate::scenario::suggestion;
use crate::stats::{Peeling, PrimBox, StatsError, prim, sum};
use crate::store::Chunks;

/// Options of `discover`.
#[derive(Args, Debug)]
pub struct DiscoverArguments {
    /// Results folder of a sweep, or of a sensitivity analysis
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Measure that decides whether a point is of interest, by its mean over the point's replications
    #[arg(long, value_name = "MEASURE")]
    pub measure: String,
    /// Points are of interest whose mean is above it
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub threshold: f64,
    /// Those below it instead
    #[arg(long)]
    pub below: bool,
    /// Policy that is looked at [default: the first of the folder]
    #[arg(long, value_name = "ID")]
    pub policy: Option<String>,
    /// Look at the policy's difference from the folder's first policy
    #[arg(long, requires = "policy")]
    pub difference: bool,
    /// Share of a box's points that a step peels off
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    pub step: f64,
    /// Share of all points that a box must keep
    #[arg(long, value_name = "SHARE", default_value_t = 0.05)]
    pub least_mass: f64,
    /// Which box to show in full [default: the best balance of coverage and density]
    #[arg(long = "box", value_name = "N")]
    pub number: Option<usize>,
    /// Print as JSON
    #[arg(long)]
    pub json: bool,
}

/// What is looked at.
struct Cases {
    /// Paths of the inputs.
    paths: Vec<String>,
    /// By input, its value at each point.
    inputs: Vec<Vec<f64>>,
    /// Inputs whose values are no numbers.
    left_out: Vec<String>,
    /// Whether each point is of interest.
    is_of_interest: Vec<bool>,
}

/// Finds boxes.
///
/// # Errors
/// Folders that are not complete or hold no design, and measures and policies that they do not have.
pub fn discover(args: &DiscoverArguments) -> Result<(), Stop> {
    let (session, _) = session(&args.folder, args.folder.clone(), None)?;
    let cases = cases(&session, args)?;
    let of_interest = cases.is_of_interest.iter().filter(|&&is| is).count();
    let side = if args.below { "below" } else { "above" };
    if of_interest == 0 || of_interest == cases.is_of_interest.len() {
        let how_many = if of_interest == 0 { "no point has" } else { "every point has" };
        let message =
            format!("{how_many} a mean of {} {side} {}; choose another --threshold", args.measure, args.threshold);
        return Err(Stop::Usage(message));
    }
    if cases.inputs.is_empty() {
        return Err(Stop::Usage(format!("no input of {} has numbers for values", args.folder.display())));
    }
    let peeling = Peeling { step: args.step, least_mass: args.least_mass };
    let boxes = prim(&cases.inputs, &cases.is_of_interest, peeling).map_err(|error| match error {
        StatsError::BadLevel { level } => {
            Stop::Usage(format!("--step and --least-mass are shares between 0 and 1, not {level}"))
        }
        other => Stop::Usage(other.to_string()),
    })?;
    let number = args.number.unwrap_or_else(|| balanced(&boxes));
    if number >= boxes.len() {
        return Err(Stop::Usage(format!("there is no box {number}; the last is {}", boxes.len() - 1)));
    }
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{}", to_json(&cases, &boxes, number))?;
        return Ok(());
    }
    writeln!(
        out,
        "{} of {} points have a mean of {}{} {side} {}",
        whole(of_interest as f64),
        whole(cases.is_of_interest.len() as f64),
        args.measure,
        args.policy.as_ref().map_or_else(String::new, |policy| {
            let less = if args.difference { format!(" less {}", session.request.policies[0]) } else { String::new() };
            format!(" ({policy}{less})")
        }),
        args.threshold,
    )?;
    Ok(screen(&mut out, &cases, &boxes, number)?)
}

/// The box with the largest harmonic mean of coverage and density, the last of equals.
fn balanced(boxes: &[PrimBox]) -> usize {
    let balance = |found: &PrimBox| 2.0 * found.coverage * found.density / (found.coverage + found.density).max(1e-300);
    (0..boxes.len()).max_by(|&a, &b| balance(&boxes[a]).total_cmp(&balance(&boxes[b]))).unwrap_or(0)
}

fn cases(session: &Session, args: &DiscoverArguments) -> Result<Cases, Stop> {
    let request = &session.request;
    let shown = args.measure.escape_debug();
    let Some(column) = session.names.iter().position(|name| *name == args.measure) else {
        let known: Vec<&str> = session.names.iter().map(String::as_str).collect();
        let hint = suggestion(&args.measure, &known, "measures");
        return Err(Stop::Usage(format!("there is no measure `{shown}`; {hint}")));
    };
    let policy = args.policy.as_ref().map_or(Some(0), |id| request.policies.iter().position(|known| known == id));
    let Some(policy) = policy else {
        return Err(Stop::Usage(format!("the folder has the policies {}", request.policies.join(", "))));
    };
    let chunks = Chunks::of(disk(), &args.folder)?;
    let values = |rows: &Rows| -> Result<Vec<f64>, Stop> {
        let mut values = rows.column(policy, column)?;
        if args.difference {
            values.iter_mut().zip(rows.column(0, column)?).for_each(|(value, baseline)| *value -= baseline);
        }
        Ok(values)
    };
    // The points of swings hold one parameter each and draw the others.
    let is_filled = |sensing: &&Sensing| sensing.screening != Screening::Swing;
    let mean = |values: &[f64]| sum(values) / values.len().max(1) as f64;
    let cells = session.plan.cells();
    let mut means = Vec::new();
    let columns: Vec<(String, Vec<Option<f64>>)> =
        if let (Some(sensing), Some(screened)) = (request.sensitivity.as_ref().filter(is_filled), &session.screened) {
            let rows = Rows::stored(&session.plan, &session.points[0].id, &cells, &chunks)?;
            means.extend(values(&rows)?.chunks(sensing.inner as usize).map(mean));
            let column = |at: usize| screened.values.iter().map(|row| Some(row[at])).collect();
            sensing.free.iter().enumerate().map(|(at, path)| (path.clone(), column(at))).collect()
        } else if let Some(design) = &request.design {
            for point in &session.points {
                means.push(mean(&values(&Rows::stored(&session.plan, &point.id, &cells, &chunks)?)?));
            }
            let column = |at: usize| design.points.iter().map(|point| number(point[at].as_deref())).collect();
            design.paths.iter().enumerate().map(|(at, path)| (path.clone(), column(at))).collect()
        } else {
            let what = match &request.sensitivity {
                Some(_) => "holds swings, which move one parameter of each point and draw the others",
                None => "holds no design",
            };
            let hint = "discover looks at sweeps, and at sensitivity analyses by morris, sobol or prcc";
            return Err(Stop::Usage(format!("{} {what}; {hint}", args.folder.display())));
        };
    let (mut paths, mut inputs, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    for (path, values) in columns {
        match values.into_iter().collect::<Option<Vec<f64>>>() {
            Some(values) => {
                paths.push(path);
                inputs.push(values);
            }
            None => left_out.push(path),
        }
    }
    let is_of_interest =
        means.iter().map(|&mean| if args.below { mean < args.threshold } else { mean > args.threshold }).collect();
    Ok(Cases { paths, inputs, left_out, is_of_interest })
}

/// The number that a value of a design is; true and false count as 1 and 0.
fn number(text: Option<&str>) -> Option<f64> {
    match text? {
        "true" => Some(1.0),
        "false" => Some(0.0),
        text => text.parse().ok().filter(|value: &f64| value.is_finite()),
    }
}

fn screen(out: &mut dyn Write, cases: &Cases, boxes: &[PrimBox], number: usize) -> io::Result<()> {
    writeln!(out, "\n{:>5}{:>10}{:>9}{:>8}{:>12}", "box", "coverage", "density", "points", "restricted")?;
    for (at, found) in boxes.iter().enumerate() {
        writeln!(
            out,
            "{at:>5}{:>10}{:>9}{:>8}{:>12}{}",
            decimals(found.coverage, 3),
            decimals(found.density, 3),
            whole(found.inside as f64),
            found.dimensions(),
            if at == number { "  <" } else { "" }
        )?;
    }
    let chosen = &boxes[number];
    writeln!(
        out,
        "\nBox {number}: {} of the {} points inside are of interest, {}% of all that are",
        whole(chosen.of_interest as f64),
        whole(chosen.inside as f64),
        decimals(100.0 * chosen.coverage, 1)
    )?;
    let limits: Vec<(&str, &str, f64)> = (0..cases.paths.len())
        .flat_map(|input| {
            let path = cases.paths[input].as_str();
            [(path, "over", chosen.low[input]), (path, "under", chosen.high[input])]
        })
        .filter(|(_, _, limit)| limit.is_finite())
        .collect();
    if limits.is_empty() {
        writeln!(out, "  it restricts nothing")?;
    } else {
        let width = limits.iter().map(|(path, ..)| path.len()).max().unwrap_or(0);
        writeln!(out, "  {:<width$}  limit", "input")?;
        for (path, word, limit) in limits {
            writeln!(out, "  {path:<width$}  {word} {}", significant(limit))?;
        }
    }
    if !cases.left_out.is_empty() {
        writeln!(out, "left out, since not all of their values are numbers: {}", cases.left_out.join(", "))?;
    }
    writeln!(
        out,
        "\ncoverage: share of the points of interest that are inside. density: share of those inside that are of interest.\n\
         The box was chosen on these points, which share their chances: check it on a fresh sweep, with another --seed."
    )
}

/// A number with six significant digits.
fn significant(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e9).contains(&size) {
        return format!("{value:.4e}");
    }
    let places = [1e5, 1e4, 1e3, 1e2, 1e1, 1.0, 0.1, 0.01].iter().position(|&step| size >= step).unwrap_or(8);
    let text = decimals(value, places as i32);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn to_json(cases: &Cases, boxes: &[PrimBox], number: usize) -> Value {
    let end = |limit: f64| limit.is_finite().then_some(limit);
    let described = |found: &PrimBox| {
        let limits: serde_json::Map<String, Value> = (0..cases.paths.len())
            .filter(|&input| found.restricts(input))
            .map(|input| (cases.paths[input].clone(), json!([end(found.low[input]), end(found.high[input])])))
            .collect();
        json!({
            "coverage": found.coverage, "density": found.density, "points": found.inside,
            "of_interest": found.of_interest, "restricted": found.dimensions(), "limits": limits,
        })
    };
    json!({
        "points": cases.is_of_interest.len(),
        "of_interest": cases.is_of_interest.iter().filter(|&&is| is).count(),
        "boxes": boxes.iter().map(described).collect::<Vec<_>>(), "box": number,
        "left_out": cases.left_out,
    })
}
