//! HTTPS: which certificates are trusted, who we say we are, and the way through a proxy.

#![cfg(target_os = "linux")] // elsewhere the trust store is not a file that a test may bring along
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::RootCertStore;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use support::{recordings, stderr_of, upload};

/// A name that no name server knows.
const HOST: &str = "ingest.test";

/// A server on this machine, an authority that vouches for it, and a client's certificate.
struct Secure {
    url: String,
    port: u16,
    folder: tempfile::TempDir,
}

impl Secure {
    fn start(wants_client: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let issue = |name: &str| {
            let key = KeyPair::generate().unwrap();
            (CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap(), key)
        };
        let ((certificate, key), (client, client_key)) = (issue(HOST), issue("ada"));
        let (local, local_key) = issue("localhost");
        let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
        write("authority.pem", authority.pem());
        write("client.pem", client.pem());
        write("client.key", client_key.serialize_pem());
        let (chain, key) = if wants_client { (local, local_key) } else { (certificate, key) };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone()).unwrap();
        let builder = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = if wants_client {
            builder.with_client_cert_verifier(
                WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build().unwrap(),
            )
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = Arc::new(builder.with_single_cert(vec![chain.der().clone()], key).unwrap());
        thread::spawn(move || serve(&listener, &config));
        let host = if wants_client { "localhost" } else { HOST };
        Self { url: format!("https://{host}:{port}"), port, folder }
    }

    fn file(&self, name: &str) -> String {
        let path: PathBuf = self.folder.path().join(name);
        path.display().to_string()
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

/// A proxy that leads every tunnel to a port of this machine, and remembers what was asked for.
fn proxy(port: u16) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heads = Arc::clone(&asked);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, heads) = (stream.unwrap(), Arc::clone(&heads));
            thread::spawn(move || tunnel(stream, port, &heads));
        }
    });
    (url, asked)
}

fn tunnel(mut client: TcpStream, port: u16, heads: &Mutex<Vec<String>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if client.read(&mut byte).unwrap_or(0) == 0 {
            return;
        }
        head.push(byte[0]);
    }
    heads.lock().unwrap().push(String::from_utf8(head).unwrap());
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
    join(client, port);
}

/// Carries bytes both ways until one side ends.
fn join(mut client: TcpStream, port: u16) {
    let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(std::net::Shutdown::Write);
    });
    let _ = std::io::copy(&mut &server, &mut client);
    let _ = client.shutdown(std::net::Shutdown::Both);
}

/// The same as a SOCKS 5 proxy (RFC 1928), which gets the name of the host.
fn socks(port: u16) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("socks5h://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let hosts = Arc::clone(&asked);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut client = stream.unwrap();
            let mut greeting = [0; 2];
            client.read_exact(&mut greeting).unwrap();
            client.read_exact(&mut vec![0; greeting[1].into()]).unwrap();
            client.write_all(&[5, 0]).unwrap();
            let mut request = [0; 5];
            client.read_exact(&mut request).unwrap();
            let mut host = vec![0; usize::from(request[4]) + 2];
            client.read_exact(&mut host).unwrap();
            hosts.lock().unwrap().push(String::from_utf8(host[..host.len() - 2].to_vec()).unwrap());
            client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
            thread::spawn(move || join(client, port));
        }
    });
    (url, asked)
}

#[test]
fn only_a_trusted_certificate_is_taken() {
    let server = Secure::start(true);
    let (live, authority) = (recordings("live-2.1.330"), server.file("authority.pem"));
    let client = ["--client-certificate", &server.file("client.pem"), "--client-key", &server.file("client.key")];
    let with = |options: &[&str]| {
        let mut command = upload(&["--endpoint", &server.url, "--retry-for", "1s", &live]);
        command.args(options);
        command
    };
    // Whom to trust: the system's store, an option, a variable.
    let said = stderr_of(with(&client).env("SSL_CERT_FILE", &authority), 0);
    assert!(said.contains("sent      31 spans in 1 request"), "{said}");
    stderr_of(with(&client).args(["--certificate", &authority]), 0);
    let said = stderr_of(&mut with(&client), 4);
    assert!(said.contains("UnknownIssuer") && said.contains("hint: Check the server's certificate"), "{said}");
    // Who we are: without a certificate the server hangs up.
    let said = stderr_of(with(&[]).args(["--certificate", &authority]), 4);
    assert!(said.contains("Cannot reach https://localhost"), "{said}");
    let mut command = with(&[]);
    for (name, file) in
        [("CERTIFICATE", "authority.pem"), ("CLIENT_CERTIFICATE", "client.pem"), ("CLIENT_KEY", "client.key")]
    {
        command.env(format!("OTEL_EXPORTER_OTLP_{name}"), server.file(file));
    }
    stderr_of(&mut command, 0);
    stderr_of(command.env("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", server.file("client.pem")), 4);
}

#[test]
fn files_that_hold_no_certificate_are_told_before_anything_is_read() {
    let server = Secure::start(true);
    let (certificate, key) = (server.file("client.pem"), server.file("client.key"));
    for (options, says) in [
        (&["--certificate", "/no/such/file"][..], "Cannot read the certificate file /no/such/file: No such file"),
        (&["--certificate", &key], "client.key holds no certificate in PEM."),
        (&["--client-certificate", &certificate], "There is a client certificate without its other half."),
        (&["--client-key", &key], "There is a client key without its other half."),
        (&["--client-certificate", &certificate, "--client-key", &certificate], "client.pem holds no private key"),
    ] {
        let said = stderr_of(upload(&["--endpoint", &server.url, "/no/such/path"]).args(options), 2);
        assert!(said.contains(says) && said.contains("hint: "), "{said}");
    }
}

#[test]
fn a_proxy_is_asked_for_a_tunnel_and_sees_no_key() {
    let server = Secure::start(false);
    let (proxy, asked) = proxy(server.port);
    let live = recordings("live-2.1.330");
    let with = |name: &str, value: &str| {
        let mut command = upload(&[
            "--endpoint",
            &server.url,
            "--certificate",
            &server.file("authority.pem"),
            "--retry-for",
            "0s",
            &live,
        ]);
        command.env("MODA_API_KEY", "key-that-no-proxy-sees").env(name, value);
        command
    };
    let with_password = proxy.replace("http://", "http://ada:secret-of-the-proxy@");
    let said = stderr_of(&mut with("HTTPS_PROXY", &with_password), 0);
    assert!(said.contains("sent      31 spans in 1 request") && !said.contains("secret"), "{said}");
    let head = asked.lock().unwrap().concat();
    assert!(head.starts_with(&format!("CONNECT {HOST}:{} HTTP/1.1", server.port)), "{head}");
    assert!(head.to_ascii_lowercase().contains("proxy-authorization: basic ") && !head.contains("key-that"), "{head}");
    stderr_of(&mut with("all_proxy", &proxy), 0);
    // Without one, or where it is not to be used, the name leads nowhere.
    for (name, value) in [("HTTP_PROXY", proxy.as_str()), ("HTTPS_PROXY", "http://127.0.0.1:9")] {
        let said = stderr_of(&mut with(name, value), 4);
        assert!(said.contains("Cannot reach https://ingest.test"), "{said}");
    }
    let said = stderr_of(with("HTTPS_PROXY", &proxy).env("NO_PROXY", "other.example, .test"), 4);
    assert!(said.contains("Cannot reach https://ingest.test"), "{said}");
    let said = stderr_of(&mut with("HTTPS_PROXY", "ftp://ada:secret@x"), 2);
    assert!(said.contains("HTTPS_PROXY is no URL of a proxy.") && !said.contains("secret"), "{said}");
    assert_eq!(asked.lock().unwrap().len(), 2);
}

#[test]
fn a_socks_proxy_gets_the_name_of_the_host() {
    let server = Secure::start(false);
    let (proxy, asked) = socks(server.port);
    let mut command = upload(&["--endpoint", &server.url, "--certificate", &server.file("authority.pem")]);
    command.args(["--retry-for", "0s", &recordings("live-2.1.330")]).env("ALL_PROXY", &proxy);
    let said = stderr_of(&mut command, 0);
    assert!(said.contains("sent      31 spans in 1 request"), "{said}");
    assert_eq!(*asked.lock().unwrap(), [HOST]);
}
