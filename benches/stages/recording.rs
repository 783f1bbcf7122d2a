//! A recording as it would be had the session gone on for hours: its lines over and over, each time
//! with new ids and a day later, and texts as long as real ones.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use moda_agent::transcript::is_uuid;

/// What is put at the end of texts that are short in recordings, as it stands in JSON.
const PIECE: &str = concat!(
    r#"\n    let mut parser = Parser::new(&input);\n    match parser.next() {\n\t\tSome(token) => "#,
    r#"println!(\"{token:?} \\ {total}\"),\n\t\tNone => return Err(Error::Eof),\n    }\n// Grüße von überall: "#,
    r#"東京都, добрый день ✓\nerror[E0502]: cannot borrow `cache` as mutable, C:\\Users\\ada\\cache.rs:214:17\n"#,
    r#"\u001b[32mok\u001b[0m the test fails because a second writer holds the lock; retry once it was released, "#,
    r#"then look at the log again"#,
);
/// What such texts begin behind, and how many pieces they get, in turns: results of tools, answers and
/// thoughts, and what the recordings have blotted out, which is the client's own bookkeeping.
const SHORT: [(&str, [usize; 4]); 5] = [
    (r#""type":"tool_result","content":""#, RESULT),
    (r#""toolUseResult":{"stdout":""#, RESULT),
    (r#""model":"claude-sonnet-4-20250514","content":[{"type":"text","text":""#, [1; 4]),
    (r#""model":"claude-sonnet-4-20250514","content":[{"type":"thinking","thinking":""#, [2; 4]),
    (r#""lorem "#, [1; 4]),
];
const RESULT: [usize; 4] = [1, 4, 8, 20];
/// When all of it was recorded.
const DAY: &str = "2026-11-22T";

/// What is made of a recording.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recording {
    /// Whose.
    pub(crate) client: &'static str,
    /// How many of each of its sessions.
    pub(crate) copies: usize,
    /// How often each has its lines.
    pub(crate) rounds: usize,
}

impl Recording {
    /// Writes it below a folder.
    pub(crate) fn write(self, folder: &Path) {
        let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/recordings").join(self.client);
        let mut files = Vec::new();
        files_below(&recorded.join("projects"), &mut files);
        for file in files {
            let name = file.strip_prefix(&recorded).unwrap().to_str().unwrap();
            let text = SHORT.iter().fold(fs::read_to_string(&file).unwrap(), |text, short| lengthened(&text, *short));
            for round in 0..self.copies * self.rounds {
                let renamed = |text| renamed(text, session_of(name), round / self.rounds, round);
                append(&folder.join(renamed(name)), &renamed(&text));
            }
        }
    }
}

fn files_below(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() { files_below(&path, files) } else { files.push(path) }
    }
}

fn append(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// The session that a file of a recording belongs to.
fn session_of(name: &str) -> &str {
    name.split(['/', '\\', '.']).find(|part| is_uuid(part)).unwrap_or_default()
}

/// The text with pieces at the end of what begins behind `behind`.
fn lengthened(text: &str, (behind, pieces): (&str, [usize; 4])) -> String {
    let mut parts = text.split(behind);
    let mut long = parts.next().unwrap_or_default().to_owned();
    for (part, pieces) in parts.zip(pieces.into_iter().cycle()) {
        let (said, rest) = part.split_at(length(part));
        long.extend([behind, said, &PIECE.repeat(pieces), rest]);
    }
    long
}

/// The length of the JSON string that `text` begins with, without its quotes.
fn length(text: &str) -> usize {
    let mut is_escaped = false;
    let is_end = |letter| {
        let is_end = letter == '"' && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
        is_end
    };
    text.find(is_end).unwrap_or(text.len())
}

/// The text with the session's id made that of a copy, and all other ids and days made that of a round.
fn renamed(text: &str, session: &str, copy: usize, round: usize) -> String {
    let is_sign = |letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'));
    let rename = |piece: &str| {
        let (word, sign) = piece.split_at(piece.trim_end_matches(is_sign).len());
        renamed_word(word, if word == session { copy } else { round }) + sign
    };
    text.split_inclusive(is_sign).map(rename).collect()
}

fn renamed_word(word: &str, number: usize) -> String {
    if is_uuid(word) {
        return format!("{}{number:04x}", word.get(..32).unwrap_or_default());
    }
    match word.strip_prefix(DAY) {
        Some(hour) => format!("2026-{:02}-{:02}T{hour}", 1 + number / 28 % 12, 1 + number % 28),
        None if is_id(word) => format!("{word}{number:016}"),
        None => word.to_owned(),
    }
}

/// Whether a word is the id of a message, request, tool call or subagent.
fn is_id(word: &str) -> bool {
    let of_subagent = |id: &str| id.starts_with('a') && [7, 17].contains(&id.len()) && is_hexadecimal(id);
    ["msg_", "req_", "toolu_", "agent-"].iter().any(|kind| word.starts_with(kind)) || of_subagent(word)
}

fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
