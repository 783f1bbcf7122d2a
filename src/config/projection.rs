//! How sessions become spans, as it is meant.

use super::{Variables, identity};
use crate::cli::{self, SpanContent};
use crate::error::Error;
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
    Ok(Projection { convention, detail, content, identity: identity(options, variables) })
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
