//! What goes with every request: the key, where the endpoint may see it, and what is asked for.

use super::endpoint::{MODA, Source};
use super::variables::{Variables, otel, pairs};
use crate::cli::Delivery;
use crate::error::{Error, plain};
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
    } else if let Some(key) = key(delivery, variables)? {
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
    let has_secret = headers.iter().any(|header| is_secret(&header.name));
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
    let is_valid = |header: &&Header| {
        header.name.parse::<ureq::http::HeaderName>().is_ok() && header.value.parse::<ureq::http::HeaderValue>().is_ok()
    };
    match headers.iter().find(|header| !is_valid(header)) {
        None => Ok(()),
        Some(header) => Err(Error::usage(
            format!("The header {:?} or its value has a character that HTTP does not allow.", header.name),
            "Check MODA_API_KEY, the key file and the headers for line breaks and spaces.",
        )),
    }
}

fn key(delivery: &Delivery, variables: Variables<'_>) -> Result<Option<String>, Error> {
    let Some(path) = &delivery.api_key_file else {
        return Ok(variables("MODA_API_KEY").map(|key| key.trim().to_owned()).filter(|key| !key.is_empty()));
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        Error::usage(
            format!("Cannot read the key file {}: {}.", path.display(), plain(&error)),
            "Check --api-key-file.",
        )
    })?;
    let key = text.trim();
    if key.is_empty() {
        return Err(Error::usage(
            format!("The key file {} is empty.", path.display()),
            "Put the key into it, on one line.",
        ));
    }
    Ok(Some(key.to_owned()))
}
