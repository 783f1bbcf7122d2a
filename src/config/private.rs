//! What holds a key is its owner's alone.

use std::fs::Metadata;
use std::path::Path;

use crate::error::Error;
use crate::files::{Others, is_of_another, others};

/// Refuses a key file that others can read or write. What comes by a pipe is on no disk; and who may read a
/// file of somebody else's is decided by that one, as OpenSSH has it for its keys: so are secrets mounted.
pub(super) fn check_key(path: &Path, found: &Metadata) -> Result<(), Error> {
    let others = others(found);
    let others = Others { read: others.read && !is_of_another(found), ..others };
    if found.is_file() { key(path, others) } else { Ok(()) }
}

/// Refuses a config file that others can write: they would say where sessions go, and with which key.
pub(super) fn check_config(path: &Path, found: &Metadata) -> Result<(), Error> {
    if found.is_file() { config(path, others(found)) } else { Ok(()) }
}

/// Refuses a config file with a key in it that others can read.
pub(super) fn check_secrets(path: &Path, found: &Metadata) -> Result<(), Error> {
    if found.is_file() { secrets(path, others(found)) } else { Ok(()) }
}

fn key(path: &Path, others: Others) -> Result<(), Error> {
    if others == Others::default() {
        return Ok(());
    }
    let (path, does) = (path.display(), if others.read { "read" } else { "change" });
    Err(Error::usage(
        format!("Others can {does} the key file {path}."),
        format!("chmod 600 {path} makes it yours alone; a secret that is mounted takes the mode 0400."),
    ))
}

fn config(path: &Path, others: Others) -> Result<(), Error> {
    if !others.write {
        return Ok(());
    }
    let path = path.display();
    let hint = format!("chmod go-w {path}; who can change it says where your sessions and your key go.");
    Err(Error::usage(format!("Others can change the config file {path}."), hint))
}

fn secrets(path: &Path, others: Others) -> Result<(), Error> {
    if !others.read {
        return Ok(());
    }
    let path = path.display();
    let hint = format!("chmod 600 {path}, or put the key into a file of its own, which api-key-file names.");
    Err(Error::usage(format!("Others can read the config file {path}, and it holds a key."), hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_for_nobody_else_and_settings_are_not_for_others_to_write() {
        let path = Path::new("f");
        for (read, write, [is_key, is_config, may_hold_keys]) in [
            (false, false, [true, true, true]),
            (true, false, [false, true, false]),
            (false, true, [false, false, true]),
            (true, true, [false, false, false]),
        ] {
            let others = Others { read, write };
            let found = [key(path, others), config(path, others), secrets(path, others)].map(|checked| checked.is_ok());
            assert_eq!(found, [is_key, is_config, may_hold_keys], "{others:?}");
        }
    }
}
