//! Files to records.

use std::hint::black_box;

use divan::Bencher;
use divan::counter::ItemsCount;
use moda_agent::transcript::{By, Lines, Shared, matters, read_records_by};

use crate::input::{Input, Tree};

#[divan::bench]
fn discover(bencher: Bencher<'_, '_>) {
    let tree = Tree::small();
    let bencher = bencher.counter(ItemsCount::new(tree.files()));
    bencher.bench(|| moda_agent::transcript::discover(&tree.paths).unwrap());
}

#[divan::bench(args = Input::BOTH)]
fn lines(bencher: Bencher<'_, '_>, input: Input) {
    let text = input.tree().text();
    input.tree().counted(bencher, split(&text).len()).bench(|| {
        let mut lines = Lines::new(text.as_slice());
        while let Some(line) = lines.next_line().unwrap() {
            black_box(line);
        }
    });
}

#[divan::bench(args = Input::BOTH)]
fn glance(bencher: Bencher<'_, '_>, input: Input) {
    let text = input.tree().text();
    let lines = split(&text);
    input.tree().counted(bencher, lines.len()).bench(|| lines.iter().filter(|line| matters(line)).count());
}

#[divan::bench(args = Input::BOTH)]
fn records(bencher: Bencher<'_, '_>, input: Input) {
    read(bencher, input, By::OurReader);
}

#[divan::bench(args = Input::BOTH)]
fn records_by_serde_json(bencher: Bencher<'_, '_>, input: Input) {
    read(bencher, input, By::SerdeJson);
}

/// Every line, also those that a run passes over at a glance.
fn read(bencher: Bencher<'_, '_>, input: Input, by: By) {
    let text = input.tree().text();
    let lines = split(&text);
    input.tree().counted(bencher, lines.len()).bench(|| {
        for line in &lines {
            read_records_by(by, line, &mut |record| {
                black_box(record);
            });
        }
    });
}

/// For copies, in as many threads as the machine has.
#[divan::bench(args = Input::BOTH)]
fn look(bencher: Bencher<'_, '_>, input: Input) {
    let tree = input.tree();
    tree.counted(bencher, tree.files()).bench(|| Shared::of(&tree.sessions));
}

fn split(text: &[u8]) -> Vec<&[u8]> {
    text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect()
}
