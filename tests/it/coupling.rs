//! For each lever: how often the paired difference of one replication goes the way it should not.

use std::fs;

use rearguard::experiment::results::column_names;
use rearguard::math::sqrt;

use crate::common::{MALI, case, compare, package, policy_of};

const REPLICATIONS: u64 = 120;
/// What every row is compared under: cover that never raises a rate.
const BASELINE: [&str; 2] = ["threat.ratio_surveillance=0.8", "threat.ratio_overwatch=0.55"];

struct Row {
    lever: String,
    change: Vec<String>,
    measure: String,
    is_direct: bool,
    never_more: bool,
    broken: f64,
}

fn rows() -> Vec<Row> {
    let mut reader = csv::Reader::from_path(package().join("docs/coupling.csv")).expect("the table is there");
    let rows = reader.records().map(|record| {
        let record = record.expect("a whole row");
        Row {
            lever: record[0].to_owned(),
            change: record[1].split(';').map(str::to_owned).collect(),
            measure: record[2].to_owned(),
            is_direct: &record[3] == "direct",
            never_more: &record[4] == "more",
            broken: record[5].parse().expect("a percentage"),
        }
    });
    rows.collect()
}

#[test]
fn each_lever_is_monotone_as_often_as_the_table_says() {
    let mut failures = Vec::new();
    for rows in rows().chunks(8) {
        let model = |sets: &[String]| {
            let sets: Vec<&str> = BASELINE.into_iter().chain(sets.iter().map(String::as_str)).collect();
            let case = case(MALI.as_ref(), &sets);
            policy_of("case", case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false))))
        };
        let mut policies = vec![model(&[])];
        for (index, row) in rows.iter().enumerate() {
            policies.push(policy_of(&format!("row-{index}"), model(&row.change).model));
        }
        let names = column_names(&policies[0].model.inputs);
        let results = compare(policies, 23, REPLICATIONS);
        let column = |policy: usize, name: &str| {
            let at = names.iter().position(|column| column == name).unwrap_or_else(|| panic!("no measure `{name}`"));
            results.policies[policy].columns[at].clone()
        };
        for (index, row) in rows.iter().enumerate() {
            let (baseline, other) = if row.is_direct {
                let direct = results.policies[index + 1].direct.as_ref().expect("direct effects");
                match row.measure.as_str() {
                    "contacts" => (column(0, "contacts.all"), direct.contacts.clone()),
                    "wounded" => (column(0, "casualties.wounded"), direct.wounded.clone()),
                    "killed" => (column(0, "casualties.killed"), direct.killed.clone()),
                    other => panic!("no direct effect on {other}"),
                }
            } else {
                (column(0, &row.measure), column(index + 1, &row.measure))
            };
            let pairs = baseline.iter().zip(&other);
            let differ = pairs.clone().filter(|(baseline, other)| baseline != other).count();
            let broken = pairs.filter(|(baseline, other)| (other > baseline) == row.never_more && other != baseline);
            let (n, broken) = (REPLICATIONS as f64, broken.count() as f64);
            let (found, stated) = (broken / n, row.broken / 100.0);
            // What the table says never happens must not; a share must lie within four standard errors of what it says.
            let allowed = 4.0 * sqrt((stated * (1.0 - stated)).max(found * (1.0 - found)) / n);
            let holds = if row.broken == 0.0 { broken == 0.0 } else { (found - stated).abs() <= allowed };
            if !holds || differ == 0 {
                failures.push(format!(
                    "{}: {} {} broken in {:.0}%, not {}% ({differ} differ)",
                    row.lever,
                    row.measure,
                    if row.is_direct { "direct" } else { "total" },
                    100.0 * found,
                    row.broken
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_test_that_the_documentation_names_is_there() {
    for (page, heading, least) in [("docs/model.md", "### 2.31", 20), ("docs/credibility.md", "## Claims", 20)] {
        let text = fs::read_to_string(package().join(page)).expect("the page is there");
        let start = text.find(heading).expect("the section is there");
        let end = start + text[start..].find("\n## ").expect("another follows");
        let named = tests_named(&text[start..end]);
        for (file, name) in &named {
            let path = if file.contains('/') { package().join(file) } else { package().join("tests/it").join(file) };
            let code = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{file} is not there"));
            assert!(code.contains(&format!("fn {name}(")), "{file} has no test {name}");
        }
        assert!(named.len() > least, "{page}: {} tests are named", named.len());
    }
}

/// Files and tests in the last cells of tables: a file and a test in backquotes, several with semicolons between them.
fn tests_named(text: &str) -> Vec<(&str, &str)> {
    let mut named = Vec::new();
    for line in text.lines().filter(|line| line.starts_with("| ") && line.contains(".rs`")) {
        let cell = line.trim_end_matches(" |").rsplit(" | ").next().expect("a last cell");
        for part in cell.split("; ") {
            let mut words = part.split('`').filter(|word| !word.trim().is_empty());
            named.push((words.next().expect("a file"), words.next().expect("a test")));
        }
    }
    named
}
