//! The dry run for people: sessions, their turns, the attributes aligned, the totals.

use std::collections::HashMap;
use std::io::{self, Write};

use super::dry_run::Place;
use super::found::Found;
use super::numbers::{counted, grouped};
use super::printable::printable;
use super::style::{BAD, DIM, GOOD, HEADING, styled};
use crate::session::{Session, first_characters};
use crate::span::{Attribute, Span, Status, Value, keys};
use crate::transcript::{Timestamp, Tokens};

/// Characters of a value that fit a line; the JSON formats print all.
const VALUE_CHARACTERS: usize = 90;
/// Where the conventions have the prompt.
const PROMPTS: [&str; 3] = [keys::GEN_AI_PROMPT, keys::openinference::INPUT_VALUE, keys::claude_code::USER_PROMPT];
/// Characters of a prompt in a turn's heading.
const HEADING_CHARACTERS: usize = 70;

/// Writes a paragraph a turn, with a heading for its session before the first.
pub(super) fn turn(output: &mut impl Write, session: &Session, place: Place, spans: &[Span]) -> io::Result<()> {
    let Some(root) = spans.first() else { return Ok(()) };
    if place.number == 1 {
        heading(output, session, root, place.of)?;
    }
    let prompt = root.attributes.iter().find(|attribute| PROMPTS.contains(&attribute.key.as_str()));
    let prompt = prompt.map(|prompt| shortened(&prompt.value, HEADING_CHARACTERS)).unwrap_or_default();
    writeln!(output, "  {} {}", styled(HEADING, &format!("Turn {}", place.number)), styled(HEADING, &prompt))?;
    writeln!(output, "  {} + {}", Timestamp::from(root.started_at), length_and_end(root))?;
    writeln!(output, "  {}", styled(DIM, &format!("trace {}  span {}", root.trace_id, root.span_id)))?;
    said(output, root, "    ")?;
    let mut depths = HashMap::from([(root.span_id, 0)]);
    for span in spans.iter().skip(1) {
        let depth = span.parent_id.and_then(|parent| depths.get(&parent)).map_or(1, |above| above + 1);
        depths.insert(span.span_id, depth);
        below(output, root, span, &"  ".repeat(depth + 1))?;
    }
    writeln!(output)
}

fn heading(output: &mut impl Write, session: &Session, root: &Span, turns: u64) -> io::Result<()> {
    let heading = format!("Session {}", printable(&session.id));
    let place = session.shown_project().as_deref().map(printable).unwrap_or_default();
    let began = Timestamp::from(root.started_at);
    writeln!(output, "{}  {place}  {began}  {}\n", styled(HEADING, &heading), counted(turns, "turn"))
}

/// A span below a turn, with its distance from the turn's beginning.
fn below(output: &mut impl Write, root: &Span, span: &Span, indent: &str) -> io::Result<()> {
    let after = Timestamp::from(span.started_at).seconds_since(Timestamp::from(root.started_at));
    let name = styled(HEADING, &printable(&span.name));
    writeln!(output, "{indent}{name}  after {after:.3} s, {}", length_and_end(span))?;
    writeln!(output, "{indent}{}", styled(DIM, &format!("span {}", span.span_id)))?;
    said(output, span, &format!("{indent}  "))
}

/// `0.497 s  OK`.
fn length_and_end(span: &Span) -> String {
    let (began, ended) = (Timestamp::from(span.started_at), Timestamp::from(span.ended_at));
    let status = match &span.status {
        Status::Unset => String::new(),
        Status::Ok => format!("  {}", styled(GOOD, "OK")),
        Status::Error(message) => {
            format!("  {}", styled(BAD, &format!("ERROR {}", beginning(message, VALUE_CHARACTERS))))
        }
    };
    format!("{:.3} s{status}", ended.seconds_since(began))
}

/// Attributes, aligned, and events.
fn said(output: &mut impl Write, span: &Span, indent: &str) -> io::Result<()> {
    let width = span.attributes.iter().map(|attribute| attribute.key.len()).max().unwrap_or_default();
    for attribute in &span.attributes {
        writeln!(
            output,
            "{indent}{}  {}",
            styled(DIM, &format!("{:width$}", printable(&attribute.key))),
            value(attribute)
        )?;
    }
    for event in &span.events {
        let after = Timestamp::from(event.at).seconds_since(Timestamp::from(span.started_at));
        let values: Vec<_> =
            event.attributes.iter().map(|one| format!("{} {}", printable(&one.key), value(one))).collect();
        writeln!(output, "{indent}{}  after {after:.3} s  {}", styled(DIM, event.name), values.join("  "))?;
    }
    Ok(())
}

fn value(attribute: &Attribute) -> String {
    shortened(&attribute.value, VALUE_CHARACTERS)
}

/// The value on one line, and how much of a text is left out.
fn shortened(value: &Value, limit: usize) -> String {
    match value {
        Value::Int(number) => u64::try_from(*number).map_or_else(|_| number.to_string(), grouped),
        Value::Text(text) => beginning(text, limit),
        Value::Flag(flag) => flag.to_string(),
        Value::Texts(texts) => beginning(&texts.join(", "), limit),
    }
}

fn beginning(text: &str, limit: usize) -> String {
    let first = first_characters(text, limit);
    let left_out = text.chars().count() - first.chars().count();
    let rest = if left_out > 0 { format!("… +{} characters", grouped(left_out as u64)) } else { String::new() };
    printable(first) + &rest
}

/// Writes what all sessions come to.
pub(super) fn totals(output: &mut impl Write, found: &Found) -> io::Result<()> {
    writeln!(output, "{}", styled(HEADING, "Totals"))?;
    let counts = [
        ("sessions", found.sessions),
        ("turns", found.turns),
        ("requests", found.requests),
        ("tool calls", found.tool_calls),
        ("subagents", found.subagents),
        ("duplicate requests", found.duplicate_requests),
        ("incomplete requests", found.incomplete_requests),
    ];
    for (name, count) in counts {
        writeln!(output, "  {name:<20} {:>15}", grouped(count))?;
    }
    tokens(output, "tokens in", "tokens out", found.tokens)?;
    if found.subagents > 0 || found.subagent_tokens != Tokens::default() {
        tokens(output, "subagents' in", "subagents' out", found.subagent_tokens)?;
    }
    Ok(())
}

fn tokens(output: &mut impl Write, prompt: &str, generated: &str, tokens: Tokens) -> io::Result<()> {
    let (read, written) = (grouped(tokens.cache_read), grouped(tokens.cache_creation));
    writeln!(
        output,
        "  {prompt:<20} {:>15}  ({read} read from the cache, {written} written to it)",
        grouped(tokens.prompt())
    )?;
    writeln!(output, "  {generated:<20} {:>15}", grouped(tokens.output))
}
