//! The clock alone: queues of one server and of many, on the agenda of events.

use std::collections::VecDeque;

use rearguard::draw::{Purpose, Stream, Streams};
use rearguard::kernel::{Agenda, Limits};
use rearguard::math::exp;

use super::Board;

const AMPLE: Limits = Limits { events: 10_000_000, events_at_one_instant: 100 };

#[derive(Clone, Copy)]
enum Change {
    Arrival,
    Departure,
}

/// Mean wait of customers of one server, first come first served, after the first `warm`: Poisson arrivals at 0.5 a day, and
/// a service of mean 1.
fn wait_days(service: fn(&mut Stream) -> f64, replication: u64) -> f64 {
    let streams = Streams::new(1953, replication);
    let (mut between, mut of_service) = (streams.stream(Purpose::Test, 10, 0), streams.stream(Purpose::Test, 11, 0));
    let mut agenda = Agenda::new(AMPLE);
    let (warm, counted) = (100, 1_000);
    let (mut line, mut arrived, mut served, mut busy, mut waited) = (VecDeque::new(), 0, 0, false, 0.0);
    agenda.after(between.exponential(2.0), 0, Change::Arrival);
    while let Some(change) = agenda.next().expect("the limits are ample") {
        match change {
            Change::Arrival => {
                arrived += 1;
                line.push_back(agenda.now());
                if arrived < warm + counted {
                    agenda.after(between.exponential(2.0), 0, Change::Arrival);
                }
            }
            Change::Departure => busy = false,
        }
        if !busy && let Some(since) = line.pop_front() {
            served += 1;
            waited += if served > warm { agenda.now() - since } else { 0.0 };
            busy = true;
            agenda.after(service(&mut of_service), 0, Change::Departure);
        }
    }
    waited / f64::from(counted)
}

#[test]
fn one_server_keeps_people_waiting_as_pollaczek_and_khinchine_say() {
    let mut board = Board::new("queues");
    let mut wait = |name: &str, squared_variation: f64, n: u64, service: fn(&mut Stream) -> f64| {
        let values: Vec<f64> = (0..n).map(|replication| wait_days(service, replication)).collect();
        // Half busy: rho / (1 - rho) x (1 + c^2) / 2.
        board.mean(name, "ρ/(1 - ρ) × (1 + c²)/2", 0.5 * (1.0 + squared_variation), &values);
    };
    wait("wait, exponential service (M/M/1)", 1.0, 5000, Stream::standard_exponential);
    wait("wait, fixed service (M/D/1)", 0.0, 2200, |_| 1.0);
    wait("wait, Erlang service (M/E4/1)", 0.25, 3000, |stream| stream.erlang(4, 1.0));
    wait("wait, lognormal service (M/G/1)", exp(0.25) - 1.0, 3200, |stream| stream.lognormal(exp(-0.125), 0.5));
    board.close();
}

#[test]
fn servers_without_end_and_machines_under_repair_are_as_busy_as_erlang_says() {
    let mut board = Board::new("servers");
    // Poisson arrivals at 20 a day from day 0, served for a uniform time of up to 2 days: on day 1.5 those present are Poisson.
    let present = |replication: u64| {
        let streams = Streams::new(1961, replication);
        let (mut between, mut service) = (streams.stream(Purpose::Test, 12, 0), streams.stream(Purpose::Test, 13, 0));
        let mut agenda = Agenda::new(AMPLE);
        let mut present = 0_i32;
        agenda.after(between.exponential(0.05), 0, Change::Arrival);
        while let Some(change) = agenda.next().expect("the limits are ample") {
            if agenda.now() > 1.5 {
                break;
            }
            match change {
                Change::Arrival => {
                    present += 1;
                    agenda.after(between.exponential(0.05), 0, Change::Arrival);
                    agenda.after(2.0 * service.uniform(), 0, Change::Departure);
                }
                Change::Departure => present -= 1,
            }
        }
        f64::from(present)
    };
    let values: Vec<f64> = (0..12_000).map(present).collect();
    // The integral of P(service > s) = 1 - s/2 to 1.5.
    board.mean(
        "present with servers without end (M/G/∞)",
        "rate × ∫ P(service > s) ds",
        20.0 * (1.5 - 0.5625),
        &values,
    );
    // Five machines fail after 10 days each and one crew repairs, a day each: the weights of k down are 5!/(5-k)! / 10^k.
    let up = |replication: u64| {
        let streams = Streams::new(1955, replication);
        let (mut fails, mut repair) = (streams.stream(Purpose::Test, 14, 0), streams.stream(Purpose::Test, 15, 0));
        let mut agenda = Agenda::new(AMPLE);
        let (mut down, mut before, mut all_up_days) = (0_u32, 100.0_f64, 0.0);
        (0..5).for_each(|_| agenda.after(fails.exponential(10.0), 0, Change::Arrival));
        loop {
            let change = agenda.next().expect("the limits are ample").expect("machines fail for ever");
            let now = agenda.now().min(1_100.0);
            all_up_days += if down == 0 { (now - before).max(0.0) } else { 0.0 };
            before = before.max(now);
            if now == 1_100.0 {
                return all_up_days / 1_000.0;
            }
            match change {
                Change::Arrival => down += 1,
                Change::Departure => {
                    down -= 1;
                    agenda.after(fails.exponential(10.0), 0, Change::Arrival);
                }
            }
            let starts =
                matches!(change, Change::Departure) && down > 0 || matches!(change, Change::Arrival) && down == 1;
            if starts {
                agenda.after(repair.standard_exponential(), 0, Change::Departure);
            }
        }
    };
    let values: Vec<f64> = (0..500).map(up).collect();
    let weights = [1.0, 0.5, 0.2, 0.06, 0.012, 0.0012];
    board.mean(
        "share of time that all machines run",
        "1 / Σ n!/(n-k)! (r/m)^k",
        1.0 / weights.iter().sum::<f64>(),
        &values,
    );
    board.close();
}
