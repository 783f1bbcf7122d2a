//! Copies of a request tell of it together: the one that counts may be the one that knows least.
//!
//! A fork zeroes the usage of what it copies, or copies half a response; a damaged file lost a
//! line that its copy has. So the sessions that share requests are read twice: once to hear what
//! each knows of them, and once more, when each learns what all know. Of the first reading no more
//! is kept than that.

use std::collections::hash_map::Entry;
use std::convert::Infallible;
use std::thread;

use foldhash::{HashMap, HashSet};

use super::Session;
use super::duplicates::{Elsewhere, name_of};
use super::keep::Keep;
use super::rebuild::rebuild;
use super::rejoin::Rejoin;
use super::said::Said;
use super::saved_usage::SavedUsage;
use super::tool_call::ToolCall;
use super::work::Request;
use crate::ordered::in_order;
use crate::transcript::{SessionFiles, Shared, digest};

/// Says how many sessions hold a request: none where it is not shared.
type Holders<'a> = &'a dyn Fn(&str) -> usize;

/// What is known of the requests that several sessions hold, and of which not all say the same.
#[derive(Debug, Default)]
pub struct Copies {
    /// By the request's id, digested.
    known: HashMap<u64, Known>,
    /// The calls that were heard of.
    calls: HashSet<u64>,
    rejoin: Rejoin,
}

/// What all copies of a request say together.
#[derive(Debug)]
struct Known {
    usage: SavedUsage,
    /// Whether not all copies say that.
    differs: bool,
    /// The sessions with a copy that was not heard.
    left: usize,
    /// The length of the longest text in bytes.
    length: usize,
    /// Whether the copy that was heard first is not the one that counts.
    is_elsewhere: bool,
    more: Option<Box<More>>,
}

/// What the first copy did not say.
#[derive(Debug, Default)]
struct More {
    /// The longest text.
    said: Option<Said>,
    calls: Vec<ToolCall>,
}

impl Copies {
    /// Reads the sessions that share requests, and hears what they know of them.
    #[must_use]
    pub fn heard(sessions: &[SessionFiles], shared: &Shared, elsewhere: Elsewhere<'_>, keep: Keep) -> Self {
        Self::heard_but(&|_| false, sessions, shared, elsewhere, keep)
    }

    /// The same, but of sessions that are kept out no other learns a word.
    #[must_use]
    pub fn heard_but(
        is_kept_out: &dyn Fn(&Session) -> bool,
        sessions: &[SessionFiles],
        shared: &Shared,
        elsewhere: Elsewhere<'_>,
        keep: Keep,
    ) -> Self {
        let sharers = sessions.iter().filter(|files| shared.has_sharer(files)).collect();
        Self::hear_all(is_kept_out, sharers, &|request| shared.holders(request), elsewhere, keep)
    }

    /// The same where it is known already which sessions share requests, and which ones.
    #[must_use]
    pub fn heard_of(sharers: Vec<&SessionFiles>, holders: Holders<'_>, elsewhere: Elsewhere<'_>, keep: Keep) -> Self {
        Self::hear_all(&|_| false, sharers, holders, elsewhere, keep)
    }

    fn hear_all(
        is_kept_out: &dyn Fn(&Session) -> bool,
        sharers: Vec<&SessionFiles>,
        holders: Holders<'_>,
        elsewhere: Elsewhere<'_>,
        keep: Keep,
    ) -> Self {
        let mut copies = Self::default();
        let threads = thread::available_parallelism().map_or(1, Into::into);
        let Ok(()) = in_order(
            sharers,
            threads,
            threads,
            |files| rebuild(files, &|_| (), keep).0,
            |mut session| {
                if is_kept_out(&session) {
                    session.fall_silent();
                }
                let heard = copies.hear(&mut session, holders, elsewhere);
                copies.rejoin.hear(&session, |request| holders(request) > 0, elsewhere);
                copies.forget(heard);
                Ok::<_, Infallible>(())
            },
        );
        copies
    }

    /// Tells a session what is known of its requests.
    pub fn teach(&self, session: &mut Session) {
        self.rejoin.settle(session);
        for (requests, calls) in session.chains_mut() {
            if !requests.iter().any(|request| self.known.contains_key(&key(&request.id))) {
                continue;
            }
            let mut has = calls.iter().map(id).collect();
            for request in requests {
                if let Some(known) = self.known.get(&key(&request.id)) {
                    known.teach(request, calls, &mut has);
                }
            }
        }
    }

    /// Hears what a session knows of the requests that are shared; gives the digests of these.
    fn hear(&mut self, session: &mut Session, holders: Holders<'_>, elsewhere: Elsewhere<'_>) -> HashSet<u64> {
        let (session_id, mut heard) = (session.id.clone(), HashSet::default());
        for (requests, calls) in session.chains_mut() {
            let mut first = HashSet::default();
            for request in requests.iter() {
                let (key, holders) = (key(&request.id), holders(&request.id));
                if holders == 0 {
                    continue;
                }
                heard.insert(key);
                match self.known.entry(key) {
                    Entry::Occupied(known) => known.into_mut().hear(request),
                    Entry::Vacant(vacant) => {
                        let is_elsewhere = elsewhere(&name_of("request", &request.id), &session_id);
                        first.insert(key);
                        vacant.insert(Known::first(request, holders, is_elsewhere));
                    }
                }
            }
            for call in calls.iter() {
                let key = key(&call.request_id);
                if let Some(known) = self.known.get_mut(&key)
                    && self.calls.insert(id(call))
                {
                    known.hear_call(call, first.contains(&key));
                }
            }
        }
        heard
    }

    /// A session was heard that holds these requests. Of those that no other one holds nothing need be
    /// known where all copies say the same; nor does it matter any more who owns them.
    fn forget(&mut self, heard: HashSet<u64>) {
        for key in heard {
            let Some(known) = self.known.get_mut(&key) else { continue };
            known.left = known.left.saturating_sub(1);
            if known.left > 0 {
                continue;
            }
            if !known.differs && known.more.is_none() {
                self.known.remove(&key);
            }
            self.rejoin.forget(key);
        }
    }
}

impl Session {
    /// Forgets all but which requests it holds and what they used: that decides who owns them.
    fn fall_silent(&mut self) {
        self.strays.extend(self.turns.iter_mut().flat_map(|turn| turn.subagents.drain(..)));
        for (requests, calls) in self.chains_mut() {
            calls.clear();
            for request in requests {
                request.said = Said::default();
            }
        }
    }
}

impl Known {
    fn first(request: &Request, holders: usize, is_elsewhere: bool) -> Self {
        let length = request.said.text_bytes();
        Self { usage: request.usage, differs: false, left: holders, length, is_elsewhere, more: None }
    }

    fn hear(&mut self, request: &Request) {
        self.differs |= self.usage != request.usage;
        self.usage = self.usage.and(request.usage);
        let length = request.said.text_bytes();
        if length > self.length {
            self.length = length;
            self.more.get_or_insert_default().said = Some(request.said.clone());
        }
    }

    /// The first copy knows itself what it called; where another one counts, that learns of the call,
    /// without what was asked and answered.
    fn hear_call(&mut self, call: &ToolCall, is_first: bool) {
        if !is_first {
            self.more.get_or_insert_default().calls.push(call.clone());
        } else if self.is_elsewhere {
            self.more.get_or_insert_default().calls.push(call.bare());
        }
    }

    fn teach(&self, request: &mut Request, calls: &mut Vec<ToolCall>, has: &mut HashSet<u64>) {
        request.usage = self.usage.and(request.usage);
        let Some(More { said, calls: others }) = self.more.as_deref() else { return };
        if let Some(said) = said.as_ref().filter(|said| said.text_bytes() > request.said.text_bytes()) {
            request.said.clone_from(said);
        }
        calls.extend(others.iter().filter(|call| has.insert(id(call))).cloned());
    }
}

/// Does the same within a session: side questions and forked subagents replay what the main chain
/// holds.
pub(super) fn share_within(session: &mut Session) {
    if session.subagents().next().is_none() {
        return;
    }
    let mut seen = HashMap::<_, u32>::default();
    for request in session.chains_mut().flat_map(|(requests, _)| requests) {
        *seen.entry(request.id.clone()).or_default() += 1;
    }
    seen.retain(|_, copies| *copies > 1);
    let mut copies = Copies::default();
    // Here the first copy is not always the one that counts.
    copies.hear(session, &|request| seen.get(request).map_or(0, |copies| *copies as usize), &|_, _| true);
    copies.teach(session);
}

/// A request's id, digested.
pub(super) fn key(request: &str) -> u64 {
    digest(request.as_bytes())
}

/// What tells a call from all others: some gateways give an id to several requests.
fn id(call: &ToolCall) -> u64 {
    digest(format!("{}\n{}", call.request_id, call.id).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Subagent, Turn};
    use crate::transcript::Tokens;

    fn chain(output: u64, calls: &[&str], text: &str) -> (Vec<Request>, Vec<ToolCall>) {
        let mut request = Request { id: "m".to_owned(), said: Said::of(text), ..Request::default() };
        request.usage.tokens = Tokens { output, ..Tokens::default() };
        let call = |id: &&str| ToolCall { id: (*id).to_owned(), request_id: "m".to_owned(), ..ToolCall::default() };
        (vec![request], calls.iter().map(call).collect())
    }

    fn session(id: &str, output: u64, calls: &[&str]) -> Session {
        let (requests, tool_calls) = chain(output, calls, id);
        let turns = vec![Turn { requests, tool_calls, ..Turn::default() }];
        Session { id: id.to_owned(), turns, ..Session::default() }
    }

    fn calls(turn: &Turn) -> Vec<&str> {
        turn.tool_calls.iter().map(|call| call.id.as_str()).collect()
    }

    fn three() -> [Session; 3] {
        [session("zeroed", 0, &["1"]), session("cut", 5, &[]), session("longest", 90, &["1", "2"])]
    }

    fn taught(elsewhere: Elsewhere<'_>) -> [Session; 3] {
        let mut copies = Copies::default();
        for session in &mut three() {
            let heard = copies.hear(session, &|_| 3, elsewhere);
            copies.forget(heard);
        }
        let mut sessions = three();
        for session in &mut sessions {
            copies.teach(session);
        }
        sessions
    }

    #[test]
    fn every_copy_that_may_count_learns_what_any_knows() {
        // Where the first one was delivered with another session, any of the others may count.
        for (counting, is_elsewhere) in [(0..1, false), (0..3, true)] {
            for session in &taught(&|_, _| is_elsewhere)[counting] {
                let turn = &session.turns[0];
                assert_eq!((turn.tokens().output, calls(turn)), (90, vec!["1", "2"]), "{}", session.id);
                assert_eq!(turn.requests[0].said.text(), "longest");
            }
        }
    }

    #[test]
    fn what_a_copy_used_is_known_of_all() {
        assert!(taught(&|_, _| false).iter().all(|session| session.turns[0].tokens().output == 90));
    }

    #[test]
    fn of_a_session_that_fell_silent_others_learn_only_what_it_used() {
        let [mut original, mut fork] = [session("cut", 5, &[]), session("longest", 90, &["1"])];
        let (requests, tool_calls) = chain(1, &["2"], "of an agent");
        fork.turns[0].subagents.push(Subagent { requests, tool_calls, ..Subagent::default() });
        fork.fall_silent();
        let mut copies = Copies::default();
        for session in [&mut original, &mut fork] {
            copies.hear(session, &|_| 2, &|_, _| true);
            copies.rejoin.hear(session, |_| true, &|_, _| false);
        }
        copies.teach(&mut original);
        let turn = &original.turns[0];
        assert_eq!((turn.tokens().output, &*turn.requests[0].said.text()), (90, "cut"));
        assert!(turn.tool_calls.is_empty() && original.subagents().next().is_none());
    }

    #[test]
    fn what_all_copies_say_is_forgotten_with_the_last_of_them() {
        let same = || session("same", 5, &["1"]);
        let (less, more) = (session("same", 3, &["1"]), session("same", 5, &["1", "2"]));
        for (second, is_elsewhere, is_kept) in
            [(same(), false, false), (less, false, true), (more, false, true), (same(), true, true)]
        {
            let mut copies = Copies::default();
            for (number, mut session) in [same(), second].into_iter().enumerate() {
                let heard = copies.hear(&mut session, &|_| 2, &|_, _| is_elsewhere);
                copies.forget(heard);
                assert_eq!(copies.known.len(), usize::from(number == 0 || is_kept));
            }
        }
    }

    #[test]
    fn what_is_not_shared_is_not_kept() {
        let mut copies = Copies::default();
        copies.hear(&mut session("a", 1, &["1"]), &|_| 0, &|_, _| false);
        assert!(copies.known.is_empty());
    }

    #[test]
    fn the_main_chain_learns_from_a_subagent_that_replays_it() {
        let mut session = session("a", 4, &[]);
        let (requests, tool_calls) = chain(90, &["1"], "");
        session.strays.push(Subagent { requests, tool_calls, ..Subagent::default() });
        share_within(&mut session);
        let turn = &session.turns[0];
        assert_eq!((turn.tokens().output, calls(turn), &*turn.requests[0].said.text()), (90, vec!["1"], "a"));
    }
}
