//! Nearly orthogonal Latin hypercubes: every part of the way of each factor once, and hardly any correlation.
//!
//! Each factor's places are a permutation of n parts. One factor after another starts from a keyed permutation whose parts
//! are exchanged in pairs as long as that brings the correlations of its ranks with those of the factors before it down.
//!
//! # Source
//! The measure and its limit are those of Cioppa and Lucas (2007), "Efficient nearly orthogonal and space-filling Latin
//! hypercubes"; the exchange of places within a column is that of Tang (1998), "Selecting Latin hypercubes using
//! correlation criteria". Their tables are for a few sizes; exchange serves any.

use crate::draw::key2;

/// The largest correlation between two factors that passes for nearly none.
pub const NEARLY: f64 = 0.05;

/// Exchanges tried for each point of a factor, and at most in all.
///
/// # Source
/// Assumed: because 20 factors over 64 points pass with it, in a blink.
const TRIES_PER_POINT: u64 = 400;
const MOST_TRIES: u64 = 400_000;
/// Permutations that a factor starts from.
const STARTS: u64 = 6;

/// The parts of each factor, by factor then point; none where no design was found whose largest correlation is at most
/// [`NEARLY`].
///
/// # Arguments
/// * `scores` - by factor and part, the rank of the part's value about the mean, as [`ranks`] gives it.
/// * `seed` - of the permutations and of the exchanges.
pub(super) fn nearly_orthogonal(scores: &[Vec<i64>], seed: u64) -> Option<Vec<Vec<usize>>> {
    let mut columns: Vec<Column> = Vec::new();
    for (factor, scores) in scores.iter().enumerate() {
        let found = (0..STARTS).find_map(|start| {
            let column = Column::exchanged(scores, &columns, key2(key2(seed, factor as u64), start));
            columns
                .iter()
                .all(|other| column.is_nearly(other, dot(&column.scores, &other.scores), 1.0))
                .then_some(column)
        });
        columns.push(found?);
    }
    Some(columns.into_iter().map(|column| column.parts).collect())
}

/// A factor of a design in the making.
struct Column {
    /// By point.
    parts: Vec<usize>,
    /// The parts' scores.
    scores: Vec<i64>,
    /// Sum of the squares of the scores.
    square: f64,
}

impl Column {
    /// A permutation of the parts, exchanged towards no correlation with the columns before it.
    fn exchanged(of_parts: &[i64], before: &[Self], seed: u64) -> Self {
        let n = of_parts.len();
        let mut parts: Vec<usize> = (0..n).collect();
        parts.sort_by_key(|&part| (key2(seed, part as u64), part));
        let scores: Vec<i64> = parts.iter().map(|&part| of_parts[part]).collect();
        let mut column = Self { parts, square: dot(&scores, &scores) as f64, scores };
        let mut products: Vec<i64> = before.iter().map(|other| dot(&other.scores, &column.scores)).collect();
        let badness = |products: &[i64]| -> f64 {
            before.iter().zip(products).map(|(other, &dot)| dot as f64 * dot as f64 / other.square.max(1.0)).sum()
        };
        let (mut best, tries) = (badness(&products), (TRIES_PER_POINT * n as u64).min(MOST_TRIES));
        for attempt in 0..tries {
            // A tenth of what is asked for is as good as none.
            if before.iter().zip(&products).all(|(other, &product)| column.is_nearly(other, product, 0.1)) {
                break;
            }
            let pick = |salt: u64| (key2(key2(!seed, salt), attempt) % n as u64) as usize;
            let (a, b) = (pick(0), pick(1));
            let step = column.scores[b] - column.scores[a];
            let after = |(other, &product): (&Self, &i64)| product + step * (other.scores[a] - other.scores[b]);
            let exchanged: Vec<i64> = before.iter().zip(&products).map(after).collect();
            if badness(&exchanged) < best {
                best = badness(&exchanged);
                products = exchanged;
                column.parts.swap(a, b);
                column.scores.swap(a, b);
            }
        }
        column
    }

    /// Whether a product of scores is a correlation of at most a share of [`NEARLY`].
    fn is_nearly(&self, other: &Self, product: i64, share: f64) -> bool {
        product as f64 * product as f64 <= share * share * NEARLY * NEARLY * self.square * other.square
    }
}

fn dot(one: &[i64], other: &[i64]) -> i64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

/// The largest correlation between the ranks of two columns, ties at their mean; 0 for fewer than two columns that vary.
///
/// # Arguments
/// * `columns` - by column, one text for each point; those that are not all numbers are ranked by their texts.
pub(super) fn largest_rank_correlation(columns: &[Vec<&str>]) -> f64 {
    let ranks: Vec<Vec<i64>> = columns.iter().map(|column| ranks(column)).collect();
    let mut largest = 0.0_f64;
    for (at, one) in ranks.iter().enumerate() {
        for other in &ranks[..at] {
            let squares = [one, other].map(|column| dot(column, column) as f64);
            if squares[0] > 0.0 && squares[1] > 0.0 {
                let scale = crate::math::sqrt(squares[0]) * crate::math::sqrt(squares[1]);
                largest = largest.max((dot(one, other) as f64 / scale).abs());
            }
        }
    }
    largest
}

/// Ranks about their mean, times two so that they are whole: how many values lie below, less how many lie above.
pub(super) fn ranks(column: &[&str]) -> Vec<i64> {
    let numbers: Option<Vec<f64>> = column.iter().map(|text| text.parse::<f64>().ok()).collect();
    let mut order: Vec<usize> = (0..column.len()).collect();
    let compare = |&a: &usize, &b: &usize| match &numbers {
        Some(numbers) => numbers[a].total_cmp(&numbers[b]),
        None => column[a].cmp(column[b]),
    };
    order.sort_by(compare);
    let mut ranks = vec![0; column.len()];
    let mut first = 0;
    while first < order.len() {
        let same = order[first..].iter().take_while(|at| compare(at, &order[first]).is_eq()).count();
        let above = column.len() - first - same;
        for &at in &order[first..first + same] {
            ranks[at] = first as i64 - above as i64;
        }
        first += same;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores of factors whose values all differ.
    fn plain(factors: usize, n: usize) -> Vec<Vec<i64>> {
        vec![(0..n as i64).map(|part| 2 * part - (n as i64 - 1)).collect(); factors]
    }

    fn largest(columns: &[Vec<usize>]) -> f64 {
        let texts: Vec<Vec<String>> =
            columns.iter().map(|column| column.iter().map(usize::to_string).collect()).collect();
        let texts: Vec<Vec<&str>> = texts.iter().map(|column| column.iter().map(String::as_str).collect()).collect();
        largest_rank_correlation(&texts)
    }

    #[test]
    fn every_factor_has_each_part_once_and_hardly_any_correlation() {
        for (factors, n, seed) in
            [(2, 9, 1), (4, 17, 1), (7, 17, 1), (11, 33, 2), (16, 65, 3), (22, 129, 4), (5, 1000, 5)]
        {
            let columns = nearly_orthogonal(&plain(factors, n), seed);
            let columns = columns.unwrap_or_else(|| panic!("{factors} factors, {n} points"));
            for column in &columns {
                let mut parts = column.clone();
                parts.sort_unstable();
                assert_eq!(parts, (0..n).collect::<Vec<_>>());
            }
            assert!(largest(&columns) <= NEARLY, "{factors} factors, {n} points: {}", largest(&columns));
        }
    }

    #[test]
    fn too_few_points_have_none() {
        assert_eq!(nearly_orthogonal(&plain(2, 3), 1), None);
        assert_eq!(nearly_orthogonal(&plain(8, 6), 1), None);
    }

    #[test]
    fn seeds_give_designs_of_their_own() {
        assert_eq!(nearly_orthogonal(&plain(3, 20), 7), nearly_orthogonal(&plain(3, 20), 7));
        assert_ne!(nearly_orthogonal(&plain(3, 20), 7), nearly_orthogonal(&plain(3, 20), 8));
    }

    #[test]
    fn ranks_are_correlated_whatever_the_values_are() {
        assert!((largest_rank_correlation(&[vec!["1", "10", "100"], vec!["c", "b", "a"]]) - 1.0).abs() < 1e-15);
        // Spearman with ties: ranks 1.5, 1.5, 3 and 1, 2, 3 give sqrt(3) / 2.
        let tied = largest_rank_correlation(&[vec!["5", "5", "7"], vec!["1", "2", "3"]]);
        assert!((tied - 0.75_f64.sqrt()).abs() < 1e-15, "{tied}");
        assert_eq!(largest_rank_correlation(&[vec!["1", "1"], vec!["1", "2"]]), 0.0);
    }
}
