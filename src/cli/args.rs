//! Arguments as typed.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, ColorChoice, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::model::mission::MOST_REPLICATIONS;
use crate::withdrawal::What;

use crate::cli::calibrate::CalibrateArguments;
use crate::cli::discover::DiscoverArguments;
use crate::cli::merge::MergeArguments;
use crate::cli::nested::Nesting;
use crate::cli::plan::{PlanArguments, Planning};
use crate::cli::precision::Wanted;
use crate::cli::progress::Show;
use crate::cli::rounds::ShardArguments;
use crate::cli::sensitivity::SensitivityArguments;
use crate::cli::shard::Shard;
use crate::cli::sweep::SweepArguments;

/// Simulates how a peacekeeping mission withdraws: what denials and choices cost in casualties, equipment and time.
#[derive(Debug, Parser)]
#[command(version, about, arg_required_else_help = true)]
pub struct Arguments {
    /// Colours: auto, always or never
    #[arg(long, global = true, default_value = "auto", value_name = "WHEN")]
    pub color: ColorChoice,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a scenario to start from
    Init {
        /// The file to write; it must not exist
        file: PathBuf,
        /// What to start from
        #[arg(long, default_value = "tutorial", value_name = "NAME")]
        template: Template,
        /// A large made-up mission of so many bases instead
        #[arg(long, value_name = "BASES", conflicts_with = "template", value_parser = clap::value_parser!(u32).range(2..=300))]
        scale: Option<u32>,
    },
    /// Run a scenario and write its results
    Run {
        /// What to run and how.
        #[command(flatten)]
        experiment: ExperimentArguments,
    },
    /// Compare policies with a baseline, replication by replication
    Compare {
        /// The policy that the others are compared with [default: the first in the file]
        #[arg(long, value_name = "ID")]
        baseline: Option<String>,
        /// Show which policies no other beats on measures, named at least twice: the Pareto set, and how sure it is
        #[arg(long, value_name = "MEASURE")]
        pareto: Vec<String>,
        /// What to run and how.
        #[command(flatten)]
        experiment: ExperimentArguments,
    },
    /// What each denial costs: exact shares over all combinations of denials
    Attribute {
        /// Denial to attribute to; repeat for several [default: all of the file]
        #[arg(long = "denial", value_name = "ID")]
        denials: Vec<String>,
        /// What to run and how.
        #[command(flatten)]
        experiment: ExperimentArguments,
    },
    /// Run policies at every point of a design over inputs
    Sweep {
        /// What is varied.
        #[command(flatten)]
        sweep: SweepArguments,
        /// What to run and how.
        #[command(flatten)]
        experiment: ExperimentArguments,
    },
    /// Find which uncertain parameters move the results, and by how much
    Sensitivity {
        /// What is varied and looked at.
        #[command(flatten)]
        sensitivity: SensitivityArguments,
        /// What to run and how.
        #[command(flatten)]
        experiment: ExperimentArguments,
    },
    /// Find which values of uncertain parameters the record bears out
    Calibrate {
        /// What is calibrated to what.
        #[command(flatten)]
        calibration: CalibrateArguments,
        /// What to run and how.
        #[command(flatten)]
        experiment: ExperimentArguments,
    },
    /// Find boxes of inputs under which a result goes over a threshold, in a finished sweep
    Discover(DiscoverArguments),
    /// Run what a study file asks for: run, compare, attribute or sweep, with all that determines its results
    Study(StudyArguments),
    /// Score forecasts against facts on record, beside those of simpler forecasts
    Hindcast {
        /// Against what.
        #[command(flatten)]
        hindcast: HindcastArguments,
        /// What to run and how.
        #[command(flatten)]
        experiment: ExperimentArguments,
    },
    /// Put the shards of an experiment together: the same bytes as from one machine
    Merge(MergeArguments),
    /// Plan an experiment for many machines: shards, and a script for the scheduler that starts them
    Plan(PlanArguments),
    /// Run one shard of a plan
    Shard(ShardArguments),
    /// Check that a results folder is complete and as it was written
    Verify {
        /// Results folder
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Print the answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Make one self-contained page of a results folder: answer, charts, map and playback
    Report {
        /// Results folder
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// The page to write [default: report.html in the folder]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Print nothing but problems
        #[arg(long, short)]
        quiet: bool,
    },
    /// Run a results folder's experiment again from its own inputs and compare every file
    Reproduce {
        /// Results folder
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Where to run it [default: a new folder beside it]
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Worker threads; results do not depend on it [default: all processors]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
        threads: Option<u16>,
        /// How far a run is, on standard error: a bar on a terminal and lines in a log, or lines, or JSON, one object a
        /// line
        #[arg(long, value_name = "HOW", default_value = "auto")]
        progress: Show,
        /// Print the answer as JSON
        #[arg(long)]
        json: bool,
        /// Print nothing but problems
        #[arg(long, short)]
        quiet: bool,
    },
    /// What changed between two results folders, in inputs and in results
    Diff {
        /// The first results folder
        #[arg(value_name = "DIR1")]
        before: PathBuf,
        /// The second
        #[arg(value_name = "DIR2")]
        after: PathBuf,
        /// Show measures that did not change, too
        #[arg(long)]
        all: bool,
        /// Print what changed as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print every problem of scenario files at once
    Check {
        /// Scenario files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Override a value, as PATH=VALUE
        #[arg(long = "set", value_name = "PATH=VALUE")]
        sets: Vec<String>,
        /// Print problems as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the resolved values of a scenario with range, basis and source
    Show {
        /// Scenario file
        file: PathBuf,
        /// Only values at and below this path
        path: Option<String>,
        /// Show the scenario under a policy
        #[arg(long, value_name = "ID")]
        policy: Option<String>,
        /// Count instead how many numbers of each table are reported, derived and assumed
        #[arg(long, conflicts_with = "path")]
        pedigree: bool,
        /// Override a value, as PATH=VALUE
        #[arg(long = "set", value_name = "PATH=VALUE")]
        sets: Vec<String>,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Tell what happened in one replication, or where two policies part
    Trace(TraceArguments),
    /// List every measure with its unit and meaning
    Measures {
        /// List what facts can be tied to beside measures
        #[arg(long)]
        facts: bool,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the JSON Schema of scenario files, for editors
    Schema,
    /// Check that this build on this machine draws and computes what every other does, to the bit
    Selftest {
        /// Print the fingerprints as CSV, and compare them with nothing
        #[arg(long)]
        csv: bool,
        /// Print the fingerprints as JSON, with what they should be
        #[arg(long, conflicts_with = "csv")]
        json: bool,
    },
    /// Print what a shell completes commands by
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print a manual page, of the program or of one of its commands
    Man {
        /// The command
        command: Option<String>,
    },
    /// Explain a code, a measure, a mechanism, a happening, a row of the register or a value of a scenario
    Explain {
        /// Such as `E025`, `casualties.wounded`, `convoys`, `column_sent`, `R07` or `decisions.notice_days`
        term: String,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
}

/// What a new scenario starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// Two camps and a hub of an invented mission, explained
    Tutorial,
    /// The UN mission in Mali, July to December 2023
    Mali,
    /// One hub and the tables to fill in
    Blank,
}

/// How a trace is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Lines for people
    Text,
    /// A table, one row for each amount
    Csv,
    /// One JSON object a line
    Jsonl,
}

/// Options of `trace`.
#[derive(Args, Debug)]
pub struct TraceArguments {
    /// Scenario file
    pub file: PathBuf,
    /// Which replication, from 0, as in the column `replication`
    #[arg(long, value_name = "N")]
    pub replication: u64,
    /// Policy to trace; two show where they part [default: the first in the file]
    #[arg(long = "policy", value_name = "ID")]
    pub policies: Vec<String>,
    /// Only what concerns this base; repeat for several
    #[arg(long, value_name = "ID")]
    pub base: Vec<String>,
    /// Only what concerns this convoy, as named in the trace; repeat for several
    #[arg(long, value_name = "NAME")]
    pub convoy: Vec<String>,
    /// Only happenings of this kind; repeat for several
    #[arg(long = "kind", value_name = "KIND", value_parser = PossibleValuesParser::new(What::ALL.iter().map(|what| what.name())))]
    pub kinds: Vec<String>,
    /// How it is written
    #[arg(long, default_value = "text", value_name = "FORM")]
    pub format: Form,
    /// Seed of all random numbers [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = whole_from(0, u64::MAX), allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Override a value, as PATH=VALUE; repeat for several
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub sets: Vec<String>,
    /// Fix uncertain parameters at their central values
    #[arg(long)]
    pub point: bool,
}

/// What forecasts are scored against.
#[derive(Args, Debug)]
pub struct HindcastArguments {
    /// Facts file [default: <scenario>.facts.csv beside the scenario]
    #[arg(long, value_name = "FILE")]
    pub facts: Option<PathBuf>,
    /// Forecast this group of facts without it: inputs that were set from it are widened, and set anew from the other facts
    /// that they were set from
    #[arg(long, value_name = "GROUP")]
    pub leave_out: Option<String>,
}

/// Options of `study`: where and how, since what is in the file.
#[expect(clippy::struct_excessive_bools, reason = "each flag of the command line is one")]
#[derive(Args, Debug, Default)]
pub struct StudyArguments {
    /// Study file
    pub file: PathBuf,
    /// Worker threads; results do not depend on it [default: all processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Results folder [default: results/<study>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Move results of other inputs in the folder aside
    #[arg(long)]
    pub replace: bool,
    /// Run one of N shares, for another machine each; `merge` puts them together
    #[arg(long, value_name = "I/N", value_parser = Shard::parse)]
    pub shard: Option<Shard>,
    /// Add replications to results that are there, up to those of the study
    #[arg(long, conflicts_with = "replace")]
    pub extend: bool,
    /// Print the design of a sweep and what it would take, and run nothing
    #[arg(long)]
    pub dry_run: bool,
    /// How far a run is, on standard error: a bar on a terminal and lines in a log, or lines, or JSON, one object a line
    #[arg(long, value_name = "HOW", default_value = "auto")]
    pub progress: Show,
    /// Print results as JSON
    #[arg(long)]
    pub json: bool,
    /// Print nothing but problems
    #[arg(long, short)]
    pub quiet: bool,
    /// Plan it for many machines instead of running it.
    #[arg(skip)]
    pub planned: Option<Planning>,
}

/// Options that every experiment takes.
#[expect(clippy::struct_excessive_bools, reason = "each flag of the command line is one")]
#[derive(Args, Debug, Default)]
pub struct ExperimentArguments {
    /// Scenario file
    pub file: PathBuf,
    /// Policy to run; repeat for several [default: the first in the file]
    #[arg(long = "policy", value_name = "ID")]
    pub policies: Vec<String>,
    /// Replications of each policy [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = whole_from(1, MOST_REPLICATIONS), allow_negative_numbers = true)]
    pub replications: Option<u64>,
    /// Seed of all random numbers [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = whole_from(0, u64::MAX), allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Worker threads; results do not depend on it [default: all processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Results folder [default: results/<scenario>[-<command>]]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Move results of other inputs in the folder aside
    #[arg(long)]
    pub replace: bool,
    /// Run one of N shares, for another machine each; `merge` puts them together
    #[arg(long, value_name = "I/N", value_parser = Shard::parse)]
    pub shard: Option<Shard>,
    /// Add replications to results that are there, up to --replications
    #[arg(long, requires = "replications", conflicts_with = "replace")]
    pub extend: bool,
    /// Replicate until a 95% interval is this narrow: a half-width, such as casualties.wounded=1, or a share of the
    /// true mean, such as casualties.wounded=5% (5/105 of the estimate); repeat for several. Under compare, of the
    /// differences from the baseline; under attribute, of what all denials cost together
    #[arg(long, value_name = "MEASURE=WIDTH", value_parser = Wanted::parse,
        conflicts_with_all = ["replications", "shard", "extend"])]
    pub precision: Vec<Wanted>,
    /// Give up a precision after this many replications [default: 100,000]
    #[arg(long, value_name = "N", requires = "precision", value_parser = whole_from(1, MOST_REPLICATIONS))]
    pub max_replications: Option<u64>,
    /// Give up a precision after this many seconds, at the next check
    #[arg(long, value_name = "SECONDS", requires = "precision")]
    pub max_seconds: Option<f64>,
    /// Tell chance from what is not known: so many draws of the uncertain parameters, so many replications of each, such
    /// as 40x250 (run and compare)
    #[arg(long, value_name = "DRAWSxREPLICATIONS", value_parser = Nesting::parse,
        conflicts_with_all = ["replications", "precision", "extend", "point"])]
    pub nested: Option<Nesting>,
    /// Override a value, as PATH=VALUE; repeat for several
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub sets: Vec<String>,
    /// Draw the uncertain parameters that a CSV file has columns for together, a row for each draw: the overlay.csv of
    /// `calibrate`
    #[arg(long, value_name = "FILE")]
    pub overlay: Option<PathBuf>,
    /// Fix uncertain parameters at their central values
    #[arg(long)]
    pub point: bool,
    /// How far a run is, on standard error: a bar on a terminal and lines in a log, or lines, or JSON, one object a line
    #[arg(long, value_name = "HOW", default_value = "auto")]
    pub progress: Show,
    /// Print results as JSON
    #[arg(long)]
    pub json: bool,
    /// Print nothing but problems
    #[arg(long, short)]
    pub quiet: bool,
    /// Plan it for many machines instead of running it.
    #[arg(skip)]
    pub planned: Option<Planning>,
}

/// Reads a whole number in a range.
fn whole_from(low: u64, high: u64) -> impl Fn(&str) -> Result<u64, String> + Clone {
    move |text| {
        let value = text.parse().ok().filter(|value| (low..=high).contains(value));
        value.ok_or_else(|| format!("write a whole number from {low} to {high}"))
    }
}
