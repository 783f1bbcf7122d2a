//! What each stage of the pipeline costs, measured alone.
//!
//! `cargo bench --bench stages` measures all, `cargo bench --bench stages -- glance` those of that
//! name, and `-- --sample-count 20` takes a fifth of the time.
//!
//! The input is made of the recordings in `testdata`, the same in every run, before anything is
//! measured: some megabytes, with turns that are shorter than real ones. Bytes are always those of
//! the transcripts that the work is done for, so that the throughputs of stages compare. Items are
//! what the stage handles: files, lines, sessions, turns or spans. Sessions follow each other here,
//! where a run rebuilds several at once.
//!
//! Left out: compression and delivery, which nothing public does without a server.

#![allow(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

#[path = "stages/input.rs"]
mod input;
#[path = "stages/ledger.rs"]
mod ledger;
#[path = "stages/otlp.rs"]
mod otlp;
#[path = "stages/recording.rs"]
mod recording;
#[path = "stages/session.rs"]
mod session;
#[path = "stages/span.rs"]
mod span;
#[path = "stages/transcript.rs"]
mod transcript;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    input::PLACE.set(folder.path().to_owned()).unwrap();
    divan::main();
}
