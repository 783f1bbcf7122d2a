//! One POST over HTTP, on connections that are kept, and what came of it.

use std::fmt;
use std::io::{ErrorKind, Read};
use std::time::{Duration, SystemTime};

use ureq::SendBody;
use ureq::http::{HeaderMap, StatusCode};

use super::Protocol;
use super::answer::{Answer, answer};
use super::body::Body;
use super::endpoint::shown;
use super::reply::{Ending, Outcome, Reply};
use super::retry::retry_after;
use super::secrets::Secrets;
use super::tls::Tls;
use crate::error::plain;

/// As OTLP wants it: the exporter's product, then the exporter.
const USER_AGENT: &str =
    concat!("moda-agent/", env!("CARGO_PKG_VERSION"), " OTel-OTLP-Exporter-Rust/", env!("CARGO_PKG_VERSION"));
/// Bytes of an answer that are read, as OTLP recommends.
const ANSWER_BYTES: u64 = 4 * 1024 * 1024;
/// Time to connect, for a piece of the body to go, and between the head of an answer and its end, at most.
const CONNECT: Duration = Duration::from_secs(10);
const WRITE: Duration = Duration::from_secs(10);
const READ: Duration = Duration::from_secs(10);

/// A request header.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value, which may be a secret and is never shown.
    pub value: String,
}

/// Never the value.
impl fmt::Debug for Header {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ...", self.name)
    }
}

/// How requests are made.
#[derive(Clone)]
pub struct HttpSettings {
    /// The URL for traces.
    pub url: String,
    /// What goes with every request, the key included.
    pub headers: Vec<Header>,
    /// How the body is written.
    pub protocol: Protocol,
    /// Whether the body is compressed.
    pub gzip: bool,
    /// For a request from its first to its last byte.
    pub timeout: Duration,
    /// Whom to trust, and who we are.
    pub tls: Tls,
    /// What stands between here and the server. Its URL can hold a password.
    pub proxy: Option<Proxy>,
    /// The most requests in flight.
    pub concurrency: usize,
    /// For how long a batch may fail before it is left for the next run.
    pub retry_for: Duration,
}

/// Never what may hold a secret.
impl fmt::Debug for HttpSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { headers, protocol, tls, .. } = self;
        let mut debug = formatter.debug_struct("HttpSettings");
        debug.field("url", &shown(&self.url)).field("headers", headers).field("protocol", protocol);
        debug.field("tls", tls).field("has_proxy", &self.proxy.is_some()).finish_non_exhaustive()
    }
}

/// A proxy server.
pub use ureq::Proxy;

/// Posts bodies to a server.
pub(super) struct Client {
    agent: ureq::Agent,
    url: String,
    headers: Vec<Header>,
    secrets: Secrets,
    protocol: Protocol,
    gzip: bool,
}

impl Client {
    /// Connects with the first request. Redirects are not followed: they could take the key elsewhere.
    pub(super) fn new(settings: &HttpSettings) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(settings.timeout))
            .timeout_connect(Some(CONNECT.min(settings.timeout)))
            .timeout_per_write(Some(WRITE.min(settings.timeout)))
            .timeout_recv_body(Some(READ.min(settings.timeout)))
            .max_idle_connections(settings.concurrency)
            .max_idle_connections_per_host(settings.concurrency)
            .user_agent(USER_AGENT)
            .proxy(settings.proxy.clone())
            .tls_config(settings.tls.config());
        let password = settings.proxy.as_ref().and_then(Proxy::password);
        Self {
            agent: config.build().new_agent(),
            url: settings.url.clone(),
            headers: settings.headers.clone(),
            secrets: Secrets::new(&settings.url, &settings.headers, password),
            protocol: settings.protocol,
            gzip: settings.gzip,
        }
    }

    /// Where requests go, without the query, which may hold a secret.
    pub(super) fn destination(&self) -> &str {
        shown(&self.url)
    }

    /// Whether bodies are to be compressed.
    pub(super) fn wants_gzip(&self) -> bool {
        self.gzip
    }

    /// Sends a body, which is compressed if that is wanted.
    pub(super) fn send(&self, body: &Body) -> Reply {
        match self.post(body) {
            Ok(mut response) => {
                let (status, headers) = (response.status(), response.headers().clone());
                let mut text = Vec::new();
                // What the server could not finish saying, or said beyond the limit, decides nothing.
                let read = response.body_mut().as_reader().take(ANSWER_BYTES + 1).read_to_end(&mut text);
                let is_whole = read.is_ok() && text.len() as u64 <= ANSWER_BYTES;
                self.understand(status, &headers, &text, is_whole)
            }
            Err(error) => self.failed(&error),
        }
    }

    fn post(&self, body: &Body) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
        let mut request = self.agent.post(&self.url).content_type(self.protocol.content_type());
        request = request.header("Content-Length", body.len());
        if self.gzip {
            request = request.header("Content-Encoding", "gzip");
        }
        for header in &self.headers {
            request = request.header(&header.name, &header.value);
        }
        request.send(SendBody::from_reader(&mut body.reader()?))
    }

    fn understand(&self, status: StatusCode, headers: &HeaderMap, text: &[u8], is_whole: bool) -> Reply {
        let said = |text: &[u8]| self.secrets.words(text);
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let reason = || phrase(status, header("location").map(|to| said(to.as_bytes())).as_deref(), &said(text));
        match answer(status.as_u16(), text) {
            Answer::Taken { rejected, message, is_understood } => {
                let (message, is_whole) = (said(message.as_bytes()), is_whole && is_understood);
                Reply::Done(Outcome::Taken { rejected, message, is_whole })
            }
            Answer::Refused => Reply::End(Ending::Refused, reason()),
            Answer::Misdirected => Reply::End(Ending::Misdirected(status.as_u16(), self.protocol), reason()),
            Answer::Busy => {
                let wait = header("retry-after").and_then(|value| retry_after(value, SystemTime::now()));
                Reply::Again { reason: reason(), wait, ending: Ending::Failing }
            }
            Answer::Broken => Reply::Done(Outcome::Left(reason())),
            Answer::TooLarge => Reply::Done(Outcome::TooLarge(reason())),
            Answer::Rejected => Reply::Done(Outcome::Rejected(reason())),
        }
    }

    /// A connection that could not be made, or broke, may come back; a certificate does not change.
    fn failed(&self, error: &ureq::Error) -> Reply {
        let reason = match error {
            ureq::Error::Io(error) => plain(error),
            error => error.to_string(),
        };
        let reason = self.secrets.words(reason.as_bytes());
        let again = |ending, reason| Reply::Again { reason, wait: None, ending };
        match error {
            ureq::Error::Timeout(_) => again(Ending::TooSlow, "no answer in time".to_owned()),
            ureq::Error::Io(error) if error.kind() == ErrorKind::InvalidData => {
                // What goes wrong in the handshake comes as bad data of the stream.
                let speaks_no_tls = reason.contains("InvalidContentType");
                Reply::End(if speaks_no_tls { Ending::SpeaksNoTls } else { Ending::Untrusted }, reason)
            }
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::Pem(_) => Reply::End(Ending::Untrusted, reason),
            ureq::Error::Io(error) if HANG_UPS.contains(&error.kind()) => again(Ending::HungUp, reason),
            ureq::Error::Io(_) | ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => {
                again(Ending::Unreachable, reason)
            }
            ureq::Error::ConnectProxyFailed(_) if reason.contains("407") => Reply::End(Ending::Proxy, reason),
            ureq::Error::ConnectProxyFailed(_) => again(Ending::Proxy, reason),
            // An answer that is no HTTP says nothing of the next one.
            _ => Reply::Done(Outcome::Left(reason)),
        }
    }
}

/// How it shows that a server hung up: while the request is written, or, where all of it fits the
/// system's buffers, when the answer is read.
const HANG_UPS: [ErrorKind; 4] =
    [ErrorKind::BrokenPipe, ErrorKind::ConnectionReset, ErrorKind::ConnectionAborted, ErrorKind::UnexpectedEof];

/// One phrase: the status, where it points, what the server said.
fn phrase(status: StatusCode, location: Option<&str>, words: &str) -> String {
    let status = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default());
    let location = location.map(|location| format!(" to {location}"));
    let words = if words.is_empty() { String::new() } else { format!(": {words}") };
    format!("{}{}{words}", status.trim_end(), location.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    /// What comes of an error: whether it is tried again, ends the run, or waits for another.
    fn outcome(error: &ureq::Error) -> &'static str {
        let (url, headers) = ("http://127.0.0.1:9".to_owned(), Vec::new());
        let settings = HttpSettings {
            url,
            headers,
            protocol: Protocol::Protobuf,
            gzip: false,
            timeout: Duration::from_secs(1),
            tls: Tls::default(),
            proxy: None,
            concurrency: 1,
            retry_for: Duration::ZERO,
        };
        match Client::new(&settings).failed(error) {
            Reply::Again { .. } => "again",
            Reply::Done(Outcome::Left(_)) => "later",
            Reply::End(..) => "end",
            Reply::Done(_) => "answered",
        }
    }

    #[test]
    fn a_broken_connection_is_worth_another_try_and_a_bad_certificate_is_not() {
        let io = |kind: ErrorKind| ureq::Error::Io(io::Error::new(kind, "x"));
        for (error, expected) in [
            (ureq::Error::Timeout(ureq::Timeout::Connect), "again"),
            (ureq::Error::Timeout(ureq::Timeout::Global), "again"),
            (io(ErrorKind::ConnectionRefused), "again"),
            (io(ErrorKind::ConnectionReset), "again"),
            (io(ErrorKind::BrokenPipe), "again"),
            (io(ErrorKind::UnexpectedEof), "again"),
            (ureq::Error::HostNotFound, "again"),
            (ureq::Error::ConnectionFailed, "again"),
            (ureq::Error::ConnectProxyFailed("502".to_owned()), "again"),
            (ureq::Error::ConnectProxyFailed("407".to_owned()), "end"),
            (io(ErrorKind::InvalidData), "end"),
            (ureq::Error::Tls("x"), "end"),
            (ureq::Error::BadUri("x".to_owned()), "later"),
        ] {
            assert_eq!(outcome(&error), expected, "{error}");
        }
    }
}
