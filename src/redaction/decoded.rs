//! A text as it is meant where JSON in it hides letters: `\/` and `\u0041`.

use std::ops::Range;

/// What colours begin with.
const ESCAPE: u8 = 0x1b;
/// Backslashes before a letter: of JSON in JSON in JSON.
const SLASHES: usize = 4;

/// Another spelling of a text, and where its letters stand in the text.
pub(super) struct Decoded {
    pub(super) text: String,
    /// Where spellings differ: places behind them in this text and in the other one.
    behind: Vec<(usize, usize)>,
}

impl Decoded {
    /// Nothing where no letter is hidden.
    pub(super) fn of(text: &str) -> Option<Self> {
        let mut decoded = Self { text: String::new(), behind: Vec::new() };
        let mut done = 0;
        for at in memchr::memchr_iter(b'\\', text.as_bytes()).filter(|at| text.is_char_boundary(*at)) {
            if let Some((letter, length)) = text.get(at..).filter(|_| at >= done).and_then(letter) {
                decoded.text.push_str(text.get(done..at)?);
                decoded.text.push(letter);
                done = at + length;
                decoded.behind.push((decoded.text.len(), done));
            }
        }
        decoded.text.push_str(text.get(done..)?);
        (!decoded.behind.is_empty()).then_some(decoded)
    }

    /// Where a piece of this text stands in the other one.
    pub(super) fn place(&self, place: &Range<usize>) -> Range<usize> {
        self.offset(place.start)..self.offset(place.end)
    }

    fn offset(&self, at: usize) -> usize {
        let before = self.behind.partition_point(|(here, _)| *here <= at).checked_sub(1);
        let (here, there) = before.and_then(|number| self.behind.get(number)).copied().unwrap_or_default();
        let next = self.behind.get(before.map_or(0, |number| number + 1));
        // A letter that is hidden begins where its spelling does.
        let offset = there + (at - here);
        next.map_or(offset, |(_, there)| offset.min(*there))
    }
}

/// The letter that a spelling begins with, and the length of the spelling. Backslashes before it may be
/// doubled, as JSON in JSON has them.
fn letter(text: &str) -> Option<(char, usize)> {
    let slashes = text.bytes().take(SLASHES).take_while(|byte| *byte == b'\\').count();
    let code = text.get(slashes..)?;
    if code.starts_with('/') {
        return Some(('/', slashes + 1));
    }
    let digits = code.strip_prefix('u')?.get(..4)?;
    let letter = u8::try_from(u32::from_str_radix(digits, 16).ok()?)
        .ok()
        .filter(|letter| letter.is_ascii_graphic() || *letter == ESCAPE)?;
    Some((char::from(letter), slashes + 5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_found_where_they_are_hidden() {
        for (text, expected) in [
            (r"https:\/\/a", Some("https://a")),
            (r"\u0041KIA\u0042", Some("AKIAB")),
            (r"\\u0041b", Some("Ab")),
            (r"a\nb \u00e9", None),
            (r"\u00zz \u12", None),
            ("plain", None),
        ] {
            assert_eq!(Decoded::of(text).map(|decoded| decoded.text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn places_lead_back() {
        let text = r"x\u0041\u0042c\/d";
        let decoded = Decoded::of(text).unwrap();
        assert_eq!(decoded.text, "xABc/d");
        for (word, expected) in [("x", "x"), ("AB", r"\u0041\u0042"), ("Bc", r"\u0042c"), ("c/d", r"c\/d"), ("d", "d")]
        {
            let at = decoded.text.find(word).unwrap();
            assert_eq!(text.get(decoded.place(&(at..at + word.len()))), Some(expected), "{word}");
        }
    }
}
