//! What starts the shards of a plan: a script or manifest for each kind of scheduler, from a template.

use std::path::Path;

use clap::ValueEnum;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use serde::{Deserialize, Serialize};

use crate::cli::rounds::Rounds;
use crate::cli::shards::ranges;
use crate::output::numbers::whole;

/// Shards whose own commands are listed.
const MOST_SHOWN: usize = 20;
/// Longest name of a job: Kubernetes takes 63 bytes, with what is put behind it.
const LONGEST_NAME: usize = 40;

/// A scheduler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// A script that submits a job array and the merge after it
    Slurm,
    /// A script for one machine, or several that share a folder
    GnuParallel,
    /// A Snakefile
    Snakemake,
    /// A manifest of an indexed job and of the merge
    Kubernetes,
}

/// What a script is made from.
pub struct Script<'s> {
    /// The plan.
    pub plan: &'s Rounds,
    /// Its folder.
    pub folder: &'s Path,
    /// The script itself.
    pub path: &'s Path,
    /// Minutes that a shard may take.
    pub minutes: u64,
    /// Memory of a shard.
    pub memory_mib: u64,
    /// Memory of the merge.
    pub merge_memory_mib: u64,
}

impl Engine {
    fn template(self) -> &'static str {
        match self {
            Self::Slurm => include_str!("engines/slurm.sh"),
            Self::GnuParallel => include_str!("engines/gnu-parallel.sh"),
            Self::Snakemake => include_str!("engines/snakemake.smk"),
            Self::Kubernetes => include_str!("engines/kubernetes.yaml"),
        }
    }

    /// Name of the script of a round.
    pub fn file(self, round: u32) -> String {
        let ending = match self {
            Self::Slurm | Self::GnuParallel => "sh",
            Self::Snakemake => "smk",
            Self::Kubernetes => "yaml",
        };
        format!("round-{round}.{ending}")
    }

    /// The command that starts a script.
    pub fn start(self, script: &Path) -> String {
        let script = quoted_path(script);
        match self {
            Self::Slurm | Self::GnuParallel => format!("sh {script}"),
            Self::Snakemake => format!("snakemake --cores all --keep-going --snakefile {script}"),
            Self::Kubernetes => format!("kubectl apply --filename {script}"),
        }
    }

    /// How to run some shards, of how many, again.
    pub fn again(self, script: &Path, folder: &Path, (indices, of): (&[u64], u64)) -> Vec<String> {
        let folder = quoted_path(folder);
        let one = |index: &u64| format!("rearguard shard {folder} {index}/{of}");
        let mut lines: Vec<String> = indices.iter().take(MOST_SHOWN).map(one).collect();
        if indices.len() > MOST_SHOWN {
            lines.push(format!("and {} more such commands", indices.len() - MOST_SHOWN));
        }
        let start = self.start(script);
        let spans = |to: &str, between: &str| {
            let span = |(first, last): (u64, u64)| match last - first {
                0 => first.to_string(),
                _ => format!("{first}{to}{last}"),
            };
            ranges(indices).into_iter().map(span).collect::<Vec<_>>().join(between)
        };
        lines.push(match self {
            Self::Slurm => format!("or all of them, and the merge: {start} {}", spans("-", ",")),
            Self::GnuParallel => {
                let numbers: Vec<String> = indices.iter().map(u64::to_string).collect();
                format!("or all of them, and the merge: {start} {}", numbers.join(" "))
            }
            Self::Snakemake => {
                format!("or all of them, and the merge: {start} --forcerun shard, which ends at once where all is there")
            }
            Self::Kubernetes => format!(
                "or all of them, and the merge: kubectl replace --force --filename {}, which ends at once where all is there",
                quoted_path(script)
            ),
        });
        lines
    }

    /// The text of a script.
    ///
    /// # Panics
    /// If a template is wrong: a fault of the program.
    pub fn script(self, values: &Script) -> String {
        let Script { plan, folder, path, minutes, memory_mib, merge_memory_mib } = *values;
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_keep_trailing_newline(true);
        // Shells and the languages of the others quote in ways of their own.
        let text = |path: &Path| path.to_string_lossy().into_owned();
        environment.add_filter("sh", |text: String| quoted(&text));
        environment.add_filter("json", |text: String| serde_json::to_string(&text).expect("a text is JSON"));
        let values = context! {
            version => plan.version, round => plan.round, shards => plan.shards, threads => plan.threads,
            replications => whole(plan.experiment.replications as f64), about => duration(plan.shard_seconds()),
            name => label(&plan.name), home => text(&plan.home), program => text(&plan.program), plan => text(folder),
            script => text(path), minutes, memory_mib, merge_memory_mib,
            percent => (100 / plan.threads).max(1),
        };
        environment.render_str(self.template(), values).expect("the template is sound")
    }
}

/// A word as a shell takes it: in quotes if it needs them.
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// A path as a shell takes it.
pub fn quoted_path(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

/// A name that schedulers take.
fn label(name: &str) -> String {
    let lower = name.to_lowercase();
    let text: String =
        lower.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(LONGEST_NAME).collect();
    let text = text.trim_matches('-');
    if text.is_empty() { "study".to_owned() } else { text.to_owned() }
}

/// Seconds for people.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{} s", whole(s.max(1.0))),
        s if s < 5400.0 => format!("{} min", whole(s / 60.0)),
        s => format!("{} h", whole(s / 3600.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_take_them_apart() {
        assert_eq!(quoted("results/a-1.toml"), "results/a-1.toml");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn names_of_jobs_have_no_other_characters() {
        assert_eq!(label("Ridge road, 2030"), "ridge-road--2030");
        assert_eq!(label("---"), "study");
        assert_eq!(label(&"x".repeat(99)).len(), LONGEST_NAME);
    }

    #[test]
    fn durations_are_told_in_a_unit_that_fits() {
        assert_eq!([0.1, 75.0, 300.0, 7200.0].map(duration), ["1 s", "75 s", "5 min", "2 h"]);
    }
}
