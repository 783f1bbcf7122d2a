//! What a request said: its blocks, in their order, each no longer than a span may carry.

use std::borrow::Cow;

use super::excerpt::{COMPLETION_CHARACTERS, Excerpt, THINKING_CHARACTERS};
use super::keep::Keep;
use crate::redaction::Redaction;
use crate::transcript::{Block, Content, Escaped};

/// What a request said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Its parts in their order; thinking and calls only where a tree is kept.
    pub parts: Vec<Part>,
    /// The bytes of all texts.
    bytes: usize,
    /// Their characters.
    characters: usize,
    /// How the last part ended as it was written, where that was replaced or cut.
    written_end: Option<Box<WrittenEnd>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct WrittenEnd {
    /// The number of the part.
    part: usize,
    text: String,
}

/// A part of what a request said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// To the user.
    Text(Excerpt),
    /// To itself.
    Thinking(Excerpt),
    /// A call of a tool: its id.
    Call(String),
}

/// What is asked of a part: its text, where it is of that kind.
type Kind = fn(&mut Part) -> Option<&mut Excerpt>;

impl Part {
    fn text(&mut self) -> Option<&mut Excerpt> {
        if let Part::Text(text) = self { Some(text) } else { None }
    }

    fn thinking(&mut self) -> Option<&mut Excerpt> {
        if let Part::Thinking(text) = self { Some(text) } else { None }
    }
}

impl Said {
    /// A text, whole or as much as is kept of one.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut said = Self::default();
        said.add(text, Redaction::default());
        said
    }

    /// These parts.
    #[cfg(test)]
    pub(crate) fn with(parts: Vec<Part>) -> Self {
        Self { parts, ..Self::default() }
    }

    /// All texts, joined: at most [`COMPLETION_CHARACTERS`].
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        let mut texts = self.texts();
        match (texts.next(), texts.next()) {
            (None, _) => Cow::Borrowed(""),
            (Some(one), None) => Cow::Borrowed(one),
            _ => Cow::Owned(self.texts().map(|text| &**text).collect()),
        }
    }

    /// The bytes of all texts.
    pub(super) fn text_bytes(&self) -> usize {
        self.bytes
    }

    /// Takes the content of a record.
    pub(super) fn take(&mut self, content: &Content<'_>, keep: Keep) {
        if keep.only_numbers {
            return;
        }
        if let Content::Text(text) = content {
            self.add(&text.text(), keep.redaction);
        }
        for block in content.blocks() {
            self.block(block, keep);
        }
    }

    fn block(&mut self, block: &Block<'_>, keep: Keep) {
        match block.kind.as_deref() {
            Some("text") => self.add(&block.text.as_ref().map(Escaped::text).unwrap_or_default(), keep.redaction),
            Some("thinking") if keep.tree => {
                self.think(&block.thinking.as_ref().map(Escaped::text).unwrap_or_default(), keep.redaction);
            }
            Some("tool_use") if keep.tree => self.parts.extend(block.id.as_deref().map(|id| Part::Call(id.to_owned()))),
            _ => {}
        }
    }

    fn add(&mut self, text: &str, redaction: Redaction) {
        if text.is_empty() {
            return;
        }
        let rest = self.behind_seam(Part::text, text, redaction);
        let excerpt = Excerpt::of(&rest, COMPLETION_CHARACTERS.saturating_sub(self.characters), redaction);
        self.bytes += excerpt.len();
        self.characters += excerpt.chars().count();
        self.push(Part::Text, excerpt, redaction.end(text));
    }

    fn think(&mut self, text: &str, redaction: Redaction) {
        if !text.is_empty() {
            let rest = self.behind_seam(Part::thinking, text, redaction);
            self.push(Part::Thinking, Excerpt::of(&rest, THINKING_CHARACTERS, redaction), redaction.end(text));
        }
    }

    fn push(&mut self, part: fn(Excerpt) -> Part, excerpt: Excerpt, end: &str) {
        let is_kept = excerpt.ends_with(end);
        self.written_end = (!is_kept).then(|| Box::new(WrittenEnd { part: self.parts.len(), text: end.to_owned() }));
        self.parts.push(part(excerpt));
    }

    /// The text without the end of a secret that began in the last one of its kind; nor is that shown there.
    fn behind_seam<'a>(&mut self, kind: Kind, text: &'a str, redaction: Redaction) -> Cow<'a, str> {
        let same = self.parts.iter_mut().enumerate().rev().find_map(|(part, last)| Some((part, kind(last)?)));
        let Some((part, last)) = same else { return Cow::Borrowed(text) };
        let written = self.written_end.as_ref().filter(|written| written.part == part);
        let before = written.map_or(last.as_str(), |written| &written.text);
        let Some(seam) = redaction.seam(before, text) else { return Cow::Borrowed(text) };
        if let Some(begun) = seam.begun(before).map(str::to_owned) {
            last.replace_end(&begun, &seam.mark);
        }
        Cow::Owned(seam.rest(text))
    }

    fn texts(&self) -> impl Iterator<Item = &Excerpt> {
        self.parts.iter().filter_map(|part| if let Part::Text(text) = part { Some(text) } else { None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::Record;

    fn said(content: &str, keep: Keep) -> Said {
        let line = format!(r#"{{"message":{{"content":{content}}}}}"#);
        let mut said = Said::default();
        said.take(&Record::of(&line).message.content, keep);
        said
    }

    const BLOCKS: &str = r#"[{"type":"thinking","thinking":"hm"},{"type":"thinking","thinking":""},
        {"type":"text","text":"a"},{"type":"tool_use","id":"t","name":"Bash"},{"type":"text","text":"b"}]"#;

    #[test]
    fn parts_are_kept_in_their_order_where_a_tree_wants_them() {
        let text = |text: &str| Part::Text(Excerpt::of(text, 9, Redaction::default()));
        assert_eq!(said(BLOCKS, Keep::default()).parts, [text("a"), text("b")]);
        let tree = Keep { tree: true, ..Keep::default() };
        let thinking = Part::Thinking(Excerpt::of("hm", 9, Redaction::default()));
        let all = [thinking, text("a"), Part::Call("t".to_owned()), text("b")];
        assert_eq!(said(BLOCKS, tree).parts, all);
        assert_eq!(said(BLOCKS, tree).text(), "ab");
        assert_eq!(said(r#""plain""#, tree).text(), "plain");
    }

    #[test]
    fn a_secret_in_two_texts_is_in_neither() {
        let [first, rest] = [concat!("gh", "p_0123456"), "789abcdefghijABCDEFGHIJ012345 b"];
        let secret = [first, rest].concat();
        for (texts, expected) in [
            ([first, rest], "[REDACTED:github-token] b"),
            ([&secret[..34], &secret[34..]], "[REDACTED:github-token] b"),
            (["password: ", "hunter2xyz b"], "password: [REDACTED:password] b"),
            (["a", "b"], "ab"),
        ] {
            let mut said = Said::default();
            for text in texts {
                said.add(text, Redaction::default());
            }
            assert_eq!(said.text(), expected, "{texts:?}");
            let mut thoughts = Said::default();
            for text in texts {
                thoughts.think(text, Redaction::default());
            }
            let shown: String =
                thoughts.parts.iter_mut().filter_map(|part| part.thinking().map(|text| text.to_string())).collect();
            assert_eq!(shown, expected, "{texts:?}");
        }
    }

    #[test]
    fn texts_are_cut_together() {
        let mut said = Said::of(&"ż".repeat(COMPLETION_CHARACTERS - 1));
        said.add("abc", Redaction::default());
        said.add("d", Redaction::default());
        assert_eq!(said.text().chars().count(), COMPLETION_CHARACTERS);
        assert!(said.text().ends_with("ża"));
        let cut: Vec<_> = said.texts().map(Excerpt::left_out).collect();
        assert_eq!(cut, [0, 2, 1]);
    }
}
