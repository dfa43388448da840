//! What a CSV file holds, column by column: the header that is written and the schema that is published are both made from
//! it, so that neither can drift from the other.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::Writer;
use serde::Serialize;

use crate::measures::{Better, Daily, Measure};
use crate::store::FileSum;

/// What the cells of a column hold, in the words of Frictionless Table Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// An id or another name from a fixed list.
    Text,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A day, year-month-day.
    Date,
}

impl Holds {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Date => "date",
        }
    }
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name in the header.
    pub name: Cow<'static, str>,
    /// What its cells hold.
    pub holds: Holds,
    /// The unit of its numbers; empty if they have none.
    pub unit: Cow<'static, str>,
    /// What it says.
    pub meaning: Cow<'static, str>,
}

impl Column {
    /// A column that every file of its kind has.
    pub const fn fixed(name: &'static str, holds: Holds, unit: &'static str, meaning: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), holds, unit: Cow::Borrowed(unit), meaning: Cow::Borrowed(meaning) }
    }

    /// A column whose name depends on the experiment.
    pub fn named(name: &str, holds: Holds, unit: &str, meaning: &str) -> Self {
        let owned = |text: &str| Cow::Owned(text.to_owned());
        Self { name: owned(name), holds, unit: owned(unit), meaning: owned(meaning) }
    }
}

/// A CSV file.
#[derive(Clone, Debug)]
pub struct Table {
    /// The file's name.
    pub file: &'static str,
    /// One row for each what.
    pub meaning: &'static str,
    /// Columns that together name a row; the first so many.
    pub keys: usize,
    /// Its columns, in order.
    pub columns: Vec<Column>,
}

impl Table {
    /// The same file with more columns at its end.
    pub fn with(mut self, more: impl IntoIterator<Item = Column>) -> Self {
        self.columns.extend(more);
        self
    }

    /// A writer that has written the header. It refuses a row of another length.
    ///
    /// # Errors
    /// Those of writing.
    pub fn begin<'o>(&self, out: &'o mut dyn Write) -> io::Result<Writer<&'o mut dyn Write>> {
        let mut csv = Writer::from_writer(out);
        csv.write_record(self.columns.iter().map(|column| column.name.as_bytes()))?;
        Ok(csv)
    }
}

#[derive(Serialize)]
struct Package<'a> {
    name: &'static str,
    title: &'a str,
    description: &'static str,
    resources: Vec<Resource<'a>>,
    measures: Vec<Described>,
}

/// A file of the package.
#[derive(Serialize)]
struct Resource<'a> {
    name: &'a str,
    r#type: &'static str,
    path: &'a str,
    description: String,
    format: &'static str,
    mediatype: &'static str,
    encoding: &'static str,
    bytes: u64,
    hash: String,
    schema: Schema<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Schema<'a> {
    fields: Vec<Field<'a>>,
    missing_values: [&'static str; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    primary_key: Vec<&'a str>,
}

#[derive(Serialize)]
struct Field<'a> {
    name: &'a str,
    r#type: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    unit: &'a str,
    description: &'a str,
}

/// A measure, whose unit columns of several measures refer to.
#[derive(Serialize)]
struct Described {
    name: String,
    unit: &'static str,
    better: &'static str,
    description: &'static str,
}

impl<'a> Resource<'a> {
    fn of(table: &'a Table, sum: &FileSum) -> Self {
        let field = |column: &'a Column| Field {
            name: &column.name,
            r#type: column.holds.name(),
            unit: &column.unit,
            description: &column.meaning,
        };
        let fields: Vec<Field> = table.columns.iter().map(field).collect();
        let primary_key = fields.iter().take(table.keys).map(|field| field.name).collect();
        Self {
            name: table.file.trim_end_matches(".csv"),
            r#type: "table",
            path: table.file,
            description: format!("One row for each {}.", table.meaning),
            format: "csv",
            mediatype: "text/csv",
            encoding: "utf-8",
            bytes: sum.bytes,
            hash: format!("sha256:{}", sum.sha256),
            schema: Schema { fields, missing_values: [""], primary_key },
        }
    }
}

/// Every measure, and every daily quantity as `daily.` and its name, since some share a measure's name.
fn measures() -> Vec<Described> {
    let better = |measure: &Measure| match measure.better() {
        Better::Lower => "lower",
        Better::Higher => "higher",
        Better::Neither => "neither",
    };
    let measures = Measure::ALL.iter().map(|measure| Described {
        name: measure.name().to_owned(),
        unit: measure.unit(),
        better: better(measure),
        description: measure.meaning(),
    });
    let daily = Daily::ALL.iter().map(|daily| Described {
        name: format!("daily.{}", daily.name()),
        unit: daily.unit(),
        better: "neither",
        description: daily.meaning(),
    });
    measures.chain(daily).collect()
}

/// The text of `datapackage.json`, a Frictionless Data Package.
///
/// # Arguments
/// * `title` - of the scenario.
/// * `tables` - the files that were written, with their sums.
///
/// # Panics
/// Never: texts and numbers are JSON.
pub fn package(title: &str, tables: &[(Table, FileSum)]) -> String {
    let package = Package {
        name: "rearguard-results",
        title,
        description: "Results of a simulated withdrawal. Where a column's unit is `that of the measure`, `measures` has it.",
        resources: tables.iter().map(|(table, sum)| Resource::of(table, sum)).collect(),
        measures: measures(),
    };
    let mut text = serde_json::to_string_pretty(&package).expect("a package is JSON");
    text.push('\n');
    text
}
