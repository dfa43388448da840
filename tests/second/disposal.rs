//! Destroying and decommissioning what cannot leave (2.8).

use rearguard::measures::Measure;
use rearguard::model::closing::DisposalRule;
use rearguard::model::equipment::Travel;

use crate::agenda::Event;
use crate::books::{End, Item, Lot};
use crate::convoy::Trucks;
use crate::engine::Engine;

impl Engine<'_> {
    pub fn on_disposal_day(&mut self, base: usize) {
        let now = self.now();
        if !self.bases[base].open || self.bases[base].disposal_days != Some(now) {
            return;
        }
        self.bases[base].disposal_days = None;
        if now <= self.bases[base].departs_days {
            self.dispose(base);
        }
        if now + 1.0 <= self.bases[base].departs_days {
            self.bases[base].disposal_days = Some(now + 1.0);
            self.agenda.at(now + 1.0, Event::DisposalDay { base });
        }
    }

    /// Items that the day's work allows at a rate.
    fn allowance(&self, base: usize, per_day: f64) -> u32 {
        let pace = if self.has_fuel(base) { 1.0 } else { self.inputs.imports.pace_without_fuel };
        let (day, rate) = (self.now().floor(), per_day * pace);
        (((day + 1.0) * rate).floor() - (day * rate).floor()) as u32
    }

    /// Units of each item that stay, and are to be disposed of.
    fn to_dispose(&self, base: usize) -> Vec<(Item, u32)> {
        let takes = self.takes(base);
        let state = &self.bases[base];
        let received = (self.received(base) && !state.early) || self.may_hold(base);
        let coming = self.column_is_coming(base);
        let mut dispose = Vec::new();
        for &item in &self.disposal_order {
            let class = &self.inputs.class[item / 2];
            let (fixed, sensitive) = (class.travel == Travel::Fixed, class.sensitive);
            let awaited = coming && self.is_cargo(base, item);
            let free = !received && !awaited;
            let does = match self.inputs.disposal.rule {
                DisposalRule::None => false,
                DisposalRule::SensitiveOnly => sensitive && !fixed,
                DisposalRule::SensitiveFirst | DisposalRule::LatestSafeStart => !fixed && (sensitive || free),
                DisposalRule::ValueThreshold => {
                    !fixed && (sensitive || (free && class.value_usd >= self.inputs.disposal.threshold_usd))
                }
                DisposalRule::AllUnmovable => sensitive || !awaited,
            };
            let goes: u32 =
                takes.iter().filter(|lot| lot.origin == base && lot.item == item).map(|lot| lot.units).sum();
            let stays = state.on_hand[item] + state.staged[item] - goes;
            if does && stays > 0 {
                dispose.push((item, stays));
            }
        }
        dispose
    }

    /// Whether a column is on its way to a base or waits there. One that has lost all its trucks brings no room.
    fn column_is_coming(&self, base: usize) -> bool {
        self.convoys.iter().any(|convoy| {
            let comes = |trucks: &Trucks| !trucks.loaded && !trucks.gone && trucks.number > 0;
            convoy.base == base && convoy.trucks.as_ref().is_some_and(comes)
        })
    }

    fn too_early(&self, base: usize, dispose: &[(Item, u32)]) -> bool {
        let rules = &self.inputs.disposal;
        if rules.rule != DisposalRule::LatestSafeStart {
            return false;
        }
        let pace = if self.has_fuel(base) { 1.0 } else { self.inputs.imports.pace_without_fuel };
        let (destroyed, decommissioned) = (rules.destroyed_per_day * pace, rules.decommissioned_per_day * pace);
        let sensitive: u32 =
            dispose.iter().filter(|(item, _)| self.inputs.class[item / 2].sensitive).map(|(_, units)| units).sum();
        let all: u32 = dispose.iter().map(|(_, units)| units).sum();
        let days = |units: u32, rate: f64| if units == 0 { 0.0 } else { f64::from(units) / rate };
        let needed = days(sensitive, destroyed).max(days(all, destroyed + decommissioned)).ceil();
        let whole_days = (self.bases[base].departs_days - self.now()).floor();
        needed <= whole_days - rules.margin_days
    }

    fn dispose(&mut self, base: usize) {
        let dispose = self.to_dispose(base);
        if self.too_early(base, &dispose) {
            return;
        }
        let mut destroy = self.allowance(base, self.inputs.disposal.destroyed_per_day);
        let mut decommission = self.allowance(base, self.inputs.disposal.decommissioned_per_day);
        let (mut destroyed, mut decommissioned) = (0, 0);
        for (item, stays) in dispose {
            let now = stays.min(destroy);
            destroy -= now;
            destroyed += now;
            self.disposes_of(base, item, now, End::Destroyed);
            if !self.inputs.class[item / 2].sensitive {
                let then = (stays - now).min(decommission);
                decommission -= then;
                decommissioned += then;
                self.disposes_of(base, item, then, End::Decommissioned);
            }
        }
        if destroyed > 0 && !self.bases[base].destroyed_any {
            self.bases[base].destroyed_any = true;
            self.add(Measure::BasesDestroyed, 1.0);
        }
        if destroyed + decommissioned > 0 {
            let amounts =
                [("destroyed_units", f64::from(destroyed)), ("decommissioned_units", f64::from(decommissioned))];
            self.tell("disposed", base, "", &amounts);
        }
    }

    /// On-hand items go before staged ones.
    fn disposes_of(&mut self, base: usize, item: Item, units: u32, end: End) {
        let state = &mut self.bases[base];
        let on_hand = state.on_hand[item].min(units);
        state.on_hand[item] -= on_hand;
        state.staged[item] -= units - on_hand;
        self.end(Lot { origin: base, item, units }, end);
    }
}
