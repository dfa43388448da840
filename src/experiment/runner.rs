//! Runs a plan's replications in parallel, cell by cell.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

use crate::experiment::cell::Gathered;
use crate::experiment::plan::{ONLY_POINT, Plan};
use crate::experiment::results::{Failure, Results};
use crate::experiment::rows::Rows;
use crate::model::Model;
use crate::store::Chunk;
use crate::withdrawal::Withdrawal;

/// Replications that one worker runs at a time: a tenth of a cell.
const BLOCK: u64 = 25;
/// Finished cells that wait to be kept before workers wait too.
const WAITING: usize = 2;

/// What the caller is told and asked while an experiment runs.
pub struct Hooks<'a> {
    /// Whether to stop; asked before each cell is begun.
    pub should_stop: &'a (dyn Fn() -> bool + Sync),
    /// Told how many of the replications to run are done, of how many.
    pub on_progress: &'a (dyn Fn(u64, u64) + Sync),
}

/// Runs every replication of every policy and keeps it all in memory. Replication `r` of each policy shares its streams with
/// replication `r` of the others.
///
/// # Panics
/// Never: a replication that panics is caught.
pub fn run(plan: &Plan, hooks: &Hooks) -> Results {
    let mut kept = Vec::new();
    let keep = |chunks: Vec<Chunk>| -> Result<(), ()> {
        kept.extend(chunks);
        Ok(())
    };
    let ran = run_cells(plan, ONLY_POINT, &plan.cells(), hooks, keep);
    let stopped = ran != Ok(Ran::All);
    Rows::in_memory(plan, kept).and_then(|rows| rows.load(stopped)).expect("memory can be read")
}

/// How far a run got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    /// Every cell was run and kept.
    All,
    /// It was asked to stop before; the cells that had been begun were kept.
    Stopped,
}

/// Runs cells of a plan, in their order, and hands each that is finished to `keep`, a chunk for each policy, on a thread of
/// its own. Which is finished first depends on the threads; what is in it does not.
///
/// # Errors
/// The first error of `keep`; nothing more is begun after it.
///
/// # Panics
/// Never: a replication that panics is caught before the lock on a cell is taken.
pub fn run_cells<E: Send>(
    plan: &Plan,
    point: &str,
    cells: &[Range<u64>],
    hooks: &Hooks,
    mut keep: impl FnMut(Vec<Chunk>) -> Result<(), E> + Send,
) -> Result<Ran, E> {
    let blocks: Vec<(usize, Range<u64>)> = cells.iter().enumerate().flat_map(|(at, cell)| blocks(at, cell)).collect();
    let of: u64 = cells.iter().map(|cell| cell.end - cell.start).sum();
    let gathering: Vec<Mutex<Option<Gathered>>> = cells.iter().map(|_| Mutex::new(None)).collect();
    let (next, done) = (AtomicUsize::new(0), AtomicU64::new(0));
    let (stopped, failed) = (AtomicBool::new(false), AtomicBool::new(false));
    let work = |worker: &mut Worker, sender: &SyncSender<Vec<Chunk>>| {
        while let Some((cell, block)) = blocks.get(next.fetch_add(1, Ordering::Relaxed)) {
            let is_new = block.start == cells[*cell].start;
            if failed.load(Ordering::Relaxed) || is_new && (hooks.should_stop)() {
                stopped.store(true, Ordering::Relaxed);
                next.store(blocks.len(), Ordering::Relaxed);
                break;
            }
            let part = worker.run_block(block.clone());
            let whole = {
                let mut gathered = gathering[*cell].lock().expect("no worker panics while it holds a cell");
                let mine = gathered.get_or_insert_with(|| Gathered::new(plan, cells[*cell].clone()));
                mine.take(part);
                if mine.is_whole() { gathered.take() } else { None }
            };
            if let Some(whole) = whole {
                // The one who keeps leaves only after an error, which it has noted.
                let _ = sender.send(whole.into_chunks(plan, point));
            }
            let length = block.end - block.start;
            (hooks.on_progress)(done.fetch_add(length, Ordering::Relaxed) + length, of);
        }
    };
    let kept = std::thread::scope(|scope| {
        let (sender, finished) = sync_channel(WAITING);
        let (failed, keep) = (&failed, &mut keep);
        let keeper = scope.spawn(move || {
            let kept = finished.iter().try_for_each(keep);
            failed.store(kept.is_err(), Ordering::Relaxed);
            // Senders that wait must not wait for ever.
            drop(finished);
            kept
        });
        rayon::broadcast(|_| work(&mut Worker::new(plan), &sender));
        drop(sender);
        keeper.join()
    });
    match kept {
        Ok(kept) => kept.map(|()| if stopped.into_inner() { Ran::Stopped } else { Ran::All }),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// The blocks of a cell.
fn blocks(at: usize, cell: &Range<u64>) -> impl Iterator<Item = (usize, Range<u64>)> + use<> {
    let end = cell.end;
    (cell.start..end).step_by(BLOCK as usize).map(move |first| (at, first..end.min(first + BLOCK)))
}

/// One thread's replicators, one for each policy.
struct Worker<'p> {
    plan: &'p Plan,
    withdrawals: Vec<Withdrawal<'p>>,
}

impl<'p> Worker<'p> {
    fn new(plan: &'p Plan) -> Self {
        let withdrawals = (0..plan.policies.len()).map(|policy| Self::withdrawal(plan, policy)).collect();
        Self { plan, withdrawals }
    }

    fn withdrawal(plan: &'p Plan, policy: usize) -> Withdrawal<'p> {
        let model = &plan.policies[policy].model;
        if policy > 0 {
            return Withdrawal::new(model, &[]);
        }
        let others: Vec<&Model> = plan.policies[1..=plan.compared].iter().map(|other| &other.model).collect();
        let baseline = Withdrawal::new(model, &others);
        match plan.curve {
            Some(granted) => baseline.with_curve(granted - 1),
            None => baseline,
        }
    }

    /// Runs some replications of every policy. A replication that panics in any policy is left out of all.
    fn run_block(&mut self, block: Range<u64>) -> Gathered {
        let mut part = Gathered::new(self.plan, block.clone());
        let mut observed = Vec::with_capacity(self.plan.observed.len());
        for replication in block {
            let failures: Vec<Failure> =
                (0..self.withdrawals.len()).filter_map(|policy| self.replicate(replication, policy)).collect();
            if failures.is_empty() {
                for (policy, withdrawal) in self.withdrawals.iter().enumerate() {
                    observed.clear();
                    observed.extend(self.plan.observed.iter().map(|quantity| withdrawal.observe(quantity)));
                    part.add(replication, policy, (withdrawal.outcome(), &observed));
                }
            } else {
                part.fail(replication, failures);
            }
        }
        part
    }

    /// Runs one replication of one policy; what it said if it panicked.
    fn replicate(&mut self, replication: u64, policy: usize) -> Option<Failure> {
        let streams = self.plan.streams(replication);
        let withdrawal = &mut self.withdrawals[policy];
        let run = AssertUnwindSafe(|| {
            withdrawal.replicate(streams);
        });
        let panic = catch_unwind(run).err()?;
        self.withdrawals[policy] = Self::withdrawal(self.plan, policy);
        let message = panic.downcast_ref::<String>().cloned();
        let message = message.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
        let message = message.unwrap_or_else(|| "unknown fault".to_owned());
        Some(Failure { replication, policy: self.plan.policies[policy].id.clone(), message })
    }
}
