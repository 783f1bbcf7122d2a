//! What the records of a request say of its tokens, and whether that can be believed.
//!
//! A response is saved block by block while it streams. Some clients saved with every block the
//! counts of the stream's first event: input and cache are right then, output is not (1 to 50
//! instead of hundreds), and nothing in the transcript tells the true number.

use super::version::ClientVersion;
use crate::transcript::{Block, Escaped, Message, Tokens};

/// From here on a response that ended has a stop reason on its last line (measured: of 1,570
/// messages all but two have one, and these were cut).
const STOP_REASONS_SINCE: ClientVersion = ClientVersion(2, 1, 53);
/// Clients that saved nothing but first counts: in 251 messages of samples and 57 recorded ones.
const FIRST_COUNTS: [ClientVersion; 2] = [ClientVersion(2, 1, 12), ClientVersion(2, 1, 29)];
/// First counts are up to 10 nearly always, and up to 50. Of 1,500 messages of other clients
/// without a stop reason all with more have up to 6 bytes of content a token, as complete ones
/// have; of those up to 10 all have more than that but one, up to 19,805.
const FIRST_COUNT: u64 = 10;
const LARGEST_FIRST_COUNT: u64 = 50;
/// Bytes of content a token, in nineteen of twenty complete messages at the most.
const BYTES_PER_TOKEN: u64 = 3;

/// What the records of a request say of its tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SavedUsage {
    /// The largest of the records' usages, taken whole.
    pub tokens: Tokens,
    /// Whether any record has a stop reason.
    pub has_ended: bool,
    /// Whether the records differ in output: the stream's later counts were saved.
    has_grown: bool,
    client: Option<ClientVersion>,
    /// Bytes of what was generated, as far as it was saved.
    content: u64,
    /// Of the output the tokens of thinking, where the client saved them.
    reasoning: Option<u64>,
}

impl SavedUsage {
    /// What one record says.
    pub(super) fn of(message: &Message<'_>, client: Option<&str>) -> Self {
        Self {
            tokens: message.usage.as_ref().map(|usage| usage.as_ref().into()).unwrap_or_default(),
            has_ended: message.stop_reason.is_some(),
            has_grown: false,
            client: client.and_then(ClientVersion::parse),
            content: 0,
            reasoning: message
                .usage
                .as_ref()
                .map(|usage| usage.output_details.thinking_tokens.get())
                .filter(|count| *count > 0),
        }
    }

    /// Of the output the tokens of thinking, where the client saved them (since 2.1.236).
    #[must_use]
    pub fn reasoning(&self) -> Option<u64> {
        self.reasoning
    }

    /// Adds the content of a record.
    pub(super) fn generated(&mut self, blocks: &[Block<'_>]) {
        let of_text = |text: &Option<Escaped<'_>>| text.as_ref().map_or(0, Escaped::len);
        let bytes = blocks.iter().map(|block| of_text(&block.text) + of_text(&block.thinking) + block.input.len());
        self.content += bytes.sum::<usize>() as u64;
    }

    /// What two records, or two copies, of a request say together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let outputs = [self.tokens.output, other.tokens.output];
        Self {
            tokens: self.tokens.largest(other.tokens),
            has_ended: self.has_ended || other.has_ended,
            // A fork can zero its copies; that is no growth.
            has_grown: self.has_grown || other.has_grown || (outputs[0] != outputs[1] && !outputs.contains(&0)),
            client: self.client.or(other.client),
            content: self.content.max(other.content),
            reasoning: self.reasoning.max(other.reasoning),
        }
    }

    /// Whether the output is the true one, not the stream's first count.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        match self.client {
            // A fork zeroes what it copies.
            _ if self.tokens.output == 0 && self.content > 0 => false,
            _ if self.has_ended => true,
            Some(client) if client >= STOP_REASONS_SINCE => false,
            Some(client) if (FIRST_COUNTS[0]..=FIRST_COUNTS[1]).contains(&client) => false,
            _ => self.has_grown || self.is_plausible(),
        }
    }

    /// Whether the output can be that of the content.
    fn is_plausible(&self) -> bool {
        let is_enough = self.content <= self.tokens.output.saturating_mul(BYTES_PER_TOKEN);
        let output = self.tokens.output;
        output > LARGEST_FIRST_COUNT || (output > FIRST_COUNT && is_enough)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::Record;

    fn saved(client: &str, stop_reason: &str, outputs: &[u64]) -> SavedUsage {
        let parts = outputs.iter().map(|output| {
            let usage = format!(r#"{{"input_tokens":7,"output_tokens":{output}}}"#);
            let content = r#"[{"type":"text","text":"Some hundred bytes of text that a model may well have made of twenty to thirty tokens, more or less."}]"#;
            let line = format!(r#"{{"message":{{"usage":{usage},"stop_reason":{stop_reason},"content":{content}}}}}"#);
            let message = Record::of(&line).message;
            let mut saved = SavedUsage::of(&message, Some(client));
            saved.generated(message.content.blocks());
            saved
        });
        parts.reduce(SavedUsage::and).unwrap()
    }

    #[test]
    fn a_first_count_is_not_passed_off_as_the_output() {
        let (no, tool_use) = ("null", r#""tool_use""#);
        for (client, stop_reason, outputs, output, is_complete) in [
            ("2.1.330", tool_use, &[300, 300][..], 300, true),
            ("2.1.330", tool_use, &[2], 2, true),
            ("2.1.330", tool_use, &[0], 0, false),
            ("2.1.330", no, &[300], 300, false),
            ("2.1.69", no, &[4, 30], 30, false),
            ("2.1.21", no, &[120], 120, false),
            ("2.1.40", no, &[4, 494], 494, true),
            ("2.1.40", no, &[4, 4], 4, false),
            ("2.1.40", no, &[51], 51, true),
            ("1.0.128", no, &[33], 33, false),
            ("1.0.128", no, &[50], 50, true),
            ("1.0.128", no, &[729], 729, true),
            ("1.0.128", no, &[0, 4], 4, false),
            ("unknown", no, &[8], 8, false),
        ] {
            let saved = saved(client, stop_reason, outputs);
            assert_eq!((saved.tokens.output, saved.is_complete()), (output, is_complete), "{client} {outputs:?}");
        }
    }
}
