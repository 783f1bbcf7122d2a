//! Which turn a subagent belongs to: that whose call launched it, directly or through other
//! subagents.
//!
//! The best way to know the call comes first: its sidecar file, what the records say of launches,
//! the same prompt. Then come the subagent that launched it, and the turn's `promptId`.

use std::collections::HashMap;

use super::launchers::Launchers;
use super::launches::Launches;
use super::subagent::{Sidechain, Subagent};
use super::turn::Turn;

/// Hands each subagent to its turn; gives back those that have none.
pub(super) fn attach(turns: &mut [Turn], launches: Launches, mut chains: Vec<Sidechain>) -> Vec<Subagent> {
    link(&mut chains, launches);
    let chains = joined(chains);
    let owned = Launchers::new(turns, &chains).owners();
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
