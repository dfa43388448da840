//! Exit codes and what leads to them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use thiserror::Error;

use crate::design::{DesignError, FactorError};
use crate::experiment::PlanError;
use crate::report::ReportError;
use crate::scenario::Diagnostics;
use crate::store::StoreError;
use crate::summary::SummaryError;

/// Every way in which a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// A fault of the program.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The scenario, an override or a design is invalid.
    Scenario = 3,
    /// Input or output: folder refused, locked, over budget, disk.
    InputOutput = 4,
    /// A precision or a verification was not met.
    NotMet = 5,
    /// Interrupted.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command could not be carried out.
#[derive(Debug, Error)]
pub enum Stop {
    /// Problems of a scenario.
    #[error("the scenario cannot be run")]
    Scenario(Diagnostics),
    /// There is no such design.
    #[error(transparent)]
    Design(#[from] DesignError),
    /// A factor of a design cannot be read.
    #[error(transparent)]
    Factor(#[from] FactorError),
    /// The arguments contradict each other.
    #[error("{0}")]
    Usage(String),
    /// Too large.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The results folder.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The terminal or a pipe.
    #[error("cannot write to standard output")]
    Output(#[from] std::io::Error),
    /// A file could not be written.
    #[error("cannot {action} {}: {source}; {}", path.display(), other_way(source, path))]
    File {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: std::path::PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// Threads could not be made.
    #[error("cannot start the worker threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// A signal came.
    #[error("interrupted; {kept} of {of} replications are kept in {}: run the same command again to go on", folder.display())]
    Interrupted {
        /// Replications kept, of each policy.
        kept: u64,
        /// Asked for.
        of: u64,
        /// Where.
        folder: PathBuf,
    },
    /// A signal came where nobody knows how many replications are still to come.
    #[error("interrupted; what was run is kept in {}: run the same command again to go on", .0.display())]
    Paused(PathBuf),
    /// The folder holds another number of replications.
    #[error("{}", other_replications(folder, *held, *asked))]
    Replications {
        /// The folder.
        folder: PathBuf,
        /// What it holds or was made for.
        held: u64,
        /// What is asked for.
        asked: u64,
    },
    /// Shards that cannot be put together, a problem a line.
    #[error("the shards cannot be merged:\n  {}", .0.join("\n  "))]
    Merge(Vec<String>),
    /// A folder is not what it should be; the sentence says what to do.
    #[error("{0}")]
    Refused(String),
    /// A folder does not hold what it should, or an experiment did not come out the same.
    #[error("{0}")]
    NotMet(String),
    /// A folder cannot be reported on.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// Results could not be summarised.
    #[error(transparent)]
    Summary(SummaryError),
    /// Problems that have been shown already.
    #[error("there are problems")]
    Shown(Exit),
    /// Replications failed.
    #[error("{count} of the replications failed by a fault of this program; replay the first with\n  {replay}")]
    Failed {
        /// How many.
        count: usize,
        /// The command.
        replay: String,
    },
}

impl Stop {
    /// The exit code it leads to.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage(_)
            | Self::Design(DesignError::NoFactors | DesignError::NoPoints | DesignError::PointsGiven(_)) => Exit::Usage,
            Self::Scenario(_) | Self::Design(_) | Self::Factor(_) => Exit::Scenario,
            // A reader that has gone needs no more: the files are written before anything is shown.
            Self::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Done,
            Self::Plan(_)
            | Self::Store(_)
            | Self::Report(_)
            | Self::File { .. }
            | Self::Output(_)
            | Self::Replications { .. }
            | Self::Merge(_)
            | Self::Refused(_) => Exit::InputOutput,
            Self::NotMet(_) => Exit::NotMet,
            Self::Threads(_) | Self::Failed { .. } | Self::Summary(_) => Exit::Failed,
            Self::Interrupted { .. } | Self::Paused(_) => Exit::Interrupted,
            Self::Shown(exit) => *exit,
        }
    }
}

impl From<SummaryError> for Stop {
    fn from(error: SummaryError) -> Self {
        match error {
            SummaryError::Store(error) => Self::Store(error),
            error @ SummaryError::Stats(_) => Self::Summary(error),
        }
    }
}

fn other_replications(folder: &Path, held: u64, asked: u64) -> String {
    let way = if asked > held {
        "go on from there with `--extend`".to_owned()
    } else {
        format!("ask for all of them with `--replications {held}`")
    };
    format!(
        "{} is for {held} replications, and {asked} are asked for; {way}, choose another folder with `--out`, or move the \
         old one aside with `--replace`",
        folder.display()
    )
}

/// What to do about a file that could not be read or written.
fn other_way(source: &std::io::Error, path: &std::path::Path) -> String {
    match path.parent() {
        Some(folder) if source.kind() == std::io::ErrorKind::NotFound => {
            format!("make the folder {} first, or choose another name", folder.display())
        }
        _ => "choose another name".to_owned(),
    }
}
