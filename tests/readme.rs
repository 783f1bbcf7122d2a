//! The README shows what the program does.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::fs;

use support::runs::many;
use support::{Server, moda_agent, recordings, status, stdout, testdata, upload};

fn readme() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap()
}

/// The text of the `number`-th block that is fenced as `kind`.
fn block(kind: &str, number: usize) -> String {
    let readme = readme();
    let block = readme.split(&format!("```{kind}\n")).nth(number + 1).unwrap();
    block.split("```").next().unwrap().to_owned()
}

#[test]
fn the_first_two_commands_are_a_run_on_testdata_and_the_tests() {
    assert_eq!(block("sh", 0), "cargo run -- upload --dry-run testdata/recordings/live-2.1.330/projects\n");
    assert_eq!(block("sh", 1), "cargo test\n");
}

#[test]
fn its_dry_run_is_a_real_one() {
    let printed = stdout(upload(&["--dry-run", &recordings("live-2.1.330")]));
    let printed: BTreeSet<_> = printed.lines().collect();
    for line in block("text", 0).lines().filter(|line| line.trim() != "...") {
        assert!(printed.contains(line), "{line}");
    }
}

#[test]
fn its_summary_is_a_real_one() {
    let server = Server::accepting();
    let run = upload(&["--endpoint", &server.url, &recordings("live-2.1.330")]).assert().success().get_output().clone();
    let said = String::from_utf8(run.stderr).unwrap().replace(&server.url, "http://localhost:4318");
    let untimed =
        |text: &str| text.lines().map(|line| line.split(" in 0.").next().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(untimed(&said), untimed(&block("text", 1)));
}

#[test]
fn its_accounts_are_real_ones() {
    let mut command = moda_agent();
    command.args(["sessions", "--color", "never", &recordings("interactive-2.1.330")]).env("HOME", "/Users/ada");
    assert_eq!(stdout(command), block("text", 2));
}

#[test]
fn its_status_is_a_real_one() {
    let (home, server) = (tempfile::tempdir().unwrap(), Server::accepting());
    let projects = home.path().join("projects");
    fs::create_dir(&projects).unwrap();
    for entry in walkdir::WalkDir::new(recordings("live-2.1.330")).into_iter().map(Result::unwrap) {
        let to = projects.join(entry.path().strip_prefix(recordings("live-2.1.330")).unwrap());
        // New files, which nobody deletes soon.
        if entry.file_type().is_dir() {
            fs::create_dir_all(to).unwrap();
        } else {
            fs::write(to, fs::read(entry.path()).unwrap()).unwrap();
        }
    }
    let run = |arguments: &[&str]| {
        let mut command = moda_agent();
        command.env_remove("MODA_AGENT_ALL").env_remove("XDG_STATE_HOME").env("HOME", home.path());
        command.args(arguments).arg(&projects);
        stdout(command)
    };
    run(&["upload", "-q", "--endpoint", &server.url]);
    let told = run(&["status"]).replace(&server.url, "http://localhost:4318");
    let undated = |text: &str| -> Vec<_> {
        text.lines().map(|line| line.split(", the last on ").next().unwrap().to_owned()).collect()
    };
    assert_eq!(undated(&told), undated(&block("text", 3)));
}

/// What cron would mail of a run of the README's line.
#[cfg(unix)]
fn mailed(home: &std::path::Path, endpoint: &str) -> String {
    let table = block("crontab", 0);
    let line = table.lines().next().unwrap().strip_prefix("*/15 * * * *  ").unwrap();
    let program = assert_cmd::cargo::cargo_bin!("moda-agent").parent().unwrap();
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", line]).env_clear().env("HOME", home).env("MODA_BASE_URL", endpoint);
    shell.env("PATH", format!("{}:/usr/bin:/bin", program.display())).env("MODA_AGENT_RETRY_FOR", "0s");
    let output = shell.output().unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

#[cfg(unix)]
#[test]
fn its_cron_job_mails_only_where_someone_must_act() {
    let home = tempfile::tempdir().unwrap();
    let projects = home.path().join(".claude/projects");
    fs::create_dir_all(&projects).unwrap();
    for entry in fs::read_dir(many(3, 0).path()).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), projects.join(entry.file_name())).unwrap();
    }
    assert_eq!(mailed(home.path(), "http://127.0.0.1:9"), "");
    let (refusing, taking) = (Server::first(vec![|| status("401 Unauthorized")]), Server::accepting());
    let told = mailed(home.path(), &refusing.url);
    assert!(told.starts_with("error: ") && told.contains("\nhint: "), "{told}");
    assert_eq!((mailed(home.path(), &taking.url), taking.taken().len()), (String::new(), 3));
    assert_eq!((mailed(home.path(), &taking.url), taking.number()), (String::new(), 1));
}

#[test]
fn its_diff_is_a_real_one() {
    let transcript = "-Users-ada-src-shop/a3e63841-8c45-4ac4-904c-94de6e193b43.jsonl";
    let mut command = moda_agent();
    command.arg("diff").arg(testdata("recordings/live-2.1.330/otlp/setmodel.pb"));
    command.args(["--color", "never", &format!("{}/{transcript}", recordings("live-2.1.330"))]);
    let printed = command.assert().code(1).get_output().stdout.clone();
    assert_eq!(String::from_utf8(printed).unwrap(), block("text", 4));
}

#[test]
fn its_table_tells_apart_what_is_added() {
    let readme = readme();
    let (before, added) = readme.split_once("| *added to what live sends:* |").unwrap();
    for key in moda_agent::span::moda::ADDED {
        let last = key.rsplit('.').next().unwrap();
        assert!(!before.contains(&format!("| `{key}`")), "{key}");
        assert!(added.contains(&format!("| `{key}`")) || added.contains(&format!("`, `.{last}` |")), "{key}");
    }
}

#[test]
fn its_exit_codes_are_those_of_the_program() {
    let readme = readme();
    for (exit, meaning) in moda_agent::error::EXIT_CODES {
        let meaning = meaning.replace("--strict", "`--strict`");
        assert!(readme.contains(&format!("| {} | {meaning} |", exit as u8)), "{exit:?}");
    }
}

#[test]
fn its_table_names_every_attribute() {
    let readme = readme();
    let all = ["live-2.1.330", "interactive-2.1.330", "live-more-2.1.330"].map(recordings);
    let mut command = upload(&["--dry-run", "--format", "json", "-q", "--include-commands", "--user-id", "u"]);
    command.args(all);
    for line in stdout(command).split('\n').filter(|line| !line.is_empty()) {
        let turn: serde_json::Value = serde_json::from_str(line).unwrap();
        for key in turn["attributes"].as_object().unwrap().keys() {
            let parts: Vec<_> = key.split('.').collect();
            let (head, last) = (parts[..parts.len() - 1].join("."), parts[parts.len() - 1]);
            let head = if key.starts_with("llm.completions.") { "llm.completions.N".to_owned() } else { head };
            let is_alone = readme.contains(&format!("| `{key}` |")) || readme.contains(&format!("`{key}`, `."));
            let is_second = readme.contains(&format!("| `{head}.")) && readme.contains(&format!("`, `.{last}` |"));
            assert!(is_alone || is_second || readme.contains(&format!("| `{head}.{last}`")), "{key}");
        }
    }
}
