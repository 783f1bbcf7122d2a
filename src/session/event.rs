//! What happened in a turn beside what was said: compactions, retries, interrupts, hooks that said no.

use super::classify::{UserRecord, classify};
use super::excerpt::{ERROR_CHARACTERS, Excerpt};
use crate::redaction::Redaction;
use crate::transcript::{Number, Record, Timestamp};

/// Attachments of hooks that stopped something.
const BLOCKS: [&str; 2] = ["hook_blocking_error", "hook_stopped_continuation"];

/// Something that happened in a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it was written.
    pub at: Option<Timestamp>,
    /// What it was.
    pub what: Happened,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// The history was replaced by a summary.
    Compaction {
        /// `auto` or `manual`.
        trigger: Option<String>,
        /// Tokens before it.
        tokens_before: Option<u64>,
        /// Tokens after it.
        tokens_after: Option<u64>,
    },
    /// A request failed and was made again.
    Retry {
        /// The try that failed, counted from 1.
        attempt: u64,
        /// Milliseconds until the next.
        wait_ms: u64,
        /// The HTTP status; nothing where there was no answer.
        status: Option<u64>,
    },
    /// The user stopped the turn.
    Interrupt,
    /// A hook stopped a prompt, a tool call, or the end of the turn.
    HookBlock {
        /// What it was run for, as `PreToolUse:Bash` or `Stop`.
        hook: String,
        /// Why, where it is told apart from what people and models said.
        reason: Option<Excerpt>,
    },
}

impl Event {
    /// What any record of a subagent says.
    pub(super) fn of_subagent(record: &Record<'_>, redaction: Redaction) -> Option<Self> {
        match record.kind.as_deref()? {
            "system" => Self::of_system(record, redaction),
            "attachment" => Self::of_attachment(record, redaction),
            "user" if classify(record) == UserRecord::Interrupt => Some(Self::interrupt(record)),
            "user" => Self::of_result(record),
            _ => None,
        }
    }

    /// The user stopped what was going on.
    pub(super) fn interrupt(record: &Record<'_>) -> Self {
        Self { at: record.timestamp(), what: Happened::Interrupt }
    }

    /// Joins what happened before; of what a hook stopped two records can tell.
    pub(super) fn join(self, events: &mut Vec<Self>) {
        let is_block = matches!(self.what, Happened::HookBlock { .. });
        if !is_block || events.last().is_none_or(|newest| newest.what != self.what) {
            events.push(self);
        }
    }

    /// What a `system` record says.
    pub(super) fn of_system(record: &Record<'_>, redaction: Redaction) -> Option<Self> {
        let known = |number: Number| Some(number.get()).filter(|number| *number > 0);
        let what = match record.subtype.as_deref()? {
            "compact_boundary" => Happened::Compaction {
                trigger: record.compact_metadata.trigger.clone().map(Into::into),
                tokens_before: known(record.compact_metadata.pre_tokens),
                tokens_after: known(record.compact_metadata.post_tokens),
            },
            "api_error" => Happened::Retry {
                attempt: record.retry_attempt.get(),
                wait_ms: record.retry_in_ms.get(),
                status: known(record.error.details.status),
            },
            "stop_hook_summary" if record.prevented_continuation => {
                block("Stop", record.stop_reason.as_deref(), redaction)
            }
            // The turn went on because a hook wanted it to.
            "stop_hook_summary" if record.failed_hooks.is_there && objects(record) => {
                block("Stop", record.hook_errors.first.as_deref(), redaction)
            }
            _ if record.prevents_continuation => block("UserPromptSubmit", record.content.as_deref(), redaction),
            _ => return None,
        };
        Some(Self { at: record.timestamp(), what })
    }

    /// What an `attachment` says.
    pub(super) fn of_attachment(record: &Record<'_>, redaction: Redaction) -> Option<Self> {
        let attachment = &record.attachment;
        let hook = attachment.hook_name.as_deref().or(attachment.hook_event.as_deref()).unwrap_or("a hook");
        let reason = attachment.blocking_error.words.as_deref().or(attachment.message.as_deref());
        let is_block = attachment.kind.as_deref().is_some_and(|kind| BLOCKS.contains(&kind));
        is_block.then(|| Self { at: record.timestamp(), what: block(hook, reason, redaction) })
    }

    /// What a tool's result says: a hook can have refused the call.
    pub(super) fn of_result(record: &Record<'_>) -> Option<Self> {
        let (decision, source) = (record.permission.decision.as_deref(), record.permission.source.as_deref());
        let is_block = decision == Some("reject") && source == Some("hook");
        is_block.then(|| Self { at: record.timestamp(), what: block("PreToolUse", None, Redaction::off()) })
    }
}

fn block(hook: &str, reason: Option<&str>, redaction: Redaction) -> Happened {
    let reason = reason.filter(|reason| !reason.is_empty());
    let reason = reason.map(|reason| Excerpt::of(reason, ERROR_CHARACTERS, redaction));
    Happened::HookBlock { hook: hook.to_owned(), reason }
}

/// Whether a hook had anything against the end of the turn, and did not merely go wrong.
fn objects(record: &Record<'_>) -> bool {
    record.hook_errors.count > record.failed_hooks.count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_records_say_happened() {
        let compaction = |trigger: &str, tokens_before, tokens_after| Happened::Compaction {
            trigger: Some(trigger.to_owned()),
            tokens_before: Some(tokens_before),
            tokens_after,
        };
        let block = |hook: &str, reason: Option<&str>| Happened::HookBlock {
            hook: hook.to_owned(),
            reason: reason.map(|reason| Excerpt::of(reason, 99, Redaction::default())),
        };
        for (line, expected) in [
            (
                r#""type":"system","subtype":"compact_boundary","compactMetadata":{"trigger":"auto","preTokens":9}"#,
                Some(compaction("auto", 9, None)),
            ),
            (
                r#""type":"system","subtype":"api_error","error":{"status":529},"retryInMs":610.34,"retryAttempt":2"#,
                Some(Happened::Retry { attempt: 2, wait_ms: 610, status: Some(529) }),
            ),
            (
                r#""type":"system","subtype":"api_error","error":{},"retryInMs":5,"retryAttempt":1"#,
                Some(Happened::Retry { attempt: 1, wait_ms: 5, status: None }),
            ),
            (
                r#""type":"system","subtype":"stop_hook_summary","preventedContinuation":true,"stopReason":"no""#,
                Some(block("Stop", Some("no"))),
            ),
            (r#""type":"system","subtype":"stop_hook_summary","preventedContinuation":false"#, None),
            (
                r#""type":"attachment","attachment":{"type":"hook_blocking_error","hookName":"PreToolUse:Bash"}"#,
                Some(block("PreToolUse:Bash", None)),
            ),
            (
                r#""type":"attachment","attachment":{"type":"hook_blocking_error","hookName":"PostToolUse:Bash","blockingError":{"blockingError":"no"}}"#,
                Some(block("PostToolUse:Bash", Some("no"))),
            ),
            (
                r#""type":"attachment","attachment":{"type":"hook_stopped_continuation","hookEvent":"Stop","message":"no"}"#,
                Some(block("Stop", Some("no"))),
            ),
            (
                r#""type":"system","subtype":"stop_hook_summary","hookErrors":["not yet"],"failedHookErrorIndexes":[]"#,
                Some(block("Stop", Some("not yet"))),
            ),
            (
                r#""type":"system","subtype":"stop_hook_summary","hookErrors":["broken"],"failedHookErrorIndexes":[0]"#,
                None,
            ),
            (r#""type":"system","subtype":"stop_hook_summary","hookErrors":["old, may be either"]"#, None),
            (
                r#""type":"system","subtype":"informational","preventContinuation":true,"content":"no""#,
                Some(block("UserPromptSubmit", Some("no"))),
            ),
            (
                r#""type":"user","permissionDecision":{"decision":"reject","source":"hook"}"#,
                Some(block("PreToolUse", None)),
            ),
            (r#""type":"user","permissionDecision":{"decision":"reject","source":"config"}"#, None),
            (r#""type":"attachment","attachment":{"type":"hook_success","hookName":"Stop"}"#, None),
            (r#""type":"system","subtype":"turn_duration""#, None),
        ] {
            let line = format!("{{{line}}}");
            let record = Record::of(&line);
            let found = Event::of_system(&record, Redaction::default())
                .or_else(|| Event::of_attachment(&record, Redaction::default()));
            let found = found.or_else(|| Event::of_result(&record));
            assert_eq!(found.map(|event| event.what), expected, "{line}");
        }
    }
}
