//! Shares of an experiment for several machines: `--shard 2/4`.

use std::fmt;
use std::ops::Range;

use crate::experiment::CELL;

/// Most shards: beyond it each has hardly a cell of the largest experiments.
pub const MOST: u64 = 100_000;

/// Where schedulers of job arrays say which job this is, and where they say which is the first.
const SCHEDULERS: [(&str, &str); 5] = [
    ("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN"),
    ("PBS_ARRAY_INDEX", ""),
    ("SGE_TASK_ID", "SGE_TASK_FIRST"),
    ("JOB_COMPLETION_INDEX", ""),
    ("HQ_TASK_ID", ""),
];

/// How many jobs an array has, where its scheduler says so.
const ARRAY_LENGTH: &str = "SLURM_ARRAY_TASK_COUNT";

/// One of several shares of the cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which, from 1.
    pub index: u64,
    /// Of how many.
    pub of: u64,
}

impl Shard {
    /// Reads `i/n`, or `auto/n` in a job of an array.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::parse_in(text, |name| std::env::var(name).ok())
    }

    fn parse_in(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let how = "write I/N, such as 2/4 for the second of four, or auto/N in a job array";
        let (index, of) = text.split_once('/').ok_or(how)?;
        let of: u64 = of.parse().map_err(|_| how)?;
        if !(1..=MOST).contains(&of) {
            return Err(format!("there can be 1 to {MOST} shards, not {of}"));
        }
        let index =
            if index == "auto" { of_array(variable, of)? } else { index.parse().map_err(|_| how.to_owned())? };
        if (1..=of).contains(&index) {
            Ok(Self { index, of })
        } else {
            Err(format!("shards of {of} are numbered from 1 to {of}, and this is {index}"))
        }
    }

    /// The shard, of so many, that a cell is in. Neighbours go to different shards, so that all have as much to do.
    ///
    /// # Arguments
    /// * `at` - the cell's number among those of all design points.
    pub fn of_cell(at: u64, of: u64) -> Self {
        Self { index: at % of + 1, of }
    }
}

/// The number of a cell among those of all design points. Points change fastest, so that cells keep their numbers, and
/// shards their cells, when replications are added.
pub fn cell_number(cell: &Range<u64>, point: usize, points: usize) -> u64 {
    cell.start / CELL * points as u64 + point as u64
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

/// The number of this job in its array, from 1.
fn of_array(variable: impl Fn(&str) -> Option<String>, of: u64) -> Result<u64, String> {
    let number = |name: &str| variable(name)?.trim().parse::<u64>().ok();
    // One element of an array that is submitted again alone is the first and only one of its new array.
    if let Some(jobs) = number(ARRAY_LENGTH).filter(|&jobs| jobs != of) {
        return Err(format!("the array has {jobs} jobs and `auto/{of}` needs {of}; write the number of the shard"));
    }
    for (index, first) in SCHEDULERS {
        if let Some(at) = number(index) {
            // Kubernetes counts from 0, the others from the first that was asked for, or 1.
            let first = number(first).unwrap_or(u64::from(index != "JOB_COMPLETION_INDEX"));
            return at
                .checked_sub(first)
                .map(|at| at + 1)
                .ok_or(format!("{index} is {at}, below the first job, {first}"));
        }
    }
    let names: Vec<&str> = SCHEDULERS.iter().map(|(index, _)| *index).collect();
    Err(format!("`auto` needs one of {}, and none is set; write the number of the shard", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Shard, String> {
        Shard::parse_in(text, |_| None)
    }

    #[test]
    fn shards_are_numbered_from_1() {
        assert_eq!(parse("2/4"), Ok(Shard { index: 2, of: 4 }));
        for wrong in ["5/4", "0/4", "0/0", "1/0", "2", "a/b", "-1/3", "1/4/2", "", "/", "auto/3", "1/1000000"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse("5/4").unwrap_err(), "shards of 4 are numbered from 1 to 4, and this is 5");
    }

    #[test]
    fn every_cell_is_in_one_shard() {
        let cells = || [0..250, 250..500, 500..600].into_iter();
        for of in 1..9 {
            let mut seen = vec![0; of as usize];
            for (point, cell) in (0..4).flat_map(|point| cells().map(move |cell| (point, cell))) {
                seen[Shard::of_cell(cell_number(&cell, point, 4), of).index as usize - 1] += 1;
            }
            assert_eq!(seen.iter().sum::<u64>(), 12);
            assert!(seen.iter().all(|&count| count == 12 / of || count == 12_u64.div_ceil(of)), "{seen:?} of {of}");
        }
        assert_eq!(cell_number(&(500..501), 2, 4), cell_number(&(500..750), 2, 4), "a longer cell keeps its number");
    }

    #[test]
    fn a_job_array_gives_the_number() {
        let index = |variables: &[(&str, &str)], text: &str| {
            let variable =
                |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, v)| (*v).to_owned());
            Shard::parse_in(text, variable).map(|shard| shard.index)
        };
        assert_eq!(index(&[("SLURM_ARRAY_TASK_ID", "12"), ("SLURM_ARRAY_TASK_MIN", "10")], "auto/4"), Ok(3));
        assert_eq!(index(&[("SLURM_ARRAY_TASK_ID", "4")], "auto/4"), Ok(4));
        assert_eq!(index(&[("PBS_ARRAY_INDEX", "1")], "auto/4"), Ok(1));
        assert_eq!(index(&[("SGE_TASK_ID", "5"), ("SGE_TASK_FIRST", "2")], "auto/4"), Ok(4));
        // What Grid Engine says in jobs that are no array.
        assert!(index(&[("SGE_TASK_ID", "undefined")], "auto/4").is_err());
        assert_eq!(index(&[("JOB_COMPLETION_INDEX", "0")], "auto/4"), Ok(1));
        assert_eq!(index(&[("HQ_TASK_ID", "2")], "auto/4"), Ok(2));
        assert_eq!(index(&[("HQ_TASK_ID", "2")], "3/4"), Ok(3), "the environment is read for `auto` only");
        for (name, wrong) in [("HQ_TASK_ID", "0"), ("JOB_COMPLETION_INDEX", "4"), ("PBS_ARRAY_INDEX", "5")] {
            assert!(index(&[(name, wrong)], "auto/4").is_err(), "{name} {wrong}");
        }
        assert!(index(&[("SGE_TASK_ID", "1"), ("SGE_TASK_FIRST", "2")], "auto/4").is_err());
    }

    #[test]
    fn an_element_that_is_submitted_again_alone_is_not_taken_for_the_first() {
        let alone = |name: &str| match name {
            "SLURM_ARRAY_TASK_ID" | "SLURM_ARRAY_TASK_MIN" => Some("7".to_owned()),
            ARRAY_LENGTH => Some("1".to_owned()),
            _ => None,
        };
        let refused = Shard::parse_in("auto/40", alone).unwrap_err();
        assert_eq!(refused, "the array has 1 jobs and `auto/40` needs 40; write the number of the shard");
        assert_eq!(Shard::parse_in("7/40", alone), Ok(Shard { index: 7, of: 40 }));
    }
}
