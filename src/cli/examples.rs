//! The first thing that help shows of each command: how it is typed.

use clap::{Command, CommandFactory};

use crate::cli::args::Arguments;

/// Help leads with what it is for and with examples; the options follow.
const ORDER: &str = "{about}{after-help}\n\n{usage-heading} {usage}\n\n{all-args}";

const PROGRAM: &str = "\
Examples:
  rearguard init my-mission.toml
  rearguard run scenarios/mali-2023.toml
  rearguard compare scenarios/mali-2023.toml --baseline historical --policy air-granted
  rearguard attribute scenarios/mali-2023.toml --denial air --denial trucks
  rearguard hindcast scenarios/mali-2023.toml
  rearguard report results/mali-2023-compare
  rearguard plan studies/ridge-road.toml --shards 4 --emit slurm
  rearguard trace scenarios/mali-2023.toml --replication 0 --base kidal
  rearguard check scenarios/mali-2023.toml
  rearguard show scenarios/mali-2023.toml threat

Exit codes: 0 done, 1 failed, 2 usage, 3 scenario invalid, 4 input or output,
5 precision or verification not met, 130 interrupted.";

const INIT: &str = "\
Examples:
  rearguard init my-mission.toml
  rearguard init mali.toml --template mali
  rearguard init large.toml --scale 150";

const RUN: &str = "\
Examples:
  rearguard run scenarios/mali-2023.toml
  rearguard run scenarios/mali-2023.toml --policy historical --policy leave-early
  rearguard run scenarios/mali-2023.toml --set decisions.notice_days=3 \\
      --out results/short-notice
  rearguard run scenarios/three-bases.toml --precision casualties.wounded=5%";

const COMPARE: &str = "\
Examples:
  rearguard compare scenarios/mali-2023.toml --baseline historical \\
      --policy air-granted --policy trucks-granted
  rearguard compare scenarios/mali-2023.toml --policy leave-early \\
      --pareto casualties.wounded --pareto equipment.lost_usd
  rearguard compare scenarios/mali-2023.toml --policy trucks-granted --nested 20x25";

const ATTRIBUTE: &str = "\
Examples:
  rearguard attribute scenarios/mali-2023.toml --denial air --denial trucks --denial imports
  rearguard attribute scenarios/mali-2023.toml --denial air --denial trucks \\
      --replications 250 --out results/denials";

const SWEEP: &str = "\
Examples:
  rearguard sweep scenarios/mali-2023.toml --sweep threat.ratio_overwatch=0.2,0.6,1.2 --dry-run
  rearguard sweep scenarios/mali-2023.toml --policy leave-early \\
      --sweep 'decisions.notice_days=range(2,15,4)'
  rearguard sweep scenarios/mali-2023.toml --design sobol --points 64 \\
      --sweep 'threat.ratio_overwatch=interval(0.15,1.3)'
  rearguard sweep scenarios/mali-2023.toml --design points.csv

Values: a list (1,2,3), range(start,stop,step) without its stop, linspace(first,last,n),
logspace(first,last,n), and for latin-hypercube, nearly-orthogonal and sobol also
interval(low,high), of which an input of whole numbers takes those. Dates and words stand in
lists. Brackets need quotes in a shell.";

const STUDY: &str = "\
Examples:
  rearguard study studies/ridge-road.toml --dry-run
  rearguard study studies/ridge-road.toml";

const SENSITIVITY: &str = "\
Examples:
  rearguard sensitivity scenarios/mali-2023.toml --measure casualties.wounded --dry-run
  rearguard sensitivity scenarios/mali-2023.toml --baseline historical --policy air-granted \\
      --free threat,convoys
  rearguard sensitivity scenarios/mali-2023.toml --method swing --replications 100 --store
  rearguard sensitivity scenarios/mali-2023.toml --method sobol \\
      --free threat.ratio_overwatch,stocks.container_scale

Parameters are the numbers of the scenario that have a law; `rearguard show FILE` lists them.
Here --replications is of each point of the design [default: 20].";

const CALIBRATE: &str = "\
Examples:
  rearguard calibrate scenarios/mali-2023.toml --free permissions.truck_column,imports
  rearguard calibrate scenarios/mali-2023.toml --method history --free permissions --particles 200
  rearguard run scenarios/mali-2023.toml --overlay results/mali-2023-calibrate/overlay.csv";

const DISCOVER: &str = "\
Examples:
  rearguard sweep scenarios/three-bases.toml --design sobol --points 200 \\
      --sweep 'threat.ratio_overwatch=interval(0.15,1.3)' --out results/box
  rearguard discover results/box --measure casualties.wounded --threshold 5";

const HINDCAST: &str = "\
Examples:
  rearguard hindcast scenarios/mali-2023.toml
  rearguard hindcast scenarios/mali-2023.toml --leave-out Kidal
  rearguard hindcast scenarios/three-bases.toml --facts my-facts.csv";

const REPORT: &str = "\
Examples:
  rearguard compare scenarios/mali-2023.toml --policy air-granted --policy trucks-granted
  rearguard report results/mali-2023-compare";

const MERGE: &str = "\
Examples:
  rearguard run scenarios/mali-2023.toml --shard 1/2 --out results/one
  rearguard run scenarios/mali-2023.toml --shard 2/2 --out results/two
  rearguard merge results/one results/two --out results/mali-2023
  rearguard merge --plan results/ridge-road-plan";

const PLAN: &str = "\
Examples:
  rearguard plan studies/ridge-road.toml --shards 4 --emit gnu-parallel
  rearguard plan scenarios/mali-2023.toml --shards 2 --emit slurm
  rearguard shard results/ridge-road-plan 3/4
  rearguard merge --plan results/ridge-road-plan";

const FOLDERS: &str = "\
Examples:
  rearguard verify results/mali-2023
  rearguard reproduce results/mali-2023 --out results/again
  rearguard diff results/mali-2023 results/short-notice";

const TRACE: &str = "\
Examples:
  rearguard trace scenarios/mali-2023.toml --replication 0 --base kidal
  rearguard trace scenarios/mali-2023.toml --replication 0 --convoy kidal-serial-1 --format csv";

const SCENARIO: &str = "\
Examples:
  rearguard check scenarios/mali-2023.toml scenarios/three-bases.toml
  rearguard show scenarios/mali-2023.toml threat
  rearguard show scenarios/mali-2023.toml --pedigree";

const WORDS: &str = "\
Examples:
  rearguard measures
  rearguard explain casualties.wounded
  rearguard explain E025";

const SELFTEST: &str = "\
Examples:
  rearguard selftest
  rearguard selftest --csv";

const SHELL: &str = "\
Examples:
  rearguard schema
  rearguard completions bash
  rearguard man run";

/// The examples of a command, by its name.
fn examples(command: &str) -> &'static str {
    match command {
        "init" => INIT,
        "run" => RUN,
        "compare" => COMPARE,
        "attribute" => ATTRIBUTE,
        "sweep" => SWEEP,
        "study" => STUDY,
        "sensitivity" => SENSITIVITY,
        "calibrate" => CALIBRATE,
        "discover" => DISCOVER,
        "hindcast" => HINDCAST,
        "report" => REPORT,
        "merge" => MERGE,
        "plan" | "shard" => PLAN,
        "verify" | "reproduce" | "diff" => FOLDERS,
        "trace" => TRACE,
        "check" | "show" => SCENARIO,
        "measures" | "explain" => WORDS,
        "selftest" => SELFTEST,
        "schema" | "completions" | "man" => SHELL,
        _ => "",
    }
}

/// The command line with its examples, which help puts first.
pub fn command() -> Command {
    let with = |command: Command| {
        let text = examples(command.get_name());
        let command = command.help_template(ORDER);
        if text.is_empty() { command } else { command.after_help(text) }
    };
    Arguments::command().help_template(ORDER).after_help(PROGRAM).mut_subcommands(with)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What help shows in a line without wrapping it.
    const WIDTH: usize = 98;

    /// The lines of a text; one that ends in a backslash goes on in the next.
    fn lines(text: &str) -> impl Iterator<Item = String> {
        text.replace("\\\n", "\0").lines().map(|line| line.replace('\0', "\\\n")).collect::<Vec<_>>().into_iter()
    }

    /// The words of a line, of which some stand in quotes.
    fn words(line: &str) -> Vec<String> {
        let parts = line.split('\'').enumerate();
        let split = |(at, part): (usize, &str)| match at % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect::<Vec<_>>(),
            _ => vec![part.to_owned()],
        };
        parts.flat_map(split).collect()
    }

    #[test]
    fn every_example_can_be_typed_and_every_command_has_one() {
        let mut typed = 0;
        for subcommand in command().get_subcommands() {
            let (name, text) = (subcommand.get_name(), examples(subcommand.get_name()));
            assert!(text.contains(&format!("rearguard {name}")), "{name} is in no example of its own");
            for line in lines(text).chain(lines(PROGRAM)).filter(|line| line.starts_with("  rearguard ")) {
                assert!(line.lines().all(|line| line.len() <= WIDTH), "wrapped where it must not be: {line}");
                let line = line.replace("\\\n", " ");
                if let Err(error) = command().try_get_matches_from(words(&line)) {
                    panic!("{line}\n{error}");
                }
                typed += 1;
            }
        }
        assert!(typed > 50, "{typed} examples");
    }

    #[test]
    fn help_shows_examples_before_options() {
        for mut subcommand in command().get_subcommands().cloned().chain([command()]) {
            let help = subcommand.render_long_help().to_string();
            let (shown, options) = (help.find("Examples:"), help.find("Options:"));
            assert!(shown.is_some() && shown < options, "{help}");
        }
    }
}
