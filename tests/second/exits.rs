//! Ways out through neighbouring countries (2.23).

use rearguard::draw::{Purpose, Streams, key2};
use rearguard::measures::Measure;
use rearguard::model::Inputs;
use rearguard::model::routes::Network;

use crate::agenda::Event;
use crate::books::{DRIVER, End, heads};
use crate::convoy::Convoy;
use crate::desk::{Fate, NEIGHBOUR_TRANSIT};
use crate::engine::{Engine, Exit};

/// Each exit, with whether its neighbour agrees at all.
pub fn drawn(inputs: &Inputs, net: &Network, streams: &Streams) -> Vec<Exit> {
    let agrees = |(at, exit): (usize, &rearguard::model::exits::Exit)| {
        streams.stream(Purpose::Transit, net.exit_key[at], 0).chance(exit.agrees)
    };
    let exits = inputs.exit.iter().enumerate();
    exits.map(|exit| Exit { requests: 0, open: false, agrees: agrees(exit) }).collect()
}

impl Engine<'_> {
    pub fn begin_exits(&mut self) {
        for (exit, rules) in self.inputs.exit.iter().enumerate() {
            if let Some(from) = rules.from {
                self.agenda.at(from, Event::TransitAsked { exit });
            }
        }
    }

    fn tell_exit(&mut self, what: &'static str, exit: usize, cause: &str) {
        let place = self.inputs.exit[exit].at.clone();
        self.tell_at(self.now(), what, (place, String::new(), String::new()), cause, &[]);
    }

    pub fn on_transit_asked(&mut self, exit: usize) {
        let now = self.now();
        let ordinal = self.exits[exit].requests;
        self.exits[exit].requests += 1;
        let entity = key2(self.net.exit_key[exit], NEIGHBOUR_TRANSIT as u64);
        let withheld = !self.exits[exit].agrees;
        let fate = self.fare(NEIGHBOUR_TRANSIT, entity, ordinal, self.net.exit_region[exit], withheld);
        self.count_request(fate);
        match fate {
            Fate::Unanswered => {
                self.tell_exit("unanswered", exit, "neighbour_transit");
                self.agenda.at(now + self.retry_days(NEIGHBOUR_TRANSIT), Event::TransitAsked { exit });
            }
            Fate::Answered { granted, after_days } => {
                self.tell_exit("asked", exit, "neighbour_transit");
                self.agenda.at(now + after_days, Event::TransitAnswered { exit, granted });
            }
        }
    }

    pub fn on_transit_answered(&mut self, exit: usize, granted: bool) {
        let now = self.now();
        self.tell_exit(if granted { "granted" } else { "refused" }, exit, "neighbour_transit");
        if granted {
            let rules = &self.inputs.exit[exit];
            let opens_days = (rules.from.expect("it was asked for") + rules.setup_days).max(now);
            self.agenda.at(opens_days, Event::ExitOpens { exit });
        } else {
            self.agenda.at(now + self.retry_days(NEIGHBOUR_TRANSIT), Event::TransitAsked { exit });
        }
    }

    pub fn on_exit_opens(&mut self, exit: usize) {
        self.exits[exit].open = true;
        self.add_by_deadline(Measure::ExitsOpened, 1.0);
        self.tell_exit("exit_opens", exit, "");
    }

    /// Where a garrison that leaves now drives.
    pub fn choose_way(&self, convoy: &mut Convoy) {
        let base = convoy.base;
        match self.net.convoys_exit[base].as_ref().filter(|by| self.exits[by.exit].open) {
            Some(by) => {
                convoy.legs.clone_from(&by.there);
                convoy.exit = Some(by.exit);
            }
            None => convoy.legs = self.net.withdrawal[base].clone().unwrap_or_default(),
        }
    }

    /// A garrison is out of the country.
    pub fn crosses_border(&mut self, id: usize, _exit: usize) {
        let now = self.now();
        let convoy = &mut self.convoys[id];
        convoy.arrived = true;
        let people = std::mem::take(&mut convoy.people);
        let load = std::mem::take(&mut convoy.load);
        let days = now - convoy.departed_days;
        let amounts =
            [("people", f64::from(heads(&people))), ("vehicles", f64::from(self.driving(&load))), ("days", days)];
        self.tell_convoy(now, "convoy_arrives", id, "", &amounts);
        self.sums.convoy_arrives(days);
        for lot in load {
            self.end(lot, End::OutByRoad);
        }
        let out: u32 = people.iter().filter(|group| group.category != DRIVER).map(|group| group.count).sum();
        self.add_by_deadline(Measure::ExitPeople, f64::from(out));
        self.goes_out(out);
    }
}
