//! Spans below a turn that only one side has: told in a line, not in one for each attribute.

use std::collections::HashSet;

use crate::compare::{ABOVE, Change};

/// What is told of a change.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told<'a> {
    /// A whole span came or went.
    Span {
        /// What tells it from others.
        label: &'a str,
        /// Whether it is only now there.
        is_new: bool,
    },
    /// A key differs.
    Key(&'a Change),
}

/// The changes, those of a whole span as one.
pub(super) fn told(changes: &[Change]) -> Vec<Told<'_>> {
    let whole: HashSet<_> = changes.iter().filter_map(span_of).collect();
    let mut known = HashSet::new();
    let tell = |change| match label_in(&whole, change) {
        None => Some(Told::Key(change)),
        Some(label) => known.insert(label).then_some(Told::Span { label, is_new: change.old.is_none() }),
    };
    changes.iter().filter_map(tell).collect()
}

/// The label of a span of which one side says what stands above it, and the other nothing.
fn span_of(change: &Change) -> Option<&str> {
    let label = change.key.strip_suffix(ABOVE)?.strip_suffix(' ')?;
    (change.old.is_none() || change.new.is_none()).then_some(label)
}

/// The one of these labels with which a key begins.
fn label_in<'a>(labels: &HashSet<&'a str>, change: &'a Change) -> Option<&'a str> {
    let key = change.key.as_str();
    key.rmatch_indices(' ').find_map(|(at, _)| labels.get(key.get(..at)?)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::SeenValue;

    #[test]
    fn a_whole_span_is_one_line() {
        let change = |key: &str, old: Option<i64>, new: Option<i64>| Change {
            key: key.to_owned(),
            old: old.map(SeenValue::Int),
            new: new.map(SeenValue::Int),
        };
        let changes = [
            change("parent", Some(1), None),
            change("chat m r1 tokens", Some(1), Some(2)),
            change("chat m r2 name", None, Some(1)),
            change("chat m r2 parent", None, Some(1)),
            change("chat m r2 event exception exception.type", None, Some(1)),
            change("tool t parent", Some(1), None),
            change("tool t name", Some(1), None),
            change("tool u parent", Some(1), Some(2)),
        ];
        let keys = |told: Told<'_>| match told {
            Told::Key(change) => change.key.clone(),
            Told::Span { label, is_new } => format!("{} {label}", if is_new { "+" } else { "-" }),
        };
        let found: Vec<_> = told(&changes).into_iter().map(keys).collect();
        assert_eq!(found, ["parent", "chat m r1 tokens", "+ chat m r2", "- tool t", "tool u parent"]);
    }
}
