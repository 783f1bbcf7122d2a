//! Destinations, sessions and their progress, row by row.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Row, params};

use super::Destination;
use super::files::{is_below, key};
use super::progress::{AllProgress, Progress};
use crate::transcript::Timestamp;

/// The row of a destination.
pub(super) fn destination(connection: &Connection, destination: &Destination) -> rusqlite::Result<Option<i64>> {
    let query = "SELECT id FROM destination WHERE endpoint = ?1 AND convention = ?2 AND (key = ?3 OR ?3 = '*')";
    let Destination { endpoint, convention, key } = destination;
    let mut statement = connection.prepare(query)?;
    let found = statement.query_map([endpoint, convention, key], |row| row.get(0))?;
    let found = found.collect::<rusqlite::Result<Vec<_>>>()?;
    // Of several keys nobody knows which one is meant.
    Ok(if let [only] = found.as_slice() { Some(*only) } else { None })
}

/// The row of a destination that is used now.
pub(super) fn use_destination(
    connection: &Connection,
    destination: &Destination,
    now: Timestamp,
) -> rusqlite::Result<i64> {
    let query = "INSERT INTO destination (endpoint, convention, key, used_at) VALUES (?, ?, ?, ?)
                 ON CONFLICT DO UPDATE SET used_at = excluded.used_at RETURNING id";
    let Destination { endpoint, convention, key } = destination;
    connection.query_row(query, params![endpoint, convention, key, time(now)], |row| row.get(0))
}

/// How far each session is at a destination.
pub(super) fn progress(connection: &Connection, destination: i64) -> rusqlite::Result<AllProgress> {
    let query = "SELECT session_id, project, fingerprint, with_commands, waiting, ended_since, open_since,
                        left_before, left_after, open_requests FROM progress WHERE destination = ?";
    let mut statement = connection.prepare(query)?;
    let rows = statement.query_map([destination], |row| Ok((row.get(0)?, read_progress(row)?)))?;
    rows.collect()
}

fn read_progress(row: &Row<'_>) -> rusqlite::Result<Progress> {
    let time = |column| row.get::<_, Option<i64>>(column).map(|at| at.map(|at| Timestamp::from(at.cast_unsigned())));
    let open_requests: String = row.get(9)?;
    Ok(Progress {
        project: row.get(1)?,
        fingerprint: row.get(2)?,
        with_commands: row.get(3)?,
        waiting: row.get::<_, i64>(4)?.cast_unsigned(),
        ended_since: time(5)?,
        open_since: time(6)?,
        left_before: time(7)?,
        left_after: time(8)?,
        open_requests: open_requests.lines().map(str::to_owned).collect(),
    })
}

/// The row of a session, with what is known of it now.
pub(super) fn session(
    connection: &Connection,
    id: &str,
    project: Option<&str>,
    place: Option<&Path>,
) -> rusqlite::Result<i64> {
    let query = "INSERT INTO session (session_id, project, place) VALUES (?, ?, ?)
                 ON CONFLICT DO UPDATE SET project = excluded.project, place = excluded.place RETURNING id";
    connection.prepare_cached(query)?.query_row(params![id, project, place.map(key)], |row| row.get(0))
}

/// The sessions with receipts that stood below these folders, with their projects.
pub(super) fn sessions_below(
    connection: &Connection,
    destination: i64,
    folders: &[PathBuf],
) -> rusqlite::Result<Vec<(String, Option<String>)>> {
    let folders: Vec<_> = folders.iter().filter_map(|folder| folder.canonicalize().ok()).collect();
    let query = "SELECT session_id, project, place FROM session
                 WHERE id IN (SELECT session FROM receipt WHERE destination = ?) ORDER BY session_id";
    let mut statement = connection.prepare(query)?;
    let rows = statement.query_map([destination], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut found = Vec::new();
    for row in rows {
        let (session, project, place): (_, _, Option<Vec<u8>>) = row?;
        let place = place.unwrap_or_default();
        if folders.iter().any(|folder| is_below(&place, key(folder))) {
            found.push((session, project));
        }
    }
    Ok(found)
}

/// Remembers how far a session is.
pub(super) fn save_progress(
    connection: &Connection,
    destination: i64,
    session: &str,
    progress: &Progress,
) -> rusqlite::Result<()> {
    let query = "INSERT OR REPLACE INTO progress VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    connection.prepare_cached(query)?.execute(params![
        destination,
        session,
        progress.project,
        progress.fingerprint,
        progress.with_commands,
        progress.waiting.cast_signed(),
        progress.ended_since.map(time),
        progress.open_since.map(time),
        progress.left_before.map(time),
        progress.left_after.map(time),
        progress.open_requests.join("\n"),
    ])?;
    Ok(())
}

fn time(at: Timestamp) -> i64 {
    at.nanoseconds().cast_signed()
}

#[cfg(test)]
mod tests {
    use super::super::{ANY_KEY, schema};
    use super::*;

    #[test]
    fn who_has_no_key_to_look_with_means_the_only_one_there_is() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection).unwrap();
        let of = |key: &str| Destination {
            endpoint: "https://h/v1/traces".to_owned(),
            convention: "moda".to_owned(),
            key: key.to_owned(),
        };
        assert_eq!(destination(&connection, &of(ANY_KEY)).unwrap(), None);
        let first = use_destination(&connection, &of("a"), Timestamp::from(1)).unwrap();
        assert_eq!(destination(&connection, &of(ANY_KEY)).unwrap(), Some(first));
        assert_eq!(destination(&connection, &of("b")).unwrap(), None);
        let second = use_destination(&connection, &of("b"), Timestamp::from(2)).unwrap();
        assert_eq!(destination(&connection, &of(ANY_KEY)).unwrap(), None);
        assert_eq!(destination(&connection, &of("b")).unwrap(), Some(second));
    }
}
