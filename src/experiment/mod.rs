//! Many replications of one or more policies, in parallel, paired by construction.
//!
//! This room runs [`withdrawal`](crate::withdrawal) over replications, cell by cell, and keeps each cell as chunks: a column
//! for each measure and integer tallies. [`Rows`] reads them back a column at a time, so that memory does not grow with
//! the replications. It must not print, look at the clock or touch files: it is handed closures that say when to stop, take
//! progress and keep what is finished.

mod cell;
mod codec;
mod plan;
mod resample;
pub mod results;
mod rows;
mod runner;

pub use plan::{BYTES_PER_REPLICATION, CELL, ONLY_POINT, Plan, PlanError, PolicyModel, cells};
pub use resample::resample_weights;
pub use results::{Cell, ConvoyCell, DirectColumns, Failure, PolicyResults, Results};
pub use rows::{DirectEffect, PolicyName, Rows};
pub use runner::{Hooks, Ran, run, run_cells};
