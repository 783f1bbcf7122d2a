//! What is not sent, and why.

use super::numbers::{counted, grouped};
use crate::ledger::{Decision, Unchanged};

/// Turns that are not sent now, and transcripts that are not opened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Skipped {
    delivered: u64,
    rejected: u64,
    waiting: u64,
    left_out: u64,
    transcripts: u64,
}

impl Skipped {
    /// Counts what is not opened.
    pub(super) fn unchanged(&mut self, unchanged: Unchanged) {
        self.transcripts += unchanged.transcripts;
        self.waiting += unchanged.waiting;
    }

    /// Counts a turn.
    pub(super) fn judge(&mut self, decision: Decision) {
        match decision {
            Decision::Send => {}
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
        if self.transcripts > 0 {
            parts.push(format!("{} unchanged", counted(self.transcripts, "transcript")));
        }
        if parts.is_empty() { String::new() } else { format!("; {}", parts.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_there_is_is_said() {
        let mut skipped = Skipped::default();
        skipped.judge(Decision::Send);
        assert_eq!(skipped.phrase(), "");
        for decision in [Decision::Wait, Decision::Delivered, Decision::Delivered] {
            skipped.judge(decision);
        }
        assert_eq!(skipped.phrase(), "; 2 delivered before, 1 waiting to settle");
        skipped.unchanged(Unchanged { transcripts: 9_997, waiting: 1 });
        let expected = "; 2 delivered before, 2 waiting to settle, 9,997 transcripts unchanged";
        assert_eq!(skipped.phrase(), expected);
    }
}
