//! What was delivered where, counted.

use std::path::Path;

use rusqlite::{Connection, params};

use super::fault::{When, fault};
use super::{Destination, open};
use crate::error::Error;
use crate::transcript::Timestamp;

/// How things stand with one destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The destination.
    pub destination: Destination,
    /// When a run last had something to do for it.
    pub used_at: Timestamp,
    /// Turns that arrived.
    pub delivered: u64,
    /// Their sessions.
    pub sessions: u64,
    /// When the last of them arrived.
    pub delivered_at: Option<Timestamp>,
    /// Turns that did not, by the server's words, the most frequent first.
    pub rejected: Vec<Rejected>,
}

/// Turns that a server would not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The server's words.
    pub reason: String,
    /// How many turns.
    pub turns: u64,
    /// Their sessions.
    pub sessions: Vec<String>,
}

/// How things stand with each destination, the one that was used last first.
pub fn standings(place: &Path) -> Result<Vec<Standing>, Error> {
    let Some(connection) = open::to_read(place)? else { return Ok(Vec::new()) };
    all(&connection).map_err(|error| fault(place, &error, When::Before))
}

fn all(connection: &Connection) -> rusqlite::Result<Vec<Standing>> {
    let query = "SELECT id, endpoint, convention, key, used_at FROM destination ORDER BY used_at DESC, id";
    let mut statement = connection.prepare(query)?;
    let destinations = statement.query_map([], |row| {
        let destination = Destination { endpoint: row.get(1)?, convention: row.get(2)?, key: row.get(3)? };
        Ok((row.get::<_, i64>(0)?, destination, time(row.get(4)?)))
    })?;
    destinations
        .map(|found| {
            let (id, destination, used_at) = found?;
            let query = "SELECT count(*), count(DISTINCT session), max(recorded_at) FROM receipt
                         WHERE destination = ? AND fate = 'delivered'";
            let (delivered, sessions, delivered_at) = connection.query_row(query, [id], |row| {
                Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get::<_, i64>(1)?.cast_unsigned(), row.get(2)?))
            })?;
            let rejected = rejected(connection, id)?;
            let delivered_at = Option::<i64>::map(delivered_at, time);
            Ok(Standing { destination, used_at, delivered, sessions, delivered_at, rejected })
        })
        .collect()
}

fn rejected(connection: &Connection, destination: i64) -> rusqlite::Result<Vec<Rejected>> {
    let query = "SELECT r.reason, count(*), group_concat(DISTINCT s.session_id)
                 FROM receipt r JOIN session s ON s.id = r.session
                 WHERE r.destination = ? AND r.fate != 'delivered' GROUP BY r.reason ORDER BY 2 DESC, 1";
    let mut statement = connection.prepare(query)?;
    let rows = statement.query_map(params![destination], |row| {
        let sessions: String = row.get(2)?;
        let mut sessions: Vec<_> = sessions.split(',').map(str::to_owned).collect();
        sessions.sort();
        let reason = row.get::<_, Option<String>>(0)?.unwrap_or_default();
        Ok(Rejected { reason, turns: row.get::<_, i64>(1)?.cast_unsigned(), sessions })
    })?;
    rows.collect()
}

fn time(at: i64) -> Timestamp {
    Timestamp::from(at.cast_unsigned())
}
