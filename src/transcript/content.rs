//! What a message says: one string, or blocks of text, thinking, tool calls and their results.

use std::borrow::Cow;

use serde::de::{Deserializer, IgnoredAny, SeqAccess};

use super::json::{Escaped, RawText, read_escaped, value};
use super::lenient::{Any, Lenient, object};
use super::number::Excess;
use super::repair::well_formed;

type Text<'a> = Option<Cow<'a, str>>;

/// Blocks that are read of a record. Real ones have up to some hundred, and one of three bytes takes
/// a hundred times as many in memory.
const MOST: usize = 100_000;

/// The content of a message: one string, or blocks.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Content<'a> {
    /// None, or of a type that says nothing.
    #[default]
    Nothing,
    /// The old form, still used for prompts.
    Text(Escaped<'a>),
    /// One block a record is usual, more are possible.
    Blocks(Vec<Block<'a>>),
}

/// What programs that descend from Gemini CLI have in place of a content; only that it is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts(pub bool);

impl<'de> Lenient<'de> for Parts {
    fn from_array<A: SeqAccess<'de>>(mut array: A) -> Result<Self, A::Error> {
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self(true))
    }
}

impl<'a> Content<'a> {
    /// The blocks, none for a string.
    #[must_use]
    pub fn blocks(&self) -> &[Block<'a>] {
        if let Content::Blocks(blocks) = self { blocks } else { &[] }
    }

    /// The texts: the string itself, or each text block's.
    pub fn texts(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let string = if let Content::Text(text) = self { Some(text) } else { None };
        let blocks = self.blocks().iter().filter(|block| block.is("text")).filter_map(|block| block.text.as_ref());
        string.into_iter().chain(blocks).map(Escaped::text)
    }
}

impl<'de> Lenient<'de> for Content<'de> {
    fn from_text(text: Cow<'de, str>) -> Self {
        Content::Text(Escaped::plain(text))
    }
    fn from_array<A: SeqAccess<'de>>(mut array: A) -> Result<Self, A::Error> {
        let mut blocks = Vec::new();
        while blocks.len() < MOST {
            let Some(Any(block)) = array.next_element::<Any<Block<'de>>>()? else { return Ok(Content::Blocks(blocks)) };
            blocks.push(block);
        }
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Content::Blocks(blocks))
    }
    fn excess(&self) -> Excess {
        Excess { number: false, parts: self.blocks().len() == MOST }
    }
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_escaped(deserializer)
    }
}

impl<'a> From<Escaped<'a>> for Content<'a> {
    fn from(text: Escaped<'a>) -> Self {
        Content::Text(text)
    }
}

object! {
    /// One content block.
    pub struct Block {
        /// `text`, `thinking`, `tool_use`, `tool_result`, ...
        kind: Text<'a> = b"type",
        /// Of `text`.
        text: Option<Escaped<'a>> = b"text",
        /// Of `thinking`; empty where only its signature was saved.
        thinking: Option<Escaped<'a>> = b"thinking",
        /// Of `tool_use`.
        id: Text<'a> = b"id",
        /// Of `tool_use`: the tool.
        name: Text<'a> = b"name",
        /// Of `tool_use`: what the tool is asked.
        input: RawText<'a> = b"input",
        /// Of `tool_result`: the call it answers.
        tool_use_id: Text<'a> = b"tool_use_id",
        /// Of `tool_result`: what the tool answered.
        content: RawText<'a> = b"content",
        /// Of `tool_reference`: the tool that was found.
        tool_name: Text<'a> = b"tool_name",
        /// Of `tool_result`: whether that is an error.
        is_error: bool = b"is_error",
    }
}

object! {
    /// What a tool is asked.
    pub struct Input {
        /// Of the tools that launch subagents: the subagent's prompt.
        prompt: Text<'a> = b"prompt",
        /// Of the same: which kind of subagent, as `Explore`.
        subagent_type: Text<'a> = b"subagent_type",
        /// Of the tools that run commands.
        command: Text<'a> = b"command",
        /// Of the tools that read or write a file.
        file_path: Text<'a> = b"file_path",
        /// Of the tool that runs skills.
        skill: Text<'a> = b"skill",
    }
}

impl Input<'_> {
    /// Reads a block's input.
    #[must_use]
    pub fn read(text: &str) -> Input<'_> {
        value(text).unwrap_or_default()
    }
}

/// What a tool answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer<'a> {
    /// As a text: of blocks what they say or hold, a line each; what is neither a text nor blocks stays as
    /// it stands in the line.
    pub text: Cow<'a, str>,
    /// Where in it a line feed joins two blocks.
    pub seams: Vec<usize>,
}

impl<'a> Answer<'a> {
    /// Reads a block's content.
    #[must_use]
    pub fn read(raw: RawText<'a>) -> Self {
        match well_formed(raw.as_str()) {
            Cow::Borrowed(json) => Self::of(json),
            Cow::Owned(json) => {
                let Answer { text, seams } = Answer::of(&json);
                Self { text: Cow::Owned(text.into_owned()), seams }
            }
        }
    }

    fn of(json: &'a str) -> Self {
        let text = match value(json) {
            Some(Content::Text(text)) => text.into_text(),
            Some(Content::Blocks(blocks)) => return Self::joined(&blocks.iter().map(told).collect::<Vec<_>>()),
            _ if json == "null" => Cow::Borrowed(""),
            _ => Cow::Borrowed(json),
        };
        Self { text, seams: Vec::new() }
    }

    fn joined(lines: &[Cow<'_, str>]) -> Self {
        let ends = lines.iter().scan(0, |behind, line| {
            *behind += line.len() + 1;
            Some(*behind - 1)
        });
        let seams = ends.take(lines.len().saturating_sub(1)).collect();
        Self { text: Cow::Owned(lines.join("\n")), seams }
    }
}

/// A block as a line of text.
fn told<'a>(block: &'a Block<'_>) -> Cow<'a, str> {
    match (block.kind.as_deref(), &block.text) {
        (Some("text"), Some(text)) => text.text(),
        (Some("tool_reference"), _) => Cow::Owned(format!("[{}]", block.tool_name.as_deref().unwrap_or("a tool"))),
        (kind, _) => Cow::Owned(format!("[{}]", kind.unwrap_or("something"))),
    }
}

impl Block<'_> {
    /// Whether this is a block of that kind.
    #[must_use]
    pub fn is(&self, kind: &str) -> bool {
        self.kind.as_deref() == Some(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_joined_at_seams() {
        let texts = |texts: &[&str]| {
            let blocks: Vec<_> = texts.iter().map(|text| format!(r#"{{"type":"text","text":"{text}"}}"#)).collect();
            Answer::read(RawText::of(&format!("[{}]", blocks.join(",")))).seams
        };
        assert_eq!(texts(&[]), [0_usize; 0]);
        assert_eq!(texts(&["a"]), [0_usize; 0]);
        assert_eq!(texts(&["ab", "", "ż", "c"]), [2, 3, 6]);
        assert_eq!(Answer::read(RawText::of(r#""a\nb""#)).seams, [0_usize; 0]);
    }

    #[test]
    fn every_form_of_an_answer_is_a_text() {
        for (raw, expected) in [
            (r#""a\nb""#, "a\nb"),
            (
                r#"[{"type":"text","text":"a"},{"type":"image","source":{"data":"iVBO"}},{"text":"b"}]"#,
                "a\n[image]\n[something]",
            ),
            (r#"[{"type":"tool_reference","tool_name":"WebFetch"}]"#, "[WebFetch]"),
            ("[]", ""),
            ("null", ""),
            ("", ""),
            (r#""cut \ud83d""#, "cut \u{fffd}"),
            (r#"{"odd":1}"#, r#"{"odd":1}"#),
            ("7", "7"),
        ] {
            assert_eq!(Answer::read(RawText::of(raw)).text, expected, "{raw}");
        }
    }
}
