//! Scenario discovery: boxes in the space of inputs in which cases of interest are dense.

use super::error::{StatsError, check_count, check_finite, check_lengths, check_level};
use crate::math::special::binomial_upper;

/// How boxes are found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peeling {
    /// Share of a box's cases that a step peels off or pastes on, such as 0.1.
    pub step: f64,
    /// Share of all cases that a box must keep, such as 0.05.
    pub least_mass: f64,
}

/// A box: for each input the least and greatest value that it holds, infinite where it is not restricted.
#[derive(Debug, Clone, PartialEq)]
pub struct PrimBox {
    /// Least values, by input.
    pub low: Vec<f64>,
    /// Greatest values.
    pub high: Vec<f64>,
    /// Cases inside.
    pub inside: usize,
    /// Cases of interest inside.
    pub of_interest: usize,
    /// Cases of interest inside over those everywhere.
    pub coverage: f64,
    /// Cases of interest inside over cases inside.
    pub density: f64,
}

impl PrimBox {
    /// Whether an input is restricted.
    pub fn restricts(&self, input: usize) -> bool {
        self.low[input].is_finite() || self.high[input].is_finite()
    }

    /// How many inputs are restricted.
    pub fn dimensions(&self) -> usize {
        (0..self.low.len()).filter(|&input| self.restricts(input)).count()
    }

    fn holds(&self, inputs: &[Vec<f64>], case: usize) -> bool {
        inputs.iter().zip(&self.low).zip(&self.high).all(|((input, low), high)| {
            let value = input[case];
            *low <= value && value <= *high
        })
    }
}

/// One side of one input.
#[derive(Clone, Copy)]
struct Side {
    input: usize,
    upper: bool,
}

/// The cases, as they are looked at.
struct Cases<'a> {
    inputs: &'a [Vec<f64>],
    is_of_interest: &'a [bool],
    of_interest: usize,
}

impl Cases<'_> {
    fn boxed(&self, low: Vec<f64>, high: Vec<f64>) -> (PrimBox, Vec<usize>) {
        let mut found = PrimBox { low, high, inside: 0, of_interest: 0, coverage: 0.0, density: 0.0 };
        let inside: Vec<usize> =
            (0..self.is_of_interest.len()).filter(|&case| found.holds(self.inputs, case)).collect();
        found.inside = inside.len();
        found.of_interest = inside.iter().filter(|&&case| self.is_of_interest[case]).count();
        found.coverage = found.of_interest as f64 / self.of_interest as f64;
        found.density = if inside.is_empty() { 0.0 } else { found.of_interest as f64 / inside.len() as f64 };
        (found, inside)
    }

    fn with(&self, from: &PrimBox, side: Side, limit: f64) -> (PrimBox, Vec<usize>) {
        let (mut low, mut high) = (from.low.clone(), from.high.clone());
        if side.upper {
            high[side.input] = limit;
        } else {
            low[side.input] = limit;
        }
        self.boxed(low, high)
    }
}

/// The best box that one step makes of another: the gain in density for each case lost or won; of equals the one with
/// fewer restricted inputs, then the first.
fn best(
    from: &PrimBox,
    candidates: impl Iterator<Item = (PrimBox, Vec<usize>)>,
    least: usize,
) -> Option<(PrimBox, Vec<usize>)> {
    let score = |candidate: &PrimBox| {
        let moved = candidate.inside.abs_diff(from.inside);
        if moved == 0 { 0.0 } else { (candidate.density - from.density) / moved as f64 }
    };
    let mut best: Option<(f64, usize, (PrimBox, Vec<usize>))> = None;
    for candidate in candidates {
        let (gain, dimensions) = (score(&candidate.0), candidate.0.dimensions());
        let is_better =
            best.as_ref().is_none_or(|(most, fewest, _)| gain > *most || gain == *most && dimensions < *fewest);
        if is_better {
            best = Some((gain, dimensions, candidate));
        }
    }
    best.filter(|(gain, _, (found, _))| *gain > 0.0 && found.inside >= least).map(|(_, _, candidate)| candidate)
}

/// Every side of every input.
fn sides(inputs: usize) -> impl Iterator<Item = Side> {
    (0..inputs).flat_map(|input| [true, false].map(|upper| Side { input, upper }))
}

/// A limit that cuts off about a share of some values at one end: midway between neighbouring values, further in where
/// they are the same; none if all are.
fn limit(mut values: Vec<f64>, share: f64, upper: bool) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let place = last as f64 * if upper { 1.0 - share } else { share };
    let (mut below, mut above) = (place.floor() as usize, (place.ceil() as usize).min(last));
    while values[below] == values[above] {
        if upper {
            below = below.checked_sub(1)?;
        } else if above < last {
            above += 1;
        } else {
            return None;
        }
    }
    Some(f64::midpoint(values[below], values[above]))
}

/// Finds boxes by the patient rule induction method: peels the box of all cases, a share of its cases at a time, from the side
/// where that raises the density most for each case lost; then pastes back what raises it again.
///
/// # Arguments
/// * `inputs` - by input, its value in each case; finite.
/// * `is_of_interest` - for each case.
///
/// # Returns
/// The boxes from that of all cases on, each a step from the one before: a choice between coverage and density.
///
/// # Errors
/// [`StatsError::TooFew`] for fewer than 2 cases or none of interest, [`StatsError::Mismatch`], [`StatsError::NotFinite`],
/// [`StatsError::BadLevel`] for shares that are not between 0 and 1.
///
/// # Source
/// Friedman and Fisher (1999), "Bump hunting in high-dimensional data", Statistics and Computing 9; coverage, density and
/// the choice along the trajectory: Bryant and Lempert (2010), "Thinking inside the box", Technological Forecasting and Social
/// Change 77. The gain for each case, which bears with inputs of few values: Kwakkel and Jaxa-Rozen (2016).
pub fn prim(inputs: &[Vec<f64>], is_of_interest: &[bool], peeling: Peeling) -> Result<Vec<PrimBox>, StatsError> {
    check_level(peeling.step)?;
    check_level(peeling.least_mass)?;
    check_count(is_of_interest.len(), 2)?;
    for input in inputs {
        check_lengths(input.len(), is_of_interest.len())?;
        check_finite(input)?;
    }
    let of_interest = is_of_interest.iter().filter(|&&is| is).count();
    check_count(of_interest, 1)?;
    let cases = Cases { inputs, is_of_interest, of_interest };
    let least = (peeling.least_mass * is_of_interest.len() as f64).ceil() as usize;
    let k = inputs.len();
    let (mut current, mut inside) = cases.boxed(vec![f64::NEG_INFINITY; k], vec![f64::INFINITY; k]);
    let mut trajectory = vec![current.clone()];
    loop {
        let peel = |side: Side| {
            let values = inside.iter().map(|&case| inputs[side.input][case]).collect();
            Some(cases.with(&current, side, limit(values, peeling.step, side.upper)?))
        };
        let Some((next, kept)) = best(&current, sides(k).filter_map(peel), least) else { break };
        trajectory.push(next.clone());
        (current, inside) = (next, kept);
    }
    loop {
        let paste = |side: Side| pasted(&cases, &current, side, peeling.step);
        let Some((next, _)) = best(&current, sides(k).filter_map(paste), least) else { break };
        trajectory.push(next.clone());
        current = next;
    }
    Ok(trajectory)
}

/// A box with one limit moved out by a share of its cases, or taken away where fewer lie beyond.
fn pasted(cases: &Cases, from: &PrimBox, side: Side, step: f64) -> Option<(PrimBox, Vec<usize>)> {
    let own = if side.upper { from.high[side.input] } else { from.low[side.input] };
    if !own.is_finite() {
        return None;
    }
    let open = if side.upper { f64::INFINITY } else { f64::NEG_INFINITY };
    let (opened, inside) = cases.with(from, side, open);
    let mut beyond: Vec<f64> = inside
        .iter()
        .map(|&case| cases.inputs[side.input][case])
        .filter(|&value| if side.upper { value > own } else { value < own })
        .collect();
    beyond.sort_by(f64::total_cmp);
    if !side.upper {
        beyond.reverse();
    }
    let wanted = ((step * from.inside as f64).ceil() as usize).max(1);
    if beyond.len() <= wanted {
        return (!beyond.is_empty()).then_some((opened, inside));
    }
    Some(cases.with(from, side, f64::midpoint(beyond[wanted - 1], beyond[wanted])))
}

/// How likely the density of a box would be if one of its limits did nothing: the probability of at least as many cases of
/// interest among those inside, each with the density of the box without that limit. Small where the limit matters.
///
/// # Returns
/// For each input, that of its lower and of its upper limit; none where there is no limit. It holds for cases that are
/// independent trials, as in the published study, and not for points that share their chances.
///
/// # Source
/// The quasi-p-value of Bryant and Lempert (2010).
pub fn quasi_p(inputs: &[Vec<f64>], is_of_interest: &[bool], found: &PrimBox) -> Vec<[Option<f64>; 2]> {
    let cases = Cases { inputs, is_of_interest, of_interest: is_of_interest.iter().filter(|&&is| is).count() };
    let of = |input: usize, upper: bool| {
        let limit = if upper { found.high[input] } else { found.low[input] };
        let open = if upper { f64::INFINITY } else { f64::NEG_INFINITY };
        limit.is_finite().then(|| {
            let without = cases.with(found, Side { input, upper }, open).0;
            let below = (found.of_interest as u64).checked_sub(1);
            below.map_or(1.0, |below| binomial_upper(below, found.inside as u64, without.density))
        })
    };
    (0..inputs.len()).map(|input| [of(input, false), of(input, true)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEELING: Peeling = Peeling { step: 0.05, least_mass: 0.02 };

    /// Points that fill five dimensions evenly: multiples of irrational numbers.
    fn points(n: usize) -> Vec<Vec<f64>> {
        // The reciprocal powers of the generalised golden ratio of five dimensions.
        let ratio = 1.136_724_006_678_853_f64;
        let mut power = 1.0;
        (0..5)
            .map(|_| {
                power /= ratio;
                (1..=n).map(|i| (i as f64 * power).fract()).collect()
            })
            .collect()
    }

    #[test]
    fn a_known_box_is_found_and_the_idle_inputs_are_left_open() {
        let inputs = points(2_000);
        let is_of_interest: Vec<bool> =
            (0..2_000).map(|case| (0.2..=0.5).contains(&inputs[0][case]) && inputs[1][case] > 0.6).collect();
        let boxes = prim(&inputs, &is_of_interest, PEELING).expect("cases");
        let best =
            boxes.iter().max_by(|a, b| (a.coverage * a.density).total_cmp(&(b.coverage * b.density))).expect("one");
        assert!(best.coverage > 0.95 && best.density > 0.95, "{best:?}");
        assert_eq!((0..5).map(|input| best.restricts(input)).collect::<Vec<_>>(), [true, true, false, false, false]);
        // A peel takes a twentieth of what is left: of the last ones, hundredths.
        for (found, truth) in [(best.low[0], 0.2), (best.high[0], 0.5), (best.low[1], 0.6)] {
            assert!((found - truth).abs() < 0.02, "{found} for {truth}");
        }
        assert!(best.high[1].is_infinite());
        let quasi = quasi_p(&inputs, &is_of_interest, best);
        assert!(quasi[0].iter().all(|p| p.is_some_and(|p| p < 1e-10)) && quasi[1][0].is_some_and(|p| p < 1e-10));
        assert_eq!(quasi[2], [None, None]);
        // Each box is a step along the trade.
        assert_eq!((boxes[0].coverage, boxes[0].inside), (1.0, 2_000));
        assert!(boxes.windows(2).all(|pair| pair[1].density > pair[0].density));
    }

    #[test]
    fn a_limit_that_does_nothing_is_likely() {
        let inputs = points(400);
        let is_of_interest: Vec<bool> = (0..400).map(|case| inputs[0][case] < 0.4).collect();
        let (mut low, mut high) = (vec![f64::NEG_INFINITY; 5], vec![f64::INFINITY; 5]);
        (high[0], low[3]) = (0.6, 0.1);
        let cases = Cases { inputs: &inputs, is_of_interest: &is_of_interest, of_interest: 160 };
        let found = cases.boxed(low, high).0;
        let quasi = quasi_p(&inputs, &is_of_interest, &found);
        assert!(quasi[0][1].is_some_and(|p| p < 1e-6) && quasi[3][0].is_some_and(|p| p > 0.2), "{quasi:?}");
    }

    #[test]
    fn a_limit_is_moved_out_over_as_many_cases_as_asked_at_either_end() {
        let (inputs, is_of_interest) = ([(0..10).map(f64::from).collect::<Vec<f64>>()], [true; 10]);
        let cases = Cases { inputs: &inputs, is_of_interest: &is_of_interest, of_interest: 10 };
        let moved = |low: f64, high: f64, upper| {
            let from = cases.boxed(vec![low], vec![high]).0;
            pasted(&cases, &from, Side { input: 0, upper }, 0.4).map(|(found, _)| (found.low[0], found.high[0]))
        };
        // Two fifths of the five inside, and of the two inside at least one.
        assert_eq!(moved(4.5, f64::INFINITY, false), Some((2.5, f64::INFINITY)));
        assert_eq!(moved(f64::NEG_INFINITY, 4.5, true), Some((f64::NEG_INFINITY, 6.5)));
        assert_eq!(moved(3.5, 5.5, true), Some((3.5, 6.5)));
        assert_eq!(moved(3.5, 5.5, false), Some((2.5, 5.5)));
        // With no more beyond than that, or nothing, the limit goes or stays out of it.
        assert_eq!(moved(1.5, f64::INFINITY, false), Some((f64::NEG_INFINITY, f64::INFINITY)));
        assert_eq!(moved(-1.0, f64::INFINITY, false), None);
        assert_eq!(moved(f64::NEG_INFINITY, f64::INFINITY, true), None);
    }

    #[test]
    fn of_inputs_that_serve_alike_the_first_alone_is_restricted() {
        let input: Vec<f64> = (0..100).map(f64::from).collect();
        let is_of_interest: Vec<bool> = input.iter().map(|&value| value > 49.5).collect();
        let boxes = prim(&[input.clone(), input], &is_of_interest, PEELING).expect("cases");
        let last = &boxes[boxes.len() - 1];
        assert_eq!((last.density, last.restricts(0), last.restricts(1)), (1.0, true, false));
    }

    #[test]
    fn a_cut_lies_midway_between_unlike_values() {
        let values = || (0..11).map(f64::from).collect::<Vec<f64>>();
        let cut = |share, upper| limit(values(), share, upper);
        assert_eq!((cut(0.25, false), cut(0.25, true)), (Some(2.5), Some(7.5)));
        // On a value itself it goes further in.
        assert_eq!((cut(0.1, false), cut(0.1, true)), (Some(1.5), Some(8.5)));
        assert_eq!((limit(vec![3.0; 4], 0.1, false), limit(vec![3.0; 4], 0.1, true)), (None, None));
        assert_eq!(limit(Vec::new(), 0.1, true), None);
    }

    #[test]
    fn inputs_of_few_values_and_cases_of_one_kind_make_no_trouble() {
        let few: Vec<f64> = (0..60).map(|case| f64::from(case % 3)).collect();
        let same = vec![4.0; 60];
        let is_of_interest: Vec<bool> = few.iter().map(|value| *value == 2.0).collect();
        let boxes =
            prim(&[few.clone(), same.clone()], &is_of_interest, Peeling { step: 0.1, least_mass: 0.05 }).expect("it");
        let last = &boxes[boxes.len() - 1];
        assert_eq!((last.density, last.coverage, last.restricts(1)), (1.0, 1.0, false));
        let all = prim(std::slice::from_ref(&few), &[true; 60], PEELING).expect("all of interest");
        assert_eq!(all.len(), 1);
        assert!(prim(&[few], &[false; 60], PEELING).is_err());
        assert!(prim(&[same], &[true; 3], PEELING).is_err());
    }
}
