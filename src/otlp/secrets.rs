//! Nothing that a server says is shown with a header's value in it.

use super::http::Header;

/// What is shorter is no secret, and would blot out words.
const SHORTEST: usize = 6;

/// What a server said, should it repeat a header: the text with `[header]` for every part of a value.
pub(super) fn without_secrets(text: &[u8], headers: &[Header]) -> Vec<u8> {
    let values = headers.iter().flat_map(|header| header.value.split_ascii_whitespace());
    let secrets = values.filter(|value| value.len() >= SHORTEST);
    secrets.fold(text.to_vec(), |text, secret| without(&text, secret.as_bytes()))
}

fn without(text: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut clean = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = memchr::memmem::find(rest, secret).and_then(|at| rest.split_at_checked(at)) {
        clean.extend_from_slice(before);
        clean.extend_from_slice(b"[header]");
        rest = after.get(secret.len()..).unwrap_or_default();
    }
    clean.extend_from_slice(rest);
    clean
}
