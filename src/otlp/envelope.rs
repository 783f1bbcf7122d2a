//! One `ExportTraceServiceRequest` around spans that are encoded already.
//!
//! Every span is encoded once, so its size is known exactly when batches are cut, and a batch can
//! be cut again without encoding anything twice. Field numbers are those of OTLP's
//! `trace_service.proto` and `trace.proto`.

use std::io::{self, Write};
use std::ops::Range;

use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint};

use super::{Protocol, json, protobuf, shorten};
use crate::span::{Resource, Span};

/// `ExportTraceServiceRequest.resource_spans`.
const RESOURCE_SPANS: u32 = 1;
/// `ResourceSpans.resource` and `ScopeSpans.scope`.
const ABOUT: u32 = 1;
/// `ResourceSpans.scope_spans` and `ScopeSpans.spans`.
const PARTS: u32 = 2;

/// What stands around resource, scope and spans in JSON.
const JSON: [&[u8]; 4] =
    [br#"{"resourceSpans":[{"resource":"#, br#","scopeSpans":[{"scope":"#, br#","spans":["#, b"]}]}]}"];

/// Writes requests of one resource and one scope.
#[derive(Debug)]
pub(super) struct Envelope {
    protocol: Protocol,
    resource: Vec<u8>,
    scope: Vec<u8>,
}

impl Envelope {
    pub(super) fn new(protocol: Protocol, resource: &Resource) -> Self {
        let (resource, scope) = match protocol {
            Protocol::Protobuf => (protobuf::resource(resource), protobuf::scope()),
            Protocol::Json => (json::resource(resource), json::scope()),
        };
        Self { protocol, resource, scope }
    }

    /// Writes a span as it stands in the request.
    pub(super) fn encode(&self, span: &Span, output: &mut Vec<u8>) {
        match self.protocol {
            Protocol::Protobuf => protobuf::span(span, output),
            Protocol::Json => json::span(span, output),
        }
    }

    /// The size of a request, at most: of `spans` encoded spans of together `bytes` bytes.
    pub(super) fn size_at_most(&self, spans: usize, bytes: usize) -> usize {
        const LENGTH_AND_KEY: usize = 6;
        const JSON_AROUND: usize = 96;
        self.resource.len() + self.scope.len() + bytes + JSON_AROUND + spans * LENGTH_AND_KEY
    }

    /// The size of a request, exactly.
    pub(super) fn len<'a>(&self, spans: impl Iterator<Item = &'a [u8]> + Clone) -> usize {
        match self.protocol {
            Protocol::Protobuf => prefixed_len(self.resource_spans(spans)),
            Protocol::Json => {
                let (number, bytes) = spans.fold((0, 0), |(number, bytes), span| (number + 1, bytes + span.len()));
                let around: usize = JSON.iter().map(|part| part.len()).sum();
                around + self.resource.len() + self.scope.len() + bytes + usize::saturating_sub(number, 1)
            }
        }
    }

    /// Writes the request.
    pub(super) fn write<'a>(
        &self,
        spans: impl Iterator<Item = &'a [u8]> + Clone,
        output: &mut impl Write,
    ) -> io::Result<()> {
        match self.protocol {
            Protocol::Protobuf => self.protobuf(spans, output),
            Protocol::Json => self.json(spans, output),
        }
    }

    /// Where the spans of these lengths stand in a request.
    pub(super) fn places(&self, lengths: &[usize]) -> impl Iterator<Item = Range<usize>> {
        let (head, between): (usize, fn(usize) -> usize) = match self.protocol {
            Protocol::Protobuf => {
                let spans = lengths.iter().map(|length| prefixed_len(*length)).sum::<usize>();
                let scope_spans = field_len(&self.scope) + spans;
                (prefixed_len(field_len(&self.resource) + prefixed_len(scope_spans)) - spans, |length| {
                    prefixed_len(length) - length
                })
            }
            Protocol::Json => {
                let head = JSON.iter().take(3).map(|part| part.len()).sum::<usize>();
                (head + self.resource.len() + self.scope.len() - 1, |_| 1)
            }
        };
        lengths.iter().scan(head, move |at, length| {
            let begin = *at + between(*length);
            *at = begin + length;
            Some(begin..*at)
        })
    }

    /// The span with texts of at most so many characters; nothing where all are as short already.
    pub(super) fn shortened(&self, span: &[u8], characters: usize) -> Option<Vec<u8>> {
        match self.protocol {
            Protocol::Protobuf => shorten::protobuf(span, characters),
            Protocol::Json => shorten::json(span, characters),
        }
    }

    fn protobuf<'a>(&self, spans: impl Iterator<Item = &'a [u8]> + Clone, output: &mut impl Write) -> io::Result<()> {
        let scope_spans = self.scope_spans(spans.clone());
        let resource_spans = self.resource_spans(spans.clone());
        let mut head = Vec::with_capacity(self.resource.len() + self.scope.len() + 64);
        prefix(&mut head, RESOURCE_SPANS, resource_spans);
        field(&mut head, ABOUT, &self.resource);
        prefix(&mut head, PARTS, scope_spans);
        field(&mut head, ABOUT, &self.scope);
        output.write_all(&head)?;
        for span in spans {
            head.clear();
            prefix(&mut head, PARTS, span.len());
            output.write_all(&head)?;
            output.write_all(span)?;
        }
        Ok(())
    }

    fn json<'a>(&self, spans: impl Iterator<Item = &'a [u8]>, output: &mut impl Write) -> io::Result<()> {
        let [before, between, behind, end] = JSON;
        output.write_all(&[before, &self.resource, between, &self.scope, behind].concat())?;
        for (index, span) in spans.enumerate() {
            output.write_all(if index == 0 { b"" } else { b"," })?;
            output.write_all(span)?;
        }
        output.write_all(end)
    }

    fn scope_spans<'a>(&self, spans: impl Iterator<Item = &'a [u8]>) -> usize {
        field_len(&self.scope) + spans.map(field_len).sum::<usize>()
    }

    fn resource_spans<'a>(&self, spans: impl Iterator<Item = &'a [u8]>) -> usize {
        field_len(&self.resource) + prefixed_len(self.scope_spans(spans))
    }
}

/// Appends the key and length of a message field.
fn prefix(body: &mut Vec<u8>, number: u32, length: usize) {
    encode_key(number, WireType::LengthDelimited, body);
    encode_varint(length as u64, body);
}

fn field(body: &mut Vec<u8>, number: u32, message: &[u8]) {
    prefix(body, number, message.len());
    body.extend_from_slice(message);
}

/// The size of a message field; its number is below 16, so its key is one byte.
fn prefixed_len(length: usize) -> usize {
    1 + encoded_len_varint(length as u64) + length
}

fn field_len(message: &[u8]) -> usize {
    prefixed_len(message.len())
}
