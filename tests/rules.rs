//! Each rule of the format has a case in `testdata/rules`: transcripts, and the numbers that the
//! rule gives for them, worked out by hand.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

use serde_json::Value;
use support::{moda_agent, testdata, upload};

/// The numbered lists of which every item has a case: a case's name begins with both numbers.
const LISTS: [(u32, RangeInclusive<u32>); 2] = [(1, 1..=20), (12, 1..=14)];

/// The names of all cases, in order.
fn cases() -> Vec<String> {
    let entries = fs::read_dir(testdata("rules")).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    let mut names: Vec<_> = folders.map(|folder| folder.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn every_rule_has_a_case() {
    let cases = cases();
    for (section, numbers) in LISTS {
        for number in numbers {
            let prefix = format!("{section}-{number:02}-");
            assert!(cases.iter().any(|case| case.starts_with(&prefix)), "there is no case {prefix}...");
        }
    }
}

#[test]
fn every_case_is_described() {
    let description = fs::read_to_string(testdata("rules/README.md")).unwrap();
    for case in cases() {
        assert!(description.contains(&format!("| `{case}` |")), "{case} is not in README.md");
    }
}

#[test]
fn every_case_gives_the_numbers_of_its_rule() {
    let cases = cases();
    assert!(!cases.is_empty(), "there are no cases");
    let failures: Vec<_> = cases.iter().flat_map(|case| check(case)).collect();
    assert!(failures.is_empty(), "{} of {} cases:\n{}", failed(&failures), cases.len(), failures.concat());
}

/// How many cases the failures are of: each begins with its case's name.
fn failed(failures: &[String]) -> usize {
    let mut names: Vec<_> = failures.iter().filter_map(|failure| failure.split(": ").next()).collect();
    names.dedup();
    names.len()
}

/// What of a case is not as expected, a line each.
fn check(case: &str) -> Vec<String> {
    let folder = testdata("rules").join(case);
    let mut differences = Differences::default();
    match expectation(&folder) {
        Ok(expected) => compare_case(&folder.join("projects"), &expected, &mut differences),
        Err(reason) => differences.0.push(reason),
    }
    differences.0.into_iter().map(|difference| format!("{case}: {difference}\n")).collect()
}

/// A case's `expected.json`.
fn expectation(folder: &Path) -> Result<Value, String> {
    let text = fs::read(folder.join("expected.json")).map_err(|error| format!("expected.json: {error}"))?;
    serde_json::from_slice(&text).map_err(|error| format!("expected.json: {error}"))
}

fn compare_case(projects: &Path, expected: &Value, differences: &mut Differences) {
    if !projects.is_dir() {
        return differences.0.push("there is no folder projects".to_owned());
    }
    let projects = projects.display().to_string();
    let mut sessions = moda_agent();
    sessions.args(["sessions", "--format", "json", &projects]);
    if let Some(found) = printed(sessions, differences) {
        match serde_json::from_str(&found) {
            Ok(found) => compare_answer(expected, &found, differences),
            Err(error) => differences.0.push(format!("`sessions` printed no JSON ({error}): {found}")),
        }
    }
    if let Some(turns) = expected.get("turns")
        && let Some(found) = printed(upload(&["--dry-run", "--format", "json", "-q", &projects]), differences)
    {
        let found = found.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        differences.compare("turns", turns, &Value::Array(found));
    }
}

/// What a command that must succeed prints.
fn printed(mut command: assert_cmd::Command, differences: &mut Differences) -> Option<String> {
    let output = command.output().unwrap();
    if output.status.success() {
        return Some(String::from_utf8(output.stdout).unwrap());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    differences.0.push(format!("{}: {}", output.status, said.trim_end()));
    None
}

/// Sessions are known by their ids; in which order they are listed is no matter here.
fn compare_answer(expected: &Value, found: &Value, differences: &mut Differences) {
    let [wanted, listed] = [expected, found].map(|answer| answer["sessions"].as_array().cloned().unwrap_or_default());
    let id = |session: &Value| session["session_id"].clone();
    for session in &wanted {
        let path = format!("sessions[{}]", id(session));
        match listed.iter().find(|other| id(other) == id(session)) {
            Some(other) => differences.compare(&path, session, other),
            None => differences.push(&path, session, &Value::Null),
        }
    }
    for session in listed.iter().filter(|other| !wanted.iter().any(|session| id(session) == id(other))) {
        differences.push(&format!("sessions[{}]", id(session)), &Value::Null, session);
    }
    differences.compare("totals", &expected["totals"], &found["totals"]);
}

/// What differs, each with its place.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    /// Of an object every key that is expected must be there and equal; warnings must be equal as
    /// a whole, and lists as long as expected.
    fn compare(&mut self, path: &str, expected: &Value, found: &Value) {
        match (expected, found) {
            (Value::Object(keys), Value::Object(_)) if !path.ends_with(".warnings") => {
                for (key, value) in keys {
                    let found = found.get(key).unwrap_or(&Value::Null);
                    self.compare(&format!("{path}.{key}"), value, found);
                }
            }
            (Value::Array(values), Value::Array(others)) if values.len() == others.len() => {
                for (index, (value, other)) in values.iter().zip(others).enumerate() {
                    self.compare(&format!("{path}[{index}]"), value, other);
                }
            }
            _ if expected == found => {}
            _ => self.push(path, expected, found),
        }
    }

    fn push(&mut self, path: &str, expected: &Value, found: &Value) {
        self.0.push(format!("{path}: expected {expected}, found {found}"));
    }
}

#[test]
fn what_is_not_expected_is_no_difference_but_for_warnings_and_lists() {
    for (expected, found, count) in [
        (r#"{"a":1,"b":{"c":2}}"#, r#"{"a":1,"b":{"c":2,"d":3},"e":4}"#, 0),
        (r#"{"a":1,"b":{"c":2}}"#, r#"{"a":2,"b":{"c":3}}"#, 2),
        (r#"{"a":null}"#, "{}", 0),
        (r#"{"a":0}"#, "{}", 1),
        (r#"{"warnings":{}}"#, r#"{"warnings":{"link":1}}"#, 1),
        (r#"{"warnings":{"link":1}}"#, r#"{"warnings":{"link":1}}"#, 0),
        (r#"[{"a":1}]"#, r#"[{"a":1,"b":2}]"#, 0),
        ("[1]", "[1,2]", 1),
        ("[]", "[1]", 1),
    ] {
        let mut differences = Differences::default();
        let [expected, found] = [expected, found].map(|text| serde_json::from_str(text).unwrap());
        differences.compare("answer", &expected, &found);
        assert_eq!(differences.0.len(), count, "{:?}", differences.0);
    }
}

#[test]
fn a_session_too_many_and_one_too_few_are_differences() {
    let answer = |ids: &[&str]| {
        let sessions: Vec<_> = ids.iter().map(|id| serde_json::json!({"session_id": id})).collect();
        serde_json::json!({"sessions": sessions, "totals": {}})
    };
    for (expected, found, count) in
        [(&["a", "b"][..], &["b", "a"][..], 0), (&["a"], &["a", "b"], 1), (&["a", "b"], &["b"], 1), (&["a"], &["b"], 2)]
    {
        let mut differences = Differences::default();
        compare_answer(&answer(expected), &answer(found), &mut differences);
        assert_eq!(differences.0.len(), count, "{:?}", differences.0);
    }
}
