//! Which span of before is which of now.
//!
//! Two with the same ids are one span, wherever they stand. Of the others those match that are of
//! one session and have the same prompt, rather those that ran at the same time; several alike in
//! the order of their start. What is left of a session on both sides matches where it ran at the
//! same time: live knows some prompts under another text.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::changes::changes;
use super::compared::{Compared, State};
use super::counting::is_counted;
use super::seen::Seen;
use super::trees::{Tree, trees};
use super::turn::Turn;
use crate::otlp::SavedSpan;
use crate::span::Span;

/// A span's trace id and its own, in hexadecimal.
type Ids = (String, String);

/// Spans of before, and those of now that wait for their like.
#[derive(Debug, Default)]
pub struct Matching {
    known: HashMap<Ids, Turn>,
    sessions: HashSet<String>,
    passed_over: u64,
    /// Of now, by session: no span of before has their ids.
    waiting: HashMap<String, Vec<Turn>>,
    projects: HashMap<String, String>,
    compared: Vec<Compared>,
}

impl Matching {
    /// Begins with the spans of before. Of two with the same ids the last counts.
    #[must_use]
    pub fn new(baseline: Vec<SavedSpan>) -> Self {
        let (trees, passed_over) = trees(baseline);
        let mut matching = Self { passed_over, ..Self::default() };
        for (tree, number) in trees.into_iter().zip(0_u64..) {
            let Tree { trace_id, session, looks } = tree;
            let own = looks.first().map(|look| look.id.clone()).unwrap_or_default();
            let turn = Turn::new(&session, trace_id.clone(), Seen::of_tree(looks));
            // Without ids it is like no other.
            let is_nameless = trace_id.is_empty() || own.is_empty();
            let ids = if is_nameless { (String::new(), number.to_string()) } else { (trace_id, own) };
            matching.sessions.insert(session);
            matching.known.insert(ids, turn);
        }
        matching
    }

    /// Spans of before that are of no turn, and are not compared.
    #[must_use]
    pub fn passed_over(&self) -> u64 {
        self.passed_over
    }

    /// Takes a session's turn of now: its spans, its own first.
    pub fn take(&mut self, session: &str, project: Option<&str>, spans: &[Span]) {
        self.projects.extend(project.map(|project| (session.to_owned(), project.to_owned())));
        let Some(root) = spans.first() else { return };
        let new = Turn::new(session, root.trace_id.to_string(), Seen::of(spans));
        let ids = (new.trace_id.clone(), root.span_id.to_string());
        match self.known.remove(&ids) {
            Some(old) => self.compared.push(compare(&old, &new, true)),
            None if self.sessions.contains(session) => {
                self.waiting.entry(session.to_owned()).or_default().push(new);
            }
            None => self.compared.push(new.compared(State::New)),
        }
    }

    /// What became of each turn, the oldest session first.
    #[must_use]
    pub fn finish(mut self) -> Vec<Compared> {
        let mut left = HashMap::<_, Vec<_>>::new();
        for old in self.known.into_values() {
            left.entry(old.session.clone()).or_default().push(old);
        }
        for (session, mut new) in self.waiting {
            let old = left.entry(session).or_default();
            self.compared.extend(pairs(old, &mut new).iter().map(|(old, new)| compare(old, new, false)));
            self.compared.extend(new.iter().map(|new| new.compared(State::New)));
        }
        self.compared.extend(left.values().flatten().map(|old| old.compared(State::Gone)));
        for turn in &mut self.compared {
            turn.project = self.projects.get(&turn.session).cloned();
        }
        in_order(self.compared)
    }
}

fn compare(old: &Turn, new: &Turn, is_same: bool) -> Compared {
    let changes = changes(&old.seen, &new.seen, &|key| !is_counted(key, &old.seen, &new.seen, is_same));
    new.compared(if changes.is_empty() { State::Unchanged } else { State::Changed(changes) })
}

/// Takes out of both what belongs together.
fn pairs(old: &mut Vec<Turn>, new: &mut Vec<Turn>) -> Vec<(Turn, Turn)> {
    let rules: [fn(&Turn, &Turn) -> bool; 3] =
        [|old, new| old.asks_as(new) && old.runs_with(new), Turn::asks_as, Turn::runs_with];
    old.sort_by_key(|turn| turn.started_at);
    new.sort_by_key(|turn| turn.started_at);
    rules.iter().flat_map(|fits| pairs_by(old, new, fits)).collect()
}

fn pairs_by(old: &mut Vec<Turn>, new: &mut Vec<Turn>, fits: &impl Fn(&Turn, &Turn) -> bool) -> Vec<(Turn, Turn)> {
    let mut pairs = Vec::new();
    for one in std::mem::take(new) {
        match old.iter().position(|other| fits(other, &one)) {
            Some(place) => pairs.push((old.remove(place), one)),
            None => new.push(one),
        }
    }
    pairs
}

/// Sessions by their first turns, turns by their starts.
fn in_order(mut compared: Vec<Compared>) -> Vec<Compared> {
    let mut began = BTreeMap::<String, u64>::new();
    for turn in &compared {
        let first = began.entry(turn.session.clone()).or_insert(turn.started_at);
        *first = turn.started_at.min(*first);
    }
    compared.sort_by(|one, other| {
        let place = |turn: &Compared| (began.get(&turn.session).copied(), turn.started_at);
        let ((began, start), (other_began, other_start)) = (place(one), place(other));
        (began, &one.session, start, &one.trace_id).cmp(&(other_began, &other.session, other_start, &other.trace_id))
    });
    compared
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::{SavedStatus, SavedValue};
    use crate::span::{Attribute, SpanId, SpanKind, Status, TraceId, Value, keys, moda};

    const SECOND: u64 = 1_000_000_000;

    /// A span of now: session, number, prompt, start and end in seconds.
    type Now = (&'static str, u8, &'static str, u64, u64);

    /// A name, spans of before and of now, and what became of each.
    type Case = (&'static str, &'static [Now], &'static [Now], &'static [&'static str]);

    fn span((session, number, prompt, start, end): Now) -> Span {
        let attribute =
            |(key, text): (&str, &str)| Attribute { key: key.to_owned(), value: Value::Text(text.to_owned()) };
        Span {
            trace_id: TraceId([number; 16]),
            span_id: SpanId([number; 8]),
            parent_id: None,
            name: moda::NAME.into(),
            kind: SpanKind::Client,
            started_at: start * SECOND,
            ended_at: end * SECOND,
            status: Status::Ok,
            attributes: [(keys::CLAUDE_AGENT_SESSION_ID, session), (keys::GEN_AI_PROMPT, prompt)].map(attribute).into(),
            events: Vec::new(),
        }
    }

    fn saved(now: Now) -> SavedSpan {
        let span = span(now);
        let text = |value: Value| match value {
            Value::Text(text) => SavedValue::Text(text),
            Value::Int(number) => SavedValue::Int(number),
            Value::Flag(flag) => SavedValue::Other(flag.to_string()),
            Value::Texts(texts) => SavedValue::Other(serde_json::to_string(&texts).unwrap()),
        };
        SavedSpan {
            trace_id: span.trace_id.to_string(),
            span_id: span.span_id.to_string(),
            name: span.name.into_owned(),
            started_at: span.started_at,
            ended_at: span.ended_at,
            status: SavedStatus::Ok,
            attributes: span.attributes.into_iter().map(|one| (one.key, text(one.value))).collect(),
            ..SavedSpan::default()
        }
    }

    /// What became of each, with the keys that changed.
    fn compared(before: &[Now], now: &[Now]) -> Vec<String> {
        let mut matching = Matching::new(before.iter().copied().map(saved).collect());
        for one in now {
            matching.take(one.0, None, &[span(*one)]);
        }
        let keys = |turn: &Compared| turn.state.changes().iter().map(|change| change.key.clone()).collect::<Vec<_>>();
        let shown = |turn: &Compared| format!("{} {} {}", turn.prompt, turn.state.name(), keys(turn).join(","));
        matching.finish().iter().map(|turn| shown(turn).trim_end().to_owned()).collect()
    }

    #[test]
    fn spans_are_matched_by_ids_then_prompts_then_times() {
        let cases: [Case; 11] = [
            ("one span", &[("s", 1, "a", 1, 2)], &[("s", 1, "a", 1, 2)], &["a unchanged"]),
            ("its times count", &[("s", 1, "a", 1, 2)], &[("s", 1, "a", 1, 3)], &["a changed end"]),
            (
                "wherever it stands",
                &[("s", 1, "a", 1, 2)],
                &[("t", 1, "b", 1, 2)],
                &["b changed claude_agent.session_id,gen_ai.prompt"],
            ),
            (
                "the times of live do not",
                &[("s", 9, " a\n", 1, 9)],
                &[("s", 1, "a", 2, 3)],
                &["a changed gen_ai.prompt"],
            ),
            ("no other session's", &[("s", 9, "a", 1, 2)], &[("t", 1, "a", 1, 2)], &["a gone", "a new"]),
            (
                "alike, in order",
                &[("s", 9, "a", 50, 51), ("s", 8, "a", 40, 41)],
                &[("s", 1, "a", 1, 2), ("s", 2, "a", 3, 4), ("s", 3, "a", 5, 6)],
                &["a unchanged", "a unchanged", "a new"],
            ),
            (
                "alike, and one of them ran then",
                &[("s", 9, "a", 5, 6)],
                &[("s", 1, "a", 1, 2), ("s", 2, "a", 5, 6)],
                &["a new", "a unchanged"],
            ),
            (
                "under another text",
                &[("s", 9, "/cost", 1, 4)],
                &[("s", 1, "/usage", 2, 3)],
                &["/usage changed gen_ai.prompt"],
            ),
            ("but not later", &[("s", 9, "a", 1, 4)], &[("s", 1, "b", 2, 5)], &["a gone", "b new"]),
            ("and not at no time", &[("s", 9, "a", 0, 0)], &[("s", 1, "b", 0, 0)], &["b new", "a gone"]),
            ("sent twice", &[("s", 1, "b", 1, 2), ("s", 1, "a", 1, 2)], &[("s", 1, "a", 1, 2)], &["a unchanged"]),
        ];
        for (name, before, now, expected) in cases {
            assert_eq!(compared(before, now), expected, "{name}");
        }
    }

    #[test]
    fn sessions_come_in_the_order_of_their_first_turns() {
        let before = [("b", 9, "b1", 1, 2), ("a", 8, "a1", 5, 6)];
        let now = [("c", 1, "c1", 3, 4), ("b", 2, "b2", 9, 9)];
        assert_eq!(compared(&before, &now), ["b1 gone", "b2 new", "c1 new", "a1 gone"]);
    }

    #[test]
    fn other_spans_are_counted_only() {
        let others = [
            SavedSpan { name: "HTTP POST".to_owned(), ..saved(("s", 1, "a", 1, 2)) },
            SavedSpan { attributes: Vec::new(), ..saved(("s", 2, "a", 1, 2)) },
        ];
        let matching = Matching::new(others.to_vec());
        assert_eq!((matching.passed_over(), matching.finish()), (2, Vec::new()));
    }

    #[test]
    fn a_session_has_several_names() {
        for key in [keys::CLAUDE_AGENT_SESSION_ID, keys::SESSION_ID, keys::GEN_AI_CONVERSATION_ID] {
            let attributes = vec![(key.to_owned(), SavedValue::Text("s".to_owned()))];
            let turns = Matching::new(vec![SavedSpan { attributes, ..saved(("x", 1, "", 1, 2)) }]).finish();
            assert_eq!(turns.iter().map(|turn| turn.session.as_str()).collect::<Vec<_>>(), ["s"], "{key}");
        }
    }

    #[test]
    fn spans_without_ids_are_not_one() {
        let nameless = |prompt| SavedSpan { trace_id: String::new(), ..saved(("s", 0, prompt, 1, 2)) };
        let turns = Matching::new(vec![nameless("a"), nameless("b")]).finish();
        assert_eq!(turns.len(), 2);
    }
}
