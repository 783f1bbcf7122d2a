//! The client's own count of a session beside ours, and what makes the difference.
//!
//! The client counts what leaves no assistant record: its background models (titles, checks), the
//! requests of compactions, answers without content. Its last count can be older than the last turn.

use super::row::Reported;
use crate::report::numbers::grouped;
use crate::transcript::Tokens;

/// The differences in words, none where both count the same.
pub(super) fn differences(reported: &Reported) -> Vec<String> {
    let models = reported.theirs.iter();
    let mut words: Vec<_> = models.filter_map(|(model, theirs)| of_model(reported, model, *theirs)).collect();
    let missing = reported.ours.keys().filter(|model| !reported.theirs.contains_key(*model));
    words.extend(missing.map(|model| format!("{model} not counted yet")));
    words
}

fn of_model(reported: &Reported, model: &str, theirs: Tokens) -> Option<String> {
    let ours = reported.ours.get(model).copied();
    let (more_in, more_out) = beyond(theirs, ours.unwrap_or_default());
    let (less_in, less_out) = beyond(ours.unwrap_or_default(), theirs);
    let cause = match ours {
        None => "a background model",
        Some(_) if less_in + less_out > 0 && more_in + more_out == 0 => "its count is older than the last answers",
        Some(_) if reported.is_compacted => "compaction, or answers without content",
        Some(_) if reported.is_incomplete && more_in == 0 => "outputs that were not saved",
        Some(_) => "answers without content",
    };
    let change = [(more_in, "more in"), (more_out, "more out"), (less_in, "less in"), (less_out, "less out")];
    let change = change.into_iter().filter(|(tokens, _)| *tokens > 0);
    let change: Vec<_> = change.map(|(tokens, what)| format!("{} {what}", grouped(tokens))).collect();
    (!change.is_empty()).then(|| format!("{} with {model} ({cause})", change.join(" and ")))
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

    #[test]
    fn each_difference_has_its_cause() {
        for (theirs, ours, is_compacted, is_incomplete, expected) in [
            (tokens(1_000, 2), Some(tokens(1_000, 2)), false, false, ""),
            (tokens(1_000, 2), None, false, false, "1,000 more in and 2 more out with m (a background model)"),
            (
                tokens(9, 2),
                Some(tokens(5, 2)),
                true,
                false,
                "4 more in with m (compaction, or answers without content)",
            ),
            (
                tokens(9, 2),
                Some(tokens(5, 1)),
                false,
                false,
                "4 more in and 1 more out with m (answers without content)",
            ),
            (tokens(9, 500), Some(tokens(9, 4)), false, true, "496 more out with m (outputs that were not saved)"),
            (
                tokens(9, 2),
                Some(tokens(9, 5)),
                true,
                true,
                "3 less out with m (its count is older than the last answers)",
            ),
        ] {
            let by_model = |tokens: Option<Tokens>| tokens.map(|tokens| ("m".to_owned(), tokens)).into_iter().collect();
            let reported =
                Reported { theirs: by_model(Some(theirs)), ours: by_model(ours), is_compacted, is_incomplete };
            assert_eq!(differences(&reported).concat(), expected);
        }
    }

    #[test]
    fn a_model_that_the_client_has_not_counted_is_named() {
        let ours = [("m".to_owned(), tokens(1, 1))].into();
        let reported = Reported { theirs: [].into(), ours, is_compacted: false, is_incomplete: false };
        assert_eq!(differences(&reported), ["m not counted yet"]);
    }
}
