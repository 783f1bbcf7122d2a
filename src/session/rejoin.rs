//! What subagents did in another session than that of the turn that launched them.
//!
//! A fork can hold more of a copied turn's subagents than the original does: clients of 2.0.x
//! resume a session with the turns of its fork, and the subagent's transcript stays with the fork;
//! a file can be cut, or gone. What a subagent did goes with the turn that counts, that of the
//! session which began first.

use std::collections::{HashMap, HashSet};

use super::Session;
use super::subagent::Subagent;
use super::turn::Turn;

/// What goes where.
#[derive(Debug, Default)]
pub(super) struct Rejoin {
    /// By request that several hold: the session that holds it first.
    owners: HashMap<String, String>,
    /// By session: what comes to it.
    coming: HashMap<String, Vec<Part>>,
    /// The subagents of which something goes, by session and id.
    going: HashSet<(String, String)>,
}

/// What a subagent did that only a copy of its turn knows.
#[derive(Debug)]
struct Part {
    agent: Subagent,
    /// The request that launched it, where that is known.
    launch: Option<String>,
    /// Its requests that other sessions hold.
    held: HashSet<String>,
}

impl Rejoin {
    /// Hears of the sessions that share requests, in the order in which they began.
    pub(super) fn hear(&mut self, session: &Session, is_shared: impl Fn(&str) -> bool) {
        let chains = session.turns.iter().map(|turn| &turn.requests);
        let main: HashSet<_> = chains.clone().flatten().map(|request| request.id.as_str()).collect();
        let chains = chains.chain(session.subagents().map(|agent| &agent.requests));
        for request in chains.flatten().filter(|request| is_shared(&request.id)) {
            self.owners.entry(request.id.clone()).or_insert_with(|| session.id.clone());
        }
        for turn in &session.turns {
            for agent in &turn.subagents {
                self.hear_agent(session, turn, agent, &main);
            }
        }
    }

    fn hear_agent(&mut self, session: &Session, turn: &Turn, agent: &Subagent, main: &HashSet<&str>) {
        let Some((owner, launch)) = self.destination(&session.id, turn, agent, main) else { return };
        let goes = |request: &str| self.is_own(&session.id, request) && !main.contains(request);
        let mut part = Part { agent: agent.clone(), launch, held: HashSet::new() };
        part.held.extend(agent.requests.iter().map(|request| request.id.clone()).filter(|request| !goes(request)));
        keep(&mut part.agent, goes);
        if !part.agent.requests.is_empty() {
            self.going.insert((session.id.clone(), agent.id.clone()));
            self.coming.entry(owner).or_default().push(part);
        }
    }

    /// The other session to which a subagent belongs, and the request that launched it: that which
    /// holds this request first, or else something that the subagent did, or all of its turn.
    fn destination(
        &self,
        session: &str,
        turn: &Turn,
        agent: &Subagent,
        main: &HashSet<&str>,
    ) -> Option<(String, Option<String>)> {
        let other = |request: &str| self.owners.get(request).filter(|owner| *owner != session).cloned();
        if let Some(launch) = launching_request(turn, agent) {
            return Some((other(launch)?, Some(launch.to_owned())));
        }
        let mut did = agent.requests.iter().filter(|request| !main.contains(request.id.as_str()));
        let of_turn = || {
            let request = &turn.requests.first()?.id;
            let is_copy = turn.requests.iter().all(|request| !self.is_own(session, &request.id));
            Some((other(request).filter(|_| is_copy)?, Some(request.clone())))
        };
        did.find_map(|request| other(&request.id)).map(|owner| (owner, None)).or_else(of_turn)
    }

    fn is_own(&self, session: &str, request: &str) -> bool {
        self.owners.get(request).is_none_or(|owner| owner == session)
    }

    /// Takes from a session what goes, and gives it what comes.
    pub(super) fn settle(&self, session: &mut Session) {
        if self.going.is_empty() {
            return;
        }
        let id = session.id.clone();
        let goes = |agent: &Subagent| self.going.contains(&(id.clone(), agent.id.clone()));
        for turn in &mut session.turns {
            for agent in turn.subagents.iter_mut().filter(|agent| goes(agent)) {
                keep(agent, |request| !self.is_own(&id, request));
            }
            turn.subagents.retain(|agent| !goes(agent) || !agent.requests.is_empty());
        }
        self.coming.get(&id).into_iter().flatten().for_each(|part| part.join(session));
    }
}

impl Part {
    /// Becomes a part of the same subagent, else of the turn that launched it.
    fn join(&self, session: &mut Session) {
        let is_same = |agent: &&mut Subagent| {
            agent.id == self.agent.id || agent.requests.iter().any(|request| self.held.contains(&request.id))
        };
        if let Some(same) = session.subagents_mut().find(is_same) {
            same.requests.extend(self.agent.requests.iter().cloned());
            same.tool_calls.extend(self.agent.tool_calls.iter().cloned());
            return;
        }
        let launched = |turn: &&mut Turn| turn.requests.iter().any(|request| Some(&request.id) == self.launch.as_ref());
        let turn = session.turns.iter_mut().find(launched);
        turn.map_or(&mut session.strays, |turn| &mut turn.subagents).push(self.agent.clone());
    }
}

/// Leaves of a subagent only these requests, with their calls.
fn keep(agent: &mut Subagent, is_kept: impl Fn(&str) -> bool) {
    agent.requests.retain(|request| is_kept(&request.id));
    agent.tool_calls.retain(|call| is_kept(&call.request_id));
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
        let own = format!("{id}'s own");
        let tool_calls = vec![call("1", "shared"), call("2", &own)];
        let turn = Turn { requests: vec![request("shared"), request(&own)], tool_calls, subagents, ..Turn::default() };
        Session { id: id.to_owned(), turns: vec![turn], ..Session::default() }
    }

    /// How many subagents each session has in the end, and how many requests of them.
    fn settled(mut sessions: [Session; 3]) -> [(usize, usize); 3] {
        let mut rejoin = Rejoin::default();
        let mut holders = HashMap::<_, HashSet<_>>::new();
        for session in &mut sessions {
            let id = session.id.clone();
            for request in session.chains_mut().flat_map(|(requests, _)| requests) {
                holders.entry(request.id.clone()).or_default().insert(id.clone());
            }
        }
        for session in &sessions {
            rejoin.hear(session, |request| holders[request].len() > 1);
        }
        for session in &mut sessions {
            rejoin.settle(session);
        }
        let did = |session: &Session| session.subagents().map(|agent| agent.requests.len()).sum();
        sessions.map(|session| (session.subagents().count(), did(&session)))
    }

    #[test]
    fn what_a_subagent_did_goes_with_the_turn_that_counts() {
        let unknown = |requests: &[&str]| Subagent { launched_by: None, ..agent("1", requests) };
        let none = Vec::new;
        for (agents, expected) in [
            // The original lacks it.
            ([none(), vec![agent("1", &["a"])], none()], [(1, 1), (0, 0), (0, 0)]),
            ([none(), vec![agent("1", &["a"]), agent("by 1", &["b"])], none()], [(2, 2), (0, 0), (0, 0)]),
            // Of two copies the first counts, and what only the second knows.
            ([none(), vec![agent("1", &["a"])], vec![agent("1", &["a", "b"])]], [(1, 2), (0, 0), (1, 1)]),
            // The original has a part of it.
            ([vec![agent("1", &["a"])], vec![agent("1", &["a", "b"])], none()], [(1, 2), (1, 1), (0, 0)]),
            ([vec![agent("1", &["a"])], vec![unknown(&["a", "b"])], none()], [(1, 2), (1, 1), (0, 0)]),
            // What the fork launched itself, and what knows no launch, stays.
            ([none(), vec![agent("2", &["a"])], none()], [(0, 0), (1, 1), (0, 0)]),
            ([none(), vec![agent("nowhere", &["a"])], none()], [(0, 0), (1, 1), (0, 0)]),
            ([none(), vec![agent("1", &["shared"])], none()], [(0, 0), (1, 1), (0, 0)]),
            ([none(), vec![agent("1", &[])], none()], [(0, 0), (1, 0), (0, 0)]),
        ] {
            let names = ["original", "fork", "other fork"];
            let mut agents = agents.into_iter();
            assert_eq!(settled(names.map(|name| session(name, agents.next().unwrap()))), expected);
        }
    }

    #[test]
    fn without_a_known_launch_it_goes_with_all_of_its_turn() {
        let mut fork = session("fork", vec![Subagent { launched_by: None, ..agent("1", &["a"]) }]);
        fork.turns[0].requests.truncate(1);
        let counts = settled([session("original", vec![]), fork, Session::default()]);
        assert_eq!(counts, [(1, 1), (0, 0), (0, 0)]);
    }
}
