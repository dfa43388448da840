//! The benchmark scenario (`scenarios/benchmark.toml`) for this one model. It shares nothing with the product but the
//! scenario's numbers. What is due later goes to a queue that each engine brings.

use rand::SeedableRng;
use rand::RngExt;
use rand_distr::{Distribution, Exp1, Gamma, Poisson, StandardNormal, Triangular};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};

const BASES: usize = 12;
const TRUCKLOADS: i32 = 60;
const TRUCKS: i32 = 40;
const COLUMN: i32 = 20;
const BATCH: i32 = 10;
pub const DEADLINE_DAYS: f64 = 184.0;
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

/// What falls due.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Event {
    Answer { base: u8, granted: bool },
    Ask { base: u8 },
    CrewDone { base: u8, loads: bool, stopped_bits: u64 },
    Fire { base: u8 },
    Travels { column: u8 },
    Arrives { column: u8 },
    Home,
}

/// Where an engine keeps what is due.
pub trait Queue {
    /// Whether what concerns nobody else is worked out and not queued: what happens to a column on the road and refused
    /// requests, at once; fire at a base, when its crew asks.
    const WORKS_AHEAD: bool;

    /// Keeps an event that is due at a time.
    fn push(&mut self, time: f64, event: Event);
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
    next_fire: f64,
    sheltered_until: f64,
    stopped: f64,
}

#[derive(Clone, Copy, Default)]
struct Column {
    base: u8,
    loaded: bool,
    departed: f64,
    score: f64,
    day: i32,
    pace: f64,
    km: f64,
    contact: f64,
    failure: f64,
}

struct Laws {
    crew: Triangular<f64>,
    halt: Gamma<f64>,
    hurt: Gamma<f64>,
}

/// The mission, with its own queue.
pub struct Mission<Q> {
    rng: Xoshiro256PlusPlus,
    laws: Laws,
    now: f64,
    pub queue: Q,
    bases: [Base; BASES],
    columns: Vec<Column>,
    idle: i32,
    counts: [f64; 8],
}

impl<Q: Queue> Mission<Q> {
    /// A mission that has not begun.
    pub fn new(queue: Q) -> Self {
        Self {
            rng: Xoshiro256PlusPlus::seed_from_u64(0),
            laws: Laws {
                crew: Triangular::new(6.0, 25.0, 12.0).unwrap(),
                halt: Gamma::new(2.0, HALT_MEAN_DAYS / 2.0).unwrap(),
                hurt: Gamma::new(1.0, WOUNDED_PER_DEVICE).unwrap(),
            },
            now: 0.0,
            queue,
            bases: [Base::default(); BASES],
            columns: Vec::new(),
            idle: 0,
            counts: [0.0; 8],
        }
    }

    fn at(&mut self, time: f64, event: Event) {
        self.queue.push(time, event);
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
        let mut asked = self.now;
        loop {
            self.counts[0] += 1.0;
            let granted = self.rng.random::<f64>() < GRANTED;
            let answered = asked + self.exponential();
            asked = answered + RETRY_DAYS;
            if granted || !Q::WORKS_AHEAD || asked >= DEADLINE_DAYS {
                return self.at(answered, Event::Answer { base: b as u8, granted });
            }
        }
    }

    /// Lets fire fall on a base up to a time.
    fn fall(&mut self, b: usize, until: f64) {
        while self.bases[b].next_fire < until {
            self.counts[2] += 1.0;
            let after = self.exponential() / FIRE_PER_DAY;
            let base = &mut self.bases[b];
            let shelters_until = base.next_fire + SHELTER_DAYS;
            base.stopped += shelters_until - base.sheltered_until.max(base.next_fire);
            base.sheltered_until = shelters_until;
            base.next_fire += after;
        }
    }

    /// Lets all fall that has fallen by now, where it was not queued.
    fn catch_up(&mut self, b: usize, until: f64) {
        if Q::WORKS_AHEAD {
            self.fall(b, until);
        }
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
                self.columns.push(Column { base: b as u8, departed: self.now, score, day: -1, ..Column::default() });
                self.set_out(self.columns.len() - 1);
                self.consider(b);
            }
        }
    }

    fn set_out(&mut self, column: usize) {
        let (contact, failure) = (self.exponential() / DEVICES_PER_KM, self.exponential() / BREAKDOWNS_PER_KM);
        let this = &mut self.columns[column];
        (this.km, this.contact, this.failure) = (0.0, contact, failure);
        self.travel(column);
    }

    /// Drives a column on: to the other end of the road, or to the next point of it, as the engine has it.
    fn travel(&mut self, column: usize) {
        let mut this = self.columns[column];
        let mut time = self.now;
        let event = loop {
            let arrives;
            (time, arrives) = self.step(&mut this, time);
            if arrives {
                break Event::Arrives { column: column as u8 };
            }
            if !Q::WORKS_AHEAD {
                break Event::Travels { column: column as u8 };
            }
        };
        self.columns[column] = this;
        self.at(time, event);
    }

    /// Drives a column to the next contact, breakdown, end of a day or of the road: when it goes on, and whether it is there.
    #[inline]
    fn step(&mut self, this: &mut Column, mut time: f64) -> (f64, bool) {
        let day = (time - this.departed + 1e-9) as i32;
        if day != this.day {
            this.day = day;
            this.pace = KM_PER_DAY * (this.score + DAY_LOG_SD * self.normal()).exp();
        }
        let next = this.contact.min(this.failure).min(JOURNEY_KM);
        let day_ends = this.departed + f64::from(day + 1);
        let reach = (day_ends - time) * this.pace;
        if this.km + reach < next {
            this.km += reach;
            return (day_ends, false);
        }
        time += (next - this.km) / this.pace;
        this.km = next;
        if next == this.contact {
            if time < DEADLINE_DAYS {
                let mean = self.laws.hurt.sample(&mut self.rng);
                let hurt = if mean > 0.0 { Poisson::new(mean).unwrap().sample(&mut self.rng) } else { 0.0 };
                self.counts[3] += 1.0;
                self.counts[5] += hurt.min(f64::from(COLUMN));
            }
            this.contact += self.exponential() / DEVICES_PER_KM;
            (time + self.laws.halt.sample(&mut self.rng), false)
        } else if next == this.failure {
            if time < DEADLINE_DAYS {
                self.counts[4] += 1.0;
            }
            this.failure += self.exponential() / BREAKDOWNS_PER_KM;
            (time + REPAIR_DAYS * (REPAIR_LOG_SD * self.normal()).exp(), false)
        } else {
            (time, true)
        }
    }

    fn crew(&mut self, b: usize) {
        self.catch_up(b, self.now);
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

    /// An event falls due.
    pub fn handle(&mut self, now: f64, event: Event) {
        self.now = now;
        match event {
            Event::Answer { base, granted: true } => {
                self.bases[base as usize].granted = true;
                self.send();
            }
            Event::Answer { base, granted: false } => self.at(self.now + RETRY_DAYS, Event::Ask { base }),
            Event::Ask { base } => self.ask(base as usize),
            Event::CrewDone { base, loads, stopped_bits } => {
                let b = base as usize;
                self.catch_up(b, self.now);
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
                    self.columns[column as usize].loaded = true;
                    self.set_out(column as usize);
                } else {
                    self.bases[b].unpacked -= BATCH;
                    self.bases[b].staged += BATCH;
                }
                self.crew(b);
            }
            Event::Fire { base } => {
                // Up to and with the one that is due.
                self.fall(base as usize, self.now.next_up());
                self.at(self.bases[base as usize].next_fire, Event::Fire { base });
            }
            Event::Travels { column } => self.travel(column as usize),
            Event::Arrives { column } if !self.columns[column as usize].loaded => {
                let b = self.columns[column as usize].base as usize;
                let base = &mut self.bases[b];
                base.waiting[base.waits] = column;
                base.waits += 1;
                self.crew(b);
            }
            Event::Arrives { .. } => {
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

    /// Begins a replication.
    pub fn begin(&mut self, seed: u64) {
        self.rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        self.columns.clear();
        (self.now, self.idle, self.counts) = (0.0, TRUCKS, [0.0; 8]);
        self.bases = [Base { unpacked: TRUCKLOADS, ..Base::default() }; BASES];
        for b in 0..BASES {
            self.bases[b].next_fire = self.exponential() / FIRE_PER_DAY;
            self.consider(b);
            self.crew(b);
            if !Q::WORKS_AHEAD {
                self.at(self.bases[b].next_fire, Event::Fire { base: b as u8 });
            }
        }
    }

    /// What has been counted up to the deadline, in the order of [`NAMES`].
    pub fn counted(&mut self) -> [f64; 8] {
        (0..BASES).for_each(|b| self.catch_up(b, DEADLINE_DAYS));
        let mut counts = self.counts;
        counts[7] /= counts[6].max(1.0);
        counts
    }
}

/// Events that came up while one was handled, for an engine that has a queue of its own.
#[derive(Default)]
pub struct Due(pub Vec<(f64, Event)>);

impl Queue for Due {
    const WORKS_AHEAD: bool = false;

    fn push(&mut self, time: f64, event: Event) {
        self.0.push((time, event));
    }
}

/// Runs as many replications as the command says; prints each quantity's sum and sum of squares.
pub fn print(mut replicate: impl FnMut(u64) -> [f64; 8]) {
    let replications: u64 = std::env::args().nth(1).and_then(|n| n.parse().ok()).expect("how many replications");
    let mut sums = [[0.0; 2]; 8];
    for seed in 0..replications {
        for (sum, count) in sums.iter_mut().zip(replicate(seed)) {
            sum[0] += count;
            sum[1] += count * count;
        }
    }
    for (name, [sum, squares]) in NAMES.iter().zip(sums) {
        println!("{name},{sum},{squares}");
    }
}
