//! A factor: a path and the values it takes.

use thiserror::Error;

use crate::math::{exp, ln};

/// Most values of one factor.
const MOST_VALUES: usize = 10_000;

/// Why a factor cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FactorError {
    /// There is no equals sign.
    #[error("`{0}` has no `=`; write path=1,2,3 or path=linspace(0,1,5)")]
    NoEquals(String),
    /// There are no values.
    #[error("`{0}` has no values; {1}")]
    Empty(String, &'static str),
    /// There are too many.
    #[error("`{0}` has more than {MOST_VALUES} values; take larger steps")]
    TooMany(String),
    /// A function is not called as it should be.
    #[error("`{path}`: {what}")]
    Call {
        /// The path.
        path: String,
        /// What is wrong.
        what: String,
    },
}

/// A path and the values it takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// The dotted path.
    pub path: String,
    values: Values,
}

#[derive(Clone, Debug, PartialEq)]
enum Values {
    /// Texts of values, in the order given.
    Levels(Vec<String>),
    /// Every number between two.
    Interval(f64, f64),
    /// Every whole number from one to another.
    Whole(f64, f64),
}

impl Factor {
    /// Reads `path=VALUES`, where the values are a list (`1,2,3`), `range(start,stop,step)` without its stop,
    /// `linspace(first,last,n)`, `logspace(first,last,n)`, or, for Latin hypercubes and Sobol' points, `interval(low,high)`.
    ///
    /// # Errors
    /// [`FactorError`].
    pub fn parse(text: &str) -> Result<Self, FactorError> {
        let (path, values) = text.split_once('=').ok_or_else(|| FactorError::NoEquals(text.to_owned()))?;
        let (path, values) = (path.trim().to_owned(), values.trim());
        let values = match called(values) {
            Some((name, arguments)) => of_call(&path, name, arguments)?,
            None => Values::Levels(items(values)),
        };
        match &values {
            Values::Levels(levels) if levels.is_empty() => Err(FactorError::Empty(path, "write path=1,2,3")),
            Values::Levels(levels) if levels.len() > MOST_VALUES => Err(FactorError::TooMany(path)),
            _ => Ok(Self { path, values }),
        }
    }

    /// The values; none for an interval, which has too many.
    pub fn levels(&self) -> Option<&[String]> {
        match &self.values {
            Values::Levels(levels) => Some(levels),
            Values::Interval(..) | Values::Whole(..) => None,
        }
    }

    /// The value at a share of the way, from 0 to below 1: a number of the interval, or one of the levels.
    pub(super) fn at(&self, share: f64) -> String {
        match &self.values {
            Values::Levels(levels) => levels[((share * levels.len() as f64) as usize).min(levels.len() - 1)].clone(),
            Values::Interval(low, high) => format!("{:?}", low + share * (high - low)),
            Values::Whole(low, high) => number((low + share * (high - low + 1.0)).floor().min(*high)),
        }
    }

    /// Values that show whether the path takes such: all levels, or both ends.
    pub fn samples(&self) -> Vec<String> {
        match &self.values {
            Values::Levels(levels) => levels.clone(),
            Values::Interval(low, high) => vec![format!("{low:?}"), format!("{high:?}")],
            Values::Whole(low, high) => vec![number(*low), number(*high)],
        }
    }

    /// The same for an input that holds whole numbers: of an interval each whole number in it, one as likely as another. One
    /// without any stays as it is.
    #[must_use]
    pub fn of_whole_numbers(self) -> Self {
        match self.values {
            Values::Interval(low, high) if low.ceil() <= high.floor() => {
                Self { values: Values::Whole(low.ceil(), high.floor()), ..self }
            }
            _ => self,
        }
    }
}

/// The name and arguments of a text like `name(a,b)`.
fn called(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.split_once('(')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic());
    rest.strip_suffix(')').filter(|_| is_name).map(|arguments| (name, arguments))
}

/// The parts of a list between commas that stand in no quotes and brackets.
fn items(text: &str) -> Vec<String> {
    let (mut items, mut item, mut depth, mut quote) = (Vec::new(), String::new(), 0_i32, None);
    for c in text.chars() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                items.push(std::mem::take(&mut item));
                continue;
            }
            _ => {}
        }
        item.push(c);
    }
    items.push(item);
    items.into_iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
}

fn of_call(path: &str, name: &str, arguments: &str) -> Result<Values, FactorError> {
    let refuse = |what: String| FactorError::Call { path: path.to_owned(), what };
    let forms = "write range(start,stop,step), linspace(first,last,n), logspace(first,last,n) or interval(low,high)";
    let numbers: Vec<f64> = arguments
        .split(',')
        .map(|number| number.trim().parse().ok().filter(|number: &f64| number.is_finite()))
        .collect::<Option<_>>()
        .ok_or_else(|| refuse(format!("`{name}({arguments})` has an argument that is no number; {forms}; dates and words as a list, with commas")))?;
    match (name, &numbers[..]) {
        ("range", &[start, stop, step]) => range(start, stop, step).ok_or(FactorError::Empty(
            path.to_owned(),
            "the steps of range(start,stop,step) must lead from start to stop, which is left out",
        )),
        ("linspace", &[first, last, n]) => {
            let n = count(n).ok_or_else(|| {
                refuse(format!("linspace needs a whole number of values from 1 to {MOST_VALUES}, not {n}"))
            })?;
            Ok(spaced(first, last, n, |x| x))
        }
        ("logspace", &[first, last, n]) => {
            let n = count(n).ok_or_else(|| {
                refuse(format!("logspace needs a whole number of values from 1 to {MOST_VALUES}, not {n}"))
            })?;
            if first <= 0.0 || last <= 0.0 {
                return Err(refuse(format!("logspace needs ends above 0, not {first} and {last}")));
            }
            Ok(spaced(ln(first), ln(last), n, exp))
        }
        ("interval", &[low, high]) if low < high => Ok(Values::Interval(low, high)),
        ("interval", &[low, high]) => Err(refuse(format!("interval({low},{high}) is empty"))),
        ("range" | "linspace" | "logspace" | "interval", _) => {
            Err(refuse(format!("`{name}` has {} arguments; {forms}", numbers.len())))
        }
        _ => Err(refuse(format!("there is no `{name}`; {forms}"))),
    }
}

fn count(n: f64) -> Option<usize> {
    (n >= 1.0 && n <= MOST_VALUES as f64 && n.trunc() == n).then_some(n as usize)
}

/// Start, start + step... up to but without stop; none if there are none.
fn range(start: f64, stop: f64, step: f64) -> Option<Values> {
    let steps = (stop - start) / step;
    if !(steps.is_finite() && steps > 0.0) {
        return None;
    }
    // A hair's breadth short of a whole number of steps is rounding, and the stop is left out.
    let n = ((steps - 1e-9).ceil().max(1.0) as usize).min(MOST_VALUES + 1);
    Some(Values::Levels((0..n).map(|at| number(start + at as f64 * step)).collect()))
}

fn spaced(first: f64, last: f64, n: usize, of: impl Fn(f64) -> f64) -> Values {
    let at = |at: usize| match at {
        _ if n == 1 => of(first),
        at => of(first + (last - first) * at as f64 / (n - 1) as f64),
    };
    Values::Levels((0..n).map(|i| number(at(i))).collect())
}

/// A number without the noise of its last digits: a whole one without a point, so that it suits counts too.
fn number(value: f64) -> String {
    let rounded: f64 = format!("{value:.12e}").parse().unwrap_or(value);
    if rounded.trunc() == rounded && rounded.abs() < 1e15 { format!("{rounded:.0}") } else { format!("{rounded:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(text: &str) -> Vec<String> {
        Factor::parse(text).unwrap_or_else(|error| panic!("{error}")).levels().expect("levels").to_vec()
    }

    #[test]
    fn lists_and_functions_give_their_values() {
        assert_eq!(levels("a.b = 1, 2.5,x"), ["1", "2.5", "x"]);
        assert_eq!(levels("a=\"x,y\",[1,2],{ uniform = [1, 2] }"), ["\"x,y\"", "[1,2]", "{ uniform = [1, 2] }"]);
        assert_eq!(levels("a=range(0,1,0.25)"), ["0", "0.25", "0.5", "0.75"]);
        assert_eq!(levels("a=range(0,0.3,0.1)"), ["0", "0.1", "0.2"]);
        assert_eq!(levels("a=range(3,0,-1)"), ["3", "2", "1"]);
        assert_eq!(levels("a=linspace(0,1,5)"), ["0", "0.25", "0.5", "0.75", "1"]);
        assert_eq!(levels("a=linspace(2,9,1)"), ["2"]);
        assert_eq!(levels("a=logspace(0.01,100,5)"), ["0.01", "0.1", "1", "10", "100"]);
    }

    #[test]
    fn what_gives_no_values_is_refused() {
        for (text, said) in [
            ("a", "`a` has no `=`"),
            ("a=", "has no values"),
            ("a=range(0,0,1)", "has no values"),
            ("a=range(0,1,-1)", "has no values"),
            ("a=range(0,1,0)", "has no values"),
            ("a=range(0,1,1e-9)", "more than 10000 values"),
            ("a=linspace(0,1,2.5)", "a whole number of values"),
            ("a=logspace(0,1,3)", "ends above 0"),
            ("a=interval(2,1)", "is empty"),
            ("a=linspace(0,1)", "has 2 arguments"),
            ("a=linspace(0,x,3)", "no number"),
            ("a=linpace(0,1,3)", "there is no `linpace`"),
        ] {
            let error = Factor::parse(text).expect_err(text).to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn shares_fall_on_levels_evenly_and_on_intervals_as_they_are() {
        let factor = Factor::parse("a=x,y,z").expect("a factor");
        assert_eq!([0.0, 0.34, 0.99].map(|share| factor.at(share)), ["x", "y", "z"]);
        assert_eq!(Factor::parse("a=interval(2,6)").expect("a factor").at(0.25), "3.0");
        let whole = |text| Factor::parse(text).expect("a factor").of_whole_numbers();
        assert_eq!([0.0, 0.33, 0.34, 0.99].map(|share| whole("a=interval(0.5,3)").at(share)), ["1", "1", "2", "3"]);
        assert_eq!(whole("a=interval(1,3)").samples(), ["1", "3"]);
        assert_eq!(whole("a=interval(0.2,0.8)").at(0.5), "0.5");
    }
}
