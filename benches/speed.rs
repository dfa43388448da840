//! Speed of one replication, of a run and of loading.

fn main() {}
