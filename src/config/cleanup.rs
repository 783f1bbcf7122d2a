//! When the client deletes a transcript.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use crate::files::open_plain;

/// The client's default, in days.
const DEFAULT_DAYS: u64 = 30;

/// Bytes of the settings that are read; real ones have some thousand.
const LARGEST: u64 = 1024 * 1024;

/// For how long the client keeps the transcripts below a projects folder after they were last
/// written: `cleanupPeriodDays` of the settings beside the folder, or above, where a part of it was
/// named.
#[must_use]
pub fn cleanup_period(path: &Path) -> Duration {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let days = whole.ancestors().filter(|folder| folder.ends_with("projects")).filter_map(Path::parent);
    let days =
        days.map(|folder| folder.join("settings.json")).find_map(|settings| days_in(&settings)).unwrap_or(DEFAULT_DAYS);
    Duration::from_secs(days.saturating_mul(24 * 60 * 60))
}

/// Some keep the file elsewhere and link to it; what is no plain file says nothing.
fn days_in(settings: &Path) -> Option<u64> {
    let mut text = Vec::new();
    open_plain(&settings.canonicalize().ok()?).ok()?.take(LARGEST).read_to_end(&mut text).ok()?;
    let settings: serde_json::Value = serde_json::from_slice(&text).ok()?;
    settings.get("cleanupPeriodDays")?.as_u64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clients_settings_say_it_or_thirty_days() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("projects/-home-ada-shop");
        std::fs::create_dir_all(&project).unwrap();
        for (settings, expected) in [
            (None, 30),
            (Some(r#"{"cleanupPeriodDays":90,"model":"x"}"#), 90),
            (Some(r#"{"cleanupPeriodDays":"soon"}"#), 30),
            (Some("{"), 30),
        ] {
            if let Some(settings) = settings {
                std::fs::write(folder.path().join("settings.json"), settings).unwrap();
            }
            for path in [&project, &folder.path().join("projects")] {
                assert_eq!(cleanup_period(path).as_secs(), expected * 86_400, "{settings:?}");
            }
        }
        assert_eq!(cleanup_period(Path::new("/no/such/place")).as_secs(), 30 * 86_400);
    }

    #[cfg(unix)]
    #[test]
    fn settings_that_never_end_say_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (projects, settings) = (folder.path().join("projects"), folder.path().join("settings.json"));
        std::fs::create_dir(&projects).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&settings).status().unwrap().success());
        assert_eq!(cleanup_period(&projects).as_secs(), 30 * 86_400);
        std::fs::remove_file(&settings).unwrap();
        std::fs::File::create(&settings).unwrap().set_len(1 << 40).unwrap();
        assert_eq!(cleanup_period(&projects).as_secs(), 30 * 86_400);
        std::fs::remove_file(&settings).unwrap();
        std::fs::write(folder.path().join("elsewhere"), r#"{"cleanupPeriodDays":90}"#).unwrap();
        std::os::unix::fs::symlink("elsewhere", &settings).unwrap();
        assert_eq!(cleanup_period(&projects).as_secs(), 90 * 86_400);
    }
}
