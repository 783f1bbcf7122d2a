//! What people see: progress, warnings, the dry run, the summary.
//!
//! Only this module and `main` print. Data goes to standard output, all else to standard error,
//! and what comes out of transcripts or from servers is made harmless first.

mod console;
mod diff;
mod dry_run;
mod escaping;
mod first_upload;
mod found;
mod json;
mod numbers;
mod panics;
mod printable;
mod progress;
mod redacted;
mod sent;
mod sessions;
mod skipped;
mod status;
mod style;
mod summary;
mod text;
mod upload;
mod warned;

pub use console::Console;
pub use diff::{Comparison, With};
pub use dry_run::{DryRun, Place};
pub use first_upload::FirstUpload;
pub use found::Found;
pub use panics::tell_panics;
pub use printable::printable;
pub use sessions::{Account, Accounts};
pub use status::{DestinationStatus, Doomed, Overview, Undelivered};
pub use summary::Summary;
pub use upload::UploadReport;
pub use warned::Warned;
