//! Packing and loading at bases (2.6).

use rearguard::model::equipment::Travel;

use crate::agenda::Event;
use crate::books::{Item, Lot, milli};
use crate::engine::{Engine, Job, Work};

impl Engine<'_> {
    /// Whether a class is cargo of a base; what takes no room is not.
    pub fn is_cargo(&self, base: usize, item: Item) -> bool {
        let travel = self.inputs.class[item / 2].travel;
        let goes = if self.net.parent[base].is_some() { travel == Travel::Loaded } else { travel != Travel::Fixed };
        goes && self.own_room(base, item) > 0
    }

    /// Room of one item that began at a base, in thousandths of a TEU.
    pub fn own_room(&self, base: usize, item: Item) -> i64 {
        let class = &self.inputs.class[item / 2];
        milli(if self.net.parent[base].is_some() { class.teu } else { class.shipped_teu })
    }

    /// Room of one item of a lot with a column of a base, its own or one that came from elsewhere.
    pub fn room_at(&self, base: usize, lot: Lot) -> i64 {
        if lot.origin == base { self.own_room(base, lot.item) } else { self.passing_room(lot.item) }
    }

    pub fn passing_room(&self, item: Item) -> i64 {
        milli(self.inputs.class[item / 2].shipped_teu)
    }

    /// Room of what is not packed.
    pub fn unpacked(&self, base: usize) -> i64 {
        let items = self.cargo_order.iter().filter(|&&item| self.is_cargo(base, item));
        items.map(|&item| i64::from(self.bases[base].on_hand[item]) * self.own_room(base, item)).sum()
    }

    /// Room of what crews have in their hands.
    fn in_hands(&self, base: usize) -> i64 {
        let room = |job: &Job| if let Work::Pack { room } = job.work { room } else { 0 };
        self.bases[base].jobs.iter().map(room).sum()
    }

    /// Room of what stands ready: staged and passing cargo.
    pub fn ready(&self, base: usize) -> i64 {
        let state = &self.bases[base];
        let staged: i64 =
            (0..state.staged.len()).map(|item| i64::from(state.staged[item]) * self.own_room(base, item)).sum();
        let passing = state.passing.iter().map(|lot| i64::from(lot.units) * self.passing_room(lot.item));
        staged + passing.sum::<i64>()
    }

    pub fn start_packing(&mut self, base: usize) {
        if self.bases[base].packing || !self.bases[base].open || self.inputs.base[base].crews < 1.0 {
            return;
        }
        self.bases[base].packing = true;
        self.tell("packing_starts", base, "", &[]);
        self.work(base);
        self.consider_column(base);
    }

    /// Idle crews take what work there is.
    pub fn work(&mut self, base: usize) {
        // In shelter they take it too, and begin when they come out.
        let from_days = self.now().max(self.bases[base].shelter_until);
        while (self.bases[base].jobs.len() as u32) < self.bases[base].crews {
            let Some((work, room)) = self.next_work(base) else { return };
            if let Work::Load { .. } = work {
                self.bases[base].queue.remove(0);
            }
            let rate = self.crew_rate(base);
            let due_days = from_days + room as f64 / 1000.0 / rate;
            let number = self.bases[base].jobs_started;
            self.bases[base].jobs_started += 1;
            let stopped_days = self.bases[base].stopped_days;
            self.bases[base].jobs.push(Job { number, work, due_days, stopped_days });
            self.agenda.at(due_days, Event::CrewDone { base, job: number });
        }
    }

    /// The next job and its size.
    fn next_work(&self, base: usize) -> Option<(Work, i64)> {
        let (ready, state) = (self.ready(base), &self.bases[base]);
        let left = if state.packing && state.open { self.unpacked(base) } else { 0 };
        if let Some(&convoy) = state.queue.first() {
            let room = self.column_room(convoy);
            if ready >= room || left == 0 {
                return Some((Work::Load { convoy }, room.min(ready)));
            }
        }
        let free = left - self.in_hands(base);
        let batch = milli(self.inputs.packing.batch_teu);
        (state.packing && state.open && free > 0).then(|| {
            let room = batch.min(free);
            (Work::Pack { room }, room)
        })
    }

    /// A crew's rate for the job that starts now, TEU a day.
    fn crew_rate(&mut self, base: usize) -> f64 {
        let rules = &self.inputs.packing;
        let mode = rules.crew_teu_per_day_mode;
        let (low, high) = (rules.crew_teu_per_day_low.min(mode), rules.crew_teu_per_day_high.max(mode));
        let rate = self.bases[base].rates.triangular(low, mode, high);
        if self.has_fuel(base) { rate } else { rate * self.inputs.imports.pace_without_fuel }
    }

    pub fn on_crew_done(&mut self, base: usize, number: u64) {
        let now = self.now();
        let stopped_days = self.bases[base].stopped_days;
        let jobs = &mut self.bases[base].jobs;
        let Some(at) = jobs.iter().position(|job| job.number == number && job.due_days == now) else { return };
        if stopped_days > jobs[at].stopped_days {
            let due_days = now + (stopped_days - jobs[at].stopped_days);
            (jobs[at].due_days, jobs[at].stopped_days) = (due_days, stopped_days);
            self.agenda.at(due_days, Event::CrewDone { base, job: number });
            return;
        }
        let job = jobs.remove(at);
        match job.work {
            Work::Pack { room } => {
                if self.bases[base].open {
                    self.pack(base, room);
                }
                self.work(base);
                self.consider_column(base);
            }
            Work::Load { convoy } => {
                // It may have gone with the garrison.
                if !self.convoys[convoy].trucks.as_ref().is_some_and(|trucks| trucks.loaded) {
                    self.load(base, convoy);
                }
                self.work(base);
            }
        }
    }

    /// A packed batch goes from on hand to staged.
    fn pack(&mut self, base: usize, room: i64) {
        let (mut left, mut first) = (room, true);
        for item in self.cargo_order.clone() {
            let held = self.bases[base].on_hand[item];
            if held == 0 || !self.is_cargo(base, item) {
                continue;
            }
            let each = self.own_room(base, item);
            let fits = (left / each).clamp(0, i64::from(held)) as u32;
            let units = if first { fits.max(1) } else { fits };
            if units > 0 {
                first = false;
                left -= i64::from(units) * each;
                self.bases[base].on_hand[item] -= units;
                self.bases[base].staged[item] += units;
            }
        }
    }

    /// A column takes what fits, and sets out.
    pub fn load(&mut self, base: usize, convoy: usize) {
        let mut left = self.column_room(convoy);
        let mut load = 0;
        let mut passing = std::mem::take(&mut self.bases[base].passing);
        for lot in &mut passing {
            let each = self.passing_room(lot.item);
            let fits = if each > 0 { (left / each).min(i64::from(lot.units)) as u32 } else { 0 };
            if fits > 0 {
                lot.units -= fits;
                left -= i64::from(fits) * each;
                load += i64::from(fits) * each;
                self.convoys[convoy].load.push(Lot { units: fits, ..*lot });
            }
        }
        passing.retain(|lot| lot.units > 0);
        self.bases[base].passing = passing;
        for item in self.cargo_order.clone() {
            let staged = self.bases[base].staged[item];
            let each = self.own_room(base, item);
            let fits = if each > 0 { (left / each).min(i64::from(staged)) as u32 } else { 0 };
            if fits > 0 {
                self.bases[base].staged[item] -= fits;
                left -= i64::from(fits) * each;
                load += i64::from(fits) * each;
                self.convoys[convoy].load.push(Lot { origin: base, item, units: fits });
            }
        }
        let cargo = self.convoys[convoy].load.clone();
        self.carried(base, &cargo);
        self.column_sets_out_loaded(convoy, load);
        self.consider_column(base);
    }
}
