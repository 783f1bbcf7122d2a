//! What a first upload to a destination would send, told to who is asked whether it may.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::console::Console;
use super::numbers::{counted, grouped};
use super::printable::printable;
use super::sessions::project;
use super::style::{HEADING, styled};
use crate::session::first_characters;
use crate::span::{Content, Detail, Projection};

/// Projects that are named; of the others there is only the number.
const SHOWN: usize = 10;
/// Characters of a name that fit a line.
const NAME_CHARACTERS: usize = 90;

/// Sessions that would be sent, if somebody agrees.
#[derive(Debug, Default)]
pub struct FirstUpload {
    /// Where they go.
    pub endpoint: String,
    projects: BTreeMap<Option<String>, u64>,
    others: u64,
    kept_out: u64,
}

impl FirstUpload {
    /// To a server.
    #[must_use]
    pub fn to(endpoint: &str) -> Self {
        Self { endpoint: endpoint.to_owned(), ..Self::default() }
    }

    /// Counts a session that would be sent, by its project.
    pub fn sends(&mut self, project: Option<String>) {
        *self.projects.entry(project).or_default() += 1;
    }

    /// Counts one that is not asked for, by its project or its time.
    pub fn leaves_out(&mut self) {
        self.others += 1;
    }

    /// Counts one of a project that is kept out.
    pub fn keeps_out(&mut self) {
        self.kept_out += 1;
    }

    /// Whether there is anything to ask about. What is not asked for, as far as first lines tell, may
    /// turn out to be: a session can have been moved into another project.
    #[must_use]
    pub fn is_anything(&self) -> bool {
        self.others > 0 || !self.projects.is_empty()
    }

    /// Tells it, and asks. `home` is the user's folder.
    pub fn ask(&self, projection: &Projection, home: Option<&str>, console: &Console) {
        let heading = format!("First upload to {}, as {}", printable(&self.endpoint), projection.convention.name());
        console.line(styled(HEADING, &heading));
        self.lines(projection, home).iter().for_each(|line| console.line(line));
        console.ask(&styled(HEADING, "Upload? [y/N]"));
    }

    fn lines(&self, projection: &Projection, home: Option<&str>) -> Vec<String> {
        let mut lines = vec![format!("sessions  {}", self.sessions())];
        lines.extend(self.project_lines(home));
        if self.kept_out > 0 {
            lines.push(format!("excluded  {}", counted(self.kept_out, "session")));
        }
        lines.push(format!("content   {}", content(projection)));
        if projection.content != Content::None {
            lines.push(format!("redacted  {}", redacted(projection)));
        }
        lines
    }

    /// `19 of 3 projects`.
    fn sessions(&self) -> String {
        let sessions = self.projects.values().sum();
        if sessions == 0 {
            return "none, as far as their first lines tell".to_owned();
        }
        format!("{} of {}", grouped(sessions), counted(self.projects.len() as u64, "project"))
    }

    /// Those with the most sessions first.
    fn project_lines(&self, home: Option<&str>) -> Vec<String> {
        let mut projects: Vec<_> = self.projects.iter().collect();
        projects.sort_by_key(|(_, sessions)| Reverse(**sessions));
        let width = projects.first().map_or(0, |(_, sessions)| grouped(**sessions).len());
        let line = |(name, sessions): &(&Option<String>, &u64)| {
            format!("          {:>width$}  {}", grouped(**sessions), short(name.as_deref(), home))
        };
        let mut lines: Vec<_> = projects.iter().take(SHOWN).map(line).collect();
        if let Some(rest @ [_, ..]) = projects.get(SHOWN..) {
            let sessions = rest.iter().map(|(_, sessions)| **sessions).sum();
            let more = grouped(rest.len() as u64);
            lines.push(format!("          and {more} more, with {}", counted(sessions, "session")));
        }
        lines
    }
}

/// What of the words that go along is replaced before.
fn redacted(projection: &Projection) -> &'static str {
    if projection.redaction.replaces_secrets() {
        "secrets that are known, as [REDACTED:kind]"
    } else {
        "nothing: secrets that were pasted go along"
    }
}

/// A name that a record made up can be of any length.
fn short(name: Option<&str>, home: Option<&str>) -> String {
    let shown = project(name, home);
    let first = first_characters(&shown, NAME_CHARACTERS);
    if first.len() < shown.len() { format!("{first}…") } else { shown }
}

/// What of people's, models' and tools' words goes along.
fn content(projection: &Projection) -> &'static str {
    match (projection.content, projection.detail) {
        (Content::None, _) => "none: names, numbers and ids only",
        (Content::Full, Detail::Full) => {
            "prompts, answers, and what tools are asked and answer: files, output of commands"
        }
        (Content::Full | Content::Prompts, _) => "prompts and answers",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Convention;

    fn told(projects: &[(&str, u64)], kept_out: u64) -> Vec<String> {
        let mut first = FirstUpload::to("http://h/v1/traces");
        for (name, sessions) in projects {
            (0..*sessions).for_each(|_| first.sends(Some((*name).to_owned())));
        }
        (0..kept_out).for_each(|_| first.keeps_out());
        first.lines(&Projection::default(), Some("/home/ada"))
    }

    #[test]
    fn projects_are_told_with_their_sessions() {
        let lines = told(&[("/srv/\u{1b}[2Jfarm\n", 2), ("/home/ada/shop", 12), ("/home/ada", 2)], 3);
        let expected = [
            "sessions  16 of 3 projects",
            "          12  ~/shop",
            "           2  ~",
            "           2  /srv/\\u{1b}[2Jfarm\\n",
            "excluded  3 sessions",
            "content   prompts and answers",
            "redacted  secrets that are known, as [REDACTED:kind]",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn of_many_projects_ten_are_named() {
        let names: Vec<_> = (0..13).map(|number| format!("/p/{number:02}")).collect();
        let projects: Vec<_> = names.iter().map(|name| (name.as_str(), 2)).collect();
        let lines = told(&projects, 0);
        assert_eq!(lines[0], "sessions  26 of 13 projects");
        assert_eq!(lines[1..12].iter().filter(|line| line.contains("/p/")).count(), 10);
        assert_eq!(lines[11], "          and 3 more, with 6 sessions");
        assert!(!told(&projects[..10], 0).iter().any(|line| line.contains("more")));
    }

    #[test]
    fn a_long_name_is_cut_and_none_is_said() {
        let long = told(&[(&"x".repeat(1_000_000), 1)], 0)[1].clone();
        assert_eq!((long.chars().count(), long.ends_with("x…")), (13 + NAME_CHARACTERS + 1, true));
        assert_eq!(short(None, None), "(no project)");
    }

    #[test]
    fn what_nobody_asks_for_is_nothing_to_ask_about() {
        let mut first = FirstUpload::default();
        first.keeps_out();
        assert!(!first.is_anything());
        first.leaves_out();
        assert!(first.is_anything());
        assert_eq!(first.sessions(), "none, as far as their first lines tell");
    }

    #[test]
    fn content_is_what_the_spans_carry() {
        let tree = Convention::GenAi.default_detail();
        for (content_, detail, expected) in [
            (Content::None, tree, "none: "),
            (Content::Prompts, tree, "prompts and answers"),
            (Content::Full, tree, "prompts, answers, and what tools are asked"),
            (Content::Full, Detail::Turns, "prompts and answers"),
            (Content::None, Detail::Turns, "none: "),
        ] {
            let projection = Projection { content: content_, detail, ..Projection::default() };
            assert!(content(&projection).starts_with(expected), "{content_:?} {detail:?}");
            let lines = FirstUpload::default().lines(&projection, None);
            let says_redacted = lines.iter().any(|line| line.starts_with("redacted "));
            assert_eq!(says_redacted, content_ != Content::None, "there is nothing to redact");
        }
    }
}
