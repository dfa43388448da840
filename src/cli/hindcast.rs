//! `hindcast`: forecasts scored against what happened, beside those of simpler forecasts.

use std::path::Path;

use crate::cli::args::{ExperimentArguments, HindcastArguments};
use crate::cli::commands::conduct_and_show;
use crate::cli::exit::Stop;
use crate::cli::request::{Kind, Request, policy_ids};
use crate::cli::session::Session;
use crate::experiment::Rows;
use crate::model::Model;
use crate::model::facts::{Facts, Quantity};
use crate::scenario::{Case, Code, Diagnostic, Diagnostics, facts_beside, read_facts, read_file};
use crate::summary::{Hindcast, Hindcasting, SummaryError};

pub use crate::cli::scoreboard::screen;

/// What forecasts are scored against.
pub struct Against {
    /// The facts.
    pub facts: Facts,
    /// Ids of facts that the scenario's inputs were set from.
    pub fitted: Vec<String>,
}

/// Scores the forecasts of a policy.
///
/// # Errors
/// Problems of the scenario and of the facts file, and as for [`conduct_and_show`].
pub fn hindcast(hindcast: &HindcastArguments, args: &ExperimentArguments) -> Result<(), Stop> {
    if args.policies.len() > 1 {
        return Err(Stop::Usage("hindcast scores one policy; name it with --policy, or none for the first".to_owned()));
    }
    let mut asked = Request::resolve(Kind::Hindcast, args, |case| policy_ids(case, &args.policies), &[])?;
    let file = hindcast.facts.clone().unwrap_or_else(|| facts_beside(&args.file));
    let text = read_file(&file).map_err(|problems| unreadable(&file, hindcast.facts.is_some(), problems))?;
    let model = asked.case.model(&[]).map_err(Stop::Scenario)?;
    // Read here under the name that was typed, so that problems show it; the session reads the same text again.
    read_facts(&file.display().to_string(), &text, &model.inputs, model.start).map_err(Stop::Scenario)?;
    let folder = args.file.parent().unwrap_or(Path::new(""));
    let name = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().into_owned();
    asked.request.files.insert(name.clone(), text);
    asked.request.facts = Some(name);
    conduct_and_show(asked, args)
}

/// Without `--facts` people may not know that there should be a file.
fn unreadable(file: &Path, is_named: bool, problems: Diagnostics) -> Stop {
    let is_missing = problems.sorted().first().is_some_and(|problem| problem.code == Code::Unreadable);
    if is_named || !is_missing {
        return Stop::Scenario(problems);
    }
    let message = format!("there are no facts to score forecasts against: `{}` cannot be read", file.display());
    let mut problems = Diagnostics::new();
    let hint = "write one, or name one elsewhere with --facts FILE; docs/hindcast.md says how they are written";
    problems.push(Diagnostic::new(Code::Unreadable, message).hint(hint));
    Stop::Scenario(problems)
}

/// What a request is scored against; none if it asks for no hindcast.
///
/// # Errors
/// Problems of the facts file.
pub fn against(request: &Request, case: &Case, model: &Model) -> Result<Option<Against>, Stop> {
    let Some(name) = &request.facts else { return Ok(None) };
    let text = request.files.get(name).map_or("", String::as_str);
    let facts = read_facts(name, text, &model.inputs, model.start).map_err(Stop::Scenario)?;
    let preset = case.document().policies().iter().find(|preset| preset.id == request.policies[0]);
    let listing = case.listing(preset.map_or(&[][..], |preset| &preset.overrides));
    let mut fitted: Vec<String> = listing.values.into_iter().flat_map(|listed| listed.fitted_from).collect();
    fitted.sort();
    fitted.dedup();
    Ok(Some(Against { facts, fitted }))
}

impl Against {
    /// Scores every fact.
    ///
    /// # Errors
    /// Those of reading rows.
    pub fn score(&self, session: &Session, rows: &Rows) -> Result<Hindcast, SummaryError> {
        let hindcasting = Hindcasting {
            facts: &self.facts,
            fitted: &self.fitted,
            model: &session.plan.policies[0].model,
            first_observed: session.plan.first_observed(),
            kept: None,
        };
        hindcasting.score(rows)
    }
}

/// Name of the column of an observed quantity: apart from those of measures, some of which are called the same.
pub fn column_name(quantity: &Quantity, model: &Model) -> String {
    format!("observed.{}", label(quantity, model))
}

/// A quantity by name, base and date: `fire_incidents.tessalit@2023-10-31`.
pub fn label(quantity: &Quantity, model: &Model) -> String {
    let mut text = quantity.what.name().to_owned();
    if let Some(base) = quantity.base {
        text = format!("{text}.{}", model.inputs.base[base].id);
    }
    if let Some(day) = quantity.day {
        text = format!("{text}@{}", model.start.after(f64::from(day)));
    }
    text
}
