//! A worker that has run some replications allocates no more: its memory is reset and used again.

use std::fs;
use std::path::Path;

use allocation_counter::measure;
use rearguard::draw::Streams;
use rearguard::withdrawal::Withdrawal;

use crate::common::{case, package};

#[test]
fn a_worker_that_is_warm_allocates_nothing() {
    for entry in fs::read_dir(package().join("scenarios")).expect("scenarios can be listed") {
        let file = Path::new("scenarios").join(entry.expect("an entry").file_name());
        if file.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let case = case::<&str>(&file, &[]);
        let baseline = case.model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        let others: Vec<_> =
            case.document().policies().iter().map(|policy| case.model(&policy.overrides).ok()).collect();
        for model in [Some(baseline.clone())].into_iter().chain(others).flatten() {
            let mut worker = Withdrawal::new(&model, &[&baseline]);
            let mut events = 0;
            let mut run = || (0..20).for_each(|at| events += worker.replicate(Streams::new(1, at)).events);
            run();
            let counted = measure(run);
            assert!(counted.count_total == 0 && events > 0, "{}: {counted:?}", file.display());
        }
    }
}
