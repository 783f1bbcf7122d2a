//! What the table says of a session, and of all of them.

use super::account::Account;
use super::names::models;
use super::table::Side;
use crate::report::found::Found;
use crate::report::numbers::{counted, duration, grouped};
use crate::report::printable::{clipped, printable};

/// Letters of a version; real ones have seven.
const VERSION_LETTERS: usize = 20;

/// A row of the table.
pub(super) type Cells = [String; 12];

/// What the columns are called.
pub(super) const HEADINGS: [&str; 12] = [
    "started (UTC)",
    "session",
    "length",
    "client",
    "models",
    "turns",
    "requests",
    "tools",
    "agents",
    "tokens in",
    "cached",
    "tokens out",
];
/// To which sides they lean.
pub(super) const SIDES: [Side; 12] = {
    use Side::{Left, Right};
    [Left, Left, Right, Left, Left, Right, Right, Right, Right, Right, Right, Right]
};

/// Of a session.
pub(super) fn of(row: &Account) -> Cells {
    let [turns, requests, tools, agents, tokens_in, cached, tokens_out] = numbers(&row.found);
    [
        row.started_at.map(|at| at.to_string().replace('T', " ").chars().take(16).collect()).unwrap_or_default(),
        printable(&row.id).chars().take(8).collect(),
        row.started_at.zip(row.ended_at).map(|(start, end)| duration(end.seconds_since(start))).unwrap_or_default(),
        row.client_versions.last().map(|version| clipped(version, VERSION_LETTERS)).unwrap_or_default(),
        models(&row.models),
        turns,
        requests,
        tools,
        agents,
        tokens_in,
        cached,
        tokens_out,
    ]
}

/// Of all sessions.
pub(super) fn total(found: &Found) -> Cells {
    let [turns, requests, tools, agents, tokens_in, cached, tokens_out] = numbers(found);
    let nothing = String::new;
    let name = counted(found.sessions, "session");
    [name, nothing(), nothing(), nothing(), nothing(), turns, requests, tools, agents, tokens_in, cached, tokens_out]
}

/// The columns that can be summed, and their share.
fn numbers(found: &Found) -> [String; 7] {
    let tokens = found.all_tokens();
    let at_least = if found.incomplete_requests > 0 { "≥" } else { "" };
    [
        grouped(found.turns),
        grouped(found.requests),
        grouped(found.tool_calls),
        grouped(found.subagents),
        grouped(tokens.prompt()),
        share(tokens.cache_read, tokens.prompt()),
        format!("{at_least}{}", grouped(tokens.output)),
    ]
}

/// `78 %`, rounded down; nothing of nothing.
fn share(part: u64, whole: u64) -> String {
    let share = u128::from(part) * 100 / u128::from(whole.max(1));
    if whole == 0 { String::new() } else { format!("{share} %") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_something() {
        assert_eq!([share(1, 3), share(3, 3), share(0, 0), share(u64::MAX, u64::MAX)], ["33 %", "100 %", "", "100 %"]);
    }
}
