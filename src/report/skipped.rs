//! What is not sent, and why.

use super::numbers::{counted, grouped};
use crate::ledger::{Decision, Unchanged, Verdict};

/// Turns that are not sent now, and transcripts that are not opened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Skipped {
    delivered: u64,
    rejected: u64,
    waiting: u64,
    left_out: u64,
    kept_out: u64,
    transcripts: u64,
}

impl Skipped {
    /// Counts what is not opened.
    pub(super) fn unchanged(&mut self, unchanged: Unchanged) {
        self.transcripts += unchanged.transcripts;
        self.waiting += unchanged.waiting;
        self.kept_out += unchanged.kept_out;
    }

    /// Counts the turns of a session; of one that is kept out it counts itself, and not its turns.
    pub(super) fn judge(&mut self, verdict: &Verdict<'_>) {
        self.kept_out += u64::from(verdict.is_kept_out);
        for judged in &verdict.turns {
            self.decided(judged.decision, verdict.is_kept_out);
        }
    }

    fn decided(&mut self, decision: Decision, is_kept_out: bool) {
        match decision {
            Decision::Send => {}
            Decision::LeftOut if is_kept_out => {}
            Decision::Wait => self.waiting += 1,
            Decision::Delivered => self.delivered += 1,
            Decision::Rejected => self.rejected += 1,
            Decision::LeftOut => self.left_out += 1,
        }
    }

    /// `; 12 turns were delivered before, 2 wait; 9,997 transcripts unchanged`, or nothing.
    pub(super) fn phrase(&self) -> String {
        let counts = [
            (self.delivered, "delivered before"),
            (self.rejected, "rejected before"),
            (self.waiting, "waiting to settle"),
            (self.left_out, "not asked for"),
        ];
        let counts = counts.into_iter().filter(|(number, _)| *number > 0);
        let mut parts: Vec<_> = counts.map(|(number, what)| format!("{} {what}", grouped(number))).collect();
        if self.kept_out > 0 {
            parts.push(format!("{} of excluded projects", counted(self.kept_out, "session")));
        }
        if self.transcripts > 0 {
            parts.push(format!("{} unchanged", counted(self.transcripts, "transcript")));
        }
        if parts.is_empty() { String::new() } else { format!("; {}", parts.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Judged;
    use crate::session::Turn;

    #[test]
    fn only_what_there_is_is_said() {
        let mut skipped = Skipped::default();
        skipped.decided(Decision::Send, false);
        assert_eq!(skipped.phrase(), "");
        for decision in [Decision::Wait, Decision::Delivered, Decision::Delivered] {
            skipped.decided(decision, false);
        }
        assert_eq!(skipped.phrase(), "; 2 delivered before, 1 waiting to settle");
        skipped.unchanged(Unchanged { transcripts: 9_997, waiting: 1, kept_out: 0 });
        let expected = "; 2 delivered before, 2 waiting to settle, 9,997 transcripts unchanged";
        assert_eq!(skipped.phrase(), expected);
    }

    #[test]
    fn of_a_session_that_is_kept_out_turns_are_not_counted() {
        let (mut skipped, turn, progress) = (Skipped::default(), Turn::default(), None);
        let judged = |decision| Judged { turn: &turn, key: String::new(), decision, known: None };
        let turns = [Decision::LeftOut, Decision::LeftOut, Decision::Delivered].map(judged).into();
        skipped.judge(&Verdict { turns, is_kept_out: true, progress });
        assert_eq!(skipped.phrase(), "; 1 delivered before, 1 session of excluded projects");
        skipped.unchanged(Unchanged { kept_out: 2, ..Unchanged::default() });
        assert_eq!(skipped.phrase(), "; 1 delivered before, 3 sessions of excluded projects");
    }
}
