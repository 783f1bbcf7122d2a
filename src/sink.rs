//! The end of the line: where spans go.
//!
//! An upload, a file and a dry run differ here and nowhere else.

use std::sync::Arc;

use crate::cli::Format;
use crate::config::{OutputSettings, Settings};
use crate::error::{Error, Exit};
use crate::ledger::Recorder;
use crate::otlp::{Batch, Batcher, Delivery, Event, Receipt, Request, Writer};
use crate::report::{DryRun, Place, UploadReport};
use crate::session::Session;
use crate::span::Span;
use crate::stop::Stop;

/// Where spans go.
pub struct Sink {
    way: Way,
    watch: Watch,
}

enum Way {
    /// To people, or to programs that want to look before anything is sent.
    Print(DryRun),
    /// Into batches, and with these to a file.
    Lines(Batcher, Writer),
    /// Into batches, and with these to a server.
    Server(Batcher, Delivery),
}

/// Who is told what becomes of them.
#[derive(Clone)]
struct Watch {
    report: Arc<UploadReport>,
    recorder: Option<Arc<Recorder>>,
}

impl Watch {
    fn see(&self, event: Event<'_>) -> Result<(), Error> {
        let recorded = match (&self.recorder, &event) {
            (Some(recorder), Event::Settled(receipt)) => recorder.settle(receipt),
            _ => Ok(()),
        };
        self.report.watch(event);
        recorded
    }

    fn wrote(&self, batch: &Batch, bytes: usize) -> Result<(), Error> {
        let (spans, size, sent) = (batch.spans(), bytes, bytes);
        self.see(Event::Request(Request { spans, size, sent, said: "written", ..Request::default() }))
    }
}

impl Sink {
    /// Opens what the settings name; an upload connects with its first batch. What is recorded goes
    /// behind what a file holds; else a file is replaced.
    pub fn open(
        settings: &Settings,
        report: &Arc<UploadReport>,
        stop: &Stop,
        recorder: Option<Arc<Recorder>>,
    ) -> Result<Self, Error> {
        let batcher = Batcher::new(settings.protocol, &settings.resource, settings.limits);
        let color = report.console.color();
        let watch = Watch { report: Arc::clone(report), recorder };
        let way = match &settings.output {
            OutputSettings::Print(Format::Text) => Way::Print(DryRun::text(color)),
            OutputSettings::Print(Format::Json) => Way::Print(DryRun::json()),
            OutputSettings::Print(Format::OtlpJson) => Way::Lines(batcher, Writer::shown()),
            OutputSettings::Stdout => Way::Lines(batcher, Writer::stdout()),
            OutputSettings::File(path) if watch.recorder.is_some() => Way::Lines(batcher, Writer::append(path)?),
            OutputSettings::File(path) => Way::Lines(batcher, Writer::create(path)?),
            OutputSettings::Http(http) => {
                let watch = watch.clone();
                Way::Server(batcher, Delivery::start(http, stop, Arc::new(move |event| watch.see(event))))
            }
        };
        Ok(Self { way, watch })
    }

    /// Takes a turn of a session: its spans, its own first.
    pub fn take(&mut self, session: &Session, place: Place, spans: &[Span]) -> Result<(), Error> {
        let mut summary = self.watch.report.summary();
        summary.redacted.count(spans);
        if !matches!(self.way, Way::Print(_)) {
            summary.sent.spans += spans.len() as u64;
        }
        drop(summary);
        let id = session.id.as_str().into();
        match &mut self.way {
            Way::Print(dry_run) => dry_run.turn(session, place, spans),
            Way::Lines(batcher, writer) => {
                let mut full = spans.iter().filter_map(|span| batcher.push(span, &id));
                full.try_for_each(|batch| write(writer, &batch, &self.watch))
            }
            Way::Server(batcher, delivery) => {
                let mut full = spans.iter().filter_map(|span| batcher.push(span, &id));
                if full.all(|batch| delivery.push(batch)) { Ok(()) } else { Err(over()) }
            }
        }
    }

    /// Sends what waits, if all went well so far, waits for the answers, and prints the totals.
    pub fn finish(mut self, well: bool) -> Result<(), Error> {
        let report = &self.watch.report;
        match &mut self.way {
            Way::Print(dry_run) => dry_run.finish(&report.summary()),
            Way::Lines(batcher, writer) => {
                writer.destination().clone_into(&mut report.summary().sent.destination);
                if !well {
                    return Ok(());
                }
                batcher.flush().map_or(Ok(()), |batch| write(writer, &batch, &self.watch))?;
                let receipt = Receipt { delivered: writer.finish()?, ..Receipt::default() };
                self.watch.see(Event::Settled(receipt))
            }
            Way::Server(batcher, delivery) => {
                delivery.destination().clone_into(&mut report.summary().sent.destination);
                let last = batcher.flush().filter(|_| well);
                let is_pushed = last.is_none_or(|batch| delivery.push(batch));
                let finished = delivery.finish();
                report.summary().sent.waited = delivery.waited();
                if is_pushed { finished } else { finished.and_then(|()| Err(over())) }
            }
        }
    }
}

/// What ended the run is told when it is finished.
fn over() -> Error {
    Error::new(Exit::Unreachable, "Nothing more is sent.", "Run again later.")
}

/// What is written to a file that is replaced arrives when that gets its name.
fn write(writer: &mut Writer, batch: &Batch, watch: &Watch) -> Result<(), Error> {
    let bytes = writer.write(batch)?;
    watch.wrote(batch, bytes)?;
    if writer.is_held() { Ok(()) } else { watch.see(Event::Settled(Receipt::delivered(batch.labels()))) }
}
