//! The dry run for people: sessions, their turns, the attributes aligned, the totals.

use std::io::{self, Write};

use super::found::Found;
use super::numbers::{counted, grouped};
use super::printable::printable;
use super::style::{BAD, DIM, GOOD, HEADING, styled};
use crate::session::{Session, first_characters};
use crate::span::{Attribute, Span, Status, Value, keys};
use crate::transcript::{Timestamp, Tokens};

/// Characters of a value that fit a line; the JSON formats print all.
const VALUE_CHARACTERS: usize = 90;
/// Characters of a prompt in a turn's heading.
const HEADING_CHARACTERS: usize = 70;

/// Writes a heading a session and a paragraph a turn.
pub(super) fn session(output: &mut impl Write, session: &Session, spans: &[Span]) -> io::Result<()> {
    let Some(first) = spans.first() else { return Ok(()) };
    let heading = format!("Session {}", printable(&session.id));
    let place = session.facts.project.as_deref().map(printable).unwrap_or_default();
    let began = Timestamp::from(first.started_at);
    writeln!(output, "{}  {place}  {began}  {}\n", styled(HEADING, &heading), counted(spans.len() as u64, "turn"))?;
    for (span, number) in spans.iter().zip(1_u64..) {
        turn(output, span, number)?;
    }
    Ok(())
}

fn turn(output: &mut impl Write, span: &Span, number: u64) -> io::Result<()> {
    let prompt = span.attributes.iter().find(|attribute| attribute.key == keys::GEN_AI_PROMPT);
    let prompt = prompt.map(|prompt| shortened(&prompt.value, HEADING_CHARACTERS)).unwrap_or_default();
    writeln!(output, "  {} {}", styled(HEADING, &format!("Turn {number}")), styled(HEADING, &prompt))?;
    let (began, ended) = (Timestamp::from(span.started_at), Timestamp::from(span.ended_at));
    let status = match &span.status {
        Status::Ok => styled(GOOD, "OK"),
        Status::Error(message) => styled(BAD, &format!("ERROR {}", beginning(message, VALUE_CHARACTERS))),
    };
    writeln!(output, "  {began} + {:.3} s  {status}", ended.seconds_since(began))?;
    writeln!(output, "  {}", styled(DIM, &format!("trace {}  span {}", span.trace_id, span.span_id)))?;
    let width = span.attributes.iter().map(|attribute| attribute.key.len()).max().unwrap_or_default();
    for attribute in &span.attributes {
        writeln!(output, "    {}  {}", styled(DIM, &format!("{:width$}", attribute.key)), value(attribute))?;
    }
    writeln!(output)
}

fn value(attribute: &Attribute) -> String {
    shortened(&attribute.value, VALUE_CHARACTERS)
}

/// The value on one line, and how much of a text is left out.
fn shortened(value: &Value, limit: usize) -> String {
    match value {
        Value::Int(number) => u64::try_from(*number).map_or_else(|_| number.to_string(), grouped),
        Value::Text(text) => beginning(text, limit),
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
