//! Files where others may have put something else, or may look in.
//!
//! What is meant for one user is opened, and trusted, only as far as the system says that it is hers.

mod others;
mod plain;

pub use others::{Others, is_of_another, make_private, others};
pub use plain::{open_plain, open_plainly};
