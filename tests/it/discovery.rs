//! Scenario discovery on finished designs, and against the published case.

use std::path::{Path, PathBuf};
use std::process::Command;

use rearguard::stats::{Peeling, PrimBox, prim, quasi_p};
use serde_json::Value;

use crate::common::{THREE_BASES, expect, number, rearguard, rows, stderr, stdout};

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// A sweep whose equipment lost follows one input closely, and hardly another.
fn swept(home: &Path) -> PathBuf {
    let out = home.join("swept");
    let sweep = ["packing.start_before_days=interval(1,120)", "road.0.km=interval(250,280)"];
    let args = ["sweep", THREE_BASES, "--quiet", "--design", "sobol", "--points", "128", "--replications", "8"];
    let args = args.into_iter().chain(sweep.into_iter().flat_map(|factor| ["--sweep", factor]));
    expect(rearguard(args).args(["--policy", "as-planned", "--policy", "trucks-granted", "--out"]).arg(&out), 0);
    out
}

#[test]
fn a_box_of_a_finished_sweep_holds_the_points_that_it_says() {
    let home = home();
    let out = swept(home.path());
    let threshold = 3_500_000.0;
    let wanted = ["--measure", "equipment.lost_usd", "--threshold", "3500000"];
    let said = stdout(&expect(rearguard(["discover"]).arg(&out).args(wanted).arg("--json"), 0));
    let said: Value = serde_json::from_str(&said).expect("JSON");
    let number_of = |value: &Value| value.as_f64().expect("a number");
    let chosen = &said["boxes"][said["box"].as_u64().expect("a position") as usize];
    let (design, replications) = (rows(&out, "design.csv"), rows(&out, "replications.csv"));
    let mean = |id: &str| {
        let of_point = replications.iter().filter(|row| row["design_id"] == id && row["policy"] == "as-planned");
        of_point.map(|row| number(row, "equipment.lost_usd")).sum::<f64>() / 8.0
    };
    let is_inside = |row: &crate::common::Row| {
        chosen["limits"].as_object().expect("limits").iter().all(|(path, ends)| {
            let value = number(row, path);
            ends[0].as_f64().is_none_or(|low| low <= value) && ends[1].as_f64().is_none_or(|high| value <= high)
        })
    };
    let inside = design.iter().filter(|row| is_inside(row)).count();
    let of_interest = design.iter().filter(|row| is_inside(row) && mean(&row["design_id"]) > threshold).count();
    let all = design.iter().filter(|row| mean(&row["design_id"]) > threshold).count();
    assert_eq!(number_of(&chosen["points"]), inside as f64);
    assert_eq!(number_of(&chosen["of_interest"]), of_interest as f64);
    assert_eq!(number_of(&said["of_interest"]), all as f64);
    assert!(number_of(&chosen["density"]) > 0.8 && number_of(&chosen["coverage"]) > 0.6, "{chosen}");
    assert!(chosen["limits"].get("packing.start_before_days").is_some(), "{chosen}");
    let screen = stdout(&expect(rearguard(["discover"]).arg(&out).args(wanted), 0));
    assert!(screen.contains("packing.start_before_days") && screen.contains("check it on a fresh sweep"), "{screen}");
    assert!(!screen.contains("quasi-p") && said.get("quasi_p").is_none(), "its points share their chances: {screen}");
    let other = ["--policy", "trucks-granted", "--difference", "--below", "--measure", "equipment.lost_usd"];
    expect(rearguard(["discover"]).arg(&out).args(other).args(["--threshold", "-1500000"]), 0);
}

#[test]
fn a_sensitivity_analysis_can_be_looked_through_and_other_folders_cannot() {
    let home = home();
    let out = home.path().join("points");
    let args = ["sensitivity", THREE_BASES, "--quiet", "--method", "prcc", "--points", "100", "--free", "packing,road"];
    expect(rearguard(args).args(["--replications", "4", "--out"]).arg(&out), 0);
    let wanted = ["--measure", "equipment.lost_usd", "--threshold", "4000000"];
    assert!(stdout(&expect(rearguard(["discover"]).arg(&out).args(wanted), 0)).contains("coverage"));
    let refused = |folder: &Path, args: &[&str], said: &str| {
        let text = stderr(&expect(rearguard(["discover"]).arg(folder).args(args), 2));
        assert!(text.contains(said), "{args:?}: {text}");
    };
    refused(&out, &["--measure", "equipment.lost_us", "--threshold", "1"], "equipment.lost_usd");
    refused(&out, &["--measure", "equipment.lost_usd", "--threshold", "1e12"], "choose another --threshold");
    refused(&out, &[&wanted[..], &["--step", "2"]].concat(), "shares between 0 and 1");
    refused(&out, &[&wanted[..], &["--box", "400"]].concat(), "there is no box 400");
    refused(&out, &[&wanted[..], &["--policy", "nobody"]].concat(), "as-planned");
    let plain = home.path().join("plain");
    expect(rearguard(["run", THREE_BASES, "--quiet", "--replications", "3", "--out"]).arg(&plain), 0);
    refused(&plain, &wanted, "holds no design");
}

/// The 882 cases behind Bryant and Lempert (2010), as the wheel of a published package has them.
fn published_cases(home: &Path) -> Vec<Vec<f64>> {
    let python = home.join("venv/bin/python");
    let run = |program: &Path, args: &[&str]| {
        let done = Command::new(program).args(args).current_dir(home).output().expect("it starts");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    };
    run(Path::new("python3"), &["-m", "venv", "venv"]);
    run(&python, &["-m", "pip", "install", "--quiet", "--no-deps", "ema-workbench==2.5.3"]);
    // Without its dependencies the package cannot be imported, and need not be.
    let find = "import importlib.metadata as m; d = m.distribution('ema-workbench'); \
                print(next(d.locate_file(f) for f in d.files if f.name.startswith('bryant') and f.name.endswith('.csv')))";
    let mut csv = csv::Reader::from_path(run(&python, &["-c", find])).expect("the file is there");
    let cell = |text: &str| text.trim().parse().expect("a number");
    csv.records().map(|row| row.expect("a row").iter().map(cell).collect()).collect()
}

#[test]
#[ignore = "fetches the published cases; tests/run --long runs it"]
fn the_published_box_is_found() {
    let home = home();
    let cases = published_cases(home.path());
    assert_eq!(cases.len(), 882);
    // Nine inputs, and whether the incremental cost is in the highest tenth.
    let inputs: Vec<Vec<f64>> = (2..11).map(|at| cases.iter().map(|case| case[at]).collect()).collect();
    let is_of_interest: Vec<bool> = cases.iter().map(|case| case[15] > 0.5).collect();
    let boxes = prim(&inputs, &is_of_interest, Peeling { step: 0.1, least_mass: 0.05 }).expect("cases");
    // The box that is read off the trade-off: four limits, coverage 0.752809, density 0.770115.
    let is_it = |found: &&PrimBox| (found.density - 0.770_115).abs() < 5e-7;
    let found = boxes.iter().find(is_it).expect("the published density is on the trajectory");
    assert!((found.coverage - 0.752_809).abs() < 5e-7);
    let limits = [
        (0, 72.65, f64::INFINITY),
        (1, f64::NEG_INFINITY, 755.799_988),
        (5, -0.422, f64::INFINITY),
        (8, 150.049_995, f64::INFINITY),
    ];
    assert_eq!(found.dimensions(), limits.len());
    for (input, low, high) in limits {
        let close = |a: f64, b: f64| a == b || (a - b).abs() < 1e-4;
        assert!(close(found.low[input], low) && close(found.high[input], high), "{input}: {found:?}");
    }
    let quasi = quasi_p(&inputs, &is_of_interest, found);
    for (input, side, published) in
        [(0, 0, 0.157_413), (1, 1, 4.716_969e-6), (5, 0, 1.184_930e-16), (8, 0, 3.515_113e-11)]
    {
        let own = quasi[input][side].expect("a limit");
        assert!((own / published - 1.0).abs() < 1e-5, "{input}: {own} for {published}");
    }
}

#[test]
fn swings_are_no_design_to_look_for_boxes_in() {
    let home = home();
    let out = home.path().join("swings");
    let args = ["sensitivity", THREE_BASES, "--method", "swing", "--free", "packing", "--replications", "2", "--quiet"];
    expect(rearguard(args).arg("--out").arg(&out), 0);
    let args = ["--measure", "equipment.lost_usd", "--threshold", "1"];
    let said = stderr(&expect(rearguard(["discover"]).arg(&out).args(args), 2));
    assert!(said.contains("holds swings") && said.contains("morris, sobol or prcc"), "{said}");
}
