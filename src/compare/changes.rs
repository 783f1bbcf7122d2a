//! What differs between two looks of a span.

use std::collections::HashMap;

use super::seen::{Seen, SeenValue};

/// A key of which two spans say different things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The attribute, or another key of [`Seen`].
    pub key: String,
    /// What was; absent where the key is new.
    pub old: Option<SeenValue>,
    /// What is; absent where the key is gone.
    pub new: Option<SeenValue>,
}

/// The keys that differ and are not ignored, in the order of `new`, then what only `old` has.
#[must_use]
pub fn changes(old: &Seen, new: &Seen, ignored: &dyn Fn(&str) -> bool) -> Vec<Change> {
    let (before, after): (HashMap<_, _>, HashMap<_, _>) = (old.iter().collect(), new.iter().collect());
    let is_like = |one: Option<&SeenValue>, other: Option<&SeenValue>| match (one, other) {
        (Some(one), Some(other)) => one.is_like(other),
        _ => false,
    };
    let all = new.iter().chain(old.iter().filter(|(key, _)| !after.contains_key(key))).map(|(key, _)| key);
    all.filter(|key| !ignored(key))
        .map(|key| (key, before.get(key).copied(), after.get(key).copied()))
        .filter(|(_, old, new)| !is_like(*old, *new))
        .map(|(key, old, new)| Change { key: key.to_owned(), old: old.cloned(), new: new.cloned() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(values: &[(&str, &str)]) -> Seen {
        values.iter().map(|(key, text)| ((*key).to_owned(), SeenValue::Text((*text).to_owned()))).collect()
    }

    #[test]
    fn changes_come_in_the_order_of_the_new_one() {
        let old = seen(&[("gone", "1"), ("same", "2"), ("other", "3"), ("ignored", "4"), ("gone too", "5")]);
        let new = seen(&[("other", "6"), ("new", "7"), ("same", "2"), ("ignored", "8")]);
        let found = changes(&old, &new, &|key| key == "ignored");
        let text = |value: &Option<SeenValue>| match value {
            Some(SeenValue::Text(text)) => text.clone(),
            _ => "-".to_owned(),
        };
        let found: Vec<_> =
            found.iter().map(|change| [change.key.clone(), text(&change.old), text(&change.new)].join(" ")).collect();
        assert_eq!(found, ["other 3 6", "new - 7", "gone 1 -", "gone too 5 -"]);
    }

    #[test]
    fn what_was_kept_of_a_text_is_no_change_of_it() {
        let (one, other) = (seen(&[("gen_ai.prompt", "one")]), seen(&[("gen_ai.prompt", "two")]));
        assert_eq!(changes(&one.clone().kept(), &one, &|_| false), []);
        assert_eq!(changes(&one.clone().kept(), &other, &|_| false).len(), 1);
    }
}
