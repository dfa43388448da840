//! What a report says in words, against the tables that it was made from.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::common::{MALI, Row, THREE_BASES, expect, number, rearguard, rows};

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

#[track_caller]
fn page(args: &[&str], out: &Path) -> String {
    expect(rearguard(args).arg("--quiet").arg("--out").arg(out), 0);
    expect(rearguard(["report"]).arg(out).arg("--quiet"), 0);
    fs::read_to_string(out.join("report.html")).expect("the page is there")
}

/// What stands between two marks, as often as it does.
fn between<'p>(page: &'p str, from: &str, to: &str) -> Vec<&'p str> {
    page.split(from).skip(1).map(|rest| rest.split(to).next().unwrap_or_default()).collect()
}

fn section<'p>(page: &'p str, id: &str) -> &'p str {
    between(page, &format!("<section id=\"{id}\""), "</section>").first().copied().unwrap_or_default()
}

/// The sentences of the answer.
fn answer(page: &str) -> String {
    between(section(page, "answer"), "<p class=\"says\">", "</p>").join(" ")
}

/// Ids and titles of the figures.
fn titles(page: &str) -> Vec<(&str, &str)> {
    let figures = between(page, "<figure ", "</figure>").into_iter();
    figures.map(|figure| (between(figure, "id=\"", "\"")[0], between(figure, "<h3>", "</h3>")[0])).collect()
}

#[track_caller]
fn title<'p>(page: &'p str, id: &str) -> &'p str {
    titles(page).into_iter().find(|(other, _)| *other == id).unwrap_or_else(|| panic!("no figure {id}")).1
}

/// The number that a text begins with, and half of its last digit.
#[track_caller]
fn leading(text: &str) -> (f64, f64) {
    let end = text.find(|c: char| !c.is_ascii_digit() && !".,-".contains(c)).unwrap_or(text.len());
    let digits = text[..end].trim_end_matches([',', '.']).replace(',', "");
    let places = digits.split_once('.').map_or(0, |(_, tail)| tail.len());
    let value = digits.parse().unwrap_or_else(|_| panic!("no number begins `{text}`"));
    // A whole number may be rounded to tens or more.
    let tens = if places == 0 { digits.len() - digits.trim_end_matches('0').len() } else { 0 };
    let half = (0..places).fold(0.5, |half, _| half / 10.0);
    (value, (0..tens).fold(half, |half, _| 10.0 * half) + 1e-9)
}

#[track_caller]
fn assert_begins(text: &str, value: f64) {
    let (shown, half) = leading(text);
    assert!((shown - value).abs() <= half, "{shown} is not {value}: {text}");
}

#[test]
fn shares_in_the_titles_of_exceedance_charts_are_those_of_the_replications() {
    let home = home();
    let cases: [(&str, &[&str]); 2] = [
        ("run", &["run", THREE_BASES, "--replications", "60"]),
        ("compare", &["compare", MALI, "--policy", "air-granted", "--replications", "20"]),
    ];
    for (name, args) in cases {
        let out = home.path().join(name);
        let page = page(args, &out);
        let table = rows(&out, "replications.csv");
        let first = table[0]["policy"].clone();
        let table: Vec<&Row> = table.iter().filter(|row| row["policy"] == first).collect();
        let mut claims = 0;
        for measure in
            ["casualties.wounded_in_all", "casualties.killed_in_all", "equipment.lost_usd", "people.out_by_deadline"]
        {
            let title = title(&page, &format!("exceedance-{}", measure.replace(['.', '_'], "-")));
            let (_, said) = title.split_once(&format!("under {first} ")).expect(title);
            for clause in said.split("; ") {
                let (is_above, threshold) = match clause.split_once("more than ") {
                    Some((_, threshold)) => (true, threshold),
                    None => (false, clause.split_once("at most ").expect(clause).1),
                };
                let scale = if threshold.contains("million") { 1e6 } else { 1.0 };
                let threshold = scale * leading(threshold.trim_start_matches("USD ")).0;
                let holds = |row: &&&Row| (number(row, measure) > threshold) == is_above;
                let share = 100.0 * table.iter().filter(holds).count() as f64 / table.len() as f64;
                match clause.split_once(' ').expect(clause).0 {
                    "no" => assert!(share == 0.0, "{title}"),
                    "every" => assert!(share == 100.0, "{title}"),
                    _ => {
                        assert!(clause.contains('%'), "{title}");
                        assert_begins(clause, share);
                    }
                }
                claims += 1;
            }
        }
        assert!(claims > 5, "{name}: {claims} claims");
    }
}

#[test]
fn map_and_casualties_name_one_place_and_say_what_their_percentage_is_of() {
    let home = home();
    let out = home.path().join("run");
    let page = page(&["run", MALI, "--replications", "20"], &out);
    let table = rows(&out, "casualties.csv");
    let bases: Vec<String> =
        table.iter().filter(|row| row["cause"] == "base_fire").map(|row| row["place"].clone()).collect();
    let sum = |holds: &dyn Fn(&Row) -> bool| {
        table.iter().filter(|row| holds(row)).map(|row| number(row, "wounded")).sum::<f64>()
    };
    let mut places: Vec<&String> = table.iter().map(|row| &row["place"]).collect();
    places.sort_unstable();
    places.dedup();
    let wounded = |place: &String| sum(&|row: &Row| row["place"] == *place);
    let most = |of: &[&String]| {
        let place = of.iter().max_by(|a, b| wounded(a).total_cmp(&wounded(b))).expect("a place");
        ((*place).clone(), wounded(place))
    };
    let roads: Vec<&String> = places.iter().filter(|place| !bases.contains(place)).copied().collect();
    let ((worst, all_there), (road, on_road)) = (most(&places), most(&roads));
    // A road has both of its ends in its name, whichever way it is driven, by their titles, which are their ids written large.
    let is_named = |text: &str, place: &str| place.split('-').all(|end| text.to_lowercase().contains(end));
    let (map, harm) = (title(&page, "map-figure"), title(&page, "casualties-historical"));
    let (_, of_map) = map.split_once("the road ").expect(map);
    assert!(is_named(of_map.split_once(" has ").expect(map).0, &road), "{map}: not {road}");
    assert_begins(of_map.split_once("roads: ").expect(map).1, on_road);
    let (share, of_harm) = harm.split_once("the worst place is ").expect(harm);
    let (place, number) = of_harm.split_once(", with ").expect(harm);
    assert!(is_named(place, &worst), "{harm}: not {worst}");
    assert_begins(number, all_there);
    // The percentage is of all wounded, those of fire at bases too.
    let (_, cause) = share.split_once('“').expect(harm);
    let cause = cause.split_once('”').expect(harm).0.replace(' ', "_");
    let all = sum(&|_: &Row| true);
    assert_begins(share, 100.0 * sum(&|row: &Row| row["cause"] == cause) / all);
    assert_begins(share.split_once("of the ").expect(harm).1, all);
    assert!(share.contains("at bases"), "{harm}");
}

#[test]
fn a_sensitivity_analysis_is_answered_by_its_largest_effects() {
    let home = home();
    let methods: [(&str, &[&str], &str); 4] = [
        ("swing", &["--replications", "50"], "swing"),
        ("morris", &["--replications", "10"], "mu_star"),
        ("prcc", &["--replications", "5", "--points", "80"], "prcc"),
        ("sobol", &["--replications", "4", "--points", "8"], "total"),
    ];
    for (method, more, lead) in methods {
        let out = home.path().join(method);
        let mut args = vec!["sensitivity", THREE_BASES, "--free", "zone,packing", "--method", method];
        args.extend(more);
        let page = page(&args, &out);
        let said = answer(&page);
        assert!(
            section(&page, "answer").contains("Which uncertain inputs") && said.starts_with("As simulated"),
            "{said}"
        );
        let table = rows(&out, "sensitivity.csv");
        let size = |row: &Row| row["estimate"].parse::<f64>().map_or(0.0, f64::abs);
        for (at, measure) in ["casualties.wounded", "equipment.lost_usd"].into_iter().enumerate() {
            let of = table.iter().filter(|row| row["measure"] == measure && row["statistic"] == lead);
            let told = of.filter(|row| row["told"] == "true").max_by(|a, b| size(a).total_cmp(&size(b)));
            let scale = if measure.ends_with("usd") && matches!(lead, "swing" | "mu_star") { 1e6 } else { 1.0 };
            let title = title(&page, &format!("sensitivity-{at}"));
            assert_eq!(title.contains("no input’s part can be told"), told.is_none(), "{title}");
            let Some(most) = told else { continue };
            assert!(number(most, "low") > 0.0 || number(most, "high") < 0.0, "{title}");
            let (_, value) = title.split_once(&format!("{}, ", most["parameter"])).expect(title);
            assert_begins(value.trim_start_matches("USD "), number(most, "estimate") / scale);
            assert!(said.contains(value), "{said}: {value}");
            let grid = between(&page, &format!("id=\"sensitivity-{at}\""), "</figure>")[0];
            assert!(grid.matches("<th scope=\"row\">").count() >= 1, "{method}");
        }
    }
}

#[test]
fn a_calibration_is_answered_by_what_the_record_told_from_its_prior() {
    let home = home();
    for (method, more) in [("abc", "50"), ("history", "60")] {
        let out = home.path().join(method);
        let free = "permissions.truck_column,imports";
        let page = page(&["calibrate", MALI, "--free", free, "--method", method, "--particles", more], &out);
        let said = answer(&page);
        let table = rows(&out, "parameters.csv");
        let told: Vec<&Row> = table.iter().filter(|row| row["told_from_prior"] == "true").collect();
        let begin = match told.len() {
            0 => format!("As simulated, none of the {} inputs", table.len()),
            some => format!("As simulated, {some} of the {} inputs", table.len()),
        };
        assert!(said.starts_with(&begin), "{said}");
        assert!(told.is_empty() || told.iter().any(|row| said.contains(row["parameter"].as_str())), "{said}");
        let figure = between(&page, "<figure id=\"calibrated\"", "</figure>")[0];
        assert_eq!(figure.matches("<th scope=\"row\">").count(), table.len());
        assert_eq!(figure.matches("<td>yes</td>").count(), told.len());
        assert_eq!(section(&page, "facts").matches("<th scope=\"row\">").count(), rows(&out, "facts.csv").len());
        if method == "history" {
            let left = format!("{} points are not ruled out", rows(&out, "overlay.csv").len());
            assert!(said.contains(&left), "{said}");
        }
        assert!(!page.contains("How does the withdrawal go"));
    }
}

#[test]
fn a_calibration_that_leaves_nothing_says_so() {
    let home = home();
    let facts = crate::calibration::facts(home.path(), &[("people.out_by_deadline", 1.0e6, true)]);
    let args =
        crate::calibration::calibrate(&facts, &["--method", "history", "--particles", "50", "--replications", "4"]);
    let args: Vec<&str> = args.iter().map(String::as_str).filter(|arg| *arg != "--quiet").collect();
    let page = page(&args, &home.path().join("shut"));
    let said = answer(&page);
    assert!(said.starts_with("Nothing is left") && said.contains("implausibility.csv"), "{said}");
    assert!(section(&page, "facts").contains("nothing is left"));
}

#[test]
fn a_nested_experiment_is_answered_by_shares_of_chance_and_of_inputs() {
    let home = home();
    let (run, compare) = (home.path().join("run"), home.path().join("compare"));
    let of_run = page(&["run", THREE_BASES, "--nested", "10x10"], &run);
    let of_compare = page(&["compare", THREE_BASES, "--policy", "trucks-granted", "--nested", "6x10"], &compare);
    for (page, out) in [(of_run, run), (of_compare, compare)] {
        let said = answer(&page);
        assert!(section(&page, "answer").contains("How much of what may happen is chance"), "{said}");
        let table = rows(&out, "variance.csv");
        for (measure, name) in
            [("casualties.wounded_in_all", "Wounded in all, to the end"), ("equipment.lost_units", "Items lost")]
        {
            let is_it =
                |row: &&Row| row["measure"] == measure && row["baseline"].is_empty() && row["policy"] == "as-planned";
            let row = table.iter().find(is_it).expect("a split");
            let share = 100.0 * number(row, "share_between");
            let (_, part) = said.split_once(&format!("“{name}” ")).unwrap_or_else(|| panic!("{said}"));
            let rest = part.split_once("inputs and ").expect(part).1;
            // So few draws may leave it wholly open, or see none.
            if row["share_between_low"] == "0" && row["share_between_high"] == "1" {
                assert!(part.starts_with("anything from none to all") && rest.starts_with("anything"), "{part}");
            } else if share > 0.0 {
                assert_begins(part, share);
                assert_begins(rest, 100.0 - share);
            } else {
                assert!(part.starts_with("under ") && rest.starts_with("over "), "{part}");
            }
        }
        let has_differences = table.iter().any(|row| !row["baseline"].is_empty());
        assert_eq!(has_differences, section(&page, "variance").contains("trucks-granted less as-planned"));
        assert_eq!(has_differences, said.contains("trucks-granted less as-planned"), "{said}");
    }
}

#[test]
fn each_denial_has_its_share_in_the_answer_or_none_that_can_be_told() {
    let home = home();
    let out = home.path().join("attribute");
    let page = page(&["attribute", MALI, "--replications", "10"], &out);
    let said = answer(&page);
    assert!(said.starts_with("As simulated, with all denials in force"), "{said}");
    let table = rows(&out, "attribution.csv");
    let mut unclear = 0;
    for row in table.iter().filter(|row| row["effect"] == "total" && row["part"] == "share") {
        let (value, low, high) = (number(row, "mean"), number(row, "low"), number(row, "high"));
        let holds_nought = low <= 0.0 && high >= 0.0;
        let denial = row["denial"].as_str();
        let title = title(&page, &format!("share-{}", row["measure"].replace(['.', '_'], "-")));
        assert!(!holds_nought || !title.contains(&format!("that of {denial},")), "{title}");
        let begin = format!("{denial} ");
        let clause = said.split([':', ';']).map(str::trim).find(|clause| clause.starts_with(&begin)).expect(&said);
        let (people, items) = clause[begin.len()..].split_once(" and ").expect(clause);
        let (killed, wounded) = people.split_once("), ").expect(clause);
        let part = match row["measure"].as_str() {
            "casualties.killed_in_all" => killed,
            "casualties.wounded_in_all" => wounded,
            "equipment.lost_units" => items,
            _ => continue,
        };
        assert_eq!(part.contains("cannot be told from none"), holds_nought, "{clause}: {low} to {high}");
        if holds_nought {
            unclear += 1;
        } else {
            assert_begins(part, value.abs());
            assert_eq!(part.contains("fewer"), value < 0.0, "{clause}");
        }
    }
    assert!(unclear > 0, "every share is clear, and nothing is tested");
}

#[test]
fn every_answer_says_first_that_it_is_simulated() {
    let home = home();
    let commands: [(&str, &[&str]); 3] = [
        ("run", &["run", THREE_BASES]),
        ("compare", &["compare", THREE_BASES, "--policy", "trucks-granted"]),
        ("sweep", &["sweep", THREE_BASES, "--sweep", "zone.ridge.direct_per_km=0.002,0.02"]),
    ];
    for (name, args) in commands {
        let args: Vec<&str> = args.iter().copied().chain(["--replications", "20"]).collect();
        let said = answer(&page(&args, &home.path().join(name)));
        assert!(said.starts_with("As simulated, under as-planned"), "{said}");
    }
}

#[test]
fn the_pareto_set_stands_in_a_table_with_its_probabilities() {
    let home = home();
    let out = home.path().join("compare");
    let measures = ["casualties.wounded", "equipment.lost_units"];
    let page = page(
        &[
            "compare",
            THREE_BASES,
            "--policy",
            "trucks-granted",
            "--pareto",
            measures[0],
            "--pareto",
            measures[1],
            "--replications",
            "40",
        ],
        &out,
    );
    assert!(page.contains("href=\"#pareto\""), "nothing leads to the table");
    let shown: Vec<Vec<&str>> = between(section(&page, "pareto"), "<tr><th scope=\"row\">", "</tr>")
        .into_iter()
        .map(|row| row.trim_end_matches("</td>").split("</th><td>").flat_map(|part| part.split("</td><td>")).collect())
        .collect();
    let table = rows(&out, "pareto.csv");
    assert_eq!(shown.len(), table.len());
    for (shown, row) in shown.iter().zip(&table) {
        assert_eq!(shown[0], row["policy"]);
        assert_eq!(shown[1] == "yes", row["in_set"] == "true");
        // A probability that is none or all is shown by the end that bounds it.
        let bounded = [("under ", "high"), ("over ", "low"), ("", "probability")];
        let (before, column) =
            bounded.into_iter().find(|(before, _)| shown[2].starts_with(before)).expect("one of them");
        assert_begins(&shown[2][before.len()..], 100.0 * number(row, column));
        assert_begins(shown[3], 100.0 * number(row, "low"));
        assert_begins(shown[4], number(row, measures[0]));
        assert_begins(shown[5], number(row, measures[1]));
    }
}

/// Counters of the playback by name, at its end, under each policy.
fn playback(page: &str) -> BTreeMap<String, BTreeMap<String, f64>> {
    let text = between(page, "id=\"playback\">", "</script>")[0];
    let data: serde_json::Value = serde_json::from_str(text).expect("an object");
    let list = |value: &serde_json::Value| value.as_array().expect("a list").clone();
    let days = data["days"].as_f64().expect("a day");
    let policies = list(&data["policies"]).into_iter().map(|policy| {
        let counters = list(&data["counters"]).into_iter().map(|counter| {
            let those = list(&policy["counts"]).into_iter().filter(|count| count[1] == counter[0]);
            let sum = those.map(|count| {
                assert!(count[0].as_f64().is_some_and(|time| time <= days), "{count} after day {days}");
                count[2].as_f64().expect("a number")
            });
            (counter[1].as_str().expect("a name").to_owned(), sum.sum())
        });
        (policy["id"].as_str().expect("an id").to_owned(), counters.collect())
    });
    policies.collect()
}

/// Counters of the playback and the measures that count the same.
const COUNTED: [(&str, &str); 9] = [
    ("people out of the country", "people.out_by_deadline"),
    ("killed on the road", "casualties.killed"),
    ("wounded on the road", "casualties.wounded"),
    ("killed by fire at bases", "casualties.killed_base_fire"),
    ("wounded by fire at bases", "casualties.wounded_base_fire"),
    ("killed aboard aircraft", "casualties.killed_aircraft"),
    ("wounded aboard aircraft", "casualties.wounded_aircraft"),
    ("killed after the deadline", "casualties.killed_after_deadline"),
    ("wounded after the deadline", "casualties.wounded_after_deadline"),
];

/// A way out of the tutorial's country for its northern camp, and a deadline that the last who fly do not keep.
const BORDER: [&str; 6] = [
    "junction=[{ id = \"harbour\", latitude = 9.5, longitude = 4.0, exit = true }, { id = \"border\", latitude = 13.0, longitude = 5.0, exit = true }]",
    "road=[{ from = \"north\", to = \"port\", km = 260, surface = \"track\", zone = \"ridge\" }, { from = \"east\", to = \"port\", km = 160, surface = \"piste\", zone = \"plain\" }, { from = \"port\", to = \"harbour\", km = 150, surface = \"paved\", zone = \"coast\" }, { from = \"north\", to = \"border\", km = 100, surface = \"paved\", zone = \"coast\" }]",
    "base.north.convoys_exit=way",
    "permissions.neighbour_transit.regime=granted",
    "exit=[{ id = \"way\", at = \"border\", region = \"hills\", from = 2030-02-01, setup_days = 20, agrees = 1.0 }]",
    "base_fire.wounded_per_incident=2",
];

#[test]
fn counters_of_the_playback_end_where_the_replication_does() {
    let home = home();
    let set: Vec<&str> = BORDER.iter().flat_map(|&set| ["--set", set]).collect();
    let late = ["--set", "mission.deadline=2030-05-20", "--set", "base.port.planned_closure=2030-05-20"];
    let compare: &[&str] = &["compare", THREE_BASES, "--policy", "trucks-granted", "--replications", "60"];
    let cases: [(&str, Vec<&str>, f64); 4] = [
        ("run", vec!["run", THREE_BASES, "--replications", "60"], 181.0),
        ("exit", [compare, &set].concat(), 181.0),
        ("late", [compare, &set, &late].concat(), 140.0),
        ("mali", vec!["compare", MALI, "--policy", "air-granted", "--replications", "20"], 184.0),
    ];
    let mut seen: BTreeMap<String, f64> = BTreeMap::new();
    for (name, args, deadline_days) in cases {
        let out = home.path().join(name);
        let page = page(&args, &out);
        let replication = rows(&out, "trace.csv")[0]["replication"].clone();
        let all = rows(&out, "replications.csv");
        for (policy, counters) in playback(&page) {
            let is_it = |row: &&Row| row["policy"] == policy && row["replication"] == replication;
            let row = all.iter().find(is_it).expect("the replication is there");
            for (counter, measure) in COUNTED {
                let value = number(row, measure);
                let shown = counters.get(counter).copied();
                assert_eq!(shown.unwrap_or(0.0), value, "{counter} of {replication} under {policy} in {name}");
                *seen.entry(counter.to_owned()).or_default() += value;
            }
            let left = |is_counted: &dyn Fn(f64) -> bool| {
                let days = row.iter().filter(|(column, _)| column.starts_with("departure."));
                days.filter(|(_, days)| is_counted(days.parse().expect("a day"))).count() as f64
            };
            let by_deadline = left(&|days| days < deadline_days);
            assert_eq!(counters["bases whose people have left"], by_deadline, "{replication} under {policy} in {name}");
            let after = counters.get("bases left after the deadline").copied().unwrap_or(0.0);
            let told = rows(&out, "trace.csv");
            let is_left = |row: &&Row| row["policy"] == policy && row["what"] == "base_left";
            let by_road = told.iter().filter(is_left).count() as f64;
            *seen.entry("hubs".to_owned()).or_default() += by_deadline + after - by_road;
            *seen.entry("after".to_owned()).or_default() += after;
            *seen.entry("exit".to_owned()).or_default() += number(row, "exits.people");
        }
    }
    for what in
        ["hubs", "after", "exit", "wounded on the road", "wounded by fire at bases", "wounded after the deadline"]
    {
        assert!(seen[what] > 0.0, "nothing of `{what}` is counted: {seen:?}");
    }
}

/// A policy that moves the deadline is told with its own.
#[test]
fn a_policy_with_another_deadline_is_told_with_its_own() {
    let home = home();
    let file = home.path().join("later.toml");
    fs::write(
        &file,
        format!(
            "{}\n[[policy]]\nid = \"later\"\ntitle = \"a month more\"\nset = {{ \"mission.deadline\" = 2030-08-01 }}\n",
            fs::read_to_string(crate::common::package().join(THREE_BASES)).expect("the tutorial")
        ),
    )
    .expect("a file can be written");
    let file = file.to_string_lossy().into_owned();
    let page_of = |name: &str, args: &[&str]| {
        let all: Vec<&str> = [&args[..1], &[file.as_str(), "--replications", "40"], &args[1..]].concat();
        page(&all, &home.path().join(name))
    };
    let alone = page_of("alone", &["run", "--policy", "later"]);
    assert!(answer(&alone).contains("people are out by 1 Aug 2030"), "{}", answer(&alone));
    assert!(title(&alone, "day-people-out").starts_with("By 1 Aug"), "{}", title(&alone, "day-people-out"));
    let both = page_of("both", &["compare", "--baseline", "as-planned", "--policy", "later"]);
    let said = answer(&both);
    assert!(said.contains("out by 30 Jun 2030") || said.contains("out by 1 Jul 2030"), "{said}");
    assert!(said.contains("runs to 1 Aug 2030 under later, and to"), "{said}");
    let swept =
        page_of("swept", &["sweep", "--sweep", "mission.deadline=2030-08-01,2030-09-01", "--policy", "as-planned"]);
    assert!(answer(&swept).contains("out by 1 Aug 2030"), "{}", answer(&swept));
    let screen =
        rearguard(["compare", &file, "--baseline", "as-planned", "--policy", "later", "--replications", "40", "--out"]);
    let said = crate::common::stdout(&expect(screen.arg(home.path().join("both")), 0));
    assert!(said.contains("DEADLINES DIFFER") && said.contains("2030-08-01 under later"), "{said}");
}

/// What is not clear is not said to be saved, and what is alike shares its place.
#[test]
fn a_best_policy_is_clear_and_not_alone_where_others_are_alike() {
    let home = home();
    let file = home.path().join("alike.toml");
    let policy =
        |id: &str, set: &str| format!("\n[[policy]]\nid = \"{id}\"\ntitle = \"one of them\"\nset = {{ {set} }}\n");
    let granted = "\"permissions.truck_column.regime\" = \"granted\"";
    let idle = "\"convoys.clearance_pace\" = 0.5";
    let text = [
        fs::read_to_string(crate::common::package().join(THREE_BASES)).expect("the tutorial"),
        policy("twin", granted),
        policy("spares", "\"casualties.wounded_per_device\" = 0.1, \"casualties.wounded_per_direct\" = 0.1"),
        policy("harms", "\"casualties.wounded_per_device\" = 6, \"casualties.wounded_per_direct\" = 6"),
        policy("idle", idle),
        policy("idler", idle),
    ];
    fs::write(&file, text.concat()).expect("a file can be written");
    let file = file.to_string_lossy().into_owned();
    let said = |name: &str, policies: &[&str]| {
        let mut args = vec!["compare", file.as_str(), "--replications", "200", "--baseline", "as-planned"];
        for policy in policies {
            args.extend(["--policy", policy]);
        }
        answer(&page(&args, &home.path().join(name)))
    };
    let none = said("none", &["idle", "idler"]);
    assert!(none.contains("no policy has clearly fewer wounded, and none clearly loses fewer items"), "{none}");
    let twins = said("twins", &["trucks-granted", "twin"]);
    assert!(twins.contains("the same under twin") || twins.contains("the same under trucks-granted"), "{twins}");
    // Neither moves equipment: that they are alike in that makes them not alike.
    let unlike = said("unlike", &["harms", "spares"]);
    assert!(
        unlike.contains("spares (“one of them”) has the fewest wounded") && !unlike.contains("the same"),
        "{unlike}"
    );
    assert!(unlike.contains("No policy clearly loses fewer items"), "{unlike}");
}

/// An attribution of some of the denials says which stay in force, and tells all harm to the end.
#[test]
fn an_attribution_of_some_denials_says_which_stay() {
    let home = home();
    let out = home.path().join("out");
    let page = page(&["attribute", MALI, "--denial", "trucks", "--replications", "30"], &out);
    let asked = section(&page, "asked");
    assert!(asked.contains("in force: air, movement, imports"), "{asked}");
    assert!(asked.contains("permissions.truck_column"), "{asked}");
    assert!(answer(&page).contains(" in all"), "{}", answer(&page));
    let measures: Vec<String> = rows(&out, "attribution.csv").iter().map(|row| row["measure"].clone()).collect();
    assert!(measures.contains(&"casualties.killed_in_all".to_owned()));
    let refused = rearguard(["attribute", MALI, "--denial", "trucks", "--replications", "1", "--out"]);
    let said = crate::common::stderr(&expect(refused.arg(home.path().join("one")), 2));
    assert!(said.contains("from 2 replications on") && !home.path().join("one").exists(), "{said}");
}
