//! Secrets in what leaves the machine are replaced by `[REDACTED:kind]`.
//!
//! A search for what secrets begin with, or are called, passes over a text once; only where one of
//! these stands, the rule for it is asked, and each rule looks at a bounded piece of text or at what no
//! other one looks at again. So time grows with the text and with nothing else.

mod assigned;
mod compiled;
mod decoded;
mod home;
mod json;
mod marker;
mod pem;
mod policy;
mod reach;
mod redactor;
mod rule;
mod rules;
mod seam;
mod value;
mod words;

pub use home::Home;
pub use json::{Strings, escaped, with_strings};
pub use marker::{kinds, whole};
pub use policy::Redaction;
pub use redactor::Redactor;
pub use rule::{At, Is, Rule, Then};
pub use rules::RULES;
pub use seam::Seam;
