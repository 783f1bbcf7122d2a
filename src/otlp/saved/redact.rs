//! Saved spans without secrets: what is to be compared with spans that have none, and shown.

use super::{SavedSpan, SavedStatus, SavedValue};
use crate::redaction::Redaction;

impl SavedSpan {
    /// The same as it would be sent now.
    #[must_use]
    pub fn redacted(mut self, redaction: Redaction) -> Self {
        let change = |text: &mut String| *text = redaction.any(text).into_owned();
        if let SavedStatus::Error(words) = &mut self.status {
            change(words);
        }
        let events = self.events.iter_mut().flat_map(|event| &mut event.attributes);
        for (_, value) in self.attributes.iter_mut().chain(events) {
            if let SavedValue::Text(text) | SavedValue::Other(text) = value {
                change(text);
            }
        }
        self
    }
}
