//! How sessions become spans, as it is meant.

use regex::Regex;

use super::{Variables, home, identity};
use crate::cli::{self, SpanContent};
use crate::error::Error;
use crate::redaction::{Home, Redaction, Redactor};
use crate::span::{Content, Convention, Detail, Projection};

/// Reads the options of the spans in the light of the environment.
pub(super) fn projection(options: &SpanContent, variables: Variables<'_>) -> Result<Projection, Error> {
    let convention = convention(options);
    let detail = match options.detail {
        None => convention.default_detail(),
        Some(cli::Detail::Turns) => Detail::Turns,
        Some(cli::Detail::Full) if convention == Convention::Moda => {
            let hint = "Ask for the tree with --convention genai, openinference or claude-code.";
            return Err(Error::usage("Convention moda has one span a turn and no tree.", hint));
        }
        Some(cli::Detail::Full) => Detail::Full,
    };
    let content = match options.content {
        cli::Content::Full => Content::Full,
        cli::Content::Prompts => Content::Prompts,
        cli::Content::None => Content::None,
    };
    let redaction = redaction(options, variables)?;
    Ok(Projection { convention, detail, content, identity: identity(options, variables), redaction })
}

/// What is done about secrets and the user's folder.
fn redaction(options: &SpanContent, variables: Variables<'_>) -> Result<Redaction, Error> {
    let compiled =
        |patterns: &[String], option| patterns.iter().map(|text| pattern(text, option)).collect::<Result<Vec<_>, _>>();
    let redactor = Redactor {
        patterns: compiled(&options.redact_pattern, "--redact-pattern")?,
        allowed: compiled(&options.redact_allow, "--redact-allow")?,
        home: home(variables).filter(|_| options.path_style == cli::PathStyle::Short).as_deref().and_then(Home::new),
        keeps_secrets: options.redact == cli::Redact::Off,
    };
    let is_off = redactor.keeps_secrets && redactor.home.is_none();
    Ok(if is_off { Redaction::off() } else { Redaction::with(redactor) })
}

/// What is wrong with a pattern is said; the pattern itself can be a secret.
fn pattern(text: &str, option: &str) -> Result<Regex, Error> {
    Regex::new(text).map_err(|error| {
        let reason = match error {
            regex::Error::CompiledTooBig(_) => "it is too large",
            _ => "it is no regular expression",
        };
        let hint = "Its syntax is that of the Rust crate regex: no look-around, no back references.";
        Error::usage(format!("A pattern of {option} cannot be used: {reason}."), hint)
    })
}

/// The convention that was asked for.
pub(super) fn convention(options: &SpanContent) -> Convention {
    match options.convention {
        cli::Convention::Moda => Convention::Moda,
        cli::Convention::Genai => Convention::GenAi,
        cli::Convention::Openinference => Convention::OpenInference,
        cli::Convention::ClaudeCode => Convention::ClaudeCode,
    }
}
