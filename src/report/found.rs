//! What was in the transcripts, counted.

use crate::session::Session;
use crate::transcript::Tokens;

/// What was found. Each request counts once in a run, in the session that owns it.
#[derive(Debug, Default)]
pub struct Found {
    /// Sessions with a turn that has a span.
    pub sessions: u64,
    /// Turns that have a span.
    pub turns: u64,
    /// API calls of the main chains.
    pub requests: u64,
    /// Tool calls, those of subagents included.
    pub tool_calls: u64,
    /// Subagents.
    pub subagents: u64,
    /// Tokens of the main chains.
    pub tokens: Tokens,
    /// Tokens of the subagents.
    pub subagent_tokens: Tokens,
    /// Copies of requests that count elsewhere.
    pub duplicate_requests: u64,
    /// Requests whose usage is only the stream's placeholder.
    pub incomplete_requests: u64,
}

impl Found {
    /// Counts a session, of which `turns` turns have a span.
    pub(super) fn count(&mut self, session: &Session, turns: u64) {
        self.sessions += u64::from(turns > 0);
        self.turns += turns;
        self.duplicate_requests += session.duplicate_requests;
        for turn in &session.turns {
            self.requests += turn.requests.len() as u64;
            self.tool_calls += turn.tool_calls.len() as u64;
            self.tokens += turn.tokens();
            self.incomplete_requests += turn.incomplete_requests() as u64;
        }
        let agents = session.turns.iter().flat_map(|turn| &turn.subagents);
        self.subagents += agents.clone().count() as u64;
        for agent in agents.chain(&session.strays) {
            self.subagent_tokens += agent.tokens();
            self.tool_calls += agent.tool_calls.len() as u64;
        }
    }
}
