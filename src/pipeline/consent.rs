//! The first upload to a destination is a decision: on a terminal a person sees what would go where,
//! and is asked.

use crate::ask::{answer, means_yes};
use crate::config::{OutputSettings, Settings};
use crate::error::{Error, Exit};
use crate::ledger::{Ledger, Plan, Wanted};
use crate::otlp::shown;
use crate::report::{FirstUpload, UploadReport};
use crate::stop::Stop;
use crate::transcript::SessionFiles;

const HOW: &str =
    "Answer y, or give --yes, to upload; --dry-run shows what would be sent, --exclude keeps projects out.";

/// Asks, where that is to be decided. An error where the answer is no, of which the exit code is that
/// of a run that is done.
pub(super) fn agree(
    settings: &Settings,
    plan: &Plan,
    ledger: &Ledger,
    report: &UploadReport,
    stop: &Stop,
) -> Result<(), Error> {
    let OutputSettings::Http(http) = &settings.output else { return Ok(()) };
    if !is_to_be_decided(settings.yes, ledger.has_receipts(), report.console.can_ask()) {
        return Ok(());
    }
    let mut first = FirstUpload::to(shown(&http.url));
    plan.read.iter().for_each(|files| count(files, &settings.wanted, &mut first));
    if !first.is_anything() {
        return Ok(());
    }
    first.ask(&settings.projection, settings.home.as_deref(), &report.console);
    decided(answer(stop), report)
}

/// A program cannot answer, and who was asked once is not asked again.
fn is_to_be_decided(says_yes: bool, was_sent_to: bool, can_ask: bool) -> bool {
    can_ask && !says_yes && !was_sent_to
}

fn count(files: &SessionFiles, wanted: &Wanted, first: &mut FirstUpload) {
    let selection = &wanted.selection;
    if !selection.takes_session(&files.id) {
        return;
    }
    let is_in_time = selection.may_hold(files.began_at(), files.touched());
    let project = files.began_in();
    if project.as_deref().is_some_and(|project| selection.kept_out.holds(project)) {
        first.keeps_out();
    } else if is_in_time && selection.names_project(project.as_deref()) {
        first.sends(project.or_else(|| files.place_name()));
    } else {
        first.leaves_out();
    }
}

fn decided(answer: Result<String, Exit>, report: &UploadReport) -> Result<(), Error> {
    // Who typed no line left the cursor behind the question.
    if !answer.as_ref().is_ok_and(|answer| answer.ends_with('\n')) {
        report.console.line("");
    }
    match answer {
        Ok(answer) if means_yes(&answer) => Ok(()),
        Ok(_) => {
            report.console.note("Nothing was sent.", HOW);
            Err(Error::new(Exit::Done, "Nothing was sent.", HOW))
        }
        Err(exit) => Err(Error::new(exit, "Interrupted: nothing was sent.", HOW)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_person_who_was_not_asked_yet_is_asked() {
        for (says_yes, was_sent_to, can_ask, expected) in [
            (false, false, true, true),
            (true, false, true, false),
            (false, true, true, false),
            (false, false, false, false),
            (true, true, false, false),
        ] {
            assert_eq!(is_to_be_decided(says_yes, was_sent_to, can_ask), expected);
        }
    }
}
