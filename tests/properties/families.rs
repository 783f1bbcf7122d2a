//! A session and copies of it, each with some of the subagents' transcripts.

use std::collections::BTreeMap;
use std::path::Path;

use moda_agent::session::Subagent;
use moda_agent::span::{Span, Value, keys};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::copies::{Copy, copy};
use crate::recorded::{Recorded, Tree, launching, lines};
use crate::run::Run;

/// What a member has of a transcript.
#[derive(Clone, Debug)]
enum Has {
    Nothing,
    Beginning(Index),
    All,
}

/// A session and copies of it.
#[derive(Debug)]
pub struct Family {
    /// The session with all that any member has.
    pub whole: Recorded,
    /// The session with what it has itself, and its copies.
    pub members: Vec<Recorded>,
    /// How these were made.
    pub copies: Vec<Copy>,
}

/// Any family of a session that launched subagents.
pub fn family() -> impl Strategy<Value = Family> {
    let has = prop_oneof![Just(Has::Nothing), any::<Index>().prop_map(Has::Beginning), Just(Has::All)];
    let all_have = vec(vec(has, 4), 4);
    (launching(), any::<[bool; 2]>(), vec(copy(), 1..4), all_have)
        .prop_map(|(session, repeats, copies, has)| Family::of(&with_twin(session, repeats), copies, &has))
}

impl Family {
    fn of(session: &Recorded, copies: Vec<Copy>, has: &[Vec<Has>]) -> Self {
        let launches = launches(session);
        let itself = part(session, None, &has[0], &launches);
        let (mut whole, mut members) = (itself.clone(), vec![itself]);
        for (number, copy) in copies.iter().enumerate() {
            let part = part(session, copy.cut, &has[number + 1], &launches);
            members.push(copied(copy, &part, number));
            for (name, bytes) in part.files {
                let known = whole.files.entry(name).or_default();
                *known = if bytes.len() > known.len() { bytes } else { std::mem::take(known) };
            }
        }
        Self { whole, members, copies }
    }

    /// What becomes of the members. Each has a folder of its own: old clients keep the subagents of
    /// all sessions of a project in one.
    pub fn run(&self) -> Run {
        let tree = Tree::of([]);
        for (number, member) in self.members.iter().enumerate() {
            member.files.iter().for_each(|(name, bytes)| tree.write(&format!("{number}/{name}"), bytes));
        }
        tree.run()
    }
}

/// What a session has of another's transcripts: of a subagent nothing without the call that
/// launched it.
fn part(session: &Recorded, cut: Option<Index>, has: &[Has], launches: &[Launch]) -> Recorded {
    let (mut part, main) = (session.clone(), session.main());
    let mut of_agents = has.iter().cycle();
    for name in session.transcripts() {
        let main_has = cut.map_or(Has::All, Has::Beginning);
        match if *name == main { &main_has } else { of_agents.next().unwrap() } {
            Has::All => {}
            Has::Nothing => lose(&mut part, agent(name)),
            Has::Beginning(end) => {
                let lines = lines(&session.files[name]);
                part.files.insert(name.clone(), lines[..=end.index(lines.len())].concat());
            }
        }
    }
    let lacks = |part: &Recorded, launch: &Launch| !part.files.get(&launch.file).is_some_and(|file| launch.is_in(file));
    let has_file = |part: &Recorded, id: &str| part.files.keys().any(|name| name.contains(&format!("agent-{id}.")));
    while let Some(lost) = launches.iter().find(|launch| has_file(&part, &launch.agent) && lacks(&part, launch)) {
        lose(&mut part, &lost.agent);
    }
    part
}

fn lose(session: &mut Recorded, id: &str) {
    session.files.retain(|name, _| !name.contains(&format!("agent-{id}.")));
}

/// The copy of a part. Only the main chain is zeroed; the subagents keep their ids.
fn copied(copy: &Copy, part: &Recorded, number: usize) -> Recorded {
    let copy = Copy { cut: None, takes_subagents: true, ..copy.clone() };
    let main = copy.of(part, number).files.into_iter().find(|(name, _)| !name.contains("agent-"));
    let mut copied = Copy { zeroes_usage: false, ..copy }.of(part, number);
    copied.files.extend(main);
    let own = |(name, bytes): (String, _)| (name.replace(&format!("agent-{number}"), "agent-"), bytes);
    copied.files = copied.files.into_iter().map(own).collect();
    copied
}

/// Where a subagent was launched.
struct Launch {
    agent: String,
    /// The transcript that holds the call, and the call's id; else the prompt's.
    file: String,
    id: String,
}

impl Launch {
    fn is_in(&self, file: &[u8]) -> bool {
        String::from_utf8_lossy(file).contains(&format!("\"{}\"", self.id))
    }
}

fn launches(session: &Recorded) -> Vec<Launch> {
    let run = Tree::of([session]).run();
    let mut launches = Vec::new();
    for turn in run.sessions.iter().flat_map(|session| &session.turns) {
        for agent in &turn.subagents {
            let prompt = || turn.prompt.as_ref().and_then(|prompt| prompt.uuid.clone());
            let Some(id) = agent.launched_by.clone().or_else(prompt) else { continue };
            let mut launch = Launch { agent: agent.id.clone(), file: session.main(), id };
            if !launch.is_in(&session.files[&launch.file]) {
                let others = session.transcripts().into_iter().filter(|name| transcript(session, agent) != Some(*name));
                let above = others.into_iter().find(|name| launch.is_in(&session.files[*name]));
                launch.file = above.cloned().unwrap_or(launch.file);
            }
            launches.push(launch);
        }
    }
    launches
}

fn transcript<'a>(session: &'a Recorded, agent: &Subagent) -> Option<&'a String> {
    session.files.keys().find(|name| name.ends_with(&format!("agent-{}.jsonl", agent.id)))
}

/// The id of the subagent whose file it is.
fn agent(name: &str) -> &str {
    let name = Path::new(name).file_name().unwrap().to_str().unwrap();
    name.strip_prefix("agent-").unwrap().split('.').next().unwrap()
}

/// The session with another subagent that the same call launched, and that did the same in requests
/// of its own. Each of the two may begin with what the main chain had said, as a forked one does.
fn with_twin(session: &Recorded, repeats: [bool; 2]) -> Recorded {
    let run = Tree::of([session]).run();
    let agents = run.sessions.iter().flat_map(|session| &session.turns).flat_map(|turn| &turn.subagents);
    let launched = agents
        .filter(|agent| !agent.is_nested)
        .find_map(|agent| Some((agent.launched_by.as_ref()?, transcript(session, agent)?)));
    let Some((call, name)) = launched else { return session.clone() };
    let renewed = Copy { renews_uuids: true, ..Copy::default() }.lines(&lines(&session.files[name]), "", "");
    let renewed =
        String::from_utf8(renewed).unwrap().replace("\"msg_", "\"msg_twin_").replace("\"toolu_", "\"toolu_twin_");
    let said: Vec<_> = String::from_utf8(session.files[&session.main()].clone())
        .unwrap()
        .split_inclusive(call)
        .take(1)
        .map(str::to_owned)
        .collect();
    let until = said.concat().lines().count();
    let main = String::from_utf8(session.lines()[..until].concat()).unwrap();
    let mut both = session.clone();
    let twin = name.replace(agent(name), "twin");
    let own = [(name.clone(), session.files[name].clone()), (twin, renewed.into_bytes())];
    for ((name, own), repeats) in own.into_iter().zip(repeats) {
        let sidechain = format!("\"isSidechain\":true,\"agentId\":\"{}\"", agent(&name));
        let repeated = if repeats { main.replace("\"isSidechain\":false", &sidechain) } else { String::new() };
        both.files.insert(name.replace(".jsonl", ".meta.json"), format!("{{\"toolUseId\":\"{call}\"}}").into_bytes());
        both.files.insert(name, [repeated.into_bytes(), own].concat());
    }
    both
}

/// The tokens of the subagents of each prompt, in and out.
pub fn by_prompt(run: &Run) -> BTreeMap<String, [i64; 2]> {
    let mut prompts = BTreeMap::<_, [i64; 2]>::new();
    for span in &run.spans {
        let used = [keys::CLAUDE_AGENT_SUBAGENT_INPUT_TOKENS, keys::CLAUDE_AGENT_SUBAGENT_OUTPUT_TOKENS];
        let used = used.map(|key| if let Some(Value::Int(count)) = value(span, key) { *count } else { 0 });
        let prompt = value(span, keys::GEN_AI_PROMPT).map(|prompt| format!("{prompt:?}")).unwrap_or_default();
        prompts.entry(prompt).or_default().iter_mut().zip(used).for_each(|(sum, used)| *sum += used);
    }
    prompts
}

fn value<'a>(span: &'a Span, key: &str) -> Option<&'a Value> {
    span.attributes.iter().find(|attribute| attribute.key == key).map(|attribute| &attribute.value)
}

/// The subagents that asked a model and hang on a turn.
pub fn working(run: &Run) -> usize {
    let turns = run.sessions.iter().flat_map(|session| &session.turns);
    turns.flat_map(|turn| &turn.subagents).filter(|agent| !agent.requests.is_empty()).count()
}
