//! How things stand, for programs: one object.
//!
//! Fields are added in later versions, none is changed. Times are in RFC 3339; what is not known is
//! left out.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::overview::{DestinationStatus, Doomed, Overview};
use crate::ledger::{Rejected, Standing};
use crate::report::escaping;
use crate::transcript::{SessionFiles, total};

/// Writes the object and a line feed.
pub(super) fn write(output: &mut impl Write, overview: &Overview) -> io::Result<()> {
    let files = || overview.sessions.iter();
    let report = json!({
        "ledger": overview.ledger.as_ref().map(|place| place.display().to_string()),
        "destinations": overview.destinations.iter().map(destination).collect::<Vec<_>>(),
        "on_disk": {
            "sessions": overview.sessions.len(),
            "transcripts": files().map(|files| files.states.len()).sum::<usize>(),
            "bytes": total(files().map(SessionFiles::bytes)),
        },
        "deleted_soon": overview.soon.iter().map(doomed).collect::<Vec<_>>(),
    });
    escaping::write(output, &report)?;
    output.write_all(b"\n")
}

fn destination(status: &DestinationStatus) -> Value {
    let mut object = status.standing.as_ref().map(standing).unwrap_or_default();
    let undelivered = &status.undelivered;
    object.insert("waiting".to_owned(), json!({ "turns": undelivered.waiting }));
    let not_sent = json!({
        "turns": undelivered.count(), "sessions": undelivered.turns.len(), "bytes": undelivered.bytes,
    });
    object.insert("not_sent".to_owned(), not_sent);
    Value::Object(object)
}

fn standing(standing: &Standing) -> Map<String, Value> {
    let Standing { destination, used_at, delivered, sessions, delivered_at, rejected } = standing;
    let mut object = Map::new();
    let mut add = |key: &str, value: Value| object.insert(key.to_owned(), value);
    add("endpoint", json!(destination.endpoint));
    add("convention", json!(destination.convention));
    if !destination.key.is_empty() {
        add("key_fingerprint", json!(destination.key));
    }
    add("used_at", json!(used_at.to_string()));
    let mut counts = json!({ "turns": delivered, "sessions": sessions });
    if let (Some(at), Some(counts)) = (delivered_at, counts.as_object_mut()) {
        counts.insert("last_at".to_owned(), json!(at.to_string()));
    }
    add("delivered", counts);
    add("rejected", rejected.iter().map(refused).collect());
    object
}

fn refused(rejected: &Rejected) -> Value {
    json!({ "turns": rejected.turns, "reason": rejected.reason, "sessions": rejected.sessions })
}

fn doomed(file: &Doomed) -> Value {
    json!({
        "path": file.path.display().to_string(),
        "session_id": file.session,
        "deleted_at": file.deleted_at.to_string(),
        "turns_delivered_nowhere": file.turns,
    })
}
