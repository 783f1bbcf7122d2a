//! When a turn will not grow any more.
//!
//! A turn that is sent is not sent again, so it is sent only once it is settled: a later prompt
//! follows it, or it has ended and its session has been silent for a while, or it never ended and
//! the silence has lasted a day. The records' own times decide: a restored backup is new on disk
//! and long over.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::Session;
use super::subagent::Subagent;
use super::tool_call::ToolCall;
use super::turn::Turn;
use super::work::waits_for_result;
use crate::transcript::Timestamp;

/// How long a turn is waited for that never ended.
const NEVER_ENDED: Duration = Duration::from_secs(24 * 60 * 60);

/// What a turn waits for: that its session has been silent for long enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// When something was last written.
    pub since: Timestamp,
    /// Whether the turn has ended, so that nothing more is expected.
    pub has_ended: bool,
}

/// How long to wait, and what the time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How long a session must have been silent; nothing waits if it is zero.
    pub settle: Duration,
    /// The time.
    pub now: Timestamp,
}

impl Default for Patience {
    /// Nothing waits.
    fn default() -> Self {
        Self { settle: Duration::ZERO, now: Timestamp::from(0) }
    }
}

impl Patience {
    /// Whether the wait is over. What lies as far in the future counts, too: a clock was set back,
    /// and to wait for it to come round again would be to lose the turn.
    #[must_use]
    pub fn is_over(&self, waits: Waits) -> bool {
        let needed = if waits.has_ended { self.settle } else { self.settle.max(NEVER_ENDED) };
        self.settle.is_zero() || self.distance(waits.since) >= needed
    }

    /// A session, of which every turn may wait. `touched` stands in where no record has a time: when
    /// the files were last written.
    #[must_use]
    pub fn with<'a>(&'a self, session: &'a Session, touched: Timestamp) -> Waiting<'a> {
        let newest = self.nearest(session.subagents().filter_map(|agent| agent.last_at));
        Waiting { patience: self, session, touched, newest }
    }

    fn nearest(&self, times: impl Iterator<Item = Timestamp>) -> Option<Timestamp> {
        times.min_by_key(|at| self.distance(*at))
    }

    fn distance(&self, at: Timestamp) -> Duration {
        Duration::from_nanos(self.now.nanoseconds().abs_diff(at.nanoseconds()))
    }
}

/// A session whose turns may wait.
#[derive(Debug)]
pub struct Waiting<'a> {
    patience: &'a Patience,
    session: &'a Session,
    touched: Timestamp,
    /// When its subagents last wrote something.
    newest: Option<Timestamp>,
}

impl Waiting<'_> {
    /// What a turn of it waits for; nothing where it is settled.
    #[must_use]
    pub fn turn(&self, turn: &Turn) -> Option<Waits> {
        let is_followed = turn.is_followed && has_model(self.session, turn);
        let launches = Launches::of(turn);
        let unlaunched = turn.unlaunched.iter().filter(|agent| !agent.has_ended);
        let agents = turn.subagents.iter().filter(|agent| launches.goes_on(agent)).chain(unlaunched);
        let agents: Vec<_> = if is_followed { agents.collect() } else { Vec::new() };
        let is_missing = misses_subagent(turn);
        if is_followed && agents.is_empty() && !is_missing {
            return None;
        }
        let main = self.session.facts.last_at.filter(|_| !is_followed || is_missing);
        let all = self.newest.filter(|_| !is_followed);
        let last = agents.iter().filter_map(|agent| agent.last_at).chain(all).chain(main);
        let since = self.patience.nearest(last).unwrap_or(self.touched);
        // What the turn waited for ended with it, however: a stop stops those, too.
        let of_turn = turn.subagents.iter().filter(|agent| launches.goes_on(agent)).all(|agent| agent.has_ended);
        let waits = Waits { since, has_ended: of_turn && (is_followed || turn.has_ended) };
        (!self.patience.is_over(waits)).then_some(waits)
    }
}

/// The calls of a turn that may have launched subagents, by their ids: whether in the background.
struct Launches<'a>(HashMap<&'a str, bool>);

impl<'a> Launches<'a> {
    fn of(turn: &'a Turn) -> Self {
        let mut launches = HashMap::new();
        let is_launch = |call: &&ToolCall| call.is_background || !turn.subagents.is_empty();
        for call in turn.tool_calls.iter().filter(is_launch) {
            launches.entry(call.id.as_str()).or_insert(call.is_background);
        }
        Self(launches)
    }

    /// Whether a subagent may outlast its turn: it was launched in the background, or nobody knows how.
    fn goes_on(&self, agent: &Subagent) -> bool {
        let is_background = agent.launched_by.as_ref().and_then(|call| self.0.get(call.as_str()));
        !agent.is_internal && is_background.is_none_or(|is_background| *is_background)
    }
}

/// Whether a turn launched a subagent in the background of which nothing is there yet.
fn misses_subagent(turn: &Turn) -> bool {
    let there: HashSet<_> = turn.subagents.iter().filter_map(|agent| agent.launched_by.as_deref()).collect();
    turn.tool_calls.iter().any(|call| call.is_background && !there.contains(call.id.as_str()))
}

/// A turn that names no model names the session's, which must be known for that.
fn has_model(session: &Session, turn: &Turn) -> bool {
    turn.requested_model.is_some() || !session.facts.models.is_empty()
}

/// Says of the turns of a main chain which have ended, and which are followed: by a prompt, and
/// where they have not ended by the answer to one, because until then results can come late.
pub(super) fn close(turns: &mut [Turn]) {
    let (mut is_last, mut is_answered_later) = (true, false);
    for turn in turns.iter_mut().rev() {
        turn.has_ended = has_ended(turn);
        turn.is_followed = !is_last && (turn.has_ended || is_answered_later);
        is_last = false;
        is_answered_later |= turn.is_answered();
    }
}

fn has_ended(turn: &Turn) -> bool {
    let is_stopped = turn.is_interrupted || turn.is_prevented || turn.failure.is_some();
    let is_done = turn.is_answered() && !waits_for_result(&turn.requests, &turn.tool_calls);
    is_stopped || is_done || (turn.has_output && turn.requests.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Request;

    const MINUTE: Duration = Duration::from_secs(60);
    const HOUR: Duration = Duration::from_secs(60 * 60);

    fn at(time: &str) -> Timestamp {
        Timestamp::parse(&format!("2026-03-02T{time}Z")).unwrap()
    }

    fn patience(settle: Duration) -> Patience {
        Patience { settle, now: at("12:00:00") }
    }

    #[test]
    fn silence_settles_what_ended_and_a_day_the_rest() {
        let yesterday = Timestamp::parse("2026-03-01T12:00:00Z").unwrap();
        let tomorrow = Timestamp::parse("2026-03-03T12:00:00Z").unwrap();
        for (settle, since, has_ended, expected) in [
            (10 * MINUTE, at("11:50:00"), true, true),
            (10 * MINUTE, at("11:50:01"), true, false),
            (10 * MINUTE, at("11:50:00"), false, false),
            (10 * MINUTE, yesterday, false, true),
            (48 * HOUR, yesterday, false, false),
            (48 * HOUR, yesterday, true, false),
            (Duration::ZERO, at("12:00:00"), false, true),
            // A clock that was set back, a little and a lot.
            (10 * MINUTE, at("12:09:00"), true, false),
            (10 * MINUTE, at("12:10:00"), true, true),
            (10 * MINUTE, at("12:10:00"), false, false),
            (10 * MINUTE, tomorrow, false, true),
        ] {
            let waits = Waits { since, has_ended };
            assert_eq!(patience(settle).is_over(waits), expected, "{settle:?} {waits:?}");
        }
    }

    fn answered(call_is_answered: bool) -> Turn {
        let request = Request { id: "r".to_owned(), ..Request::default() };
        let call = ToolCall { request_id: "r".to_owned(), is_answered: call_is_answered, ..ToolCall::default() };
        let response_model = Some("m".to_owned());
        Turn { requests: vec![request], tool_calls: vec![call], response_model, ..Turn::default() }
    }

    #[test]
    fn a_turn_is_followed_once_nothing_of_it_can_come() {
        let stopped = || Turn { is_interrupted: true, ..answered(false) };
        for (turns, expected) in [
            (vec![answered(true)], vec![(true, false)]),
            (vec![answered(true), Turn::default()], vec![(true, true), (false, false)]),
            (vec![stopped(), Turn::default()], vec![(true, true), (false, false)]),
            // Its result can come behind the prompt that was given meanwhile.
            (vec![answered(false), Turn::default()], vec![(false, false), (false, false)]),
            (vec![answered(false), answered(true)], vec![(false, true), (true, false)]),
            (vec![Turn::default(), Turn { has_output: true, ..Turn::default() }], vec![(false, false), (true, false)]),
        ] {
            let mut turns = turns;
            close(&mut turns);
            let found: Vec<_> = turns.iter().map(|turn| (turn.has_ended, turn.is_followed)).collect();
            assert_eq!(found, expected);
        }
    }

    fn agent(last_at: &str, has_ended: bool) -> Subagent {
        Subagent { launched_by: Some("call".to_owned()), last_at: Some(at(last_at)), has_ended, ..Subagent::default() }
    }

    fn session(turn: Turn, last_at: &str) -> Session {
        let mut session = Session { turns: vec![turn], ..Session::default() };
        session.facts.last_at = Some(at(last_at));
        session.facts.models = vec!["m".to_owned()];
        session
    }

    #[test]
    fn a_turn_waits_for_its_session_and_its_subagents() {
        let call = |is_background| ToolCall { id: "call".to_owned(), is_background, ..ToolCall::default() };
        let followed = |is_background, agent| Turn {
            is_followed: true,
            has_ended: true,
            tool_calls: vec![call(is_background)],
            subagents: vec![agent],
            ..Turn::default()
        };
        let last = |agent| Turn { is_followed: false, ..followed(true, agent) };
        let without = |turn| Turn { subagents: Vec::new(), ..turn };
        let waits = |since, has_ended| Some(Waits { since: at(since), has_ended });
        for (turn, last_at, expected) in [
            (followed(false, agent("11:59:00", false)), "11:59:00", None),
            (followed(true, agent("11:59:00", true)), "11:00:00", waits("11:59:00", true)),
            (followed(true, agent("11:00:00", true)), "11:59:00", None),
            (followed(true, agent("11:00:00", false)), "11:59:00", waits("11:00:00", false)),
            // Of what was launched in the background nothing is there yet.
            (without(followed(true, agent("11:00:00", true))), "11:59:00", waits("11:59:00", true)),
            (without(followed(true, agent("11:00:00", true))), "11:50:00", None),
            (without(followed(false, agent("11:00:00", true))), "11:59:00", None),
            (last(agent("11:00:00", true)), "11:59:00", waits("11:59:00", true)),
            (last(agent("11:59:00", true)), "11:00:00", waits("11:59:00", true)),
            (last(agent("11:00:00", true)), "11:00:00", None),
            (last(agent("11:00:00", false)), "11:00:00", waits("11:00:00", false)),
            (Turn { is_followed: false, ..followed(false, agent("11:00:00", false)) }, "11:00:00", None),
            // The turn that was begun after the clock was set back decides.
            (last(agent("18:00:00", true)), "11:59:00", waits("11:59:00", true)),
        ] {
            let session = session(turn, last_at);
            let found = patience(10 * MINUTE).with(&session, at("00:00:00")).turn(&session.turns[0]);
            assert_eq!(found, expected, "{:?}", session.turns[0]);
        }
    }

    #[test]
    fn files_tell_where_no_record_has_a_time_and_a_model_must_be_known() {
        let mut session = session(Turn { has_ended: true, is_followed: true, ..Turn::default() }, "11:00:00");
        session.facts.models.clear();
        session.facts.last_at = None;
        let patience = patience(10 * MINUTE);
        let waits = |session: &Session| patience.with(session, at("11:55:00")).turn(&session.turns[0]);
        assert_eq!(waits(&session), Some(Waits { since: at("11:55:00"), has_ended: true }));
        session.facts.models.push("m".to_owned());
        assert_eq!(waits(&session), None);
    }
}
