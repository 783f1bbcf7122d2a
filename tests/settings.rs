//! Where settings come from: the config file, and which of several places wins.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use assert_cmd::Command;
use support::{Server, moda_agent, recordings, stderr_of, write_private};

/// A folder with a config file.
fn configured(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("moda-agent")).unwrap();
    write_private(&folder.path().join("moda-agent/config.toml"), text);
    folder
}

fn upload(folder: &tempfile::TempDir, options: &[&str]) -> Command {
    let mut command = moda_agent();
    command.arg("upload").args(options).arg(recordings("live-2.1.330")).env("XDG_CONFIG_HOME", folder.path());
    command
}

#[test]
fn the_file_counts_where_nothing_else_does() {
    let server = Server::accepting();
    let folder = configured(&format!(
        "endpoint = '{}'\nheader = ['x-team=a']\nmax-batch-spans = 100\nquiet = true\nuser-id = 'ada'\n",
        server.url
    ));
    upload(&folder, &[]).env("MODA_API_KEY", "key").assert().success().stderr("");
    let requests = server.requests();
    assert_eq!((requests.len(), requests[0].header("x-team")), (1, Some("a")));
    // The file is its owner's, as the command line is, so the key goes where it says.
    assert_eq!(requests[0].header("authorization"), Some("Bearer key"));
    assert!(format!("{:?}", requests[0].spans()[0].attributes).contains("\"ada\""));
}

#[test]
fn options_win_over_variables_and_these_over_the_file() {
    let places: Vec<_> = (0..5).map(|_| Server::accepting()).collect();
    let url = |place: usize| places[place].url.clone();
    let folder = configured(&format!("endpoint = '{}'\nquiet = true\n", url(4)));
    let option = url(0);
    for (first, options, set) in [
        (
            0,
            &["--endpoint", option.as_str()][..],
            &["MODA_AGENT_ENDPOINT", "MODA_BASE_URL", "OTEL_EXPORTER_OTLP_ENDPOINT"][..],
        ),
        (1, &[], &["MODA_AGENT_ENDPOINT", "MODA_BASE_URL", "OTEL_EXPORTER_OTLP_ENDPOINT"]),
        (2, &[], &["MODA_BASE_URL", "OTEL_EXPORTER_OTLP_ENDPOINT"]),
        (3, &[], &["OTEL_EXPORTER_OTLP_ENDPOINT"]),
        (4, &[], &[]),
    ] {
        let before: Vec<_> = places.iter().map(Server::number).collect();
        let mut command = upload(&folder, options);
        for name in set {
            let place = ["", "MODA_AGENT_ENDPOINT", "MODA_BASE_URL", "OTEL_EXPORTER_OTLP_ENDPOINT"].iter();
            command.env(name, url(place.into_iter().position(|place| place == name).unwrap()));
        }
        command.assert().success();
        let grown: Vec<_> = places.iter().zip(before).map(|(place, before)| place.number() - before).collect();
        let mut expected = vec![0; 5];
        expected[first] = 1;
        assert_eq!(grown, expected, "{options:?} {set:?}");
    }
}

#[test]
fn headers_of_the_file_go_to_no_endpoint_from_a_shared_variable() {
    let server = Server::accepting();
    let folder = configured("header = ['authorization=Bearer mine', 'x-team=a']\n");
    let mut command = upload(&folder, &["-q"]);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &server.url).env("OTEL_EXPORTER_OTLP_HEADERS", "x-other=b");
    command.assert().success();
    let requests = server.requests();
    let headers = ["authorization", "x-team", "x-other"].map(|name| requests[0].header(name));
    assert_eq!(headers, [None, None, Some("b")]);
}

#[test]
fn a_mistake_in_the_file_is_an_error_with_its_place() {
    for (text, says) in [
        ("endpont = 'x'\n", "config.toml: there is no setting \"endpont\"."),
        ("header = ['Authorization=secret']\nendpoint = \n", "config.toml:2: this is no TOML."),
        ("timeout = 'soon'\n", "--timeout"),
    ] {
        let said = stderr_of(&mut upload(&configured(text), &["--dry-run"]), 2);
        assert!(said.contains(says) && !said.contains("secret"), "{said}");
    }
    // Help and what has no settings need no file.
    let folder = configured("nonsense");
    for arguments in [&["man"][..], &["upload", "--help"], &["--version"]] {
        moda_agent().args(arguments).env("XDG_CONFIG_HOME", folder.path()).assert().success();
    }
    assert!(stderr_of(moda_agent().args(["sessions"]).env("XDG_CONFIG_HOME", folder.path()), 2).contains("no TOML"));
}

#[test]
fn the_key_file_can_be_named_in_the_file() {
    let (server, home) = (Server::accepting(), tempfile::tempdir().unwrap());
    write_private(&home.path().join("key"), "from-the-file\n");
    let folder = configured(&format!("endpoint = '{}'\napi-key-file = '~/key'\n", server.url));
    upload(&folder, &["-q"]).env("HOME", home.path()).assert().success();
    upload(&folder, &["-q"]).env("HOME", home.path()).env("MODA_API_KEY", "from-the-variable").assert().success();
    let keys: Vec<_> =
        server.requests().iter().map(|request| request.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(keys, ["Bearer from-the-file", "Bearer from-the-variable"]);
}
