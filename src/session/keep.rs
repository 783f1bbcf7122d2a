//! What of a session is kept besides its numbers: no more than its spans may carry, so that a
//! session is small however large its files are.

use crate::redaction::Redaction;

/// What is kept. By default what the one span of a turn carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Keep {
    /// What was asked and thought, and what happened beside: the spans below a turn carry it.
    pub tree: bool,
    /// What tools were asked and what they answered.
    pub tool_data: bool,
    /// Whether turns [`adopt`](super::Session::adopt) the agents that no call launched.
    pub adopts: bool,
    /// Nothing of what requests said: who counts needs no words.
    pub only_numbers: bool,
    /// What is done about secrets in what is kept: before it is cut, as a half of one is found no more.
    pub redaction: Redaction,
}
