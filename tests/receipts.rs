//! What the ledger keeps of what a server said, and of what was delivered long ago.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};
use prost::Message;
use support::runs::{KEY, ids, run, sends, taken, turns};
use support::tree::{Tree, append, turn};
use support::{Act, Server, answer, json_lines, ok, recordings, spans, stderr_of, testdata, upload_with};

/// Does not take the spans of which the prompt is one of these.
fn without(prompts: &'static [&'static str], is_strict: &'static AtomicBool) -> Server {
    Server::scripted(move |_, request| {
        let content = format!("{:?}", request.spans());
        let is_bad = prompts.iter().any(|prompt| content.contains(&format!("\"{prompt}\"")));
        let is_strict = is_strict.load(Ordering::SeqCst);
        if is_bad && is_strict { Act::Answer(answer("400 Bad Request", "text/plain", "not this")) } else { ok() }
    })
}

#[test]
fn what_the_server_rejects_is_remembered_with_its_reason_and_goes_on_request() {
    static IS_STRICT: AtomicBool = AtomicBool::new(true);
    let (tree, server) = (Tree::of(1, 6), without(&["prompt 2", "prompt 4"], &IS_STRICT));
    let outcome = run(&server, &[], &tree.path());
    assert_eq!((outcome.code, ids(&server)), (1, turns(0, [0, 1, 3, 5])), "{}", outcome.said);
    assert_eq!(reasons(&server.ledger()), vec![("rejected".to_owned(), "400 Bad Request: not this".to_owned()); 2]);
    // Not even once the session goes on, and the server would take them.
    IS_STRICT.store(false, Ordering::SeqCst);
    tree.add(0, &turn(0, 6));
    let (new, said) = sends(&server, &tree.path(), &[]);
    assert_eq!((new, ids(&server)), (1, turns(0, [0, 1, 3, 5, 6])));
    assert!(said.contains("; 4 delivered before, 2 rejected before"), "{said}");
    assert_eq!(sends(&server, &tree.path(), &["--resend=rejected"]).0, 2);
    assert_eq!((ids(&server), reasons(&server.ledger())), (turns(0, 0..7), vec![]));
    assert_eq!(sends(&server, &tree.path(), &["--resend=rejected"]).0, 0);
}

/// What a ledger says of the turns that were not simply delivered.
fn reasons(ledger: &Path) -> Vec<(String, String)> {
    let connection = rusqlite::Connection::open(ledger).unwrap();
    let query = "SELECT fate, reason FROM receipt WHERE fate <> 'delivered' ORDER BY id";
    let mut statement = connection.prepare(query).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn where_the_server_does_not_say_which_spans_it_rejected_none_goes_again_unasked() {
    let partial = ExportTracePartialSuccess { rejected_spans: 2, error_message: "too old".to_owned() };
    let body = ExportTraceServiceResponse { partial_success: Some(partial) }.encode_to_vec();
    let body = answer("200 OK", "application/x-protobuf", &String::from_utf8(body).unwrap());
    let server = Server::scripted(move |number, _| if number == 0 { Act::Answer(body.clone()) } else { ok() });
    let tree = Tree::of(1, 10);
    let outcome = run(&server, &["--concurrency", "1"], &tree.path());
    assert_eq!((outcome.code, taken(&server)), (1, 10), "{}", outcome.said);
    let reason = "the server rejected 2 of the 7 spans of its request: too old";
    let said = reasons(&server.ledger());
    assert_eq!(said.len(), 7);
    assert!(said.iter().all(|(fate, words)| fate == "unsure" && words.ends_with(reason)), "{said:?}");
    assert_eq!(sends(&server, &tree.path(), &[]).0, 0);
    assert_eq!(sends(&server, &tree.path(), &["--resend=rejected"]).0, 7);
    assert_eq!(reasons(&server.ledger()), []);
}

#[test]
fn a_file_gets_what_is_new_at_its_end_and_loses_half_a_line() {
    let (tree, folder) = (Tree::of(1, 3), tempfile::tempdir().unwrap());
    let (output, ledger) = (folder.path().join("spans.jsonl"), folder.path().join("ledger.db"));
    let endpoint = format!("file:{}", output.display());
    let run = || {
        let said = stderr_of(&mut upload_with(&ledger, &["-q", "--endpoint", &endpoint, &tree.path()]), 0);
        assert_eq!(said, "");
        let all = spans(&json_lines(&fs::read_to_string(&output).unwrap()));
        all.into_iter().map(|span| span.span_id).collect::<Vec<_>>()
    };
    assert_eq!(run().len(), 3);
    append(&output, r#"{"resourceSpans":[{"scopeSp"#);
    tree.add(0, &turn(0, 3));
    let sent = run();
    assert_eq!((sent.len(), sent.into_iter().collect()), (4, turns(0, 0..4)));
    assert_eq!(run().len(), 4);
}

/// `MODA_AGENT_NEW_LEDGER=1 cargo test --test receipts` writes it anew, which is right only before the
/// first release of its version: what people have on their disks does not change.
fn write_ledger(place: &Path, convention: &str) {
    static IS_STRICT: AtomicBool = AtomicBool::new(true);
    let (first, paths) = (without(&[REJECTED], &IS_STRICT), recordings("client-1.0.24"));
    assert_eq!(run(&first, &["--convention", convention], &paths).code, 1);
    let connection = rusqlite::Connection::open(first.ledger()).unwrap();
    // Nothing of this machine, so that what stands here is read and held against the receipts.
    for table in ["file", "session"] {
        let place = "CAST(replace(CAST(place AS TEXT), ?, '/projects') AS BLOB)";
        let here = fs::canonicalize(&paths).unwrap().display().to_string();
        connection.execute(&format!("UPDATE {table} SET place = {place}"), [here]).unwrap();
    }
    connection.execute("UPDATE progress SET fingerprint = zeroblob(16)", []).unwrap();
    connection.execute("UPDATE destination SET endpoint = ?, used_at = 0", [ENDPOINT]).unwrap();
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    let _ = fs::remove_file(place);
    connection.execute("VACUUM INTO ?", [place.display().to_string()]).unwrap();
}

/// Where the ledgers of all versions say that their spans went.
const ENDPOINT: &str = "http://127.0.0.1:4318/v1/traces";
/// The prompt of the turn that was rejected.
const REJECTED: &str = "scenario:hello please do it";

/// A run over what a ledger says was delivered sends nothing, and finds nothing changed.
fn is_honoured(place: &Path, convention: &str) {
    let paths = recordings("client-1.0.24");
    let server = Server::scripted(|_, _| ok());
    fs::copy(place, server.ledger()).unwrap();
    let connection = rusqlite::Connection::open(server.ledger()).unwrap();
    let here = format!("{}/v1/traces", server.url);
    let moved = connection.execute("UPDATE destination SET endpoint = ? WHERE endpoint = ?", [&here, ENDPOINT]);
    assert_eq!(moved.unwrap(), 1);
    drop(connection);
    let (new, said) = sends(&server, &paths, &["--convention", convention]);
    assert_eq!(new, 0);
    assert!(said.contains("; 19 delivered before, 1 rejected before"), "{said}");
    let options = ["--endpoint", &server.url, "--diff", "-q", "--convention", convention, &paths];
    let mut diff = upload_with(&server.ledger(), &options);
    let differs =
        String::from_utf8(diff.env("MODA_API_KEY", KEY).assert().code(1).get_output().stdout.clone()).unwrap();
    assert!(differs.ends_with("\n20 turns: 1 rejected, 19 unchanged\n"), "{differs}");
}

#[test]
fn a_ledger_of_version_1_is_honoured() {
    is_honoured(&testdata("ledger/v1.db"), "moda");
}

#[test]
fn a_ledger_of_version_2_is_honoured() {
    let place = testdata("ledger/v2.db");
    if std::env::var_os("MODA_AGENT_NEW_LEDGER").is_some() {
        write_ledger(&place, "genai");
    }
    is_honoured(&place, "genai");
}
