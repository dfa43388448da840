//! What must hold between the tables of a scenario, beyond each field's own range.

use crate::model::Inputs;
use crate::model::aviation::Runway;
use crate::model::check_bases;
use crate::model::check_ways;
use crate::model::equipment::{EquipmentClass, Travel};
use crate::model::exits;
use crate::model::liquidation;
use crate::model::network::Base;
use crate::model::permissions::Desk;
use crate::model::routes::{ShortestWays, desks, node};
use crate::model::threat::DAYS_PER_MONTH;

/// What is wrong, in kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// Two dates or numbers are in the wrong order.
    Order,
    /// A list that needs an item has none.
    Empty,
    /// Something that must be there is not.
    Missing,
    /// A place cannot be reached, or a base cannot be left.
    Unreachable,
    /// Two entries say the same thing.
    Duplicate,
    /// Weights that must sum to one do not.
    Sum,
    /// Two settings exclude each other.
    Conflict,
}

/// One problem, at the dotted path of what should change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its kind.
    pub kind: ProblemKind,
    /// Dotted path of the value.
    pub path: String,
    /// What is wrong, naming the value.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// Collects problems.
#[derive(Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn add(
        &mut self,
        kind: ProblemKind,
        path: impl Into<String>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.0.push(Problem { kind, path: path.into(), message: message.into(), hint: hint.into() });
    }

    /// Notes a list whose dates do not rise, or that does not hold from the start.
    fn dates_rise(&mut self, path: &str, from_days: &[f64], holds_from_start: bool) {
        if holds_from_start && from_days.is_empty() {
            let hint = format!("add an entry to `{path}` whose `from` is `mission.start` or earlier");
            self.add(ProblemKind::Empty, path, format!("`{path}` is empty"), hint);
        }
        if holds_from_start && from_days.first().is_some_and(|&first| first > 0.0) {
            let message = format!("the first entry of `{path}` starts after the mission does");
            self.add(ProblemKind::Order, path, message, "let its `from` be `mission.start` or earlier");
        }
        if from_days.windows(2).any(|pair| pair[0] >= pair[1]) {
            let message = format!("the dates of `{path}` do not rise");
            self.add(ProblemKind::Order, path, message, "put its entries in order of `from`, each date once");
        }
    }
}

/// Finds every problem between tables. Empty: a model can be built.
pub fn check(inputs: &Inputs) -> Vec<Problem> {
    let mut problems = Problems::default();
    check_calendar(inputs, &mut problems);
    check_growth(inputs, &mut problems);
    check_thinning_out(inputs, &mut problems);
    check_bases::check(inputs, &mut problems);
    check_ways::check(inputs, &mut problems);
    check_fleets(inputs, &mut problems);
    check_equipment(inputs, &mut problems);
    check_imports(inputs, &mut problems);
    check_aviation(inputs, &mut problems);
    check_columns(inputs, &mut problems);
    exits::check(inputs, &mut problems);
    liquidation::check(inputs, &mut problems);
    let appeals: Vec<f64> = inputs.permissions.appeal.iter().map(|appeal| appeal.from).collect();
    problems.dates_rise("permissions.appeal", &appeals, false);
    for (name, desk) in desks(&inputs.permissions) {
        check_desk(&format!("permissions.{name}"), desk, &mut problems);
    }
    problems.0
}

fn check_calendar(inputs: &Inputs, problems: &mut Problems) {
    if inputs.mission.deadline <= 0.0 {
        let message = "`mission.deadline` is not after `mission.start`";
        problems.add(ProblemKind::Order, "mission.deadline", message, "give a later date");
    }
    let rates: Vec<f64> = inputs.repatriation.rate.iter().map(|rate| rate.from).collect();
    problems.dates_rise("repatriation.rate", &rates, true);
    for zone in &inputs.zone {
        let from: Vec<f64> = zone.tension.iter().map(|change| change.from).collect();
        problems.dates_rise(&format!("zone.{}.tension", zone.id), &from, true);
    }
    for (index, spell) in inputs.weather.iter().enumerate() {
        if spell.until < spell.from {
            let (path, message) = (format!("weather.{index}.until"), "a spell of weather ends before it starts");
            problems.add(ProblemKind::Order, path, message, "swap `from` and `until`");
        }
    }
    let packing = &inputs.packing;
    let (low, mode, high) =
        (packing.crew_teu_per_day_low, packing.crew_teu_per_day_mode, packing.crew_teu_per_day_high);
    if low > mode || mode > high {
        let message = format!("`packing` crew rates are not in order: low {low}, mode {mode}, high {high}");
        problems.add(ProblemKind::Order, "packing.crew_teu_per_day_mode", message, "let low <= mode <= high");
    }
    let team_stays = inputs.base.iter().any(|base| base.liquidation);
    if inputs.mission.liquidation_people > 0.0 && !team_stays && !inputs.base.is_empty() {
        let message = "no base is marked `liquidation = true`, but `mission.liquidation_people` stay";
        problems.add(
            ProblemKind::Conflict,
            "mission.liquidation_people",
            message,
            "mark the base where they stay, or set it to 0",
        );
    }
}

/// The logarithm of 100: growth beyond this, up or down, is a slip, and rates are those of another time.
const MOST_LOG_GROWTH: f64 = 4.605_170_185_988_092;

fn check_growth(inputs: &Inputs, problems: &mut Problems) {
    let (threat, end) = (&inputs.threat, inputs.mission.deadline + inputs.mission.liquidation_days);
    let logs = [0.0, end.max(0.0)].map(|day| threat.log_growth(day));
    let does = if logs.iter().any(|&log| log > MOST_LOG_GROWTH) {
        "multiplies"
    } else if logs.iter().any(|&log| log < -MOST_LOG_GROWTH) {
        "divides"
    } else {
        return;
    };
    let months = threat.reference_date.abs() / DAYS_PER_MONTH;
    let side = if threat.reference_date < 0.0 { "before" } else { "after" };
    let message = format!(
        "growth of {} a month, with a reference date {months:.0} months {side} the start, {does} the rates of contacts by over \
         100",
        threat.growth_per_month,
    );
    problems.add(
        ProblemKind::Order,
        "threat.reference_date",
        message,
        "give the date of the rates that the scenario states, near its own dates, or another `growth_per_month`",
    );
}

fn check_thinning_out(inputs: &Inputs, problems: &mut Problems) {
    let decisions = &inputs.decisions;
    if decisions.thin_out_to < 1.0 && decisions.thin_out_by.is_none() {
        let message = format!(
            "`decisions.thin_out_to` is {}, and no date says by when the others leave ahead: nobody does",
            decisions.thin_out_to
        );
        let hint = "give the date as `decisions.thin_out_by`, or leave `thin_out_to` out";
        problems.add(ProblemKind::Missing, "decisions.thin_out_to", message, hint);
    }
}

fn check_fleets(inputs: &Inputs, problems: &mut Problems) {
    let mut served = std::collections::BTreeMap::new();
    for fleet in &inputs.truck_fleet {
        let path = format!("truck_fleet.{}", fleet.id);
        let ways = node(inputs, &fleet.home).map(|home| ShortestWays::new(inputs, home));
        for id in &fleet.serves {
            if let Some(other) = served.insert(id, &fleet.id) {
                let (message, hint) = if *other == fleet.id {
                    (format!("`{}` serves `{id}` twice", fleet.id), "name each base once")
                } else {
                    (format!("`{id}` is served by both `{other}` and `{}`", fleet.id), "let one fleet serve each base")
                };
                problems.add(ProblemKind::Duplicate, format!("{path}.serves"), message, hint);
            }
            let Some(base) = inputs.base.iter().find(|base| base.id == *id) else { continue };
            let Some(cargo_to) = base.cargo_to.as_ref().or(base.parent.as_ref()) else {
                let message = format!("`{id}` is served by `{}` but its cargo goes nowhere", fleet.id);
                problems.add(
                    ProblemKind::Missing,
                    format!("base.{id}"),
                    message,
                    "give it `cargo_to`: a hub or an exit",
                );
                continue;
            };
            for place in [id, cargo_to] {
                let reached = match (&ways, node(inputs, place)) {
                    (Some(ways), Some(to)) => ways.to(to).is_some(),
                    _ => true,
                };
                if !reached {
                    let message =
                        format!("no road leads from `{}`, the home of `{}`, to `{place}`", fleet.home, fleet.id);
                    problems.add(
                        ProblemKind::Unreachable,
                        format!("{path}.home"),
                        message,
                        "add the missing `[[road]]`",
                    );
                }
            }
        }
    }
}

/// Items that a mission may hold: far beyond any, and so far below what counts of them hold that no law of theirs reaches it.
const MOST_ITEMS: f64 = 1e8;

fn check_items(inputs: &Inputs, problems: &mut Problems) {
    let of_class = |class: &EquipmentClass| {
        let per_person = class.per_1000_uniformed / 1000.0 * inputs.stocks.uniformed_share;
        let at = |base: &Base| {
            let held = inputs.holding.iter().find(|holding| holding.base == base.id && holding.class == class.id);
            held.map_or(base.personnel * per_person, |holding| holding.units)
        };
        inputs.base.iter().map(at).sum::<f64>()
    };
    let most = inputs.class.iter().max_by(|a, b| of_class(a).total_cmp(&of_class(b)));
    let items: f64 = inputs.class.iter().map(of_class).sum();
    if let Some(most) = most.filter(|_| items > MOST_ITEMS) {
        let message = format!("the bases hold {items:.0} items, most of them of class `{}`", most.id);
        let hint = "items are followed one by one, up to 100 million; count small things in lots, or leave them out";
        problems.add(ProblemKind::Conflict, format!("class.{}", most.id), message, hint);
    }
}

fn check_equipment(inputs: &Inputs, problems: &mut Problems) {
    check_items(inputs, problems);
    for class in &inputs.class {
        let path = format!("class.{}", class.id);
        if class.travel == Travel::Loaded && class.teu <= 0.0 {
            let message = format!("`{}` travels loaded but takes no room", class.id);
            problems.add(
                ProblemKind::Conflict,
                format!("{path}.teu"),
                message,
                "give its room on a truck in TEU, or let it drive or be fixed",
            );
        }
        if class.cargo_truck && class.travel != Travel::Drives {
            let message = format!("`{}` is a cargo truck that does not drive", class.id);
            problems.add(
                ProblemKind::Conflict,
                format!("{path}.cargo_truck"),
                message,
                "set `travel = \"drives\"`, or `cargo_truck = false`",
            );
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    for (index, holding) in inputs.holding.iter().enumerate() {
        if !seen.insert((&holding.base, &holding.class)) {
            let message = format!("a second holding of `{}` at `{}`", holding.class, holding.base);
            problems.add(ProblemKind::Duplicate, format!("holding.{index}.class"), message, "keep one");
        }
    }
}

fn check_imports(inputs: &Inputs, problems: &mut Problems) {
    let imports = &inputs.imports;
    let (low, mode, high) = (imports.autonomy_days_low, imports.autonomy_days_mode, imports.autonomy_days_high);
    if low > mode || mode > high {
        let message = format!("`imports` autonomies are not in order: low {low}, mode {mode}, high {high}");
        problems.add(ProblemKind::Order, "imports.autonomy_days_mode", message, "let low <= mode <= high");
    }
}

fn check_aviation(inputs: &Inputs, problems: &mut Problems) {
    let (grounds, destroys) = (inputs.aviation.hit_grounds, inputs.aviation.hit_destroys);
    if grounds + destroys > 1.0 {
        let message =
            format!("the shares of hits in `aviation` that ground ({grounds}) and destroy ({destroys}) pass 1");
        problems.add(ProblemKind::Sum, "aviation.hit_grounds", message, "let the two sum to 1 at most");
    }
    for base in &inputs.base {
        if base.runway.is_some_and(|runway| (runway == Runway::None) == base.airstrip) {
            let message = format!("the `runway` of `{}` does not go with its `airstrip`", base.id);
            let hint = "leave `runway` out, or set `airstrip` to whether there is one";
            problems.add(ProblemKind::Conflict, format!("base.{}.runway", base.id), message, hint);
        }
        if base.air_share.is_some_and(|share| share > 0.0) && base.parent.is_none() {
            let message = format!("`{}` has an `air_share` but no parent to fly people to", base.id);
            let hint = "give it a `parent`, or leave `air_share` out: it empties by repatriation flights";
            problems.add(ProblemKind::Conflict, format!("base.{}.air_share", base.id), message, hint);
        }
    }
}

fn check_columns(inputs: &Inputs, problems: &mut Problems) {
    for column in &inputs.host_column {
        let path = format!("host_column.{}", column.id);
        if column.route.len() < 2 {
            let message = format!("the route of `{}` has fewer than two places", column.id);
            let hint = "name where it starts and where it goes";
            problems.add(ProblemKind::Empty, format!("{path}.route"), message, hint);
        }
        if let Some(fast_to) = &column.fast_to
            && !column.route[1.min(column.route.len())..].contains(fast_to)
        {
            let message = format!("`{}` goes fast to `{fast_to}`, which its route does not lead to", column.id);
            let hint = "name a later place of `route`, or leave `fast_to` out";
            problems.add(ProblemKind::Missing, format!("{path}.fast_to"), message, hint);
        }
        for pair in column.route.windows(2) {
            let (Some(from), Some(to)) = (node(inputs, &pair[0]), node(inputs, &pair[1])) else { continue };
            let problem = if from == to {
                Some((ProblemKind::Duplicate, format!("the route of `{}` stays at `{}`", column.id, pair[0])))
            } else if ShortestWays::new(inputs, from).to(to).is_none() {
                Some((ProblemKind::Unreachable, format!("no road leads from `{}` to `{}`", pair[0], pair[1])))
            } else {
                None
            };
            if let Some((kind, message)) = problem {
                let hint = "name places that roads join, each once";
                problems.add(kind, format!("{path}.route"), message, hint);
            }
        }
    }
}

fn check_desk(path: &str, desk: &Desk, problems: &mut Problems) {
    let from: Vec<f64> = desk.change.iter().map(|change| change.from).collect();
    problems.dates_rise(&format!("{path}.change"), &from, false);
    for (index, change) in desk.change.iter().enumerate() {
        if change.until.is_some_and(|until| until < change.from) {
            let message = "a dated stance ends before it starts";
            problems.add(
                ProblemKind::Order,
                format!("{path}.change.{index}.until"),
                message,
                "swap `from` and `until`",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::scenario::Case;

    fn tutorial() -> Inputs {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/three-bases.toml");
        let case = Case::load(&file, &[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false))).inputs
    }

    #[test]
    fn what_just_meets_a_limit_is_sound() {
        let mut inputs = tutorial();
        let end = inputs.mission.deadline + inputs.mission.liquidation_days;
        (inputs.base[1].window_start, inputs.base[1].planned_closure) = (Some(end), end);
        inputs.base[2].planned_closure = 0.0;
        // A base that nobody leaves for a parent, and of which nobody is flown.
        inputs.base[0].air_share = Some(0.0);
        let packing = &mut inputs.packing;
        (packing.crew_teu_per_day_low, packing.crew_teu_per_day_high) =
            (packing.crew_teu_per_day_mode, packing.crew_teu_per_day_mode);
        let imports = &mut inputs.imports;
        (imports.autonomy_days_low, imports.autonomy_days_high) =
            (imports.autonomy_days_mode, imports.autonomy_days_mode);
        (inputs.aviation.hit_grounds, inputs.aviation.hit_destroys) = (0.25, 0.75);
        let plan = &mut inputs.liquidation;
        (plan.contingent_sold, plan.contingent_gifted, plan.un_sold, plan.un_gifted) = (0.25, 0.75, 1.0, 0.0);
        inputs.weather.iter_mut().for_each(|spell| spell.until = spell.from);
        assert_eq!(check(&inputs), []);
        inputs.mission.liquidation_people = 0.0;
        inputs.base.iter_mut().for_each(|base| base.liquidation = false);
        assert_eq!(check(&inputs), []);
    }

    #[test]
    fn more_items_than_can_be_followed_are_refused() {
        let mut inputs = tutorial();
        inputs.class[1].per_1000_uniformed = 100_000.0;
        assert_eq!(check(&inputs), []);
        inputs.base.iter_mut().for_each(|base| base.personnel = 1e6);
        let problems = check(&inputs);
        let path = format!("class.{}", inputs.class[1].id);
        assert!(problems.iter().any(|problem| problem.path == path && problem.hint.contains("lots")), "{problems:?}");
    }

    #[test]
    fn a_mission_that_ends_as_it_starts_is_no_mission() {
        let mut inputs = tutorial();
        inputs.mission.deadline = 0.0;
        assert!(check(&inputs).iter().any(|problem| problem.path == "mission.deadline"));
    }

    #[test]
    fn thinning_out_needs_a_date() {
        let paths = |to, by| {
            let mut inputs = tutorial();
            (inputs.decisions.thin_out_to, inputs.decisions.thin_out_by) = (to, by);
            check(&inputs).into_iter().map(|problem| problem.path).collect::<Vec<_>>()
        };
        assert_eq!(paths(0.5, None), ["decisions.thin_out_to"]);
        assert!(paths(0.5, Some(60.0)).is_empty() && paths(1.0, None).is_empty() && paths(1.0, Some(60.0)).is_empty());
    }

    #[test]
    fn one_parameter_out_of_order_on_either_side_is_named() {
        type Numbers = fn(&mut Inputs) -> [&mut f64; 3];
        let packing: Numbers = |inputs| {
            let packing = &mut inputs.packing;
            [&mut packing.crew_teu_per_day_low, &mut packing.crew_teu_per_day_mode, &mut packing.crew_teu_per_day_high]
        };
        let imports: Numbers = |inputs| {
            let imports = &mut inputs.imports;
            [&mut imports.autonomy_days_low, &mut imports.autonomy_days_mode, &mut imports.autonomy_days_high]
        };
        for (numbers, path) in [(packing, "packing.crew_teu_per_day_mode"), (imports, "imports.autonomy_days_mode")] {
            for (values, complaints) in
                [([2.0, 3.0, 4.0], 0), ([3.5, 3.0, 4.0], 1), ([2.0, 3.0, 2.5], 1), ([3.0, 3.0, 3.0], 0)]
            {
                let mut inputs = tutorial();
                numbers(&mut inputs).into_iter().zip(values).for_each(|(number, value)| *number = value);
                let found: Vec<String> = check(&inputs).into_iter().map(|problem| problem.path).collect();
                assert_eq!(found, vec![path; complaints], "{values:?}");
            }
        }
    }
}
