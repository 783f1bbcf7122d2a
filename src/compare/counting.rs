//! Which differences between live and a replay count.

use super::seen::{END, NAME, START, STATUS_MESSAGE, Seen};
use crate::span::{claude_code, keys, moda};

/// Whether a difference counts. What a replay adds to live is none; where a turn is not the same by
/// its ids, it came from live, whose clock is another and which says less where nobody asks.
pub(super) fn is_counted(key: &str, old: &Seen, new: &Seen, is_same: bool) -> bool {
    let is_added = moda::ADDED.contains(&key) && old.get(key).is_none();
    !is_added && (is_same || !(is_time(key) || is_unasked(key, old) || is_of_tracing(key, old, new)))
}

/// The attribute of a key, of whichever span of the turn.
pub(super) fn attribute(key: &str) -> &str {
    key.rsplit(' ').next().unwrap_or(key)
}

fn is_time(key: &str) -> bool {
    let durations = [keys::claude_code::DURATION_MS, keys::claude_code::INTERACTION_DURATION_MS];
    [START, END].contains(&attribute(key)) || durations.contains(&attribute(key))
}

/// Live names the conversation where it has one, and tells answers where partial messages are on.
fn is_unasked(key: &str, old: &Seen) -> bool {
    if key.starts_with(keys::LLM_COMPLETIONS) {
        return !old.iter().any(|(key, _)| key.starts_with(keys::LLM_COMPLETIONS));
    }
    key == keys::MODA_CONVERSATION_ID && old.get(key).is_none()
}

/// The client's own tracing tells what no transcript does, words errors otherwise, and tells what tools
/// answered only where it is asked to. What a replay adds has names of its own.
fn is_of_tracing(key: &str, old: &Seen, new: &Seen) -> bool {
    if old.text(NAME) != Some(claude_code::TURN) {
        return false;
    }
    let is_untold = new.get(key).is_none() && claude_code::UNTOLD.contains(&attribute(key));
    let is_of_event = |name: &str| key.split(' ').any(|part| part == name);
    let words = [keys::claude_code::ERROR, STATUS_MESSAGE];
    let is_ours = key.split(' ').any(|part| part.starts_with("claude_agent."));
    is_untold
        || (old.get(key).is_none() && is_ours)
        || (new.get(key).is_none() && is_of_event(claude_code::ATTEMPT))
        || (old.get(key).is_none() && is_of_event(keys::claude_code::TOOL_OUTPUT))
        || words.contains(&attribute(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::SeenValue;

    #[test]
    fn what_live_does_not_say_is_no_difference() {
        let (start, added, conversation) = (START, keys::SESSION_ID, keys::MODA_CONVERSATION_ID);
        let (role, text) = ("llm.completions.0.role", "llm.completions.1.content");
        for (key, has, is_same, expected) in [
            (keys::GEN_AI_SYSTEM, "", false, true),
            (start, start, false, false),
            (start, start, true, true),
            ("chat m msg_1 end", start, false, false),
            (added, "", false, false),
            (added, "", true, false),
            (added, added, false, true),
            (conversation, "", false, false),
            (conversation, "", true, true),
            (conversation, conversation, false, true),
            (text, "", false, false),
            (text, "", true, true),
            (text, role, false, true),
        ] {
            let old: Seen = [(has.to_owned(), SeenValue::Int(0))].into_iter().collect();
            assert_eq!(is_counted(key, &old, &Seen::default(), is_same), expected, "{key} {has} {is_same}");
        }
    }

    #[test]
    fn what_only_the_clients_tracing_tells_is_no_difference() {
        let of = |values: &[(&str, &str)]| -> Seen {
            values.iter().map(|(key, text)| ((*key).to_owned(), SeenValue::Text((*text).to_owned()))).collect()
        };
        let request = "claude_code.llm_request req_1";
        for (key, old, new, expected) in [
            ("ttft_ms", true, false, false),
            ("model", true, false, true),
            ("model", true, true, true),
            ("error", true, true, false),
            ("event gen_ai.request.attempt attempt", true, false, false),
            ("event tool.output content", false, true, false),
            ("event tool.output content", true, true, true),
            ("event claude_agent.api_retry http.response.status_code", false, true, false),
        ] {
            let key = format!("{request} {key}");
            let seen = |is_there: bool, text: &str| {
                let name = (NAME, claude_code::TURN);
                if is_there { of(&[name, (&key, text)]) } else { of(&[name]) }
            };
            assert_eq!(is_counted(&key, &seen(old, "a"), &seen(new, "b"), false), expected, "{key}");
        }
    }
}
