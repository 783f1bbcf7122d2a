//! Opening what must be a plain file: a pipe in its place may never say anything, and a link leads
//! to who knows where.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens a plain file to read.
pub fn open_plain(path: &Path) -> io::Result<File> {
    open_plainly(OpenOptions::new().read(true), path)
}

/// Opens a plain file in the way that is asked for.
pub fn open_plainly(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let file = plainly(options).open(path).map_err(named)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("it is no plain file")) }
}

/// Options that follow no link at the end of a path, and do not wait for the other end of a pipe.
#[cfg(unix)]
fn plainly(options: &mut OpenOptions) -> &mut OpenOptions {
    use rustix::fs::OFlags;
    let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or_default();
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags)
}

/// The system calls a link one of too many.
#[cfg(unix)]
fn named(error: io::Error) -> io::Error {
    let is_link = rustix::io::Errno::from_io_error(&error) == Some(rustix::io::Errno::LOOP);
    if is_link { io::Error::other("it is a symbolic link") } else { error }
}

/// Windows lets only administrators make links, and has no pipes among its files.
#[cfg(not(unix))]
fn plainly(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(not(unix))]
fn named(error: io::Error) -> io::Error {
    error
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn only_a_plain_file_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let [file, link, pipe] = ["file", "link", "pipe"].map(|name| folder.path().join(name));
        std::fs::write(&file, "x").unwrap();
        symlink(&file, &link).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for (path, expected) in [
            (file.as_path(), None),
            (&link, Some("it is a symbolic link")),
            (&pipe, Some("it is no plain file")),
            (folder.path(), Some("it is no plain file")),
            (Path::new("/dev/zero"), Some("it is no plain file")),
            (Path::new("/no/such/file"), Some("No such file or directory (os error 2)")),
        ] {
            assert_eq!(open_plain(path).err().map(|error| error.to_string()).as_deref(), expected, "{path:?}");
        }
    }
}
