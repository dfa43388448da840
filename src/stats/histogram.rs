//! Counts of whole values: exact statistics in memory that grows with the values that differ, not with the replications nor
//! with how large the values are.

/// How often each value occurred. The order of additions never shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Histogram {
    /// Values, ascending, each with how often it occurred: over 0.
    counts: Vec<(u32, u32)>,
}

impl Histogram {
    /// Adds values with their counts.
    ///
    /// # Arguments
    /// * `ascending` - each value once, with a count over 0.
    ///
    /// # Examples
    /// ```
    /// use rearguard::stats::Histogram;
    /// let mut killed = Histogram::default();
    /// killed.add(&[(0, 900), (3, 99)]);
    /// killed.add(&[(1_000_000, 1)]);
    /// assert_eq!(killed.n(), 1_000);
    /// assert_eq!(killed.iter().last(), Some((1_000_000, 1)));
    /// ```
    pub fn add(&mut self, ascending: &[(u32, u32)]) {
        debug_assert!(ascending.is_sorted_by(|one, other| one.0 < other.0));
        let mut there = self.counts.iter().peekable();
        let is_new = |&&(value, _): &&(u32, u32)| {
            while there.next_if(|(other, _)| *other < value).is_some() {}
            there.peek().is_none_or(|(other, _)| *other != value)
        };
        let new = ascending.iter().filter(is_new).count();
        // From the largest down, so that what is there moves up into room of its own once.
        let mut left = self.counts.len();
        self.counts.resize(left + new, (0, 0));
        let mut place = self.counts.len();
        for &(value, times) in ascending.iter().rev() {
            while left > 0 && self.counts[left - 1].0 > value {
                place -= 1;
                left -= 1;
                self.counts[place] = self.counts[left];
            }
            place -= 1;
            self.counts[place] = if left > 0 && self.counts[left - 1].0 == value {
                left -= 1;
                (value, self.counts[left].1.saturating_add(times))
            } else {
                (value, times)
            };
        }
    }

    /// Number of replications.
    pub fn n(&self) -> u64 {
        self.counts.iter().fold(0, |n: u64, &(_, times)| n.saturating_add(u64::from(times)))
    }

    /// Values with their counts, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.counts.iter().copied()
    }

    /// Exact sum of the values and of their squares.
    pub fn sums(&self) -> (i128, i128) {
        let (mut sum, mut squares) = (0_i128, 0_i128);
        for (value, times) in self.iter() {
            let part = i128::from(value) * i128::from(times);
            sum += part;
            squares += part * i128::from(value);
        }
        (sum, squares)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_largest_values_are_summed_and_counts_are_held() {
        let mut huge = Histogram::default();
        huge.add(&[(u32::MAX, u32::MAX)]);
        let most = i128::from(u32::MAX);
        assert_eq!(huge.sums(), (most * most, most * most * most));
        huge.add(&[(0, 7), (u32::MAX, 1)]);
        assert_eq!((huge.n(), huge.sums().0), (u64::from(u32::MAX) + 7, most * most));
        assert_eq!((Histogram::default().sums(), Histogram::default().n()), ((0, 0), 0));
    }

    proptest! {
        #[test]
        fn it_counts_as_a_map_does(parts in prop::collection::vec(prop::collection::vec(0_u32..40, 0..30), 0..6)) {
            let (mut histogram, mut all) = (Histogram::default(), BTreeMap::new());
            for part in &parts {
                let mut counts = BTreeMap::new();
                for &value in part {
                    *counts.entry(value).or_insert(0) += 1;
                    *all.entry(value).or_insert(0) += 1;
                }
                histogram.add(&counts.into_iter().collect::<Vec<_>>());
            }
            let expected: Vec<_> = all.into_iter().collect();
            prop_assert_eq!(histogram.iter().collect::<Vec<_>>(), expected);
            prop_assert_eq!(histogram.n(), parts.iter().map(Vec::len).sum::<usize>() as u64);
            let values = || parts.iter().flatten().map(|&value| i128::from(value));
            prop_assert_eq!(histogram.sums(), (values().sum(), values().map(|value| value * value).sum()));
        }
    }
}
