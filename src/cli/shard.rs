//! Shares of an experiment for several machines: `--shard 2/4`.

use std::fmt;

/// Most shards: beyond it each has hardly a cell of the largest experiments.
const MOST: u64 = 100_000;

/// Where schedulers of job arrays say which job this is, and where they say which is the first.
const SCHEDULERS: [(&str, &str); 5] = [
    ("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN"),
    ("PBS_ARRAY_INDEX", ""),
    ("SGE_TASK_ID", "SGE_TASK_FIRST"),
    ("JOB_COMPLETION_INDEX", ""),
    ("HQ_TASK_ID", ""),
];

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
        let index = if index == "auto" { of_array(variable)? } else { index.parse().map_err(|_| how.to_owned())? };
        if (1..=of).contains(&index) {
            Ok(Self { index, of })
        } else {
            Err(format!("shards of {of} are numbered from 1 to {of}, and this is {index}"))
        }
    }

    /// Whether a cell is in it. Neighbours go to different shards, so that all have as much to do.
    ///
    /// # Arguments
    /// * `at` - the cell's number among those of all design points.
    pub fn has(self, at: u64) -> bool {
        at % self.of == self.index - 1
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

/// The number of this job in its array, from 1.
fn of_array(variable: impl Fn(&str) -> Option<String>) -> Result<u64, String> {
    let number = |name: &str| variable(name)?.trim().parse::<u64>().ok();
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
        for of in 1..9 {
            for at in 0..40 {
                assert_eq!((1..=of).filter(|&index| Shard { index, of }.has(at)).count(), 1);
            }
        }
    }

    #[test]
    fn a_job_array_gives_the_number() {
        let slurm = |name: &str| match name {
            "SLURM_ARRAY_TASK_ID" => Some("12".to_owned()),
            "SLURM_ARRAY_TASK_MIN" => Some("10".to_owned()),
            _ => None,
        };
        assert_eq!(Shard::parse_in("auto/4", slurm), Ok(Shard { index: 3, of: 4 }));
        let kubernetes = |name: &str| (name == "JOB_COMPLETION_INDEX").then(|| "0".to_owned());
        assert_eq!(Shard::parse_in("auto/4", kubernetes), Ok(Shard { index: 1, of: 4 }));
        let before = |name: &str| match name {
            "SGE_TASK_ID" => Some("1".to_owned()),
            "SGE_TASK_FIRST" => Some("2".to_owned()),
            _ => None,
        };
        assert!(Shard::parse_in("auto/4", before).is_err());
    }
}
