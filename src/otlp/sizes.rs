//! How large a request a server takes, as far as its answers tell: pure.

/// Requests that are taken before a size that was too large is tried again.
const PROBE: u32 = 16;

/// What is known of the sizes that a server takes.
#[derive(Debug, Default)]
pub(super) struct Sizes {
    /// The smallest that was too large.
    refused: Option<usize>,
    /// The largest that was not.
    taken: Option<usize>,
    /// Requests that were taken since one was too large.
    since: u32,
}

impl Sizes {
    pub(super) fn took(&mut self, size: usize) {
        self.taken = self.taken.max(Some(size));
        self.since = self.since.saturating_add(1);
        // What was too large once need not be for ever.
        if self.since > PROBE {
            self.refused = None;
        }
    }

    pub(super) fn refused(&mut self, size: usize) {
        self.refused = Some(self.refused.map_or(size, |refused| refused.min(size)));
        self.since = 0;
    }

    /// Whether a request is larger than all that were taken, and nearer to one that was not.
    pub(super) fn is_too_large(&self, size: usize) -> bool {
        match (self.refused, self.taken) {
            (None, _) => false,
            (Some(refused), None) => size >= refused,
            (Some(refused), Some(taken)) => size > taken && size >= taken.midpoint(refused),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(refused: &[usize], taken: &[usize]) -> Sizes {
        let mut sizes = Sizes::default();
        for size in refused {
            sizes.refused(*size);
        }
        for size in taken {
            sizes.took(*size);
        }
        sizes
    }

    #[test]
    fn what_was_refused_is_not_tried_again() {
        for (refused, taken, size, expected) in [
            (&[][..], &[][..], 9, false),
            (&[], &[5], 9, false),
            (&[100, 80], &[], 80, true),
            (&[100, 80], &[], 79, false),
            (&[100], &[50], 75, true),
            (&[100], &[50], 74, false),
            // One odd span was refused: that says nothing of larger requests that were taken.
            (&[10], &[50], 50, false),
            (&[10], &[50], 51, true),
        ] {
            assert_eq!(sizes(refused, taken).is_too_large(size), expected, "{refused:?} {taken:?} {size}");
        }
    }

    #[test]
    fn a_refusal_is_forgotten_in_time_and_may_come_again() {
        let mut sizes = sizes(&[100], &[50; PROBE as usize]);
        assert!(sizes.is_too_large(100));
        sizes.took(50);
        assert!(!sizes.is_too_large(100));
        sizes.refused(100);
        assert!(sizes.is_too_large(100));
    }
}
