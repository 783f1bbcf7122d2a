//! A request that the API did not answer, as the client's own record of it tells.

use super::asked::{Input, Taken};
use super::excerpt::{ERROR_CHARACTERS, Excerpt};
use super::period::Period;
use crate::redaction::Redaction;
use crate::transcript::Record;

/// Why a model stopped that will not answer.
pub const REFUSAL: &str = "refusal";

/// What clients up to 2.0 say of an answer that came and was cut.
const TOO_LONG: &str = " output token maximum";

/// A failed API call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// The client's word for it (`rate_limit`), or the HTTP status.
    pub kind: String,
    /// The HTTP status; nothing where there was no answer.
    pub status: Option<u64>,
    /// What the user was shown.
    pub message: String,
}

impl Failure {
    /// What an assistant record that stands for a failed call says.
    pub(super) fn of(record: &Record<'_>, redaction: Redaction) -> Self {
        let status = Some(record.api_error_status.get()).filter(|status| *status > 0);
        let said: String = record.message.content.texts().collect();
        let message = Excerpt::of(&said, ERROR_CHARACTERS, redaction).as_str().to_owned();
        let kind = record.error.kind.clone().map(Into::into).or(status.map(|status| status.to_string()));
        Self { kind: kind.unwrap_or_else(|| "api_error".to_owned()), status, message }
    }
}

/// A request that failed for good; of its tries before, `system` records may tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FailedRequest {
    /// The `requestId`; the record's `uuid` where there was no answer that had one.
    pub id: String,
    /// The API's id of the request.
    pub request_id: Option<String>,
    /// How often it was made in vain before, as far as records tell.
    pub retries: u64,
    /// What it answers: the prompt, results of calls.
    pub inputs: Vec<Input>,
    /// From what it answers to the record.
    pub period: Period,
    /// How it failed.
    pub failure: Failure,
    /// Whether it was answered after all, by a refusal without a word.
    pub is_refused: bool,
}

impl FailedRequest {
    /// Whether a record stands for a request that failed: some tell of one that was answered, and cut.
    pub(super) fn is_told_by(record: &Record<'_>) -> bool {
        let has_failed = matches!(record.message.stop_reason.as_deref(), None | Some("stop_sequence" | REFUSAL));
        let is_cut = || record.message.content.texts().any(|text| text.contains(TOO_LONG));
        record.is_api_error && has_failed && !is_cut()
    }

    /// What an assistant record that stands for a failed call says; nothing where it has no id.
    pub(super) fn of(record: &Record<'_>, asked: Taken, redaction: Redaction) -> Option<Self> {
        let request_id = record.request_id.as_deref().filter(|id| !id.is_empty());
        Some(Self {
            id: request_id.or(record.own_id())?.to_owned(),
            request_id: request_id.map(str::to_owned),
            retries: asked.retries,
            inputs: asked.inputs,
            period: Period::asked(asked.at, record.timestamp()),
            failure: Failure::of(record, redaction),
            is_refused: record.message.stop_reason.as_deref() == Some(REFUSAL),
        })
    }
}
