//! Closed forms that the program must meet: small missions in which all but one thing is quiet, and the clock and the
//! draws alone.
//!
//! Each estimate must lie within four standard errors of its closed form, and the standard error must be a quarter of a
//! percent of it at most: an error of 1% stands at four or more. Seeds are fixed. Each prints a line.

mod bases;
mod desks;
mod draws;
mod people;
mod queues;
mod roads;

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use rearguard::draw::Streams;
use rearguard::math::sqrt;
use rearguard::scenario::{Case, Files};
use rearguard::withdrawal::{Outcome, Withdrawal};

use crate::common::leave;

/// Largest standard error, as a share of the closed form.
const LARGEST_ERROR: f64 = 0.0025;
/// Largest distance from the closed form, in standard errors.
const LIMIT: f64 = 4.0;

/// Lines of one file's closed forms, judged together so that one that fails does not hide the others.
struct Board {
    file: &'static str,
    lines: String,
    met: u64,
    failures: Vec<String>,
}

impl Board {
    fn new(file: &'static str) -> Self {
        Self { file, lines: String::new(), met: 0, failures: Vec::new() }
    }

    /// Judges the mean of independent values.
    fn mean(&mut self, name: &str, form: &str, expected: f64, values: &[f64]) {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
        self.estimate((name, form), expected, (mean, sqrt(variance / n)), values.len());
    }

    /// Judges the variance of independent values whose mean is known.
    fn variance(&mut self, name: &str, form: &str, (mean, expected): (f64, f64), values: &[f64]) {
        let squares: Vec<f64> = values.iter().map(|x| (x - mean) * (x - mean)).collect();
        self.mean(name, form, expected, &squares);
    }

    /// Judges an estimate with its standard error.
    fn estimate(&mut self, (name, form): (&str, &str), expected: f64, (found, error): (f64, f64), n: usize) {
        let (share, z) = (error / expected.abs(), (found - expected) / error);
        let line =
            format!("oracle {name} | {form} | {expected:.6} | {found:.6} | {:.3} | {n} | {z:+.2}", 100.0 * share);
        let is_sharp = error > 0.0 && share <= LARGEST_ERROR;
        if is_sharp && z.abs() < LIMIT {
            self.met += 1;
        } else {
            self.failures.push(line.clone());
        }
        writeln!(self.lines, "{line}").expect("a text");
    }

    /// Leaves the lines for the scorecard; fails if any closed form was not met.
    fn close(self) {
        assert!(self.failures.is_empty(), "not met, or too few replications:\n{}", self.failures.join("\n"));
        let count = format!("scorecard O1 {} closed forms within four standard errors\n", self.met);
        leave(&format!("O1.{}", self.file), &(count + &self.lines));
    }
}

/// A scenario that stands in no file.
struct Text<'a>(&'a str);

impl Files for Text<'_> {
    fn read(&self, _: &Path, _: u64) -> io::Result<Vec<u8>> {
        Ok(self.0.as_bytes().to_vec())
    }
}

/// A mission whose camps leave on day 60, each by a paved road of its own to a hub. Nothing happens on the way, nothing is
/// refused, and everyone flies home at the end of the year.
fn quiet(camps: usize, km: f64) -> String {
    let mut text = String::from(include_str!("quiet.toml"));
    let mut list = |name: &str, item: &dyn Fn(usize) -> String| {
        let items: Vec<String> = (0..camps).map(item).collect();
        text = text.replacen(&format!("# {name}s of camps"), &items.join(""), 1);
    };
    list("base", &|at| {
        format!(
            "  {{ id = \"c{at}\", kind = \"camp\", latitude = 10.5, longitude = {}, region = \"country\", zone = \"road\", \
             personnel = 100, airstrip = false, planned_closure = 2030-03-02, parent = \"hub\", repatriation = false, \
             liquidation = false, host_garrison = true, crews = 1 }},\n",
            5.0 + 0.01 * at as f64
        )
    });
    list("holding", &|at| format!("  {{ base = \"c{at}\", class = \"truck\", units = 10 }},\n"));
    list("road", &|at| {
        format!("  {{ from = \"c{at}\", to = \"hub\", km = {km}, surface = \"paved\", zone = \"road\" }},\n")
    });
    text
}

/// Runs replications of a scenario under overrides, uncertain numbers at their central values, and reads some numbers of
/// each.
#[track_caller]
fn runs<const K: usize>(
    text: &str,
    sets: &[&str],
    n: usize,
    mut read: impl FnMut(&Outcome) -> [f64; K],
) -> [Vec<f64>; K] {
    let sets: Vec<String> = sets.iter().map(|&set| set.to_owned()).collect();
    let model = Case::load_from(&Text(text), Path::new("oracle.toml"), &sets).and_then(|case| case.model(&[]));
    let model = model.unwrap_or_else(|problems| panic!("{}", problems.render(false))).at_central_values();
    let mut withdrawal = Withdrawal::new(&model, &[]);
    let mut columns = std::array::from_fn(|_| Vec::with_capacity(n));
    for replication in 0..n as u64 {
        let numbers = read(withdrawal.replicate(Streams::new(1917, replication)));
        columns.iter_mut().zip(numbers).for_each(|(column, number): (&mut Vec<f64>, f64)| column.push(number));
    }
    columns
}
