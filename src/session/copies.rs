//! Copies of a request tell of it together: the one that counts may be the one that knows least.
//!
//! A fork zeroes the usage of what it copies, or copies half a response; a damaged file lost a
//! line that its copy has. So before it is decided who owns a request, its first copy in a family
//! of sessions learns what the others know.

use std::collections::{HashMap, HashSet};

use super::Session;
use super::saved_usage::SavedUsage;
use super::subagent::Subagent;
use super::work::{Request, ToolCall};
use crate::transcript::digest;

/// What all copies of a request say together.
#[derive(Debug, Default)]
struct Known {
    copies: u32,
    usage: SavedUsage,
    /// The longest text, where the first copy has a shorter one.
    text: Option<String>,
    /// The length of the first copy's text.
    length: usize,
    calls: Vec<ToolCall>,
    /// The ids of these calls, digested.
    call_ids: HashSet<u64>,
}

/// Sessions that share a history, one after the other in the order in which they began. Of the
/// copies no more is kept than that they are there.
#[derive(Debug, Default)]
pub struct Copies {
    known: HashMap<String, Known>,
    sessions: Vec<Session>,
}

impl Copies {
    /// Takes the next session.
    pub fn add(&mut self, mut session: Session) {
        for (requests, calls) in session.chains_mut() {
            for request in requests {
                self.tell(request);
            }
            for call in calls {
                self.called(call);
            }
        }
        self.sessions.push(session);
    }

    /// Gives the sessions back. The first copy of each request knows what all know.
    #[must_use]
    pub fn finish(self) -> Vec<Session> {
        let Self { mut known, mut sessions } = self;
        known.retain(|_, known| known.copies > 1);
        if !known.is_empty() {
            rejoin(&mut sessions, &known);
            for (requests, calls) in sessions.iter_mut().flat_map(Session::chains_mut) {
                for request in requests {
                    learn(&mut known, request, calls);
                }
            }
        }
        sessions
    }

    fn tell(&mut self, request: &mut Request) {
        let Some(known) = self.known.get_mut(&request.id) else {
            let (usage, length) = (request.usage, request.text.len());
            self.known.insert(request.id.clone(), Known { copies: 1, usage, length, ..Known::default() });
            return;
        };
        known.copies += 1;
        known.usage = known.usage.and(request.usage);
        let text = std::mem::take(&mut request.text);
        if text.len() > known.text.as_ref().map_or(known.length, String::len) {
            known.text = Some(text);
        }
    }

    fn called(&mut self, call: &ToolCall) {
        if let Some(known) = self.known.get_mut(&call.request_id)
            && known.call_ids.insert(digest(call.id.as_bytes()))
        {
            known.calls.push(call.clone());
        }
    }
}

/// What is known is taken by the first copy; the others count no more.
fn learn(known: &mut HashMap<String, Known>, request: &mut Request, calls: &mut Vec<ToolCall>) {
    let Some(known) = known.remove(&request.id) else { return };
    request.usage = known.usage;
    if let Some(text) = known.text {
        request.text = text;
    }
    let has: HashSet<_> =
        calls.iter().filter(|call| call.request_id == request.id).map(|call| call.id.clone()).collect();
    calls.extend(known.calls.into_iter().filter(|call| !has.contains(&call.id)));
}

/// Clients of 2.0.x resume a session with the turns of its fork: the turn is in both, the
/// subagent that it launched only in the fork. It goes with the turn that counts.
fn rejoin(sessions: &mut [Session], known: &HashMap<String, Known>) {
    let mut callers = HashMap::new();
    for (index, session) in sessions.iter().enumerate() {
        for (turn, calls) in session.turns.iter().map(|turn| &turn.tool_calls).enumerate() {
            for call in calls.iter().filter(|call| known.contains_key(&call.request_id)) {
                callers.entry(call.id.clone()).or_insert((index, turn));
            }
        }
    }
    let is_alone = |agent: &Subagent| {
        !agent.requests.is_empty() && !agent.requests.iter().any(|request| known.contains_key(&request.id))
    };
    let first = |agent: &Subagent| callers.get(agent.launched_by.as_ref()?).copied();
    let mut moved = Vec::new();
    for (index, session) in sessions.iter_mut().enumerate() {
        for agents in session.turns.iter_mut().map(|turn| &mut turn.subagents) {
            let goes = |agent: &mut Subagent| is_alone(agent) && first(agent).is_some_and(|(owner, _)| owner < index);
            moved.extend(agents.extract_if(.., goes));
        }
    }
    for agent in moved {
        let turn = first(&agent).and_then(|(session, turn)| sessions.get_mut(session)?.turns.get_mut(turn));
        if let Some(turn) = turn {
            turn.subagents.push(agent);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Turn;
    use crate::transcript::Tokens;

    fn session(id: &str, output: u64, calls: &[&str]) -> Session {
        let mut request = Request { id: "m".to_owned(), text: id.to_owned(), ..Request::default() };
        request.usage.tokens = Tokens { output, ..Tokens::default() };
        let call = |id: &&str| ToolCall { id: (*id).to_owned(), request_id: "m".to_owned(), ..ToolCall::default() };
        let tool_calls = calls.iter().map(call).collect();
        let turns = vec![Turn { requests: vec![request], tool_calls, ..Turn::default() }];
        Session { id: id.to_owned(), turns, ..Session::default() }
    }

    fn shared(sessions: impl IntoIterator<Item = Session>) -> Vec<Session> {
        let mut copies = Copies::default();
        sessions.into_iter().for_each(|session| copies.add(session));
        copies.finish()
    }

    #[test]
    fn the_first_copy_knows_what_all_know() {
        let sessions =
            shared([session("zeroed", 0, &["1"]), session("cut", 5, &[]), session("longer", 90, &["1", "2"])]);
        let turn = &sessions[0].turns[0];
        let calls: Vec<_> = turn.tool_calls.iter().map(|call| call.id.as_str()).collect();
        assert_eq!((turn.tokens().output, calls), (90, vec!["1", "2"]));
        assert_eq!(turn.requests[0].text, "zeroed");
        let sessions = shared([session("a", 90, &["1"]), session("longer", 0, &["1"])]);
        let turn = &sessions[0].turns[0];
        assert_eq!((turn.tokens().output, turn.requests[0].text.as_str(), turn.tool_calls.len()), (90, "longer", 1));
    }

    #[test]
    fn a_session_alone_stays_what_it_is() {
        assert_eq!(shared([session("a", 1, &["1"])]), [session("a", 1, &["1"])]);
    }

    #[test]
    fn a_subagent_goes_with_the_turn_that_counts() {
        let (original, mut fork) = (session("a", 1, &["1"]), session("b", 1, &["1"]));
        let request = Request { id: "of the subagent".to_owned(), ..Request::default() };
        let launched_by = Some("1".to_owned());
        fork.turns[0].subagents = vec![Subagent { launched_by, requests: vec![request], ..Subagent::default() }];
        let sessions = shared([original, fork]);
        assert_eq!([0, 1].map(|index| sessions[index].turns[0].subagents.len()), [1, 0]);
    }
}
