//! The trees of the other conventions, in the words of the client's.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::support::recordings;
use super::tree::{Raw, Times, Tree, interaction};
use super::{CASES, Case, FOLDERS, replayed};

/// Turns, requests and calls, without the spans of subagents, and without the two that the client has
/// below a call.
type Outline = BTreeMap<String, Place>;

/// What is above a span, and the subagent whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    parent: Option<String>,
    agent: Option<String>,
}

/// How a convention says what a span is, and of what.
struct Words {
    convention: &'static str,
    kind: &'static str,
    turn_or_agent: &'static str,
    request: &'static str,
    response_id: &'static str,
    call_id: &'static str,
}

const OTHERS: [Words; 2] = [
    Words {
        convention: "genai",
        kind: "gen_ai.operation.name",
        turn_or_agent: "invoke_agent",
        request: "chat",
        response_id: "gen_ai.response.id",
        call_id: "gen_ai.tool.call.id",
    },
    Words {
        convention: "openinference",
        kind: "openinference.span.kind",
        turn_or_agent: "AGENT",
        request: "LLM",
        response_id: "llm.response.id",
        call_id: "tool.id",
    },
];

/// The ids of requests by those of their answers, as the transcripts below a folder have them.
fn request_ids(folder: &Path, ids: &mut HashMap<String, String>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            request_ids(&path, ids);
        } else if path.extension().is_some_and(|ending| ending == "jsonl") {
            for line in fs::read_to_string(&path).unwrap().lines() {
                let record: Value = serde_json::from_str(line).unwrap();
                if record["message"]["model"] == "<synthetic>" {
                    continue;
                }
                if let (Some(message), Some(request)) = (record["message"]["id"].as_str(), record["requestId"].as_str())
                {
                    ids.insert(message.to_owned(), request.to_owned());
                }
            }
        }
    }
}

/// The outline of the client's tree. Requests without an answer have no name in the other conventions.
fn of_native(tree: &Tree, ids: &HashMap<String, String>) -> Outline {
    let answered: HashSet<_> = ids.values().map(String::as_str).collect();
    let mut times = Times::default();
    let mut spans: Vec<_> = tree.iter().collect();
    spans.sort_by_key(|(_, placed)| placed.span.start);
    let mut outline = Outline::new();
    for (key, placed) in spans {
        let parent = placed.parent.as_ref().map(|parent| parent.replace("tool.execution ", "tool "));
        let key = match key.split_once(' ').unwrap() {
            ("tool.execution" | "tool.blocked_on_user", _) => continue,
            ("llm_request", id) if !answered.contains(id) => unnamed(&mut times, parent.as_ref()),
            _ => key.clone(),
        };
        let agent = placed.span.text("agent_id").map(str::to_owned);
        assert!(outline.insert(key, Place { parent, agent }).is_none());
    }
    outline
}

fn unnamed(times: &mut Times, parent: Option<&String>) -> String {
    times.next(&format!("llm_request below {}", parent.map_or("nothing", String::as_str)))
}

impl Words {
    /// The outline of spans of this convention, and the spans of which it is.
    fn outline<'a>(&self, spans: &[&'a Raw], ids: &HashMap<String, String>) -> BTreeMap<String, (Place, &'a Raw)> {
        let mut spans = spans.to_vec();
        spans.sort_by_key(|span| span.start);
        let by_id: HashMap<_, _> = spans.iter().map(|span| (span.id.as_str(), *span)).collect();
        let (mut keys, mut times) = (HashMap::<&str, String>::new(), Times::default());
        let mut outline = BTreeMap::new();
        // Turns and calls have names of their own, and requests stand below them.
        for are_requests in [false, true] {
            for span in &spans {
                if self.is_agent(span) || self.is(span, self.request) != are_requests {
                    continue;
                }
                let above = by_id.get(span.parent_id.as_str());
                let agent = above.and_then(|above| above.text("gen_ai.agent.id")).map(str::to_owned);
                let parent = self.above(span, &by_id).map(|above| keys[above.id.as_str()].clone());
                let key = match self.own_name(span, ids) {
                    Some(key) => times.next(&key),
                    None => unnamed(&mut times, parent.as_ref()),
                };
                keys.insert(&span.id, key.clone());
                assert!(outline.insert(key, (Place { parent, agent }, *span)).is_none());
            }
        }
        outline
    }

    fn is(&self, span: &Raw, kind: &str) -> bool {
        span.text(self.kind) == Some(kind)
    }

    /// A subagent.
    fn is_agent(&self, span: &Raw) -> bool {
        self.is(span, self.turn_or_agent) && !span.parent_id.is_empty()
    }

    /// The next span above that is not a subagent's.
    fn above<'a>(&self, span: &Raw, by_id: &HashMap<&str, &'a Raw>) -> Option<&'a Raw> {
        let above = *by_id.get(span.parent_id.as_str())?;
        if self.is_agent(above) { self.above(above, by_id) } else { Some(above) }
    }

    fn own_name(&self, span: &Raw, ids: &HashMap<String, String>) -> Option<String> {
        if self.is(span, self.turn_or_agent) {
            Some(interaction(span, span.text("input.value")))
        } else if self.is(span, self.request) {
            Some(format!("llm_request {}", ids.get(span.text(self.response_id)?)?))
        } else {
            Some(format!("tool {}", span.text(self.call_id).unwrap()))
        }
    }
}

/// Requests that were stopped in the middle, and calls that did not run or whose process was killed: by
/// case the number of both. The client exports neither.
const NOT_EXPORTED: [(&str, [usize; 2]); 19] = [
    ("alias", [0, 15]),
    ("aliasmcp", [0, 1]),
    ("bypass", [0, 1]),
    ("faildeny", [0, 2]),
    ("failexec", [0, 1]),
    ("failval", [0, 9]),
    ("interruptpar", [0, 1]),
    ("interruptstream", [1, 0]),
    ("maxtoktool", [0, 1]),
    ("mcp", [0, 1]),
    ("mixed", [0, 1]),
    ("permint", [0, 1]),
    ("plan", [0, 1]),
    ("sigint", [0, 1]),
    ("sigterm", [0, 1]),
    ("slowtool", [0, 1]),
    ("todo", [0, 1]),
    ("web", [0, 2]),
    ("write", [0, 2]),
];

/// The subagent of a skill that the user typed. The client does not say of its spans that they are one's.
const TYPED_SKILL: [&str; 1] = ["ab84fb89c6d801e27"];

/// The other conventions have the client's tree, and a span more for each subagent.
#[test]
fn the_trees_of_all_conventions_are_the_same() {
    for words in &OTHERS {
        let (mut spans, mut ids) = (Vec::new(), HashMap::new());
        for folder in FOLDERS {
            spans.extend(replayed(&recordings(folder), words.convention, &[]).into_iter().flatten());
            request_ids(recordings(folder).as_ref(), &mut ids);
        }
        let (mut not_exported, mut unnamed_agents) = (BTreeMap::new(), BTreeSet::new());
        for Case { name, native, ours } in CASES.iter() {
            let replayed: Tree = native
                .iter()
                .filter(|(key, _)| ours.contains_key(*key))
                .map(|(key, it)| (key.clone(), it.clone()))
                .collect();
            let sessions: BTreeSet<_> = native.values().filter_map(|placed| placed.span.text("session.id")).collect();
            let of_case: Vec<_> =
                spans.iter().filter(|span| sessions.contains(span.text("session.id").unwrap())).collect();
            let mut outline = words.outline(&of_case, &ids);
            for (key, place) in of_native(&replayed, &ids) {
                let Some((ours, _)) = outline.remove(&key) else { panic!("{}, {name}: no {key}", words.convention) };
                if place.agent.is_none() {
                    unnamed_agents.extend(ours.agent.clone());
                }
                let agent = place.agent.or_else(|| ours.agent.clone());
                assert_eq!(ours, Place { agent, ..place }, "{}, {name}: {key}", words.convention);
            }
            let mut surplus = [0, 0];
            for (key, (_, span)) in outline {
                let is_call = key.starts_with("tool ");
                assert!(!is_call || span.status == 2, "{}, {name}: {key}", words.convention);
                surplus[usize::from(is_call)] += 1;
            }
            if surplus != [0, 0] {
                not_exported.insert(name.as_str(), surplus);
            }
        }
        assert_eq!(not_exported, BTreeMap::from(NOT_EXPORTED), "{}", words.convention);
        assert_eq!(unnamed_agents, BTreeSet::from(TYPED_SKILL.map(str::to_owned)), "{}", words.convention);
    }
}
