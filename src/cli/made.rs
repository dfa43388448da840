//! How a results folder was made, by its journal, and the command that goes on with it.

use std::path::Path;

use crate::cli::engine::quoted;
use crate::cli::shard::Shard;
use crate::store::{Disk, read_journal};

/// How a folder was made. The journal is outside every claim: what cannot be read in it is not known.
#[derive(Default)]
pub struct Made {
    arguments: Vec<String>,
    /// Which shard it was asked for.
    pub shard: Option<Shard>,
    /// Whether the last run in it came to an end, and be it an interruption.
    pub has_ended: bool,
}

impl Made {
    /// By the journal, which is outside every claim: what cannot be read is not known.
    pub fn of(disk: &dyn Disk, folder: &Path) -> Self {
        let Ok(journal) = read_journal(disk, folder) else { return Self::default() };
        let Some(begun) = journal.events.iter().rposition(|event| event["event"] == "begin") else {
            return Self::default();
        };
        let (begin, after) = (&journal.events[begun], &journal.events[begun + 1..]);
        let arguments = begin["arguments"].as_array().map_or(&[][..], Vec::as_slice);
        Self {
            arguments: arguments.iter().skip(1).filter_map(|text| text.as_str()).map(str::to_owned).collect(),
            shard: begin["shard"].as_str().and_then(|text| Shard::parse(text).ok()),
            has_ended: after.iter().any(|event| event["event"] != "cell"),
        }
    }

    /// The command, as far as it is known.
    pub fn as_typed(&self) -> String {
        if self.arguments.is_empty() { "unknown command".to_owned() } else { command(&self.arguments) }
    }

    /// The command for a shard, in its own folder if that is known.
    pub fn command(&self, shard: Shard, own: Option<&Path>) -> String {
        let mut arguments = self.arguments.clone();
        set(&mut arguments, "--shard", &shard.to_string());
        let folder = own.map_or_else(|| "DIR".into(), Path::to_string_lossy);
        let is_set = set(&mut arguments, "--out", &folder);
        // Where no folder was typed it lay in the default one, and may have been moved since.
        if own.is_some() && !is_set && arguments.first().is_some_and(|command| command != "shard") {
            arguments.extend(["--out".to_owned(), folder.into_owned()]);
        }
        command(&arguments)
    }
}

/// Gives an option another value; whether it was there.
fn set(arguments: &mut [String], option: &str, value: &str) -> bool {
    let joined = format!("{option}=");
    let mut is_set = false;
    for at in 0..arguments.len() {
        if arguments[at].starts_with(&joined) {
            arguments[at] = format!("{joined}{value}");
            is_set = true;
        } else if arguments[at] == option && at + 1 < arguments.len() {
            value.clone_into(&mut arguments[at + 1]);
            is_set = true;
        }
    }
    is_set
}

fn command(arguments: &[String]) -> String {
    let words: Vec<String> = arguments.iter().map(|word| quoted(word)).collect();
    // What was typed goes to a terminal again.
    let harmless = |c: char| if c.is_control() { c.escape_debug().collect() } else { c.to_string() };
    format!("rearguard {}", words.join(" ").chars().map(harmless).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_of_another_shard_has_its_number_and_no_folder_of_others() {
        let arguments = ["run", "a b.toml", "--shard", "1/3", "--out=one"].map(str::to_owned).to_vec();
        let made = Made { arguments, ..Made::default() };
        let shard = Shard { index: 2, of: 3 };
        assert_eq!(made.command(shard, None), "rearguard run 'a b.toml' --shard 2/3 --out=DIR");
        let moved = Some(Path::new("moved"));
        assert_eq!(made.command(shard, moved), "rearguard run 'a b.toml' --shard 2/3 --out=moved");
        let arguments = ["run", "a.toml", "--shard", "1/3"].map(str::to_owned).to_vec();
        let made = Made { arguments, ..Made::default() };
        assert_eq!(made.command(shard, moved), "rearguard run a.toml --shard 2/3 --out moved");
        assert_eq!(made.command(shard, None), "rearguard run a.toml --shard 2/3");
    }
}
