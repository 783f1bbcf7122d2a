//! What was in the transcripts, counted.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::session::{Session, Subagent, Turn};
use crate::transcript::Tokens;

/// What a session holds, or several. Each request counts once in a run, in the session that owns it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Sessions.
    pub sessions: u64,
    /// Turns that have a span.
    pub turns: u64,
    /// API calls, those of subagents included.
    pub requests: u64,
    /// Tool calls, those of subagents included.
    pub tool_calls: u64,
    /// Subagents, without the client's own.
    pub subagents: u64,
    /// Tokens of the main chains.
    pub tokens: Tokens,
    /// Tokens of the subagents, the client's own included.
    pub subagent_tokens: Tokens,
    /// Copies of requests that count elsewhere.
    pub duplicate_requests: u64,
    /// Requests whose usage is only the stream's placeholder.
    pub incomplete_requests: u64,
}

impl Found {
    /// Counts a session, of which `turns` turns have a span.
    pub(super) fn of(session: &Session, turns: u64) -> Self {
        let duplicate_requests = session.duplicate_requests;
        let mut found = Self { sessions: 1, turns, duplicate_requests, ..Self::default() };
        session.turns.iter().for_each(|turn| found.turn(turn));
        session.subagents().for_each(|agent| found.subagent(agent));
        found
    }

    /// All tokens.
    #[must_use]
    pub fn all_tokens(&self) -> Tokens {
        [self.tokens, self.subagent_tokens].into_iter().sum()
    }

    fn turn(&mut self, turn: &Turn) {
        self.requests += turn.requests.len() as u64;
        self.tool_calls += turn.tool_calls.len() as u64;
        self.tokens += turn.tokens();
        self.incomplete_requests += turn.incomplete_requests() as u64;
    }

    fn subagent(&mut self, agent: &Subagent) {
        self.requests += agent.requests.len() as u64;
        self.tool_calls += agent.tool_calls.len() as u64;
        self.subagents += u64::from(!agent.is_internal && agent.resumption == 0);
        self.subagent_tokens += agent.tokens();
        self.incomplete_requests += agent.incomplete_requests() as u64;
    }
}

impl AddAssign for Found {
    fn add_assign(&mut self, other: Self) {
        self.sessions += other.sessions;
        self.turns += other.turns;
        self.requests += other.requests;
        self.tool_calls += other.tool_calls;
        self.subagents += other.subagents;
        self.tokens += other.tokens;
        self.subagent_tokens += other.subagent_tokens;
        self.duplicate_requests += other.duplicate_requests;
        self.incomplete_requests += other.incomplete_requests;
    }
}
