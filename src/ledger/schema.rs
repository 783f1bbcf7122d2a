//! The ledger's tables, and the steps from each version to the next.
//!
//! A step is never changed once it was published: the next one alters what it made.

use rusqlite::{Connection, TransactionBehavior};

/// `moda`, so that no other program's database is taken for a ledger.
pub(super) const APPLICATION: i32 = 0x6d6f_6461;

/// From nothing to version 1, from there to 2, and so on.
const STEPS: [&str; 2] = [V1, V2];

/// The version that this program writes.
#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "there are few")]
pub(super) const VERSION: i32 = STEPS.len() as i32;

/// Times are nanoseconds since 1970; `place` is a path without links.
const V1: &str = "
    -- Where spans go: a server or file, the convention, and a digest of the key.
    CREATE TABLE destination (
        id INTEGER PRIMARY KEY,
        endpoint TEXT NOT NULL,
        convention TEXT NOT NULL,
        key TEXT NOT NULL,
        used_at INTEGER NOT NULL,
        UNIQUE (endpoint, convention, key)
    );
    -- A transcript as it was when its first lines were read, and what these say.
    CREATE TABLE file (
        place BLOB PRIMARY KEY,
        inode INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        modified INTEGER NOT NULL,
        session_id TEXT,
        started_at INTEGER,
        forked INTEGER NOT NULL,
        is_foreign INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE session (
        id INTEGER PRIMARY KEY,
        session_id TEXT NOT NULL UNIQUE,
        project TEXT,
        place BLOB
    );
    CREATE INDEX session_at ON session (place);
    -- How far a session is: its files as they were, and what of it is not delivered.
    CREATE TABLE progress (
        destination INTEGER NOT NULL REFERENCES destination,
        session_id TEXT NOT NULL,
        project TEXT,
        fingerprint BLOB NOT NULL,
        with_commands INTEGER NOT NULL,
        waiting INTEGER NOT NULL,
        ended_since INTEGER,
        open_since INTEGER,
        left_before INTEGER,
        left_after INTEGER,
        open_requests TEXT NOT NULL,
        PRIMARY KEY (destination, session_id)
    ) WITHOUT ROWID;
    -- What became of a turn: delivered, rejected, or one of a request of which a part was rejected.
    CREATE TABLE receipt (
        id INTEGER PRIMARY KEY,
        destination INTEGER NOT NULL REFERENCES destination,
        session INTEGER NOT NULL REFERENCES session,
        trace_id BLOB NOT NULL,
        turn_key TEXT NOT NULL,
        fate TEXT NOT NULL,
        reason TEXT,
        recorded_at INTEGER NOT NULL,
        started_at INTEGER NOT NULL,
        requests INTEGER NOT NULL,
        version TEXT NOT NULL,
        span TEXT NOT NULL,
        UNIQUE (destination, trace_id)
    );
    CREATE INDEX receipt_of_session ON receipt (destination, session);
    -- What was delivered with a turn: its requests and its prompt, digested.
    CREATE TABLE name (
        destination INTEGER NOT NULL REFERENCES destination,
        name BLOB NOT NULL,
        receipt INTEGER NOT NULL REFERENCES receipt,
        PRIMARY KEY (destination, name)
    ) WITHOUT ROWID;
";

/// A turn can be many spans; what they looked like is then packed, and `span` is empty.
const V2: &str = "ALTER TABLE receipt ADD COLUMN packed BLOB;";

/// Brings a ledger to this program's version, in one transaction.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    walk(connection, &STEPS)
}

fn walk(connection: &mut Connection, steps: &[&str]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version = version(&transaction)?;
    for (step, number) in steps.iter().zip(1..).skip(usize::try_from(version).unwrap_or_default()) {
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", number)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.commit()
}

/// The version that a ledger has; zero for one that is empty.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_taken_once_and_in_order() {
        let mut connection = Connection::open_in_memory().unwrap();
        let steps = ["CREATE TABLE a (x)", "ALTER TABLE a ADD COLUMN y; INSERT INTO a VALUES (1, 2)"];
        walk(&mut connection, &steps[..1]).unwrap();
        assert_eq!(version(&connection).unwrap(), 1);
        for _ in 0..2 {
            walk(&mut connection, &steps).unwrap();
            assert_eq!(version(&connection).unwrap(), 2);
        }
        let rows: i32 = connection.query_row("SELECT count(*) FROM a WHERE y = 2", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 1);
    }

    #[test]
    fn a_step_that_fails_leaves_all_as_it_was() {
        let mut connection = Connection::open_in_memory().unwrap();
        assert!(walk(&mut connection, &["CREATE TABLE a (x)", "nonsense"]).is_err());
        assert_eq!(version(&connection).unwrap(), 0);
        walk(&mut connection, &["CREATE TABLE a (x)"]).unwrap();
    }
}
