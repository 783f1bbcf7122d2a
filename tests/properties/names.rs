//! The ways to name what is in a tree.

use std::path::PathBuf;

use proptest::prelude::*;
use proptest::sample::Index;

use crate::recorded::{Recorded, Tree, entries};

/// One of them.
#[derive(Clone, Debug)]
pub struct Named {
    what: Index,
    spelling: &'static str,
}

impl Named {
    /// A transcript, a session's folder or the project folder; spelled plainly, with a detour, or
    /// through a link.
    pub fn in_tree(&self, tree: &Tree) -> PathBuf {
        let mut names = vec![String::new()];
        let mut paths = entries(&tree.path("p"));
        paths.retain(|path| path.is_dir() || path.extension().is_some_and(|ending| ending == "jsonl"));
        names.extend(paths.iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()));
        names.sort();
        tree.path(self.spelling).join(self.what.get(&names))
    }
}

pub fn named() -> impl Strategy<Value = Named> {
    let spellings: &[&str] = if cfg!(unix) { &["p", "p/../p/.", "link"] } else { &["p", "p/../p/."] };
    (any::<Index>(), proptest::sample::select(spellings)).prop_map(|(what, spelling)| Named { what, spelling })
}

/// The sessions in a folder to which a link leads.
pub fn linked(sessions: &[&Recorded]) -> Tree {
    let tree = Tree::of(sessions.iter().copied());
    #[cfg(unix)]
    std::os::unix::fs::symlink(tree.path("p"), tree.path("link")).unwrap();
    tree
}
