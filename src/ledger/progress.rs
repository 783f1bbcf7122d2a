//! How far a session is: what its files were when it was last read, and what of it is not delivered.
//!
//! A session of which nothing changed, and nothing is due, is not opened again.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::files::key;
use super::judge::Wanted;
use crate::session::{Turn, Waits, Window};
use crate::transcript::{SessionFiles, Timestamp};

/// How far each session is, by its id.
pub type AllProgress = HashMap<String, Progress>;

/// How far a session is at one destination.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Its files, digested.
    pub(super) fingerprint: [u8; 16],
    /// Whether turns that called no model were asked for.
    pub(super) with_commands: bool,
    /// The folder it ran in.
    pub(super) project: Option<String>,
    /// Turns that wait until they are settled.
    pub(super) waiting: u64,
    /// When something was last written, for the turn that ended and waits longest.
    pub(super) ended_since: Option<Timestamp>,
    /// The same for the turn that never ended.
    pub(super) open_since: Option<Timestamp>,
    /// The last turn that was left out because it began too early.
    pub(super) left_before: Option<Timestamp>,
    /// The first turn that was left out because it began too late.
    pub(super) left_after: Option<Timestamp>,
    /// The requests of the waiting turns, which a fork may hold, too; of a fork those that are copies
    /// of what another session does not send yet: it may know more of them.
    pub(super) open_requests: Vec<String>,
}

/// Stands among the open requests for a turn that has none yet.
pub(super) const UNANSWERED: &str = "?";

impl Progress {
    /// Of a session that is read now.
    pub(super) fn begin(files: &SessionFiles, project: Option<&str>, wanted: &Wanted) -> Self {
        Self {
            fingerprint: fingerprint(files),
            with_commands: wanted.with_commands,
            project: project.map(str::to_owned),
            ..Self::default()
        }
    }

    /// A turn waits.
    pub(super) fn waits(&mut self, waits: Waits, turn: &Turn) {
        self.waiting += 1;
        let since = if waits.has_ended { &mut self.ended_since } else { &mut self.open_since };
        *since = Some(since.map_or(waits.since, |earlier| earlier.min(waits.since)));
        let requests = turn.all_requests().map(|request| request.id.clone());
        self.open_requests.extend(requests);
        if turn.requests.is_empty() {
            self.open_requests.push(UNANSWERED.to_owned());
        }
    }

    /// Some of its requests are copies of what is not sent yet.
    pub(super) fn holds_copies<'a>(&mut self, requests: impl Iterator<Item = &'a String>) {
        self.open_requests.extend(requests.cloned());
    }

    /// A turn was not asked for.
    pub(super) fn left_out(&mut self, window: Window) {
        match window {
            Window::Within => {}
            Window::Before(at) => self.left_before = self.left_before.max(Some(at)),
            Window::After(at) => self.left_after = Some(self.left_after.map_or(at, |first| first.min(at))),
        }
    }

    /// Nothing of the session was asked for.
    pub(super) fn all_left_out(&mut self) {
        self.left_before = Some(Timestamp::from(i64::MAX.cast_unsigned()));
    }

    /// Whether the session need not be opened: its files are the same, and nothing that was not
    /// delivered is asked for and due.
    pub(super) fn is_done(&self, files: &SessionFiles, wanted: &Wanted) -> bool {
        let is_same = self.fingerprint == fingerprint(files) && (self.with_commands || !wanted.with_commands);
        is_same && (!(self.is_due(wanted) || self.is_asked(wanted)) || !self.takes_project(wanted))
    }

    /// Whether it has turns that would be sent now or later, if their project were not kept out.
    pub(super) fn is_kept_out(&self, wanted: &Wanted) -> bool {
        let keeps_out = |project| wanted.selection.kept_out.holds(project);
        (self.waiting > 0 || self.is_asked(wanted)) && self.project.as_deref().is_some_and(keeps_out)
    }

    fn takes_project(&self, wanted: &Wanted) -> bool {
        wanted.selection.takes_project(self.project.as_deref())
    }

    fn is_due(&self, wanted: &Wanted) -> bool {
        let ended = self.ended_since.map(|since| Waits { since, has_ended: true });
        let open = self.open_since.map(|since| Waits { since, has_ended: false });
        ended.into_iter().chain(open).any(|waits| wanted.patience.is_over(waits))
    }

    /// Whether anything that was left out is asked for now.
    fn is_asked(&self, wanted: &Wanted) -> bool {
        let (since, until) = (wanted.selection.since, wanted.selection.until);
        self.left_before.is_some_and(|last| since.is_none_or(|since| last >= since))
            || self.left_after.is_some_and(|first| until.is_none_or(|until| first < until))
    }
}

/// The files of a session as the system knows them; the same where none was touched.
pub(super) fn fingerprint(files: &SessionFiles) -> [u8; 16] {
    let mut digest = Sha256::new();
    for file in &files.states {
        digest.update(key(&file.place()));
        for number in [0, file.inode, file.bytes, file.modified] {
            digest.update(number.to_le_bytes());
        }
    }
    let mut fingerprint = [0; 16];
    fingerprint.iter_mut().zip(digest.finalize()).for_each(|(to, from)| *to = from);
    fingerprint
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Exclusion, IgnoreFiles, KeptOut, Patience, Request, Selection};
    use crate::transcript::FileState;
    use std::time::Duration;

    fn files(bytes: u64) -> SessionFiles {
        let state = FileState::at("/p/a.jsonl").stamped(1, bytes, 3);
        SessionFiles::of("", vec![state])
    }

    fn at(minute: u64) -> Timestamp {
        Timestamp::from(1_800_000_000_000_000_000 + minute * 60_000_000_000)
    }

    fn wanted(minute: u64) -> Wanted {
        let patience = Patience { settle: Duration::from_secs(10 * 60), now: at(minute) };
        Wanted { patience, ..Wanted::default() }
    }

    fn selected(selection: Selection) -> Wanted {
        Wanted { selection, ..wanted(0) }
    }

    #[test]
    fn what_did_not_change_and_is_not_due_is_done() {
        let progress = |change: &dyn Fn(&mut Progress)| {
            let mut progress = Progress::begin(&files(7), Some("/src/shop"), &wanted(0));
            change(&mut progress);
            progress
        };
        let since = |minute| Selection { since: Some(at(minute)), ..Selection::default() };
        let until = |minute| Selection { until: Some(at(minute)), ..Selection::default() };
        let project = |name: &str| Selection { projects: vec![name.parse().unwrap()], ..Selection::default() };
        let ended = progress(&|progress| progress.waits(Waits { since: at(0), has_ended: true }, &Turn::default()));
        let open = progress(&|progress| progress.waits(Waits { since: at(0), has_ended: false }, &Turn::default()));
        let early = progress(&|progress| progress.left_out(Window::Before(at(5))));
        let late = progress(&|progress| progress.left_out(Window::After(at(5))));
        let other = progress(&Progress::all_left_out);
        let plain = progress(&|_| {});
        let commands = Wanted { with_commands: true, ..wanted(0) };
        for (progress, bytes, wanted, expected) in [
            (&plain, 7, wanted(0), true),
            (&plain, 8, wanted(0), false),
            (&plain, 7, commands, false),
            (&ended, 7, wanted(9), true),
            (&ended, 7, wanted(10), false),
            (&open, 7, wanted(10), true),
            (&open, 7, wanted(24 * 60), false),
            (&early, 7, wanted(0), false),
            (&early, 7, selected(since(5)), false),
            (&early, 7, selected(since(6)), true),
            (&late, 7, wanted(0), false),
            (&late, 7, selected(until(5)), true),
            (&late, 7, selected(until(6)), false),
            (&other, 7, selected(project("other")), true),
            (&other, 7, selected(project("shop")), false),
            (&other, 7, selected(since(5)), false),
        ] {
            assert_eq!(progress.is_done(&files(bytes), &wanted), expected, "{progress:?} {wanted:?}");
        }
    }

    #[test]
    fn what_would_be_sent_if_it_were_not_kept_out_is_done_until_it_is_not() {
        let excluding = |glob: &str| {
            let kept_out = KeptOut::by(vec![Exclusion::new(glob).unwrap()], IgnoreFiles::default());
            selected(Selection { kept_out, ..Selection::default() })
        };
        let progress = |change: &dyn Fn(&mut Progress)| {
            let mut progress = Progress::begin(&files(7), Some("/src/shop"), &wanted(0));
            change(&mut progress);
            progress
        };
        let delivered = progress(&|_| {});
        let left_out = progress(&Progress::all_left_out);
        let waiting = progress(&|progress| progress.waits(Waits { since: at(9), has_ended: true }, &Turn::default()));
        for (progress, wanted, is_done, is_kept_out) in [
            (&delivered, excluding("/src"), true, false),
            (&left_out, excluding("/src"), true, true),
            (&left_out, excluding("/lib"), false, false),
            (&waiting, excluding("shop"), true, true),
            (&waiting, excluding("/lib"), true, false),
        ] {
            assert_eq!((progress.is_done(&files(7), &wanted), progress.is_kept_out(&wanted)), (is_done, is_kept_out));
            assert!(!progress.is_done(&files(8), &wanted), "it grew");
        }
    }

    #[test]
    fn the_requests_of_waiting_turns_are_known() {
        let requests = ["a", "b"].map(|id| Request { id: id.to_owned(), ..Request::default() }).to_vec();
        let mut progress = Progress::default();
        progress.waits(Waits { since: at(2), has_ended: true }, &Turn { requests, ..Turn::default() });
        progress.waits(Waits { since: at(1), has_ended: true }, &Turn::default());
        assert_eq!((progress.waiting, progress.ended_since), (2, Some(at(1))));
        assert_eq!(progress.open_requests, ["a", "b", UNANSWERED]);
    }
}
