//! What subagents did in another session than that of the turn that launched them.
//!
//! A fork can hold more of a copied turn's subagents than the original does: clients of 2.0.x
//! resume a session with the turns of its fork, and the subagent's transcript stays with the fork;
//! a file can be cut, or gone. What a subagent did goes with the turn that counts, that of the
//! session which began first, or with which it was delivered.

use std::collections::HashSet;
use std::sync::Arc;

use foldhash::HashMap;

use super::Session;
use super::copies::key;
use super::duplicates::{Elsewhere, name_of};
use super::subagent::Subagent;
use super::turn::Turn;
use super::work::Request;

/// What goes where.
#[derive(Debug, Default)]
pub(super) struct Rejoin {
    /// By request, digested, that several hold: the session that holds it first, of those that may own it.
    owners: HashMap<u64, Arc<str>>,
    /// By request of these that went: the session to which it went.
    moved: HashMap<u64, Arc<str>>,
    /// By session: what comes to it.
    coming: HashMap<Arc<str>, Vec<Part>>,
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
    pub(super) fn hear(&mut self, session: &Session, is_shared: impl Fn(&str) -> bool, elsewhere: Elsewhere<'_>) {
        let chains = session.turns.iter().map(|turn| &turn.requests);
        let main: HashSet<_> = chains.clone().flatten().map(|request| request.id.as_str()).collect();
        let chains = chains.chain(session.subagents().map(|agent| &agent.requests));
        let is_own = |request: &&Request| !elsewhere(&name_of("request", &request.id), &session.id);
        let id = Arc::<str>::from(session.id.as_str());
        for request in chains.flatten().filter(|request| is_shared(&request.id)).filter(is_own) {
            self.owners.entry(key(&request.id)).or_insert_with(|| Arc::clone(&id));
        }
        for turn in &session.turns {
            for agent in &turn.subagents {
                self.hear_agent(&session.id, turn, agent, &main);
            }
        }
    }

    /// A request was heard of from all that hold it: nobody will ask again who owns it.
    pub(super) fn forget(&mut self, request: u64) {
        self.owners.remove(&request);
        self.moved.remove(&request);
    }

    /// What a subagent repeats of the main chain is not its own, and tells it from no other.
    fn hear_agent(&mut self, session: &str, turn: &Turn, agent: &Subagent, main: &HashSet<&str>) {
        let did = || agent.requests.iter().map(|request| &request.id).filter(|id| !main.contains(id.as_str()));
        let Some((owner, launch)) = self.destination(session, turn, agent, did()) else { return };
        let (goes, held): (HashSet<_>, _) = did().cloned().partition(|request| self.is_own(session, request));
        if goes.is_empty() {
            return;
        }
        // What others hold of the same follows it there.
        let shared = goes.iter().map(|request| key(request)).filter(|request| self.owners.contains_key(request));
        self.moved.extend(shared.map(|request| (request, Arc::clone(&owner))));
        let mut agent = agent.clone();
        agent.requests.retain(|request| goes.contains(&request.id));
        agent.tool_calls.retain(|call| goes.contains(&call.request_id));
        self.coming.entry(owner).or_default().push(Part { agent, launch, held });
    }

    /// The other session to which a subagent belongs, and the request that launched it: that which
    /// holds this request first, or else all of its turn, or something that the subagent did.
    fn destination<'a>(
        &self,
        session: &str,
        turn: &Turn,
        agent: &Subagent,
        mut did: impl Iterator<Item = &'a String>,
    ) -> Option<(Arc<str>, Option<String>)> {
        let other = |request: &str| {
            let owner = self.moved.get(&key(request)).or_else(|| self.owners.get(&key(request)));
            owner.filter(|owner| ***owner != *session).cloned()
        };
        if let Some(launch) = launching_request(turn, agent) {
            return Some((other(launch)?, Some(launch.to_owned())));
        }
        let is_copy = turn.requests.iter().all(|request| !self.is_own(session, &request.id));
        let first = turn.requests.first().filter(|_| is_copy);
        let of_turn = first.and_then(|request| Some((other(&request.id)?, Some(request.id.clone()))));
        of_turn.or_else(|| did.find_map(|request| other(request)).map(|owner| (owner, None)))
    }

    fn is_own(&self, session: &str, request: &str) -> bool {
        self.owners.get(&key(request)).is_none_or(|owner| **owner == *session)
    }

    /// Gives a session what comes. It came first, so it owns that, and where it came from it is a copy.
    pub(super) fn settle(&self, session: &mut Session) {
        for part in self.coming.get(session.id.as_str()).into_iter().flatten() {
            part.join(session);
        }
    }
}

impl Part {
    /// Becomes a part of the same subagent, else of the turn that launched it.
    fn join(&self, session: &mut Session) {
        let launched = |turn: &&mut Turn| turn.requests.iter().any(|request| Some(&request.id) == self.launch.as_ref());
        // Where a damaged result does not name the call, the subagent had no turn.
        if let Some(stray) = session.strays.iter().position(|agent| self.is_of(agent) && !agent.is_internal)
            && let Some(turn) = session.turns.iter_mut().find(launched)
        {
            turn.subagents.push(session.strays.remove(stray));
        }
        let has_name = session.subagents().any(|agent| self.is_named(agent));
        let is_same = |agent: &&mut Subagent| if has_name { self.is_named(agent) } else { self.is_of(agent) };
        if let Some(same) = session.subagents_mut().find(is_same) {
            same.requests.extend(self.agent.requests.iter().cloned());
            same.tool_calls.extend(self.agent.tool_calls.iter().cloned());
            return;
        }
        let turn = session.turns.iter_mut().find(launched);
        turn.map_or(&mut session.strays, |turn| &mut turn.subagents).push(self.agent.clone());
    }

    /// Whether it is of that subagent, set to work as often.
    fn is_named(&self, agent: &Subagent) -> bool {
        agent.id == self.agent.id && agent.resumption == self.agent.resumption
    }

    /// Whether it is a part of what that subagent did.
    fn is_of(&self, agent: &Subagent) -> bool {
        self.is_named(agent) || agent.requests.iter().any(|request| self.held.contains(&request.id))
    }
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
    use crate::session::{Owners, ToolCall};

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
    fn settled(sessions: [Session; 3]) -> [(usize, usize); 3] {
        settled_after(sessions, &|_, _| false)
    }

    /// The same, where others were delivered before.
    fn settled_after(mut sessions: [Session; 3], elsewhere: Elsewhere<'_>) -> [(usize, usize); 3] {
        let mut rejoin = Rejoin::default();
        let mut holders = HashMap::<_, HashSet<_>>::default();
        for session in &mut sessions {
            let id = session.id.clone();
            for request in session.chains_mut().flat_map(|(requests, _)| requests) {
                holders.entry(request.id.clone()).or_default().insert(id.clone());
            }
        }
        for session in &sessions {
            rejoin.hear(session, |request| holders[request].len() > 1, elsewhere);
        }
        let mut owners = Owners::with(elsewhere);
        let sessions = sessions.map(|mut session| {
            rejoin.settle(&mut session);
            owners.keep_own(session)
        });
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
            ([none(), vec![agent("1", &["a"])], vec![agent("1", &["a", "b"])]], [(1, 2), (0, 0), (0, 0)]),
            // The original has a part of it.
            ([vec![agent("1", &["a"])], vec![agent("1", &["a", "b"])], none()], [(1, 2), (0, 0), (0, 0)]),
            ([vec![agent("1", &["a"])], vec![unknown(&["a", "b"])], none()], [(1, 2), (0, 0), (0, 0)]),
            // Two that begin with what the main chain said are two.
            (
                [
                    vec![agent("1", &["shared", "a"])],
                    vec![Subagent { id: "x".to_owned(), ..agent("1", &["shared", "b"]) }],
                    none(),
                ],
                [(2, 2), (0, 0), (0, 0)],
            ),
            // What the fork launched itself, and what knows no launch, stays.
            ([none(), vec![agent("2", &["a"])], none()], [(0, 0), (1, 1), (0, 0)]),
            ([none(), vec![agent("nowhere", &["a"])], none()], [(0, 0), (1, 1), (0, 0)]),
            ([none(), vec![agent("1", &[])], none()], [(0, 0), (1, 0), (0, 0)]),
        ] {
            let names = ["original", "fork", "other fork"];
            let mut agents = agents.into_iter();
            assert_eq!(settled(names.map(|name| session(name, agents.next().unwrap()))), expected);
        }
    }

    #[test]
    fn it_goes_to_the_session_with_which_the_turn_was_delivered() {
        let sessions = || {
            let agents = [vec![], vec![], vec![agent("1", &["a"])]].into_iter();
            let mut sessions = agents.zip(["copy", "original", "fork"]).map(|(agents, id)| session(id, agents));
            std::array::from_fn(|_| sessions.next().unwrap())
        };
        let delivered = ["shared", "a"].map(|request| name_of("request", request));
        let elsewhere = |name: &_, session: &str| delivered.contains(name) && session != "original";
        assert_eq!(settled(sessions()), [(1, 1), (0, 0), (0, 0)]);
        assert_eq!(settled_after(sessions(), &elsewhere), [(0, 0), (1, 1), (0, 0)]);
    }

    #[test]
    fn without_a_known_launch_it_goes_with_all_of_its_turn() {
        let mut fork = session("fork", vec![Subagent { launched_by: None, ..agent("1", &["a"]) }]);
        fork.turns[0].requests.truncate(1);
        let counts = settled([session("original", vec![]), fork, Session::default()]);
        assert_eq!(counts, [(1, 1), (0, 0), (0, 0)]);
    }
}
