//! What the mission is.
pub mod field;
