//! The client's own count of a session: the `cost-state` record (since 2.1.245).

use serde::de::MapAccess;
use std::collections::BTreeMap;

use super::lenient::{Any, Key, Lenient, object};
use super::number::{Excess, Number};
use super::usage::Tokens;

object! {
    /// What one model used.
    pub struct ModelTokens {
        /// Prompt tokens outside the cache.
        input: Number = b"inputTokens",
        /// Prompt tokens written to the cache.
        cache_creation: Number = b"cacheCreationInputTokens",
        /// Prompt tokens read from the cache.
        cache_read: Number = b"cacheReadInputTokens",
        /// Generated tokens.
        output: Number = b"outputTokens",
    }
}

/// Tokens by model: all that a session used so far, its subagents, compactions and the client's
/// own background requests included. A model's context size (`claude-opus-5[1m]`) is left out of
/// its name, as in assistant records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelUsage(pub BTreeMap<String, Tokens>, Excess);

/// Models that are counted one by one: no session has used as many.
const MOST: usize = 1_000;

impl<'de> Lenient<'de> for ModelUsage {
    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        let (mut models, mut excess) = (BTreeMap::<_, Tokens>::new(), Excess::default());
        while let Some((Key(name), Any(tokens))) = object.next_entry::<Key<'de>, Any<ModelTokens<'de>>>()? {
            let name = String::from_utf8_lossy(&name);
            let name = name.split('[').next().unwrap_or_default();
            excess = excess | tokens.excess();
            if models.len() < MOST || models.contains_key(name) {
                *models.entry(name.to_owned()).or_default() += (&tokens).into();
            } else {
                excess.parts = true;
            }
        }
        Ok(Self(models, excess))
    }
    fn excess(&self) -> Excess {
        self.1
    }
}

impl From<&ModelTokens<'_>> for Tokens {
    fn from(tokens: &ModelTokens<'_>) -> Self {
        let ModelTokens { input, cache_creation, cache_read, output, .. } = *tokens;
        Self {
            input: input.get(),
            cache_creation: cache_creation.get(),
            cache_read: cache_read.get(),
            output: output.get(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::Record;

    #[test]
    fn one_model_in_two_context_sizes_is_one_model() {
        let record = Record::of(
            r#"{"type":"cost-state","modelUsage":{"m":{"inputTokens":1,"outputTokens":2,"costUSD":0.5},
                "m[1m]":{"inputTokens":10,"cacheReadInputTokens":30},"n":7}}"#,
        );
        let m = Tokens { input: 11, output: 2, cache_read: 30, cache_creation: 0 };
        let expected = [("m".to_owned(), m), ("n".to_owned(), Tokens::default())];
        assert_eq!(record.model_usage, ModelUsage(expected.into(), Excess::default()));
    }
}
