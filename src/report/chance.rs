//! Of a nested experiment, what is chance and what is not known of the inputs.

use minijinja::Value;

use crate::output::numbers::{round_percent, share_of_variance};
use crate::report::chart::{Rows, cut};
use crate::report::figure::{Figure, Grid, Section};
use crate::report::folder::{Results, Row};
use crate::report::words::{Known, MARK, listed, short, unit_of, unit_text};
use crate::stats::Interval;

/// Measures that are drawn, those of the answer first.
const DRAWN: [&str; 6] = [
    "casualties.wounded_in_all",
    "equipment.lost_units",
    "casualties.killed_in_all",
    "contacts.all",
    "people.out_by_deadline",
    "equipment.lost_usd",
];
/// How many of them the answer names.
const ANSWERED: usize = 2;

/// Differences that the answer names, at most.
const MOST: usize = 6;

/// A measure of a policy, or of its difference from the baseline, whose variance is split.
struct Split<'r> {
    row: Row<'r>,
    /// Share that the parameters bring.
    share: Known,
}

impl Split<'_> {
    /// Whose: a policy, or one less another.
    fn whose(&self) -> String {
        match self.row.text("baseline") {
            "" => self.row.text("policy").to_owned(),
            baseline => format!("{} less {baseline}", self.row.text("policy")),
        }
    }

    /// Whether the share of the parameters can be told from none.
    fn is_told(&self) -> bool {
        self.share.interval.is_some_and(|interval| interval.low > 0.0)
    }

    /// The share of the parameters in words.
    fn parameters(&self) -> String {
        shown(self.share) + self.mark()
    }

    fn mark(&self) -> &'static str {
        if self.share.is_skewed { MARK } else { "" }
    }

    /// The share of chance, which is the rest.
    fn chance(&self) -> String {
        let interval = self.share.interval.map(|i| Interval { low: 1.0 - i.high, high: 1.0 - i.low });
        shown(Known { value: 1.0 - self.share.value, interval, is_skewed: false }) + self.mark()
    }

    /// The mean with its interval.
    fn mean(&self) -> String {
        self.row.mean("mean").map(|mean| mean.text(unit_of(self.row.text("measure")))).unwrap_or_default()
    }
}

/// `40% (11 to 69)`, or how much it may be where none is seen, or all.
fn shown(known: Known) -> String {
    let text = share_of_variance(known.value, known.interval);
    ["none seen: ", "all seen: "].iter().find_map(|seen| text.strip_prefix(seen)).unwrap_or(&text).to_owned()
}

/// The splits of the measures that are drawn, in their order. A measure that does not vary has none.
fn splits(results: &Results) -> Vec<Split<'_>> {
    let Some(sheet) = results.sheet("variance.csv") else { return Vec::new() };
    let of = |measure: &'static str| {
        let rows = sheet.rows().filter(move |row| row.text("measure") == measure);
        rows.filter_map(|row| {
            Some(Split { row, share: row.known(["share_between", "share_between_low", "share_between_high"])? })
        })
    };
    DRAWN.into_iter().flat_map(of).collect()
}

/// What the parameters and chance bring under the first policy.
pub(super) fn sentences(results: &Results) -> Vec<String> {
    let (all, first) = (splits(results), &results.policies[0].id);
    let of_first = || all.iter().filter(|split| split.whose() == *first);
    let Some(one) = of_first().next() else {
        return vec![format!("As simulated, nothing that is measured here varies under {first}.")];
    };
    let part = |split: &Split| {
        let what = short(split.row.text("measure"));
        format!(
            "of “{what}” {} is what is not known of the inputs and {} is chance",
            split.parameters(),
            split.chance()
        )
    };
    let named: Vec<String> = of_first().take(ANSWERED).map(part).collect();
    let open: Vec<String> = of_first()
        .filter(|split| !split.is_told())
        .map(|split| format!("“{}”", short(split.row.text("measure"))))
        .collect();
    let mut said = vec![format!(
        "As simulated, under {first} the variance is split so, with 95% intervals over {} draws of the inputs: {}.",
        one.row.text("draws"),
        named.join("; ")
    )];
    let is_named = |split: &&Split| DRAWN[..ANSWERED].contains(&split.row.text("measure"));
    let differences: Vec<String> = all
        .iter()
        .filter(|split| !split.row.text("baseline").is_empty())
        .filter(is_named)
        .take(MOST)
        .map(|split| {
            let what = short(split.row.text("measure"));
            format!("of “{what}”, {}, {} on average, {}", split.whose(), split.mean(), split.parameters())
        })
        .collect();
    if !differences.is_empty() {
        said.push(format!(
            "Of the variance of differences between policies, what is not known of the inputs brings: {}.",
            differences.join("; ")
        ));
    }
    if !open.is_empty() {
        said.push(format!(
            "The part of the inputs cannot be told from none in {}: more draws of the inputs than {}, not more \
             replications, would tell.",
            listed(&open),
            one.row.text("draws")
        ));
    }
    said
}

/// The section of a nested experiment: measures in one figure, or of several policies a figure for each measure.
pub(super) fn section(results: &Results) -> Option<Section> {
    let all = splits(results);
    if all.is_empty() {
        return None;
    }
    let measure = |split: &Split| split.row.text("measure").to_owned();
    let figures = if results.policies.len() > 1 {
        let name = |splits: &[Split]| format!("variance-{}", measure(&splits[0]).replace(['.', '_'], "-"));
        let each = all.chunk_by(|a, b| measure(a) == measure(b));
        each.map(|splits| figure(splits, name(splits), Split::whose)).collect()
    } else {
        vec![figure(&all, "variance".to_owned(), |split| short(split.row.text("measure")))]
    };
    Some(Section {
        id: "variance",
        nav: "Chance",
        title: "Chance, and what is not known".to_owned(),
        lead: "Two kinds of uncertainty, kept apart: chance within a draw of the inputs, and the inputs themselves."
            .to_owned(),
        panels: Vec::new(),
        figures,
    })
}

/// A row for each split, by the name that tells it from the others.
fn figure<'r>(splits: &[Split<'r>], id: String, name: impl Fn(&Split<'r>) -> String) -> Figure {
    let mut frame = Rows::new(splits.len(), (25.0, 236.0, 52.0), (0.0, 1.0));
    frame.numbers(&[0.0, 0.25, 0.5, 0.75, 1.0], "share of the variance that the inputs bring");
    let mut grid = Grid::new(&[
        "policy",
        "measure",
        "mean",
        "share of the inputs (95% interval)",
        "share of chance (95% interval)",
        "draws of the inputs",
        "replications of each",
    ]);
    for (at, split) in splits.iter().enumerate() {
        let (y, name) = (frame.middle(at), name(split));
        let what = short(split.row.text("measure"));
        frame.name(at, &cut(&name, 31), "");
        if let Some(i) = split.share.interval {
            frame.svg.line((frame.x.clamped(i.low), y), (frame.x.clamped(i.high), y), "whisker c1");
        }
        frame.svg.disc((frame.x.clamped(split.share.value), y), 4.5, "c1", &format!("{name}: {}", split.parameters()));
        let aside =
            if split.share.value > 0.0 { format!("{}%", round_percent(split.share.value)) } else { "none".into() };
        frame.aside(at, &aside);
        let draws = ["draws", "replications_each"].map(|column| split.row.text(column).to_owned());
        let unit = unit_text(unit_of(split.row.text("measure")));
        let cells = [split.whose(), format!("{what}, {unit}"), split.mean(), split.parameters(), split.chance()];
        grid.rows.push(cells.into_iter().chain(draws).collect());
    }
    let most = splits.iter().filter(|split| split.is_told()).max_by(|a, b| a.share.value.total_cmp(&b.share.value));
    let title = most.map_or_else(
        || {
            let whose = short(splits[0].row.text("measure"));
            let whose =
                if id == "variance" { "no measure here".to_owned() } else { format!("no row of “{whose}”") };
            format!("In {whose} can what is not known of the inputs be told from chance")
        },
        |most| {
            format!(
                "What is not known brings its largest clear share to “{}” of {}: {} of the variance",
                short(most.row.text("measure")),
                most.whose(),
                most.parameters()
            )
        },
    );
    Figure {
        svg: Value::from_safe_string(frame.svg.finish(
            &id,
            &title,
            "A dot with its interval in each row, from nought to one.",
        )),
        id,
        title,
        how: "Variance between draws of the inputs as a share of all variance; chance is the rest.".to_owned(),
        key: Vec::new(),
        source: "variance.csv, which has every measure".to_owned(),
        table: grid,
    }
}
