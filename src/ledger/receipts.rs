//! What became of turns.

use rusqlite::types::Type;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params};

use super::packed::{pack, unpack};
use crate::session::Name;
use crate::span::TraceId;
use crate::transcript::Timestamp;

/// What became of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It arrived.
    Delivered,
    /// The server took its request but for some spans, and did not say which.
    Unsure,
    /// The server will not take it.
    Rejected,
}

impl Fate {
    fn word(self) -> &'static str {
        match self {
            Fate::Delivered => "delivered",
            Fate::Unsure => "unsure",
            Fate::Rejected => "rejected",
        }
    }

    fn of(word: &str) -> Self {
        match word {
            "delivered" => Fate::Delivered,
            "unsure" => Fate::Unsure,
            _ => Fate::Rejected,
        }
    }
}

/// A receipt that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What became of the turn.
    pub fate: Fate,
    /// Why it was rejected, in the server's words.
    pub reason: Option<String>,
    /// What its ids are made of.
    pub turn_key: String,
    /// How many requests went with it.
    pub requests: u64,
    /// When its span began.
    pub started_at: Timestamp,
    /// When this was recorded.
    pub recorded_at: Timestamp,
    /// What its spans looked like, texts as lengths and digests.
    pub span: String,
}

const COLUMNS: &str = "r.fate, r.reason, r.turn_key, r.requests, r.started_at, r.recorded_at, r.span, r.packed";

fn known(row: &Row<'_>) -> rusqlite::Result<Known> {
    let time = |column| row.get::<_, i64>(column).map(|at| Timestamp::from(at.cast_unsigned()));
    Ok(Known {
        fate: Fate::of(&row.get::<_, String>(0)?),
        reason: row.get(1)?,
        turn_key: row.get(2)?,
        requests: row.get::<_, i64>(3)?.cast_unsigned(),
        started_at: time(4)?,
        recorded_at: time(5)?,
        span: match row.get::<_, Option<Vec<u8>>>(7)? {
            None => row.get(6)?,
            Some(packed) => unpack(&packed)
                .map_err(|error| rusqlite::Error::FromSqlConversionFailure(7, Type::Blob, Box::new(error)))?,
        },
    })
}

/// The receipt of a turn: by its trace, or of the same session by anything that went with it, should
/// it have been sent before it was answered.
pub(super) fn find(
    connection: &Connection,
    destination: i64,
    session: &str,
    trace: TraceId,
    names: &[Name],
) -> rusqlite::Result<Option<Known>> {
    let query = format!("SELECT {COLUMNS} FROM receipt r WHERE destination = ? AND trace_id = ?");
    let found = connection.prepare_cached(&query)?.query_row(params![destination, trace.0], known).optional()?;
    if found.is_some() {
        return Ok(found);
    }
    let query = format!(
        "SELECT {COLUMNS} FROM name n JOIN receipt r ON r.id = n.receipt JOIN session s ON s.id = r.session
         WHERE n.destination = ? AND n.name = ? AND s.session_id = ?"
    );
    let mut by_name = connection.prepare_cached(&query)?;
    for name in names {
        let found = by_name.query_row(params![destination, name, session], known).optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Whether a name went with another session.
pub(super) fn is_elsewhere(
    connection: &Connection,
    destination: i64,
    name: &Name,
    session: &str,
) -> rusqlite::Result<bool> {
    let query = "SELECT s.session_id FROM name n JOIN receipt r ON r.id = n.receipt JOIN session s ON s.id = r.session
                 WHERE n.destination = ? AND n.name = ?";
    let owner = connection
        .prepare_cached(query)?
        .query_row(params![destination, name], |row| row.get::<_, String>(0))
        .optional()?;
    Ok(owner.is_some_and(|owner| owner != session))
}

/// All receipts of a session, the first turn first.
pub(super) fn of_session(connection: &Connection, destination: i64, session: &str) -> rusqlite::Result<Vec<Known>> {
    let query = format!(
        "SELECT {COLUMNS} FROM receipt r JOIN session s ON s.id = r.session
         WHERE r.destination = ? AND s.session_id = ? ORDER BY r.started_at, r.id"
    );
    let mut statement: CachedStatement<'_> = connection.prepare_cached(&query)?;
    statement.query_map(params![destination, session], known)?.collect()
}

/// A receipt that is to be written.
#[derive(Clone, Debug)]
pub(super) struct Receipt<'a> {
    pub(super) trace: TraceId,
    pub(super) known: &'a Known,
    pub(super) names: &'a [Name],
}

/// Writes a receipt; of a turn that was sent again the newer one stands.
pub(super) fn save(
    connection: &Connection,
    destination: i64,
    session: i64,
    receipt: &Receipt<'_>,
) -> rusqlite::Result<()> {
    let Known { fate, reason, turn_key, requests, started_at, recorded_at, span } = receipt.known;
    let version = env!("CARGO_PKG_VERSION");
    let query = "INSERT INTO receipt (destination, session, trace_id, fate, reason, turn_key, requests, started_at,
                                      recorded_at, version, span, packed)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                 ON CONFLICT (destination, trace_id) DO UPDATE SET session = excluded.session, fate = excluded.fate,
                    reason = excluded.reason, requests = excluded.requests, started_at = excluded.started_at,
                    recorded_at = excluded.recorded_at, version = excluded.version, span = excluded.span, packed = excluded.packed
                 RETURNING id";
    let packed = pack(span);
    let time = |at: &Timestamp| at.nanoseconds().cast_signed();
    let id: i64 = connection.prepare_cached(query)?.query_row(
        params![
            destination,
            session,
            receipt.trace.0,
            fate.word(),
            reason,
            turn_key,
            requests.cast_signed(),
            time(started_at),
            time(recorded_at),
            version,
            if packed.is_some() { "" } else { span },
            packed
        ],
        |row| row.get(0),
    )?;
    let mut statement = connection.prepare_cached("INSERT OR IGNORE INTO name VALUES (?, ?, ?)")?;
    for name in receipt.names {
        statement.execute(params![destination, name, id])?;
    }
    Ok(())
}
