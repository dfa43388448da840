//! A page that needs nothing but itself, says what the folder holds, and is the same each time.

use std::fs;
use std::path::Path;

use crate::common::{MALI, THREE_BASES, expect, rearguard, stderr, stdout};

const COMPARE: [&str; 6] = ["compare", THREE_BASES, "--policy", "trucks-granted", "--replications", "40"];

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

#[track_caller]
fn made(args: &[&str], out: &Path) -> String {
    expect(rearguard(args).arg("--quiet").arg("--out").arg(out), 0);
    reported(out)
}

#[track_caller]
fn reported(out: &Path) -> String {
    let said = stdout(&expect(rearguard(["report"]).arg(out), 0));
    assert!(said.starts_with("Wrote ") && said.contains("report.html"), "{said}");
    fs::read_to_string(out.join("report.html")).expect("the page is there")
}

/// What stands between two marks, as often as it does.
fn between<'p>(page: &'p str, from: &str, to: &str) -> Vec<&'p str> {
    page.split(from).skip(1).map(|rest| rest.split(to).next().unwrap_or_default()).collect()
}

#[test]
fn the_page_is_whole_by_itself_and_the_same_each_time() {
    let home = home();
    let out = home.path().join("results");
    let page = made(&COMPARE, &out);
    assert_eq!(page, reported(&out));
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
    assert!(
        policy[0].starts_with("default-src &#x27;none&#x27;") || policy[0].starts_with("default-src 'none'"),
        "{policy:?}"
    );
    let before = page.split("Content-Security-Policy").next().expect("a beginning");
    assert!(!before.contains("<style") && !before.contains("<script"), "the policy comes first");
    // The name of a namespace is the one address, and nothing is fetched by it.
    let addresses = page.matches("://").count() - page.matches("http://www.w3.org/2000/svg").count();
    assert_eq!(addresses, 0, "an address stands in the page");
    for fetched in ["src=\"", "@import", "url(", "<link", "<iframe", "<img", " style=\"", " onclick"] {
        assert!(!page.contains(fetched), "{fetched}");
    }
    // It is no part of the results.
    let said = stdout(&expect(rearguard(["verify"]).arg(&out), 0));
    assert!(!said.contains("report.html"), "{said}");
}

#[test]
fn every_chart_has_its_finding_its_table_its_source_and_its_alternative_text() {
    let home = home();
    let page = made(&COMPARE, &home.path().join("results"));
    let figures = between(&page, "<figure ", "</figure>");
    assert!(figures.len() > 15, "{}", figures.len());
    let mut ids = Vec::new();
    for figure in &figures {
        let title = between(figure, "<h3>", "</h3>")[0];
        assert!(title.len() > 15, "{title}");
        let drawn = between(figure, "role=\"img\"", "</svg>");
        assert_eq!(drawn.len(), 1, "{title}");
        assert_eq!(between(drawn[0], "<title id=", "</title>").len(), 1, "{title}");
        assert!(between(drawn[0], "<desc id=", "</desc>")[0].len() > 20, "{title}");
        assert!(figure.contains("<details><summary>Table</summary>") && figure.matches("<tr>").count() > 1, "{title}");
        assert!(between(figure, "Source: ", "</p>")[0].contains(".csv"), "{title}");
        assert!(!drawn[0].contains("NaN") && !drawn[0].contains("inf"), "{title}");
        ids.push(between(figure, "id=\"", "\"")[0]);
    }
    ids.sort_unstable();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
}

#[test]
fn the_answer_holds_the_numbers_of_the_summary() {
    let home = home();
    let out = home.path().join("results");
    let page = made(&COMPARE, &out);
    let answer = between(&page, "<section id=\"answer\"", "</section>")[0];
    let rows = crate::common::rows(&out, "summary.csv");
    for measure in ["casualties.killed", "casualties.wounded", "equipment.lost_units"] {
        let is_mean = |row: &&crate::common::Row| {
            row["policy"] == "as-planned" && row["measure"] == measure && row["statistic"] == "mean"
        };
        let mean: f64 = rows.iter().find(is_mean).expect("a mean")["estimate"].parse().expect("a number");
        let shown = between(answer, "<span class=\"value\">", "</span>");
        // Rounded to the digits that are shown.
        let is_it = |text: &&str| {
            let decimals = text.split_once('.').map_or(0, |(_, tail)| tail.len());
            let half = 0.5 / f64::from(10_u32.pow(decimals as u32)) + 1e-9;
            text.replace(',', "").parse::<f64>().is_ok_and(|value| (value - mean).abs() <= half)
        };
        assert!(shown.iter().any(is_it), "{measure}: {mean} is not among {shown:?}");
    }
    assert!(answer.contains("Main caveat.") && answer.contains("interval"), "{answer}");
}

#[test]
fn sections_without_data_are_absent() {
    let home = home();
    let sweep = ["sweep", THREE_BASES, "--sweep", "base.east.crews=1,2", "--replications", "20"];
    let page = made(&sweep, &home.path().join("sweep"));
    let has = |page: &str, id: &str| {
        page.contains(&format!("<section id=\"{id}\"")) || page.contains(&format!("id=\"{id}\"><h2"))
    };
    assert!(has(&page, "sweep") && !has(&page, "map") && !has(&page, "effects") && !has(&page, "casualties"));
    let page = made(&["run", THREE_BASES, "--replications", "20"], &home.path().join("run"));
    assert!(has(&page, "map") && has(&page, "closures") && !has(&page, "effects") && !has(&page, "attribution"));
    let page = made(
        &["attribute", MALI, "--denial", "air", "--denial", "trucks", "--replications", "10"],
        &home.path().join("attribute"),
    );
    assert!(has(&page, "attribution") && !has(&page, "effects") && !page.contains("id=\"playback\""));
    let page = made(&["hindcast", MALI, "--replications", "10"], &home.path().join("hindcast"));
    assert!(has(&page, "record") && page.contains(" reported\""), "reported figures stand beside the simulated ones");
    let page = made(&["run", THREE_BASES, "--nested", "4x10"], &home.path().join("nested"));
    assert!(has(&page, "variance") && !has(&page, "closures") && !page.contains("class=\"cards\""));
}

#[test]
fn markup_in_a_scenario_stays_text() {
    let home = home();
    let text = fs::read_to_string(crate::common::package().join(THREE_BASES)).expect("the tutorial");
    let title = "title = \"Tutorial: two camps and a hub leave an invented country\"";
    assert!(text.contains(title));
    let file = home.path().join("case.toml");
    fs::write(&file, text.replace(title, "title = '</script><b onclick=\"x()\">&'")).expect("it can be written");
    let args = ["run", &file.to_string_lossy(), "--replications", "20"];
    let page = made(&args, &home.path().join("results"));
    assert!(!page.contains("</script><b") && !page.contains("<b onclick"), "markup of a title came through");
    assert!(page.contains("&lt;b onclick"));
    assert_eq!(page.matches("</script>").count(), 2, "the script and its data end once each");
}

#[test]
fn a_folder_that_does_not_hold_is_refused_as_verify_does() {
    let home = home();
    let out = home.path().join("results");
    made(&COMPARE, &out);
    expect(rearguard(["report"]).arg(home.path().join("nowhere")), 4);
    fs::remove_file(out.join("report.html")).expect("the page can be removed");
    let path = out.join("summary.csv");
    let text = fs::read_to_string(&path).expect("a table");
    fs::write(&path, text.replacen("mean", "maen", 1)).expect("it can be written");
    let said = stderr(&expect(rearguard(["report"]).arg(&out), 5));
    assert!(said.contains("summary.csv has changed"), "{said}");
    fs::remove_file(out.join("manifest.json")).expect("the manifest can be removed");
    expect(rearguard(["report"]).arg(&out), 5);
    assert!(!out.join("report.html").exists());
}

#[test]
fn a_page_goes_when_the_results_it_shows_go() {
    let home = home();
    let out = home.path().join("results");
    made(&COMPARE, &out);
    let more =
        ["compare", THREE_BASES, "--policy", "trucks-granted", "--replications", "60", "--extend", "--quiet", "--out"];
    expect(rearguard(more).arg(&out), 0);
    assert!(!out.join("report.html").exists());
    let elsewhere = home.path().join("page.html");
    expect(rearguard(["report"]).arg(&out).arg("--out").arg(&elsewhere).arg("--quiet"), 0);
    assert!(fs::read_to_string(elsewhere).is_ok_and(|page| page.contains("60 replications")));
    assert!(!out.join("report.html").exists());
}

#[test]
fn the_map_holds_every_place_names_the_ways_out_and_speaks_of_borders_where_one_is_drawn() {
    let home = home();
    let cases = [(THREE_BASES, false, &["harbour"][..]), (MALI, true, &["exit algeria", "niamey"])];
    for (scenario, has_borders, exits) in cases {
        let page = made(&["run", scenario, "--replications", "10"], &home.path().join(scenario.replace('/', "-")));
        let map = between(&page, "<figure id=\"map-figure\"", "</figure>")[0];
        assert_eq!(page.contains("Natural Earth"), has_borders, "{scenario}");
        assert_eq!(map.contains("class=\"country\""), has_borders, "{scenario}");
        let size: Vec<f64> =
            between(map, "viewBox=\"0 0 ", "\"")[0].split(' ').map(|side| side.parse().expect("a side")).collect();
        for road in between(map, "<path class=\"road", "/>") {
            for end in between(road, " d=\"M", "\"")[0].split('L') {
                let (x, y) = end.split_once(' ').expect("a point");
                let (x, y): (f64, f64) = (x.parse().expect("a length"), y.parse().expect("a length"));
                assert!((0.0..=size[0]).contains(&x) && (0.0..=size[1]).contains(&y), "{end} of {size:?}");
            }
        }
        for exit in exits {
            assert!(map.contains(&format!(">{exit}</text>")), "{exit}");
        }
        assert!(map.matches("<rect class=\"exit\" x=").count() >= exits.len(), "{scenario}");
    }
}

#[test]
fn the_mark_of_skewed_values_is_explained_in_the_sections_that_bear_it_alone() {
    let home = home();
    let note = "These values are too skewed";
    let mut explained = 0;
    for (name, more) in [("few", "40"), ("more", "300")] {
        let args = ["compare", THREE_BASES, "--policy", "trucks-granted", "--replications", more];
        let page = made(&args, &home.path().join(name));
        for section in between(&page, "<section id=\"", "</section>") {
            let marks = section.matches('†').count();
            assert_eq!(section.matches(note).count(), usize::from(marks > 0), "{}", &section[..40]);
            assert!(marks != 1, "{}", &section[..40]);
            explained += marks.min(1);
        }
        assert!(!page.contains('−'), "one minus sign serves all numbers");
    }
    assert!(explained > 0, "nothing is skewed");
}
