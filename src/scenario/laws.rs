//! The laws that a scenario may give for a number it does not know.

use super::code::Code;
use super::diagnostic::{Diagnostic, Diagnostics, shown};
use super::nearest::suggestion;
use super::node::{Content, Entries, Entry};
use super::number::{Declared, Quantity};
use super::sources::Place;
use crate::draw::{Law, Scale};

/// The keys that declare a law.
pub(super) const LAWS: &[&str] =
    &["quantiles", "triangular", "uniform", "log_uniform", "normal", "lognormal", "beta", "gamma"];
/// Laws of dates; the others speak of multiples and have no meaning between days.
const DATE_LAWS: &[&str] = &["triangular", "uniform"];
/// A tail beyond the legal range with less than this share is cut without a word: no run would ever see it.
const TAIL: f64 = 1e-9;

/// How a law's parameters are written.
enum Parameters {
    /// A list of so many values.
    Several(&'static [&'static str]),
    /// A table with these keys.
    Named(&'static [&'static str]),
}

fn parameters(form: &str) -> Parameters {
    match form {
        "quantiles" => Parameters::Several(&["5% point", "median", "95% point"]),
        "triangular" => Parameters::Several(&["low", "mode", "high"]),
        "uniform" | "log_uniform" => Parameters::Several(&["low", "high"]),
        "beta" => Parameters::Several(&["a", "b"]),
        "normal" => Parameters::Named(&["mean", "sd"]),
        "lognormal" => Parameters::Named(&["median", "log_sd"]),
        _ => Parameters::Named(&["shape", "mean"]),
    }
}

/// Reads a number declared by a law.
pub(super) fn read(
    quantity: &Quantity,
    form: &str,
    entries: &Entries,
    diagnostics: &mut Diagnostics,
) -> Option<Declared> {
    let entry = entries.entry(form)?;
    let bad = |message: String, place: &Place| Diagnostic::new(Code::BadLaw, message).at(place);
    for key in ["low", "high"] {
        if let Some(stray) = entries.entry(key) {
            let message = format!("`{key}` goes with `value`, and {} has `{form}`", shown(quantity.path));
            diagnostics.push(bad(message, &stray.key_place).hint("to bound a law write truncate = [low, high]"));
        }
    }
    if quantity.is_date() && !DATE_LAWS.contains(&form) {
        let message = format!("{} is a date, and dates have no `{form}` law", shown(quantity.path));
        diagnostics.push(
            bad(message, &entry.key_place).hint("write uniform = [first, last] or triangular = [first, mode, last]"),
        );
        return None;
    }
    let values = values(quantity, form, entry, diagnostics)?;
    let law = law(quantity, form, &values);
    let check = |law: &Law, place: &Place, diagnostics: &mut Diagnostics| match law.check() {
        Ok(()) => true,
        Err(error) => {
            let message = format!("{} has no such law: {error}", shown(quantity.path));
            diagnostics.push(bad(message, place).hint(format!("write {}", example(form))));
            false
        }
    };
    if !check(&law, &entry.node.place, diagnostics) {
        return None;
    }
    let mut range = format!("{form} {}", entry.node.to_toml());
    let mut law = law;
    if let Some(truncate) = entries.entry("truncate") {
        let (low, high) = ends(quantity, truncate, diagnostics)?;
        law = Law::Truncated { law: Box::new(law), low, high };
        if !check(&law, &truncate.node.place, diagnostics) {
            return None;
        }
        range = format!("{range} in {}", truncate.node.to_toml());
    }
    let law = inside(quantity, law, &entry.node.place, diagnostics)?;
    let median = law.median();
    let value = if quantity.is_whole() { median.round() } else { median };
    Some(Declared { value, law: Some(law), range })
}

/// The law, cut to the legal range if its tails beyond are next to nothing.
fn inside(quantity: &Quantity, law: Law, place: &Place, diagnostics: &mut Diagnostics) -> Option<Law> {
    let (min, max) = quantity.legal();
    let (low, high) = law.support();
    if low >= min && high <= max {
        return Some(law);
    }
    if law.cdf(min.next_down()) < TAIL && 1.0 - law.cdf(max) < TAIL {
        return Some(Law::Truncated { law: Box::new(law), low: min, high: max });
    }
    let (way, end) = if low < min { ("down", low) } else { ("up", high) };
    let reach = if end.is_infinite() { "without end".to_owned() } else { format!("to {}", quantity.text(end)) };
    let legal = format!("{} to {}", quantity.text(min), quantity.text(max));
    let message = format!("the law of {} goes {way} {reach}, and legal is {legal}", shown(quantity.path));
    let line = format!("truncate = [{}, {}]", quantity.text(low.max(min)), quantity.text(high.min(max)));
    let hint = if low >= max || high <= min {
        "no value of it is legal; check the unit".to_owned()
    } else {
        format!("add {line}, or choose other parameters")
    };
    diagnostics.push(Diagnostic::new(Code::LawOutOfRange, message).at(place).hint(hint));
    None
}

fn ends(quantity: &Quantity, truncate: &Entry, diagnostics: &mut Diagnostics) -> Option<(f64, f64)> {
    let Some([low, high]) = truncate.node.list() else {
        let message = format!("`truncate` takes [low, high], and this is {}", truncate.node.described());
        let problem = Diagnostic::new(Code::BadLaw, message).at(&truncate.node.place);
        diagnostics.push(problem.hint("an end that is open is written inf or -inf"));
        return None;
    };
    let low = quantity.number_or_infinite(low, diagnostics);
    let high = quantity.number_or_infinite(high, diagnostics);
    Some((low?, high?))
}

/// The values of a law's parameters, in the order of [`parameters`].
fn values(quantity: &Quantity, form: &str, entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Vec<f64>> {
    let read = |node, diagnostics: &mut Diagnostics| quantity.scalar(node, diagnostics);
    match (parameters(form), &entry.node.content) {
        (Parameters::Several(names), Content::List(items)) if items.len() == names.len() => {
            // All are looked at before giving up, so that every wrong one is reported.
            let values: Vec<Option<f64>> = items.iter().map(|node| read(node, diagnostics)).collect();
            values.into_iter().collect()
        }
        (Parameters::Named(names), Content::Table(table)) => {
            let before = diagnostics.len();
            for stray in table.iter().filter(|stray| !names.contains(&stray.key.as_str())) {
                let message = format!("unknown key {} in `{form}`", shown(&stray.key));
                let hint = suggestion(&stray.key, names, "its keys");
                diagnostics.push(Diagnostic::new(Code::UnknownKey, message).at(&stray.key_place).hint(hint));
            }
            let missing: Vec<&str> = names.iter().copied().filter(|name| table.get(name).is_none()).collect();
            if let Some(name) = missing.first() {
                let message = format!("`{form}` has no `{name}`");
                let problem = Diagnostic::new(Code::BadLaw, message).at(&entry.node.place);
                diagnostics.push(problem.hint(format!("write {}", example(form))));
            }
            let values = names.iter().filter_map(|name| table.get(name));
            let values: Vec<Option<f64>> = values.map(|node| read(node, diagnostics)).collect();
            if diagnostics.len() > before { None } else { values.into_iter().collect() }
        }
        (_, Content::Broken) => None,
        (Parameters::Several(names), _) => {
            let found = match &entry.node.content {
                Content::List(items) => format!("a list of {}", items.len()),
                _ => entry.node.described(),
            };
            let message = format!("`{form}` takes [{}], and this is {found}", names.join(", "));
            let problem = Diagnostic::new(Code::BadLaw, message).at(&entry.node.place);
            diagnostics.push(problem.hint(format!("write {}", example(form))));
            None
        }
        (Parameters::Named(names), _) => {
            let message =
                format!("`{form}` takes a table of {}, and this is {}", names.join(" and "), entry.node.described());
            let problem = Diagnostic::new(Code::BadLaw, message).at(&entry.node.place);
            diagnostics.push(problem.hint(format!("write {}", example(form))));
            None
        }
    }
}

fn example(form: &str) -> &'static str {
    match form {
        "quantiles" => {
            "quantiles = [5% point, median, 95% point], rising, inside 0 and 1 for shares and over 0 for sizes"
        }
        "triangular" => "triangular = [low, mode, high], rising",
        "uniform" => "uniform = [low, high], rising",
        "log_uniform" => "log_uniform = [low, high], rising and over 0",
        "normal" => "normal = { mean = 10, sd = 2 }",
        "lognormal" => "lognormal = { median = 10, log_sd = 0.5 }",
        "beta" => "beta = [a, b], both over 0; the mean is a / (a + b)",
        _ => "gamma = { shape = 4, mean = 10 }",
    }
}

fn law(quantity: &Quantity, form: &str, values: &[f64]) -> Law {
    match (form, values) {
        ("quantiles", &[low, central, high]) => Law::Quantiles { low, central, high, scale: scale(quantity) },
        ("triangular", &[low, mode, high]) => Law::Triangular { low, mode, high },
        ("uniform", &[low, high]) => Law::Uniform { low, high },
        ("log_uniform", &[low, high]) => Law::LogUniform { low, high },
        ("beta", &[a, b]) => Law::Beta { a, b },
        ("normal", &[mean, sd]) => Law::Normal { mean, sd },
        ("lognormal", &[median, log_sd]) => Law::Lognormal { median, log_sd },
        ("gamma", &[shape, mean]) => Law::Gamma { shape, mean },
        // `values` gives as many as the form has; a law that checks as broken stands for the impossible rest.
        _ => Law::Fixed(f64::NAN),
    }
}

/// Where quantiles are put together: what the field's legal range suggests.
fn scale(quantity: &Quantity) -> Scale {
    match quantity.legal() {
        (0.0.., ..=1.0) => Scale::Logit,
        (0.0.., _) => Scale::Log,
        _ => Scale::Linear,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{changed, problem, problems, read_with};
    use super::*;

    const HIT: &str = "{ quantiles = [0.1, 0.3, 0.6], note = \"wide\" }";

    /// The law that a declaration of `threat.rate` (0 to 1,000) gives, and its central value.
    fn rate(declaration: &str) -> (Law, f64) {
        let (read, diagnostics) = read_with(&changed("rate = 2.5", &format!("rate = {declaration}")), &[]);
        let read = read.unwrap_or_else(|| panic!("{}", diagnostics.render(false)));
        let uncertainty = read.uncertainties.iter().find(|u| u.path == "threat.rate").unwrap();
        (uncertainty.law.clone(), read.table.threat.rate)
    }

    #[test]
    fn every_form_gives_its_law() {
        let cut = |law: Law| Law::Truncated { law: Box::new(law), low: 0.0, high: 1_000.0 };
        for (declaration, law) in [
            ("{ uniform = [1, 2.5] }", Law::Uniform { low: 1.0, high: 2.5 }),
            ("{ triangular = [1, 2, 4] }", Law::Triangular { low: 1.0, mode: 2.0, high: 4.0 }),
            ("{ log_uniform = [1, 4] }", Law::LogUniform { low: 1.0, high: 4.0 }),
            ("{ beta = [2, 3] }", Law::Beta { a: 2.0, b: 3.0 }),
            ("{ normal = { mean = 50, sd = 2 } }", cut(Law::Normal { mean: 50.0, sd: 2.0 })),
            ("{ lognormal = { log_sd = 0.5, median = 3 } }", cut(Law::Lognormal { median: 3.0, log_sd: 0.5 })),
            ("{ gamma = { shape = 4, mean = 10 } }", cut(Law::Gamma { shape: 4.0, mean: 10.0 })),
            ("{ quantiles = [1, 2, 8] }", cut(Law::Quantiles { low: 1.0, central: 2.0, high: 8.0, scale: Scale::Log })),
        ] {
            let (found, central) = rate(declaration);
            assert_eq!((found, central), (law.clone(), law.median()), "{declaration}");
        }
    }

    #[test]
    fn quantiles_take_the_scale_of_the_legal_range() {
        let scale_of = |from: &str, to: &str, path: &str| {
            let read = read_with(&changed(from, to), &[]).0.unwrap();
            let law = &read.uncertainties.iter().find(|u| u.path == path).unwrap().law;
            match law {
                Law::Quantiles { scale, .. } => *scale,
                Law::Truncated { law, .. } => match **law {
                    Law::Quantiles { scale, .. } => scale,
                    _ => panic!("{law:?}"),
                },
                _ => panic!("{law:?}"),
            }
        };
        assert_eq!(scale_of(HIT, HIT, "threat.hit"), Scale::Logit);
        assert_eq!(scale_of("km = 285", "km = { quantiles = [200, 285, 400] }", "road.0.km"), Scale::Log);
        let drift = "rate = 2.5\ndrift = { quantiles = [-1, 0, 1] }";
        assert_eq!(scale_of("rate = 2.5", drift, "threat.drift"), Scale::Linear);
    }

    #[test]
    fn a_law_beyond_the_range_prints_the_truncation_to_add() {
        let (at, hint) = problem("rate = 2.5", "rate = { normal = { mean = 5, sd = 3 } }");
        let message = "13:19 E022 the law of `threat.rate` goes down without end, and legal is 0 to 1000";
        assert_eq!((at.as_str(), hint.as_str()), (message, "add truncate = [0, 1000], or choose other parameters"));
        let (at, hint) = problem(HIT, "{ uniform = [0.5, 1.5] }");
        assert_eq!(at, "12:19 E022 the law of `threat.hit` goes up to 1.5, and legal is 0 to 1");
        assert_eq!(hint, "add truncate = [0.5, 1], or choose other parameters");
        assert_eq!(problem(HIT, "{ uniform = [20, 30] }").1, "no value of it is legal; check the unit");
        assert_eq!(
            problem("{ uniform = [2023-10-01, 2023-10-11] }", "{ uniform = [2003-10-01, 2023-10-11] }").1,
            "add truncate = [2013-06-30, 2023-10-11], or choose other parameters"
        );
        let law = rate("{ normal = { mean = 5, sd = 3 }, truncate = [0, inf] }").0;
        assert_eq!(law.support(), (0.0, 1_000.0));
        let law = rate("{ normal = { mean = 5, sd = 3 }, truncate = [1, 12] }").0;
        assert_eq!(law.support(), (1.0, 12.0));
    }

    #[test]
    fn malformed_laws_say_how_they_are_written() {
        for (declaration, at, hint) in [
            (
                "{ uniform = 3 }",
                "13:20 E021 `uniform` takes [low, high], and this is the whole number `3`",
                "write uniform = [low, high], rising",
            ),
            (
                "{ uniform = [3] }",
                "13:20 E021 `uniform` takes [low, high], and this is a list of 1",
                "write uniform = [low, high], rising",
            ),
            (
                "{ normal = [1, 2] }",
                "13:19 E021 `normal` takes a table of mean and sd, and this is a list",
                "write normal = { mean = 10, sd = 2 }",
            ),
            ("{ normal = { mean = 1 } }", "13:19 E021 `normal` has no `sd`", "write normal = { mean = 10, sd = 2 }"),
            (
                "{ gamma = { shape = 1, mean = 2, scale = 2 } }",
                "13:41 E010 unknown key `scale` in `gamma`",
                "its keys are `shape`, `mean`",
            ),
            (
                "{ beta = [0, 1] }",
                "13:17 E021 `threat.rate` has no such law: `a` is 0: it must lie between 0.01 and 1000000",
                "write beta = [a, b], both over 0; the mean is a / (a + b)",
            ),
            (
                "{ uniform = [1, 2], low = 1 }",
                "13:28 E021 `low` goes with `value`, and `threat.rate` has `uniform`",
                "to bound a law write truncate = [low, high]",
            ),
            (
                "{ uniform = [1, 2], truncate = 3 }",
                "13:39 E021 `truncate` takes [low, high], and this is the whole number `3`",
                "an end that is open is written inf or -inf",
            ),
            (
                "{ uniform = [\"a\", 2] }",
                "13:21 E012 `threat.rate` must be a number per 1,000 km from 0 to 1000, and this is the text `a`",
                "write a number without quotes, such as 2.5, or a law such as { uniform = [1, 2] }",
            ),
            (
                "{ uniform = [1, nan] }",
                "13:24 E013 `threat.rate` is `nan`, which is no quantity",
                "the largest legal value is 1000",
            ),
        ] {
            let found = problem("rate = 2.5", &format!("rate = {declaration}"));
            assert_eq!(found, (at.to_owned(), hint.to_owned()), "{declaration}");
        }
        assert!(problem("rate = 2.5", "rate = { uniform = [2, 1] }").0.contains("it must be below"));
        assert!(
            problem("rate = 2.5", "rate = { uniform = [1, 2], truncate = [5, 6] }").0.contains("keeps a share of 0")
        );
    }

    #[test]
    fn dates_take_uniform_and_triangular_laws_between_dates() {
        let uniform = "{ uniform = [2023-10-01, 2023-10-11] }";
        assert!(problems(&changed(uniform, "{ triangular = [2023-10-01, 2023-10-05, 2023-10-11] }")).is_empty());
        let (at, _) = problem(uniform, "{ quantiles = [2023-10-01, 2023-10-05, 2023-10-11] }");
        assert_eq!(at, "23:21 E021 `base.gao.planned_closure` is a date, and dates have no `quantiles` law");
        assert!(problem(uniform, "{ uniform = [1, 2023-10-11] }").0.starts_with("23:32 E012"));
    }
}
