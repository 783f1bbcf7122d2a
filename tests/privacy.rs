//! What other users of the machine may do: nothing with the key, the settings and the ledger, and they
//! can put nothing in the place of a file that is written.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a test that is skipped says so")]

mod support;

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use support::tree::{Tree, turn};
use support::{Server, moda_agent, stderr_of, upload, upload_with};

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn who_may_read_a_key_that_is_mounted_is_for_its_owner_to_say() {
    let (server, tree, folder) = (Server::accepting(), Tree::of(1, 1), tempfile::tempdir().unwrap());
    let key = folder.path().join("key");
    fs::write(&key, "moda-key\n").unwrap();
    if chown(&key, Some(65_534), None).is_err() {
        println!("skipped: a file can be given to another user by root only");
        return;
    }
    for (open, is_taken) in [(0o444, true), (0o644, true), (0o440, true), (0o664, false), (0o646, false)] {
        set_mode(&key, open);
        let arguments = ["-q", "--endpoint", &server.url, &tree.path(), "--all", "--api-key-file"];
        let output = upload(&arguments).arg(&key).output().unwrap();
        assert_eq!(output.status.code(), Some(if is_taken { 0 } else { 2 }), "{open:o}: {output:?}");
    }
}

#[test]
fn a_key_file_is_its_owners_alone() {
    let (server, tree, folder) = (Server::accepting(), Tree::of(1, 1), tempfile::tempdir().unwrap());
    let key = folder.path().join("key");
    fs::write(&key, "moda-key\n").unwrap();
    let run = |path: &Path| {
        let mut command = upload(&["-q", "--endpoint", &server.url, &tree.path(), "--api-key-file"]);
        command.arg(path);
        command
    };
    for open in [0o644, 0o640, 0o604, 0o620, 0o602, 0o660] {
        set_mode(&key, open);
        let said = stderr_of(&mut run(&key), 2);
        assert!(
            said.contains(" the key file ") && said.contains(&format!("hint: chmod 600 {}", key.display())),
            "{said}"
        );
    }
    assert_eq!(server.number(), 0);
    let link = folder.path().join("link");
    symlink(&key, &link).unwrap();
    for private in [0o600, 0o400] {
        set_mode(&key, private);
        run(&key).assert().success().stderr("");
        run(&link).assert().success().stderr("");
    }
    // What a shell's <(...) hands over is on no disk, whoever may open the pipe.
    run(Path::new("/dev/stdin")).write_stdin("moda-key").assert().success().stderr("");
    let keys: Vec<_> =
        server.requests().iter().map(|request| request.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(keys, ["Bearer moda-key"; 5]);
    File::create(&key).unwrap().set_len(1 << 40).unwrap();
    set_mode(&key, 0o600);
    stderr_of(&mut run(&key), 2);
}

#[test]
fn settings_are_not_for_others_to_write_nor_those_with_a_key_to_read() {
    let (server, tree) = (Server::accepting(), Tree::of(1, 1));
    let secret = "header = ['x-team=a', 'Authorization=Bearer b']\n";
    for (text, mode, sentence) in [
        ("quiet = true\n", 0o644, None),
        ("quiet = true\n", 0o664, Some("Others can change the config file ")),
        ("quiet = true\n", 0o646, Some("Others can change the config file ")),
        ("this is no TOML", 0o666, Some("Others can change the config file ")),
        (secret, 0o600, None),
        (secret, 0o640, Some("Others can read the config file ")),
        (secret, 0o604, Some("Others can read the config file ")),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("moda-agent/config.toml");
        fs::create_dir(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        set_mode(&file, mode);
        let mut commands = [upload(&["--endpoint", &server.url, &tree.path()]), moda_agent()];
        commands[1].args(["sessions", &tree.path()]);
        for command in &mut commands {
            let said = stderr_of(command.env("XDG_CONFIG_HOME", folder.path()), if sentence.is_some() { 2 } else { 0 });
            assert!(said.contains(sentence.unwrap_or_default()), "{mode:o} {text}: {said}");
            assert!(!said.contains("Bearer") && said.contains("hint: chmod") == sentence.is_some(), "{said}");
        }
    }
}

/// A server, and a ledger of what it took in a folder of its own.
struct Used {
    server: Server,
    tree: Tree,
    ledger: PathBuf,
}

impl Used {
    fn new() -> Self {
        let server = Server::accepting();
        let ledger = server.ledger().with_file_name("state").join("ledger.db");
        let used = Self { server, tree: Tree::of(1, 2), ledger };
        used.run().assert().success();
        used.tree.add(0, &turn(0, 2));
        used
    }

    fn run(&self) -> Command {
        upload_with(&self.ledger, &["--endpoint", &self.server.url, &self.tree.path()])
    }

    /// The lock of its only destination.
    fn lock(&self) -> PathBuf {
        let mut files = fs::read_dir(self.ledger.parent().unwrap()).unwrap().map(|file| file.unwrap().path());
        files.find(|path| path.extension().is_some_and(|extension| extension == "lock")).unwrap()
    }

    /// Nothing is sent, and it is said why.
    fn refuses(&self, sentence: &str) {
        let number = self.server.number();
        let said = stderr_of(&mut self.run(), 2);
        assert!(said.contains(sentence) && said.contains("\nhint: "), "{sentence}: {said}");
        assert_eq!(self.server.number(), number, "{sentence}");
    }
}

#[test]
fn a_ledger_that_others_could_read_is_made_private_with_a_word() {
    let used = Used::new();
    assert_eq!([&used.ledger, &used.lock(), used.ledger.parent().unwrap()].map(mode), [0o600, 0o600, 0o700]);
    for open in [0o644, 0o666, 0o640] {
        set_mode(&used.ledger, open);
        set_mode(&used.lock(), open);
        // To look changes nothing.
        used.run().arg("--dry-run").assert().success();
        assert_eq!(mode(&used.ledger), open);
        let said = stderr_of(used.run().arg("-q"), 0);
        let word = format!("warning: {}: others could read or change it; now only you can\n", used.ledger.display());
        assert_eq!(said, word);
        assert_eq!((mode(&used.ledger), mode(&used.lock())), (0o600, 0o600));
        used.run().arg("-q").assert().success().stderr("");
    }
}

#[test]
fn links_in_the_place_of_the_ledgers_files_are_refused() {
    let used = Used::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let target = elsewhere.path().join("target");
    let journal = used.ledger.with_file_name("ledger.db-journal");
    let lock = used.lock();
    for (place, sentence) in
        [(&used.ledger, "is a symbolic link."), (&journal, "is a symbolic link."), (&lock, "it is a symbolic link.")]
    {
        let aside = place.with_extension("aside");
        let was_there = fs::rename(place, &aside).is_ok();
        for exists in [false, true] {
            if exists {
                fs::write(&target, "what somebody else wants to be lost").unwrap();
            }
            symlink(&target, place).unwrap();
            used.refuses(sentence);
            assert_eq!(target.exists(), exists, "{sentence}");
            let text = fs::read_to_string(&target).unwrap_or_default();
            assert!(!exists || text == "what somebody else wants to be lost", "{text}");
            if place != &lock {
                assert!(stderr_of(used.run().arg("--dry-run"), 2).contains(sentence));
            }
            fs::remove_file(place).unwrap();
        }
        fs::remove_file(&target).unwrap();
        if was_there {
            fs::rename(aside, place).unwrap();
        }
    }
    assert!(std::process::Command::new("mkfifo").arg(used.lock().with_extension("pipe")).status().unwrap().success());
    fs::rename(used.lock().with_extension("pipe"), &lock).unwrap();
    used.refuses("Cannot lock ");
    fs::remove_file(&lock).unwrap();
    // A folder above may be a link.
    let link = elsewhere.path().join("state");
    symlink(used.ledger.parent().unwrap(), &link).unwrap();
    let mut command = upload_with(&link.join("ledger.db"), &["--endpoint", &used.server.url, &used.tree.path()]);
    assert!(stderr_of(&mut command, 0).contains("sent      1 span in 1 request"));
}

#[test]
fn a_folder_that_others_can_write_to_is_no_place_for_a_ledger() {
    let used = Used::new();
    let folder = used.ledger.parent().unwrap();
    for open in [0o777, 0o770, 0o702] {
        set_mode(folder, open);
        used.refuses("Others can write to ");
    }
    fs::remove_file(&used.ledger).unwrap();
    used.refuses("Others can write to ");
    assert!(!used.ledger.exists());
    // In a folder like /tmp nobody can touch what is another's.
    for private in [0o1777, 0o755, 0o700] {
        set_mode(folder, private);
        used.run().assert().success();
    }
}

#[test]
fn what_belongs_to_another_user_is_left_alone() {
    let used = Used::new();
    if used.ledger.metadata().unwrap().uid() != 0 {
        return println!("skipped: only root can give files away");
    }
    let give = |path: &Path, owner| chown(path, Some(owner), None).unwrap();
    let journal = used.ledger.with_file_name("ledger.db-journal");
    File::create(&journal).unwrap().write_all(b"what somebody else wants to be rolled back").unwrap();
    for (place, sentence) in [
        (&used.ledger, "belongs to another user."),
        (&journal, "belongs to another user."),
        (&used.lock(), "it belongs to another user."),
    ] {
        give(place, 65534);
        used.refuses(sentence);
        give(place, 0);
        if place == &journal {
            fs::remove_file(place).unwrap();
        }
    }
    // To look at it is allowed, where the system allows it.
    give(&used.ledger, 65534);
    used.run().arg("--dry-run").assert().success();
    assert_eq!(mode(&used.ledger), 0o600);
    give(&used.ledger, 0);
    used.run().assert().success();
}
