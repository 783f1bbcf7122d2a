//! The requests and tool calls of one chain of records: a session's main chain, or a subagent's.

use std::collections::HashMap;

use super::excerpt::{COMPLETION_CHARACTERS, append};
use super::launches::Launches;
use super::saved_usage::SavedUsage;
use super::turn::Turn;
use crate::transcript::{Block, Record, Tokens};

/// The model name of the assistant records that the client makes up.
pub(crate) const SYNTHETIC: &str = "<synthetic>";

/// One API call: all records that share a `message.id`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// The `message.id`; the `requestId` or a record's `uuid` where a provider sends none.
    pub id: String,
    /// The model that answered.
    pub model: Option<String>,
    /// What its records say of its tokens.
    pub usage: SavedUsage,
    /// Whether the user stopped it before it was complete; the client leaves it out of the turn's usage.
    pub is_cut: bool,
    /// The first characters of its text blocks, joined.
    pub text: String,
}

impl Request {
    /// Its tokens.
    #[must_use]
    pub fn tokens(&self) -> Tokens {
        self.usage.tokens
    }
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
    /// Whether its result came.
    pub is_answered: bool,
}

/// Whether the last of some requests calls a tool of which the result did not come.
pub(super) fn waits_for_result(requests: &[Request], calls: &[ToolCall]) -> bool {
    let is_open = |request: &Request| calls.iter().any(|call| call.request_id == request.id && !call.is_answered);
    requests.last().is_some_and(is_open)
}

/// Things, each with the number of the turn that it stands in.
type InTurns<T> = Vec<(usize, T)>;

/// A chain's requests and calls.
#[derive(Debug, Default)]
pub(crate) struct Work {
    requests: InTurns<Request>,
    calls: InTurns<ToolCall>,
    request_index: HashMap<String, usize>,
    /// The newest call with an id.
    call_index: HashMap<String, usize>,
    launches: Launches,
}

impl Work {
    /// Takes an assistant record of `turn`. A record that was `seen` before can only correct the usage.
    pub(crate) fn answer(&mut self, turn: usize, record: &Record<'_>, seen: bool) {
        let message = &record.message;
        let Some(id) = record.request_key().map(str::to_owned) else { return };
        let (turn, request) = self.request(turn, &id);
        let saved = SavedUsage::of(message, record.version.as_deref());
        request.usage = request.usage.and(saved);
        if message.model.is_some() && (request.model.is_none() || request.usage.tokens == saved.tokens) {
            request.model = message.model.clone().map(Into::into);
        }
        if seen {
            return;
        }
        request.usage.generated(message.content.blocks());
        message.content.texts().for_each(|text| append(&mut request.text, text, COMPLETION_CHARACTERS));
        for block in message.content.blocks().iter().filter(|block| block.is("tool_use")) {
            self.call(turn, &id, block);
        }
    }

    /// Takes a call of a request. An id twice in a request is one call; some gateways give it to
    /// another request again, which is another call.
    fn call(&mut self, turn: usize, request: &str, block: &Block<'_>) {
        let Some(id) = block.id.clone().map(Into::<String>::into) else { return };
        let same = self.call_index.get(&id).and_then(|index| self.calls.get(*index));
        if same.is_some_and(|(_, call)| call.request_id == request) {
            return;
        }
        self.launches.called(&id, block);
        let name = block.name.clone().map(Into::into).unwrap_or_default();
        self.call_index.insert(id.clone(), self.calls.len());
        self.calls.push((turn, ToolCall { id, request_id: request.to_owned(), name, ..ToolCall::default() }));
    }

    /// Takes a record of tool results; says in which turn their calls were made.
    pub(crate) fn results(&mut self, record: &Record<'_>) -> Option<usize> {
        let mut answered = None;
        for block in record.message.content.blocks().iter().filter(|block| block.is("tool_result")) {
            let Some(id) = block.tool_use_id.as_deref() else { continue };
            let call = self.call_index.get(id).and_then(|index| self.calls.get_mut(*index));
            let tool = call.as_ref().map(|(_, call)| call.name.as_str()).unwrap_or_default();
            self.launches.answered(id, tool, block, record);
            if let Some((turn, call)) = call {
                call.is_background |= record.tool_use_result.is_async;
                call.is_answered = true;
                answered = Some(*turn);
            }
        }
        answered
    }

    /// The user stopped a turn; its newest request is cut if it has not ended.
    pub(crate) fn interrupt(&mut self, turn: usize) {
        let newest = self.requests.last_mut().filter(|(of, request)| *of == turn && !request.usage.has_ended);
        if let Some((_, request)) = newest {
            request.is_cut = true;
        }
    }

    /// The turn in which a request's first record stands.
    pub(crate) fn turn_of(&self, message_id: &str) -> Option<usize> {
        self.request_index.get(message_id).and_then(|index| self.requests.get(*index)).map(|(turn, _)| *turn)
    }

    /// What its calls launched.
    pub(crate) fn launches(&mut self) -> &mut Launches {
        &mut self.launches
    }

    /// The ids of its calls.
    pub(crate) fn call_ids(&self) -> impl Iterator<Item = &String> {
        self.call_index.keys()
    }

    /// Gives each turn its requests and calls.
    pub(crate) fn hand_to(self, turns: &mut [Turn]) {
        for (turn, request) in self.requests {
            if let Some(turn) = turns.get_mut(turn) {
                turn.requests.push(request);
            }
        }
        for (turn, call) in self.calls {
            if let Some(turn) = turns.get_mut(turn) {
                turn.tool_calls.push(call);
            }
        }
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
