//! # rearguard
//!
//! How a peacekeeping mission gets out of a country: what the host's denials and the mission's own choices cost in
//! casualties, equipment and time.
//!
//! A scenario says what the mission is: bases, roads, equipment, the host's desks, threat, rules. A replication plays one
//! possible withdrawal, and an experiment plays many under each of several policies on the same random numbers, so that
//! their difference is known far better than either.
//!
//! ```text
//! scenario file -> scenario -> model -> withdrawal (on kernel) -> experiment -> summary -> output
//! ```
//!
//! * [`scenario`] reads and checks files and complains with a place; [`model`] is a checked scenario, immutable.
//! * [`withdrawal`] is one replication, a file for each mechanism; [`kernel`] is its clock and queue.
//! * [`design`] says which values the factors of a sweep take together.
//! * [`experiment`] runs policies over replications in parallel; [`summary`] turns them into estimates with intervals.
//! * [`output`] and [`store`] write a results folder; [`report`] makes a page of one; [`cli`] is the command line.
//! * [`draw`] gives keyed random numbers, [`stats`] estimators, [`math`] functions that are the same on every
//!   processor, [`measures`] the names of all results, [`units`] dates.
//!
//! Results depend on scenario, seed and version alone: not on threads, build profile or processor. `docs/model.md` in the
//! repository describes the model in full.
//!
//! # Examples
//!
//! The mean number of wounded under the first policy of the tutorial:
//!
//! ```
//! use rearguard::experiment::{Hooks, Plan, PolicyModel, run};
//! use rearguard::{measures::Measure, scenario::Case, stats};
//! use std::path::Path;
//!
//! let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/three-bases.toml"));
//! let case = Case::load(file, &[]).map_err(|problems| problems.render(false))?;
//! let preset = &case.document().policies()[0];
//! let model = case.model(&preset.overrides).map_err(|problems| problems.render(false))?;
//! let policy = PolicyModel { id: preset.id.clone(), title: preset.title.clone(), model, overrides: preset.overrides.clone() };
//! let plan = Plan::of(vec![policy], 1, 100);
//! let results = run(&plan, &Hooks { should_stop: &|| false, on_progress: &|_, _| () });
//! let wounded = stats::mean_t(results.policies[0].column(Measure::Wounded), 0.95)?;
//! println!("wounded: {:.1} ({:.1} to {:.1})", wounded.mean, wounded.interval.low, wounded.interval.high);
//! # assert!(results.failures.is_empty() && wounded.mean > 0.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod cli;
pub mod design;
pub mod draw;
pub mod experiment;
pub mod inference;
pub mod kernel;
pub mod math;
pub mod measures;
pub mod model;
pub mod output;
pub mod report;
pub mod scenario;
pub mod stats;
pub mod store;
pub mod summary;
pub mod units;
pub mod withdrawal;
