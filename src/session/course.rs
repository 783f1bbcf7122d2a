//! How far the client went with a tool call: its result's record says it.
//!
//! The client checks a call, asks whether it is allowed, and runs it. Measured on 297 calls of client
//! 2.1.330, of which its own tracing told how far they came.

use super::version::ClientVersion;
use crate::transcript::Record;

/// How the result of a call begins that the client did not find fit to be asked about.
const REFUSED: &str = "<tool_use_error>";
/// How results began of calls that were not allowed, before records said so.
const DENIED: [&str; 4] =
    ["The user doesn't want to", "Permission to use ", "Claude requested permissions", "The user wants to clarify"];
/// The first measured client that writes who allowed a call; 2.1.236 does not.
const DECISIONS_SINCE: ClientVersion = ClientVersion(2, 1, 330);

/// How far the client went with a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// How far.
    pub reached: Reached,
    /// Who allowed or refused it, in the client's words; not where the turn was stopped first.
    pub permission: Option<Permission>,
    /// Why it was not carried out or stopped, in the client's word (`user-rejected`).
    pub denial: Option<String>,
}

/// How far a call came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reached {
    /// Nobody knows.
    #[default]
    Unknown,
    /// It was refused before anybody was asked: no such tool, odd input.
    Nothing,
    /// It was not allowed.
    Permission,
    /// The turn was stopped before it ran; it may have been asked about.
    Waiting,
    /// The turn was stopped while it ran.
    Stopped,
    /// It ran.
    Execution,
}

/// Who allowed or refused a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// Whether it was allowed.
    pub is_accepted: bool,
    /// `config`, `hook`, `user_temporary`, `user_reject`, ...
    pub source: String,
}

impl Course {
    /// Of a call with this result, which stands in that record.
    pub(super) fn of(result: &str, record: &Record<'_>) -> Self {
        let permission = record.permission.decision.as_deref().map(|decision| Permission {
            is_accepted: decision == "accept",
            source: record.permission.source.as_deref().unwrap_or_default().to_owned(),
        });
        let is_denied = DENIED.iter().any(|beginning| result.starts_with(beginning));
        let denial = record.tool_denial_kind.clone().map(Into::into);
        let version = record.version.as_deref().and_then(ClientVersion::parse);
        let reached = match (&permission, &denial) {
            _ if result.starts_with(REFUSED) => Reached::Nothing,
            (Some(Permission { is_accepted: true, .. }), _) => Reached::Execution,
            (None, Some(_)) if record.was_denied_before_run => Reached::Waiting,
            (None, Some(_)) if has_decisions(version) => Reached::Stopped,
            (Some(_), _) | (None, Some(_)) => Reached::Permission,
            (None, None) if has_decisions(version) => Reached::Nothing,
            (None, None) if is_denied => Reached::Permission,
            (None, None) => Reached::Execution,
        };
        Self { reached, permission, denial }
    }
}

fn has_decisions(version: Option<ClientVersion>) -> bool {
    version.is_some_and(|version| version >= DECISIONS_SINCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_a_call_came() {
        let permission = |decision: &str, source: &str| {
            format!(r#""version":"2.1.330","permissionDecision":{{"decision":"{decision}","source":"{source}"}}"#)
        };
        let denied =
            |version: &str, more: &str| format!(r#""version":"{version}","toolDenialKind":"user-rejected"{more}"#);
        let version = |version: &str| format!(r#""version":"{version}""#);
        for (result, fields, expected) in [
            ("hi", permission("accept", "config"), Reached::Execution),
            ("Exit code 3", permission("accept", "config"), Reached::Execution),
            ("no", permission("reject", "hook"), Reached::Permission),
            ("<tool_use_error>No such tool", version("2.1.330"), Reached::Nothing),
            ("<tool_use_error>denied", permission("reject", "user_reject"), Reached::Nothing),
            ("a verdict in plain words", version("2.1.330"), Reached::Nothing),
            ("The user doesn't want to proceed", denied("2.1.330", r#","toolDenialBeforeRun":true"#), Reached::Waiting),
            ("The user doesn't want to proceed", denied("2.1.330", ""), Reached::Stopped),
            ("The user doesn't want to proceed", denied("2.1.200", ""), Reached::Permission),
            ("The user doesn't want to proceed", version("2.0.1"), Reached::Permission),
            ("<tool_use_error>old", version("1.0.24"), Reached::Nothing),
            ("hi", version("1.0.24"), Reached::Execution),
            ("hi", r#""uuid":"u""#.to_owned(), Reached::Execution),
        ] {
            let line = format!("{{{fields}}}");
            assert_eq!(Course::of(result, &Record::of(&line)).reached, expected, "{result} {line}");
        }
    }
}
