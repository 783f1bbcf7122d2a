//! The accounts for people: a table, grouped by project, and the totals.

use std::io::{self, Write};

use super::accounts::Accounts;
use super::reported::differences;
use super::row::Row;
use super::table::{Side, line, widths};
use crate::report::found::Found;
use crate::report::numbers::{counted, duration, grouped};
use crate::report::printable::printable;
use crate::report::style::{DIM, HEADING, styled};
use crate::transcript::Tokens;

const HEADINGS: [&str; 12] = [
    "started (UTC)",
    "session",
    "length",
    "client",
    "models",
    "turns",
    "requests",
    "tools",
    "agents",
    "tokens in",
    "cached",
    "tokens out",
];
const SIDES: [Side; 12] = {
    use Side::{Left, Right};
    [Left, Left, Right, Left, Left, Right, Right, Right, Right, Right, Right, Right]
};
/// How far rows stand behind their project.
const INDENT: &str = "  ";

/// Writes a table, a heading a project, and what all comes to. `home` is shown as `~`.
pub(super) fn write(output: &mut impl Write, accounts: &Accounts, home: Option<&str>) -> io::Result<()> {
    if accounts.rows.is_empty() {
        return Ok(());
    }
    let headings = HEADINGS.map(str::to_owned);
    let total = total(&accounts.totals);
    let rows: Vec<_> = accounts.rows.iter().map(|row| (row, cells_of(row))).collect();
    let widths = widths(rows.iter().map(|(_, cells)| cells).chain([&headings, &total]));
    writeln!(output, "{INDENT}{}", styled(DIM, &line(&headings, widths, SIDES)))?;
    for project in projects(&accounts.rows) {
        let rows = rows.iter().filter(|(row, _)| row.project.as_deref() == project);
        let found = rows.clone().fold(Found::default(), |sum, (row, _)| sum + row.found);
        writeln!(output, "{}  {}", styled(HEADING, &shown(project, home)), styled(DIM, &in_short(&found)))?;
        for (row, cells) in rows {
            writeln!(output, "{INDENT}{}", line(cells, widths, SIDES))?;
            notes(output, row)?;
        }
    }
    writeln!(output, "{INDENT}{}", styled(HEADING, &line(&total, widths, SIDES)))?;
    remarks(&accounts.totals).into_iter().try_for_each(|remark| writeln!(output, "{INDENT}{remark}"))
}

fn in_short(found: &Found) -> String {
    let tokens = found.all_tokens();
    let sessions = counted(found.sessions, "session");
    format!("{sessions}, {} tokens in, {} out", grouped(tokens.prompt()), grouped(tokens.output))
}

/// What the totals do not say.
fn remarks(found: &Found) -> Vec<String> {
    let mut remarks = Vec::new();
    let of_agents = found.subagent_tokens;
    if of_agents != Tokens::default() {
        let (tokens_in, tokens_out) = (grouped(of_agents.prompt()), grouped(of_agents.output));
        remarks.push(format!(
            "of these {tokens_in} tokens in and {tokens_out} out are agents', the client's own included"
        ));
    }
    if found.duplicate_requests > 0 {
        remarks.push(format!(
            "{} left out, which count where they were first",
            counted(found.duplicate_requests, "copied request")
        ));
    }
    if found.incomplete_requests > 0 {
        let requests = counted(found.incomplete_requests, "request");
        remarks.push(format!("≥ {requests} saved with the first count of the output only, which is too low"));
    }
    remarks
}

/// The projects, in the order of their oldest sessions.
fn projects(rows: &[Row]) -> Vec<Option<&str>> {
    let mut projects = Vec::new();
    for row in rows {
        if !projects.contains(&row.project.as_deref()) {
            projects.push(row.project.as_deref());
        }
    }
    projects
}

fn shown(project: Option<&str>, home: Option<&str>) -> String {
    let project = project.unwrap_or("(no project)");
    let below_home = home.and_then(|home| project.strip_prefix(home));
    let below_home = below_home.filter(|rest| rest.is_empty() || rest.starts_with(['/', '\\']));
    printable(&below_home.map_or_else(|| project.to_owned(), |rest| format!("~{rest}")))
}

fn cells_of(row: &Row) -> [String; 12] {
    let [turns, requests, tools, agents, tokens_in, cached, tokens_out] = numbers(&row.found);
    [
        row.started_at.map(|at| at.to_string().replace('T', " ").chars().take(16).collect()).unwrap_or_default(),
        printable(&row.id).chars().take(8).collect(),
        row.started_at.zip(row.ended_at).map(|(start, end)| duration(end.seconds_since(start))).unwrap_or_default(),
        row.client_versions.last().map(|version| printable(version)).unwrap_or_default(),
        models(&row.models),
        turns,
        requests,
        tools,
        agents,
        tokens_in,
        cached,
        tokens_out,
    ]
}

fn total(found: &Found) -> [String; 12] {
    let [turns, requests, tools, agents, tokens_in, cached, tokens_out] = numbers(found);
    let nothing = String::new;
    let name = format!("total of {}", grouped(found.sessions));
    [name, nothing(), nothing(), nothing(), nothing(), turns, requests, tools, agents, tokens_in, cached, tokens_out]
}

fn numbers(found: &Found) -> [String; 7] {
    let tokens = found.all_tokens();
    let at_least = if found.incomplete_requests > 0 { "≥" } else { "" };
    [
        grouped(found.turns),
        grouped(found.requests),
        grouped(found.tool_calls),
        grouped(found.subagents),
        grouped(tokens.prompt()),
        share(tokens.cache_read, tokens.prompt()),
        format!("{at_least}{}", grouped(tokens.output)),
    ]
}

/// `sonnet-4, haiku-4-5 +1`: the names without what all of them have, two of them.
fn models(models: &[String]) -> String {
    let short = |model: &String| {
        let name = model.strip_prefix("claude-").unwrap_or(model);
        let dated =
            name.rsplit_once('-').filter(|(_, date)| date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()));
        printable(dated.map_or(name, |(name, _)| name))
    };
    let named = models.iter().take(2).map(short).collect::<Vec<_>>().join(", ");
    if models.len() > 2 { format!("{named} +{}", models.len() - 2) } else { named }
}

/// `78 %`, rounded down; nothing of nothing.
fn share(part: u64, whole: u64) -> String {
    let share = u128::from(part) * 100 / u128::from(whole.max(1));
    if whole == 0 { String::new() } else { format!("{share} %") }
}

/// What a row's numbers do not say.
fn notes(output: &mut impl Write, row: &Row) -> io::Result<()> {
    let mut notes = Vec::new();
    if let Some(reported) = &row.reported {
        notes.extend(differences(reported).into_iter().map(|words| format!("the client counts {}", printable(&words))));
    }
    if row.warnings > 0 {
        notes.push(counted(row.warnings, "warning"));
    }
    for note in notes {
        writeln!(output, "{INDENT}{INDENT}{}", styled(DIM, &note))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short() {
        for (given, expected) in [
            (&["claude-sonnet-4-20250514"][..], "sonnet-4"),
            (&["claude-opus-4-5-20251101", "glm-4.6"], "opus-4-5, glm-4.6"),
            (&["a", "b", "c", "d"], "a, b +2"),
            (&[], ""),
        ] {
            let given: Vec<_> = given.iter().map(|model| (*model).to_owned()).collect();
            assert_eq!(models(&given), expected);
        }
        assert_eq!(shown(Some("/home/u/x"), Some("/home/u")), "~/x");
        assert_eq!(shown(Some("/home/user"), Some("/home/u")), "/home/user");
    }

    #[test]
    fn shares_are_of_something() {
        assert_eq!([share(1, 3), share(3, 3), share(0, 0), share(u64::MAX, u64::MAX)], ["33 %", "100 %", "", "100 %"]);
    }
}
