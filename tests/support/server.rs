//! A scripted OTLP/HTTP server on this machine: it answers as it is told, misbehaves as it is
//! told, and remembers what it was sent and what it took.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

/// What a client sent.
#[derive(Clone, Debug)]
pub struct Request {
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub at: Instant,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body, unzipped if it says so.
    pub fn content(&self) -> Vec<u8> {
        if self.header("content-encoding") != Some("gzip") {
            return self.body.clone();
        }
        let mut content = Vec::new();
        flate2::read::GzDecoder::new(self.body.as_slice()).read_to_end(&mut content).unwrap();
        content
    }

    /// The spans in it, in protobuf or JSON.
    pub fn spans(&self) -> Vec<Span> {
        let content = self.content();
        let request: ExportTraceServiceRequest = if self.header("content-type") == Some("application/json") {
            serde_json::from_slice(&content).unwrap()
        } else {
            ExportTraceServiceRequest::decode(content.as_slice()).unwrap()
        };
        super::spans(&[request])
    }
}

/// What the server does with a request.
pub enum Act {
    /// Answers with a whole HTTP response.
    Answer(String),
    /// Hangs up when the head is read.
    HangUpBefore,
    /// Hangs up when half of the body is read.
    HangUpDuring,
    /// Hangs up when all is read.
    HangUpAfter,
    /// Never answers.
    Hang,
    /// Writes a first part, then a byte now and then for ever.
    Trickle(String),
    /// Writes a head, then so many bytes.
    Flood(String, usize),
    /// Writes a part of an answer and hangs up.
    Cut(String),
}

impl Act {
    fn reads(&self, length: usize) -> usize {
        match self {
            Act::HangUpBefore => 0,
            Act::HangUpDuring => length / 2,
            _ => length,
        }
    }

    fn takes(&self) -> bool {
        matches!(self, Act::Answer(text) | Act::Trickle(text) | Act::Flood(text, _) | Act::Cut(text) if text.starts_with("HTTP/1.1 2"))
    }
}

/// Takes all.
pub fn ok() -> Act {
    Act::Answer(answer("200 OK", "application/x-protobuf", ""))
}

/// A status without words.
pub fn status(status: &str) -> Act {
    Act::Answer(answer(status, "text/plain", ""))
}

pub fn answer(status: &str, content_type: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// An answer with one more header.
pub fn answer_with(status: &str, header: &str) -> Act {
    Act::Answer(format!("HTTP/1.1 {status}\r\n{header}\r\nContent-Length: 0\r\n\r\n"))
}

type Script = Box<dyn Fn(usize, &Request) -> Act + Send + Sync>;

/// What the connections share.
struct State {
    script: Script,
    /// Called before the body is read, with the request's number.
    early: Box<dyn Fn(usize) -> Option<Act> + Send + Sync>,
    connections: AtomicUsize,
    flooded: AtomicUsize,
    number: AtomicUsize,
    requests: Mutex<Vec<Request>>,
    taken: Mutex<BTreeMap<Vec<u8>, usize>>,
    is_healed: AtomicBool,
    unread_above: AtomicUsize,
}

pub struct Server {
    pub url: String,
    state: Arc<State>,
    ledger: tempfile::TempDir,
}

impl Server {
    /// Does what the script says, given the number of the request, from 0, and the request.
    pub fn scripted(script: impl Fn(usize, &Request) -> Act + Send + Sync + 'static) -> Self {
        Self::new(|_| None, script)
    }

    /// Does something to the first requests, one after the other, and takes the others.
    pub fn first(acts: Vec<fn() -> Act>) -> Self {
        Self::new(move |number| acts.get(number).map(|act| act()), |_, _| ok())
    }

    /// Answers each request with the next of its answers, the last one for ever.
    pub fn start(answers: Vec<String>) -> Self {
        Self::scripted(move |number, _| Act::Answer(answers[number.min(answers.len() - 1)].clone()))
    }

    /// Answers 200 with an empty body.
    pub fn accepting() -> Self {
        Self::scripted(|_, _| ok())
    }

    /// Hangs up on bodies of more than so many bytes, unread and without a word.
    pub fn large_unread(most: usize) -> Self {
        let server = Self::accepting();
        server.state.unread_above.store(most, Ordering::SeqCst);
        server
    }

    fn new(
        early: impl Fn(usize) -> Option<Act> + Send + Sync + 'static,
        script: impl Fn(usize, &Request) -> Act + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            script: Box::new(script),
            early: Box::new(early),
            connections: AtomicUsize::new(0),
            flooded: AtomicUsize::new(0),
            number: AtomicUsize::new(0),
            requests: Mutex::default(),
            taken: Mutex::default(),
            is_healed: AtomicBool::new(false),
            unread_above: AtomicUsize::new(usize::MAX),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (state, stream) = (Arc::clone(&shared), stream.unwrap());
                state.connections.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || while serve(&state, &stream).is_some() {});
            }
        });
        Self { url, state, ledger: tempfile::tempdir().unwrap() }
    }

    /// The ledger of those that upload to it.
    pub fn ledger(&self) -> PathBuf {
        self.ledger.path().join("ledger.db")
    }

    /// From now on it takes all.
    pub fn heal(&self) {
        self.state.is_healed.store(true, Ordering::SeqCst);
    }

    /// All requests that were read whole so far, in the order in which they came.
    pub fn requests(&self) -> Vec<Request> {
        self.state.requests.lock().unwrap().clone()
    }

    /// The connections that were made.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// The bytes of floods that went away.
    pub fn flooded(&self) -> usize {
        self.state.flooded.load(Ordering::SeqCst)
    }

    /// The requests that came, also those that were not read whole.
    pub fn number(&self) -> usize {
        self.state.number.load(Ordering::SeqCst)
    }

    /// The ids of all spans that it took, each with how often.
    pub fn taken(&self) -> BTreeMap<Vec<u8>, usize> {
        self.state.taken.lock().unwrap().clone()
    }
}

/// Serves one request; nothing where the connection is over.
fn serve(state: &State, stream: &TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut request = read_head(&mut reader)?;
    let number = state.number.fetch_add(1, Ordering::SeqCst);
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let is_healed = state.is_healed.load(Ordering::SeqCst);
    let early = if is_healed { Some(ok()) } else { (state.early)(number) };
    let early = if length > state.unread_above.load(Ordering::SeqCst) { Some(Act::HangUpBefore) } else { early };
    let reads = early.as_ref().map_or(length, |act| act.reads(length));
    if request.header("expect").is_some() && reads == length {
        (&*stream).write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    request.body.resize(reads, 0);
    reader.read_exact(&mut request.body).ok()?;
    let is_whole = reads == length;
    let act = early.unwrap_or_else(|| (state.script)(number, &request));
    if is_whole {
        if act.takes() {
            for span in request.spans() {
                *state.taken.lock().unwrap().entry(span.span_id).or_default() += 1;
            }
        }
        state.requests.lock().unwrap().push(request);
    }
    perform(&act, stream, &state.flooded)
}

fn perform(act: &Act, mut stream: &TcpStream, flooded: &AtomicUsize) -> Option<()> {
    match act {
        Act::Answer(text) => stream.write_all(text.as_bytes()).ok(),
        Act::HangUpBefore | Act::HangUpDuring | Act::HangUpAfter => {
            let _ = stream.shutdown(Shutdown::Both);
            None
        }
        Act::Cut(text) => {
            stream.write_all(text.as_bytes()).ok()?;
            let _ = stream.shutdown(Shutdown::Both);
            None
        }
        Act::Hang => loop {
            thread::sleep(Duration::from_secs(3600));
        },
        Act::Trickle(text) => {
            stream.write_all(text.as_bytes()).ok()?;
            loop {
                thread::sleep(Duration::from_millis(20));
                stream.write_all(b" ").ok()?;
            }
        }
        Act::Flood(head, bytes) => {
            stream.write_all(head.as_bytes()).ok()?;
            let block = vec![b' '; 1 << 16];
            for _ in 0..bytes / block.len() {
                stream.write_all(&block).ok()?;
                flooded.fetch_add(block.len(), Ordering::SeqCst);
            }
            Some(())
        }
    }
}

fn read_head(reader: &mut BufReader<&TcpStream>) -> Option<Request> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let pair = |line: &String| line.split_once(": ").map(|(key, value)| (key.to_owned(), value.to_owned()));
    let headers: Vec<_> = lines[1..].iter().filter_map(pair).collect();
    Some(Request { line: lines[0].clone(), headers, body: Vec::new(), at: Instant::now() })
}
