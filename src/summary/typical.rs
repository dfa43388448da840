//! The replication that is told: one near the middle of what happens.

use crate::experiment::Rows;
use crate::measures::Measure;
use crate::store::StoreError;

/// What it is to be in the middle of.
const OF: [Measure; 5] =
    [Measure::PeopleOut, Measure::KilledInAll, Measure::WoundedInAll, Measure::LostUnits, Measure::ConvoyDays];

/// The replication nearest to the median under all policies at once: that with the least sum, over policies and measures,
/// of the distance between its rank and the middle one. Values that are equal share the mean of their ranks; of equal
/// sums the first replication counts. It is the same for every policy, so that policies are told on the same chances.
///
/// # Errors
/// Those of reading.
pub fn typical(rows: &Rows) -> Result<Option<u64>, StoreError> {
    let n = rows.n() as usize;
    let mut distances = vec![0.0; n];
    for policy in 0..rows.policies().len() {
        for measure in OF {
            let values = rows.measure(policy, measure)?;
            for (distance, rank) in distances.iter_mut().zip(mid_ranks(&values)) {
                *distance += (2.0 * rank - (n as f64 - 1.0)).abs();
            }
        }
    }
    let replications = (0..rows.cells()).flat_map(|cell| rows.replications(cell));
    let nearest = replications.zip(&distances).min_by(|a, b| a.1.total_cmp(b.1).then(a.0.cmp(&b.0)));
    Ok(nearest.map(|(replication, _)| replication))
}

/// Ranks from 0; those of equal values are their mean.
fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for group in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = first as f64 + (group.len() as f64 - 1.0) / 2.0;
        for &at in group {
            ranks[at] = rank;
        }
        first += group.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::mid_ranks;

    #[test]
    fn equal_values_share_a_rank() {
        assert_eq!(mid_ranks(&[3.0, 1.0, 3.0, 2.0, 3.0]), [3.0, 0.0, 3.0, 1.0, 3.0]);
        assert!(mid_ranks(&[]).is_empty());
    }
}
