//! A request as it goes over the wire. Its spans are in it and nowhere else: hardly any server wants them
//! cut.

use std::io::{self, Read, Write};
use std::sync::Arc;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::batch::{Batch, Label};
use super::body::Body;
use super::envelope::Envelope;

/// A third larger than by the usual level 6, in a quarter of its time: 300 MB of transcripts as trees
/// are 40 MB in 0.7 CPU seconds, or 31 MB in 2.6.
const LEVEL: u32 = 2;

/// A batch that is ready to be sent.
#[derive(Debug)]
pub(super) struct Sealed {
    envelope: Arc<Envelope>,
    pub(super) labels: Vec<Label>,
    lengths: Vec<usize>,
    /// The bytes of the request before compression.
    pub(super) size: usize,
    pub(super) body: Body,
    is_gzip: bool,
}

impl Batch {
    /// The request, compressed or not.
    pub(super) fn sealed(self, is_gzip: bool) -> Sealed {
        let size = self.size();
        // Text shrinks to about an eighth.
        let body = if is_gzip { Body::of(size / 8, |output| self.gzip(output)) } else { self.body_of(size) };
        let lengths = self.spans.iter().map(|span| span.len()).collect();
        Sealed { envelope: self.envelope, labels: self.labels, lengths, size, body, is_gzip }
    }

    fn body_of(&self, size: usize) -> Body {
        Body::of(size, |mut output| self.write(&mut output))
    }

    fn gzip(&self, output: &mut dyn Write) -> io::Result<()> {
        let mut encoder = GzEncoder::new(output, Compression::new(LEVEL));
        self.write(&mut encoder)?;
        encoder.finish().map(drop)
    }
}

impl Sealed {
    /// The batch that it was; only the labels if the body is damaged.
    pub(super) fn open(self) -> Result<Batch, Vec<Label>> {
        let Some(spans) = self.spans() else { return Err(self.labels) };
        Ok(Batch { envelope: self.envelope, labels: self.labels, spans })
    }

    fn spans(&self) -> Option<Vec<Box<[u8]>>> {
        let request = self.request().ok()?;
        let places = self.envelope.places(&self.lengths);
        places.map(|place| Some(request.get(place)?.into())).collect()
    }

    /// The request, not compressed.
    fn request(&self) -> io::Result<Vec<u8>> {
        let (mut request, mut body) = (Vec::with_capacity(self.size), self.body.reader()?);
        if self.is_gzip { GzDecoder::new(body).read_to_end(&mut request) } else { body.read_to_end(&mut request) }?;
        Ok(request)
    }
}
