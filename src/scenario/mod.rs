//! From files to a checked scenario.
//!
//! This room owns the file format: TOML with `extends` and CSV lists, overrides by dotted path, policies and denials,
//! every check that the schema allows, and every complaint, with its code, place and remedy. It is generic over the
//! schema, which [`crate::model`] declares with [`table!`](crate::table); it must not know what any field means, must
//! not print, and must not panic on any input.
//!
//! A scenario goes [`Document::load`] → [`Document::with`] overrides → [`read`]. Problems gather in [`Diagnostics`];
//! if there is any at the end, nothing may run.

mod annotations;
mod apply;
mod case;
mod code;
mod csv_list;
mod diagnostic;
mod document;
mod facts;
mod fields;
mod grammar;
mod header;
mod ids;
mod joint;
mod law_forms;
mod laws;
mod listing;
mod load;
mod nearest;
mod node;
mod number;
mod overlay;
mod overrides;
mod paths;
mod presets;
mod reader;
mod render;
#[cfg(test)]
mod robust;
mod schema;
mod slips;
mod sources;
mod syntax;
pub mod templates;
#[cfg(test)]
mod testing;
mod wording;

pub use annotations::{ANNOTATIONS, BASES, OVERRIDE};
pub use case::Case;
pub use code::{CODES, Code, CodeInfo};
pub use diagnostic::{Diagnostic, Diagnostics, MAX_DIAGNOSTICS};
pub use document::{Document, Setup};
pub use facts::{FACT_COLUMNS, facts_beside, read_facts};
pub use listing::{BasisCounts, Listed, Listing};
pub use nearest::{nearest, suggestion};
pub use node::{Content, Entries, Entry, Node};
pub use overrides::{Override, from_arguments};
pub use presets::{Preset, check_presets};
pub use reader::{Read, Uncertainty, read};
pub use render::escape;
pub use schema::schema;
pub use sources::{Bundle, Disk, Files, MAX_FILE_BYTES, Place, Source, SourceKind, read_file};
pub use syntax::{MAX_DEPTH, MAX_ITEMS, read_toml};
