//! What was said to a model and by it, as messages with roles and parts, whatever the convention.
//!
//! A request is told with what is new since the one before it in its chain: the whole conversation
//! would be told again with every request, and stands in the requests before.

use std::borrow::Cow;
use std::collections::HashMap;

use super::projection::Content;
use super::scene::Scene;
use crate::session::{Excerpt, Input, Part, Period, Request, Subagent, ToolCall, Turn};

/// Characters of all messages of an attribute: Moda's ingest takes 100 kB a message.
const ALL_CHARACTERS: usize = 60_000;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub(super) role: Role,
    pub(super) parts: Vec<Said<'a>>,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    User,
    Assistant,
    Tool,
}

impl Role {
    pub(super) fn name(self) -> &'static str {
        match self {
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::Tool => "tool",
        }
    }
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said<'a> {
    /// To the other side.
    Text(Cow<'a, str>),
    /// To itself.
    Thinking(Cow<'a, str>),
    /// A tool is called.
    Call { id: Cow<'a, str>, name: Cow<'a, str>, arguments: Option<Cow<'a, str>> },
    /// A tool answered.
    Result { id: Cow<'a, str>, result: Option<Cow<'a, str>> },
}

/// The calls of a turn, by whose they are and their ids: some gateways give an id several times.
#[derive(Debug, Default)]
pub(super) struct Calls<'a>(HashMap<(&'a str, &'a str), Vec<&'a ToolCall>>);

impl<'a> Calls<'a> {
    pub(super) fn of(turn: &'a Turn) -> Self {
        let agents = turn.subagents.iter().chain(&turn.unlaunched);
        let of_agents = agents.flat_map(|agent| agent.tool_calls.iter().map(move |call| (Some(agent), call)));
        let mut calls = Self::default();
        for (agent, call) in turn.tool_calls.iter().map(|call| (None, call)).chain(of_agents) {
            calls.0.entry((whose(agent), &call.id)).or_default().push(call);
        }
        calls
    }

    /// The call that a request made.
    fn made(&self, agent: Option<&Subagent>, id: &str, request: &Request) -> Option<&'a ToolCall> {
        self.0.get(&(whose(agent), id))?.iter().find(|call| call.request_id == request.id).copied()
    }

    /// The call of which a request that began then got the result.
    fn answered(&self, agent: Option<&Subagent>, id: &str, began: &Period) -> Option<&'a ToolCall> {
        let same = self.0.get(&(whose(agent), id))?;
        same.iter().rfind(|call| call.period.started_at <= began.started_at).or(same.last()).copied()
    }
}

fn whose(agent: Option<&Subagent>) -> &str {
    agent.map(|agent| agent.id.as_str()).unwrap_or_default()
}

/// What is still to be told of an attribute's texts.
struct Budget(usize);

impl Budget {
    fn take<'a>(&mut self, excerpt: &'a Excerpt) -> Cow<'a, str> {
        let text = excerpt.beginning(self.0);
        self.0 = self.0.saturating_sub(text.chars().count());
        text
    }

    /// The text, if all of it still fits.
    fn take_whole<'a>(&mut self, excerpt: &'a Excerpt) -> Option<Cow<'a, str>> {
        let left = self.0.checked_sub(excerpt.chars().count())?;
        self.0 = left;
        Some(Cow::Borrowed(excerpt.as_str()))
    }
}

/// What a request of that period was told, whether it was answered or not. Results follow the calls that they answer, so that a reader sees whose
/// they are.
pub(super) fn input<'a>(
    scene: &Scene<'a>,
    agent: Option<&'a Subagent>,
    (inputs, period): (&'a [Input], &Period),
    calls: &Calls<'a>,
) -> Vec<Message<'a>> {
    if !tells_chain(scene, agent) {
        return Vec::new();
    }
    let all = scene.tells(Content::Full);
    let mut budget = Budget(ALL_CHARACTERS);
    let mut messages = Vec::new();
    let answered: Vec<_> = inputs.iter().filter_map(|input| called(agent, input, period, calls)).collect();
    if !answered.is_empty() {
        let parts = answered.iter().map(|call| call_of(scene, call, &mut budget)).collect();
        messages.push(Message { role: Role::Assistant, parts });
    }
    for input in inputs {
        messages.extend(match input {
            Input::Prompt => prompt(scene, agent).map(|prompt| user(budget.take(prompt))),
            Input::Text(text) => all.then(|| user(budget.take(text))),
            Input::Result(_) => called(agent, input, period, calls).map(|call| {
                let result = call.data.result.as_ref().filter(|_| all).map(|result| budget.take(result));
                Message { role: Role::Tool, parts: vec![Said::Result { id: scene.named(&call.id), result }] }
            }),
        });
    }
    messages
}

/// What a request said.
pub(super) fn output<'a>(
    scene: &Scene<'a>,
    agent: Option<&'a Subagent>,
    request: &'a Request,
    calls: &Calls<'a>,
) -> Option<Message<'a>> {
    if !tells_chain(scene, agent) {
        return None;
    }
    let all = scene.tells(Content::Full);
    let mut budget = Budget(ALL_CHARACTERS);
    let mut part = |part: &'a Part| match part {
        Part::Text(text) => Some(Said::Text(budget.take(text))),
        Part::Thinking(text) => all.then(|| Said::Thinking(budget.take(text))),
        Part::Call(id) => calls.made(agent, id, request).map(|call| call_of(scene, call, &mut budget)),
    };
    let parts: Vec<_> = request.said.parts.iter().filter_map(&mut part).collect();
    (!parts.is_empty()).then_some(Message { role: Role::Assistant, parts })
}

/// Whether anything may be told of a chain: what a subagent is asked and answers is a tool's.
fn tells_chain(scene: &Scene<'_>, agent: Option<&Subagent>) -> bool {
    scene.tells(if agent.is_some() { Content::Full } else { Content::Prompts })
}

fn prompt<'a>(scene: &Scene<'a>, agent: Option<&'a Subagent>) -> Option<&'a Excerpt> {
    agent.map_or_else(|| scene.prompt(), |agent| Some(&agent.prompt).filter(|prompt| !prompt.is_empty()))
}

fn user(text: Cow<'_, str>) -> Message<'_> {
    Message { role: Role::User, parts: vec![Said::Text(text)] }
}

/// The call whose result an input is.
fn called<'a>(agent: Option<&Subagent>, input: &Input, period: &Period, calls: &Calls<'a>) -> Option<&'a ToolCall> {
    if let Input::Result(id) = input { calls.answered(agent, id, period) } else { None }
}

fn call_of<'a>(scene: &Scene<'a>, call: &'a ToolCall, budget: &mut Budget) -> Said<'a> {
    let arguments = call.data.arguments.as_ref().filter(|_| scene.tells(Content::Full));
    let arguments = arguments.and_then(|arguments| budget.take_whole(arguments));
    Said::Call { id: scene.named(&call.id), name: scene.named(&call.name), arguments }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redaction::Redaction;
    use crate::session::{Prompt, PromptKind, Said as RequestSaid, Session, ToolData};
    use crate::span::Projection;
    use crate::transcript::Timestamp;

    const OFF: Redaction = Redaction::off();

    fn call(id: &str, request: &str, second: u64) -> ToolCall {
        let started_at = Some(Timestamp::from(second));
        ToolCall {
            id: id.to_owned(),
            name: "Bash".to_owned(),
            request_id: request.to_owned(),
            period: Period { started_at, ended_at: None },
            data: ToolData {
                arguments: Some(Excerpt::of(request, 9, OFF)),
                result: Some(Excerpt::of(&format!("of {request}"), 9, OFF)),
                ..ToolData::default()
            }
            .into(),
            ..ToolCall::default()
        }
    }

    fn request(id: &str, second: u64, inputs: Vec<Input>) -> Request {
        let started_at = Some(Timestamp::from(second));
        let parts = vec![
            Part::Thinking(Excerpt::of("hm", 9, OFF)),
            Part::Text(Excerpt::of("hi", 9, OFF)),
            Part::Call("t".to_owned()),
        ];
        Request {
            id: id.to_owned(),
            inputs,
            said: RequestSaid::with(parts),
            period: Period { started_at, ended_at: None },
            ..Request::default()
        }
    }

    fn turn(kind: PromptKind) -> Turn {
        let (uuid, copied_from, origin) = (None, None, String::new());
        let prompt = Prompt { uuid, copied_from, kind, origin, ..Prompt::of("go", OFF) };
        Turn { prompt: Some(prompt), tool_calls: vec![call("t", "1", 2), call("t", "2", 5)], ..Turn::default() }
    }

    /// What is told of a request, with so much content.
    fn told(kind: PromptKind, content: Content, agent: Option<&Subagent>, inputs: Vec<Input>) -> String {
        let (session, turn) = (Session::default(), turn(kind));
        let projection = Projection { content, ..Projection::default() };
        let scene = Scene { session: &session, turn: &turn, key: "k", projection: &projection };
        let request = request("2", 4, inputs);
        let calls = Calls::of(&turn);
        let said = |message: &Message<'_>| {
            let parts = message.parts.iter().map(|part| match part {
                Said::Text(text) => text.to_string(),
                Said::Thinking(text) => format!("({text})"),
                Said::Call { name, arguments, .. } => format!("{name}[{}]", arguments.as_deref().unwrap_or("-")),
                Said::Result { result, .. } => format!("={}", result.as_deref().unwrap_or("-")),
            });
            format!("{} {}", message.role.name(), parts.collect::<Vec<_>>().join(" "))
        };
        let messages = input(&scene, agent, (&request.inputs, &request.period), &calls)
            .into_iter()
            .chain(output(&scene, agent, &request, &calls));
        messages.map(|message| said(&message)).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn as_much_is_told_as_is_allowed() {
        let agent = Subagent { prompt: Excerpt::of("work", 9, OFF), ..Subagent::default() };
        let inputs = || vec![Input::Prompt, Input::Result("t".to_owned()), Input::Text(Excerpt::of("and", 9, OFF))];
        let human = |content| told(PromptKind::Human, content, None, inputs());
        assert_eq!(human(Content::Full), "assistant Bash[1]; user go; tool =of 1; user and; assistant (hm) hi Bash[2]");
        assert_eq!(human(Content::Prompts), "assistant Bash[-]; user go; tool =-; assistant hi Bash[-]");
        assert_eq!(human(Content::None), "");
        let machine = |content| told(PromptKind::Machine, content, None, vec![Input::Prompt]);
        assert_eq!(machine(Content::Full), "user go; assistant (hm) hi Bash[2]");
        assert_eq!(machine(Content::Prompts), "assistant hi Bash[-]");
        let of_agent = |content| told(PromptKind::Human, content, Some(&agent), vec![Input::Prompt]);
        assert_eq!(of_agent(Content::Full), "user work; assistant (hm) hi Bash[2]");
        assert_eq!(of_agent(Content::Prompts), "");
    }

    #[test]
    fn all_texts_of_an_attribute_stay_below_a_bound() {
        let mut budget = Budget(5);
        let texts = ["abc", "def", "ghi"].map(|text| Excerpt::of(text, 9, OFF));
        assert_eq!(budget.take(&texts[0]), "abc");
        assert!(budget.take_whole(&texts[1]).is_none());
        assert_eq!(budget.take(&texts[1]), "de… [1 more characters]");
        assert_eq!(budget.take(&texts[2]), "… [3 more characters]");
    }
}
