//! Spans as the client exports them, and ours, by what they are of.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

/// A span, before it is known what it is of.
#[derive(Clone, Debug)]
pub struct Raw {
    pub id: String,
    /// Empty where it has none.
    pub parent_id: String,
    pub trace_id: String,
    pub name: String,
    pub kind: u64,
    pub status: u64,
    /// Nanoseconds.
    pub start: i64,
    pub end: i64,
    pub attributes: BTreeMap<String, Value>,
}

impl Raw {
    pub fn text(&self, key: &str) -> Option<&str> {
        self.attributes.get(key)?.as_str()
    }
}

/// A span, and its place in the tree.
#[derive(Clone, Debug)]
pub struct Placed {
    /// What the span above is of; nothing where that is not there.
    pub parent: Option<String>,
    /// What the topmost span of its trace is of.
    pub root: String,
    pub span: Raw,
}

/// Spans by what they are of.
pub type Tree = BTreeMap<String, Placed>;

/// The spans of requests, each of them a list.
pub fn read(requests: &str) -> Vec<Vec<Raw>> {
    let lines = requests.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|request| raw_of(&request)).collect()
}

fn raw_of(request: &Value) -> Vec<Raw> {
    let scopes = list(request, "resourceSpans").iter().flat_map(|resource| list(resource, "scopeSpans"));
    scopes.flat_map(|scope| list(scope, "spans")).map(raw).collect()
}

fn raw(span: &Value) -> Raw {
    let text = |key: &str| span[key].as_str().unwrap_or_default().to_owned();
    let attributes = list(span, "attributes").iter();
    Raw {
        id: text("spanId"),
        parent_id: text("parentSpanId"),
        trace_id: text("traceId"),
        name: text("name"),
        kind: span["kind"].as_u64().unwrap(),
        status: span["status"]["code"].as_u64().unwrap_or_default(),
        start: text("startTimeUnixNano").parse().unwrap(),
        end: text("endTimeUnixNano").parse().unwrap(),
        attributes: attributes.map(|pair| (pair["key"].as_str().unwrap().to_owned(), plain(&pair["value"]))).collect(),
    }
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// Numbers are written as texts, and as numbers.
fn plain(value: &Value) -> Value {
    let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
    match (kind.as_str(), value) {
        ("intValue", Value::String(digits)) => json!(digits.parse::<i64>().unwrap()),
        ("arrayValue", _) => list(value, "values").iter().map(plain).collect(),
        _ => value.clone(),
    }
}

/// What the spans of the client are of. No two may be of the same.
pub fn tree(spans: &[Raw]) -> Tree {
    let mut spans: Vec<_> = spans.iter().collect();
    spans.sort_by_key(|span| span.start);
    let by_id: HashMap<_, _> = spans.iter().map(|span| (span.id.as_str(), *span)).collect();
    let (mut keys, mut times) = (HashMap::new(), Times::default());
    // Those that are named by what they are below come last.
    for is_named in [true, false] {
        for span in &spans {
            let above = by_id.get(span.parent_id.as_str());
            if own_name(span).is_some() == is_named {
                let key = own_name(span).unwrap_or_else(|| name_below(span, above.map(|above| &keys[&*above.id])));
                keys.insert(span.id.clone(), times.next(&key));
            }
        }
    }
    let mut tree = Tree::new();
    for span in &spans {
        let mut top = *span;
        while let Some(above) = by_id.get(top.parent_id.as_str()) {
            assert_eq!(above.trace_id, span.trace_id, "{span:?}");
            top = above;
        }
        let (parent, root) = (keys.get(&span.parent_id).cloned(), keys[&top.id].clone());
        let placed = Placed { parent, root, span: (*span).clone() };
        assert!(tree.insert(keys[&span.id].clone(), placed).is_none(), "{}", keys[&span.id]);
    }
    tree
}

/// Tells apart what has the same name.
#[derive(Default)]
pub struct Times(HashMap<String, usize>);

impl Times {
    pub fn next(&mut self, key: &str) -> String {
        let times = self.0.entry(key.to_owned()).or_default();
        *times += 1;
        if *times == 1 { key.to_owned() } else { format!("{key} #{times}") }
    }
}

fn own_name(span: &Raw) -> Option<String> {
    let name = span.name.strip_prefix("claude_code.").unwrap();
    Some(match name {
        "interaction" => interaction(span, span.text("user_prompt")),
        "llm_request" => format!("{name} {}", span.text("request_id")?),
        "tool" | "tool.execution" => format!("{name} {}", span.text("tool_use_id").unwrap()),
        "tool.blocked_on_user" => return None,
        _ => panic!("{name}"),
    })
}

/// A turn: the session, and how its prompt begins.
pub fn interaction(span: &Raw, prompt: Option<&str>) -> String {
    let session = &span.text("session.id").unwrap()[..8];
    let prompt: String = prompt.unwrap_or_default().chars().take(200).collect();
    format!("interaction {session} {}", prompt.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn name_below(span: &Raw, above: Option<&String>) -> String {
    let name = span.name.strip_prefix("claude_code.").unwrap();
    match above.map(|above| above.split_once(' ').unwrap()) {
        Some(("tool", call)) => format!("{name} {call}"),
        Some((kind, of)) => format!("{name} below {kind} {of}"),
        None => format!("{name} below nothing"),
    }
}
