//! A turn goes once it is settled: what waits, for how long, and what says so.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::fs::File;
use std::time::{Duration, SystemTime};

use support::runs::{Outcome, all, ids, joined, run, sends, turns};
use support::tree::{Tree, ago, answer, append, calls, of_agent, prompt, result, turn};
use support::{Server, ok};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How many spans a run over a tree sends, and how many turns it says wait.
fn goes_and_waits(server: &Server, tree: &Tree, options: &[&str]) -> (usize, usize) {
    let (goes, said) = sends(server, &tree.path(), options);
    let waiting = said.split_once(" waiting to settle").and_then(|(before, _)| before.rsplit(' ').next());
    (goes, waiting.map_or(0, |number| number.parse().unwrap()))
}

/// A turn that ended so long ago.
fn ended(ago_: Duration) -> String {
    prompt(0, 0, ago(ago_ + SECOND)) + &answer(0, 0, ago(ago_))
}

/// A turn of which the last answer, so long ago, calls a tool.
fn never_ended(ago_: Duration) -> String {
    prompt(0, 0, ago(ago_ + SECOND)) + &calls(0, "c", ago(ago_), "Bash", "{}")
}

#[test]
fn a_turn_waits_until_its_session_has_been_silent() {
    let interrupted = "[Request interrupted by user]";
    let interrupted = prompt(0, 1, ago(11 * MINUTE)).replace("prompt 1", interrupted);
    let cases = [
        ("ended a minute ago", ended(MINUTE), &[][..], (0, 1)),
        ("ended 11 minutes ago", ended(11 * MINUTE), &[], (1, 0)),
        ("ended 11 minutes ago, half an hour to settle", ended(11 * MINUTE), &["--settle", "30m"], (0, 1)),
        ("ended a minute ago, a second to settle", ended(MINUTE), &["--settle", "1s"], (1, 0)),
        ("ended now, nothing to settle", ended(Duration::ZERO), &["--settle", "0"], (1, 0)),
        ("never ended, 23 hours ago", never_ended(23 * 60 * MINUTE), &[], (0, 1)),
        ("never ended, a day ago", never_ended(DAY + MINUTE), &[], (1, 0)),
        ("never ended, now, nothing to settle", never_ended(Duration::ZERO), &["--settle", "0"], (1, 0)),
        ("interrupted 11 minutes ago", never_ended(12 * MINUTE) + &interrupted, &[], (1, 0)),
        ("a later prompt", ended(MINUTE) + &prompt(0, 1, ago(SECOND)), &[], (1, 1)),
        ("only a prompt", prompt(0, 0, ago(60 * MINUTE)), &[], (0, 1)),
        // The answer to the first can still come behind the second.
        ("a later prompt before the end", never_ended(MINUTE) + &prompt(0, 1, ago(SECOND)), &[], (0, 2)),
    ];
    for (name, text, options, expected) in cases {
        let (server, tree) = (Server::accepting(), Tree::new());
        tree.add(0, &text);
        // What a run without anything to do says of those that wait is the same.
        assert_eq!(goes_and_waits(&server, &tree, options), expected, "{name}");
        assert_eq!(goes_and_waits(&server, &tree, options), (0, expected.1), "{name}, again");
        assert_eq!(goes_and_waits(&server, &tree, &["--settle", "0"]), (expected.1, 0), "{name}, then all");
    }
}

#[test]
fn what_waits_goes_later_though_no_file_changed() {
    let (server, tree) = (Server::accepting(), Tree::new());
    tree.add(0, &ended(58 * SECOND));
    tree.add(1, &turn(1, 0));
    assert_eq!(goes_and_waits(&server, &tree, &["--settle", "60s"]), (1, 1));
    let deadline = SystemTime::now() + 20 * SECOND;
    let mut sent = 0;
    while sent == 0 && SystemTime::now() < deadline {
        sent = goes_and_waits(&server, &tree, &["--settle", "60s"]).0;
    }
    assert_eq!((sent, goes_and_waits(&server, &tree, &["--settle", "60s"])), (1, (0, 0)));
    assert_eq!(ids(&server), joined([turns(0, [0]), turns(1, [0])]));
}

/// A turn that launched a subagent and ended three hours ago, with a later one two hours ago.
fn launches(tree: &Tree, is_async: bool) {
    let at = ago(180 * MINUTE);
    let noted = format!(r#"{{"agentId":"a1","isAsync":{is_async},"status":"async_launched"}}"#);
    tree.add(0, &prompt(0, 0, at));
    tree.add(0, &calls(0, "launch", at, "Agent", r#"{"prompt":"look","description":"looks"}"#));
    tree.add(0, &result(0, "launch", at, &noted));
    tree.add(0, &answer(0, 0, at));
    tree.add(0, &prompt(0, 1, ago(120 * MINUTE)));
    tree.add(0, &answer(0, 1, ago(120 * MINUTE)));
}

#[test]
fn a_background_subagent_that_is_younger_than_its_turn_is_waited_for() {
    let answers = |ago_| of_agent("a1", &answer(0, 91, ago(ago_)));
    let calls = |ago_| of_agent("a1", &calls(0, "inner", ago(ago_), "Bash", "{}"));
    for (name, is_async, work, expected) in [
        ("ended now", true, answers(MINUTE), (0, 2)),
        ("ended a while ago", true, answers(30 * MINUTE), (2, 0)),
        ("goes on", true, calls(30 * MINUTE), (1, 1)),
        ("never ended", true, calls(DAY + MINUTE), (2, 0)),
        ("was waited for by its turn", false, calls(120 * MINUTE), (2, 0)),
    ] {
        let (server, tree) = (Server::accepting(), Tree::new());
        launches(&tree, is_async);
        append(&tree.agent_file(0, "a1"), of_agent("a1", &prompt(0, 90, ago(180 * MINUTE))) + &work);
        assert_eq!(goes_and_waits(&server, &tree, &[]), expected, "{name}");
        append(&tree.agent_file(0, "a1"), of_agent("a1", &answer(0, 92, ago(29 * MINUTE))));
        let (late, waiting) = goes_and_waits(&server, &tree, &[]);
        assert_eq!((late + expected.0, waiting), (2, 0), "{name}, then ended");
        let requests = server.taken();
        assert!(requests.values().all(|times| *times == 1), "{name}");
    }
}

#[test]
fn where_no_record_has_a_time_that_of_the_file_counts() {
    let text: String = turn(0, 0).lines().map(|line| line.replacen("\"timestamp\"", "\"x\"", 1) + "\n").collect();
    for (old, expected) in [(MINUTE, (0, 1)), (11 * MINUTE, (1, 0))] {
        let (server, tree) = (Server::accepting(), Tree::new());
        tree.add(0, &text);
        let file = File::options().append(true).open(tree.file(0)).unwrap();
        file.set_modified(SystemTime::now() - old).unwrap();
        assert_eq!(goes_and_waits(&server, &tree, &[]), expected, "{old:?}");
    }
    // And only there: what is restored from a backup is new on disk and long over.
    let (server, tree) = (Server::accepting(), Tree::of(1, 2));
    assert_eq!(goes_and_waits(&server, &tree, &[]), (2, 0));
}

#[test]
fn a_clock_that_was_set_back_loses_nothing() {
    let future = |ahead: Duration| ago(Duration::ZERO) + ahead;
    let text = |number, ahead| prompt(0, number, future(ahead)) + &answer(0, number, future(ahead));
    for (ahead, expected) in [(5 * MINUTE, (0, 1)), (60 * MINUTE, (1, 0)), (400 * DAY, (1, 0))] {
        let (server, tree) = (Server::accepting(), Tree::new());
        tree.add(0, &text(0, ahead));
        assert_eq!(goes_and_waits(&server, &tree, &[]), expected, "{ahead:?}");
        // The clock is right again, and the session goes on in what is its past.
        tree.add(0, &(prompt(0, 1, ago(30 * MINUTE)) + &answer(0, 1, ago(30 * MINUTE))));
        let (goes, waits) = goes_and_waits(&server, &tree, &[]);
        assert_eq!(goes + expected.0 + waits, 2, "{ahead:?}");
        assert_eq!(goes_and_waits(&server, &tree, &["--settle", "0"]), (waits, 0), "{ahead:?}");
        assert_eq!(ids(&server), all(&tree.path()), "{ahead:?}");
        assert!(server.taken().values().all(|times| *times == 1), "{ahead:?}");
    }
}

#[test]
fn of_two_runs_at_once_the_second_leaves_it_to_the_first() {
    let held = std::sync::Arc::new(std::sync::Mutex::new(()));
    let (gate, tree) = (std::sync::Arc::clone(&held), Tree::of(1, 20));
    let server = Server::scripted(move |_, _| {
        drop(gate.lock());
        ok()
    });
    let (path, closed) = (tree.path(), held.lock().unwrap());
    let first = std::thread::scope(|scope| {
        let first = scope.spawn(|| run(&server, &["--concurrency", "1"], &path));
        while server.number() == 0 {
            std::thread::yield_now();
        }
        let Outcome { code, said, took } = run(&server, &[], &path);
        assert_eq!((code, server.number()), (0, 1));
        assert!(took < 10 * SECOND);
        assert!(said.contains("Another run uploads there already"), "{said}");
        // Cron has nothing to tell.
        assert_eq!(run(&server, &["-q"], &path).said, "");
        drop(closed);
        first.join().unwrap()
    });
    assert_eq!((first.code, ids(&server)), (0, all(&path)), "{}", first.said);
    assert!(server.taken().values().all(|times| *times == 1));
    assert_eq!(sends(&server, &path, &[]).0, 0);
}

#[test]
fn a_turn_that_waits_can_be_asked_for_and_is_sent_once() {
    let (server, tree) = (Server::accepting(), Tree::of(1, 3));
    tree.add(0, &(prompt(0, 3, ago(MINUTE)) + &answer(0, 3, ago(MINUTE))));
    assert_eq!(goes_and_waits(&server, &tree, &[]), (3, 1));
    assert_eq!(goes_and_waits(&server, &tree, &["--settle", "0"]), (1, 0));
    tree.add(0, &(prompt(0, 4, ago(SECOND)) + &answer(0, 4, ago(SECOND))));
    assert_eq!(goes_and_waits(&server, &tree, &["--resend"]), (4, 1));
    assert_eq!(goes_and_waits(&server, &tree, &["--settle", "0"]), (1, 0));
    assert_eq!(ids(&server), turns(0, 0..5));
}
