//! `hindcast`: forecasts scored against what happened, beside those of simpler forecasts.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::args::{ExperimentArguments, HindcastArguments};
use crate::cli::commands::conduct_and_show;
use crate::cli::exit::Stop;
use crate::cli::leave_out::LeftOut;
use crate::cli::request::{Kind, Request, policy_ids};
use crate::cli::session::Session;
use crate::experiment::Rows;
use crate::model::Model;
use crate::model::facts::{Fact, Facts, Quantity};
use crate::scenario::{Case, Code, Diagnostic, Diagnostics, Listing, facts_beside, read_facts, read_file, suggestion};
use crate::stats::Scored;
use crate::summary::{FactRow, Forecast, Grade, GroupRow, Hindcast, Hindcasting, Reference, Score, SummaryError};

pub use crate::cli::scoreboard::screen;

/// What forecasts are scored against.
pub struct Against {
    /// The facts.
    pub facts: Facts,
    /// Ids of facts that the scenario's inputs were set from.
    pub fitted: Vec<String>,
    /// The group that is left out, with what was set from it.
    pub left_out: Option<LeftOut>,
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
    let text = read_file(&file)
        .map_err(|problems| unreadable(&file, hindcast.facts.is_some(), "score forecasts against", problems))?;
    let model = asked.case.model(&[]).map_err(Stop::Scenario)?;
    // Read here under the name that was typed, so that problems show it; the session reads the same text again.
    let facts = read_facts(&file.display().to_string(), &text, &model.inputs, model.start).map_err(Stop::Scenario)?;
    if hindcast.facts.is_none() {
        check_fitted(&args.file, &asked.case, &facts).map_err(Stop::Scenario)?;
    }
    let folder = args.file.parent().unwrap_or(Path::new(""));
    let name = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().into_owned();
    asked.request.files.insert(name.clone(), text);
    asked.request.facts = Some(name);
    asked.request.leave_out = hindcast.leave_out.as_ref().map(|group| {
        let found = facts.groups().into_iter().find(|known| known.eq_ignore_ascii_case(group));
        found.unwrap_or(group).to_owned()
    });
    if asked.request.leave_out.is_some() && args.point {
        let message = "--leave-out widens what is uncertain, and --point holds it: give one of them";
        return Err(Stop::Usage(message.to_owned()));
    }
    conduct_and_show(asked, args)
}

/// Without `--facts` people may not know that there should be a file.
///
/// # Arguments
/// * `to_what` - what the facts are needed to do.
pub fn unreadable(file: &Path, is_named: bool, to_what: &str, problems: Diagnostics) -> Stop {
    let is_missing = problems.sorted().first().is_some_and(|problem| problem.code == Code::Unreadable);
    if is_named || !is_missing {
        return Stop::Scenario(problems);
    }
    let message = format!("there are no facts to {to_what}: `{}` cannot be read", file.display());
    let mut problems = Diagnostics::new();
    let hint = "write one, or name one elsewhere with --facts FILE; docs/scenario.md says how they are written";
    problems.push(Diagnostic::new(Code::Unreadable, message).hint(hint));
    Stop::Scenario(problems)
}

/// The facts beside a scenario, if there is such a file.
///
/// # Errors
/// Every problem of it.
pub fn facts_of(scenario: &Path, case: &Case) -> Result<Option<Facts>, Diagnostics> {
    let file = facts_beside(scenario);
    if !file.exists() {
        return Ok(None);
    }
    let (text, model) = (read_file(&file)?, case.model(&[])?);
    let facts = read_facts(&file.display().to_string(), &text, &model.inputs, model.start)?;
    check_fitted(scenario, case, &facts)?;
    Ok(Some(facts))
}

/// Refuses a `fitted_from` in the scenario's own file that names no fact beside it: what it was meant for would count as a test.
/// What the file extends, and what lies under every scenario, has facts of its own.
///
/// # Errors
/// Each of them.
pub fn check_fitted(scenario: &Path, case: &Case, facts: &Facts) -> Result<(), Diagnostics> {
    let (own, file) = (format!("{}:", scenario.display()), facts_beside(scenario));
    let ids: Vec<&str> = facts.list.iter().map(|fact| fact.id.as_str()).collect();
    let mut problems = Diagnostics::new();
    for listed in case.listing(&[]).values.iter().filter(|listed| listed.place.starts_with(&own)) {
        for id in listed.fitted_from.iter().filter(|id| !ids.contains(&id.as_str())) {
            let (path, place, shown) = (&listed.path, &listed.place, id.escape_debug());
            let message =
                format!("`{path}` at {place} is fitted from `{shown}`, which is no fact of `{}`", file.display());
            let hint = suggestion(id, &ids, "its facts");
            let hint = format!("{hint}; or add a row for it, with a reason in `not_simulated` if no measure says it");
            problems.push(Diagnostic::new(Code::UnknownReference, message).hint(hint));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// What a request is scored against; none if it asks for no hindcast.
///
/// # Errors
/// Problems of the facts file.
pub fn against(request: &Request, case: &Case, model: &Model) -> Result<Option<Against>, Diagnostics> {
    let Some(name) = &request.facts else { return Ok(None) };
    let text = request.files.get(name).map_or("", String::as_str);
    let facts = read_facts(name, text, &model.inputs, model.start)?;
    let listing = listing(case, &request.policies[0]);
    let left_out = request.leave_out.as_ref().map(|group| LeftOut::new(group, &facts, &listing)).transpose()?;
    Ok(Some(Against { facts, fitted: fitted(listing), left_out }))
}

/// The values of a scenario under a policy, with where they come from.
pub fn listing(case: &Case, policy: &str) -> Listing {
    let preset = case.document().policies().iter().find(|preset| preset.id == policy);
    case.listing(preset.map_or(&[][..], |preset| &preset.overrides))
}

/// Ids of the facts that values were set from, each once.
pub fn fitted(listing: Listing) -> Vec<String> {
    let fitted: BTreeSet<String> = listing.values.into_iter().flat_map(|listed| listed.fitted_from).collect();
    fitted.into_iter().collect()
}

impl Against {
    /// Scores every fact.
    ///
    /// # Errors
    /// Those of reading rows.
    pub fn score(&self, session: &Session, rows: &Rows) -> Result<Hindcast, SummaryError> {
        let kept = self.kept(session, rows)?;
        Hindcasting { kept: kept.as_deref(), ..self.hindcasting(session) }.score(rows)
    }

    fn hindcasting<'a>(&'a self, session: &'a Session) -> Hindcasting<'a> {
        Hindcasting {
            facts: &self.facts,
            fitted: &self.fitted,
            model: &session.plan.policies[0].model,
            first_observed: session.plan.first_observed(),
            left_out: self.left_out.as_ref().map(LeftOut::without),
            kept: None,
        }
    }

    /// The rows from which inputs are set anew when a group is left out; none for all of them.
    ///
    /// # Errors
    /// Those of reading rows.
    pub fn kept(&self, session: &Session, rows: &Rows) -> Result<Option<Vec<usize>>, SummaryError> {
        let Some(left_out) = &self.left_out else { return Ok(None) };
        let evidence: Vec<&Fact> = left_out.evidence.iter().filter_map(|id| self.facts.find(id)).collect();
        self.hindcasting(session).nearest(rows, &evidence)
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

/// Scores as JSON: every fact with its forecasts, and facts taken together.
pub fn to_json(hindcast: &Hindcast) -> Value {
    let scored = |scored: Option<Scored>| scored.map(|scored| json!({ "value": scored.value, "mcse": scored.mcse }));
    let forecast = |row: &FactRow, forecast: &Forecast| {
        json!({
            "quantiles": forecast.points, "score": Score::of(row.fact.kind).name(), "estimate": scored(Some(forecast.score)),
            "mid_pit": scored(forecast.mid_pit), "within": scored(forecast.within),
            "log_within": scored(forecast.log_within), "at_least": scored(forecast.at_least),
        })
    };
    let fact = |row: &FactRow| {
        let references: serde_json::Map<String, Value> = Reference::ALL
            .into_iter()
            .filter_map(|reference| Some((reference, row.references[reference as usize].as_ref()?)))
            .map(|(reference, other)| {
                let mut other = forecast(row, other);
                other["skill"] = json!(row.skill(reference));
                (reference.name().to_owned(), other)
            })
            .collect();
        json!({
            "fact": row.fact.id, "group": row.fact.group, "kind": row.fact.kind.name(), "in_sample": row.in_sample,
            "fitted_unsaid": row.fitted_unsaid, "counted_with": row.counted_with, "grade": row.grade().map(Grade::name),
            "not_simulated": row.fact.quantity.as_ref().err(), "miss": row.fact.miss,
            "forecast": row.forecast.as_ref().map(|own| forecast(row, own)), "references": references,
        })
    };
    let group = |row: &GroupRow| {
        let against = |reference: Reference| {
            let [better, worse, of] = row.better[reference as usize];
            (reference.name().to_owned(), json!({ "better": better, "worse": worse, "compared": of }))
        };
        json!({
            "group": row.group, "in_sample": row.in_sample, "grades": row.grades, "outside_90": row.misses(),
            "by_luck": { "mean": row.luck[0], "q05": row.luck[1], "q95": row.luck[2] },
            "against": Reference::ALL.into_iter().map(against).collect::<serde_json::Map<String, Value>>(),
        })
    };
    json!({
        "replications": hindcast.n,
        "facts": hindcast.rows.iter().map(fact).collect::<Vec<_>>(),
        "groups": hindcast.groups.iter().map(group).collect::<Vec<_>>(),
    })
}
