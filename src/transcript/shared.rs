//! Which requests stand in several sessions: histories that were copied.
//!
//! A request counts once, and with what all its copies say of it. So all transcripts are looked
//! through for the ids of their messages before any is read whole. That costs 0.08
//! CPU seconds for 300 MB, a quarter of a dry run.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};
use std::thread;

use memchr::memmem::Finder;

use super::digest::digest;
use super::discover::SessionFiles;
use super::file::{FileState, rest};
use super::glance::{scalar, string};
use super::holders::{Holders, Sharers};
use super::lines::Lines;
use super::salvage::read_records;
use crate::ordered::in_order;

/// Requests that stand in more than one session.
#[derive(Debug, Default)]
pub struct Shared {
    sharers: Sharers,
    /// The sessions that hold any of them.
    sessions: HashSet<String>,
    /// Of the requests that were watched for, those that stand in any session.
    met: HashSet<u64>,
}

impl Shared {
    /// Looks through the sessions' transcripts, and out for the requests of which these are the
    /// digests.
    #[must_use]
    pub fn among(sessions: &[&SessionFiles], watched: &HashSet<u64>) -> Self {
        let mut shared = Self::default();
        if sessions.len() < 2 && watched.is_empty() {
            return shared;
        }
        let found = Mutex::new((Holders::default(), HashSet::new()));
        let threads = thread::available_parallelism().map_or(1, Into::into);
        let numbered = sessions.iter().enumerate().collect();
        let look = |(number, session): (usize, &&SessionFiles)| {
            let ids = ids(session);
            let (holders, met) = &mut *found.lock().unwrap_or_else(PoisonError::into_inner);
            met.extend(ids.iter().filter(|id| watched.contains(id)));
            holders.add(number, ids);
        };
        let Ok(()) = in_order(numbered, threads, sessions.len(), look, |()| Ok::<_, Infallible>(()));
        let (holders, met) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        (shared.sharers, shared.met) = (holders.sharers(), met);
        let sharers = sessions.iter().enumerate().filter(|(number, _)| shared.sharers.contains(*number));
        shared.sessions = sharers.map(|(_, session)| session.id.clone()).collect();
        shared
    }

    /// Looks through the transcripts of all sessions that there are.
    #[must_use]
    pub fn of(sessions: &[SessionFiles]) -> Self {
        Self::among(&sessions.iter().collect::<Vec<_>>(), &HashSet::new())
    }

    /// How many sessions hold a request: none where it is not shared, any number where that is not
    /// known.
    #[must_use]
    pub fn holders(&self, request: &str) -> usize {
        self.sharers.holders(digest(request.as_bytes()))
    }

    /// Whether a request that was watched for stands in any of the sessions.
    #[must_use]
    pub fn met(&self, request: &str) -> bool {
        self.met.contains(&digest(request.as_bytes()))
    }

    /// Whether a session holds anything that another one holds.
    #[must_use]
    pub fn has_sharer(&self, session: &SessionFiles) -> bool {
        self.sessions.contains(&session.id)
    }
}

/// The ids of a session's messages, digested. What cannot be read is reported when it is read whole.
fn ids(session: &SessionFiles) -> foldhash::HashSet<u64> {
    let mut ids = foldhash::HashSet::default();
    for file in &session.states {
        let _ = look_through(file, &mut ids);
    }
    ids
}

fn look_through(file: &FileState, ids: &mut foldhash::HashSet<u64>) -> std::io::Result<()> {
    let mut lines = Lines::new(file.open()?).asking(rest);
    let finder = Finder::new(MESSAGE);
    while let Some(line) = lines.next_line()? {
        of_line(line.bytes, &finder, &mut |id| {
            ids.insert(digest(id));
        });
    }
    Ok(())
}

const MESSAGE: &[u8] = b"\"message\"";

/// Gives the id of every message on a line to `take`. A line that does not tell it at once is
/// parsed.
fn of_line(line: &[u8], finder: &Finder<'_>, take: &mut dyn FnMut(&[u8])) {
    let mut messages = finder.find_iter(line).filter_map(|at| line.get(at + MESSAGE.len()..));
    if !messages.all(|rest| of_message(rest, take).is_some()) {
        read_records(line, &mut |record| record.request_key().into_iter().for_each(|key| take(key.as_bytes())));
    }
}

/// Reads a message's first keys, up to its id. `None` where these do not tell.
fn of_message(rest: &[u8], take: &mut dyn FnMut(&[u8])) -> Option<()> {
    let Some(mut rest) = behind(rest, b":").and_then(|rest| behind(rest, b"{")) else { return Some(()) };
    loop {
        let (key, value) = string(rest)?;
        let value = behind(value, b":")?;
        match (key, string(value)) {
            (b"id", Some((id, _))) if !id.is_empty() => {
                take(id);
                return Some(());
            }
            (b"id", _) => return None,
            (b"role", Some((role, _))) if role != b"assistant" => return Some(()),
            _ => {}
        }
        rest = behind(scalar(value)?, b",")?;
    }
}

/// What follows a sign, and the white space around it.
fn behind<'a>(bytes: &'a [u8], sign: &[u8]) -> Option<&'a [u8]> {
    bytes.trim_ascii_start().strip_prefix(sign).map(<[u8]>::trim_ascii_start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Vec<String> {
        let mut ids = Vec::new();
        of_line(line.as_bytes(), &Finder::new(MESSAGE), &mut |id| ids.push(String::from_utf8(id.to_vec()).unwrap()));
        ids
    }

    #[test]
    fn the_id_of_every_message_is_found() {
        for (line, expected) in [
            (r#"{"type":"assistant","message":{"id":"a","content":[]}}"#, &["a"][..]),
            (r#"{"message":{"model":"m","stop_reason":null,"id":"a","content":[]}}"#, &["a"]),
            (r#"{"message" : { "role" : "assistant", "id" : "a" } }"#, &["a"]),
            (r#"{"message":{"content":[],"id":"a"}}"#, &["a"]),
            (r#"{"message":{"usage":{},"id":"a"}}{"message":{"id":"b"}}"#, &["a", "b"]),
            (r#"{"message":{"id":"a","content":[{"input":{"message":"x"}}]}}{"message":{"id":"b"}}"#, &["a", "b"]),
            (r#"{"message":{"role":"user","content":"\"message\":{\"id\":\"x\"}"}}"#, &[]),
            (r#"{"message":"text","type":"summary"}"#, &[]),
            (r#"{"message":{"id":7}}"#, &[]),
            (r#"{"requestId":"r","uuid":"u","message":{"role":"assistant","usage":{}}}"#, &["r"]),
            (r#"{"requestId":"r","message":{"id":"","role":"assistant","usage":{}}}"#, &["r"]),
            (r#"{"uuid":"u","message":{"role":"assistant","content":[]}}"#, &[]),
            (r#"{"message":{"id":"\u0061"}}"#, &["a"]),
            (r#"{"message":{"id":"#, &[]),
            ("", &[]),
        ] {
            assert_eq!(found(line), expected, "{line}");
        }
    }
}
