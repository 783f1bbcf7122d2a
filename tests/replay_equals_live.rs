//! The replay equals live: every span that the published instrumentor sent while a session ran
//! is rebuilt from the transcripts with the same attributes.
//!
//! Every difference is named here with its case and its reason, and a named difference that
//! does not occur fails the test, too.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use serde_json::{Map, Value};
use support::{json_lines, recordings, spans, stdout, testdata, upload};

/// What a transcript cannot tell, or tells better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    /// Live names the model as it was typed (`sonnet`).
    ModelAlias,
    /// Live goes on naming the model that the session was started with.
    ModelSwitched,
    /// Nothing was asked of a model, so the transcript names none.
    NoModel,
    /// A response with empty content leaves no record, so its tokens are in no transcript.
    EmptyResponse,
    /// `/cost` is saved as `/usage`, and white space around arguments is not saved.
    RetypedCommand,
    /// Live gives a local command's answer the model `<synthetic>`.
    CommandAnswer,
    /// Live counts the calls of a background subagent in the turn in which they stream, or never;
    /// it names the model of one that speaks last.
    BackgroundSubagent,
    /// Live says OK of a turn that an API error ended.
    FailedTurn,
    /// Live names the prompt that was queued last, and gives the others' results its name.
    QueuedPrompt,
    /// With partial messages on, live shows the stream's first numbers of an interrupted turn.
    InterruptedStream,
}
use Why::*;

const REQUEST_MODEL: &str = "gen_ai.request.model";
const RESPONSE_MODEL: &str = "gen_ai.response.model";
const TOOL_CALLS: &str = "claude_agent.tool_call_count";
const STATUS: &str = "status";
const TOKENS: [&str; 3] = ["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "llm.usage.total_tokens"];
/// The turn has no live span of its own prompt.
const PROMPT: [&str; 1] = ["gen_ai.prompt"];

/// Case, index of the prompt, attributes, reason.
type Difference = (&'static str, u64, &'static [&'static str], Why);

const RECORDED: &[Difference] = &[
    ("alias", 0, &[REQUEST_MODEL], ModelAlias),
    ("e400", 0, &[STATUS], FailedTurn),
    ("empty", 0, &TOKENS, EmptyResponse),
    ("refusal", 0, &[STATUS], FailedTurn),
    ("setmodel", 1, &[REQUEST_MODEL], ModelSwitched),
];

const RECORDED_MORE: &[Difference] = &[
    ("clearmid", 4, &PROMPT, RetypedCommand),
    ("local_mid", 1, &PROMPT, RetypedCommand),
    ("onlylocal", 0, &PROMPT, RetypedCommand),
    ("slash_p", 1, &PROMPT, RetypedCommand),
    ("slashargs", 0, &PROMPT, RetypedCommand),
    ("slashargs", 1, &PROMPT, RetypedCommand),
    ("slashargs", 2, &PROMPT, RetypedCommand),
    ("slashargs", 3, &PROMPT, RetypedCommand),
    ("slashmulti", 3, &PROMPT, RetypedCommand),
    ("e400", 0, &[STATUS], FailedTurn),
    ("e500tool", 0, &[STATUS], FailedTurn),
    ("part_refusal", 0, &[STATUS], FailedTurn),
    ("refusal", 0, &[STATUS], FailedTurn),
    ("local_context", 0, &[RESPONSE_MODEL], CommandAnswer),
    ("local_help", 0, &[RESPONSE_MODEL], CommandAnswer),
    ("local_mid", 3, &[RESPONSE_MODEL], CommandAnswer),
    ("local_mid", 5, &[RESPONSE_MODEL], CommandAnswer),
    ("local_mid", 9, &[RESPONSE_MODEL], CommandAnswer),
    ("local_model", 0, &[RESPONSE_MODEL], CommandAnswer),
    ("local_usage", 0, &[RESPONSE_MODEL], CommandAnswer),
    ("onlylocal", 1, &[RESPONSE_MODEL], CommandAnswer),
    ("onlylocal", 2, &[RESPONSE_MODEL], CommandAnswer),
    ("skillfork", 2, &[RESPONSE_MODEL], CommandAnswer),
    ("slash_p", 3, &[RESPONSE_MODEL], CommandAnswer),
    ("slashmodel", 2, &[RESPONSE_MODEL], CommandAnswer),
    ("local_mid", 10, &[REQUEST_MODEL], ModelSwitched),
    ("local_mid", 11, &[REQUEST_MODEL], ModelSwitched),
    ("local_mid", 12, &[REQUEST_MODEL], ModelSwitched),
    ("local_model", 0, &[REQUEST_MODEL], ModelSwitched),
    ("local_model", 1, &[REQUEST_MODEL], ModelSwitched),
    ("setmodel", 1, &[REQUEST_MODEL], ModelSwitched),
    ("setmodel", 2, &[REQUEST_MODEL], ModelSwitched),
    ("setmodel", 3, &[REQUEST_MODEL], ModelSwitched),
    ("setmodelmid", 1, &[REQUEST_MODEL], ModelSwitched),
    ("skilltyped", 2, &[REQUEST_MODEL], ModelSwitched),
    ("slashmodel", 0, &[REQUEST_MODEL], ModelSwitched),
    ("onlylocal", 1, &[REQUEST_MODEL], NoModel),
    ("onlylocal", 2, &[REQUEST_MODEL], NoModel),
    ("fork", 1, &[TOOL_CALLS], BackgroundSubagent),
    ("part_sub", 0, &[TOOL_CALLS], BackgroundSubagent),
    ("part_sub", 1, &[TOOL_CALLS], BackgroundSubagent),
    ("sub", 0, &[TOOL_CALLS], BackgroundSubagent),
    ("sub", 1, &[TOOL_CALLS], BackgroundSubagent),
    ("subbg", 0, &[TOOL_CALLS], BackgroundSubagent),
    ("subbg", 2, &[TOOL_CALLS], BackgroundSubagent),
    ("subhaiku", 0, &[TOOL_CALLS], BackgroundSubagent),
    ("subhaiku", 1, &[TOOL_CALLS], BackgroundSubagent),
    ("subhaiku", 0, &[RESPONSE_MODEL], BackgroundSubagent),
    ("q_late3", 1, &PROMPT, QueuedPrompt),
    ("q_late3", 2, &PROMPT, QueuedPrompt),
    ("q_late3", 3, &PROMPT, QueuedPrompt),
    ("subbg", 3, &PROMPT, QueuedPrompt),
    ("subbg", 2, &TOKENS, QueuedPrompt),
    ("i_text_p", 0, &TOKENS, InterruptedStream),
];

/// Attributes that a replayed span may have beyond those of the live one.
const ADDED: [&str; 17] = [
    "moda.conversation_id",
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.conversation.id",
    "session.id",
    "user.id",
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "claude_agent.request_count",
    "claude_agent.subagent_count",
    "claude_agent.subagent.input_tokens",
    "claude_agent.subagent.output_tokens",
    "claude_agent.turn_origin",
    "claude_agent.client_version",
    "claude_agent.incomplete_requests",
    "error.type",
    // Live sends completions only with partial messages on.
    "llm.completions.",
];

#[test]
fn every_recorded_live_span_is_replayed() {
    // Turns that nobody sent: a model switched by the SDK, a subagent that reports its end.
    check("live-2.1.330", RECORDED, &["/model claude-opus-", "<task-notification>"]);
}

#[test]
fn every_live_span_of_odd_sessions_is_replayed() {
    let saved_otherwise = ["/greet", "/greet bob", "/greet bob newline", "/greet bob tab", "/greet two  words \n"];
    let typed_as_cost = ["/usage"; 4];
    let switched_by_the_sdk = ["/model claude-opus-", "/model default", "/model haiku"];
    let ends_of_subagents = ["<task-notification>"; 5];
    let queued_together = ["scenario:hello a\nsc"];
    // Each session is replayed alone here, so what a fork copied is its own.
    let copied = ["", "/compact", "scenario:bash1 one", "scenario:hello thre", "scenario:sub two"];
    let groups: [&[&str]; 6] =
        [&saved_otherwise, &typed_as_cost, &switched_by_the_sdk, &ends_of_subagents, &queued_together, &copied];
    let mut left_over = groups.concat();
    left_over.sort_unstable();
    check("live-more-2.1.330", RECORDED_MORE, &left_over);
}

/// A transcript's times are those of its records: a turn begins when its prompt is written, and
/// ends with its last record. Live begins a little earlier and ends a little later.
#[test]
fn replayed_times_lie_within_the_live_ones() {
    const TOLERANCE: u64 = 500_000_000;
    let options = ["--dry-run", "--format", "otlp-json", "-q", "--redact", "off", &recordings("live-2.1.330")];
    let replays: HashMap<_, _> =
        spans(&json_lines(&stdout(upload(&options)))).iter().map(|span| (place(span), times(span))).collect();
    let captures = std::fs::read_dir(testdata("recordings/live-2.1.330/otlp")).unwrap();
    let read = |path| ExportTraceServiceRequest::decode(std::fs::read(path).unwrap().as_slice()).unwrap();
    let live: Vec<_> = captures.map(|entry| read(entry.unwrap().path())).collect();
    let live = spans(&live);
    assert_eq!(live.len(), 30);
    for span in &live {
        let ((start, end), (live_start, live_end)) = (replays[&place(span)], times(span));
        assert!((live_start..live_start + TOLERANCE).contains(&start), "{:?}", place(span));
        assert!((live_end - TOLERANCE..=live_end).contains(&end), "{:?}", place(span));
    }
}

fn times(span: &Span) -> (u64, u64) {
    (span.start_time_unix_nano, span.end_time_unix_nano)
}

/// The session and the prompt.
fn place(span: &Span) -> (String, String) {
    let text = |key: &str| {
        let attribute = span.attributes.iter().find(|attribute| attribute.key == key);
        format!("{:?}", attribute.and_then(|attribute| attribute.value.clone()))
    };
    (text("claude_agent.session_id"), text("gen_ai.prompt"))
}

fn check(name: &str, named: &[Difference], left_over: &[&str]) {
    let live = std::fs::read_to_string(testdata(&format!("recordings/{name}/live-spans.jsonl"))).unwrap();
    let live: Vec<Value> =
        live.split('\n').filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut replays = Replays::default();
    let mut found = BTreeMap::new();
    for span in &live {
        let place = (span["case"].as_str().unwrap().to_owned(), span["index"].as_u64().unwrap());
        let keys = match replays.of(name, span) {
            Some(replay) => differences(span, &replay),
            None => BTreeSet::from(PROMPT.map(str::to_owned)),
        };
        if !keys.is_empty() {
            found.insert(place, keys);
        }
    }
    assert_eq!(replays.left_over(), left_over, "replayed, but not sent");
    let expected: BTreeMap<_, BTreeSet<_>> = named.iter().fold(BTreeMap::new(), |mut all, (case, index, keys, _)| {
        let place: &mut BTreeSet<_> = all.entry(((*case).to_owned(), *index)).or_default();
        place.extend(keys.iter().map(|key| (*key).to_owned()));
        all
    });
    assert_eq!(found, expected);
}

/// Names of the attributes that differ.
fn differences(live: &Value, replay: &Value) -> BTreeSet<String> {
    let (lived, replayed) = (live["attributes"].as_object().unwrap(), replay["attributes"].as_object().unwrap());
    let changed = lived.iter().filter(|(key, value)| replayed.get(*key) != Some(value)).map(|(key, _)| key.clone());
    let is_added =
        |key: &String| ADDED.iter().any(|added| key == added || (added.ends_with('.') && key.starts_with(added)));
    let surplus = replayed.keys().filter(|key| !lived.contains_key(*key) && !is_added(key)).cloned();
    let mut keys: BTreeSet<_> = changed.chain(surplus).collect();
    if has_completions(lived) && completions(lived) != completions(replayed) {
        keys.insert("llm.completions".to_owned());
    }
    if live["status"] != replay["status"] {
        keys.insert(STATUS.to_owned());
    }
    assert_eq!((&live["name"], &live["kind"]), (&replay["name"], &replay["kind"]));
    keys
}

fn completions(attributes: &Map<String, Value>) -> BTreeMap<&String, &Value> {
    attributes.iter().filter(|(key, _)| key.starts_with("llm.completions.")).collect()
}

fn has_completions(attributes: &Map<String, Value>) -> bool {
    !completions(attributes).is_empty()
}

/// Replayed spans of sessions, each handed out once.
#[derive(Default)]
struct Replays {
    sessions: HashMap<String, Vec<Value>>,
}

impl Replays {
    /// The first span left of a live span's session that has its prompt.
    fn of(&mut self, name: &str, live: &Value) -> Option<Value> {
        let attributes = &live["attributes"];
        let session = attributes["claude_agent.session_id"].as_str()?;
        let spans = self.sessions.entry(session.to_owned()).or_insert_with(|| replay(name, session, attributes));
        let index = spans.iter().position(|span| span["attributes"]["gen_ai.prompt"] == attributes["gen_ai.prompt"])?;
        Some(spans.remove(index))
    }

    /// The prompts of the turns that were replayed and have no live span, sorted.
    fn left_over(&self) -> Vec<String> {
        let spans = self.sessions.values().flatten();
        let prompt = |span: &Value| span["attributes"]["gen_ai.prompt"].as_str().unwrap_or_default().to_owned();
        let mut prompts: Vec<_> = spans.map(prompt).map(|prompt| prompt.chars().take(19).collect()).collect();
        prompts.sort();
        prompts
    }
}

/// Replays one session with the options that live had.
fn replay(name: &str, session: &str, live: &Value) -> Vec<Value> {
    let transcript = format!("{}/-Users-ada-src-shop/{session}.jsonl", recordings(name));
    let mut command =
        upload(&["--dry-run", "--format", "json", "--include-commands", "-q", "--redact", "off", &transcript]);
    for (option, key) in [("--conversation-id", "moda.conversation_id"), ("--user-id", "moda.user_id")] {
        if let Some(id) = live[key].as_str() {
            command.args([option, id]);
        }
    }
    stdout(command)
        .split('\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
