//! What a server's answer means: a pure decision of status and body.

use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};
use prost::Message;
use serde_json::Value;

/// What became of a request's spans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Taken, but for `rejected` spans; the server may have something to say in either case.
    /// What it says may not be understood.
    Taken { rejected: u64, message: String, is_understood: bool },
    /// The key is wrong or may not do this.
    Refused,
    /// No OTLP/HTTP endpoint of this protocol is here; no other request will fare better.
    Misdirected,
    /// The server is busy; the same request is worth another try (OTLP names these statuses).
    Busy,
    /// The server is broken; the same request can succeed in another run.
    Broken,
    /// The request is too large.
    TooLarge,
    /// The server will not take this request, for something that is in it.
    Rejected,
}

/// Words of servers that answer 400 to what is too large.
const SIZE_WORDS: [&str; 8] =
    ["too large", "too big", "too long", "size limit", "length limit", "maximum size", "larger than max", "body size"];

/// Decides by the rules of OTLP/HTTP. The content type of the body is not trusted.
pub(super) fn answer(status: u16, body: &[u8]) -> Answer {
    match status {
        200..=299 => {
            let partial = partial_success(body);
            let is_understood = partial.is_some();
            let partial = partial.unwrap_or_default();
            let rejected = u64::try_from(partial.rejected_spans).unwrap_or(0);
            Answer::Taken { rejected, message: partial.error_message, is_understood }
        }
        401 | 403 => Answer::Refused,
        // About the address, the account or the way, not about what is in the request.
        300..=399 | 402 | 404 | 405 | 406 | 407 | 410 | 415 | 421 | 426 | 501 | 505 => Answer::Misdirected,
        413 => Answer::TooLarge,
        400 if names_size(body) => Answer::TooLarge,
        429 | 502 | 503 | 504 => Answer::Busy,
        408 | 425 | 500..=599 => Answer::Broken,
        _ => Answer::Rejected,
    }
}

fn names_size(body: &[u8]) -> bool {
    let words = words(body).to_lowercase();
    SIZE_WORDS.iter().any(|size| words.contains(size))
}

/// Protobuf and JSON are told apart by the first byte: no valid protobuf answer begins with `{`.
/// In JSON both spellings of proto3 count, and what `otelite` and `TokenJam` say at the top level.
fn partial_success(body: &[u8]) -> Option<ExportTracePartialSuccess> {
    if !body.trim_ascii_start().starts_with(b"{") {
        return Some(ExportTraceServiceResponse::decode(body).ok()?.partial_success.unwrap_or_default());
    }
    let json: Value = serde_json::from_slice(body).ok()?;
    let partial = ["partialSuccess", "partial_success"].iter().find_map(|key| json.get(key)).unwrap_or(&json);
    let number = |count: &Value| count.as_i64().or_else(|| count.as_str()?.parse().ok());
    let rejected = ["rejectedSpans", "rejected_spans", "rejected"].iter().find_map(|key| number(partial.get(key)?));
    let message = ["errorMessage", "error_message"].iter().find_map(|key| partial.get(key)?.as_str());
    let error_message = message.unwrap_or_default().to_owned();
    Some(ExportTracePartialSuccess { rejected_spans: rejected.unwrap_or(0), error_message })
}

/// The server's own words, for a person: the first line of a text, or the message of a JSON or
/// protobuf error, without control characters.
pub(super) fn words(body: &[u8]) -> String {
    const BYTES: usize = 64 * 1024;
    let body = body.get(..BYTES).unwrap_or(body);
    let json = serde_json::from_slice::<Value>(body).ok();
    let message = json
        .as_ref()
        .and_then(|json| ["message", "detail", "error"].iter().find_map(|key| json.get(key).and_then(Value::as_str)));
    let text = message.map_or_else(|| String::from_utf8_lossy(body).into_owned(), str::to_owned);
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().filter(|letter| *letter != char::REPLACEMENT_CHARACTER).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(rejected: u64, message: &str) -> Answer {
        Answer::Taken { rejected, message: message.to_owned(), is_understood: true }
    }

    #[test]
    fn every_status_has_one_meaning() {
        let partial = ExportTraceServiceResponse {
            partial_success: Some(ExportTracePartialSuccess { rejected_spans: 3, error_message: "old".to_owned() }),
        };
        let cases: [(u16, Vec<u8>, Answer); 32] = [
            (200, Vec::new(), taken(0, "")),
            (200, b"{}".to_vec(), taken(0, "")),
            (200, br#"{"partialSuccess":{}}"#.to_vec(), taken(0, "")),
            (200, br#"{"partialSuccess":null}"#.to_vec(), taken(0, "")),
            (200, br#"{"accepted_spans":3,"status":"success"}"#.to_vec(), taken(0, "")),
            (200, br#"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"no"}}"#.to_vec(), taken(2, "no")),
            (200, partial.encode_to_vec(), taken(3, "old")),
            (200, br#"{"partial_success":{"rejected_spans":3,"error_message":"no"}}"#.to_vec(), taken(3, "no")),
            (200, br#"{"rejected_spans":2,"status":"success"}"#.to_vec(), taken(2, "")),
            (200, b"<html>".to_vec(), Answer::Taken { rejected: 0, message: String::new(), is_understood: false }),
            (
                200,
                b"\x1f\x8b\x08".to_vec(),
                Answer::Taken { rejected: 0, message: String::new(), is_understood: false },
            ),
            (202, Vec::new(), taken(0, "")),
            (307, Vec::new(), Answer::Misdirected),
            (404, Vec::new(), Answer::Misdirected),
            (415, Vec::new(), Answer::Misdirected),
            (400, Vec::new(), Answer::Rejected),
            (401, Vec::new(), Answer::Refused),
            (403, Vec::new(), Answer::Refused),
            (400, b"request body too large".to_vec(), Answer::TooLarge),
            (400, br#"{"detail":"Length limit exceeded"}"#.to_vec(), Answer::TooLarge),
            (400, b"rate limit exceeded".to_vec(), Answer::Rejected),
            (402, Vec::new(), Answer::Misdirected),
            (408, Vec::new(), Answer::Broken),
            (413, Vec::new(), Answer::TooLarge),
            (422, Vec::new(), Answer::Rejected),
            (429, Vec::new(), Answer::Busy),
            (500, Vec::new(), Answer::Broken),
            (501, Vec::new(), Answer::Misdirected),
            (502, Vec::new(), Answer::Busy),
            (503, Vec::new(), Answer::Busy),
            (504, Vec::new(), Answer::Busy),
            (599, Vec::new(), Answer::Broken),
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
    }
}
