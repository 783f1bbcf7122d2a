//! A session's main chain, record by record, in the order of the file.
//!
//! File order decides which turn a record belongs to, except where an id knows better: the lines
//! of one response and the results of its calls belong where the response began.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use super::Session;
use super::classify::{PromptKind, UserRecord, classify, slash_command, turn_origin};
use super::excerpt::{PROMPT_CHARACTERS, first_characters};
use super::injected::Injected;
use super::subagent::{Sidechain, attach};
use super::turn::{Failure, Prompt, Turn};
use super::work::{SYNTHETIC, Work};
use crate::transcript::{Record, Timestamp};

/// What the client writes after a resume where no answer was wanted; it answers nothing.
const NO_RESPONSE: &str = "No response requested.";
/// A session in the making.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    session: Session,
    work: Work,
    sidechains: BTreeMap<String, Sidechain>,
    /// Records taken, by `uuid`: a file can hold one twice, and a session can be kept in two files.
    seen: HashSet<String>,
    /// Injected records that may belong to this turn or to the next one.
    injected: Vec<Injected>,
    /// The model that the newest `model` attachment names.
    announced_model: Option<String>,
}

impl Builder {
    pub(crate) fn new(id: String) -> Self {
        Self { session: Session { id, ..Session::default() }, ..Self::default() }
    }

    /// Takes the next record of the main transcript.
    pub(crate) fn take(&mut self, record: &Record<'_>) {
        let seen = record.uuid.as_ref().is_some_and(|uuid| !self.seen.insert(uuid.clone().into_owned()));
        if self.session.project.is_none() {
            self.session.project = record.cwd.clone().map(Into::into);
        }
        match record.kind.as_deref() {
            _ if record.is_sidechain => self.inline_sidechain(record, seen),
            Some("assistant") => self.assistant(record, seen),
            _ if seen => {}
            Some("user") => self.user(record),
            Some("system") => self.system(record),
            Some("attachment") if record.attachment.kind.as_deref() == Some("model") => {
                self.announced_model = record.attachment.identity.model_id.clone().map(Into::into);
            }
            _ => {}
        }
    }

    /// Takes the next record of the transcript of subagent `id`.
    pub(crate) fn take_of_subagent(&mut self, id: &str, record: &Record<'_>) {
        let seen = record.uuid.as_ref().is_some_and(|uuid| !self.seen.insert(uuid.clone().into_owned()));
        let copied = record.message.id.as_deref().is_some_and(|id| self.work.turn_of(id).is_some());
        if !copied {
            self.sidechain(id).take(record, seen);
        }
    }

    /// The subagent `id`, to be told what its sidecar file says.
    pub(crate) fn sidechain(&mut self, id: &str) -> &mut Sidechain {
        self.sidechains.entry(id.to_owned()).or_insert_with(|| Sidechain::new(id.to_owned()))
    }

    /// The session, complete.
    pub(crate) fn finish(mut self) -> Session {
        self.close_injected(None);
        self.close_turn();
        let turns = &mut self.session.turns;
        let launches = self.work.launches();
        let (requests, calls) = self.work.into_parts();
        for (turn, request) in requests {
            if let Some(turn) = turns.get_mut(turn) {
                turn.requests.push(request);
            }
        }
        for (turn, call) in calls {
            if let Some(turn) = turns.get_mut(turn) {
                turn.tool_calls.push(call);
            }
        }
        self.session.strays = attach(turns, launches, self.sidechains.into_values().collect());
        self.session
    }

    fn user(&mut self, record: &Record<'_>) {
        match classify(record) {
            UserRecord::ToolResult => {
                self.close_injected(None);
                let turn = self.work.results(record);
                self.follow_up(turn, record.timestamp);
            }
            UserRecord::Interrupt => {
                self.close_injected(None);
                self.follow_up(None, record.timestamp);
                self.work.interrupt(self.session.turns.len() - 1);
                if let Some(turn) = self.session.turns.last_mut() {
                    turn.is_interrupted = true;
                }
            }
            UserRecord::Injected => self.injected.push(Injected::new(record, self.session.turns.last())),
            UserRecord::Prompt(kind, text) => self.prompt(record, kind, &text),
            // Compacted within the turn; after `/compact` it has no origin.
            UserRecord::CompactSummary if record.turn_origin.is_some() => self.follow_up(None, record.timestamp),
            UserRecord::CommandOutput => self.command_output(record),
            UserRecord::CompactSummary | UserRecord::Context => {}
        }
    }

    /// A prompt ends the turn before it and starts the next.
    fn prompt(&mut self, record: &Record<'_>, kind: PromptKind, text: &str) {
        let follows_caveat = self.injected.last().is_some_and(|injected| injected.is_caveat);
        let kind = if follows_caveat && text.starts_with('/') { PromptKind::Command } else { kind };
        if kind == PromptKind::Command && self.is_aside(record) {
            self.injected.clear();
            return;
        }
        self.close_injected(Some(record));
        self.close_turn();
        self.session.turns.push(Turn {
            prompt_id: record.prompt_id.clone().map(Into::into),
            prompt: Some(Prompt {
                uuid: record.uuid.clone().map(Into::into),
                kind,
                origin: turn_origin(record, kind),
                text: first_characters(text, PROMPT_CHARACTERS).to_owned(),
            }),
            client_version: record.version.clone().map(Into::into),
            started_at: record.timestamp,
            ended_at: record.timestamp,
            ..Turn::default()
        });
    }

    fn assistant(&mut self, record: &Record<'_>, seen: bool) {
        let is_synthetic = record.message.model.as_deref() == Some(SYNTHETIC);
        if is_synthetic && !record.is_api_error && record.message.content.texts().eq([NO_RESPONSE]) {
            self.injected.clear();
            return;
        }
        let known = record.message.id.as_deref().and_then(|id| self.work.turn_of(id));
        if !seen {
            self.close_injected(None);
        }
        let turn = known.unwrap_or_else(|| self.open_turn());
        if !is_synthetic {
            self.work.answer(turn, record, seen);
            self.session.model = self.session.model.take().or_else(|| record.message.model.clone().map(Into::into));
        }
        if !seen {
            self.answered(turn, record);
        }
    }

    /// What an assistant record says of its turn.
    fn answered(&mut self, turn: usize, record: &Record<'_>) {
        let announced = &self.announced_model;
        let Some(turn) = self.session.turns.get_mut(turn) else { return };
        if !turn.is_answered() {
            turn.requested_model = record.requested_model.clone().map(Into::into).or_else(|| announced.clone());
        }
        turn.response_model = record.message.model.clone().map(Into::into).or_else(|| turn.response_model.take());
        turn.failure = record.is_api_error.then(|| Failure::of(record));
        turn.client_version = turn.client_version.take().or_else(|| record.version.clone().map(Into::into));
        turn.answered_at = record.timestamp.or(turn.answered_at);
        turn.touch(record.timestamp);
    }

    /// What a command printed belongs to the command, if it is still the open turn.
    fn command_output(&mut self, record: &Record<'_>) {
        let is_command = |prompt: &Prompt| matches!(prompt.kind, PromptKind::Command | PromptKind::Shell);
        let open = self.session.turns.last_mut().filter(|turn| turn.prompt.as_ref().is_some_and(is_command));
        if let Some(turn) = open {
            turn.touch(record.timestamp);
        }
    }

    fn system(&mut self, record: &Record<'_>) {
        let text = record.content.as_deref().unwrap_or_default();
        let bare = text.starts_with('/').then_some(Cow::Borrowed(text));
        match (record.subtype.as_deref(), slash_command(text).or(bare)) {
            (Some("local_command"), Some(command)) => self.prompt(record, PromptKind::Command, &command),
            (Some("local_command"), None) => self.command_output(record),
            (Some(subtype), _) => {
                if let Some(turn) = self.session.turns.last_mut() {
                    turn.event(subtype, record);
                }
            }
            _ => {}
        }
    }

    /// Clients up to 2.0.2x wrote subagents into the main transcript, behind the call that launched them.
    fn inline_sidechain(&mut self, record: &Record<'_>, seen: bool) {
        let launch = self.work.newest_launch().map(str::to_owned);
        let id = record.agent_id.as_deref().or(launch.as_deref()).unwrap_or("inline").to_owned();
        let sidechain = self.sidechain(&id);
        if let Some(launch) = launch {
            sidechain.launched_by(Some(launch));
        }
        sidechain.take(record, seen);
    }

    /// Decides whose the injected records are, now that the next record is known.
    fn close_injected(&mut self, prompt: Option<&Record<'_>>) {
        let open = self.session.turns.last().and_then(|turn| turn.prompt_id.clone());
        for injected in std::mem::take(&mut self.injected) {
            if injected.continues(open.as_deref(), prompt) {
                self.follow_up(None, injected.timestamp);
            }
        }
    }

    /// A local command that the SDK gave while a turn runs, as to switch the model. It goes with
    /// the turn's own `promptId`, and starts no turn.
    fn is_aside(&self, record: &Record<'_>) -> bool {
        let open = self.session.turns.last().filter(|turn| turn.is_answered());
        let prompt_id = open.and_then(|turn| turn.prompt_id.as_deref());
        record.turn_origin.is_none() && prompt_id.is_some() && record.prompt_id.as_deref() == prompt_id
    }

    /// Counts a user record of `turn`, by default the open one.
    fn follow_up(&mut self, turn: Option<usize>, timestamp: Option<Timestamp>) {
        let turn = turn.unwrap_or_else(|| self.open_turn());
        if let Some(turn) = self.session.turns.get_mut(turn) {
            turn.follow_ups += 1;
            turn.touch(timestamp);
        }
    }

    /// The number of the open turn; one without a prompt where the transcript begins in the middle.
    fn open_turn(&mut self) -> usize {
        if self.session.turns.is_empty() {
            self.session.turns.push(Turn::default());
        }
        self.session.turns.len() - 1
    }

    /// A turn that nothing answered asked for the model announced last.
    fn close_turn(&mut self) {
        let announced = &self.announced_model;
        if let Some(turn) = self.session.turns.last_mut().filter(|turn| !turn.is_answered()) {
            turn.requested_model.clone_from(announced);
        }
    }
}
