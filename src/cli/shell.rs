//! `schema`, `completions` and `man`: what other tools want to know of this one.

use std::io::{self, Write};

use clap_complete::Shell;

use crate::cli::examples;
use crate::cli::exit::Stop;
use crate::model::Inputs;
use crate::scenario;

/// The schema of scenarios as text.
pub fn schema_text() -> String {
    let mut text = serde_json::to_string_pretty(&scenario::schema::<Inputs>()).expect("a schema is JSON");
    text.push('\n');
    text
}

/// Prints the schema of scenarios.
///
/// # Errors
/// Those of standard output.
pub fn schema() -> Result<(), Stop> {
    Ok(io::stdout().lock().write_all(schema_text().as_bytes())?)
}

/// Prints what a shell completes by.
///
/// # Errors
/// Those of standard output.
pub fn completions(shell: Shell) -> Result<(), Stop> {
    // The library takes a failed write for a fault of the program: it writes to memory.
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut examples::command(), "rearguard", &mut text);
    Ok(io::stdout().lock().write_all(&text)?)
}

/// Prints the manual page of the program, or of one of its commands.
///
/// # Errors
/// An unknown command, and those of standard output.
pub fn man(command: Option<&str>) -> Result<(), Stop> {
    let mut program = examples::command();
    program.build();
    let page = match command {
        None => program,
        Some(name) => {
            let known: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
            let unknown = || {
                format!(
                    "there is no command `{}`; {}",
                    name.escape_debug(),
                    scenario::suggestion(name, &known, "the commands")
                )
            };
            program.find_subcommand(name).cloned().ok_or_else(|| Stop::Usage(unknown()))?
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    Ok(io::stdout().lock().write_all(&text)?)
}
