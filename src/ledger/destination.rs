//! Where spans go, as the ledger tells destinations apart.

use sha2::{Digest, Sha256};

/// A place that gets spans, in one convention, seen with one key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destination {
    /// The URL without its query, or `file:` and a path.
    pub endpoint: String,
    /// The convention of the spans.
    pub convention: String,
    /// A digest of the key and whatever else is secret; empty where there is none, [`ANY_KEY`] where
    /// it does not matter.
    pub key: String,
}

/// Who only looks may have no key: then the only one that the endpoint was ever seen with is meant.
pub const ANY_KEY: &str = "*";

impl Destination {
    /// A few letters that stand for it in a file name.
    pub(super) fn short_name(&self) -> String {
        fingerprint([self.endpoint.as_str(), &self.convention, &self.key]).chars().take(8).collect()
    }
}

/// 16 hexadecimal digits that stand for secrets and do not tell them; none for none.
#[must_use]
pub fn fingerprint<'a>(secrets: impl IntoIterator<Item = &'a str>) -> String {
    let mut secrets = secrets.into_iter().peekable();
    if secrets.peek().is_none() {
        return String::new();
    }
    let digest = secrets.fold(Sha256::new(), |digest, secret| digest.chain_update(secret).chain_update([0])).finalize();
    let first = digest.iter().take(8).fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
    format!("{first:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_apart_and_not_told() {
        assert_eq!(fingerprint([]), "");
        assert_eq!(fingerprint(["a"]).len(), 16);
        assert_ne!(fingerprint(["a"]), fingerprint(["b"]));
        assert_ne!(fingerprint(["ab", "c"]), fingerprint(["a", "bc"]));
    }
}
