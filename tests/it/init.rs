//! What `init` writes is sound and runs.

use std::fs;

use rearguard::scenario::{Case, templates};

use crate::common::{expect, rearguard, stderr, stdout};

#[test]
fn every_template_is_sound_and_runs() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    for (template, policies) in [("tutorial", 2), ("mali", 10), ("blank", 0)] {
        let file = home.path().join(template).join("mission.toml");
        let file = file.to_str().expect("a path in text");
        let said = stdout(&expect(rearguard(["init", file, "--template", template]), 0));
        assert!(said.contains(&format!("Next: rearguard check {file}")), "{said}");
        let checked = stdout(&expect(rearguard(["check", file]), 0));
        assert!(checked.contains("no problems"), "{checked}");
        let case = Case::load(file.as_ref(), &[]).expect("it is sound");
        assert!(case.document().policies().len() >= policies);
        let out = home.path().join(format!("{template}-results"));
        expect(rearguard(["run", file, "--replications", "3", "--quiet", "--out", out.to_str().expect("text")]), 0);
        assert!(out.join("manifest.json").exists());
        // An editor finds the schema by the first line.
        let text = fs::read_to_string(file).expect("the scenario");
        let named = text.lines().next().and_then(|line| line.strip_prefix("#:schema ./")).expect("a schema is named");
        let schema = home.path().join(template).join(named);
        assert!(fs::read_to_string(schema).is_ok_and(|text| text.contains("json-schema.org")));
    }
}

#[test]
fn the_reference_case_comes_with_its_record_and_its_screening() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let at = |args: &[&str]| rearguard(args).current_dir(home.path());
    let said = stdout(&expect(at(&["init", "mine.toml", "--template", "mali"]), 0));
    for name in ["mine.facts.csv", "mine.screening.csv"] {
        assert!(said.contains(&format!("Wrote {name}")), "{said}");
    }
    let scored = stdout(&expect(at(&["hindcast", "mine.toml", "--replications", "3", "--out", "scored"]), 0));
    assert!(scored.contains("FACTS THAT NO INPUT WAS SET FROM"), "{scored}");
    let ran = stdout(&expect(at(&["run", "mine.toml", "--replications", "3", "--out", "ran"]), 0));
    assert!(ran.contains("What these results hang on: ") && !ran.contains("STALE"), "{ran}");
    fs::remove_file(home.path().join("mine.toml")).expect("it is there");
    let refused = stderr(&expect(at(&["init", "mine.toml", "--template", "mali"]), 4));
    assert!(refused.contains("choose another name"), "{refused}");
    assert!(!home.path().join("mine.toml").exists(), "something was written though another file was in the way");
}

#[test]
fn nothing_is_overwritten() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let file = home.path().join("mine.toml");
    fs::write(&file, "mine").expect("a file can be written");
    let refused = expect(rearguard(["init", file.to_str().expect("text")]), 4);
    assert!(stderr(&refused).contains("choose another name"), "{}", stderr(&refused));
    assert_eq!(fs::read_to_string(&file).expect("it is still there"), "mine");
}

#[test]
fn scaled_missions_have_the_bases_asked_for_and_run() {
    for bases in [2, 9, 10, 11, 37, 300] {
        let files = templates::scaled("scaled.toml", bases);
        assert_eq!(files, templates::scaled("scaled.toml", bases));
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let file = home.path().join("scaled.toml");
        fs::write(&file, &files[0].1).expect("a file can be written");
        let case = Case::load(&file, &[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        let model = case.model(&[]).expect("it is sound");
        assert_eq!(model.inputs.base.len(), bases as usize);
        let outcome = rearguard::withdrawal::replicate(&model, rearguard::draw::Streams::new(1, 0));
        let loaded: u32 = outcome.ends.iter().map(|end| end.units.max(0) as u32).sum();
        assert!(loaded > bases * 200, "{loaded} items on {bases} bases");
    }
}
