//! A scenario as one tree of values: its file, what that extends, its CSV lists and the built-in defaults.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::code::Code;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::load::Loader;
use super::node::Node;
use super::presets::Preset;
use super::sources::{Disk, Files, Place, Source};
use crate::model::field::Field;
use crate::units::Date;

/// What a scenario is read against.
#[derive(Clone, Copy)]
pub struct Setup<'a> {
    /// The keys of its root table.
    pub schema: &'static [Field],
    /// Name and text of the values that lie under everything.
    pub defaults: Option<(&'a str, &'a str)>,
    /// Where its files are.
    pub files: &'a dyn Files,
}

impl Setup<'_> {
    /// Files from the disk, and no defaults.
    pub fn new(schema: &'static [Field]) -> Self {
        Self { schema, defaults: None, files: &Disk }
    }
}

/// A scenario's values, complete but not yet checked against the schema.
#[derive(Clone, Debug)]
pub struct Document {
    pub(super) root: Node,
    pub(super) schema: &'static [Field],
    pub(super) policies: Arc<[Preset]>,
    pub(super) denials: Arc<[Preset]>,
    /// What was overridden: canonical path, and the label of the override.
    pub(super) overridden: BTreeMap<String, String>,
    pub(super) sources: Arc<[Arc<Source>]>,
}

impl Document {
    /// Reads a scenario with all that it names.
    ///
    /// # Returns
    /// The document, or `None` if a file cannot be read or is not TOML. Other problems are noted and what can be read
    /// is returned, so that one look finds them all; nothing may run on a document with problems.
    pub fn load(path: &Path, setup: &Setup, diagnostics: &mut Diagnostics) -> Option<Self> {
        Loader::new(setup, path).document(path, diagnostics)
    }

    /// The root table, without `format`, `extends`, `policy` and `denial`.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The policies, in the order of the file.
    pub fn policies(&self) -> &[Preset] {
        &self.policies
    }

    /// The denials, in the order of the file.
    pub fn denials(&self) -> &[Preset] {
        &self.denials
    }

    /// Every text the document was made of: the scenario first, then what it extends and its CSV files as they were
    /// met, the defaults last.
    pub fn sources(&self) -> &[Arc<Source>] {
        &self.sources
    }

    /// The day that all others count from, if the document says it as it should.
    pub fn start_date(&self) -> Option<Date> {
        self.find("mission.start").and_then(Node::date)
    }

    /// Where the scenario's file begins.
    pub(super) fn start(&self) -> Place {
        self.root.place.clone()
    }

    /// The policy with this id.
    ///
    /// # Errors
    /// Noted, with the nearest ids, if there is none.
    pub fn policy(&self, id: &str, diagnostics: &mut Diagnostics) -> Option<&Preset> {
        preset(&self.policies, "policy", "policies", id, diagnostics)
    }

    /// The denial with this id.
    ///
    /// # Errors
    /// Noted, with the nearest ids, if there is none.
    pub fn denial(&self, id: &str, diagnostics: &mut Diagnostics) -> Option<&Preset> {
        preset(&self.denials, "denial", "denials", id, diagnostics)
    }
}

fn preset<'a>(
    presets: &'a [Preset],
    what: &str,
    plural: &str,
    id: &str,
    diagnostics: &mut Diagnostics,
) -> Option<&'a Preset> {
    let found = presets.iter().find(|preset| preset.id == id);
    if found.is_none() {
        let ids: Vec<&str> = presets.iter().map(|preset| preset.id.as_str()).collect();
        let message = format!("the scenario has no {what} {}", super::diagnostic::shown(id));
        let hint = if ids.is_empty() {
            format!("it declares no {plural}; add one, or leave this out")
        } else {
            super::nearest::suggestion(id, &ids, &format!("its {plural}"))
        };
        diagnostics.push(Diagnostic::new(Code::UnknownReference, message).hint(hint));
    }
    found
}
