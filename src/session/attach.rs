//! Which turn a subagent belongs to: that whose call launched it, directly or through other
//! subagents.
//!
//! The best way to know the call comes first: its sidecar file, what the records say of launches,
//! the same prompt. Then come the subagent that launched it, and the turn's `promptId`.

use std::collections::HashMap;

use super::launches::Launches;
use super::subagent::{Sidechain, Subagent};
use super::turn::Turn;

/// Hands each subagent to its turn; gives back those that have none.
pub(super) fn attach(turns: &mut [Turn], launches: Launches, mut chains: Vec<Sidechain>) -> Vec<Subagent> {
    link(&mut chains, launches);
    let chains = joined(chains);
    let callers = Launchers::new(turns, &chains);
    let owned: Vec<_> = chains.iter().map(|chain| callers.of(chain)).collect();
    let mut strays = Vec::new();
    for (chain, owner) in chains.into_iter().zip(owned) {
        match owner.and_then(|(turn, is_nested)| Some((turns.get_mut(turn)?, is_nested))) {
            Some((turn, is_nested)) => chain.join(turn, is_nested),
            None => strays.push(chain.finish()),
        }
    }
    strays
}

/// Finds the call that launched each subagent.
fn link(chains: &mut [Sidechain], mut launches: Launches) {
    for chain in chains.iter_mut() {
        launches.join(std::mem::take(chain.work.launches()));
    }
    for chain in chains.iter_mut() {
        let agent = &mut chain.agent;
        let launch = || match agent.resumption {
            0 => launches.of(&agent.id),
            number => launches.resuming(&agent.id, number),
        };
        agent.launched_by = agent.launched_by.take().or_else(launch);
    }
    let mut linked = launches.linked();
    linked.extend(chains.iter().filter_map(|chain| chain.agent.launched_by.clone()));
    for chain in chains.iter_mut().filter(|chain| is_unknown(&chain.agent)) {
        let prompt = chain.prompt.filter(|_| chain.agent.parent.is_none());
        chain.agent.launched_by =
            prompt.and_then(|prompt| launches.take_prompted(prompt, |call| !linked.contains(call)));
    }
}

/// Puts together again what no call is known to have set to work.
fn joined(chains: Vec<Sidechain>) -> Vec<Sidechain> {
    let mut joined: Vec<Sidechain> = Vec::with_capacity(chains.len());
    let mut newest = HashMap::new();
    for chain in chains {
        let is_unknown = chain.agent.resumption > 0 && chain.agent.launched_by.is_none();
        let before = newest.get(&chain.agent.id).filter(|_| is_unknown).and_then(|at: &usize| joined.get_mut(*at));
        if let Some(before) = before {
            before.go_on(chain);
        } else {
            newest.insert(chain.agent.id.clone(), joined.len());
            joined.push(chain);
        }
    }
    joined
}

/// Whether it is to be found out by its prompt which call launched it.
fn is_unknown(agent: &Subagent) -> bool {
    agent.launched_by.is_none() && !agent.is_internal && agent.resumption == 0
}

/// One step up from a subagent.
#[derive(Clone, Copy)]
enum Owner {
    Turn(usize),
    Agent(usize),
}

/// Who made the calls that subagents name.
struct Launchers<'a> {
    turns: &'a [Turn],
    chains: &'a [Sidechain],
    /// By the ids of the calls that they made; some gateways use an id again.
    calls: HashMap<&'a str, Vec<Owner>>,
    /// By the ids of the subagents.
    agents: HashMap<&'a str, Owner>,
}

impl<'a> Launchers<'a> {
    fn new(turns: &'a [Turn], chains: &'a [Sidechain]) -> Self {
        let mut calls = HashMap::<_, Vec<Owner>>::new();
        for (index, turn) in turns.iter().enumerate() {
            for call in &turn.tool_calls {
                calls.entry(call.id.as_str()).or_default().push(Owner::Turn(index));
            }
        }
        for (index, chain) in chains.iter().enumerate() {
            for call in chain.work.call_ids() {
                let owners = calls.entry(call.as_str()).or_default();
                // What is replayed in a subagent's transcript is the main chain's.
                if !owners.iter().any(|owner| matches!(owner, Owner::Turn(_))) {
                    owners.push(Owner::Agent(index));
                }
            }
        }
        let agents = chains.iter().enumerate().map(|(index, chain)| (chain.agent.id.as_str(), Owner::Agent(index)));
        Self { turns, chains, calls, agents: agents.collect() }
    }

    /// The turn, and whether other subagents stand between. Ids can form a ring in damaged files,
    /// so launches are followed no longer than there are subagents.
    fn of(&self, chain: &Sidechain) -> Option<(usize, bool)> {
        if chain.agent.is_internal {
            return None;
        }
        let mut above = chain;
        for depth in 0..=self.chains.len() {
            match self.above(above) {
                Some(Owner::Turn(turn)) => return Some((turn, depth > 0)),
                Some(Owner::Agent(agent)) => above = self.chains.get(agent)?,
                None => return self.of_prompt(chain).map(|turn| (turn, depth > 0)),
            }
        }
        None
    }

    fn above(&self, chain: &Sidechain) -> Option<Owner> {
        let owners = chain.agent.launched_by.as_deref().and_then(|call| self.calls.get(call));
        let began = |owner: &&Owner| self.began_before(**owner, chain);
        let owner = owners.and_then(|owners| owners.iter().rfind(began).or(owners.last()));
        owner.or_else(|| self.agents.get(chain.agent.parent.as_deref()?)).copied()
    }

    fn began_before(&self, owner: Owner, chain: &Sidechain) -> bool {
        let Owner::Turn(turn) = owner else { return true };
        self.turns.get(turn).is_some_and(|turn| turn.started_at <= chain.agent.started_at)
    }

    /// The newest turn with the subagent's `promptId` that began before it. The subagent of a
    /// command can begin a moment before the command is written.
    fn of_prompt(&self, chain: &Sidechain) -> Option<usize> {
        let prompt_id = chain.prompt_id.as_ref()?;
        let is_of = |turn: &Turn| turn.prompt_id.as_ref() == Some(prompt_id);
        let began = |turn: &Turn| turn.started_at <= chain.agent.started_at;
        self.turns.iter().rposition(|turn| is_of(turn) && began(turn)).or_else(|| self.turns.iter().position(is_of))
    }
}
