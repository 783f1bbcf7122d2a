//! Records that the client injected (`isMeta`): some continue the turn and count as one of its
//! follow-ups, some came with a prompt and do not.
//!
//! Measured on 997 turns whose count the client itself reported. These continue a turn: the
//! client's "go on" after a cut, refused or empty answer, a hook's feedback, the body of a skill
//! that a tool call loaded. These came with a prompt: the body of a typed command or skill, the
//! note on an image, the caveat before a local command.

use super::classify::joined;
use super::keep::Keep;
use super::turn::Turn;
use crate::transcript::{Record, Timestamp};

/// An injected record of which the next record decides whose it is.
#[derive(Debug)]
pub(super) struct Injected {
    prompt_id: Option<String>,
    /// Whether it continues the open turn, unless the next record says that it came with a prompt.
    continues: bool,
    /// Whether a local command follows.
    pub(super) is_caveat: bool,
    /// When it was written.
    pub(super) timestamp: Option<Timestamp>,
    /// What it says; only where a tree is kept.
    pub(super) text: String,
}

impl Injected {
    /// Takes the record as it stands behind `open`, the open turn.
    pub(super) fn new(record: &Record<'_>, open: Option<&Turn>, keep: Keep) -> Self {
        let content = &record.message.content;
        let first = content.texts().next().unwrap_or_default();
        let is_caveat = first.starts_with("<local-command-caveat>") || first.starts_with("Caveat:");
        // The body of what was prompted comes in blocks, and no tool call asked for it. Clients
        // that do not mark companions write it before any answer.
        let is_body = !content.blocks().is_empty() && record.source_tool_use_id.is_none();
        let goes_on = if record.is_turn_companion { !is_body } else { open.is_some_and(Turn::is_answered) };
        Self {
            prompt_id: record.prompt_id.clone().map(Into::into),
            continues: goes_on && !is_caveat,
            is_caveat,
            timestamp: record.timestamp(),
            text: if keep.tree { joined(content).into_owned() } else { String::new() },
        }
    }

    /// Whether it is a follow-up of the open turn. Right before a prompt it came with that prompt,
    /// unless its `promptId` is the open turn's and not the prompt's.
    pub(super) fn continues(&self, open: Option<&str>, prompt: Option<&Record<'_>>) -> bool {
        let prompt_id = self.prompt_id.as_deref();
        let of_open = prompt_id.is_some() && prompt_id == open;
        let of_prompt = |prompt: &Record<'_>| prompt.prompt_id.as_deref() == prompt_id;
        self.continues && prompt.is_none_or(|prompt| of_open && !of_prompt(prompt))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPANION: &str = r#""turnCompanion":true,"promptId":"p","#;
    const SKILL: &str = r#""turnCompanion":true,"promptId":"p","sourceToolUseID":"t","#;
    const PLAIN: &str = r#""promptId":"p","#;
    const BLOCKS: &str = r#"[{"type":"text","text":"Base directory for this skill: /x"}]"#;

    fn record(fields: &str, content: &str) -> String {
        format!(r#"{{"type":"user","isMeta":true,{fields}"message":{{"role":"user","content":{content}}}}}"#)
    }

    #[test]
    fn what_continues_a_turn_and_what_came_with_a_prompt() {
        let answered = Turn { response_model: Some("m".to_owned()), ..Turn::default() };
        let asked = Turn::default();
        // The injected record, the open turn, the promptId of a prompt right behind it.
        for (fields, content, open, next, expected) in [
            (COMPANION, r#""Go on.""#, &asked, None, true),
            (COMPANION, r#""Go on.""#, &answered, None, true),
            (COMPANION, r#""Go on.""#, &answered, Some("q"), true),
            (COMPANION, r#""Go on.""#, &answered, Some("p"), false),
            (COMPANION, BLOCKS, &asked, None, false),
            (SKILL, BLOCKS, &answered, None, true),
            (PLAIN, r#""Stop hook feedback: no""#, &answered, None, true),
            (PLAIN, BLOCKS, &asked, None, false),
            ("", r#""<system-reminder>x</system-reminder>""#, &answered, Some("q"), false),
            (PLAIN, r#""<local-command-caveat>x</local-command-caveat>""#, &answered, None, false),
        ] {
            let line = record(fields, content);
            let injected = Injected::new(&Record::of(&line), Some(open), Keep::default());
            let prompt = next.map(|id| format!(r#"{{"type":"user","promptId":"{id}"}}"#));
            let prompt = prompt.as_ref().map(|line| Record::of(line.as_str()));
            assert_eq!(injected.continues(Some("p"), prompt.as_ref()), expected, "{line} {next:?}");
        }
    }
}
