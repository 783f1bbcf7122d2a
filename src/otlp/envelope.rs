//! One `ExportTraceServiceRequest` around spans that are encoded already.
//!
//! Every span is encoded once, so its size is known exactly when batches are cut, and a batch can
//! be cut again without encoding anything twice. Field numbers are those of OTLP's
//! `trace_service.proto` and `trace.proto`.

use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint};

use super::{Protocol, json, protobuf};
use crate::span::{Resource, Span};

/// `ExportTraceServiceRequest.resource_spans`.
const RESOURCE_SPANS: u32 = 1;
/// `ResourceSpans.resource` and `ScopeSpans.scope`.
const ABOUT: u32 = 1;
/// `ResourceSpans.scope_spans` and `ScopeSpans.spans`.
const PARTS: u32 = 2;

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

    pub(super) fn encode(&self, span: &Span) -> Vec<u8> {
        match self.protocol {
            Protocol::Protobuf => protobuf::span(span),
            Protocol::Json => json::span(span),
        }
    }

    /// The size of a request, at most: of `spans` encoded spans of together `bytes` bytes.
    pub(super) fn size(&self, spans: usize, bytes: usize) -> usize {
        const LENGTH_AND_KEY: usize = 6;
        const JSON_AROUND: usize = 96;
        self.resource.len() + self.scope.len() + bytes + JSON_AROUND + spans * LENGTH_AND_KEY
    }

    /// The request.
    pub(super) fn wrap(&self, spans: &[Vec<u8>]) -> Vec<u8> {
        match self.protocol {
            Protocol::Protobuf => self.protobuf(spans),
            Protocol::Json => self.json(spans),
        }
    }

    fn protobuf(&self, spans: &[Vec<u8>]) -> Vec<u8> {
        let scope_spans: usize = field_len(&self.scope) + spans.iter().map(|span| field_len(span)).sum::<usize>();
        let resource_spans = field_len(&self.resource) + prefixed_len(scope_spans);
        let mut body = Vec::with_capacity(prefixed_len(resource_spans));
        prefix(&mut body, RESOURCE_SPANS, resource_spans);
        field(&mut body, ABOUT, &self.resource);
        prefix(&mut body, PARTS, scope_spans);
        field(&mut body, ABOUT, &self.scope);
        for span in spans {
            field(&mut body, PARTS, span);
        }
        body
    }

    fn json(&self, spans: &[Vec<u8>]) -> Vec<u8> {
        let parts: [&[u8]; 7] = [
            br#"{"resourceSpans":[{"resource":"#,
            &self.resource,
            br#","scopeSpans":[{"scope":"#,
            &self.scope,
            br#","spans":["#,
            &spans.join(&b","[..]),
            b"]}]}]}",
        ];
        parts.concat()
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
