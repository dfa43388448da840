//! How long one replication, a whole run and loading take.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use rearguard::draw::Streams;
use rearguard::experiment::{Hooks, Plan, PolicyModel, run};
use rearguard::scenario::Case;
use rearguard::withdrawal::Withdrawal;

const MALI: &str = "scenarios/mali-2023.toml";

fn case() -> Case {
    Case::load(Path::new(MALI), &[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)))
}

fn speed(criterion: &mut Criterion) {
    let model = case().model(&[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    criterion.bench_function("loading", |bench| bench.iter(|| black_box(case())));
    let mut withdrawal = Withdrawal::new(&model, &[]);
    let mut replication = 0;
    criterion.bench_function("one replication", |bench| {
        bench.iter(|| {
            replication += 1;
            black_box(withdrawal.replicate(Streams::new(1, replication)).events)
        });
    });
    let policies = vec![PolicyModel {
        id: "historical".into(),
        title: String::new(),
        model: model.clone(),
        overrides: Vec::new(),
    }];
    let plan = Plan::of(policies, 1, 10_000);
    let hooks = Hooks { should_stop: &|| false, on_progress: &|_, _| () };
    let mut group = criterion.benchmark_group("run");
    group.sample_size(10);
    group.bench_function("10,000 replications on all processors", |bench| bench.iter(|| black_box(run(&plan, &hooks))));
    group.finish();
}

criterion_group!(benches, speed);
criterion_main!(benches);
