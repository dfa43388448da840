//! How laws are written, form by form.

use super::number::Quantity;
use crate::draw::{Law, Scale};

/// The keys that declare a law.
pub(super) const LAWS: &[&str] =
    &["quantiles", "triangular", "uniform", "log_uniform", "normal", "lognormal", "beta", "gamma"];
/// How a law's parameters are written.
pub(super) enum Parameters {
    /// A list of so many values.
    Several(&'static [&'static str]),
    /// A table with these keys.
    Named(&'static [&'static str]),
}

/// What a form takes.
pub(super) fn parameters(form: &str) -> Parameters {
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

/// A form as it should be written.
pub(super) fn example(form: &str) -> &'static str {
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

/// The law of a form with the values of its parameters, in the order of [`parameters`].
pub(super) fn law(quantity: &Quantity, form: &str, values: &[f64]) -> Law {
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
