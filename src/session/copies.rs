//! Copies of a request tell of it together: the one that counts may be the one that knows least.
//!
//! A fork zeroes the usage of what it copies, or copies half a response; a damaged file lost a
//! line that its copy has. So before it is decided who owns a request, every copy of it in
//! sessions that share a history learns what the others know.

use std::collections::HashMap;

use super::Session;
use super::subagent::Subagent;
use super::work::{Request, ToolCall};

/// What all copies of a request say together.
#[derive(Default)]
struct Known {
    copies: u32,
    request: Request,
    calls: Vec<ToolCall>,
}

/// Gives every copy of a request, in these sessions, what any of them knows.
pub fn share(sessions: &mut [&mut Session]) {
    let mut known = counted(sessions);
    known.retain(|_, known| known.copies > 1);
    if known.is_empty() {
        return;
    }
    for (requests, calls) in sessions.iter_mut().flat_map(|session| session.chains_mut()) {
        for request in requests.iter() {
            tell(&mut known, request, calls);
        }
    }
    for (requests, calls) in sessions.iter_mut().flat_map(|session| session.chains_mut()) {
        for request in requests {
            learn(&known, request, calls);
        }
    }
    rejoin(sessions, &known);
}

/// Clients of 2.0.x resume a session with the turns of its fork: the turn is in both, the
/// subagent that it launched only in the fork. It goes with the turn that counts.
fn rejoin(sessions: &mut [&mut Session], known: &HashMap<String, Known>) {
    let mut callers = HashMap::new();
    for (index, session) in sessions.iter().enumerate() {
        for (turn, calls) in session.turns.iter().map(|turn| &turn.tool_calls).enumerate() {
            for call in calls {
                callers.entry(call.id.clone()).or_insert((index, turn));
            }
        }
    }
    let is_alone = |agent: &Subagent| !agent.requests.iter().any(|request| known.contains_key(&request.id));
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

/// How often each request is there.
fn counted(sessions: &mut [&mut Session]) -> HashMap<String, Known> {
    let mut known = HashMap::<_, Known>::new();
    for (requests, _) in sessions.iter_mut().flat_map(|session| session.chains_mut()) {
        for request in requests {
            match known.get_mut(&request.id) {
                Some(known) => known.copies += 1,
                None => drop(known.insert(request.id.clone(), Known { copies: 1, ..Known::default() })),
            }
        }
    }
    known
}

fn tell(known: &mut HashMap<String, Known>, request: &Request, calls: &[ToolCall]) {
    let Some(known) = known.get_mut(&request.id) else { return };
    known.request.learn(request);
    for call in calls.iter().filter(|call| call.request_id == request.id) {
        if !known.calls.iter().any(|other| other.id == call.id) {
            known.calls.push(call.clone());
        }
    }
}

fn learn(known: &HashMap<String, Known>, request: &mut Request, calls: &mut Vec<ToolCall>) {
    let Some(known) = known.get(&request.id) else { return };
    request.learn(&known.request);
    for call in &known.calls {
        if !calls.iter().any(|other| (&other.id, &other.request_id) == (&call.id, &call.request_id)) {
            calls.push(call.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Turn;
    use crate::transcript::Tokens;

    fn session(id: &str, output: u64, calls: &[&str]) -> Session {
        let mut request = Request { id: "m".to_owned(), ..Request::default() };
        request.usage.tokens = Tokens { output, ..Tokens::default() };
        let call = |id: &&str| ToolCall { id: (*id).to_owned(), request_id: "m".to_owned(), ..ToolCall::default() };
        let tool_calls = calls.iter().map(call).collect();
        let turns = vec![Turn { requests: vec![request], tool_calls, ..Turn::default() }];
        Session { id: id.to_owned(), turns, ..Session::default() }
    }

    #[test]
    fn every_copy_knows_what_any_of_them_knows() {
        let (mut zeroed, mut cut, mut whole) =
            (session("a", 0, &["1"]), session("b", 5, &[]), session("c", 90, &["1", "2"]));
        share(&mut [&mut zeroed, &mut cut, &mut whole]);
        for session in [zeroed, cut, whole] {
            let turn = &session.turns[0];
            let calls: Vec<_> = turn.tool_calls.iter().map(|call| call.id.as_str()).collect();
            assert_eq!((turn.tokens().output, calls), (90, vec!["1", "2"]), "{}", session.id);
        }
    }

    #[test]
    fn a_subagent_goes_with_the_turn_that_counts() {
        let (mut original, mut fork) = (session("a", 1, &["1"]), session("b", 1, &["1"]));
        let request = Request { id: "of the subagent".to_owned(), ..Request::default() };
        let launched_by = Some("1".to_owned());
        fork.turns[0].subagents = vec![Subagent { launched_by, requests: vec![request], ..Subagent::default() }];
        share(&mut [&mut original, &mut fork]);
        assert_eq!((original.turns[0].subagents.len(), fork.turns[0].subagents.len()), (1, 0));
    }
}
