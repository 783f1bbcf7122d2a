//! When the spans of a tree begin and end: each within the one above it, and never the wrong way
//! round, whatever the clocks said.

use crate::session::Period;
use crate::transcript::Timestamp;

/// From when to when, in nanoseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) started_at: u64,
    /// Never before the start.
    pub(super) ended_at: u64,
}

impl Interval {
    pub(super) fn new(started_at: u64, ended_at: u64) -> Self {
        Self { started_at, ended_at: ended_at.max(started_at) }
    }

    /// Of a part of this one. What is not known begins with it and ends where it begins.
    pub(super) fn part(self, period: Period) -> Self {
        let within = |at: Timestamp| at.nanoseconds().clamp(self.started_at, self.ended_at);
        let started_at = period.started_at.map_or(self.started_at, within);
        Self::new(started_at, period.ended_at.map_or(started_at, within))
    }

    /// Of a part that goes on to its end.
    pub(super) fn rest(self, started_at: Option<Timestamp>) -> Self {
        Self { ended_at: self.ended_at, ..self.part(Period { started_at, ended_at: None }) }
    }

    /// Of what goes on in the background, which may outlast it.
    pub(super) fn offshoot(self, period: Period) -> Self {
        let [started_at, ended_at] = [period.started_at, period.ended_at].map(|at| at.map(Timestamp::nanoseconds));
        let started_at = started_at.unwrap_or(self.started_at).max(self.started_at);
        Self::new(started_at, ended_at.unwrap_or(started_at))
    }

    /// A moment of it.
    pub(super) fn moment(self, at: Option<Timestamp>) -> u64 {
        self.part(Period { started_at: at, ended_at: at }).started_at
    }

    /// Whole milliseconds.
    pub(super) fn milliseconds(self) -> u64 {
        (self.ended_at - self.started_at + 500_000) / 1_000_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(started_at: Option<u64>, ended_at: Option<u64>) -> Period {
        Period { started_at: started_at.map(Timestamp::from), ended_at: ended_at.map(Timestamp::from) }
    }

    #[test]
    fn parts_lie_within_and_offshoots_may_end_later() {
        let whole = Interval::new(10, 20);
        for (start, end, part, rest, offshoot) in [
            (Some(12), Some(15), (12, 15), (12, 20), (12, 15)),
            (Some(5), Some(30), (10, 20), (10, 20), (10, 30)),
            (Some(15), Some(12), (15, 15), (15, 20), (15, 15)),
            (Some(25), Some(30), (20, 20), (20, 20), (25, 30)),
            (Some(1), Some(2), (10, 10), (10, 20), (10, 10)),
            (None, Some(15), (10, 15), (10, 20), (10, 15)),
            (Some(12), None, (12, 12), (12, 20), (12, 12)),
            (None, None, (10, 10), (10, 20), (10, 10)),
        ] {
            let period = period(start, end);
            let found = [whole.part(period), whole.rest(period.started_at), whole.offshoot(period)];
            let expected = [part, rest, offshoot].map(|(start, end)| Interval::new(start, end));
            assert_eq!(found, expected, "{period:?}");
        }
        assert_eq!(Interval::new(9, 3), Interval { started_at: 9, ended_at: 9 });
    }
}
