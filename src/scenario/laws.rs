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
    let end = |value: f64| if value.is_infinite() { "any size".to_owned() } else { quantity.text(value) };
    let reach = if low < min { format!("below, to {}", end(low)) } else { format!("above, to {}", end(high)) };
    let legal = (quantity.text(min), quantity.text(max));
    let message =
        format!("{}: the law reaches outside the legal {} to {}: {reach}", shown(quantity.path), legal.0, legal.1);
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
