//! Secrets over the seam of two texts that follow one another: each shows half of one, or one its name.

use std::borrow::Cow;
use std::ops::Range;

use super::reach::{FAR, beginning_of, end_of};
use super::redactor::Redactor;

/// What of two texts is to be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seam {
    /// Bytes at the end of the first one.
    pub before: usize,
    /// A place in the second one.
    pub behind: Range<usize>,
    /// What stands in the place of both.
    pub mark: String,
}

impl Seam {
    /// What of the first text is to be replaced by the mark; nothing where that stands in the second one.
    #[must_use]
    pub fn begun<'a>(&self, before: &'a str) -> Option<&'a str> {
        before.get(before.len().checked_sub(self.before)?..).filter(|begun| !begun.is_empty())
    }

    /// What of the second text is left.
    #[must_use]
    pub fn rest(&self, behind: &str) -> String {
        let mark = if self.before == 0 { &*self.mark } else { "" };
        let [begin, end] = [behind.get(..self.behind.start), behind.get(self.behind.end..)];
        [begin.unwrap_or_default(), mark, end.unwrap_or_default()].concat()
    }
}

impl Redactor {
    /// A secret of which no more than a part is in either text.
    pub(super) fn seam(&self, before: &str, behind: &str) -> Option<Seam> {
        let (before, behind) = (end_of(before, FAR), beginning_of(behind, FAR));
        let border = before.len();
        let mut over = self.secrets(&[before, behind].concat());
        over.retain(|(place, _)| place.end > border);
        let own = if over.is_empty() { Vec::new() } else { self.secrets(behind) };
        let is_own = |place: &Range<usize>| own.iter().any(|(own, _)| own.start + border == place.start);
        let over = over.into_iter().filter(|(place, _)| !is_own(place));
        let (place, mark) = over.min_by_key(|(place, _)| place.start)?;
        let behind = place.start.saturating_sub(border)..place.end - border;
        Some(Seam { before: border.saturating_sub(place.start), behind, mark: mark.into_owned() })
    }

    /// The text without secrets over its seams: the places where a sign of one byte joins two texts.
    pub(super) fn mended<'a>(&self, text: &'a str, seams: &[usize]) -> Cow<'a, str> {
        let (mut output, mut done) = (String::new(), 0);
        for place in seams {
            let (Some(before), Some(behind)) = (text.get(done..*place), text.get(place + 1..)) else { continue };
            let Some(seam) = self.seam(before, behind) else { continue };
            // Where it only has its name before, what joins the texts stays.
            let until = if seam.before > 0 { place - seam.before } else { place + 1 + seam.behind.start };
            output.push_str(text.get(done..until).unwrap_or_default());
            output.push_str(&seam.mark);
            done = place + 1 + seam.behind.end;
        }
        if done == 0 { Cow::Borrowed(text) } else { Cow::Owned(output + text.get(done..).unwrap_or_default()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: [&str; 3] = [concat!("gh", "p_01234567"), "89abcdefghijABCDEF", "GHIJ012345"];

    #[test]
    fn what_lies_over_a_seam_is_found() {
        let [first, second, third] = TOKEN;
        for (before, behind, expected) in [
            (format!("a {first}"), format!("{second}{third} b"), Some((first.len(), 0..28, "github-token"))),
            (format!("a {first}{second}"), format!("{third} b"), Some((first.len() + 18, 0..10, "github-token"))),
            ("DB_PASSWORD=".to_owned(), "hunter2xyz b".to_owned(), Some((0, 0..10, "password"))),
            ("the password: ".to_owned(), " 'hunter2xyz' b".to_owned(), Some((0, 2..12, "password"))),
            (first.to_owned(), format!(" {second}"), None),
            ("a".to_owned(), format!(" {} b", TOKEN.concat()), None),
            (format!("a {}", TOKEN.concat()), " b".to_owned(), None),
            (String::new(), TOKEN.concat(), None),
        ] {
            let seam = Redactor::default().seam(&before, &behind);
            let expected =
                expected.map(|(before, behind, kind)| Seam { before, behind, mark: format!("[REDACTED:{kind}]") });
            assert_eq!(seam, expected, "{before:?} {behind:?}");
        }
    }

    #[test]
    fn texts_are_mended_at_their_seams() {
        let [first, second, third] = TOKEN;
        for (texts, expected) in [
            (vec!["a ".to_owned() + first, format!("{second}{third} b")], "a [REDACTED:github-token] b"),
            (vec!["PASSWORD=".to_owned(), "hunter2xyz b".to_owned()], "PASSWORD=\n[REDACTED:password] b"),
            (
                vec![first.to_owned(), format!("{second}{third} {first}"), format!("{second}{third}"), "c".to_owned()],
                "[REDACTED:github-token] [REDACTED:github-token]\nc",
            ),
            (vec!["a".to_owned(), String::new(), "b".to_owned()], "a\n\nb"),
        ] {
            let text = texts.join("\n");
            let mut ends = texts
                .iter()
                .scan(0, |at, text| {
                    *at += text.len() + 1;
                    Some(*at - 1)
                })
                .collect::<Vec<_>>();
            ends.pop();
            assert_eq!(Redactor::default().mended(&text, &ends), expected);
        }
    }
}
