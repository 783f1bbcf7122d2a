//! Who launched whom: from each subagent up to the turn that it belongs to.

use std::collections::HashMap;

use super::subagent::Sidechain;
use super::turn::Turn;
use crate::transcript::Timestamp;

/// One step up from a subagent: to a turn or another subagent, by their numbers.
#[derive(Clone, Copy)]
enum Owner {
    Turn(usize),
    Agent(usize),
}

/// Where all steps up from a subagent lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Turn(usize),
    /// To a subagent of which nobody knows who launched it.
    Nobody,
    /// Back to itself: ids can form a ring in damaged files.
    Ring,
}

/// Who made the calls that subagents name.
pub(super) struct Launchers<'a> {
    chains: &'a [Sidechain],
    /// By the ids of the calls that they made; some gateways use an id again.
    calls: HashMap<&'a str, Makers>,
    /// The number of each subagent, by its id.
    agents: HashMap<&'a str, usize>,
    /// By their `promptId`.
    prompts: HashMap<&'a str, Turns>,
}

/// Who made calls of one id. What is replayed in a subagent's transcript is the main chain's.
enum Makers {
    Turns(Turns),
    Agent(usize),
}

/// Turns in their order, each with the earliest beginning of it and all that follow.
#[derive(Default)]
struct Turns(Vec<(usize, Option<Timestamp>)>);

impl<'a> Launchers<'a> {
    pub(super) fn new(turns: &'a [Turn], chains: &'a [Sidechain]) -> Self {
        let (mut calls, mut prompts) = (HashMap::<_, Turns>::new(), HashMap::<_, Turns>::new());
        for (number, turn) in turns.iter().enumerate() {
            let began = (number, turn.started_at);
            turn.tool_calls.iter().for_each(|call| calls.entry(call.id.as_str()).or_default().0.push(began));
            turn.prompt_id.iter().for_each(|id| prompts.entry(id.as_str()).or_default().0.push(began));
        }
        calls.values_mut().chain(prompts.values_mut()).for_each(Turns::look_ahead);
        let mut calls: HashMap<_, _> = calls.into_iter().map(|(id, turns)| (id, Makers::Turns(turns))).collect();
        for (number, call) in
            chains.iter().enumerate().flat_map(|(number, chain)| chain.work.call_ids().map(move |id| (number, id)))
        {
            if let Makers::Agent(newest) = calls.entry(call.as_str()).or_insert(Makers::Agent(number)) {
                *newest = number;
            }
        }
        let agents = chains.iter().enumerate().map(|(number, chain)| (chain.agent.id.as_str(), number)).collect();
        Self { chains, calls, agents, prompts }
    }

    /// The turn of each subagent, and whether other subagents stand between.
    pub(super) fn owners(&self) -> Vec<Option<(usize, bool)>> {
        let above: Vec<_> = self.chains.iter().map(|chain| self.above(chain)).collect();
        let ends = ends(&above);
        let owner = |(chain, above): (&Sidechain, &Option<Owner>)| {
            let (end, is_nested) = match above {
                None => (End::Nobody, false),
                Some(Owner::Turn(turn)) => (End::Turn(*turn), false),
                Some(Owner::Agent(agent)) => (*ends.get(*agent)?, true),
            };
            let turn = match end {
                End::Turn(turn) => Some(turn),
                End::Nobody => self.of_prompt(chain),
                End::Ring => None,
            };
            turn.filter(|_| !chain.agent.is_internal).map(|turn| (turn, is_nested))
        };
        self.chains.iter().zip(&above).map(owner).collect()
    }

    fn above(&self, chain: &Sidechain) -> Option<Owner> {
        let makers = chain.agent.launched_by.as_deref().and_then(|call| self.calls.get(call));
        let maker = makers.and_then(|makers| match makers {
            Makers::Turns(turns) => turns.newest_before(chain.agent.started_at).or(turns.last()).map(Owner::Turn),
            Makers::Agent(agent) => Some(Owner::Agent(*agent)),
        });
        maker.or_else(|| self.agents.get(chain.agent.parent.as_deref()?).copied().map(Owner::Agent))
    }

    /// The newest turn with the subagent's `promptId` that began before it. The subagent of a
    /// command can begin a moment before the command is written.
    fn of_prompt(&self, chain: &Sidechain) -> Option<usize> {
        let turns = self.prompts.get(chain.prompt_id.as_deref()?)?;
        turns.newest_before(chain.agent.started_at).or(turns.first())
    }
}

impl Turns {
    /// Makes of each one's own beginning the earliest of what follows.
    fn look_ahead(&mut self) {
        let mut earliest = self.0.last().and_then(|(_, began)| *began);
        for (_, began) in self.0.iter_mut().rev() {
            earliest = earliest.min(*began);
            *began = earliest;
        }
    }

    /// The last one that began by then.
    fn newest_before(&self, at: Option<Timestamp>) -> Option<usize> {
        let until = self.0.partition_point(|(_, earliest)| *earliest <= at);
        self.0.get(until.checked_sub(1)?).map(|(turn, _)| *turn)
    }

    fn first(&self) -> Option<usize> {
        self.0.first().map(|(turn, _)| *turn)
    }

    fn last(&self) -> Option<usize> {
        self.0.last().map(|(turn, _)| *turn)
    }
}

/// Where each subagent's steps lead; each step is taken once.
fn ends(above: &[Option<Owner>]) -> Vec<End> {
    let mut ends = vec![None; above.len()];
    for start in 0..above.len() {
        let (mut path, mut at) = (Vec::new(), start);
        let end = loop {
            match ends.get(at).copied().flatten() {
                Some(end) => break end,
                None => path.push(at),
            }
            // Until it is known better, who comes back here goes round.
            ends.get_mut(at).into_iter().for_each(|end| *end = Some(End::Ring));
            match above.get(at).copied().flatten() {
                Some(Owner::Agent(agent)) => at = agent,
                Some(Owner::Turn(turn)) => break End::Turn(turn),
                None => break End::Nobody,
            }
        };
        for passed in path {
            ends.get_mut(passed).into_iter().for_each(|known| *known = Some(end));
        }
    }
    ends.into_iter().map(|end| end.unwrap_or(End::Nobody)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As it is meant: step by step, no more of them than there are subagents.
    fn end_of(above: &[Option<Owner>], start: usize) -> End {
        let mut at = start;
        for _ in 0..=above.len() {
            match above[at] {
                Some(Owner::Turn(turn)) => return End::Turn(turn),
                Some(Owner::Agent(agent)) => at = agent,
                None => return End::Nobody,
            }
        }
        End::Ring
    }

    proptest! {
        #[test]
        fn steps_that_are_taken_once_lead_to_the_same_end(
            steps in proptest::collection::vec(proptest::option::of((any::<bool>(), 0_usize..12)), 12),
        ) {
            let owner = |(is_turn, number)| if is_turn && number < 4 { Owner::Turn(number) } else { Owner::Agent(number) };
            let above: Vec<_> = steps.into_iter().map(|step| step.map(owner)).collect();
            let expected: Vec<_> = (0..above.len()).map(|start| end_of(&above, start)).collect();
            prop_assert_eq!(ends(&above), expected);
        }

        #[test]
        fn the_newest_turn_that_began_by_then_is_found_without_looking_at_each(
            began in proptest::collection::vec(proptest::option::of(0_u64..9), 0..9),
            at in proptest::option::of(0_u64..9),
        ) {
            let (began, at): (Vec<_>, _) = (began.into_iter().map(|at| at.map(Timestamp::from)).collect(), at.map(Timestamp::from));
            let mut turns = Turns(began.iter().copied().enumerate().collect());
            turns.look_ahead();
            prop_assert_eq!(turns.newest_before(at), began.iter().rposition(|began| *began <= at));
        }
    }

    #[test]
    fn a_long_line_of_subagents_takes_its_length() {
        let above: Vec<_> =
            (0..200_000_usize).map(|number| Some(number.checked_sub(1).map_or(Owner::Turn(7), Owner::Agent))).collect();
        assert!(ends(&above).iter().all(|end| *end == End::Turn(7)));
        let backwards: Vec<_> =
            (1..=200_000).map(|number| (number < 200_000).then_some(Owner::Agent(number))).collect();
        assert!(ends(&backwards).iter().all(|end| *end == End::Nobody));
    }
}
