//! Opening the ledger's file: private, of our own making, not damaged, and not from the future.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::fault::{DAMAGED, ELSEWHERE, When, fault};
use super::guard::check_links;
use super::schema::{APPLICATION, VERSION, migrate, version};
use crate::error::{Error, plain};

/// How long another run's transaction is waited for; none takes as long.
const PATIENCE: Duration = Duration::from_secs(10);

/// Kilobytes of the ledger that memory holds: a run of 3 GB is no slower than with the usual 2,000.
const CACHE: i32 = 500;

/// Opens the ledger, which is there, to write receipts.
pub(super) fn to_write(place: &Path) -> Result<Connection, Error> {
    let mut connection = open(place, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let told = |error: rusqlite::Error| fault(place, &error, When::Before);
    if connection.is_readonly("main").map_err(told)? {
        return Err(Error::usage(format!("The ledger {} cannot be written.", place.display()), ELSEWHERE));
    }
    if check(place, &connection)? < VERSION {
        migrate(&mut connection).map_err(told)?;
    }
    connection.pragma_update(None, "cache_size", -CACHE).map_err(told)?;
    Ok(connection)
}

/// Opens the ledger to look at it; nothing where there is none.
pub(super) fn to_read(place: &Path) -> Result<Option<Connection>, Error> {
    check_links(place)?;
    match place.metadata() {
        Ok(metadata) if metadata.len() > 0 => {}
        Ok(_) => return Ok(None),
        Err(error) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) => return Ok(None),
        Err(error) => {
            let sentence = format!("The ledger {} cannot be read: {}.", place.display(), plain(&error));
            return Err(Error::usage(sentence, "Check its permissions, or name another with --state."));
        }
    }
    let mut connection = open(place, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    // A run that was killed in the middle of a transaction left a journal, which only a writer can
    // roll back.
    if let Err(error) = version(&connection)
        && matches!(error.sqlite_error_code(), Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen))
    {
        connection = open(place, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    }
    let found = check(place, &connection)?;
    if found == VERSION {
        return Ok(Some(connection));
    }
    forward(&connection).map(Some).map_err(|error| fault(place, &error, When::Before))
}

/// Looking changes nothing: an older ledger is brought forward in memory.
fn forward(older: &Connection) -> rusqlite::Result<Connection> {
    let mut copy = Connection::open_in_memory()?;
    Backup::new(older, &mut copy)?.run_to_completion(i32::MAX, Duration::ZERO, None)?;
    migrate(&mut copy)?;
    Ok(copy)
}

fn open(place: &Path, mode: OpenFlags) -> Result<Connection, Error> {
    let told = |error: rusqlite::Error| fault(place, &error, When::Before);
    let (real, strictly) = real(place);
    let mode = mode | strictly | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(real, mode).map_err(told)?;
    connection.busy_timeout(PATIENCE).map_err(told)?;
    Ok(connection)
}

/// The ledger in the folder where it really is. `SQLite` itself refuses a path with links in it; here
/// only the last part must be none.
#[cfg(unix)]
fn real(place: &Path) -> (PathBuf, OpenFlags) {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let real = folder.canonicalize().ok().zip(place.file_name()).map(|(folder, name)| folder.join(name));
    (real.unwrap_or_else(|| place.to_owned()), OpenFlags::SQLITE_OPEN_NOFOLLOW)
}

/// Windows lets only administrators make links.
#[cfg(not(unix))]
fn real(place: &Path) -> (PathBuf, OpenFlags) {
    (place.to_owned(), OpenFlags::empty())
}

/// The version of the ledger; an error where it is none of ours, damaged, or newer than we are.
fn check(place: &Path, connection: &Connection) -> Result<i32, Error> {
    let told = |error: rusqlite::Error| fault(place, &error, When::Before);
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(told);
    let found = version(connection).map_err(told)?;
    let is_empty = number("schema_version")? == 0;
    if !is_empty && number("application_id")? != i64::from(APPLICATION) {
        let sentence = format!("{} is a database of another program.", place.display());
        return Err(Error::usage(sentence, "Name another file with --state."));
    }
    let bytes = number("page_count")?.saturating_mul(number("page_size")?);
    let has = place.metadata().map_or(0, |metadata| metadata.len());
    if u64::try_from(bytes).is_ok_and(|bytes| bytes > has) && !is_empty {
        return Err(Error::usage(format!("The ledger {} is damaged: it was cut.", place.display()), DAMAGED));
    }
    if found > VERSION {
        let sentence = format!("The ledger {} was written by a newer version of moda-agent.", place.display());
        return Err(Error::usage(sentence, "Update moda-agent, or name another with --state."));
    }
    Ok(found)
}

/// Makes an empty ledger where there is none.
pub(super) fn make(place: &Path) -> Result<(), Error> {
    create(place).map_err(|error| {
        Error::usage(format!("The ledger {} cannot be made: {}.", place.display(), plain(&error)), ELSEWHERE)
    })
}

/// Makes an empty file that only its owner can read, in a folder that only its owner can enter.
fn create(place: &Path) -> io::Result<()> {
    if let Some(folder) = place.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let mut builder = DirBuilder::new();
        private_folder(builder.recursive(true)).create(folder)?;
    }
    match private(OpenOptions::new().write(true).create_new(true)).open(place) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}

#[cfg(unix)]
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600)
}

#[cfg(unix)]
fn private_folder(builder: &mut DirBuilder) -> &mut DirBuilder {
    std::os::unix::fs::DirBuilderExt::mode(builder, 0o700)
}

/// A user's own folders are private on Windows.
#[cfg(not(unix))]
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(not(unix))]
fn private_folder(builder: &mut DirBuilder) -> &mut DirBuilder {
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_ledger_is_brought_forward_without_a_change_of_it() {
        let older = Connection::open_in_memory().unwrap();
        older.execute_batch("CREATE TABLE kept (x); INSERT INTO kept VALUES (7)").unwrap();
        let newer = forward(&older).unwrap();
        assert_eq!((version(&older).unwrap(), version(&newer).unwrap()), (0, VERSION));
        assert_eq!(newer.query_row("SELECT x FROM kept", [], |row| row.get::<_, i64>(0)).unwrap(), 7);
    }
}
