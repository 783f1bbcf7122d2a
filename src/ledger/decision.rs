//! What is done with a turn.

use super::receipts::Fate;

/// What of that which was delivered or rejected before is sent again, with the same ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resend {
    /// Nothing.
    #[default]
    Nothing,
    /// All that is asked for.
    All,
    /// What would look otherwise now.
    Changed,
    /// What the server rejected.
    Rejected,
}

/// What is done with a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is sent.
    Send,
    /// It may still grow, and goes another time.
    Wait,
    /// It was delivered.
    Delivered,
    /// It was rejected, and goes only on request.
    Rejected,
    /// It is not asked for.
    LeftOut,
}

/// What decides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question {
    /// What became of it before.
    pub(super) fate: Option<Fate>,
    /// Whether it would look otherwise now.
    pub(super) has_changed: bool,
    /// Whether it is asked for.
    pub(super) is_wanted: bool,
    /// Whether it will not grow any more.
    pub(super) is_settled: bool,
}

pub(super) fn decide(question: Question, resend: Resend) -> Decision {
    let goes_again = match (resend, question.fate) {
        (_, None) | (Resend::All, _) | (Resend::Rejected, Some(Fate::Rejected | Fate::Unsure)) => true,
        (Resend::Changed, Some(Fate::Delivered)) => question.has_changed,
        _ => false,
    };
    match (goes_again && question.is_wanted, question.fate) {
        (true, _) if question.is_settled => Decision::Send,
        (true, _) => Decision::Wait,
        (false, None) => Decision::LeftOut,
        (false, Some(Fate::Delivered)) => Decision::Delivered,
        (false, Some(Fate::Rejected | Fate::Unsure)) => Decision::Rejected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_turn_has_one_decision() {
        use Fate::{Delivered, Rejected, Unsure};
        let new = Question { fate: None, has_changed: false, is_wanted: true, is_settled: true };
        let was = |fate| Question { fate: Some(fate), ..new };
        let changed = Question { has_changed: true, ..was(Delivered) };
        let unwanted = |question| Question { is_wanted: false, ..question };
        let growing = |question| Question { is_settled: false, ..question };
        for (question, resend, expected) in [
            (new, Resend::Nothing, Decision::Send),
            (new, Resend::Changed, Decision::Send),
            (growing(new), Resend::All, Decision::Wait),
            (unwanted(new), Resend::All, Decision::LeftOut),
            (unwanted(growing(new)), Resend::Nothing, Decision::LeftOut),
            (was(Delivered), Resend::Nothing, Decision::Delivered),
            (changed, Resend::Nothing, Decision::Delivered),
            (changed, Resend::Changed, Decision::Send),
            (growing(changed), Resend::Changed, Decision::Wait),
            (unwanted(changed), Resend::Changed, Decision::Delivered),
            (was(Delivered), Resend::Changed, Decision::Delivered),
            (was(Delivered), Resend::Rejected, Decision::Delivered),
            (was(Delivered), Resend::All, Decision::Send),
            (unwanted(was(Delivered)), Resend::All, Decision::Delivered),
            (was(Rejected), Resend::Nothing, Decision::Rejected),
            (was(Rejected), Resend::Changed, Decision::Rejected),
            (was(Rejected), Resend::Rejected, Decision::Send),
            (was(Unsure), Resend::Rejected, Decision::Send),
            (was(Unsure), Resend::Nothing, Decision::Rejected),
        ] {
            assert_eq!(decide(question, resend), expected, "{question:?} {resend:?}");
        }
    }
}
