//! What a misspelt word was probably meant to be.

use super::diagnostic::shown;

/// Words longer than this are not compared: no key or id is that long.
const LONGEST: usize = 64;

/// The words most like the given one, best first, at most three.
pub fn nearest<'a>(word: &str, among: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    if word.len() > LONGEST {
        return Vec::new();
    }
    let lower = word.to_lowercase();
    let mut close: Vec<(usize, &str)> = among
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .filter_map(|candidate| Some((distance(&lower, candidate)?, candidate)))
        .collect();
    close.sort_unstable();
    close.dedup();
    close.into_iter().take(3).map(|(_, candidate)| candidate).collect()
}

/// How far apart two words are, if they are near at all.
fn distance(word: &str, candidate: &str) -> Option<usize> {
    let candidate = candidate.to_lowercase();
    let edits = strsim::osa_distance(word, &candidate);
    let shorter = word.chars().count().min(candidate.chars().count());
    // A unit left off or an article too many is no typing error, but plain to see.
    let part = shorter >= 3 && (candidate.contains(word) || word.contains(&candidate));
    (edits <= (shorter / 3).clamp(1, 3) && edits < shorter || part).then_some(edits)
}

/// "did you mean `a` or `b`?", or nothing if no word is near.
pub(super) fn did_you_mean<'a>(word: &str, among: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let near: Vec<String> = nearest(word, among).into_iter().map(shown).collect();
    (!near.is_empty()).then(|| format!("did you mean {}?", near.join(" or ")))
}

/// "`a`, `b`, `c`", cut after a dozen.
pub(super) fn enumerated<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 12;
    let mut words = words.into_iter();
    let mut first: Vec<String> = words.by_ref().take(SHOWN).map(shown).collect();
    let more = words.count();
    if first.is_empty() {
        return "nothing".to_owned();
    }
    if more > 0 {
        first.push(format!("and {more} more"));
    }
    first.join(", ")
}

/// "did you mean `a`?", or else what there is: "here are `a`, `b`".
pub fn suggestion(word: &str, among: &[&str], what: &str) -> String {
    did_you_mean(word, among.iter().copied())
        .unwrap_or_else(|| format!("{what} are {}", enumerated(among.iter().copied())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_and_missing_parts_are_near() {
        let keys = ["planned_closure", "people", "strip_km", "halt_days", "id"];
        assert_eq!(nearest("planed_closure", keys), ["planned_closure"]);
        assert_eq!(nearest("Peolpe", keys), ["people"]);
        assert_eq!(nearest("halt", keys), ["halt_days"]);
        assert_eq!(nearest("strip_kms", keys), ["strip_km"]);
        assert!(nearest("weather", keys).is_empty());
        assert!(nearest("x", keys).is_empty());
        assert!(nearest(&"people".repeat(1_000), keys).is_empty());
    }

    #[test]
    fn lists_of_words_are_cut() {
        let words: Vec<String> = (0..20).map(|i| format!("w{i}")).collect();
        assert!(enumerated(words.iter().map(String::as_str)).ends_with("`w11`, and 8 more"));
        assert_eq!(enumerated([]), "nothing");
    }
}
