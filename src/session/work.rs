//! The requests and tool calls of one chain of records: a session's main chain, or a subagent's.

use std::collections::HashMap;

use super::excerpt::{COMPLETION_CHARACTERS, append};
use crate::transcript::{Record, Tokens};

/// The model name of the assistant records that the client makes up.
pub(crate) const SYNTHETIC: &str = "<synthetic>";

/// The tools that launch subagents; `Task` became `Agent` around 2.1.63.
const LAUNCHERS: [&str; 2] = ["Task", "Agent"];

/// Agents, each with the call that launched it.
pub(crate) type Launches = HashMap<String, String>;

/// One API call: all records that share a `message.id`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// The `message.id`; the `requestId` or a record's `uuid` where a provider sends none.
    pub id: String,
    /// The model that answered.
    pub model: Option<String>,
    /// The tokens of its record with the largest usage.
    pub tokens: Tokens,
    /// Whether any record has a stop reason. Without one the usage is that of the stream's first event.
    pub is_complete: bool,
    /// Whether the user stopped it before it was complete; the client leaves it out of the turn's usage.
    pub is_cut: bool,
    /// The first characters of its text blocks, joined.
    pub text: String,
}

/// A `tool_use` block joined to its result.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToolCall {
    /// The block's id.
    pub id: String,
    /// The request that made the call.
    pub request_id: String,
    /// The tool.
    pub name: String,
    /// Whether it launched a subagent that goes on in the background.
    pub is_background: bool,
}

/// Things, each with the number of the turn that it stands in.
type InTurns<T> = Vec<(usize, T)>;

/// A chain's requests and calls.
#[derive(Debug, Default)]
pub(crate) struct Work {
    requests: InTurns<Request>,
    calls: InTurns<ToolCall>,
    request_index: HashMap<String, usize>,
    call_index: HashMap<String, usize>,
    /// As the calls' results say.
    launches: Launches,
}

impl Work {
    /// Takes an assistant record of `turn`. A record that was `seen` before can only correct the usage.
    pub(crate) fn answer(&mut self, turn: usize, record: &Record<'_>, seen: bool) {
        let message = &record.message;
        let id = [&message.id, &record.request_id, &record.uuid].into_iter().flatten().find(|id| !id.is_empty());
        let Some(id) = id.map(|id| id.clone().into_owned()) else { return };
        let (turn, request) = self.request(turn, &id);
        if let Some(usage) = &message.usage {
            request.tokens = request.tokens.largest(usage.as_ref().into());
        }
        request.is_complete |= message.stop_reason.is_some();
        request.model = request.model.take().or_else(|| message.model.clone().map(Into::into));
        if seen {
            return;
        }
        message.content.texts().for_each(|text| append(&mut request.text, text, COMPLETION_CHARACTERS));
        for block in message.content.blocks().iter().filter(|block| block.is("tool_use")) {
            let Some(call) = block.id.clone().map(Into::<String>::into) else { continue };
            if !self.call_index.contains_key(&call) {
                let name = block.name.clone().map(Into::into).unwrap_or_default();
                let request_id = id.clone();
                self.call_index.insert(call.clone(), self.calls.len());
                self.calls.push((turn, ToolCall { id: call, request_id, name, is_background: false }));
            }
        }
    }

    /// Takes a record of tool results; says in which turn their calls were made.
    pub(crate) fn results(&mut self, record: &Record<'_>) -> Option<usize> {
        let mut answered = None;
        for block in record.message.content.blocks().iter().filter(|block| block.is("tool_result")) {
            let Some(id) = block.tool_use_id.as_deref() else { continue };
            if let Some(agent) = record.tool_use_result.agent_id.as_deref() {
                self.launches.entry(agent.to_owned()).or_insert_with(|| id.to_owned());
            }
            let call = self.call_index.get(id).and_then(|index| self.calls.get_mut(*index));
            if let Some((turn, call)) = call {
                call.is_background |= record.tool_use_result.is_async;
                answered = Some(*turn);
            }
        }
        answered
    }

    /// The user stopped a turn; its newest request is cut if it has not ended.
    pub(crate) fn interrupt(&mut self, turn: usize) {
        let newest = self.requests.iter_mut().rev().find(|(of, _)| *of == turn);
        if let Some((_, request)) = newest.filter(|(_, request)| !request.is_complete) {
            request.is_cut = true;
        }
    }

    /// The turn in which a request's first record stands.
    pub(crate) fn turn_of(&self, message_id: &str) -> Option<usize> {
        self.request_index.get(message_id).and_then(|index| self.requests.get(*index)).map(|(turn, _)| *turn)
    }

    /// Hands out the agents that its calls launched.
    pub(crate) fn launches(&mut self) -> Launches {
        std::mem::take(&mut self.launches)
    }

    /// The newest call that launches a subagent.
    pub(crate) fn newest_launch(&self) -> Option<&str> {
        self.calls
            .iter()
            .rev()
            .find(|(_, call)| LAUNCHERS.contains(&call.name.as_str()))
            .map(|(_, call)| call.id.as_str())
    }

    /// The ids of its calls.
    pub(crate) fn call_ids(&self) -> impl Iterator<Item = &String> {
        self.call_index.keys()
    }

    /// All that was collected, in the order of the records.
    pub(crate) fn into_parts(self) -> (InTurns<Request>, InTurns<ToolCall>) {
        (self.requests, self.calls)
    }

    #[expect(clippy::indexing_slicing, reason = "the index only holds positions of `requests`, which never shrinks")]
    fn request(&mut self, turn: usize, id: &str) -> (usize, &mut Request) {
        let index = *self.request_index.entry(id.to_owned()).or_insert_with(|| {
            self.requests.push((turn, Request { id: id.to_owned(), ..Request::default() }));
            self.requests.len() - 1
        });
        let (turn, request) = &mut self.requests[index];
        (*turn, request)
    }
}
