//! SIGKILL, at any instant: the next run sends what is missing, and no more than what was in flight
//! comes twice.

#![cfg(unix)] // a test cannot kill in that way elsewhere
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use support::runs::all;
use support::tree::Tree;
use support::{Server, ok, stdout, upload_with};

const BATCH: usize = 7;
const AT_ONCE: usize = 4;
const TURNS: usize = 300;
const REQUESTS: usize = TURNS.div_ceil(BATCH);

fn sessions() -> Tree {
    Tree::of(6, TURNS / 6)
}

/// Takes all, as slowly as a server that is near.
fn server() -> Server {
    Server::scripted(|_, _| {
        thread::sleep(Duration::from_millis(8));
        ok()
    })
}

fn spawn(server: &Server, ledger: &Path, tree: &Tree) -> Child {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("moda-agent"));
    command.args(["upload", "-q", "--endpoint", &server.url, "--max-batch-spans", &BATCH.to_string()]);
    command.args(["--concurrency", &AT_ONCE.to_string(), "--state"]).arg(ledger).arg(tree.path());
    command.env_clear().env("XDG_CONFIG_HOME", "/no/such/folder");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// A run that nobody disturbs: it succeeds, and says what it said.
fn whole(server: &Server, ledger: &Path, tree: &Tree) -> String {
    let output = spawn(server, ledger, tree).wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && output.stdout.is_empty(), "{said}");
    said
}

fn kill_after(mut child: Child, wait: Duration) -> ExitStatus {
    thread::sleep(wait);
    child.kill().unwrap();
    child.wait().unwrap()
}

/// Of a run the first eighth goes by in time, before anything is sent. From there on a run is as far
/// as its requests, however busy the machine is; and a moment more, so that each stands elsewhere
/// between request and receipt.
fn kill_at(mut child: Child, server: &Server, hundredth: u32, whole: Duration) -> ExitStatus {
    if hundredth < 12 {
        return kill_after(child, whole * hundredth / 100);
    }
    let far = REQUESTS * (hundredth as usize - 12) / 88;
    while server.number() <= far && child.try_wait().unwrap().is_none() {
        thread::sleep(Duration::from_micros(200));
    }
    kill_after(child, Duration::from_micros(fastrand::u64(0..8_000)))
}

/// How long a run takes while another one runs.
fn undisturbed(tree: &Tree) -> Duration {
    let one = || {
        let (server, began) = (server(), Instant::now());
        assert_eq!(whole(&server, &server.ledger(), tree), "");
        began.elapsed()
    };
    thread::scope(|scope| {
        let runs = [scope.spawn(|| [one(), one()]), scope.spawn(|| [one(), one()])];
        runs.into_iter().flat_map(|run| run.join().unwrap()).min().unwrap()
    })
}

/// The spans that a dry run finds not delivered yet.
fn missing(server: &Server, ledger: &Path, tree: &Tree) -> usize {
    let options = ["--dry-run", "--format", "json", "-q", "--endpoint", &server.url, &tree.path()];
    stdout(upload_with(ledger, &options)).lines().count()
}

/// All has arrived, and nothing else has; what came twice was in flight at a kill.
fn check(server: &Server, expected: &BTreeSet<Vec<u8>>, what: &str) {
    let taken = server.taken();
    assert_eq!(&taken.keys().cloned().collect::<BTreeSet<_>>(), expected, "{what}");
    assert!(taken.values().all(|times| *times <= 2), "{what}: a span came three times");
    let twice = taken.values().filter(|times| **times > 1).count();
    assert!(twice <= AT_ONCE * BATCH, "{what}: {twice} spans came twice");
}

/// Looks what is recorded, which is never more than what arrived, and runs again.
fn run_again(server: &Server, tree: &Tree, expected: &BTreeSet<Vec<u8>>, what: &str) {
    let ledger = server.ledger();
    let recorded = TURNS - missing(server, &ledger, tree);
    assert!(recorded <= server.taken().len(), "{what}: {recorded} are recorded");
    assert_eq!(whole(server, &ledger, tree), "", "{what}");
    check(server, expected, what);
}

/// Runs once more, and there is nothing to do.
fn run_for_nothing(server: &Server, tree: &Tree, what: &str) {
    let number = server.number();
    assert_eq!(whole(server, &server.ledger(), tree), "", "{what}");
    assert_eq!(server.number(), number, "{what}: a third run sends something");
}

/// Does each number's work, two at once.
fn two_at_once(numbers: u32, work: impl Fn(u32) + Sync) {
    let next = AtomicU32::new(1);
    let take = || Some(next.fetch_add(1, Ordering::SeqCst)).filter(|number| *number <= numbers);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| std::iter::from_fn(take).for_each(&work));
        }
    });
}

#[test]
fn killed_at_every_hundredth_of_its_run_it_loses_nothing_and_doubles_only_what_was_in_flight() {
    let tree = sessions();
    let (expected, whole) = (all(&tree.path()), undisturbed(&tree));
    assert_eq!(expected.len(), TURNS);
    let in_the_middle = AtomicU32::new(0);
    two_at_once(99, |hundredth| {
        let server = server();
        let what = format!("killed after {hundredth} % of its run");
        let status = kill_at(spawn(&server, &server.ledger(), &tree), &server, hundredth, whole);
        let requests = server.number();
        let is_killed = status.code().is_none();
        in_the_middle.fetch_add(u32::from(is_killed && (1..REQUESTS).contains(&requests)), Ordering::SeqCst);
        run_again(&server, &tree, &expected, &what);
        if hundredth % 4 == 0 {
            run_for_nothing(&server, &tree, &what);
        }
        assert!(is_killed || server.number() == REQUESTS, "{what}: it was over, and there was more to do");
    });
    let in_the_middle = in_the_middle.into_inner();
    assert!(in_the_middle >= 66, "only {in_the_middle} of 99 kills fell between the first and the last request");
}

#[test]
fn killed_while_others_use_the_same_ledger_it_harms_nobody() {
    let tree = sessions();
    let (expected, whole_run) = (all(&tree.path()), undisturbed(&tree));
    two_at_once(12, |number| {
        let (server, other) = (server(), server());
        let ledger = server.ledger();
        let wait = whole_run * fastrand::u32(10..100) / 100;
        let what = format!("killed after {wait:?}, number {number}");
        let child = spawn(&server, &ledger, &tree);
        // One that sends elsewhere, and one that sends to the same place and leaves it to the first.
        let beside = spawn(&other, &ledger, &tree);
        let rival = spawn(&server, &ledger, &tree);
        kill_after(child, wait);
        for run in [beside, rival] {
            let output = run.wait_with_output().unwrap();
            assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
        }
        check(&other, &expected, &what);
        assert!(other.taken().values().all(|times| *times == 1), "{what}");
        assert_eq!(missing(&other, &ledger, &tree), 0, "{what}");
        run_again(&server, &tree, &expected, &what);
        run_for_nothing(&server, &tree, &what);
    });
}

#[test]
fn a_journal_that_a_killed_run_left_is_no_obstacle() {
    let tree = sessions();
    let (server, copies) = (server(), tempfile::tempdir().unwrap());
    whole(&server, &server.ledger(), &tree);
    // In the middle of a transaction, when a part of it is in the file already.
    let mut connection = Connection::open(server.ledger()).unwrap();
    connection.pragma_update(None, "cache_size", 1).unwrap();
    let transaction = connection.transaction().unwrap();
    transaction.execute("UPDATE receipt SET fate = 'rejected', span = printf('%0500d', id)", []).unwrap();
    let journal = |ledger: &Path| ledger.with_file_name("ledger.db-journal");
    let leave = |name: &str| {
        let folder = copies.path().join(name);
        fs::create_dir(&folder).unwrap();
        let ledger = folder.join("ledger.db");
        fs::copy(server.ledger(), &ledger).unwrap();
        fs::copy(journal(&server.ledger()), journal(&ledger)).unwrap();
        ledger
    };
    let (to_look, to_write, without) = (leave("look"), leave("write"), leave("without"));
    drop(transaction);
    let number = server.number();
    assert_eq!(missing(&server, &to_look, &tree), 0);
    assert!(!journal(&to_look).exists());
    assert_eq!(whole(&server, &to_write, &tree), "");
    assert_eq!(server.number(), number);
    let fates = |ledger: &Path| -> (u32, u32) {
        let query = "SELECT count(*), count(*) FILTER (WHERE fate = 'delivered') FROM receipt";
        Connection::open(ledger).unwrap().query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    };
    assert_eq!([fates(&to_look), fates(&to_write)], [(300, 300); 2]);
    // The copies were made in the middle: without its journal, one is another.
    fs::remove_file(journal(&without)).unwrap();
    let half =
        Connection::open(&without).unwrap().query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
    assert!(half.is_err() || half.unwrap() != "ok" || fates(&without) != (300, 300));
}
