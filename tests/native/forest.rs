//! The spans of all recordings are trees, in every convention.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;
use std::thread;

use super::support::{recordings, testdata};
use super::tree::Raw;
use super::{CONVENTIONS, FOLDERS, replayed};

/// Whatever is uploaded is a forest: ids that are there once, each span after the one above it, one
/// topmost span a trace, and times that lie within each other. A subagent in the background may end
/// after what it is below, and nothing else may; where it has no span, that is what it does.
#[test]
fn spans_of_all_recordings_are_trees() {
    let recorded = fs::read_dir(testdata("recordings")).unwrap().map(|entry| entry.unwrap().path().join("projects"));
    let recorded: Vec<_> = recorded.collect();
    let outlived = thread::scope(|scope| {
        let halves = recorded.chunks(recorded.len().div_ceil(2));
        let halves = halves.map(|half| scope.spawn(|| half.iter().map(|projects| outliving(projects)).collect()));
        let halves: Vec<_> = halves.collect();
        halves.into_iter().flat_map(|half| -> Vec<[usize; 3]> { half.join().unwrap() }).collect::<Vec<_>>()
    });
    for (number, convention) in CONVENTIONS.iter().enumerate() {
        let outlived: usize = outlived.iter().map(|spans| spans[number]).sum();
        assert!(outlived > 20, "{convention}: {outlived}");
    }
}

/// How many spans of a recording end after the span above them, by convention.
fn outliving(projects: &Path) -> [usize; 3] {
    let [native, genai, openinference] = CONVENTIONS.map(|convention| {
        let options = ["--max-batch-spans", "7", "--content", "none"];
        let requests = replayed(&projects.display().to_string(), convention, &options);
        assert!(requests.iter().all(|request| (1..=7).contains(&request.len())), "{}", projects.display());
        requests.into_iter().flatten().collect::<Vec<_>>()
    });
    let subagents: BTreeSet<_> = genai.iter().filter(|span| is_subagent(span)).map(|span| &span.id).collect();
    let below: BTreeSet<_> =
        genai.iter().filter(|span| subagents.contains(&span.parent_id)).map(|span| &span.id).collect();
    let longer = [&native, &genai, &openinference].map(|spans| longer_than_above(spans));
    for (number, longer) in longer.iter().enumerate() {
        for (span, above) in longer {
            let may = if number == 0 { below.contains(&span.id) } else { is_subagent(span) };
            assert!(may, "{}: {span:?} below {above:?}", CONVENTIONS[number]);
        }
    }
    longer.map(|longer| longer.len())
}

/// The spans that end after the span above them; whatever else is wrong with spans is a panic.
fn longer_than_above(spans: &[Raw]) -> Vec<(&Raw, &Raw)> {
    let (mut before, mut roots, mut longer) = (HashMap::<&str, &Raw>::new(), BTreeSet::new(), Vec::new());
    for span in spans {
        assert!(is_id(&span.id, 16) && is_id(&span.trace_id, 32), "{span:?}");
        assert!(span.start > 0 && span.start <= span.end, "{span:?}");
        if span.parent_id.is_empty() {
            assert!(roots.insert(&span.trace_id), "a second root: {span:?}");
        } else {
            let above = before.get(&*span.parent_id).unwrap_or_else(|| panic!("it comes before its parent: {span:?}"));
            assert_eq!(above.trace_id, span.trace_id, "{span:?}");
            assert!(above.start <= span.start, "{span:?} below {above:?}");
            longer.extend((above.end < span.end).then_some((span, *above)));
        }
        assert!(before.insert(&span.id, span).is_none(), "a second one: {span:?}");
    }
    longer
}

/// So many hexadecimal digits that are not all zero.
fn is_id(id: &str, digits: usize) -> bool {
    id.len() == digits && id.bytes().all(|byte| byte.is_ascii_hexdigit()) && id.bytes().any(|byte| byte != b'0')
}

fn is_subagent(span: &Raw) -> bool {
    let kind = ["gen_ai.operation.name", "openinference.span.kind"].iter().find_map(|key| span.text(key));
    !span.parent_id.is_empty() && kind.is_some_and(|kind| ["invoke_agent", "AGENT"].contains(&kind))
}

type Change<'a> = &'a dyn Fn(&mut Vec<Raw>);

/// The check of trees finds what is wrong with them.
#[test]
fn what_is_no_tree_is_found() {
    let session = format!("{}/-Users-ada-src-shop/8d12a925-afde-4dfa-87f4-40976a5b9e45.jsonl", recordings(FOLDERS[1]));
    let spans: Vec<_> = replayed(&session, "genai", &["--content", "none"]).into_iter().flatten().collect();
    assert_eq!(longer_than_above(&spans).len(), 0);
    let broken = |change: Change<'_>| {
        let mut spans = spans.clone();
        change(&mut spans);
        catch_unwind(|| longer_than_above(&spans).len())
    };
    let changes: [Change<'_>; 10] = [
        &|spans| spans[3].id = "0000000000000000".to_owned(),
        &|spans| spans[3].id.truncate(15),
        &|spans| spans[3].id = spans[2].id.clone(),
        &|spans| spans[0].trace_id = "0".repeat(32),
        &|spans| spans[3].trace_id = "1".repeat(32),
        &|spans| spans[3].parent_id.clear(),
        &|spans| spans[3].parent_id = "1".repeat(16),
        &|spans| spans.swap(0, 1),
        &|spans| spans[3].start = spans[0].start - 1,
        &|spans| spans[3].end = spans[3].start - 1,
    ];
    for (number, change) in changes.iter().enumerate() {
        assert!(broken(change).is_err(), "{number}");
    }
    assert_eq!(broken(&|spans| spans[1].end = spans[0].end + 1).unwrap(), 1);
}

/// What one convention says of a span's place, the others say, too.
#[test]
fn a_span_has_the_same_id_trace_and_times_in_all_conventions() {
    for folder in FOLDERS {
        let [native, genai, openinference] = CONVENTIONS.map(|convention| {
            let spans = replayed(&recordings(folder), convention, &["--content", "none"]).into_iter().flatten();
            spans.map(|span| (span.id.clone(), span)).collect::<BTreeMap<_, _>>()
        });
        let place = |span: &Raw| (span.trace_id.clone(), span.start, span.end);
        let below = |(id, span): (&String, &Raw)| (id.clone(), span.parent_id.clone(), place(span));
        assert_eq!(genai.iter().map(below).collect::<Vec<_>>(), openinference.iter().map(below).collect::<Vec<_>>());
        for (id, span) in native {
            let is_of_the_client =
                ["claude_code.tool.execution", "claude_code.tool.blocked_on_user"].contains(&&*span.name);
            assert_eq!(genai.get(&id).map(place), (!is_of_the_client).then(|| place(&span)), "{span:?}");
        }
    }
}
