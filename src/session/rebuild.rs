//! Files to a session: reads its transcripts line by line into a builder.

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::Session;
use super::builder::Builder;
use super::copies::share_within;
use super::keep::Keep;
use super::source::{Meter, Reading, Source};
use crate::files::open_plain;
use crate::transcript::{SessionFiles, SubagentMeta};
use crate::warning::{Warning, Warnings};

/// Bytes of a sidecar file that are read; real ones have some hundred.
const LARGEST_SIDECAR: u64 = 1024 * 1024;

/// Reads and rebuilds one session. Whatever is damaged costs itself and a warning, nothing more; a
/// bug of ours costs the session, not the run.
#[must_use]
pub fn rebuild(files: &SessionFiles, meter: Meter<'_>, keep: Keep) -> (Session, Warnings) {
    rebuild_by(Reading::Fast, files, meter, keep)
}

/// As [`rebuild`], for who compares ways of reading.
#[must_use]
pub fn rebuild_by(reading: Reading, files: &SessionFiles, meter: Meter<'_>, keep: Keep) -> (Session, Warnings) {
    catch_unwind(AssertUnwindSafe(|| read_session(reading, files, meter, keep))).unwrap_or_else(|_| {
        let mut warnings = Warnings::default();
        warnings.push(Warning::Bug { session: files.id.clone() });
        (Session { id: files.id.clone(), ..Session::default() }, warnings)
    })
}

fn read_session(reading: Reading, files: &SessionFiles, meter: Meter<'_>, keep: Keep) -> (Session, Warnings) {
    let mut builder = Builder::new(files.id.clone(), files.began_at(), keep);
    let mut warnings = Warnings::default();
    for file in files.main() {
        Source { file, reading, meter }.read(&mut warnings, &mut |record| builder.take(record));
    }
    for (id, file) in files.subagents() {
        let sidecar = file.path().with_extension("meta.json");
        if let Some(bytes) = read_sidecar(&sidecar, &mut warnings) {
            match SubagentMeta::read(&bytes) {
                Ok(meta) => builder.sidechain(id).described(meta),
                Err(column) => warnings.push(Warning::DamagedLine { path: sidecar, line: 1, column }),
            }
        }
        let source = Source { file, reading, meter };
        source.read(&mut warnings, &mut |record| builder.take_of_subagent(id, record));
    }
    let mut session = builder.finish();
    share_within(&mut session);
    (session, warnings)
}

/// The bytes of a sidecar file, of which there may be none. What is no plain file is none: it
/// could never end, or lead elsewhere.
fn read_sidecar(path: &Path, warnings: &mut Warnings) -> Option<Vec<u8>> {
    let found = path.symlink_metadata().ok()?;
    if found.is_symlink() {
        warnings.push(Warning::Link { path: path.to_owned() });
    }
    if !found.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    match open_plain(path).and_then(|file| file.take(LARGEST_SIDECAR).read_to_end(&mut bytes)) {
        Ok(_) => return Some(bytes),
        Err(error) => warnings.push(Warning::unreadable(path, &error)),
    }
    None
}
