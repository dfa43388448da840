//! Items and people, counted where they are (2.3, 2.15).

use rearguard::model::Inputs;
use rearguard::model::equipment::Travel;

/// Class and owner: twice the place of the class, and one more if the UN owns it.
pub type Item = usize;

/// Some like items from one base.
#[derive(Clone, Copy, Debug)]
pub struct Lot {
    pub origin: usize,
    pub item: Item,
    pub units: u32,
}

/// Some like people.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The base where they began, or the fleet that drivers belong to.
    pub home: usize,
    /// Soldiers 0, police 1, civilians 2, contract drivers 3.
    pub category: usize,
    pub count: u32,
}

/// The category of contract drivers.
pub const DRIVER: usize = 3;

/// Where an item can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    OutByRoad,
    OutByAir,
    HandedOver,
    Destroyed,
    Decommissioned,
    Unclaimed,
    SeizedByGroup,
    SeizedByHost,
    Looted,
    LostToAttack,
    LostToBreakdown,
}

/// How many ends there are.
pub const ENDS: usize = 11;

/// Rounding to the nearest whole number, halves to even.
pub fn rhe(x: f64) -> f64 {
    x.round_ties_even()
}

/// TEU in whole thousandths.
pub fn milli(teu: f64) -> i64 {
    rhe(teu * 1000.0) as i64
}

/// A room in thousandths, rounded down.
pub fn room_of(teu: f64) -> i64 {
    (teu * 1000.0).floor() as i64
}

/// Shares of one total by largest remainder.
pub fn largest_remainder(shares: &[f64]) -> Vec<u32> {
    let total = rhe(shares.iter().sum::<f64>()) as i64;
    let mut parts: Vec<i64> = shares.iter().map(|share| share.floor() as i64).collect();
    let mut order: Vec<usize> = (0..shares.len()).collect();
    let remainder = |at: usize| shares[at] - shares[at].floor();
    order.sort_by(|&a, &b| remainder(b).total_cmp(&remainder(a)));
    let mut missing = total - parts.iter().sum::<i64>();
    for at in order {
        if missing > 0 {
            parts[at] += 1;
            missing -= 1;
        }
    }
    parts.into_iter().map(|part| part as u32).collect()
}

/// Part `p` of `parts` of `n`.
pub fn part(n: u32, p: u64, parts: u64) -> u32 {
    let n = u64::from(n);
    (n * (p + 1) / parts - n * p / parts) as u32
}

/// What each base holds at the start, by item.
pub fn holdings(inputs: &Inputs) -> Vec<Vec<u32>> {
    let mut held = vec![vec![0; inputs.class.len() * 2]; inputs.base.len()];
    for (at, class) in inputs.class.iter().enumerate() {
        let scale = if class.container { inputs.stocks.container_scale } else { 1.0 };
        let share = |base: &rearguard::model::network::Base| {
            let known = inputs.holding.iter().find(|holding| holding.base == base.id && holding.class == class.id);
            let computed = base.personnel * class.per_1000_uniformed / 1000.0 * inputs.stocks.uniformed_share * scale;
            known.map_or(computed, |holding| holding.units)
        };
        let shares: Vec<f64> = inputs.base.iter().map(share).collect();
        for (base, units) in largest_remainder(&shares).into_iter().enumerate() {
            let contingent = rhe(f64::from(units) * class.contingent_share) as u32;
            held[base][at * 2] = contingent;
            held[base][at * 2 + 1] = units - contingent;
        }
    }
    held
}

/// The garrison of a base by category.
pub fn garrison(inputs: &Inputs, base: usize) -> Vec<Group> {
    let personnel = inputs.base[base].personnel;
    let uniformed = rhe(personnel * inputs.stocks.uniformed_share);
    let police = rhe(uniformed * inputs.stocks.police_share);
    let counts = [uniformed - police, police, personnel - uniformed];
    let group = |(category, count): (usize, f64)| Group { home: base, category, count: count as u32 };
    counts.into_iter().enumerate().map(group).collect()
}

/// Items in the order of cargo, at the central values.
pub fn cargo_order(central: &Inputs) -> Vec<Item> {
    let class = |item: Item| &central.class[item / 2];
    let worth = |item: Item| class(item).value_usd / class(item).teu.max(class(item).shipped_teu);
    let mut items: Vec<Item> = (0..central.class.len() * 2).collect();
    items.sort_by(|&a, &b| {
        class(b).sensitive.cmp(&class(a).sensitive).then(worth(b).total_cmp(&worth(a))).then(a.cmp(&b))
    });
    items
}

/// Items in the order of driving out.
pub fn driving_order(central: &Inputs) -> Vec<Item> {
    let class = |item: Item| &central.class[item / 2];
    let rank = |item: Item| (!class(item).armoured, !class(item).cargo_truck);
    let rank = |item: Item| match rank(item) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => 2,
    };
    let mut items: Vec<Item> =
        (0..central.class.len() * 2).filter(|&item| class(item).travel == Travel::Drives).collect();
    items.sort_by(|&a, &b| {
        rank(a).cmp(&rank(b)).then(class(b).value_usd.total_cmp(&class(a).value_usd)).then(a.cmp(&b))
    });
    items
}

/// Items in the order of disposal.
pub fn disposal_order(central: &Inputs) -> Vec<Item> {
    let class = |item: Item| &central.class[item / 2];
    let fixed = |item: Item| class(item).travel == Travel::Fixed;
    let mut items: Vec<Item> = (0..central.class.len() * 2).collect();
    items.sort_by(|&a, &b| {
        class(b)
            .sensitive
            .cmp(&class(a).sensitive)
            .then(fixed(a).cmp(&fixed(b)))
            .then(class(b).value_usd.total_cmp(&class(a).value_usd))
            .then(a.cmp(&b))
    });
    items
}

/// Adds a lot to a list: to those of its kind that are there already, else at the end.
pub fn add(lots: &mut Vec<Lot>, lot: Lot) {
    if lot.units == 0 {
        return;
    }
    match lots.iter_mut().find(|other| (other.origin, other.item) == (lot.origin, lot.item)) {
        Some(other) => other.units += lot.units,
        None => lots.push(lot),
    }
}

/// Adds people to a list: to those of their kind that are there already, else at the end.
pub fn welcome(people: &mut Vec<Group>, group: Group) {
    if group.count == 0 {
        return;
    }
    match people.iter_mut().find(|other| (other.home, other.category) == (group.home, group.category)) {
        Some(other) => other.count += group.count,
        None => people.push(group),
    }
}

/// How many items a list holds.
pub fn count(lots: &[Lot]) -> u32 {
    lots.iter().map(|lot| lot.units).sum()
}

/// How many people a list holds.
pub fn heads(people: &[Group]) -> u32 {
    people.iter().map(|group| group.count).sum()
}

/// Takes the person at a place among all of a list.
pub fn take_person(people: &mut [Group], mut at: u32) -> Group {
    for group in people.iter_mut() {
        if at < group.count {
            group.count -= 1;
            return Group { count: 1, ..*group };
        }
        at -= group.count;
    }
    panic!("nobody is at that place");
}
