//! A session's main chain, record by record, in the order of the file.
//!
//! File order decides which turn a record belongs to, except where an id knows better: the lines
//! of one response and the results of its calls belong where the response began.

use std::borrow::Cow;

use foldhash::HashSet;

use super::Session;
use super::attach::attach;
use super::classify::{PromptKind, UserRecord, classify, joined, seams, slash_command, turn_origin};
use super::event::Event;
use super::facts::Facts;
use super::failed_request::{FailedRequest, Failure};
use super::injected::Injected;
use super::keep::Keep;
use super::queued::Queued;
use super::settling::close;
use super::sidechains::Sidechains;
use super::subagent::Sidechain;
use super::turn::{Prompt, Turn};
use super::work::{SYNTHETIC, Work};
use crate::transcript::{Record, Timestamp, digest};

/// What the client writes after a resume where no answer was wanted; it answers nothing.
const NO_RESPONSE: &str = "No response requested.";

/// A session in the making.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    id: String,
    keep: Keep,
    facts: Facts,
    turns: Vec<Turn>,
    work: Work,
    sidechains: Sidechains,
    queued: Queued,
    /// Records taken, by `uuid`: a file can hold one twice, and a session can be kept in two files.
    seen: HashSet<u64>,
    /// Injected records that may belong to this turn or to the next one.
    injected: Vec<Injected>,
    /// The model that the newest `model` attachment names.
    announced_model: Option<String>,
}

impl Builder {
    pub(crate) fn new(id: String, started_at: Option<Timestamp>, keep: Keep) -> Self {
        let (work, sidechains) = (Work::new(keep), Sidechains::new(keep));
        let mut builder = Self { id, keep, work, sidechains, ..Self::default() };
        builder.facts.started_at = started_at;
        builder
    }

    /// Takes the next record of the main transcript.
    pub(crate) fn take(&mut self, record: &Record<'_>) {
        let seen = self.is_seen(record);
        self.facts.take(record);
        self.facts.last_at = record.timestamp().or(self.facts.last_at);
        match record.kind.as_deref() {
            _ if record.is_sidechain => self.sidechains.take_inline(record, self.work.launches(), seen),
            Some("assistant") => self.assistant(record, seen),
            _ if seen => {}
            Some("user") => self.user(record),
            Some("system") => self.system(record),
            Some("attachment") => self.attachment(record),
            Some("progress") => self.work.launches().goes_on(record),
            _ => {}
        }
    }

    /// Takes the next record of the transcript of subagent `id`.
    pub(crate) fn take_of_subagent(&mut self, id: &str, record: &Record<'_>) {
        let seen = self.is_seen(record);
        self.facts.take(record);
        self.sidechains.take(id, record, seen);
    }

    /// The subagent `id`, to be told what its sidecar file says.
    pub(crate) fn sidechain(&mut self, id: &str) -> &mut Sidechain {
        self.sidechains.of(id)
    }

    /// The session, complete.
    pub(crate) fn finish(mut self) -> Session {
        self.close_injected(None);
        self.close_turn();
        let mut turns = self.turns;
        let launches = std::mem::take(self.work.launches());
        self.work.hand_to(&mut turns);
        close(&mut turns);
        let strays = attach(&mut turns, launches, self.sidechains.into_vec());
        // A clock can be set back, and a copied history is older than the session.
        self.facts.ended_at = self.facts.ended_at.max(self.facts.started_at);
        Session { id: self.id, facts: self.facts, turns, strays, ..Session::default() }
    }

    /// Whether a record with its id was taken before.
    fn is_seen(&mut self, record: &Record<'_>) -> bool {
        record.own_id().is_some_and(|uuid| !self.seen.insert(digest(uuid.as_bytes())))
    }

    fn user(&mut self, record: &Record<'_>) {
        match classify(record) {
            UserRecord::ToolResult => {
                self.close_injected(None);
                let turn = self.work.results(record);
                self.follow_up(turn, record.timestamp());
                self.happened(Event::of_result(record));
            }
            UserRecord::Interrupt => {
                self.close_injected(None);
                self.follow_up(None, record.timestamp());
                self.work.interrupt(self.turns.len() - 1);
                if let Some(turn) = self.turns.last_mut() {
                    turn.is_interrupted = true;
                }
                self.happened(Some(Event::interrupt(record)));
            }
            UserRecord::Injected => self.injected.push(Injected::new(record, self.turns.last(), self.keep)),
            UserRecord::Prompt(_, text) if self.queued.was_given(record, &text) => {}
            UserRecord::Prompt(kind, text) => self.prompt(record, kind, &text),
            // Compacted within the turn; after `/compact` it has no origin.
            UserRecord::CompactSummary if record.turn_origin.is_some() => {
                self.work.asks(record.timestamp(), &joined(&record.message.content));
                self.follow_up(None, record.timestamp());
            }
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
        if kind == PromptKind::Machine {
            self.work.launches().notified(text);
        }
        self.close_injected(Some(record));
        self.close_turn();
        self.work.prompt(record.timestamp());
        self.turns.push(Turn {
            prompt_id: record.prompt_id.clone().map(Into::into),
            prompt: Some(Prompt {
                uuid: record.own_id().map(str::to_owned),
                copied_from: record.copied_from().map(str::to_owned),
                kind,
                origin: turn_origin(record, kind),
                ..Prompt::joined(text, &seams(record, text), self.keep.redaction)
            }),
            client_version: record.version.clone().map(Into::into),
            started_at: record.timestamp(),
            ended_at: record.timestamp(),
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
        } else if FailedRequest::is_told_by(record) && !seen {
            self.work.failed(turn, record);
        }
        if !seen {
            self.answered(turn, record);
        }
    }

    /// What an assistant record says of its turn.
    fn answered(&mut self, turn: usize, record: &Record<'_>) {
        let announced = &self.announced_model;
        let Some(turn) = self.turns.get_mut(turn) else { return };
        if !turn.is_answered() {
            turn.requested_model = record.requested_model.clone().map(Into::into).or_else(|| announced.clone());
        }
        turn.response_model = record.message.model.clone().map(Into::into).or_else(|| turn.response_model.take());
        turn.failure = record.is_api_error.then(|| Failure::of(record, self.keep.redaction));
        turn.client_version = turn.client_version.take().or_else(|| record.version.clone().map(Into::into));
        turn.answered_at = record.timestamp().or(turn.answered_at);
        turn.touch(record.timestamp());
    }

    /// What a command printed belongs to the command, if it is still the open turn.
    fn command_output(&mut self, record: &Record<'_>) {
        let is_command = |prompt: &Prompt| matches!(prompt.kind, PromptKind::Command | PromptKind::Shell);
        let open = self.turns.last_mut().filter(|turn| turn.prompt.as_ref().is_some_and(is_command));
        if let Some(turn) = open {
            turn.touch(record.timestamp());
            turn.has_output = true;
        }
    }

    fn system(&mut self, record: &Record<'_>) {
        let text = record.content.as_deref().unwrap_or_default();
        let bare = text.starts_with('/').then_some(Cow::Borrowed(text));
        match (record.subtype.as_deref(), slash_command(text).or(bare)) {
            (Some("local_command"), Some(command)) => self.prompt(record, PromptKind::Command, &command),
            (Some("local_command"), None) => self.command_output(record),
            (Some(subtype), _) => {
                self.work.system(record);
                if let Some(turn) = self.turns.last_mut() {
                    turn.event(subtype, record);
                }
                // A prompt that a hook stopped since 2.1.330 leaves no turn.
                let is_of_turn =
                    !record.prevents_continuation || self.turns.last().is_some_and(|turn| turn.is_prevented);
                self.happened(Event::of_system(record, self.keep.redaction).filter(|_| is_of_turn));
            }
            _ => {}
        }
    }

    fn attachment(&mut self, record: &Record<'_>) {
        let attachment = &record.attachment;
        match (attachment.kind.as_deref(), attachment.command_mode.as_deref()) {
            (Some("model"), _) => self.announced_model = attachment.identity.model_id.clone().map(Into::into),
            (Some("queued_command"), Some("task-notification")) => {
                attachment.prompt.texts().for_each(|text| self.work.launches().notified(&text));
            }
            (Some("queued_command"), Some("prompt")) => self.queued(record),
            _ => self.happened(Event::of_attachment(record, self.keep.redaction)),
        }
    }

    /// Something happened in the open turn.
    fn happened(&mut self, event: Option<Event>) {
        let turn = self.turns.last_mut().filter(|_| self.keep.tree);
        if let (Some(turn), Some(event)) = (turn, event) {
            event.join(&mut turn.events);
        }
    }

    /// A prompt that was given while a turn ran, and taken into it, has no user record. What the
    /// SDK was given then goes on with the turn (measured live); of a person it is a turn.
    fn queued(&mut self, record: &Record<'_>) {
        let source = record.attachment.source_uuid.as_deref();
        let known = source.is_some_and(|uuid| !self.seen.insert(digest(uuid.as_bytes())));
        let text = joined(&record.attachment.prompt);
        match (known, Queued::goes_on(record)) {
            (true, _) => {}
            (false, true) => self.work.asks(record.timestamp(), &text),
            (false, false) => {
                self.queued.give(record, &text);
                self.prompt(record, Queued::kind(record, &text), &text);
            }
        }
    }

    /// Decides whose the injected records are, now that the next record is known.
    fn close_injected(&mut self, prompt: Option<&Record<'_>>) {
        let open = self.turns.last().and_then(|turn| turn.prompt_id.clone());
        for injected in std::mem::take(&mut self.injected) {
            if injected.continues(open.as_deref(), prompt) {
                self.work.asks(injected.timestamp, &injected.text);
                self.follow_up(None, injected.timestamp);
            }
        }
    }

    /// A local command that the SDK gave while a turn runs, as to switch the model. It goes with
    /// the turn's own `promptId`, and starts no turn.
    fn is_aside(&self, record: &Record<'_>) -> bool {
        let open = self.turns.last().filter(|turn| record.is_of_sdk() && turn.is_answered());
        let prompt_id = open.and_then(|turn| turn.prompt_id.as_deref());
        record.turn_origin.is_none() && prompt_id.is_some() && record.prompt_id.as_deref() == prompt_id
    }

    /// Counts a user record of `turn`, by default the open one.
    fn follow_up(&mut self, turn: Option<usize>, timestamp: Option<Timestamp>) {
        let turn = turn.unwrap_or_else(|| self.open_turn());
        if let Some(turn) = self.turns.get_mut(turn) {
            turn.follow_ups += 1;
            turn.touch(timestamp);
        }
    }

    /// The number of the open turn; one without a prompt where the transcript begins in the middle.
    fn open_turn(&mut self) -> usize {
        if self.turns.is_empty() {
            self.turns.push(Turn::default());
        }
        self.turns.len() - 1
    }

    /// A turn that nothing answered asked for the model announced last.
    fn close_turn(&mut self) {
        let announced = &self.announced_model;
        if let Some(turn) = self.turns.last_mut().filter(|turn| !turn.is_answered()) {
            turn.requested_model.clone_from(announced);
        }
    }
}
