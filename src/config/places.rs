//! Where the sessions are, if no path is given.

use std::path::{Path, PathBuf};

use super::Variables;

/// Where sessions are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// Whether they were named, so that they must be there.
    pub are_named: bool,
}

impl Places {
    /// The paths that were named; without one those where the client keeps its sessions:
    /// `$CLAUDE_CONFIG_DIR/projects` (several folders may be named, with commas between), else
    /// `~/.claude/projects` and `~/.config/claude/projects`, where clients of June 2025 kept them.
    #[must_use]
    pub fn new(named: &[PathBuf], variables: Variables<'_>) -> Self {
        if !named.is_empty() {
            return Self { paths: named.to_vec(), are_named: true };
        }
        let moved = variables("CLAUDE_CONFIG_DIR");
        let moved = moved.iter().flat_map(|folders| folders.split(','));
        let moved: Vec<_> = moved.map(str::trim).filter(|folder| !folder.is_empty()).map(projects_of).collect();
        let paths = if moved.is_empty() { usual(variables) } else { moved };
        Self { paths, are_named: false }
    }

    /// Those of the paths that are there, and all that were named.
    #[must_use]
    pub fn there(&self) -> Vec<PathBuf> {
        self.paths.iter().filter(|path| self.are_named || path.exists()).cloned().collect()
    }
}

fn usual(variables: Variables<'_>) -> Vec<PathBuf> {
    let home = home(variables).map(PathBuf::from);
    let config = variables("XDG_CONFIG_HOME").map(PathBuf::from).or_else(|| Some(home.as_ref()?.join(".config")));
    let folders = [home.map(|home| home.join(".claude")), config.map(|config| config.join("claude"))];
    folders.into_iter().flatten().map(|folder| folder.join("projects")).collect()
}

/// The user's folder.
#[must_use]
pub fn home(variables: Variables<'_>) -> Option<String> {
    variables("HOME").or_else(|| variables("USERPROFILE"))
}

/// Some people name the projects folder itself.
fn projects_of(folder: &str) -> PathBuf {
    let folder = Path::new(folder);
    if folder.ends_with("projects") { folder.to_owned() } else { folder.join("projects") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_decides_where_unless_a_path_is_named() {
        let no = |_: &str| None;
        let unix = |name: &str| (name == "HOME").then(|| "/home/ada".to_owned());
        let windows = |name: &str| (name == "USERPROFILE").then(|| "C:/Users/ada".to_owned());
        let moved = |name: &str| (name == "CLAUDE_CONFIG_DIR").then(|| "/a, /b/projects,".to_owned());
        let xdg = |name: &str| match name {
            "HOME" => Some("/home/ada".to_owned()),
            "XDG_CONFIG_HOME" => Some("/conf".to_owned()),
            _ => None,
        };
        let cases: [(Variables<'_>, &[&str], &[&str]); 7] = [
            (&no, &["x"], &["x"]),
            (&moved, &["x"], &["x"]),
            (&moved, &[], &["/a/projects", "/b/projects"]),
            (&unix, &[], &["/home/ada/.claude/projects", "/home/ada/.config/claude/projects"]),
            (&xdg, &[], &["/home/ada/.claude/projects", "/conf/claude/projects"]),
            (&no, &[], &[]),
            (&windows, &[], &["C:/Users/ada/.claude/projects", "C:/Users/ada/.config/claude/projects"]),
        ];
        for (variables, named, expected) in cases {
            let named: Vec<_> = named.iter().map(PathBuf::from).collect();
            let expected: Vec<_> = expected.iter().map(PathBuf::from).collect();
            let are_named = !named.is_empty();
            assert_eq!(Places::new(&named, variables), Places { paths: expected, are_named });
        }
    }
}
