//! The command line: arguments, wording, colour, progress, exit codes. Only this room prints and reads the clock.

mod args;
mod attribute;
mod calibrate;
mod calibration_screen;
mod commands;
mod conduct;
mod discover;
mod exit;
mod explain;
mod files;
mod folders;
mod init;
mod interrupt;
mod lineup;
mod merge;
mod nested;
mod notes;
mod numbers;
mod pareto;
mod precision;
mod progress;
mod request;
mod screen;
mod screening;
mod sensitivity;
mod session;
mod shard;
mod show;
mod study;
mod sweep;
mod trace;

pub use commands::main;
pub use exit::Exit;
