//! Uniform numbers of a small congruential generator, enough for tests of estimators: this room draws none of its own.

use std::iter;

/// Numbers in (0, 1), the same for the same seed.
pub fn uniforms(seed: u64) -> impl Iterator<Item = f64> {
    let mut state = seed;
    iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    })
}
