//! What each denial costs: shares that add up, direct beside total, and the curve of air cover with its break-even.

use serde_json::Value;

use crate::common::{MALI, expect, rearguard, results_of, stderr, stdout};

fn rows<'j>(json: &'j Value, table: &str) -> &'j Vec<Value> {
    json[table].as_array().unwrap_or_else(|| panic!("{table} is a list"))
}

#[test]
fn direct_and_total_stand_side_by_side_and_the_curve_runs_through_its_break_even() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    let denials = ["--denial", "air", "--denial", "trucks"];
    let asked = ["attribute", MALI, "--replications", "60", "--out", &out.display().to_string()].map(str::to_owned);
    let json = stdout(&expect(rearguard(asked.iter()).args(denials).arg("--json"), 0));
    let json: Value = serde_json::from_str(&json).expect("one object");

    let number = |value: &Value| value.as_f64().unwrap_or_else(|| panic!("{value} is a number"));
    for row in rows(&json, "shares") {
        let shares = ["air", "trucks"].map(|denial| number(&row["shares"][denial]["mean"]));
        let together = number(&row["together"]["mean"]);
        assert!((shares[0] + shares[1] - together).abs() < 1e-9 * together.abs().max(1.0), "{row}");
        // Whether trucks are let through changes no contact of a journey that stays as it is.
        assert!(row["effect"] != "direct" || shares[1] == 0.0 && shares[0] > 0.0, "{row}");
    }
    assert_eq!(rows(&json, "shares").iter().filter(|row| row["effect"] == "direct").count(), 3);

    let curve = rows(&json, "curve");
    assert_eq!(curve.len(), 3 * (3 * 24 + 5));
    let wounded = |effect: &str, cover: &str, ratio: f64| {
        let is_it = |row: &&Value| row["effect"] == effect && row["cover"] == cover && row["ratio"] == ratio;
        let row = curve.iter().filter(is_it).find(|row| row["measure"] == "casualties.wounded");
        number(&row.unwrap_or_else(|| panic!("{effect} {cover} at {ratio}"))["cost"])
    };
    for cover in ["any", "overwatch", "surveillance"] {
        assert_eq!(wounded("direct", cover, 1.0), 0.0);
        assert!(wounded("direct", cover, 0.15) > wounded("direct", cover, 0.8));
        assert!(wounded("direct", cover, 1.3) < 0.0);
    }
    assert!(wounded("total", "any", 0.15) > 0.0 && wounded("total", "any", 1.3) < 0.0);
    for row in rows(&json, "break_even") {
        let at = number(&row["ratio"]);
        let [low, high] = [0, 1].map(|end| number(&row["interval"][end]));
        assert!(low <= at && at <= high && (0.15..=1.3).contains(&at), "{row}");
    }

    let screen = stdout(&expect(rearguard(asked.iter()).args(denials), 0));
    for wanted in [
        "direct, any cover",
        "total, any cover",
        "Break-even",
        "air_overwatch",
        "medical_evacuation",
        "assumed",
        "as it is treated there, against always granted",
    ] {
        assert!(screen.contains(wanted), "`{wanted}` is missing from\n{screen}");
    }
    let files = results_of(&out);
    let text = |name: &str| String::from_utf8_lossy(&files[name]).into_owned();
    assert_eq!(text("curve.csv").lines().count(), 1 + curve.len());
    assert_eq!(text("break_even.csv").lines().count(), 1 + 2 * 3);

    // Which intervals cover less than they say stands in the table and on the screen.
    let attribution = text("attribution.csv");
    let of = |method: &str| attribution.lines().filter(|line| line.ends_with(&format!(",{method},60"))).count();
    let [plain, skewed] = ["t", "t (skewed: covers less than it says)"].map(of);
    assert!(plain > 0 && skewed > 0, "{plain} plain, {skewed} skewed in\n{attribution}");
    assert!(of("t (no spread seen: rarer values unknown)") > 0, "the direct share of trucks is 0 throughout");
    assert!(screen.contains(")*") && screen.contains("* too skewed for 60 replications"), "{screen}");
}

#[test]
fn denials_that_refuse_no_cover_have_no_curve() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    let asked = ["attribute", MALI, "--denial", "imports", "--replications", "10", "--out"];
    let screen = stdout(&expect(rearguard(asked).arg(&out), 0));
    assert!(screen.contains("no curve over its rate ratio"), "{screen}");
    let names: Vec<String> = results_of(&out).into_keys().collect();
    assert!(names.iter().any(|name| name == "attribution.csv") && !names.iter().any(|name| name == "curve.csv"));
}

#[test]
fn a_denial_that_is_named_twice_is_to_be_named_once() {
    let twice = ["attribute", MALI, "--denial", "air", "--denial", "air"];
    assert!(stderr(&expect(rearguard(twice), 2)).contains("denial `air` is named twice; name it once"));
}
