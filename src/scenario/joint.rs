//! Overlay files: values of uncertain numbers that are taken together, a row for each draw, as a calibration leaves them.

use std::sync::Arc;

use super::case::Case;
use super::code::Code;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::nearest::suggestion;

/// Most values of an overlay.
const MOST_VALUES: usize = 50_000_000;
/// The column that numbers the rows, which is passed over.
const DRAW: &str = "draw";

/// Values that uncertain numbers take together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Joint {
    /// Dotted paths.
    pub paths: Vec<String>,
    /// For each draw, a value for each path, in its unit; dates as days since the start.
    pub rows: Arc<Vec<Vec<f64>>>,
}

impl Case {
    /// The same case with an overlay: the numbers that it has columns for are drawn together, a row for each draw, and the
    /// others by their laws.
    ///
    /// # Arguments
    /// * `name`, `text` - of the overlay file: paths in the first line, a draw in each other one. A column `draw` is passed
    ///   over.
    ///
    /// # Errors
    /// What is wrong with the file: what cannot be read, paths that are not uncertain, values that their laws rule out.
    pub fn with_overlay(self, name: &str, text: &str) -> Result<Self, Diagnostics> {
        let mut problems = Diagnostics::new();
        let joint = match parse(name, text) {
            Ok(joint) => joint,
            Err(problem) => {
                problems.push(*problem);
                return Err(problems);
            }
        };
        let model = self.model(&[])?;
        let known: Vec<&str> = model.uncertainties().iter().map(|uncertainty| uncertainty.path.as_str()).collect();
        for (column, path) in joint.paths.iter().enumerate() {
            let Some(uncertainty) = model.uncertainties().iter().find(|uncertainty| uncertainty.path == *path) else {
                let message = format!("{name}: `{}` is no uncertain number of this scenario", path.escape_debug());
                let hint = suggestion(path, &known, "a number that is set has no law any more; the uncertain numbers");
                problems.push(Diagnostic::new(Code::BadOverride, message).hint(hint));
                continue;
            };
            let (low, high) = uncertainty.law.support();
            // Whole numbers are rounded, maybe past an end.
            let (low, high) = if uncertainty.whole { (low.floor(), high.ceil()) } else { (low, high) };
            let outside = |row: &Vec<f64>| !(low..=high).contains(&row[column]);
            if let Some(at) = joint.rows.iter().position(outside) {
                let value = joint.rows[at][column];
                let message = format!("{name}:{}: `{path}` is {value}, and its law goes from {low} to {high}", at + 2);
                let hint = "an overlay holds draws of this scenario's laws; calibrate again";
                problems.push(Diagnostic::new(Code::BadOverride, message).hint(hint));
            }
        }
        if problems.is_empty() { Ok(self.over(joint)) } else { Err(problems) }
    }
}

fn parse(name: &str, text: &str) -> Result<Joint, Box<Diagnostic>> {
    let refuse = |what: String| {
        let hint = "the first line holds paths, every other a number for each, as in the overlay.csv of calibrate";
        Box::new(Diagnostic::new(Code::BadOverride, format!("{name}{what}")).hint(hint))
    };
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    let header = csv.headers().map_err(|error| refuse(format!(" cannot be read: {error}")))?.clone();
    let kept: Vec<usize> = (0..header.len()).filter(|&at| header[at].trim() != DRAW).collect();
    let paths: Vec<String> = kept.iter().map(|&at| header[at].trim().to_owned()).collect();
    if paths.is_empty() || paths.iter().any(String::is_empty) {
        return Err(refuse(":1: a column names no path".to_owned()));
    }
    if let Some(twice) = paths.iter().enumerate().find(|(at, path)| paths[..*at].contains(path)) {
        return Err(refuse(format!(":1: `{}` is named twice", twice.1.escape_debug())));
    }
    let mut rows = Vec::new();
    for (at, row) in csv.records().enumerate() {
        let row = row.map_err(|error| refuse(format!(":{}: {error}", at + 2)))?;
        let value = |&column: &usize| {
            let number = row[column].trim().parse().ok().filter(|value: &f64| value.is_finite());
            number.ok_or_else(|| refuse(format!(":{}: `{}` is no number", at + 2, row[column].escape_debug())))
        };
        rows.push(kept.iter().map(value).collect::<Result<Vec<f64>, _>>()?);
        if rows.len() * paths.len() > MOST_VALUES {
            return Err(refuse(format!(" holds over {MOST_VALUES} values; leave rows out")));
        }
    }
    if rows.is_empty() {
        return Err(refuse(" has no row of values".to_owned()));
    }
    Ok(Joint { paths, rows: Arc::new(rows) })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::draw::Streams;

    fn overlaid(text: &str) -> Result<Case, String> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/three-bases.toml");
        let case = Case::load(&file, &[]).map_err(|problems| problems.render(false))?;
        case.with_overlay("overlay.csv", text).map_err(|problems| problems.render(false))
    }

    #[test]
    fn draws_take_rows_in_turn_and_the_rest_is_drawn_as_before() {
        let text = "draw,road.0.km,stocks.police_share\n0,250,0.1\n1,270,0.15\n";
        let case = overlaid(text).unwrap_or_else(|problems| panic!("{problems}"));
        let (model, plain) =
            (case.model(&[]).expect("sound"), overlaid("road.0.km\n245\n").expect("it").model(&[]).expect("it"));
        for (draw, km, police) in [(0, 250.0, 0.1), (1, 270.0, 0.15), (2, 250.0, 0.1), (7, 270.0, 0.15)] {
            let (mut inputs, mut others) = (model.inputs.clone(), plain.inputs.clone());
            model.realise(&Streams::new(3, draw), &mut inputs);
            plain.realise(&Streams::new(3, draw), &mut others);
            assert_eq!((inputs.road[0].km, inputs.stocks.police_share), (km, police));
            assert_eq!(inputs.stocks.uniformed_share, others.stocks.uniformed_share);
            assert_ne!(others.stocks.police_share, police);
        }
    }

    #[test]
    fn rows_that_are_alike_count_once() {
        let taken = |draws| {
            let text = "draw,road.0.km,stocks.police_share\n0,250,0.1\n1,270,0.1\n2,250,0.1\n3,270,0.15\n";
            overlaid(text).expect("sound").model(&[]).expect("sound").rows_taken(draws)
        };
        assert_eq!([1, 2, 3, 4, 1000].map(taken), [1, 2, 2, 3, 3].map(Some));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, said) in [
            ("", "a column names no path"),
            ("draw\n1\n", "a column names no path"),
            ("road.0.km\n", "has no row of values"),
            ("road.0.km,road.0.km\n1,2\n", "`road.0.km` is named twice"),
            ("road.0.km\n250\nfar\n", "overlay.csv:3: `far` is no number"),
            ("road.0.km\nNaN\n", "overlay.csv:2: `NaN` is no number"),
            ("road.0.km\n250,1\n", "overlay.csv:2:"),
            ("road.0.kn\n250\n", "`road.0.kn` is no uncertain number of this scenario"),
            ("mission.deadline\n250\n", "`mission.deadline` is no uncertain number"),
            ("road.0.km\n250\n4000\n", "overlay.csv:3: `road.0.km` is 4000, and its law goes from 240 to 300"),
        ] {
            let found = overlaid(text).err().unwrap_or_default();
            assert!(found.contains(said), "{text:?}: {found}");
        }
    }
}
