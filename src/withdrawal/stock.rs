//! What each base holds at the start, and how an amount becomes whole things.

use crate::model::Inputs;

/// Divides a whole number of things by shares, in memory that is used again.
#[derive(Clone, Debug, Default)]
pub struct Apportionment {
    units: Vec<u32>,
    shares: Vec<f64>,
    /// What each share has beyond its whole part, and whose it is.
    rests: Vec<(f64, usize)>,
}

impl Apportionment {
    /// Whole numbers that sum to the rounded total of `shares` (0 or more), each within one of its share: largest
    /// remainder, ties to the earlier.
    pub fn divide(&mut self, shares: impl Iterator<Item = f64>) -> &[u32] {
        self.shares.clear();
        self.shares.extend(shares);
        let total = self.shares.iter().sum::<f64>().round_ties_even() as u32;
        // Shares are 0 or more: the cast cuts off what `floor` would.
        self.units.clear();
        self.units.extend(self.shares.iter().map(|&share| share as u32));
        let left = total.saturating_sub(self.units.iter().sum());
        if left > 0 {
            let rest = |(share, whole): (&f64, &u32)| share - f64::from(*whole);
            self.rests.clear();
            self.rests.extend(self.shares.iter().zip(&self.units).map(rest).zip(0..));
            self.rests.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            self.rests.iter().take(left as usize).for_each(|&(_, at)| self.units[at] += 1);
        }
        &self.units
    }
}

/// How many whole things an amount holds; what a product may have lost by rounding is given back.
pub fn whole(amount: f64) -> u32 {
    (amount + 1e-9) as u32
}

/// What each base holds at the start, `[base * items + item]`, by largest remainder within each class.
pub fn opening_stock(inputs: &Inputs, apportionment: &mut Apportionment, stock: &mut Vec<u32>) {
    stock.clear();
    stock.resize(inputs.base.len() * inputs.class.len() * 2, 0);
    let items = inputs.class.len() * 2;
    for (index, class) in inputs.class.iter().enumerate() {
        let scale = if class.container { inputs.stocks.container_scale } else { 1.0 };
        let per_person = class.per_1000_uniformed / 1000.0 * inputs.stocks.uniformed_share * scale;
        let units = apportionment.divide(inputs.base.iter().map(|base| base.personnel * per_person));
        for (base, &units) in units.iter().enumerate() {
            let known = inputs.holding.iter().find(|h| h.base == inputs.base[base].id && h.class == class.id);
            let units = known.map_or(units, |holding| holding.units as u32);
            let contingent = (f64::from(units) * class.contingent_share).round_ties_even() as u32;
            stock[base * items + index * 2] = contingent;
            stock[base * items + index * 2 + 1] = units - contingent;
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::path::Path;

    use super::*;
    use crate::scenario::Case;

    /// The tutorial with three classes of equipment, the last of which nobody holds, and with people of whom half are uniformed.
    pub fn inputs() -> Inputs {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/three-bases.toml");
        let case = Case::load(&file, &[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        let mut inputs = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false))).inputs;
        inputs.class.truncate(3);
        inputs.class[2].per_1000_uniformed = 0.0;
        inputs.holding.clear();
        (inputs.stocks.uniformed_share, inputs.stocks.container_scale) = (0.5, 2.0);
        for (class, (container, share, value_usd)) in
            inputs.class.iter_mut().zip([(true, 0.75, 100.5), (false, 0.0, 3.5)])
        {
            class.per_1000_uniformed = 10.0;
            (class.container, class.contingent_share, class.value_usd) = (container, share, value_usd);
        }
        for (base, personnel) in inputs.base.iter_mut().zip([900.0, 400.0, 300.0]) {
            base.personnel = personnel;
        }
        inputs
    }

    #[test]
    fn largest_remainders_sum_to_the_rounded_total() {
        let mut apportionment = Apportionment::default();
        assert_eq!(apportionment.divide([1.4, 1.4, 1.2].into_iter()), [2, 1, 1]);
        assert_eq!(apportionment.divide([0.5, 0.5].into_iter()), [1, 0]);
        assert_eq!(apportionment.divide([5.2, 0.8].into_iter()), [5, 1]);
    }

    #[test]
    fn holdings_follow_from_garrisons_and_a_known_one_replaces_them() {
        let (mut inputs, mut apportionment, mut stock) = (inputs(), Apportionment::default(), vec![9; 3]);
        // Of containers 9, 4 and 3, three quarters the contingents'; of the others 4.5, 2 and 1.5, which sum to 8.
        opening_stock(&inputs, &mut apportionment, &mut stock);
        assert_eq!(stock, [[7, 2, 0, 5, 0, 0], [3, 1, 0, 2, 0, 0], [2, 1, 0, 1, 0, 0]].concat());
        let (base, class) = (inputs.base[1].id.clone(), inputs.class[1].id.clone());
        inputs.holding.push(crate::model::equipment::Holding { base, class, units: 40.0 });
        opening_stock(&inputs, &mut apportionment, &mut stock);
        assert_eq!(stock, [[7, 2, 0, 5, 0, 0], [3, 1, 0, 40, 0, 0], [2, 1, 0, 1, 0, 0]].concat());
    }
}
