//! Armed groups: to whom a contact, fire or an empty camp is ascribed, and contacts that a group holds back.
//!
//! Zone rates are of all groups together, as contacts are counted. So a group's weight divides them and never adds any;
//! only what a group holds back changes what happens.

use crate::draw::Purpose;
use crate::model::Inputs;
use crate::model::routes::Network;
use crate::withdrawal::run::{CountedStreams, Withdrawal};

/// A group as results have it: 0 for none or unknown, else one more than its position in the scenario.
pub type GroupCode = u16;

/// Picks one of the groups active in a zone by weight; 0 if none has a weight.
fn pick_by(
    (inputs, network): (&Inputs, &Network),
    (zone, now_days): (usize, f64),
    uniform: f64,
    weight: impl Fn(usize) -> Option<f64>,
) -> GroupCode {
    let groups = inputs.armed_group.iter().enumerate().zip(&network.group_zones);
    let active = groups.filter(|((_, group), zones)| zones[zone] && group.from.is_none_or(|from| from <= now_days));
    let weights = active.filter_map(|((index, _), _)| weight(index).map(|weight| (index, weight)));
    let total: f64 = weights.clone().map(|(_, weight)| weight).sum();
    let mut left = uniform * total;
    let mut picked = 0;
    for (index, weight) in weights.filter(|&(_, weight)| weight > 0.0) {
        picked = index as GroupCode + 1;
        if left < weight {
            break;
        }
        left -= weight;
    }
    picked
}

/// Ascribes what happens in a zone to a group, by one uniform, and says by a second whether the group carries it out.
///
/// # Arguments
/// * `key` - entity and occurrence of what happens, for its stream.
pub fn ascribe(
    (inputs, network): (&Inputs, &Network),
    (zone, now_days): (usize, f64),
    (streams, key): (&CountedStreams, (u64, u64)),
) -> (GroupCode, bool) {
    if inputs.armed_group.iter().all(|group| group.attack_share.is_none()) {
        return (0, true);
    }
    let mut stream = streams.stream(Purpose::Group, key.0, key.1);
    let (who, whether) = (stream.uniform(), stream.uniform());
    let group = pick_by((inputs, network), (zone, now_days), who, |at| inputs.armed_group[at].attack_share);
    let ratio = match group {
        0 => 1.0,
        group => inputs.armed_group[usize::from(group) - 1].attack_ratio.unwrap_or(1.0),
    };
    (group, whether < ratio)
}

impl Withdrawal<'_> {
    /// The group that takes a base's empty camp, if an armed group does.
    pub(super) fn taker(&self, base: usize, uniform: f64) -> GroupCode {
        let place = (self.model.network.base_zone[base], self.now());
        let groups = &self.inputs.armed_group;
        pick_by((&self.inputs, &self.model.network), place, uniform, |at| groups[at].takeover_weight)
    }
}
