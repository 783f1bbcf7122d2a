//! The requests and tool calls of one chain of records: a session's main chain, or a subagent's.

use foldhash::HashMap;

use super::asked::{Asked, Input, Taken};
use super::chunked::Chunked;
use super::copies::key;
use super::failed_request::FailedRequest;
use super::keep::Keep;
use super::launches::Launches;
use super::period::Period;
use super::said::Said;
use super::saved_usage::SavedUsage;
use super::tool_call::ToolCall;
use super::turn::Turn;
use crate::transcript::{Block, Record, Timestamp, Tokens};

/// The model name of the assistant records that the client makes up.
pub(crate) const SYNTHETIC: &str = "<synthetic>";

/// One API call: all records that share a `message.id`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// The `message.id`; the `requestId` or a record's `uuid` where a provider sends none.
    pub id: String,
    /// The API's id of the request; only where a tree is kept.
    pub request_id: Option<String>,
    /// The model that answered.
    pub model: Option<String>,
    /// What its records say of its tokens.
    pub usage: SavedUsage,
    /// Whether the user stopped it before it was complete; the client leaves it out of the turn's usage.
    pub is_cut: bool,
    /// How often it was made in vain before, as far as records tell; those of subagents do not.
    pub retries: u64,
    /// What it answers: the prompt, results of calls; only where a tree is kept.
    pub inputs: Vec<Input>,
    /// What it said.
    pub said: Said,
    /// Why it ended, in the API's word; likewise.
    pub stop_reason: Option<String>,
    /// Whether it ran at the API's higher speed; likewise.
    pub is_fast: bool,
    /// From the last record that it answers to its own last one.
    pub period: Period,
}

impl Request {
    /// Its tokens.
    #[must_use]
    pub fn tokens(&self) -> Tokens {
        self.usage.tokens
    }

    /// What its record beside the content says.
    fn note(&mut self, record: &Record<'_>, keep: Keep) {
        let message = &record.message;
        self.period.touch(record.timestamp());
        if !keep.tree {
            return;
        }
        self.request_id = self.request_id.take().or_else(|| record.request_id.clone().map(Into::into));
        self.stop_reason = message.stop_reason.clone().map(Into::into).or_else(|| self.stop_reason.take());
        self.is_fast |= message.usage.as_ref().is_some_and(|usage| usage.speed.as_deref() == Some("fast"));
    }
}

/// Whether the last of some requests calls a tool of which the result did not come.
pub(super) fn waits_for_result(requests: &[Request], calls: &[ToolCall]) -> bool {
    let is_open = |request: &Request| calls.iter().any(|call| call.request_id == request.id && !call.is_answered);
    requests.last().is_some_and(is_open)
}

/// Things, each with the number of the turn that it stands in.
type InTurns<T> = Chunked<(usize, T)>;

/// All that was collected of a chain.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(super) requests: Vec<Request>,
    pub(super) failed_requests: Vec<FailedRequest>,
    pub(super) tool_calls: Vec<ToolCall>,
}

/// A chain's requests and calls.
#[derive(Debug, Default)]
pub(crate) struct Work {
    keep: Keep,
    asked: Asked,
    requests: InTurns<Request>,
    failed_requests: InTurns<FailedRequest>,
    calls: InTurns<ToolCall>,
    /// By id, digested.
    request_index: HashMap<u64, usize>,
    /// The newest call with an id, digested likewise.
    call_index: HashMap<u64, usize>,
    launches: Launches,
}

impl Work {
    pub(crate) fn new(keep: Keep) -> Self {
        Self { keep, ..Self::default() }
    }

    /// Takes a prompt, which the next request answers.
    pub(crate) fn prompt(&mut self, at: Option<Timestamp>) {
        self.asked.prompt(at, self.keep);
    }

    /// Takes another record that the next request answers.
    pub(crate) fn asks(&mut self, at: Option<Timestamp>, text: &str) {
        self.asked.record(at);
        self.asked.text(text, self.keep);
    }

    /// Takes a `system` record: the next request failed and is made again, or goes to another model.
    pub(crate) fn system(&mut self, record: &Record<'_>) {
        match record.subtype.as_deref() {
            Some("api_error") => self.asked.again(),
            Some("model_fallback") => self.asked.elsewhere(record.timestamp()),
            _ => {}
        }
    }

    /// Takes an assistant record of `turn`. A record that was `seen` before can only correct the usage.
    pub(crate) fn answer(&mut self, turn: usize, record: &Record<'_>, seen: bool) {
        let message = &record.message;
        let Some(id) = record.request_key().map(str::to_owned) else { return };
        let keep = self.keep;
        let Some((turn, request)) = self.request(turn, &id, record.timestamp()) else { return };
        let saved = SavedUsage::of(message, record.version.as_deref());
        request.usage = request.usage.and(saved);
        if message.model.is_some() && (request.model.is_none() || request.usage.tokens == saved.tokens) {
            request.model = message.model.clone().map(Into::into);
        }
        if seen {
            return;
        }
        request.note(record, keep);
        request.usage.generated(message.content.blocks());
        request.said.take(&message.content, keep);
        for block in message.content.blocks().iter().filter(|block| block.is("tool_use")) {
            self.call(turn, &id, block, record);
        }
        self.asked.answered(record.timestamp());
    }

    /// Takes an assistant record of `turn` that stands for a failed call.
    pub(crate) fn failed(&mut self, turn: usize, record: &Record<'_>) {
        let asked = self.asked.take();
        self.failed_requests.extend(FailedRequest::of(record, asked, self.keep.redaction).map(|failed| (turn, failed)));
        self.asked.answered(record.timestamp());
    }

    /// Takes a call of a request. An id twice in a request is one call; some gateways give it to
    /// another request again, which is another call.
    fn call(&mut self, turn: usize, request: &str, block: &Block<'_>, record: &Record<'_>) {
        let Some(id) = block.id.clone().map(Into::<String>::into) else { return };
        let same = self.call_index.get(&key(&id)).and_then(|index| self.calls.get(*index));
        if same.is_some_and(|(_, call)| call.request_id == request) {
            return;
        }
        let subagent_type = self.launches.called(&id, block);
        self.call_index.insert(key(&id), self.calls.len());
        let call = ToolCall::of(block, id, request, record, self.keep);
        self.calls.push((turn, ToolCall { subagent_type, ..call }));
    }

    /// Takes a record of tool results; says in which turn their calls were made.
    pub(crate) fn results(&mut self, record: &Record<'_>) -> Option<usize> {
        let mut answered = None;
        self.asked.record(record.timestamp());
        for block in record.message.content.blocks().iter().filter(|block| block.is("tool_result")) {
            let Some(id) = block.tool_use_id.as_deref() else { continue };
            let call = self.call_index.get(&key(id)).and_then(|index| self.calls.get_mut(*index));
            let tool = call.as_ref().map(|(_, call)| call.name.as_str()).unwrap_or_default();
            self.launches.answered(id, tool, block, record);
            if let Some((turn, call)) = call {
                call.answer(block, record, self.keep);
                self.asked.result(id, self.keep);
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

    /// Whether its last request calls a tool of which the result did not come.
    pub(super) fn is_open(&self) -> bool {
        let last = self.requests.last().map(|(_, request)| &request.id);
        self.calls.iter().rev().any(|(_, call)| Some(&call.request_id) == last && !call.is_answered)
    }

    /// Takes what the same chain did later. Of a request that goes on there only the usage is new.
    pub(super) fn go_on(&mut self, later: Self) {
        for (turn, request) in later.requests {
            let known = self.request_index.get(&key(&request.id)).and_then(|index| self.requests.get_mut(*index));
            if let Some((_, known)) = known {
                known.usage = known.usage.and(request.usage);
                continue;
            }
            self.request_index.insert(key(&request.id), self.requests.len());
            self.requests.push((turn, request));
        }
        self.failed_requests.extend(later.failed_requests);
        self.calls.extend(later.calls);
        self.launches.join(later.launches);
    }

    /// The turn in which a request's first record stands.
    pub(crate) fn turn_of(&self, message_id: &str) -> Option<usize> {
        self.request_index.get(&key(message_id)).and_then(|index| self.requests.get(*index)).map(|(turn, _)| *turn)
    }

    /// What its calls launched.
    pub(crate) fn launches(&mut self) -> &mut Launches {
        &mut self.launches
    }

    /// The ids of its calls.
    pub(crate) fn call_ids(&self) -> impl Iterator<Item = &String> {
        self.calls.iter().map(|(_, call)| &call.id)
    }

    /// Gives each turn what is its own.
    pub(crate) fn hand_to(self, turns: &mut [Turn]) {
        hand(self.requests, turns, |turn| &mut turn.requests);
        hand(self.failed_requests, turns, |turn| &mut turn.failed_requests);
        hand(self.calls, turns, |turn| &mut turn.tool_calls);
    }

    /// All that was collected, in the order of the records.
    pub(crate) fn into_parts(self) -> Parts {
        fn all<T>(things: InTurns<T>) -> Vec<T> {
            things.into_iter().map(|(_, thing)| thing).collect()
        }
        Parts { requests: all(self.requests), failed_requests: all(self.failed_requests), tool_calls: all(self.calls) }
    }

    /// A request, which may be new: then it answers what was asked until now.
    fn request(&mut self, turn: usize, id: &str, at: Option<Timestamp>) -> Option<(usize, &mut Request)> {
        let index = match self.request_index.get(&key(id)) {
            Some(index) => *index,
            None => self.begin(turn, id, at),
        };
        self.requests.get_mut(index).map(|(turn, request)| (*turn, request))
    }

    fn begin(&mut self, turn: usize, id: &str, at: Option<Timestamp>) -> usize {
        let Taken { inputs, at: asked_at, retries } = self.asked.take();
        let period = Period::asked(asked_at, at);
        let index = self.requests.len();
        self.requests.push((turn, Request { id: id.to_owned(), retries, inputs, period, ..Request::default() }));
        self.request_index.insert(key(id), index);
        index
    }
}

fn hand<T>(things: InTurns<T>, turns: &mut [Turn], of: impl Fn(&mut Turn) -> &mut Vec<T>) {
    for (number, thing) in things {
        if let Some(turn) = turns.get_mut(number) {
            of(turn).push(thing);
        }
    }
}
