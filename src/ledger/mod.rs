//! What was delivered where: one `SQLite` file, in which a run finds what earlier runs did.
//!
//! A receipt is written for each turn that arrived or was rejected, after the server said so.
//! Beside the receipts stands how far each session is, so that what did not change is not opened.
//! Decides which sessions are read and which turns are sent; sends nothing itself.

mod access;
mod decision;
mod destination;
mod fault;
mod files;
mod guard;
mod judge;
mod lock;
mod open;
mod packed;
mod plan;
mod progress;
mod receipts;
mod recorder;
mod rows;
mod schema;
mod standing;
mod store;
mod under_way;

pub use access::{Access, LedgerSettings};
pub use decision::{Decision, Resend};
pub use destination::{ANY_KEY, Destination, fingerprint};
pub use files::KnownFiles;
pub use judge::{Judged, KeptBack, Verdict, Wanted, judge};
pub use lock::Lock;
pub use plan::{Plan, Unchanged, plan};
pub use progress::{AllProgress, Progress};
pub use receipts::{Fate, Known};
pub use recorder::{Recorder, SessionEntry, TurnEntry, looks};
pub use standing::{Rejected, Standing, standings};
pub use store::Ledger;
