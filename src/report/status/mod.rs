//! How things stand: what was delivered where, what waits, was rejected, or will be deleted soon.

mod json;
mod overview;
mod text;

pub use overview::{DestinationStatus, Doomed, Overview, Undelivered};
