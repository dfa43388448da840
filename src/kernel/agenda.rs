//! The queue of pending events.

use std::iter;

use thiserror::Error;

/// Spans of time that have a list of their own; what is due later waits in the last one.
const SPANS: usize = 16_384;
/// Spans in a day: a list then holds so few events that putting them in order costs next to nothing.
const SPANS_PER_DAY: f64 = 4.0;

/// Bits of the order of scheduling in a key: enough for a million events a second for two thousand years.
const SEQUENCE_BITS: u32 = 56;

/// How much one run may do before it counts as running away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Events in the whole run.
    pub events: u64,
    /// Events without the clock moving.
    pub events_at_one_instant: u32,
}

/// A run that did more than its [`Limits`] allow.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum LimitReached {
    /// The whole run had too many events.
    #[error("more than {limit} events by day {time_days}")]
    Events {
        /// The limit.
        limit: u64,
        /// The clock when it was reached.
        time_days: f64,
    },
    /// The clock stood still for too many events.
    #[error("more than {limit} events at one instant, day {time_days}")]
    AtOneInstant {
        /// The limit.
        limit: u32,
        /// The instant.
        time_days: f64,
    },
}

/// Clock and pending events of one run; reset and used again for the next, it allocates no more.
///
/// Events wait in a linked list for each span of time, so that scheduling them costs next to nothing; a list is put in
/// order when its span comes. The links lie in one vector whose places are used again at once, so that they stay near at
/// hand.
///
/// # Examples
/// ```
/// use rearguard::kernel::{Agenda, Limits};
///
/// let mut agenda = Agenda::new(Limits { events: 1_000, events_at_one_instant: 100 });
/// agenda.at(2.0, 0, "second");
/// agenda.at(1.0, 0, "first");
/// while let Some(event) = agenda.next()? {
///     println!("day {}: {event}", agenda.now());
/// }
/// assert_eq!(agenda.now(), 2.0);
/// # Ok::<(), rearguard::kernel::LimitReached>(())
/// ```
#[derive(Clone, Debug)]
pub struct Agenda<E> {
    /// What is due in the present span, the last first.
    soon: Vec<Entry<E>>,
    /// What is due later, in lists, and places to be used again.
    links: Vec<Link<E>>,
    /// The first link of each span's list.
    first: Vec<u32>,
    /// Which spans hold something, a bit each; none up to the present one.
    held: [u64; SPANS / 64],
    /// The first place to be used again.
    free: u32,
    /// The present span.
    span: usize,
    limits: Limits,
    now_days: f64,
    scheduled: u64,
    dispatched: u64,
    dispatched_now: u32,
}

/// No link.
const NONE: u32 = u32::MAX;

/// An event that is due later, and the next in its list.
#[derive(Clone, Copy, Debug)]
struct Link<E> {
    entry: Entry<E>,
    next: u32,
}

/// An event and its place in the order.
#[derive(Clone, Copy, Debug)]
struct Entry<E> {
    /// The bits of the time; then, from the top, 8 bits of phase and 56 of order of scheduling. No two are equal.
    key: (u64, u64),
    event: E,
}

/// The bits of a time of 0 or more order as the time does.
fn key(time_days: f64, phase: u8, sequence: u64) -> (u64, u64) {
    // Adding 0 turns -0, whose bits would order last, into 0.
    ((time_days + 0.0).to_bits(), u64::from(phase) << SEQUENCE_BITS | sequence)
}

/// The list in which an event waits that is due at a time of 0 or more.
fn span_of(time_days: f64) -> usize {
    /// Added to a number of spans it leaves the nearest whole number in the lowest bits, without a conversion.
    const WHOLE: f64 = 4_503_599_627_370_496.0;
    let spans = (time_days * SPANS_PER_DAY).min((SPANS - 1) as f64);
    (spans + WHOLE).to_bits() as usize % SPANS
}

fn time_of(key: (u64, u64)) -> f64 {
    f64::from_bits(key.0)
}

impl<E: Copy> Agenda<E> {
    /// An empty agenda with its clock at 0.
    pub fn new(limits: Limits) -> Self {
        Self {
            soon: Vec::new(),
            links: Vec::new(),
            first: vec![NONE; SPANS],
            held: [0; SPANS / 64],
            free: NONE,
            span: 0,
            limits,
            now_days: 0.0,
            scheduled: 0,
            dispatched: 0,
            dispatched_now: 0,
        }
    }

    /// Back to an empty agenda at time 0, keeping its memory.
    pub fn reset(&mut self) {
        while let Some(span) = self.next_held() {
            self.let_go(span);
        }
        self.soon.clear();
        self.links.clear();
        self.free = NONE;
        self.span = 0;
        self.now_days = 0.0;
        self.scheduled = 0;
        self.dispatched = 0;
        self.dispatched_now = 0;
    }

    /// The clock, in days: the time of the event last taken out.
    pub fn now(&self) -> f64 {
        self.now_days
    }

    /// Number of events taken out since the start.
    pub fn dispatched(&self) -> u64 {
        self.dispatched
    }

    /// Number of pending events.
    pub fn len(&self) -> usize {
        (self.scheduled - self.dispatched) as usize
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Time of the next event in days, if any.
    pub fn peek_time(&self) -> Option<f64> {
        let later = || self.list(self.next_held()?).min_by_key(|entry| entry.key);
        let first = self.soon.last().copied().or_else(later);
        first.map(|entry| time_of(entry.key))
    }

    /// The first span after the present one in which something is due.
    fn next_held(&self) -> Option<usize> {
        let word = self.span / 64;
        // Nothing is held up to the present span, so that the whole of its word may be searched.
        let ahead = self.held[word..].iter().zip(word..).find(|(held, _)| **held != 0);
        ahead.map(|(held, word)| word * 64 + held.trailing_zeros() as usize)
    }

    /// What is due in a span that holds something, in no order.
    fn list(&self, span: usize) -> impl Iterator<Item = Entry<E>> {
        let link = |at: u32| self.links.get(at as usize);
        iter::successors(link(self.first[span]), move |last| link(last.next)).map(|link| link.entry)
    }

    /// Puts an event into the list of a later span.
    fn hold(&mut self, span: usize, entry: Entry<E>) {
        self.held[span / 64] |= 1 << (span % 64);
        let link = Link { entry, next: self.first[span] };
        if let Some(free) = self.links.get_mut(self.free as usize) {
            self.first[span] = self.free;
            self.free = free.next;
            *free = link;
        } else {
            self.first[span] = self.links.len() as u32;
            self.links.push(link);
        }
    }

    /// Takes the list of a span that holds something from it; its first link.
    fn let_go(&mut self, span: usize) -> u32 {
        self.held[span / 64] ^= 1 << (span % 64);
        std::mem::replace(&mut self.first[span], NONE)
    }

    /// Takes up what is due in a span that holds something, and puts it in order.
    #[inline(never)] // so that `next` stays small enough to stand in the loop that calls it
    fn take_up(&mut self, span: usize) {
        self.span = span;
        let first = self.let_go(span);
        let (mut at, mut last) = (first, first);
        while let Some(link) = self.links.get(at as usize) {
            self.soon.push(link.entry);
            (at, last) = (link.next, at);
        }
        // Its places are used again, the last of them before those that were free.
        self.links[last as usize].next = std::mem::replace(&mut self.free, first);
        match &mut self.soon[..] {
            [_] => (),
            [one, other] => {
                if one.key < other.key {
                    std::mem::swap(one, other);
                }
            }
            more => more.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.key)),
        }
    }

    /// Schedules `event`.
    ///
    /// # Arguments
    /// * `time_days` - when: now or later. What is due at infinity never happens and is not kept.
    /// * `phase` - its turn among the events of one instant, lowest first; within a phase, first scheduled, first out.
    ///
    /// # Panics
    /// If the time is NaN or before now: the model's arithmetic is broken.
    pub fn at(&mut self, time_days: f64, phase: u8, event: E) {
        assert!(time_days >= self.now_days, "an event for day {time_days}, scheduled on day {}", self.now_days);
        if time_days == f64::INFINITY {
            return;
        }
        debug_assert!(self.scheduled < 1 << SEQUENCE_BITS);
        let entry = Entry { key: key(time_days, phase, self.scheduled), event };
        let span = span_of(time_days);
        if span <= self.span {
            // Mostly it is due behind few others.
            let after = self.soon.iter().rev().take_while(|other| other.key < entry.key).count();
            self.soon.insert(self.soon.len() - after, entry);
        } else {
            self.hold(span, entry);
        }
        self.scheduled += 1;
    }

    /// Schedules `event` for `delay_days` (0 or more) from now; otherwise as [`at`](Self::at).
    ///
    /// # Panics
    /// If the delay is NaN or negative.
    pub fn after(&mut self, delay_days: f64, phase: u8, event: E) {
        assert!(delay_days >= 0.0, "an event after {delay_days} days, scheduled on day {}", self.now_days);
        self.at(self.now_days + delay_days, phase, event);
    }

    /// Takes out the next event and moves the clock to its time; `None` when nothing is pending.
    ///
    /// # Errors
    /// [`LimitReached`] if it would be one event too many; the event stays pending and the clock stays.
    #[expect(
        clippy::should_implement_trait,
        reason = "an agenda is no iterator: handlers add to it between two events"
    )]
    #[inline]
    pub fn next(&mut self) -> Result<Option<E>, LimitReached> {
        if self.soon.is_empty() {
            let Some(span) = self.next_held() else { return Ok(None) };
            self.take_up(span);
        }
        let due = self.soon.last().map_or(f64::INFINITY, |entry| time_of(entry.key));
        if due > self.now_days {
            self.dispatched_now = 0;
        }
        if self.dispatched == self.limits.events || self.dispatched_now == self.limits.events_at_one_instant {
            return Err(self.limit_reached(due));
        }
        self.now_days = due;
        self.dispatched += 1;
        self.dispatched_now += 1;
        Ok(self.soon.pop().map(|entry| entry.event))
    }

    /// What a next event, due then, would be too many for.
    #[cold]
    fn limit_reached(&self, due: f64) -> LimitReached {
        let Limits { events, events_at_one_instant } = self.limits;
        if self.dispatched == events {
            LimitReached::Events { limit: events, time_days: self.now_days }
        } else {
            LimitReached::AtOneInstant { limit: events_at_one_instant, time_days: due }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMPLE: Limits = Limits { events: 1_000_000, events_at_one_instant: 1_000 };

    fn drain<E: Copy>(agenda: &mut Agenda<E>) -> Vec<(f64, E)> {
        let mut out = Vec::new();
        while let Some(event) = agenda.next().unwrap() {
            out.push((agenda.now(), event));
        }
        out
    }

    #[test]
    fn orders_by_time_then_phase_then_scheduling() {
        let mut agenda = Agenda::new(AMPLE);
        for (time, phase, name) in
            [(2.0, 0, 'f'), (1.0, 9, 'd'), (1.0, 1, 'b'), (1.0, 1, 'c'), (1.0, 255, 'e'), (0.0, 7, 'a'), (2.0, 0, 'g')]
        {
            agenda.at(time, phase, name);
        }
        assert!(!agenda.is_empty() && agenda.len() == 7);
        let names: String = drain(&mut agenda).into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, "abcdefg");
    }

    #[test]
    fn agrees_with_a_stable_sort_of_everything_scheduled() {
        // A small linear generator makes many ties of time and phase.
        let mut state = 1_u64;
        let mut draw = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % n
        };
        let mut agenda = Agenda::new(AMPLE);
        let mut plain: Vec<(u64, u8, u32)> = Vec::new();
        for id in 0..5_000 {
            let (time, phase) = (draw(50), draw(3) as u8);
            agenda.at(time as f64, phase, id);
            plain.push((time, phase, id));
        }
        plain.sort_by_key(|(time, phase, _)| (*time, *phase));
        let expected: Vec<(f64, u32)> = plain.into_iter().map(|(time, _, id)| (time as f64, id)).collect();
        assert_eq!(drain(&mut agenda), expected);
    }

    #[test]
    fn keeps_the_order_within_and_across_spans_and_beyond_the_last_of_them() {
        let mut state = 1_u64;
        let mut draw = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % n
        };
        for scale in [0.001, 0.1, 1.0, 100.0, 1e12] {
            let mut agenda = Agenda::new(AMPLE);
            (0..50).for_each(|id| agenda.at(id as f64 * scale, 0, id));
            let (mut before, mut handled) = (0.0, 0);
            while let Some(time_days) = agenda.peek_time() {
                agenda.next().unwrap();
                assert!(agenda.now() == time_days && before <= time_days, "{time_days} after {before}");
                (before, handled) = (time_days, handled + 1);
                if handled < 2_000 {
                    agenda.after(draw(100) as f64 * scale, 0, handled);
                }
            }
            assert_eq!((handled, agenda.len()), (2_049, 0));
        }
    }

    #[test]
    fn what_is_due_in_other_quarters_of_a_day_waits_apart() {
        let mut agenda = Agenda::new(AMPLE);
        (0..400).for_each(|quarter| agenda.at(f64::from(quarter) / SPANS_PER_DAY, 0, quarter));
        while agenda.next().unwrap().is_some() {
            assert!(agenda.soon.is_empty(), "day {}", agenda.now());
        }
        assert_eq!(agenda.dispatched(), 400);
    }

    #[test]
    fn minus_zero_is_now() {
        let mut agenda = Agenda::new(AMPLE);
        agenda.at(-0.0, 0, 'a');
        agenda.at(f64::MIN_POSITIVE, 0, 'b');
        assert_eq!(agenda.peek_time(), Some(0.0));
        assert_eq!(drain(&mut agenda).len(), 2);
    }

    #[test]
    fn what_is_due_at_infinity_never_happens() {
        let mut agenda = Agenda::new(AMPLE);
        agenda.at(f64::INFINITY, 0, ());
        agenda.after(f64::INFINITY, 0, ());
        assert!(agenda.is_empty());
    }

    #[test]
    #[should_panic(expected = "an event for day NaN")]
    fn a_time_that_is_no_number_panics() {
        Agenda::new(AMPLE).at(f64::NAN, 0, ());
    }

    #[test]
    #[should_panic(expected = "an event for day 1, scheduled on day 2")]
    fn the_past_panics() {
        let mut agenda = Agenda::new(AMPLE);
        agenda.at(2.0, 0, ());
        agenda.next().unwrap();
        agenda.at(1.0, 0, ());
    }

    #[test]
    fn a_loop_at_one_instant_ends_with_its_instant() {
        let mut agenda = Agenda::new(Limits { events: 1_000, events_at_one_instant: 50 });
        agenda.at(3.0, 0, ());
        let mut handled = 0;
        let end = loop {
            match agenda.next() {
                Ok(Some(())) => handled += 1,
                Ok(None) => unreachable!("the loop always has an event"),
                Err(end) => break end,
            }
            agenda.after(0.0, 0, ());
        };
        assert_eq!(handled, 50);
        assert_eq!(end, LimitReached::AtOneInstant { limit: 50, time_days: 3.0 });
        assert_eq!(end.to_string(), "more than 50 events at one instant, day 3");
    }

    #[test]
    fn the_count_at_one_instant_starts_anew_when_the_clock_moves() {
        let mut agenda = Agenda::new(Limits { events: 1_000, events_at_one_instant: 2 });
        for time in [0.0, 0.0, 1.0, 1.0, 2.0, 2.0] {
            agenda.at(time, 0, ());
        }
        assert_eq!(drain(&mut agenda).len(), 6);
    }

    #[test]
    fn runaway_events_end_and_exactly_the_limit_does_not() {
        let mut agenda = Agenda::new(Limits { events: 10, events_at_one_instant: 5 });
        (0..10).for_each(|day| agenda.at(f64::from(day), 0, ()));
        assert_eq!(drain(&mut agenda).len(), 10);
        agenda.after(1.0, 0, ());
        assert_eq!(agenda.next(), Err(LimitReached::Events { limit: 10, time_days: 9.0 }));
        assert_eq!((agenda.len(), agenda.now()), (1, 9.0));
    }

    #[test]
    fn a_reset_agenda_is_a_new_one_with_its_memory_kept() {
        let mut agenda = Agenda::new(AMPLE);
        (0..100).for_each(|day| agenda.at(f64::from(day), 0, day));
        drain(&mut agenda);
        agenda.at(200.0, 0, 7);
        let capacity =
            |agenda: &Agenda<i32>| agenda.links.capacity() + agenda.first.capacity() + agenda.soon.capacity();
        let before = capacity(&agenda);
        agenda.reset();
        assert_eq!((agenda.now(), agenda.len(), agenda.dispatched()), (0.0, 0, 0));
        (0..100).for_each(|day| agenda.at(f64::from(day), 0, day));
        assert_eq!(capacity(&agenda), before);
    }
}
