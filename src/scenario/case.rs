//! A scenario as a case to be run: its document, and the model under each of its policies.

use std::path::Path;

use super::code::Code;
use super::diagnostic::Diagnostics;
use super::document::{Document, Setup};
use super::joint::Joint;
use super::listing::Listing;
use super::overrides::{Override, from_arguments};
use super::presets::Preset;
use super::reader::read;
use super::sources::{Disk, Files};
use crate::model::check::ProblemKind;
use crate::model::field::Table;
use crate::model::{Inputs, Model, Uncertainty};

/// Values that lie under every scenario, with their sources.
const DEFAULTS: (&str, &str) = ("<defaults>", include_str!("defaults.toml"));

/// A scenario with the overrides of the command line.
pub struct Case {
    document: Document,
    sets: Vec<Override>,
    /// Values that uncertain numbers take together.
    joint: Option<Joint>,
}

impl Case {
    /// Reads a scenario and overrides of the form `path=value`, which hold over every policy.
    ///
    /// # Errors
    /// Every problem of the files and of the scenario as it stands, its policies and denials included.
    pub fn load(path: &Path, sets: &[String]) -> Result<Self, Diagnostics> {
        Self::load_from(&Disk, path, sets)
    }

    /// The same from files that may be elsewhere than on the disk.
    ///
    /// # Errors
    /// As for [`Case::load`].
    pub fn load_from(files: &dyn Files, path: &Path, sets: &[String]) -> Result<Self, Diagnostics> {
        let mut problems = Diagnostics::new();
        let setup = Setup { schema: Inputs::FIELDS, defaults: Some(DEFAULTS), files };
        let document = Document::load(path, &setup, &mut problems);
        let sets = from_arguments(sets, &mut problems);
        let Some(document) = document else { return Err(problems) };
        let case = Self { document, sets, joint: None };
        if problems.is_empty() {
            case.build(&[], "", &mut problems);
        } else {
            // What could not be read is a gap in the document. Fields are still checked; what holds between them is not,
            // since a gap would be taken for a value.
            let document = case.document.with(&case.sets, &mut problems);
            let _ = read::<Inputs>(&document, &mut problems);
        }
        if problems.is_empty() {
            let policies = case.document.policies().iter().map(|preset| ("policy", preset));
            let denials = case.document.denials().iter().map(|preset| ("denial", preset));
            for (what, preset) in policies.chain(denials) {
                case.build(&preset.overrides, &format!(", under the {what} `{}`", preset.id), &mut problems);
            }
        }
        if problems.is_empty() { Ok(case) } else { Err(problems) }
    }

    /// The text of the values that lie under every scenario.
    pub fn defaults() -> &'static str {
        DEFAULTS.1
    }

    /// The document, without overrides.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Overrides of the command line.
    pub fn sets(&self) -> &[Override] {
        &self.sets
    }

    /// The policy with an id.
    ///
    /// # Errors
    /// The unknown id, with the nearest ones.
    pub fn policy(&self, id: &str) -> Result<&Preset, Diagnostics> {
        let mut problems = Diagnostics::new();
        self.document.policy(id, &mut problems).ok_or(problems)
    }

    pub(super) fn over(self, joint: Joint) -> Self {
        Self { joint: Some(joint), ..self }
    }

    /// The model under a policy's overrides; none for the scenario as it stands.
    ///
    /// # Errors
    /// Every problem.
    pub fn model(&self, overrides: &[Override]) -> Result<Model, Diagnostics> {
        let mut problems = Diagnostics::new();
        self.build(overrides, "", &mut problems).ok_or(problems)
    }

    /// Every resolved value under a policy's overrides.
    pub fn listing(&self, overrides: &[Override]) -> Listing {
        let document = self.document.with(overrides.iter().chain(&self.sets), &mut Diagnostics::new());
        Listing::of::<Inputs>(&document)
    }

    /// # Arguments
    /// * `under` - what messages add of where the overrides are from, since values may contradict each other that stand far
    ///   from there.
    fn build(&self, overrides: &[Override], under: &str, problems: &mut Diagnostics) -> Option<Model> {
        let mut found = Diagnostics::new();
        let document = self.document.with(overrides.iter().chain(&self.sets), &mut found);
        let model = read::<Inputs>(&document, &mut found).and_then(|read| {
            let uncertainties = read.uncertainties.into_iter();
            let uncertainties =
                uncertainties.map(|u| Uncertainty { slot: u.slot, path: u.path, law: u.law, whole: u.whole });
            match Model::new(read.table, uncertainties.collect(), document.start_date()?) {
                Ok(model) => Some(match &self.joint {
                    Some(joint) => model.with_rows(&joint.paths, &joint.rows),
                    None => model,
                }),
                Err(between) => {
                    for problem in between {
                        let message = format!("{}{under}", problem.message);
                        found.at_path(&document, &problem.path, code(problem.kind), message, problem.hint);
                    }
                    None
                }
            }
        });
        problems.append(found);
        model
    }
}

fn code(kind: ProblemKind) -> Code {
    match kind {
        ProblemKind::Order => Code::Order,
        ProblemKind::Empty => Code::EmptyList,
        ProblemKind::Missing => Code::MissingKey,
        ProblemKind::Unreachable => Code::Unreachable,
        ProblemKind::Duplicate | ProblemKind::Conflict => Code::Contradiction,
        ProblemKind::Sum => Code::Sum,
    }
}
