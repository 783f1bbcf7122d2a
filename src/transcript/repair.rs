//! Lines that are no JSON as they stand, and become JSON when single bytes are replaced.

use std::borrow::Cow;

use memchr::memmem;

/// What stands for a character that is lost.
const LOST: &[u8] = b"\\ufffd";

/// The line with everything replaced that cost its reader only characters: escapes of half a
/// character (`\ud83d` alone, which the client writes when it cuts a text in the middle of an
/// emoji), bytes that are no UTF-8, control characters (a crash leaves zeros), numbers beyond all
/// bounds. `None` if there is nothing of that kind.
pub(super) fn repaired(line: &[u8]) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(line);
    let mut fixed = Vec::with_capacity(text.len());
    let (mut rest, mut is_text) = (text.as_bytes(), false);
    while let Some((&first, behind)) = rest.split_first() {
        is_text ^= first == b'"';
        let length = match first {
            b'\\' => escape(rest, &mut fixed),
            0..b' ' => {
                fixed.push(b' ');
                1
            }
            b'0'..=b'9' | b'-' if !is_text => number(rest, &mut fixed),
            _ => {
                fixed.push(first);
                1
            }
        };
        rest = rest.get(length..).unwrap_or(behind);
    }
    (fixed != line).then_some(fixed)
}

/// JSON that others read, too: half a character is one to them who decode it.
#[must_use]
pub fn well_formed(json: &str) -> Cow<'_, str> {
    let may_be_cut = memmem::find(json.as_bytes(), b"\\ud").or_else(|| memmem::find(json.as_bytes(), b"\\uD"));
    let fixed = may_be_cut.and_then(|_| repaired(json.as_bytes()));
    fixed.and_then(|fixed| String::from_utf8(fixed).ok()).map_or(Cow::Borrowed(json), Cow::Owned)
}

/// Stands for a number beyond all bounds: beyond those of any count, and written so that others can
/// read it.
const BEYOND: &[u8] = b"1e99";

/// Copies the number at the start of `bytes`, or what stands for it if it is infinite; says how long
/// it is.
fn number(bytes: &[u8], fixed: &mut Vec<u8>) -> usize {
    let is_part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    let length = bytes.iter().position(|byte| !is_part(byte)).unwrap_or(bytes.len());
    let number = bytes.get(..length).unwrap_or_default();
    let value = std::str::from_utf8(number).ok().and_then(|number| number.parse::<f64>().ok());
    let is_infinite = value.is_some_and(f64::is_infinite);
    fixed.extend(number.first().filter(|sign| is_infinite && **sign == b'-'));
    fixed.extend(if is_infinite { BEYOND } else { number });
    length.max(1)
}

/// Copies the escape at the start of `bytes`, or what stands for it; says how long it is.
fn escape(bytes: &[u8], fixed: &mut Vec<u8>) -> usize {
    let length = match (unit(bytes), bytes.get(6..).and_then(unit)) {
        (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
        (Some(0xd800..=0xdfff), _) => {
            fixed.extend(LOST);
            return 6;
        }
        (Some(_), _) => 6,
        (None, _) => 2,
    };
    fixed.extend(bytes.get(..length).unwrap_or(bytes));
    length
}

/// The number of a `\uXXXX` escape at the start of `bytes`.
fn unit(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_broken_is_replaced() {
        for (line, expected) in [
            (br#"{"a":"\ud83d"}"#.as_slice(), Some(r#"{"a":"\ufffd"}"#)),
            (br#"{"a":"\udd80\ud83e"}"#, Some(r#"{"a":"\ufffd\ufffd"}"#)),
            (br#"{"a":"\ud83d\ud83e\udd80"}"#, Some(r#"{"a":"\ufffd\ud83e\udd80"}"#)),
            (br#"{"a":"\uD83E\uDD80 \\ud83d \n"}"#, None),
            (br#"{"a":"\\\ud83d"}"#, Some(r#"{"a":"\\\ufffd"}"#)),
            (b"{\"a\":\"\xff\"}", Some("{\"a\":\"\u{fffd}\"}")),
            (b"\0\0{\"a\":\"\x01\"}", Some("  {\"a\":\" \"}")),
            (br#"{"a":"\ud8"#, None),
            (br"\", None),
            (
                br#"{"a":1e999,"b":-1E+400,"c":[1.5e3,-7],"d":"1e999"}"#,
                Some(r#"{"a":1e99,"b":-1e99,"c":[1.5e3,-7],"d":"1e999"}"#),
            ),
            (b"", None),
        ] {
            let found = repaired(line).map(|fixed| String::from_utf8(fixed).unwrap());
            assert_eq!(found.as_deref(), expected, "{}", line.escape_ascii());
        }
    }
}
