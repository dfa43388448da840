//! Numbers as scenarios write them: known ones, and laws for those that are not known.

use super::annotations::ANNOTATIONS;
use super::code::Code;
use super::diagnostic::{Diagnostic, Diagnostics, shown};
use super::law_forms::LAWS;
use super::laws;
use super::nearest::{enumerated, suggestion};
use super::node::{Content, Entries, Node};
use super::sources::Place;
use super::wording::{plain, wrong_type};
use crate::draw::Law;
use crate::model::field::{Field, Kind};
use crate::units::Date;

/// The keys of a number's table that are neither laws nor annotations.
const VALUE_KEYS: &[&str] = &["value", "low", "high", "truncate"];
/// Days before and after `mission.start` that dates may lie: ten years.
const DATE_REACH_DAYS: f64 = 3_653.0;

/// A number that was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Declared {
    /// The value, or the law's median.
    pub value: f64,
    /// The law, if the number is not known.
    pub law: Option<Law>,
    /// The law or range as listings show it.
    pub range: String,
}

/// What a number must be.
pub(super) struct Quantity<'a> {
    pub path: &'a str,
    pub field: &'static Field,
    /// The day that dates count from.
    pub start: Option<Date>,
}

/// Whether a table's keys are those of a number with a value of its own.
pub(super) fn declares_number(entries: &Entries) -> bool {
    let known = |key: &str| is_form(key) || VALUE_KEYS.contains(&key) || ANNOTATIONS.contains(&key);
    entries.iter().any(|entry| is_form(&entry.key)) && entries.iter().all(|entry| known(&entry.key))
}

/// Whether a key says what a number is.
pub(super) fn is_form(key: &str) -> bool {
    key == "value" || LAWS.contains(&key)
}

impl Quantity<'_> {
    /// Least and greatest legal value; dates as days since the start.
    pub fn legal(&self) -> (f64, f64) {
        match self.field.kind {
            Kind::Number { min, max, .. } | Kind::Count { min, max, .. } => (min, max),
            _ => (-DATE_REACH_DAYS, DATE_REACH_DAYS),
        }
    }

    /// Whether values are whole: counts, and days.
    pub fn is_whole(&self) -> bool {
        !matches!(self.field.kind, Kind::Number { .. })
    }

    pub fn is_date(&self) -> bool {
        matches!(self.field.kind, Kind::Date | Kind::Start)
    }

    /// The unit for people; nothing for dates.
    pub fn unit(&self) -> &'static str {
        match self.field.kind {
            Kind::Number { unit, .. } | Kind::Count { unit, .. } => unit,
            _ => "",
        }
    }

    /// A value as it would stand in the file.
    pub fn text(&self, value: f64) -> String {
        match self.start {
            Some(start) if self.is_date() && value.is_finite() => start.after(value).to_string(),
            _ if value.is_infinite() => if value > 0.0 { "inf" } else { "-inf" }.to_owned(),
            _ => plain(value),
        }
    }

    /// Reads a number, known or not.
    ///
    /// # Returns
    /// `None` if it cannot be used; every reason was noted.
    pub fn read(&self, node: &Node, diagnostics: &mut Diagnostics) -> Option<Declared> {
        let before = diagnostics.len();
        let declared = match &node.content {
            Content::Table(entries) => self.read_table(entries, &node.place, diagnostics),
            _ => self.known(node, diagnostics).map(|value| Declared { value, law: None, range: String::new() }),
        };
        declared.filter(|_| diagnostics.len() == before)
    }

    /// Reads a plain value inside the legal range.
    fn known(&self, node: &Node, diagnostics: &mut Diagnostics) -> Option<f64> {
        let value = self.scalar(node, diagnostics)?;
        let (min, max) = self.legal();
        if self.is_whole() && value.fract() != 0.0 {
            let message = format!("{} is {}, and must be a whole number", shown(self.path), plain(value));
            let hint = format!("write {} or {}", plain(value.floor()), plain(value.ceil()));
            diagnostics.push(Diagnostic::new(Code::NotWhole, message).at(&node.place).hint(hint));
            return None;
        }
        if !(min..=max).contains(&value) {
            diagnostics.push(self.out_of_range(value, &node.place));
            return None;
        }
        Some(value)
    }

    /// Reads a plain finite value, in the legal range or not.
    pub(super) fn scalar(&self, node: &Node, diagnostics: &mut Diagnostics) -> Option<f64> {
        let value = self.number_or_infinite(node, diagnostics)?;
        if !value.is_finite() {
            let message = format!("{} is {}, which is no quantity", shown(self.path), shown(node.place.text()));
            let hint = if self.field.optional {
                "leave the key out to say that there is none".to_owned()
            } else {
                format!("the largest legal value is {}", self.text(self.legal().1))
            };
            diagnostics.push(Diagnostic::new(Code::NotFinite, message).at(&node.place).hint(hint));
            return None;
        }
        Some(value)
    }

    /// Reads a plain value that may be infinite, as the ends of a truncation may.
    pub(super) fn number_or_infinite(&self, node: &Node, diagnostics: &mut Diagnostics) -> Option<f64> {
        match (&node.content, self.is_date()) {
            (Content::Integer(value), false) => Some(*value as f64),
            (Content::Float(value), false) => Some(*value),
            (Content::Date(date), true) => Some(date.days_since(self.start?)),
            (Content::Broken, _) => None,
            _ => {
                diagnostics.push(wrong_type(self.path, self.field, node));
                None
            }
        }
    }

    fn out_of_range(&self, value: f64, place: &Place) -> Diagnostic {
        let (min, max) = self.legal();
        if let (true, Some(start)) = (self.is_date(), self.start) {
            let message =
                format!("{} is {}, more than ten years from the start {start}", shown(self.path), self.text(value));
            return Diagnostic::new(Code::BadDate, message).at(place).hint("check the year");
        }
        let (side, bound) = if value < min { ("under the minimum", min) } else { ("over the maximum", max) };
        let unit = if self.unit() == "share" { String::new() } else { format!(" {}", self.unit()) };
        let message = format!("{} is {}, {side} of {}", shown(self.path), plain(value), plain(bound));
        let percent = (self.unit() == "share" && value > 1.0 && value <= 100.0)
            .then(|| format!("; {}% is {}", plain(value), plain(value / 100.0)));
        let hint = format!("legal is {} to {}{unit}{}", self.text(min), self.text(max), percent.unwrap_or_default());
        Diagnostic::new(Code::OutOfRange, message).at(place).hint(hint)
    }

    fn read_table(&self, entries: &Entries, place: &Place, diagnostics: &mut Diagnostics) -> Option<Declared> {
        let before = diagnostics.len();
        self.check_keys(entries, diagnostics);
        let forms: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).filter(|key| is_form(key)).collect();
        let bad = |message: String, place: &Place| Diagnostic::new(Code::BadLaw, message).at(place);
        match forms[..] {
            ["value"] => self.read_value(entries, diagnostics),
            [form] => laws::read(self, form, entries, diagnostics),
            // A misspelt law was reported as an unknown key.
            [] if diagnostics.len() > before => None,
            [] => {
                let message = format!("{} has neither a value nor a law", shown(self.path));
                let hint = format!("write `value = ...`, or one of {}", enumerated(LAWS.iter().copied()));
                diagnostics.push(bad(message, place).hint(hint));
                None
            }
            [first, second, ..] => {
                let second_place = entries.entry(second).map_or(place, |entry| &entry.key_place);
                let message = format!("{} has both `{first}` and `{second}`", shown(self.path));
                diagnostics.push(bad(message, second_place).hint("a number has one form: keep one of them"));
                None
            }
        }
    }

    fn check_keys(&self, entries: &Entries, diagnostics: &mut Diagnostics) {
        for entry in entries {
            let key = entry.key.as_str();
            if is_form(key) || VALUE_KEYS.contains(&key) || ANNOTATIONS.contains(&key) {
                continue;
            }
            let keys = [VALUE_KEYS, LAWS, ANNOTATIONS].concat();
            let message = format!("unknown key {} in the number {}", shown(key), shown(self.path));
            let hint = suggestion(key, &keys, "the keys of a number");
            diagnostics.push(Diagnostic::new(Code::UnknownKey, message).at(&entry.key_place).hint(hint));
        }
    }

    /// `{ value = 5, low = 3, high = 9 }`: a known number, with the range in which it is believed to lie.
    fn read_value(&self, entries: &Entries, diagnostics: &mut Diagnostics) -> Option<Declared> {
        let known = |key: &str, diagnostics: &mut Diagnostics| match entries.get(key) {
            Some(node) => self.known(node, diagnostics),
            None => None,
        };
        let value = known("value", diagnostics);
        let (low, high) = (known("low", diagnostics), known("high", diagnostics));
        if let Some(truncate) = entries.entry("truncate") {
            let stray = Diagnostic::new(
                Code::BadLaw,
                format!("{} has a value; there is nothing to truncate", shown(self.path)),
            );
            diagnostics.push(stray.at(&truncate.key_place).hint("give a law, or remove `truncate`"));
        }
        let value = value?;
        if low.is_some_and(|low| low > value) || high.is_some_and(|high| high < value) {
            let stray = if low.is_some_and(|low| low > value) { "low" } else { "high" };
            let place = entries.get(stray).map(|node| node.place.clone())?;
            let message =
                format!("{}: the value {} does not lie between `low` and `high`", shown(self.path), self.text(value));
            diagnostics.push(Diagnostic::new(Code::Order, message).at(&place).hint("put the three in order"));
            return None;
        }
        let end = |end: Option<f64>| end.map_or_else(|| "?".to_owned(), |end| self.text(end));
        let range = if low.or(high).is_some() { format!("{} to {}", end(low), end(high)) } else { String::new() };
        Some(Declared { value, law: None, range })
    }
}

#[cfg(test)]
mod tests {
    use super::super::reader::read;
    use super::super::testing::{GOOD, Root, changed, load_files, problem, problems, read_with, summary};

    #[test]
    fn a_value_with_its_range_and_source_replaces_a_law_that_it_extends() {
        let over = "format = 1\nextends = \"a.toml\"\n[threat]\nhit = { value = 0.4, low = 0.3, source = \"S2\" }\n";
        let (document, mut diagnostics) = load_files(&[("b.toml", over), ("a.toml", GOOD)]);
        let read = document.and_then(|document| read::<Root>(&document, &mut diagnostics));
        assert_eq!(summary(&diagnostics), Vec::<String>::new());
        assert_eq!(read.expect("a scenario").table.threat.hit, 0.4);
    }

    #[test]
    fn whole_numbers_serve_where_fractions_may_stand() {
        let read = read_with(&changed("rate = 2.5", "rate = 3"), &[]).0.unwrap();
        assert_eq!(read.table.threat.rate, 3.0);
        assert!(problems(&changed("people = { value = 900,", "people = { value = 900.0,")).is_empty());
    }

    #[test]
    fn numbers_outside_the_range_say_the_range_and_the_unit() {
        for (from, to, at, hint) in [
            ("km = 285", "km = 0", "34:6 E014 `road.0.km` is 0, under the minimum of 1", "legal is 1 to 5000 km"),
            (
                "km = 285",
                "km = 1e999",
                "34:6 E013 `road.0.km` is `1e999`, which is no quantity",
                "the largest legal value is 5000",
            ),
            (
                "strip_km = 1.8",
                "strip_km = -inf",
                "28:12 E013 `base.kidal.strip_km` is `-inf`, which is no quantity",
                "leave the key out to say that there is none",
            ),
            (
                "hit = { quantiles = [0.1, 0.3, 0.6], note = \"wide\" }",
                "hit = 30",
                "12:7 E014 `threat.hit` is 30, over the maximum of 1",
                "legal is 0 to 1; 30% is 0.3",
            ),
            (
                "low = 800",
                "low = -1",
                "7:31 E014 `mission.people` is -1, under the minimum of 1",
                "legal is 1 to 20000 people",
            ),
            (
                "low = 800",
                "low = 950",
                "7:31 E030 `mission.people`: the value 900 does not lie between `low` and `high`",
                "put the three in order",
            ),
            (
                "deadline = 2023-12-31",
                "deadline = 2203-12-31",
                "6:12 E016 `mission.deadline` is 2203-12-31, more than ten years from the start 2023-07-01",
                "check the year",
            ),
        ] {
            assert_eq!(problem(from, to), (at.to_owned(), hint.to_owned()));
        }
        assert!(problems(&changed("deadline = 2023-12-31", "deadline = 2014-01-01")).is_empty());
        assert!(problems(&changed("low = 800, high = 1_000", "low = 900, high = 900")).is_empty());
        // Of two ends the one that is wrong is named.
        let (at, _) = problem("low = 800, high = 1_000", "low = 900, high = 850");
        assert!(at.starts_with("7:43 E030"), "{at}");
    }

    #[test]
    fn a_number_has_exactly_one_form() {
        let (at, hint) = problem("value = 900, low", "value = 900, uniform = [1, 2], low");
        assert_eq!(at, "7:25 E021 `mission.people` has both `value` and `uniform`");
        assert_eq!(hint, "a number has one form: keep one of them");
        let (at, _) = problem("value = 900, ", "");
        assert_eq!(at, "7:10 E021 `mission.people` has neither a value nor a law");
        assert_eq!(problem("value = 900, ", "valeu = 900, value = 900, ").1, "did you mean `value`?");
        let (at, _) = problem("value = 900, ", "value = 900, truncate = [1, 2], ");
        assert_eq!(at, "7:25 E021 `mission.people` has a value; there is nothing to truncate");
    }
}
