//! `calibrate`: which values of the uncertain parameters the record bears out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::cli::args::ExperimentArguments;
use crate::cli::calibration_screen;
use crate::cli::conduct::{Conduct, Conducted, Manner, Run};
use crate::cli::engine::quoted_path;
use crate::cli::exit::Stop;
use crate::cli::files::parameter_columns;
use crate::cli::hindcast::{check_fitted, fitted, listing, unreadable};
use crate::cli::notes::note;
use crate::cli::request::{Kind, Request, hash, policy_ids};
use crate::cli::sensitivity::{bases, free, uncertainties};
use crate::cli::session::Session;
use crate::design::Screening;
use crate::draw::{Law, key, key2};
use crate::experiment::{Plan, Rows};
use crate::inference::{
    CUT, Calibrated, Generation, Implausibility, LEVELS, Marginal, Particle, Scales, Settings, Target, at_level,
    calibrate as abc, implausibility, marginals, targets,
};
use crate::math::special::{normal_cdf, normal_quantile};
use crate::model::Uncertainty;
use crate::model::facts::Facts;
use crate::output::calibration::{self, FactRow};
use crate::output::inference_tables as tables;
use crate::output::numbers::{decimals, whole};
use crate::scenario::{facts_beside, read_facts, read_file};

/// Share of the particles that are near enough for the next generation.
///
/// # Source
/// Assumed: because each is then copied once, which its moves make good; Drovandi and Pettitt (2011) take the same.
const KEEP: f64 = 0.5;
/// Share of accepted moves under which no further generation is begun.
///
/// # Source
/// Assumed: because ten sweeps of such moves leave three particles of four where they were copied.
const LEAST_ACCEPTED: f64 = 0.03;
/// Replications of a point of history matching unless more or fewer are asked for.
const INNER: u64 = 20;

/// How it is calibrated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Sequential approximate Bayesian computation: a posterior
    Abc,
    /// History matching: what cannot be ruled out
    History,
}

/// Options of `calibrate`.
#[derive(Args, Debug)]
pub struct CalibrateArguments {
    /// Facts file [default: the one beside the scenario]
    #[arg(long, value_name = "FILE")]
    pub facts: Option<PathBuf>,
    /// Parameters to calibrate, or tables of them, with commas between; the others are drawn
    #[arg(long, value_name = "PATH,...", value_delimiter = ',', required = true)]
    pub free: Vec<String>,
    /// How
    #[arg(long, default_value = "abc", value_name = "METHOD")]
    pub method: Method,
    /// Particles of each generation of abc, or points of history matching
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(50..=20_000))]
    pub particles: u32,
    /// Most generations of abc
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=50))]
    pub generations: u32,
    /// Use facts too from which no input was set; they are then no test of the outcome any more
    #[arg(long)]
    pub emergent_too: bool,
}

/// What determines a calibration beside its scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Name of the facts file, for messages.
    pub facts_file: String,
    /// Its text.
    pub facts: String,
    /// Paths of the parameters.
    pub free: Vec<String>,
    /// How.
    pub method: Method,
    /// Particles, or points.
    pub particles: usize,
    /// Most generations.
    pub generations: usize,
    /// Whether facts count from which no input was set.
    pub emergent_too: bool,
    /// Replications of each particle or point.
    pub inner: u64,
}

impl Calibration {
    /// What determines the results, by name.
    pub fn identity(&self) -> [(&'static str, String); 4] {
        let facts = if self.emergent_too { "all" } else { "that inputs were set from" };
        let how = match self.method {
            Method::Abc => format!("abc, {} particles, {} generations at most", self.particles, self.generations),
            Method::History => format!("history, {} points of {} replications", self.particles, self.inner),
        };
        [
            ("calibration", how),
            ("parameters", self.free.join(" ")),
            ("facts", hash(&self.facts)),
            ("facts used", facts.to_owned()),
        ]
    }
}

/// What a calibration came to.
pub struct Outcome {
    /// The generations of abc.
    pub calibrated: Option<Calibrated>,
    /// The points of history matching, by target.
    pub points: Vec<Vec<Implausibility>>,
    /// Path and basis of each parameter.
    pub parameters: Vec<(String, String)>,
    /// Each parameter before and after; none if nothing is left.
    pub marginals: Vec<Marginal>,
    /// Each fact used.
    pub facts: Vec<FactRow>,
    /// Draws for an overlay.
    pub overlay: Vec<Vec<f64>>,
}

/// Calibrates.
///
/// # Errors
/// Problems of the scenario, the facts or the arguments, and what running gives.
pub fn calibrate(args: &CalibrateArguments, experiment: &ExperimentArguments) -> Result<(), Stop> {
    refuse(args, experiment)?;
    let ids = |case: &_| policy_ids(case, &experiment.policies);
    let mut asked = Request::resolve(Kind::Calibrate, experiment, ids, &[])?;
    if asked.request.policies.len() > 1 {
        return Err(Stop::Usage("calibrate under one policy, the one that was in force".to_owned()));
    }
    let free = free(&uncertainties(&asked)?, &args.free, &asked.case)?;
    let file = args.facts.clone().unwrap_or_else(|| facts_beside(&experiment.file));
    let inner = if args.method == Method::Abc { 1 } else { experiment.replications.unwrap_or(INNER) };
    if args.method == Method::History && inner < 2 {
        return Err(Stop::Usage("implausibility is told from 2 replications of a point at least".to_owned()));
    }
    asked.request.replications = inner.saturating_mul(u64::from(args.particles));
    asked.request.calibration = Some(Calibration {
        facts: read_file(&file)
            .map_err(|problems| unreadable(&file, args.facts.is_some(), "calibrate to", problems))?,
        facts_file: file.to_string_lossy().into_owned(),
        free,
        method: args.method,
        particles: args.particles as usize,
        generations: args.generations as usize,
        emergent_too: args.emergent_too,
        inner,
    });
    let session = Session::of_arguments(asked, experiment)?;
    let manner = Manner::from(experiment);
    let Conduct::Whole(conducted) = conduct(&session, &manner)? else { return Ok(()) };
    match conducted.calibration {
        Some(outcome) if !manner.quiet => calibration_screen::show(&session, &outcome, manner.json),
        _ => Ok(()),
    }
}

/// Refuses options that have no meaning here.
fn refuse(args: &CalibrateArguments, experiment: &ExperimentArguments) -> Result<(), Stop> {
    let refused = [
        ("--shard", experiment.shard.is_some()),
        ("--extend", experiment.extend),
        ("--precision", !experiment.precision.is_empty()),
        ("--point", experiment.point),
        ("--replications", experiment.replications.is_some() && args.method == Method::Abc),
    ];
    match refused.iter().find(|(_, given)| *given) {
        Some(("--replications", _)) => {
            Err(Stop::Usage("abc runs one replication of each particle; ask for more --particles".to_owned()))
        }
        Some(("--shard", _)) => Err(Stop::Usage(
            "each generation rests on the one before: calibrate on one machine, without --shard".to_owned(),
        )),
        Some((option, _)) => Err(Stop::Usage(format!("calibrate takes no {option}"))),
        None => Ok(()),
    }
}

/// What is calibrated to what.
struct Task<'s> {
    session: &'s Session,
    calibration: &'s Calibration,
    facts: Facts,
    /// Ids of facts that values were set from.
    fitted: Vec<String>,
    targets: Vec<Target>,
    parameters: Vec<Uncertainty>,
}

impl<'s> Task<'s> {
    fn new(session: &'s Session, calibration: &'s Calibration) -> Result<Self, Stop> {
        let model = &session.plan.policies[0].model;
        let facts = read_facts(&calibration.facts_file, &calibration.facts, &model.inputs, model.start);
        let facts = facts.map_err(Stop::Scenario)?;
        if Path::new(&calibration.facts_file) == facts_beside(&session.file) {
            check_fitted(&session.file, &session.case, &facts).map_err(Stop::Scenario)?;
        }
        let fitted = fitted(listing(&session.case, &session.request.policies[0]));
        let targets = targets(&facts, &facts.quantities(), &fitted, calibration.emergent_too);
        if targets.is_empty() {
            let hint = if calibration.emergent_too { "" } else { "; take the others too with --emergent-too" };
            return Err(Stop::Usage(format!("{} has no fact to calibrate to{hint}", calibration.facts_file)));
        }
        let law = |path: &String| model.uncertainties().iter().find(|known| known.path == *path).cloned();
        let parameters: Vec<Uncertainty> = calibration.free.iter().filter_map(law).collect();
        if parameters.len() < calibration.free.len() {
            return Err(Stop::Usage("a parameter to calibrate is not uncertain under this policy".to_owned()));
        }
        Ok(Self { session, calibration, facts, fitted, targets, parameters })
    }

    fn laws(&self) -> Vec<Law> {
        self.parameters.iter().map(|parameter| parameter.law.clone()).collect()
    }

    /// The values of the parameters at some scores.
    fn values(&self, scores: &[f64]) -> Vec<f64> {
        let value = |(parameter, &score): (&Uncertainty, &f64)| {
            let value = parameter.law.quantile(normal_cdf(score));
            if parameter.whole { value.round_ties_even() } else { value }
        };
        self.parameters.iter().zip(scores).map(value).collect()
    }

    /// The plan of some points, each under chances of its own.
    fn plan(&self, scores: &[Vec<f64>], block: u64) -> Plan {
        let rows = Arc::new(scores.iter().map(|scores| self.values(scores)).collect());
        let own = key2(key2(self.session.request.seed, key("calibrate")), block);
        let seeds = (0..scores.len() as u64).map(|point| key2(own, point)).collect();
        let plan = &self.session.plan;
        let mut policies = plan.policies.clone();
        policies[0].model = policies[0].model.clone().with_rows(&self.calibration.free, &rows);
        Plan {
            policies,
            replications: scores.len() as u64 * self.calibration.inner,
            inner: Some(self.calibration.inner),
            points: Some(Arc::new(seeds)),
            observed: self.facts.quantities(),
            ..plan.clone()
        }
    }

    /// What is observed of each replication of some points.
    fn observe(&self, run: &mut Run, scores: &[Vec<f64>], (block, id): (u64, &str)) -> Result<Vec<Vec<f64>>, Stop> {
        let plan = self.plan(scores, block);
        let rows: Rows = run.batch(self.session, &plan, id)?;
        if let Some(failure) = rows.failures().first() {
            let folder = quoted_path(&self.session.out);
            let replay =
                format!("rearguard reproduce {folder}   (replication {}: {})", failure.replication, failure.message);
            return Err(Stop::Failed { count: rows.failures().len(), replay });
        }
        let columns = (0..plan.observed.len()).map(|at| rows.column(0, plan.first_observed() + at));
        let columns: Vec<Vec<f64>> = columns.collect::<Result<_, _>>()?;
        Ok((0..plan.replications as usize).map(|row| columns.iter().map(|column| column[row]).collect()).collect())
    }

    fn settings(&self) -> Settings {
        Settings {
            factors: self.parameters.len(),
            particles: self.calibration.particles,
            generations: self.calibration.generations,
            keep: KEEP,
            least_accepted: LEAST_ACCEPTED,
            seed: key2(self.session.request.seed, key("proposals")),
        }
    }

    /// The rows of facts, from what was observed before and after.
    fn facts(&self, scales: &Scales, before: &Generation, after: Option<&Generation>) -> Vec<FactRow> {
        let model = &self.session.plan.policies[0].model;
        let row = |(at, target): (usize, &Target)| {
            let fact = self.facts.find(&target.fact);
            let known = fact.and_then(|fact| fact.quantity.as_ref().ok());
            let base = known.and_then(|known| known.base).map(|base| model.inputs.base[base].id.clone());
            let date = known.and_then(|known| known.day).map(|day| model.start.after(f64::from(day)).to_string());
            let (low, high) = target.wanted.range();
            FactRow {
                fact: target.fact.clone(),
                kind: fact.map_or("", |fact| fact.kind.name()),
                measure: known.map_or("", |known| known.what.name()).to_owned(),
                base: base.unwrap_or_default(),
                date: date.unwrap_or_default(),
                group: fact.map_or_else(String::new, |fact| fact.group.clone()),
                in_sample: fact.is_some_and(|fact| self.facts.is_in_sample(fact, &self.fitted)),
                tells: scales.tells(at),
                prior_reaches: reaches(before, target),
                reaches: after.map(|after| reaches(after, target)),
                record: [low, high],
                prior: points_of(before, target),
                posterior: after.map(|after| points_of(after, target)),
            }
        };
        self.targets.iter().enumerate().map(row).collect()
    }

    fn abc(&self, run: &mut Run, quiet: bool) -> Result<Outcome, Stop> {
        let calibrated = abc(&self.settings(), &self.targets, |generation, batch, proposals| {
            if batch == 0 {
                note(quiet, &format!("generation {generation} of {} at most", self.calibration.generations));
            }
            let block = key2(generation as u64, batch as u64);
            self.observe(run, proposals, (block, &format!("generation-{generation}-{batch}")))
        })?;
        let last = calibrated.last();
        let overlay = last.particles.iter().map(|particle| self.values(&particle.scores)).collect();
        Ok(Outcome {
            marginals: marginals(last, &self.laws()),
            facts: self.facts(&calibrated.scales, &calibrated.generations[0], Some(last)),
            overlay,
            points: Vec::new(),
            parameters: bases(self.session, &self.calibration.free),
            calibrated: Some(calibrated),
        })
    }

    fn history(&self, run: &mut Run) -> Result<Outcome, Stop> {
        let design = Screening::Prcc { points: self.calibration.particles };
        let points = design.points(self.parameters.len(), self.settings().seed);
        let scores: Vec<Vec<f64>> =
            points.iter().map(|point| point.at.iter().map(|&share| normal_quantile(share)).collect()).collect();
        let observed = self.observe(run, &scores, (0, "history"))?;
        let inner = self.calibration.inner as usize;
        let of_point = |replications: &[Vec<f64>]| -> Result<Vec<Implausibility>, Stop> {
            let of = |target: &Target| {
                let values: Vec<f64> = replications.iter().map(|observed| observed[target.quantity]).collect();
                implausibility(target, &values).map_err(|error| Stop::Usage(error.to_string()))
            };
            self.targets.iter().map(of).collect()
        };
        let found: Vec<Vec<Implausibility>> = observed.chunks_exact(inner).map(of_point).collect::<Result<_, _>>()?;
        let is_left = |point: &Vec<Implausibility>| point.iter().all(|one| one.value <= CUT);
        let left: Vec<usize> = (0..found.len()).filter(|&at| is_left(&found[at])).collect();
        let population = |points: &[usize]| {
            let all = points.iter().flat_map(|&at| (at * inner..(at + 1) * inner).map(move |row| (at, row)));
            let particle = |(at, row): (usize, usize)| Particle {
                scores: scores[at].clone(),
                observed: observed[row].clone(),
                distance: 0.0,
            };
            // Replications of one point say no more of the parameters than one.
            let effective = points.len() as f64;
            Generation {
                tolerance: f64::INFINITY,
                tried: found.len(),
                accepted: 1.0,
                effective,
                particles: all.map(particle).collect(),
            }
        };
        let before = population(&(0..found.len()).collect::<Vec<_>>());
        let after = (!left.is_empty()).then(|| population(&left));
        let scales = Scales::of(&self.targets, &observed);
        Ok(Outcome {
            calibrated: None,
            marginals: after.as_ref().map_or_else(Vec::new, |after| marginals(after, &self.laws())),
            facts: self.facts(&scales, &before, after.as_ref()),
            overlay: left.iter().map(|&at| self.values(&scores[at])).collect(),
            points: found,
            parameters: bases(self.session, &self.calibration.free),
        })
    }
}

/// The 5%, 50% and 95% points of a target's quantity over a population.
fn points_of(generation: &Generation, target: &Target) -> [f64; 3] {
    let compared = |particle: &Particle| target.wanted.compared(particle.observed[target.quantity]);
    let mut values: Vec<f64> = generation.particles.iter().map(compared).collect();
    values.sort_by(f64::total_cmp);
    LEVELS.map(|level| at_level(&values, level))
}

/// Whether what a target asks lies among the values of a population, and not below or above them all.
fn reaches(generation: &Generation, target: &Target) -> bool {
    let (low, high) = target.wanted.range();
    let compared = |particle: &Particle| target.wanted.compared(particle.observed[target.quantity]);
    let values = || generation.particles.iter().map(compared);
    values().any(|value| value <= high) && values().any(|value| value >= low)
}

/// Calibrates in the folder of a session: batches that are there are read, the others run.
///
/// # Errors
/// As for experiments.
pub fn conduct(session: &Session, manner: &Manner) -> Result<Conduct, Stop> {
    let Some(calibration) = &session.request.calibration else {
        return Err(Stop::Usage("there is nothing to calibrate".to_owned()));
    };
    let task = Task::new(session, calibration)?;
    let mut run = Run::open(session, manner)?;
    let outcome = match calibration.method {
        Method::Abc => task.abc(&mut run, manner.quiet)?,
        Method::History => task.history(&mut run)?,
    };
    run.conclude_calibration(session, |written| {
        let fact_ids: Vec<String> = task.targets.iter().map(|target| target.fact.clone()).collect();
        if !outcome.overlay.is_empty() {
            let table = tables::overlay().with(parameter_columns(session, &calibration.free));
            written.write(table, |out, table| calibration::overlay(out, table, &outcome.overlay))?;
        }
        if let Some(calibrated) = &outcome.calibrated {
            written.write(tables::tolerances(), |out, _| calibration::tolerances(out, calibrated))?;
        } else {
            let points = &outcome.points;
            written.write(tables::implausibility(), |out, _| calibration::implausibilities(out, &fact_ids, points))?;
        }
        let (parameters, marginals) = (&outcome.parameters, &outcome.marginals);
        written.write(tables::parameters(), |out, _| calibration::parameters(out, parameters, marginals))?;
        Ok(written.write(tables::facts(), |out, _| calibration::facts(out, &outcome.facts))?)
    })?;
    Ok(Conduct::Whole(Conducted { calibration: Some(Box::new(outcome)), ..Conducted::default() }))
}

/// Where the overlay of a calibration lies.
pub fn overlay_path(folder: &Path) -> PathBuf {
    folder.join("overlay.csv")
}

/// A generation in words.
pub fn described(number: usize, generation: &Generation) -> [String; 4] {
    [
        if number == 0 { "prior".to_owned() } else { number.to_string() },
        if generation.tolerance.is_finite() { decimals(generation.tolerance, 3) } else { "-".to_owned() },
        format!("{}%", decimals(100.0 * generation.accepted, 1)),
        whole(generation.effective),
    ]
}
