//! Saved Claude Code sessions as OpenTelemetry spans.
//!
//! Data flows one way, and a stage imports only earlier ones:
//!
//! ```text
//! discover -> read -> reconstruct -> project -> batch -> deliver -> record
//! └─ transcript ───┘  └ session ─┘   └ span ─┘  └── otlp ──────┘   └ ledger
//! ```
//!
//! [`pipeline`] is that line. `report` shows people what happened on it. [`compare`] holds spans
//! against those of another time.

pub mod ask;
pub mod cli;
pub mod compare;
pub mod config;
pub mod error;
pub mod files;
pub mod ledger;
pub mod manual;
pub mod ordered;
pub mod otlp;
pub mod pipeline;
pub mod redaction;
pub mod report;
pub mod runs;
pub mod session;
pub mod sink;
pub mod span;
pub mod spool;
pub mod stop;
pub mod transcript;
pub mod warning;
