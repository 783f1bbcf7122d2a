//! Transcripts as they were when their first lines were read.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use crate::transcript::{FileState, Head, Timestamp};

/// What tells whether a file is the same that it was.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    bytes: u64,
    modified: u64,
}

impl Stamp {
    fn of(file: &FileState) -> Self {
        let FileState { inode, bytes, modified, .. } = *file;
        Self { inode, bytes, modified }
    }
}

/// The files that are known, by their places.
#[derive(Debug, Default)]
pub struct KnownFiles(RefCell<HashMap<Vec<u8>, (Stamp, Head)>>);

impl KnownFiles {
    pub(super) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let columns = "SELECT place, inode, bytes, modified, session_id, started_at, forked, is_foreign FROM file";
        let mut statement = connection.prepare(columns)?;
        let mut rows = statement.query([])?;
        let mut files = HashMap::new();
        while let Some(row) = rows.next()? {
            let number = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
            let stamp = Stamp { inode: number(1)?, bytes: number(2)?, modified: number(3)? };
            let started_at = row.get::<_, Option<i64>>(5)?.map(|at| Timestamp::from(at.cast_unsigned()));
            let head = Head::known(row.get(4)?, started_at, row.get(6)?, row.get(7)?);
            files.insert(row.get(0)?, (stamp, head));
        }
        Ok(Self(RefCell::new(files)))
    }

    /// What the first lines of a file say that did not change. Each is asked for once.
    #[must_use]
    pub fn take(&self, file: &FileState) -> Option<Head> {
        let (stamp, head) = self.0.borrow_mut().remove(key(&file.place()))?;
        (stamp == Stamp::of(file)).then_some(head)
    }

    /// The places below these folders that nobody asked for: the files are no longer there.
    #[must_use]
    pub fn vanished(&self, folders: &[PathBuf]) -> Vec<Vec<u8>> {
        let folders: Vec<_> = folders.iter().filter_map(|folder| folder.canonicalize().ok()).collect();
        let is_below = |place: &&Vec<u8>| folders.iter().any(|folder| is_below(place, key(folder)));
        self.0.borrow().keys().filter(is_below).cloned().collect()
    }
}

/// Whether a place is a folder, or below it.
pub(super) fn is_below(place: &[u8], folder: &[u8]) -> bool {
    let is_separator = |byte: &u8| *byte == b'/' || (cfg!(windows) && *byte == b'\\');
    place.strip_prefix(folder).is_some_and(|rest| rest.first().is_none_or(is_separator) || folder.ends_with(b"/"))
}

/// A path as the ledger writes it.
pub(super) fn key(place: &Path) -> &[u8] {
    place.as_os_str().as_encoded_bytes()
}

/// Remembers files and what their first lines say.
pub(super) fn save(connection: &Connection, files: &[(FileState, Head)]) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?;
    for (file, head) in files {
        statement.execute(params![
            key(&file.place()),
            file.inode.cast_signed(),
            file.bytes.cast_signed(),
            file.modified.cast_signed(),
            head.session_id,
            head.started_at.map(|at| at.nanoseconds().cast_signed()),
            head.forked,
            head.is_foreign,
        ])?;
    }
    Ok(())
}

/// Forgets a file that is no longer there, and how far its session was; receipts stay.
pub(super) fn forget(connection: &Connection, place: &[u8]) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM file WHERE place = ?")?.execute([place])?;
    let progress = "DELETE FROM progress WHERE session_id IN (SELECT session_id FROM session WHERE place = ?)";
    connection.prepare_cached(progress)?.execute([place]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_in_any_way_is_not_known() {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::ledger::schema::migrate(&mut connection).unwrap();
        let at = |path: FileState| path.stamped(u64::MAX, 7, 9);
        let file = at(FileState::at("/p/a.jsonl"));
        let head = Head::known(Some("s".to_owned()), Some(Timestamp::from(5)), true, false);
        save(&connection, &[(file.clone(), head.clone())]).unwrap();
        let known = || KnownFiles::load(&connection).unwrap();
        assert_eq!(known().take(&at(FileState::linked("a", Some(&file.path())))), Some(head));
        for other in [
            file.clone().stamped(1, 7, 9),
            file.clone().stamped(u64::MAX, 8, 9),
            file.clone().stamped(u64::MAX, 7, 8),
            at(FileState::at("/p/b.jsonl")),
        ] {
            assert_eq!(known().take(&other), None, "{other:?}");
        }
    }

    #[test]
    fn what_is_below_a_folder() {
        for (place, folder, expected) in [
            ("/a/b", "/a", true),
            ("/a/b", "/a/b", true),
            ("/ab", "/a", false),
            ("/a", "/", true),
            ("/a", "/a/b", false),
        ] {
            assert_eq!(is_below(place.as_bytes(), folder.as_bytes()), expected, "{place} {folder}");
        }
    }
}
