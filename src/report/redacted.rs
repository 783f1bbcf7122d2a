//! What was replaced in the spans of a run, by kind.

use std::collections::BTreeMap;

use super::numbers::counted;
use crate::redaction::kinds;
use crate::span::{Attribute, Span, Status, Value};

/// How many secrets of each kind were replaced. One that stands in several attributes counts in each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redacted(BTreeMap<&'static str, u64>);

impl Redacted {
    /// Counts what was replaced in spans.
    pub fn count(&mut self, spans: &[Span]) {
        for span in spans {
            self.text(&span.name);
            if let Status::Error(words) = &span.status {
                self.text(words);
            }
            let events = span.events.iter().flat_map(|event| &event.attributes);
            span.attributes.iter().chain(events).for_each(|attribute| self.attribute(attribute));
        }
    }

    fn attribute(&mut self, attribute: &Attribute) {
        match &attribute.value {
            Value::Text(text) => self.text(text),
            Value::Texts(texts) => texts.iter().for_each(|text| self.text(text)),
            Value::Int(_) | Value::Flag(_) => {}
        }
    }

    fn text(&mut self, text: &str) {
        for kind in kinds(text) {
            *self.0.entry(kind).or_default() += 1;
        }
    }

    /// `3 aws-access-keys, 1 jwt`; nothing where nothing was replaced.
    pub(super) fn line(&self) -> Option<String> {
        let kinds: Vec<_> = self.0.iter().map(|(kind, count)| counted(*count, kind)).collect();
        (!kinds.is_empty()).then(|| kinds.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_replaced_is_counted_wherever_it_stands() {
        let mut redacted = Redacted::default();
        assert_eq!(redacted.line(), None);
        redacted.text("a [REDACTED:jwt] b [REDACTED:private-key] [REDACTED:jwt] [REDACTED:by hand]");
        redacted.attribute(&Attribute { key: "k".to_owned(), value: Value::Texts(vec!["[REDACTED:jwt]".to_owned()]) });
        assert_eq!(redacted.line().unwrap(), "3 jwts, 1 private-key");
    }
}
