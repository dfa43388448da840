//! Tables of where equipment ended and where people were hit, from exact integer sums.

use crate::experiment::Cell;
use crate::experiment::results::Tallies;
use crate::model::Inputs;
use crate::stats::{Interval, mean_t_from_sums};
use crate::summary::CONFIDENCE;
use crate::withdrawal::ledger::{Cause, Disposition, class_of, owner_of};
use crate::withdrawal::outcome::HarmCause;

/// Mean with its interval.
pub type Mean = (f64, Option<Interval>);

/// Equipment of one class, owner and base that ended in one line for one cause, per replication.
#[derive(Clone, Debug, PartialEq)]
pub struct EquipmentRow {
    /// The class's id.
    pub class: String,
    /// The owner's name.
    pub owner: &'static str,
    /// The base at which it started.
    pub base: String,
    /// Where it ended.
    pub disposition: Disposition,
    /// Why.
    pub cause: Cause,
    /// Units.
    pub units: Mean,
    /// USD.
    pub usd: Mean,
}

/// Casualties of one kind of contact on one road, per replication.
#[derive(Clone, Debug, PartialEq)]
pub struct CasualtyRow {
    /// The kind of contact.
    pub cause: &'static str,
    /// The road, `from-to`.
    pub place: String,
    /// The armed group it is ascribed to; empty for none.
    pub group: String,
    /// Killed.
    pub killed: Mean,
    /// Wounded who lived.
    pub wounded: Mean,
}

/// A garrison's journey to its parent, over the replications in which it arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct ConvoyRow {
    /// The base it left.
    pub base: String,
    /// Replications in which it arrived.
    pub n: u64,
    /// Days on the road, devices, direct attacks, killed and wounded.
    pub means: [Mean; 5],
}

/// Journeys of a policy's garrisons, in the order of bases.
pub fn convoy_rows(tallies: &Tallies, inputs: &Inputs) -> Vec<ConvoyRow> {
    let scales = [1e-6, 1.0, 1.0, 1.0, 1.0];
    let row = |(&base, cell): (&u16, &crate::experiment::ConvoyCell)| {
        let mean = |at: usize| {
            let cell = Cell { sums: [cell.sums[at]; 2], squares: [cell.squares[at]; 2] };
            (mean(tallies.convoys[&base].n, &cell, 0), scales[at])
        };
        let scaled = |((value, interval), scale): (Mean, f64)| {
            (value * scale, interval.map(|i| Interval { low: i.low * scale, high: i.high * scale }))
        };
        ConvoyRow {
            base: inputs.base[base as usize].id.clone(),
            n: cell.n,
            means: [0, 1, 2, 3, 4].map(|at| scaled(mean(at))),
        }
    };
    tallies.convoys.iter().map(row).collect()
}

fn mean(n: u64, cell: &Cell, at: usize) -> Mean {
    match mean_t_from_sums(n, cell.sums[at], cell.squares[at], CONFIDENCE) {
        Ok(mean) => (mean.mean, Some(mean.interval)),
        Err(_) => (cell.sums[at] as f64 / (n.max(1)) as f64, None),
    }
}

/// Equipment rows of a policy over `n` replications, in order of base, class, owner, line, cause.
pub fn equipment_rows(tallies: &Tallies, inputs: &Inputs, n: u64) -> Vec<EquipmentRow> {
    let row = |(&(origin, item, disposition, cause), cell): (&(u16, u16, u8, u8), &Cell)| EquipmentRow {
        class: inputs.class[class_of(item)].id.clone(),
        owner: owner_of(item).name(),
        base: inputs.base[origin as usize].id.clone(),
        disposition: Disposition::ALL[disposition as usize],
        cause: Cause::ALL[cause as usize],
        units: mean(n, cell, 0),
        usd: mean(n, cell, 1),
    };
    tallies.ends.iter().map(row).collect()
}

/// Casualty rows of a policy over `n` replications, in order of cause, place and group.
pub fn casualty_rows(tallies: &Tallies, inputs: &Inputs, n: u64) -> Vec<CasualtyRow> {
    let row = |(&(cause, place, group), cell): (&(u8, u16, u16), &Cell)| {
        let (cause, place) = (HarmCause::ALL[cause as usize], place as usize);
        CasualtyRow {
            cause: cause.name(),
            place: match cause {
                HarmCause::BaseFire | HarmCause::Aircraft => inputs.base[place].id.clone(),
                HarmCause::Device | HarmCause::Direct => {
                    format!("{}-{}", inputs.road[place].from, inputs.road[place].to)
                }
            },
            group: match group {
                0 => String::new(),
                group => inputs.armed_group[usize::from(group) - 1].id.clone(),
            },
            killed: mean(n, cell, 0),
            wounded: mean(n, cell, 1),
        }
    };
    tallies.harms.iter().map(row).collect()
}
