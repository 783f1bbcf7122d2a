//! Messages as JSON texts, in the form of OpenTelemetry's semantic conventions for GenAI 1.41:
//! backends do not draw them as structured values. The one place where spans write JSON.

use serde::Serialize;
use serde_json::value::RawValue;

use super::harmless::is_harmless;
use super::messages::{Message, Role, Said};

/// Messages to a model.
pub(super) fn input(messages: &[Message<'_>]) -> String {
    text(&messages.iter().map(|message| Json { finish_reason: None, ..Json::of(message) }).collect::<Vec<_>>())
}

/// A message of a model. Phoenix 20.26 passes over a message without a reason; MLflow 3.17 draws none
/// with thinking unless it stands in the form of OpenAI's, too.
pub(super) fn output(message: &Message<'_>, finish_reason: Option<&str>) -> String {
    let json = Json { finish_reason: Some(finish_reason.map_or("unknown", reason)), ..Json::of(message) };
    let has_thinking = message.parts.iter().any(|part| matches!(part, Said::Thinking(_)));
    if has_thinking { text(&[Both { json, openai: OpenAi::of(message) }]) } else { text(&[json]) }
}

/// What the conventions call the API's reason, where they have a word for it: the values of `FinishReason` in
/// the schema of output messages.
fn reason(stop_reason: &str) -> &str {
    match stop_reason {
        "end_turn" | "stop_sequence" => "stop",
        "tool_use" => "tool_call",
        "max_tokens" | "model_context_window_exceeded" => "length",
        "refusal" => "content_filter",
        other => other,
    }
}

/// One message that is no more than a text.
pub(super) fn said(role: Role, said: &str, finish_reason: Option<&str>) -> String {
    let message = Message { role, parts: vec![Said::Text(said.into())] };
    text(&[Json { finish_reason, ..Json::of(&message) }])
}

/// Messages in the form of OpenAI's chat completions.
pub(super) fn openai(messages: &[Message<'_>]) -> String {
    text(&messages.iter().map(|message| Named::of(message)).collect::<Vec<_>>())
}

/// Texts and numbers cannot fail to be JSON.
fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[derive(Serialize)]
struct Json<'a> {
    role: &'static str,
    parts: Vec<Part<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finish_reason: Option<&'a str>,
}

impl<'a> Json<'a> {
    fn of(message: &'a Message<'_>) -> Self {
        Self { role: message.role.name(), parts: message.parts.iter().map(Part::of).collect(), finish_reason: None }
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Part<'a> {
    Text {
        content: &'a str,
    },
    Reasoning {
        content: &'a str,
    },
    ToolCall {
        id: &'a str,
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        arguments: Option<Arguments<'a>>,
    },
    ToolCallResponse {
        id: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        response: Option<&'a str>,
    },
}

/// What a tool is asked: JSON, and a text where that could not be stored.
#[derive(Serialize)]
#[serde(untagged)]
enum Arguments<'a> {
    Object(&'a RawValue),
    Text(&'a str),
}

impl<'a> Part<'a> {
    fn of(said: &'a Said<'_>) -> Self {
        match said {
            Said::Text(content) => Part::Text { content },
            Said::Thinking(content) => Part::Reasoning { content },
            Said::Call { id, name, arguments } => {
                let json = |json| serde_json::from_str(json).ok().filter(|_| is_harmless(json));
                let of = |text| json(text).map_or(Arguments::Text(text), Arguments::Object);
                Part::ToolCall { id, name, arguments: arguments.as_deref().map(of) }
            }
            Said::Result { id, result } => Part::ToolCallResponse { id, response: result.as_deref() },
        }
    }
}

#[derive(Serialize)]
struct Both<'a> {
    #[serde(flatten)]
    json: Json<'a>,
    #[serde(flatten)]
    openai: OpenAi<'a>,
}

#[derive(Serialize)]
struct Named<'a> {
    role: &'static str,
    #[serde(flatten)]
    openai: OpenAi<'a>,
}

impl<'a> Named<'a> {
    fn of(message: &'a Message<'_>) -> Self {
        Self { role: message.role.name(), openai: OpenAi::of(message) }
    }
}

/// A message as OpenAI's API has it, with thinking as others have it beside.
#[derive(Serialize)]
struct OpenAi<'a> {
    content: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    reasoning: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<OpenAiCall<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<&'a str>,
}

#[derive(Serialize)]
struct OpenAiCall<'a> {
    id: &'a str,
    r#type: &'static str,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    arguments: &'a str,
}

impl<'a> OpenAi<'a> {
    fn of(message: &'a Message<'_>) -> Self {
        let mut openai =
            Self { content: String::new(), reasoning: String::new(), tool_calls: Vec::new(), tool_call_id: None };
        for part in &message.parts {
            match part {
                Said::Text(text) => openai.content.push_str(text),
                Said::Thinking(text) => openai.reasoning.push_str(text),
                Said::Call { id, name, arguments } => {
                    let arguments = arguments.as_deref().unwrap_or("{}");
                    openai.tool_calls.push(OpenAiCall {
                        id,
                        r#type: "function",
                        function: Function { name, arguments },
                    });
                }
                Said::Result { id, result } => {
                    openai.tool_call_id = Some(id);
                    openai.content.push_str(result.as_deref().unwrap_or_default());
                }
            }
        }
        openai
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(arguments: Option<&'static str>) -> Said<'static> {
        Said::Call { id: "t".into(), name: "Bash".into(), arguments: arguments.map(Into::into) }
    }

    fn of(role: Role, parts: Vec<Said<'static>>) -> Message<'static> {
        Message { role, parts }
    }

    #[test]
    fn messages_have_the_form_of_the_convention() {
        let parts = vec![Said::Text("a \"b\"\n".into()), call(Some(r#"{"command":"ls"}"#))];
        assert_eq!(
            output(&of(Role::Assistant, parts), Some("tool_use")),
            r#"[{"role":"assistant","parts":[{"type":"text","content":"a \"b\"\n"},{"type":"tool_call","id":"t","name":"Bash","arguments":{"command":"ls"}}],"finish_reason":"tool_call"}]"#
        );
        let result = |result: Option<&'static str>| {
            of(Role::Tool, vec![Said::Result { id: "t".into(), result: result.map(Into::into) }])
        };
        assert_eq!(
            input(&[result(Some("x")), result(None)]),
            r#"[{"role":"tool","parts":[{"type":"tool_call_response","id":"t","response":"x"}]},{"role":"tool","parts":[{"type":"tool_call_response","id":"t"}]}]"#
        );
        assert_eq!(said(Role::User, "hi", None), r#"[{"role":"user","parts":[{"type":"text","content":"hi"}]}]"#);
    }

    #[test]
    fn thinking_stands_in_both_forms() {
        let parts = vec![Said::Thinking("hm".into()), Said::Text("hi".into()), call(Some("{}"))];
        assert_eq!(
            output(&of(Role::Assistant, parts), None),
            r#"[{"role":"assistant","parts":[{"type":"reasoning","content":"hm"},{"type":"text","content":"hi"},{"type":"tool_call","id":"t","name":"Bash","arguments":{}}],"finish_reason":"unknown","content":"hi","reasoning":"hm","tool_calls":[{"id":"t","type":"function","function":{"name":"Bash","arguments":"{}"}}]}]"#
        );
    }

    #[test]
    fn the_other_form_is_that_of_openai() {
        let result = of(Role::Tool, vec![Said::Result { id: "t".into(), result: Some("x".into()) }]);
        let messages = [of(Role::Assistant, vec![call(None)]), result];
        assert_eq!(
            openai(&messages),
            r#"[{"role":"assistant","content":"","tool_calls":[{"id":"t","type":"function","function":{"name":"Bash","arguments":"{}"}}]},{"role":"tool","content":"x","tool_call_id":"t"}]"#
        );
    }

    #[test]
    fn arguments_that_could_not_be_stored_are_texts() {
        for (arguments, expected) in
            [("{cut", r#""arguments":"{cut""#), (r#"{"n":99999999999999999999}"#, r#""arguments":"{\"n\":99"#)]
        {
            let message = of(Role::Assistant, vec![call(Some(arguments))]);
            assert!(output(&message, None).contains(expected), "{arguments}");
        }
    }
}
