//! What the program is built from: licences, sources and versions as `deny.toml` allows them, and no `unsafe` of our own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::common::{package, scorecard};

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

fn metadata() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(package()).args(["metadata", "--format-version", "1", "--locked"]);
    let output = command.output().expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("metadata is JSON")
}

fn deny() -> toml::Table {
    let text = fs::read_to_string(package().join("deny.toml")).expect("there are rules");
    toml::from_str(&text).expect("rules are TOML")
}

fn texts<'a>(table: &'a toml::Table, section: &str, key: &str) -> Vec<&'a str> {
    let list = table[section][key].as_array().expect("a list");
    list.iter().map(|value| value.as_str().expect("text")).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The packages that are built, by id; only what the program itself needs, or what its tests need too.
fn built(metadata: &Value, with_tests: bool) -> BTreeSet<String> {
    let root = text(&metadata["resolve"]["root"]).to_owned();
    let nodes: BTreeMap<&str, &Value> =
        metadata["resolve"]["nodes"].as_array().expect("nodes").iter().map(|node| (text(&node["id"]), node)).collect();
    let (mut seen, mut open) = (BTreeSet::new(), vec![root.clone()]);
    while let Some(id) = open.pop() {
        for dependency in nodes[id.as_str()]["deps"].as_array().expect("dependencies") {
            let mut kinds = dependency["dep_kinds"].as_array().expect("kinds").iter().map(|kind| text(&kind["kind"]));
            // What the tests of a dependency need is not built.
            if kinds.any(|kind| kind != "dev" || with_tests && id == root) {
                let next = text(&dependency["pkg"]).to_owned();
                if seen.insert(next.clone()) {
                    open.push(next);
                }
            }
        }
    }
    seen
}

/// Whether the rules allow a licence expression: in some alternative, every part.
fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let expression = expression.replace('/', " OR ");
    let all_of = |part: &str| {
        // An alternative in brackets that is one part of several.
        part.split(" AND ").all(|part| {
            let part = part.trim_matches(['(', ')', ' ']);
            part.split(" OR ").any(|licence| allowed.contains(&licence.trim()))
        })
    };
    if expression.contains(" AND ") { all_of(&expression) } else { expression.split(" OR ").any(all_of) }
}

#[test]
fn dependencies_have_allowed_licences_sources_and_versions() {
    let (metadata, rules) = (metadata(), deny());
    let packages: BTreeMap<&str, &Value> =
        metadata["packages"].as_array().expect("packages").iter().map(|found| (text(&found["id"]), found)).collect();
    let (shipped, all) = (built(&metadata, false), built(&metadata, true));
    assert!(shipped.is_subset(&all) && shipped.len() >= 20 && all.len() > shipped.len());

    let licences = texts(&rules, "licenses", "allow");
    assert!(CRATES_IO.ends_with(texts(&rules, "sources", "allow-registry")[0]));
    let mut wrong = Vec::new();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for id in &all {
        let found = packages[id.as_str()];
        let (name, version) = (text(&found["name"]), text(&found["version"]));
        versions.entry(name).or_default().insert(version);
        if !is_allowed(text(&found["license"]), &licences) {
            wrong.push(format!("{name} {version}: licence {}", found["license"]));
        }
        if text(&found["source"]) != CRATES_IO {
            wrong.push(format!("{name} {version}: source {}", found["source"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let twice: Vec<&str> = versions.iter().filter(|(_, versions)| versions.len() > 1).map(|(name, _)| *name).collect();
    let skipped = rules["bans"]["skip"].as_array().expect("a list").iter();
    let skipped: Vec<&str> = skipped.map(|skip| skip["name"].as_str().expect("a name")).collect();
    assert_eq!(twice, skipped, "names in several versions, and those that deny.toml lets pass");
    let words = format!(
        "dependencies, {} of them in the program: licences and sources as allowed, {} in two versions; no `unsafe` here",
        shipped.len(),
        twice.len()
    );
    scorecard("S1", "dependencies", all.len() as u64, &words);
}

#[test]
fn what_determines_draws_is_pinned_and_the_lock_file_agrees() {
    let manifest: toml::Table =
        toml::from_str(&fs::read_to_string(package().join("Cargo.toml")).expect("a manifest")).expect("it is TOML");
    for name in ["libm", "rand", "rand_distr"] {
        let wanted = &manifest["dependencies"][name];
        let wanted = wanted.as_str().or_else(|| wanted["version"].as_str()).expect("a version");
        assert!(wanted.starts_with('='), "{name} {wanted}");
        let lock = fs::read_to_string(package().join("Cargo.lock")).expect("a lock file");
        assert!(lock.contains(&format!("name = \"{name}\"\nversion = \"{}\"", &wanted[1..])), "{name} {wanted}");
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("it can be listed").map(|entry| entry.expect("an entry").path());
    let mut files = Vec::new();
    for path in entries {
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn unsafe_is_forbidden_and_nowhere() {
    let manifest = fs::read_to_string(package().join("Cargo.toml")).expect("a manifest");
    assert!(manifest.contains("[lints.rust]\nunsafe_code = \"forbid\""), "the compiler is told");
    // The words as code has them: a text that names them is no use of them.
    let uses = [["unsafe", " {"].concat(), ["unsafe", " fn"].concat(), ["unsafe", " impl"].concat()];
    let mut looked_at = 0;
    for folder in ["src", "tests/it", "benches", "fuzz/src", "fuzz/doors"] {
        for file in sources(&package().join(folder)) {
            let text = fs::read_to_string(&file).expect("sources are text");
            assert!(uses.iter().all(|used| !text.contains(used)), "{}", file.display());
            looked_at += 1;
        }
    }
    assert!(looked_at > 200, "{looked_at}");
}

#[test]
fn licence_expressions_are_read() {
    let allowed = ["MIT", "Apache-2.0", "Unicode-3.0"];
    for good in ["MIT", "MIT OR X", "X/MIT", "(MIT OR Apache-2.0) AND Unicode-3.0", "X OR Y OR Apache-2.0"] {
        assert!(is_allowed(good, &allowed), "{good}");
    }
    for bad in ["", "X", "MIT AND X", "(MIT OR Apache-2.0) AND X", "MITX", "Apache-2.0 WITH LLVM-exception"] {
        assert!(!is_allowed(bad, &allowed), "{bad}");
    }
}
