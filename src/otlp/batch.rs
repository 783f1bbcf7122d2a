//! Gathers spans into requests that no server finds too large.

use std::io;
use std::sync::Arc;

use super::Protocol;
use super::envelope::Envelope;
use crate::span::{Resource, Span, TraceId};

/// The most memory that is kept for encoding the next span; few are larger.
const SCRATCH: usize = 1024 * 1024;

/// How large a request may become. Moda's ingest takes 1,000 events and 5 MB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Spans in a request.
    pub spans: usize,
    /// Bytes of a request before compression. A span that alone is larger travels alone.
    pub bytes: usize,
}

/// One `ExportTraceServiceRequest`. Its spans are encoded and apart, so that it can be cut in two.
#[derive(Clone, Debug)]
pub struct Batch {
    pub(super) envelope: Arc<Envelope>,
    pub(super) spans: Vec<Box<[u8]>>,
    /// A label a span.
    pub(super) labels: Vec<Label>,
}

/// What a span is a part of, so that it is known what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The session, as people know it.
    pub session: Arc<str>,
    /// The turn: it is one trace.
    pub trace: TraceId,
}

impl Batch {
    /// The number of its spans.
    #[must_use]
    pub fn spans(&self) -> usize {
        self.spans.len()
    }

    /// The size of the request in bytes, not compressed.
    #[must_use]
    pub fn size(&self) -> usize {
        self.envelope.len(self.encoded())
    }

    /// What its spans are parts of, one by one.
    #[must_use]
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// Writes the request.
    pub fn write(&self, output: &mut impl io::Write) -> io::Result<()> {
        self.envelope.write(self.encoded(), output)
    }

    fn encoded(&self) -> impl Iterator<Item = &[u8]> + Clone {
        self.spans.iter().map(AsRef::as_ref)
    }

    /// The request.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.size());
        // Writing to memory cannot fail.
        let _ = self.write(&mut body);
        body
    }

    /// Its first and its second half.
    pub(super) fn halves(mut self) -> (Self, Self) {
        let half = self.spans.len() / 2;
        let (spans, labels) = (self.spans.split_off(half), self.labels.split_off(half));
        let envelope = Arc::clone(&self.envelope);
        (self, Self { envelope, spans, labels })
    }

    /// The same with texts of at most so many characters; nothing where all are as short already.
    pub(super) fn shortened(&self, characters: usize) -> Option<Self> {
        let mut is_shorter = false;
        let shorten = |span: &[u8]| {
            let shorter = self.envelope.shortened(span, characters);
            is_shorter |= shorter.is_some();
            shorter.map_or_else(|| span.into(), Into::into)
        };
        let spans = self.encoded().map(shorten).collect();
        is_shorter.then(|| Self { envelope: Arc::clone(&self.envelope), spans, labels: self.labels.clone() })
    }
}

/// Spans on their way into batches.
#[derive(Debug)]
pub struct Batcher {
    envelope: Arc<Envelope>,
    limits: Limits,
    waiting: Vec<Box<[u8]>>,
    labels: Vec<Label>,
    waiting_bytes: usize,
    /// Where a span is encoded, before it is kept in no more memory than it needs.
    scratch: Vec<u8>,
}

impl Batcher {
    /// Starts without spans.
    #[must_use]
    pub fn new(protocol: Protocol, resource: &Resource, limits: Limits) -> Self {
        let envelope = Arc::new(Envelope::new(protocol, resource));
        Self { envelope, limits, waiting: Vec::new(), labels: Vec::new(), waiting_bytes: 0, scratch: Vec::new() }
    }

    /// Adds a span of a session; gives a batch where it would have become too large with it.
    pub fn push(&mut self, span: &Span, session: &Arc<str>) -> Option<Batch> {
        let bytes = self.encode(span);
        let spans = self.waiting.len() + 1;
        let size = self.envelope.size_at_most(spans, self.waiting_bytes + bytes.len());
        let full = spans > self.limits.spans || size > self.limits.bytes;
        let batch = if full { self.flush() } else { None };
        self.waiting_bytes += bytes.len();
        self.waiting.push(bytes);
        self.labels.push(Label { session: Arc::clone(session), trace: span.trace_id });
        batch
    }

    fn encode(&mut self, span: &Span) -> Box<[u8]> {
        self.scratch.clear();
        self.scratch.shrink_to(SCRATCH);
        self.envelope.encode(span, &mut self.scratch);
        self.scratch.as_slice().into()
    }

    /// The batch of all spans that wait; nothing where none does.
    pub fn flush(&mut self) -> Option<Batch> {
        let (spans, labels) = (std::mem::take(&mut self.waiting), std::mem::take(&mut self.labels));
        self.waiting_bytes = 0;
        (!spans.is_empty()).then(|| Batch { envelope: Arc::clone(&self.envelope), spans, labels })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::{Attribute, SpanEvent, SpanId, SpanKind, Status, TraceId, Value};
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use prost::Message;
    use std::io::Read;

    fn span(number: usize, text: usize) -> Span {
        let attribute = |key: &str, value| Attribute { key: key.to_owned(), value };
        Span {
            trace_id: TraceId::of_turn(&number.to_string()),
            span_id: SpanId::of(&number.to_string(), "turn", ""),
            parent_id: (number % 2 == 1).then(|| SpanId::of("above", "turn", "")),
            name: format!("n{number}").into(),
            kind: if number == 1 { SpanKind::Internal } else { SpanKind::Client },
            started_at: 1_795_340_256_589_000_000,
            ended_at: 1_795_340_257_589_000_000,
            status: match number {
                0 => Status::Error("why".to_owned()),
                1 => Status::Unset,
                _ => Status::Ok,
            },
            attributes: vec![
                attribute("text", Value::Text("ż\"\u{7}".repeat(text))),
                attribute("count", Value::Int(-7)),
                attribute("flag", Value::Flag(number == 1)),
                attribute("texts", Value::Texts(vec!["a".to_owned(), "\"".to_owned()])),
            ],
            events: vec![
                SpanEvent {
                    name: "event",
                    at: 1_795_340_256_589_000_001,
                    attributes: vec![attribute("count", Value::Int(7))]
                };
                number % 2
            ],
        }
    }

    fn resource() -> Resource {
        Resource { service_name: "s".to_owned(), ..Resource::default() }
    }

    fn batches(protocol: Protocol, limits: Limits, spans: &[Span]) -> Vec<Batch> {
        let mut batcher = Batcher::new(protocol, &resource(), limits);
        let mut full: Vec<_> = spans.iter().filter_map(|span| batcher.push(span, &"s".into())).collect();
        full.extend(batcher.flush());
        full
    }

    #[test]
    fn both_protocols_decode_to_the_same_spans_in_the_same_order() {
        let spans: Vec<_> = (0..5).map(|number| span(number, number * 50)).collect();
        let limits = Limits { spans: 100, bytes: 1 << 20 };
        let read = |batch: &Batch| ExportTraceServiceRequest::decode(batch.body().as_slice()).unwrap();
        let protobuf: Vec<_> = batches(Protocol::Protobuf, limits, &spans).iter().map(read).collect();
        let read = |batch: &Batch| serde_json::from_slice::<ExportTraceServiceRequest>(&batch.body()).unwrap();
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
                assert!(
                    batches.iter().all(|batch| batch.spans() <= limits.spans && batch.body().len() <= limits.bytes)
                );
                assert_eq!(batches.iter().map(Batch::spans).sum::<usize>(), 40);
            }
        }
    }

    #[test]
    fn sizes_are_known_before_anything_is_written() {
        for protocol in [Protocol::Protobuf, Protocol::Json] {
            let spans: Vec<_> = (0..40).map(|number| span(number, number * 9)).collect();
            let all = batches(protocol, Limits { spans: 40, bytes: 1 << 20 }, &spans).remove(0);
            assert_eq!(all.size(), all.body().len());
        }
    }

    #[test]
    fn what_was_sealed_can_be_opened_and_cut() {
        let spans: Vec<_> = (0..40).map(|number| span(number, number * 9)).collect();
        for (protocol, is_gzip) in
            [(Protocol::Protobuf, true), (Protocol::Protobuf, false), (Protocol::Json, true), (Protocol::Json, false)]
        {
            for count in [1, 2, 40] {
                let batch = batches(protocol, Limits { spans: 40, bytes: 1 << 20 }, &spans[..count]).remove(0);
                let sealed = batch.clone().sealed(is_gzip);
                let mut sent = Vec::new();
                sealed.body.reader().unwrap().read_to_end(&mut sent).unwrap();
                assert_eq!((sealed.size, sent == batch.body()), (batch.size(), !is_gzip));
                let opened = sealed.open().unwrap();
                assert_eq!((opened.body(), opened.labels()), (batch.body(), batch.labels()));
                assert_eq!(opened.halves().1.body(), batch.halves().1.body());
            }
        }
    }

    #[test]
    fn of_a_damaged_body_the_labels_are_known() {
        for is_gzip in [true, false] {
            let batch =
                batches(Protocol::Json, Limits { spans: 9, bytes: 1 << 20 }, &[span(1, 9), span(2, 9)]).remove(0);
            let mut sealed = batch.clone().sealed(is_gzip);
            sealed.body.cut();
            assert_eq!(sealed.open().unwrap_err(), batch.labels);
        }
    }

    #[test]
    fn halves_hold_all_spans_in_their_order() {
        let spans: Vec<_> = (0..5).map(|number| span(number, 9)).collect();
        let decode = |batch: &Batch| {
            let request = ExportTraceServiceRequest::decode(batch.body().as_slice()).unwrap();
            request.resource_spans[0].scope_spans[0].spans.clone()
        };
        let all = batches(Protocol::Protobuf, Limits { spans: 9, bytes: 1 << 20 }, &spans).remove(0);
        let (first, second) = all.clone().halves();
        assert_eq!((first.spans(), second.spans()), (2, 3));
        assert_eq!([decode(&first), decode(&second)].concat(), decode(&all));
    }

    #[test]
    fn texts_can_be_cut_and_ids_stay() {
        for protocol in [Protocol::Protobuf, Protocol::Json] {
            let batch = batches(protocol, Limits { spans: 9, bytes: 1 << 20 }, &[span(1, 3_000)]).remove(0);
            let shorter = batch.shortened(100).unwrap();
            assert!(shorter.size() < 1_500 && shorter.size() < batch.size());
            assert!(shorter.shortened(100).is_none() && batch.shortened(100_000).is_none());
            let read = |batch: &Batch| match protocol {
                Protocol::Protobuf => ExportTraceServiceRequest::decode(batch.body().as_slice()).unwrap(),
                Protocol::Json => serde_json::from_slice(&batch.body()).unwrap(),
            };
            let [whole, cut] =
                [&batch, &shorter].map(|batch| read(batch).resource_spans[0].scope_spans[0].spans[0].clone());
            assert_eq!(
                (&whole.span_id, whole.attributes.len(), &whole.attributes[1]),
                (&cut.span_id, 4, &cut.attributes[1])
            );
            let text = format!("{:?}", cut.attributes[0]);
            assert!(text.contains('…') && text.contains('ż'), "{text}");
        }
    }

    #[test]
    fn a_span_that_is_too_large_travels_alone() {
        let sizes: Vec<_> =
            batches(Protocol::Json, Limits { spans: 9, bytes: 900 }, &[span(0, 1), span(1, 2_000), span(2, 1)])
                .iter()
                .map(Batch::spans)
                .collect();
        assert_eq!(sizes, [1, 1, 1]);
    }
}
