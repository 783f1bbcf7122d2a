//! What a chain of records asks of the model: the prompt, results of calls, the client's own words.

use std::collections::HashSet;

use super::excerpt::{Excerpt, PROMPT_CHARACTERS};
use super::keep::Keep;
use crate::transcript::Timestamp;

/// One thing that a request answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The turn's prompt, or the subagent's.
    Prompt,
    /// A text that the client or the user added.
    Text(Excerpt),
    /// The result of a call: its id.
    Result(String),
}

/// What the next request answers, and since when that stands there.
#[derive(Debug, Default)]
pub(super) struct Asked {
    inputs: Vec<Input>,
    newest: Option<Timestamp>,
    /// When the newest record of the chain was written that can have led to the next request.
    last: Option<Timestamp>,
    /// How often the next request was made in vain.
    retries: u64,
}

/// What a new request answers, when the last of it was written, and how often it was made in vain.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Taken {
    pub(super) inputs: Vec<Input>,
    pub(super) at: Option<Timestamp>,
    pub(super) retries: u64,
}

impl Asked {
    /// A prompt begins anew: what was not answered before it never will be.
    pub(super) fn prompt(&mut self, at: Option<Timestamp>, keep: Keep) {
        let inputs = if keep.tree { vec![Input::Prompt] } else { Vec::new() };
        *self = Self { inputs, newest: at, last: at, retries: 0 };
    }

    /// A record that the next request answers.
    pub(super) fn record(&mut self, at: Option<Timestamp>) {
        self.newest = self.newest.max(at);
        self.last = at.or(self.last);
    }

    /// A text in it.
    pub(super) fn text(&mut self, text: &str, keep: Keep) {
        if keep.tree && !text.is_empty() {
            self.inputs.push(Input::Text(Excerpt::of(text, PROMPT_CHARACTERS, keep.redaction)));
        }
    }

    /// A result in it.
    pub(super) fn result(&mut self, call: &str, keep: Keep) {
        if keep.tree {
            self.inputs.push(Input::Result(call.to_owned()));
        }
    }

    /// A request said something: where nothing else is asked, the next one goes on from there.
    pub(super) fn answered(&mut self, at: Option<Timestamp>) {
        self.last = at.or(self.last);
    }

    /// What asks was asked in vain, and is asked again.
    pub(super) fn again(&mut self) {
        self.retries += 1;
    }

    /// Another model is asked.
    pub(super) fn elsewhere(&mut self, at: Option<Timestamp>) {
        self.record(at);
        self.retries = 0;
    }

    /// What a new request answers.
    pub(super) fn take(&mut self) -> Taken {
        let at = self.newest.take().or(self.last);
        Taken { inputs: distinct(std::mem::take(&mut self.inputs)), at, retries: std::mem::take(&mut self.retries) }
    }
}

/// Of several results of one call the first.
fn distinct(inputs: Vec<Input>) -> Vec<Input> {
    let mut seen = HashSet::new();
    let calls = inputs.iter().map(|input| if let Input::Result(call) = input { Some(call.as_str()) } else { None });
    let are_new: Vec<_> = calls.map(|call| call.is_none_or(|call| seen.insert(call))).collect();
    inputs.into_iter().zip(are_new).filter_map(|(input, is_new)| is_new.then_some(input)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "it stands where a time may be missing")]
    fn at(second: u64) -> Option<Timestamp> {
        Some(Timestamp::from(second * 1_000_000_000))
    }

    #[test]
    fn a_request_answers_what_came_since_the_one_before() {
        let keep = Keep { tree: true, ..Keep::default() };
        let mut asked = Asked::default();
        asked.prompt(at(1), keep);
        asked.record(at(2));
        asked.text("and that", keep);
        asked.again();
        let inputs = vec![Input::Prompt, Input::Text(Excerpt::of("and that", 99, keep.redaction))];
        assert_eq!(asked.take(), Taken { inputs, at: at(2), retries: 1 });
        // The results of parallel calls come in any order.
        asked.answered(at(3));
        for (second, call) in [(5, "b"), (4, "a"), (4, "b")] {
            asked.record(at(second));
            asked.result(call, keep);
        }
        let results = ["b", "a"].map(|call| Input::Result(call.to_owned()));
        assert_eq!(asked.take(), Taken { inputs: results.to_vec(), at: at(5), retries: 0 });
        // Nothing was asked: it goes on from the last answer.
        asked.answered(at(7));
        assert_eq!(asked.take(), Taken { at: at(7), ..Taken::default() });
        // Another model is asked for the first time.
        asked.again();
        asked.elsewhere(at(8));
        assert_eq!(asked.take(), Taken { at: at(8), ..Taken::default() });
    }

    #[test]
    fn a_prompt_begins_anew_and_texts_are_kept_for_trees_only() {
        let mut asked = Asked::default();
        asked.record(at(9));
        asked.text("x", Keep::default());
        asked.prompt(at(1), Keep::default());
        assert_eq!(asked.take(), Taken { at: at(1), ..Taken::default() });
    }
}
