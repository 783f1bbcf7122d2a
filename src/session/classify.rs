//! What a user record is: most are not a user's.
//!
//! The rules of the format's map (§6.2) in its order; the first that fits decides.

use std::borrow::Cow;

use crate::transcript::{Content, Record};

/// What a user record stands for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum UserRecord<'a> {
    /// The results of tool calls.
    ToolResult,
    /// The summary that replaces a compacted history.
    CompactSummary,
    /// A text that the client injected.
    Injected,
    /// The user stopped the turn.
    Interrupt,
    /// What a local command or a shell command printed.
    CommandOutput,
    /// Notes of an editor or a hook, with no prompt.
    Context,
    /// What starts a turn.
    Prompt(PromptKind, Cow<'a, str>),
}

/// Where a prompt came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptKind {
    /// Typed by a person or sent by a program through the SDK.
    Human,
    /// A slash command.
    Command,
    /// A shell command (`!ls`).
    Shell,
    /// Written by the client or another agent: a task notification, a teammate's message.
    Machine,
}

const INTERRUPTS: [&str; 2] = ["[Request interrupted by user]", "[Request interrupted by user for tool use]"];
const SUMMARY: &str = "This session is being continued from a previous conversation";
/// What the client saves of an empty prompt.
const NO_CONTENT: &str = "(no content)";
/// How machine prompts began before records named their origin.
const MACHINES: [&str; 8] = [
    "<task-notification>",
    "<teammate-message",
    "<cross-session-message",
    "<agent-message",
    "<channel",
    "<ci-monitor-event",
    "<tick>",
    "<goal>",
];
const OUTPUTS: [&str; 4] = ["<local-command-stdout>", "<local-command-stderr>", "<bash-stdout>", "<bash-stderr>"];
const CONTEXTS: [&str; 5] =
    ["<system-reminder>", "<ide_opened_file>", "<ide_selection>", "<ide_diagnostics>", "<session-start-hook>"];
/// How the record of a slash command begins; custom commands put the message first.
const COMMANDS: [&str; 2] = ["<command-name>", "<command-message>"];

/// Decides what a `user` record is.
pub(crate) fn classify<'a>(record: &'a Record<'_>) -> UserRecord<'a> {
    let content = &record.message.content;
    if content.blocks().iter().any(|block| block.is("tool_result")) {
        return UserRecord::ToolResult;
    }
    let first = content.texts().next().unwrap_or_default().trim_start();
    let starts = |tags: &[&str]| tags.iter().any(|tag| first.starts_with(tag));
    if record.is_compact_summary {
        UserRecord::CompactSummary
    } else if is_machine(record) {
        UserRecord::Prompt(PromptKind::Machine, joined(content))
    } else if record.is_meta {
        UserRecord::Injected
    } else if was_entered(record) {
        UserRecord::Prompt(PromptKind::Human, joined(content))
    } else if first.starts_with(SUMMARY) {
        UserRecord::CompactSummary
    } else if INTERRUPTS.contains(&first) {
        UserRecord::Interrupt
    } else if starts(&MACHINES) {
        UserRecord::Prompt(PromptKind::Machine, joined(content))
    } else if starts(&OUTPUTS) {
        UserRecord::CommandOutput
    } else if let Some(command) = shell_command(first) {
        UserRecord::Prompt(PromptKind::Shell, command)
    } else if let Some(command) = slash_command(first) {
        UserRecord::Prompt(PromptKind::Command, command)
    } else if content.texts().next().is_some() && content.texts().all(is_context) || *content == Content::Nothing {
        UserRecord::Context
    } else {
        UserRecord::Prompt(PromptKind::Human, joined(content))
    }
}

/// Who started the turn, in the words of the newest clients: `human`, `sdk`, `task_notification`, ...
pub(crate) fn turn_origin(record: &Record<'_>, kind: PromptKind) -> String {
    if let Some(origin) = record.turn_origin.as_deref().or(record.origin.kind.as_deref()) {
        return origin.replace('-', "_");
    }
    let sdk = |entrypoint: &str| entrypoint.starts_with("sdk");
    match (kind, record.prompt_source.as_deref()) {
        (PromptKind::Machine, _) => machine_of(record.message.content.texts().next().unwrap_or_default()),
        (_, Some("sdk")) => "sdk".to_owned(),
        (_, None) if record.entrypoint.as_deref().is_some_and(sdk) => "sdk".to_owned(),
        _ => "human".to_owned(),
    }
}

/// `/name args` of a slash command's envelope.
pub(crate) fn slash_command(text: &str) -> Option<Cow<'static, str>> {
    if !COMMANDS.iter().any(|tag| text.starts_with(tag)) {
        return None;
    }
    let name = tagged(text, "command-name")?.trim().trim_start_matches('/');
    let arguments = tagged(text, "command-args").unwrap_or_default().trim();
    Some(Cow::Owned(if arguments.is_empty() { format!("/{name}") } else { format!("/{name} {arguments}") }))
}

fn shell_command(text: &str) -> Option<Cow<'static, str>> {
    let command = text.starts_with("<bash-input>").then(|| tagged(text, "bash-input"))??;
    Some(Cow::Owned(format!("!{}", command.trim())))
}

/// Entered as a prompt, so that tags in it are its own. Commands, the output of commands and
/// interrupts have no source in any version.
fn was_entered(record: &Record<'_>) -> bool {
    matches!(record.prompt_source.as_deref(), Some("typed" | "sdk" | "queued" | "suggestion_accepted"))
}

fn is_machine(record: &Record<'_>) -> bool {
    record.origin.kind.as_deref().is_some_and(|kind| kind != "human")
        || record.turn_origin.as_deref().is_some_and(|origin| !matches!(origin, "human" | "sdk"))
}

/// The origin that a machine prompt's first tag names.
fn machine_of(text: &str) -> String {
    let tag = text.trim_start().trim_start_matches('<');
    let end = tag.find(|letter: char| !letter.is_ascii_alphabetic() && letter != '-').unwrap_or(tag.len());
    match tag.get(..end).unwrap_or_default() {
        "" => "machine".to_owned(),
        name => name.replace('-', "_"),
    }
}

fn is_context(text: &str) -> bool {
    CONTEXTS.iter().any(|tag| text.trim_start().starts_with(tag))
}

/// A prompt's text: the string, or the text blocks that are not context, a line each.
pub(super) fn joined<'a>(content: &'a Content<'_>) -> Cow<'a, str> {
    if let Content::Text(text) = content {
        return Cow::Borrowed(if text == NO_CONTENT { "" } else { text });
    }
    let texts: Vec<_> = content.texts().filter(|text| !is_context(text)).collect();
    match texts.as_slice() {
        [one] => Cow::Borrowed(one),
        several => Cow::Owned(several.join("\n")),
    }
}

/// What stands between `<tag>` and `</tag>`.
pub(super) fn tagged<'a>(text: &'a str, tag: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{tag}>"))?;
    rest.split_once(&format!("</{tag}>")).map(|(inner, _)| inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(fields: &str, content: &str) -> String {
        let line = format!(r#"{{"type":"user",{fields}"message":{{"role":"user","content":{content}}}}}"#);
        let record = Record::of(&line);
        match classify(&record) {
            UserRecord::Prompt(kind, text) => format!("{kind:?} {} {text}", turn_origin(&record, kind)),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn every_rule_in_its_order() {
        for (fields, content, expected) in [
            ("", r#"[{"type":"tool_result","tool_use_id":"t"},{"type":"text","text":"x"}]"#, "ToolResult"),
            (r#""isCompactSummary":true,"#, r#""lorem""#, "CompactSummary"),
            ("", r#""This session is being continued from a previous conversation that""#, "CompactSummary"),
            (r#""isMeta":true,"#, r#""Caveat: ...""#, "Injected"),
            ("", r#"[{"type":"text","text":"[Request interrupted by user]"}]"#, "Interrupt"),
            ("", r#"[{"type":"text","text":"[Request interrupted by user for tool use]"}]"#, "Interrupt"),
            (r#""origin":{"kind":"task-notification"},"#, r#""done""#, "Machine task_notification done"),
            (r#""turnOrigin":"peer","#, r#""psst""#, "Machine peer psst"),
            (
                "",
                r#""<teammate-message teammate_id=\"a\">hi</teammate-message>""#,
                "Machine teammate_message <teammate-message teammate_id=\"a\">hi</teammate-message>",
            ),
            ("", r#""<local-command-stdout>Set model</local-command-stdout>""#, "CommandOutput"),
            (
                r#""turnOrigin":"human","#,
                r#""<bash-stdout>x</bash-stdout><bash-stderr></bash-stderr>""#,
                "CommandOutput",
            ),
            ("", r#""<bash-input> echo hi\n</bash-input>""#, "Shell human !echo hi"),
            (
                "",
                r#""<command-name>/model</command-name>\n <command-message>model</command-message>\n <command-args>opus </command-args>""#,
                "Command human /model opus",
            ),
            (
                "",
                r#""<command-message>greet</command-message>\n<command-name>greet</command-name>""#,
                "Command human /greet",
            ),
            ("", r#""<system-reminder>x</system-reminder>""#, "Context"),
            (
                "",
                r#"[{"type":"text","text":"<ide_opened_file>a</ide_opened_file>"},{"type":"text","text":"fix it"}]"#,
                "Human human fix it",
            ),
            (
                r#""turnOrigin":"sdk","promptSource":"sdk","#,
                r#""<command-name>/x</command-name> typed by a program""#,
                "Human sdk <command-name>/x</command-name> typed by a program",
            ),
            (
                r#""turnOrigin":"sdk","#,
                r#""<command-message>greet</command-message>\n<command-name>/greet</command-name>\n<command-args>bob</command-args>""#,
                "Command sdk /greet bob",
            ),
            (r#""promptSource":"sdk","origin":{"kind":"task-notification"},"#, r#""x""#, "Machine task_notification x"),
            (r#""isMeta":true,"turnOrigin":"host_synthetic","#, r#""x""#, "Machine host_synthetic x"),
            (r#""entrypoint":"sdk-cli","#, r#""hello""#, "Human sdk hello"),
            ("", r#"[{"type":"image"}]"#, "Human human "),
            ("", "null", "Context"),
            ("", r#"" keep  white space\n""#, "Human human  keep  white space\n"),
        ] {
            assert_eq!(of(fields, content), expected, "{fields} {content}");
        }
    }
}
