//! All tables of an experiment, made from its rows one measure at a time.

use rayon::prelude::*;
use thiserror::Error;

use crate::experiment::{BYTES_PER_REPLICATION, DirectEffect, Failure, PolicyName, Rows};
use crate::measures::{Better, Measure, Scale};
use crate::model::Model;
use crate::stats::StatsError;
use crate::store::StoreError;
use crate::summary::contrasts::{Compared, family};
use crate::summary::{
    CasualtyRow, Contrast, ConvoyRow, Effect, EquipmentRow, Estimate, Statistic, TimelineRow, casualty_rows,
    convoy_rows, equipment_rows, estimates, timeline_rows,
};

/// Bytes that measures in work at once may take. Below it all processors work; above it one measure at a time.
const IN_WORK_BYTES: u64 = 96 << 20;

/// Why results could not be summarised.
#[derive(Debug, Error)]
pub enum SummaryError {
    /// They could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// They do not bear the estimate.
    #[error("the replications cannot be estimated from: {0}")]
    Stats(#[from] StatsError),
}

/// The tables of one policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicySummary {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Estimates of every column, in the order of columns.
    pub estimates: Vec<Estimate>,
    /// Where equipment ended.
    pub equipment: Vec<EquipmentRow>,
    /// Where people were hit.
    pub casualties: Vec<CasualtyRow>,
    /// Garrisons' journeys.
    pub convoys: Vec<ConvoyRow>,
    /// Daily quantities.
    pub timeline: Vec<TimelineRow>,
    /// Events of all replications.
    pub events: u64,
    /// Keyed streams of all replications.
    pub streams: u64,
}

impl PolicySummary {
    /// The estimate of a statistic of a measure or other column, by name.
    pub fn estimate(&self, measure: &str, statistic: Statistic) -> Option<&Estimate> {
        self.estimates.iter().find(|estimate| estimate.measure == measure && estimate.statistic == statistic)
    }

    /// The mean of a measure, or its probability.
    pub fn mean(&self, measure: Measure) -> Option<&Estimate> {
        self.estimate(measure.name(), Statistic::Mean)
    }
}

/// The tables of one design point.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// By policy, in the order of the plan.
    pub policies: Vec<PolicySummary>,
    /// Paired differences from the first policy, if it is a baseline.
    pub contrasts: Vec<Contrast>,
    /// Replications that all of it rests on.
    pub n: u64,
    /// Replications that failed.
    pub failures: Vec<Failure>,
}

impl Summary {
    /// How many replications there are and which failed, and nothing more.
    pub fn counted(rows: &Rows) -> Self {
        Self { policies: Vec::new(), contrasts: Vec::new(), n: rows.n(), failures: rows.failures().to_vec() }
    }
}

/// What one column gives: estimates by policy, and contrasts.
type ColumnTables = (Vec<Vec<Estimate>>, Vec<Contrast>);

/// Makes estimates and contrasts, and the ledgers too if they are wanted.
///
/// # Arguments
/// * `names` - of the columns.
/// * `ledgers` - the scenario under the first policy, for the names of bases, roads and classes; none leaves ledgers out.
///
/// # Errors
/// Those of reading.
pub fn summarise(rows: &Rows, names: &[String], ledgers: Option<&Model>) -> Result<Summary, SummaryError> {
    let at_once = columns_at_once(rows.n(), names.len());
    let mut columns: Vec<ColumnTables> = Vec::new();
    for part in (0..names.len()).collect::<Vec<_>>().chunks(at_once) {
        let made: Vec<ColumnTables> =
            part.par_iter().map(|&at| column_tables(rows, at, &names[at])).collect::<Result<_, _>>()?;
        columns.extend(made);
    }
    let mut policies: Vec<PolicySummary> = (0..rows.policies().len())
        .into_par_iter()
        .map(|policy| of_tallies(rows, policy, ledgers))
        .collect::<Result<_, _>>()?;
    let mut contrasts = Vec::new();
    for (by_policy, compared) in columns {
        policies.iter_mut().zip(by_policy).for_each(|(policy, estimates)| policy.estimates.extend(estimates));
        contrasts.extend(compared);
    }
    Ok(Summary { policies, contrasts, n: rows.n(), failures: rows.failures().to_vec() })
}

/// The same without estimates and contrasts.
///
/// # Errors
/// Those of reading.
pub fn tallied(rows: &Rows, ledgers: Option<&Model>) -> Result<Summary, SummaryError> {
    let policies: Vec<PolicySummary> =
        (0..rows.policies().len()).map(|policy| of_tallies(rows, policy, ledgers)).collect::<Result<_, _>>()?;
    Ok(Summary { policies, ..Summary::counted(rows) })
}

/// How many of some columns may be in work at once.
pub(super) fn columns_at_once(replications: u64, columns: usize) -> usize {
    (IN_WORK_BYTES / (BYTES_PER_REPLICATION * replications.max(1))).clamp(1, columns.max(1) as u64) as usize
}

/// What a policy's integer tallies give, without estimates.
fn of_tallies(rows: &Rows, policy: usize, ledgers: Option<&Model>) -> Result<PolicySummary, StoreError> {
    let tallies = rows.tallies(policy)?;
    let PolicyName { id, title } = rows.policies()[policy].clone();
    let mut summary =
        PolicySummary { id, title, events: tallies.events, streams: tallies.streams, ..PolicySummary::default() };
    if let Some(Model { inputs, start, .. }) = ledgers {
        summary.equipment = equipment_rows(&tallies, inputs, rows.n());
        summary.casualties = casualty_rows(&tallies, inputs, rows.n());
        summary.convoys = convoy_rows(&tallies, inputs);
        summary.timeline = timeline_rows(&tallies, *start);
    }
    Ok(summary)
}

/// What a column that is no measure holds: days of departure, or what a hindcast reads off a replication, which may be
/// negative.
fn beside_measures(name: &str) -> Scale {
    if name.starts_with("departure.") { Scale::Amount } else { Scale::Number }
}

/// Estimates and contrasts of one column: the baseline's values stay, the others' come and go.
fn column_tables(rows: &Rows, at: usize, name: &str) -> Result<ColumnTables, StoreError> {
    let measure = Measure::ALL.get(at).copied();
    let scale = measure.map_or_else(|| beside_measures(name), Measure::scale);
    let better = measure.map_or(Better::Neither, Measure::better);
    let baseline = rows.column(0, at)?;
    let direct = measure.and_then(DirectEffect::on);
    let policies = rows.policies();
    let mut by_policy = vec![estimates(&policies[0].id, name, (scale, better), &baseline)];
    let (mut total, mut frozen): (Vec<Compared>, Vec<Compared>) = Default::default();
    for (policy, named) in policies.iter().enumerate().skip(1) {
        let values = rows.column(policy, at)?;
        by_policy.push(estimates(&named.id, name, (scale, better), &values));
        if rows.is_compared(policy) {
            total.extend(Compared::new(&named.id, (scale, better), &values, &baseline));
        }
        drop(values);
        if let Some(values) = direct.map(|effect| rows.direct(policy, effect)).transpose()?.flatten() {
            frozen.extend(Compared::new(&named.id, (scale, better), &values, &baseline));
        }
    }
    let mut contrasts = family(&policies[0].id, (name, Effect::Total, better), &total);
    contrasts.extend(family(&policies[0].id, (name, Effect::Direct, better), &frozen));
    Ok((by_policy, contrasts))
}
