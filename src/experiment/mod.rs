//! Many replications of one or more policies, in parallel, paired by construction.
//!
//! This room runs [`withdrawal`](crate::withdrawal) over replications and keeps what summaries need. It must not print,
//! look at the clock or touch files: it is handed closures that say when to stop and take progress.

mod plan;
pub mod results;
mod runner;

pub use plan::{Plan, PlanError, PolicyModel};
pub use results::{Cell, ConvoyCell, DirectColumns, Failure, PolicyResults, Results};
pub use runner::{Hooks, run};
