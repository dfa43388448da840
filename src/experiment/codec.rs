//! Tallies as the bytes section of a chunk.
//!
//! Whole numbers of seven bits a byte, the lowest first, the eighth bit set on all but the last; signed ones folded (0, -1,
//! 1, -2...). Maps are written in the order of their keys and daily values in ascending order, so that the same
//! replications give the same bytes in whatever order they were run.

use crate::experiment::results::{Cell, ConvoyCell, DAILY, DailyValues, Failure, SumOfSquares, Tallies};

/// Writes failures, tallies and daily values.
pub(super) fn encode(failures: &[Failure], tallies: &Tallies, daily: &DailyValues) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, failures.len() as u128);
    for failure in failures {
        put(&mut out, u128::from(failure.replication));
        put(&mut out, failure.message.len() as u128);
        out.extend(failure.message.as_bytes());
    }
    put(&mut out, u128::from(tallies.events));
    put(&mut out, u128::from(tallies.streams));
    put(&mut out, tallies.ends.len() as u128);
    for (&(origin, item, disposition, cause), cell) in &tallies.ends {
        for part in [origin, item, disposition.into(), cause.into()] {
            put(&mut out, part.into());
        }
        put_cell(&mut out, cell);
    }
    put(&mut out, tallies.harms.len() as u128);
    for (&(kind, place, group), cell) in &tallies.harms {
        put(&mut out, kind.into());
        put(&mut out, place.into());
        put(&mut out, group.into());
        put_cell(&mut out, cell);
    }
    put(&mut out, tallies.convoys.len() as u128);
    for (&base, cell) in &tallies.convoys {
        put(&mut out, base.into());
        put(&mut out, cell.n.into());
        cell.sums.iter().chain(&cell.squares).for_each(|&sum| put_signed(&mut out, sum));
    }
    put(&mut out, tallies.curve.len() as u128);
    for sums in tallies.curve.iter().flatten() {
        put_signed(&mut out, sums.sum);
        put_signed(&mut out, sums.square);
    }
    put(&mut out, daily.days() as u128);
    let mut quantities: [Vec<u32>; DAILY] = Default::default();
    let mut ascending = Vec::new();
    for day in 0..daily.days() {
        quantities.iter_mut().for_each(Vec::clear);
        for counts in daily.of_day(day) {
            quantities.iter_mut().zip(counts).for_each(|(values, &count)| values.push(count));
        }
        for values in &mut quantities {
            put_counts(&mut out, values, &mut ascending);
        }
    }
    out
}

/// Adds what [`encode`] wrote to tallies, and gives back the failures under a policy's id; none if the bytes are not such.
pub(super) fn decode(bytes: &[u8], policy: &str, tallies: &mut Tallies) -> Option<Vec<Failure>> {
    let mut bytes = bytes;
    let from = &mut bytes;
    let failures = failures(from, policy)?;
    tallies.events += u64::try_from(take(from)?).ok()?;
    tallies.streams += u64::try_from(take(from)?).ok()?;
    for _ in 0..take(from)? {
        let key = (small(from)?, small(from)?, small(from)? as u8, small(from)? as u8);
        tallies.ends.entry(key).or_default().merge(&cell(from)?);
    }
    for _ in 0..take(from)? {
        let key = (small(from)? as u8, small(from)?, small(from)?);
        tallies.harms.entry(key).or_default().merge(&cell(from)?);
    }
    for _ in 0..take(from)? {
        let base = small(from)?;
        let mut cell = ConvoyCell { n: u64::try_from(take(from)?).ok()?, ..ConvoyCell::default() };
        for sum in cell.sums.iter_mut().chain(&mut cell.squares) {
            *sum = signed(from)?;
        }
        tallies.convoys.entry(base).or_default().merge(&cell);
    }
    let mut curve = vec![[SumOfSquares::default(); 3]; usize::from(small(from)?)];
    for sums in curve.iter_mut().flatten() {
        *sums = SumOfSquares { sum: signed(from)?, square: signed(from)? };
    }
    tallies.merge_curve(&curve);
    let days = usize::from(small(from)?);
    tallies.daily.resize_with(days.max(tallies.daily.len()), Default::default);
    let mut ascending = Vec::new();
    for histogram in tallies.daily[..days].iter_mut().flatten() {
        counts(from, &mut ascending)?;
        histogram.add(&ascending);
    }
    from.is_empty().then_some(failures)
}

/// The failures alone, which come first.
pub(super) fn failures(from: &mut &[u8], policy: &str) -> Option<Vec<Failure>> {
    let mut failures = Vec::new();
    for _ in 0..take(from)? {
        let replication = u64::try_from(take(from)?).ok()?;
        let length = usize::try_from(take(from)?).ok()?;
        let (message, rest) = from.split_at_checked(length)?;
        *from = rest;
        let message = String::from_utf8_lossy(message).into_owned();
        failures.push(Failure { replication, policy: policy.to_owned(), message });
    }
    Some(failures)
}

fn put(out: &mut Vec<u8>, mut value: u128) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_signed(out: &mut Vec<u8>, value: i128) {
    put(out, ((value << 1) ^ (value >> 127)) as u128);
}

fn put_cell(out: &mut Vec<u8>, cell: &Cell) {
    cell.sums.iter().chain(&cell.squares).for_each(|&sum| put_signed(out, sum));
}

/// How many values differ, then each as its distance from the one before and how often it occurs.
fn put_counts(out: &mut Vec<u8>, values: &mut [u32], ascending: &mut Vec<(u32, u32)>) {
    count(values, ascending);
    put(out, ascending.len() as u128);
    let mut before = 0;
    for &(value, times) in &*ascending {
        put(out, (value - before).into());
        put(out, times.into());
        before = value;
    }
}

/// Each value once, ascending, and how often it occurs.
fn count(values: &mut [u32], ascending: &mut Vec<(u32, u32)>) {
    /// Values that lie so near to each other, as most of a day's do, need no sorting.
    const NEAR: usize = 256;
    ascending.clear();
    let (Some(&least), Some(&most)) = (values.iter().min(), values.iter().max()) else { return };
    let mut times = [0; NEAR];
    if let Some(times) = times.get_mut(..=(most - least) as usize) {
        for value in &*values {
            times[(value - least) as usize] += 1;
        }
        ascending.extend((least..=most).zip(times.iter().copied()).filter(|&(_, times)| times > 0));
    } else {
        values.sort_unstable();
        ascending.extend(values.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u32)));
    }
}

fn take(from: &mut &[u8]) -> Option<u128> {
    // Most numbers are below 128.
    if let Some((&byte @ 0..0x80, rest)) = from.split_first() {
        *from = rest;
        return Some(byte.into());
    }
    let mut value = 0;
    for at in 0..19 {
        let (&byte, rest) = from.split_first()?;
        *from = rest;
        value |= u128::from(byte & 0x7f) << (7 * at);
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn small(from: &mut &[u8]) -> Option<u16> {
    take(from)?.try_into().ok()
}

fn signed(from: &mut &[u8]) -> Option<i128> {
    let folded = take(from)?;
    Some((folded >> 1) as i128 ^ -((folded & 1) as i128))
}

fn cell(from: &mut &[u8]) -> Option<Cell> {
    let mut cell = Cell::default();
    for sum in cell.sums.iter_mut().chain(&mut cell.squares) {
        *sum = signed(from)?;
    }
    Some(cell)
}

/// Values with their counts, ascending, as [`put_counts`] wrote them.
fn counts(from: &mut &[u8], ascending: &mut Vec<(u32, u32)>) -> Option<()> {
    ascending.clear();
    let mut before: Option<u32> = None;
    for _ in 0..take(from)? {
        let step = u32::try_from(take(from)?).ok()?;
        let value = before.map_or(Some(step), |before| before.checked_add(step).filter(|_| step > 0))?;
        let times = u32::try_from(take(from)?).ok().filter(|&times| times > 0)?;
        ascending.push((value, times));
        before = Some(value);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::Histogram;

    fn sample() -> (Vec<Failure>, Tallies, DailyValues) {
        let mut tallies = Tallies { events: 300, streams: u64::MAX, ..Tallies::default() };
        tallies.ends.insert((1, 500, 3, 4), Cell { sums: [-1, i128::MAX], squares: [i128::MIN, 0] });
        tallies.harms.insert((1, 65_535, 300), Cell { sums: [128, 127], squares: [1 << 90, 2] });
        tallies.convoys.insert(7, ConvoyCell { n: 3, sums: [1, 2, 3, 4, 5], squares: [6, 7, 8, 9, 10] });
        tallies.curve = vec![[SumOfSquares { sum: -3, square: 9 }; 3]; 2];
        let (mut first_day, no_day) = ([0; DAILY], [0; DAILY]);
        (first_day[0], first_day[1], first_day[5]) = (5, 1, 4_000_000_000);
        let other_day = [0, 1, 0, 0, 0, 4_000_000_000, 0, 0];
        let daily = DailyValues::new(2, [first_day, no_day, other_day, no_day, first_day, no_day].to_vec());
        let failures = vec![Failure { replication: 9, policy: "a".into(), message: "why\n".into() }];
        (failures, tallies, daily)
    }

    #[test]
    fn what_is_written_comes_back_added_to_what_was_there() {
        let (failures, mut tallies, daily) = sample();
        let bytes = encode(&failures, &tallies, &daily);
        let mut back = Tallies::default();
        assert_eq!(decode(&bytes, "a", &mut back), Some(failures));
        let of = |counts: &[(u32, u32)]| {
            let mut histogram = Histogram::default();
            histogram.add(counts);
            histogram
        };
        tallies.daily = vec![std::array::from_fn(|_| of(&[(0, 3)])); 2];
        let day = &mut tallies.daily[0];
        (day[0], day[1], day[5]) = (of(&[(0, 1), (5, 2)]), of(&[(1, 3)]), of(&[(4_000_000_000, 3)]));
        assert_eq!(back, tallies);
        let few = encode(&[], &Tallies { events: 1, ..Tallies::default() }, &DailyValues::default());
        decode(&few, "a", &mut back).expect("tallies");
        assert_eq!(back.events, 301);
    }

    #[test]
    fn a_part_of_it_or_more_than_it_is_nothing() {
        let (failures, tallies, daily) = sample();
        let mut bytes = encode(&failures, &tallies, &daily);
        for len in 0..bytes.len() {
            assert_eq!(decode(&bytes[..len], "a", &mut Tallies::default()), None, "{len}");
        }
        bytes.push(0);
        assert_eq!(decode(&bytes, "a", &mut Tallies::default()), None);
    }

    proptest! {
        #[test]
        fn values_are_counted_whether_they_are_near_or_far(
            least in prop_oneof![Just(0), Just(u32::MAX - 255), any::<u32>()],
            steps in proptest::collection::vec(prop_oneof![0..256_u32, 0..258_u32, any::<u32>()], 0..40),
        ) {
            let mut values: Vec<u32> = steps.iter().map(|&step| least.saturating_add(step)).collect();
            let mut expected = std::collections::BTreeMap::new();
            for &value in &values {
                *expected.entry(value).or_insert(0) += 1;
            }
            let mut ascending = vec![(7, 7)];
            count(&mut values, &mut ascending);
            prop_assert_eq!(ascending, expected.into_iter().collect::<Vec<_>>());
        }

        #[test]
        fn every_number_comes_back(value: u128, signed_value: i128) {
            let mut out = Vec::new();
            put(&mut out, value);
            put_signed(&mut out, signed_value);
            let from = &mut out.as_slice();
            prop_assert_eq!((take(from), signed(from), from.len()), (Some(value), Some(signed_value), 0));
        }
    }
}
