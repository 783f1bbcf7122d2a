//! What holds whatever happens to transcripts: damage, cuts, another order, copies, other names.
//!
//! Each case takes sessions of the recordings and does something to their files. Cases are the
//! same in every run; `PROPTEST_CASES` and `PROPTEST_RNG_SEED` ask for more and for others.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![allow(
    clippy::case_sensitive_file_extension_comparisons,
    clippy::needless_for_each,
    clippy::needless_pass_by_value,
    clippy::struct_excessive_bools,
    reason = "what is made for a case is read as it is made"
)]
#![allow(unreachable_pub, reason = "the modules are this test's own")]

#[path = "properties/changes.rs"]
mod changes;
#[path = "properties/copies.rs"]
mod copies;
#[path = "properties/families.rs"]
mod families;
#[path = "../fuzz/src/keys.rs"]
mod keys;
#[path = "properties/names.rs"]
mod names;
#[path = "properties/recorded.rs"]
mod recorded;
#[path = "../fuzz/src/run.rs"]
mod run;
#[path = "../fuzz/src/tree.rs"]
mod tree;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::env;
use std::path::PathBuf;

use changes::{content, damage};
use copies::{Copy, copy, whole_copy};
use families::{by_prompt, family, working};
use keys::may_be_a_clients;
use moda_agent::session::Reading;
use moda_agent::warning::Warnings;
use names::{linked, named};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngSeed};
use recorded::{Recorded, Tree, counted, lines, session, sessions};
use run::{Run, Totals};

/// The same cases in every run, as many as take some seconds.
fn config(cases: u32) -> Config {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(1);
    }
    config
}

/// What the assistant said, turn by turn.
fn texts(run: &Run) -> Vec<Vec<Cow<'_, str>>> {
    let turns = run.sessions.iter().flat_map(|session| &session.turns);
    turns.map(|turn| turn.requests.iter().map(|request| request.said.text()).collect()).collect()
}

/// A session with a subagent that was forked from its main chain: it begins with what that said.
fn with_fork(session: &Recorded, count: usize, launched_by: Option<&str>, renews_uuids: bool) -> Recorded {
    let copy = Copy { renews_uuids, ..Copy::default() };
    let repeated = String::from_utf8(copy.lines(&session.lines()[..count], "", "")).unwrap();
    let repeated = repeated.replace("\"isSidechain\":false", "\"isSidechain\":true,\"agentId\":\"afork\"");
    let transcript = format!("{}/subagents/agent-afork.jsonl", session.id);
    let session = session.with(&transcript, repeated.into_bytes());
    let Some(call) = launched_by else { return session };
    session.with(&transcript.replace("jsonl", "meta.json"), format!("{{\"toolUseId\":\"{call}\"}}").into_bytes())
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn what_counts_is_what_an_independent_count_finds(sessions in sessions()) {
        let run = Tree::of(sessions.iter().copied()).run();
        prop_assert_eq!(run.totals(), counted(&sessions));
        tree::check(&run);
        prop_assert!(!run.warnings.input_was_damaged(), "{:?}", run.warnings);
    }

    #[test]
    fn whatever_a_file_holds_it_is_read_and_costs_others_nothing(
        other in session(),
        bytes in content(),
        is_subagent in any::<bool>(),
    ) {
        let tree = Tree::of([other]);
        let session = format!("00000000{}", &other.id[8..]);
        let name = if is_subagent { format!("{}/subagents/agent-x", other.id) } else { session };
        tree.write(&format!("p/{name}.jsonl"), &bytes.0);
        let mut run = tree.run();
        let lines = lines(&bytes.0).len() as u64;
        let warnings: u64 = run.warnings.counts().values().sum();
        prop_assert!(warnings <= 4 * lines + 1, "{warnings} warnings of {lines} lines");
        prop_assert!(run.warnings.absorb(Warnings::default()).len() <= 1_000);
        let (alone, both) = (other.totals(), run.totals());
        prop_assert!(alone.requests <= both.requests && alone.tool_calls <= both.tool_calls, "{alone:?} {both:?}");
        prop_assert!(alone.tokens.output <= both.tokens.output, "{alone:?} {both:?}");
    }

    /// What is passed over by its first bytes could not have counted, and the fast reader reads what
    /// `serde_json` reads.
    #[test]
    fn fast_reading_finds_what_plain_reading_finds(other in session(), bytes in content()) {
        let tree = Tree::of([other]);
        tree.write(&format!("p/00000000{}.jsonl", &other.id[8..]), &bytes.0);
        let [fast, plain] = [Reading::Fast, Reading::Plain].map(|reading| Run::by(reading, &[tree.path("p")]).without_bookkeeping());
        if lines(&bytes.0).into_iter().all(may_be_a_clients) {
            prop_assert_eq!(fast.sessions, plain.sessions);
        }
    }

    #[test]
    fn damage_to_a_line_costs_no_more_than_the_line(
        session in session(),
        file in any::<Index>(),
        line in any::<Index>(),
        damage in damage(),
    ) {
        let transcripts = session.transcripts();
        let name = *file.get(&transcripts);
        let line = line.index(lines(&session.files[name]).len());
        let run = Tree::of([&session.with_line(name, line, |line| damage.of(line))]).run();
        tree::check(&run);
        let (whole, found) = (session.totals(), run.totals());
        if damage.is_harmless() {
            prop_assert_eq!(found, whole, "{}:{}", name, line + 1);
        } else {
            let without = session.with_line(name, line, |_| Vec::new()).totals();
            prop_assert!(without.is_within(found), "{name}:{}: {found:?} is less than {without:?}", line + 1);
            prop_assert!(found.is_within(whole), "{name}:{}: {found:?} is more than {whole:?}", line + 1);
        }
        prop_assert!(run.warnings.counts().values().sum::<u64>() <= 4);
    }

    #[test]
    fn damage_to_a_line_costs_nothing_that_a_copy_holds(
        session in session(),
        line in any::<Index>(),
        damage in damage(),
        copy in whole_copy(),
    ) {
        let line = line.index(session.lines().len());
        let damaged = session.with_line(&session.main(), line, |line| damage.of(line));
        let found = Tree::of([&damaged, &copy.of(session, 0)]).run().totals();
        prop_assert_eq!(found, session.totals());
    }

    #[test]
    fn a_file_cut_anywhere_is_a_shorter_one(session in session(), file in any::<Index>(), cuts in any::<[Index; 2]>()) {
        let transcripts = session.transcripts();
        let name = *file.get(&transcripts);
        let bytes = &session.files[name];
        let mut cuts = cuts.map(|cut| cut.index(bytes.len() + 1));
        cuts.sort_unstable();
        let tree = Tree::of([session]);
        let mut before = Totals::default();
        for cut in cuts {
            tree.write(&format!("p/{name}"), &bytes[..cut]);
            let run = tree.run();
            prop_assert_eq!(run.warned("damaged_line"), 0, "cut at {}", cut);
            prop_assert!(run.warned("unfinished_line") <= 1);
            prop_assert!(before.is_within(run.totals()), "cut at {cut}: {:?} is less than {before:?}", run.totals());
            before = run.totals();
        }
        tree.write(&format!("p/{name}"), bytes);
        let (run, alone) = (tree.run(), Tree::of([session]).run());
        prop_assert!(before.is_within(run.totals()));
        prop_assert_eq!(run.sessions, alone.sessions);
    }

    #[test]
    fn a_file_and_its_beginning_in_another_folder_are_one_session(
        session in session(),
        cut in any::<Index>(),
        is_first in any::<bool>(),
    ) {
        let tree = Tree::of([session]);
        let alone = tree.run();
        let bytes = &session.files[&session.main()];
        let folder = if is_first { "a" } else { "z" };
        tree.write(&format!("{folder}/{}", session.main()), &bytes[..cut.index(bytes.len() + 1)]);
        let both = tree.run();
        prop_assert_eq!(both.totals(), alone.totals());
        prop_assert_eq!(both.spans, alone.spans);
    }

    #[test]
    fn the_order_of_lines_changes_no_total(
        (session, order) in session().prop_flat_map(|session| {
            let order: Vec<_> = (0..session.lines().len()).collect();
            (Just(session), Just(order).prop_shuffle())
        }),
        is_near in any::<bool>(),
    ) {
        let mut lines: Vec<_> = session.lines().into_iter().zip(&order).enumerate().collect();
        // Any order, or one in which no line moves further than two.
        lines.sort_by_key(|(index, (_, order))| if is_near { index + **order % 3 } else { **order });
        let bytes: Vec<_> = lines.iter().map(|(_, (line, _))| *line).collect();
        prop_assert_eq!(session.with(&session.main(), bytes.concat()).totals(), session.totals());
    }

    #[test]
    fn a_copy_under_another_session_id_adds_nothing(sessions in sessions(), copied in any::<Index>(), copy in copy()) {
        let tree = Tree::of(sessions.iter().copied());
        let before = tree.run();
        tree.add(&copy.of(sessions[copied.index(sessions.len())], 0));
        let after = tree.run();
        prop_assert_eq!(after.totals(), before.totals());
        // A copy that comes first and was made while a turn ran owns the beginning of that turn.
        let may_split = copy.sorts_first && copy.cut.is_some() && after.spans.len() == before.spans.len() + 1;
        if copy.keeps_identity() && !may_split {
            prop_assert_eq!(after.spans.len(), before.spans.len());
        }
    }

    #[test]
    fn several_copies_add_nothing(session in session(), copies in vec(copy(), 2..4)) {
        let tree = Tree::of([session]);
        let before = tree.run().totals();
        copies.iter().enumerate().for_each(|(number, copy)| tree.add(&copy.of(session, number)));
        prop_assert_eq!(tree.run().totals(), before);
    }

    /// However many come before it, the original is heard.
    #[test]
    fn many_copies_that_know_nothing_add_nothing(session in session(), number in 17_usize..40) {
        let tree = Tree::of([session]);
        let before = tree.run();
        let copy = Copy { sorts_first: true, zeroes_usage: true, ..Copy::default() };
        (0..number).for_each(|number| tree.add(&copy.of(session, number)));
        let after = tree.run();
        prop_assert_eq!(after.totals(), before.totals());
        prop_assert_eq!(after.spans.len(), before.spans.len());
    }

    /// A subagent's transcript can stay with a fork, or end earlier in one copy than in another.
    #[test]
    fn what_subagents_did_is_in_one_span_whichever_copies_know_of_it(family in family()) {
        let (whole, run) = (Tree::of([&family.whole]).run(), family.run());
        prop_assert_eq!(run.totals(), whole.totals());
        prop_assert_eq!(by_prompt(&run), by_prompt(&whole));
        prop_assert_eq!(working(&run), working(&whole));
        let traces: BTreeSet<_> = run.spans.iter().map(|span| span.trace_id.0).collect();
        prop_assert_eq!(traces.len(), run.spans.len());
        // A turn is sent in two parts where a copy that comes first was made while it ran.
        let is_whole = |copy: &Copy| copy.cut.is_none() && copy.keeps_identity();
        if family.copies.iter().all(is_whole) {
            prop_assert_eq!(run.spans.len(), whole.spans.len());
        }
    }

    /// Transcripts are deleted after some weeks, and the copy is all that is left.
    #[test]
    fn a_copy_whose_original_is_gone_counts(session in session(), copy in whole_copy()) {
        let copy = Copy { takes_subagents: true, ..copy };
        let (original, copied) = (Tree::of([session]).run(), Tree::of([&copy.of(session, 0)]).run());
        prop_assert_eq!(copied.totals(), original.totals());
        prop_assert_eq!(copied.spans.len(), original.spans.len());
    }

    /// A script that starts the same prompt many times at once makes no copies.
    #[test]
    fn a_session_that_only_looks_like_another_counts(session in session()) {
        let copy = Copy { renews_uuids: true, ..Copy::default() }.of(session, 0);
        let text = String::from_utf8(copy.files[&copy.main()].clone()).unwrap().replace("\"msg_", "\"msg_other_");
        let mut main = session.clone();
        main.files.retain(|name, _| *name == session.main());
        let before = Tree::of([&main]).run();
        let after = Tree::of([&main, &copy.with(&copy.main(), text.into_bytes())]).run();
        prop_assert_eq!(after.totals().requests, 2 * before.totals().requests);
        prop_assert_eq!(after.totals().tool_calls, 2 * before.totals().tool_calls);
        prop_assert_eq!(after.spans.len(), 2 * before.spans.len());
    }

    #[test]
    fn a_subagent_that_repeats_the_main_chain_adds_nothing(
        session in session(),
        count in any::<Index>(),
        launched_by in any::<Option<Index>>(),
        renews_uuids in any::<bool>(),
    ) {
        let before = Tree::of([session]).run();
        let turns = before.sessions.iter().flat_map(|session| &session.turns);
        let calls: Vec<_> = turns.flat_map(|turn| &turn.tool_calls).map(|call| call.id.as_str()).collect();
        let launched_by = launched_by.filter(|_| !calls.is_empty()).map(|index| *index.get(&calls));
        let count = count.index(session.lines().len()) + 1;
        let after = Tree::of([&with_fork(session, count, launched_by, renews_uuids)]).run();
        prop_assert_eq!(after.totals(), before.totals());
        prop_assert_eq!(texts(&after), texts(&before));
    }

    #[test]
    fn what_is_named_twice_counts_once_and_the_order_does_not_matter(
        sessions in sessions(),
        (names, shuffled) in vec(named(), 1..5).prop_flat_map(|names| (Just(names.clone()), Just(names).prop_shuffle())),
    ) {
        let tree = linked(&sessions);
        let [paths, shuffled] = [names, shuffled].map(|names| names.iter().map(|name| name.in_tree(&tree)).collect::<Vec<_>>());
        let run = Run::over(&paths);
        prop_assert_eq!(&Run::over(&shuffled).sessions, &run.sessions);
        prop_assert_eq!(&Run::over(&[&paths[..], &shuffled[..]].concat()).sessions, &run.sessions);
        let (with_all, all) = (Run::over(&[&paths[..], &[tree.path("p")]].concat()), Run::over(&[tree.path("p")]));
        prop_assert_eq!(with_all.totals(), all.totals());
        prop_assert_eq!(with_all.spans, all.spans);
    }

    #[test]
    fn what_is_named_is_found_whatever_else_is_named(sessions in sessions(), one in named(), other in named()) {
        let tree = linked(&sessions);
        let [one, other] = [one, other].map(|name| name.in_tree(&tree));
        let ids = |paths: &[PathBuf]| {
            Run::over(paths).sessions.into_iter().map(|session| session.id).collect::<BTreeSet<_>>()
        };
        let (alone, both) = (ids(std::slice::from_ref(&one)), ids(&[one, other]));
        prop_assert!(alone.is_subset(&both), "{alone:?} {both:?}");
    }
}
