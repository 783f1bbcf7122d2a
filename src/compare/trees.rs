//! Saved spans, put together again: a turn's own span, and what stands below it.

use std::collections::{HashMap, HashSet};

use super::look::Look;
use super::seen::Seen;
use super::turn::session_of;
use crate::otlp::SavedSpan;

/// A turn as it was saved.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) trace_id: String,
    pub(super) session: String,
    /// Its spans, its own first, then in the order of the file.
    pub(super) looks: Vec<Look>,
}

/// A span's trace id and its own, in hexadecimal.
type Ids = (String, String);

/// The turns of some spans, and how many spans are of none. A turn's span can stand below others, as
/// one of the program that the agent ran in.
pub(super) fn trees(spans: Vec<SavedSpan>) -> (Vec<Tree>, u64) {
    let spans: Vec<_> = last_of_each(spans)
        .into_iter()
        .map(|mut span| (std::mem::take(&mut span.trace_id), Look::from(span)))
        .collect();
    let mut trees = Vec::new();
    let mut roots = HashMap::<Ids, usize>::new();
    let mut rest = Vec::new();
    for (trace_id, look) in spans {
        match session_of(&Seen::own(&look)).map(str::to_owned) {
            Some(session) => {
                if !trace_id.is_empty() && !look.id.is_empty() {
                    roots.insert((trace_id.clone(), look.id.clone()), trees.len());
                }
                trees.push(Tree { trace_id, session, looks: vec![look] });
            }
            None => rest.push((trace_id, look)),
        }
    }
    let above: HashMap<Ids, String> =
        rest.iter().map(|(trace, look)| ((trace.clone(), look.id.clone()), look.parent.clone())).collect();
    let mut passed_over = 0;
    for (trace_id, look) in rest {
        match root_of(&trace_id, &look.parent, &above, &roots).and_then(|root| trees.get_mut(root)) {
            Some(tree) => tree.looks.push(look),
            None => passed_over += 1,
        }
    }
    (trees, passed_over)
}

/// The turn above a span. Damaged files can hold rings.
fn root_of(trace: &str, parent: &str, above: &HashMap<Ids, String>, roots: &HashMap<Ids, usize>) -> Option<usize> {
    let mut ids = (trace.to_owned(), parent.to_owned());
    let mut passed = HashSet::new();
    loop {
        if let Some(root) = roots.get(&ids) {
            return Some(*root);
        }
        let next = above.get(&ids)?;
        if !passed.insert(ids.1.clone()) {
            return None;
        }
        ids.1.clone_from(next);
    }
}

/// Of spans with the same ids the last, at the place of the first.
fn last_of_each(spans: Vec<SavedSpan>) -> Vec<SavedSpan> {
    let mut places = HashMap::<Ids, usize>::new();
    let mut kept: Vec<SavedSpan> = Vec::with_capacity(spans.len());
    for span in spans {
        let ids = (span.trace_id.clone(), span.span_id.clone());
        let is_nameless = ids.0.is_empty() || ids.1.is_empty();
        let same = places.get(&ids).filter(|_| !is_nameless).and_then(|place| kept.get_mut(*place));
        if let Some(same) = same {
            *same = span;
            continue;
        }
        places.insert(ids, kept.len());
        kept.push(span);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::SavedValue;
    use crate::span::{keys, moda};

    fn span(trace: &str, id: &str, parent: &str, name: &str) -> SavedSpan {
        let session = (keys::SESSION_ID.to_owned(), SavedValue::Text("s".to_owned()));
        SavedSpan {
            trace_id: trace.to_owned(),
            span_id: id.to_owned(),
            parent_id: parent.to_owned(),
            name: name.to_owned(),
            attributes: vec![session],
            ..SavedSpan::default()
        }
    }

    #[test]
    fn what_stands_below_a_turn_is_a_part_of_it() {
        let turn = |trace, id, parent| span(trace, id, parent, moda::NAME);
        let other = |trace, id, parent| span(trace, id, parent, "other");
        let (trees, passed_over) = trees(vec![
            other("1", "tool", "request"),
            turn("1", "turn", "server"),
            other("1", "request", "turn"),
            other("1", "server", ""),
            turn("2", "turn", ""),
            turn("2", "second", "turn"),
            other("2", "tool", "second"),
            other("2", "a", "b"),
            other("2", "b", "a"),
            other("3", "lost", "turn"),
            turn("", "", ""),
            turn("", "", ""),
        ]);
        let ids = |tree: &Tree| tree.looks.iter().map(|look| look.id.as_str()).collect::<Vec<_>>().join(" ");
        let found: Vec<_> = trees.iter().map(ids).collect();
        assert_eq!(found, ["turn tool request", "turn", "second tool", "", ""]);
        assert_eq!(passed_over, 4);
    }
}
