//! Cuts the texts of a span that is too large for a server even alone. Ids and numbers stay.

use opentelemetry_proto::tonic::common::v1::any_value;
use opentelemetry_proto::tonic::trace::v1 as proto;
use prost::Message;
use serde_json::Value;

/// Shows where a text was cut.
const CUT: char = '…';

/// A span in protobuf with texts of at most so many characters; nothing where none was longer.
pub(super) fn protobuf(span: &[u8], characters: usize) -> Option<Vec<u8>> {
    let mut span = proto::Span::decode(span).ok()?;
    let of_events = span.events.iter_mut().flat_map(|event| &mut event.attributes);
    let attributes = span.attributes.iter_mut().chain(of_events);
    let values = attributes.filter_map(|attribute| attribute.value.as_mut()?.value.as_mut());
    let texts = values.filter_map(|value| match value {
        any_value::Value::StringValue(text) => Some(text),
        _ => None,
    });
    let texts = texts.chain(span.status.as_mut().map(|status| &mut status.message));
    let is_cut = texts.fold(false, |is_cut, text| cut(text, characters) | is_cut);
    is_cut.then(|| span.encode_to_vec())
}

/// Likewise in JSON.
pub(super) fn json(span: &[u8], characters: usize) -> Option<Vec<u8>> {
    let mut span: Value = serde_json::from_slice(span).ok()?;
    let is_cut = cut_all(&mut span, characters);
    is_cut.then(|| serde_json::to_vec(&span).unwrap_or_default())
}

/// Cuts every text; those of ids are shorter than any limit.
fn cut_all(value: &mut Value, characters: usize) -> bool {
    match value {
        Value::String(text) => cut(text, characters),
        Value::Array(values) => values.iter_mut().fold(false, |is_cut, value| cut_all(value, characters) | is_cut),
        Value::Object(fields) => fields.values_mut().fold(false, |is_cut, value| cut_all(value, characters) | is_cut),
        _ => false,
    }
}

fn cut(text: &mut String, characters: usize) -> bool {
    let Some((end, _)) = text.char_indices().nth(characters) else { return false };
    let last = text.get(..end).and_then(|kept| kept.char_indices().next_back()).map_or(0, |(at, _)| at);
    text.truncate(last);
    text.push(CUT);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        for (text, characters, expected, is_cut) in
            [("żółć", 4, "żółć", false), ("żółć", 3, "żó…", true), ("abc", 1, "…", true), ("", 1, "", false)]
        {
            let mut shorter = text.to_owned();
            assert_eq!((cut(&mut shorter, characters), shorter.as_str()), (is_cut, expected));
        }
    }
}
