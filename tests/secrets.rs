//! Keys, headers' values and passwords are in no byte that a run prints or writes, however it ends.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use assert_cmd::Command;
use moda_agent::cli::{self, Cli, FileSettings};
use moda_agent::config::Settings;
use moda_agent::otlp::Endpoint;
use rustls::pki_types::PrivateKeyDer;
use support::tree::Tree;
use support::{Act, Request, Server, answer, answer_with, moda_agent, ok, write_private};

/// What every secret here holds, and how that looks in small letters, in base 64 and in base 16.
const TRACES: [&str; 6] = ["S3CR3T", "s3cr3t", "UzNDUjNU", "Q1IzV", "M0NSM1", "533343523354"];
const KEY: &str = "moda-S3CR3T-key";

/// A home folder that nothing but the program writes to, and one for what holds secrets.
struct Home {
    folder: tempfile::TempDir,
    config: tempfile::TempDir,
    tree: Tree,
}

impl Home {
    fn new() -> Self {
        let home =
            Self { folder: tempfile::tempdir().unwrap(), config: tempfile::tempdir().unwrap(), tree: Tree::of(2, 3) };
        fs::create_dir(home.folder.path().join("tmp")).unwrap();
        home
    }

    /// A command that sees secrets wherever it can see any.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = moda_agent();
        command.args(arguments).env_remove("MODA_AGENT_ALL").env_remove("XDG_STATE_HOME");
        command
            .env("HOME", self.folder.path())
            .env("TMPDIR", self.folder.path().join("tmp"))
            .current_dir(self.folder.path());
        command.env("XDG_CONFIG_HOME", self.config.path()).env("MODA_API_KEY", KEY);
        command.env("MODA_AGENT_HEADER", "x-api-key=header-S3CR3T").env("SOMETHING", "S3CR3T");
        command.env("HTTPS_PROXY", "http://ada:proxy-S3CR3T@127.0.0.1:9").env("RUST_BACKTRACE", "full");
        command.env("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20otel-S3CR3T");
        command
    }

    /// An upload that is watched.
    fn upload(&self, endpoint: &str, options: &[&str]) -> Command {
        let path = self.tree.path();
        let first = ["upload", "-v", "--retry-for", "0s", "--timeout", "5s", "--endpoint", endpoint, &path];
        self.command(&[&first, options].concat())
    }

    /// Nothing of a secret is printed, or in any file. Says how it ended, and what was printed.
    fn check(&self, command: &mut Command) -> (i32, String) {
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        search(&output.stdout, &said);
        search(&output.stderr, &said);
        search_files(self.folder.path(), &said);
        (output.status.code().unwrap(), said)
    }

    /// The same of a run that ends so, and says that.
    fn fails(&self, command: &mut Command, code: i32, sentence: &str) {
        let (found, said) = self.check(command);
        assert!(found == code && said.contains(sentence), "{sentence}: {found} {said}");
    }

    fn configure(&self, text: &str) {
        fs::create_dir_all(self.config.path().join("moda-agent")).unwrap();
        write_private(&self.config.path().join("moda-agent/config.toml"), text);
    }
}

fn search(bytes: &[u8], said: &str) {
    let has = |trace: &&&str| bytes.windows(trace.len()).any(|part| part == trace.as_bytes());
    assert_eq!(TRACES.iter().find(has), None, "{said}");
}

fn search_files(folder: &Path, said: &str) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        search(path.as_os_str().as_encoded_bytes(), said);
        if path.is_dir() {
            search_files(&path, said);
        } else {
            search(&fs::read(&path).unwrap(), said);
        }
    }
}

/// All that a client said, as a server may repeat it.
fn echo(request: &Request) -> String {
    let headers: Vec<_> = request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    format!("{} {} you sent {}", headers[0], request.line, headers.join(", "))
}

/// What a server does that repeats what it was sent.
fn repeats(number: usize, request: &Request) -> Act {
    let echo = echo(request);
    let key = request.header("authorization").unwrap();
    let says = |status: &str| Act::Answer(answer(status, "text/plain", &echo));
    let json = |status: &str, json: String| Act::Answer(answer(status, "application/json", &json));
    match number {
        0 => says("400 Bad Request"),
        1 => says("401 Unauthorized"),
        2 => json("403 Forbidden", format!("{{\"message\":{}}}", quoted(&echo))),
        3 => says("404 Not Found"),
        4 => says("413 Payload Too Large"),
        5 => says("422 Unprocessable Entity"),
        6 => says("500 Internal Server Error"),
        7 => says("503 Service Unavailable"),
        8 => answer_with("307 Temporary Redirect", &format!("Location: http://127.0.0.1:9/{key}")),
        9 => answer_with("429 Too Many Requests", &format!("Retry-After: {key}")),
        10 => json("200 OK", partial(1, &echo)),
        11 => json("200 OK", partial(0, &echo)),
        12 => Act::Answer(format!("{echo}\r\n\r\n")),
        13 => Act::Cut(format!("HTTP/1.1 200 {key}\r\nContent-Length: 9000\r\n\r\n{echo}")),
        _ => ok(),
    }
}

const WAYS: usize = 15;

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn partial(rejected: u32, words: &str) -> String {
    format!("{{\"partialSuccess\":{{\"rejectedSpans\":{rejected},\"errorMessage\":{}}}}}", quoted(words))
}

#[test]
fn no_server_makes_a_run_repeat_a_secret() {
    let home = Home::new();
    for number in 0..WAYS {
        let server = Server::scripted(move |_, request| repeats(number, request));
        let endpoint = format!("{}?token=query-S3CR3T", server.url);
        let (code, said) = home.check(&mut home.upload(&endpoint, &[]));
        assert!(said.contains("request: ") && (code == 0) == [11, 13, 14].contains(&number), "{number}: {code} {said}");
        let request = &server.requests()[0];
        assert_eq!(request.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
        assert!(request.header("x-api-key") == Some("header-S3CR3T") && request.line.contains("query-S3CR3T"));
        home.check(&mut home.upload(&endpoint, &["--diff"]));
        for format in ["text", "json"] {
            home.check(&mut home.command(&["status", "-v", "--format", format, &home.tree.path()]));
        }
    }
}

/// A server whose certificate nobody vouches for.
fn untrusted() -> String {
    let issued = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let key = PrivateKeyDer::try_from(issued.signing_key.serialize_der()).unwrap();
    let config = builder.with_no_client_auth().with_single_cert(vec![issued.cert.der().clone()], key).unwrap();
    let (listener, config) = (TcpListener::bind("127.0.0.1:0").unwrap(), Arc::new(config));
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let session = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let _ = rustls::StreamOwned::new(session, stream.unwrap()).read(&mut [0; 9]);
        }
    });
    format!("https://localhost:{port}")
}

/// A proxy that repeats what it was asked, and says no.
fn proxy(status: &'static str) -> String {
    let server = Server::scripted(move |_, request| Act::Answer(answer(status, "text/plain", &echo(request))));
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    std::mem::forget(server);
    format!("http://ada:proxy-S3CR3T@{address}")
}

#[test]
fn no_way_to_a_server_tells_a_secret() {
    let (home, plain) = (Home::new(), Server::accepting());
    let spoken_plainly = plain.url.replace("http:", "https:");
    home.fails(&mut home.upload(&untrusted(), &[]), 4, "hint: Check the server's certificate");
    home.fails(&mut home.upload(&spoken_plainly, &[]), 4, "Cannot reach https://127.0.0.1");
    home.fails(
        &mut home.upload("http://127.0.0.1:9?token=query-S3CR3T", &[]),
        4,
        "Cannot reach http://127.0.0.1:9/v1/traces",
    );
    let through = |proxy: &str| {
        let mut command = home.upload("https://192.0.2.1?token=query-S3CR3T", &[]);
        command.env("HTTPS_PROXY", proxy);
        command
    };
    for status in ["407 Proxy Authentication Required", "502 Bad Gateway", "200 OK"] {
        home.fails(&mut through(&proxy(status)), 4, "hint: ");
    }
    home.fails(&mut through("http://ada:proxy-S3CR3T@127.0.0.1:9"), 4, "Cannot reach https://192.0.2.1");
    home.fails(&mut through("socks5://ada:proxy-S3CR3T@127.0.0.1:9"), 4, "Cannot reach https://192.0.2.1");
    home.fails(&mut through("ftp://ada:proxy-S3CR3T@x"), 2, "HTTPS_PROXY is no URL of a proxy.");
    let file = home.folder.path().join("spans.jsonl");
    for endpoint in [format!("file:{}", file.display()), "-".to_owned()] {
        assert_eq!(home.check(&mut home.upload(&endpoint, &[])).0, 0);
    }
    let mut shared = home.command(&["upload", "-v", &home.tree.path()]);
    shared.env("OTEL_EXPORTER_OTLP_ENDPOINT", &plain.url).env_remove("MODA_AGENT_HEADER");
    assert_eq!(home.check(&mut shared).0, 0);
    assert_eq!(
        plain.requests()[0].header("authorization"),
        Some("Bearer otel-S3CR3T"),
        "Moda's key goes to none of these"
    );
}

#[test]
fn no_mistake_tells_a_secret() {
    let home = Home::new();
    let local = "http://127.0.0.1:9";
    let cases: [(&str, &[&str], &str); 9] = [
        ("http://192.0.2.1", &[], "would travel unencrypted"),
        ("http://192.0.2.1?api_key=S3CR3T", &["--header", "x-api-key="], "would travel unencrypted"),
        ("https://ada:S3CR3T@192.0.2.1", &[], "holds a user name or password"),
        ("ftp://192.0.2.1?token=S3CR3T", &[], "is no URL of an OTLP/HTTP server"),
        (local, &["--header", "Authorization: Bearer S3CR3T"], "not of the form NAME=VALUE"),
        (
            local,
            &["--header", "Authorization: Bearer S3CR3T=="],
            "A header's name has a character that HTTP does not allow",
        ),
        (local, &["--header", "x-token=S3CR3T\nx"], "The value of the header \"x-token\" has a character"),
        (local, &["--api-key-file", "moda/S3CR3T"], "Cannot read the key file: No such file"),
        (local, &["--timeout", "soon", "--header", "x-token=S3CR3T"], "invalid value 'soon'"),
    ];
    for (endpoint, options, sentence) in cases {
        home.fails(&mut home.upload(endpoint, options), 2, sentence);
    }
    let broken = "The value of the header \"Authorization\" has a character";
    home.fails(home.upload(local, &[]).env("MODA_API_KEY", "S3CR3T\nx"), 2, broken);
    let address = "The endpoint holds a user name or password.";
    for name in ["MODA_BASE_URL", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] {
        let mut command = home.command(&["upload", "-v", &home.tree.path()]);
        home.fails(command.env(name, "https://ada:S3CR3T@192.0.2.1"), 2, address);
    }
    for (text, sentence) in [
        ("header = ['x-token=S3CR3T']\nnonsense", "config.toml:2: this is no TOML."),
        ("header = { token = 'S3CR3T' }", "header is no text, number, true or false."),
        ("header = 'x-token=S3CR3T'\nconcurrency = 0", "invalid value '0'"),
        ("endpoint = 'https://ada:S3CR3T@192.0.2.1'", address),
        ("header = 'Authorization: Bearer S3CR3T'\nendpoint = 'http://127.0.0.1:9'", "not of the form NAME=VALUE"),
        ("api-key = 'S3CR3T'", "there is no setting \"api-key\""),
    ] {
        home.configure(text);
        home.fails(&mut home.command(&["upload", "-v", &home.tree.path()]), 2, sentence);
    }
}

#[test]
fn what_only_looks_tells_no_secret() {
    let home = Home::new();
    home.configure("header = 'x-token=S3CR3T'\nendpoint = 'https://192.0.2.1?token=S3CR3T'");
    let (path, baseline) = (home.tree.path(), home.tree.file(0).with_extension("json"));
    let spans = home.command(&["upload", "--dry-run", "--format", "json", "-q", &path]).output().unwrap().stdout;
    fs::write(&baseline, spans).unwrap();
    let baseline = baseline.to_str().unwrap();
    for arguments in [
        &["upload", "--dry-run", "-v", &path][..],
        &["upload", "--dry-run", "-v", "--format", "otlp-json", &path],
        &["upload", "--diff", "-v", &path],
        &["sessions", "-v", &path],
        &["status", "-v", &path],
        &["diff", "-v", baseline, &path],
        &["upload", "--help"],
        &["man"],
    ] {
        let (code, said) = home.check(&mut home.command(arguments));
        assert!(code == 0 || arguments.contains(&"--diff"), "{arguments:?}: {said}");
    }
}

#[test]
fn no_struct_shows_a_secret_to_who_debugs() {
    let endpoint = "https://192.0.2.1/?token=S3CR3T";
    let arguments = ["moda-agent", "upload", "--endpoint", endpoint, "--header", "x-token=S3CR3T", "."];
    let variables = |name: &str| match name {
        "MODA_API_KEY" => Some(KEY.to_owned()),
        "HTTPS_PROXY" => Some("http://ada:proxy-S3CR3T@127.0.0.1:9".to_owned()),
        "HOME" => Some("/home/ada".to_owned()),
        _ => None,
    };
    let values = [("header".to_owned(), vec!["x=S3CR3T".to_owned()])].into();
    let file = FileSettings { place: "config.toml".to_owned(), values, home: None };
    let file_shown = format!("{file:?}");
    let cli = Cli::parse_args(arguments.map(Into::into), &variables, || Ok(file)).unwrap();
    let cli_shown = format!("{cli:?}");
    let cli::Command::Upload(upload) = cli.command else { return assert!(cli_shown.is_empty(), "it is an upload") };
    let (settings, endpoint) = (Settings::new(&upload, &variables).unwrap(), Endpoint::Http(endpoint.to_owned()));
    let shown = format!("{file_shown} {cli_shown} {settings:?} {endpoint:?}");
    search(shown.as_bytes(), &shown);
    assert!(shown.contains("https://192.0.2.1/"), "{shown}");
}
