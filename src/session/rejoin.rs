//! Subagents that stand in another session than the turn that launched them.
//!
//! Clients of 2.0.x resume a session with the turns of its fork: the turn is in both, the
//! subagent's transcript only with the fork. The subagent goes with the turn that counts, that of
//! the session which began first.

use std::collections::{HashMap, HashSet};

use super::Session;
use super::subagent::Subagent;
use super::turn::Turn;

/// What goes where.
#[derive(Debug, Default)]
pub(super) struct Rejoin {
    /// By request: the session that holds it first.
    owners: HashMap<String, String>,
    /// By session: the subagents that come to it, each with the request that launched it.
    coming: HashMap<String, Vec<(String, Subagent)>>,
    /// The subagents that go, by session and id.
    going: HashSet<(String, String)>,
}

impl Rejoin {
    /// Hears of the sessions that share requests, in the order in which they began.
    pub(super) fn hear(&mut self, session: &Session, is_shared: impl Fn(&str) -> bool) {
        for turn in &session.turns {
            for request in turn.requests.iter().filter(|request| is_shared(&request.id)) {
                self.owners.entry(request.id.clone()).or_insert_with(|| session.id.clone());
            }
            for agent in turn.subagents.iter().filter(|agent| is_alone(agent, &is_shared)) {
                let Some(request) = launching_request(turn, agent) else { continue };
                let Some(owner) = self.owners.get(request).filter(|owner| **owner != session.id) else { continue };
                let coming = self.coming.entry(owner.clone()).or_default();
                coming.push((request.to_owned(), agent.clone()));
                self.going.insert((session.id.clone(), agent.id.clone()));
            }
        }
    }

    /// Takes from a session what goes, and gives it what comes.
    pub(super) fn settle(&self, session: &mut Session) {
        if self.going.is_empty() {
            return;
        }
        let goes = |agent: &Subagent| self.going.contains(&(session.id.clone(), agent.id.clone()));
        session.turns.iter_mut().for_each(|turn| turn.subagents.retain(|agent| !goes(agent)));
        for (request, agent) in self.coming.get(&session.id).into_iter().flatten() {
            let holds = |turn: &&mut Turn| turn.requests.iter().any(|held| held.id == *request);
            if let Some(turn) = session.turns.iter_mut().find(holds) {
                turn.subagents.push(agent.clone());
            }
        }
    }
}

/// Whether a subagent did something, and nothing that another session holds, too.
fn is_alone(agent: &Subagent, is_shared: &impl Fn(&str) -> bool) -> bool {
    !agent.requests.is_empty() && !agent.requests.iter().any(|request| is_shared(&request.id))
}

/// The turn's request that launched a subagent, directly or through others.
fn launching_request<'a>(turn: &'a Turn, agent: &'a Subagent) -> Option<&'a str> {
    let mut agent = agent;
    for _ in 0..=turn.subagents.len() {
        let launch = agent.launched_by.as_ref()?;
        if let Some(call) = turn.tool_calls.iter().find(|call| call.id == *launch) {
            return Some(&call.request_id);
        }
        agent = turn.subagents.iter().find(|other| other.tool_calls.iter().any(|call| call.id == *launch))?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Request, ToolCall};

    fn call(id: &str, request: &str) -> ToolCall {
        ToolCall { id: id.to_owned(), request_id: request.to_owned(), ..ToolCall::default() }
    }

    fn request(id: &str) -> Request {
        Request { id: id.to_owned(), ..Request::default() }
    }

    fn agent(launched_by: &str, requests: &[&str]) -> Subagent {
        let requests: Vec<_> = requests.iter().map(|id| request(id)).collect();
        let tool_calls = vec![call(&format!("by {launched_by}"), "x")];
        let launched_by = Some(launched_by.to_owned());
        Subagent { id: format!("{launched_by:?}"), launched_by, requests, tool_calls, ..Subagent::default() }
    }

    fn session(id: &str, subagents: Vec<Subagent>) -> Session {
        let tool_calls = vec![call("1", "shared"), call("2", "own")];
        let turn = Turn { requests: vec![request("shared"), request("own")], tool_calls, subagents, ..Turn::default() };
        Session { id: id.to_owned(), turns: vec![turn], ..Session::default() }
    }

    /// How many subagents each session has in the end.
    fn settled(subagents: Vec<Subagent>) -> [usize; 2] {
        let mut sessions = [session("original", vec![]), session("fork", subagents)];
        let mut rejoin = Rejoin::default();
        for session in &sessions {
            rejoin.hear(session, |request| request == "shared");
        }
        for session in &mut sessions {
            rejoin.settle(session);
        }
        sessions.map(|session| session.turns[0].subagents.len())
    }

    #[test]
    fn a_subagent_goes_with_the_turn_that_counts() {
        assert_eq!(settled(vec![agent("1", &["a"])]), [1, 0]);
        assert_eq!(settled(vec![agent("1", &["a"]), agent("by 1", &["b"])]), [2, 0]);
    }

    #[test]
    fn what_the_fork_launched_itself_and_what_both_hold_stays() {
        assert_eq!(settled(vec![agent("2", &["a"])]), [0, 1]);
        assert_eq!(settled(vec![agent("1", &["shared"])]), [0, 1]);
        assert_eq!(settled(vec![agent("1", &[])]), [0, 1]);
        assert_eq!(settled(vec![agent("nowhere", &["a"])]), [0, 1]);
    }
}
