//! Orders and rooms of items, worked out once and not in every replication's loop.

use crate::model::Inputs;
use crate::model::equipment::Travel;
use crate::withdrawal::accounts::{Item, class_of};
use crate::withdrawal::bases::MilliTeu;
use crate::withdrawal::pace::Way;

/// Orders of items that hold for every replication.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    /// Number of items: classes times owners.
    pub(super) items: usize,
    /// Cargo in order of loading: sensitive first, then by value for its room.
    pub(super) cargo_order: Vec<Item>,
    /// Vehicles in order of driving out: armour, then cargo trucks, then the rest.
    pub(super) drive_order: Vec<Item>,
    /// What is towed.
    pub(super) towed: Vec<Item>,
    /// What can be disposed of, in order: sensitive first, then by value, what is fixed last.
    pub(super) disposal_order: Vec<Item>,
    /// Room of each item in thousandths of a TEU in this replication: as cargo of a base that withdraws (0 where it
    /// does not go as cargo), and when shipped on from a hub.
    pub(super) rooms: Vec<[MilliTeu; 2]>,
    /// What each road means for convoys in this replication.
    pub(super) ways: Vec<Way>,
}

fn milli(teu: f64) -> MilliTeu {
    (teu * 1000.0).round_ties_even() as MilliTeu
}

impl Tables {
    pub(super) fn new(inputs: &Inputs) -> Self {
        let items = inputs.class.len() * 2;
        let class = |item: &Item| &inputs.class[class_of(*item)];
        let ordered = |keep: &dyn Fn(&Item) -> bool, rank: &dyn Fn(&Item) -> (bool, bool, f64)| {
            let mut order: Vec<Item> = (0..items as Item).filter(keep).collect();
            order.sort_by(|a, b| {
                let (first, second) = (rank(a), rank(b));
                (second.0, second.1).cmp(&(first.0, first.1)).then(second.2.total_cmp(&first.2)).then(a.cmp(b))
            });
            order
        };
        let value_for_room = |item: &Item| {
            let class = class(item);
            class.value_usd / class.teu.max(class.shipped_teu).max(1e-9)
        };
        Self {
            items,
            cargo_order: ordered(&|item| class(item).travel != Travel::Fixed, &|item| {
                (class(item).sensitive, false, value_for_room(item))
            }),
            drive_order: ordered(&|item| class(item).travel == Travel::Drives, &|item| {
                (class(item).armoured, class(item).cargo_truck, class(item).value_usd)
            }),
            towed: (0..items as Item).filter(|item| class(item).travel == Travel::Towed).collect(),
            disposal_order: ordered(&|_| true, &|item| {
                (class(item).sensitive, class(item).travel != Travel::Fixed, class(item).value_usd)
            }),
            rooms: Vec::new(),
            ways: Vec::new(),
        }
    }

    /// Room that one of a base's own items takes as cargo, by whether the base withdraws; 0 if it does not go as cargo.
    pub(super) fn own_room(&self, item: Item, withdraws: bool) -> MilliTeu {
        let [own, shipped] = self.rooms[item as usize];
        if withdraws { own } else { shipped }
    }

    /// Takes rooms and roads of this replication's inputs.
    pub(super) fn set(&mut self, inputs: &Inputs) {
        self.ways.clear();
        self.ways.extend((0..inputs.road.len()).map(|road| Way::new(inputs, road)));
        self.rooms.clear();
        for class in &inputs.class {
            let shipped = if class.travel == Travel::Fixed { 0 } else { milli(class.shipped_teu) };
            let own = if class.travel == Travel::Loaded { milli(class.teu) } else { 0 };
            self.rooms.extend([[own, shipped]; 2]);
        }
    }
}
