//! The benchmark scenario in ixa: the mission is a data plugin, and each event a plan.

use ixa::prelude::*;
use peers::{DEADLINE_DAYS, Due, Event, Mission};

define_data_plugin!(MissionPlugin, Mission<Due>, |_context| Mission::new(Due::default()));

/// Plans what has come up.
fn plan(context: &mut Context) {
    let mut due = std::mem::take(&mut context.get_data_mut(MissionPlugin).queue.0);
    for (time, event) in due.drain(..) {
        context.add_plan(time, move |context| happen(context, event));
    }
    context.get_data_mut(MissionPlugin).queue.0 = due;
}

fn happen(context: &mut Context, event: Event) {
    let now = context.get_current_time();
    context.get_data_mut(MissionPlugin).handle(now, event);
    plan(context);
}

fn main() {
    peers::print(|seed| {
        let mut context = Context::new();
        context.add_plan(DEADLINE_DAYS, Context::shutdown);
        context.get_data_mut(MissionPlugin).begin(seed);
        plan(&mut context);
        context.execute();
        context.get_data_mut(MissionPlugin).counted()
    });
}
