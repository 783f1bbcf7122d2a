//! What is generated from the command line's definition and committed is current.
//!
//! `MODA_AGENT_UPDATE=1 cargo test --test generated` writes it anew.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;

use support::moda_agent;

#[test]
fn man_page_and_completions_are_current() {
    let files: [(&str, &[&str]); 6] = [
        ("man/moda-agent.1", &["man"]),
        ("completions/moda-agent.bash", &["completions", "bash"]),
        ("completions/moda-agent.elv", &["completions", "elvish"]),
        ("completions/moda-agent.fish", &["completions", "fish"]),
        ("completions/_moda-agent.ps1", &["completions", "powershell"]),
        ("completions/_moda-agent", &["completions", "zsh"]),
    ];
    let is_update = std::env::var_os("MODA_AGENT_UPDATE").is_some();
    for (file, arguments) in files {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let generated = moda_agent().args(arguments).assert().success().get_output().stdout.clone();
        if is_update {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &generated).unwrap();
        }
        let committed = fs::read(&path).unwrap_or_default();
        assert!(committed == generated, "{file} is stale: MODA_AGENT_UPDATE=1 cargo test --test generated");
    }
}
