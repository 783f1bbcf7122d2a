//! A tool call: a `tool_use` block joined to its result.

use super::arguments::arguments;
use super::course::Course;
use super::excerpt::{ARGUMENT_CHARACTERS, Excerpt, RESULT_CHARACTERS};
use super::keep::Keep;
use super::period::Period;
use super::tool_data::KeptData;
use crate::transcript::{Answer, Block, Input, Record};

/// How the result begins of a call that launched a subagent in the background; in subagents'
/// transcripts nothing else says so.
const LAUNCHED: &str = "Async agent launched";

/// A `tool_use` block joined to its result.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToolCall {
    /// The block's id.
    pub id: String,
    /// The request that made the call.
    pub request_id: String,
    /// The tool.
    pub name: String,
    /// The kind of subagent that it asks for, as `Explore`.
    pub subagent_type: Option<String>,
    /// Whether it launched a subagent that goes on in the background.
    pub is_background: bool,
    /// Whether its result came.
    pub is_answered: bool,
    /// Whether that is an error.
    pub is_error: bool,
    /// From the block's record to the result's.
    pub period: Period,
    /// What it was about; how far it went only where a tree is kept, the rest only where tool data is.
    pub data: KeptData,
}

impl ToolCall {
    /// The call that a block of a record makes.
    pub(super) fn of(block: &Block<'_>, id: String, request_id: &str, record: &Record<'_>, keep: Keep) -> Self {
        let mut call = Self { id, request_id: request_id.to_owned(), ..Self::default() };
        call.name = block.name.clone().map(Into::into).unwrap_or_default();
        call.period.touch(record.timestamp());
        if keep.tool_data {
            let input = Input::read(block.input.as_str());
            let data = call.data.get_mut();
            data.arguments = Some(arguments(block.input.as_str(), keep.redaction));
            data.command = input.command.map(|command| Excerpt::of(&command, ARGUMENT_CHARACTERS, keep.redaction));
            data.file_path = input.file_path.map(Into::into);
            data.skill = input.skill.map(Into::into);
        }
        call
    }

    /// Takes its result.
    pub(super) fn answer(&mut self, block: &Block<'_>, record: &Record<'_>, keep: Keep) {
        let result = &record.tool_use_result;
        self.is_background |= result.is_async || result.resumed_agent_id.is_some();
        self.is_answered = true;
        self.is_error |= block.is_error;
        self.period.touch(record.timestamp());
        if keep.tree {
            let Answer { text, seams } = Answer::read(block.content);
            self.is_background |= text.starts_with(LAUNCHED);
            let data = self.data.get_mut();
            data.course = Course::of(&text, record);
            let result = || Excerpt::joined(&text, &seams, RESULT_CHARACTERS, keep.redaction);
            data.result = keep.tool_data.then(result);
        }
    }

    /// Without what the tool was asked and answered.
    pub(super) fn bare(&self) -> Self {
        Self { data: self.data.bare(), ..self.clone() }
    }
}
