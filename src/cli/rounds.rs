//! The plan of an experiment for many machines: what its shards are of, how far it has come, and running one of them.
//!
//! A plan is a folder: `plan.json`, a script for each round, and the shards' folders. It holds the texts of all inputs, so
//! that every shard is of the same experiment wherever it runs and whatever happens to the files meanwhile.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::{Deserialize, Serialize};

use crate::cli::commands::show_part;
use crate::cli::conduct::{Conduct, Manner, conduct};
use crate::cli::engine::{Engine, Script, quoted_path};
use crate::cli::exit::Stop;
use crate::cli::folders::disk;
use crate::cli::precision::Wanted;
use crate::cli::request::Request;
use crate::cli::session::Session;
use crate::cli::shard::Shard;
use crate::experiment::{BYTES_PER_REPLICATION, CELL};
use crate::output::numbers::whole;
use crate::store::{read_text, write_page};

/// The file of a plan.
pub const PLAN: &str = "plan.json";

/// Minutes that a shard is allowed beyond its estimate.
const SPARE_MINUTES: f64 = 10.0;
/// How many times its estimate a shard is allowed: the pilot ran elsewhere.
const SPARE_FACTOR: f64 = 3.0;
/// MiB that a process takes whatever it runs, and some to spare.
///
/// # Source
/// Measured: the reference case takes 60 to 120 MiB.
const BASE_MIB: u64 = 1024;
/// Bytes of each chunk's key in the lists that a merge holds.
const KEY_BYTES: u64 = 400;
/// Bytes of the tables of each policy at each design point.
///
/// # Source
/// Measured: a sweep of 1,000 points takes 190 MiB more than one of a few.
const TABLE_BYTES: u64 = 300 << 10;

/// An experiment in shards, and the round that it has come to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rounds {
    /// Version of the program that planned it, which runs it too.
    pub version: String,
    /// What it is called.
    pub name: String,
    /// What starts its shards.
    pub engine: Engine,
    /// How many.
    pub shards: u64,
    /// Threads of each.
    pub threads: u16,
    /// The folder that paths are from.
    pub home: PathBuf,
    /// The program.
    pub program: PathBuf,
    /// Results folder of the whole.
    pub out: PathBuf,
    /// Which round, from 1.
    pub round: u32,
    /// Half-widths wanted; none if the replications are given.
    pub precision: Vec<String>,
    /// Replications at which they are given up.
    pub max_replications: u64,
    /// Measured: seconds of a shard for a replication of all policies.
    pub seconds_each: f64,
    /// The experiment, with the replications of this round.
    pub experiment: Request,
}

impl Rounds {
    /// Reads the plan of a folder.
    ///
    /// # Errors
    /// A folder without one, or with one of another version.
    pub fn read(folder: &Path) -> Result<Self, Stop> {
        let shown = folder.display();
        let again = "write one anew with `rearguard plan`";
        let Some(text) = read_text(&*disk(), folder, PLAN)? else {
            return Err(Stop::Refused(format!("{shown} holds no {PLAN}; {again}")));
        };
        let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let version = value["version"].as_str().unwrap_or("none");
        if version != env!("CARGO_PKG_VERSION") {
            let own = env!("CARGO_PKG_VERSION");
            let version = version.escape_debug();
            return Err(Stop::Refused(format!(
                "{shown} was planned by version {version}, and this is {own}; run it by that one, or {again}"
            )));
        }
        serde_json::from_value(value)
            .map_err(|error| Stop::Refused(format!("{shown}: {PLAN} is not as it was written ({error}); {again}")))
    }

    /// Writes the script of this round, and then the plan that says so.
    ///
    /// # Returns
    /// The command that starts it, in words.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn write(&self, folder: &Path) -> Result<String, Stop> {
        let path = self.script_path(folder);
        let disk = disk();
        write_page(&*disk, &path, &self.engine.script(&self.values(folder, &path)))?;
        let mut text = serde_json::to_string_pretty(self).expect("a plan is JSON");
        text.push('\n');
        write_page(&*disk, &folder.join(PLAN), &text)?;
        let replications = whole(self.experiment.replications as f64);
        let start = self.engine.start(&path);
        Ok(format!("round {} is of {replications} replications: {start}", self.round))
    }

    /// The round after this one.
    pub fn next(&self, replications: u64) -> Self {
        let mut next = Self { round: self.round + 1, ..self.clone() };
        next.experiment.replications = replications;
        next
    }

    /// The script of this round.
    pub fn script_path(&self, folder: &Path) -> PathBuf {
        folder.join(self.engine.file(self.round))
    }

    /// The half-widths wanted.
    ///
    /// # Errors
    /// A plan that somebody changed.
    pub fn wanted(&self) -> Result<Vec<Wanted>, Stop> {
        let wanted: Result<Vec<Wanted>, String> = self.precision.iter().map(|text| Wanted::parse(text)).collect();
        wanted.map_err(|how| Stop::Refused(format!("{PLAN} asks for no precision that can be read: {how}")))
    }

    /// Where a shard's results are.
    pub fn shard_folder(folder: &Path, index: u64) -> PathBuf {
        folder.join(format!("shard-{index}"))
    }

    /// How to run some shards again.
    pub fn again(&self, folder: &Path, indices: &[u64]) -> Vec<String> {
        self.engine.again(&self.script_path(folder), folder, (indices, self.shards))
    }

    fn points(&self) -> u64 {
        self.experiment.design.as_ref().map_or(1, |design| design.points.len() as u64)
    }

    /// Replications that a shard has at most, of all design points.
    fn replications_each(&self) -> u64 {
        (self.experiment.replications * self.points()).div_ceil(self.shards)
    }

    /// Seconds that a shard takes by the pilot.
    pub fn shard_seconds(&self) -> f64 {
        self.seconds_each * self.replications_each() as f64
    }

    fn values<'v>(&'v self, folder: &'v Path, path: &'v Path) -> Script<'v> {
        let all = self.replications_each() * self.shards;
        let policies = self.experiment.policies.len().max(1 << self.experiment.denials.len()) as u64;
        let chunks = all.div_ceil(CELL) * policies;
        let tables = self.points() * policies;
        let merge_bytes =
            chunks * KEY_BYTES + self.experiment.replications * BYTES_PER_REPLICATION + tables * TABLE_BYTES;
        Script {
            plan: self,
            folder,
            path,
            minutes: (SPARE_MINUTES + SPARE_FACTOR * self.shard_seconds() / 60.0).ceil() as u64,
            memory_mib: BASE_MIB,
            merge_memory_mib: BASE_MIB + (merge_bytes >> 20),
        }
    }
}

/// Options of `shard`.
#[derive(Args, Debug)]
pub struct ShardArguments {
    /// Folder of a plan
    plan: PathBuf,
    /// Which shard, of how many: I/N, or auto/N in a job array
    #[arg(value_name = "I/N", value_parser = Shard::parse)]
    shard: Shard,
    /// Print nothing but problems
    #[arg(long, short)]
    quiet: bool,
}

/// Runs a shard of a plan as far as its round goes.
///
/// # Errors
/// A plan that cannot be read, a shard that it does not have, and what running gives.
pub fn shard(args: &ShardArguments) -> Result<(), Stop> {
    let rounds = Rounds::read(&args.plan)?;
    let Shard { index, of } = args.shard;
    if of != rounds.shards {
        let shown = args.plan.display();
        return Err(Stop::Usage(format!(
            "{shown} is of {} shards, not {of}: {index}/{}",
            rounds.shards, rounds.shards
        )));
    }
    let file = PathBuf::from(&rounds.experiment.scenario);
    let out = Rounds::shard_folder(&args.plan, index);
    let asked = rounds.experiment.load().map_err(Stop::Scenario)?;
    let session = Session::new(asked, file, out, Some(rounds.threads))?;
    let manner = Manner { quiet: args.quiet, extend: true, shard: Some(args.shard), ..Manner::default() };
    match conduct(&session, &manner)? {
        Conduct::Part(part) if !args.quiet => {
            Ok(show_part(&session, args.shard, &part, &format!("rearguard merge --plan {}", quoted_path(&args.plan)))?)
        }
        _ => Ok(()),
    }
}
