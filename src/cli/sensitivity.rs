//! `sensitivity`: what each uncertain parameter does to chosen measures.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::cli::args::ExperimentArguments;
use crate::cli::commands::{conduct_and_show, show_conducted};
use crate::cli::conduct::{Conduct, Manner, conduct};
use crate::cli::effects::heading;
use crate::cli::exit::Stop;
use crate::cli::lineup::{self, RATIOS};
use crate::cli::notes::note;
use crate::cli::request::{Asked, Kind, Request, policy_ids, refuse_baseline};
use crate::cli::screening;
use crate::cli::session::Session;
use crate::cli::sweep::pilot;
use crate::design::{CubePoint, ENDS, Screening};
use crate::draw::{key, key2};
use crate::experiment::Plan;
use crate::inference::Ran;
use crate::measures::Measure;
use crate::model::Uncertainty;
use crate::output::numbers::whole;
use crate::scenario::{Case, Listing, nearest, suggestion};
use crate::summary::SIMULATED;

/// Replications of a point unless more or fewer are asked for.
///
/// # Source
/// Assumed: because points under the same chances differ by little noise, and more points tell more than more replications.
const INNER: u64 = 20;
/// Ends of the swing of air cover: those of the curve that it is read as.
const COVER: [f64; 2] = [SIMULATED[0], SIMULATED[SIMULATED.len() - 1]];
/// Scramblings unless more are asked for, and the fewest that are taken: an interval over fewer is too wide to tell anything.
const SCRAMBLINGS: usize = 10;
/// Measures that are analysed unless others are named.
pub const DEFAULT: [Measure; 2] = [Measure::Wounded, Measure::LostUsd];
/// Most values of a design: 400 MiB.
const MOST_VALUES: usize = 50_000_000;

/// How sensitivity is analysed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Method {
    /// Elementary effects: for many parameters
    Morris,
    /// First and total indices of the mean: for a few parameters
    Sobol,
    /// Each parameter at its 5% and its 95% point, the others drawn: how far a result moves
    Swing,
    /// Partial rank correlations: for a few dozen, where effects rise or fall throughout
    Prcc,
}

/// What determines a sensitivity analysis beside its scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sensing {
    /// The design.
    pub screening: Screening,
    /// Its seed.
    pub seed: u64,
    /// Paths of the parameters that it varies; the others are drawn.
    pub free: Vec<String>,
    /// Names of the measures.
    pub measures: Vec<String>,
    /// Replications of each point.
    pub inner: u64,
}

/// A design with the values of the parameters.
pub struct Screened {
    /// The points.
    pub points: Vec<CubePoint>,
    /// For each point, the values.
    pub values: Arc<Vec<Vec<f64>>>,
    /// For each point, the seed of its chances.
    pub seeds: Arc<Vec<u64>>,
}

impl Screening {
    /// In words, for the manifest and the screen.
    pub fn described(self) -> String {
        match self {
            Self::Morris { trajectories } => format!("morris, {trajectories} trajectories"),
            Self::Sobol { scramblings, points } => format!("sobol, {scramblings} scramblings of {points} points"),
            Self::Prcc { points } => format!("prcc, {points} points"),
            Self::Swing => "swing, two points of each".to_owned(),
        }
    }

    /// How many trajectories, scramblings, points or replications intervals rest on.
    pub fn intervals_rest_on(self, inner: u64) -> usize {
        match self {
            Self::Morris { trajectories } => trajectories,
            Self::Sobol { scramblings, .. } => scramblings,
            Self::Prcc { points } => points,
            Self::Swing => inner as usize,
        }
    }
}

impl Sensing {
    /// What determines the rows and tables, by name.
    pub fn identity(&self) -> [(&'static str, String); 5] {
        [
            ("sensitivity", self.screening.described()),
            ("design seed", self.seed.to_string()),
            ("parameters", self.free.join(" ")),
            ("measures", self.measures.join(" ")),
            ("replications of a point", self.inner.to_string()),
        ]
    }

    /// The columns of the measures, with their names.
    pub fn columns(&self, names: &[String]) -> Vec<(usize, String)> {
        let column = |measure: &String| names.iter().position(|name| name == measure).map(|at| (at, measure.clone()));
        self.measures.iter().filter_map(column).collect()
    }
}

/// What a sensitivity analysis varies and looks at.
#[derive(Args, Debug)]
pub struct SensitivityArguments {
    /// Measure to analyse; repeat for several [default: `casualties.wounded` and `equipment.lost_usd`]
    #[arg(long = "measure", value_name = "MEASURE")]
    pub measures: Vec<String>,
    /// How
    #[arg(long, default_value = "morris", value_name = "METHOD")]
    pub method: Method,
    /// Parameters to vary, or tables of them, with commas between [default: all]; the others are drawn
    #[arg(long, value_name = "PATH,...", value_delimiter = ',')]
    pub free: Vec<String>,
    /// Trajectories of morris [default: 10], points of each scrambling of sobol [default: 64], or points of prcc
    /// [default: 4 for each parameter, 500 at least]
    #[arg(long, value_name = "N")]
    pub points: Option<usize>,
    /// Independent scramblings of sobol [default: 10]
    #[arg(long, value_name = "N")]
    pub scramblings: Option<usize>,
    /// Seed of the design
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub design_seed: u64,
    /// A policy whose difference from the others is analysed too
    #[arg(long, value_name = "ID", requires = "policies")]
    pub baseline: Option<String>,
    /// Store what the swings come to beside the scenario, for `run` and `compare` to show
    #[arg(long)]
    pub store: bool,
    /// Print what it would take, and run nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Analyses sensitivity, or says what that would take.
///
/// # Errors
/// Problems of the scenario or the arguments, and what running gives.
pub fn sensitivity(args: &SensitivityArguments, experiment: &ExperimentArguments) -> Result<(), Stop> {
    refuse(experiment)?;
    let baseline: Vec<String> = args.baseline.iter().cloned().collect();
    let ids = |case: &Case| match &baseline[..] {
        [] => policy_ids(case, &experiment.policies),
        baseline => [baseline, &experiment.policies[..]].concat(),
    };
    let mut asked = Request::resolve(Kind::Sensitivity, experiment, ids, &[])?;
    if args.baseline.is_some() {
        refuse_baseline(&asked.request.policies)?;
    }
    asked.request.has_baseline = args.baseline.is_some();
    if args.store && experiment.shard.is_some() {
        return Err(Stop::Usage("what is stored rests on all points; run it whole, without --shard".to_owned()));
    }
    if args.store && args.method != Method::Swing {
        return Err(Stop::Usage("what is stored are swings: --method swing --store".to_owned()));
    }
    let uncertainties = uncertainties(&asked)?;
    let free = free(&uncertainties, &args.free, &asked.case)?;
    let screening = screening(args, free.len())?;
    let inner = experiment.replications.unwrap_or(INNER);
    if inner < 2 {
        return Err(Stop::Usage(
            "noise is told from effects by 2 replications of a point at least: --replications 2".to_owned(),
        ));
    }
    let measures = measures(&args.measures)?;
    asked.request.replications = inner.saturating_mul(screening.count(free.len()) as u64);
    asked.request.sensitivity = Some(Sensing { screening, seed: args.design_seed, free, measures, inner });
    if args.dry_run {
        return dry_run(&Session::of_arguments(asked, experiment)?, experiment.json);
    }
    if args.store { store(asked, experiment) } else { conduct_and_show(asked, experiment) }
}

/// Runs swings and stores them beside the scenario.
fn store(asked: Asked, experiment: &ExperimentArguments) -> Result<(), Stop> {
    if !experiment.sets.is_empty() || experiment.point {
        return Err(Stop::Usage(
            "what is stored is of the scenario as it stands; leave --set and --point out".to_owned(),
        ));
    }
    let (session, manner) = (Session::of_arguments(asked, experiment)?, Manner::from(experiment));
    let Conduct::Whole(conducted) = conduct(&session, &manner)? else { return Ok(()) };
    show_conducted(&session, &manner, &conducted, &[])?;
    if let (Some(sensing), Some(effects)) = (&session.request.sensitivity, &conducted.effects) {
        let path = screening::store(&session, sensing, effects)?;
        note(manner.quiet, &format!("stored in {}", path.display()));
    }
    Ok(())
}

/// Refuses options that have no meaning where the replications are points of a design.
fn refuse(experiment: &ExperimentArguments) -> Result<(), Stop> {
    if experiment.extend {
        return Err(Stop::Usage("a design is not extended; ask for more points, and give another --out".to_owned()));
    }
    if experiment.precision.is_empty() {
        return Ok(());
    }
    Err(Stop::Usage("sensitivity takes no --precision; more points and replications narrow its intervals".to_owned()))
}

/// The numbers that are uncertain under any of the policies, in the order of the scenario.
///
/// # Errors
/// Problems of the scenario.
pub fn uncertainties(asked: &Asked) -> Result<Vec<Uncertainty>, Stop> {
    let drawn = Request { point: false, ..asked.request.clone() };
    let policies = lineup::policies(&drawn, &asked.case, &[]).map_err(Stop::Scenario)?;
    let mut all: Vec<Uncertainty> = Vec::new();
    for uncertainty in policies.iter().flat_map(|policy| policy.model.uncertainties()) {
        if all.iter().all(|known| known.path != uncertainty.path) {
            all.push(uncertainty.clone());
        }
    }
    all.sort_by_key(|uncertainty| uncertainty.slot);
    Ok(all)
}

/// The paths of the parameters that are asked for: those named, and all below a table that is named.
///
/// # Errors
/// What is not uncertain.
pub fn free(uncertainties: &[Uncertainty], asked: &[String], case: &Case) -> Result<Vec<String>, Stop> {
    let paths: Vec<&str> = uncertainties.iter().map(|uncertainty| uncertainty.path.as_str()).collect();
    if paths.is_empty() {
        return Err(Stop::Usage("the scenario has no uncertain parameter; give some number a law".to_owned()));
    }
    let is_below =
        |path: &str, table: &str| path.strip_prefix(table).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    for name in asked {
        if paths.iter().any(|path| is_below(path, name)) {
            continue;
        }
        let shown = name.escape_debug();
        let listing = case.listing(&[]);
        if listing.below(name).next().is_some() {
            return Err(Stop::Usage(format!(
                "`{shown}` is not uncertain under these policies; give it a law, such as --set '{name}={{ uniform = [1, 2] }}'"
            )));
        }
        let tables = tables_of(&paths);
        let known: Vec<&str> = paths.iter().chain(&tables).copied().collect();
        let hint = if nearest(name, known.iter().copied()).is_empty() {
            suggestion(name, &tables, "tables of them")
        } else {
            suggestion(name, &known, "uncertain parameters")
        };
        return Err(Stop::Usage(format!("there is no uncertain parameter `{shown}`, and no table of them; {hint}")));
    }
    let is_free = |path: &&str| asked.is_empty() || asked.iter().any(|name| is_below(path, name));
    Ok(paths.into_iter().filter(is_free).map(str::to_owned).collect())
}

/// The tables that paths lie in, at every depth, each once.
fn tables_of<'p>(paths: &[&'p str]) -> Vec<&'p str> {
    let above = |path: &&'p str| path.match_indices('.').map(|(at, _)| &path[..at]).collect::<Vec<_>>();
    paths.iter().flat_map(above).collect::<BTreeSet<&str>>().into_iter().collect()
}

fn screening(args: &SensitivityArguments, factors: usize) -> Result<Screening, Stop> {
    if args.scramblings.is_some() && args.method != Method::Sobol {
        return Err(Stop::Usage("only --method sobol has scramblings; leave --scramblings out".to_owned()));
    }
    let points = |fewest: usize, default: usize, what: &str| match args.points {
        Some(points) if points < fewest => Err(Stop::Usage(format!("take {fewest} {what} or more: --points {fewest}"))),
        points => Ok(points.unwrap_or(default)),
    };
    let screening = match args.method {
        Method::Morris => Screening::Morris { trajectories: points(4, 10, "trajectories")? },
        Method::Sobol => {
            let scramblings = args.scramblings.unwrap_or(SCRAMBLINGS);
            if scramblings < SCRAMBLINGS {
                return Err(Stop::Usage(format!("take {SCRAMBLINGS} scramblings or more: an interval rests on them")));
            }
            Screening::Sobol { scramblings, points: points(4, 64, "points in each scrambling")? }
        }
        Method::Swing if args.points.is_some() => {
            return Err(Stop::Usage("swing has two points of each parameter; leave --points out".to_owned()));
        }
        Method::Swing => Screening::Swing,
        Method::Prcc => {
            Screening::Prcc { points: points(factors + 4, 500.max(4 * factors), "points for so many parameters")? }
        }
    };
    if let Some(most) = screening.most_factors().filter(|&most| factors > most) {
        return Err(Stop::Usage(format!(
            "Sobol' indices take at most {most} parameters, not {factors}; find those that matter by --method morris, and \
             name them with --free"
        )));
    }
    let values = screening.count(factors).saturating_mul(factors);
    if values > MOST_VALUES {
        return Err(Stop::Usage(format!(
            "{} points of {factors} parameters are {} values, over the limit of {}; take fewer --points or name parameters \
             with --free",
            whole(screening.count(factors) as f64),
            whole(values as f64),
            whole(MOST_VALUES as f64)
        )));
    }
    Ok(screening)
}

fn measures(asked: &[String]) -> Result<Vec<String>, Stop> {
    if asked.is_empty() {
        return Ok(DEFAULT.map(|measure| measure.name().to_owned()).to_vec());
    }
    for (at, name) in asked.iter().enumerate() {
        let shown = name.escape_debug();
        if Measure::named(name).is_none() {
            let known: Vec<&str> = Measure::ALL.iter().map(|measure| measure.name()).collect();
            let hint = suggestion(name, &known, "measures");
            return Err(Stop::Usage(format!("there is no measure `{shown}`; {hint}")));
        }
        if asked[..at].contains(name) {
            return Err(Stop::Usage(format!("`{shown}` is named twice; name it once")));
        }
    }
    Ok(asked.to_vec())
}

/// The plan of a design: a row of values for each point in the model of every policy, and a seed for each block of points.
///
/// # Errors
/// Problems of the scenario.
pub fn plan(asked: &Asked, sensing: &Sensing) -> Result<(Plan, Screened), Stop> {
    let uncertainties = uncertainties(asked)?;
    let law = |path: &String| uncertainties.iter().find(|uncertainty| uncertainty.path == *path);
    let laws: Vec<&Uncertainty> = sensing.free.iter().filter_map(law).collect();
    if laws.len() < sensing.free.len() {
        return Err(Stop::Usage("a parameter of the design is not uncertain any more".to_owned()));
    }
    let points = sensing.screening.points(laws.len(), sensing.seed);
    let is_swing = sensing.screening == Screening::Swing;
    let value = |(law, &share): (&&Uncertainty, &f64)| {
        let value = match share {
            share if share.is_nan() => return if asked.request.point { law.law.median() } else { f64::NAN },
            share if is_swing && law.path == RATIOS[0] => COVER[usize::from(share > ENDS[0])],
            share => law.law.quantile(share),
        };
        if law.whole { value.round_ties_even() } else { value }
    };
    let values = Arc::new(points.iter().map(|point| laws.iter().zip(&point.at).map(value).collect()).collect());
    // Not the seeds of plain runs, whose replications the points would repeat.
    let own = key2(asked.request.seed, key("sensitivity"));
    let seeds = Arc::new(points.iter().map(|point| key2(own, point.block)).collect());
    let drawn = Request { point: false, ..asked.request.clone() };
    let mut policies = lineup::policies(&drawn, &asked.case, &[]).map_err(Stop::Scenario)?;
    for policy in &mut policies {
        policy.model = policy.model.clone().with_rows(&sensing.free, &values);
        if asked.request.point {
            policy.model = policy.model.clone().at_central_values();
        }
    }
    let plan = lineup::plan_of(&asked.request, policies);
    let plan = Plan { inner: Some(sensing.inner), points: Some(Arc::clone(&seeds)), ..plan };
    Ok((plan, Screened { points, values, seeds }))
}

impl Screened {
    /// What the estimators need to know of it.
    pub fn ran<'a>(&'a self, sensing: &Sensing) -> Ran<'a> {
        Ran { screening: sensing.screening, points: &self.points, values: &self.values, inner: sensing.inner as usize }
    }

    /// Seed and values of each point.
    pub fn rows(&self) -> Vec<(u64, &[f64])> {
        self.seeds.iter().copied().zip(self.values.iter().map(Vec::as_slice)).collect()
    }
}

fn dry_run(session: &Session, json: bool) -> Result<(), Stop> {
    let (seconds, mebibytes) = pilot(session)?;
    let mut out = io::stdout().lock();
    let Some(sensing) = &session.request.sensitivity else { return Ok(()) };
    if json {
        let object = json!({
            "parameters": sensing.free, "points": session.screened.as_ref().map(|screened| screened.points.len()),
            "policies": session.plan.policies.len(), "replications": sensing.inner, "seconds": seconds,
            "mebibytes": mebibytes, "threads": session.pool.current_num_threads(),
            "results": session.out.display().to_string(),
        });
        return Ok(writeln!(out, "{object}")?);
    }
    heading(&mut out, sensing)?;
    writeln!(
        out,
        "about {} s on {} threads and {} MiB on disk\nnothing was run; leave --dry-run out to write {}",
        whole(seconds),
        session.pool.current_num_threads(),
        whole(mebibytes),
        session.out.display()
    )?;
    Ok(())
}

/// Path and basis of each parameter.
pub fn parameters(session: &Session, sensing: &Sensing) -> Vec<(String, String)> {
    bases(session, &sensing.free)
}

/// The same for any paths.
pub fn bases(session: &Session, paths: &[String]) -> Vec<(String, String)> {
    let listing: Listing = session.case.listing(&[]);
    let basis = |path: &String| {
        let listed = listing.values.iter().find(|listed| listed.path == *path);
        (path.clone(), listed.and_then(|listed| listed.basis.clone()).unwrap_or_default())
    };
    paths.iter().map(basis).collect()
}
