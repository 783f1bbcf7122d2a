//! The rules, made ready to be asked: one search for all anchors, and behind each the patterns of its rules.

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex::{Captures, Regex};

use super::reach::end_of;
use super::rule::{At, Is, Rule, Then, is_known};
use super::{RULES, assigned, pem};

/// Bytes before an anchor in which a secret before it is looked for.
const BEFORE: usize = 400;

/// The rules, compiled when they are asked for the first time: most runs need few of them.
pub(super) struct Compiled {
    search: OnceLock<AhoCorasick>,
    then: LazyLock<Vec<OnceLock<Regex>>>,
}

pub(super) static COMPILED: Compiled =
    Compiled { search: OnceLock::new(), then: LazyLock::new(|| RULES.iter().map(|_| OnceLock::new()).collect()) };

/// All anchors, each with the rules that have it, by number; the last two are those of private keys.
pub(super) static ANCHORS: LazyLock<Vec<(String, Vec<usize>)>> = LazyLock::new(|| {
    let mut anchors = Vec::<(String, Vec<usize>)>::new();
    for (number, rule) in RULES.iter().enumerate() {
        for anchor in rule.anchors.iter().map(|anchor| anchor.to_ascii_lowercase()) {
            match anchors.iter_mut().find(|(known, _)| *known == anchor) {
                Some((_, rules)) => rules.push(number),
                None => anchors.push((anchor, vec![number])),
            }
        }
    }
    anchors.extend(pem::ANCHORS.map(|anchor| (anchor.to_ascii_lowercase(), Vec::new())));
    anchors
});

impl Compiled {
    /// Finds anchors, in any letters.
    pub(super) fn search(&self) -> &AhoCorasick {
        self.search.get_or_init(|| {
            let mut search = AhoCorasick::builder();
            search.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).kind(Some(AhoCorasickKind::DFA));
            #[expect(clippy::expect_used, reason = "a handful of short words is never too much")]
            search.build(ANCHORS.iter().map(|(anchor, _)| anchor)).expect("anchors")
        })
    }

    /// The secret of which a rule's anchor stands at that place.
    pub(super) fn secret(&self, number: usize, rule: &Rule, text: &str, anchor: Range<usize>) -> Option<Range<usize>> {
        if !rule.at.holds(text, anchor.start, anchor.end, rule.anchors) {
            return None;
        }
        let behind = text.get(anchor.end..)?;
        let moved = |place: Range<usize>| anchor.end + place.start..anchor.end + place.end;
        let secret = match rule.then {
            Then::Assigned => {
                let value = assigned::value(text.get(..anchor.start)?, behind)?;
                let place = moved(value.place);
                if !value.is_sure && !Is::Random.holds(text.get(place.clone())?) {
                    return None;
                }
                place
            }
            Then::Argument => moved(assigned::argument(behind)?),
            Then::Pattern(pattern) => {
                let groups = self.pattern(number, || format!(r"\A(?:{pattern})"))?.captures(behind)?;
                let whole = anchor.start..anchor.end + groups.get(0)?.end();
                group(&groups).map_or(whole, moved)
            }
            Then::Before(pattern) => {
                let before = end_of(text.get(..anchor.start)?, BEFORE);
                let groups = self.pattern(number, || format!(r"(?:{pattern})\z"))?.captures(before)?;
                let skipped = anchor.start - before.len();
                let place = group(&groups).or_else(|| Some(groups.get(0)?.range()))?;
                skipped + place.start..skipped + place.end
            }
        };
        let is_known = || rule.at == At::Name && is_known(text, &anchor);
        (rule.is.holds(text.get(secret.clone())?) && !is_known()).then_some(secret)
    }

    fn pattern(&self, number: usize, pattern: impl Fn() -> String) -> Option<&Regex> {
        #[expect(clippy::expect_used, reason = "a test compiles all of them")]
        Some(self.then.get(number)?.get_or_init(|| Regex::new(&pattern()).expect("a rule")))
    }
}

/// Where the first group is that matches.
fn group(groups: &Captures<'_>) -> Option<Range<usize>> {
    groups.iter().skip(1).flatten().next().map(|group| group.range())
}
