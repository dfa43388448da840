//! How intervals were found, and what speaks against them.

use std::fmt;

use crate::stats::{FEW_VALUES, Interval, MeanEstimate, SkewWarning};

/// What limits an interval by Student's t.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caveats {
    /// It covers less than it says, since the values are too skewed for their number.
    pub is_skewed: bool,
    /// There are too few values to tell whether they are skewed.
    pub are_few: bool,
    /// What lay beyond the range of the quantity was cut off.
    pub is_cut: bool,
}

impl Caveats {
    /// Of an interval that rests on `n` values.
    pub fn new(warning: Option<SkewWarning>, n: u64) -> Self {
        Self { is_skewed: warning.is_some(), are_few: n < FEW_VALUES, is_cut: false }
    }

    /// What stands behind a method's name: nothing, or `; ` between what is said; `range` says what was cut.
    fn said(self, range: &str) -> String {
        let said = [
            (self.is_skewed, "skewed: covers less than it says"),
            (self.are_few && !self.is_skewed, "too few values to tell whether they are skewed"),
            (self.is_cut, range),
        ];
        said.into_iter().filter(|(is_so, _)| *is_so).map(|(_, words)| words).collect::<Vec<_>>().join("; ")
    }
}

/// How an interval was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Student's t.
    T(Caveats),
    /// Student's t on values that are all alike: an interval of no width, which knows nothing of what was not seen.
    NoSpread,
    /// Wilson's.
    Wilson,
    /// Clopper and Pearson's.
    ClopperPearson,
    /// Newcombe's for paired proportions.
    Newcombe,
    /// Fieller's, of a ratio of means.
    Fieller(Caveats),
    /// Between order statistics.
    OrderStatistics,
    /// Student's t on what each replication adds to the mean of a tail.
    Tail(Caveats),
    /// Of a standard deviation, by the fourth moment.
    FourthMoment(Caveats),
    /// Of a correlation or a ratio of variances, by what each pair of values adds to it.
    Influence(Caveats),
    /// Student's t on a mean over crossed draws and seeds.
    Crossed(Caveats),
    /// The jackknife over groups: of draws and of seeds, or of trajectories.
    Jackknife(Caveats),
    /// Fisher's z of a correlation.
    FisherZ,
    /// No interval: there are too few replications for one.
    TooFew,
    /// No interval: what it is about has no bounds.
    NoBounds,
}

impl Method {
    /// The method of a mean by Student's t.
    pub fn of(mean: &MeanEstimate) -> Self {
        if mean.sd == 0.0 { Self::NoSpread } else { Self::T(Caveats::new(mean.warning, mean.n)) }
    }

    /// Whether the interval covers less than it says, since the values are too skewed for their number.
    pub fn is_skewed(self) -> bool {
        match self {
            Self::T(caveats)
            | Self::Fieller(caveats)
            | Self::Tail(caveats)
            | Self::FourthMoment(caveats)
            | Self::Influence(caveats)
            | Self::Crossed(caveats)
            | Self::Jackknife(caveats) => caveats.is_skewed,
            _ => false,
        }
    }

    /// An interval by this method, cut where it leaves a range, and the method that says so.
    pub fn cut(self, interval: Interval, range: (f64, f64)) -> (Interval, Self) {
        let within = interval.within(range);
        let is_cut = within != interval;
        let method = match self {
            Self::T(caveats) => Self::T(Caveats { is_cut, ..caveats }),
            Self::Tail(caveats) => Self::Tail(Caveats { is_cut, ..caveats }),
            Self::Crossed(caveats) => Self::Crossed(Caveats { is_cut, ..caveats }),
            other => other,
        };
        (within, method)
    }
}

const RANGE: &str = "cut at the measure's range";

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with = |f: &mut fmt::Formatter<'_>, what: &str, said: String| match said.as_str() {
            "" => write!(f, "t ({what})"),
            said => write!(f, "t ({what}; {said})"),
        };
        match self {
            Self::T(caveats) if *caveats == Caveats::default() => f.write_str("t"),
            Self::T(caveats) => write!(f, "t ({})", caveats.said(RANGE)),
            Self::NoSpread => f.write_str("t (no spread seen: rarer values unknown)"),
            Self::Wilson => f.write_str("wilson"),
            Self::ClopperPearson => f.write_str("clopper-pearson"),
            Self::Newcombe => f.write_str("newcombe (paired)"),
            Self::Fieller(caveats) if *caveats == Caveats::default() => f.write_str("fieller"),
            Self::Fieller(caveats) => write!(f, "fieller ({})", caveats.said("")),
            Self::OrderStatistics => f.write_str("order statistics (type 7)"),
            Self::Tail(caveats) => with(f, "asymptotic, of a tail", caveats.said(RANGE)),
            Self::FourthMoment(caveats) => with(f, "asymptotic, by the fourth moment", caveats.said("cut at 0")),
            Self::Influence(caveats) => with(f, "asymptotic, by influence", caveats.said("")),
            Self::Crossed(caveats) => with(f, "crossed draws and seeds", caveats.said(RANGE)),
            Self::Jackknife(caveats) if *caveats == Caveats::default() => f.write_str("jackknife over groups"),
            Self::Jackknife(caveats) => write!(f, "jackknife over groups ({})", caveats.said("")),
            Self::FisherZ => f.write_str("fisher z"),
            Self::TooFew => f.write_str("none (too few replications)"),
            Self::NoBounds => f.write_str("none (no bounds)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::mean_t;

    #[test]
    fn a_method_says_what_speaks_against_it() {
        let method = |values: &[f64]| Method::of(&mean_t(values, 0.95).expect("values"));
        let even: Vec<f64> = (0..60).map(f64::from).collect();
        assert_eq!(method(&even).to_string(), "t");
        assert_eq!(method(&even[..20]).to_string(), "t (too few values to tell whether they are skewed)");
        let mut rare = vec![0.0; 60];
        assert_eq!(method(&rare).to_string(), "t (no spread seen: rarer values unknown)");
        rare[0] = 1.0;
        let skewed = method(&rare);
        assert!(skewed.is_skewed() && skewed.to_string() == "t (skewed: covers less than it says)");
        let (interval, cut) = skewed.cut(Interval { low: -1.0, high: 2.0 }, (0.0, f64::INFINITY));
        assert_eq!((interval.low, interval.high), (0.0, 2.0));
        assert_eq!(cut.to_string(), "t (skewed: covers less than it says; cut at the measure's range)");
        // Too few and too skewed: the worse of the two is said.
        assert_eq!(method(&rare[..20]).to_string(), "t (skewed: covers less than it says)");
        let tail = Method::Tail(Caveats { is_cut: true, ..Caveats::default() });
        assert_eq!(tail.to_string(), "t (asymptotic, of a tail; cut at the measure's range)");
    }
}
