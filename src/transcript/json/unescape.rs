//! A JSON string without its escapes.

/// The text of a string that was scanned and holds `length` bytes of UTF-8 at the most. `None`
/// where an escape stands for half a character.
pub(super) fn unescape(escaped: &[u8], length: usize) -> Option<String> {
    let mut text = Vec::with_capacity(length);
    let mut rest = escaped;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (before, escape) = rest.split_at_checked(at)?;
        text.extend_from_slice(before);
        rest = take(escape, &mut text)?;
    }
    text.extend_from_slice(rest);
    String::from_utf8(text).ok()
}

/// Appends what the escape at the start of `escape` stands for; gives what follows it.
fn take<'a>(escape: &'a [u8], text: &mut Vec<u8>) -> Option<&'a [u8]> {
    let (&kind, rest) = escape.get(1..)?.split_first()?;
    text.push(match kind {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 8,
        b'f' => 12,
        b'u' => return take_unit(escape, text),
        itself => itself,
    });
    Some(rest)
}

fn take_unit<'a>(escape: &'a [u8], text: &mut Vec<u8>) -> Option<&'a [u8]> {
    let (first, rest) = unit(escape)?;
    let (code, rest) = match first {
        0xd800..=0xdbff => {
            let (second, rest) = unit(rest).filter(|(second, _)| (0xdc00..=0xdfff).contains(second))?;
            (0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00), rest)
        }
        _ => (first, rest),
    };
    let character = char::from_u32(code)?;
    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    Some(rest)
}

/// The number of a `\uXXXX` at the start of `bytes`, and what follows it.
fn unit(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = bytes.strip_prefix(b"\\u")?.split_at_checked(4)?;
    let number = digits.iter().try_fold(0, |number, digit| Some(number << 4 | char::from(*digit).to_digit(16)?))?;
    Some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_serde_json_escapes_comes_back(text in any::<String>(), more in "[\u{0}-\u{2f}🦀\\\\\"]{0,20}") {
            let text = text + &more;
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(unescape(&json.as_bytes()[1..json.len() - 1], 0), Some(text));
        }

        #[test]
        fn numbers_are_read_as_serde_json_reads_them(units in proptest::collection::vec(
            prop_oneof![any::<u16>(), 0xd7ff_u16..0xe001], 0..6,
        )) {
            let escaped = units.iter().map(|unit| format!("\\u{unit:04X}")).collect::<Vec<_>>().concat();
            let expected: Option<String> = serde_json::from_str(&format!("\"{escaped}\"")).ok();
            prop_assert_eq!(unescape(escaped.as_bytes(), 0), expected);
        }
    }
}
