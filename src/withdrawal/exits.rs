//! Exits through neighbouring countries: set-up work, leave to pass, and what then goes that way.

use crate::draw::Purpose;
use crate::measures::{Daily, Measure};
use crate::model::exits::ByExit;
use crate::model::permissions::Regime;
use crate::model::routes::node;
use crate::withdrawal::bases::give_back;
use crate::withdrawal::event::{ConvoyId, Event};
use crate::withdrawal::people::{Whereabouts, total};
use crate::withdrawal::permissions::{Answer, DeskId};
use crate::withdrawal::run::Withdrawal;
use crate::withdrawal::tale::{At, What};

/// Where the opening of one exit stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExitState {
    /// The neighbour lets the mission through in principle.
    agrees: bool,
    /// Requests for transit filed.
    asks: u32,
    /// Convoys can pass.
    open: bool,
}

impl Withdrawal<'_> {
    /// Draws which neighbours agree, and schedules the first request of each exit that is to be opened.
    pub(super) fn open_exits(&mut self) {
        self.exits.clear();
        for exit in 0..self.inputs.exit.len() {
            let settings = &self.inputs.exit[exit];
            let key = self.model.network.exit_key[exit];
            let agrees = self.streams.stream(Purpose::Transit, key, 0).chance(settings.agrees);
            let from_days = settings.from;
            self.exits.push(ExitState { agrees, ..ExitState::default() });
            if let Some(from_days) = from_days {
                self.schedule(from_days.max(0.0), Event::TransitAsked { exit: exit as u16 });
            }
        }
    }

    fn at_exit(&self, exit: usize) -> At {
        At::Place(node(&self.inputs, &self.inputs.exit[exit].at).expect("checked: a known place"))
    }

    /// The mission asks a neighbour for transit, and asks again until it is granted.
    pub(super) fn on_transit_asked(&mut self, exit: usize) {
        let desk = &self.inputs.permissions.neighbour_transit;
        let (retry_days, follows_process) = (desk.retry_days, desk.regime == Regime::Process);
        let withheld = follows_process && !self.exits[exit].agrees;
        let (region, key) = (self.model.network.exit_region[exit], self.model.network.exit_key[exit]);
        let asked = u64::from(self.exits[exit].asks);
        self.exits[exit].asks += 1;
        let answer = self.answer_in(DeskId::NeighbourTransit, (region, withheld), key, asked);
        self.tell_filed(answer, DeskId::NeighbourTransit, self.at_exit(exit));
        self.count_answer(answer);
        let exit = exit as u16;
        let (after_days, event) = match answer {
            Answer::Granted { after_days } => (after_days, Event::TransitAnswered { exit, granted: true }),
            Answer::Refused { after_days } => (after_days, Event::TransitAnswered { exit, granted: false }),
            Answer::Never => (retry_days, Event::TransitAsked { exit }),
        };
        self.schedule(self.now() + after_days, event);
    }

    /// A neighbour answers: the exit opens when it is set up too, or transit is asked for again.
    pub(super) fn on_transit_answered(&mut self, exit: usize, granted: bool) {
        let what = if granted { What::Granted } else { What::Refused };
        self.tell(what, self.at_exit(exit), DeskId::NeighbourTransit.name(), &[]);
        let settings = &self.inputs.exit[exit];
        if granted {
            let ready_days = settings.from.unwrap_or(0.0) + settings.setup_days;
            self.schedule(ready_days, Event::ExitOpens { exit: exit as u16 });
        } else {
            let again_days = self.now() + self.inputs.permissions.neighbour_transit.retry_days;
            self.schedule(again_days, Event::TransitAsked { exit: exit as u16 });
        }
    }

    /// An exit is set up and transit granted: what sets out from now on can go that way.
    pub(super) fn on_exit_opens(&mut self, exit: usize) {
        self.exits[exit].open = true;
        self.tell(What::ExitOpens, self.at_exit(exit), "", &[]);
        if self.before_deadline() {
            self.outcome.add(Measure::ExitsOpened, 1.0);
        }
    }

    /// Whether what sets out now by such a way, if there is one, goes by its exit.
    pub(super) fn exit_is_open(&self, by_exit: Option<&ByExit>) -> bool {
        by_exit.is_some_and(|by_exit| self.exits[by_exit.exit].open)
    }

    /// A garrison's convoy crosses the border: its people and all it carries are out of the country.
    pub(super) fn garrison_crosses(&mut self, id: ConvoyId) {
        let now = self.now();
        let convoy = &mut self.convoys[id as usize];
        convoy.supplies.arrived = true;
        let (mut people, mut cargo) = (std::mem::take(&mut convoy.people), std::mem::take(&mut convoy.cargo));
        for &lot in &people {
            self.people.post(lot, Whereabouts::InConvoy, Whereabouts::Out);
        }
        for &lot in &cargo {
            self.evacuate(lot, now);
        }
        self.outcome.count_daily(Daily::PeopleOut, now, total(&people));
        if self.before_deadline() {
            self.outcome.add(Measure::ExitPeople, f64::from(total(&people)));
        }
        let convoy = &mut self.convoys[id as usize];
        give_back(&mut convoy.people, &mut people);
        give_back(&mut convoy.cargo, &mut cargo);
        self.note_last_out();
    }
}
