//! The rules of the design that the compiler does not hold.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// Modules in the order of the line; each may use those before it.
const LINE: [&str; 10] =
    ["transcript", "session", "span", "otlp", "compare", "ledger", "cli", "config", "report", "sink"];
/// Crates that only one module may name.
const FENCED: [(&str, &str); 16] = [
    ("walkdir", "transcript/places"),
    ("ureq", "otlp/http otlp/tls otlp/endpoint config/endpoint config/headers"),
    ("httpdate", "otlp/retry"),
    ("fastrand", "otlp/courier"),
    ("signal_hook", "stop"),
    ("toml::", "config/file"),
    ("prost", "otlp"),
    ("opentelemetry_proto", "otlp"),
    ("flate2", "otlp/sealed otlp/saved/content ledger/packed"),
    ("indicatif", "report/progress"),
    ("unicode_width", "report/sessions/table"),
    ("clap", "cli main manual"),
    ("sha2", "span/ids session/duplicates compare/digest ledger/destination ledger/progress"),
    ("rustix", "files"),
    ("rusqlite", "ledger"),
    ("glob", "session/selection session/kept_out config/ledger config/exclusion"),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect();
    files.sort();
    files
}

/// Each file's path below `src`, without its ending, and its code without tests and comments.
fn code() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let name = path.strip_prefix(&root).unwrap().with_extension("").to_str().unwrap().replace('\\', "/");
        (name, lines.collect::<Vec<_>>().join("\n"))
    };
    sources(&root).into_iter().map(read).collect()
}

fn uses(code: &str, path: &str) -> bool {
    code.match_indices(path).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + path.len()..].chars().next();
        let is_name = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
        !is_name(before) && (path.ends_with(':') || !is_name(after))
    })
}

#[test]
fn a_stage_uses_only_earlier_stages() {
    for (file, code) in code() {
        let Some(stage) = LINE.iter().position(|stage| file.split('/').next() == Some(stage)) else { continue };
        assert!(!code.contains("crate::{"), "{file} hides what it uses");
        for later in &LINE[stage + 1..] {
            assert!(!uses(&code, &format!("crate::{later}")), "{file} uses {later}");
        }
    }
}

#[test]
fn the_search_for_uses_finds_them() {
    for code in ["use ureq::Agent;", "let agent = ureq::agent();", "use ureq::{Agent, Body};", "crate::ureq"] {
        assert!(uses(code, "ureq"), "{code}");
    }
    assert!(!uses("use my_ureq::Agent; let ureqs = 1;", "ureq"));
    assert!(uses("toml::from_str(text)", "toml::") && !uses("let toml = my_toml::read();", "toml::"));
}

#[test]
fn spans_see_no_json_and_the_wire_no_session() {
    for (file, code) in code() {
        assert!(!(file.starts_with("span/") && file != "span/json" && uses(&code, "serde_json")), "{file}");
        assert!(!(file == "span/json" && uses(&code, "crate::transcript")), "{file}");
        assert!(!(file.starts_with("otlp/") && uses(&code, "crate::session")), "{file}");
    }
}

#[test]
fn third_party_crates_stay_behind_their_fences() {
    for (file, code) in code() {
        for (name, fences) in FENCED {
            let is_inside = fences.split(' ').any(|fence| file == fence || file.starts_with(&format!("{fence}/")));
            assert!(is_inside || !uses(&code, name), "{file} uses {name}");
        }
    }
}

/// No path that stands in a transcript is opened: files are opened here only, by the paths that the
/// user named, and what was found below these.
#[test]
fn files_are_opened_in_few_places() {
    const OPENING: [&str; 9] = [
        "config/file",
        "config/key",
        "files/plain",
        "ledger/lock",
        "ledger/open",
        "otlp/lines",
        "otlp/saved/content",
        "otlp/saved/mod",
        "otlp/tls",
    ];
    for (file, code) in code() {
        let opens = ["File::open", "File::create", "OpenOptions", "File::options", "fs::read", "fs::write", "fs::copy"];
        let opens = opens.iter().find(|word| code.contains(**word));
        assert!(opens.is_none() || OPENING.contains(&file.as_str()), "{file} uses {opens:?}");
    }
}

#[test]
fn only_report_and_main_print() {
    for (file, code) in code() {
        let is_allowed = file.starts_with("report/") || file == "main" || file == "otlp/lines";
        for output in ["io::stdout", "io::stderr", "println!", "eprintln!", "print!", "eprint!"] {
            assert!(is_allowed || !code.contains(output), "{file} uses {output}");
        }
    }
}
