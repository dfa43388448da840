//! The rows of an experiment, read a column at a time from its chunks, so that memory does not grow with all of them.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::experiment::cell::{DIRECT, FAILED, FIRST};
use crate::experiment::codec;
use crate::experiment::plan::{ONLY_POINT, Plan};
use crate::experiment::results::{DirectColumns, Failure, PolicyResults, Results, Tallies};
use crate::measures::Measure;
use crate::store::{Chunk, ChunkFault, ChunkKey, Chunks, StoreError};

/// An effect that is judged on the baseline's itineraries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectEffect {
    /// Contacts.
    Contacts,
    /// Killed.
    Killed,
    /// Wounded.
    Wounded,
}

impl DirectEffect {
    /// All of them, in the order of columns.
    pub const ALL: [Self; DIRECT] = [Self::Contacts, Self::Killed, Self::Wounded];

    /// What it is an effect on.
    pub fn measure(self) -> Measure {
        match self {
            Self::Contacts => Measure::Contacts,
            Self::Killed => Measure::Killed,
            Self::Wounded => Measure::Wounded,
        }
    }

    /// That on a measure, for those that have one.
    pub fn on(measure: Measure) -> Option<Self> {
        Self::ALL.into_iter().find(|effect| effect.measure() == measure)
    }
}

/// A policy by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyName {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// The rows of one design point.
#[derive(Clone, Debug)]
pub struct Rows {
    policies: Vec<PolicyName>,
    /// Columns of measures and departures.
    columns: usize,
    compared: usize,
    parts: Parts,
    /// By policy, then cell.
    keys: Vec<Vec<ChunkKey>>,
    /// For each cell, which of its rows are no results; empty if all are.
    failed: Vec<Vec<bool>>,
    failures: Vec<Failure>,
    /// Rows that are results.
    n: u64,
}

#[derive(Clone, Debug)]
enum Parts {
    Memory(BTreeMap<ChunkKey, Chunk>),
    Stored(Chunks),
}

impl Parts {
    fn column(&self, key: &ChunkKey, column: usize) -> Result<Vec<f64>, StoreError> {
        match self {
            Self::Memory(chunks) => Ok(chunks[key].columns[column].clone()),
            Self::Stored(chunks) => chunks.read_column(key, column),
        }
    }

    fn bytes(&self, key: &ChunkKey) -> Result<Vec<u8>, StoreError> {
        match self {
            Self::Memory(chunks) => Ok(chunks[key].bytes.clone()),
            Self::Stored(chunks) => chunks.read_bytes(key),
        }
    }

    /// The error for bytes that are whole and yet not what this version writes.
    fn spoilt(&self, key: &ChunkKey) -> StoreError {
        match self {
            Self::Memory(_) => unreachable!("what is in memory was just encoded"),
            Self::Stored(chunks) => chunks.fault(key, ChunkFault::Bytes),
        }
    }
}

impl Rows {
    /// The rows of some cells of a plan, which are all in a folder's chunks.
    ///
    /// # Errors
    /// Those of reading.
    pub fn stored(plan: &Plan, point: &str, cells: &[Range<u64>], chunks: &Chunks) -> Result<Self, StoreError> {
        let keys = (0..plan.policies.len()).map(|at| cells.iter().map(|cell| plan.key(point, at, cell)).collect());
        Self::new(plan, keys.collect(), Parts::Stored(chunks.clone()))
    }

    /// The rows of chunks in memory.
    pub(super) fn in_memory(plan: &Plan, chunks: Vec<Chunk>) -> Result<Self, StoreError> {
        let chunks: BTreeMap<ChunkKey, Chunk> = chunks.into_iter().map(|chunk| (chunk.key.clone(), chunk)).collect();
        let of = |policy| {
            let text = plan.key(ONLY_POINT, policy, &(0..0)).text;
            chunks.keys().filter(|key| key.text == text).cloned().collect()
        };
        let keys = (0..plan.policies.len()).map(of).collect();
        Self::new(plan, keys, Parts::Memory(chunks))
    }

    fn new(plan: &Plan, keys: Vec<Vec<ChunkKey>>, parts: Parts) -> Result<Self, StoreError> {
        let policies = plan.policies.iter();
        let mut rows = Self {
            policies: policies
                .map(|policy| PolicyName { id: policy.id.clone(), title: policy.title.clone() })
                .collect(),
            columns: plan.columns(),
            compared: plan.compared,
            parts,
            keys,
            failed: Vec::new(),
            failures: Vec::new(),
            n: 0,
        };
        for at in 0..rows.cells() {
            let failed = rows.parts.column(&rows.keys[0][at], FAILED)?;
            rows.n += failed.iter().filter(|&&count| count == 0.0).count() as u64;
            let is_whole = failed.iter().all(|&count| count == 0.0);
            rows.failed.push(if is_whole { Vec::new() } else { failed.iter().map(|&count| count > 0.0).collect() });
            for (policy, keys) in rows.policies.iter().zip(&rows.keys).filter(|_| !is_whole) {
                let bytes = rows.parts.bytes(&keys[at])?;
                let found = codec::failures(&mut bytes.as_slice(), &policy.id);
                rows.failures.extend(found.ok_or_else(|| rows.parts.spoilt(&keys[at]))?);
            }
        }
        rows.failures.sort();
        Ok(rows)
    }

    /// The policies, in the order of the plan.
    pub fn policies(&self) -> &[PolicyName] {
        &self.policies
    }

    /// How many columns each policy has: the measures, a departure day for each base, then what is observed for facts.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Whether a policy is compared with the first, so that it has direct effects.
    pub fn is_compared(&self, policy: usize) -> bool {
        (1..=self.compared).contains(&policy)
    }

    /// Rows that are results: the replications that failed in no policy.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Replications that failed.
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// How many cells there are.
    pub fn cells(&self) -> usize {
        self.keys.first().map_or(0, Vec::len)
    }

    /// The replications of a cell that are results.
    pub fn replications(&self, cell: usize) -> Vec<u64> {
        let key = &self.keys[0][cell];
        let mut all: Vec<u64> = (key.first..key.last).collect();
        self.drop_failed(cell, &mut all);
        all
    }

    fn drop_failed<T>(&self, cell: usize, rows: &mut Vec<T>) {
        if !self.failed[cell].is_empty() {
            let mut failed = self.failed[cell].iter();
            rows.retain(|_| !failed.next().expect("one for each row"));
        }
    }

    fn column_at(&self, policy: usize, cell: usize, column: usize) -> Result<Vec<f64>, StoreError> {
        let mut values = self.parts.column(&self.keys[policy][cell], column)?;
        self.drop_failed(cell, &mut values);
        Ok(values)
    }

    fn whole_column(&self, policy: usize, column: usize) -> Result<Vec<f64>, StoreError> {
        let mut values = Vec::with_capacity(self.n as usize);
        for cell in 0..self.cells() {
            values.append(&mut self.column_at(policy, cell, column)?);
        }
        Ok(values)
    }

    /// Values of a column of a policy, by replication.
    ///
    /// # Errors
    /// Those of reading, here and below.
    pub fn column(&self, policy: usize, column: usize) -> Result<Vec<f64>, StoreError> {
        self.whole_column(policy, FIRST + column)
    }

    /// The same for one cell.
    ///
    /// # Errors
    /// As for [`Rows::column`].
    pub fn cell_column(&self, policy: usize, cell: usize, column: usize) -> Result<Vec<f64>, StoreError> {
        self.column_at(policy, cell, FIRST + column)
    }

    /// All columns of a policy in one cell.
    ///
    /// # Errors
    /// As for [`Rows::column`].
    pub fn cell_columns(&self, policy: usize, cell: usize) -> Result<Vec<Vec<f64>>, StoreError> {
        let key = &self.keys[policy][cell];
        let mut columns = match &self.parts {
            Parts::Memory(chunks) => chunks[key].columns.clone(),
            Parts::Stored(chunks) => chunks.read(key)?.columns,
        };
        columns.drain(..FIRST);
        columns.truncate(self.columns);
        for column in &mut columns {
            self.drop_failed(cell, column);
        }
        Ok(columns)
    }

    /// Values of a policy's direct effect, by replication; none for the baseline, and where there is none.
    ///
    /// # Errors
    /// As for [`Rows::column`].
    pub fn direct(&self, policy: usize, effect: DirectEffect) -> Result<Option<Vec<f64>>, StoreError> {
        if !self.is_compared(policy) {
            return Ok(None);
        }
        self.whole_column(policy, FIRST + self.columns + effect as usize).map(Some)
    }

    /// The same for one cell; for the baseline what happened there, in the column of the effect's own measure.
    ///
    /// # Errors
    /// As for [`Rows::column`].
    pub fn cell_direct(&self, policy: usize, cell: usize, effect: DirectEffect) -> Result<Vec<f64>, StoreError> {
        if self.is_compared(policy) {
            self.column_at(policy, cell, FIRST + self.columns + effect as usize)
        } else {
            self.cell_column(policy, cell, effect.measure() as usize)
        }
    }

    /// Integer tallies of a policy.
    ///
    /// # Errors
    /// As for [`Rows::column`].
    pub fn tallies(&self, policy: usize) -> Result<Tallies, StoreError> {
        let mut tallies = Tallies::default();
        for key in &self.keys[policy] {
            let bytes = self.parts.bytes(key)?;
            codec::decode(&bytes, &self.policies[policy].id, &mut tallies).ok_or_else(|| self.parts.spoilt(key))?;
        }
        Ok(tallies)
    }

    /// All of it in memory.
    ///
    /// # Errors
    /// As for [`Rows::column`].
    pub(super) fn load(&self, stopped: bool) -> Result<Results, StoreError> {
        let policy = |(at, name): (usize, &PolicyName)| {
            let effect = |effect| Ok::<_, StoreError>(self.direct(at, effect)?.unwrap_or_default());
            Ok(PolicyResults {
                id: name.id.clone(),
                title: name.title.clone(),
                columns: (0..self.columns).map(|column| self.column(at, column)).collect::<Result<_, _>>()?,
                direct: if self.is_compared(at) {
                    Some(DirectColumns {
                        contacts: effect(DirectEffect::Contacts)?,
                        killed: effect(DirectEffect::Killed)?,
                        wounded: effect(DirectEffect::Wounded)?,
                    })
                } else {
                    None
                },
                tallies: self.tallies(at)?,
            })
        };
        Ok(Results {
            policies: self.policies.iter().enumerate().map(policy).collect::<Result<_, StoreError>>()?,
            replications: (0..self.cells()).flat_map(|cell| self.replications(cell)).collect(),
            failures: self.failures.clone(),
            stopped,
        })
    }

    /// Values of a measure of a policy, by replication.
    ///
    /// # Errors
    /// As for [`Rows::column`].
    pub fn measure(&self, policy: usize, measure: Measure) -> Result<Vec<f64>, StoreError> {
        self.column(policy, measure as usize)
    }
}
