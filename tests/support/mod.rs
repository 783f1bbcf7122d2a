//! What several tests need: the binary in a clean environment, the test data, a scripted server.

#![allow(dead_code, unreachable_pub, missing_docs)] // each test file uses its part

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver as Channel, Sender, channel};
use std::thread;

use assert_cmd::Command;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;

/// The binary, seeing nothing of this machine's configuration.
pub fn moda_agent() -> Command {
    let mut command = Command::cargo_bin("moda-agent").unwrap();
    let ours = |name: &str| {
        ["MODA_", "OTEL_", "CLAUDE_", "NO_COLOR", "CLICOLOR"].iter().any(|prefix| name.starts_with(prefix))
    };
    for (name, _) in std::env::vars().filter(|(name, _)| ours(name)) {
        command.env_remove(name);
    }
    command
}

/// `moda-agent upload` with these arguments.
pub fn upload(arguments: &[&str]) -> Command {
    let mut command = moda_agent();
    command.arg("upload").args(arguments);
    command
}

pub fn testdata(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata").join(path)
}

/// The transcripts of one set of recordings.
pub fn recordings(name: &str) -> String {
    testdata(&format!("recordings/{name}/projects")).display().to_string()
}

/// Standard output of a run that must succeed.
pub fn stdout(mut command: Command) -> String {
    String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
}

pub fn stderr_of(command: &mut Command, code: i32) -> String {
    String::from_utf8(command.assert().code(code).get_output().stderr.clone()).unwrap()
}

/// The spans of requests, in their order.
pub fn spans(requests: &[ExportTraceServiceRequest]) -> Vec<Span> {
    let resources = requests.iter().flat_map(|request| &request.resource_spans);
    resources.flat_map(|resource| &resource.scope_spans).flat_map(|scope| scope.spans.clone()).collect()
}

/// OTLP/JSON lines, read.
pub fn json_lines(text: &str) -> Vec<ExportTraceServiceRequest> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What a client sent.
#[derive(Debug)]
pub struct Request {
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
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
}

/// A server on this machine that answers each request with the next of its answers, the last one
/// for ever, and remembers what it was sent.
pub struct Server {
    pub url: String,
    requests: Channel<Request>,
}

impl Server {
    /// `answers` are whole HTTP responses.
    pub fn start(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, requests) = channel();
        thread::spawn(move || serve(&listener, answers, &sender));
        Self { url, requests }
    }

    /// Answers 200 with an empty body.
    pub fn accepting() -> Self {
        Self::start(vec![answer("200 OK", "application/x-protobuf", "")])
    }

    /// All that came so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.try_iter().collect()
    }
}

pub fn answer(status: &str, content_type: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn serve(listener: &TcpListener, answers: Vec<String>, sender: &Sender<Request>) {
    let mut answers = answers.into_iter();
    let mut answer = answers.next().unwrap();
    for stream in listener.incoming() {
        let mut reader = BufReader::new(stream.unwrap());
        while let Some(request) = read_request(&mut reader) {
            let _ = sender.send(request);
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
            answer = answers.next().unwrap_or(answer);
        }
    }
}

fn read_request(reader: &mut BufReader<TcpStream>) -> Option<Request> {
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
    let mut request = Request { line: lines[0].clone(), headers, body: Vec::new() };
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    request.body.resize(length, 0);
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}
