//! The command line: arguments, wording, colour, progress, exit codes. Only this room prints and reads the clock.

mod args;
mod attribute;
mod calibrate;
mod calibration_screen;
mod commands;
mod conduct;
mod discover;
mod effects;
mod exit;
mod explain;
#[cfg(test)]
mod faults;
mod files;
mod folders;
mod hindcast;
mod init;
mod interrupt;
mod leave_out;
mod lineup;
mod merge;
mod nested;
mod notes;
mod pareto;
mod precision;
mod progress;
mod references;
mod report;
mod request;
mod scoreboard;
mod screen;
mod screening;
mod selftest;
mod sensitivity;
mod session;
mod shard;
mod shell;
mod show;
mod study;
mod sweep;
mod trace;

pub use commands::main;
pub use exit::Exit;
pub use selftest::{Fingerprint, fingerprints, known};
