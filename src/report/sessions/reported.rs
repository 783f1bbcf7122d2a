//! The client's own count of a session beside ours, and what makes the difference.
//!
//! The client counts what leaves no assistant record: its background models (titles, checks), the
//! requests of compactions, answers without content. Its last count can be older than the last turn.

use std::collections::BTreeMap;

use super::account::Reported;
use super::names;
use crate::report::numbers::grouped;
use crate::session::Used;
use crate::transcript::Tokens;

type ByModel = BTreeMap<String, Tokens>;

/// The differences in words, none where both count the same. Whether the client counts copied
/// requests, too, depends on how they were copied: what is nearer to its count is compared.
pub(super) fn differences(reported: &Reported) -> Vec<String> {
    let Used { with_copies, own } = &reported.ours;
    let is_own_nearer = distance(&reported.theirs, own) <= distance(&reported.theirs, with_copies);
    let ours = if is_own_nearer { own } else { with_copies };
    let models = reported.theirs.iter();
    let mut words: Vec<_> = models.filter_map(|(model, theirs)| of_model(reported, ours, model, *theirs)).collect();
    let missing = ours.keys().filter(|model| !reported.theirs.contains_key(*model));
    words.extend(missing.map(|model| format!("nothing with {} yet", names::model(model))));
    words
}

fn distance(theirs: &ByModel, ours: &ByModel) -> u64 {
    let sum = |models: &ByModel| {
        let all: Tokens = models.values().copied().sum();
        all.prompt().saturating_add(all.output)
    };
    sum(theirs).abs_diff(sum(ours))
}

fn of_model(reported: &Reported, all: &ByModel, model: &str, theirs: Tokens) -> Option<String> {
    let ours = all.get(model).copied();
    let (more_in, more_out) = beyond(theirs, ours.unwrap_or_default());
    let (less_in, less_out) = beyond(ours.unwrap_or_default(), theirs);
    let cause = match ours {
        None if all.is_empty() => "answers without content, or a background model",
        None => "a background model",
        Some(_) if (less_in, less_out) != (0, 0) && (more_in, more_out) == (0, 0) => {
            "its count is older than the last answers"
        }
        Some(_) if reported.is_incomplete && more_in == 0 => "outputs that were not saved",
        Some(_) if reported.is_compacted => "compaction, or answers without content",
        Some(_) => "answers without content",
    };
    let change = [(more_in, "more in"), (more_out, "more out"), (less_in, "less in"), (less_out, "less out")];
    let change = change.into_iter().filter(|(tokens, _)| *tokens > 0);
    let change: Vec<_> = change.map(|(tokens, what)| format!("{} {what}", grouped(tokens))).collect();
    (!change.is_empty()).then(|| format!("{} with {} ({cause})", change.join(" and "), names::model(model)))
}

/// How many tokens in and out the one has more.
fn beyond(one: Tokens, other: Tokens) -> (u64, u64) {
    (one.prompt().saturating_sub(other.prompt()), one.output.saturating_sub(other.output))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(input: u64, output: u64) -> Tokens {
        Tokens { input, output, ..Tokens::default() }
    }

    fn by_model(tokens: &[(&str, Tokens)]) -> ByModel {
        tokens.iter().map(|(model, tokens)| ((*model).to_owned(), *tokens)).collect()
    }

    fn words(theirs: Tokens, own: &[(&str, Tokens)], is_compacted: bool, is_incomplete: bool) -> String {
        let ours = Used { own: by_model(own), with_copies: by_model(own) };
        let reported = Reported { theirs: by_model(&[("m", theirs)]), ours, is_compacted, is_incomplete };
        differences(&reported).join("; ")
    }

    #[test]
    fn each_difference_has_its_cause() {
        let (some, other) = (tokens(1_000, 2), tokens(5, 5));
        for (theirs, own, is_compacted, is_incomplete, expected) in [
            (some, &[("m", some)][..], false, false, ""),
            (some, &[("m", some), ("n", other)], false, false, "nothing with n yet"),
            (
                some,
                &[],
                false,
                false,
                "1,000 more in and 2 more out with m (answers without content, or a background model)",
            ),
            (
                some,
                &[("n", other)],
                false,
                false,
                "1,000 more in and 2 more out with m (a background model); nothing with n yet",
            ),
            (tokens(9, 5), &[("m", other)], true, false, "4 more in with m (compaction, or answers without content)"),
            (tokens(9, 6), &[("m", other)], false, false, "4 more in and 1 more out with m (answers without content)"),
            (tokens(5, 500), &[("m", other)], true, true, "495 more out with m (outputs that were not saved)"),
            (tokens(5, 2), &[("m", other)], true, true, "3 less out with m (its count is older than the last answers)"),
        ] {
            assert_eq!(words(theirs, own, is_compacted, is_incomplete), expected);
        }
    }

    #[test]
    fn a_count_that_includes_copies_is_compared_with_them() {
        let (own, all) = (by_model(&[("m", tokens(5, 5))]), by_model(&[("m", tokens(90, 90))]));
        for theirs in [&own, &all] {
            let ours = Used { own: own.clone(), with_copies: all.clone() };
            let reported = Reported { theirs: theirs.clone(), ours, is_compacted: false, is_incomplete: false };
            assert_eq!(differences(&reported), Vec::<String>::new());
        }
    }
}
