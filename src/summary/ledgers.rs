//! Tables of where equipment ended and where people were hit, from exact integer sums.

use crate::experiment::Cell;
use crate::experiment::results::Tallies;
use crate::measures::Scale;
use crate::model::Inputs;
use crate::stats::mean_t_from_sums;
use crate::summary::{CONFIDENCE, Mean};
use crate::withdrawal::accounts::{Cause, Disposition, class_of, owner_of};
use crate::withdrawal::outcome::HarmCause;

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
    /// Replications.
    pub n: u64,
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
    /// Replications.
    pub n: u64,
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
            mean(tallies.convoys[&base].n, &cell, 0).times(scales[at])
        };
        ConvoyRow { base: inputs.base[base as usize].id.clone(), n: cell.n, means: [0, 1, 2, 3, 4].map(mean) }
    };
    tallies.convoys.iter().map(row).collect()
}

/// Mean of counts or amounts, which are never negative.
fn mean(n: u64, cell: &Cell, at: usize) -> Mean {
    match mean_t_from_sums(n, cell.sums[at], cell.squares[at], CONFIDENCE) {
        Ok(mean) => Mean::by_t(&mean.of_one_sign(), Scale::Amount),
        Err(_) => Mean::alone(cell.sums[at] as f64 / (n.max(1)) as f64),
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
        n,
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
            n,
        }
    };
    tallies.harms.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::Method;

    /// Sums of values in both columns of a cell.
    fn cell(values: &[i128]) -> Cell {
        let (sum, squares) = (values.iter().sum(), values.iter().map(|value| value * value).sum());
        Cell { sums: [sum; 2], squares: [squares; 2] }
    }

    #[test]
    fn the_mean_of_a_rare_count_is_cut_at_nought_and_says_that_it_covers_less() {
        let mut values = vec![0; 1_000];
        values[3] = 1;
        let rare = mean(1_000, &cell(&values), 0);
        let interval = rare.interval.expect("there are enough");
        assert_eq!((rare.mean, interval.low), (0.001, 0.0));
        assert_eq!(rare.method.to_string(), "t (skewed: covers less than it says; cut at the measure's range)");
        // One in 1,000 has the standard error 0.001 and t a reach of 1.962341461 of them.
        assert!((rare.mcse.expect("an error") - 0.001).abs() < 1e-15);
        assert!((interval.high - 0.002_962_341_461).abs() < 1e-11, "{interval:?}");
    }

    #[test]
    fn the_mean_of_a_common_count_is_plain_t() {
        let values: Vec<i128> = (0..400).map(|at| 10 + at % 7).collect();
        let common = mean(400, &cell(&values), 1);
        assert!(common.method.to_string() == "t" && common.interval.expect("enough").low > 12.0, "{common:?}");
    }

    #[test]
    fn counts_that_are_all_alike_are_not_called_certain() {
        assert_eq!(mean(30, &cell(&[2; 30]), 0).method, Method::NoSpread);
        let one = mean(1, &cell(&[2]), 0);
        assert_eq!((one.mean, one.interval, one.mcse, one.method), (2.0, None, None, Method::TooFew));
    }
}
