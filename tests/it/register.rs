//! Every row of the register has its place in the model: a change of what stands for it moves a measure.

use std::path::Path;

use rearguard::experiment::results::column_names;
use rearguard::experiment::{Hooks, Plan, run};
use rearguard::stats::{Worse, paired};

use crate::common::{MALI, case, package, policy_of};

const REPLICATIONS: u64 = 120;
/// Monte Carlo standard errors by which a measure must move.
const STANDARD_ERRORS: f64 = 5.0;

struct Row {
    id: String,
    files: Vec<String>,
    change: Vec<String>,
    measure: String,
    note: String,
}

fn register() -> Vec<Row> {
    let mut reader = csv::Reader::from_path(package().join("docs/register.csv")).expect("the register is there");
    let rows = reader.records().map(|record| {
        let record = record.expect("a whole row");
        let split = |text: &str, by: char| text.split(by).filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Row {
            id: record[0].to_owned(),
            files: split(&record[2], ' '),
            change: split(&record[3], ';'),
            measure: record[4].to_owned(),
            note: record[5].to_owned(),
        }
    });
    rows.collect()
}

#[test]
fn all_rows_are_there_and_name_files_that_exist() {
    let rows = register();
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    assert_eq!(ids, (1..=46).map(|n| format!("R{n:02}")).collect::<Vec<_>>());
    for row in &rows {
        for file in &row.files {
            assert!(package().join("src").join(file).is_file(), "{}: no file src/{file}", row.id);
        }
        let is_probed = !row.change.is_empty() && !row.measure.is_empty();
        assert!(
            is_probed || !row.note.is_empty(),
            "{}: neither a change that moves a measure nor why there is none",
            row.id
        );
    }
}

#[test]
fn a_change_of_each_row_moves_its_measure() {
    let historical = || {
        let case = case::<&str>(Path::new(MALI), &[]);
        policy_of("historical", case.model(&[]).expect("it is sound"))
    };
    let mut failures = Vec::new();
    let probed: Vec<Row> = register().into_iter().filter(|row| !row.change.is_empty()).collect();
    for rows in probed.chunks(8) {
        let changed = rows.iter().map(|row| {
            let case = case(Path::new(MALI), &row.change);
            policy_of(
                &row.id,
                case.model(&[]).unwrap_or_else(|problems| panic!("{}: {}", row.id, problems.render(false))),
            )
        });
        let policies: Vec<_> = std::iter::once(historical()).chain(changed).collect();
        let names = column_names(&policies[0].model.inputs);
        let plan = Plan::of(policies, 46, REPLICATIONS);
        let results = run(&plan, &Hooks { should_stop: &|| false, on_progress: &|_, _| () });
        assert!(results.failures.is_empty(), "{:?}", results.failures.first());
        for (row, policy) in rows.iter().zip(&results.policies[1..]) {
            let column = names.iter().position(|name| *name == row.measure);
            let column = column.unwrap_or_else(|| panic!("{}: no measure `{}`", row.id, row.measure));
            let (changed, as_it_is) = (&policy.columns[column], &results.policies[0].columns[column]);
            let difference = paired(changed, as_it_is, 0.95, Worse::Higher).expect("enough replications");
            let moved = difference.mean.abs() / difference.mcse;
            if moved.is_nan() || moved <= STANDARD_ERRORS {
                failures.push(format!(
                    "{}: {} moves by {moved:.1} standard errors ({})",
                    row.id, row.measure, difference.mean
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
