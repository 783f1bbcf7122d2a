//! Who owns what several sessions hold: a fork, a branch or a resume copies history.
//!
//! Sessions come in the order of their beginnings, and the first to show a request, or a prompt
//! that no request answered, owns it. So each counts once in a run, whatever is copied.

use std::collections::BTreeSet;
use std::io;

use sha2::{Digest, Sha256};

use super::Session;
use super::place::{Place, has_new_ids};
use super::taken::Taken;
use super::tool_call::ToolCall;
use super::turn::Turn;
use super::work::Request;

/// What is owned, a request or a prompt: 16 bytes, however long its id is. The ledger keeps them,
/// so they are the same in every version.
pub type Name = [u8; 16];

/// Says whether a name was delivered with another session than that.
pub type Elsewhere<'a> = &'a dyn Fn(&Name, &str) -> bool;

/// What the sessions so far own, and those that were delivered in earlier runs.
pub struct Owners<'a> {
    /// By digest: of names that are digests themselves eight bytes tell as much as sixteen.
    taken: Taken,
    elsewhere: Elsewhere<'a>,
    fault: Option<io::Error>,
}

impl Owners<'static> {
    /// Of a session as if there were no other.
    #[must_use]
    pub fn alone() -> Self {
        Self { taken: Taken::in_memory(), ..Self::with(&|_, _| false) }
    }
}

impl<'a> Owners<'a> {
    /// Of a run that others came before. What was delivered keeps its owner, whoever sorts first.
    #[must_use]
    pub fn with(elsewhere: Elsewhere<'a>) -> Self {
        Self { taken: Taken::new(), elsewhere, fault: None }
    }

    /// The digests of all names that a session alone has taken.
    pub fn digests(&self) -> impl Iterator<Item = u64> {
        self.taken.recent()
    }

    /// Why it is not known any more what is owned, if so: nothing it left is to be used.
    pub fn fault(&mut self) -> Option<io::Error> {
        self.fault.take()
    }

    /// Leaves in `session` only what no earlier session owns. A subagent of which nothing is left
    /// is a copy, and goes.
    #[must_use]
    pub fn keep_own(&mut self, mut session: Session) -> Session {
        if session.facts.reported.is_some() {
            session.facts.used.with_copies = session.tokens_by_model();
        }
        let places = Place::of_all(&session.turns);
        for turn in &mut session.turns {
            let copied = self.keep(&session.id, &mut turn.requests, &mut turn.tool_calls);
            turn.duplicate_requests = copied.len() as u64;
            session.copied_requests.extend(copied);
        }
        let is_copy = |turn: &Turn| turn.requests.is_empty() && turn.duplicate_requests > 0;
        let of_turns = session.turns.iter_mut().map(|turn| (is_copy(turn), &mut turn.subagents));
        for (is_copy, agents) in of_turns.chain([(false, &mut session.strays)]) {
            agents.retain_mut(|agent| {
                let copied = self.keep(&session.id, &mut agent.requests, &mut agent.tool_calls);
                let is_of_copies = !copied.is_empty();
                session.copied_requests.extend(copied);
                !agent.requests.is_empty() || (!is_of_copies && !is_copy)
            });
        }
        session.duplicate_requests += session.copied_requests.len() as u64;
        self.drop_copied_turns(&mut session, &places);
        if session.facts.reported.is_some() {
            session.facts.used.own = session.tokens_by_model();
        }
        session
    }

    /// Drops the unanswered turns that are copies. Where copies get new ids, all are that stand
    /// before a copied request.
    fn drop_copied_turns(&mut self, session: &mut Session, places: &[Place]) {
        let last_copy = session.turns.iter().rposition(|turn| turn.duplicate_requests > 0);
        let (is_fork, copied) = (last_copy.is_some(), last_copy.unwrap_or_default());
        let turns = std::mem::take(&mut session.turns);
        for (index, (mut turn, place)) in turns.into_iter().zip(places).enumerate() {
            let prompt = self.prompt(&session.id, &turn, place);
            // The names of answered turns are taken, too: a fork can be made before the answer.
            let is_new = prompt.is_new(&turn, is_fork) && !(index < copied && has_new_ids(&turn));
            if is_new || !is_unanswered(&turn) {
                let requests = turn.all_requests().map(|request| name_of("request", &request.id));
                turn.names = requests.chain(prompt.names).collect();
                session.turns.push(turn);
            }
        }
    }

    /// Drops the requests that are owned already, with their calls; says which.
    fn keep(&mut self, session: &str, requests: &mut Vec<Request>, calls: &mut Vec<ToolCall>) -> BTreeSet<String> {
        let mut dropped = BTreeSet::new();
        requests.retain(|request| {
            let is_new = self.take(name_of("request", &request.id), session);
            if !is_new {
                dropped.insert(request.id.clone());
            }
            is_new
        });
        calls.retain(|call| !dropped.contains(&call.request_id));
        dropped
    }

    /// Takes all names of a turn's prompt, whatever is known already.
    fn prompt(&mut self, session: &str, turn: &Turn, place: &Place) -> TakenPrompt {
        let mut taken = TakenPrompt { names: Vec::new(), is_known: false, is_known_time: false };
        let Some(prompt) = &turn.prompt else { return taken };
        // `/branch` keeps the id and names it as its source, too.
        let source = prompt.copied_from.as_ref().filter(|source| Some(*source) != prompt.uuid.as_ref());
        let ids = [source, prompt.uuid.as_ref()].into_iter().flatten().map(|id| name_of("prompt", id));
        for name in ids.chain(place.name(turn).map(|place| name_of("place", &place))) {
            taken.is_known |= !self.take(name, session);
            taken.names.push(name);
        }
        if let Some(at) = turn.started_at {
            let name = name_of("time", &format!("{}\n{}", at.nanoseconds(), prompt.identity()));
            taken.is_known_time = !self.take(name, session);
            taken.names.push(name);
        }
        taken
    }

    /// Whether nobody had it before. What was delivered elsewhere is left for who delivered it, which
    /// may come later.
    fn take(&mut self, name: Name, session: &str) -> bool {
        !(self.elsewhere)(&name, session)
            && self.taken.insert(digest(&name)).unwrap_or_else(|error| self.fault.replace(error).is_some())
    }
}

/// What was found out of a turn's prompt.
struct TakenPrompt {
    names: Vec<Name>,
    is_known: bool,
    is_known_time: bool,
}

impl TakenPrompt {
    /// Whether it is no copy. The same words at the same time are one only in a fork: a script can
    /// start many sessions at once.
    fn is_new(&self, turn: &Turn, is_fork: bool) -> bool {
        let is_copied = turn.prompt.as_ref().is_some_and(|prompt| prompt.copied_from.is_some());
        !self.is_known && !(self.is_known_time && (is_fork || is_copied))
    }
}

pub(super) fn name_of(kind: &str, id: &str) -> Name {
    let digest = Sha256::new().chain_update(kind).chain_update([0]).chain_update(id).finalize();
    let mut name = [0; 16];
    name.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    name
}

/// What [`Owners::digests`] has for a request.
#[must_use]
pub fn request_digest(id: &str) -> u64 {
    digest(&name_of("request", id))
}

/// A name is the beginning of a digest, and so is this of a name.
fn digest(name: &Name) -> u64 {
    name.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// A command can be answered by its subagents alone.
fn is_unanswered(turn: &Turn) -> bool {
    turn.requests.is_empty() && turn.duplicate_requests == 0 && !turn.is_worked_on()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redaction::Redaction;
    use crate::session::Prompt;

    fn session(requests: &[&str]) -> Session {
        let requests: Vec<_> =
            requests.iter().map(|id| Request { id: (*id).to_owned(), ..Request::default() }).collect();
        let call = |request: &Request| ToolCall {
            id: format!("call of {}", request.id),
            request_id: request.id.clone(),
            ..ToolCall::default()
        };
        let tool_calls = requests.iter().map(call).collect();
        Session { turns: vec![Turn { requests, tool_calls, ..Turn::default() }], ..Session::default() }
    }

    #[test]
    fn the_first_session_owns_a_request_and_its_calls() {
        let mut owners = Owners::alone();
        let first = owners.keep_own(session(&["a", "b"]));
        assert_eq!(first.turns[0].requests, session(&["a", "b"]).turns[0].requests);
        assert_eq!(first.turns[0].names, ["a", "b"].map(|id| name_of("request", id)));
        let fork = owners.keep_own(session(&["a", "b", "c"]));
        assert_eq!(fork.duplicate_requests, 2);
        assert_eq!(fork.turns[0].requests, session(&["c"]).turns[0].requests);
        assert_eq!(fork.turns[0].tool_calls, session(&["c"]).turns[0].tool_calls);
    }

    #[test]
    fn an_unanswered_turn_of_an_old_client_is_known_by_its_place() {
        let failed = |uuid: &str, text: &str| {
            let prompt = Prompt { uuid: Some(uuid.to_owned()), ..Prompt::of(text, Redaction::default()) };
            Turn { prompt: Some(prompt), client_version: Some("1.0.24".to_owned()), ..Turn::default() }
        };
        let answered = |id: &str| session(&[id]).turns.remove(0);
        let texts = |session: &Session| -> Vec<String> {
            session.turns.iter().filter_map(|turn| Some(turn.prompt.as_ref()?.text.to_string())).collect()
        };
        let of = |turns| Session { turns, ..Session::default() };
        let mut kept = failed("0", "z");
        kept.prompt.iter_mut().for_each(|prompt| prompt.copied_from.clone_from(&prompt.uuid));
        assert_eq!(texts(&Owners::alone().keep_own(of(vec![kept]))), ["z"]);
        let mut owners = Owners::alone();
        let first = owners.keep_own(of(vec![failed("1", "x"), answered("a"), failed("2", "y"), failed("3", "y")]));
        assert_eq!(texts(&first), ["x", "y", "y"]);
        // The same with new ids, and one turn more.
        let turns = vec![failed("4", "x"), answered("a"), failed("5", "y"), failed("6", "y"), failed("7", "y")];
        assert_eq!(texts(&owners.keep_own(of(turns))), ["y"]);
    }

    /// The ledger keeps them, so they never change between versions.
    #[test]
    fn names_are_pinned() {
        let name = u128::from_be_bytes(name_of("request", "msg_1"));
        assert_eq!(format!("{name:032x}"), "846c2a67a7ed834c865c3b6d4e629cb5");
    }

    #[test]
    fn what_was_delivered_elsewhere_is_a_copy_and_what_this_session_delivered_is_not() {
        let delivered = name_of("request", "a");
        let elsewhere = |name: &Name, session: &str| *name == delivered && session != "original";
        let of = |id: &str| Session { id: id.to_owned(), ..session(&["a", "b"]) };
        let own = |id: &str| {
            let turn = Owners::with(&elsewhere).keep_own(of(id)).turns.remove(0);
            turn.requests.into_iter().map(|request| request.id).collect::<String>()
        };
        assert_eq!((own("fork"), own("original")), ("b".to_owned(), "ab".to_owned()));
        // Also where the copy comes first.
        let mut owners = Owners::with(&elsewhere);
        let both = ["fork", "original"].map(|id| owners.keep_own(of(id)).turns.remove(0).requests);
        let both = both.map(|requests| requests.into_iter().map(|request| request.id).collect::<String>());
        assert_eq!(both, ["b", "a"]);
    }

    #[test]
    fn a_turn_that_is_only_a_copy_has_no_span() {
        let mut owners = Owners::alone();
        let _ = owners.keep_own(session(&["a"]));
        assert!(!owners.keep_own(session(&["a"])).turns[0].is_sent(true));
    }
}
