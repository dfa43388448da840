//! Names and the scale bar of a map, kept out of the way of its marks and of each other.

use std::iter;

use super::{Chart, Node, WIDTH};
use crate::output::numbers::whole;
use crate::report::chart::cut;
use crate::report::svg::Svg;

/// Kilometres in a degree of latitude.
const DEGREE_KM: f64 = 111.2;

/// Places beyond which a map is too crowded for every name: those that would cross others are left to the tips and the table.
const CROWDED: usize = 40;

/// Left, top, right and bottom of what is drawn.
pub(super) type Extent = [f64; 4];

/// Names beside bases and exits, the largest first, each where it crosses the fewest marks and earlier names.
pub(super) fn names(svg: &mut Svg, chart: &Chart, bar: Extent) {
    let around = |node: &Node| {
        let ((x, y), r) = (node.place, node.radius());
        [x - r, y - r, x + r, y + r]
    };
    let mut taken: Vec<Extent> = iter::once(bar).chain(chart.named().map(around)).collect();
    let mut nodes: Vec<&Node> = chart.named().collect();
    let is_crowded = nodes.len() > CROWDED;
    if is_crowded {
        nodes.sort_by(|a, b| b.radius().total_cmp(&a.radius()));
    }
    for node in nodes {
        let (name, (x, y), r) = (cut(&node.name, 18), node.place, node.radius() + 5.0);
        let (letter, class) = if node.is_exit { (6.9, "place small") } else { (8.6, "place") };
        let width = letter * name.chars().count() as f64;
        // A place, where it is anchored, and how much of the text lies to its left.
        let places = [
            (x + r, y + 5.0, "", 0.0),
            (x - r, y + 5.0, " e", 1.0),
            (x, y - r - 1.0, " m", 0.5),
            (x, y + r + 11.0, " m", 0.5),
            (x + 5.0 - r, y - r - 1.0, "", 0.0),
            (x + 5.0 - r, y + r + 11.0, "", 0.0),
            (x - 5.0 + r, y - r - 1.0, " e", 1.0),
            (x - 5.0 + r, y + r + 11.0, " e", 1.0),
        ];
        let cost = |&(x, y, _, share): &(f64, f64, &str, f64)| {
            let [left, top, right, bottom] = [x - share * width, y - 12.0, x + (1.0 - share) * width, y + 3.0];
            let crossed = taken
                .iter()
                .filter(|box_| left < box_[2] && right > box_[0] && top < box_[3] && bottom > box_[1])
                .count();
            let is_out = left < 2.0 || right > svg.width() - 2.0 || top < 2.0 || bottom > chart.height - 2.0;
            (crossed + 3 * usize::from(is_out), [left, top, right, bottom])
        };
        let best = places.iter().min_by_key(|place| cost(place).0).expect("there are eight");
        if is_crowded && cost(best).0 > 0 {
            continue;
        }
        taken.push(cost(best).1);
        svg.text((best.0, best.1), &format!("{class}{}", best.2), &name);
    }
}

/// Draws it in the corner at the foot that is free; what it takes.
pub(super) fn scale_bar(svg: &mut Svg, chart: &Chart) -> Extent {
    let unit = chart.degree / DEGREE_KM;
    let km = [500.0, 200.0, 100.0, 50.0, 20.0, 10.0].into_iter().find(|km| km * unit < WIDTH / 4.0).unwrap_or(10.0);
    let is_free = |left: f64| {
        let is_there = |(x, y): (f64, f64)| y > chart.height - 60.0 && x >= left && x <= left + WIDTH / 2.0;
        chart.named().all(|node| !is_there(node.place))
    };
    let x = if is_free(0.0) || !is_free(WIDTH / 2.0) { 14.0 } else { WIDTH - 74.0 - km * unit };
    let y = chart.height - 16.0;
    svg.path(&[(x, y - 5.0), (x, y), (x + km * unit, y), (x + km * unit, y - 5.0)], false, "bar");
    svg.text((x + km * unit + 6.0, y + 1.0), "place small", &format!("{} km", whole(km)));
    [x, y - 12.0, x + km * unit + 60.0, y + 4.0]
}
