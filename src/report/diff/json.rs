//! Differences for programs: one object a turn, JSON lines.
//!
//! `{"state","session_id","project","trace_id","start","prompt","changes","reason","note"}`; what
//! there is nothing to say of is left out. Fields are added in later versions, none is changed.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::is_time;
use crate::compare::{Change, Compared, SeenValue, State};
use crate::report::escaping;
use crate::transcript::Timestamp;

/// Writes a line a turn.
pub(super) fn write(output: &mut impl Write, turns: &[Compared]) -> io::Result<()> {
    for turn in turns {
        escaping::write(output, &Line::of(turn))?;
        output.write_all(b"\n")?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Line<'a> {
    state: &'static str,
    session_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<String>,
    trace_id: &'a str,
    start: String,
    prompt: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<Difference<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
}

#[derive(Serialize)]
struct Difference<'a> {
    key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<Value>,
}

impl<'a> Line<'a> {
    fn of(turn: &'a Compared) -> Self {
        Self {
            state: turn.state.name(),
            session_id: &turn.session,
            project: turn.shown_project(),
            trace_id: &turn.trace_id,
            start: Timestamp::from(turn.started_at).to_string(),
            prompt: &turn.prompt,
            changes: turn.state.changes().iter().map(Difference::of).collect(),
            reason: if let State::Rejected { reason, .. } = &turn.state { Some(reason) } else { None },
            note: turn.note.as_deref(),
        }
    }
}

impl<'a> Difference<'a> {
    fn of(change: &'a Change) -> Self {
        let plain = |value: &Option<SeenValue>| value.as_ref().map(|value| plain(&change.key, value));
        Self { key: &change.key, old: plain(&change.old), new: plain(&change.new) }
    }
}

fn plain(key: &str, value: &SeenValue) -> Value {
    match value {
        SeenValue::Int(time) if is_time(key) => Timestamp::from(u64::try_from(*time).unwrap_or(0)).to_string().into(),
        SeenValue::Int(number) => (*number).into(),
        SeenValue::Text(text) => text.as_str().into(),
        SeenValue::Digest { characters, sha256 } => json!({"characters": characters, "sha256": sha256}),
        SeenValue::Other(json) => serde_json::from_str(json).unwrap_or_else(|_| json.as_str().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_has_these_keys() {
        let digest = SeenValue::Digest { characters: 3, sha256: "ab".to_owned() };
        let changes = vec![
            Change { key: "a".to_owned(), old: Some(SeenValue::Int(1)), new: Some(digest) },
            Change { key: "end".to_owned(), old: Some(SeenValue::Int(1_700_000_000_000_000_000)), new: None },
            Change { key: "c".to_owned(), old: Some(SeenValue::Other("[true]".to_owned())), new: None },
        ];
        let mut turn = Compared {
            session: "s".to_owned(),
            project: None,
            started_at: 1_700_000_000_000_000_000,
            prompt: "hello".to_owned(),
            trace_id: "00".to_owned(),
            state: State::Rejected { reason: "too old".to_owned(), changes },
            note: Some("told once".to_owned()),
        };
        let mut output = Vec::new();
        write(&mut output, std::slice::from_ref(&turn)).unwrap();
        (turn.project, turn.state, turn.note) = (Some("/shop".to_owned()), State::Gone, None);
        write(&mut output, &[turn]).unwrap();
        let expected = r#"{"state":"rejected","session_id":"s","trace_id":"00","start":"2023-11-14T22:13:20.000Z","prompt":"hello","changes":[{"key":"a","old":1,"new":{"characters":3,"sha256":"ab"}},{"key":"end","old":"2023-11-14T22:13:20.000Z"},{"key":"c","old":[true]}],"reason":"too old","note":"told once"}
{"state":"gone","session_id":"s","project":"/shop","trace_id":"00","start":"2023-11-14T22:13:20.000Z","prompt":"hello"}
"#;
        assert_eq!(String::from_utf8(output).unwrap(), expected);
    }
}
