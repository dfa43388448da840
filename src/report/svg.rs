//! A few shapes of SVG, with classes that the page's style sheet colours.

use std::fmt::Write as _;

/// An SVG drawing under way; lengths are in its own units, which the page scales.
pub(super) struct Svg {
    width: f64,
    height: f64,
    body: String,
}

/// A length with at most one decimal.
pub(super) fn at(value: f64) -> String {
    let text = format!("{value:.1}");
    match text.strip_suffix(".0").unwrap_or(&text) {
        "-0" => "0".to_owned(),
        short => short.to_owned(),
    }
}

/// A text that is safe between tags and in quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// About how wide a text is at most, in the size of a narrow screen, where texts are largest: by the advances of the widest
/// faces that the page may be seen in, Verdana and that of the test below.
pub(super) fn text_width(text: &str) -> f64 {
    const SIZE: f64 = 13.5; // as in `page.css`
    let em = |c: char| match c {
        ' ' | '.' | ',' | '·' | 'f' | 'i' | 'j' | 'l' | 'r' | 't' => 0.44,
        'm' | 'w' | 'M' | 'W' | '…' => 1.0,
        c if c.is_uppercase() => 0.8,
        _ => 0.65,
    };
    SIZE * text.chars().map(em).sum::<f64>()
}

impl Svg {
    pub(super) fn new(width: f64, height: f64) -> Self {
        Self { width, height, body: String::new() }
    }

    pub(super) fn width(&self) -> f64 {
        self.width
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        let (x1, y1, x2, y2) = (at(from.0), at(from.1), at(to.0), at(to.1));
        let _ = write!(self.body, r#"<path class="{class}" d="M{x1} {y1}L{x2} {y2}"/>"#);
    }

    /// A line through points; closed if asked for.
    pub(super) fn path(&mut self, points: &[(f64, f64)], closed: bool, class: &str) {
        let _ = write!(self.body, r#"<path class="{class}" d="{}"/>"#, path_of(points, closed));
    }

    /// A rectangle with a tip.
    pub(super) fn rect(&mut self, corner: (f64, f64), size: (f64, f64), class: &str, tip: &str) {
        let (x, y, w, h) = (at(corner.0), at(corner.1), at(size.0.max(0.0)), at(size.1.max(0.0)));
        let _ = write!(self.body, r#"<rect class="{class}" x="{x}" y="{y}" width="{w}" height="{h}"{}/>"#, tip_of(tip));
    }

    /// A disc with a tip.
    pub(super) fn disc(&mut self, centre: (f64, f64), radius: f64, class: &str, tip: &str) {
        let (x, y, r) = (at(centre.0), at(centre.1), at(radius));
        let _ = write!(self.body, r#"<circle class="{class}" cx="{x}" cy="{y}" r="{r}"{}/>"#, tip_of(tip));
    }

    /// A mark standing on its corner, with a tip.
    pub(super) fn diamond(&mut self, (x, y): (f64, f64), half: f64, class: &str, tip: &str) {
        let d = path_of(&[(x, y - half), (x + half, y), (x, y + half), (x - half, y)], true);
        let _ = write!(self.body, r#"<path class="{class}" d="{d}"{}/>"#, tip_of(tip));
    }

    /// A text; the class says where it is anchored.
    pub(super) fn text(&mut self, place: (f64, f64), class: &str, text: &str) {
        let (x, y) = (at(place.0), at(place.1));
        let _ = write!(self.body, r#"<text class="{class}" x="{x}" y="{y}">{}</text>"#, escaped(text));
    }

    /// A text that stands for a longer one, which is its title.
    pub(super) fn short_text(&mut self, place: (f64, f64), class: &str, text: &str, whole: &str) {
        let (x, y, text, whole) = (at(place.0), at(place.1), escaped(text), escaped(whole));
        let _ = write!(self.body, r#"<text class="{class}" x="{x}" y="{y}">{text}<title>{whole}</title></text>"#);
    }

    /// Markup made elsewhere in this room.
    pub(super) fn raw(&mut self, markup: &str) {
        self.body.push_str(markup);
    }

    /// The whole drawing, with its alternative text.
    pub(super) fn finish(self, id: &str, title: &str, description: &str) -> String {
        let (w, h, body) = (at(self.width), at(self.height), self.body);
        format!(
            r#"<svg viewBox="0 0 {w} {h}" role="img" aria-labelledby="{id}-t {id}-d"><title id="{id}-t">{}</title><desc id="{id}-d">{}</desc>{body}</svg>"#,
            escaped(title),
            escaped(description),
        )
    }
}

fn tip_of(tip: &str) -> String {
    if tip.is_empty() { String::new() } else { format!(r#" data-tip="{}""#, escaped(tip)) }
}

/// The `d` of a path through points.
pub(super) fn path_of(points: &[(f64, f64)], closed: bool) -> String {
    let mut d = String::new();
    for (index, point) in points.iter().enumerate() {
        let _ = write!(d, "{}{} {}", if index == 0 { "M" } else { "L" }, at(point.0), at(point.1));
    }
    if closed {
        d.push('Z');
    }
    d
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_text_stays_text() {
        let mut svg = Svg::new(10.0, 10.0);
        svg.text((1.0, 2.25), "a", "</script><b>\"&'");
        let whole = svg.finish("x", "<t>", "'d'");
        assert!(whole.contains("&lt;/script&gt;&lt;b&gt;&quot;&amp;&#39;") && !whole.contains("<b>"), "{whole}");
        assert!(whole.contains("&lt;t&gt;") && whole.contains("&#39;d&#39;"), "{whole}");
    }

    #[test]
    fn a_text_is_taken_to_be_as_wide_as_in_the_widest_face() {
        // The sum of the advances of DejaVu Sans, in units of 1/2048.
        let known =
            [("Feb 2024", 1178 + 1260 + 1300 + 651 + 4 * 1303), ("Mar", 1767 + 1255 + 842), ("Jan", 604 + 1255 + 1298)];
        for (text, units) in known {
            let (taken, is) = (text_width(text), 13.5 * f64::from(units) / 2048.0);
            assert!(taken >= is && taken < 1.5 * is, "{text}: {taken} for {is}");
        }
    }

    #[test]
    fn lengths_are_short() {
        assert_eq!([at(1.0), at(1.25), at(-0.01)], ["1", "1.2", "0"]);
    }
}
