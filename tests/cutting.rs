//! Requests that a server takes only in parts: too large, or with something in them that is wrong.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use prost::Message;
use support::runs::{SPANS, all, many, run};
use support::{Act, Request, Server, answer, ok, recordings, status};

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
    let folder = many(512, 0);
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
    let folder = many(640, 0);
    let options = ["--concurrency", "1", "--max-batch-spans", "64"];
    let outcome = run(&server, &options, &folder.path().display().to_string());
    assert_eq!((outcome.code, server.taken().len()), (0, 640), "{}", outcome.said);
    let sizes: Vec<_> = server.requests().iter().map(|request| request.spans().len()).collect();
    assert!(sizes.len() <= 110 && sizes.ends_with(&[64, 64]), "{sizes:?}");
}

#[test]
fn a_server_that_hangs_up_on_large_requests_gets_smaller_ones() {
    let server = Server::large_unread(1 << 20);
    let folder = many(400, 7_900);
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

#[test]
fn one_bad_span_in_a_thousand_stands_alone_in_the_end() {
    let folder = many(1_000, 0);
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
    let folder = many(1_000, 0);
    let server = Server::scripted(|_, _| Act::Answer(answer("400 Bad Request", "text/plain", "no gzip, please")));
    let outcome =
        run(&server, &["--max-batch-spans", "512", "--concurrency", "1"], &folder.path().display().to_string());
    assert_eq!(outcome.code, 4, "{}", outcome.said);
    assert!(outcome.said.contains("rejects every span (400 Bad Request: no gzip, please)."), "{}", outcome.said);
    assert!(outcome.said.contains("--compression none"), "{}", outcome.said);
    assert!(server.number() <= 50, "{} requests", server.number());
}
