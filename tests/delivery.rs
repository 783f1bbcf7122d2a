//! A server that says no, or misbehaves: what arrives, what is said, how many requests are made, how
//! the run ends, and that running again delivers what is missing.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};
use prost::Message;
use support::{Act, Request, Server, answer, answer_with, json_lines, ok, recordings, spans, status, stdout, upload};

const KEY: &str = "moda-key-that-must-not-show";
const SPANS: usize = 31;

/// The ids of the spans that are to arrive.
fn all(paths: &str) -> BTreeSet<Vec<u8>> {
    let printed = stdout(upload(&["--dry-run", "--format", "otlp-json", "-q", paths]));
    spans(&json_lines(&printed)).into_iter().map(|span| span.span_id).collect()
}

/// What a run came to.
struct Outcome {
    code: i32,
    said: String,
    took: Duration,
}

fn run(server: &Server, options: &[&str], paths: &str) -> Outcome {
    let mut command = upload(&["--endpoint", &server.url, "--max-batch-spans", "7"]);
    let began = Instant::now();
    let output = command.args(options).arg(paths).env("MODA_API_KEY", KEY).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!said.contains(KEY) && output.stdout.is_empty(), "{said}");
    Outcome { code: output.status.code().unwrap(), said, took: began.elapsed() }
}

/// What a server does, and what must come of it.
struct Case {
    name: &'static str,
    server: Server,
    options: &'static [&'static str],
    code: i32,
    /// Spans that arrive at once.
    arrive: usize,
    requests: RangeInclusive<usize>,
    says: &'static str,
    seconds: RangeInclusive<u64>,
}

impl Case {
    fn check(&self) {
        let Self { name, server, .. } = self;
        let live = recordings("live-2.1.330");
        let Outcome { code, said, took } = run(server, self.options, &live);
        let arrived = server.taken().len();
        assert_eq!((code, arrived), (self.code, self.arrive), "{name}:\n{said}");
        assert!(self.requests.contains(&server.number()), "{name}: {} requests\n{said}", server.number());
        assert!(said.contains(self.says), "{name}:\n{said}");
        assert_eq!(said.contains("hint: "), code != 0, "{name}:\n{said}");
        assert!(self.seconds.contains(&took.as_secs()), "{name}: {took:?}\n{said}");
        // What arrived is counted, whatever went wrong.
        let counted = format!("sent      {arrived} span{}", if arrived == 1 { "" } else { "s" });
        assert!(said.contains(&counted) || self.name.contains("partial"), "{name}:\n{said}");
        server.heal();
        let Outcome { code, said, .. } = run(server, &["-q"], &live);
        assert_eq!((code, said.as_str()), (0, ""), "{name}");
        assert_eq!(server.taken().into_keys().collect::<BTreeSet<_>>(), all(&live), "{name}: something is lost");
    }
}

/// A server whose first requests fare badly, one after the other.
fn first(acts: Vec<fn() -> Act>) -> Server {
    Server::first(acts)
}

/// One that does the same to all.
fn always(act: fn() -> Act) -> Server {
    Server::scripted(move |_, _| act())
}

const ONE: &[&str] = &["--concurrency", "1"];
const BRIEF: &[&str] = &["--retry-for", "1s"];
const SLOW: &[&str] = &["--timeout", "500ms", "--retry-for", "5s"];

fn case(name: &'static str, server: Server, options: &'static [&'static str]) -> Case {
    let requests = 5..=5;
    Case { name, server, options, code: 0, arrive: SPANS, requests, says: "31 spans in ", seconds: 0..=25 }
}

/// All cases run at once: most of the time is waiting.
fn check_all(cases: &[Case]) {
    std::thread::scope(|scope| {
        let running: Vec<_> = cases.iter().map(|case| scope.spawn(|| case.check())).collect();
        let failed = running.into_iter().filter_map(|case| case.join().err()).count();
        assert_eq!(failed, 0, "{failed} cases failed");
    });
}

#[test]
fn a_server_that_is_busy_for_a_moment_gets_all() {
    let retried =
        |name, act: fn() -> Act| Case { requests: 6..=6, says: "; 1 retry, ", ..case(name, first(vec![act]), ONE) };
    check_all(&[
        Case {
            seconds: 1..=25,
            ..retried("429 with a wait", || answer_with("429 Too Many Requests", "Retry-After: 1"))
        },
        Case { seconds: 1..=25, ..retried("503 with a wait", || answer_with("503 S", "Retry-After: 1")) },
        retried("429 with a date that is over", || {
            answer_with("429 Too Many Requests", "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT")
        }),
        retried("429 with nonsense", || answer_with("429 Too Many Requests", "Retry-After: soon")),
        retried("502", || status("502 Bad Gateway")),
        retried("503", || status("503 Service Unavailable")),
        retried("504", || status("504 Gateway Timeout")),
        Case {
            requests: 8..=8,
            says: "; 3 retries, ",
            ..case("three times 503", first(vec![|| status("503 S"), || status("503 S"), || status("503 S")]), ONE)
        },
        retried("hangs up before the body", || Act::HangUpBefore),
        retried("hangs up within the body", || Act::HangUpDuring),
        retried("hangs up behind the body", || Act::HangUpAfter),
        Case { options: &["--timeout", "500ms", "--concurrency", "1"], ..retried("hangs", || Act::Hang) },
    ]);
}

#[test]
fn a_server_that_stays_busy_ends_the_run_in_time() {
    let ends = |name, act: fn() -> Act, says| Case {
        code: 4,
        arrive: 0,
        requests: 1..=9,
        says,
        ..case(name, always(act), BRIEF)
    };
    check_all(&[
        ends("503 for ever", || status("503 Service Unavailable"), "keeps failing (503 Service Unavailable)."),
        ends("429 for ever", || answer_with("429 Too Many Requests", "Retry-After: 0"), "keeps failing (429 Too Many"),
        Case {
            requests: 1..=4,
            ..ends("429 with a long wait", || answer_with("429 T", "Retry-After: 3600"), "keeps failing (429")
        },
        ends("hangs up for ever", || Act::HangUpAfter, "Cannot reach http://127.0.0.1"),
        Case {
            options: &["--timeout", "300ms", "--retry-for", "1s"],
            ..ends("hangs for ever", || Act::Hang, "Cannot reach http://127.0.0.1")
        },
        Case {
            options: &["--retry-for", "0s", "--concurrency", "1"],
            requests: 1..=1,
            ..ends("503 without patience", || status("503 Service Unavailable"), "keeps failing (503")
        },
    ]);
}

#[test]
fn what_cannot_be_mended_is_said_and_goes_another_time() {
    let ends = |name, code, act: fn() -> Act, says| Case {
        code,
        arrive: 14,
        requests: 3..=3,
        says,
        ..case(name, Server::scripted(move |number, _| if number == 2 { act() } else { ok() }), ONE)
    };
    check_all(&[
        ends("401 in the middle", 3, || status("401 Unauthorized"), "refused the key (401 Unauthorized)"),
        ends("403 in the middle", 3, || status("403 Forbidden"), "refused the key (403 Forbidden)"),
        ends("404", 4, || status("404 Not Found"), "takes no traces (404 Not Found)"),
        ends("415", 4, || status("415 Unsupported Media Type"), "try --protocol http/json"),
        ends(
            "a redirect",
            4,
            || answer_with("307 Temporary Redirect", "Location: http://127.0.0.1:9/v1/traces"),
            "takes no traces (307 Temporary Redirect to http://127.0.0.1:9/v1/traces)",
        ),
        Case {
            code: 4,
            arrive: 24,
            says: "error: 7 spans did not arrive: 500 Internal Server Error",
            ..case("500 once", first(vec![|| status("500 Internal Server Error")]), ONE)
        },
    ]);
}

fn partial(rejected_spans: i64, words: &str) -> String {
    let partial = ExportTracePartialSuccess { rejected_spans, error_message: words.to_owned() };
    let body = ExportTraceServiceResponse { partial_success: Some(partial) }.encode_to_vec();
    answer("200 OK", "application/x-protobuf", &String::from_utf8(body).unwrap())
}

#[test]
fn what_a_server_says_of_what_it_took_is_understood() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n";
    let flood =
        Server::scripted(move |number, _| if number == 0 { Act::Flood(head.to_owned(), 50 << 20) } else { ok() });
    let trickle = Server::scripted(move |number, _| if number == 0 { Act::Trickle(head.to_owned()) } else { ok() });
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nhalf";
    let cut = Server::scripted(move |number, _| if number == 0 { Act::Cut(cut.to_owned()) } else { ok() });
    let says = "warning: the server took the spans, and its answer broke off, is too long or is no OTLP";
    check_all(&[
        Case {
            code: 1,
            says: "error: 10 spans did not arrive, of those of sessions ",
            ..case("partial success", Server::scripted(|_, _| Act::Answer(partial(2, "too old"))), &[])
        },
        Case {
            says: "warning: the server says: slow down",
            ..case("partial success of all", Server::scripted(|_, _| Act::Answer(partial(0, "slow down"))), &[])
        },
        case("an empty 200", always(|| answer_with("200 OK", "X-Nothing: here")), &[]),
        case(
            "JSON to protobuf",
            always(|| Act::Answer(answer("200 OK", "application/json", r#"{"accepted":7}"#))),
            &[],
        ),
        Case { says, ..case("nonsense", always(|| Act::Answer(answer("202 Accepted", "text/html", "<html>"))), &[]) },
        Case { says, ..case("50 MB of answer", flood, &[]) },
        Case { says, ..case("an answer that trickles", trickle, SLOW) },
        Case { says, ..case("an answer that is cut", cut, &[]) },
    ]);
}

#[test]
fn while_the_server_asks_for_a_pause_nobody_sends() {
    let wait = || answer_with("429 Too Many Requests", "Retry-After: 1");
    let server = Server::first(vec![wait]);
    let outcome = run(&server, &["--max-batch-spans", "1"], &recordings("live-2.1.330"));
    assert_eq!((outcome.code, server.taken().len()), (0, SPANS), "{}", outcome.said);
    let requests = server.requests();
    let refused = requests[0].at;
    // What was in flight when the answer came, and then nothing for a second.
    let early = requests.iter().filter(|request| request.at < refused + Duration::from_millis(900)).count();
    assert!(early <= 4 + 1, "{early} requests within the pause");
}

#[test]
fn a_server_in_trouble_sees_fewer_requests_and_gets_all() {
    // As a store with room for one: of requests at the same time it takes the first.
    let busy = std::sync::Mutex::new(());
    let server = Server::scripted(move |_, _| {
        let Ok(_free) = busy.try_lock() else { return status("503 Service Unavailable") };
        std::thread::sleep(Duration::from_millis(20));
        ok()
    });
    let outcome = run(&server, &["--max-batch-spans", "1", "--concurrency", "8"], &recordings("live-2.1.330"));
    assert_eq!((outcome.code, server.taken().len()), (0, SPANS), "{}", outcome.said);
    assert!(server.taken().values().all(|times| *times == 1));
}

#[test]
fn what_is_too_large_is_cut_until_it_fits() {
    for (most, requests) in [(16, 3..=3), (8, 5..=8), (1, 33..=61)] {
        for too_large in ["413 Payload Too Large", "400 Bad Request"] {
            let refusal = answer(too_large, "text/plain", "request body too large");
            let script = move |_: usize, request: &Request| {
                if request.spans().len() > most { Act::Answer(refusal.clone()) } else { ok() }
            };
            let server = Server::scripted(script);
            let live = recordings("live-2.1.330");
            let outcome = run(&server, &["--max-batch-spans", "100"], &live);
            assert_eq!((outcome.code, server.taken().len()), (0, SPANS), "{most}: {}", outcome.said);
            assert!(requests.contains(&server.number()), "{most}: {} requests", server.number());
            assert!(server.taken().values().all(|times| *times == 1));
        }
    }
}

#[test]
fn a_size_that_was_refused_is_not_tried_again() {
    let server = Server::scripted(|_, request| if request.spans().len() > 40 { status("413 P") } else { ok() });
    let folder = many(512);
    let outcome =
        run(&server, &["--concurrency", "1", "--max-batch-spans", "64"], &folder.path().display().to_string());
    // The first of eight batches is refused, the others are cut before they are sent.
    assert_eq!((outcome.code, server.taken().len()), (0, 512), "{}", outcome.said);
    let sizes: Vec<_> = server.requests().iter().map(|request| request.spans().len()).collect();
    assert_eq!(sizes, [&[64][..], &[32; 16]].concat());
}

#[test]
fn a_size_that_was_refused_once_is_not_refused_for_ever() {
    let server = Server::scripted(|number, _| if number < 6 { status("413 P") } else { ok() });
    let folder = many(640);
    let options = ["--concurrency", "1", "--max-batch-spans", "64"];
    let outcome = run(&server, &options, &folder.path().display().to_string());
    assert_eq!((outcome.code, server.taken().len()), (0, 640), "{}", outcome.said);
    let sizes: Vec<_> = server.requests().iter().map(|request| request.spans().len()).collect();
    assert!(sizes.len() <= 110 && sizes.ends_with(&[64, 64]), "{sizes:?}");
}

#[test]
fn a_server_that_hangs_up_on_large_requests_gets_smaller_ones() {
    let server = Server::large_unread(1 << 20);
    let folder = tempfile::tempdir().unwrap();
    let session = "11111111-1111-4111-8111-111111111111";
    let mut text = String::new();
    for turn in 0..400 {
        let head =
            format!(r#"{{"sessionId":"{session}","timestamp":"2026-03-01T00:{:02}:{:02}.000Z""#, turn / 60, turn % 60);
        let (long, uuid) = ("x".repeat(7_900), format!("{turn:08}-0000-4000-8000-000000000000"));
        writeln!(
            text,
            r#"{head},"type":"user","uuid":"{uuid}","message":{{"role":"user","content":"{turn}{long}"}}}}"#
        )
        .unwrap();
        writeln!(text, r#"{head},"type":"assistant","uuid":"a{turn}","message":{{"id":"msg_{turn}","role":"assistant","model":"m","stop_reason":"end_turn","content":[{{"type":"text","text":"{long}"}}],"usage":{{"input_tokens":1,"output_tokens":60}}}}}}"#).unwrap();
    }
    std::fs::write(folder.path().join(format!("{session}.jsonl")), text).unwrap();
    let options = ["--compression", "none", "--max-batch-spans", "512", "--retry-for", "30s"];
    let outcome = run(&server, &options, &folder.path().display().to_string());
    assert_eq!((outcome.code, server.taken().len()), (0, 400), "{}", outcome.said);
}

#[test]
fn a_span_that_is_too_large_alone_goes_with_shorter_texts() {
    let largest = |request: &Request| request.spans().iter().map(Message::encoded_len).max().unwrap_or(0);
    for (limit, code, says) in [
        (3_500, 0, "a span was too large for the server; it went with texts of 1000 characters"),
        (1_600, 0, "it went with texts of 100 characters"),
        (10, 4, "rejects every span (413 Payload Too Large)."),
    ] {
        let server = Server::scripted(move |_, request| if largest(request) > limit { status("413 P") } else { ok() });
        let outcome = run(&server, &["-v"], &recordings("live-2.1.330"));
        let arrive = if code == 0 { SPANS } else { 0 };
        assert_eq!((outcome.code, server.taken().len()), (code, arrive), "{limit}: {}", outcome.said);
        assert!(outcome.said.contains(says), "{limit}: {}", outcome.said);
    }
}

/// A transcript of so many turns.
fn many(turns: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let session = "11111111-1111-4111-8111-111111111111";
    let mut text = String::new();
    for turn in 0..turns {
        let head = format!(
            r#"{{"sessionId":"{session}","timestamp":"2026-03-01T{:02}:{:02}:{:02}.000Z""#,
            turn / 3600,
            turn / 60 % 60,
            turn % 60
        );
        writeln!(text, r#"{head},"type":"user","uuid":"{turn:08}-0000-4000-8000-000000000000","message":{{"role":"user","content":"prompt {turn}"}}}}"#).unwrap();
        writeln!(text, r#"{head},"type":"assistant","uuid":"a{turn}","message":{{"id":"msg_{turn}","role":"assistant","model":"m","stop_reason":"end_turn","content":[{{"type":"text","text":"yes"}}],"usage":{{"input_tokens":1,"output_tokens":60}}}}}}"#).unwrap();
    }
    std::fs::write(folder.path().join(format!("{session}.jsonl")), text).unwrap();
    folder
}

#[test]
fn one_bad_span_in_a_thousand_stands_alone_in_the_end() {
    let folder = many(1_000);
    let paths = folder.path().display().to_string();
    let bad = all(&paths).into_iter().nth(700).unwrap();
    for refusal in ["400 Bad Request", "422 Unprocessable Entity"] {
        let wanted = bad.clone();
        let script = move |_: usize, request: &Request| {
            let is_bad = request.spans().iter().any(|span| span.span_id == wanted);
            if is_bad { Act::Answer(answer(refusal, "text/plain", "span is bad")) } else { ok() }
        };
        let server = Server::scripted(script);
        let outcome = run(&server, &["--max-batch-spans", "512"], &paths);
        assert_eq!((outcome.code, server.taken().len()), (1, 999), "{}", outcome.said);
        assert!(server.taken().values().all(|times| *times == 1));
        assert!(server.number() <= 2 + 2 * 9, "{} requests", server.number());
        let says = format!(
            "error: 1 span did not arrive, of session 11111111-1111-4111-8111-111111111111: {refusal}: span is bad"
        );
        assert!(outcome.said.contains(&says), "{}", outcome.said);
    }
}

#[test]
fn a_server_that_rejects_all_is_not_asked_for_each_of_a_thousand_spans() {
    let folder = many(1_000);
    let server = Server::scripted(|_, _| Act::Answer(answer("400 Bad Request", "text/plain", "no gzip, please")));
    let outcome =
        run(&server, &["--max-batch-spans", "512", "--concurrency", "1"], &folder.path().display().to_string());
    assert_eq!(outcome.code, 4, "{}", outcome.said);
    assert!(outcome.said.contains("rejects every span (400 Bad Request: no gzip, please)."), "{}", outcome.said);
    assert!(outcome.said.contains("--compression none"), "{}", outcome.said);
    assert!(server.number() <= 50, "{} requests", server.number());
}

#[test]
fn several_requests_are_in_flight_and_never_more_than_asked_for() {
    let live = recordings("live-2.1.330");
    for most in [1_usize, 3] {
        let now = std::sync::Arc::new(std::sync::Mutex::new((0, 0)));
        let counter = std::sync::Arc::clone(&now);
        let server = Server::scripted(move |_, _| {
            let mut count = counter.lock().unwrap();
            count.0 += 1;
            count.1 = count.1.max(count.0);
            drop(count);
            std::thread::sleep(Duration::from_millis(40));
            counter.lock().unwrap().0 -= 1;
            ok()
        });
        let outcome = run(&server, &["--max-batch-spans", "2", "--concurrency", &most.to_string()], &live);
        assert_eq!((outcome.code, server.taken().len()), (0, SPANS), "{}", outcome.said);
        assert_eq!(now.lock().unwrap().1, most);
        assert!(server.connections() <= most, "{} connections", server.connections());
    }
}

#[test]
fn a_person_who_watches_sees_every_request() {
    let server = Server::first(vec![|| status("503 Service Unavailable")]);
    let outcome = run(&server, &["-v", "--concurrency", "1"], &recordings("live-2.1.330"));
    let lines = |start: &str| outcome.said.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!(
        (lines("request: 7 spans, "), lines("request: 3 spans, "), lines("waiting ")),
        (5, 1, 1),
        "{}",
        outcome.said
    );
    assert!(outcome.said.contains(" s: 503 Service Unavailable"), "{}", outcome.said);
    assert!(outcome.said.contains(" uncompressed; 1 retry, 0s of waiting) to http://127.0.0.1"), "{}", outcome.said);
}

#[test]
fn nobody_there_is_an_error_with_a_hint() {
    let live = recordings("live-2.1.330");
    let said = support::stderr_of(&mut upload(&["--endpoint", "http://127.0.0.1:9", "--retry-for", "1s", &live]), 4);
    assert!(said.contains("error: Cannot reach http://127.0.0.1:9/v1/traces: Connection refused."), "{said}");
    assert!(said.contains("hint: Check the endpoint's host and port"), "{said}");
}
