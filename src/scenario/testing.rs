//! A small schema for the tests of this room, with a field of every kind.

use super::diagnostic::Diagnostics;
use super::document::{Document, Setup};
use super::overrides::from_arguments;
use super::reader::{Read, read};
use super::sources::Bundle;
use crate::model::field::{Kind, count, number, share};
use std::path::Path;

crate::choice! {
    /// How permission is given.
    pub enum Regime {
        /// Always.
        Granted = "granted",
        /// Never.
        Denied = "denied",
    }
}
crate::table! {
    /// When it all happens.
    pub struct Mission {
        /// The first day.
        start: f64 = Kind::Start,
        /// The last day.
        deadline: f64 = Kind::Date,
        /// People at the start.
        people: f64 = count("people", 1.0, 20_000.0),
    }
}
crate::table! {
    /// A class of things held.
    pub struct Holding {
        /// Its name.
        id: String = Kind::Id,
        /// How many.
        units: f64 = count("units", 0.0, 1_000.0),
    }
}
crate::table! {
    /// A camp.
    pub struct Base {
        /// Its name in paths.
        id: String = Kind::Id,
        /// Its name for people.
        title: Option<String> = Kind::Text,
        /// When it is to close.
        planned_closure: Option<f64> = Kind::Date,
        /// Length of the strip.
        strip_km: Option<f64> = number("km", 0.5, 5.0),
        /// The base it depends on.
        hub: Option<String> = Kind::Reference(&["base"]),
        /// What it holds.
        holding: Vec<Holding> = Kind::List(Holding::FIELDS),
    }
}
crate::table! {
    /// A road.
    pub struct Road {
        /// One end.
        from: String = Kind::Reference(&["base"]),
        /// The other end.
        to: String = Kind::Reference(&["base"]),
        /// Its length.
        km: f64 = number("km", 1.0, 5_000.0),
    }
}
crate::table! {
    /// What goes wrong.
    pub struct Threat {
        /// Probability of a hit.
        hit: f64 = share(),
        /// Contacts.
        rate: f64 = number("per 1,000 km", 0.0, 1_000.0),
        /// Any sign.
        drift: Option<f64> = number("points", -10.0, 10.0),
    }
}
crate::table! {
    /// Who says yes.
    pub struct Permissions {
        /// How.
        regime: Regime = Kind::Choice(Regime::NAMES),
        /// Whether it can be appealed.
        appeal: Option<bool> = Kind::Flag,
        /// Ways out.
        exits: Vec<String> = Kind::References(&["base", "base.holding"]),
    }
}
crate::table! {
    /// All of it.
    pub struct Root {
        /// When.
        mission: Mission = Kind::Table(Mission::FIELDS),
        /// What goes wrong.
        threat: Threat = Kind::Table(Threat::FIELDS),
        /// Who says yes.
        permissions: Option<Permissions> = Kind::Table(Permissions::FIELDS),
        /// Camps.
        base: Vec<Base> = Kind::List(Base::FIELDS),
        /// Roads.
        road: Vec<Road> = Kind::List(Road::FIELDS),
    }
}

use crate::model::field::Table as _;

/// A scenario that is right.
pub(super) const GOOD: &str = r#"format = 1
basis = "assumed"

[mission]
start = 2023-07-01
deadline = 2023-12-31
people = { value = 900, low = 800, high = 1_000, basis = "reported", source = "S1" }

[threat]
basis = "derived"
source = "fit"
hit = { quantiles = [0.1, 0.3, 0.6], note = "wide" }
rate = 2.5

[permissions]
regime = "granted"
appeal = true
exits = ["gao", "trucks"]

[[base]]
id = "gao"
title = "Gao"
planned_closure = { uniform = [2023-10-01, 2023-10-11] }

[[base]]
id = "kidal"
hub = "gao"
strip_km = 1.8
holding = [{ id = "trucks", units = { triangular = [10, 20, 40] } }]

[[road]]
from = "kidal"
to = "gao"
km = 285

[[policy]]
id = "all-denied"
title = "Everything is denied"
set = { "permissions.regime" = "denied", "threat.hit" = 0.9 }

[[denial]]
id = "roads"
title = "Roads are closed"
lifts = { "road.0.km" = { uniform = [100, 200] } }
"#;

/// Loads files of which the first is the scenario.
pub(super) fn load_files(files: &[(&str, &str)]) -> (Option<Document>, Diagnostics) {
    let bundle: Bundle = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    let mut diagnostics = Diagnostics::new();
    let setup = Setup { schema: Root::FIELDS, defaults: None, files: &bundle };
    let document = Document::load(Path::new(files[0].0), &setup, &mut diagnostics);
    (document, diagnostics)
}

/// Loads and reads a scenario with overrides.
pub(super) fn read_with(text: &str, set: &[&str]) -> (Option<Read<Root>>, Diagnostics) {
    let (document, mut diagnostics) = load_files(&[("a.toml", text)]);
    let arguments: Vec<String> = set.iter().map(|&text| text.to_owned()).collect();
    let overrides = from_arguments(&arguments, &mut diagnostics);
    let read = document.and_then(|document| {
        let document = document.with(&overrides, &mut diagnostics);
        read::<Root>(&document, &mut diagnostics)
    });
    (read, diagnostics)
}

/// The good scenario with one passage replaced by another.
pub(super) fn changed(from: &str, to: &str) -> String {
    assert_eq!(GOOD.matches(from).count(), 1, "`{from}` must stand once in the scenario");
    GOOD.replace(from, to)
}

/// `line:column code message` of every problem; the place without the file's name if that is `a.toml`.
pub(super) fn summary(diagnostics: &Diagnostics) -> Vec<String> {
    let one = |d: &&super::Diagnostic| {
        let place = d.place.as_ref().map(|place| format!("{place:?} ")).unwrap_or_default();
        format!("{}{} {}", place.trim_start_matches("a.toml:"), d.code, d.message)
    };
    diagnostics.sorted().iter().map(one).collect()
}

/// The problems of a text, as [`summary`] gives them.
pub(super) fn problems(text: &str) -> Vec<String> {
    summary(&read_with(text, &[]).1)
}

/// The only problem of the good scenario after a change: place, code and message, and its hint.
pub(super) fn problem(from: &str, to: &str) -> (String, String) {
    only(&read_with(&changed(from, to), &[]).1)
}

/// The only problem: place, code and message, and its hint.
pub(super) fn only(diagnostics: &Diagnostics) -> (String, String) {
    let all = summary(diagnostics);
    assert_eq!(all.len(), 1, "{all:#?}");
    (all[0].clone(), diagnostics.sorted()[0].hint.clone().unwrap_or_default())
}

#[test]
fn the_good_scenario_is_good() {
    assert_eq!(problems(GOOD), Vec::<String>::new());
}
