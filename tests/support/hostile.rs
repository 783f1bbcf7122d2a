//! Transcripts of somebody who means harm to the terminal that they are shown on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

/// Colours that are none of ours, a title, a cursor that is moved, a line that is taken back, a line
/// that is not said by us, text from right to left, and what nobody sees.
pub const HARM: &str = "\u{1b}[7m\u{1b}]0;t\u{7}\u{9b}2J\u{8}\u{7f}\r\nerror: \t\u{85}\u{200b}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2066}\u{2069}\u{feff}\u{61c}\u{fff9}\u{e0041}";

/// What our own styles, and clap's, switch on and off.
const STYLES: [&str; 7] =
    ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[4m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m"];

/// Whose values decide what a record is.
const STRUCTURE: [&str; 6] = ["type", "subtype", "role", "timestamp", "kind", "commandMode"];

/// A folder of projects that were recorded, with harm in every text of every record and in the names
/// of folders and files.
pub fn tree(recordings: &[&str], is_before: bool) -> tempfile::TempDir {
    tree_with(recordings, &|text| if is_before { text.insert_str(0, HARM) } else { text.push_str(HARM) })
}

/// What is done to a text.
pub type Change<'a> = &'a dyn Fn(&mut String);

/// The same with something else done to every text.
pub fn tree_with(recordings: &[&str], change: Change<'_>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (number, name) in recordings.iter().enumerate() {
        let from = super::testdata(&format!("recordings/{name}/projects"));
        copy(&from, &folder.path().join(format!("{number}{HARM}")), change);
    }
    folder
}

fn copy(from: &Path, to: &Path, change: Change<'_>) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        match path.extension().and_then(|extension| extension.to_str()) {
            _ if path.is_dir() => copy(&path, &to.join(named(name)), change),
            Some("jsonl" | "json") => fs::write(to.join(named(name)), harmed(&path, change)).unwrap(),
            _ => {}
        }
    }
}

/// Subagents stay beside their sidecars, and sessions' folders beside their sessions.
fn named(name: &str) -> String {
    let rest = name.strip_prefix("agent-");
    rest.map_or_else(
        || if name.starts_with('-') { format!("{name}{HARM}") } else { name.to_owned() },
        |id| format!("agent-{HARM}{id}"),
    )
}

fn harmed(path: &Path, change: Change<'_>) -> String {
    let text = fs::read_to_string(path).unwrap();
    let line = |line: &str| {
        let Ok(mut value) = serde_json::from_str(line) else { return format!("{line}\n") };
        harm(&mut value, change);
        format!("{value}\n")
    };
    text.lines().map(line).collect()
}

fn harm(value: &mut Value, change: Change<'_>) {
    match value {
        Value::String(text) => change(text),
        Value::Array(values) => values.iter_mut().for_each(|value| harm(value, change)),
        Value::Object(object) => {
            let fields = object.iter_mut().filter(|(key, _)| !STRUCTURE.contains(&key.as_str()));
            fields.for_each(|(_, value)| harm(value, change));
            if let Some(models) = object.get_mut("modelUsage").and_then(Value::as_object_mut) {
                *models =
                    std::mem::take(models).into_iter().map(|(name, used)| (HARM.to_owned() + &name, used)).collect();
            }
        }
        _ => {}
    }
}

/// All that a run printed, for which no terminal does anything but show it.
pub fn is_harmless(output: &Output, what: &str) -> String {
    let printed = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    let printed = String::from_utf8(printed).unwrap();
    let plain = STYLES.iter().fold(printed, |text, style| text.replace(style, ""));
    let obeyed = plain.lines().find(|line| line.contains(is_obeyed));
    assert_eq!(obeyed, None, "{what}");
    assert!(!plain.lines().any(|line| line.starts_with("error: \\t")), "{what}: a line is forged");
    plain
}

fn is_obeyed(letter: char) -> bool {
    letter.is_control() || HARM.contains(letter) && !letter.is_ascii()
}

/// The first transcript below a folder.
pub fn first_file(folder: &Path) -> PathBuf {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let file = entries.iter().find(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    file.cloned().unwrap_or_else(|| first_file(entries.iter().find(|path| path.is_dir()).unwrap()))
}
