//! From keys to streams.
//!
//! Seed and replication are absorbed once, word by word, into two 64-bit lanes through the finaliser of `SplitMix64`,
//! a bijection in which every input bit moves every output bit. A decision's purpose turns the lanes by a multiple of
//! the golden ratio; its entity passes the finaliser under the first lane and its occurrence under the second, side by
//! side because a processor does the two at once; a sum and a rotated difference of bits of the two results, from which
//! the two could be had back, run on as `SplitMix64` for the 256 bits of xoshiro256++. Unequal keys of a whole study
//! (some 10^10) share a stream with a chance of about 10^-18.
//!
//! # Source
//! `SplitMix64`: Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators", OOPSLA; the finaliser's
//! constants are Stafford's variant 13. xoshiro256++: Blackman and Vigna (2021), "Scrambled linear pseudorandom number
//! generators", ACM TOMS 47(4). FNV-1a: Fowler, Noll and Vo.

use super::generator::Generator;
use super::{Purpose, Stream};

/// Names how keys become numbers and numbers become draws; written beside every result.
pub const SCHEME: &str = "rearguard-streams-3";

/// `SplitMix64`'s increment: 2^64 over the golden ratio, odd.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
/// First multiplier of Stafford's variant 13.
const STAFFORD_1: u64 = 0xbf58_476d_1ce4_e5b9;
/// Second multiplier of Stafford's variant 13.
const STAFFORD_2: u64 = 0x94d0_49bb_1331_11eb;
/// Where the first lane starts: the first 16 hexadecimal digits of pi's fraction.
const LANE_A: u64 = 0x243f_6a88_85a3_08d3;
/// Where the second lane starts: the next 16 digits.
const LANE_B: u64 = 0x1319_8a2e_0370_7344;

/// FNV-1a's 64-bit offset basis.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
/// FNV-1a's 64-bit prime.
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// The finaliser of `SplitMix64`: a bijection on 64-bit words.
const fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(STAFFORD_1);
    word = (word ^ (word >> 27)).wrapping_mul(STAFFORD_2);
    word ^ (word >> 31)
}

/// A key for an id or a dotted path, the same on every machine and in every version of the scheme.
///
/// # Examples
/// ```
/// use rearguard::draw::key;
///
/// const KIDAL: u64 = key("kidal");
/// assert_ne!(KIDAL, key("gao"));
/// ```
pub const fn key(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut hash = FNV_OFFSET;
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(FNV_PRIME);
        i += 1;
    }
    mix(hash)
}

/// One key of two, in this order: `key2(a, b)` and `key2(b, a)` differ.
pub const fn key2(a: u64, b: u64) -> u64 {
    mix(mix(a.wrapping_add(GOLDEN)) ^ b)
}

/// Every stream of one replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    seed: u64,
    replication: u64,
    root: Lanes,
    /// That of the replication whose uncertain parameters are drawn.
    parameters: Lanes,
    /// Which draw of the uncertain parameters it is, where they come from a table.
    draw: u64,
}

/// The part of a key that a whole replication shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lanes {
    a: u64,
    b: u64,
}

impl Lanes {
    /// Takes in one word of the shared part.
    fn absorb(self, word: u64) -> Self {
        Self { a: mix(self.a ^ word), b: mix(self.b ^ word) }
    }

    /// The generator of one decision.
    #[inline]
    fn generator(self, purpose: u64, entity: u64, occurrence: u64) -> Generator {
        let turn = purpose.wrapping_mul(GOLDEN);
        let entity = mix(entity ^ self.a.wrapping_add(turn));
        let occurrence = mix(occurrence ^ self.b.wrapping_add(turn));
        let (sum, difference) = (entity.wrapping_add(occurrence), entity ^ occurrence.rotate_left(32));
        // Never all zero, the one state xoshiro256++ cannot leave: `mix` sends only 0 to 0, and the first and third
        // words come of unequal inputs.
        Generator::new([
            mix(sum.wrapping_add(GOLDEN)),
            mix(difference.wrapping_add(GOLDEN)),
            mix(sum.wrapping_add(GOLDEN.wrapping_mul(2))),
            mix(difference.wrapping_add(GOLDEN.wrapping_mul(2))),
        ])
    }
}

impl Streams {
    /// The streams of replication `replication` (from 0) under `seed` (any value, 0 too).
    pub fn new(seed: u64, replication: u64) -> Self {
        let root = Lanes { a: LANE_A, b: LANE_B }.absorb(seed).absorb(replication);
        Self { seed, replication, root, parameters: root, draw: replication }
    }

    /// The same, but with the uncertain parameters of another replication: chance alone differs between replications that
    /// share a draw of the parameters, and the parameters alone between those that share their chances.
    #[must_use]
    pub fn with_parameters_of(self, draw: u64) -> Self {
        Self { parameters: Self::new(self.seed, draw).root, draw, ..self }
    }

    /// The same, with another row of the table from which uncertain parameters are taken together; those that are in no
    /// table are drawn as before.
    #[must_use]
    pub fn at_draw(self, draw: u64) -> Self {
        Self { draw, ..self }
    }

    /// Which draw of the uncertain parameters it is, from 0: the replication, unless several replications share one.
    pub fn draw(&self) -> u64 {
        self.draw
    }

    /// The stream of an uncertain parameter.
    ///
    /// # Arguments
    /// * `path` - [`key`] of its dotted path.
    pub fn parameter(&self, path: u64) -> Stream {
        Stream::new(self.parameters.generator(Purpose::Parameter as u64, path, 0))
    }

    /// The seed these streams were made with.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The replication these streams belong to, from 0.
    pub fn replication(&self) -> u64 {
        self.replication
    }

    /// The stream of one decision: equal keys give equal streams, whenever and however often they are asked for.
    ///
    /// # Arguments
    /// * `purpose` - what is decided.
    /// * `entity` - for whom: an index, a [`key`] of its id, or a [`key2`] of several.
    /// * `occurrence` - which time, from 0: an ordinal, a day, a stretch.
    #[inline]
    pub fn stream(&self, purpose: Purpose, entity: u64, occurrence: u64) -> Stream {
        Stream::new(self.root.generator(purpose as u64, entity, occurrence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn mixes_as_published() {
        // First outputs of SplitMix64 from state 1234567 (Rosetta Code, "Pseudo-random numbers/Splitmix64").
        let outputs: Vec<u64> = (1..=5_u64).map(|i| mix(GOLDEN.wrapping_mul(i).wrapping_add(1_234_567))).collect();
        let published = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(outputs, published);
    }

    #[test]
    fn hashes_text_as_published() {
        // FNV-1a of "" is its offset basis, of "a" af63dc4c8601ec8c (the authors' test suite).
        assert_eq!(key(""), mix(FNV_OFFSET));
        assert_eq!(key("a"), mix(0xaf63_dc4c_8601_ec8c));
    }

    #[test]
    fn parameters_may_be_those_of_another_replication_while_chances_stay() {
        let (own, other) = (Streams::new(7, 3), Streams::new(7, 9));
        let mixed = own.with_parameters_of(9);
        assert_eq!((mixed.seed(), mixed.replication(), mixed.draw()), (7, 3, 9));
        assert_eq!(mixed.parameter(5), other.parameter(5));
        assert_ne!(mixed.parameter(5), own.parameter(5));
        assert_eq!(mixed.stream(Purpose::Test, 1, 2), own.stream(Purpose::Test, 1, 2));
        let row = own.at_draw(4);
        assert_eq!((row.draw(), row.parameter(5)), (4, own.parameter(5)));
    }

    #[test]
    fn each_word_of_a_key_and_its_place_make_another_stream() {
        let mut firsts = BTreeSet::new();
        let mut asked = 0;
        for seed in 0..4 {
            for replication in 0..4 {
                let streams = Streams::new(seed, replication);
                for purpose in [Purpose::Parameter, Purpose::Regime, Purpose::Answer, Purpose::Delay] {
                    for entity in 0..4 {
                        for occurrence in 0..4 {
                            firsts.insert(streams.stream(purpose, entity, occurrence).uniform().to_bits());
                            asked += 1;
                        }
                    }
                }
            }
        }
        assert_eq!(firsts.len(), asked);
    }

    #[test]
    fn keys_of_small_numbers_do_not_meet_and_know_their_order() {
        let keys: BTreeSet<u64> = (0..300).flat_map(|a| (0..300).map(move |b| key2(a, b))).collect();
        assert_eq!(keys.len(), 90_000);
    }
}
