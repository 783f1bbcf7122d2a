//! The kinds of secrets that are known, each with its source, an example and a look-alike.
//!
//! Where a rule's `then` has no group, all of it is the secret. Private keys are told by their lines:
//! [`super::pem`].

mod cloud;
mod forges;
mod names;
mod programs;
mod protocols;
mod services;

use std::sync::LazyLock;

use super::rule::Rule;

const TABLES: [&[Rule]; 6] =
    [cloud::RULES, forges::RULES, services::RULES, protocols::RULES, programs::RULES, names::RULES];

/// The rules. Of two with an anchor in the same place that with the longer one is asked.
pub static RULES: LazyLock<Vec<&Rule>> = LazyLock::new(|| TABLES.into_iter().flatten().collect());
