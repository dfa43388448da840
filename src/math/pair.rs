//! Numbers of twice the precision, for tables that are computed while compiling.

/// A number as an unevaluated sum of two doubles, the second below half a unit in the last place of the first.
#[derive(Clone, Copy)]
pub(super) struct Pair(pub(super) f64, pub(super) f64);

impl Pair {
    /// The exact sum of two doubles, the first the larger.
    pub(super) const fn of_sum(large: f64, small: f64) -> Self {
        let sum = large + small;
        Self(sum, small - (sum - large))
    }

    /// The exact product of two doubles, each split into halves of 26 bits.
    pub(super) const fn of_product(a: f64, b: f64) -> Self {
        const SPLIT: f64 = 134_217_729.0;
        let (turned_a, turned_b) = (SPLIT * a, SPLIT * b);
        let (high_a, high_b) = (turned_a - (turned_a - a), turned_b - (turned_b - b));
        let (low_a, low_b) = (a - high_a, b - high_b);
        let product = a * b;
        Self(product, ((high_a * high_b - product) + high_a * low_b + low_a * high_b) + low_a * low_b)
    }

    pub(super) const fn plus(self, small: Self) -> Self {
        let sum = Self::of_sum(self.0, small.0);
        Self::of_sum(sum.0, sum.1 + self.1 + small.1)
    }

    pub(super) const fn times(self, other: Self) -> Self {
        let product = Self::of_product(self.0, other.0);
        Self::of_sum(product.0, product.1 + (self.0 * other.1 + self.1 * other.0))
    }

    pub(super) const fn over(self, divisor: f64) -> Self {
        let quotient = self.0 / divisor;
        let back = Self::of_product(quotient, divisor);
        Self::of_sum(quotient, (((self.0 - back.0) - back.1) + self.1) / divisor)
    }
}
