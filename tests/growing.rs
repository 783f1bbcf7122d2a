//! Transcripts that grow while runs come and go give the same spans as one run over the whole.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use moda_agent::cli::{Cli, Command, FileSettings};
use moda_agent::config::Settings;
use moda_agent::pipeline;
use moda_agent::report::UploadReport;
use moda_agent::stop::Stop;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::Span;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use support::tree::append;
use support::{json_lines, spans, testdata};

/// A line of a transcript, and where it stands.
#[derive(Clone)]
struct Line {
    file: PathBuf,
    text: Vec<u8>,
    at: String,
}

/// The lines of a project tree in the order in which they were written: by their times, and within
/// a file as they stand.
fn lines(projects: &Path) -> Vec<Line> {
    let mut lines = Vec::new();
    for entry in walkdir::WalkDir::new(projects).sort_by_file_name() {
        let path = entry.unwrap().into_path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        let file = path.strip_prefix(projects).unwrap();
        let text = fs::read(&path).unwrap();
        let mut at = String::new();
        for text in text.split_inclusive(|byte| *byte == b'\n') {
            let record: serde_json::Value = serde_json::from_slice(text).unwrap_or_default();
            at = record["timestamp"].as_str().map_or(at.clone(), |time| at.max(time.to_owned()));
            lines.push(Line { file: file.to_owned(), text: text.into(), at: at.clone() });
        }
        // What stands before the first time was written with it.
        let first = lines.iter().filter(|line| line.file == file).find(|line| !line.at.is_empty());
        let first = first.map(|line| line.at.clone()).unwrap_or_default();
        lines.iter_mut().filter(|line| line.at.is_empty()).for_each(|line| line.at.clone_from(&first));
    }
    lines.sort_by(|one, other| one.at.cmp(&other.at));
    lines
}

/// A tree that grows, its ledger, and where its spans go.
struct Growing {
    folder: tempfile::TempDir,
    source: PathBuf,
    convention: &'static str,
}

/// One span a turn, and trees; the other conventions have the same nodes.
const CONVENTIONS: [&str; 2] = ["moda", "genai"];

impl Growing {
    fn new(source: &Path, convention: &'static str) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), source: source.to_owned(), convention }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What stands beside a transcript comes with its first line.
    fn add(&self, file: &Path, text: &[u8]) {
        let to = self.at("projects").join(file);
        let beside = Path::new(file).with_extension("meta.json");
        if !to.exists() && self.source.join(&beside).exists() {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(self.source.join(&beside), self.at("projects").join(&beside)).unwrap();
        }
        append(&to, text);
    }

    fn run(&self, options: &[&str]) {
        let place = |name: &str| self.at(name).into_os_string();
        let mut output = OsString::from("file:");
        output.push(self.at("spans.jsonl"));
        let mut args: Vec<OsString> = ["moda-agent", "upload", "-q", "--endpoint"].map(Into::into).to_vec();
        args.extend([output, "--state".into(), place("ledger.db"), place("projects")]);
        args.extend(["--convention", self.convention].iter().chain(options).map(Into::into));
        upload(args);
    }

    fn spans(&self) -> Vec<Span> {
        spans(&json_lines(&fs::read_to_string(self.at("spans.jsonl")).unwrap_or_default()))
    }
}

fn upload(args: Vec<OsString>) {
    let cli = Cli::parse_args(args, &|_| None, || Ok(FileSettings::default())).unwrap();
    let Command::Upload(upload) = cli.command else { unreachable!() };
    let settings = Settings::new(&upload, &|_| None).unwrap();
    let report = Arc::new(UploadReport::new(upload.output));
    pipeline::upload(&settings, &report, &Stop::default()).unwrap();
    assert_eq!(report.summary().exit(false).code(), 0);
}

/// The spans of one run over all.
fn of_one_run(source: &Path, convention: &'static str) -> BTreeMap<Vec<u8>, Span> {
    let whole = Growing::new(source, convention);
    for line in lines(source) {
        whole.add(&line.file, &line.text);
    }
    whole.run(&["--all", "--settle", "0"]);
    whole.spans().into_iter().map(|span| (span.span_id.clone(), span)).collect()
}

/// What is not the same, in words; a span that came twice is one of it.
fn differences(found: &[Span], expected: &BTreeMap<Vec<u8>, Span>) -> Vec<String> {
    let mut differences = Vec::new();
    let mut missing: BTreeSet<_> = expected.keys().collect();
    for span in found {
        match expected.get(&span.span_id) {
            _ if !missing.remove(&span.span_id) => differences.push(format!("too often: {span:?}")),
            Some(other) if span == other => {}
            Some(other) => {
                let changed = |attribute: &&KeyValue| !other.attributes.contains(attribute);
                let changed: Vec<_> = span.attributes.iter().filter(changed).collect();
                differences.push(format!("{changed:?} of\n{span:?}\ninstead of\n{other:?}"));
            }
            None => unreachable!("it was missing"),
        }
    }
    differences.extend(missing.into_iter().map(|id| format!("missing: {:?}", expected[id])));
    differences
}

/// Every recording, in the order of their names.
fn recordings() -> Vec<PathBuf> {
    let folders = fs::read_dir(testdata("recordings")).unwrap();
    let mut folders: Vec<_> = folders.map(|folder| folder.unwrap().path().join("projects")).collect();
    folders.sort();
    folders
}

/// Recordings of fewer lines are cut at each of them.
const SMALL: usize = 210;

/// Lets a recording grow, piece by piece, with a run after each for which `runs` says so.
fn grown(source: &Path, convention: &'static str, pieces: impl IntoIterator<Item = (Line, bool)>) -> Vec<Span> {
    let growing = Growing::new(source, convention);
    for (line, runs) in pieces {
        growing.add(&line.file, &line.text);
        if runs {
            growing.run(&["--settle", "10000d"]);
        }
    }
    growing.run(&["--settle", "0"]);
    growing.run(&["--settle", "0"]);
    growing.spans()
}

fn check(
    source: &Path,
    conventions: &[&'static str],
    pieces: &(impl IntoIterator<Item = (Line, bool)> + Clone),
) -> Result<(), TestCaseError> {
    for &convention in conventions {
        let differences = differences(&grown(source, convention, pieces.clone()), &of_one_run(source, convention));
        prop_assert_eq!(differences, Vec::<String>::new(), "{} {}", source.display(), convention);
    }
    Ok(())
}

/// All at once, as far as there are processors.
fn each<T: Sync>(items: &[T], work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(1, Into::into);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| std::iter::from_fn(|| items.get(next.fetch_add(1, Ordering::SeqCst))).for_each(&work));
        }
    });
}

/// By turns, for time's sake.
fn conventions(number: usize) -> &'static [&'static str] {
    if is_thorough() { &CONVENTIONS } else { &CONVENTIONS[number % 2..=number % 2] }
}

fn is_thorough() -> bool {
    std::env::var_os("MODA_AGENT_THOROUGH").is_some()
}

#[test]
fn a_run_after_every_line_gives_what_one_run_gives() {
    let recordings: Vec<_> = recordings().into_iter().map(|source| (lines(&source), source)).collect();
    assert_eq!(recordings.len(), 15);
    let small: Vec<_> = recordings.iter().filter(|(lines, _)| lines.len() < SMALL || is_thorough()).collect();
    assert!(small.len() >= 4);
    let numbers: Vec<_> = (0..small.len()).collect();
    each(&numbers, |number| {
        let (lines, source) = small[*number];
        check(source, conventions(*number), &lines.iter().cloned().map(|line| (line, true))).unwrap();
    });
}

/// How much of a line is there when a run comes by: a half, all but its end, or all.
#[derive(Clone, Copy, Debug)]
enum Cut {
    Half,
    WithoutItsEnd,
    Behind,
}

/// The two parts of a line that is cut; what is within a letter is cut, too.
fn parts(line: &Line, cut: Cut) -> Vec<(Line, bool)> {
    let length = line.text.len();
    let at = match cut {
        Cut::Half => length / 2,
        Cut::WithoutItsEnd => length - 1,
        Cut::Behind => length,
    };
    let (head, tail) = line.text.split_at(at);
    let part = |text: &[u8]| Line { text: text.to_vec(), ..line.clone() };
    vec![(part(head), true), (part(tail), false)]
}

#[test]
fn runs_at_any_moment_also_within_a_line_give_what_one_run_gives() {
    let all = recordings();
    let numbers: Vec<_> = (0..all.len()).collect();
    each(&numbers, |number| {
        let (source, lines) = (&all[*number], lines(&all[*number]));
        let cut = prop_oneof![Just(Cut::Half), Just(Cut::WithoutItsEnd), Just(Cut::Behind)];
        let cuts = proptest::collection::btree_map(0..lines.len(), cut, 10..30);
        let mut config =
            ProptestConfig { failure_persistence: None, max_shrink_iters: 20, ..ProptestConfig::default() };
        if std::env::var_os("PROPTEST_CASES").is_none() {
            config.cases = 2;
        }
        let seed = proptest::test_runner::RngSeed::Fixed(*number as u64);
        if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
            config.rng_seed = seed;
        }
        TestRunner::new(config)
            .run(&cuts, |cuts| {
                let pieces = lines.iter().enumerate().flat_map(|(number, line)| match cuts.get(&number) {
                    Some(cut) => parts(line, *cut),
                    None => vec![(line.clone(), false)],
                });
                check(source, conventions(*number + 1), &pieces)
            })
            .unwrap();
    });
}

/// Cases of which the spans depend on when they were sent, and why.
const EXCEPTIONS: [(&str, &str); 6] = [
    ("0-05-the-largest-usage-counts-also-where-only-a-later-request-is-shared", COPY_FIRST),
    ("10-02-a-session-without-any-time-comes-last", COPY_FIRST),
    ("7-01-the-sidecar-file-names-the-launching-call", LATE_AGENT),
    ("7-02-the-result-of-the-call-names-the-subagent", LATE_AGENT),
    ("7-05-a-task-notification-names-call-and-subagent", "that the launch was one into the background comes later"),
    ("7-06-equal-prompts-join-call-and-subagent", LATE_AGENT),
];
const COPY_FIRST: &str = "the copy is there before the original, and who sent a turn owns it";
const LATE_AGENT: &str = "a subagent that its turn waited for is written later than that turn's end";

#[test]
fn the_cases_of_all_rules_can_grow_but_for_those_that_are_named() {
    let mut cases: Vec<_> = fs::read_dir(testdata("rules")).unwrap().map(|case| case.unwrap().path()).collect();
    cases.retain(|case| case.join("projects").is_dir());
    assert!(cases.len() > 90, "{}", cases.len());
    let differ = Mutex::new(BTreeSet::new());
    each(&cases, |case| {
        let (name, source) = (case.file_name().unwrap().to_str().unwrap().to_owned(), case.join("projects"));
        let pieces = lines(&source).into_iter().map(|line| (line, true));
        let (found, expected) = (grown(&source, "moda", pieces), of_one_run(&source, "moda"));
        let ids = |span: &Span| (span.trace_id.clone(), span.span_id.clone());
        let (mut one, mut other): (Vec<_>, Vec<_>) =
            (found.iter().map(ids).collect(), expected.values().map(ids).collect());
        one.sort();
        other.sort();
        assert_eq!(one, other, "{name}");
        if !differences(&found, &expected).is_empty() {
            differ.lock().unwrap().insert(name);
        }
    });
    let named: BTreeSet<_> = EXCEPTIONS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(differ.into_inner().unwrap(), named);
}
