//! The benchmark scenario (`scenarios/benchmark.toml`) as a loop written by hand for this one model: what a user could
//! reach who wrote nothing else. It shares nothing with the product but the scenario's numbers.
//!
//! Prints the replications done, the seconds of processor time they took, and for each quantity its sum and sum of squares.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rand::SeedableRng;
use rand::RngExt;
use rand_distr::{Distribution, Exp1, Gamma, Poisson, StandardNormal, Triangular};
use rand_xoshiro::Xoshiro256PlusPlus;

const BASES: usize = 12;
const TRUCKLOADS: i32 = 60;
const TRUCKS: i32 = 40;
const COLUMN: i32 = 20;
const BATCH: i32 = 10;
const DEADLINE_DAYS: f64 = 184.0;
const JOURNEY_KM: f64 = 8.0 * 44.0;
const KM_PER_DAY: f64 = 150.0;
const CONVOY_LOG_SD: f64 = 0.2;
const DAY_LOG_SD: f64 = 0.35;
const DEVICES_PER_KM: f64 = 0.0015;
const WOUNDED_PER_DEVICE: f64 = 2.2;
const HALT_MEAN_DAYS: f64 = 0.4;
const BREAKDOWNS_PER_KM: f64 = COLUMN as f64 / 6667.0;
const REPAIR_DAYS: f64 = 0.06;
const REPAIR_LOG_SD: f64 = 0.6;
const REST_DAYS: f64 = 2.0;
const REST_LOG_SD: f64 = 0.5;
const GRANTED: f64 = 0.5;
const RETRY_DAYS: f64 = 1.0;
const FIRE_PER_DAY: f64 = 0.1;
const SHELTER_DAYS: f64 = 0.5;

/// Names of what must agree with the other engines.
const NAMES: [&str; 8] =
    ["requests", "trips", "incidents", "contacts", "breakdowns", "wounded", "evacuated", "finish_days"];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Answer { base: u8, granted: bool },
    Ask { base: u8 },
    CrewDone { base: u8, loads: bool, stopped_bits: u64 },
    Fire { base: u8 },
    AtBase { column: u8 },
    Unloaded { column: u8 },
    Home,
}

#[derive(Clone, Copy, Default)]
struct Base {
    unpacked: i32,
    staged: i32,
    assigned: i32,
    granted: bool,
    asking: bool,
    busy: bool,
    loading: Option<u8>,
    waiting: [u8; 3],
    waits: usize,
    sheltered_until: f64,
    stopped: f64,
}

#[derive(Clone, Copy, Default)]
struct Column {
    base: u8,
    departed: f64,
    score: f64,
    day: i32,
    pace: f64,
}

struct Laws {
    crew: Triangular<f64>,
    halt: Gamma<f64>,
    hurt: Gamma<f64>,
}

struct Mission<'l> {
    rng: Xoshiro256PlusPlus,
    laws: &'l Laws,
    now: f64,
    order: u32,
    events: BinaryHeap<Reverse<(u64, u32, Event)>>,
    bases: [Base; BASES],
    columns: Vec<Column>,
    idle: i32,
    counts: [f64; 8],
}

impl Mission<'_> {
    fn at(&mut self, time: f64, event: Event) {
        self.order += 1;
        self.events.push(Reverse((time.to_bits(), self.order, event)));
    }

    fn exponential(&mut self) -> f64 {
        Exp1.sample(&mut self.rng)
    }

    fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.rng)
    }

    fn consider(&mut self, b: usize) {
        let base = &mut self.bases[b];
        if !base.asking && base.unpacked + base.staged - base.assigned >= COLUMN {
            base.asking = true;
            self.ask(b);
        }
    }

    fn ask(&mut self, b: usize) {
        self.counts[0] += 1.0;
        let granted = self.rng.random::<f64>() < GRANTED;
        let after = self.exponential();
        self.at(self.now + after, Event::Answer { base: b as u8, granted });
    }

    fn send(&mut self) {
        for b in 0..BASES {
            while self.bases[b].granted && self.idle >= COLUMN {
                self.idle -= COLUMN;
                self.counts[1] += 1.0;
                let base = &mut self.bases[b];
                (base.granted, base.asking) = (false, false);
                base.assigned += COLUMN;
                let score = CONVOY_LOG_SD * self.normal();
                self.columns.push(Column { base: b as u8, departed: self.now, score, day: -1, pace: 0.0 });
                let column = self.columns.len() - 1;
                let there = self.journey(column);
                self.at(there, Event::AtBase { column: column as u8 });
                self.consider(b);
            }
        }
    }

    /// Drives a column from one end of the road to the other: nothing on the way concerns anyone else.
    fn journey(&mut self, column: usize) -> f64 {
        let mut this = self.columns[column];
        let (mut time, mut km) = (self.now, 0.0);
        let mut contact = self.exponential() / DEVICES_PER_KM;
        let mut failure = self.exponential() / BREAKDOWNS_PER_KM;
        loop {
            let day = (time - this.departed + 1e-9) as i32;
            if day != this.day {
                this.day = day;
                this.pace = KM_PER_DAY * (this.score + DAY_LOG_SD * self.normal()).exp();
            }
            let next = contact.min(failure).min(JOURNEY_KM);
            let day_ends = this.departed + f64::from(day + 1);
            let reach = (day_ends - time) * this.pace;
            if km + reach < next {
                (km, time) = (km + reach, day_ends);
                continue;
            }
            time += (next - km) / this.pace;
            km = next;
            if km == contact {
                if time < DEADLINE_DAYS {
                    let mean = self.laws.hurt.sample(&mut self.rng);
                    let hurt = if mean > 0.0 { Poisson::new(mean).unwrap().sample(&mut self.rng) } else { 0.0 };
                    self.counts[3] += 1.0;
                    self.counts[5] += hurt.min(f64::from(COLUMN));
                }
                contact += self.exponential() / DEVICES_PER_KM;
                time += self.laws.halt.sample(&mut self.rng);
            } else if km == failure {
                if time < DEADLINE_DAYS {
                    self.counts[4] += 1.0;
                }
                failure += self.exponential() / BREAKDOWNS_PER_KM;
                time += REPAIR_DAYS * (REPAIR_LOG_SD * self.normal()).exp();
            } else {
                self.columns[column] = this;
                return time;
            }
        }
    }

    fn crew(&mut self, b: usize) {
        let base = &mut self.bases[b];
        if base.busy {
            return;
        }
        let loads = base.waits > 0 && (base.staged >= COLUMN || base.unpacked == 0);
        let amount = if loads { COLUMN.min(base.staged) } else { BATCH.min(base.unpacked) };
        if loads {
            base.loading = Some(base.waiting[0]);
            base.waiting.rotate_left(1);
            base.waits -= 1;
        } else if amount == 0 {
            return;
        }
        base.busy = true;
        let (starts, stopped_bits) = (base.sheltered_until.max(self.now), base.stopped.to_bits());
        let days = f64::from(amount) / self.laws.crew.sample(&mut self.rng);
        self.at(starts + days, Event::CrewDone { base: b as u8, loads, stopped_bits });
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Answer { base, granted: true } => {
                self.bases[base as usize].granted = true;
                self.send();
            }
            Event::Answer { base, granted: false } => self.at(self.now + RETRY_DAYS, Event::Ask { base }),
            Event::Ask { base } => self.ask(base as usize),
            Event::CrewDone { base, loads, stopped_bits } => {
                let b = base as usize;
                let put_off = self.bases[b].stopped - f64::from_bits(stopped_bits);
                if put_off > 0.0 {
                    let stopped_bits = self.bases[b].stopped.to_bits();
                    return self.at(self.now + put_off, Event::CrewDone { base, loads, stopped_bits });
                }
                self.bases[b].busy = false;
                if loads {
                    let column = self.bases[b].loading.take().unwrap();
                    self.bases[b].assigned -= COLUMN;
                    self.bases[b].staged -= COLUMN;
                    let there = self.journey(column as usize);
                    self.at(there, Event::Unloaded { column });
                } else {
                    self.bases[b].unpacked -= BATCH;
                    self.bases[b].staged += BATCH;
                }
                self.crew(b);
            }
            Event::Fire { base } => {
                self.counts[2] += 1.0;
                let this = &mut self.bases[base as usize];
                let until = self.now + SHELTER_DAYS;
                this.stopped += until - this.sheltered_until.max(self.now);
                this.sheltered_until = until;
                let next = self.now + self.exponential() / FIRE_PER_DAY;
                self.at(next, Event::Fire { base });
            }
            Event::AtBase { column } => {
                let b = self.columns[column as usize].base as usize;
                let base = &mut self.bases[b];
                base.waiting[base.waits] = column;
                base.waits += 1;
                self.crew(b);
            }
            Event::Unloaded { .. } => {
                self.counts[6] += f64::from(COLUMN);
                self.counts[7] += f64::from(COLUMN) * self.now;
                let rest = REST_DAYS * (REST_LOG_SD * self.normal()).exp();
                self.at(self.now + rest, Event::Home);
            }
            Event::Home => {
                self.idle += COLUMN;
                self.send();
            }
        }
    }

    fn replicate(&mut self, seed: u64) -> [f64; 8] {
        self.rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        self.events.clear();
        self.columns.clear();
        (self.now, self.order, self.idle, self.counts) = (0.0, 0, TRUCKS, [0.0; 8]);
        self.bases = [Base { unpacked: TRUCKLOADS, ..Base::default() }; BASES];
        for b in 0..BASES {
            self.consider(b);
            self.crew(b);
            let first = self.exponential() / FIRE_PER_DAY;
            self.at(first, Event::Fire { base: b as u8 });
        }
        while let Some(Reverse((bits, _, event))) = self.events.pop() {
            self.now = f64::from_bits(bits);
            if self.now >= DEADLINE_DAYS {
                break;
            }
            self.handle(event);
        }
        self.counts[7] /= self.counts[6].max(1.0);
        self.counts
    }
}

fn main() {
    let replications: u64 = std::env::args().nth(1).and_then(|n| n.parse().ok()).expect("how many replications");
    let laws = Laws {
        crew: Triangular::new(6.0, 25.0, 12.0).unwrap(),
        halt: Gamma::new(2.0, HALT_MEAN_DAYS / 2.0).unwrap(),
        hurt: Gamma::new(1.0, WOUNDED_PER_DEVICE).unwrap(),
    };
    let mut mission = Mission {
        rng: Xoshiro256PlusPlus::seed_from_u64(0),
        laws: &laws,
        now: 0.0,
        order: 0,
        events: BinaryHeap::new(),
        bases: [Base::default(); BASES],
        columns: Vec::new(),
        idle: 0,
        counts: [0.0; 8],
    };
    let mut sums = [[0.0; 2]; 8];
    for seed in 0..replications {
        for (sum, count) in sums.iter_mut().zip(mission.replicate(seed)) {
            sum[0] += count;
            sum[1] += count * count;
        }
    }
    for (name, [sum, squares]) in NAMES.iter().zip(sums) {
        println!("{name},{sum},{squares}");
    }
}
