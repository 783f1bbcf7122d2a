//! Gathers spans into requests that no server finds too large.

use super::Protocol;
use super::envelope::Envelope;
use crate::span::{Resource, Span};

/// How large a request may become. Moda's ingest takes 1,000 events and 5 MB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Spans in a request.
    pub spans: usize,
    /// Bytes of a request before compression. A span that alone is larger travels alone.
    pub bytes: usize,
}

/// One `ExportTraceServiceRequest`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The spans in it.
    pub spans: usize,
    /// The request, not compressed.
    pub body: Vec<u8>,
}

/// Spans on their way into batches.
#[derive(Debug)]
pub struct Batcher {
    envelope: Envelope,
    limits: Limits,
    waiting: Vec<Vec<u8>>,
    waiting_bytes: usize,
}

impl Batcher {
    /// Starts without spans.
    #[must_use]
    pub fn new(protocol: Protocol, resource: &Resource, limits: Limits) -> Self {
        Self { envelope: Envelope::new(protocol, resource), limits, waiting: Vec::new(), waiting_bytes: 0 }
    }

    /// Adds a span; gives a batch where it would have become too large with it.
    pub fn push(&mut self, span: &Span) -> Option<Batch> {
        let encoded = self.envelope.encode(span);
        let spans = self.waiting.len() + 1;
        let bytes = self.envelope.size(spans, self.waiting_bytes + encoded.len());
        let full = spans > self.limits.spans || bytes > self.limits.bytes;
        let batch = if full { self.flush() } else { None };
        self.waiting_bytes += encoded.len();
        self.waiting.push(encoded);
        batch
    }

    /// The batch of all spans that wait; nothing where none does.
    pub fn flush(&mut self) -> Option<Batch> {
        let spans = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        (!spans.is_empty()).then(|| Batch { spans: spans.len(), body: self.envelope.wrap(&spans) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::{Attribute, SpanId, SpanKind, Status, TraceId, Value};
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use prost::Message;

    fn span(number: usize, text: usize) -> Span {
        let attribute = |key: &str, value| Attribute { key: key.to_owned(), value };
        Span {
            trace_id: TraceId::of_turn(&number.to_string()),
            span_id: SpanId::of(&number.to_string(), "turn", ""),
            name: "n",
            kind: SpanKind::Client,
            started_at: 1_795_340_256_589_000_000,
            ended_at: 1_795_340_257_589_000_000,
            status: if number == 0 { Status::Error("why".to_owned()) } else { Status::Ok },
            attributes: vec![
                attribute("text", Value::Text("ż\"\u{7}".repeat(text))),
                attribute("count", Value::Int(-7)),
            ],
        }
    }

    fn resource() -> Resource {
        Resource { service_name: "s".to_owned(), ..Resource::default() }
    }

    fn batches(protocol: Protocol, limits: Limits, spans: &[Span]) -> Vec<Batch> {
        let mut batcher = Batcher::new(protocol, &resource(), limits);
        let mut full: Vec<_> = spans.iter().filter_map(|span| batcher.push(span)).collect();
        full.extend(batcher.flush());
        full
    }

    #[test]
    fn both_protocols_decode_to_the_same_spans_in_the_same_order() {
        let spans: Vec<_> = (0..5).map(|number| span(number, number * 50)).collect();
        let limits = Limits { spans: 100, bytes: 1 << 20 };
        let read = |batch: &Batch| ExportTraceServiceRequest::decode(batch.body.as_slice()).unwrap();
        let protobuf: Vec<_> = batches(Protocol::Protobuf, limits, &spans).iter().map(read).collect();
        let read = |batch: &Batch| serde_json::from_slice::<ExportTraceServiceRequest>(&batch.body).unwrap();
        let json: Vec<_> = batches(Protocol::Json, limits, &spans).iter().map(read).collect();
        assert_eq!(protobuf, json);
        let ids: Vec<_> =
            protobuf[0].resource_spans[0].scope_spans[0].spans.iter().map(|span| span.span_id.clone()).collect();
        let expected: Vec<_> = spans.iter().map(|span| span.span_id.0.to_vec()).collect();
        assert_eq!(ids, expected);
    }

    #[test]
    fn no_batch_exceeds_a_limit_and_no_span_is_lost() {
        let spans: Vec<_> = (0..40).map(|number| span(number, number)).collect();
        for protocol in [Protocol::Protobuf, Protocol::Json] {
            for limits in [Limits { spans: 7, bytes: 1 << 20 }, Limits { spans: 100, bytes: 2_000 }] {
                let batches = batches(protocol, limits, &spans);
                assert!(batches.iter().all(|batch| batch.spans <= limits.spans && batch.body.len() <= limits.bytes));
                assert_eq!(batches.iter().map(|batch| batch.spans).sum::<usize>(), 40);
            }
        }
    }

    #[test]
    fn a_span_that_is_too_large_travels_alone() {
        let sizes: Vec<_> =
            batches(Protocol::Json, Limits { spans: 9, bytes: 900 }, &[span(0, 1), span(1, 2_000), span(2, 1)])
                .iter()
                .map(|batch| batch.spans)
                .collect();
        assert_eq!(sizes, [1, 1, 1]);
    }
}
