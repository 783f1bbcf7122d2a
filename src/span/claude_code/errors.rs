//! Errors in the words of the client's own tracing. Measured on 38 errors of client 2.1.330.

use crate::session::{Failure, Reached, ToolCall};
use crate::span::facts::tool_name;

/// How the client begins what it shows of the API's errors.
const SHOWN: &str = "API Error: ";
/// How it ends that of the server's.
const ADVICE: &str = ". This is a server-side issue";

/// What the API said, without the client's words around it.
pub(super) fn as_it_came(shown: &str) -> &str {
    let Some((_, said)) = shown.split_once(SHOWN) else { return shown };
    let rejected = said.strip_prefix("Request rejected (").and_then(|rest| rest.split_once(") · "));
    let said = rejected.map_or(said, |(_, said)| said);
    // Up to 2.1.x the whole answer stands behind the status.
    let is_status =
        |(status, said): &(&str, &str)| status.len() == 3 && status.parse::<u16>().is_ok() && !said.starts_with('{');
    let said = said.split_once(' ').filter(is_status).map_or(said, |(_, said)| said);
    said.split_once(ADVICE).map_or(said, |(said, _)| said)
}

/// The class of a request's error, where it is known how the client calls that.
pub(super) fn class_of(failure: &Failure) -> Option<&'static str> {
    let shows = |words: &str| failure.message.contains(words);
    match failure.status {
        Some(400) if shows("Prompt is too long") || shows("prompt is too long") => Some("prompt_too_long"),
        Some(400) => Some("client_error"),
        Some(401) if shows("Invalid API key") => Some("invalid_api_key"),
        Some(403) => Some("auth_error"),
        Some(404) if shows("selected model") => Some("model_not_found"),
        Some(429) => Some("rate_limit"),
        Some(500) => Some("server_error"),
        Some(529) => Some("server_overload"),
        None if shows("Connection") => Some("connection_error"),
        _ => None,
    }
}

/// How the client words the error of a call and calls its class, where it does not say what the tool said.
pub(super) fn of_call(call: &ToolCall) -> Option<(&'static str, &'static str)> {
    match tool_name(call) {
        "Bash" => Some(("Shell command failed", "ShellError")),
        "Agent" if call.data.course.reached == Reached::Stopped => Some(("", "AbortError")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Course, ToolData};

    #[test]
    fn words_of_the_client_are_left_out() {
        for (shown, came) in [
            ("API Error: 400 scripted bad request", "scripted bad request"),
            ("Failed to authenticate. API Error: 403 scripted error", "scripted error"),
            ("API Error: Request rejected (429) · Number of requests", "Number of requests"),
            ("API Error: 529 Overloaded. This is a server-side issue, usually temporary", "Overloaded"),
            ("API Error: Connection dropped", "Connection dropped"),
            ("API Error: 400", "400"),
            ("API Error: 400 {\"type\":\"error\"}", "400 {\"type\":\"error\"}"),
            ("Prompt is too long", "Prompt is too long"),
            ("", ""),
        ] {
            assert_eq!(as_it_came(shown), came);
        }
    }

    #[test]
    fn classes_are_told_where_they_are_known() {
        let class =
            |status, message: &str| class_of(&Failure { kind: String::new(), status, message: message.to_owned() });
        for (status, message, expected) in [
            (Some(400), "API Error: 400 scripted", Some("client_error")),
            (Some(400), "Prompt is too long", Some("prompt_too_long")),
            (Some(401), "Invalid API key · Fix external API key", Some("invalid_api_key")),
            (Some(401), "Please run /login", None),
            (Some(404), "There's an issue with the selected model (x).", Some("model_not_found")),
            (Some(529), "", Some("server_overload")),
            (Some(503), "", None),
            (None, "API Error: Connection dropped", Some("connection_error")),
            (None, "Credit balance is too low", None),
        ] {
            assert_eq!(class(status, message), expected, "{status:?} {message}");
        }
    }

    #[test]
    fn calls_fail_in_the_words_of_their_tool() {
        let error = |name: &str, reached| {
            let course = Course { reached, ..Course::default() };
            let data = ToolData { course, ..ToolData::default() }.into();
            of_call(&ToolCall { name: name.to_owned(), data, ..ToolCall::default() })
        };
        assert_eq!(error("Bash", Reached::Stopped), Some(("Shell command failed", "ShellError")));
        assert_eq!(error("Task", Reached::Stopped), Some(("", "AbortError")));
        assert_eq!(error("Task", Reached::Execution), None);
        assert_eq!(error("Read", Reached::Execution), None);
    }
}
