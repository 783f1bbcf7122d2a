//! Who else may read or write a file, as Unix says it.

use std::fs::{File, Metadata};
use std::io;

/// What others than its owner may do with a file or folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Others {
    /// Read it.
    pub read: bool,
    /// Change it; of a folder, put another file in the place of one that is not theirs.
    pub write: bool,
}

/// What others may do with it.
#[cfg(unix)]
#[must_use]
pub fn others(metadata: &Metadata) -> Others {
    of_mode(std::os::unix::fs::MetadataExt::mode(metadata), metadata.is_dir())
}

/// Whether it belongs to somebody else than who runs this program.
#[cfg(unix)]
#[must_use]
pub fn is_of_another(metadata: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(metadata) != rustix::process::geteuid().as_raw()
}

/// Takes from others all that they may do with a file; says whether that was anything.
#[cfg(unix)]
pub fn make_private(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    let mut permissions = file.metadata()?.permissions();
    let mode = permissions.mode() & 0o777;
    if mode == mode & 0o700 {
        return Ok(false);
    }
    permissions.set_mode(mode & 0o700);
    file.set_permissions(permissions).map(|()| true)
}

/// A user's own files are private on Windows.
#[cfg(not(unix))]
pub fn make_private(_file: &File) -> io::Result<bool> {
    Ok(false)
}

/// Likewise.
#[cfg(not(unix))]
#[must_use]
pub fn others(_metadata: &Metadata) -> Others {
    Others::default()
}

/// Windows does not say it in these terms.
#[cfg(not(unix))]
#[must_use]
pub fn is_of_another(_metadata: &Metadata) -> bool {
    false
}

/// In a folder with the sticky bit, as `/tmp`, everybody may touch only what is theirs.
#[cfg(any(unix, test))]
fn of_mode(mode: u32, is_folder: bool) -> Others {
    let is_shared_with_care = is_folder && mode & 0o1000 != 0;
    Others { read: mode & 0o044 != 0, write: mode & 0o022 != 0 && !is_shared_with_care }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_of_group_and_others_count() {
        for (mode, is_folder, read, write) in [
            (0o100_600, false, false, false),
            (0o100_400, false, false, false),
            (0o100_640, false, true, false),
            (0o100_604, false, true, false),
            (0o100_644, false, true, false),
            (0o100_620, false, false, true),
            (0o100_602, false, false, true),
            (0o100_666, false, true, true),
            (0o101_666, false, true, true),
            (0o040_700, true, false, false),
            (0o040_755, true, true, false),
            (0o040_775, true, true, true),
            (0o041_777, true, true, false),
        ] {
            assert_eq!(of_mode(mode, is_folder), Others { read, write }, "{mode:o}");
        }
    }
}
