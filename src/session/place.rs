//! Where an unanswered turn stands in its conversation.
//!
//! Clients up to 1.0.128 resumed by copying the history, with new ids and times but for the
//! requests'. A turn that was answered is known by its request; one that failed or was stopped
//! only by its place: the request before it, how many unanswered turns stand between, and its text.

use super::ClientVersion;
use super::turn::Turn;

/// From here on a copied record keeps its id and its time, or names the id of the original.
const IDS_KEPT_SINCE: ClientVersion = ClientVersion(2, 0, 0);

/// Where a turn stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The last request before it.
    after: Option<String>,
    /// Turns without a request between the two.
    between: u32,
}

impl Place {
    /// The places of a session's turns, copies included.
    pub(super) fn of_all(turns: &[Turn]) -> Vec<Self> {
        let mut place = Self::default();
        let step = |turn: &Turn| {
            let here = place.clone();
            match turn.requests.last() {
                Some(request) => place = Self { after: Some(request.id.clone()), between: 0 },
                None => place.between += 1,
            }
            here
        };
        turns.iter().map(step).collect()
    }

    /// The same in every copy; nothing where ids can be trusted, or where no request comes before.
    pub(super) fn name(&self, turn: &Turn) -> Option<String> {
        let after = self.after.as_ref().filter(|_| has_new_ids(turn))?;
        let text = turn.prompt.as_ref()?.identity();
        Some(format!("{after}\n{}\n{text}", self.between))
    }
}

/// Whether a copy of the turn would have ids and times of its own.
pub(super) fn has_new_ids(turn: &Turn) -> bool {
    let version = turn.client_version.as_deref().and_then(ClientVersion::parse);
    version.is_some_and(|version| version < IDS_KEPT_SINCE)
}
