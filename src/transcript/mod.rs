//! What is on disk: which files hold transcripts, their lines, and one line as a type.
//!
//! Knows the format of Claude Code's transcripts and nothing of what they mean together.
//! Every field may be missing or of a wrong type, and unknown records are normal.

mod buffer;
mod content;
mod cost;
mod digest;
mod discover;
mod file;
mod folder;
mod glance;
mod head;
mod heads;
mod holders;
mod json;
mod lenient;
mod lines;
mod number;
mod places;
mod record;
mod repair;
mod salvage;
mod shared;
mod timestamp;
mod usage;

pub use content::{Answer, Block, Content, Input};
pub use cost::ModelUsage;
pub use digest::digest;
pub use discover::{Discovery, Listing, Opened, SessionFiles, discover, list, total};
pub use file::{FileState, rest};
pub use glance::matters;
pub use head::Head;
pub use heads::Known;
pub use holders::{Holders, Sharers};
pub use json::{Escaped, RawText};
pub use lines::{Line, Lines};
pub use number::{Excess, Number};
pub use places::is_uuid;
pub use record::{Message, Record, SubagentMeta};
pub use repair::well_formed;
pub use salvage::{By, State, read_records, read_records_by};
pub use shared::Shared;
pub use timestamp::{Timestamp, Written};
pub use usage::Tokens;
