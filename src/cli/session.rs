//! From a request to a plan, and the threads it runs on.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use rayon::ThreadPool;

use crate::cli::args::ExperimentArguments;
use crate::cli::exit::Stop;
use crate::cli::hindcast::{self, Against};
use crate::cli::plan::counted;
use crate::cli::request::{Asked, Kind, Point, Request};
use crate::cli::sensitivity::{self, Screened};
use crate::cli::shard::Shard;
use crate::cli::{lineup, nested};
use crate::experiment::Plan;
use crate::experiment::results::column_names;
use crate::output::numbers::whole;
use crate::scenario::Case;

/// A checked experiment.
pub struct Session {
    /// What was asked for.
    pub request: Request,
    /// The scenario.
    pub case: Case,
    /// The design points, at least one.
    pub points: Vec<Point>,
    /// What is to be run at the first of them.
    pub plan: Plan,
    /// The design of a sensitivity analysis.
    pub screened: Option<Screened>,
    /// Names of the columns.
    pub names: Vec<String>,
    /// The record, for a hindcast.
    pub record: Option<Against>,
    /// The scenario's file, for commands to try next.
    pub file: PathBuf,
    /// Where results go.
    pub out: PathBuf,
    /// The threads.
    pub pool: ThreadPool,
}

impl Session {
    /// Whether the scenario's file can be named in commands to try next: what shards were put together from may lie elsewhere.
    pub fn file_is_there(&self) -> bool {
        self.file.exists()
    }

    /// Builds the model under each policy, and checks the plan.
    ///
    /// # Errors
    /// Problems of the scenario or the plan.
    pub fn new(asked: Asked, file: PathBuf, out: PathBuf, threads: Option<u16>) -> Result<Self, Stop> {
        let points = asked.points().map_err(Stop::Scenario)?;
        let (plan, screened) = match &asked.request.sensitivity {
            Some(sensing) => sensitivity::plan(&asked, sensing).map(|(plan, screened)| (plan, Some(screened)))?,
            None => (lineup::plan(&asked, &points[0].overrides).map_err(Stop::Scenario)?, None),
        };
        let Asked { request, case } = asked;
        let mut plan = plan;
        let first = plan.policies.first().ok_or_else(|| Stop::Usage("no policy to run".to_owned()))?;
        let mut names = column_names(&first.model.inputs);
        let record = hindcast::against(&request, &case, &first.model).map_err(Stop::Scenario)?;
        if let Some(record) = &record {
            plan.observed = record.facts.quantities();
            names.extend(plan.observed.iter().map(|quantity| hindcast::column_name(quantity, &plan.policies[0].model)));
        }
        plan.check()?;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.map_or(0, usize::from)).build()?;
        let session = Self { request, case, points, plan, screened, names, record, file, out, pool };
        nested::check(&session)?;
        Ok(session)
    }

    /// The same for arguments, with the folder they name or the default one.
    ///
    /// # Errors
    /// As for [`Session::new`].
    pub fn of_arguments(asked: Asked, args: &ExperimentArguments) -> Result<Self, Stop> {
        let out = args.out.clone().unwrap_or_else(|| {
            let mut whole = default_folder(&args.file, asked.request.command);
            if let Some(group) = &asked.request.leave_out {
                whole = PathBuf::from(format!("{}-without-{}", whole.display(), group.to_lowercase()));
            }
            args.shard.map_or(whole.clone(), |Shard { index, of }| {
                PathBuf::from(format!("{}-shard-{index}-of-{of}", whole.display()))
            })
        });
        Self::new(asked, args.file.clone(), out, args.threads)
    }

    /// Asks for another number of replications.
    ///
    /// # Errors
    /// More than memory holds.
    pub fn set_replications(&mut self, replications: u64) -> Result<(), Stop> {
        (self.request.replications, self.plan.replications) = (replications, replications);
        Ok(self.plan.check()?)
    }

    /// What is to be run at a design point.
    ///
    /// # Errors
    /// Values that the scenario does not take.
    pub fn plan_at(&self, point: usize) -> Result<Cow<'_, Plan>, Stop> {
        if point == 0 {
            return Ok(Cow::Borrowed(&self.plan));
        }
        let overrides = &self.points[point].overrides;
        let policies = lineup::policies(&self.request, &self.case, overrides).map_err(Stop::Scenario)?;
        Ok(Cow::Owned(lineup::plan_of(&self.request, policies)))
    }

    /// Replications of each policy at all design points together.
    pub fn replications(&self) -> u64 {
        self.plan.replications * self.points.len() as u64
    }

    /// What intervals leave out where draws take rows of an overlay again: how many share how many.
    pub fn shared_rows(&self) -> Option<String> {
        self.request.overlay.as_ref()?;
        let (draws, of, split) = match self.request.nested {
            Some(nesting) => (nesting.outer, "draws", ""),
            None => (self.plan.replications, "replications", " (and --nested to split it)"),
        };
        let rows = self.plan.policies[0].model.rows_taken(draws).filter(|&rows| rows < draws)?;
        let (draws, rows) = (whole(draws as f64), counted(rows, "different row"));
        Some(format!(
            "{draws} {of} share {rows} of the overlay. Intervals hold for these rows and\n\
             not for what the rows were drawn from: that takes more rows{split}, not more {of}."
        ))
    }

    /// The title of the scenario.
    pub fn title(&self) -> &str {
        &self.plan.policies[0].model.inputs.title
    }
}

/// `results/<scenario>[-<command>]`.
pub fn default_folder(file: &Path, command: Kind) -> PathBuf {
    let stem = file.file_stem().map_or("scenario".into(), |stem| stem.to_string_lossy().into_owned());
    let name = if command == Kind::Run { stem } else { format!("{stem}-{}", command.name()) };
    PathBuf::from("results").join(name)
}
