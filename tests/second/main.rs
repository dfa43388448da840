//! A slow, obvious second engine, written from `docs/model.md` alone: what the fast one tells must be the same.

mod agenda;
mod aftermath;
mod aircraft;
mod army;
mod books;
mod casualties;
mod columns;
mod compare;
mod contacts;
mod convoy;
mod departure;
mod desk;
mod disposal;
mod engine;
mod escorts;
mod exits;
mod fire;
mod flights;
mod imports;
mod joining;
mod lift;
mod packing;
mod points;
mod resupply;
mod sums;
mod tension;
