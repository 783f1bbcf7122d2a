//! What differs between the spans of now and those of another time: from a file, or delivered.
//!
//! Pure values: knows what a span looked like, and nothing of where it was kept or how a
//! difference is shown.

mod changes;
mod compared;
mod counting;
mod delivered;
mod digest;
mod kept;
mod look;
mod matching;
mod seen;
mod trees;
mod turn;

pub use changes::{Change, changes};
pub use compared::{Compared, Counts, State};
pub use delivered::{gone, sent, undelivered};
pub use matching::Matching;
pub use seen::{ABOVE, END, NAME, START, STATUS, STATUS_MESSAGE, Seen, SeenValue};
