//! `moda-agent sessions`: what each session holds, for people and for programs.

mod account;
mod accounts;
mod cells;
mod json;
mod lines;
mod names;
mod overview;
mod reported;
mod table;
mod text;

pub use account::Account;
pub use accounts::Accounts;
pub(super) use names::project;
