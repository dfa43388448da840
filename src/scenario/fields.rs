//! Hands fields to the model, each checked against what its kind allows.

use super::annotations;
use super::code::Code;
use super::diagnostic::{Diagnostic, shown};
use super::ids::malformed_id;
use super::listing::Listed;
use super::nearest::{did_you_mean, enumerated};
use super::node::{Content, Node};
use super::number::{Declared, Quantity};
use super::paths::{item_name, join};
use super::reader::{At, Reader, Uncertainty};
use super::syntax::MAX_ITEMS;
use super::wording::{wrong_item, wrong_type};
use crate::model::field::{Field, Kind, Source};

impl<'d> Reader<'d, '_> {
    /// Reads the text of a field of any kind that is written as text.
    fn text_of(&mut self, field: &'static Field) -> Option<(&'d Node, &'d str)> {
        let node = self.child(field)?;
        let text = node.text_or_bare();
        if text.is_none() {
            let problem = wrong_type(&self.path_of(field), field, node);
            self.diagnostics.push(problem);
        }
        Some((node, text?))
    }

    fn list(
        &mut self,
        field: &'static Field,
        node: &Node,
        value: impl FnOnce() -> String,
        more: impl FnOnce(Listed) -> Listed,
    ) {
        if self.listed.is_none() {
            return;
        }
        let path = self.path_of(field);
        let held = self.provenance_at(&path).holds_for(node);
        let listed = more(Listed::new(path, value(), field, &node.place).from(held));
        self.listed.get_or_insert_default().push(listed);
    }

    fn read_number(&mut self, field: &'static Field, node: &'d Node) -> Option<Declared> {
        let path = self.path_of(field);
        if let Content::Table(entries) = &node.content {
            annotations::check(entries, |_| false, self.diagnostics);
        }
        if matches!(field.kind, Kind::Date) && self.start.is_none() {
            // Without a start no date can be placed; if it is there and wrong, that was said where it stands.
            if self.document.find("mission.start").is_none() {
                let message = "dates count from `mission.start`, and there is none";
                let problem = Diagnostic::new(Code::MissingKey, message).at(&self.document.start());
                self.diagnostics.push(problem.hint("add start = 2023-06-30, the first day, below [mission]"));
            }
            return None;
        }
        let quantity = Quantity { path: &path, field, start: self.start };
        let declared = quantity.read(node, self.diagnostics)?;
        if self.listed.is_none() {
            return Some(declared);
        }
        let (min, max) = quantity.legal();
        let number =
            (quantity.unit(), declared.range.clone(), format!("{} to {}", quantity.text(min), quantity.text(max)));
        let value = if declared.law.is_some() { rounded(declared.value) } else { declared.value };
        let value = quantity.text(value);
        self.list(field, node, || value, |listed| listed.number(number));
        Some(declared)
    }

    /// The mission's start, as days since 1970-01-01.
    fn read_start(&mut self, field: &'static Field, node: &'d Node) -> Option<f64> {
        let Some(date) = node.date() else {
            let problem = wrong_type(&self.path_of(field), field, node);
            self.diagnostics.push(problem);
            return None;
        };
        self.list(field, node, || date.to_string(), |listed| listed);
        Some(f64::from(date.epoch_days()))
    }
}

/// A median as listings show it: six significant digits, since the last ones come from the law's arithmetic.
fn rounded(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

impl Source for Reader<'_, '_> {
    fn has(&self, name: &str) -> bool {
        matches!(self.frame().at, At::Table(entries, _) if entries.get(name).is_some())
    }

    fn number(&mut self, field: &'static Field) -> f64 {
        let slot = self.numbers;
        self.numbers += 1;
        let stand_in = match field.kind {
            Kind::Number { min, .. } | Kind::Count { min, .. } => min,
            _ => 0.0,
        };
        let Some(node) = self.child(field) else { return stand_in };
        if matches!(field.kind, Kind::Start) {
            return self.read_start(field, node).unwrap_or(stand_in);
        }
        let Some(declared) = self.read_number(field, node) else { return stand_in };
        if let Some(law) = declared.law {
            let whole = !matches!(field.kind, Kind::Number { .. });
            let path = self.path_of(field);
            self.uncertainties.push(Uncertainty { slot, path, law, whole });
        }
        declared.value
    }

    fn flag(&mut self, field: &'static Field) -> bool {
        let Some(node) = self.child(field) else { return false };
        if let Content::Flag(flag) = node.content {
            self.list(field, node, || flag.to_string(), |listed| listed);
            return flag;
        }
        let problem = wrong_type(&self.path_of(field), field, node);
        self.diagnostics.push(problem);
        false
    }

    fn text(&mut self, field: &'static Field) -> String {
        let Some((node, text)) = self.text_of(field) else { return String::new() };
        match field.kind {
            Kind::Id => {
                if let Some(problem) = malformed_id(text) {
                    self.diagnostics.push(problem.at(&node.place));
                }
            }
            Kind::Reference(lists) => {
                let path = self.path_of(field);
                self.ids.expect(path, text, lists, &node.place);
            }
            _ => {}
        }
        if !matches!(field.kind, Kind::Id) {
            self.list(field, node, || text.to_owned(), |listed| listed);
        }
        text.to_owned()
    }

    fn texts(&mut self, field: &'static Field) -> Vec<String> {
        if !self.has(field.name) {
            return Vec::new();
        }
        let Some(node) = self.child(field) else { return Vec::new() };
        let path = self.path_of(field);
        let lists = if let Kind::References(lists) = field.kind { lists } else { &[] };
        let Some(items) = node.list() else {
            self.diagnostics.push(wrong_type(&path, field, node));
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items.iter().filter(|item| !item.is_broken()) {
            match item.text_or_bare() {
                Some(id) => {
                    texts.push(id.to_owned());
                    self.ids.expect(path.clone(), id, lists, &item.place);
                }
                None => self.diagnostics.push(wrong_item(&path, item)),
            }
        }
        self.list(field, node, || texts.join(" "), |listed| listed);
        texts
    }

    fn choice(&mut self, field: &'static Field) -> usize {
        let Kind::Choice(words) = field.kind else { return 0 };
        let Some((node, word)) = self.text_of(field) else { return 0 };
        if let Some(index) = words.iter().position(|&known| known == word) {
            self.list(field, node, || word.to_owned(), |listed| listed);
            return index;
        }
        let message = format!("{} cannot be {}", shown(self.path_of(field)), shown(word));
        let near = did_you_mean(word, words.iter().copied()).map(|near| format!("{near} ")).unwrap_or_default();
        let hint = format!("{near}the words are {}", enumerated(words.iter().copied()));
        self.diagnostics.push(Diagnostic::new(Code::UnknownWord, message).at(&node.place).hint(hint));
        0
    }

    fn enter(&mut self, field: &'static Field) {
        let Kind::Table(fields) = field.kind else { return self.push_frame(At::Nowhere, String::new(), String::new()) };
        let path = self.path_of(field);
        let lists = join(&self.frame().lists, field.name);
        // A table all of whose keys may be left out may be left out itself.
        let skippable = fields.iter().all(|field| field.optional) && !self.has(field.name);
        let node = if skippable { None } else { self.child(field) };
        let at = match node {
            Some(node) if node.table().is_some() => self.table_at(node, fields, &path),
            Some(node) => {
                self.diagnostics.push(wrong_type(&path, field, node));
                At::Nowhere
            }
            None => At::Nowhere,
        };
        self.push_frame(at, path, lists);
    }

    fn enter_list(&mut self, field: &'static Field) -> usize {
        let path = self.path_of(field);
        let lists = join(&self.frame().lists, field.name);
        let Kind::List(fields) = field.kind else {
            self.push_frame(At::Nowhere, path, lists);
            return 0;
        };
        let node = if self.has(field.name) { self.child(field) } else { None };
        let items = node.and_then(Node::list).unwrap_or_default();
        let items = &items[..items.len().min(MAX_ITEMS)];
        if let Some(node) = node.filter(|node| node.list().is_none()) {
            self.diagnostics.push(wrong_type(&path, field, node));
        }
        // Where items or ids cannot be read, what refers to them is not wrong for that.
        let has_ids = fields.iter().any(|field| matches!(field.kind, Kind::Id));
        let is_known = |item: &Node| item.table().is_some() && (!has_ids || item.id().is_some());
        let is_list = node.is_some_and(|node| node.list().is_some());
        let whole = !self.has(field.name) || is_list && items.iter().all(is_known);
        self.ids.add_list(&[field.name, &lists], &path, items, whole, self.diagnostics);
        self.push_frame(At::List(items, fields), path, lists);
        items.len()
    }

    fn enter_item(&mut self, index: usize) {
        let lists = self.frame().lists.clone();
        let At::List(items, fields) = self.frame().at else {
            return self.push_frame(At::Nowhere, String::new(), lists);
        };
        let Some(item) = items.get(index) else { return self.push_frame(At::Nowhere, String::new(), lists) };
        let path = join(&self.frame().path, &item_name(item, index));
        if item.table().is_none() && !item.is_broken() {
            let message = format!("{} must be a table, and this is {}", shown(&path), item.described());
            let problem = Diagnostic::new(Code::WrongType, message).at(&item.place);
            self.diagnostics.push(problem.hint("write each item as { key = value } or below [[name]]"));
        }
        let at = self.table_at(item, fields, &path);
        self.push_frame(at, path, lists);
    }

    fn leave(&mut self) {
        self.frames.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{GOOD, Regime, changed, problem, problems, read_with};
    use crate::model::field::Table as _;
    use crate::units::Date;

    #[test]
    fn a_good_scenario_gives_its_values() {
        let root = read_with(GOOD, &[]).0.unwrap().table;
        assert_eq!(Date::from_epoch_days(root.mission.start as i32).to_string(), "2023-07-01");
        assert_eq!((root.mission.deadline, root.mission.people), (183.0, 900.0));
        let permissions = root.permissions.unwrap();
        assert_eq!((permissions.regime, permissions.appeal), (Regime::Granted, Some(true)));
        assert_eq!(permissions.exits, ["gao", "trucks"]);
        assert_eq!((root.base[0].planned_closure, root.base[1].planned_closure), (Some(97.0), None));
        assert_eq!(root.base[1].hub.as_deref(), Some("gao"));
        assert_eq!((root.road[0].km, root.threat.drift), (285.0, None));
    }

    #[test]
    fn uncertain_numbers_come_with_their_place_in_the_order_of_visiting() {
        let mut read = read_with(GOOD, &[]).0.unwrap();
        let found: Vec<(usize, &str, bool)> =
            read.uncertainties.iter().map(|u| (u.slot, u.path.as_str(), u.whole)).collect();
        let expected = [
            (3, "threat.hit", false),
            (5, "base.gao.planned_closure", true),
            (7, "base.kidal.holding.trucks.units", true),
        ];
        assert_eq!(found, expected);
        let mut visited = Vec::new();
        read.table.visit_table(&mut |value| visited.push(*value));
        for uncertainty in &read.uncertainties {
            let median = uncertainty.law.median();
            let central = if uncertainty.whole { median.round() } else { median };
            assert_eq!(visited[uncertainty.slot], central, "{}", uncertainty.path);
        }
    }

    #[test]
    fn a_wrong_type_says_what_is_wanted_what_was_found_and_what_to_write() {
        let (at, hint) = problem("rate = 2.5", "rate = \"2.5 km\"");
        assert_eq!(
            at,
            "13:8 E012 `threat.rate` must be a number per 1,000 km from 0 to 1000, and this is the text `2.5 km`"
        );
        assert_eq!(hint, "write the number alone, without quotes: 2.5");
        for (from, to, at, hint) in [
            ("rate = 2.5", "rate = \"2.5\"", "13:8", "remove the quotes: 2.5"),
            ("rate = 2.5", "rate = true", "13:8", ""),
            ("rate = 2.5", "rate = [2.5]", "13:8", "remove the brackets: 2.5"),
            ("rate = 2.5", "rate = 2023-01-01", "13:8", ""),
            ("hit = { quantiles = [0.1, 0.3, 0.6], note = \"wide\" }", "hit = \"30%\"", "12:7", "write the share: 0.3"),
            ("km = 285", "km = \"30%\"", "34:6", "write a number in km from 1 to 5000"),
            ("km = 285", "km = \"90000\"", "34:6", "write a number in km from 1 to 5000"),
            ("deadline = 2023-12-31", "deadline = \"2023-12-31\"", "6:12", "remove the quotes: 2023-12-31"),
            ("deadline = 2023-12-31", "deadline = 31", "6:12", ""),
            ("appeal = true", "appeal = \"true\"", "17:10", "remove the quotes: true"),
            ("appeal = true", "appeal = 1", "17:10", "write appeal = true or appeal = false"),
            ("title = \"Gao\"", "title = 7", "22:9", "put it into quotes: \"7\""),
            ("[\"gao\", \"trucks\"]", "\"gao\"", "18:9", "put it into brackets: [\"gao\"]"),
            ("[\"gao\", \"trucks\"]", "[\"gao\", 7]", "18:17", "put it into quotes: \"7\""),
            ("[[road]]", "[road]", "31:1", "begin each item with [[road]], in double brackets"),
            ("[threat]", "[[threat]]", "9:1", "there is one of it: write [threat], in single brackets"),
        ] {
            let (problem, suggested) = problem(from, to);
            assert!(problem.starts_with(&format!("{at} E012")), "{problem}");
            assert_eq!(suggested, hint, "{problem}");
        }
    }

    #[test]
    fn words_must_be_among_those_of_the_field() {
        let (at, hint) = problem("regime = \"granted\"", "regime = \"Granted\"");
        assert_eq!(at, "16:10 E020 `permissions.regime` cannot be `Granted`");
        assert_eq!(hint, "did you mean `granted`? the words are `granted`, `denied`");
    }

    #[test]
    fn dates_without_a_start_say_so_once() {
        let found = problems(&changed("start = 2023-07-01\n", ""));
        assert_eq!(
            found,
            ["1:1 E011 dates count from `mission.start`, and there is none", "4:1 E011 `mission` has no `start`"]
        );
        let found = problems(&changed("start = 2023-07-01", "start = \"July\""));
        assert_eq!(found.len(), 1, "{found:?}");
    }
}
