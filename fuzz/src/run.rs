//! What the library makes of some paths: read, rebuilt, shared, owned and projected as a run does.

use std::path::PathBuf;

use moda_agent::session::{Copies, Keep, Owners, Reading, Request, Session, rebuild_by};
use moda_agent::span::{Convention, Projection, Span, turn_keys};
use moda_agent::transcript::{Shared, Tokens, discover};
use moda_agent::warning::Warnings;

/// What counts, copies once, main chains and subagents together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// API calls.
    pub requests: usize,
    /// Tool calls.
    pub tool_calls: usize,
    /// What the requests used.
    pub tokens: Tokens,
}

impl Totals {
    /// Of one session.
    pub fn of(session: &Session) -> Self {
        let turns = session.turns.iter().map(|turn| (&turn.requests, &turn.tool_calls));
        let agents = session.subagents().map(|agent| (&agent.requests, &agent.tool_calls));
        let mut totals = Self::default();
        for (requests, calls) in turns.chain(agents) {
            totals.requests += requests.len();
            totals.tool_calls += calls.len();
            totals.tokens += requests.iter().map(Request::tokens).sum();
        }
        totals
    }

    /// Whether nothing of it is more than in `other`.
    pub fn is_within(self, other: Self) -> bool {
        let counts = |totals: Self| {
            let Tokens { input, cache_creation, cache_read, output } = totals.tokens;
            let all = [totals.requests as u64, totals.tool_calls as u64, input, cache_creation, cache_read, output];
            all.into_iter()
        };
        counts(self).zip(counts(other)).all(|(ours, theirs)| ours <= theirs)
    }
}

/// One run over some paths.
#[derive(Debug, Default)]
pub struct Run {
    /// With only what each owns, in the order of the run.
    pub sessions: Vec<Session>,
    /// One a turn, as an upload sends them.
    pub spans: Vec<Span>,
    /// Whatever was odd.
    pub warnings: Warnings,
}

impl Run {
    /// Reads what is under the paths; nothing where one does not exist.
    pub fn over(paths: &[PathBuf]) -> Self {
        Self::by(Reading::Fast, paths)
    }

    /// As [`Run::over`], in that way.
    pub fn by(reading: Reading, paths: &[PathBuf]) -> Self {
        let mut run = Self::default();
        let Ok(found) = discover(paths) else { return run };
        let keep = Keep { tree: true, tool_data: true, ..Keep::default() };
        let copies = Copies::heard(&found.sessions, &Shared::of(&found.sessions), &|_, _| false, keep);
        let mut owners = Owners::with(&|_, _| false);
        run.warnings = found.warnings;
        for files in &found.sessions {
            let (mut session, warnings) = rebuild_by(reading, files, &|_| {}, keep);
            copies.teach(&mut session);
            run.warnings.append(warnings);
            run.sessions.push(owners.keep_own(session));
        }
        run.spans = run.projected(false);
        run
    }

    /// Without what bookkeeping alone can tell, and of which nothing is counted: an agent that did nothing,
    /// times.
    pub fn without_bookkeeping(mut self) -> Self {
        for session in &mut self.sessions {
            session.facts.last_at = None;
            session.strays.retain(|agent| !agent.requests.is_empty() || !agent.tool_calls.is_empty());
            let agents = session.turns.iter_mut().flat_map(|turn| &mut turn.subagents).chain(&mut session.strays);
            agents.for_each(|agent| (agent.started_at, agent.ended_at, agent.last_at) = (None, None, None));
        }
        self
    }

    /// The spans of all sessions, one a turn.
    pub fn projected(&self, include_commands: bool) -> Vec<Span> {
        let projection = Projection::default();
        self.sessions.iter().flat_map(|session| turns(session, &projection, include_commands)).flatten().collect()
    }

    /// The spans of all turns in a convention, those of each turn together.
    pub fn trees(&self, convention: Convention) -> Vec<Vec<Span>> {
        let projection = Projection { convention, detail: convention.default_detail(), ..Projection::default() };
        let of = |session: &Session| {
            let mut session = session.clone();
            session.adopt();
            turns(&session, &projection, false)
        };
        self.sessions.iter().flat_map(of).collect()
    }

    /// The sum over the sessions.
    pub fn totals(&self) -> Totals {
        let mut sum = Totals::default();
        for totals in self.sessions.iter().map(Totals::of) {
            sum.requests += totals.requests;
            sum.tool_calls += totals.tool_calls;
            sum.tokens += totals.tokens;
        }
        sum
    }

    /// How often there was a warning of that kind.
    pub fn warned(&self, kind: &str) -> u64 {
        self.warnings.counts().get(kind).copied().unwrap_or_default()
    }
}

fn turns(session: &Session, projection: &Projection, include_commands: bool) -> Vec<Vec<Span>> {
    let keys = turn_keys(session).into_iter().zip(&session.turns);
    let sent = keys.filter(|(_, turn)| turn.is_sent(include_commands));
    sent.map(|(key, turn)| projection.spans(session, turn, &key)).collect()
}
