//! What a server's answer means: a pure decision of status and body.

use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};
use prost::Message;

/// What became of a request's spans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Taken, but for `rejected` spans; the server may have something to say in either case.
    Taken { rejected: u64, message: String },
    /// The key is wrong or may not do this.
    Refused,
    /// No OTLP/HTTP endpoint of this protocol is here; no other request will fare better.
    Misdirected,
    /// The server is busy or broken; the same request can succeed later.
    Failing,
    /// The server will not take this request.
    Rejected,
}

/// Decides by the rules of OTLP/HTTP. The content type of the body is not trusted.
pub(super) fn answer(status: u16, body: &[u8]) -> Answer {
    match status {
        200..=299 => {
            let partial = partial_success(body).unwrap_or_default();
            let rejected = u64::try_from(partial.rejected_spans).unwrap_or(0);
            Answer::Taken { rejected, message: partial.error_message }
        }
        401 | 403 => Answer::Refused,
        300..=399 | 404 | 405 | 415 => Answer::Misdirected,
        429 | 500..=599 => Answer::Failing,
        _ => Answer::Rejected,
    }
}

/// Protobuf and JSON are told apart by the first byte: no valid protobuf answer begins with `{`.
fn partial_success(body: &[u8]) -> Option<ExportTracePartialSuccess> {
    if !body.trim_ascii_start().starts_with(b"{") {
        return ExportTraceServiceResponse::decode(body).ok()?.partial_success;
    }
    let json: serde_json::Value = serde_json::from_slice(body).ok()?;
    let partial = json.get("partialSuccess")?;
    let rejected = partial.get("rejectedSpans");
    let rejected = rejected.and_then(|count| count.as_i64().or_else(|| count.as_str()?.parse().ok()));
    let message = partial.get("errorMessage").and_then(serde_json::Value::as_str);
    let error_message = message.unwrap_or_default().to_owned();
    Some(ExportTracePartialSuccess { rejected_spans: rejected.unwrap_or(0), error_message })
}

/// The server's own words, for a person: the first line of a text, or the message of a JSON or
/// protobuf error, without control characters.
pub(super) fn words(body: &[u8]) -> String {
    const CHARACTERS: usize = 300;
    let json = serde_json::from_slice::<serde_json::Value>(body).ok();
    let message = json.as_ref().and_then(|json| {
        ["message", "detail", "error"].iter().find_map(|key| json.get(key).and_then(serde_json::Value::as_str))
    });
    let text = message.map_or_else(|| String::from_utf8_lossy(body).into_owned(), str::to_owned);
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().filter(|letter| *letter != char::REPLACEMENT_CHARACTER).take(CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(rejected: u64, message: &str) -> Answer {
        Answer::Taken { rejected, message: message.to_owned() }
    }

    #[test]
    fn every_status_has_one_meaning() {
        let partial = ExportTraceServiceResponse {
            partial_success: Some(ExportTracePartialSuccess { rejected_spans: 3, error_message: "old".to_owned() }),
        };
        let cases: [(u16, Vec<u8>, Answer); 20] = [
            (200, Vec::new(), taken(0, "")),
            (200, b"{}".to_vec(), taken(0, "")),
            (200, br#"{"partialSuccess":{}}"#.to_vec(), taken(0, "")),
            (200, br#"{"partialSuccess":null}"#.to_vec(), taken(0, "")),
            (200, br#"{"accepted_spans":3,"status":"success"}"#.to_vec(), taken(0, "")),
            (200, br#"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"no"}}"#.to_vec(), taken(2, "no")),
            (200, partial.encode_to_vec(), taken(3, "old")),
            (200, b"<html>".to_vec(), taken(0, "")),
            (202, Vec::new(), taken(0, "")),
            (307, Vec::new(), Answer::Misdirected),
            (404, Vec::new(), Answer::Misdirected),
            (415, Vec::new(), Answer::Misdirected),
            (400, Vec::new(), Answer::Rejected),
            (401, Vec::new(), Answer::Refused),
            (403, Vec::new(), Answer::Refused),
            (413, Vec::new(), Answer::Rejected),
            (429, Vec::new(), Answer::Failing),
            (500, Vec::new(), Answer::Failing),
            (503, Vec::new(), Answer::Failing),
            (504, Vec::new(), Answer::Failing),
        ];
        for (status, body, expected) in cases {
            assert_eq!(answer(status, &body), expected, "{status} {}", String::from_utf8_lossy(&body));
        }
    }

    #[test]
    fn words_are_short_and_clean() {
        for (body, expected) in [
            (&b"Invalid token"[..], "Invalid token"),
            (br#"{"detail":"no spans found"}"#, "no spans found"),
            (br#"{"code":3,"message":"bad\u001b[31m id"}"#, "bad [31m id"),
            (b"\x1b[2Jboo\r\n  hoo\xff", "[2Jboo hoo"),
            (b"", ""),
        ] {
            assert_eq!(words(body), expected);
        }
        assert_eq!(words("é".repeat(1000).as_bytes()).chars().count(), 300);
    }
}
