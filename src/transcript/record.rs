//! One line as a type: the fields that mean something, borrowed from the line.

use std::borrow::Cow;

use serde::de::{MapAccess, SeqAccess};

use super::content::{Content, Parts};
use super::cost::ModelUsage;
use super::lenient::{Any, Lenient, object};
use super::number::{Excess, Number};
use super::timestamp::{Timestamp, Written};
use super::usage::Usage;

type Text<'a> = Option<Cow<'a, str>>;

object! {
    /// One record of a transcript. Fields that a version does not write are absent or false.
    pub struct Record {
        /// `user`, `assistant`, `system`, `attachment` or one of forty others.
        kind: Text<'a> = b"type",
        /// Of a `system` record.
        subtype: Text<'a> = b"subtype",
        /// The record's own id.
        uuid: Text<'a> = b"uuid",
        /// The record before it in the conversation; null at the roots.
        parent_uuid: Text<'a> = b"parentUuid",
        /// The session; in a subagent's transcript its parent's.
        session_id: Text<'a> = b"sessionId",
        /// When it was written.
        written: Written = b"timestamp",
        /// The client's version.
        version: Text<'a> = b"version",
        /// The working directory.
        cwd: Text<'a> = b"cwd",
        /// Of a `relocated` record: where the session went on.
        relocated_cwd: Text<'a> = b"relocatedCwd",
        /// How the client was started: `cli`, `sdk-py`, ...
        entrypoint: Text<'a> = b"entrypoint",
        /// Groups the records of a prompt, but several prompts of a resumed session may share one.
        prompt_id: Text<'a> = b"promptId",
        /// Who started the turn: `human`, `sdk`, `task_notification`, ... (since 2.1.278).
        turn_origin: Text<'a> = b"turnOrigin",
        /// How the prompt came in: `typed`, `sdk`, `system`, ... (since 2.1.169).
        prompt_source: Text<'a> = b"promptSource",
        /// Who wrote the prompt (since 2.1.144).
        origin: Origin<'a> = b"origin",
        /// The model asked for, as the client resolved it.
        requested_model: Text<'a> = b"requestedModel",
        /// The API's id of the request.
        request_id: Text<'a> = b"requestId",
        /// The subagent that wrote this record.
        agent_id: Text<'a> = b"agentId",
        /// Whether a subagent wrote this record.
        is_sidechain: bool = b"isSidechain",
        /// Whether the client injected this record.
        is_meta: bool = b"isMeta",
        /// Whether this is the summary that replaces a compacted history.
        is_compact_summary: bool = b"isCompactSummary",
        /// Whether this stands for a failed API call.
        is_api_error: bool = b"isApiErrorMessage",
        /// The failed call's kind of error.
        error: ErrorNote<'a> = b"error",
        /// The failed call's HTTP status.
        api_error_status: Number = b"apiErrorStatus",
        /// Whether the client added this record to a turn (since 2.1.3xx).
        is_turn_companion: bool = b"turnCompanion",
        /// The tool call that injected this record.
        source_tool_use_id: Text<'a> = b"sourceToolUseID",
        /// What the API or the user said.
        message: Message<'a> = b"message",
        /// What the client attached.
        attachment: Attachment<'a> = b"attachment",
        /// Set on the records that a fork copied.
        forked_from: Option<Box<ForkedFrom<'a>>> = b"forkedFrom",
        /// What a tool returned.
        tool_use_result: ToolUseResult<'a> = b"toolUseResult",
        /// The text of a `system` record.
        content: Text<'a> = b"content",
        /// Of a `progress` record: the tool call that goes on.
        parent_tool_use_id: Text<'a> = b"parentToolUseID",
        /// Of a `progress` record: what goes on.
        data: Progress<'a> = b"data",
        /// Of a `cost-state` record: the client's own count of the session so far, by model.
        model_usage: ModelUsage = b"modelUsage",
        /// Of a `system` record: whether a hook stopped the prompt.
        prevents_continuation: bool = b"preventContinuation",
        /// Of a `stop_hook_summary`: whether a hook ended the turn.
        prevented_continuation: bool = b"preventedContinuation",
        /// Of a `stop_hook_summary`: why.
        stop_reason: Text<'a> = b"stopReason",
        /// Of a `stop_hook_summary`: what hooks had against the end of the turn, or what went wrong with them.
        hook_errors: Listed<'a> = b"hookErrors",
        /// Of a `stop_hook_summary`: which of these went wrong (since 2.1.330, or not long before).
        failed_hooks: Listed<'a> = b"failedHookErrorIndexes",
        /// Of an `api_error`: which try failed, counted from 1.
        retry_attempt: Number = b"retryAttempt",
        /// Of an `api_error`: how many there will be at most.
        max_retries: Number = b"maxRetries",
        /// Of an `api_error`: milliseconds until the next.
        retry_in_ms: Number = b"retryInMs",
        /// Of a `compact_boundary`.
        compact_metadata: CompactMetadata<'a> = b"compactMetadata",
        /// Of a tool result: why the call was not carried out (since 2.1.198).
        tool_denial_kind: Text<'a> = b"toolDenialKind",
        /// Of a tool result: whether the call was denied before it ran.
        was_denied_before_run: bool = b"toolDenialBeforeRun",
        /// Of a tool result: who allowed or refused the call (since 2.1.330, or not long before).
        permission: Permission<'a> = b"permissionDecision",
    }
}

object! {
    /// Whether a call was allowed, and who decided.
    pub struct Permission {
        /// `accept` or `reject`.
        decision: Text<'a> = b"decision",
        /// `config`, `hook`, `user_temporary`, `user_reject`, ...
        source: Text<'a> = b"source",
    }
}

object! {
    /// The `message` of a user or assistant record.
    pub struct Message {
        /// The API's id of the response, one for all the records it was split into.
        id: Text<'a> = b"id",
        /// The model that answered, `<synthetic>` where the client made the record up.
        model: Text<'a> = b"model",
        /// Null until the response is complete.
        stop_reason: Text<'a> = b"stop_reason",
        /// The response's tokens.
        usage: Option<Box<Usage<'a>>> = b"usage",
        /// What was said.
        content: Content<'a> = b"content",
        /// What was said, where another program wrote the record.
        parts: Parts = b"parts",
    }
}

/// What is told of an error: its kind in assistant records, details in `system/api_error` records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ErrorNote<'a> {
    /// `rate_limit`, `authentication_failed`, ...
    pub kind: Text<'a>,
    /// The details.
    pub details: ErrorDetails<'a>,
}

impl<'de> Lenient<'de> for ErrorNote<'de> {
    fn from_text(text: Cow<'de, str>) -> Self {
        Self { kind: Some(text), ..Self::default() }
    }
    fn from_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        ErrorDetails::from_object(object).map(|details| Self { kind: None, details })
    }
    fn excess(&self) -> Excess {
        self.details.excess()
    }
}

object! {
    /// An error of the API that the client tries again.
    pub struct ErrorDetails {
        /// The HTTP status; zero where there was no answer.
        status: Number = b"status",
        /// What the API said.
        message: Text<'a> = b"message",
    }
}

object! {
    /// What a compaction did.
    pub struct CompactMetadata {
        /// `auto` or `manual`.
        trigger: Text<'a> = b"trigger",
        /// Tokens before it.
        pre_tokens: Number = b"preTokens",
        /// Tokens after it (since 2.1.217).
        post_tokens: Number = b"postTokens",
        /// How long it took (since 2.1.217).
        duration_ms: Number = b"durationMs",
    }
}

object! {
    /// Who wrote a prompt.
    pub struct Origin {
        /// `human`, `task-notification`, `peer`, ...
        kind: Text<'a> = b"kind",
    }
}

object! {
    /// An attachment.
    pub struct Attachment {
        /// What is attached.
        kind: Text<'a> = b"type",
        /// Of `model`: the model in use from here on.
        identity: Identity<'a> = b"identity",
        /// Of `queued_command`: what was given while a turn ran.
        prompt: Content<'a> = b"prompt",
        /// Of `queued_command`: `prompt` or `task-notification`.
        command_mode: Text<'a> = b"commandMode",
        /// Of `queued_command`: who gave it.
        origin: Origin<'a> = b"origin",
        /// Of `queued_command`: the user record that holds the same, if there is one.
        source_uuid: Text<'a> = b"source_uuid",
        /// Of a hook: what it was run for, as `PreToolUse`.
        hook_event: Text<'a> = b"hookEvent",
        /// Of a hook: that with the tool that it was run for, as `PreToolUse:Bash`.
        hook_name: Text<'a> = b"hookName",
        /// Of a hook that ended the turn: why.
        message: Text<'a> = b"message",
        /// Of a hook that stopped something: why.
        blocking_error: BlockingError<'a> = b"blockingError",
    }
}

object! {
    /// What a tool call that goes on says.
    pub struct Progress {
        /// `agent_progress`, `bash_progress`, ...
        kind: Text<'a> = b"type",
        /// Of `agent_progress`: the subagent that the call launched.
        agent_id: Text<'a> = b"agentId",
    }
}

object! {
    /// What a hook had against something.
    pub struct BlockingError {
        /// In its words.
        words: Text<'a> = b"blockingError",
    }
}

/// A list of which little is wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listed<'a> {
    /// Whether there is a list at all.
    pub is_there: bool,
    /// How many there are.
    pub count: usize,
    /// The first, if it is a text.
    pub first: Text<'a>,
}

impl<'de> Lenient<'de> for Listed<'de> {
    fn from_array<A: SeqAccess<'de>>(mut array: A) -> Result<Self, A::Error> {
        let mut listed = Self { is_there: true, ..Self::default() };
        while let Some(Any(text)) = array.next_element::<Any<Text<'de>>>()? {
            listed.first = if listed.count == 0 { text } else { listed.first };
            listed.count += 1;
        }
        Ok(listed)
    }
}

object! {
    /// A model's names.
    pub struct Identity {
        /// The name that the API knows.
        model_id: Text<'a> = b"modelId",
    }
}

object! {
    /// Where a copied record comes from.
    pub struct ForkedFrom {
        /// The copied record's own id in the session that was forked.
        message_uuid: Text<'a> = b"messageUuid",
    }
}

object! {
    /// The client's own notes on a tool result.
    pub struct ToolUseResult {
        /// The subagent that the call launched.
        agent_id: Text<'a> = b"agentId",
        /// The subagent that had ended and that the call set to work again.
        resumed_agent_id: Text<'a> = b"resumedAgentId",
        /// Whether that subagent goes on in the background; the result is only its launch.
        is_async: bool = b"isAsync",
    }
}

object! {
    /// `agent-ID.meta.json` beside a subagent's transcript.
    pub struct SubagentMeta {
        /// The tool call that launched it.
        tool_use_id: Text<'a> = b"toolUseId",
        /// The subagent that launched it, if not the main chain.
        parent_agent_id: Text<'a> = b"parentAgentId",
        /// Which kind of subagent it is, as `Explore`.
        agent_type: Text<'a> = b"agentType",
        /// What it is to do, in a few words.
        description: Text<'a> = b"description",
        /// `background` or `foreground` (since 2.1.330, or not long before).
        request_shape: Text<'a> = b"requestShape",
        /// Whether that kind is one of the client's.
        is_built_in: bool = b"isBuiltIn",
    }
}

impl Record<'_> {
    /// Whether this is a record of that kind.
    #[must_use]
    pub fn is(&self, kind: &str) -> bool {
        self.kind.as_deref() == Some(kind)
    }

    /// Whether a user or an assistant says something; the rest is bookkeeping.
    #[must_use]
    pub fn is_said(&self) -> bool {
        self.is("user") || self.is("assistant")
    }

    /// Whether a program drives the client, through the SDK.
    #[must_use]
    pub fn is_of_sdk(&self) -> bool {
        self.entrypoint.as_deref().is_some_and(|entrypoint| entrypoint.starts_with("sdk"))
    }

    /// Whether the main chain sent it to a subagent.
    #[must_use]
    pub fn is_of_coordinator(&self) -> bool {
        self.origin.kind.as_deref() == Some("coordinator")
    }

    /// Its `uuid`, where it names this record and no other: not where it is empty, nor where
    /// somebody blotted it out before passing the transcript on.
    #[must_use]
    pub fn own_id(&self) -> Option<&str> {
        self.uuid.as_deref().filter(|uuid| names_one(uuid))
    }

    /// The `uuid` of the record that a fork copied it from.
    #[must_use]
    pub fn copied_from(&self) -> Option<&str> {
        self.forked_from.as_ref()?.message_uuid.as_deref().filter(|uuid| names_one(uuid))
    }

    /// What its request is known by: the `message.id`. Some providers send none; then what has a
    /// usage is a request, and goes by its `requestId` or, at last, by the record's `uuid`.
    #[must_use]
    pub fn request_key(&self) -> Option<&str> {
        let of_provider = [self.request_id.as_deref(), self.own_id()];
        let of_provider = of_provider.into_iter().filter(|_| self.message.usage.is_some());
        let mut ids = std::iter::once(self.message.id.as_deref()).chain(of_provider).flatten();
        ids.find(|id| !id.is_empty())
    }

    /// What of it was too much to be taken as it stands.
    #[must_use]
    pub fn excess(&self) -> Excess {
        Lenient::excess(self)
    }

    /// When it was written, where that is known.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.written.at()
    }

    /// The record on an undamaged line.
    #[cfg(test)]
    pub(crate) fn of(line: &str) -> Record<'_> {
        stream(line.as_bytes()).next().unwrap().unwrap().0
    }
}

fn names_one(uuid: &str) -> bool {
    !uuid.is_empty() && !uuid.contains("REDACTED")
}

/// The records on one line: one, or several where two writers collided. Ends after an error.
pub(super) fn stream(
    line: &[u8],
) -> serde_json::StreamDeserializer<'_, serde_json::de::SliceRead<'_>, Any<Record<'_>>> {
    serde_json::Deserializer::from_slice(line).into_iter()
}

impl SubagentMeta<'_> {
    /// Reads a sidecar file's bytes, or says in which column they are damaged.
    pub fn read(bytes: &[u8]) -> Result<SubagentMeta<'_>, usize> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        serde_json::from_slice::<Any<SubagentMeta<'_>>>(bytes).map(|Any(meta)| meta).map_err(|error| error.column())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_types_unknown_fields_and_repeated_keys_cost_nothing_else() {
        let record = Record::of(
            r#"{"type":"assistant","uuid":7,"isMeta":"yes","future":{"a":[1]},"version":"1","version":"2",
                "message":{"id":"m","usage":{"input_tokens":"3","output_tokens":5.0,"cache_read_input_tokens":-1},
                "content":[7,{"type":"text","text":"hi"},{"type":"tool_use","id":"t","name":["x"]}]}}"#,
        );
        assert_eq!(record.version.as_deref(), Some("2"));
        assert_eq!((record.uuid, record.is_meta), (None, false));
        let usage = record.message.usage.unwrap();
        assert_eq!(
            [usage.input_tokens, usage.output_tokens, usage.cache_read_input_tokens].map(Number::get),
            [0, 5, 0]
        );
        assert_eq!(record.message.content.texts().collect::<Vec<_>>(), ["hi"]);
        assert_eq!(record.message.content.blocks()[2].id.as_deref(), Some("t"));
    }

    #[test]
    fn a_message_of_another_type_leaves_the_record() {
        let record = Record::of(r#"{"type":"user","message":"hello","uuid":"u"}"#);
        assert_eq!((record.uuid.as_deref(), &record.message), (Some("u"), &Message::default()));
    }

    #[test]
    fn depth_is_no_matter_where_nothing_is_read() {
        let line = format!(r#"{{"type":"user","toolUseResult":{{"x":{}{}}}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        assert!(Record::of(&line).is("user"));
    }
}
