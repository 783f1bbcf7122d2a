//! Differences for people: sessions, their turns as lines of a diff, what changed beneath, totals.

use std::io::{self, Write};

use anstyle::Style;

use super::excerpt::shown;
use super::whole::{Told, told};
use crate::compare::{Change, Compared, Counts, State};
use crate::report::numbers::{counted, grouped};
use crate::report::printable::printable;
use crate::report::style::{BAD, CARE, DIM, GOOD, HEADING, styled};
use crate::session::first_characters;
use crate::transcript::Timestamp;

/// Characters of a prompt that fit a line.
const PROMPT_CHARACTERS: usize = 70;

/// Writes the sessions that differ, and the totals.
pub(super) fn write(output: &mut impl Write, turns: &[Compared]) -> io::Result<()> {
    for session in turns.chunk_by(|one, other| one.session == other.session) {
        if !session.iter().all(|turn| turn.state.is_unchanged()) {
            heading(output, session)?;
            session.iter().try_for_each(|turn| write_turn(output, turn))?;
            writeln!(output)?;
        }
    }
    writeln!(output, "{}", styled(HEADING, &totals(Counts::of(turns))))
}

fn heading(output: &mut impl Write, turns: &[Compared]) -> io::Result<()> {
    let Some(first) = turns.first() else { return Ok(()) };
    let session = format!("Session {}", printable(&first.session));
    let project = first.shown_project().as_deref().map(printable).unwrap_or_default();
    let (began, number) = (Timestamp::from(first.started_at), counted(turns.len() as u64, "turn"));
    writeln!(output, "{}  {project}  {began}  {number}\n", styled(HEADING, &session))
}

fn write_turn(output: &mut impl Write, turn: &Compared) -> io::Result<()> {
    let (sign, style) = sign(&turn.state);
    let prompt = first_characters(&turn.prompt, PROMPT_CHARACTERS);
    let rest = if prompt.len() < turn.prompt.len() { "…" } else { "" };
    let line = format!("{sign} Turn {}  \"{}{rest}\"", Timestamp::from(turn.started_at), printable(prompt));
    write!(output, "{}", styled(style, &line))?;
    if let Some(note) = &turn.note {
        write!(output, "  {}", styled(DIM, &printable(note)))?;
    }
    writeln!(output)?;
    if let State::Rejected { reason, .. } = &turn.state {
        writeln!(output, "    {}", styled(BAD, &printable(reason)))?;
    }
    told(turn.state.changes()).iter().try_for_each(|told| write_told(output, told))
}

fn sign(state: &State) -> (char, Style) {
    match state {
        State::New => ('+', GOOD),
        State::Changed(_) => ('~', CARE),
        State::Unchanged => (' ', DIM),
        State::Gone => ('-', BAD),
        State::Rejected { .. } => ('!', BAD),
    }
}

fn write_told(output: &mut impl Write, told: &Told<'_>) -> io::Result<()> {
    match told {
        Told::Key(change) => write_change(output, change),
        Told::Span { label, is_new: true } => {
            writeln!(output, "    {}", styled(GOOD, &format!("+ span {}", printable(label))))
        }
        Told::Span { label, is_new: false } => {
            writeln!(output, "    {}", styled(BAD, &format!("- span {}", printable(label))))
        }
    }
}

fn write_change(output: &mut impl Write, change: &Change) -> io::Result<()> {
    let key = printable(&change.key);
    let (old, new) = shown(change);
    if let Some(old) = old {
        writeln!(output, "    {}", styled(BAD, &format!("- {key}  {old}")))?;
    }
    new.map_or(Ok(()), |new| writeln!(output, "    {}", styled(GOOD, &format!("+ {key}  {new}"))))
}

/// `12 turns: 1 new, 2 changed, 9 unchanged`.
fn totals(counts: Counts) -> String {
    let Counts { new, changed, unchanged, gone, rejected } = counts;
    let all = [(new, "new"), (changed, "changed"), (gone, "gone"), (rejected, "rejected"), (unchanged, "unchanged")];
    let some = all.into_iter().filter(|(number, _)| *number > 0);
    let parts: Vec<_> = some.map(|(number, state)| format!("{} {state}", grouped(number))).collect();
    let turns = counted(counts.turns(), "turn");
    if parts.is_empty() { turns } else { format!("{turns}: {}", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::SeenValue;

    fn turn(session: &str, state: State) -> Compared {
        Compared {
            session: session.to_owned(),
            project: Some("/shop\u{1b}".to_owned()),
            started_at: 1_700_000_000_000_000_000,
            prompt: "a\nb".to_owned(),
            trace_id: "00".to_owned(),
            state,
            note: None,
        }
    }

    #[test]
    fn it_reads_like_a_diff() {
        let change = |key: &str, old: Option<i64>, new: Option<i64>| Change {
            key: key.to_owned(),
            old: old.map(SeenValue::Int),
            new: new.map(SeenValue::Int),
        };
        let changes = vec![change("a", Some(1), Some(2)), change("b", None, Some(3)), change("c\u{7}", Some(4), None)];
        let mut waiting = turn("s", State::New);
        waiting.note = Some("waits until it is settled".to_owned());
        let rejected =
            State::Rejected { reason: "too old\u{1b}".to_owned(), changes: vec![change("d", Some(5), None)] };
        let all = [
            turn("alike", State::Unchanged),
            turn("s", State::Unchanged),
            waiting,
            turn("s", State::Changed(changes)),
            turn("s", State::Gone),
            turn("s", rejected),
        ];
        let mut output = anstream::StripStream::new(Vec::new());
        write(&mut output, &all).unwrap();
        let expected = "Session s  /shop\\u{1b}  2023-11-14T22:13:20.000Z  5 turns

  Turn 2023-11-14T22:13:20.000Z  \"a\\nb\"
+ Turn 2023-11-14T22:13:20.000Z  \"a\\nb\"  waits until it is settled
~ Turn 2023-11-14T22:13:20.000Z  \"a\\nb\"
    - a  1
    + a  2
    + b  3
    - c\\u{7}  4
- Turn 2023-11-14T22:13:20.000Z  \"a\\nb\"
! Turn 2023-11-14T22:13:20.000Z  \"a\\nb\"
    too old\\u{1b}
    - d  5

6 turns: 1 new, 1 changed, 1 gone, 1 rejected, 2 unchanged
";
        assert_eq!(String::from_utf8(output.into_inner()).unwrap(), expected);
    }

    #[test]
    fn where_there_is_nothing_only_that_is_said() {
        assert_eq!(totals(Counts::default()), "0 turns");
    }
}
