//! The accounts for people: a table, grouped by project, and the totals.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::account::Account;
use super::accounts::Table;
use super::cells::{self, Cells, HEADINGS, SIDES};
use super::names;
use super::reported::differences;
use super::table::{line, widths};
use crate::report::found::Found;
use crate::report::numbers::{counted, grouped};
use crate::report::style::{DIM, HEADING, styled};
use crate::transcript::Tokens;

/// How far rows stand behind their project.
const INDENT: &str = "  ";

type Line<'a> = (&'a Account, Cells);

/// Writes a table, a heading a project, and what all comes to. `home` is shown as `~`.
pub(super) fn write(output: &mut impl Write, table: &Table, home: Option<&str>) -> io::Result<()> {
    if table.rows.is_empty() {
        return Ok(());
    }
    let headings = HEADINGS.map(str::to_owned);
    let total = cells::total(&table.totals);
    let rows: Vec<_> = table.rows.iter().map(|row| (row, cells::of(row))).collect();
    let widths = widths(rows.iter().map(|(_, cells)| cells).chain([&headings, &total]));
    writeln!(output, "{INDENT}{}", styled(DIM, &line(&headings, widths, SIDES)))?;
    for (project, rows) in projects(&rows) {
        let found = rows.iter().fold(Found::default(), |sum, (row, _)| sum + row.found);
        writeln!(output, "{}  {}", styled(HEADING, &names::project(project, home)), styled(DIM, &in_short(&found)))?;
        for (row, cells) in rows {
            writeln!(output, "{INDENT}{}", line(cells, widths, SIDES))?;
            notes(row).into_iter().try_for_each(|note| writeln!(output, "{INDENT}{INDENT}{}", styled(DIM, &note)))?;
        }
    }
    writeln!(output, "{INDENT}{}", styled(HEADING, &line(&total, widths, SIDES)))?;
    remarks(&table.totals).into_iter().try_for_each(|remark| writeln!(output, "{INDENT}{remark}"))
}

/// The rows of each project, in the order of the projects' first rows.
fn projects<'a>(rows: &'a [Line<'a>]) -> Vec<(Option<&'a str>, Vec<&'a Line<'a>>)> {
    let mut projects = BTreeMap::<_, (usize, Vec<_>)>::new();
    for (place, row) in rows.iter().enumerate() {
        projects.entry(row.0.project.as_deref()).or_insert_with(|| (place, Vec::new())).1.push(row);
    }
    let mut projects: Vec<_> = projects.into_iter().collect();
    projects.sort_by_key(|(_, (place, _))| *place);
    projects.into_iter().map(|(project, (_, rows))| (project, rows)).collect()
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

/// What a row's numbers do not say.
fn notes(row: &Account) -> Vec<String> {
    let reported = row.reported.as_deref().into_iter().flat_map(differences);
    let mut notes: Vec<_> = reported.map(|words| format!("the client counts {words}")).collect();
    if row.warnings > 0 {
        notes.push(counted(row.warnings, "warning"));
    }
    notes
}
