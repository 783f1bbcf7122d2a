//! JSON, one value or many behind each other, each on a line of its own or on several.

use std::path::Path;

use memchr::{memchr, memchr_iter};
use serde_json::Deserializer;
use serde_json::value::RawValue;

use super::SavedSpan;
use super::request::Request;
use super::turn::Turn;
use crate::warning::{Warning, Warnings};

/// How many values may break off behind their first line. To find that out costs up to the whole
/// file; from then on no value is looked for over several lines.
const PATIENCE: u32 = 10;
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The spans in a text. Damage costs its line: reading goes on behind it.
pub(super) fn read(path: &Path, bytes: &[u8]) -> (Vec<SavedSpan>, Warnings) {
    let mut rest = Rest { bytes: bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes), line: 1, broken: 0 };
    let (mut spans, mut warnings) = (Vec::new(), Warnings::default());
    while let Some((value, line)) = rest.next_value() {
        match value.and_then(self::spans) {
            Ok(more) => spans.extend(more),
            Err(error) => {
                // What goes over several lines is broken from its beginning on.
                let column = if error.line() == 1 { error.column().max(1) } else { 1 };
                warnings.push(Warning::DamagedLine { path: path.to_owned(), line, column });
            }
        }
    }
    (spans, warnings)
}

/// What is not read yet.
struct Rest<'a> {
    bytes: &'a [u8],
    line: u64,
    /// Values over several lines that were none.
    broken: u32,
}

impl<'a> Rest<'a> {
    /// The next value and the number of its line.
    fn next_value(&mut self) -> Option<(serde_json::Result<&'a RawValue>, u64)> {
        self.pass(self.bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count());
        let end_of_line = memchr(b'\n', self.bytes).map_or(self.bytes.len(), |end| end + 1);
        let searched = if self.broken < PATIENCE { self.bytes.len() } else { end_of_line };
        let mut values = Deserializer::from_slice(self.bytes.get(..searched)?).into_iter::<&RawValue>();
        let (value, line) = (values.next()?, self.line);
        self.broken += u32::from(value.as_ref().is_err_and(|error| error.line() > 1));
        self.pass(if value.is_ok() { values.byte_offset() } else { end_of_line });
        Some((value, line))
    }

    fn pass(&mut self, count: usize) {
        let (passed, rest) = self.bytes.split_at_checked(count).unwrap_or((self.bytes, &[]));
        self.line += memchr_iter(b'\n', passed).count() as u64;
        self.bytes = rest;
    }
}

/// The spans of a value: a request's, or a turn of a dry run. Anything else has none.
fn spans(value: &RawValue) -> serde_json::Result<Vec<SavedSpan>> {
    if !value.get().starts_with('{') {
        return Ok(Vec::new());
    }
    let spans = serde_json::from_str::<Request>(value.get())?.into_spans();
    if !spans.is_empty() {
        return Ok(spans);
    }
    Ok(serde_json::from_str::<Turn>(value.get()).into_iter().flat_map(Turn::into_spans).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of a dry run.
    fn turn(name: &str) -> String {
        format!(r#"{{"name":"{name}","attributes":{{"a":1}}}}"#)
    }

    /// A request over several lines.
    fn request(name: &str) -> String {
        format!("{{\n  \"resourceSpans\": [{{\"scopeSpans\":\n [{{\"spans\": [{{\"name\": \"{name}\"}}]}}]}}]\n}}")
    }

    /// Names of the spans, and lines with columns of the damages.
    fn found(text: &str) -> (Vec<String>, Vec<(u64, usize)>) {
        let (spans, warnings) = read(Path::new("x"), text.as_bytes());
        let place = |warning| match warning {
            Warning::DamagedLine { line, column, .. } => (line, column),
            other => panic!("{other}"),
        };
        let damages = Warnings::default().absorb(warnings).into_iter().map(place).collect();
        (spans.into_iter().map(|span| span.name).collect(), damages)
    }

    #[test]
    fn values_are_found_however_they_are_laid_out() {
        let (a, b) = (turn("a"), request("b"));
        for (text, expected) in [
            (format!("{a}\n{a}\n"), &["a", "a"][..]),
            (format!("\u{feff}{b}"), &["b"]),
            (format!("{a}{b}\r\n\n{b}{a}"), &["a", "b", "b", "a"]),
            (format!("{{\"resourceLogs\":[]}}\n[1]\ntrue\n\"{{\"\n{a}"), &["a"]),
            (String::new(), &[]),
        ] {
            let expected = expected.iter().map(ToString::to_string).collect();
            assert_eq!(found(&text), (expected, Vec::new()), "{text}");
        }
    }

    #[test]
    fn damage_costs_its_line() {
        let (a, b) = (turn("a"), request("b"));
        for (damage, place) in [
            ("{\"resourceSpans\":[{\"scope", (2, 25)),
            ("{\"resourceSpans\":[", (2, 1)),
            ("{\"resourceSpans\":5}", (2, 18)),
            ("damage", (2, 1)),
            ("\0", (2, 1)),
        ] {
            let (spans, damages) = found(&format!("{a}\n{damage}\n{b}\n{a}\n"));
            assert_eq!((spans, damages), (["a", "b", "a"].map(str::to_owned).to_vec(), vec![place]), "{damage}");
        }
        let many = format!("{}{a}\n{b}\n", "{\"a\":[1,\n".repeat(200_000));
        assert_eq!(found(&many).0, ["a"], "what is broken all over is read line by line");
        assert_eq!(found(&a[..a.len() - 1]).1, [(1, a.len() - 1)]);
    }
}
