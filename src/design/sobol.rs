//! Sobol' points with Owen's scrambling.

use crate::draw::key2;

/// Most factors.
pub(super) const MOST_FACTORS: usize = DIRECTIONS.len() + 1;

/// Degree, inner coefficients of the polynomial, and initial direction numbers of each dimension after the first.
///
/// # Source
/// Joe and Kuo (2008), "Constructing Sobol sequences with better two-dimensional projections": new-joe-kuo-6.
const DIRECTIONS: [(u32, u32, &[u32]); 20] = [
    (1, 0, &[1]),
    (2, 1, &[1, 3]),
    (3, 1, &[1, 3, 1]),
    (3, 2, &[1, 1, 1]),
    (4, 1, &[1, 1, 3, 3]),
    (4, 4, &[1, 3, 5, 13]),
    (5, 2, &[1, 1, 5, 5, 17]),
    (5, 4, &[1, 1, 5, 5, 5]),
    (5, 7, &[1, 1, 7, 11, 19]),
    (5, 11, &[1, 1, 5, 1, 1]),
    (5, 13, &[1, 1, 1, 3, 11]),
    (5, 14, &[1, 3, 5, 5, 31]),
    (6, 1, &[1, 3, 3, 9, 7, 49]),
    (6, 13, &[1, 1, 1, 15, 21, 21]),
    (6, 16, &[1, 3, 1, 13, 27, 49]),
    (6, 19, &[1, 1, 1, 15, 7, 5]),
    (6, 22, &[1, 3, 1, 15, 13, 25]),
    (6, 25, &[1, 1, 5, 5, 19, 61]),
    (7, 1, &[1, 3, 7, 11, 23, 15, 103]),
    (7, 4, &[1, 3, 7, 13, 13, 15, 69]),
];

const BITS: usize = 32;

/// The coordinate of a point, before scrambling, as a fraction of 2^32.
fn coordinate(point: u32, factor: usize) -> u32 {
    let directions = directions(factor);
    // In the order of the Gray code, as the sequence is published.
    let gray = point ^ (point >> 1);
    (0..BITS).filter(|bit| gray >> bit & 1 == 1).fold(0, |value, bit| value ^ directions[bit])
}

fn directions(factor: usize) -> [u32; BITS] {
    let Some(&(degree, inner, initial)) = factor.checked_sub(1).map(|at| &DIRECTIONS[at]) else {
        return std::array::from_fn(|bit| 1 << (BITS - 1 - bit));
    };
    let degree = degree as usize;
    let mut numbers = [0_u32; BITS];
    for bit in 0..BITS {
        numbers[bit] = if bit < degree {
            initial[bit] << (BITS - 1 - bit)
        } else {
            let back = numbers[bit - degree];
            (1..degree).fold(back ^ (back >> degree), |value, at| {
                value ^ if inner >> (degree - 1 - at) & 1 == 1 { numbers[bit - at] } else { 0 }
            })
        };
    }
    numbers
}

/// Flips each bit by what the bits above it say: points stay as evenly spread, and become random.
///
/// # Source
/// Owen (1995), "Randomly permuted (t,m,s)-nets and (t,s)-sequences": nested uniform scrambling in base 2.
fn scramble(value: u32, seed: u64) -> u32 {
    (0..BITS).fold(0, |scrambled, bit| {
        let above = if bit == 0 { 0 } else { value >> (BITS - bit) };
        let flip = key2(key2(seed, bit as u64), u64::from(above)) >> 63;
        let own = value >> (BITS - 1 - bit) & 1;
        scrambled | (own ^ flip as u32) << (BITS - 1 - bit)
    })
}

/// The coordinate of a scrambled point, from 0 to below 1.
pub(super) fn sobol(point: u32, factor: usize, seed: u64) -> f64 {
    f64::from(scramble(coordinate(point, factor), key2(seed, factor as u64))) / 4_294_967_296.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_points_are_those_published() {
        // Joe and Kuo's first points in three dimensions.
        let published = [
            [0.0, 0.0, 0.0],
            [0.5, 0.5, 0.5],
            [0.75, 0.25, 0.25],
            [0.25, 0.75, 0.75],
            [0.375, 0.375, 0.625],
            [0.875, 0.875, 0.125],
        ];
        for (point, expected) in published.into_iter().enumerate() {
            let found = [0, 1, 2].map(|factor| f64::from(coordinate(point as u32, factor)) / 4_294_967_296.0);
            assert_eq!(found, expected, "point {point}");
        }
    }

    #[test]
    fn polynomials_are_primitive_and_direction_numbers_odd() {
        for (degree, inner, initial) in DIRECTIONS {
            let polynomial = 1_u32 << degree | inner << 1 | 1;
            let order = (1_u32 << degree) - 1;
            let mut power = 1_u32;
            let mut found = 0;
            for exponent in 1..=order {
                power <<= 1;
                if power >> degree & 1 == 1 {
                    power ^= polynomial;
                }
                if power == 1 {
                    found = exponent;
                    break;
                }
            }
            assert_eq!(found, order, "degree {degree}, inner {inner}");
            assert_eq!(initial.len(), degree as usize);
            assert!(initial.iter().enumerate().all(|(at, m)| m % 2 == 1 && *m < 2 << at));
        }
    }

    #[test]
    fn scrambled_points_fill_every_stratum_once() {
        for seed in 0..3 {
            for factor in 0..MOST_FACTORS {
                let mut strata: Vec<u32> = (0..64).map(|point| (sobol(point, factor, seed) * 64.0) as u32).collect();
                strata.sort_unstable();
                assert_eq!(strata, (0..64).collect::<Vec<_>>(), "factor {factor}");
            }
            // A net in the first two dimensions: each of 8 x 8 boxes has one of 64 points.
            let mut boxes: Vec<u32> = (0..64)
                .map(|point| (sobol(point, 0, seed) * 8.0) as u32 * 8 + (sobol(point, 1, seed) * 8.0) as u32)
                .collect();
            boxes.sort_unstable();
            assert_eq!(boxes, (0..64).collect::<Vec<_>>());
        }
        assert_ne!(sobol(5, 2, 1), sobol(5, 2, 2));
    }
}
