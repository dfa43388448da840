//! Exceedance curves say of every threshold what the rows say, alone and against the baseline.

use crate::common::{Row, THREE_BASES, expect, number, rearguard, rows};

#[test]
fn shares_above_thresholds_are_those_of_the_rows() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let out = home.path().join("results");
    let compare = ["compare", THREE_BASES, "--baseline", "as-planned", "--policy", "trucks-granted"];
    expect(rearguard(compare).args(["--replications", "400", "--quiet", "--out"]).arg(&out), 0);
    let replications = rows(&out, "replications.csv");
    let curves = rows(&out, "exceedance.csv");
    let share = |policy: &str, measure: &str, threshold: f64| {
        let of = replications.iter().filter(|row| row["policy"] == policy);
        of.filter(|row| number(row, measure) > threshold).count() as f64 / 400.0
    };
    let half = rearguard::stats::dkw_half_width(400, 0.95).expect("a level");
    let mut compared = 0;
    for row in &curves {
        let (policy, measure) = (row["policy"].as_str(), row["measure"].as_str());
        let threshold = number(row, "threshold");
        let mut expected = share(policy, measure, threshold);
        if !row["baseline"].is_empty() {
            expected -= share(&row["baseline"], measure, threshold);
            compared += 1;
        }
        let found = number(row, "share_above");
        assert!((found - expected).abs() < 1e-12, "{row:?}: {expected}");
        assert!(number(row, "low") <= found && found <= number(row, "high"), "{row:?}");
        assert!(number(row, "band_low") <= found && found <= number(row, "band_high"), "{row:?}");
        if row["baseline"].is_empty() && (half..1.0 - half).contains(&found) {
            assert!((number(row, "band_high") - found - half).abs() < 1e-12, "{row:?}");
        }
    }
    assert!(compared > 100 && curves.iter().any(|row| row["measure"] == "casualties.wounded"));
    let falls = |a: &Row, b: &Row| {
        a["policy"] != b["policy"]
            || a["measure"] != b["measure"]
            || a["baseline"] != b["baseline"]
            || !a["baseline"].is_empty()
            || number(a, "share_above") >= number(b, "share_above") && number(a, "threshold") < number(b, "threshold")
    };
    assert!(curves.windows(2).all(|pair| falls(&pair[0], &pair[1])));
}
