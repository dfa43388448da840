//! Points: a value for each factor, or none where the scenario's own stays.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::factor::Factor;
use super::orthogonal::{NEARLY, largest_rank_correlation, nearly_orthogonal, ranks};
use super::sobol::{MOST_FACTORS, sobol};
use crate::draw::key2;

/// Most points of a design.
pub const MOST_POINTS: usize = 10_000;

/// How the values of factors are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Every combination of values, the last factor changing first.
    Grid,
    /// The first values of all, then the second, and so on.
    Zip,
    /// The scenario as it stands, then each value of each factor by itself.
    OneAtATime,
    /// A Latin hypercube: in each factor, every n-th part of the way has one point.
    LatinHypercube,
    /// A Latin hypercube whose factors are hardly correlated.
    NearlyOrthogonal,
    /// Sobol' points with Owen's scrambling: even in every direction.
    Sobol,
}

impl Method {
    /// All of them by name.
    pub const ALL: [(&'static str, Self); 6] = [
        ("grid", Self::Grid),
        ("zip", Self::Zip),
        ("one-at-a-time", Self::OneAtATime),
        ("latin-hypercube", Self::LatinHypercube),
        ("nearly-orthogonal", Self::NearlyOrthogonal),
        ("sobol", Self::Sobol),
    ];

    /// Whether points are drawn, as many as are asked for.
    fn is_sampled(self) -> bool {
        matches!(self, Self::LatinHypercube | Self::NearlyOrthogonal | Self::Sobol)
    }
}

/// Why there is no design.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DesignError {
    /// Nothing to vary.
    #[error(
        "there is nothing to sweep; name a path and its values with --sweep, such as threat.ratio_overwatch=0.2,0.5,1"
    )]
    NoFactors,
    /// A path twice.
    #[error("`{0}` is swept twice; give all its values at once")]
    Twice(String),
    /// Too many points.
    #[error("the design has {points} points, over the limit of {MOST_POINTS}; take fewer values, or a Latin hypercube")]
    TooMany {
        /// How many, or a number beyond which was not counted.
        points: usize,
    },
    /// An interval where values are needed.
    #[error("`{0}` is an interval, and this design needs values; take linspace(low,high,n)")]
    Interval(String),
    /// Lists of different lengths.
    #[error("`{0}` has {1} values and `{2}` has {3}; zip takes them in step, so give each as many")]
    Lengths(String, usize, String, usize),
    /// A sample of no size.
    #[error("say how many points to sample: --points N, from 2 to {MOST_POINTS}")]
    NoPoints,
    /// A number of points where the values make them.
    #[error(
        "{0} makes its points of the values; leave --points out, or sample them by latin-hypercube, nearly-orthogonal or sobol"
    )]
    PointsGiven(&'static str),
    /// A value twice, which would run a point twice.
    #[error("`{0}` takes the value {1} twice; give it once")]
    ValueTwice(String, String),
    /// No such design with so few points.
    #[error(
        "no Latin hypercube of {points} points was found whose {factors} factors are correlated by {NEARLY} or less; {}",
        nearest_size(*feasible)
    )]
    Correlated {
        /// How many points.
        points: usize,
        /// How many factors.
        factors: usize,
        /// The nearest size that has one, if one was found.
        feasible: Option<usize>,
    },
    /// Too many factors.
    #[error("Sobol' points have at most {MOST_FACTORS} factors, not {0}; take a Latin hypercube")]
    TooManyFactors(usize),
    /// A table that cannot be used.
    #[error("{0}")]
    Table(String),
}

fn nearest_size(feasible: Option<usize>) -> String {
    match feasible {
        Some(points) => format!("take --points {points}"),
        None => "take more points, fewer factors or more values for each".to_owned(),
    }
}

/// Points over factors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Design {
    /// The factors' paths.
    pub paths: Vec<String>,
    /// For each point, a value for each path; none where the scenario's own stays.
    pub points: Vec<Vec<Option<String>>>,
}

impl Design {
    /// Puts factors together.
    ///
    /// # Arguments
    /// * `points` - how many to sample; grid, zip and one-at-a-time have as many as they have.
    /// * `seed` - of the samples.
    ///
    /// # Errors
    /// [`DesignError`].
    pub fn new(factors: &[Factor], method: Method, points: Option<usize>, seed: u64) -> Result<Self, DesignError> {
        if factors.is_empty() {
            return Err(DesignError::NoFactors);
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = factors.iter().find(|factor| !seen.insert(&factor.path)) {
            return Err(DesignError::Twice(twice.path.clone()));
        }
        let name = Method::ALL.iter().find(|(_, known)| *known == method).map_or("", |(name, _)| name);
        if points.is_some() && !method.is_sampled() {
            return Err(DesignError::PointsGiven(name));
        }
        if matches!(method, Method::Grid | Method::OneAtATime)
            && let Some((path, value)) = factors.iter().find_map(value_twice)
        {
            return Err(DesignError::ValueTwice(path, value));
        }
        let sampled = || points.filter(|n| *n >= 2).ok_or(DesignError::NoPoints).and_then(within);
        let points = match method {
            Method::Grid => grid(&levels(factors)?)?,
            Method::Zip => zip(factors, &levels(factors)?)?,
            Method::OneAtATime => one_at_a_time(&levels(factors)?)?,
            Method::LatinHypercube => latin_hypercube(factors, &permuted(factors.len(), sampled()?, seed), seed),
            Method::NearlyOrthogonal => hardly_correlated(factors, sampled()?, seed)?,
            Method::Sobol if factors.len() > MOST_FACTORS => return Err(DesignError::TooManyFactors(factors.len())),
            Method::Sobol => {
                let value = |point: usize, at: usize| factors[at].at(sobol(point as u32, at, seed));
                let row = |point| (0..factors.len()).map(|at| Some(value(point, at))).collect();
                (0..sampled()?).map(row).collect()
            }
        };
        Ok(Self { paths: factors.iter().map(|factor| factor.path.clone()).collect(), points })
    }

    /// The largest correlation between the ranks of two factors' values; none where a point leaves a value as it is.
    pub fn largest_rank_correlation(&self) -> Option<f64> {
        let column = |at: usize| self.points.iter().map(|point| point[at].as_deref()).collect::<Option<Vec<&str>>>();
        let columns: Option<Vec<Vec<&str>>> = (0..self.paths.len()).map(column).collect();
        Some(largest_rank_correlation(&columns.filter(|columns| columns.len() > 1)?))
    }

    /// Reads points from the text of a CSV file: paths in the header, a point in each row, an empty cell where the
    /// scenario's own value stays. A column `design_id` is passed over, so that a design can be read back.
    ///
    /// # Errors
    /// [`DesignError::Table`] with the line.
    pub fn parse_csv(text: &str) -> Result<Self, DesignError> {
        let table = |error: csv::Error| DesignError::Table(unreadable(&error));
        let mut csv = csv::Reader::from_reader(text.as_bytes());
        let header = csv.headers().map_err(table)?.clone();
        let kept: Vec<usize> = (0..header.len()).filter(|&at| header[at].trim() != "design_id").collect();
        let paths: Vec<String> = kept.iter().map(|&at| header[at].trim().to_owned()).collect();
        if paths.is_empty() || paths.iter().any(String::is_empty) {
            return Err(DesignError::Table("the first line of the points must name a path in every column".to_owned()));
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = paths.iter().find(|path| !seen.insert(*path)) {
            return Err(DesignError::Twice(twice.clone()));
        }
        let mut points = Vec::new();
        for row in csv.records() {
            let row = row.map_err(table)?;
            let value = |&at: &usize| Some(row[at].trim().to_owned()).filter(|value| !value.is_empty());
            points.push(kept.iter().map(value).collect());
            within(points.len())?;
        }
        if points.is_empty() {
            return Err(DesignError::Table(
                "the points have a header and no rows; give each point a line of values".to_owned(),
            ));
        }
        Ok(Self { paths, points })
    }
}

/// What is wrong with a table of points, for people.
fn unreadable(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { pos: Some(at), expected_len, len } => format!(
            "line {} of the points has {len} {} and the first has {expected_len}; give each path a cell in every line, \
             an empty one where the scenario's own value stays",
            at.line(),
            if *len == 1 { "cell" } else { "cells" }
        ),
        _ => format!("the points cannot be read: {error}; write a CSV table with a path over each column"),
    }
}

/// The path and value of a factor that takes it twice, as text or as number.
fn value_twice(factor: &Factor) -> Option<(String, String)> {
    let levels = factor.levels()?;
    let number = |text: &String| text.parse::<f64>().ok();
    let is_same = |one: &String, other: &String| one == other || number(one).is_some() && number(one) == number(other);
    let twice =
        levels.iter().enumerate().find(|(at, level)| levels[..*at].iter().any(|other| is_same(level, other)))?;
    Some((factor.path.clone(), twice.1.clone()))
}

fn within(points: usize) -> Result<usize, DesignError> {
    if points > MOST_POINTS { Err(DesignError::TooMany { points }) } else { Ok(points) }
}

fn levels(factors: &[Factor]) -> Result<Vec<&[String]>, DesignError> {
    let levels = |factor: &'_ Factor| factor.levels().is_none().then(|| factor.path.clone());
    match factors.iter().find_map(levels) {
        Some(path) => Err(DesignError::Interval(path)),
        None => Ok(factors.iter().filter_map(Factor::levels).collect()),
    }
}

type Points = Vec<Vec<Option<String>>>;

fn grid(levels: &[&[String]]) -> Result<Points, DesignError> {
    within(levels.iter().fold(1, |product: usize, levels| product.saturating_mul(levels.len())))?;
    let mut points: Points = vec![Vec::new()];
    for levels in levels {
        let with = |point: &Vec<Option<String>>, level: &String| [&point[..], &[Some(level.clone())]].concat();
        points = points.iter().flat_map(|point| levels.iter().map(move |level| with(point, level))).collect();
    }
    Ok(points)
}

fn zip(factors: &[Factor], levels: &[&[String]]) -> Result<Points, DesignError> {
    let n = within(levels[0].len())?;
    if let Some(at) = levels.iter().position(|levels| levels.len() != n) {
        let (first, other) = (factors[0].path.clone(), factors[at].path.clone());
        return Err(DesignError::Lengths(first, n, other, levels[at].len()));
    }
    Ok((0..n).map(|point| levels.iter().map(|levels| Some(levels[point].clone())).collect()).collect())
}

fn one_at_a_time(levels: &[&[String]]) -> Result<Points, DesignError> {
    within(levels.iter().fold(1, |sum: usize, levels| sum.saturating_add(levels.len())))?;
    let mut points: Points = vec![vec![None; levels.len()]];
    for (factor, levels) in levels.iter().enumerate() {
        for level in *levels {
            let mut point = vec![None; points[0].len()];
            point[factor] = Some(level.clone());
            points.push(point);
        }
    }
    Ok(points)
}

/// For each factor, the parts of the way in an order of their own.
fn permuted(factors: usize, n: usize, seed: u64) -> Vec<Vec<usize>> {
    let order = |factor: usize| {
        let seed = key2(seed, factor as u64);
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by_key(|&part| (key2(seed, part as u64), part));
        order
    };
    (0..factors).map(order).collect()
}

/// A place within each point's part of the way.
fn latin_hypercube(factors: &[Factor], parts: &[Vec<usize>], seed: u64) -> Points {
    let columns: Vec<Vec<String>> = factors
        .iter()
        .zip(parts)
        .enumerate()
        .map(|(factor, (values, parts))| {
            let seed = key2(seed, factor as u64);
            let within = |point: usize| (key2(!seed, point as u64) >> 11) as f64 / (1_u64 << 53) as f64;
            let share = |(point, part): (usize, &usize)| (*part as f64 + within(point)) / parts.len() as f64;
            parts.iter().enumerate().map(|place| values.at(share(place))).collect()
        })
        .collect();
    let points = 0..parts.first().map_or(0, Vec::len);
    points.map(|point| columns.iter().map(|column| Some(column[point].clone())).collect()).collect()
}

/// A Latin hypercube, each point in the middle of its parts, whose values' ranks are hardly correlated.
fn hardly_correlated(factors: &[Factor], n: usize, seed: u64) -> Result<Points, DesignError> {
    let made = |n: usize| -> Option<Points> {
        let value = |factor: &Factor, part: usize| factor.at((part as f64 + 0.5) / n as f64);
        let values: Vec<Vec<String>> =
            factors.iter().map(|factor| (0..n).map(|part| value(factor, part)).collect()).collect();
        let texts = values.iter().map(|column| column.iter().map(String::as_str).collect::<Vec<&str>>());
        let parts = nearly_orthogonal(&texts.map(|column| ranks(&column)).collect::<Vec<_>>(), seed)?;
        let row =
            |point: usize| values.iter().zip(&parts).map(move |(values, parts)| Some(values[parts[point]].clone()));
        Some((0..n).map(|point| row(point).collect()).collect())
    };
    made(n).ok_or_else(|| {
        // Far more points than factors always have a design.
        let last = MOST_POINTS.min(n + 40 * factors.len());
        let feasible = (n + 1..=last).find(|&n| made(n).is_some());
        DesignError::Correlated { points: n, factors: factors.len(), feasible }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn design(factors: &[&str], method: Method, points: Option<usize>) -> Result<Design, DesignError> {
        let factors: Vec<Factor> = factors.iter().map(|text| Factor::parse(text).expect("a factor")).collect();
        Design::new(&factors, method, points, 1)
    }

    fn texts(design: &Design) -> Vec<String> {
        let cell = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        design.points.iter().map(|point| point.iter().map(cell).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn values_are_put_together_as_the_method_says() {
        let factors = ["a=1,2", "b=x,y"];
        let of = |method| texts(&design(&factors, method, None).expect("a design"));
        assert_eq!(of(Method::Grid), ["1 x", "1 y", "2 x", "2 y"]);
        assert_eq!(of(Method::Zip), ["1 x", "2 y"]);
        assert_eq!(of(Method::OneAtATime), ["- -", "1 -", "2 -", "- x", "- y"]);
    }

    #[test]
    fn a_latin_hypercube_has_one_point_in_every_part() {
        let design = design(&["a=interval(0,1)", "b=interval(10,20)"], Method::LatinHypercube, Some(50)).expect("it");
        for (factor, low, width) in [(0, 0.0, 1.0), (1, 10.0, 10.0)] {
            let value =
                |point: &Vec<Option<String>>| point[factor].as_ref().expect("a value").parse::<f64>().expect("it");
            let part = |point| ((value(point) - low) / width * 50.0) as usize;
            let mut parts: Vec<usize> = design.points.iter().map(part).collect();
            assert_ne!(parts, (0..50).collect::<Vec<_>>());
            parts.sort_unstable();
            assert_eq!(parts, (0..50).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_nearly_orthogonal_design_is_hardly_correlated_or_refused_with_a_size_that_is() {
        let factors = ["a=interval(0,1)", "b=interval(10,20)", "c=1,2,3,4", "d=interval(-1,1)"];
        let found = design(&factors, Method::NearlyOrthogonal, Some(40)).expect("a design");
        assert!(found.largest_rank_correlation().is_some_and(|largest| largest <= NEARLY));
        let plain = design(&factors, Method::LatinHypercube, Some(40)).expect("a design");
        assert!(plain.largest_rank_correlation() > found.largest_rank_correlation());
        let intervals = ["a=interval(0,1)", "b=interval(0,1)", "c=interval(0,1)"];
        let refused = design(&intervals, Method::NearlyOrthogonal, Some(3)).expect_err("too few").to_string();
        let size = refused.rsplit(' ').next().and_then(|size| size.parse().ok()).expect("a size");
        assert!(design(&intervals, Method::NearlyOrthogonal, Some(size)).is_ok(), "{refused}");
        assert_eq!(design(&["a=1"], Method::OneAtATime, None).expect("it").largest_rank_correlation(), None);
    }

    #[test]
    fn sampled_levels_are_taken_equally_often() {
        let design = design(&["a=x,y,z,w"], Method::Sobol, Some(64)).expect("a design");
        for level in ["x", "y", "z", "w"] {
            assert_eq!(texts(&design).iter().filter(|text| *text == level).count(), 16);
        }
    }

    #[test]
    fn designs_that_cannot_be_are_refused() {
        let said = |factors: &[&str], method, points| design(factors, method, points).expect_err("none").to_string();
        let big = ["a=range(0,1000,1)", "b=range(0,1000,1)"];
        assert!(said(&[], Method::Grid, None).contains("nothing to sweep"));
        assert!(said(&["a=1", "a=2"], Method::Grid, None).contains("swept twice"));
        assert!(said(&big, Method::Grid, None).contains("1000000 points"));
        assert!(said(&["a=1,2", "b=1"], Method::Zip, None).contains("in step"));
        assert!(said(&["a=interval(0,1)"], Method::Grid, None).contains("linspace"));
        assert!(said(&["a=interval(0,1)"], Method::Sobol, None).contains("--points"));
        assert!(said(&["a=interval(0,1)"], Method::LatinHypercube, Some(20_000)).contains("20000 points"));
        let many: Vec<String> = (0..30).map(|at| format!("a{at}=interval(0,1)")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(said(&many, Method::Sobol, Some(8)).contains("at most 21"));
    }

    #[test]
    fn points_are_read_from_a_table() {
        let design = Design::parse_csv("design_id,a.b,c\n0,1,\n1,,\"x,y\"\n").expect("a design");
        assert_eq!(
            (design.paths.as_slice(), texts(&design)),
            (&["a.b".to_owned(), "c".to_owned()][..], vec!["1 -".into(), "- x,y".into()])
        );
        for (text, said) in [
            ("", "must name a path"),
            ("a,\n1,2\n", "must name a path"),
            ("a,a\n1,2\n", "swept twice"),
            ("a,b\n1\n", "line 2 of the points has 1 cell and the first has 2; give each path a cell"),
            ("a,b\n1,2\n1,2,3\n", "line 3 of the points has 3 cells and the first has 2"),
            ("a\n", "no rows; give each point a line"),
        ] {
            let error = Design::parse_csv(text).expect_err(text).to_string();
            assert!(error.contains(said), "{text:?}: {error}");
        }
    }
}
