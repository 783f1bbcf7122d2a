//! No secret in any string of a span, whatever it was made of.
//!
//! Excerpts were redacted before they were cut, and are most of a span. Here nothing else is passed over:
//! names, paths, errors, what a later version adds.

use std::borrow::Cow;

use super::keys::is_excerpt;
use super::model::{Attribute, Span, Status, Value};
use crate::redaction::Redaction;

/// Replaces what secrets are left in a span.
pub(super) fn redact(span: &mut Span, redaction: Redaction) {
    if !redaction.is_on() {
        return;
    }
    if let Cow::Owned(name) = redaction.text(&span.name) {
        span.name = name.into();
    }
    if let Status::Error(words) = &mut span.status {
        text(words, redaction);
    }
    let events = span.events.iter_mut().flat_map(|event| &mut event.attributes);
    let attributes = span.attributes.iter_mut().chain(events);
    attributes.filter(|attribute| !is_excerpt(&attribute.key)).for_each(|attribute| value(attribute, redaction));
}

fn value(attribute: &mut Attribute, redaction: Redaction) {
    match &mut attribute.value {
        Value::Text(words) => text(words, redaction),
        Value::Texts(texts) => texts.iter_mut().for_each(|words| text(words, redaction)),
        Value::Int(_) | Value::Flag(_) => {}
    }
}

fn text(words: &mut String, redaction: Redaction) {
    if let Cow::Owned(redacted) = redaction.any(words) {
        *words = redacted;
    }
}
