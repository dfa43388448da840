//! Random numbers keyed by what they decide.
//!
//! A [`Stream`] belongs to (seed, replication, purpose, entity, occurrence), never to the order in which draws are
//! asked for. Any replication can be replayed alone, and two policies meet the same weather, the same mines and the
//! same answers, so their difference is known far better than either.
//!
//! Draw first, then apply the parameter: wherever a draw is made by inversion, one uniform is spent whatever the
//! parameter, and the result moves the way the parameter moves. Results depend on nothing but plain arithmetic and
//! [`crate::math`]: a scheme's values are fixed by [`SCHEME`], and any change to them is a new scheme.
//!
//! This room owns streams, process draws and the laws of uncertain parameters ([`Law`]). It must not know missions.

mod check;
mod counts;
mod generator;
#[cfg(test)]
mod independence;
mod law;
mod purpose;
mod quantile;
#[cfg(test)]
mod stability;
mod stream;
mod streams;

pub use check::LawError;
pub use law::{Law, Sampler, Scale};
pub use purpose::Purpose;
pub use stream::Stream;
pub use streams::{SCHEME, Streams, key, key2};
