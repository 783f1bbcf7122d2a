//! A cheap look at a line, before it is parsed.
//!
//! Nine tenths of the bytes of a new transcript are bookkeeping (`api-request-shape`,
//! `attachment`, ...) in lines of up to 110 KB. Their kind stands in their first bytes. A line is
//! passed over only when its own top-level keys say that it holds nothing we read; whatever is
//! not certain is parsed.

use std::sync::LazyLock;

use memchr::memchr2;
use memchr::memmem::{self, Finder};

use super::salvage::BEGINNINGS;

/// The attachments that are read: the model in use, what was given while a turn ran, and that a hook
/// stopped something.
const ATTACHMENTS: [&[u8]; 4] = [b"model", b"queued_command", b"hook_blocking_error", b"hook_stopped_continuation"];
/// The records that are read.
const RECORDS: [&[u8]; 5] = [b"user", b"assistant", b"system", b"cost-state", b"relocated"];
/// What `progress` records have in them that are read: they name a call and its subagent.
const PROGRESS: &[u8] = b"\"agent_progress\"";
/// What names a record's session.
const SESSION: &[u8] = b"\"sessionId\":";

/// Whether a line may hold a record that counts. `false` is certain, `true` is a guess.
#[must_use]
pub fn matters(line: &[u8]) -> bool {
    wanted(line).unwrap_or(true) || is_damaged(line) || holds_another(line)
}

/// A cut line is parsed, to be reported.
fn is_damaged(line: &[u8]) -> bool {
    !line.trim_ascii_end().ends_with(b"}")
}

/// Two writers can leave two objects on one line, and a crash half of one before the next; the first
/// says nothing about the second. A brace in a string has no quote behind it that is not escaped.
fn holds_another(line: &[u8]) -> bool {
    static OBJECT: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("{\""));
    OBJECT.find_iter(line).filter(|at| *at > 0).any(|at| may_begin_record(line, at))
}

/// Whether the object there is more than a part of the one before: it follows a whole one, or begins
/// as records do that are found behind half a one.
fn may_begin_record(line: &[u8], at: usize) -> bool {
    let (before, object) = line.split_at_checked(at).unwrap_or_default();
    let last = before.iter().rfind(|byte| **byte > b' ');
    last == Some(&b'}') || BEGINNINGS.iter().any(|beginning| object.starts_with(beginning)) && !is_block(object)
}

/// Whether an object that begins with its type is none of the records that are read: of another kind,
/// or, but for the client's count, without the session that each names.
fn is_block(object: &[u8]) -> bool {
    let kind = object.strip_prefix(b"{\"type\":").and_then(string);
    kind.is_some_and(|(kind, _)| match kind {
        b"cost-state" => false,
        b"attachment" | b"progress" => memmem::find(object, SESSION).is_none(),
        _ => !RECORDS.contains(&kind) || memmem::find(object, SESSION).is_none(),
    })
}

/// What the top-level keys say, read from the left until one decides. `None`: nothing certain.
fn wanted(line: &[u8]) -> Option<bool> {
    let mut rest = line.strip_prefix(b"{")?;
    loop {
        let (key, value) = string(rest)?;
        let value = value.strip_prefix(b":")?;
        match key {
            b"type" => match string(value)?.0 {
                b"attachment" => {}
                b"progress" => return Some(memmem::find(line, PROGRESS).is_some()),
                kind => return Some(RECORDS.contains(&kind)),
            },
            b"attachment" => {
                let kind = string(value.strip_prefix(b"{\"type\":")?)?.0;
                return Some(ATTACHMENTS.contains(&kind));
            }
            b"message" => return None,
            _ => {}
        }
        rest = scalar(value)?.strip_prefix(b",")?;
    }
}

/// A JSON string without escapes at the start of `bytes`, and what follows it.
pub(super) fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let bytes = bytes.strip_prefix(b"\"")?;
    let (text, rest) = bytes.split_at_checked(memchr2(b'"', b'\\', bytes)?)?;
    Some((text, rest.strip_prefix(b"\"")?))
}

/// What follows a string, number, boolean or null; nothing for an object or array.
pub(super) fn scalar(bytes: &[u8]) -> Option<&[u8]> {
    match bytes.first()? {
        b'"' => string(bytes).map(|(_, rest)| rest),
        b'{' | b'[' => None,
        _ => bytes.get(bytes.iter().position(|byte| !is_of_number(*byte))?..),
    }
}

/// Whether the byte is one of a number, of `true`, `false` or `null`.
fn is_of_number(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_certainly_hold_nothing_are_passed_over() {
        for (line, expected) in [
            (r#"{"type":"api-request-shape","shape":{"type":"user"}}"#, false),
            (r#"{"type":"queue-operation","operation":"enqueue","content":"{}"}"#, false),
            (r#"{"type":"user","message":{}}"#, true),
            (r#"{"parentUuid":null,"isSidechain":false,"message":{},"type":"assistant"}"#, true),
            (r#"{"parentUuid":"u","isSidechain":false,"type":"progress","data":{}}"#, false),
            (r#"{"parentUuid":"u","type":"progress","data":{"message":{},"type":"agent_progress"}}"#, true),
            (r#"{"type":"cost-state","modelUsage":{}}"#, true),
            (r#"{"parentUuid":"u","attachment":{"type":"queued_command","prompt":"x"},"type":"attachment"}"#, true),
            (r#"{"parentUuid":"u","attachment":{"type":"model","identity":{}},"type":"attachment"}"#, true),
            (r#"{"parentUuid":"u","attachment":{"type":"environment"},"type":"attachment"}"#, false),
            (r#"{"type":"attachment","attachment":{"type":"model"}}"#, true),
            (r#"{"type":"attachment","attachment":{"type":"date"}}"#, false),
            (r#"{"type":"attachment","attachment":{"identity":{},"type":"model"}}"#, true),
            (r#"{"origin":{"kind":"human"},"type":"summary"}"#, true),
            (r#"{"cwd":"C:\\a","type":"summary"}"#, true),
            (r#"{"type":"summary","summary":"x"}{"type":"assistant","message":{}}"#, true),
            (r#"{"type":"summary","summary":"x"} {"parentUuid":null,"type":"user","message":{}}"#, true),
            (r#"{"type":"queue-operation","content":"cut o{"parentUuid":"u","type":"user","message":{}}"#, true),
            (r#"{"type":"mode","mode":"x"} {"type":"cost-state","modelUsage":{}}"#, true),
            (r#"{"type":"queue-operation","content":"{\"parentUuid\":null}"}"#, false),
            (r#"{"type":"queue-operation","content":"{\"type\":\"user\",\"sessionId\":\"s\"}"}"#, false),
            (r#"{"type":"queue-operation","content":"cut o{"type":"user","sessionId":"s"}"#, true),
            (r#"{"type":"queue-operation","content":"cut o{"type":"cost-state"}"#, true),
            (
                r#"{"type":"api-request-blob","message":{"content":[{"type":"text"},{"type":"image"}]},"sessionId":"s"}"#,
                false,
            ),
            ("{\"type\":\"mode\"}\u{10}\0 {\"type\":\"user\"}", true),
            (r#"{"type":"queue-operation","content":"cut o"#, true),
            (r#"{"type":"sum"#, true),
            ("", true),
            ("garbage", true),
        ] {
            assert_eq!(matters(line.as_bytes()), expected, "{line}");
        }
    }
}
