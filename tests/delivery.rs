//! A server that says no, or misbehaves: what arrives, what is said, how many requests are made, how
//! the run ends, and that running again delivers what is missing.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};
use prost::Message;
use support::runs::{Outcome, SPANS, all, run};
use support::{Act, Server, answer, answer_with, ok, recordings, status, upload};

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
fn a_redirect_takes_the_key_nowhere() {
    let other = Server::accepting();
    let location = format!("Location: {}/v1/traces", other.url);
    for moved in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let location = location.clone();
        let server = Server::scripted(move |_, _| answer_with(moved, &location));
        let outcome = run(&server, &["--concurrency", "1"], &recordings("live-2.1.330"));
        assert_eq!((outcome.code, server.number(), other.number()), (4, 1, 0), "{}", outcome.said);
        assert!(outcome.said.contains("hint: Redirects are not followed"), "{}", outcome.said);
    }
}

#[test]
fn of_a_long_answer_no_more_is_read_than_a_limit() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n";
    let server = Server::scripted(move |_, _| Act::Flood(head.to_owned(), 1 << 30));
    let outcome = run(&server, &["--max-batch-spans", "100"], &recordings("live-2.1.330"));
    assert_eq!(outcome.code, 0, "{}", outcome.said);
    // Four megabytes, and what the system holds on its way.
    assert!(server.flooded() < 32 << 20, "{} bytes", server.flooded());
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
