//! Whether a law's numbers make a distribution.

use thiserror::Error;

use super::{Law, Scale};

/// Exponents and shapes that are accepted. Assumed: outside, quantiles reach the smallest or lose the last digits of a
/// number, and no field a scenario has needs them.
const SHAPES: (f64, f64) = (0.01, 1e6);

/// The least share of a law that a truncation may keep. Assumed: less is a slip of the pen, and costs digits.
const KEPT_MIN: f64 = 1e-6;

/// Why the numbers of a [`Law`] make no distribution.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum LawError {
    /// NaN or infinite.
    #[error("`{parameter}` is {value}: it must be a finite number")]
    NotFinite {
        /// The parameter's name.
        parameter: &'static str,
        /// Its value.
        value: f64,
    },
    /// 0 or under.
    #[error("`{parameter}` is {value}: it must be over 0")]
    NotPositive {
        /// The parameter's name.
        parameter: &'static str,
        /// Its value.
        value: f64,
    },
    /// Outside what the law or its scale allows.
    #[error("`{parameter}` is {value}: it must lie between {low} and {high}")]
    OutOfRange {
        /// The parameter's name.
        parameter: &'static str,
        /// Its value.
        value: f64,
        /// The range's lower end.
        low: f64,
        /// The range's upper end.
        high: f64,
    },
    /// Two parameters in the wrong order.
    #[error("`{lesser}` is {lesser_value}: it must be below `{greater}`, which is {greater_value}")]
    NotBelow {
        /// Name of the one to be less.
        lesser: &'static str,
        /// Its value.
        lesser_value: f64,
        /// Name of the one to be greater.
        greater: &'static str,
        /// Its value.
        greater_value: f64,
    },
    /// A truncation that leaves next to nothing.
    #[error("the range from `low` {low} to `high` {high} keeps a share of {kept} of the law: it must keep a millionth")]
    NothingKept {
        /// The truncation's lower end.
        low: f64,
        /// The truncation's upper end.
        high: f64,
        /// Probability of the untruncated law between them.
        kept: f64,
    },
}

impl Law {
    /// Whether the parameters make a distribution; the other methods' answers mean something only if they do.
    ///
    /// # Errors
    /// [`LawError`] for the first parameter that does not serve, by name.
    pub fn check(&self) -> Result<(), LawError> {
        match self {
            Self::Fixed(value) => finite("value", *value),
            Self::Uniform { low, high } => below(("low", *low), ("high", *high)),
            Self::Triangular { low, mode, high } => {
                below(("low", *low), ("high", *high))?;
                within("mode", *mode, (*low, *high))
            }
            Self::Normal { mean, sd } => {
                finite("mean", *mean)?;
                positive("sd", *sd)
            }
            Self::Lognormal { median, log_sd } => {
                positive("median", *median)?;
                positive("log_sd", *log_sd)
            }
            Self::Beta { a, b } => {
                within("a", *a, SHAPES)?;
                within("b", *b, SHAPES)
            }
            Self::Gamma { shape, mean } | Self::Weibull { shape, mean } => {
                within("shape", *shape, SHAPES)?;
                positive("mean", *mean)
            }
            Self::LogUniform { low, high } => {
                positive("low", *low)?;
                below(("low", *low), ("high", *high))
            }
            Self::Quantiles { low, central, high, scale } => {
                below(("low", *low), ("central", *central))?;
                below(("central", *central), ("high", *high))?;
                scale.check(*low, *high)
            }
            Self::Truncated { law, low, high } => {
                law.check()?;
                check_truncation(law, *low, *high)
            }
        }
    }
}

impl Scale {
    /// Whether the scale has a place for every point from `low` to `high`.
    fn check(self, low: f64, high: f64) -> Result<(), LawError> {
        match self {
            Self::Log => positive("low", low),
            Self::Logit if low <= 0.0 => {
                Err(LawError::OutOfRange { parameter: "low", value: low, low: 0.0, high: 1.0 })
            }
            Self::Logit if high >= 1.0 => {
                Err(LawError::OutOfRange { parameter: "high", value: high, low: 0.0, high: 1.0 })
            }
            Self::Linear | Self::Logit => Ok(()),
        }
    }
}

fn finite(parameter: &'static str, value: f64) -> Result<(), LawError> {
    if value.is_finite() { Ok(()) } else { Err(LawError::NotFinite { parameter, value }) }
}

fn positive(parameter: &'static str, value: f64) -> Result<(), LawError> {
    finite(parameter, value)?;
    if value > 0.0 { Ok(()) } else { Err(LawError::NotPositive { parameter, value }) }
}

fn within(parameter: &'static str, value: f64, (low, high): (f64, f64)) -> Result<(), LawError> {
    finite(parameter, value)?;
    if (low..=high).contains(&value) { Ok(()) } else { Err(LawError::OutOfRange { parameter, value, low, high }) }
}

fn below(lesser: (&'static str, f64), greater: (&'static str, f64)) -> Result<(), LawError> {
    finite(lesser.0, lesser.1)?;
    finite(greater.0, greater.1)?;
    ordered(lesser, greater)
}

/// Like [`below`], with infinite ends allowed.
fn ordered(
    (lesser, lesser_value): (&'static str, f64),
    (greater, greater_value): (&'static str, f64),
) -> Result<(), LawError> {
    if lesser_value < greater_value {
        Ok(())
    } else {
        Err(LawError::NotBelow { lesser, lesser_value, greater, greater_value })
    }
}

fn check_truncation(law: &Law, low: f64, high: f64) -> Result<(), LawError> {
    for (parameter, value) in [("low", low), ("high", high)] {
        if value.is_nan() {
            return Err(LawError::NotFinite { parameter, value });
        }
    }
    ordered(("low", low), ("high", high))?;
    let kept = law.cdf(high) - law.cdf_below(low);
    if kept >= KEPT_MIN { Ok(()) } else { Err(LawError::NothingKept { low, high, kept }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(law: &Law) -> String {
        law.check().expect_err("the law is broken").to_string()
    }

    #[test]
    fn each_broken_law_names_what_is_wrong() {
        let nan = f64::NAN;
        let normal = || Box::new(Law::Normal { mean: 0.0, sd: 1.0 });
        for (law, expected) in [
            (Law::Fixed(nan), "`value` is NaN: it must be a finite number"),
            (Law::Uniform { low: 1.0, high: 1.0 }, "`low` is 1: it must be below `high`, which is 1"),
            (Law::Uniform { low: 1.0, high: f64::INFINITY }, "`high` is inf: it must be a finite number"),
            (Law::Triangular { low: 0.0, mode: 3.0, high: 2.0 }, "`mode` is 3: it must lie between 0 and 2"),
            (Law::Triangular { low: 0.0, mode: nan, high: 2.0 }, "`mode` is NaN: it must be a finite number"),
            (Law::Normal { mean: 0.0, sd: 0.0 }, "`sd` is 0: it must be over 0"),
            (Law::Lognormal { median: -1.0, log_sd: 1.0 }, "`median` is -1: it must be over 0"),
            (Law::Lognormal { median: 1.0, log_sd: nan }, "`log_sd` is NaN: it must be a finite number"),
            (Law::Beta { a: 0.0, b: 1.0 }, "`a` is 0: it must lie between 0.01 and 1000000"),
            (Law::Beta { a: 1.0, b: 1e9 }, "`b` is 1000000000: it must lie between 0.01 and 1000000"),
            (Law::Gamma { shape: -2.0, mean: 1.0 }, "`shape` is -2: it must lie between 0.01 and 1000000"),
            (Law::Weibull { shape: 1.0, mean: 0.0 }, "`mean` is 0: it must be over 0"),
            (Law::LogUniform { low: 0.0, high: 1.0 }, "`low` is 0: it must be over 0"),
            (Law::LogUniform { low: 2.0, high: 1.0 }, "`low` is 2: it must be below `high`, which is 1"),
            (
                Law::Quantiles { low: 1.0, central: 1.0, high: 2.0, scale: Scale::Linear },
                "`low` is 1: it must be below `central`, which is 1",
            ),
            (
                Law::Quantiles { low: 1.0, central: 3.0, high: 2.0, scale: Scale::Log },
                "`central` is 3: it must be below `high`, which is 2",
            ),
            (Law::Quantiles { low: 0.0, central: 3.0, high: 4.0, scale: Scale::Log }, "`low` is 0: it must be over 0"),
            (
                Law::Quantiles { low: 0.2, central: 0.3, high: 1.0, scale: Scale::Logit },
                "`high` is 1: it must lie between 0 and 1",
            ),
            (
                Law::Quantiles { low: -0.2, central: 0.3, high: 0.5, scale: Scale::Logit },
                "`low` is -0.2: it must lie between 0 and 1",
            ),
            (Law::Truncated { law: normal(), low: 1.0, high: 0.0 }, "`low` is 1: it must be below `high`, which is 0"),
            (Law::Truncated { law: normal(), low: nan, high: 0.0 }, "`low` is NaN: it must be a finite number"),
            (
                Law::Truncated { law: Box::new(Law::Fixed(3.0)), low: 4.0, high: 5.0 },
                "the range from `low` 4 to `high` 5 keeps a share of 0 of the law: it must keep a millionth",
            ),
            (
                Law::Truncated { law: Box::new(Law::Normal { mean: 0.0, sd: -1.0 }), low: 0.0, high: 1.0 },
                "`sd` is -1: it must be over 0",
            ),
        ] {
            assert_eq!(complaint(&law), expected, "{law:?}");
        }
        assert!(complaint(&Law::Truncated { law: normal(), low: 6.0, high: 7.0 }).contains("keeps a share of"));
    }
}
