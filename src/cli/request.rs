//! What is asked for: everything that determines the rows of an experiment, from the command line or from a results folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::cli::args::ExperimentArguments;
use crate::cli::calibrate::Calibration;
use crate::cli::exit::Stop;
use crate::cli::nested::Nesting;
use crate::cli::sensitivity::Sensing;
use crate::design::Design;
use crate::draw::SCHEME;
use crate::experiment::ONLY_POINT;
use crate::scenario::{Bundle, Case, Diagnostics, Override, Preset, SourceKind, read_file};
use crate::store::{Disk, Identity, StoreError, hex, read_text, sha256};

/// The file of a results folder that holds its request, so that the folder can be merged and reproduced without others.
pub const REQUEST: &str = "experiment.json";

/// Id of the only policy of a scenario that declares none.
pub(super) const AS_WRITTEN: &str = "as-written";

/// What an experiment does with its policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Estimates of each.
    Run,
    /// Differences of each from the first.
    Compare,
    /// Shares of denials over all their combinations.
    Attribute,
    /// Estimates at every point of a design.
    Sweep,
    /// What each uncertain parameter does.
    Sensitivity,
    /// Which values of uncertain parameters the record bears out.
    Calibrate,
    /// Scores against facts on record.
    Hindcast,
}

impl Kind {
    /// The command.
    pub fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Compare => "compare",
            Self::Attribute => "attribute",
            Self::Sweep => "sweep",
            Self::Sensitivity => "sensitivity",
            Self::Calibrate => "calibrate",
            Self::Hindcast => "hindcast",
        }
    }
}

/// Everything that determines the rows of an experiment, and how many were asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// What is done.
    pub command: Kind,
    /// The scenario's file, among `files`.
    pub scenario: String,
    /// The texts of all files, by path from the scenario's folder.
    pub files: BTreeMap<String, String>,
    /// Ids of the policies, the baseline first.
    pub policies: Vec<String>,
    /// Whether the first policy is a baseline.
    pub has_baseline: bool,
    /// The points of a sweep.
    pub design: Option<Design>,
    /// Whether the ledgers of every point of a sweep are written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ledgers: bool,
    /// Ids of the denials that are attributed to.
    pub denials: Vec<String>,
    /// Measures whose Pareto set is shown.
    pub pareto: Vec<String>,
    /// Draws of the uncertain parameters and replications of each, if chance is to be told from them.
    pub nested: Option<Nesting>,
    /// The design of a sensitivity analysis, whose points the replications then are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensing>,
    /// What is calibrated to what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
    /// The text of an overlay file, from which uncertain numbers are drawn together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlay: Option<String>,
    /// The facts file, among `files`, if the forecasts are scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<String>,
    /// The group of facts that is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave_out: Option<String>,
    /// Overrides, as `path=value`.
    pub set: Vec<String>,
    /// Seed of all streams.
    pub seed: u64,
    /// Whether uncertain parameters are held at their central values.
    pub point: bool,
    /// Replications of each policy; the one thing here that later replications do not depend on.
    pub replications: u64,
}

/// A design point.
pub struct Point {
    /// Its id in results.
    pub id: String,
    /// What it changes.
    pub overrides: Vec<Override>,
}

/// What messages call the values of a design point.
pub fn point_label(at: usize) -> String {
    format!("<design point {at}>")
}

/// A request with its scenario.
pub struct Asked {
    /// The request.
    pub request: Request,
    /// The scenario.
    pub case: Case,
}

impl Request {
    /// Resolves arguments: reads the scenario and puts in its defaults.
    ///
    /// # Arguments
    /// * `policies` - the ids to run, given the case; the baseline first.
    /// * `denials` - ids of denials.
    ///
    /// # Errors
    /// Problems of the scenario.
    pub fn resolve(
        command: Kind,
        args: &ExperimentArguments,
        policies: impl FnOnce(&Case) -> Vec<String>,
        denials: &[String],
    ) -> Result<Asked, Stop> {
        if let Some((_, twice)) = args.policies.iter().enumerate().find(|(at, id)| args.policies[..*at].contains(id)) {
            return Err(Stop::Usage(format!("policy `{twice}` is named twice; name it once")));
        }
        let mut case = Case::load(&args.file, &args.sets).map_err(Stop::Scenario)?;
        let overlay = args.overlay.as_deref().map(read_file).transpose().map_err(Stop::Scenario)?;
        if let (Some(text), Some(path)) = (&overlay, &args.overlay) {
            if matches!(command, Kind::Sensitivity | Kind::Calibrate) {
                return Err(Stop::Usage(format!("{} varies the declared laws; leave --overlay out", command.name())));
            }
            case = case.with_overlay(&path.to_string_lossy(), text).map_err(Stop::Scenario)?;
        }
        let folder = args.file.parent().unwrap_or(Path::new(""));
        let relative = |name: &str| {
            let path = Path::new(name);
            path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned()
        };
        let sources = case.document().sources().iter();
        let files = sources.filter(|source| matches!(source.kind(), SourceKind::Scenario | SourceKind::Other));
        let files = files.map(|source| (relative(source.name()), source.text().to_owned())).collect();
        let defaults = case.model(&[]).map_err(Stop::Scenario)?.inputs.experiment;
        let replications = args.replications.unwrap_or(defaults.replications as u64);
        if args.nested.is_some() && !matches!(command, Kind::Run | Kind::Compare) {
            return Err(Stop::Usage(format!("{} takes no --nested; run and compare do", command.name())));
        }
        let request = Self {
            command,
            scenario: relative(&args.file.to_string_lossy()),
            files,
            policies: policies(&case),
            has_baseline: command == Kind::Compare,
            design: None,
            ledgers: false,
            denials: denials.to_vec(),
            set: args.sets.clone(),
            seed: args.seed.unwrap_or(defaults.seed as u64),
            point: args.point,
            pareto: Vec::new(),
            nested: args.nested,
            sensitivity: None,
            calibration: None,
            overlay,
            facts: None,
            leave_out: None,
            replications: args.nested.map_or(replications, Nesting::replications),
        };
        Ok(Asked { request, case })
    }

    /// The request that a results folder was made for; none if it has none that can be read.
    ///
    /// # Errors
    /// What the disk says.
    pub fn of_folder(disk: &Arc<dyn Disk>, folder: &Path) -> Result<Option<Self>, StoreError> {
        let text = read_text(&**disk, folder, REQUEST)?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// The file's text: the same bytes for the same request.
    pub fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a request is JSON");
        text.push('\n');
        text
    }

    /// Reads the scenario again from the texts.
    ///
    /// # Errors
    /// Problems of the scenario.
    pub fn load(self) -> Result<Asked, Diagnostics> {
        let files: Bundle = self.files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect();
        let mut case = Case::load_from(&files, Path::new(&self.scenario), &self.set)?;
        if let Some(text) = &self.overlay {
            case = case.with_overlay("<overlay>", text)?;
        }
        Ok(Asked { request: self, case })
    }

    /// The policy of an attribution in which no denial is in force, all being lifted.
    pub fn none_in_force(&self) -> usize {
        (1 << self.denials.len()) - 1
    }

    /// What determines the rows, by name. How many replications there are does not: each is what it is.
    pub fn identity(&self) -> Identity {
        let mut identity = Identity::new()
            .with("command", self.command.name())
            .with("version", env!("CARGO_PKG_VERSION"))
            .with("streams", SCHEME)
            .with("seed", self.seed.to_string())
            .with("uncertain parameters", if self.point { "at their medians" } else { "drawn" })
            .with("policies", self.policies.join(" "))
            .with("input <defaults>", hash(Case::defaults()));
        if let Some(design) = &self.design {
            let baseline = self.policies.first().filter(|_| self.has_baseline).map_or("none", String::as_str);
            let table = serde_json::to_string(design).expect("a design is JSON");
            identity = identity.with("baseline", baseline).with("design", hash(&table));
            identity = identity.with("swept", design.paths.join(" "));
        }
        if self.ledgers {
            identity = identity.with("ledgers", "of every point");
        }
        if !self.denials.is_empty() {
            identity = identity.with("denials", self.denials.join(" "));
        }
        if !self.pareto.is_empty() {
            identity = identity.with("pareto", self.pareto.join(" "));
        }
        if let Some(nested) = self.nested {
            identity = identity.with("nested", nested.to_string());
        }
        if let Some(overlay) = &self.overlay {
            identity = identity.with("overlay", hash(overlay));
        }
        for (key, value) in self.sensitivity.iter().flat_map(Sensing::identity) {
            identity = identity.with(key, value);
        }
        for (key, value) in self.calibration.iter().flat_map(Calibration::identity) {
            identity = identity.with(key, value);
        }
        if let Some(facts) = &self.facts {
            identity = identity.with("facts", facts);
        }
        if let Some(group) = &self.leave_out {
            identity = identity.with("left out", group);
        }
        for (index, set) in self.set.iter().enumerate() {
            identity = identity.with(format!("set {}", index + 1), set);
        }
        self.files.iter().fold(identity, |identity, (name, text)| identity.with(format!("input {name}"), hash(text)))
    }
}

impl Asked {
    /// The design points: one without overrides if there is no design.
    ///
    /// # Errors
    /// Values that cannot be read.
    pub fn points(&self) -> Result<Vec<Point>, Diagnostics> {
        let Some(design) = &self.request.design else {
            return Ok(vec![Point { id: ONLY_POINT.to_owned(), overrides: Vec::new() }]);
        };
        let mut problems = Diagnostics::new();
        let mut points = Vec::new();
        for (at, values) in design.points.iter().enumerate() {
            let set = design.paths.iter().zip(values).filter_map(|(path, value)| Some((path, value.as_ref()?)));
            let overrides = set.map(|(path, value)| Override::parse(&point_label(at), &format!("{path}={value}")));
            let (read, wrong): (Vec<_>, Vec<_>) = overrides.partition(Result::is_ok);
            wrong.into_iter().filter_map(Result::err).for_each(|problem| problems.push(problem));
            points.push(Point { id: at.to_string(), overrides: read.into_iter().filter_map(Result::ok).collect() });
        }
        if problems.is_empty() { Ok(points) } else { Err(problems) }
    }

    /// The denials that are attributed to.
    ///
    /// # Errors
    /// Unknown ids.
    pub fn denials(&self) -> Result<Vec<&Preset>, Diagnostics> {
        let mut problems = Diagnostics::new();
        let document = self.case.document();
        let found = self.request.denials.iter().filter_map(|id| document.denial(id, &mut problems)).collect();
        if problems.is_empty() { Ok(found) } else { Err(problems) }
    }
}

/// The ids to run: those asked for, or the first of the file.
pub fn policy_ids(case: &Case, asked: &[String]) -> Vec<String> {
    if !asked.is_empty() {
        return asked.to_vec();
    }
    vec![case.document().policies().first().map_or_else(|| AS_WRITTEN.to_owned(), |policy| policy.id.clone())]
}

/// Refuses a baseline, the first of the policies, that is among those compared with it.
///
/// # Errors
/// [`Stop::Usage`].
pub fn refuse_baseline(policies: &[String]) -> Result<(), Stop> {
    match policies.split_first() {
        Some((baseline, others)) if others.contains(baseline) => {
            Err(Stop::Usage(format!("`{baseline}` is the baseline; leave it out of the policies compared with it")))
        }
        _ => Ok(()),
    }
}

/// The checksum of a text.
pub fn hash(text: &str) -> String {
    hex(&sha256(text.as_bytes()))
}
