//! `moda-agent sessions`: what each session holds, for people and for programs.

mod account;
mod accounts;
mod cells;
mod json;
mod names;
mod reported;
mod table;
mod text;

pub use account::Account;
pub use accounts::Accounts;
pub(super) use names::project;
