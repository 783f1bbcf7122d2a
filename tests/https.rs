//! HTTPS with the system's trust store: a certificate that it trusts is taken, another is not.

#![cfg(target_os = "linux")] // elsewhere the trust store is not a file that a test may bring along
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use rustls::pki_types::PrivateKeyDer;
use support::{recordings, stderr_of, upload};

/// A server on this machine with a certificate of its own for `localhost`.
struct Secure {
    url: String,
    certificate: PathBuf,
    _folder: tempfile::TempDir,
}

impl Secure {
    fn start() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let certificate = folder.path().join("certificate.pem");
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        thread::spawn(move || serve(&listener, &Arc::new(config)));
        Self { url, certificate, _folder: folder }
    }
}

/// Answers one request a connection; a client that leaves is no problem.
fn serve(listener: &TcpListener, config: &Arc<rustls::ServerConfig>) {
    for stream in listener.incoming() {
        let session = rustls::ServerConnection::new(Arc::clone(config)).unwrap();
        let mut reader = BufReader::new(rustls::StreamOwned::new(session, stream.unwrap()));
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        let _ = reader.read_exact(&mut body);
        let _ = reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
}

#[test]
fn only_a_trusted_certificate_is_taken() {
    let server = Secure::start();
    let live = recordings("live-2.1.330");
    let mut trusting = upload(&["--endpoint", &server.url, &live]);
    let said = stderr_of(trusting.env("SSL_CERT_FILE", &server.certificate), 0);
    assert!(said.contains("sent      31 spans in 1 request"), "{said}");
    let said = stderr_of(&mut upload(&["--endpoint", &server.url, &live]), 4);
    assert!(said.contains("UnknownIssuer") && said.contains("hint: Check the server's certificate"), "{said}");
}
