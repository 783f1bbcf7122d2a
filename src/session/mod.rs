//! What happened: a session's turns, and in each the requests, tool calls and subagents.
//!
//! Built from the records of one session's transcripts; knows nothing of spans or servers. A
//! session keeps of a text only what a span may carry, so it is small however large its files are.

mod builder;
mod classify;
mod duplicates;
mod excerpt;
mod injected;
mod rebuild;
mod subagent;
mod turn;
mod work;

pub use classify::PromptKind;
pub use duplicates::Owners;
pub use excerpt::{COMPLETION_CHARACTERS, PROMPT_CHARACTERS, first_characters};
pub use rebuild::rebuild;
pub use subagent::Subagent;
pub use turn::{Failure, Prompt, Turn};
pub use work::{Request, ToolCall};

/// What shares a session id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// The session's id.
    pub id: String,
    /// The working directory it began in.
    pub project: Option<String>,
    /// The first real model that answered in it.
    pub model: Option<String>,
    /// Its turns, in the order of their prompts' records.
    pub turns: Vec<Turn>,
    /// Subagents that no known call launched, the client's own (compaction, side questions) among them.
    pub strays: Vec<Subagent>,
    /// Requests that an earlier session owns.
    pub duplicate_requests: u64,
}

impl Session {
    /// When its first turn began.
    #[must_use]
    pub fn started_at(&self) -> Option<crate::transcript::Timestamp> {
        self.turns.iter().find_map(|turn| turn.started_at)
    }
}
