//! Sessions to spans.

use divan::{Bencher, black_box_drop};
use moda_agent::span::Convention;

use crate::input::{Input, projection, turns};

const CONVENTIONS: [Convention; 4] =
    [Convention::Moda, Convention::GenAi, Convention::OpenInference, Convention::ClaudeCode];

#[divan::bench(args = CONVENTIONS)]
fn project_conversation(bencher: Bencher<'_, '_>, convention: Convention) {
    project(bencher, Input::Conversation, convention);
}

#[divan::bench(args = CONVENTIONS)]
fn project_bookkeeping(bencher: Bencher<'_, '_>, convention: Convention) {
    project(bencher, Input::Bookkeeping, convention);
}

fn project(bencher: Bencher<'_, '_>, input: Input, convention: Convention) {
    let projection = projection(convention);
    let sessions = input.tree().rebuilt(&projection);
    let spans = sessions.iter().flat_map(|session| turns(session, &projection)).flatten().count();
    input.tree().counted(bencher, spans).bench(|| {
        for session in &sessions {
            turns(session, &projection).for_each(black_box_drop);
        }
    });
}
