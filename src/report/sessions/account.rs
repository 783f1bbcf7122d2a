//! A session in the accounts.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::report::found::Found;
use crate::session::{Session, Used};
use crate::transcript::{Timestamp, Tokens};
use crate::warning::Warnings;

/// What is counted of one session.
#[derive(Debug)]
pub struct Account {
    pub(super) id: Box<str>,
    pub(super) project: Option<Arc<str>>,
    pub(super) started_at: Option<Timestamp>,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) client_versions: Box<[Arc<str>]>,
    pub(super) models: Box<[Arc<str>]>,
    pub(super) found: Found,
    pub(super) reported: Option<Box<Reported>>,
    pub(super) warnings: u64,
    /// A file in which nobody says anything is none.
    pub(super) is_session: bool,
}

/// Names, each once however many accounts have it.
#[derive(Debug, Default)]
pub(super) struct Interned(HashSet<Arc<str>>);

impl Interned {
    fn get(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return Arc::clone(known);
        }
        let name: Arc<str> = name.into();
        self.0.insert(Arc::clone(&name));
        name
    }
}

/// The client's own count by model, beside what the transcripts say of the same.
#[derive(Clone, Debug)]
pub(super) struct Reported {
    pub(super) theirs: BTreeMap<String, Tokens>,
    pub(super) ours: Used,
    pub(super) is_compacted: bool,
    pub(super) is_incomplete: bool,
}

impl Account {
    /// Of a session that has only what it owns, and of which there are these warnings.
    #[must_use]
    pub fn of(session: &Session, warnings: &Warnings) -> Self {
        let facts = &session.facts;
        let turns = session.turns.iter().filter(|turn| turn.is_sent(false)).count();
        let found = Found::of(session, turns as u64);
        Self {
            id: session.id.as_str().into(),
            project: session.shown_project().map(Into::into),
            started_at: facts.started_at,
            ended_at: facts.ended_at,
            client_versions: facts.client_versions().map(Into::into).collect(),
            models: facts.models.iter().map(|model| model.as_str().into()).collect(),
            found,
            reported: facts.reported.as_ref().map(|theirs| {
                Box::new(Reported {
                    theirs: theirs.0.clone(),
                    ours: facts.used.clone(),
                    is_compacted: facts.is_compacted,
                    is_incomplete: found.incomplete_requests > 0,
                })
            }),
            warnings: warnings.counts().values().sum(),
            is_session: facts.said > 0,
        }
    }

    /// The same in memory of the thread that keeps it, with names that all accounts have in common. A
    /// few bytes left between what a session needed for a moment would hold all of it.
    pub(super) fn kept(self, names: &mut Interned) -> Self {
        Self {
            id: self.id.as_ref().into(),
            project: self.project.map(|project| names.get(&project)),
            client_versions: self.client_versions.iter().map(|version| names.get(version)).collect(),
            models: self.models.iter().map(|model| names.get(model)).collect(),
            reported: self.reported.map(|reported| Box::new(reported.as_ref().clone())),
            ..self
        }
    }

    /// Sorts by the beginning, then by id; sessions without a time come last.
    pub(super) fn order(&self) -> (bool, Option<Timestamp>, &str) {
        (self.started_at.is_none(), self.started_at, &self.id)
    }
}
