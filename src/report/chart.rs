//! Frames of charts: axes, grids, labels that keep out of each other's way.

use crate::report::axis::{Scale, dates, tick_text, ticks};
use crate::report::svg::Svg;
use crate::units::Date;

/// Width of a chart in its own units; the page scales it.
pub(super) const WIDTH: f64 = 480.0;
/// Colours that a policy may have; the first is the baseline's.
const COLOURS: usize = 7;
/// Most labels beside lines; more lines get a key.
const LABELS: usize = 4;
/// Room between labels.
const LABEL: f64 = 14.0;

/// The class of the colour of a policy by position.
pub(super) fn colour(at: usize) -> String {
    if at == 0 { "c0".to_owned() } else { format!("c{}", (at - 1) % (COLOURS - 1) + 1) }
}

/// The class of a policy's line by position: where colours come again the line is dashed.
pub(super) fn stroke(at: usize) -> String {
    match at.saturating_sub(1) / (COLOURS - 1) {
        0 => format!("line {}", colour(at)),
        again => format!("line {} dash{}", colour(at), again.min(2)),
    }
}

/// Whether lines are named in the margin: not one alone, nor so many that their names would stand apart from them.
pub(super) fn has_labels(lines: usize) -> bool {
    (2..=LABELS).contains(&lines)
}

/// The key of lines that are not named in the margin: a class and a name of each.
pub(super) fn line_key<'n>(lines: impl Iterator<Item = (usize, &'n str)>) -> Vec<(String, String)> {
    let all: Vec<(String, String)> = lines.map(|(at, name)| (stroke(at), name.to_owned())).collect();
    if all.len() > LABELS { all } else { Vec::new() }
}

/// A chart with two axes.
pub(super) struct Plot {
    pub(super) svg: Svg,
    pub(super) x: Scale,
    pub(super) y: Scale,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

/// Room around a plot.
#[derive(Clone, Copy)]
pub(super) struct Room {
    pub(super) height: f64,
    pub(super) left: f64,
    pub(super) right: f64,
}

/// What is usual.
pub(super) const ROOM: Room = Room { height: 290.0, left: 54.0, right: 14.0 };

impl Plot {
    /// A frame with values upwards and a caption of their unit, and no axis along the foot yet.
    ///
    /// # Arguments
    /// * `across`, `upwards` - ranges of values; the second is widened to whole ticks.
    pub(super) fn new(room: Room, across: (f64, f64), upwards: (f64, f64), unit: &str) -> Self {
        let (left, right, top, bottom) = (room.left, WIDTH - room.right, 26.0, room.height - 36.0);
        let (low, high, all) = ticks(upwards.0, upwards.1, 5);
        let mut svg = Svg::new(WIDTH, room.height);
        let (x, y) = (Scale::new(across, (left, right)), Scale::new((low, high), (bottom, top)));
        let step = all.get(1).map_or(1.0, |second| second - all[0]);
        for &tick in &all {
            let class = if tick == 0.0 { "zero" } else { "grid" };
            svg.line((left, y.at(tick)), (right, y.at(tick)), class);
            svg.text((left - 7.0, y.at(tick) + 4.0), "e", &tick_text(tick, step));
        }
        svg.text((2.0, 12.0), "unit", unit);
        Self { svg, x, y, left, right, top, bottom }
    }

    /// Dates along the foot.
    pub(super) fn dates(&mut self, from: Date, to: Date) {
        for (x, text) in dates(from, to, self.x, WIDTH) {
            self.svg.line((x, self.bottom), (x, self.bottom + 4.0), "tick");
            self.svg.text((x, self.bottom + 18.0), "m", &text);
        }
    }

    /// Numbers along the foot, with their name.
    pub(super) fn numbers(&mut self, low: f64, high: f64, name: &str) {
        // Between whole ends near each other there is nothing but whole numbers to point out.
        let is_whole = low.fract() == 0.0 && high.fract() == 0.0;
        let about = if is_whole && high - low < 6.0 { (high - low).max(1.0) as usize } else { 6 };
        let (_, _, all) = ticks(low, high, about);
        let step = all.get(1).map_or(1.0, |second| second - all[0]);
        let slack = (high - low) * 1e-9;
        for &tick in all.iter().filter(|&&tick| tick >= low - slack && tick <= high + slack) {
            let x = self.x.at(tick);
            self.svg.line((x, self.bottom), (x, self.bottom + 4.0), "tick");
            self.svg.text((x, self.bottom + 16.0), "m", &tick_text(tick, step));
        }
        self.svg.text((self.right, self.bottom + 31.0), "unit e", name);
    }

    /// Words along the foot, at 0, 1, 2 and on, and the name of what they are.
    pub(super) fn words(&mut self, words: &[&str], name: &str) {
        let most = 90 / words.len().max(1);
        for (place, word) in words.iter().enumerate() {
            let x = self.x.at(place as f64);
            self.svg.line((x, self.bottom), (x, self.bottom + 4.0), "tick");
            self.svg.text((x, self.bottom + 16.0), "m", &cut(word, most.max(3)));
        }
        self.svg.text((self.right, self.bottom + 31.0), "unit e", name);
    }

    /// A line up the whole plot, with a text at its head.
    pub(super) fn upright(&mut self, x: f64, text: &str) {
        let place = self.x.at(x);
        self.svg.line((place, self.top), (place, self.bottom), "mark");
        let is_right = place > f64::midpoint(self.left, self.right);
        let (class, shift) = if is_right { ("note e", -4.0) } else { ("note", 4.0) };
        self.svg.text((place + shift, self.top + 9.0), class, text);
    }

    /// A line across the whole plot, with a text over its beginning.
    pub(super) fn level(&mut self, y: f64, text: &str) {
        let place = self.y.at(y);
        self.svg.line((self.left, place), (self.right, place), "mark");
        self.svg.text((self.left + 4.0, place - 5.0), "note", text);
    }

    /// Places of points.
    pub(super) fn places(&self, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
        points.iter().map(|&(x, y)| (self.x.clamped(x), self.y.clamped(y))).collect()
    }

    /// A line through points.
    pub(super) fn line(&mut self, points: &[(f64, f64)], class: &str) {
        let places = self.places(points);
        self.svg.path(&places, false, class);
    }

    /// The area between two lines over the same abscissae.
    pub(super) fn band(&mut self, lower: &[(f64, f64)], upper: &[(f64, f64)], class: &str) {
        let mut places = self.places(lower);
        places.extend(self.places(upper).into_iter().rev());
        self.svg.path(&places, true, class);
    }

    /// Labels in the margin at the ends of lines, pushed apart and kept within the plot.
    pub(super) fn labels(&mut self, mut ends: Vec<(f64, String, String)>) {
        ends.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut last = f64::NEG_INFINITY;
        for (at, (value, text, class)) in ends.iter().enumerate() {
            let below = (ends.len() - at) as f64 * LABEL;
            let y = self.y.clamped(*value).min(self.bottom - below).max(last + LABEL);
            self.svg.text((self.right + 6.0, y + 4.0), &format!("label {class}"), text);
            last = y;
        }
    }
}

/// A chart of rows: a name on the left, something beside it.
pub(super) struct Rows {
    pub(super) svg: Svg,
    pub(super) x: Scale,
    top: f64,
    row: f64,
    left: f64,
    right: f64,
    bottom: f64,
}

impl Rows {
    /// A frame for so many rows, with values from left to right.
    pub(super) fn new(rows: usize, (row, left, right): (f64, f64, f64), (low, high): (f64, f64)) -> Self {
        let (top, bottom) = (24.0, 24.0 + row * rows as f64);
        let svg = Svg::new(WIDTH, bottom + 22.0);
        let right = WIDTH - right;
        Self { svg, x: Scale::new((low, high), (left, right)), top, row, left, right, bottom }
    }

    /// Numbers along the foot, and the unit at the head.
    pub(super) fn numbers(&mut self, all: &[f64], unit: &str) {
        let step = all.get(1).map_or(1.0, |second| second - all[0]);
        for &tick in all {
            let x = self.x.at(tick);
            let class = if tick == 0.0 { "zero" } else { "grid" };
            self.svg.line((x, self.top - 4.0), (x, self.bottom), class);
            self.svg.text((x, self.bottom + 15.0), "m", &tick_text(tick, step));
        }
        self.svg.text((2.0, 12.0), "unit", unit);
    }

    /// Dates along the foot.
    pub(super) fn dates(&mut self, from: Date, to: Date) {
        for (x, text) in dates(from, to, self.x, WIDTH) {
            self.svg.line((x, self.top - 4.0), (x, self.bottom), "grid");
            self.svg.text((x, self.bottom + 15.0), "m", &text);
        }
    }

    /// The middle of a row.
    pub(super) fn middle(&self, at: usize) -> f64 {
        self.top + self.row * (at as f64 + 0.5)
    }

    /// The name of a row.
    pub(super) fn name(&mut self, at: usize, text: &str, class: &str) {
        let y = self.middle(at) + 4.0;
        self.svg.text((self.left - 10.0, y), &format!("e {class}"), text);
    }

    /// The name of a row in fewer letters than it has.
    pub(super) fn short_name(&mut self, at: usize, text: &str, whole: &str) {
        let y = self.middle(at) + 4.0;
        self.svg.short_text((self.left - 10.0, y), "e", text, whole);
    }

    /// A text at the right of a row.
    pub(super) fn aside(&mut self, at: usize, text: &str) {
        let y = self.middle(at) + 4.0;
        self.svg.text((self.right + 8.0, y), "aside", text);
    }

    /// A line up all rows.
    pub(super) fn upright(&mut self, x: f64, text: &str) {
        let place = self.x.at(x);
        self.svg.line((place, self.top - 4.0), (place, self.bottom), "mark");
        self.svg.text((place - 4.0, self.top - 8.0), "note e", text);
    }
}

/// Cuts a dotted path to so many characters: its first parts go, which many paths share, and then the beginning of its last.
pub(super) fn cut_path(path: &str, most: usize) -> String {
    let fits = |text: &str| text.chars().count() < most;
    if path.chars().count() <= most {
        return path.to_owned();
    }
    let mut rest = path;
    while let Some((_, after)) = rest.split_once('.').filter(|_| !fits(rest)) {
        rest = after;
    }
    let left_out = (rest.chars().count() + 1).saturating_sub(most);
    format!("…{}", rest.chars().skip(left_out).collect::<String>())
}

/// Cuts a name to so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most - 1).collect();
    format!("{}…", head.trim_end())
}
