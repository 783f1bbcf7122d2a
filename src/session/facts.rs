//! What a session's records say of the session as a whole.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use super::version::ClientVersion;
use super::work::SYNTHETIC;
use crate::transcript::{ModelUsage, Record, Timestamp, Tokens};

/// What is known of a session besides its turns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The working directory: where it moved to, else where it began.
    pub project: Option<String>,
    /// The working directories that it was moved from.
    pub left_folders: BTreeSet<String>,
    /// The time of its first record.
    pub started_at: Option<Timestamp>,
    /// When a user or an assistant last said something.
    pub ended_at: Option<Timestamp>,
    /// The time of the last record of its main transcript, in the order of the file: a clock that
    /// was set back makes it the smaller one.
    pub last_at: Option<Timestamp>,
    /// The models that answered, in the order of their first answers.
    pub models: Vec<String>,
    /// The client's own count of the session, from its last `cost-state`.
    pub reported: Option<ModelUsage>,
    /// What its transcripts say of the same, by model; only where there is a count to compare.
    pub used: Used,
    /// How the client was started, as its first record that says so has it: `cli`, `sdk-py`, ...
    pub entrypoint: Option<String>,
    /// Whether its history was compacted.
    pub is_compacted: bool,
    /// Records of a user or an assistant. A file without one is no session.
    pub said: u64,
    /// Whether a record said in which folder.
    has_begun: bool,
    versions: BTreeSet<(Option<ClientVersion>, String)>,
    /// The newest record's version and model: most records have the same.
    newest: [Option<String>; 2],
    known_models: HashSet<String>,
}

/// Tokens by model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Used {
    /// Of all requests that the transcripts hold. A session that `--fork-session` began goes on
    /// with the count of the one that it copies.
    pub with_copies: BTreeMap<String, Tokens>,
    /// Of those that it owns. A session that `/branch` began counts from zero.
    pub own: BTreeMap<String, Tokens>,
}

impl Facts {
    /// The versions of the clients that wrote it, the oldest first.
    pub fn client_versions(&self) -> impl Iterator<Item = &str> {
        self.versions.iter().map(|(_, version)| version.as_str())
    }

    /// The folders that it ran in.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.project.iter().chain(&self.left_folders).map(String::as_str)
    }

    /// Takes any record of the session.
    pub(super) fn take(&mut self, record: &Record<'_>) {
        match record.kind.as_deref() {
            Some("cost-state") => self.reported = Some(record.model_usage.clone()),
            Some("relocated") => self.moved(record.relocated_cwd.as_deref()),
            Some("user" | "assistant") => self.said(record),
            Some("system") => self.is_compacted |= record.subtype.as_deref() == Some("compact_boundary"),
            _ => {}
        }
        // Others may be passed over unread, and say the same.
        if record.is_said() || record.is("system") {
            self.begin(record);
        }
    }

    /// What the first record that says it says of the whole session.
    fn begin(&mut self, record: &Record<'_>) {
        if self.entrypoint.is_none() {
            self.entrypoint = record.entrypoint.clone().map(Into::into);
        }
        if !self.has_begun
            && let Some(folder) = record.cwd.as_deref()
        {
            self.has_begun = true;
            self.began_in(folder);
        }
    }

    /// It may have been moved before.
    fn began_in(&mut self, folder: &str) {
        match &self.project {
            None => self.project = Some(folder.to_owned()),
            Some(moved_to) if moved_to == folder => {}
            Some(_) => drop(self.left_folders.insert(folder.to_owned())),
        }
    }

    /// It goes on elsewhere; clients say so again and again.
    fn moved(&mut self, to: Option<&str>) {
        if let Some(to) = to.filter(|to| self.project.as_deref() != Some(to)) {
            self.left_folders.extend(self.project.replace(to.to_owned()));
        }
    }

    fn said(&mut self, record: &Record<'_>) {
        self.said += 1;
        if let Some(at) = record.timestamp() {
            self.started_at = self.started_at.or(Some(at));
            self.ended_at = self.ended_at.max(Some(at));
        }
        let model = record.message.model.as_deref().filter(|model| record.is("assistant") && *model != SYNTHETIC);
        let [newest_version, newest_model] = &mut self.newest;
        if let Some(version) = changed(newest_version, record.version.as_deref()) {
            self.versions.insert((ClientVersion::parse(&version), version));
        }
        if let Some(model) = changed(newest_model, model)
            && self.known_models.insert(model.clone())
        {
            self.models.push(model);
        }
    }
}

/// The text, if it is another than the newest.
fn changed(newest: &mut Option<String>, text: Option<&str>) -> Option<String> {
    let text = text.filter(|text| newest.as_deref() != Some(text))?;
    *newest = Some(text.to_owned());
    newest.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_folder_that_it_ran_in_is_known_and_the_last_is_its_project() {
        for (lines, expected) in [
            (&["/a", "/b"][..], "/a"),
            (&["/a", ">/b"], "/b /a"),
            (&["/a", ">/b", ">/b", "/b"], "/b /a"),
            (&["/a", ">/b", ">/c", ">/a"], "/a /a /b /c"),
            (&[">/b", "/a", "/c"], "/b /a"),
            (&[">/b", "/b"], "/b"),
            (&[], ""),
        ] {
            let mut facts = Facts::default();
            for line in lines {
                let record = match line.strip_prefix('>') {
                    Some(to) => format!(r#"{{"type":"relocated","relocatedCwd":"{to}"}}"#),
                    None => format!(r#"{{"type":"user","cwd":"{line}"}}"#),
                };
                facts.take(&Record::of(&record));
            }
            assert_eq!(facts.folders().collect::<Vec<_>>().join(" "), expected, "{lines:?}");
        }
    }
}
