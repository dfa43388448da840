//! A checked scenario, ready to be drawn and run.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::draw::{Law, Sampler, Streams, key};
use crate::model::Inputs;
use crate::model::check::{Problem, ProblemKind, check};
use crate::model::field::Table;
use crate::model::routes::Network;
use crate::units::Date;

/// A number that is not known, and the law of what we believe of it.
#[derive(Clone, Debug)]
pub struct Uncertainty {
    /// Which number, counted in visiting order.
    pub slot: usize,
    /// Its dotted path, which keys its stream: overriding one moves no other draw.
    pub path: String,
    /// What we believe.
    pub law: Law,
    /// Rounded after drawing.
    pub whole: bool,
}

/// A mission: immutable, valid once built.
#[derive(Clone, Debug)]
pub struct Model {
    /// Every value, uncertain ones at their medians.
    pub inputs: Inputs,
    /// Resolved places and ways.
    pub network: Network,
    /// Day 0.
    pub start: Date,
    uncertainties: Vec<Uncertainty>,
    /// How each of them is drawn.
    draws: Vec<Draw>,
    /// Rows of values that some of them take together; none where each is drawn by itself.
    rows: Option<Arc<Vec<Vec<f64>>>>,
}

/// How an uncertain number is drawn.
#[derive(Clone, Debug)]
struct Draw {
    /// The key of its stream.
    key: u64,
    /// Its law, made ready.
    sampler: Sampler,
    /// Its column in the rows, if it has one.
    column: Option<usize>,
}

impl Model {
    /// Builds a model from inputs whose fields have been checked one by one.
    ///
    /// # Errors
    /// Every problem between tables.
    pub fn new(inputs: Inputs, mut uncertainties: Vec<Uncertainty>, start: Date) -> Result<Self, Vec<Problem>> {
        let mut problems = check(&inputs);
        if uncertainties.iter().any(|uncertainty| uncertainty.path == "mission.deadline") {
            problems.push(Problem {
                kind: ProblemKind::Conflict,
                path: "mission.deadline".to_owned(),
                message: "`mission.deadline` is uncertain, but every replication is measured at one deadline"
                    .to_owned(),
                hint: "give a date, and compare deadlines as policies".to_owned(),
            });
        }
        for uncertainty in uncertainties.iter().filter(|uncertainty| uncertainty.path.starts_with("experiment.")) {
            problems.push(Problem {
                kind: ProblemKind::Conflict,
                path: uncertainty.path.clone(),
                message: format!("`{}` is uncertain, but says how to run the case and nothing of it", uncertainty.path),
                hint: "give one number".to_owned(),
            });
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        uncertainties.sort_by_key(|uncertainty| uncertainty.slot);
        let draw = |uncertainty: &Uncertainty| Draw {
            key: key(&uncertainty.path),
            sampler: Sampler::new(&uncertainty.law),
            column: None,
        };
        let draws = uncertainties.iter().map(draw).collect();
        Ok(Self { network: Network::new(&inputs), inputs, start, uncertainties, draws, rows: None })
    }

    /// The uncertain numbers, in visiting order.
    pub fn uncertainties(&self) -> &[Uncertainty] {
        &self.uncertainties
    }

    /// The same model with every uncertain number at its median, but for those that are taken from rows.
    #[must_use]
    pub fn at_central_values(mut self) -> Self {
        let both = self.uncertainties.into_iter().zip(self.draws);
        (self.uncertainties, self.draws) = both.filter(|(_, draw)| draw.column.is_some()).unzip();
        self
    }

    /// The same model with some uncertain numbers taken together from rows of values: draw `d` takes row `d`, and begins
    /// again at the first after the last, so that what hangs together among them stays together.
    ///
    /// # Arguments
    /// * `paths` - of the columns; those that are not uncertain here, since a policy says what they are, are passed over.
    /// * `rows` - at least one, each with a value for every path, in the unit of its number; dates as days since the start.
    ///   A number that is NaN there is drawn.
    #[must_use]
    pub fn with_rows(mut self, paths: &[String], rows: &Arc<Vec<Vec<f64>>>) -> Self {
        for (draw, uncertainty) in self.draws.iter_mut().zip(&self.uncertainties) {
            draw.column = paths.iter().position(|path| *path == uncertainty.path);
        }
        self.rows = Some(Arc::clone(rows));
        self
    }

    /// How many different rows of values so many draws take; none where every uncertain number is drawn by itself.
    pub fn rows_taken(&self, draws: u64) -> Option<u64> {
        let mut rows: Vec<&Vec<f64>> = self.rows.as_ref()?.iter().take(draws as usize).collect();
        rows.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
        rows.dedup();
        Some(rows.len() as u64)
    }

    /// The same model with other laws for some uncertain numbers.
    ///
    /// # Arguments
    /// * `law` - the law to take instead, for those that get another. It must lie in the support of the old one.
    pub fn with_laws(mut self, law: impl Fn(&Uncertainty) -> Option<Law>) -> Self {
        for (uncertainty, draw) in self.uncertainties.iter_mut().zip(&mut self.draws) {
            if let Some(law) = law(uncertainty) {
                draw.sampler = Sampler::new(&law);
                uncertainty.law = law;
            }
        }
        self
    }

    /// Draws the uncertain numbers of one replication into `inputs`, a copy of this model's own.
    ///
    /// Each is one uniform from the stream keyed by its path, put through its law's quantile function, so that two
    /// policies that share a number share its draw; or it stands in the draw's row.
    pub fn realise(&self, streams: &Streams, inputs: &mut Inputs) {
        if self.uncertainties.is_empty() {
            return;
        }
        let row = self.rows.as_ref().map(|rows| &rows[(streams.draw() % rows.len() as u64) as usize]);
        let mut next = self.uncertainties.iter().zip(&self.draws).peekable();
        let mut slot = 0;
        inputs.visit_table(&mut |value| {
            if let Some((uncertainty, draw)) = next.next_if(|(uncertainty, _)| uncertainty.slot == slot) {
                let in_row = row.zip(draw.column).map(|(row, column)| row[column]).filter(|value| !value.is_nan());
                let drawn = in_row.unwrap_or_else(|| draw.sampler.quantile(streams.parameter(draw.key).uniform()));
                *value = if uncertainty.whole { drawn.round_ties_even() } else { drawn };
            }
            slot += 1;
        });
    }

    /// Last day of the deadline, as the instant at which it ends.
    pub fn deadline_days(&self) -> f64 {
        self.inputs.mission.deadline + 1.0
    }
}
