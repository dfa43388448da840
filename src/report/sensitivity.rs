//! Which uncertain inputs move the results, of a sensitivity analysis.

use minijinja::Value;

use crate::output::numbers::decimals;
use crate::report::axis::ticks;
use crate::report::chart::{Rows, cut_path};
use crate::report::figure::{Figure, Grid, Section};
use crate::report::folder::{Results, Row, Sheet};
use crate::report::words::{Known, scale_of, short, unit_of, unit_text};

/// Most inputs that are drawn; the table has all that move anything.
const MOST: usize = 12;
/// Inputs that the answer names of a measure, at most.
const NAMED: usize = 3;
/// Measures of policies that the answer speaks of, at most.
const ANSWERED: usize = 4;
const ENDS: [&str; 3] = ["estimate", "low", "high"];

/// A method by its leading statistic.
struct Method {
    /// The statistic that ranks inputs.
    lead: &'static str,
    /// What it is of a named input.
    is: &'static str,
    /// What stands over the axis.
    axis: &'static str,
    /// What it is, for the foot of a chart.
    how: &'static str,
    /// Whether it has the measure's unit.
    has_unit: bool,
    /// Its bounds, if there are any.
    bounds: Option<(f64, f64)>,
    /// The statistics of the table.
    columns: &'static [&'static str],
}

const METHODS: [Method; 4] = [
    Method {
        lead: "swing",
        axis: "change of the mean",
        is: "the change of the mean from the input’s 5% to its 95% point (of the rate ratio of air cover, from 0.15 to 1.3)",
        how: "change of the mean from the 5% to the 95% point of the input, all others drawn; of air cover from a ratio of \
              0.15 to one of 1.3",
        has_unit: true,
        bounds: None,
        columns: &["swing"],
    },
    Method {
        lead: "mu_star",
        axis: "mean size of the change",
        is: "the mean size of the change as the input moves by half its law",
        how: "mu*: mean size of the change as the input moves by half its law, over places of all others; mu: the same with \
              its sign; noise: what sigma would be by chance alone",
        has_unit: true,
        bounds: None,
        columns: &["mu_star", "mu", "sigma", "noise"],
    },
    Method {
        lead: "total",
        axis: "share of the variance of the expected value",
        is: "the share of the variance of the expected value that is left if all other inputs are known",
        how: "total: share of the variance of the expected value that is left if all other inputs are known; first: share \
              that knowing this one alone takes away",
        has_unit: false,
        bounds: Some((0.0, 1.0)),
        columns: &["total", "first"],
    },
    Method {
        lead: "prcc",
        axis: "rank correlation",
        is: "the rank correlation with the input, the others held",
        how: "rank correlation of the mean with the input, the others held",
        has_unit: false,
        bounds: Some((-1.0, 1.0)),
        columns: &["prcc"],
    },
];

/// What one input does to one response.
struct Effect<'r> {
    input: &'r str,
    basis: &'r str,
    lead: Known,
    /// Whether it can be told from none, all inputs taken together.
    is_told: bool,
    /// The statistics of the table.
    cells: Vec<Option<Known>>,
}

/// A measure of a policy, or of its difference from the baseline, with what inputs do to it, the largest first.
struct Response<'r> {
    whose: String,
    measure: &'r str,
    /// How many inputs were varied.
    varied: usize,
    /// Those that move it in any replication.
    effects: Vec<Effect<'r>>,
}

impl Response<'_> {
    fn told(&self) -> impl Iterator<Item = &Effect<'_>> {
        self.effects.iter().filter(|effect| effect.is_told)
    }

    fn unit(&self, method: &Method) -> &'static str {
        if method.has_unit { unit_of(self.measure) } else { "" }
    }

    /// `58 people (43 to 74)`.
    fn amount(&self, known: Known, method: &Method) -> String {
        let unit = self.unit(method);
        let text = known.text(unit);
        let (value, ends) =
            text.split_once(" (").map_or((text.as_str(), "no interval)"), |(value, ends)| (value, ends));
        match unit {
            "" => format!("{value} ({ends}"),
            "USD" => format!("USD {value} million ({ends}"),
            _ => format!("{value} {unit} ({ends}"),
        }
    }
}

fn method(sheet: &Sheet) -> Option<&'static Method> {
    let has = |lead: &str| sheet.rows().any(|row| row.text("statistic") == lead);
    METHODS.iter().find(|method| has(method.lead))
}

/// Rows of one response and one input.
fn effect<'r>(rows: &[Row<'r>], method: &Method) -> Option<Effect<'r>> {
    let of = |statistic: &str| rows.iter().find(|row| row.text("statistic") == statistic)?.known(ENDS);
    let lead = of(method.lead).filter(|known| known.value != 0.0)?;
    let is_told = rows[0].text("told") == "true";
    let cells = method.columns.iter().map(|statistic| of(statistic)).collect();
    Some(Effect { input: rows[0].text("parameter"), basis: rows[0].text("basis"), lead, is_told, cells })
}

fn responses<'r>(sheet: &'r Sheet, method: &Method) -> Vec<Response<'r>> {
    let all: Vec<Row> = sheet.rows().collect();
    let of = |row: &Row<'r>| [row.text("policy"), row.text("baseline"), row.text("measure")];
    all.chunk_by(|a, b| of(a) == of(b))
        .map(|rows| {
            let [policy, baseline, measure] = of(&rows[0]);
            let inputs = || rows.chunk_by(|a, b| a.text("parameter") == b.text("parameter"));
            let mut effects: Vec<Effect> = inputs().filter_map(|rows| effect(rows, method)).collect();
            effects.sort_by(|a, b| b.lead.value.abs().total_cmp(&a.lead.value.abs()));
            let whose = if baseline.is_empty() { policy.to_owned() } else { format!("{policy} less {baseline}") };
            Response { whose, measure, varied: inputs().count(), effects }
        })
        .collect()
}

/// Which inputs move each measure most.
pub(super) fn sentences(results: &Results) -> Vec<String> {
    let Some((sheet, method)) = results.sheet("sensitivity.csv").and_then(|sheet| Some((sheet, method(sheet)?))) else {
        return vec!["Replications failed, so no point of the design is whole and no effect is told.".to_owned()];
    };
    let all = responses(sheet, method);
    let said = |(at, response): (usize, &Response)| {
        let begin = if at == 0 { "As simulated, of" } else { "Of" };
        let of = format!("{begin} “{}” ({})", short(response.measure), response.whose);
        let named: Vec<String> = response
            .told()
            .take(NAMED)
            .map(|effect| format!("{}, {}", effect.input, response.amount(effect.lead, method)))
            .collect();
        if named.is_empty() {
            return format!(
                "{of} no input’s part can be told from none, the {} that were varied taken together.",
                response.varied
            );
        }
        format!(
            "{of} {} of {} inputs varied have a part that can be told from none; the largest of them by estimate: {}.",
            response.told().count(),
            response.varied,
            named.join("; ")
        )
    };
    let answered = &all[..all.len().min(ANSWERED)];
    let mut sentences: Vec<String> = answered.iter().enumerate().map(said).collect();
    let rest = if all.len() > ANSWERED { " The charts have the other results." } else { "" };
    if answered.iter().any(|response| response.told().next().is_some()) {
        sentences.push(format!("Each number is {}, with a 95% interval of it alone.{rest}", method.is));
    } else if !rest.is_empty() {
        sentences.push(rest.trim_start().to_owned());
    }
    sentences
}

/// The section, if the folder holds such an analysis.
pub(super) fn section(results: &Results) -> Option<Section> {
    let sheet = results.sheet("sensitivity.csv")?;
    let method = method(sheet)?;
    let all = responses(sheet, method);
    let figures: Vec<Figure> =
        all.iter().enumerate().filter_map(|(at, response)| figure(response, method, at)).collect();
    (!figures.is_empty()).then(|| Section {
        id: "sensitivity",
        nav: "Inputs",
        title: "Which inputs move it".to_owned(),
        lead: "Inputs are ranked by their estimates; where intervals overlap, their order is open. Each interval is of its \
               input alone; whether a part can be told from none takes all inputs together, so one clear of nought may be \
               chance. An effect is one of the model’s inputs on the model’s results, over the ranges that are believed of \
               them."
            .to_owned(),
        panels: Vec::new(),
        figures,
    })
}

fn figure(response: &Response, method: &Method, at: usize) -> Option<Figure> {
    let drawn = &response.effects[..response.effects.len().min(MOST)];
    let unit = response.unit(method);
    let scale = scale_of(unit);
    let end = |known: &Known| known.interval.map_or((known.value, known.value), |i| (i.low, i.high));
    let low = drawn.iter().map(|effect| end(&effect.lead).0 / scale).fold(0.0, f64::min);
    let high = drawn.iter().map(|effect| end(&effect.lead).1 / scale).fold(0.0, f64::max);
    if low == high {
        return None;
    }
    let (low, high) = method.bounds.unwrap_or((low, high));
    let (from, to, marks) = ticks(low, high, 5);
    let mut frame = Rows::new(drawn.len(), (25.0, 280.0, 56.0), (from, to));
    let of = if unit.is_empty() { String::new() } else { format!(", {}", unit_text(unit)) };
    frame.numbers(&marks, &format!("{}{of}", method.axis));
    for (row, effect) in drawn.iter().enumerate() {
        let y = frame.middle(row);
        let class = if effect.is_told { "c1" } else { "c1 hollow" };
        frame.name(row, &cut_path(effect.input, 34), if effect.is_told { "" } else { "quiet" });
        let (low, high) = end(&effect.lead);
        frame.svg.line((frame.x.clamped(low / scale), y), (frame.x.clamped(high / scale), y), "whisker c1");
        let tip = format!("{}: {}", effect.input, response.amount(effect.lead, method));
        frame.svg.disc((frame.x.clamped(effect.lead.value / scale), y), 4.5, class, &tip);
        frame.aside(row, &effect.lead.bare(unit));
    }
    let name = format!("{}, {}", short(response.measure), response.whose);
    let title = response.told().next().map_or_else(
        || format!("{name}: no input’s part can be told from none, all {} taken together", response.varied),
        |first| {
            format!(
                "{name}: of those that can be told from none the largest is {}, {}",
                first.input,
                response.amount(first.lead, method)
            )
        },
    );
    let in_unit = if unit.is_empty() { String::new() } else { format!(", {}", unit_text(unit)) };
    let heads = method.columns.iter().map(|column| {
        let interval = if *column == "noise" { "" } else { " (95% interval)" };
        format!("{}{in_unit}{interval}", column.replace("mu_star", "mu*"))
    });
    let head: Vec<String> = ["input".to_owned(), "basis".to_owned()]
        .into_iter()
        .chain(heads)
        .chain(["can be told from none".to_owned()])
        .collect();
    let mut grid = Grid::new(&head);
    for effect in &response.effects {
        let cell = |known: &Option<Known>| match known {
            Some(Known { value, interval: None, .. }) => decimals(value / scale, 3),
            Some(known) => known.text(unit),
            None => String::new(),
        };
        let told = if effect.is_told { "yes" } else { "no" };
        let first = [effect.input.to_owned(), effect.basis.to_owned()];
        let cells = first.into_iter().chain(effect.cells.iter().map(cell)).chain([told.to_owned()]);
        grid.rows.push(cells.collect());
    }
    let idle = response.varied - response.effects.len();
    let idle =
        if idle > 0 { format!("; {idle} of {} inputs have no effect at all", response.varied) } else { String::new() };
    let more = if response.effects.len() > MOST {
        format!("; the first {MOST} of {}", response.effects.len())
    } else {
        String::new()
    };
    let is_cut = method.bounds.is_some_and(|(low, high)| {
        drawn.iter().any(|effect| end(&effect.lead).0 / scale < low || end(&effect.lead).1 / scale > high)
    });
    let cut = if is_cut { " Intervals are drawn to the ends of the scale; the table has them whole." } else { "" };
    let id = format!("sensitivity-{at}");
    let description = "A dot for each input with its 95% interval; hollow where it cannot be told from none.";
    Some(Figure {
        svg: Value::from_safe_string(frame.svg.finish(&id, &title, description)),
        id,
        title,
        how: format!("{}{more}{idle}.{cut}", sentence_case(method.how)),
        key: vec![
            ("dot c1".to_owned(), "can be told from none, all inputs taken together".to_owned()),
            ("dot c1 hollow".to_owned(), "cannot".to_owned()),
        ],
        source: format!("sensitivity.csv, {}", response.measure),
        table: grid,
    })
}

fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
