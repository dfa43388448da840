//! What follows once every replication of an experiment is there: its tables, and the manifest last.

use rayon::prelude::*;
use serde_json::json;

use crate::cli::conduct::{Conducted, Run, now};
use crate::cli::exit::Stop;
use crate::cli::files;
use crate::cli::files::Tables;
use crate::cli::request::{Kind, REQUEST};
use crate::cli::sensitivity::{Screened, Sensing};
use crate::cli::session::Session;
use crate::cli::sweep::MOST_SHOWN;
use crate::design::Design;
use crate::experiment::Rows;
use crate::inference::sensitivity;
use crate::measures::Measure;
use crate::output::{self, costs, csv_files, inference_tables, tables};
use crate::summary::{
    self, ParetoRow, Summary, SummaryError, attribution, cover_curve, exceedance_rows, pareto, summarise, tallied,
};

impl Run {
    /// Reads everything back, makes the tables, and writes the files, the manifest last, unless they are there.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn conclude(self, session: &Session) -> Result<Conducted, Stop> {
        session.pool.install(|| self.conclude_here(session))
    }

    fn conclude_here(self, session: &Session) -> Result<Conducted, Stop> {
        let plan = &session.plan;
        let ran = self.ran_for(session);
        let mut rows = Vec::new();
        for point in &session.points {
            rows.push(Rows::stored(plan, &point.id, &plan.cells(), self.folder.chunks())?);
        }
        if let (Some(sensing), Some(screened)) = (&session.request.sensitivity, &session.screened) {
            return self.conclude_sensitivity(session, &rows[0], (sensing, screened));
        }
        if let Some(design) = &session.request.design {
            return self.conclude_sweep(session, &rows, design);
        }
        let command = session.request.command;
        let summary = summarise(&rows[0], &session.names, Some(&plan.policies[0].model))?;
        let shares = match command {
            Kind::Attribute => attribution(&rows[0], session.request.none_in_force() + 1)?,
            _ => Vec::new(),
        };
        let first_pair = plan.compared + 1;
        let curve = plan.curve.map(|_| cover_curve(&rows[0], first_pair)).transpose()?;
        let inner = session.request.nested.map(|nesting| nesting.inner as usize);
        let nested = inner.map(|inner| summary::nested(&rows[0], &session.names, inner)).transpose()?;
        let pareto = pareto_set(session, &rows[0])?;
        let hindcast =
            session.record.as_ref().map(|record| record.score(session, &rows[0]).map(Box::new)).transpose()?;
        if self.complete != Some(plan.replications) {
            let text = session.request.text();
            self.folder.write(REQUEST, |out| out.write_all(text.as_bytes()))?;
            let mut written = Tables::of(&self.folder);
            files::write_replications(&mut written, session, &rows, &|_| ())?;
            files::write(&mut written, session, &rows[0], &summary)?;
            if let Some(of) = &nested {
                written.write(tables::variance(), |out, _| output::nested::variance(out, &of.splits))?;
                written.write(tables::exceedance_draws(), |out, _| output::nested::draw_curves(out, &of.curves))?;
            } else if matches!(command, Kind::Run | Kind::Compare | Kind::Attribute) {
                let curves = exceedance_rows(&rows[0], &summary, &session.names)?;
                written.write(tables::exceedance(), |out, _| csv_files::exceedance(out, &curves))?;
            }
            if !pareto.is_empty() {
                let table = tables::pareto().with(tables::mean_columns(&session.request.pareto));
                written.write(table, |out, table| csv_files::pareto(out, table, &pareto))?;
            }
            if !shares.is_empty() {
                let denials: Vec<&str> = session.request.denials.iter().map(String::as_str).collect();
                written.write(tables::attribution(), |out, _| costs::attribution(out, &shares, &denials))?;
            }
            if let Some(hindcast) = &hindcast {
                written.write(inference_tables::hindcast(), |out, _| output::hindcast::facts(out, hindcast, plan))?;
                let table = output::hindcast::groups_table();
                written.write(table, |out, table| output::hindcast::groups(out, table, hindcast))?;
            }
            if let Some(curve) = &curve {
                written.write(tables::curve(), |out, _| costs::curve(out, curve))?;
                written.write(tables::break_even(), |out, _| costs::break_even(out, curve))?;
            }
            written.describe(session.title())?;
            self.finish(session, std::slice::from_ref(&summary), ran)?;
        }
        let summaries = vec![summary];
        Ok(Conducted { summaries, shares, curve, pareto, nested, hindcast, ran, ..Conducted::default() })
    }

    /// The same for a sweep. Of thousands of points it takes minutes, which are shown, and only what is wanted of their
    /// tables is kept.
    fn conclude_sweep(mut self, session: &Session, rows: &[Rows], design: &Design) -> Result<Conducted, Stop> {
        let (ran, of) = (self.ran_for(session), rows.len() as u64);
        let summary_of = |at: usize| summarise(&rows[at], &session.names, None);
        let is_kept = |at: usize| self.keeps_all || at < MOST_SHOWN;
        let mut summaries: Vec<Summary> = Vec::with_capacity(rows.len());
        if self.complete == Some(session.plan.replications) {
            let known = |at: usize| if is_kept(at) { summary_of(at) } else { Ok(Summary::counted(&rows[at])) };
            summaries = (0..rows.len()).into_par_iter().map(known).collect::<Result<_, _>>()?;
        } else {
            self.folder.write(REQUEST, |out| out.write_all(session.request.text().as_bytes()))?;
            let mut written = Tables::of(&self.folder);
            self.progress.begin("points written", 0, of);
            files::write_replications(&mut written, session, rows, &|done| self.progress.note(done, of))?;
            self.progress.end();
            self.progress.begin("points summarised", 0, of);
            let mut keep = |summary| {
                let at = summaries.len();
                summaries.push(if is_kept(at) { summary } else { Summary::counted(&rows[at]) });
                self.progress.note(summaries.len() as u64, of);
            };
            files::write_estimates(&mut written, session, &summary_of, &mut keep)?;
            self.progress.end();
            files::write_design(&mut written, session, (rows, &summaries), design)?;
            written.describe(session.title())?;
            self.finish(session, &summaries, ran)?;
        }
        Ok(Conducted { summaries, ran, ..Conducted::default() })
    }

    /// Replications run now, of all policies, and the seconds they took.
    fn ran_for(&self, session: &Session) -> Option<(u64, f64)> {
        (self.ran > 0).then(|| (self.ran * session.plan.policies.len() as u64, self.progress.seconds()))
    }

    /// The same for a sensitivity analysis, whose replications are points of its design.
    fn conclude_sensitivity(
        self,
        session: &Session,
        rows: &Rows,
        (sensing, screened): (&Sensing, &Screened),
    ) -> Result<Conducted, Stop> {
        let plan = &session.plan;
        let summary = tallied(rows, None)?;
        let effects = sensitivity(rows, &sensing.columns(&session.names), screened.ran(sensing))?;
        let ran = self.ran_for(session);
        let summaries = vec![summary];
        if self.complete != Some(plan.replications) {
            files::write_sensitivity(&self.folder, session, (sensing, screened), (&summaries[0], &effects))?;
            self.finish(session, &summaries, ran)?;
        }
        Ok(Conducted { summaries, effects: Some(Box::new(effects)), ran, ..Conducted::default() })
    }

    /// Writes the files of a calibration, unless they are there.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn conclude_calibration(
        self,
        session: &Session,
        write: impl FnOnce(&mut Tables) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        if self.complete == Some(session.plan.replications) {
            return Ok(());
        }
        self.folder.write(REQUEST, |out| out.write_all(session.request.text().as_bytes()))?;
        let mut written = Tables::of(&self.folder);
        write(&mut written)?;
        written.describe(session.title())?;
        self.finish(session, &[], None)
    }

    /// Writes the manifest, the last of the files.
    fn finish(&self, session: &Session, summaries: &[Summary], ran: Option<(u64, f64)>) -> Result<(), Stop> {
        let (replications, seconds) = (session.plan.replications, ran.map(|(_, seconds)| seconds));
        let event = json!({ "event": "done", "at": now(), "replications": replications, "seconds": seconds });
        self.folder.journal(&event)?;
        self.folder.finish(&files::manifest(session, summaries))?;
        Ok(())
    }
}

/// The Pareto set on the measures asked for; none without any.
fn pareto_set(session: &Session, rows: &Rows) -> Result<Vec<ParetoRow>, SummaryError> {
    let measures: Vec<Measure> = session.request.pareto.iter().filter_map(|name| Measure::named(name)).collect();
    if measures.is_empty() || rows.n() == 0 { Ok(Vec::new()) } else { pareto(rows, &measures, session.plan.seed) }
}
