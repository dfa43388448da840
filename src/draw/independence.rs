//! Streams of different keys know nothing of one another.

use rand::Rng;

use super::{Purpose, Stream, Streams, key2};
use crate::math::sqrt;

/// The stream of the key whose one word is this.
type Neighbour = fn(u64) -> Stream;

/// The streams whose keys differ from one another's by 1 in one word.
const NEIGHBOURS: [(&str, Neighbour); 4] = [
    ("seed", |i| Streams::new(i, 0).stream(Purpose::Test, 0, 0)),
    ("replication", |i| Streams::new(0, i).stream(Purpose::Test, 0, 0)),
    ("entity", |i| Streams::new(0, 0).stream(Purpose::Test, i, 0)),
    ("occurrence", |i| Streams::new(0, 0).stream(Purpose::Test, 0, i)),
];

#[test]
fn streams_of_neighbouring_keys_are_independent() {
    const CELLS: usize = 32;
    let n = 400_000;
    for (word, neighbour) in NEIGHBOURS {
        let firsts: Vec<f64> = (0..=n).map(|i| neighbour(i).uniform()).collect();
        let mut counts = vec![0.0_f64; CELLS * CELLS];
        let mut product = 0.0;
        for pair in firsts.windows(2) {
            product += (pair[0] - 0.5) * (pair[1] - 0.5);
            let cell = |u: f64| (u * CELLS as f64) as usize;
            counts[cell(pair[0]) * CELLS + cell(pair[1])] += 1.0;
        }
        // Under independence a product has mean 0 and variance 1/144.
        let of_correlation = product * 12.0 / sqrt(n as f64);
        assert!(of_correlation.abs() < 4.0, "{word}: z of correlation {of_correlation}");
        let expected = n as f64 / counts.len() as f64;
        let chi_square: f64 = counts.iter().map(|count| (count - expected) * (count - expected) / expected).sum();
        // Pairs overlap, so rows and columns share a margin: the degrees of freedom are cells less one row.
        let freedom = (CELLS * CELLS - CELLS) as f64;
        let of_cells = (chi_square - freedom) / sqrt(2.0 * freedom);
        assert!(of_cells.abs() < 4.5, "{word}: z of cells {of_cells}");
    }
}

#[test]
fn one_bit_of_a_key_moves_half_the_bits_of_the_first_draw() {
    let first = |words: [u64; 4]| {
        Streams::new(words[0], words[1]).stream(Purpose::Test, words[2], words[3]).generator().next_u64()
    };
    for word in 0..4 {
        for bit in 0..64 {
            let trials = 200;
            let moved: u32 = (0..trials)
                .map(|trial| {
                    let words = [trial, 3, key2(trial, 1), trial / 7];
                    let mut other = words;
                    other[word] ^= 1 << bit;
                    (first(words) ^ first(other)).count_ones()
                })
                .sum();
            // Binomial of 12,800 and a half: standard deviation 57. The limit is 5, for 256 combinations.
            let z = (f64::from(moved) - 6_400.0) / sqrt(3_200.0);
            assert!(z.abs() < 5.0, "word {word}, bit {bit}: {moved} of 12,800");
        }
    }
}

#[test]
fn draws_within_a_stream_and_across_purposes_are_independent() {
    let n = 200_000;
    let streams = Streams::new(9, 9);
    let mut products = [0.0; 2];
    for i in 0..n {
        let mut one = streams.stream(Purpose::PotentialContacts, i, 0);
        let first = one.uniform() - 0.5;
        products[0] += first * (one.uniform() - 0.5);
        products[1] += first * (streams.stream(Purpose::ContactPoint, i, 0).uniform() - 0.5);
    }
    for product in products {
        let z = product * 12.0 / sqrt(n as f64);
        assert!(z.abs() < 4.0, "z = {z}");
    }
}
