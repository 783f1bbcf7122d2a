//! The accounts for programs: one object, `sessions` and `totals`.
//!
//! Fields are added in later versions, none is changed. `project`, `started_at`, `ended_at` and
//! `reported_usage` are left out where they are not known.

use std::collections::BTreeMap;
use std::io::Write;

use serde::Serialize;

use super::account::Account;
use super::accounts::Table;
use super::lines::Lines;
use crate::error::Error;
use crate::report::found::Found;
use crate::transcript::{Timestamp, Tokens};

/// Writes the object and a line feed; of the sessions one is in memory at a time.
pub(super) fn write(output: &mut Lines<impl Write>, table: &Table) -> Result<(), Error> {
    let mut totals = Found::default();
    output.text("{\"sessions\":[")?;
    for account in table.accounts() {
        let account = account?;
        if totals.sessions > 0 {
            output.text(",")?;
        }
        totals += account.found;
        output.json(&Session::of(&account))?;
    }
    output.text("],\"totals\":")?;
    let counts = Counts::of(&totals, None);
    output.json(&Totals { sessions: totals.sessions, counts, warnings: table.warned.counts() })?;
    output.line("}")
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are the format's")]
struct Session<'a> {
    session_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    client_versions: &'a [String],
    models: &'a [String],
    #[serde(flatten)]
    counts: Counts,
    warnings: u64,
}

#[derive(Serialize)]
struct Totals<'a> {
    sessions: u64,
    #[serde(flatten)]
    counts: Counts,
    warnings: &'a BTreeMap<&'static str, u64>,
}

#[derive(Serialize)]
struct Counts {
    turns: u64,
    requests: u64,
    tool_calls: u64,
    subagents: u64,
    usage: Usage,
    subagent_usage: Usage,
    #[serde(skip_serializing_if = "Option::is_none")]
    reported_usage: Option<Usage>,
    incomplete_requests: u64,
    duplicate_requests: u64,
}

/// Named as the API names them; input tokens are those outside the cache.
#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are the API's")]
struct Usage {
    input_tokens: u64,
    cache_creation_input_tokens: u64,
    cache_read_input_tokens: u64,
    output_tokens: u64,
}

impl<'a> Session<'a> {
    fn of(row: &'a Account) -> Self {
        let theirs = row.reported.as_ref().map(|reported| reported.theirs.values().copied().sum::<Tokens>());
        Self {
            session_id: &row.id,
            project: row.project.as_deref(),
            started_at: row.started_at.as_ref().map(Timestamp::to_string),
            ended_at: row.ended_at.as_ref().map(Timestamp::to_string),
            client_versions: &row.client_versions,
            models: &row.models,
            counts: Counts::of(&row.found, theirs),
            warnings: row.warnings,
        }
    }
}

impl Counts {
    fn of(found: &Found, reported: Option<Tokens>) -> Self {
        Self {
            turns: found.turns,
            requests: found.requests,
            tool_calls: found.tool_calls,
            subagents: found.subagents,
            usage: Usage::of(found.tokens),
            subagent_usage: Usage::of(found.subagent_tokens),
            reported_usage: reported.map(Usage::of),
            incomplete_requests: found.incomplete_requests,
            duplicate_requests: found.duplicate_requests,
        }
    }
}

impl Usage {
    fn of(tokens: Tokens) -> Self {
        Self {
            input_tokens: tokens.input,
            cache_creation_input_tokens: tokens.cache_creation,
            cache_read_input_tokens: tokens.cache_read,
            output_tokens: tokens.output,
        }
    }
}
