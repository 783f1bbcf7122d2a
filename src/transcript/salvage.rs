//! All the records that a line holds, damaged or not.

use memchr::memmem;

use super::json::object_at_start;
use super::lenient::Any;
use super::record::{Record, stream};
use super::repair::repaired;

/// How the records began that clients wrote, for finding one behind damage.
pub(super) const BEGINNINGS: [&[u8]; 3] = [b"{\"parentUuid\":", b"{\"type\":\"", b"{\"uuid\":"];
/// How often a line's bytes may be parsed again while a record behind damage is looked for.
const EFFORT: usize = 4;

/// What could be made of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// All of it was read.
    Whole,
    /// All of it was read, after broken characters were replaced.
    Repaired,
    /// A part of it is no JSON.
    Damaged {
        /// Where that part begins, counted from 1.
        column: usize,
    },
}

/// Who reads what is not damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The fast reader, as far as it can.
    OurReader,
    /// `serde_json`, to compare with.
    SerdeJson,
}

/// Gives every record on a line to `take`: one, or several where two writers collided.
pub fn read_records(line: &[u8], take: &mut dyn FnMut(&Record<'_>)) -> State {
    read_records_by(By::OurReader, line, take)
}

/// As [`read_records`], for who compares readers.
pub fn read_records_by(by: By, line: &[u8], take: &mut dyn FnMut(&Record<'_>)) -> State {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let Err((read, column)) = read_all(by, line, take) else { return State::Whole };
    let rest = line.get(read..).unwrap_or_default();
    let fixed = repaired(rest);
    let behind = match fixed.as_deref().map(|fixed| (fixed, read_all(by, fixed, take))) {
        Some((fixed, Ok(()))) if !fixed.trim_ascii().is_empty() => return State::Repaired,
        Some((fixed, Err((read, _)))) => fixed.get(read..).unwrap_or_default(),
        _ => rest,
    };
    read_behind(behind, take);
    State::Damaged { column }
}

/// Reads up to the first damage: how many bytes are read until then, and its column.
fn read_all(by: By, line: &[u8], take: &mut dyn FnMut(&Record<'_>)) -> Result<(), (usize, usize)> {
    let mut rest = line;
    while by == By::OurReader
        && let Some((record, length)) = object_at_start::<Record<'_>>(rest)
    {
        take(&record);
        rest = rest.get(length..).unwrap_or_default();
    }
    let before = line.len() - rest.len();
    let mut records = stream(rest);
    loop {
        let read = records.byte_offset();
        match records.next() {
            Some(Ok(Any(record))) => take(&record),
            Some(Err(error)) => return Err((before + read, before + error.column())),
            None => return Ok(()),
        }
    }
}

/// Half a record, which a crash left, can stand before whole ones. What stands inside another
/// object is known by what follows it.
fn read_behind(line: &[u8], take: &mut dyn FnMut(&Record<'_>)) {
    let (mut budget, mut next) = (EFFORT * line.len(), 1);
    for at in memmem::find_iter(line, b"{\"") {
        let rest = line.get(at..).unwrap_or_default();
        if at < next || !BEGINNINGS.iter().any(|beginning| rest.starts_with(beginning)) {
            continue;
        }
        next = at + 1;
        let mut records = stream(rest);
        let read = loop {
            match records.next() {
                Some(Ok(record))
                    if stands_alone(rest.get(records.byte_offset()..)) && record.0.session_id.is_some() =>
                {
                    take(&record.0);
                    next = at + records.byte_offset();
                }
                Some(Err(error)) => break error.column(),
                _ => break records.byte_offset(),
            }
        };
        let Some(left) = budget.checked_sub(read) else { return };
        budget = left;
    }
}

/// Whether what follows an object lets it be no part of another.
fn stands_alone(behind: Option<&[u8]>) -> bool {
    !matches!(behind.unwrap_or_default().trim_ascii_start().first(), Some(b',' | b'}' | b']'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = r#"{"parentUuid":"u","sessionId":"s","type":"user","uuid":"v"}"#;

    fn read(line: &[u8]) -> (State, Vec<String>) {
        let mut uuids = Vec::new();
        let state = read_records(line, &mut |record| uuids.extend(record.uuid.clone().map(Into::into)));
        (state, uuids)
    }

    #[test]
    fn damage_costs_only_itself() {
        let damaged = |column| State::Damaged { column };
        for (line, state, records) in [
            (USER.to_owned(), State::Whole, 1),
            (format!("\u{feff}{USER}"), State::Whole, 1),
            (format!("{USER}{USER} {USER}"), State::Whole, 3),
            (String::new(), State::Whole, 0),
            (r#"{"uuid":"\ud83d"}"#.to_owned(), State::Repaired, 1),
            (format!("{USER}{}", USER.replace('v', "\\ud83d")), State::Repaired, 2),
            (format!("\0\0{USER}"), State::Repaired, 1),
            ("\0\0\0".to_owned(), damaged(1), 0),
            ("garbage".to_owned(), damaged(1), 0),
            (format!("garbage {USER}"), damaged(1), 1),
            (format!("{USER}garbage"), damaged(60), 1),
            (format!(r#"{{"type":"user","cut {USER}"#), damaged(23), 1),
            (format!(r#"{{"type":"user","cut {USER}{USER} and {USER}"#), damaged(23), 3),
            (format!("{USER}garbage{USER}garbage"), damaged(60), 2),
            (format!("cut{}{USER}", r#"{"type":"tool_reference","tool_name":"x"},"#.repeat(100)), damaged(1), 1),
            // A whole object inside a cut one is none of the file's records.
            (format!(r#"cut"data":{USER},"normalizedMessages":[]}}"#), damaged(1), 0),
            (r#"{"type":"user","message":{"content":[{"type":"text","text":"x"}"#.to_owned(), damaged(63), 0),
        ] {
            let (found, uuids) = read(line.as_bytes());
            assert_eq!((found, uuids.len()), (state, records), "{line:?}");
        }
    }
}
