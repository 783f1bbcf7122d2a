//! The folder that a session began in, for who wants to know it before the session is read.
//!
//! It is not kept with the files: of thousands of sessions nobody else asks.

use std::fs::File;
use std::io::{self, Read};

use super::discover::SessionFiles;
use super::file::{FileState, rest};
use super::glance::matters;
use super::lines::Lines;
use super::salvage::read_records;

/// Bytes that are looked at: the folder stands in the first prompt, and that can be a pasted picture.
const LIMIT: u64 = 16 * 1024 * 1024;
/// Bytes read at a time: enough for most sessions.
const BLOCK: usize = 8 * 1024;

impl SessionFiles {
    /// The folder that it began in, where the first lines of its transcripts say so.
    #[must_use]
    pub fn began_in(&self) -> Option<String> {
        let files = self.main().chain(self.subagents().map(|(_, file)| file));
        let mut folders = files.filter_map(|file| file.open().and_then(first_folder).ok());
        folders.find_map(|folder| folder)
    }

    /// The name of the folder that its transcript stands in, which tells more or less the same.
    #[must_use]
    pub fn place_name(&self) -> Option<String> {
        let place = self.main().next().map(FileState::place)?;
        Some(place.parent()?.file_name()?.to_string_lossy().into_owned())
    }
}

fn first_folder(file: File) -> io::Result<Option<String>> {
    let mut lines = Lines::in_blocks_of(BLOCK, file.take(LIMIT)).asking(|file, read| rest(file.get_ref(), read));
    let mut folder = None;
    while folder.is_none()
        && let Some(line) = lines.next_line()?
    {
        if matters(line.bytes) {
            read_records(line.bytes, &mut |record| {
                folder = folder.take().or_else(|| record.cwd.as_deref().map(str::to_owned));
            });
        }
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_record_that_names_a_folder_tells() {
        let folder = tempfile::tempdir().unwrap();
        for (number, (text, expected)) in [
            ("", None),
            ("{\"type\":\"summary\"}\n", None),
            ("no json\n{\"type\":\"user\",\"cwd\":\"/a\"}\n{\"type\":\"user\",\"cwd\":\"/b\"}\n", Some("/a")),
            ("{\"type\":\"mode\"}\n{\"type\":\"user\"}\n{\"type\":\"assistant\",\"cwd\":\"/b\"}", Some("/b")),
        ]
        .into_iter()
        .enumerate()
        {
            let path = folder.path().join(number.to_string());
            std::fs::write(&path, text).unwrap();
            let files = SessionFiles::of("s", vec![FileState::at(&path)]);
            assert_eq!(files.began_in().as_deref(), expected, "{text}");
            assert_eq!(files.place_name().as_deref(), folder.path().file_name().unwrap().to_str());
        }
        assert_eq!(SessionFiles::of("s", vec![FileState::at("/no/such/file")]).began_in(), None);
    }
}
