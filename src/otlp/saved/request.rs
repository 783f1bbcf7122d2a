//! OTLP/JSON, as anybody writes it: 64-bit integers may be numbers or texts, enums numbers or
//! names, keys as in the specification or as in the `.proto` files, and unknown ones are passed
//! over.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{SavedEvent, SavedSpan, SavedStatus, SavedValue};

/// An `ExportTraceServiceRequest`, or what is the same, a `TracesData`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Request {
    #[serde(alias = "resource_spans")]
    resource_spans: Option<Vec<ResourceSpans>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ResourceSpans {
    #[serde(alias = "scope_spans", alias = "instrumentationLibrarySpans")]
    scope_spans: Option<Vec<ScopeSpans>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ScopeSpans {
    spans: Option<Vec<Span>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_field_names, reason = "the names are the format's")]
struct Span {
    #[serde(alias = "trace_id")]
    trace_id: Option<String>,
    #[serde(alias = "span_id")]
    span_id: Option<String>,
    #[serde(alias = "parent_span_id")]
    parent_span_id: Option<String>,
    name: Option<String>,
    #[serde(alias = "start_time_unix_nano")]
    start_time_unix_nano: Value,
    #[serde(alias = "end_time_unix_nano")]
    end_time_unix_nano: Value,
    status: Option<Status>,
    attributes: Option<Vec<Attribute>>,
    events: Option<Vec<Event>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Event {
    name: Option<String>,
    #[serde(alias = "time_unix_nano")]
    time_unix_nano: Value,
    attributes: Option<Vec<Attribute>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    code: Value,
    message: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attribute {
    key: String,
    value: Option<Map<String, Value>>,
}

impl Request {
    pub(super) fn into_spans(self) -> Vec<SavedSpan> {
        let scopes = self.resource_spans.into_iter().flatten().filter_map(|resource| resource.scope_spans).flatten();
        scopes.filter_map(|scope| scope.spans).flatten().map(Span::into_span).collect()
    }
}

impl Span {
    fn into_span(self) -> SavedSpan {
        let id = |id: Option<String>| id.unwrap_or_default().to_ascii_lowercase();
        SavedSpan {
            trace_id: id(self.trace_id),
            span_id: id(self.span_id),
            parent_id: id(self.parent_span_id),
            name: self.name.unwrap_or_default(),
            started_at: number(&self.start_time_unix_nano).unwrap_or_default(),
            ended_at: number(&self.end_time_unix_nano).unwrap_or_default(),
            status: self.status.map(Status::into_status).unwrap_or_default(),
            attributes: attributes(self.attributes),
            events: self.events.into_iter().flatten().map(Event::into_event).collect(),
        }
    }
}

impl Event {
    fn into_event(self) -> SavedEvent {
        SavedEvent {
            name: self.name.unwrap_or_default(),
            at: number(&self.time_unix_nano).unwrap_or_default(),
            attributes: attributes(self.attributes),
        }
    }
}

fn attributes(attributes: Option<Vec<Attribute>>) -> Vec<(String, SavedValue)> {
    let attribute = |Attribute { key, value }: Attribute| (key, saved(value.unwrap_or_default()));
    attributes.into_iter().flatten().map(attribute).collect()
}

impl Status {
    fn into_status(self) -> SavedStatus {
        match (number::<u8>(&self.code), self.code.as_str()) {
            (Some(1), _) | (_, Some("STATUS_CODE_OK")) => SavedStatus::Ok,
            (Some(2), _) | (_, Some("STATUS_CODE_ERROR")) => SavedStatus::Error(self.message.unwrap_or_default()),
            _ => SavedStatus::Unset,
        }
    }
}

/// A whole number, which may be written as a text.
fn number<T: std::str::FromStr>(value: &Value) -> Option<T> {
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

/// An `AnyValue`: an object of one key, which names its type.
fn saved(value: Map<String, Value>) -> SavedValue {
    match (number(value.get("intValue").or_else(|| value.get("int_value")).unwrap_or(&Value::Null)), plain(value)) {
        (Some(number), _) => SavedValue::Int(number),
        (None, Value::String(text)) => SavedValue::Text(text),
        (None, json) => SavedValue::Other(json.to_string()),
    }
}

/// The value without the names of its types.
fn plain(value: Map<String, Value>) -> Value {
    let Some((kind, value)) = value.into_iter().next() else { return Value::Null };
    match (kind.as_str(), value) {
        ("doubleValue" | "double_value", value) => number::<f64>(&value).map_or(value, Value::from),
        ("intValue" | "int_value", value) => number::<i64>(&value).map_or(value, Value::from),
        ("arrayValue" | "array_value" | "kvlistValue" | "kvlist_value", Value::Object(mut list)) => {
            match list.remove("values") {
                Some(Value::Array(values)) if kind.starts_with("array") => values.into_iter().map(member).collect(),
                Some(Value::Array(values)) => values.into_iter().filter_map(pair).collect(),
                _ => Value::Array(Vec::new()),
            }
        }
        (_, value) => value,
    }
}

fn member(value: Value) -> Value {
    if let Value::Object(value) = value { plain(value) } else { value }
}

fn pair(pair: Value) -> Option<(String, Value)> {
    let Value::Object(mut pair) = pair else { return None };
    let Some(Value::String(key)) = pair.remove("key") else { return None };
    Some((key, member(pair.remove("value").unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Vec<SavedSpan> {
        serde_json::from_str::<Request>(json).unwrap().into_spans()
    }

    fn expected() -> SavedSpan {
        SavedSpan {
            trace_id: "0af7".to_owned(),
            span_id: "00f0".to_owned(),
            parent_id: "00f1".to_owned(),
            name: "n".to_owned(),
            started_at: 1_800_000_000_000_000_001,
            ended_at: 1_800_000_000_000_000_002,
            status: SavedStatus::Error("m".to_owned()),
            attributes: vec![("a".to_owned(), SavedValue::Int(5)), ("b".to_owned(), SavedValue::Text("5".to_owned()))],
            events: vec![SavedEvent {
                name: "e".to_owned(),
                at: 1_800_000_000_000_000_001,
                attributes: vec![("c".to_owned(), SavedValue::Int(1))],
            }],
        }
    }

    #[test]
    fn numbers_may_be_texts_ids_in_capitals_and_keys_in_snake_case() {
        let camel = r#"{"resourceSpans":[{"resource":{"x":1},"scopeSpans":[{"scope":null,"spans":[{"traceId":"0AF7","spanId":"00F0",
            "parentSpanId":"00F1","name":"n","kind":3,"startTimeUnixNano":"1800000000000000001","endTimeUnixNano":1800000000000000002,
            "attributes":[{"key":"a","value":{"intValue":"5"}},{"key":"b","value":{"stringValue":"5"}}],
            "events":[{"timeUnixNano":"1800000000000000001","name":"e","attributes":[{"key":"c","value":{"intValue":"1"}}]}],
            "status":{"code":2,"message":"m"}}]}]}]}"#;
        assert_eq!(read(camel), [expected()]);
        let snake = r#"{"resource_spans":[{"scope_spans":[{"spans":[{"trace_id":"0af7","span_id":"00f0","parent_span_id":"00f1","name":"n",
            "start_time_unix_nano":1800000000000000001,"end_time_unix_nano":"1800000000000000002",
            "attributes":[{"key":"a","value":{"int_value":5}},{"key":"b","value":{"string_value":"5"}}],
            "events":[{"time_unix_nano":1800000000000000001,"name":"e","attributes":[{"key":"c","value":{"int_value":1}}]}],
            "status":{"code":"STATUS_CODE_ERROR","message":"m"}}]}]}]}"#;
        assert_eq!(read(snake), [expected()]);
    }

    #[test]
    fn what_is_not_there_is_not_missed() {
        for nothing in ["{}", r#"{"resourceSpans":null}"#, r#"{"resourceSpans":[{"scopeSpans":[{"spans":null}]}]}"#] {
            assert_eq!(read(nothing), []);
        }
        let empty = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":null,"status":{},"name":null}]}]}]}"#;
        assert_eq!(read(empty), [SavedSpan::default()]);
    }

    #[test]
    fn other_values_become_plain_json() {
        for (value, expected) in [
            (r#"{"doubleValue":1}"#, "1.0"),
            (r#"{"boolValue":true}"#, "true"),
            (r#"{"arrayValue":{"values":[{"stringValue":"a"},{"intValue":"1"}]}}"#, r#"["a",1]"#),
            (r#"{"kvlistValue":{"values":[{"key":"k","value":{"boolValue":false}}]}}"#, r#"{"k":false}"#),
            (r#"{"arrayValue":{}}"#, "[]"),
            ("{}", "null"),
        ] {
            let value = serde_json::from_str(value).unwrap();
            assert_eq!(saved(value), SavedValue::Other(expected.to_owned()));
        }
    }
}
