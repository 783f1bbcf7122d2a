//! The replay in convention `claude-code` equals the client's own traces: every span that the client
//! exported while a session ran is rebuilt from the transcripts, below the same span, with the same
//! attributes. The other conventions have the same tree.
//!
//! Every difference is named in `native/named.rs` with its reason, and a named difference that does
//! not occur fails the test, too.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![allow(clippy::panic, unreachable_pub, reason = "the modules are this test's own")]

#[path = "native/compare.rs"]
mod compare;
#[path = "native/named.rs"]
mod named;
mod support;
#[path = "native/tree.rs"]
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use compare::{Finding, Named, What, covers, differences, timing};
use named::{USUAL, Why, named};
use support::{recordings, stdout, testdata, upload};
use tree::{Placed, Raw, Tree, read, tree};

const FOLDERS: [&str; 2] = ["native-2.1.330", "native-more-2.1.330"];

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

fn captures(folder: &Path) -> Vec<std::path::PathBuf> {
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
    let (cases, named) = (cases(), named());
    assert_eq!(cases.len(), 98);
    let mut wrong = Vec::new();
    let mut unused: Vec<_> = named.iter().collect();
    for Case { name, native, ours } in &cases {
        let unnamed = unnamed(&named, name, native, ours);
        wrong.extend(unnamed.into_iter().map(|found| format!("{name}: {found:?}")));
        let found = differences(native, ours, &USUAL);
        unused.retain(|named| !found.iter().any(|found| covers(named, name, found)));
    }
    assert!(wrong.is_empty(), "not named:\n{}", wrong.join("\n"));
    assert!(unused.is_empty(), "named, but not found: {unused:#?}");
}

/// The times that are called usual are those that were measured, and hardly more.
#[test]
fn usual_times_are_no_wider_than_measured() {
    let exact = USUAL.map(|(name, ..)| (name, [0, 0], [0, 0]));
    let mut measured = BTreeMap::<_, [[i64; 2]; 2]>::new();
    for Case { native, ours, .. } in cases() {
        for found in differences(&native, &ours, &exact) {
            let (edge, time) = match found.what {
                What::Starts(time) => (0, time),
                What::Ends(time) => (1, time),
                _ => continue,
            };
            let (name, starts, ends) =
                USUAL.iter().find(|(name, ..)| *name == timing(&ours[found.key].span)).unwrap();
            if (([starts, ends][edge])[0]..=([starts, ends][edge])[1]).contains(&time) {
                let range = &mut measured.entry(*name).or_insert([[i64::MAX, i64::MIN]; 2])[edge];
                *range = [range[0].min(time), range[1].max(time)];
            }
        }
    }
    for (name, starts, ends) in USUAL {
        for (usual, measured) in [starts, ends].iter().zip(measured[name]) {
            let spare = [measured[0] - usual[0], usual[1] - measured[1]];
            assert!(spare.iter().all(|spare| (0..=3).contains(spare)), "{name}: {usual:?}, measured {measured:?}");
        }
    }
}

/// Cases in which something is nested, refused, named otherwise, retried, stopped.
const BROKEN: [&str; 6] = ["nestmix", "perm", "mcp", "errretry", "interrupt", "errcut"];

/// Whatever is changed in one of the client's spans is found.
#[test]
fn a_difference_that_is_not_named_is_found() {
    let (named, mut breaks) = (named(), 0);
    for Case { name, native, ours } in cases().iter().filter(|case| BROKEN.contains(&case.name.as_str())) {
        let mut finds = |key: &str, what: What<'_>, breaks_it: &dyn Fn(&mut Tree)| {
            let mut broken = native.clone();
            breaks_it(&mut broken);
            let found = unnamed(&named, name, &broken, ours);
            let expected = Finding { key, what };
            assert_eq!(found, [expected], "{name}");
            breaks += 1;
        };
        for (key, placed) in native {
            let at = |tree: &mut Tree, change: &dyn Fn(&mut Placed)| change(tree.get_mut(key).unwrap());
            for attribute in placed.span.attributes.keys() {
                let what = What::Differs(attribute);
                let is_named = |what| named.iter().any(|named| covers(named, name, &Finding { key, what }));
                if is_named(what) || is_named(What::NativeHas(attribute)) {
                    continue;
                }
                finds(key, what, &|tree| {
                    at(tree, &|placed| *placed.span.attributes.get_mut(attribute).unwrap() = "other".into());
                });
                finds(key, What::OursHas(attribute), &|tree| {
                    at(tree, &|placed| drop(placed.span.attributes.remove(attribute)));
                });
            }
            finds(key, What::NativeHas("new"), &|tree| {
                at(tree, &|placed| drop(placed.span.attributes.insert("new".to_owned(), 1.into())));
            });
            finds(key, What::Parent, &|tree| at(tree, &|placed| placed.parent = Some("another".to_owned())));
            finds(key, What::Trace, &|tree| at(tree, &|placed| "another".clone_into(&mut placed.root)));
            finds(key, What::Kind, &|tree| at(tree, &|placed| placed.span.kind = 3));
            finds(key, What::Status, &|tree| at(tree, &|placed| placed.span.status += 1));
            finds(key, What::OnlyOurs, &|tree| drop(tree.remove(key)));
            finds("new", What::OnlyNative, &|tree| drop(tree.insert("new".to_owned(), placed.clone())));
            let other = &ours[key].span;
            let minute = 60_000_000_000;
            finds(key, What::Starts(-60_000), &|tree| at(tree, &|placed| placed.span.start = other.start + minute));
            finds(key, What::Ends(60_000), &|tree| at(tree, &|placed| placed.span.end = other.end - minute));
        }
    }
    assert!(breaks > 1_000, "{breaks}");
}
