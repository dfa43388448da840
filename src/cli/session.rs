//! From arguments to a plan, and from results to a folder.

use std::path::PathBuf;

use crate::cli::args::ExperimentArguments;
use crate::cli::exit::Stop;
use crate::cli::interrupt;
use crate::cli::progress::Progress;
use crate::experiment::{Hooks, Plan, PolicyModel, Results, run};
use crate::scenario::{Case, Diagnostics};

/// Id of the only policy of a scenario that declares none.
const AS_WRITTEN: &str = "as-written";

/// A checked experiment.
pub struct Session {
    /// The scenario.
    pub case: Case,
    /// What is to be run.
    pub plan: Plan,
    /// Where results go.
    pub out: PathBuf,
}

impl Session {
    /// Resolves arguments: loads the scenario, builds the model under each policy, and checks the plan.
    ///
    /// # Errors
    /// Problems of the scenario or the plan.
    pub fn new(args: &ExperimentArguments, command: &str, ids: &[String], has_baseline: bool) -> Result<Self, Stop> {
        let case = Case::load(&args.file, &args.sets).map_err(Stop::Scenario)?;
        let policies = ids.iter().map(|id| policy(&case, id, args.point)).collect::<Result<Vec<_>, _>>();
        Self::of_policies(case, policies.map_err(Stop::Scenario)?, args, command, has_baseline)
    }

    /// The same for policies that are already built.
    ///
    /// # Errors
    /// Problems of the plan.
    pub fn of_policies(
        case: Case,
        policies: Vec<PolicyModel>,
        args: &ExperimentArguments,
        command: &str,
        has_baseline: bool,
    ) -> Result<Self, Stop> {
        let defaults =
            &policies.first().ok_or_else(|| Stop::Usage("no policy to run".to_owned()))?.model.inputs.experiment;
        let seed = args.seed.unwrap_or(defaults.seed as u64);
        let replications = args.replications.unwrap_or(defaults.replications as u64);
        let plan = Plan { policies, seed, replications, has_baseline };
        plan.check()?;
        let stem = args.file.file_stem().map_or("scenario".into(), |stem| stem.to_string_lossy().into_owned());
        let name = if command == "run" { stem } else { format!("{stem}-{command}") };
        let out = args.out.clone().unwrap_or_else(|| PathBuf::from("results").join(name));
        Ok(Self { case, plan, out })
    }

    /// Runs the plan on the asked number of threads; returns the results and the seconds they took.
    ///
    /// # Errors
    /// [`Stop::Interrupted`], or threads that cannot be made.
    pub fn run(&self, args: &ExperimentArguments) -> Result<(Results, f64), Stop> {
        let threads = args.threads.map_or(0, usize::from);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        interrupt::listen();
        let progress = Progress::new(self.plan.replications, args.quiet || args.json);
        let hooks = Hooks { should_stop: &interrupt::asked, on_progress: &|done, of| progress.note(done, of) };
        let results = pool.install(|| run(&self.plan, &hooks));
        let seconds = progress.finish();
        if results.stopped { Err(Stop::Interrupted) } else { Ok((results, seconds)) }
    }
}

/// The ids to run: those asked for, or the first of the file.
pub fn policy_ids(file: &std::path::Path, sets: &[String], asked: &[String]) -> Result<Vec<String>, Stop> {
    if !asked.is_empty() {
        return Ok(asked.to_vec());
    }
    let case = Case::load(file, sets).map_err(Stop::Scenario)?;
    Ok(vec![case.document().policies().first().map_or_else(|| AS_WRITTEN.to_owned(), |policy| policy.id.clone())])
}

/// The model under a policy of the file.
pub fn policy(case: &Case, id: &str, point: bool) -> Result<PolicyModel, Diagnostics> {
    let (title, overrides) = if id == AS_WRITTEN && case.document().policies().is_empty() {
        ("the scenario as written".to_owned(), Vec::new())
    } else {
        let preset = case.policy(id)?;
        (preset.title.clone(), preset.overrides.clone())
    };
    let model = case.model(&overrides)?;
    Ok(PolicyModel { id: id.to_owned(), title, model: if point { model.at_central_values() } else { model } })
}
