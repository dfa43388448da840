//! `hindcast --leave-out`: which inputs were set from a group of facts, what is believed of them without it, and how they are
//! set anew from the facts that remain.
//!
//! Every number that `fitted_from` ties to a fact of the group is widened: a law as [`Law::without_evidence`] says, a number
//! that is held to the whole of its declared range, each value alike. Of the replications, those count that come nearest to the
//! other facts that the same numbers were set from.

use std::io::{self, Write};

use crate::cli::scoreboard::paragraph;
use crate::cli::session::Session;
use crate::draw::{Law, key};
use crate::experiment::PolicyModel;
use crate::model::Model;
use crate::model::facts::Facts;
use crate::output::numbers::{decimals, whole};
use crate::scenario::{Code, Diagnostic, Diagnostics, Listed, Listing, Override, suggestion};
use crate::stats;
use crate::summary::Without;

/// What messages call a value that is widened.
const LABEL: &str = "<left out>";

/// A group that is left out.
pub struct LeftOut {
    /// Its name.
    pub group: String,
    /// Inputs that were set from facts of it.
    pub touched: Vec<Touched>,
    /// Ids of the other facts that they were set from.
    pub evidence: Vec<String>,
    /// Ids of facts that inputs were set from which are widened.
    widened: Vec<String>,
    /// Ids of facts that inputs were set from which are held as they were.
    held: Vec<String>,
}

/// An input that was set from facts of the group.
pub struct Touched {
    /// Its path.
    pub path: String,
    /// The facts it was set from.
    pub facts: Vec<String>,
    /// Its range, if it is held to a value and has one.
    range: Option<(String, String)>,
    /// Whether it is uncertain or has a range.
    is_widened: bool,
}

impl LeftOut {
    /// Finds what was set from a group.
    ///
    /// # Errors
    /// A group that no fact belongs to, with the nearest name.
    pub fn new(group: &str, facts: &Facts, listing: &Listing) -> Result<Self, Diagnostics> {
        let groups = facts.groups();
        if !groups.contains(&group) {
            let message = format!("no fact is of the group `{}`", crate::scenario::escape(group));
            let mut problems = Diagnostics::new();
            let hint = suggestion(group, &groups, "the groups");
            problems.push(Diagnostic::new(Code::UnknownReference, message).hint(hint));
            return Err(problems);
        }
        let in_group = |id: &String| facts.find(id).is_some_and(|fact| fact.group == group);
        let is_touched = |listed: &&Listed| listed.is_number && listed.fitted_from.iter().any(in_group);
        let touched: Vec<Touched> = listing.values.iter().filter(is_touched).map(Touched::new).collect();
        let named = touched.iter().flat_map(|touched| &touched.facts);
        let mut evidence: Vec<String> = named.filter(|id| facts.find(id).is_some() && !in_group(id)).cloned().collect();
        evidence.sort();
        evidence.dedup();
        let widened: Vec<&Touched> = touched.iter().filter(|touched| touched.is_widened).collect();
        let is_held = |listed: &&Listed| !widened.iter().any(|touched| touched.path == listed.path);
        let held = listing.values.iter().filter(is_held).flat_map(|listed| listed.fitted_from.clone()).collect();
        let widened = widened.iter().flat_map(|touched| touched.facts.clone()).collect();
        Ok(Self { group: group.to_owned(), touched, evidence, widened, held })
    }

    /// What is known of the group all the same.
    pub fn without(&self) -> Without<'_> {
        Without { group: &self.group, widened: &self.widened, held: &self.held }
    }

    /// What spreads numbers that are held over their ranges.
    pub fn overrides(&self) -> Vec<Override> {
        let spread = self.touched.iter().filter_map(|touched| Some((touched, touched.range.as_ref()?)));
        let text = |(touched, (low, high)): (&Touched, &(String, String))| {
            Override::parse(LABEL, &format!("{}={{ uniform = [{low}, {high}] }}", touched.path))
        };
        spread.map(|each| text(each).expect("a path and a range that were listed")).collect()
    }

    /// A model with its uncertain numbers widened; those that the overrides spread are wide already.
    pub fn widened(&self, model: Model) -> Model {
        model.with_laws(|uncertainty| {
            let touched = self.touched.iter().find(|touched| touched.path == uncertainty.path)?;
            touched.range.is_none().then(|| uncertainty.law.without_evidence())
        })
    }
}

impl Touched {
    fn new(listed: &Listed) -> Self {
        // A law shows its form, a number that is held its range.
        let range = listed.law.split_once(" to ").map(|(low, high)| (low.to_owned(), high.to_owned()));
        let is_widened = !listed.law.is_empty();
        Self { path: listed.path.clone(), facts: listed.fitted_from.clone(), range, is_widened }
    }
}

/// What a person sees of what was left out.
///
/// # Errors
/// Those of writing.
pub fn screen(out: &mut dyn Write, session: &Session, left_out: &LeftOut, kept: &[u64]) -> io::Result<()> {
    let LeftOut { group, touched, evidence, .. } = left_out;
    let of_all = whole(session.plan.replications as f64);
    let widened = touched.iter().filter(|touched| touched.is_widened).count();
    let held = match touched.len() - widened {
        0 => String::new(),
        count => format!(" {count} more have no range and are held as they were set."),
    };
    let text = match (widened, evidence.is_empty()) {
        (0, _) if !touched.is_empty() => format!("Left out: {group}. No input that was set from it has a range.{held}"),
        (0, _) => format!("Left out: {group}. No input was set from a fact of it, so nothing was widened."),
        (count, true) => format!(
            "Left out: {group}. {count} inputs were set from it and are widened; no other fact says anything of them. All \
             {of_all} replications count.{held}"
        ),
        (count, false) => format!(
            "Left out: {group}. {count} inputs were set from it and are widened, then set anew from {}: the {} of {of_all} \
             replications that come nearest to what is left count.{held}",
            evidence.join(", "),
            whole(kept.len() as f64)
        ),
    };
    paragraph(out, &text)?;
    if touched.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{:<44}{:>18}{:>18}", "input: 5% to 95%", "without the group", "set anew")?;
    let policy = &session.plan.policies[0];
    for touched in touched {
        let Some(law) = law_of(policy, &touched.path) else {
            writeln!(out, "{:<44}{:>18}", end_of(&touched.path, 43), "held: no range")?;
            continue;
        };
        let mut values: Vec<f64> = Vec::new();
        for &replication in kept {
            let mut stream = session.plan.streams(replication).parameter(key(&touched.path));
            values.push(law.quantile(stream.uniform()));
        }
        let anew = match stats::sorted(&values) {
            Ok(values) if values.len() > 1 => {
                let at = |level| stats::quantile_sorted(&values, level, 0.95).map_or(f64::NAN, |found| found.estimate);
                range(at(0.05), at(0.95))
            }
            _ => String::new(),
        };
        let widened = range(law.quantile(0.05), law.quantile(0.95));
        writeln!(out, "{:<44}{widened:>18}{anew:>18}", end_of(&touched.path, 43))?;
    }
    Ok(())
}

/// The end of a path that is too long, which tells it from others.
fn end_of(path: &str, most: usize) -> String {
    match path.chars().count() {
        count if count > most => format!("…{}", path.chars().skip(count - most + 1).collect::<String>()),
        _ => path.to_owned(),
    }
}

fn law_of<'p>(policy: &'p PolicyModel, path: &str) -> Option<&'p Law> {
    policy.model.uncertainties().iter().find(|uncertainty| uncertainty.path == path).map(|uncertainty| &uncertainty.law)
}

fn range(low: f64, high: f64) -> String {
    let digits = |value: f64| match value.abs() {
        size if size >= 100.0 => decimals(value, 0),
        size if size >= 1.0 => decimals(value, 1),
        size if size >= 0.01 => decimals(value, 3),
        _ => decimals(value, 5),
    };
    format!("{} to {}", digits(low), digits(high))
}
