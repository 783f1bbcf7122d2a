//! What holds of trees, whatever is in the transcripts.

use std::collections::{HashMap, HashSet};

use moda_agent::span::{Convention, Span, Value};
use moda_agent::transcript::Tokens;

use crate::run::Run;

/// The conventions that have trees.
pub const TREES: [Convention; 3] = [Convention::GenAi, Convention::OpenInference, Convention::ClaudeCode];

/// Checks the trees of a run.
pub fn check(run: &Run) {
    // In the client's own convention subagents have no span: these turns have one.
    let with_agents: HashSet<_> = run
        .trees(Convention::GenAi)
        .iter()
        .filter(|tree| tree.iter().any(is_agent))
        .map(|tree| tree[0].trace_id)
        .collect();
    for convention in TREES {
        let trees = run.trees(convention);
        let mut ids = HashSet::new();
        for tree in &trees {
            let is_free = |span: &Span| match convention {
                Convention::ClaudeCode => with_agents.contains(&tree[0].trace_id),
                _ => is_agent(span),
            };
            check_tree(tree, &is_free);
            for span in tree {
                assert!(span.trace_id.0 != [0; 16] && span.span_id.0 != [0; 8], "an id is zero");
                assert!(ids.insert(span.span_id), "two spans have the id {}", span.span_id);
            }
        }
        let traces: HashSet<_> = trees.iter().map(|tree| tree[0].trace_id).collect();
        assert_eq!(traces.len(), trees.len(), "two turns have one trace");
        let total = run.totals().tokens;
        // OTLP holds no more; a damaged count can be as large.
        let is_held = i64::try_from(total.prompt().max(total.output)).is_ok();
        if convention != Convention::ClaudeCode && is_held {
            assert_eq!(counted(&trees), total, "tokens are lost in {}", convention.name());
        }
    }
}

/// One root, every parent before its children and around them but for what may outlast it, keys once.
fn check_tree(tree: &[Span], may_outlast: &dyn Fn(&Span) -> bool) {
    let mut above = HashMap::<_, &Span>::new();
    for span in tree {
        assert_eq!(span.trace_id, tree[0].trace_id, "a tree has two traces");
        assert_eq!(span.parent_id.is_none(), above.is_empty(), "a tree has not one root");
        assert!(span.ended_at >= span.started_at, "a span ends before it starts");
        if let Some(parent) = span.parent_id {
            assert!(above.contains_key(&parent), "{} stands before the one above it", span.name);
            let parent = above[&parent];
            assert!(span.started_at >= parent.started_at, "{} starts before {}", span.name, parent.name);
            assert!(span.ended_at <= parent.ended_at || may_outlast(span), "{} outlasts {}", span.name, parent.name);
        }
        let keys: HashSet<_> = span.attributes.iter().map(|attribute| &attribute.key).collect();
        assert_eq!(keys.len(), span.attributes.len(), "an attribute of {} stands twice", span.name);
        for event in &span.events {
            assert!((span.started_at..=span.ended_at).contains(&event.at), "{} is not in its span", event.name);
        }
        above.insert(span.span_id, span);
    }
}

/// A subagent in the background may end after all that stands above it.
fn is_agent(span: &Span) -> bool {
    span.attributes.iter().any(|attribute| attribute.key == "gen_ai.agent.id")
}

/// What a backend adds up: the tokens of models.
fn counted(trees: &[Vec<Span>]) -> Tokens {
    let count = |span: &Span, keys: [&str; 2]| {
        let value = span.attributes.iter().find(|attribute| keys.contains(&attribute.key.as_str()));
        match value.map(|attribute| &attribute.value) {
            Some(Value::Int(count)) => u64::try_from(*count).unwrap(),
            _ => 0,
        }
    };
    let of = |span: &Span| {
        let prompt = count(span, ["gen_ai.usage.input_tokens", "llm.token_count.prompt"]);
        let cache_read =
            count(span, ["gen_ai.usage.cache_read.input_tokens", "llm.token_count.prompt_details.cache_read"]);
        let cache_creation =
            count(span, ["gen_ai.usage.cache_creation.input_tokens", "llm.token_count.prompt_details.cache_write"]);
        let output = count(span, ["gen_ai.usage.output_tokens", "llm.token_count.completion"]);
        let input = prompt.saturating_sub(cache_read).saturating_sub(cache_creation);
        Tokens { input, cache_creation, cache_read, output }
    };
    trees.iter().flatten().map(of).sum()
}
