//! Which sessions share a history: those that hold the same request.
//!
//! A request counts once, and with what all its copies say of it, so sessions that share one must
//! be rebuilt together. All transcripts are looked through for the ids of their messages first.
//! That costs a tenth of reading them (0.1 of 1.1 CPU seconds for 300 MB).

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::fs::File;
use std::path::Path;
use std::thread;

use memchr::memmem::Finder;

use super::digest::digest;
use super::discover::SessionFiles;
use super::glance::{scalar, string};
use super::lines::Lines;
use super::salvage::read_records;
use crate::ordered::in_order;

/// Sessions that share a history, in the order in which they began. Most are alone.
pub type Family = Vec<SessionFiles>;

/// A family is in memory as a whole. Of a larger one, which real histories do not make, only so
/// many sessions learn of each other.
const LARGEST: usize = 16;
/// Sessions looked through ahead of the one that is taken, for each thread.
const AHEAD: usize = 16;

/// Puts sessions that share a history together, where the first of them stands.
pub(super) fn families(sessions: Vec<SessionFiles>) -> Vec<Family> {
    if sessions.len() < 2 {
        return sessions.into_iter().map(|session| vec![session]).collect();
    }
    let mut kin = Kin::default();
    let mut all = Vec::with_capacity(sessions.len());
    let threads = thread::available_parallelism().map_or(1, Into::into);
    let look = |session: SessionFiles| (ids(&session), session);
    let Ok(()) = in_order(sessions, threads, threads * AHEAD, look, |(ids, session)| {
        kin.add(ids);
        all.push(session);
        Ok::<_, Infallible>(())
    });
    let mut families: Vec<Family> = all.iter().map(|_| Vec::new()).collect();
    let mut whole = Vec::new();
    for (index, session) in all.into_iter().enumerate() {
        let Some(family) = families.get_mut(kin.first(index)) else { continue };
        family.push(session);
        if family.len() == LARGEST {
            whole.push((kin.first(index), std::mem::take(family)));
        }
    }
    let rest = families.into_iter().enumerate().filter(|(_, family)| !family.is_empty());
    whole.extend(rest);
    whole.sort_by_key(|(first, _)| *first);
    whole.into_iter().map(|(_, family)| family).collect()
}

/// Who shares with whom.
#[derive(Default)]
struct Kin {
    holders: HashMap<u64, usize>,
    /// Of each session, another of its family that began earlier, or itself.
    earlier: Vec<usize>,
}

impl Kin {
    /// Takes the ids of the next session.
    fn add(&mut self, ids: HashSet<u64>) {
        let index = self.earlier.len();
        self.earlier.push(index);
        for id in ids {
            let holder = *self.holders.entry(id).or_insert(index);
            self.join(holder, index);
        }
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.first(one), self.first(other));
        if let Some(earlier) = self.earlier.get_mut(one.max(other)) {
            *earlier = one.min(other);
        }
    }

    /// The session of its family that began first.
    fn first(&self, mut index: usize) -> usize {
        while let Some(&earlier) = self.earlier.get(index)
            && earlier != index
        {
            index = earlier;
        }
        index
    }
}

/// The ids of a session's messages, digested. What cannot be read is reported when it is read whole.
fn ids(session: &SessionFiles) -> HashSet<u64> {
    let mut ids = HashSet::new();
    let subagents = session.subagents.iter().map(|agent| &agent.path);
    for path in session.main.iter().chain(subagents) {
        let _ = look_through(path, &mut ids);
    }
    ids
}

fn look_through(path: &Path, ids: &mut HashSet<u64>) -> std::io::Result<()> {
    let mut lines = Lines::new(File::open(path)?);
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
            (b"id", Some((id, _))) => {
                take(id);
                return Some(());
            }
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
            (r#"{"uuid":"u","message":{"role":"assistant","content":[]}}"#, &[]),
            (r#"{"message":{"id":"\u0061"}}"#, &["a"]),
            (r#"{"message":{"id":"#, &[]),
            ("", &[]),
        ] {
            assert_eq!(found(line), expected, "{line}");
        }
    }

    #[test]
    fn who_shares_with_a_relative_is_one() {
        let mut kin = Kin::default();
        for ids in [&[1, 2][..], &[3], &[4], &[3, 2], &[4]] {
            kin.add(ids.iter().copied().collect());
        }
        assert_eq!([0, 1, 2, 3, 4].map(|index| kin.first(index)), [0, 0, 2, 0, 2]);
    }
}
