//! Uploads to a scripted server: what goes over the wire, and what each answer leads to.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use support::{Server, answer, json_lines, recordings, spans, stderr_of, stdout, upload};

const KEY: &str = "moda-key-that-must-not-show";

fn live() -> String {
    recordings("live-2.1.330")
}

/// Options, variables, the `Authorization` header that arrives.
type KeyCase<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], Option<&'a str>);

/// What a dry run says would be sent.
fn truth() -> Vec<ExportTraceServiceRequest> {
    json_lines(&stdout(upload(&["--dry-run", "--format", "otlp-json", "-q", &live()])))
}

#[test]
fn a_protobuf_upload_decodes_to_what_the_dry_run_prints() {
    let server = Server::accepting();
    upload(&["--endpoint", &server.url, "-q", &live()]).assert().success().stderr("").stdout("");
    let requests = server.requests();
    let decode = |request: &support::Request| ExportTraceServiceRequest::decode(request.content().as_slice()).unwrap();
    assert_eq!(requests.iter().map(decode).collect::<Vec<_>>(), truth());
    for request in &requests {
        assert_eq!(request.line, "POST /v1/traces HTTP/1.1");
        assert_eq!(request.header("content-type"), Some("application/x-protobuf"));
        assert_eq!(request.header("content-encoding"), Some("gzip"));
        let agent = request.header("user-agent").unwrap();
        assert!(agent.starts_with("moda-agent/") && agent.contains(" OTel-OTLP-Exporter-Rust/"), "{agent}");
    }
}

#[test]
fn a_json_upload_without_compression_is_byte_for_byte_what_the_dry_run_prints() {
    let server = Server::accepting();
    let options = ["--endpoint", &server.url, "--protocol", "http/json", "--compression", "none", "-q", &live()];
    upload(&options).assert().success();
    let requests = server.requests();
    assert_eq!(requests[0].header("content-type"), Some("application/json"));
    assert_eq!(requests[0].header("content-encoding"), None);
    let sent: String = requests.iter().map(|request| String::from_utf8(request.body.clone()).unwrap() + "\n").collect();
    assert_eq!(sent, stdout(upload(&["--dry-run", "--format", "otlp-json", "-q", &live()])));
}

#[test]
fn a_file_and_standard_output_take_the_same_lines() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("spans.jsonl");
    upload(&["--endpoint", &format!("file:{}", file.display()), "-q", &live()]).assert().success().stdout("");
    let expected = stdout(upload(&["--dry-run", "--format", "otlp-json", "-q", &live()]));
    assert_eq!(std::fs::read_to_string(file).unwrap(), expected);
    assert_eq!(stdout(upload(&["--endpoint", "-", "-q", &live()])), expected);
}

#[test]
fn batches_keep_under_both_limits_and_lose_nothing() {
    for (option, value) in [("--max-batch-spans", "7"), ("--max-batch-bytes", "20kB")] {
        let server = Server::accepting();
        upload(&["--endpoint", &server.url, "--concurrency", "1", option, value, "-q", &live()]).assert().success();
        let requests = server.requests();
        let bodies: Vec<_> = requests.iter().map(support::Request::content).collect();
        let read: Vec<_> =
            bodies.iter().map(|body| ExportTraceServiceRequest::decode(body.as_slice()).unwrap()).collect();
        assert!(requests.len() > 1, "{option}");
        assert!(
            read.iter().all(|request| spans(std::slice::from_ref(request)).len() <= 7) || option != "--max-batch-spans"
        );
        assert!(bodies.iter().all(|body| body.len() <= 20_000) || option != "--max-batch-bytes");
        assert_eq!(spans(&read), spans(&truth()), "{option}");
    }
}

#[test]
fn every_id_is_unique_and_not_zero() {
    let all = ["live-2.1.330", "interactive-2.1.330", "native-2.1.330", "client-2.1.330", "live-more-2.1.330"]
        .map(recordings);
    let mut command = upload(&["--dry-run", "--format", "otlp-json", "--include-commands", "-q"]);
    command.args(all);
    let spans = spans(&json_lines(&stdout(command)));
    let ids: std::collections::HashSet<_> = spans.iter().map(|span| span.span_id.clone()).collect();
    let traces: std::collections::HashSet<_> = spans.iter().map(|span| span.trace_id.clone()).collect();
    assert_eq!((ids.len(), traces.len()), (spans.len(), spans.len()));
    assert!(
        spans.iter().all(|span| span.span_id.len() == 8 && span.span_id != [0; 8] && span.parent_span_id.is_empty())
    );
    assert!(spans.iter().all(|span| span.trace_id.len() == 16 && span.trace_id != [0; 16]));
    assert!(
        spans.iter().all(|span| span.start_time_unix_nano > 0 && span.start_time_unix_nano <= span.end_time_unix_nano)
    );
}

#[test]
fn resource_and_scope_say_who_speaks() {
    let mut command = upload(&["--dry-run", "--format", "otlp-json", "-q", "--environment", "prod", &live()]);
    command.env("OTEL_RESOURCE_ATTRIBUTES", "team=a%20b,service.name=ignored").env("OTEL_SERVICE_NAME", "mine");
    let request = &json_lines(&stdout(command))[0].resource_spans[0];
    let resource = request.resource.as_ref().unwrap();
    let pairs: Vec<_> = resource.attributes.iter().map(|pair| format!("{}={:?}", pair.key, pair.value)).collect();
    for (pair, expected) in
        pairs.iter().zip(["service.name", "telemetry.sdk.language", "deployment.environment.name", "team"])
    {
        assert!(pair.starts_with(expected), "{pairs:?}");
    }
    assert!(pairs[0].contains("\"mine\"") && pairs[3].contains("\"a b\""), "{pairs:?}");
    let scope = request.scope_spans[0].scope.as_ref().unwrap();
    assert_eq!((scope.name.as_str(), scope.version.as_str()), ("moda-agent", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_key_goes_only_where_its_owner_sends_it() {
    let bearer = format!("Bearer {KEY}");
    let key_file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(key_file.path(), format!("{KEY}\n")).unwrap();
    let key_file = key_file.path().display().to_string();
    let cases: [KeyCase<'_>; 6] = [
        (&["--endpoint", "URL"], &[("MODA_API_KEY", KEY)], Some(&bearer)),
        (&[], &[("MODA_BASE_URL", "URL"), ("MODA_API_KEY", KEY)], Some(&bearer)),
        (&["--endpoint", "URL", "--api-key-file", &key_file], &[], Some(&bearer)),
        (&[], &[("OTEL_EXPORTER_OTLP_ENDPOINT", "URL"), ("MODA_API_KEY", KEY)], None),
        (
            &[],
            &[("OTEL_EXPORTER_OTLP_ENDPOINT", "URL"), ("OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Basic%20x")],
            Some("Basic x"),
        ),
        (&["--endpoint", "URL", "--header", "authorization=own"], &[("MODA_API_KEY", KEY)], Some("own")),
    ];
    for (options, variables, expected) in cases {
        let server = Server::accepting();
        let options: Vec<_> = options.iter().map(|option| option.replace("URL", &server.url)).collect();
        let mut command = upload(&["-v", &live()]);
        command.args(options);
        for (name, value) in variables {
            command.env(name, value.replace("URL", &server.url));
        }
        let output = command.assert().success().get_output().clone();
        assert_eq!(server.requests()[0].header("authorization"), expected, "{variables:?}");
        assert!(!String::from_utf8(output.stderr).unwrap().contains(KEY));
    }
}

#[test]
fn options_have_variables_and_win_over_them() {
    let server = Server::accepting();
    let mut command = upload(&["--max-batch-spans", "31", &live()]);
    command.env("MODA_AGENT_ENDPOINT", &server.url).env("MODA_AGENT_MAX_BATCH_SPANS", "1");
    command.env("MODA_AGENT_QUIET", "1").env("MODA_AGENT_STRICT", "0").env("MODA_AGENT_HEADER", "x-team=a");
    command
        .env("MODA_AGENT_PROTOCOL", "http/json")
        .env("MODA_AGENT_COMPRESSION", "none")
        .env("MODA_AGENT_USER_ID", "u");
    command.assert().success().stderr("");
    let requests = server.requests();
    assert_eq!((requests.len(), requests[0].header("x-team")), (1, Some("a")));
    let read: ExportTraceServiceRequest = serde_json::from_slice(&requests[0].body).unwrap();
    assert!(format!("{:?}", spans(&[read])[0].attributes).contains("moda.user_id"));
}

#[test]
fn an_endpoint_for_traces_is_taken_as_it_is() {
    let server = Server::accepting();
    let mut command = upload(&["-q", &live()]);
    command.env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", format!("{}/custom", server.url));
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");
    command.assert().success();
    assert_eq!(server.requests()[0].line, "POST /custom HTTP/1.1");
}

#[test]
fn what_is_meant_for_this_machine_goes_through_no_proxy() {
    let (server, proxy) = (Server::accepting(), Server::accepting());
    let mut command = upload(&["--endpoint", &server.url, "-q", &live()]);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
        command.env(name, &proxy.url);
    }
    command.env("MODA_API_KEY", KEY).assert().success();
    assert_eq!((server.requests().len(), proxy.requests().len()), (1, 0));
}

#[test]
fn a_server_that_repeats_the_key_does_not_get_it_printed() {
    let words = format!("bad token: Bearer {KEY} ({KEY})");
    for (answer, code) in [
        (answer("401 Unauthorized", "text/plain", &words), 3),
        (answer("400 Bad Request", "text/plain", &words), 4),
        (answer("200 OK", "application/json", &format!(r#"{{"partialSuccess":{{"errorMessage":"{words}"}}}}"#)), 0),
        (format!("HTTP/1.1 302 Found\r\nLocation: http://x/?{KEY}\r\nContent-Length: 0\r\n\r\n"), 4),
    ] {
        let server = Server::start(vec![answer.clone()]);
        let said = stderr_of(upload(&["--endpoint", &server.url, "-v", &live()]).env("MODA_API_KEY", KEY), code);
        assert!(!said.contains(KEY) && said.contains("[header]"), "{answer}\n{said}");
    }
}

#[test]
fn the_headers_for_traces_replace_those_for_all_signals() {
    let server = Server::accepting();
    let mut command = upload(&["-q", &live()]);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &server.url).env("OTEL_EXPORTER_OTLP_HEADERS", "authorization=other");
    command.env("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "x-key=mine").assert().success();
    let requests = server.requests();
    assert_eq!((requests[0].header("authorization"), requests[0].header("x-key")), (None, Some("mine")));
}
