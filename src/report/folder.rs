//! A results folder as the report sees it: its manifest and its tables.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use thiserror::Error;

use crate::report::departures::{Departures, REPLICATIONS, departures};
use crate::report::words::{Known, spaced};
use crate::stats::Interval;
use crate::store::{Disk, StoreError, Verified, read_text};
use crate::units::Date;

/// Why a folder cannot be reported on.
#[derive(Debug, Error)]
pub enum ReportError {
    /// It cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file is not what this version writes.
    #[error(
        "{file} {problem}; it was written by version {version}, and a report by this version needs its results: run the command that made them again"
    )]
    File {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
        /// The version that wrote it.
        version: String,
    },
}

/// Tables of one point.
const LEDGERS: [&str; 3] = ["equipment.csv", "casualties.csv", "timeline.csv"];

/// The tables that are read, with the columns that are used.
const TABLES: [(&str, &[&str]); 19] = [
    ("summary.csv", &["design_id", "policy", "measure", "statistic", "level", "estimate", "low", "high"]),
    (
        "contrasts.csv",
        &[
            "design_id",
            "policy",
            "baseline",
            "measure",
            "effect",
            "difference",
            "low",
            "high",
            "share_worse",
            "share_worse_high",
        ],
    ),
    ("exceedance.csv", &["policy", "baseline", "measure", "threshold", "share_above", "low", "high", "band_low"]),
    ("equipment.csv", &["policy", "class", "owner", "base", "disposition", "cause", "units", "usd"]),
    ("casualties.csv", &["policy", "cause", "place", "group", "killed", "wounded"]),
    ("timeline.csv", &["policy", "date", "measure", "mean", "q05", "q25", "q50", "q75", "q95"]),
    (
        "hindcast.csv",
        &[
            "fact",
            "in_sample",
            "kind",
            "measure",
            "base",
            "date",
            "value",
            "low",
            "high",
            "forecast",
            "q05",
            "q50",
            "q95",
            "grade",
        ],
    ),
    (
        "hindcast_groups.csv",
        &["group", "in_sample", "graded", "outside_90", "by_luck_mean", "better_than_plan", "compared_with_plan"],
    ),
    ("design.csv", &["design_id"]),
    ("attribution.csv", &["measure", "effect", "part", "denial", "mean", "low", "high"]),
    ("curve.csv", &["ratio", "cover", "effect", "measure", "cost", "low", "high"]),
    (
        "variance.csv",
        &["policy", "baseline", "measure", "mean", "mean_low", "share_between", "share_between_low", "draws"],
    ),
    (
        "sensitivity.csv",
        &["policy", "baseline", "measure", "parameter", "basis", "statistic", "estimate", "low", "high", "told"],
    ),
    ("parameters.csv", &["parameter", "basis", "prior_median", "median", "moved", "moved_bound", "told_from_prior"]),
    ("tolerances.csv", &["generation", "tolerance", "effective_sample_size"]),
    (
        "facts.csv",
        &["fact", "kind", "measure", "base", "date", "tells", "record_low", "record_high", "prior_median", "median"],
    ),
    ("overlay.csv", &["draw"]),
    ("pareto.csv", &["policy", "in_set", "probability"]),
    ("trace.csv", &["policy", "replication", "time_days", "what", "place", "who", "cause", "on_leg_km"]),
];

/// A policy.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub(super) id: String,
    pub(super) title: String,
    /// Paths and values that it changes.
    pub(super) changes: Vec<(String, String)>,
}

/// A value of the scenario.
#[derive(Clone, Debug)]
pub(super) struct Input {
    pub(super) path: String,
    pub(super) value: String,
    pub(super) law: String,
    pub(super) basis: String,
    /// Whether it is a number or a date.
    pub(super) is_number: bool,
    pub(super) source: String,
}

impl Input {
    /// Whether it is drawn anew in each replication, and not merely given with a range.
    pub(super) fn is_drawn(&self) -> bool {
        self.law.contains('[')
    }
}

/// A CSV file.
#[derive(Debug)]
pub(super) struct Sheet {
    columns: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

/// What a method says of values too skewed for their number.
pub(super) const SKEWED: &str = "skewed: covers less";

/// A row of it.
#[derive(Clone, Copy)]
pub(super) struct Row<'s> {
    columns: &'s [String],
    cells: &'s csv::StringRecord,
}

impl<'s> Row<'s> {
    /// A cell's text; empty for a column that is not there.
    pub(super) fn text(self, column: &str) -> &'s str {
        let at = self.columns.iter().position(|name| name == column);
        at.and_then(|at| self.cells.get(at)).unwrap_or_default()
    }

    /// A cell's number, if it has one.
    pub(super) fn number(self, column: &str) -> Option<f64> {
        self.text(column).parse().ok()
    }

    /// An estimate and its interval, by the columns' names; whether it is skewed by that of the method.
    pub(super) fn known(self, [value, low, high]: [&str; 3]) -> Option<Known> {
        let ends = self.number(low).zip(self.number(high));
        let interval = ends.map(|(low, high)| Interval { low, high });
        Some(Known { value: self.number(value)?, interval, is_skewed: self.text("method").contains(SKEWED) })
    }

    /// A mean among others of its row, by its name.
    pub(super) fn mean(self, name: &str) -> Option<Known> {
        let beside = |what: &str| format!("{name}_{what}");
        let known = self.known([name, &beside("low"), &beside("high")])?;
        Some(Known { is_skewed: self.text(&beside("method")).contains(SKEWED), ..known })
    }
}

impl Sheet {
    /// Its rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> + Clone {
        self.rows.iter().map(|cells| Row { columns: &self.columns, cells })
    }

    /// Names of its columns.
    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }
}

/// All that a report is made from.
pub(super) struct Results {
    pub(super) command: String,
    pub(super) title: String,
    pub(super) policies: Vec<Policy>,
    pub(super) replications: u64,
    pub(super) start: Date,
    deadline: Date,
    pub(super) inputs: Vec<Input>,
    /// What determines the results, by name.
    pub(super) determined_by: BTreeMap<String, String>,
    /// Names and checksums of the files.
    pub(super) files: Vec<(String, String)>,
    sheets: BTreeMap<&'static str, Sheet>,
    /// Days on which bases are left in the replication that is told: by policy and base.
    departures: Departures,
    /// Means and quantiles of the first design point: policy, measure, statistic and level.
    estimates: BTreeMap<(String, String, String), Known>,
}

impl Results {
    /// Reads a folder that was found complete.
    pub(super) fn read(disk: &Arc<dyn Disk>, folder: &Path, verified: &Verified) -> Result<Self, ReportError> {
        let manifest = &verified.manifest;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let map = |value: &Value| -> Vec<(String, String)> {
            value.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), text(value))).collect()
        };
        let determined_by: BTreeMap<String, String> = map(&manifest["determined_by"]).into_iter().collect();
        let version = determined_by.get("version").cloned().unwrap_or_default();
        let wrong = |file: &str, problem: &str| ReportError::File {
            file: file.to_owned(),
            problem: problem.to_owned(),
            version: version.clone(),
        };
        let input = |value: &Value| Input {
            path: text(&value["path"]),
            value: text(&value["value"]),
            law: text(&value["law"]),
            basis: text(&value["basis"]),
            is_number: value["is_number"] == true,
            source: text(&value["source"]),
        };
        let inputs: Vec<Input> = list(&manifest["scenario"]).iter().map(input).collect();
        let date = |path: &str| {
            let value = inputs.iter().find(|input| input.path == path).and_then(|input| input.value.parse().ok());
            value.ok_or_else(|| wrong("manifest.json", &format!("has no date `{path}`")))
        };
        let (start, deadline) = (date("mission.start")?, date("mission.deadline")?);
        let mut sheets = BTreeMap::new();
        for (name, columns) in TABLES {
            // The page shows the ledgers of one point, which are those of no point of a sweep more than of another. The
            // design of a sensitivity analysis is long, and nothing is shown of it.
            let is_of_points = determined_by.contains_key("ledgers") && LEDGERS.contains(&name)
                || determined_by.contains_key("sensitivity") && name == "design.csv";
            if !is_of_points && verified.files.iter().any(|file| file.name == name) {
                let sheet = read_text(&**disk, folder, name)?.and_then(|text| sheet_of(&text));
                let sheet = sheet.ok_or_else(|| wrong(name, "cannot be read as a table, or is over 64 MiB"))?;
                if let Some(missing) = columns.iter().find(|column| sheet.columns.iter().all(|name| name != *column)) {
                    return Err(wrong(name, &format!("has no column `{missing}`")));
                }
                sheets.insert(name, sheet);
            }
        }
        let departures = match sheets.get("trace.csv").and_then(|sheet: &Sheet| sheet.rows().next()) {
            Some(told) => departures(disk, folder, told.text("replication"))?
                .ok_or_else(|| wrong(REPLICATIONS, "cannot be read as a table"))?,
            None => Departures::new(),
        };
        let policy = |value: &Value| Policy {
            id: text(&value["id"]),
            title: text(&value["title"]),
            changes: map(&value["overrides"]),
        };
        let estimates = sheets.get("summary.csv").map(estimates).unwrap_or_default();
        Ok(Self {
            command: determined_by.get("command").cloned().unwrap_or_default(),
            title: text(&manifest["title"]),
            policies: list(&manifest["policies"]).iter().map(policy).collect(),
            replications: manifest["replications"].as_u64().unwrap_or_default(),
            start,
            deadline,
            inputs,
            determined_by,
            files: verified.files.iter().map(|file| (file.name.clone(), file.sha256.clone())).collect(),
            sheets,
            departures,
            estimates,
        })
    }

    /// The deadline under a policy; of a sweep at its first design point.
    pub(super) fn deadline_of(&self, policy: &Policy) -> Date {
        const PATH: &str = "mission.deadline";
        let swept = self.sheet("design.csv").filter(|sheet| sheet.columns().iter().any(|column| column == PATH));
        let swept = swept.and_then(|sheet| sheet.rows().next()).map(|row| row.text(PATH).to_owned());
        let changed = || policy.changes.iter().find(|(path, _)| path == PATH).map(|(_, value)| value.clone());
        let date = swept.or_else(changed).and_then(|value| value.trim_matches('"').parse().ok());
        date.unwrap_or(self.deadline)
    }

    /// A table, if the folder has it.
    pub(super) fn sheet(&self, name: &str) -> Option<&Sheet> {
        self.sheets.get(name)
    }

    /// The policies that stand in charts: of an attribution, whose policies are combinations, the one with all denials in
    /// force and the one with none.
    pub(super) fn shown(&self) -> Vec<&Policy> {
        let is_shown = |policy: &&Policy| {
            self.command != "attribute" || policy.id == "none-denied" || policy.id == self.policies[0].id
        };
        self.policies.iter().filter(is_shown).collect()
    }

    /// A mean, at the first design point.
    pub(super) fn mean(&self, policy: &str, measure: &str) -> Option<Known> {
        self.estimate(policy, measure, "mean")
    }

    /// A quantile, by its level as text.
    pub(super) fn quantile(&self, policy: &str, measure: &str, level: &str) -> Option<f64> {
        self.estimate(policy, measure, level).map(|known| known.value)
    }

    fn estimate(&self, policy: &str, measure: &str, statistic: &str) -> Option<Known> {
        self.estimates.get(&(policy.to_owned(), measure.to_owned(), statistic.to_owned())).copied()
    }

    /// When a base is left in the replication that is told, in days since the start: when the last people of a hub fly.
    pub(super) fn departure(&self, policy: &str, base: &str) -> Option<f64> {
        self.departures.get(&(policy.to_owned(), base.to_owned())).copied()
    }

    /// A value of the scenario.
    pub(super) fn input(&self, path: &str) -> Option<&Input> {
        self.inputs.iter().find(|input| input.path == path)
    }

    /// What a base is called: its title, without what stands there in brackets. Other places have titles that describe them,
    /// and are called by their ids in words.
    pub(super) fn name_of(&self, place: &str) -> String {
        let title = self.input(&format!("base.{place}.title")).map(|input| input.value.as_str());
        let name = title.map(|title| title.split_once(" (").map_or(title, |(name, _)| name));
        name.filter(|name| !name.is_empty()).map_or_else(|| spaced(place), str::to_owned)
    }

    /// The junction at which an exit through a neighbouring country is.
    pub(super) fn exit_at(&self, id: &str) -> Option<&str> {
        self.input(&format!("exit.{id}.at")).map(|input| input.value.as_str())
    }

    /// Ids of the items of a list of the scenario, in its order.
    pub(super) fn items(&self, list: &str) -> Vec<&str> {
        let mut ids: Vec<&str> = Vec::new();
        for input in &self.inputs {
            let mut parts = input.path.split('.');
            if let (Some(head), Some(id), Some(_)) = (parts.next(), parts.next(), parts.next())
                && head == list
                && !ids.contains(&id)
            {
                ids.push(id);
            }
        }
        ids
    }
}

fn sheet_of(text: &str) -> Option<Sheet> {
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    let columns = csv.headers().ok()?.iter().map(str::to_owned).collect();
    Some(Sheet { columns, rows: csv.records().collect::<Result<_, _>>().ok()? })
}

/// Means and quantiles of the first design point.
fn estimates(sheet: &Sheet) -> BTreeMap<(String, String, String), Known> {
    let rows = sheet.rows().filter(|row| row.text("design_id") == "0");
    let rows = rows.filter(|row| matches!(row.text("statistic"), "mean" | "quantile"));
    rows.filter_map(|row| {
        let statistic = if row.text("statistic") == "mean" { "mean" } else { row.text("level") };
        let key = (row.text("policy").to_owned(), row.text("measure").to_owned(), statistic.to_owned());
        Some((key, row.known(["estimate", "low", "high"])?))
    })
    .collect()
}
