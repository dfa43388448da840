//! The page: sections into the template, with its security policy.

use std::iter;
use std::path::Path;
use std::sync::Arc;

use minijinja::{AutoEscape, Environment, Value, context};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::output::numbers::whole;
use crate::report::answer::answer;
use crate::report::figure::{Grid, Section};
use crate::report::folder::{ReportError, Results};
use crate::report::words::MARK;
use crate::report::{
    calibration, chance, closures, costs, effects, equipment, exceedance, harm, map, means, pareto, people, playback,
    record, sensitivity, sweeps,
};
use crate::store::{Disk, Verified};

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Key of the manifest's own checksum.
const SEAL: &str = "sha256 of this file with 64 zeros here";

/// The page of a folder that was found complete and as it was written.
///
/// # Errors
/// Files that cannot be read, or that another version wrote in another form.
///
/// # Panics
/// If the template is wrong: a fault of the program.
pub fn page(disk: &Arc<dyn Disk>, folder: &Path, verified: &Verified) -> Result<String, ReportError> {
    let results = Results::read(disk, folder, verified)?;
    let sections: Vec<Section> = [
        effects::section(&results),
        costs::attribution(&results),
        costs::curve(&results),
        sweeps::section(&results),
        sensitivity::section(&results),
        calibration::section(&results),
        chance::section(&results),
        people::section(&results),
        closures::section(&results),
        equipment::section(&results),
        harm::section(&results),
        exceedance::section(&results),
    ]
    .into_iter()
    .flatten()
    .collect();
    let map = map::map(&results);
    let assumptions = assumptions(&results);
    let (beside, hurt) = (means::policies(&results), means::hurt(&results));
    let (answer, pareto) = (answer(&results), pareto::pareto(&results));
    let marked: Vec<&str> = iter::once(("answer", is_marked(&answer)))
        .chain(iter::once(("pareto", is_marked(&pareto))))
        .chain(iter::once(("means", is_marked(&(&beside, &hurt)))))
        .chain(sections.iter().map(|section| (section.id, is_marked(section))))
        .filter_map(|(id, is_marked)| is_marked.then_some(id))
        .collect();
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("page", TEMPLATE).expect("the template is sound");
    let page = environment.get_template("page").expect("it was just added");
    let page = page.render(context! {
        policy => security_policy(),
        style => Value::from_safe_string(STYLE.to_owned()),
        script => Value::from_safe_string(SCRIPT.to_owned()),
        title => results.title,
        command => results.command,
        replications => whole(results.replications as f64),
        answer => Value::from_serialize(&answer),
        mark => MARK,
        marked => marked,
        few_what => if results.sheet("variance.csv").is_some() { "draws of the inputs" } else { "replications" },
        asked => asked(&results),
        beside => Value::from_serialize(&beside),
        hurt => Value::from_serialize(&hurt),
        at_first => results.command == "sweep",
        assumed => whole(assumptions.iter().map(|(_, table)| table.rows.len()).sum::<usize>() as f64),
        policies => Value::from_serialize(policies(&results)),
        states => Value::from_serialize(playback::STATE_NAMES),
        pareto => Value::from_serialize(&pareto),
        calibrated => Value::from_serialize(calibration::facts(&results)),
        scoreboard => Value::from_serialize(record::scoreboard(&results)),
        sections => Value::from_serialize(&sections),
        map => Value::from_serialize(&map),
        assumptions => Value::from_serialize(&assumptions),
        determined_by => Value::from_serialize(&results.determined_by),
        files => Value::from_serialize(&results.files),
        seal => verified.manifest[SEAL].as_str().unwrap_or_default(),
    });
    Ok(page.expect("the template knows its context"))
}

/// Whether it holds an interval that covers less than it says.
fn is_marked(part: &impl Serialize) -> bool {
    serde_json::to_string(part).expect("it is text and numbers").contains(MARK)
}

/// Nothing is fetched, and only the page's own style and script are taken.
fn security_policy() -> String {
    let hash = |text: &str| base64(&Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// Base 64 with padding (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let word = part.iter().chain([0, 0].iter()).take(3).fold(0_u32, |word, &byte| word << 8 | u32::from(byte));
        for digit in 0..4 {
            let known = digit <= part.len();
            let at = (word >> (18 - 6 * digit)) & 63;
            text.push(if known { char::from(DIGITS[at as usize]) } else { '=' });
        }
    }
    text
}

/// How much was simulated.
fn asked(results: &Results) -> String {
    let of = |key: &str| results.determined_by.get(key).map_or("", String::as_str);
    let n = whole(results.replications as f64);
    match results.command.as_str() {
        "calibrate" => {
            format!("calibrate: {}, on facts {}, under the policy below.", of("calibration"), of("facts used"))
        }
        "sensitivity" => format!(
            "sensitivity: {}; {n} replications of each of these policies in all, {} at each point of the design.",
            of("sensitivity"),
            of("replications of a point")
        ),
        _ if !of("nested").is_empty() => format!(
            "{}: {n} replications of each of these policies, as draws of the inputs times replications of each ({}).",
            results.command,
            of("nested")
        ),
        command => format!("{command}: {n} replications of each of these policies, paired on the same random numbers."),
    }
}

/// What each policy is.
fn policies(results: &Results) -> Grid {
    let mut grid = Grid::new(&["policy", "what it is", "what it changes in the scenario"]);
    let changes = |changes: &[(String, String)]| {
        let all: Vec<String> = changes.iter().map(|(path, value)| format!("{path} = {value}")).collect();
        if all.is_empty() { "nothing".to_owned() } else { all.join("; ") }
    };
    grid.rows = results.shown().iter().map(|p| vec![p.id.clone(), p.title.clone(), changes(&p.changes)]).collect();
    grid
}

/// Inputs with a range, by the table they are in.
fn assumptions(results: &Results) -> Vec<(String, Grid)> {
    let mut tables: Vec<(String, Grid)> = Vec::new();
    for input in results.inputs.iter().filter(|input| !input.law.is_empty()) {
        let table = input.path.split('.').next().unwrap_or_default();
        if tables.last().is_none_or(|(name, _)| name != table) {
            tables.push((table.to_owned(), Grid::new(&["input", "value", "range", "basis", "source"])));
        }
        let kind = if input.is_drawn() { input.law.clone() } else { format!("held; {} to be tried", input.law) };
        let row = vec![input.path.clone(), input.value.clone(), kind, input.basis.clone(), input.source.clone()];
        tables.last_mut().expect("one was just put there").1.rows.push(row);
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        // RFC 4648, section 10.
        let texts = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
        let expected = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
        assert_eq!(texts.map(|text| base64(text.as_bytes())), expected);
    }
}
