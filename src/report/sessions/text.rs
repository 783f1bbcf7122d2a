//! The accounts for people: a table, grouped by project, and the totals.

use std::io::Write;

use super::account::Account;
use super::accounts::Table;
use super::cells::{self, Cells, HEADINGS, SIDES};
use super::lines::Lines;
use super::names;
use super::overview::{Overview, Project};
use super::reported::differences;
use super::table::line;
use crate::error::Error;
use crate::report::found::Found;
use crate::report::numbers::{counted, grouped};
use crate::report::style::{DIM, HEADING, styled};
use crate::transcript::Tokens;

/// How far rows stand behind their project.
const INDENT: &str = "  ";

/// Writes a table, a heading a project, and what all comes to. `home` is shown as `~`. The accounts are
/// read twice: a column is as wide as its widest cell.
pub(super) fn write(output: &mut Lines<impl Write>, table: &Table, home: Option<&str>) -> Result<(), Error> {
    let Overview { projects, total, widths } = Overview::of(table)?;
    if projects.is_empty() {
        return Ok(());
    }
    let row = |cells: &Cells| line(cells, widths, SIDES);
    output.line(&format!("{INDENT}{}", styled(DIM, &row(&HEADINGS.map(str::to_owned)))))?;
    for Project { name, found, numbers } in projects {
        let name = names::project(name.as_deref(), home);
        output.line(&format!("{}  {}", styled(HEADING, &name), styled(DIM, &in_short(&found))))?;
        for account in table.accounts_of(numbers) {
            let account = account?;
            output.line(&format!("{INDENT}{}", row(&cells::of(&account))))?;
            let mut notes = notes(&account).into_iter();
            notes.try_for_each(|note| output.line(&format!("{INDENT}{INDENT}{}", styled(DIM, &note))))?;
        }
    }
    output.line(&format!("{INDENT}{}", styled(HEADING, &row(&cells::total(&total)))))?;
    remarks(&total).into_iter().try_for_each(|remark| output.line(&format!("{INDENT}{remark}")))
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
    let reported = row.reported.iter().flat_map(differences);
    let mut notes: Vec<_> = reported.map(|words| format!("the client counts {words}")).collect();
    if row.warnings > 0 {
        notes.push(counted(row.warnings, "warning"));
    }
    notes
}
