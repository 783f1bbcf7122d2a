//! What stands between here and the server, as the environment says it: `HTTPS_PROXY`, `HTTP_PROXY`,
//! `ALL_PROXY` and `NO_PROXY`, in capitals or not.

use super::variables::Variables;
use crate::error::Error;
use crate::otlp::{Proxy, is_loopback};

/// The proxy for a URL. What is meant for this machine goes through none: a proxy would take it,
/// the key too, over the network.
pub(super) fn choose(url: &str, variables: Variables<'_>) -> Result<Option<Proxy>, Error> {
    let Some((name, value)) = named(url, variables) else { return Ok(None) };
    // A password in it is never shown.
    let wrong = |_| {
        Error::usage(format!("{name} is no URL of a proxy."), "A proxy reads http://host:port or socks5://host:port.")
    };
    Proxy::new(&value).map(Some).map_err(wrong)
}

/// The variable that counts, and what it says.
fn named(url: &str, variables: Variables<'_>) -> Option<(&'static str, String)> {
    let either = |upper: &'static str, lower: &'static str| {
        [upper, lower].into_iter().find_map(|name| Some((name, variables(name)?)))
    };
    if is_loopback(url) || either("NO_PROXY", "no_proxy").is_some_and(|(_, list)| is_excepted(url, &list)) {
        return None;
    }
    let of_scheme = if url.starts_with("https:") {
        either("HTTPS_PROXY", "https_proxy")
    } else {
        either("HTTP_PROXY", "http_proxy")
    };
    of_scheme.or_else(|| either("ALL_PROXY", "all_proxy"))
}

/// Whether the list names the URL's host, a domain above it, or everything; with a port or without.
fn is_excepted(url: &str, list: &str) -> bool {
    let authority = url.split("://").nth(1).unwrap_or_default().split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.to_ascii_lowercase();
    let host_of = || authority.strip_prefix('[')?.split(']').next();
    if let Some(address) = host_of() {
        return list
            .split([',', ' '])
            .any(|entry| entry == "*" || entry.trim_matches(['[', ']']).eq_ignore_ascii_case(address));
    }
    let host = authority
        .rsplit_once(':')
        .filter(|(host, _)| !host.ends_with(':'))
        .map_or(authority.as_str(), |(host, _)| host);
    list.to_ascii_lowercase().split([',', ' ']).filter(|entry| !entry.is_empty()).any(|entry| {
        let domain = entry.trim_start_matches('*').trim_start_matches('.');
        let is_below = |name: &str| name == domain || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
        entry == "*" || (!domain.is_empty() && (is_below(host) || is_below(&authority)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_decides_and_exceptions_win() {
        for (url, set, expected) in [
            ("https://a.example", &[("HTTPS_PROXY", "x")][..], Some("HTTPS_PROXY")),
            ("https://a.example", &[("https_proxy", "x"), ("ALL_PROXY", "y")], Some("https_proxy")),
            ("https://a.example", &[("HTTP_PROXY", "x")], None),
            ("http://a.example", &[("HTTP_PROXY", "x"), ("HTTPS_PROXY", "y")], Some("HTTP_PROXY")),
            ("http://a.example", &[("all_proxy", "x")], Some("all_proxy")),
            ("http://localhost:4318", &[("HTTP_PROXY", "x")], None),
            ("https://a.example/v1", &[("HTTPS_PROXY", "x"), ("NO_PROXY", "b.example, .example")], None),
            ("https://a.example", &[("HTTPS_PROXY", "x"), ("no_proxy", "*")], None),
        ] {
            let variables = |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(named(url, &variables).map(|(name, _)| name), expected, "{url} {set:?}");
        }
    }

    #[test]
    fn exceptions_are_hosts_and_domains() {
        for (url, list, expected) in [
            ("https://a.b.example/x", "b.example", true),
            ("https://b.example", "b.example", true),
            ("https://b.example:8443", "b.example:8443", true),
            ("https://b.example:8443", "b.example:1", false),
            ("https://B.Example", "*.EXAMPLE", true),
            ("https://ab.example", "b.example", false),
            ("https://10.0.0.1:4318", "10.0.0.1", true),
            ("https://[fd00::1]:4318", "x, FD00::1", true),
            ("https://[fd00::1]/v1", "[fd00::1]", true),
            ("https://[fd00::1]", "fd00::2", false),
            ("https://b.example", "", false),
            ("https://b.example", ",. ,", false),
        ] {
            assert_eq!(is_excepted(url, list), expected, "{url} {list}");
        }
    }
}
