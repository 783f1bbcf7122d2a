//! Which sessions are read: those that changed, those that are due, and those that hold the same
//! as one of these, where that is not delivered.

use std::collections::HashSet;

use super::judge::Wanted;
use super::progress::{AllProgress, Progress, UNANSWERED};
use crate::transcript::{SessionFiles, Shared, digest};

/// What a run reads.
#[derive(Debug, Default)]
pub struct Plan {
    /// The sessions, in the order in which they began.
    pub read: Vec<SessionFiles>,
    /// What several of them hold.
    pub shared: Shared,
    /// What is not opened.
    pub unchanged: Unchanged,
}

/// What is not opened, because nothing of it changed or is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unchanged {
    /// Transcripts.
    pub transcripts: u64,
    /// Turns in them that wait until they are settled.
    pub waiting: u64,
    /// Sessions of projects that are kept out, which are none of these.
    pub kept_out: u64,
}

impl Unchanged {
    fn add(&mut self, files: &SessionFiles, progress: &Progress, wanted: &Wanted) {
        if progress.is_kept_out(wanted) {
            self.kept_out += 1;
            return;
        }
        self.transcripts += files.states.len() as u64;
        self.waiting += progress.waiting;
    }
}

/// A session, and its place in the order of beginnings.
type Numbered = (usize, SessionFiles);

/// Decides which of the sessions on disk are read.
#[must_use]
pub fn plan(found: Vec<SessionFiles>, progress: &AllProgress, wanted: &Wanted) -> Plan {
    let (mut read, mut asleep, mut unchanged) = (Vec::new(), Vec::new(), Unchanged::default());
    for (order, files) in found.into_iter().enumerate() {
        let done = progress.get(&files.id).filter(|progress| !wanted.reads_all() && progress.is_done(&files, wanted));
        match done {
            Some(progress) if !progress.open_requests.is_empty() => asleep.push(((order, files), progress)),
            Some(progress) => unchanged.add(&files, progress, wanted),
            None => read.push((order, files)),
        }
    }
    let shared = wake(&mut read, &mut asleep);
    for ((_, files), progress) in &asleep {
        unchanged.add(files, progress, wanted);
    }
    read.sort_by_key(|(order, _)| *order);
    let is_read = |files: &SessionFiles| wanted.selection.takes_session(&files.id) || shared.has_sharer(files);
    let read = read.into_iter().map(|(_, files)| files).filter(is_read).collect();
    Plan { read, shared, unchanged }
}

/// Adds to what is read the sessions with a waiting turn of which it may hold a copy, or with a copy
/// of what it may send: a fork does not own what its original is about to send, and can know more of
/// it.
fn wake(read: &mut Vec<Numbered>, asleep: &mut Vec<(Numbered, &Progress)>) -> Shared {
    loop {
        let open = asleep.iter().flat_map(|(_, progress)| &progress.open_requests);
        let open: HashSet<_> = open.map(|request| digest(request.as_bytes())).collect();
        let sessions: Vec<_> = read.iter().map(|(_, files)| files).collect();
        let shared = Shared::among(&sessions, &open);
        let is_met = |request: &String| request == UNANSWERED || shared.met(request);
        let is_woken = |progress: &Progress| !read.is_empty() && progress.open_requests.iter().any(is_met);
        let (woken, rest): (Vec<_>, Vec<_>) = asleep.drain(..).partition(|(_, progress)| is_woken(progress));
        *asleep = rest;
        if woken.is_empty() {
            return shared;
        }
        read.extend(woken.into_iter().map(|(files, _)| files));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Patience, Request, Turn, Waits};
    use crate::transcript::{FileState, Timestamp};
    use std::time::Duration;

    fn files(folder: &std::path::Path, id: &str, requests: &[&str]) -> SessionFiles {
        let path = folder.join(id);
        let line = |id: &&str| format!(r#"{{"type":"assistant","message":{{"id":"{id}","content":[]}}}}"#);
        std::fs::write(&path, requests.iter().map(line).collect::<Vec<_>>().join("\n")).unwrap();
        SessionFiles::of(id, vec![FileState::at(&path)])
    }

    #[test]
    fn only_what_changed_is_read_and_what_waits_with_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::from(1_800_000_000_000_000_000);
        let patience = Patience { settle: Duration::from_secs(10 * 60), now };
        let wanted = Wanted { patience, ..Wanted::default() };
        let found: Vec<_> = [
            ("a done", &["1"][..]),
            ("b waits", &["2"]),
            ("c fork of b", &["2", "3"]),
            ("d waits alone", &["4"]),
            ("e waits for an answer", &[]),
        ]
        .iter()
        .map(|(id, requests)| files(folder.path(), id, requests))
        .collect();
        let progress = |number: usize, waits: Option<&str>| {
            let mut progress = Progress::begin(&found[number], None, &Wanted::default());
            let requests = waits.iter().filter(|id| !id.is_empty());
            let requests = requests.map(|id| Request { id: (*id).to_owned(), ..Request::default() }).collect();
            if waits.is_some() {
                progress.waits(Waits { since: now, has_ended: true }, &Turn { requests, ..Turn::default() });
            }
            (found[number].id.clone(), progress)
        };
        let all = [None, Some("2"), Some("2"), Some("4"), Some("")];
        let mut known: AllProgress =
            all.into_iter().enumerate().map(|(number, waits)| progress(number, waits)).collect();
        let read = |known: &_, wanted: &_| {
            let plan = plan(found.clone(), known, wanted);
            let ids = plan.read.iter().map(|files| files.id.chars().take(1).collect::<String>());
            (ids.collect::<String>(), plan.unchanged.transcripts, plan.unchanged.waiting)
        };
        assert_eq!(read(&known, &wanted), (String::new(), 5, 4));
        known.remove("c fork of b");
        assert_eq!(read(&known, &wanted), ("bce".to_owned(), 2, 1));
        known.remove("a done");
        known.extend([progress(2, Some("2"))]);
        assert_eq!(read(&known, &wanted), ("ae".to_owned(), 3, 3));
        // A fork without anything of its own is read with that of which it holds a copy.
        let mut copy = Progress::begin(&found[2], None, &Wanted::default());
        copy.holds_copies(["2".to_owned()].iter());
        known.insert("c fork of b".to_owned(), copy);
        assert_eq!(read(&known, &wanted), ("ae".to_owned(), 3, 2));
        known.remove("b waits");
        assert_eq!(read(&known, &wanted), ("abce".to_owned(), 1, 1));
        let again = Wanted { resend: crate::ledger::Resend::All, ..wanted.clone() };
        assert_eq!(read(&known, &again), ("abcde".to_owned(), 0, 0));
    }
}
