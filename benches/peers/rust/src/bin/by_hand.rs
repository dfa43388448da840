//! The benchmark scenario as a loop written by hand: a binary heap of events, and journeys worked out at once.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use peers::{DEADLINE_DAYS, Event, Mission, Queue};

#[derive(Default)]
struct Heap {
    order: u32,
    events: BinaryHeap<Reverse<(u64, u32, Event)>>,
}

impl Queue for Heap {
    const WORKS_AHEAD: bool = true;

    fn push(&mut self, time: f64, event: Event) {
        self.order += 1;
        self.events.push(Reverse((time.to_bits(), self.order, event)));
    }
}

fn main() {
    let mut mission = Mission::new(Heap::default());
    peers::print(|seed| {
        mission.queue.order = 0;
        mission.queue.events.clear();
        mission.begin(seed);
        while let Some(Reverse((bits, _, event))) = mission.queue.events.pop() {
            let now = f64::from_bits(bits);
            if now >= DEADLINE_DAYS {
                break;
            }
            mission.handle(now, event);
        }
        mission.counted()
    });
}
