//! Files to sessions, read and rebuilt.

use divan::{Bencher, black_box_drop};
use moda_agent::session::{Keep, Owners};
use moda_agent::span::{Convention, Projection};

use crate::input::{Input, projection};

/// For accounts.
#[divan::bench(args = Input::BOTH)]
fn rebuild_numbers(bencher: Bencher<'_, '_>, input: Input) {
    rebuild(bencher, input, Keep { only_numbers: true, ..Keep::default() });
}

/// For one span a turn, as convention `moda` has.
#[divan::bench(args = Input::BOTH)]
fn rebuild_turns(bencher: Bencher<'_, '_>, input: Input) {
    rebuild(bencher, input, projection(Convention::Moda).keep());
}

/// For spans of requests, tools and subagents, with what they said.
#[divan::bench(args = Input::BOTH)]
fn rebuild_trees(bencher: Bencher<'_, '_>, input: Input) {
    rebuild(bencher, input, projection(Convention::GenAi).keep());
}

fn rebuild(bencher: Bencher<'_, '_>, input: Input, keep: Keep) {
    let tree = input.tree();
    tree.counted(bencher, tree.sessions.len()).bench(|| {
        for files in &tree.sessions {
            black_box_drop(moda_agent::session::rebuild(files, &|_| {}, keep));
        }
    });
}

/// Leaves in each session only what no earlier one owns.
#[divan::bench(args = Input::BOTH)]
fn own(bencher: Bencher<'_, '_>, input: Input) {
    let tree = input.tree();
    let sessions = tree.rebuilt(&Projection::default());
    tree.counted(bencher, sessions.len()).with_inputs(|| sessions.clone()).bench_values(|sessions| {
        let mut owners = Owners::with(&|_, _| false);
        sessions.into_iter().map(|session| owners.keep_own(session)).collect::<Vec<_>>()
    });
}
