//! What can be wrong with a results folder.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::store::chunk::ChunkFault;
use crate::store::identity::Difference;
use crate::store::names::{as_argument, shown};

/// Why a results folder could not be opened, written or trusted.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The system refused an operation.
    #[error("could not {action} {}", shown_path(path))]
    Io {
        /// What the operation was on.
        path: PathBuf,
        /// What was tried: a verb.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The folder holds results of something else.
    #[error("{}", differs(path, differences, free, aside.as_deref()))]
    Differs {
        /// The folder.
        path: PathBuf,
        /// What differs; never empty.
        differences: Vec<Difference>,
        /// A name beside it that is free.
        free: PathBuf,
        /// Where `--replace` would move it; none if its path does not end with a name.
        aside: Option<PathBuf>,
    },
    /// The folder holds something, and no identity file of ours; it was not touched.
    #[error(
        "{} is not empty and not a results folder, so nothing is written there; choose another, such as `--out {}`",
        shown_path(path),
        as_argument(free)
    )]
    NotOurs {
        /// The folder.
        path: PathBuf,
        /// A name beside it that is free.
        free: PathBuf,
    },
    /// The folder has no identity file of ours.
    #[error("{} is not a results folder", shown_path(path))]
    NoResults {
        /// The folder.
        path: PathBuf,
    },
    /// Another process has the folder open.
    #[error(
        "{} is in use by another process; wait for it to end or choose another folder, such as `--out {}`",
        shown_path(path),
        as_argument(free)
    )]
    Locked {
        /// The folder.
        path: PathBuf,
        /// A name beside it that is free.
        free: PathBuf,
    },
    /// A name that a file of results cannot have.
    #[error("`{}` cannot name a file of results: {why}", shown(name))]
    Name {
        /// The name.
        name: String,
        /// The rule it breaks.
        why: &'static str,
    },
    /// The folder has no manifest: what wrote it has not finished, or it is no results folder.
    #[error("{} has no manifest: it is not a complete results folder", shown_path(path))]
    Incomplete {
        /// The folder.
        path: PathBuf,
    },
    /// The manifest is not what was written.
    #[error("{} {problem}", shown_path(path))]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A folder cannot be finished while one of its files was begun and not completed.
    #[error("{} was not completed, so its folder cannot be either", shown_path(path))]
    Unfinished {
        /// The file.
        path: PathBuf,
    },
    /// A chunk cannot be used.
    #[error("chunk {} {fault}", shown_path(path))]
    Chunk {
        /// The chunk's file.
        path: PathBuf,
        /// What is wrong with it.
        fault: ChunkFault,
    },
}

impl StoreError {
    /// For `map_err`: the system refused to `action` this path.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { path, action, source }
    }
}

/// A path for a message, with nothing that could upset a terminal.
fn shown_path(path: &Path) -> String {
    shown(&path.to_string_lossy())
}

/// The differences, one a line, and the two ways out.
fn differs(path: &Path, differences: &[Difference], free: &Path, aside: Option<&Path>) -> String {
    let mut text = format!("{} holds results of other inputs:", shown_path(path));
    for difference in differences {
        write!(text, "\n  {difference}").expect("a String takes any text");
    }
    write!(text, "\nchoose another folder with `--out {}`", as_argument(free)).expect("a String takes any text");
    if let Some(aside) = aside {
        write!(text, ", or move the old one to {} with `--replace`", shown_path(aside))
            .expect("a String takes any text");
    }
    text
}
