//! When the client deletes a transcript.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// The client's default, in days.
const DEFAULT_DAYS: u64 = 30;

/// For how long the client keeps the transcripts below a projects folder after they were last
/// written: `cleanupPeriodDays` of the settings beside the folder, or above, where a part of it was
/// named.
#[must_use]
pub fn cleanup_period(path: &Path) -> Duration {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let days = whole.ancestors().filter(|folder| folder.ends_with("projects")).filter_map(Path::parent);
    let days = days.map(|folder| folder.join("settings.json")).find_map(days_in).unwrap_or(DEFAULT_DAYS);
    Duration::from_secs(days.saturating_mul(24 * 60 * 60))
}

fn days_in(settings: PathBuf) -> Option<u64> {
    let text = std::fs::read(settings).ok()?;
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
}
