//! What happened: a session's turns, and in each the requests, tool calls and subagents.
//!
//! Built from the records of one session's transcripts; knows nothing of spans or servers. A
//! session keeps of a text only what a span may carry, so it is small however large its files are.

mod adopt;
mod arguments;
mod asked;
mod attach;
mod builder;
mod chunked;
mod classify;
mod copies;
mod course;
mod duplicates;
mod event;
mod excerpt;
mod facts;
mod failed_request;
mod ignore_file;
mod injected;
mod keep;
mod kept_out;
mod launchers;
mod launches;
mod lineage;
mod period;
mod place;
mod queued;
mod rebuild;
mod rejoin;
mod said;
mod saved_usage;
mod selection;
mod settling;
mod sidechains;
mod source;
mod subagent;
mod taken;
mod tool_call;
mod tool_data;
mod turn;
mod version;
mod work;

use std::collections::{BTreeMap, HashSet};

use crate::redaction::Redaction;
use crate::transcript::Tokens;

pub use asked::Input;
pub use classify::PromptKind;
pub use copies::Copies;
pub use course::{Course, Permission, Reached};
pub use duplicates::{Elsewhere, Name, Owners, request_digest};
pub use event::{Event, Happened};
pub(crate) use excerpt::first_whole;
pub use excerpt::{COMPLETION_CHARACTERS, Excerpt, PROMPT_CHARACTERS, first_characters};
pub use facts::{Facts, Used};
pub use failed_request::{FailedRequest, Failure, REFUSAL};
pub use ignore_file::{IGNORE_FILE, IgnoreFiles};
pub use keep::Keep;
pub use kept_out::{Exclusion, KeptOut};
pub use period::Period;
pub use rebuild::{rebuild, rebuild_by};
pub use said::{Part, Said};
pub use saved_usage::SavedUsage;
pub use selection::{Selection, Window};
pub use settling::{Patience, Waits};
pub use source::Reading;
pub use subagent::Subagent;
pub use tool_call::ToolCall;
pub use tool_data::{KeptData, ToolData};
pub use turn::{Prompt, Turn};
pub use version::ClientVersion;
pub use work::Request;

/// What shares a session id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// The session's id.
    pub id: String,
    /// What is known of it besides its turns.
    pub facts: Facts,
    /// Its turns, in the order of their prompts' records.
    pub turns: Vec<Turn>,
    /// Subagents that no known call launched, the client's own (compaction, side questions) among them.
    pub strays: Vec<Subagent>,
    /// Requests that another session, or another chain of this one, owns.
    pub duplicate_requests: u64,
    /// Their ids.
    pub copied_requests: Vec<String>,
}

impl Session {
    /// All its subagents, the client's own among them.
    pub fn subagents(&self) -> impl Iterator<Item = &Subagent> {
        self.turns.iter().flat_map(|turn| turn.subagents.iter().chain(&turn.unlaunched)).chain(&self.strays)
    }

    fn subagents_mut(&mut self) -> impl Iterator<Item = &mut Subagent> {
        self.turns.iter_mut().flat_map(|turn| &mut turn.subagents).chain(&mut self.strays)
    }

    /// The working directory, as it may be shown and recorded: its name can hold a secret, too.
    #[must_use]
    pub fn shown_project(&self) -> Option<String> {
        let project = self.facts.project.as_deref()?;
        Some(Redaction::default().text(project).into_owned())
    }

    /// What each model used, each request once.
    fn tokens_by_model(&self) -> BTreeMap<String, Tokens> {
        let mut seen = HashSet::new();
        let mut models = BTreeMap::<_, Tokens>::new();
        let of_agents = self.subagents().flat_map(|agent| &agent.requests);
        for request in self.turns.iter().flat_map(|turn| &turn.requests).chain(of_agents) {
            if seen.insert(&request.id) {
                *models.entry(request.model.clone().unwrap_or_default()).or_default() += request.tokens();
            }
        }
        models
    }

    /// The requests and the calls of each of its chains: of the main chain turn by turn, then of
    /// the subagents, in the order in which they come to own what several hold.
    fn chains_mut(&mut self) -> impl Iterator<Item = (&mut Vec<Request>, &mut Vec<ToolCall>)> {
        let (mut main, mut agents) = (Vec::new(), Vec::new());
        for turn in &mut self.turns {
            main.push((&mut turn.requests, &mut turn.tool_calls));
            agents.extend(turn.subagents.iter_mut().map(Subagent::chain_mut));
        }
        agents.extend(self.strays.iter_mut().map(Subagent::chain_mut));
        main.into_iter().chain(agents)
    }
}
