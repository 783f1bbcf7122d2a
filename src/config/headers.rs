//! What goes with every request: the key, where the endpoint may see it, and what is asked for.

use super::endpoint::{MODA, Source};
use super::key;
use super::variables::{Variables, otel, pairs};
use crate::cli::Delivery;
use crate::error::Error;
use crate::otlp::{Header, is_loopback, shown};

/// The key, where the endpoint may see it, and every header that is asked for; of a name given
/// twice the one on the command line.
pub(super) fn of(
    delivery: &Delivery,
    variables: Variables<'_>,
    url: &str,
    source: Source,
) -> Result<Vec<Header>, Error> {
    let mut headers = Vec::new();
    for header in delivery.headers.iter().rev() {
        let pair = header.split_once('=').filter(|(name, _)| !name.trim().is_empty());
        let (name, value) = pair.ok_or_else(not_a_pair)?;
        add(&mut headers, name.trim(), value.trim());
    }
    let is_own = source != Source::OpenTelemetry;
    for header in delivery.file_headers.iter().filter(|_| is_own) {
        let (name, value) = header.split_once('=').ok_or_else(not_a_pair)?;
        add(&mut headers, name.trim(), value.trim());
    }
    if !is_own {
        let list = otel(variables, "HEADERS").map(|(_, list)| list).unwrap_or_default();
        for (name, value) in pairs(&list) {
            add(&mut headers, &name, &value);
        }
    } else if let Some(key) = key::choose(delivery.api_key_file.as_deref(), variables)? {
        add(&mut headers, "Authorization", &format!("Bearer {key}"));
    }
    check_characters(&headers)?;
    check_key(&headers, url)?;
    Ok(headers)
}

fn not_a_pair() -> Error {
    Error::usage("A header is not of the form NAME=VALUE.", "Write --header 'Authorization=Bearer ...'.")
}

/// Moda's own endpoint needs a key, and no key travels unencrypted over a network.
fn check_key(headers: &[Header], url: &str) -> Result<(), Error> {
    let has_key = headers.iter().any(|header| header.name.eq_ignore_ascii_case("authorization"));
    let has_secret = headers.iter().any(|header| is_secret(&header.name)) || has_secret(url);
    if is_moda(url) && !has_key {
        return Err(Error::usage(
            "There is no key for Moda.",
            "Set MODA_API_KEY or --api-key-file, name another --endpoint, or look first with --dry-run.",
        ));
    }
    if has_secret && !url.starts_with("https:") && !is_loopback(url) {
        return Err(Error::usage(
            format!("The key for {} would travel unencrypted.", shown(url)),
            "Use an https: endpoint; plain http: is for this machine only.",
        ));
    }
    Ok(())
}

/// Whether a header of that name usually holds a key, as `Authorization`, `X-Api-Key` and `Cookie` do.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["auth", "key", "token", "secret", "cookie", "password"].iter().any(|word| name.contains(word))
}

fn is_moda(url: &str) -> bool {
    let host = |url: &str| url.parse::<ureq::http::Uri>().ok()?.host().map(str::to_ascii_lowercase);
    host(url) == host(MODA)
}

fn add(headers: &mut Vec<Header>, name: &str, value: &str) {
    if !headers.iter().any(|header| header.name.eq_ignore_ascii_case(name)) {
        headers.push(Header { name: name.to_owned(), value: value.to_owned() });
    }
}

fn check_characters(headers: &[Header]) -> Result<(), Error> {
    let is_name = |header: &Header| header.name.parse::<ureq::http::HeaderName>().is_ok();
    let is_valid = |header: &&Header| is_name(header) && header.value.parse::<ureq::http::HeaderValue>().is_ok();
    let Some(header) = headers.iter().find(|header| !is_valid(header)) else { return Ok(()) };
    // What is no name can be a key behind a colon.
    let what = if is_name(header) {
        format!("The value of the header {:?}", header.name)
    } else {
        "A header's name".to_owned()
    };
    Err(Error::usage(
        format!("{what} has a character that HTTP does not allow."),
        "A header reads NAME=VALUE. Check MODA_API_KEY, the key file and the headers for colons, line breaks and spaces.",
    ))
}

/// Whether the query of a URL holds what is called like a key.
pub(super) fn has_secret(url: &str) -> bool {
    let query = url.split_once('?').map(|(_, query)| query).unwrap_or_default();
    query.split(['&', '#']).any(|pair| is_secret(pair.split('=').next().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_like_a_key_is_one() {
        for (url, expected) in [
            ("http://h/v1/traces", false),
            ("http://h/v1/traces?tenant=a&team=b", false),
            ("http://h/v1/traces?tenant=a&Api-Key=b", true),
            ("http://h/v1/traces?access_token=b#x", true),
            ("http://h/token", false),
        ] {
            assert_eq!(has_secret(url), expected, "{url}");
        }
        for (name, expected) in [("X-Api-Key", true), ("authorization", true), ("Cookie", true), ("x-team", false)] {
            assert_eq!(is_secret(name), expected, "{name}");
        }
    }
}
