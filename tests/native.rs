//! The replay in convention `claude-code` equals the client's own traces: every span that the client
//! exported while a session ran is rebuilt from the transcripts, below the same span, with the same
//! attributes. The other conventions have the same tree.
//!
//! Every difference is named in `native/named.rs` with its reason, and a named difference that does
//! not occur fails the test, too.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![allow(clippy::panic, unreachable_pub, reason = "the modules are this test's own")]

#[path = "native/checks.rs"]
mod checks;
#[path = "native/compare.rs"]
mod compare;
#[path = "native/forest.rs"]
mod forest;
#[path = "native/named.rs"]
mod named;
#[path = "native/others.rs"]
mod others;
mod support;
#[path = "native/tree.rs"]
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use compare::{Finding, Named, covers, differences};
use named::{USUAL, Why, named};
use support::{recordings, stdout, testdata, upload};
use tree::{Placed, Raw, Tree, read, tree};

const FOLDERS: [&str; 2] = ["native-2.1.330", "native-more-2.1.330"];

/// Those of a whole tree, the client's first.
const CONVENTIONS: [&str; 3] = ["claude-code", "genai", "openinference"];

/// A recorded case: the client's spans, and ours of the same sessions.
struct Case {
    name: String,
    native: Tree,
    ours: Tree,
}

/// Our spans of everything in a folder.
fn replayed(projects: &str, convention: &str, options: &[&str]) -> Vec<Vec<Raw>> {
    let fixed = ["--dry-run", "--format", "otlp-json", "--settle", "0", "-q", "--convention", convention, projects];
    read(&stdout(upload(&[&fixed, options].concat())))
}

fn sessions(spans: &[Raw]) -> BTreeSet<&str> {
    spans.iter().filter_map(|span| span.text("session.id")).collect()
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(cases);

/// All cases. Each session is of one of them.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for folder in FOLDERS {
        let mut ours: BTreeMap<String, Vec<Raw>> = BTreeMap::new();
        for span in replayed(&recordings(folder), "claude-code", &[]).into_iter().flatten() {
            ours.entry(span.text("session.id").unwrap().to_owned()).or_default().push(span);
        }
        for path in captures(&testdata(&format!("recordings/{folder}/otlp"))) {
            let native: Vec<_> = read(&fs::read_to_string(&path).unwrap()).into_iter().flatten().collect();
            let of_case = sessions(&native).into_iter().filter_map(|session| ours.remove(session));
            let of_case: Vec<_> = of_case.flatten().collect();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            cases.push(Case { name, native: tree(&native), ours: tree(&of_case) });
        }
        assert_eq!(ours.into_keys().collect::<Vec<_>>(), [""; 0], "sessions without a case");
    }
    cases
}

fn captures(folder: &Path) -> Vec<PathBuf> {
    let mut captures: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    captures.sort();
    captures
}

/// The differences of a case that are not named.
fn unnamed<'a>(named: &[Named<Why>], case: &str, native: &'a Tree, ours: &'a Tree) -> Vec<Finding<'a>> {
    let is_named = |found: &Finding<'_>| named.iter().any(|named| covers(named, case, found));
    differences(native, ours, &USUAL).into_iter().filter(|found| !is_named(found)).collect()
}

#[test]
fn every_span_of_the_client_is_replayed() {
    let named = named();
    assert_eq!(CASES.len(), 98);
    let mut wrong = Vec::new();
    let mut unused: Vec<_> = named.iter().collect();
    for Case { name, native, ours } in CASES.iter() {
        let unnamed = unnamed(&named, name, native, ours);
        wrong.extend(unnamed.into_iter().map(|found| format!("{name}: {found:?}")));
        let found = differences(native, ours, &USUAL);
        unused.retain(|named| !found.iter().any(|found| covers(named, name, found)));
    }
    assert!(wrong.is_empty(), "not named:\n{}", wrong.join("\n"));
    assert!(unused.is_empty(), "named, but not found: {unused:#?}");
}

/// The length that a span tells is its own, in whole milliseconds.
#[test]
fn spans_tell_how_long_they_are() {
    let (mut told, spans) = (0, CASES.iter().flat_map(|case| case.ours.values()));
    for Placed { span, .. } in spans {
        for length in ["duration_ms", "interaction.duration_ms"].iter().filter_map(|key| span.attributes.get(*key)) {
            assert_eq!(length.as_i64(), Some((span.end - span.start + 500_000) / 1_000_000), "{span:?}");
            told += 1;
        }
    }
    assert!(told > 800, "{told}");
}

/// Of what a subagent asks in vain nothing is saved; of what the main chain does, each time.
#[test]
fn the_attempts_of_the_main_chain_are_told() {
    let (mut first, mut later) = (0, 0);
    for Placed { span, .. } in CASES.iter().flat_map(|case| case.ours.values()) {
        if span.name == "claude_code.llm_request" && span.text("query_source_safe") == Some("sdk") {
            let attempt = span.attributes["attempt"].as_i64().unwrap();
            first += usize::from(attempt == 1);
            later += usize::from(attempt > 1);
        }
    }
    assert!(first > 200 && later >= 7, "{first} {later}");
}
