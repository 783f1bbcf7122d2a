//! What came of a request, and what ends a run.

use std::time::Duration;

use super::Protocol;
use crate::error::{Error, Exit};

/// What came of a request; each reason is a phrase for people.
#[derive(Debug)]
pub(super) enum Reply {
    /// It is not to be made again.
    Done(Outcome),
    /// It may succeed in a moment. The server can say in which; if it never does, this ends the run.
    Again { reason: String, wait: Option<Duration>, ending: Ending },
    /// No other request will fare better.
    End(Ending, String),
}

/// What became of a request's spans.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The server took all but `rejected` of them, and may have something to say.
    Taken { rejected: u64, message: String, is_whole: bool },
    /// They may go in another run.
    Left(String),
    /// They are too many, or too large.
    TooLarge(String),
    /// Something in them is wrong.
    Rejected(String),
}

impl Reply {
    /// For a person who watches.
    pub(super) fn phrase(&self) -> &str {
        match self {
            Reply::Done(Outcome::Taken { rejected: 0, .. }) => "delivered",
            Reply::Done(Outcome::Taken { .. }) => "delivered in part",
            Reply::Done(Outcome::Left(reason) | Outcome::TooLarge(reason) | Outcome::Rejected(reason))
            | Reply::Again { reason, .. }
            | Reply::End(_, reason) => reason,
        }
    }
}

/// Why a run ends before all is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The key is wrong, or may not do this.
    Refused,
    /// The server answers, and takes no traces there; with the status and what it was sent.
    Misdirected(u16, Protocol),
    /// It rejected every span that it was sent.
    TakesNothing,
    /// It was busy or broken for too long.
    Failing,
    /// It did not answer in time.
    TooSlow,
    /// Its certificate, or ours, is not trusted.
    Untrusted,
    /// The proxy does not let us through.
    Proxy,
    /// It hangs up in the middle.
    HungUp,
    /// There is no TLS at its end.
    SpeaksNoTls,
    /// There is no connection to it.
    Unreachable,
}

impl Ending {
    /// The words for it.
    pub(super) fn error(self, place: &str, reason: &str) -> Error {
        let sentence = match self {
            Ending::Refused => format!("{place} refused the key ({reason})."),
            Ending::Misdirected(..) => format!("{place} takes no traces ({reason})."),
            Ending::TakesNothing => format!("{place} rejects every span ({reason})."),
            Ending::Failing => format!("{place} keeps failing ({reason})."),
            _ => {
                format!("Cannot reach {place}: {}.", reason.trim_end_matches('.'))
            }
        };
        let exit = if self == Ending::Refused { Exit::Refused } else { Exit::Unreachable };
        Error::new(exit, sentence, self.hint())
    }

    fn hint(self) -> &'static str {
        match self {
            Ending::Refused => {
                "Check MODA_API_KEY, --api-key-file or --header, for an OTEL_ endpoint OTEL_EXPORTER_OTLP_HEADERS; nothing more was sent."
            }
            Ending::Misdirected(300..=399, _) => {
                "Redirects are not followed, they could take the key elsewhere; name the final address as --endpoint."
            }
            Ending::Misdirected(402, _) => "Check the account and its plan with whoever runs the server.",
            Ending::Misdirected(407, _) => {
                "The proxy wants a name and a password: HTTPS_PROXY=http://name:password@host:port."
            }
            Ending::Misdirected(415, Protocol::Protobuf) => {
                "The server does not take protobuf; try --protocol http/json."
            }
            Ending::Misdirected(415, Protocol::Json) => "The server does not take JSON; try --protocol http/protobuf.",
            Ending::Misdirected(..) => "Check the endpoint's path; OTLP/HTTP servers take traces at /v1/traces.",
            Ending::TakesNothing => {
                "Try the other --protocol, or --compression none; none of these spans counts as rejected."
            }
            Ending::Failing => "What was not delivered goes next time, with the same ids; --retry-for waits longer.",
            Ending::TooSlow => "Try again later, or give the server more time with --timeout.",
            Ending::Untrusted => {
                "Check the server's certificate and this system's trust store; --certificate names another authority, --client-certificate and --client-key say who we are."
            }
            Ending::Proxy => {
                "Check HTTPS_PROXY and NO_PROXY; a proxy that wants a name and a password reads http://name:password@host:port."
            }
            Ending::SpeaksNoTls => "The server speaks no TLS there; try http: instead of https:.",
            Ending::HungUp | Ending::Unreachable => {
                "Check the endpoint's host and port, and that the server runs; what was not delivered goes next time."
            }
        }
    }
}
