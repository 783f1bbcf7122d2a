//! Which tool call launched which subagent, as far as the records say it.
//!
//! Several kinds of records name both, some wrongly or not at all; the best one counts:
//! the call's result, the text of that result, the progress of the call, the note that a
//! background subagent ended, and at last that subagent and call have the same prompt.

use std::collections::{HashMap, HashSet};

use super::classify::tagged;
use crate::transcript::{Block, Input, Record, digest};

/// The tools that launch subagents; `Task` became `Agent` around 2.1.63.
const LAUNCHERS: [&str; 2] = ["Task", "Agent"];
/// How the text of a result names the subagent: `agentId: a1b2 (for resuming ...)`.
const NAMES: [&str; 2] = ["agentId: ", "agent_id: "];

/// How a launch became known, the best way first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Result,
    ResultText,
    Progress,
    Notification,
}

/// What is known of the launches of a chain of records.
#[derive(Debug, Default)]
pub(crate) struct Launches {
    /// By subagent.
    calls: HashMap<String, (Source, String)>,
    /// By subagent: the calls that set it to work again, in the order of the records.
    resumed: HashMap<String, Vec<String>>,
    /// The launching calls by their prompts, in the order of the records.
    prompted: Vec<(u64, String)>,
}

impl Launches {
    /// Takes a call; says which kind of subagent it asks for.
    pub(super) fn called(&mut self, call: &str, block: &Block<'_>) -> Option<String> {
        if !block.name.as_deref().is_some_and(is_launcher) {
            return None;
        }
        let input = Input::read(block.input.as_str());
        self.prompted.push((digest(input.prompt.unwrap_or_default().as_bytes()), call.to_owned()));
        input.subagent_type.map(Into::into)
    }

    /// Takes the result of a call of `tool`.
    pub(super) fn answered(&mut self, call: &str, tool: &str, block: &Block<'_>, record: &Record<'_>) {
        if let Some(agent) = record.tool_use_result.resumed_agent_id.as_deref() {
            self.resumed.entry(agent.to_owned()).or_default().push(call.to_owned());
        } else if let Some(agent) = record.tool_use_result.agent_id.as_deref() {
            // Up to 2.1.x the tool that launches subagents also set them to work again.
            let has_launch = |(source, first): &(Source, String)| *source == Source::Result && first != call;
            if is_launcher(tool) && self.calls.get(agent).is_some_and(has_launch) {
                self.resumed.entry(agent.to_owned()).or_default().push(call.to_owned());
            }
            self.add(Source::Result, agent, call);
        } else if is_launcher(tool)
            && let Some(agent) = NAMES.iter().find_map(|name| named_in(block.content.as_str(), name))
        {
            self.add(Source::ResultText, agent, call);
        }
    }

    /// Takes a `progress` record.
    pub(super) fn goes_on(&mut self, record: &Record<'_>) {
        if let (Some(agent), Some(call)) = (&record.data.agent_id, &record.parent_tool_use_id) {
            self.add(Source::Progress, agent, call);
        }
    }

    /// Takes the text of a task notification.
    pub(super) fn notified(&mut self, text: &str) {
        if let (Some(agent), Some(call)) = (tagged(text, "task-id"), tagged(text, "tool-use-id")) {
            self.add(Source::Notification, agent, call);
        }
    }

    /// Takes what another chain knows.
    pub(super) fn join(&mut self, other: Launches) {
        for (agent, (source, call)) in other.calls {
            self.add(source, &agent, &call);
        }
        for (agent, calls) in other.resumed {
            self.resumed.entry(agent).or_default().extend(calls);
        }
        self.prompted.extend(other.prompted);
    }

    /// The call that set a subagent to work again for the `number`-th time, counted from 1.
    pub(super) fn resuming(&self, agent: &str, number: usize) -> Option<String> {
        self.resumed.get(agent)?.get(number.checked_sub(1)?).cloned()
    }

    /// The call that launched a subagent, where a record names both.
    pub(super) fn of(&self, agent: &str) -> Option<String> {
        self.calls.get(agent).map(|(_, call)| call.clone())
    }

    /// The calls that are known to have launched a subagent.
    pub(super) fn linked(&self) -> HashSet<String> {
        self.calls.values().map(|(_, call)| call.clone()).collect()
    }

    /// Takes away the newest launching call with this prompt; without one only names the newest.
    pub(super) fn take_newest(&mut self, prompt: Option<u64>) -> Option<String> {
        let same = self.prompted.iter().rposition(|(digest, _)| Some(*digest) == prompt);
        match same {
            Some(index) => Some(self.prompted.remove(index).1),
            None => self.prompted.last().map(|(_, call)| call.clone()),
        }
    }

    /// Takes away the first launching call with this prompt that is still `free`.
    pub(super) fn take_prompted(&mut self, prompt: u64, free: impl Fn(&str) -> bool) -> Option<String> {
        let found = self.prompted.iter().position(|(digest, call)| *digest == prompt && free(call))?;
        Some(self.prompted.remove(found).1)
    }

    fn add(&mut self, source: Source, agent: &str, call: &str) {
        let known = self.calls.get(agent);
        if known.is_none_or(|(better, _)| source < *better) {
            self.calls.insert(agent.to_owned(), (source, call.to_owned()));
        }
    }
}

fn is_launcher(tool: &str) -> bool {
    LAUNCHERS.contains(&tool)
}

fn named_in<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(name)?;
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '-' | '_' | '@' | '.'));
    rest.get(..end.unwrap_or(rest.len())).filter(|agent| !agent.is_empty())
}
