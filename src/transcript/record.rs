//! One line as a type: the fields that mean something, borrowed from the line.

use std::borrow::Cow;

use serde::de::SeqAccess;

use super::lenient::{Any, Lenient, object};
use super::timestamp::Timestamp;
use super::usage::Usage;

type Text<'a> = Option<Cow<'a, str>>;

object! {
    /// One record of a transcript. Fields that a version does not write are absent or false.
    pub struct Record {
        /// `user`, `assistant`, `system`, `attachment` or one of forty others.
        kind: Text<'a> = "type",
        /// Of a `system` record.
        subtype: Text<'a> = "subtype",
        /// The record's own id.
        uuid: Text<'a> = "uuid",
        /// The session; in a subagent's transcript its parent's.
        session_id: Text<'a> = "sessionId",
        /// When it was written.
        timestamp: Option<Timestamp> = "timestamp",
        /// The client's version.
        version: Text<'a> = "version",
        /// The working directory.
        cwd: Text<'a> = "cwd",
        /// How the client was started: `cli`, `sdk-py`, ...
        entrypoint: Text<'a> = "entrypoint",
        /// Groups the records of a prompt, but several prompts of a resumed session may share one.
        prompt_id: Text<'a> = "promptId",
        /// Who started the turn: `human`, `sdk`, `task_notification`, ... (since 2.1.278).
        turn_origin: Text<'a> = "turnOrigin",
        /// How the prompt came in: `typed`, `sdk`, `system`, ... (since 2.1.169).
        prompt_source: Text<'a> = "promptSource",
        /// Who wrote the prompt (since 2.1.144).
        origin: Origin<'a> = "origin",
        /// The model asked for, as the client resolved it.
        requested_model: Text<'a> = "requestedModel",
        /// The API's id of the request.
        request_id: Text<'a> = "requestId",
        /// The subagent that wrote this record.
        agent_id: Text<'a> = "agentId",
        /// Whether a subagent wrote this record.
        is_sidechain: bool = "isSidechain",
        /// Whether the client injected this record.
        is_meta: bool = "isMeta",
        /// Whether this is the summary that replaces a compacted history.
        is_compact_summary: bool = "isCompactSummary",
        /// Whether this stands for a failed API call.
        is_api_error: bool = "isApiErrorMessage",
        /// The failed call's kind of error (an object in `system/api_error` records, not read).
        error: Text<'a> = "error",
        /// The failed call's HTTP status.
        api_error_status: u64 = "apiErrorStatus",
        /// Whether the client added this record to a turn (since 2.1.3xx).
        is_turn_companion: bool = "turnCompanion",
        /// The tool call that injected this record.
        source_tool_use_id: Text<'a> = "sourceToolUseID",
        /// What the API or the user said.
        message: Message<'a> = "message",
        /// What the client attached.
        attachment: Attachment<'a> = "attachment",
        /// Set on the records that a fork copied.
        forked_from: Option<Box<ForkedFrom<'a>>> = "forkedFrom",
        /// What a tool returned.
        tool_use_result: ToolUseResult<'a> = "toolUseResult",
        /// The text of a `system` record.
        content: Text<'a> = "content",
        /// Of a `system` record: whether a hook stopped the prompt.
        prevents_continuation: bool = "preventContinuation",
    }
}

object! {
    /// The `message` of a user or assistant record.
    pub struct Message {
        /// The API's id of the response, one for all the records it was split into.
        id: Text<'a> = "id",
        /// The model that answered, `<synthetic>` where the client made the record up.
        model: Text<'a> = "model",
        /// Null until the response is complete.
        stop_reason: Text<'a> = "stop_reason",
        /// The response's tokens.
        usage: Option<Box<Usage<'a>>> = "usage",
        /// What was said.
        content: Content<'a> = "content",
    }
}

object! {
    /// Who wrote a prompt.
    pub struct Origin {
        /// `human`, `task-notification`, `peer`, ...
        kind: Text<'a> = "kind",
    }
}

object! {
    /// An attachment.
    pub struct Attachment {
        /// What is attached.
        kind: Text<'a> = "type",
        /// Of `model`: the model in use from here on.
        identity: Identity<'a> = "identity",
    }
}

object! {
    /// A model's names.
    pub struct Identity {
        /// The name that the API knows.
        model_id: Text<'a> = "modelId",
    }
}

object! {
    /// Where a copied record comes from.
    pub struct ForkedFrom {
        /// The session that was forked.
        session_id: Text<'a> = "sessionId",
    }
}

object! {
    /// The client's own notes on a tool result.
    pub struct ToolUseResult {
        /// The subagent that the call launched.
        agent_id: Text<'a> = "agentId",
        /// Whether that subagent goes on in the background; the result is only its launch.
        is_async: bool = "isAsync",
    }
}

object! {
    /// `agent-ID.meta.json` beside a subagent's transcript.
    pub struct SubagentMeta {
        /// The tool call that launched it.
        tool_use_id: Text<'a> = "toolUseId",
    }
}

/// The content of a message: one string, or blocks.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Content<'a> {
    /// None, or of a type that says nothing.
    #[default]
    Nothing,
    /// The old form, still used for prompts.
    Text(Cow<'a, str>),
    /// One block a record is usual, more are possible.
    Blocks(Vec<Block<'a>>),
}

impl<'a> Content<'a> {
    /// The blocks, none for a string.
    #[must_use]
    pub fn blocks(&self) -> &[Block<'a>] {
        if let Content::Blocks(blocks) = self { blocks } else { &[] }
    }

    /// The texts: the string itself, or each text block's.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let string = if let Content::Text(text) = self { Some(text.as_ref()) } else { None };
        let blocks = self.blocks().iter().filter(|block| block.is("text")).filter_map(|block| block.text.as_deref());
        string.into_iter().chain(blocks)
    }
}

impl<'de> Lenient<'de> for Content<'de> {
    fn from_text(text: Cow<'de, str>) -> Self {
        Content::Text(text)
    }
    fn from_array<A: SeqAccess<'de>>(mut array: A) -> Result<Self, A::Error> {
        let mut blocks = Vec::new();
        while let Some(Any(block)) = array.next_element::<Any<Block<'de>>>()? {
            blocks.push(block);
        }
        Ok(Content::Blocks(blocks))
    }
}

object! {
    /// One content block.
    pub struct Block {
        /// `text`, `thinking`, `tool_use`, `tool_result`, ...
        kind: Text<'a> = "type",
        /// Of `text`.
        text: Text<'a> = "text",
        /// Of `tool_use`.
        id: Text<'a> = "id",
        /// Of `tool_use`: the tool.
        name: Text<'a> = "name",
        /// Of `tool_result`: the call it answers.
        tool_use_id: Text<'a> = "tool_use_id",
    }
}

impl Block<'_> {
    /// Whether this is a block of that kind.
    #[must_use]
    pub fn is(&self, kind: &str) -> bool {
        self.kind.as_deref() == Some(kind)
    }
}

impl Record<'_> {
    /// Whether this is a record of that kind.
    #[must_use]
    pub fn is(&self, kind: &str) -> bool {
        self.kind.as_deref() == Some(kind)
    }
}

/// The records on one line: one, or several where two writers collided. Ends after an error.
pub fn records(line: &[u8]) -> impl Iterator<Item = Result<Record<'_>, serde_json::Error>> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    serde_json::Deserializer::from_slice(line).into_iter::<Any<Record<'_>>>().map(|read| read.map(|Any(record)| record))
}

impl SubagentMeta<'_> {
    /// Reads a sidecar file's bytes; a damaged one says nothing.
    #[must_use]
    pub fn read(bytes: &[u8]) -> SubagentMeta<'_> {
        serde_json::from_slice::<Any<SubagentMeta<'_>>>(bytes).map(|Any(meta)| meta).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Record<'_> {
        records(line.as_bytes()).next().unwrap().unwrap()
    }

    #[test]
    fn odd_types_unknown_fields_and_repeated_keys_cost_nothing_else() {
        let record = read(
            r#"{"type":"assistant","uuid":7,"isMeta":"yes","future":{"a":[1]},"version":"1","version":"2",
                "message":{"id":"m","usage":{"input_tokens":"3","output_tokens":5.0,"cache_read_input_tokens":-1},
                "content":[7,{"type":"text","text":"hi"},{"type":"tool_use","id":"t","name":["x"]}]}}"#,
        );
        assert_eq!(record.version.as_deref(), Some("2"));
        assert_eq!((record.uuid, record.is_meta), (None, false));
        let usage = record.message.usage.unwrap();
        assert_eq!((usage.input_tokens, usage.output_tokens, usage.cache_read_input_tokens), (0, 5, 0));
        assert_eq!(record.message.content.texts().collect::<Vec<_>>(), ["hi"]);
        assert_eq!(record.message.content.blocks()[2].id.as_deref(), Some("t"));
    }

    #[test]
    fn a_message_of_another_type_leaves_the_record() {
        let record = read(r#"{"type":"user","message":"hello","uuid":"u"}"#);
        assert_eq!((record.uuid.as_deref(), &record.message), (Some("u"), &Message::default()));
    }

    #[test]
    fn two_objects_on_a_line_are_two_records() {
        let kinds: Vec<_> = records(br#"{"type":"summary"}{"type":"user"}"#)
            .map(|record| record.unwrap().kind.unwrap().into_owned())
            .collect();
        assert_eq!(kinds, ["summary", "user"]);
    }

    #[test]
    fn depth_is_no_matter_where_nothing_is_read() {
        let line = format!(r#"{{"type":"user","toolUseResult":{{"x":{}{}}}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        assert!(read(&line).is("user"));
    }
}
