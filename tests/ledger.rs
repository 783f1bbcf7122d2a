//! What a run sends in the light of earlier ones: each turn once, to each destination.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, ExitStatus};

use support::runs::{KEY, all, ids, joined, sends, taken, turns};
use support::tree::{Tree, append, id, turn};
use support::{Server, stderr_of, upload_with};

/// Writes other content and leaves everything that a listing shows.
fn replace_unseen(path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    let modified = path.metadata().unwrap().modified().unwrap();
    fs::write(path, text.replace("-4000-8000-", "-4000-9000-").replace("msg_", "gsm_").replace("prompt", "PROMPT"))
        .unwrap();
    File::options().append(true).open(path).unwrap().set_modified(modified).unwrap();
}

/// What a run opens, in the words of `strace`, where that is at hand.
fn opened(server: &Server, tree: &Tree) -> Option<String> {
    let trace = server.ledger().with_file_name("opened");
    let mut command = Command::new("strace");
    command.args(["-f", "-e", "trace=open,openat", "-o"]).arg(&trace);
    command.arg(assert_cmd::cargo::cargo_bin!("moda-agent")).args(["upload", "-q", "--endpoint", &server.url]);
    command.args(["--max-batch-spans", "7", "--state"]).arg(server.ledger()).arg(tree.path());
    let status = command.env_clear().env("PATH", env!("PATH")).env("MODA_API_KEY", KEY).status();
    status.ok().filter(ExitStatus::success).map(|_| fs::read_to_string(trace).unwrap())
}

#[test]
fn an_unchanged_tree_costs_no_request_and_none_of_its_files_is_opened() {
    let (tree, server) = (Tree::of(3, 4), Server::accepting());
    assert_eq!(sends(&server, &tree.path(), &[]).0, 12);
    for session in 0..3 {
        replace_unseen(&tree.file(session));
    }
    let before = fs::read(server.ledger()).unwrap();
    for _ in 0..2 {
        let number = server.number();
        let (new, said) = sends(&server, &tree.path(), &[]);
        assert_eq!((new, server.number()), (0, number));
        assert!(said.contains("read      nothing in ") && said.contains("; 3 transcripts unchanged"), "{said}");
    }
    assert!(fs::read(server.ledger()).unwrap() == before, "a run without anything to do writes");
    if let Some(opened) = opened(&server, &tree) {
        assert!(opened.contains("ledger.db") && !opened.contains(".jsonl"), "{opened}");
    }
    // What was replaced is seen once the file looks as if it had changed.
    tree.add(1, &turn(1, 9));
    assert_eq!(sends(&server, &tree.path(), &[]).0, 5);
}

#[test]
fn of_a_tree_of_which_some_grew_only_these_are_read_and_only_new_turns_go() {
    let (tree, server) = (Tree::of(4, 3), Server::accepting());
    assert_eq!(sends(&server, &tree.path(), &[]).0, 12);
    replace_unseen(&tree.file(0));
    tree.add(1, &turn(1, 3));
    tree.add(3, &(turn(3, 3) + &turn(3, 4)));
    let (new, said) = sends(&server, &tree.path(), &[]);
    assert_eq!(new, 3, "{said}");
    assert!(said.contains("from 2 transcripts") && said.contains("; 6 delivered before, 2 transcripts unch"), "{said}");
    assert_eq!(ids(&server), joined([turns(0, 0..3), turns(1, 0..4), turns(2, 0..3), turns(3, 0..5)]));
}

#[test]
fn a_copy_of_what_was_delivered_sends_only_its_own_turns() {
    let (tree, server) = (Tree::of(1, 3), Server::accepting());
    assert_eq!(sends(&server, &tree.path(), &[]).0, 3);
    let text = fs::read_to_string(tree.file(0)).unwrap();
    // The same transcript elsewhere; a fork, which sorts before its original; one that goes on.
    append(&Path::new(&tree.path()).join("-elsewhere").join(id(0)).with_extension("jsonl"), &text);
    let fork = "00000000-0000-4000-8000-000000000000";
    append(&tree.file(0).with_file_name(format!("{fork}.jsonl")), text.replace(&id(0), fork));
    assert_eq!(sends(&server, &tree.path(), &[]).0, 0);
    tree.add(7, &(text.replace(&id(0), &id(7)) + &turn(7, 8)));
    assert_eq!(sends(&server, &tree.path(), &[]).0, 1);
    assert_eq!(ids(&server), joined([turns(0, 0..3), turns(7, [8])]));
    assert_eq!(sends(&server, &tree.path(), &[]).0, 0);
}

#[test]
fn a_transcript_that_shrank_is_read_afresh_and_one_that_comes_back_is_known() {
    let (tree, server) = (Tree::of(2, 5), Server::accepting());
    assert_eq!(sends(&server, &tree.path(), &[]).0, 10);
    fs::write(tree.file(0), turn(0, 0) + &turn(0, 7)).unwrap();
    assert_eq!(sends(&server, &tree.path(), &[]).0, 1);
    let away = tree.file(1).with_extension("away");
    fs::rename(tree.file(1), &away).unwrap();
    assert_eq!(sends(&server, &tree.path(), &[]).0, 0);
    fs::copy(&away, tree.file(1)).unwrap();
    let (new, said) = sends(&server, &tree.path(), &[]);
    assert_eq!(new, 0);
    assert!(said.contains("; 5 delivered before, 1 transcript unchanged"), "{said}");
    fs::remove_file(tree.file(1)).unwrap();
    fs::remove_file(tree.file(0)).unwrap();
    assert_eq!(sends(&server, &tree.path(), &[]).0, 0);
    // With new names, and in one file.
    tree.add(0, &(0..5).map(|number| turn(0, number)).collect::<String>());
    assert_eq!(sends(&server, &tree.path(), &[]).0, 0);
    assert_eq!(ids(&server), joined([turns(0, [0, 1, 2, 3, 4, 7]), turns(1, 0..5)]));
}

#[test]
fn destinations_are_kept_apart_and_users_get_the_same_ids() {
    let (tree, one, other) = (Tree::of(1, 4), Server::accepting(), Server::accepting());
    let ledger = one.ledger();
    let send = |server: &Server, key: &str| {
        let before = taken(server);
        let mut command = upload_with(&ledger, &["-q", "--endpoint", &server.url, &tree.path()]);
        assert_eq!(stderr_of(command.env("MODA_API_KEY", key), 0), "");
        taken(server) - before
    };
    let numbers = [(&one, "a"), (&other, "a"), (&one, "b"), (&one, "a"), (&other, "a"), (&one, "b"), (&other, "b")];
    assert_eq!(numbers.map(|(server, key)| send(server, key)), [4, 4, 4, 0, 0, 0, 4]);
    assert_eq!(ids(&one), ids(&other));
    // Another user has another ledger.
    let third = Server::accepting();
    assert_eq!(sends(&third, &tree.path(), &[]).0, 4);
    assert_eq!(ids(&third), ids(&one));
}

#[test]
fn what_is_asked_for_goes_and_the_rest_goes_when_nobody_asks() {
    // Session 0 begins at 00:00, session 1 at 10:00, a turn every minute.
    let tree = Tree::of(3, 5);
    let elsewhere = fs::read_to_string(tree.file(2)).unwrap().replace("/src/shop", "/src/farm");
    fs::write(tree.file(2), elsewhere).unwrap();
    let (first, second) = (id(1), &id(0)[..8]);
    let cases: [(&[&str], usize); 8] = [
        (&["--since", "2026-03-01T20:00"], 5),
        (&["--until", "2026-03-01T00:02"], 2),
        (&["--since", "2026-03-01T10:01", "--until", "2026-03-01T10:03"], 2),
        (&["--since", "2027-01-01"], 0),
        (&["--session", &first], 5),
        (&["--session", second, "--since", "2026-03-01T00:04"], 1),
        (&["--project", "farm"], 5),
        (&["--project", "/src/*", "--until", "2026-03-01T12:00"], 10),
    ];
    for (options, expected) in cases {
        let server = Server::accepting();
        assert_eq!(sends(&server, &tree.path(), options).0, expected, "{options:?}");
        assert_eq!(sends(&server, &tree.path(), options).0, 0, "{options:?} again");
        assert_eq!(sends(&server, &tree.path(), &[]).0, 15 - expected, "after {options:?}");
        assert_eq!((sends(&server, &tree.path(), &[]).0, ids(&server)), (0, all(&tree.path())), "after {options:?}");
    }
}

#[test]
fn all_uses_no_ledger_and_resend_sends_again_under_the_same_ids() {
    let (tree, server) = (Tree::of(2, 3), Server::accepting());
    assert_eq!(sends(&server, &tree.path(), &["--all"]).0, 6);
    assert!(!server.ledger().exists());
    assert_eq!(sends(&server, &tree.path(), &[]).0, 6);
    assert_eq!(sends(&server, &tree.path(), &["--resend"]).0, 6);
    assert_eq!(sends(&server, &tree.path(), &["--resend", "--session", &id(1)]).0, 3);
    for options in [&["--resend=changed"][..], &["--resend=rejected"], &["--service-name", "another"]] {
        assert_eq!(sends(&server, &tree.path(), options).0, 0, "{options:?}");
    }
    assert_eq!(ids(&server), all(&tree.path()));
    fs::write(server.ledger(), "no ledger at all").unwrap();
    assert_eq!(sends(&server, &tree.path(), &["--all"]).0, 6);
    assert_eq!(fs::read_to_string(server.ledger()).unwrap(), "no ledger at all");
}
