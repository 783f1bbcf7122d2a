//! Folders with a file that keeps their projects out.
//!
//! A record can name any path, so a path is only looked at if it can be the folder of a session on
//! this machine, and nothing of it is opened or read: only whether there is a file of that name.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Component, Path, Prefix};

/// The file's name.
pub const IGNORE_FILE: &str = ".moda-agent-ignore";

/// The longest path that is looked at; no system of today has longer ones that are of use.
const LONGEST: usize = 4096;

/// Below it automounters have a folder for each host that somebody asks for.
const HOSTS: &str = "/net";

/// Which folders a file keeps out, each looked at once. By default nobody looks, and none is.
#[derive(Clone, Debug)]
pub struct IgnoreFiles {
    exists: fn(&Path) -> bool,
    known: RefCell<HashMap<String, bool>>,
}

impl Default for IgnoreFiles {
    fn default() -> Self {
        Self::by(|_| false)
    }
}

impl IgnoreFiles {
    /// Those on this machine.
    #[must_use]
    pub fn on_disk() -> Self {
        // Where the file is a link, that is enough: what it leads to is nobody's business.
        Self::by(|file| file.symlink_metadata().is_ok())
    }

    fn by(exists: fn(&Path) -> bool) -> Self {
        Self { exists, known: RefCell::default() }
    }

    /// Whether there is such a file in a folder or in one above it.
    pub(super) fn keep_out(&self, folder: &str) -> bool {
        if !is_looked_at(folder) {
            return false;
        }
        let exists = |folder: &Path| (self.exists)(&folder.join(IGNORE_FILE));
        let look = || Path::new(folder).ancestors().any(exists);
        *self.known.borrow_mut().entry(folder.to_owned()).or_insert_with(look)
    }
}

/// Whether a path is that of a folder on this machine, as a client writes it: whole, without a way
/// back, and on no other host, which would learn of it from a look alone.
fn is_looked_at(folder: &str) -> bool {
    let path = Path::new(folder);
    let is_plain = |part: Component<'_>| match part {
        Component::Prefix(prefix) => matches!(prefix.kind(), Prefix::Disk(_)),
        Component::ParentDir => false,
        Component::RootDir | Component::CurDir | Component::Normal(_) => true,
    };
    let is_of_host = folder.starts_with("//") || folder.starts_with("\\\\") || path.starts_with(HOSTS);
    folder.len() <= LONGEST && path.is_absolute() && !is_of_host && path.components().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    #[cfg(unix)]
    fn only_a_folder_of_this_machine_is_looked_at() {
        let long = format!("/{}", "a".repeat(LONGEST));
        for (folder, expected) in [
            ("/home/ada/shop", true),
            ("/home/ada/..shop/a.b", true),
            ("/", true),
            ("/home/ada/../bob", false),
            ("/..", false),
            ("shop", false),
            ("./shop", false),
            ("~/shop", false),
            ("", false),
            ("\\\\host\\share\\shop", false),
            ("//host/share/shop", false),
            ("C:\\Users\\ada", false),
            ("/net/host/shop", false),
            ("/network/shop", true),
            (&long, false),
        ] {
            assert_eq!(is_looked_at(folder), expected, "{folder}");
        }
    }

    #[test]
    #[cfg(windows)]
    fn only_a_folder_of_this_machine_is_looked_at() {
        for (folder, expected) in [
            ("C:\\Users\\ada\\shop", true),
            ("C:/Users/ada/shop", true),
            ("C:\\Users\\..\\bob", false),
            ("C:shop", false),
            ("\\shop", false),
            ("shop", false),
            ("\\\\host\\share\\shop", false),
            ("//host/share/shop", false),
            ("\\/host\\share\\shop", false),
            ("\\\\?\\UNC\\host\\share", false),
            ("\\\\.\\pipe\\x", false),
            ("/home/ada", false),
        ] {
            assert_eq!(is_looked_at(folder), expected, "{folder}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_file_keeps_out_its_folder_and_all_below_it() {
        let files = IgnoreFiles::by(|file| file == Path::new("/home/ada/private").join(IGNORE_FILE));
        for (folder, expected) in [
            ("/home/ada/private", true),
            ("/home/ada/private/", true),
            ("/home/ada/private/notes/2026", true),
            ("/home/ada/privateer", false),
            ("/home/ada", false),
            ("/home/ada/private/../shop", false),
        ] {
            assert_eq!(files.keep_out(folder), expected, "{folder}");
        }
        assert!(!IgnoreFiles::default().keep_out("/home/ada/private"));
    }

    #[test]
    #[cfg(unix)]
    fn each_folder_is_looked_at_once() {
        static LOOKS: AtomicU32 = AtomicU32::new(0);
        let files = IgnoreFiles::by(|_| LOOKS.fetch_add(1, Ordering::Relaxed) > 90);
        for _ in 0..3 {
            assert!(!files.keep_out("/a/b"));
        }
        assert_eq!(LOOKS.load(Ordering::Relaxed), 3, "in /a/b, /a and /");
    }
}
