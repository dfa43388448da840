//! What stands on the page: figures with the table behind them, in sections.

use minijinja::Value;
use serde::Serialize;

/// A table of texts.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Grid {
    pub(super) head: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

impl Grid {
    pub(super) fn new<S: AsRef<str>>(head: &[S]) -> Self {
        Self { head: head.iter().map(|text| text.as_ref().to_owned()).collect(), rows: Vec::new() }
    }
}

/// A chart.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Figure {
    pub(super) id: String,
    /// What it shows to be so.
    pub(super) title: String,
    /// What is drawn, in which unit.
    pub(super) how: String,
    /// The drawing, trusted: this room made it.
    pub(super) svg: Value,
    /// Colours and marks: class and text.
    pub(super) key: Vec<(String, String)>,
    /// Files it is made from.
    pub(super) source: String,
    pub(super) table: Grid,
}

/// Figures that belong together.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) title: String,
    /// What links to it say.
    pub(super) nav: &'static str,
    pub(super) lead: String,
    /// Figures that stand side by side.
    pub(super) figures: Vec<Figure>,
    /// Figures of which a few are seen at a time.
    pub(super) panels: Vec<Panel>,
}

/// Figures behind one tab.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Panel {
    pub(super) name: String,
    pub(super) figures: Vec<Figure>,
}

/// Panels of a figure each; a single one needs no tab.
pub(super) fn panels(names: Vec<String>, figures: Vec<Figure>) -> (Vec<Figure>, Vec<Panel>) {
    if figures.len() < 2 {
        return (figures, Vec::new());
    }
    let panel = |(name, figure)| Panel { name, figures: vec![figure] };
    (Vec::new(), names.into_iter().zip(figures).map(panel).collect())
}
