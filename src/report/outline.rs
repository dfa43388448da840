//! Outlines of countries for the foot of a map.
//!
//! # Source
//! Natural Earth, Admin 0 countries at 1:50 million, version 4.1.0 (public domain), cut to West Africa and thinned to
//! 0.04 to 0.06 degrees. Line 0 is the border of Mali.

/// Longitude and latitude, by line.
const OUTLINE: &str = include_str!("outline.csv");

/// A line of points, each a longitude and a latitude.
pub(super) type Line = Vec<(f64, f64)>;

/// The lines that are known.
fn lines() -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for row in OUTLINE.lines().skip(1) {
        let mut cells = row.split(',').map(|cell| cell.parse::<f64>().expect("the outline is of numbers"));
        let mut next = || cells.next().expect("three cells a row");
        let (line, point) = (next() as usize, (next(), next()));
        if line == lines.len() {
            lines.push(Vec::new());
        }
        lines[line].push(point);
    }
    lines
}

/// The lines to draw for places that all lie in the country that is known; none for others, so that an invented mission
/// is not put on a real map.
pub(super) fn around(places: &[(f64, f64)]) -> Vec<Line> {
    let lines = lines();
    let inside = |place: &(f64, f64)| is_inside(*place, &lines[0]);
    if !places.is_empty() && places.iter().all(inside) { lines } else { Vec::new() }
}

/// Whether a point lies in a closed line: whether a ray from it crosses the line an odd number of times.
fn is_inside((x, y): (f64, f64), ring: &[(f64, f64)]) -> bool {
    let crossings = ring.windows(2).filter(|side| {
        let ((x1, y1), (x2, y2)) = (side[0], side[1]);
        (y1 > y) != (y2 > y) && x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)
    });
    crossings.count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bamako_is_in_the_country_and_niamey_is_not() {
        let (bamako, gao, niamey) = ((-7.95, 12.53), (-0.01, 16.25), (2.11, 13.51));
        assert!(around(&[bamako, gao]).len() > 10);
        assert!(around(&[bamako, niamey]).is_empty() && around(&[]).is_empty());
        assert_eq!(lines()[0].first(), lines()[0].last(), "the border is closed");
    }
}
