//! Resampling with keyed streams: the same weights on every machine and any number of threads.

use crate::draw::{Purpose, Streams};

/// How often each of some groups is taken in one resample of the bootstrap.
///
/// # Arguments
/// * `seed` - of the experiment.
/// * `resample` - which one, from 0.
pub fn resample_weights(seed: u64, resample: u64, groups: usize) -> Vec<u32> {
    let mut stream = Streams::new(seed, 0).stream(Purpose::Bootstrap, resample, 0);
    let mut weights = vec![0; groups];
    for _ in 0..groups {
        weights[stream.below(groups as u64) as usize] += 1;
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resample_takes_as_many_groups_as_there_are_and_is_the_same_again() {
        let weights = resample_weights(7, 3, 500);
        assert_eq!(weights.iter().sum::<u32>(), 500);
        assert_eq!(weights, resample_weights(7, 3, 500));
        assert_ne!(weights, resample_weights(7, 4, 500));
        // A group is left out with probability near exp(-1).
        let left_out = weights.iter().filter(|&&times| times == 0).count();
        assert!((140..230).contains(&left_out), "{left_out}");
    }
}
