//! One self-contained page from a results folder: charts as inline SVG, a table behind each, and playback of a replication.
//!
//! It reads what stands in the folder and nothing else: no engine, no clock, no network, so the same folder gives the same
//! bytes. Charts need no script; the script adds playback, tabs and what the pointer shows. SVG is written by hand in
//! `svg.rs`: a few shapes with classes, so that one style sheet serves screen and print.

mod answer;
mod axis;
mod calibration;
mod chance;
mod chart;
mod closures;
mod costs;
mod departures;
mod effects;
mod equipment;
mod exceedance;
mod figure;
mod folder;
mod harm;
mod map;
mod means;
mod outline;
mod page;
mod pareto;
mod people;
mod playback;
mod record;
mod sensitivity;
mod svg;
mod sweeps;
mod words;

pub use folder::ReportError;
pub use page::page;
