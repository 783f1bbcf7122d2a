//! A ledger that cannot be used: said with a hint before anything is sent, left as it is, and
//! nothing is lost.

#![cfg(unix)] // permissions, limits and users are others elsewhere
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a test that is skipped says so")]

mod support;

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::{Command, Output};

use rusqlite::Connection;
use support::runs::{KEY, Outcome, all, ids, run, sends, taken};
use support::tree::{Tree, turn};
use support::{Server, upload_with};

/// A server that took all of a tree that grew since.
fn used() -> (Server, Tree) {
    let (server, tree) = (Server::accepting(), Tree::of(4, 40));
    assert_eq!(sends(&server, &tree.path(), &[]).0, 160);
    tree.add(0, &turn(0, 50));
    (server, tree)
}

/// A run that fails before anything is sent, says so, and leaves the ledger as it is.
fn fails(server: &Server, tree: &Tree, options: &[&str], sentence: &str) {
    let (before, number) = (fs::read(server.ledger()).ok(), server.number());
    let Outcome { code, said, .. } = run(server, options, &tree.path());
    assert_eq!((code, server.number()), (2, number), "{sentence} {options:?}\n{said}");
    let errors: Vec<_> = said.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 1, "{said}");
    assert!(errors[0].contains(sentence) && said.contains("\nhint: "), "{said}");
    assert!(fs::read(server.ledger()).ok() == before, "{sentence}: the ledger is another");
}

type Damage = fn(&Path);

#[test]
fn a_ledger_that_is_damaged_or_of_others_is_left_as_it_is() {
    let damages: [(&str, Damage); 6] = [
        ("is damaged", |ledger| fs::write(ledger, "no ledger at all, but long enough to be one".repeat(90)).unwrap()),
        ("is damaged", |ledger| fs::write(ledger, "short").unwrap()),
        ("is damaged", |ledger| {
            let file = fs::OpenOptions::new().write(true).open(ledger).unwrap();
            file.set_len(file.metadata().unwrap().len() / 2 / 4096 * 4096).unwrap();
        }),
        ("is damaged", |ledger| {
            let file = fs::OpenOptions::new().write(true).open(ledger).unwrap();
            file.set_len(file.metadata().unwrap().len() - 1).unwrap();
        }),
        ("is a database of another program.", |ledger| {
            fs::remove_file(ledger).unwrap();
            Connection::open(ledger).unwrap().execute_batch("CREATE TABLE receipt (id)").unwrap();
        }),
        ("was written by a newer version of moda-agent.", |ledger| {
            Connection::open(ledger).unwrap().pragma_update(None, "user_version", 1_000).unwrap();
        }),
    ];
    for (sentence, damage) in damages {
        let (server, tree) = used();
        damage(&server.ledger());
        for options in [&[][..], &["--dry-run"], &["--resend"]] {
            fails(&server, &tree, options, sentence);
        }
        // Moved away, as the hint says, it is no obstacle; the ids are the same.
        fs::rename(server.ledger(), server.ledger().with_extension("old")).unwrap();
        assert_eq!((sends(&server, &tree.path(), &[]).0, ids(&server)), (161, all(&tree.path())));
    }
}

#[test]
fn a_page_that_was_overwritten_is_found_or_does_no_harm() {
    let (server, tree) = used();
    let ledger = fs::read(server.ledger()).unwrap();
    let (expected, pages) = (all(&tree.path()), ledger.len() / 4096);
    let mut found = 0;
    for page in 0..pages {
        let mut damaged = ledger.clone();
        damaged[page * 4096..][..4096].fill(0xaa);
        fs::write(server.ledger(), &damaged).unwrap();
        let Outcome { code, said, .. } = run(&server, &[], &tree.path());
        let is_found = said.contains(" is damaged.\n");
        assert_eq!(code, if is_found { 2 } else { 0 }, "page {page}: {said}");
        let is_left = said.contains("hint: It was left as it is.");
        assert!(is_left || !is_found || said.contains("hint: What was sent last is not recorded."), "{said}");
        assert!(!is_left || fs::read(server.ledger()).unwrap() == damaged, "page {page} is another");
        found += usize::from(is_found);
    }
    // Most others hold what spans looked like, which only a diff reads.
    assert!(found * 3 > pages, "{found} of {pages}");
    fs::write(server.ledger(), &ledger).unwrap();
    assert_eq!(run(&server, &[], &tree.path()).code, 0);
    assert_eq!(ids(&server), expected);
}

#[test]
fn a_ledger_is_private_and_so_is_the_folder_that_is_made_for_it() {
    let (server, tree) = (Server::accepting(), Tree::of(1, 3));
    let ledger = server.ledger().with_file_name("state").join("moda-agent").join("ledger.db");
    let options = ["-q", "--endpoint", &server.url, &tree.path()];
    upload_with(&ledger, &options).assert().success().stderr("");
    let mode = |path: &Path| path.metadata().unwrap().mode() & 0o7777;
    assert_eq!((mode(&ledger), mode(ledger.parent().unwrap())), (0o600, 0o700));
    assert_eq!(mode(ledger.parent().unwrap().parent().unwrap()), 0o700);
    // What there was before is not changed.
    fs::set_permissions(ledger.parent().unwrap(), Permissions::from_mode(0o755)).unwrap();
    tree.add(0, &turn(0, 3));
    upload_with(&ledger, &options).assert().success().stderr("");
    assert_eq!((mode(&ledger), mode(ledger.parent().unwrap()), taken(&server)), (0o600, 0o755, 4));
}

#[test]
fn a_place_where_no_ledger_can_be_is_said() {
    let tree = Tree::of(1, 3);
    let server = Server::accepting();
    fs::create_dir(server.ledger()).unwrap();
    fails(&server, &tree, &[], "The ledger ");
    fs::remove_dir(server.ledger()).unwrap();
    fs::write(server.ledger(), "").unwrap();
    let below = server.ledger().join("ledger.db").display().to_string();
    fails(&server, &tree, &["--state", &below], "cannot be made: ");
    assert_eq!(sends(&server, &tree.path(), &[]).0, 3);
}

/// Where root writes to read-only places, somebody else must try.
fn as_nobody(command: &Command) -> Option<Command> {
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    let mut other = if is_root { Command::new("setpriv") } else { Command::new("env") };
    if is_root {
        other.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "--"]);
        let runs = Command::new("setpriv").args(["--reuid", "65534", "--clear-groups", "--", "true"]).status();
        runs.ok().filter(std::process::ExitStatus::success)?;
    }
    other.arg(command.get_program()).args(command.get_args()).env_clear().env("MODA_API_KEY", KEY);
    Some(other)
}

fn upload(server: &Server, ledger: &Path, tree: &Tree) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("moda-agent"));
    command.args(["upload", "--endpoint", &server.url, "--max-batch-spans", "7", "--concurrency", "2", "--state"]);
    command.arg(ledger).arg(tree.path());
    command
}

fn said(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn what_cannot_be_written_is_found_out_before_anything_is_sent() {
    let (server, tree) = (Server::accepting(), Tree::of(1, 3));
    let state = server.ledger().parent().unwrap().to_owned();
    let is_open = |folder: &Path, is_open| {
        fs::set_permissions(folder, Permissions::from_mode(if is_open { 0o755 } else { 0o555 })).unwrap();
    };
    is_open(Path::new(&tree.path()), true);
    is_open(&state, false);
    let Some(mut command) = as_nobody(&upload(&server, &server.ledger(), &tree)) else {
        return println!("skipped: setpriv cannot make anybody else of root");
    };
    let (code, words) = said(&command.output().unwrap());
    is_open(&state, true);
    assert_eq!((code, server.number()), (Some(2), 0), "{words}");
    assert!(
        words.contains("cannot be made: Permission denied") && words.contains("\nhint: Make it and its"),
        "{words}"
    );
    // A ledger that is there, and cannot be written.
    assert_eq!(sends(&server, &tree.path(), &[]).0, 3);
    tree.add(0, &turn(0, 3));
    fs::set_permissions(server.ledger(), Permissions::from_mode(0o400)).unwrap();
    let ours = server.ledger().metadata().unwrap().uid();
    let owner = if ours == 0 { 65534 } else { ours };
    for file in fs::read_dir(&state).unwrap() {
        chown(file.unwrap().path(), Some(owner), None).unwrap();
    }
    is_open(&state, false);
    let (before, number) = (fs::read(server.ledger()).unwrap(), server.number());
    let (code, words) = said(&command.output().unwrap());
    assert_eq!((code, server.number()), (Some(2), number), "{words}");
    assert!(words.contains("cannot be written") && words.contains("\nhint: Make it and its"), "{words}");
    assert!(fs::read(server.ledger()).unwrap() == before);
    // To look at it is allowed.
    let mut looks =
        as_nobody(upload(&server, &server.ledger(), &tree).args(["--dry-run", "--format", "json", "-q"])).unwrap();
    let output = looks.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output).1);
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 1);
    is_open(&state, true);
}

/// A run that may make no file larger than so many kilobytes.
fn limited(server: &Server, tree: &Tree, kilobytes: u32) -> Output {
    let script = r#"trap "" XFSZ; ulimit -f $(($0 * 2)); exec "$@""#;
    in_shell(&["sh", "-c", script, &kilobytes.to_string()], &upload(server, &server.ledger(), tree))
}

/// A run with a disk of so many kilobytes under the ledger.
fn on_small_disk(server: &Server, tree: &Tree, kilobytes: u32) -> Output {
    let small = server.ledger().with_file_name("small");
    fs::create_dir_all(&small).unwrap();
    let script = r#"mount -t tmpfs -o size="$0"k none "$1" && small=$1 && shift && "$@"
        code=$?; cp "$small"/ledger.db* "$small/.."; exit $code"#;
    let shell = ["unshare", "-rm", "sh", "-c", script, &kilobytes.to_string(), &small.display().to_string()];
    in_shell(&shell, &upload(server, &small.join("ledger.db"), tree))
}

fn in_shell(shell: &[&str], command: &Command) -> Output {
    let mut run = Command::new(shell[0]);
    run.args(&shell[1..]).arg(command.get_program()).args(command.get_args());
    run.env_clear().env("PATH", env!("PATH")).env("MODA_API_KEY", KEY).output().unwrap()
}

/// Runs with too little room, then with enough: all arrives, and what comes twice was in flight.
/// Says how it ended with too little.
fn runs_out_of_room(run: impl Fn(&Server, &Tree) -> Output, tree: &Tree, sentence: &str) -> i32 {
    let server = Server::accepting();
    let (code, words) = said(&run(&server, tree));
    let code = code.unwrap();
    assert!(words.contains(sentence) && words.contains("\nhint: "), "{words}");
    assert!(if code == 2 { server.number() == 0 } else { code == 4 && server.number() > 0 }, "{code} {words}");
    sends(&server, &tree.path(), &[]);
    assert_eq!(ids(&server), all(&tree.path()), "{words}");
    let twice = server.taken().values().filter(|times| **times > 1).count();
    assert!(twice <= 2 * 7 && server.taken().values().all(|times| *times <= 2), "{twice} came twice\n{words}");
    code
}

#[test]
fn a_disk_that_is_full_loses_nothing_and_doubles_only_what_was_in_flight() {
    let tree = Tree::of(6, 50);
    let codes = |kilobytes: &[u32], run: fn(&Server, &Tree, u32) -> Output, sentence| -> Vec<i32> {
        let ends = |most| runs_out_of_room(|server, tree| run(server, tree, most), &tree, sentence);
        kilobytes.iter().map(|most| ends(*most)).collect()
    };
    assert_eq!(codes(&[0, 1, 4, 20, 50, 65, 80, 100], limited, "cannot be used: "), [2, 2, 2, 2, 4, 4, 4, 4]);
    let can_mount = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).status();
    if !can_mount.is_ok_and(|status| status.success()) {
        return println!("skipped in part: nobody but root can make a small disk here");
    }
    let found = codes(&[4, 20, 60, 100, 120, 140], on_small_disk, "cannot be written: the disk is full.");
    assert_eq!(found, [2, 2, 2, 4, 4, 4]);
}
