//! The inputs that the fuzz targets found or learned most from, and what they check of each.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![allow(unreachable_pub, dead_code, reason = "the modules are those of the fuzz targets")]

#[path = "../fuzz/src/keys.rs"]
mod keys;
#[path = "../fuzz/src/line.rs"]
mod line;
#[path = "../fuzz/src/reader.rs"]
mod reader;
#[path = "../fuzz/src/redaction.rs"]
mod redaction;
#[path = "../fuzz/src/run.rs"]
mod run;
#[path = "../fuzz/src/tree.rs"]
mod tree;

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

/// Checks every file of `testdata/fuzz/TARGET`.
fn check_all(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/fuzz").join(target);
    let mut inputs: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    inputs.sort();
    assert!(!inputs.is_empty());
    inputs.retain(|input| {
        let bytes = fs::read(input).unwrap();
        assert!(bytes.len() < 4_096, "{} is too long to be read by a person", input.display());
        catch_unwind(|| check(&bytes)).is_err()
    });
    assert!(inputs.is_empty(), "these inputs of {target} fail: {inputs:#?}");
}

#[test]
fn the_reader_takes_every_input() {
    check_all("reader", reader::check);
}

#[test]
fn the_whole_line_takes_every_input() {
    check_all("line", line::check);
}

#[test]
fn redaction_takes_every_input() {
    check_all("redaction", redaction::check);
}
