//! The command line: arguments, wording, colour, progress, exit codes. Only this room prints and reads the clock.

mod args;
mod attribute;
mod commands;
mod exit;
mod files;
mod interrupt;
mod numbers;
mod progress;
mod screen;
mod session;
mod show;
mod trace;

pub use commands::main;
pub use exit::Exit;
