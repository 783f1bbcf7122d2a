//! Where the work stands that no call is known to have launched: the client's own agents
//! (compaction, side questions, warm-up), and subagents whose launch is lost.
//!
//! A turn's own span says nothing of it. A tree has to, or its tokens would be missing: it goes below
//! the turn in which it began.

use super::Session;
use super::duplicates::name_of;
use super::subagent::Subagent;
use super::turn::Turn;

impl Session {
    /// Hands each such agent to a turn; to one of their own where there is no other.
    pub fn adopt(&mut self) {
        for agent in std::mem::take(&mut self.strays) {
            let asked = !agent.requests.is_empty() || !agent.failed_requests.is_empty();
            if asked {
                self.turn_of(&agent).take_in(agent);
            }
        }
    }

    /// The newest turn that began before the agent did, else the first. What is only a copy has no span.
    #[expect(clippy::indexing_slicing, reason = "the index is a position of `turns`, which has at least one")]
    fn turn_of(&mut self, agent: &Subagent) -> &mut Turn {
        let is_own = |turn: &Turn| !turn.requests.is_empty() || turn.duplicate_requests == 0;
        let began = |turn: &Turn| turn.started_at <= agent.started_at;
        let newest = self.turns.iter().rposition(|turn| is_own(turn) && began(turn));
        let index = newest.or_else(|| self.turns.iter().position(is_own)).unwrap_or_else(|| {
            let turn = Turn { started_at: agent.started_at, ended_at: agent.started_at, ..Turn::default() };
            self.turns.push(Turn { has_ended: true, ..turn });
            self.turns.len() - 1
        });
        &mut self.turns[index]
    }
}

impl Turn {
    fn take_in(&mut self, agent: Subagent) {
        self.names.extend(agent.requests.iter().map(|request| name_of("request", &request.id)));
        self.unlaunched.push(agent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Request;
    use crate::transcript::Timestamp;

    #[expect(clippy::unnecessary_wraps, reason = "it stands where a time may be missing")]
    fn at(second: u64) -> Option<Timestamp> {
        Some(Timestamp::from(second * 1_000_000_000))
    }

    fn request(id: &str) -> Vec<Request> {
        vec![Request { id: id.to_owned(), ..Request::default() }]
    }

    fn agent(second: u64) -> Subagent {
        Subagent { requests: request("a"), started_at: at(second), ..Subagent::default() }
    }

    fn turn(second: u64) -> Turn {
        Turn { started_at: at(second), requests: request("r"), ..Turn::default() }
    }

    /// How many agents each turn has.
    fn adopted(turns: Vec<Turn>, strays: Vec<Subagent>) -> Vec<usize> {
        let mut session = Session { turns, strays, ..Session::default() };
        session.adopt();
        assert!(session.strays.is_empty());
        session.turns.iter().map(|turn| turn.unlaunched.len()).collect()
    }

    #[test]
    fn an_agent_goes_to_the_turn_in_which_it_began() {
        let copy = |second| Turn { requests: Vec::new(), duplicate_requests: 1, ..turn(second) };
        let idle = |second| Subagent { requests: Vec::new(), ..agent(second) };
        let timeless = |agent: Subagent| Subagent { started_at: None, ..agent };
        for (turns, agents, expected) in [
            (vec![turn(1), turn(5)], vec![agent(3), agent(5), agent(9)], vec![1, 2]),
            (vec![turn(4), turn(5)], vec![agent(3)], vec![1, 0]),
            (vec![turn(1), copy(3)], vec![agent(4)], vec![1, 0]),
            (vec![copy(1), turn(3)], vec![agent(2)], vec![0, 1]),
            (vec![copy(1)], vec![agent(2), agent(3)], vec![0, 2]),
            (vec![], vec![agent(2), agent(1)], vec![2]),
            (vec![], vec![idle(2)], vec![]),
            (vec![turn(1), turn(5)], vec![timeless(agent(3))], vec![1, 0]),
        ] {
            assert_eq!(adopted(turns, agents), expected);
        }
    }
}
