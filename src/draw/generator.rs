//! xoshiro256++, started from its four words as they are: the generator of the crate `rand_xoshiro` looks at each byte of its
//! seed first, which costs as much as drawing three numbers, and streams here are mostly short.
//!
//! # Source
//! Blackman and Vigna (2021), "Scrambled linear pseudorandom number generators", ACM TOMS 47(4).

use std::convert::Infallible;

use rand::TryRng;

/// The state of a generator; never all zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Generator([u64; 4]);

impl Generator {
    /// One that starts at these words, of which at least one is not 0.
    #[inline]
    pub(super) fn new(words: [u64; 4]) -> Self {
        debug_assert!(words != [0; 4], "the one state that is never left");
        Self(words)
    }

    /// The next 64 bits.
    #[inline]
    pub(super) fn next_word(&mut self) -> u64 {
        let [a, b, c, d] = self.0;
        let (c_mixed, d_mixed) = (c ^ a, d ^ b);
        self.0 = [a ^ d_mixed, b ^ c_mixed, c_mixed ^ (b << 17), d_mixed.rotate_left(45)];
        a.wrapping_add(d).rotate_left(23).wrapping_add(a)
    }
}

/// For the samplers of `rand_distr`.
impl TryRng for Generator {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.next_word() >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next_word())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.next_word().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    #[test]
    fn draws_what_the_crate_draws_from_the_same_seed() {
        for start in 1..200_u64 {
            let words = [start, start.wrapping_mul(0x9e37_79b9_7f4a_7c15), !start, start << 40];
            let mut seed = [0; 32];
            seed.chunks_exact_mut(8).zip(words).for_each(|(chunk, word)| chunk.copy_from_slice(&word.to_le_bytes()));
            let (mut ours, mut theirs) = (Generator::new(words), Xoshiro256PlusPlus::from_seed(seed));
            for _ in 0..50 {
                assert_eq!(ours.next_u64(), theirs.next_u64());
                assert_eq!(ours.next_u32(), theirs.next_u32());
            }
            let (mut bytes, mut wanted) = ([0; 21], [0; 21]);
            ours.fill_bytes(&mut bytes);
            theirs.fill_bytes(&mut wanted);
            assert_eq!((bytes, ours.next_u64()), (wanted, theirs.next_u64()));
        }
    }
}
