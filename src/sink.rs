//! The end of the line: where spans go.
//!
//! An upload, a file and a dry run differ here and nowhere else.

use crate::cli::Format;
use crate::config::{OutputSettings, Settings};
use crate::error::Error;
use crate::otlp::{Batch, Batcher, Client, Transport, Writer};
use crate::report::{Console, DryRun, Summary};
use crate::session::Session;
use crate::span::Span;

/// Where spans go.
pub enum Sink<'a> {
    /// To people, or to programs that want to look before anything is sent.
    Print(DryRun),
    /// Into batches, and with these away.
    Batches {
        /// Cuts the batches.
        batcher: Batcher,
        /// Takes them away.
        transport: Box<dyn Transport>,
        /// Is told of every request.
        console: &'a Console,
    },
}

impl<'a> Sink<'a> {
    /// Opens what the settings name; an upload connects with its first batch.
    pub fn open(settings: &Settings, console: &'a Console) -> Result<Self, Error> {
        let transport: Box<dyn Transport> = match &settings.output {
            OutputSettings::Print(Format::Text) => return Ok(Sink::Print(DryRun::text(console.color()))),
            OutputSettings::Print(Format::Json) => return Ok(Sink::Print(DryRun::json())),
            OutputSettings::Print(Format::OtlpJson) => Box::new(Writer::shown()),
            OutputSettings::Stdout => Box::new(Writer::stdout()),
            OutputSettings::File(path) => Box::new(Writer::create(path)?),
            OutputSettings::Http(http) => Box::new(Client::new(http.clone())),
        };
        let batcher = Batcher::new(settings.protocol, &settings.resource, settings.limits);
        Ok(Sink::Batches { batcher, transport, console })
    }

    /// Takes the spans of a session.
    pub fn take(&mut self, session: &Session, spans: &[Span], summary: &mut Summary) -> Result<(), Error> {
        match self {
            Sink::Print(dry_run) => dry_run.session(session, spans),
            Sink::Batches { batcher, transport, console } => spans
                .iter()
                .filter_map(|span| batcher.push(span))
                .try_for_each(|batch| send(transport.as_mut(), &batch, summary, console)),
        }
    }

    /// Sends what waits, if all went well so far, and prints the totals.
    pub fn finish(&mut self, summary: &mut Summary, well: bool) -> Result<(), Error> {
        match self {
            Sink::Print(dry_run) => dry_run.finish(summary),
            Sink::Batches { batcher, transport, console } => {
                summary.sent.destination = transport.destination();
                match batcher.flush() {
                    Some(batch) if !well => summary.leave(&batch),
                    Some(batch) => send(transport.as_mut(), &batch, summary, console)?,
                    None => {}
                }
                if well { transport.finish() } else { Ok(()) }
            }
        }
    }
}

fn send(transport: &mut dyn Transport, batch: &Batch, summary: &mut Summary, console: &Console) -> Result<(), Error> {
    let receipt = transport.send(batch).inspect_err(|error| {
        console.sent(batch, &format!("not delivered: {error}"));
        summary.fail(batch);
    })?;
    console.sent(batch, receipt.reason.as_deref().unwrap_or("delivered"));
    summary.deliver(batch, receipt, console);
    Ok(())
}
