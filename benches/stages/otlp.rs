//! Spans to batches.

use std::sync::Arc;

use divan::{Bencher, black_box_drop};
use moda_agent::otlp::{Batcher, Limits, Protocol};
use moda_agent::span::{Convention, Resource, Span};

use crate::input::{Input, projection, turns};

const PROTOCOLS: [Protocol; 2] = [Protocol::Json, Protocol::Protobuf];
/// Those of a run if nobody says more.
const LIMITS: Limits = Limits { spans: 512, bytes: 4 * 1024 * 1024 };

/// One span a turn.
#[divan::bench(args = PROTOCOLS)]
fn encode_turns(bencher: Bencher<'_, '_>, protocol: Protocol) {
    encode(bencher, protocol, Convention::Moda);
}

/// Spans of requests, tools and subagents, too.
#[divan::bench(args = PROTOCOLS)]
fn encode_trees(bencher: Bencher<'_, '_>, protocol: Protocol) {
    encode(bencher, protocol, Convention::GenAi);
}

fn encode(bencher: Bencher<'_, '_>, protocol: Protocol, convention: Convention) {
    let tree = Input::Conversation.tree();
    let projection = projection(convention);
    let spans = |session| turns(session, &projection).flatten().collect();
    let rebuilt = tree.rebuilt(&projection);
    let sessions: Vec<(Arc<str>, Vec<Span>)> =
        rebuilt.iter().map(|session| (session.id.as_str().into(), spans(session))).collect();
    let items = sessions.iter().map(|(_, spans)| spans.len()).sum();
    tree.counted(bencher, items).bench(|| {
        let mut batcher = Batcher::new(protocol, &Resource::default(), LIMITS);
        for (session, spans) in &sessions {
            for span in spans {
                black_box_drop(batcher.push(span, session));
            }
        }
        batcher.flush()
    });
}
