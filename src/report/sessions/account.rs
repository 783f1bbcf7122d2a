//! A session in the accounts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report::found::Found;
use crate::session::{Session, Used};
use crate::transcript::{Timestamp, Tokens};
use crate::warning::Warnings;

/// What is counted of one session.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    pub(super) id: String,
    pub(super) project: Option<String>,
    pub(super) started_at: Option<Timestamp>,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) client_versions: Vec<String>,
    pub(super) models: Vec<String>,
    pub(super) found: Found,
    pub(super) reported: Option<Reported>,
    pub(super) warnings: u64,
    /// A file in which nobody says anything is none.
    pub(super) is_session: bool,
}

/// The client's own count by model, beside what the transcripts say of the same.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
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
            id: session.id.clone(),
            project: session.shown_project(),
            started_at: facts.started_at,
            ended_at: facts.ended_at,
            client_versions: facts.client_versions().map(str::to_owned).collect(),
            models: facts.models.clone(),
            found,
            reported: facts.reported.as_ref().map(|theirs| Reported {
                theirs: theirs.0.clone(),
                ours: facts.used.clone(),
                is_compacted: facts.is_compacted,
                is_incomplete: found.incomplete_requests > 0,
            }),
            warnings: warnings.counts().values().sum(),
            is_session: facts.said > 0,
        }
    }
}
