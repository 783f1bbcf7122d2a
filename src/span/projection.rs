//! How sessions become spans: in which convention, in how many spans, with what of their content.

use super::identity::Identity;
use super::model::Span;
use super::redact::redact;
use super::scene::Scene;
use super::{claude_code, genai, moda, openinference};
use crate::redaction::Redaction;
use crate::session::{Keep, Session, Turn};

/// Whose names and attributes the spans have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Convention {
    /// Moda's instrumentor: one span a turn.
    #[default]
    Moda,
    /// OpenTelemetry's semantic conventions for GenAI.
    GenAi,
    /// OpenInference.
    OpenInference,
    /// The client's own traces.
    ClaudeCode,
}

/// How many spans a turn becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// One.
    #[default]
    Turns,
    /// One for the turn and each request, tool call and subagent of it.
    Full,
}

/// What of people's, models' and tools' words is in the spans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    /// Nothing but numbers and names.
    None,
    /// Prompts and answers.
    Prompts,
    /// All of it.
    #[default]
    Full,
}

/// How sessions become spans.
#[derive(Clone, Debug, Default)]
pub struct Projection {
    /// In which convention.
    pub convention: Convention,
    /// In how many spans.
    pub detail: Detail,
    /// With what content.
    pub content: Content,
    /// Whose sessions they are.
    pub identity: Identity,
    /// What is done about secrets.
    pub redaction: Redaction,
}

impl Convention {
    /// Its name on the command line and in the ledger.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Convention::Moda => "moda",
            Convention::GenAi => "genai",
            Convention::OpenInference => "openinference",
            Convention::ClaudeCode => "claude-code",
        }
    }

    /// The convention of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let all = [Convention::Moda, Convention::GenAi, Convention::OpenInference, Convention::ClaudeCode];
        all.into_iter().find(|convention| convention.name() == name)
    }

    /// How many spans a turn becomes where nobody says it.
    #[must_use]
    pub fn default_detail(self) -> Detail {
        if self == Convention::Moda { Detail::Turns } else { Detail::Full }
    }

    /// What must be kept of sessions to know which of their turns have spans.
    #[must_use]
    pub fn default_keep(self) -> Keep {
        Keep { adopts: self != Convention::Moda, ..Keep::default() }
    }

    /// Whether a span of this name is one of a turn, in any convention.
    #[must_use]
    pub fn is_turn(name: &str) -> bool {
        [moda::NAME, genai::TURN, openinference::TURN, claude_code::TURN].contains(&name)
    }
}

impl Projection {
    /// What must be kept of sessions for it.
    #[must_use]
    pub fn keep(&self) -> Keep {
        let tree = self.detail == Detail::Full;
        let tool_data = tree && self.content == Content::Full;
        Keep { tree, tool_data, redaction: self.redaction, ..self.convention.default_keep() }
    }

    /// The spans of a turn, that of the turn itself first, each after the one above it. The ids are
    /// made of `key`.
    #[must_use]
    pub fn spans(&self, session: &Session, turn: &Turn, key: &str) -> Vec<Span> {
        let scene = Scene { session, turn, key, projection: self };
        let mut spans = match self.convention {
            Convention::Moda => vec![moda::span(&scene)],
            Convention::GenAi => genai::spans(&scene),
            Convention::OpenInference => openinference::spans(&scene),
            Convention::ClaudeCode => claude_code::spans(&scene),
        };
        for span in &mut spans {
            redact(span, self.redaction);
        }
        spans
    }
}
