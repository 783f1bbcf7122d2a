//! `moda-agent sessions`: what each session holds, for people and for programs.

mod accounts;
mod cells;
mod json;
mod names;
mod reported;
mod row;
mod table;
mod text;

pub use accounts::Accounts;
