//! Facts files: a CSV file beside the scenario, a row for each thing that the record says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::code::Code;
use super::csv_list::{MAX_CELLS, parse_csv};
use super::diagnostic::{Diagnostic, Diagnostics, shown};
use super::nearest::suggestion;
use super::node::{Content, Entries, Node};
use super::sources::{Place, Source, SourceKind};
use crate::model::Inputs;
use crate::model::facts::{Fact, FactKind, Facts, Quantity, Record, What};
use crate::units::Date;

/// The columns, each with what it holds.
pub const FACT_COLUMNS: &[(&str, &str)] = &[
    ("id", "the fact's name, which `fitted_from` in a scenario refers to"),
    ("kind", "number, bound (more than), date, yes_no or order"),
    (
        "measure",
        "what it is tied to: a measure, a daily quantity with a date, or something else that can be read off a replication",
    ),
    ("base", "the base that the measure is taken of, where it is of one"),
    ("date", "the day up to whose end it is taken, where it depends on one"),
    (
        "value",
        "what the source says: a number, a date, yes or no, or bases in order with ; between them and = for one day",
    ),
    ("low", "least that the words of the source may mean; left out, the value"),
    ("high", "most that they may mean, which a bound must say; left out, the value"),
    ("reading", "how the words are read"),
    ("source", "which sources, by key"),
    ("group", "facts that are reported and left out together"),
    ("in_sample", "yes if inputs were set from it, else no"),
    ("miss", "why a miss is one, where that is known"),
    ("not_simulated", "why no replication has it; then it has no measure"),
];

/// The facts file that goes with a scenario: `mali-2023.facts.csv` beside `mali-2023.toml`.
pub fn facts_beside(scenario: &Path) -> PathBuf {
    scenario.with_extension("facts.csv")
}

/// Reads a facts file.
///
/// # Arguments
/// * `name`, `text` - the file's name in messages, and its text.
/// * `inputs`, `start` - the scenario that it is about: its bases and its calendar.
///
/// # Errors
/// Every problem of the file at once.
pub fn read_facts(name: &str, text: &str, inputs: &Inputs, start: Date) -> Result<Facts, Diagnostics> {
    let mut problems = Diagnostics::new();
    let source = Source::bare(SourceKind::Scenario, name, text, 0);
    let root = parse_csv(&source, None, &mut { MAX_CELLS }, &mut problems);
    let rows = root.list().unwrap_or_default();
    if rows.is_empty() && problems.is_empty() {
        let empty = Diagnostic::new(Code::EmptyList, format!("{} holds no fact", shown(name)));
        problems.push(empty.at(&root.place).hint("below the names of the columns each row is one fact"));
    }
    let mut seen: BTreeMap<String, Place> = BTreeMap::new();
    let (mut list, mut strays) = (Vec::new(), BTreeSet::new());
    for (entries, place) in rows.iter().filter_map(|row| Some((row.table()?, &row.place))) {
        list.extend(Row { entries, place, inputs, start, problems: &mut problems, strays: &mut strays }.fact());
        if let Some(id) = entries.get("id")
            && let Some(text) = id.text_or_bare()
            && let Some(first) = seen.insert(text.to_owned(), id.place.clone())
        {
            let twice = Diagnostic::new(Code::DuplicateId, format!("two facts have the id {}", shown(text)));
            problems.push(twice.at(&id.place).hint(format!("rename this one or the one at {}", first.file_line())));
        }
    }
    if problems.is_empty() { Ok(Facts { list }) } else { Err(problems) }
}

/// One row, as it is read.
struct Row<'a> {
    entries: &'a Entries,
    place: &'a Place,
    inputs: &'a Inputs,
    start: Date,
    problems: &'a mut Diagnostics,
    /// Unknown columns that were complained of: once is enough.
    strays: &'a mut BTreeSet<String>,
}

impl Row<'_> {
    fn fact(&mut self) -> Option<Fact> {
        self.check_columns();
        let before = self.problems.len();
        let id = self.name("id");
        let group = self.name("group");
        let kind = self.word("kind", FactKind::NAMES).map(|at| FactKind::ALL[at]);
        let in_sample = self.word("in_sample", &["no", "yes"]).map(|at| at == 1);
        let source = self.text("source");
        let [reading, miss, reason] = ["reading", "miss", "not_simulated"].map(|column| self.optional(column));
        let quantity = match reason {
            Some(reason) => self.has_no_measure().map(|()| Err(reason)),
            None => self.quantity().map(Ok),
        };
        let record = kind.and_then(|kind| self.record(kind, quantity.as_ref().and_then(|q| q.as_ref().ok())));
        let fact = Fact {
            id: id?,
            kind: kind?,
            quantity: quantity?,
            record: record?,
            reading: reading.unwrap_or_default(),
            source: source?,
            group: group?,
            in_sample: in_sample?,
            miss,
        };
        (self.problems.len() == before).then_some(fact)
    }

    fn check_columns(&mut self) {
        for entry in self.entries {
            let known: Vec<&str> = FACT_COLUMNS.iter().map(|(name, _)| *name).collect();
            if !known.contains(&entry.key.as_str()) && self.strays.insert(entry.key.clone()) {
                let unknown = format!("unknown column {}", shown(&entry.key));
                let hint = suggestion(&entry.key, &known, "the columns");
                self.problems.push(Diagnostic::new(Code::UnknownKey, unknown).at(&entry.key_place).hint(hint));
            }
        }
    }

    fn complain(&mut self, code: Code, place: &Place, message: String, hint: impl Into<String>) {
        self.problems.push(Diagnostic::new(code, message).at(place).hint(hint));
    }

    fn cell(&mut self, column: &str) -> Option<Node> {
        let node = self.entries.get(column);
        if node.is_none() {
            let what = FACT_COLUMNS.iter().find(|(name, _)| *name == column).map_or("", |(_, what)| what);
            let message = format!("this fact has no `{column}`");
            self.complain(Code::MissingKey, &self.place.clone(), message, format!("{column}: {what}"));
        }
        node.cloned()
    }

    fn text(&mut self, column: &str) -> Option<String> {
        let node = self.cell(column)?;
        let text = node.text_or_bare().map(str::to_owned);
        if text.is_none() {
            let message = format!("`{column}` is text, and this is {}", node.described());
            self.complain(Code::WrongType, &node.place, message, "write a text");
        }
        text
    }

    fn optional(&mut self, column: &str) -> Option<String> {
        self.entries.get(column)?;
        self.text(column)
    }

    /// A text that stands in results: an id, capitals allowed.
    fn name(&mut self, column: &str) -> Option<String> {
        let text = self.text(column)?;
        let rest = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        let good =
            text.len() <= 64 && text.bytes().all(rest) && text.starts_with(|first: char| first.is_ascii_alphabetic());
        if !good {
            let place = self.entries.get(column).map_or(self.place, |node| &node.place).clone();
            let hint = "a name has letters, digits, `_` and `-`, beginning with a letter, up to 64";
            self.complain(Code::BadId, &place, format!("{} cannot be a name", shown(&text)), hint);
        }
        good.then_some(text)
    }

    fn word(&mut self, column: &str, words: &[&str]) -> Option<usize> {
        let text = self.text(column)?;
        let found = words.iter().position(|&word| word == text);
        if found.is_none() {
            let place = self.entries.get(column).map_or(self.place, |node| &node.place).clone();
            let message = format!("`{column}` cannot be {}", shown(&text));
            self.complain(Code::UnknownWord, &place, message, suggestion(&text, words, "the words"));
        }
        found
    }

    /// A row that is not simulated must not look as if it were.
    fn has_no_measure(&mut self) -> Option<()> {
        let Some(node) = self.entries.get("measure").cloned() else { return Some(()) };
        let message = "this fact has a measure and is said not to be simulated".to_owned();
        self.complain(Code::Contradiction, &node.place, message, "leave out `measure` or `not_simulated`");
        None
    }

    fn quantity(&mut self) -> Option<Quantity> {
        let name = self.text("measure")?;
        let place = self.entries.get("measure")?.place.clone();
        let Some(what) = What::named(&name, self.entries.get("date").is_some()) else {
            let hint = suggestion(&name, &What::names(), "the first measures");
            let hint = format!("{hint}; or say why in `not_simulated`");
            self.complain(Code::UnknownReference, &place, format!("there is no measure {}", shown(&name)), hint);
            return None;
        };
        let needs = what.needs();
        let (wants_base, wants_date) =
            (self.wants("base", needs.base(), &name), self.wants("date", needs.date(), &name));
        let base = if wants_base? { Some(self.base_in_cell()?) } else { None };
        let day = if wants_date? { Some(self.day_in_cell()?) } else { None };
        Some(Quantity { what, base, day })
    }

    /// Whether a column is filled and must be; none if it is not as it must be.
    fn wants(&mut self, column: &str, needed: bool, measure: &str) -> Option<bool> {
        let filled = self.entries.get(column).map(|node| node.place.clone());
        match (needed, filled) {
            (true, Some(_)) => Some(true),
            (false, None) => Some(false),
            (true, None) => {
                let place = self.entries.get("measure").map_or(self.place, |node| &node.place).clone();
                let message = format!("{} needs a `{column}`", shown(measure));
                self.complain(Code::MissingKey, &place, message, format!("fill the column `{column}`"));
                None
            }
            (false, Some(place)) => {
                let message = format!("{} takes no `{column}`", shown(measure));
                self.complain(Code::NoEffect, &place, message, "leave the cell empty");
                None
            }
        }
    }

    fn base_in_cell(&mut self) -> Option<usize> {
        let id = self.text("base")?;
        let place = self.entries.get("base")?.place.clone();
        self.base(&id, &place)
    }

    fn base(&mut self, id: &str, place: &Place) -> Option<usize> {
        let found = self.inputs.base.iter().position(|base| base.id == id);
        if found.is_none() {
            let ids: Vec<&str> = self.inputs.base.iter().map(|base| base.id.as_str()).collect();
            let message = format!("the scenario has no base {}", shown(id));
            self.complain(Code::UnknownReference, place, message, suggestion(id, &ids, "its bases"));
        }
        found
    }

    fn day_in_cell(&mut self) -> Option<u32> {
        let node = self.cell("date")?;
        let days = self.date(&node)?;
        if days < 0.0 || days > self.inputs.mission.deadline {
            let deadline = self.start.after(self.inputs.mission.deadline);
            let message = format!("{} lies outside the time up to the deadline", shown(node.place.text()));
            let hint = format!("quantities are taken from {} to {deadline}", self.start);
            self.complain(Code::BadDate, &node.place, message, hint);
            return None;
        }
        Some(days as u32)
    }

    fn date(&mut self, node: &Node) -> Option<f64> {
        let date = node.date();
        if date.is_none() {
            let message = format!("a date belongs here, and this is {}", node.described());
            self.complain(Code::BadDate, &node.place, message, "write it like 2023-12-31");
        }
        date.map(|date| date.days_since(self.start))
    }

    fn record(&mut self, kind: FactKind, quantity: Option<&Quantity>) -> Option<Record> {
        let dated = quantity.map(|quantity| quantity.what.is_date());
        let ordered = quantity.map(|quantity| quantity.what.unit() == "order");
        let fits = match kind {
            FactKind::Date => dated != Some(false),
            FactKind::Order => ordered != Some(false),
            FactKind::Number | FactKind::Bound | FactKind::YesNo => dated != Some(true) && ordered != Some(true),
        };
        if !fits {
            let place = self.entries.get("kind").map_or(self.place, |node| &node.place).clone();
            let what = quantity.map_or("", |quantity| quantity.what.name());
            let unit = quantity.map_or("", |quantity| quantity.what.unit());
            let message = format!("{} is in {unit}, and the fact is of kind `{kind}`", shown(what));
            let hint = "dates go with measures in dates, orders with `closure_order`, other kinds with numbers";
            self.complain(Code::Contradiction, &place, message, hint);
            return None;
        }
        match kind {
            FactKind::YesNo => Some(Record::Event(self.word("value", &["no", "yes"])? == 1)),
            FactKind::Order => self.order(),
            FactKind::Number | FactKind::Bound | FactKind::Date => self.numbers(kind),
        }
    }

    fn numbers(&mut self, kind: FactKind) -> Option<Record> {
        let dates = kind == FactKind::Date;
        let value = self.cell("value")?;
        let value = self.number(&value, dates)?;
        let mut end = |column: &str| match self.entries.get(column).cloned() {
            Some(node) => self.number(&node, dates),
            None => Some(value),
        };
        let (low, high) = (end("low")?, end("high")?);
        if !(low..=high).contains(&value) {
            let place = self.entries.get("value").map_or(self.place, |node| &node.place).clone();
            let message = "`value` does not lie between `low` and `high`".to_owned();
            self.complain(Code::Order, &place, message, "the range is what the words of the source may mean");
            return None;
        }
        if kind == FactKind::Bound && low == high {
            let place = self.entries.get("value").map_or(self.place, |node| &node.place).clone();
            let message = "this bound leaves no range: it would be scored as the number itself".to_owned();
            let hint = "in `high` say the most that the words may mean, such as the next round number, which the source would \
                        have named; or make the fact a `number`";
            self.complain(Code::Contradiction, &place, message, hint);
            return None;
        }
        Some(Record::Number { value, low, high })
    }

    fn number(&mut self, node: &Node, date: bool) -> Option<f64> {
        if date {
            return self.date(node);
        }
        match node.content {
            Content::Integer(value) => Some(value as f64),
            Content::Float(value) if value.is_finite() => Some(value),
            Content::Float(_) => {
                self.complain(Code::NotFinite, &node.place, "this is no quantity".to_owned(), "write a number");
                None
            }
            _ => {
                let message = format!("a number belongs here, and this is {}", node.described());
                self.complain(Code::WrongType, &node.place, message, "write it without unit or separators");
                None
            }
        }
    }

    fn order(&mut self) -> Option<Record> {
        let text = self.text("value")?;
        let place = self.entries.get("value")?.place.clone();
        let mut order: Vec<(usize, u32)> = Vec::new();
        for (rank, day) in text.split(';').enumerate() {
            for id in day.split('=') {
                let base = self.base(id.trim(), &place)?;
                if order.iter().any(|(other, _)| *other == base) {
                    let message = format!("{} stands twice in the order", shown(id.trim()));
                    self.complain(Code::DuplicateId, &place, message, "name each base once");
                    return None;
                }
                order.push((base, rank as u32));
            }
        }
        if order.last().is_none_or(|(_, rank)| *rank == 0) {
            let message = "an order needs at least two days".to_owned();
            self.complain(Code::EmptyList, &place, message, "write bases with ; between them, = for the same day");
            return None;
        }
        Some(Record::Order(order))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts::Observable;
    use crate::scenario::Case;

    const HEADER: &str = "id,kind,measure,base,date,value,low,high,reading,source,group,in_sample,miss,not_simulated\n";

    fn read(rows: &str) -> Result<Facts, Diagnostics> {
        let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/three-bases.toml"));
        let case = Case::load(file, &[]).unwrap();
        let model = case.model(&[]).unwrap();
        read_facts("a.facts.csv", &format!("{HEADER}{rows}"), &model.inputs, model.start)
    }

    fn problems(rows: &str) -> Vec<String> {
        let problems = read(rows).expect_err("the file is wrong");
        let shown = |d: &&Diagnostic| format!("{:?} {} {}", d.place.as_ref().unwrap(), d.code, d.message);
        problems.sorted().iter().map(shown).collect()
    }

    #[test]
    fn every_kind_of_fact_is_read() {
        let facts = read(
            "N1,number,casualties.wounded,,,4,3,5,about four,S1,losses,yes,,\n\
             B1,bound,people.out,,2030-03-01,50,50,90,more than,S1,people,no,,\n\
             D1,date,departure,north,,2030-05-02,2030-05-01,2030-05-03,,S2,north,no,because,\n\
             Y1,yes_no,exits.opened,,,no,,,,S2,north,no,,\n\
             O1,order,closure_order,,,east;north=port,,,,S2,north,no,,\n\
             X1,date,,,,2030-05-02,,,,S2,north,no,,a ceremony is no event here\n",
        );
        let facts = facts.map_err(|problems| problems.render(false)).unwrap();
        assert_eq!(facts.groups(), ["losses", "people", "north"]);
        let records: Vec<&Record> = facts.list.iter().map(|fact| &fact.record).collect();
        assert_eq!(records[0], &Record::Number { value: 4.0, low: 3.0, high: 5.0 });
        assert_eq!(records[2], &Record::Number { value: 121.0, low: 120.0, high: 122.0 });
        assert_eq!(records[3], &Record::Event(false));
        assert!(matches!(records[4], Record::Order(order) if order[1].1 == order[2].1 && order[0].1 == 0));
        let quantity = facts.list[2].quantity.as_ref().unwrap();
        assert_eq!(quantity.what, What::Observable(Observable::Departure));
        assert_eq!((quantity.base.is_some(), facts.list[2].miss.as_deref()), (true, Some("because")));
        assert_eq!(facts.list[5].quantity, Err("a ceremony is no event here".to_owned()));
        assert!(facts.find("Y1").is_some() && facts.find("Y2").is_none());
    }

    #[test]
    fn every_problem_of_a_file_comes_at_once_with_its_place() {
        let found = problems(
            "N1,numbre,casualties.wounded,,,4,,,,S1,losses,yes,,\n\
             N1,number,casualties.wunded,,,4,,,,S1,losses,maybe,,\n\
             =1,number,departure,,,4,,,,S1,losses,no,,\n\
             N2,number,casualties.killed,north,,four,,,,S1,losses,no,,\n\
             N3,number,casualties.killed,,,4,5,6,,S1,losses,no,,\n\
             N4,date,casualties.killed,,,2030-05-02,,,,S1,losses,no,,\n\
             N5,date,departure,nroth,,2030-13-02,,,,S1,losses,no,,\n\
             N6,bound,people.out,,2040-01-01,5,5,9,,S1,,no,,\n\
             N7,order,closure_order,,,north;north,,,,S1,losses,no,,\n\
             N8,number,casualties.killed,,,4,,,,S1,losses,no,,why\n",
        );
        assert_eq!(
            found,
            [
                "a.facts.csv:2:4 E020 `kind` cannot be `numbre`",
                "a.facts.csv:3:1 E018 two facts have the id `N1`",
                "a.facts.csv:3:11 E019 there is no measure `casualties.wunded`",
                "a.facts.csv:3:46 E020 `in_sample` cannot be `maybe`",
                "a.facts.csv:4:1 E017 `=1` cannot be a name",
                "a.facts.csv:4:11 E011 `departure` needs a `base`",
                "a.facts.csv:5:29 E035 `casualties.killed` takes no `base`",
                "a.facts.csv:5:36 E012 a number belongs here, and this is the text `four`",
                "a.facts.csv:6:31 E030 `value` does not lie between `low` and `high`",
                "a.facts.csv:7:4 E034 `casualties.killed` is in people, and the fact is of kind `date`",
                "a.facts.csv:8:19 E019 the scenario has no base `nroth`",
                "a.facts.csv:8:26 E016 a date belongs here, and this is the text `2030-13-02`",
                "a.facts.csv:9:1 E011 this fact has no `group`",
                "a.facts.csv:9:22 E016 `2040-01-01` lies outside the time up to the deadline",
                "a.facts.csv:10:26 E018 `north` stands twice in the order",
                "a.facts.csv:11:11 E034 this fact has a measure and is said not to be simulated",
            ]
        );
    }

    #[test]
    fn a_file_without_facts_or_with_an_unknown_column_is_refused() {
        assert_eq!(problems(""), ["a.facts.csv:1:1 E033 `a.facts.csv` holds no fact"]);
        let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/three-bases.toml"));
        let model = Case::load(file, &[]).unwrap().model(&[]).unwrap();
        let text = "id,kind,mesure,value,source,group,in_sample\nN,number,casualties.killed,4,S,g,no\nM,number,casualties.killed,4,S,g,no\n";
        let problems = read_facts("a.facts.csv", text, &model.inputs, model.start).expect_err("unknown");
        let hints: Vec<&str> = problems.sorted().iter().filter_map(|d| d.hint.as_deref()).collect();
        assert_eq!(hints.iter().filter(|&&hint| hint == "did you mean `measure`?").count(), 1, "{hints:?}");
    }

    #[test]
    fn the_file_is_found_by_the_stem() {
        assert_eq!(facts_beside(Path::new("scenarios/mali-2023.toml")), Path::new("scenarios/mali-2023.facts.csv"));
    }
}
