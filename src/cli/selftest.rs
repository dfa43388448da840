//! `selftest`: whether this build, on this machine, draws and computes what every other does, to the bit.
//!
//! A fingerprint is the hash of many values: of functions, of draws, of short runs of scenarios that come with the program.
//! Those of this version are compiled in, from `fingerprints.csv`.

use std::io::{self, Write};
use std::path::Path;

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::cli::exit::Stop;
use crate::draw::{Purpose, SCHEME, Stream, Streams, key};
use crate::experiment::{Hooks, Plan, PolicyModel, run_cells};
use crate::math::{self, special};
use crate::model::Model;
use crate::scenario::{Bundle, Case, Diagnostics, templates};
use crate::store::{Chunk, hex};

/// What they should be: `name,fingerprint` a line.
const KNOWN: &str = include_str!("fingerprints.csv");
const HEAD: &str = "name,fingerprint\n";
/// Values of each function and draw.
const VALUES: usize = 4_000;
/// Replications of each scenario: enough for every mechanism to act, and no whole number of blocks.
const REPLICATIONS: u64 = 30;
/// Hexadecimal digits of a fingerprint.
const DIGITS: usize = 32;

/// A fingerprint by name.
pub type Fingerprint = (String, String);

/// A function of a uniform number between 0 and 1.
type Function = (&'static str, fn(f64) -> f64);

const FUNCTIONS: &[Function] = &[
    ("exp", |u| math::exp(1400.0 * u - 700.0)),
    ("ln", |u| math::ln(u)),
    ("ln_1p", |u| math::ln_1p(u - 0.5)),
    ("exp_m1", |u| math::exp_m1(8.0 * u - 4.0)),
    ("log10", |u| math::log10(1e9 * u)),
    ("pow", |u| math::pow(u, 7.3 - 9.0 * u)),
    ("cos", |u| math::cos(40.0 * u)),
    ("sqrt", |u| math::sqrt(u)),
    ("ln_gamma", |u| special::ln_gamma(1e-3 + 90.0 * u)),
    ("normal_quantile", special::normal_quantile),
    ("t_quantile", |u| special::t_quantile(u, 4.5)),
    ("gamma_quantile", |u| special::gamma_quantile(u, 0.1 + 30.0 * u)),
    ("beta_quantile", |u| special::beta_quantile(u, 0.4, 3.0)),
];

/// A draw from a stream.
type Draw = (&'static str, fn(&mut Stream) -> f64);

const DRAWS: &[Draw] = &[
    ("uniform", Stream::uniform),
    ("below", |s| s.below(1_000_003) as f64),
    ("exponential", |s| s.exponential(4.0)),
    ("normal", |s| s.normal(-1.0, 3.0)),
    ("lognormal", |s| s.lognormal(2.0, 0.5)),
    ("triangular", |s| s.triangular(1.0, 2.0, 6.0)),
    ("weibull", |s| s.weibull(2.0, 5.0)),
    ("gamma", |s| s.gamma(0.5, 2.0)),
    ("beta", |s| s.beta(2.0, 6.0)),
    ("erlang", |s| s.erlang(3, 6.0)),
    ("negative_binomial", |s| s.negative_binomial(5.0, 0.5) as f64),
    ("poisson", |s| s.poisson(80.0) as f64),
    ("binomial", |s| s.binomial(400, 0.25) as f64),
];

/// The scenarios that are run, with what lies beside them.
fn scenarios() -> Vec<(&'static str, templates::Files)> {
    let shipped = |text: &str| vec![("case.toml".to_owned(), text.to_owned())];
    vec![
        ("three-bases", templates::tutorial("case.toml")),
        ("blank", templates::blank("case.toml")),
        ("scaled to 12 bases", templates::scaled("case.toml", 12)),
        ("pure-logistics", shipped(include_str!("../../scenarios/pure-logistics.toml"))),
        ("air-only", shipped(include_str!("../../scenarios/air-only.toml"))),
        ("benchmark", shipped(include_str!("../../scenarios/benchmark.toml"))),
    ]
}

/// The first digits of a checksum.
fn fingerprint(hash: Sha256) -> String {
    hex(&hash.finalize()[..DIGITS / 2])
}

fn of_values(values: impl Iterator<Item = f64>) -> String {
    let mut hash = Sha256::new();
    values.for_each(|value| hash.update(value.to_bits().to_le_bytes()));
    fingerprint(hash)
}

fn stream(name: &str) -> Stream {
    Streams::new(20_231_231, 0).stream(Purpose::Test, key(name), 0)
}

/// The plan of a scenario: all its policies, paired.
fn plan(files: templates::Files) -> Result<Plan, Diagnostics> {
    let files: Bundle = files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    let case = Case::load_from(&files, Path::new("case.toml"), &[])?;
    let policy =
        |id: &str, model: Model| PolicyModel { id: id.to_owned(), title: String::new(), model, overrides: Vec::new() };
    let presets = case.document().policies().iter();
    let mut policies: Vec<PolicyModel> =
        presets.map(|preset| Ok(policy(&preset.id, case.model(&preset.overrides)?))).collect::<Result<_, _>>()?;
    if policies.is_empty() {
        policies.push(policy("as-it-stands", case.model(&[])?));
    }
    Ok(Plan::paired(policies, 20_231_231, REPLICATIONS))
}

fn of_run(plan: &Plan) -> String {
    let mut hash = Sha256::new();
    let keep = |chunks: Vec<Chunk>| -> Result<(), ()> {
        for chunk in chunks {
            hash.update(format!("{:?}\n", chunk.key));
            chunk.columns.iter().flatten().for_each(|value| hash.update(value.to_bits().to_le_bytes()));
            hash.update(&chunk.bytes);
        }
        Ok(())
    };
    // There is one cell, so there is one order of chunks.
    let cells = plan.cells();
    assert_eq!(cells.len(), 1);
    let ran = run_cells(plan, "0", &cells, &Hooks { should_stop: &|| false, on_progress: &|_, _| () }, keep);
    ran.expect("what is kept in memory is kept");
    fingerprint(hash)
}

/// Takes every fingerprint of this build on this machine.
///
/// # Errors
/// Problems of a shipped scenario: a fault of the program.
pub fn fingerprints() -> Result<Vec<Fingerprint>, Diagnostics> {
    let named = |kind: &str, name: &str, print: String| (format!("{kind} {name}"), print);
    let mut all = Vec::new();
    for (name, function) in FUNCTIONS {
        let mut stream = stream(name);
        all.push(named("function", name, of_values((0..VALUES).map(|_| function(stream.uniform())))));
    }
    for (name, draw) in DRAWS {
        let mut stream = stream(name);
        all.push(named("draw", name, of_values((0..VALUES).map(|_| draw(&mut stream)))));
    }
    for (name, files) in scenarios() {
        all.push(named("run", name, of_run(&plan(files)?)));
    }
    Ok(all)
}

/// What they should be in this version.
pub fn known() -> Vec<Fingerprint> {
    let pair = |line: &str| line.split_once(',').map(|(name, print)| (name.to_owned(), print.to_owned()));
    KNOWN.lines().skip(1).filter_map(pair).collect()
}

/// Prints fingerprints, and whether they are what they should be.
///
/// # Arguments
/// * `json` - print them as one JSON object.
/// * `csv` - print them as `fingerprints.csv` holds them, and compare with nothing.
///
/// # Errors
/// Fingerprints that differ.
pub fn selftest(csv: bool, json: bool) -> Result<(), Stop> {
    let (taken, known) = (fingerprints().map_err(Stop::Scenario)?, known());
    let mut out = io::stdout().lock();
    if csv {
        out.write_all(HEAD.as_bytes())?;
        return Ok(taken.iter().try_for_each(|(name, print)| writeln!(out, "{name},{print}"))?);
    }
    let should_be = |name: &str| known.iter().find(|(known, _)| known == name).map(|(_, print)| print.as_str());
    let version = env!("CARGO_PKG_VERSION");
    let of = taken.len();
    let differ = taken.iter().filter(|(name, print)| should_be(name) != Some(print.as_str())).count();
    let verdict = if differ > 0 || known.len() != of {
        Err(Stop::NotMet(format!(
            "{differ} of {of} fingerprints are not those of version {version}: results of this build on this machine are not \
             those of others; do not put them together, and report the processor (`lscpu`) and the compiler"
        )))
    } else {
        Ok(())
    };
    if json {
        let row = |(name, print): &Fingerprint| json!({ "name": name, "fingerprint": print, "known": should_be(name) });
        let rows: Vec<_> = taken.iter().map(row).collect();
        let object = json!({ "version": version, "scheme": SCHEME, "processor": std::env::consts::ARCH,
            "holds": verdict.is_ok(), "fingerprints": rows });
        writeln!(out, "{object}")?;
        return verdict;
    }
    writeln!(out, "Version {version}, scheme {SCHEME} of random numbers, {}", std::env::consts::ARCH)?;
    for (name, print) in &taken {
        let said = match should_be(name) {
            Some(known) if known == print => "as it should be".to_owned(),
            Some(known) => format!("DIFFERS: should be {known}"),
            None => "DIFFERS: not known".to_owned(),
        };
        writeln!(out, "{name:<28} {print}  {said}")?;
    }
    verdict?;
    Ok(writeln!(out, "{of} fingerprints, all as they should be")?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn fingerprints_have_names_of_their_own_and_none_is_known_that_is_not_taken() {
        let names = |prints: &[Fingerprint]| prints.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let (taken, known) = (names(&fingerprints().expect("shipped scenarios are sound")), names(&known()));
        assert_eq!(taken, known);
        assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), taken.len());
        assert!(known.len() >= 30);
    }

    #[test]
    fn one_bit_of_one_value_changes_a_fingerprint() {
        let values = [1.0, 2.0, 3.0];
        let other = [1.0, f64::from_bits(2.0_f64.to_bits() ^ 1), 3.0];
        assert_ne!(of_values(values.into_iter()), of_values(other.into_iter()));
        assert_ne!(of_values([0.0].into_iter()), of_values([-0.0].into_iter()));
    }

    #[test]
    fn another_seed_changes_the_fingerprint_of_a_run() {
        let mut plan = plan(templates::tutorial("case.toml")).expect("the tutorial is sound");
        let one = of_run(&plan);
        assert_eq!(one, of_run(&plan));
        plan.seed += 1;
        assert_ne!(one, of_run(&plan));
    }
}
