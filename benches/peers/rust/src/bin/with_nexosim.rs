//! The benchmark scenario in NeXosim: the mission is a model that schedules its own input for each event.

use std::time::Duration;

use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::{EventSinkReader, Output, SinkState, event_queue};
use nexosim::simulation::{Mailbox, SimInit};
use nexosim::time::MonotonicTime;
use peers::{DEADLINE_DAYS, Due, Event, Mission};
use serde::{Deserialize, Serialize};

const SECONDS_PER_DAY: f64 = 86_400.0;

#[derive(Serialize, Deserialize)]
struct Withdrawal {
    seed: u64,
    #[serde(skip, default = "unborn")]
    mission: Mission<Due>,
    counted: Output<[f64; 8]>,
}

fn unborn() -> Mission<Due> {
    Mission::new(Due::default())
}

fn time_of(days: f64) -> MonotonicTime {
    MonotonicTime::EPOCH + Duration::from_secs_f64(days * SECONDS_PER_DAY)
}

#[Model]
impl Withdrawal {
    #[nexosim(init)]
    async fn init(&mut self, context: &Context<Self>) {
        self.mission.begin(self.seed);
        self.schedule(context);
        context.schedule_event(time_of(DEADLINE_DAYS), schedulable!(Self::end), ()).expect("a time to come");
    }

    /// Schedules what has come up.
    fn schedule(&mut self, context: &Context<Self>) {
        for (days, event) in self.mission.queue.0.drain(..) {
            // A time is held in whole nanoseconds, and must lie ahead.
            let time = time_of(days).max(context.time() + Duration::from_nanos(1));
            context.schedule_event(time, schedulable!(Self::happen), event).expect("a time to come");
        }
    }

    #[nexosim(schedulable)]
    async fn happen(&mut self, event: Event, context: &Context<Self>) {
        let days = context.time().duration_since(MonotonicTime::EPOCH).as_secs_f64() / SECONDS_PER_DAY;
        self.mission.handle(days, event);
        self.schedule(context);
    }

    #[nexosim(schedulable)]
    async fn end(&mut self) {
        self.counted.send(self.mission.counted()).await;
    }
}

fn main() {
    peers::print(|seed| {
        let mut withdrawal = Withdrawal { seed, mission: unborn(), counted: Output::default() };
        let (sink, mut counted) = event_queue(SinkState::Enabled);
        withdrawal.counted.connect_sink(sink);
        let bench = SimInit::with_num_threads(1).add_model(withdrawal, Mailbox::new(), "withdrawal");
        let mut simulation = bench.init(MonotonicTime::EPOCH).expect("a sound bench");
        simulation.step_until(time_of(DEADLINE_DAYS)).expect("a sound run");
        counted.try_read().expect("counted at the deadline")
    });
}
