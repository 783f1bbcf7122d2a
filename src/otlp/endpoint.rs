//! Which URL traces are posted to.

use std::fmt;
use std::path::PathBuf;

/// Where spans go.
#[derive(Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// An OTLP/HTTP server's URL for traces.
    Http(String),
    /// A file of OTLP/JSON lines, as the OpenTelemetry Collector's file exporter writes them.
    File(PathBuf),
    /// The same on standard output.
    Stdout,
}

/// Never the query.
impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Endpoint::Http(url) => formatter.write_str(shown(url)),
            Endpoint::File(path) => write!(formatter, "file:{}", path.display()),
            Endpoint::Stdout => formatter.write_str("-"),
        }
    }
}

/// The URL for traces of a server's base URL: with `/v1/traces`, unless its path ends in `/traces` already.
#[must_use]
pub fn traces_url(base: &str) -> String {
    let base = base.split('#').next().unwrap_or_default();
    let (address, query) = base.find('?').map_or((base, ""), |at| base.split_at(at));
    let address = address.trim_end_matches('/');
    if address.ends_with("/traces") { format!("{address}{query}") } else { format!("{address}/v1/traces{query}") }
}

/// The part of a URL that holds no secret: neither query nor fragment.
#[must_use]
pub fn shown(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

/// Whether a URL leads to this machine.
#[must_use]
pub fn is_loopback(url: &str) -> bool {
    let Ok(uri) = url.parse::<ureq::http::Uri>() else { return false };
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_gets_the_path_for_traces() {
        for (base, expected) in [
            ("http://h:4318", "http://h:4318/v1/traces"),
            ("http://h:4318/", "http://h:4318/v1/traces"),
            ("https://h/otlp", "https://h/otlp/v1/traces"),
            ("https://h/v1/traces", "https://h/v1/traces"),
            ("https://h/v1/otel/claude/traces/", "https://h/v1/otel/claude/traces"),
            ("https://h?tenant=a/b", "https://h/v1/traces?tenant=a/b"),
            ("https://h#part", "https://h/v1/traces"),
        ] {
            assert_eq!(traces_url(base), expected, "{base}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for (url, expected) in [
            ("http://localhost:4318/x", true),
            ("http://LOCALHOST", true),
            ("http://127.1.2.3", true),
            ("http://[::1]:80/", true),
            ("http://[::ffff:127.0.0.1]/", true),
            ("http://localhost.evil.example", false),
            ("http://127.0.0.1.evil.example", false),
            ("http://127.0.0.1@evil.example/", false),
            ("http://10.0.0.1", false),
            ("nonsense", false),
        ] {
            assert_eq!(is_loopback(url), expected, "{url}");
        }
    }
}
