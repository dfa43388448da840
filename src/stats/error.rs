//! Why a statistic has no value.

use thiserror::Error;

/// Why a statistic has no value. Messages are fragments for a caller that knows which measure was asked for.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum StatsError {
    /// The statistic needs more values than there are.
    #[error("{given} values where {needed} are needed")]
    TooFew {
        /// Smallest number that would do.
        needed: u64,
        /// Number there is.
        given: u64,
    },
    /// Two slices that go together differ in length.
    #[error("{left} values against {right}")]
    Mismatch {
        /// Length of the first.
        left: usize,
        /// Length of the second.
        right: usize,
    },
    /// A value is NaN or infinite.
    #[error("value {index} is {value}")]
    NotFinite {
        /// Its position, from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A confidence or a level is not strictly between 0 and 1.
    #[error("level {level} is not between 0 and 1")]
    BadLevel {
        /// The level given.
        level: f64,
    },
    /// A count of events exceeds the number of trials.
    #[error("{events} events in {trials} trials")]
    BadCount {
        /// Number of events.
        events: u64,
        /// Number of trials.
        trials: u64,
    },
    /// A number that must be above zero is not.
    #[error("{what} is {value}, not above zero")]
    NotPositive {
        /// What the number is.
        what: &'static str,
        /// The value given.
        value: f64,
    },
    /// More factors than exact attribution over all combinations allows.
    #[error("{given} factors where {limit} are allowed")]
    TooManyFactors {
        /// Number of factors.
        given: usize,
        /// The limit.
        limit: usize,
    },
    /// A sum and a sum of squares that no data can have.
    #[error("no {n} values have these sums")]
    Inconsistent {
        /// Number of values claimed.
        n: u64,
    },
    /// An intermediate result is beyond the range of the numbers used.
    #[error("the {what} is out of range")]
    Overflow {
        /// Which result.
        what: &'static str,
    },
}

/// Refuses a level outside the open interval from 0 to 1.
pub(super) fn check_level(level: f64) -> Result<(), StatsError> {
    if level > 0.0 && level < 1.0 { Ok(()) } else { Err(StatsError::BadLevel { level }) }
}

/// Refuses fewer than `needed` values.
pub(super) fn check_count(given: usize, needed: u64) -> Result<(), StatsError> {
    let given = given as u64;
    if given >= needed { Ok(()) } else { Err(StatsError::TooFew { needed, given }) }
}

/// Refuses NaN and infinite values.
pub(super) fn check_finite(xs: &[f64]) -> Result<(), StatsError> {
    match xs.iter().position(|x| !x.is_finite()) {
        Some(index) => Err(StatsError::NotFinite { index, value: xs[index] }),
        None => Ok(()),
    }
}

/// Refuses slices of different lengths.
pub(super) fn check_lengths(left: usize, right: usize) -> Result<(), StatsError> {
    if left == right { Ok(()) } else { Err(StatsError::Mismatch { left, right }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_lower_case_fragments_that_name_the_value() {
        let messages = [
            StatsError::TooFew { needed: 72, given: 30 }.to_string(),
            StatsError::NotFinite { index: 4, value: f64::NAN }.to_string(),
            StatsError::BadLevel { level: 95.0 }.to_string(),
        ];
        assert_eq!(messages, ["30 values where 72 are needed", "value 4 is NaN", "level 95 is not between 0 and 1"]);
    }

    #[test]
    fn checks_pass_what_is_right_and_name_what_is_not() {
        assert_eq!(check_level(0.95), Ok(()));
        for level in [0.0, 1.0, -0.5, f64::NAN] {
            assert!(check_level(level).is_err());
        }
        assert_eq!(check_finite(&[1.0, 2.0]), Ok(()));
        assert_eq!(check_finite(&[1.0, f64::INFINITY]), Err(StatsError::NotFinite { index: 1, value: f64::INFINITY }));
        assert_eq!(check_lengths(2, 3), Err(StatsError::Mismatch { left: 2, right: 3 }));
        assert_eq!(check_count(1, 2), Err(StatsError::TooFew { needed: 2, given: 1 }));
    }
}
