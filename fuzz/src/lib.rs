//! What the fuzz targets check. `tests/fuzz_regressions.rs` runs the same on the inputs that are
//! kept in `testdata/fuzz`.

pub mod keys;
pub mod line;
pub mod reader;
pub mod redaction;
pub mod run;
pub mod tree;
