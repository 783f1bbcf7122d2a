//! The whole tree of a turn, in each convention that has one: what it says, how it travels, and what
//! the ledger makes of it.
//!
//! `MODA_AGENT_UPDATE=1 cargo test --test trees` writes `testdata/trees` anew. What changes there
//! changes for everybody who has sent such turns.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use support::runs::{KEY, ids, run, sends, taken};
use support::tree::{Tree, append, id};
use support::{Act, Server, answer, moda_agent, ok, recordings, stderr_of, stdout, testdata, upload, upload_with};

const TREES: [&str; 3] = ["genai", "openinference", "claude-code"];

/// Name, recordings, session, further options.
type Case = (&'static str, &'static str, &'static str, &'static [&'static str]);

/// A subagent in the background; one of an old client, inline; calls that fail; a request that does;
/// thinking and parallel calls; one span a turn; no content, and that of people and models only.
const CASES: [Case; 8] = [
    ("background", "native-2.1.330", "d5d158a8", &[]),
    ("inline", "client-1.0.60", "98ed2db8", &[]),
    ("failing-calls", "native-2.1.330", "cf2f8969", &[]),
    ("failing-request", "native-2.1.330", "804eed97", &[]),
    ("parallel", "native-2.1.330", "1f631c91", &[]),
    ("one-span", "native-2.1.330", "d5d158a8", &["--detail", "turns"]),
    ("no-content", "native-2.1.330", "d5d158a8", &["--content", "none"]),
    ("prompts-only", "native-2.1.330", "d5d158a8", &["--content", "prompts"]),
];

fn dry_run(format: &str, convention: &str, options: &[&str], path: &str) -> String {
    let mut command = upload(&["--dry-run", "-q", "--format", format, "--convention", convention]);
    command.args(options).arg(path);
    stdout(command)
}

#[test]
fn every_tree_is_as_it_was() {
    let is_update = std::env::var_os("MODA_AGENT_UPDATE").is_some();
    for (name, recording, session, options) in CASES {
        for convention in TREES {
            let options = [options, &["--session", session, "--user-id", "ada"]].concat();
            let printed = dry_run("text", convention, &options, &recordings(recording));
            let place = testdata(&format!("trees/{name}.{convention}.txt"));
            if is_update {
                fs::create_dir_all(place.parent().unwrap()).unwrap();
                fs::write(&place, &printed).unwrap();
            }
            let kept = fs::read_to_string(&place).unwrap_or_default();
            assert!(kept == printed, "{} is not what is printed:\n{printed}", place.display());
        }
    }
}

/// Every text in a dry run's JSON, whichever span it is in, with its key.
fn texts(printed: &str) -> Vec<(String, String)> {
    fn walk(key: &str, value: &Value, found: &mut Vec<(String, String)>) {
        match value {
            Value::String(text) => found.push((key.to_owned(), text.clone())),
            Value::Array(values) => values.iter().for_each(|value| walk(key, value, found)),
            Value::Object(fields) => fields.iter().for_each(|(key, value)| walk(key, value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for line in printed.lines() {
        walk("", &serde_json::from_str(line).unwrap(), &mut found);
    }
    found
}

/// What people, models and tools said in a recording, told by its own transcripts.
fn said(recording: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut by_people, mut by_tools) = (BTreeSet::new(), BTreeSet::new());
    let files = walk(&recordings(recording));
    for record in files.iter().flat_map(|text| text.lines()).filter_map(|line| serde_json::from_str::<Value>(line).ok())
    {
        let is_of_agent = record["isSidechain"] == true;
        let content = &record["message"]["content"];
        let prompt = content.as_str().map(|text| ("prompt", text.to_owned()));
        let blocks = content.as_array().into_iter().flatten().filter_map(|block| match block["type"].as_str()? {
            "text" => Some(("text", block["text"].as_str()?.to_owned())),
            "tool_use" => Some(("tool", block["input"].as_object()?.values().find_map(Value::as_str)?.to_owned())),
            "tool_result" => Some(("tool", block["content"].as_str()?.to_owned())),
            _ => None,
        });
        for (kind, text) in prompt.into_iter().chain(blocks).filter(|(_, text)| text.len() > 8) {
            let of = if kind == "tool" || is_of_agent { &mut by_tools } else { &mut by_people };
            of.insert(text.chars().take(60).collect());
        }
    }
    (by_people, by_tools)
}

fn walk(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() { walk(&path.display().to_string()) } else { vec![fs::read_to_string(path).unwrap()] }
        })
        .collect()
}

#[test]
fn no_more_content_is_sent_than_is_allowed() {
    let (by_people, by_tools) = said("native-2.1.330");
    assert!(by_people.len() > 10 && by_tools.len() > 10);
    let paths = recordings("native-2.1.330");
    for convention in TREES.into_iter().chain(["moda"]) {
        let found = |content: &str, texts_of: &BTreeSet<String>| {
            let all = texts(&dry_run("json", convention, &["--content", content], &paths));
            let holds = |text: &&String| all.iter().any(|(key, held)| key != "project" && held.contains(text.as_str()));
            texts_of.iter().filter(holds).cloned().collect::<Vec<_>>()
        };
        assert_eq!(found("none", &by_people), [""; 0], "{convention}");
        assert_eq!(found("none", &by_tools), [""; 0], "{convention}");
        assert_eq!(found("prompts", &by_tools), [""; 0], "{convention}");
        assert!(found("prompts", &by_people).len() > 5, "{convention}");
        let full = found("full", &by_tools).len();
        assert_eq!(full > 5, convention != "moda", "{convention} {full}");
    }
}

#[test]
fn what_is_cut_is_marked_and_arguments_stay_json() {
    let tree = Tree::new();
    let (long, longer) = ("ż".repeat(20_000), "x\\n".repeat(30_000));
    let call = |input: &str| format!(r#"{{"type":"tool_use","id":"t1","name":"Write","input":{input}}}"#);
    let blocks = format!(
        r#"{{"type":"thinking","thinking":"{long}"}},{{"type":"text","text":"{long}"}},{}"#,
        call(&format!(r#"{{"file_path":"/a","content":"{longer}"}}"#))
    );
    let result = format!(r#"{{"type":"tool_result","tool_use_id":"t1","content":"{longer}"}}"#);
    tree.add(0, &(user(0, &format!("\"{long}\"")) + &assistant(1, "m1", &blocks) + &user(2, &format!("[{result}]"))));
    tree.add(0, &assistant(3, "m2", r#"{"type":"text","text":"done"}"#));
    let printed = dry_run("json", "genai", &["--settle", "0"], &tree.path());
    let found = texts(&printed);
    let of = |key: &str| found.iter().filter(|(name, _)| name == key).map(|(_, text)| text.clone()).collect::<Vec<_>>();
    let ends = |text: &String, left_out: usize| text.ends_with(&format!("… [{left_out} more characters]"));
    assert!(ends(&of("input.value")[0], 16_000) && of("output.value") == ["done"]);
    assert!(ends(&of("gen_ai.tool.call.result")[0], 56_000));
    let arguments: Value = serde_json::from_str(&of("gen_ai.tool.call.arguments")[0]).unwrap();
    assert_eq!(arguments["file_path"], "/a");
    assert!(ends(&arguments["content"].as_str().unwrap().to_owned(), 59_000));
    let messages: Value = serde_json::from_str(&of("gen_ai.output.messages")[1]).unwrap();
    let parts = &messages[0]["parts"];
    assert_eq!(parts.as_array().unwrap().len(), 3);
    assert!(ends(&parts[0]["content"].as_str().unwrap().to_owned(), 16_000));
    assert!(ends(&parts[1]["content"].as_str().unwrap().to_owned(), 12_000));
    assert_eq!(parts[2]["arguments"], arguments);
    assert!(found.iter().all(|(_, text)| text.len() < 100_000), "a text is longer than Moda's ingest takes");
}

fn head(second: usize) -> String {
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!(
        r#"{{"sessionId":"{}","timestamp":"2026-03-01T{hour:02}:{minute:02}:{second:02}.000Z","version":"2.1.200""#,
        id(0)
    )
}

fn user(second: usize, content: &str) -> String {
    format!(
        r#"{},"type":"user","uuid":"{second:08}-0000-4000-8000-000000000000","message":{{"role":"user","content":{content}}}}}"#,
        head(second)
    ) + "\n"
}

fn assistant(second: usize, message: &str, blocks: &str) -> String {
    let usage = r#"{"input_tokens":3,"cache_read_input_tokens":90,"output_tokens":7}"#;
    format!(
        r#"{},"type":"assistant","uuid":"a{second}","message":{{"id":"{message}","role":"assistant","model":"m","stop_reason":"end_turn","usage":{usage},"content":[{blocks}]}}}}"#,
        head(second)
    ) + "\n"
}

/// A turn of so many calls, each made by a request of its own.
fn calls(number: usize) -> String {
    let mut text = user(0, r#""go""#);
    for call in 0..number {
        let block =
            format!(r#"{{"type":"tool_use","id":"t{call}","name":"Bash","input":{{"command":"echo {call}"}}}}"#);
        text += &assistant(2 * call + 1, &format!("m{call}"), &block);
        let result = format!(r#"[{{"type":"tool_result","tool_use_id":"t{call}","content":"{call}"}}]"#);
        text += &user(2 * call + 2, &result);
    }
    text + &assistant(2 * number + 1, "last", r#"{"type":"text","text":"done"}"#)
}

/// So many turns of one call each.
fn turns(number: usize) -> String {
    let mut text = String::new();
    for turn in 0..number {
        let second = 4 * turn;
        let block = format!(r#"{{"type":"tool_use","id":"t{turn}","name":"Bash","input":{{"command":"ls"}}}}"#);
        text += &user(second, &format!("\"prompt {turn}\""));
        text += &assistant(second + 1, &format!("m{turn}a"), &block);
        text += &user(second + 2, &format!(r#"[{{"type":"tool_result","tool_use_id":"t{turn}","content":"x"}}]"#));
        text += &assistant(second + 3, &format!("m{turn}b"), r#"{"type":"text","text":"done"}"#);
    }
    text
}

#[test]
fn large_sessions_and_large_turns_pass_with_every_parent_first() {
    for (text, spans, roots) in [(calls(5_000), 1 + 5_001 + 5_000, 1), (turns(3_000), 4 * 3_000, 3_000)] {
        let (tree, server) = (Tree::new(), Server::accepting());
        append(&tree.file(0), text);
        let options = ["--concurrency", "1", "--compression", "none", "--convention", "genai"];
        let mut command = upload(&["--endpoint", &server.url]);
        stderr_of(command.args(options).arg(tree.path()).env("MODA_API_KEY", KEY), 0);
        let requests = server.requests();
        let mut seen = HashSet::new();
        let mut found_roots = 0;
        for request in &requests {
            let sent = request.spans();
            assert!(sent.len() <= 512 && request.content().len() <= 4 << 20);
            for span in sent {
                assert!(seen.insert(span.span_id.clone()), "a span was sent twice");
                let is_root = span.parent_span_id.is_empty();
                assert!(is_root || seen.contains(&span.parent_span_id), "a span came before the one above it");
                found_roots += usize::from(is_root);
            }
        }
        assert_eq!((seen.len(), found_roots), (spans, roots));
    }
}

/// A turn is in the ledger when its last span is; until then all of it goes again, with the same ids.
#[test]
fn half_a_tree_goes_again_whole_with_the_same_ids() {
    static IS_DOWN: AtomicBool = AtomicBool::new(true);
    let tree = Tree::new();
    append(&tree.file(0), calls(20));
    let server = Server::scripted(|number, _| {
        if IS_DOWN.load(Ordering::SeqCst) && number >= 2 {
            Act::Answer(answer("400 Bad Request", "text/plain", "busy"))
        } else {
            ok()
        }
    });
    let options = ["--convention", "genai", "--concurrency", "1", "--retry-for", "0s"];
    let server_is_down = Server::scripted(|number, _| {
        if number >= 2 { Act::Answer(answer("503 Service Unavailable", "text/plain", "busy")) } else { ok() }
    });
    let outcome = run(&server_is_down, &options, &tree.path());
    assert_eq!((outcome.code, taken(&server_is_down)), (4, 14), "{}", outcome.said);
    server_is_down.heal();
    assert_eq!(sends(&server_is_down, &tree.path(), &options).0, 42);
    assert_eq!(ids(&server_is_down).len(), 42);
    assert_eq!(sends(&server_is_down, &tree.path(), &options).0, 0);
    // What a server rejects of a tree marks its turn, which goes again on request only.
    let outcome = run(&server, &options, &tree.path());
    assert_eq!(outcome.code, 1, "{}", outcome.said);
    IS_DOWN.store(false, Ordering::SeqCst);
    assert_eq!(sends(&server, &tree.path(), &options).0, 0);
    let again = [&options[..], &["--resend=rejected"]].concat();
    assert_eq!(sends(&server, &tree.path(), &again).0, 42);
}

#[test]
fn the_ledger_knows_each_convention_apart_and_what_its_spans_looked_like() {
    let server = Server::accepting();
    let paths = recordings("native-2.1.330");
    let convention = |name: &'static str| ["--convention", name];
    let spans = TREES.map(|name| sends(&server, &paths, &convention(name)).0);
    assert_eq!(spans, [78, 78, 115]);
    for name in TREES {
        assert_eq!(sends(&server, &paths, &convention(name)).0, 0, "{name}");
        let diff = |options: &[&str], code: i32| {
            let mut command = upload_with(&server.ledger(), &["--diff", "-q", "--endpoint", &server.url]);
            command.args(convention(name)).args(options).arg(&paths).env("MODA_API_KEY", KEY);
            String::from_utf8(command.assert().code(code).get_output().stdout.clone()).unwrap()
        };
        assert_eq!(diff(&[], 0), "14 turns: 14 unchanged\n", "{name}");
        let differs = diff(&["--content", "none"], 1);
        assert!(differs.ends_with("\n14 turns: 14 changed\n"), "{differs}");
        let changed = ["--convention", name, "--content", "none", "--resend=changed"];
        assert_eq!(sends(&server, &paths, &changed).0, spans[TREES.iter().position(|one| *one == name).unwrap()]);
        assert_eq!(sends(&server, &paths, &changed).0, 0, "{name}");
    }
    // Of what was said the ledger keeps nothing; what is large is packed, and no secret either.
    let bytes = fs::read(server.ledger()).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(!text.contains("scenario:"), "a prompt stands in the ledger");
}

#[test]
fn moda_has_no_tree_and_the_clients_own_traces_go_to_their_own_place() {
    let paths = recordings("native-2.1.330");
    let said = stderr_of(&mut upload(&["--dry-run", "--detail", "full", &paths]), 2);
    assert!(said.contains("moda has one span a turn") && said.contains("hint: "), "{said}");
    for (convention, place) in
        [("moda", "/v1/traces"), ("claude-code", "/v1/otel/claude/traces"), ("genai", "/v1/traces")]
    {
        let mut command = upload(&["--convention", convention, "--retry-for", "0s", "-v", &paths]);
        // Nothing listens there, so that nothing is sent.
        command.env("MODA_API_KEY", "k").env("HTTPS_PROXY", "http://127.0.0.1:9");
        let said = stderr_of(&mut command, 4);
        assert!(said.contains(&format!("moda-ingest.modas.workers.dev{place}")), "{said}");
    }
}

#[test]
fn tokens_of_a_tree_are_those_of_its_session() {
    for (recording, convention) in ["native-2.1.330", "interactive-2.1.330", "client-2.0.76", "client-1.0.24"]
        .iter()
        .flat_map(|recording| ["genai", "openinference"].map(|convention| (recording, convention)))
    {
        let paths = recordings(recording);
        let mut told = HashMap::<String, [u64; 2]>::new();
        for line in dry_run("json", convention, &["--settle", "0"], &paths).lines() {
            let turn: Value = serde_json::from_str(line).unwrap();
            let of = told.entry(turn["session_id"].as_str().unwrap().to_owned()).or_default();
            for span in turn["spans"].as_array().into_iter().flatten().chain([&turn]) {
                let keys = [
                    ["gen_ai.usage.input_tokens", "llm.token_count.prompt"],
                    ["gen_ai.usage.output_tokens", "llm.token_count.completion"],
                ];
                for (sum, keys) in of.iter_mut().zip(keys) {
                    *sum += keys.iter().filter_map(|key| span["attributes"][*key].as_u64()).sum::<u64>();
                }
            }
        }
        let mut command = moda_agent();
        command.args(["sessions", "--format", "json", &paths]);
        let accounts: Value = serde_json::from_str(&stdout(command)).unwrap();
        for session in accounts["sessions"].as_array().unwrap() {
            let count = |key: &str| {
                ["usage", "subagent_usage"].iter().map(|of| session[of][key].as_u64().unwrap()).sum::<u64>()
            };
            let prompt: u64 = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"]
                .iter()
                .map(|key| count(key))
                .sum();
            let expected = [prompt, count("output_tokens")];
            let id = session["session_id"].as_str().unwrap();
            assert_eq!(told.get(id).copied().unwrap_or_default(), expected, "{recording} {convention} {id}");
        }
    }
}

/// What the client's own tracing sent is what a replay sends, but for what no transcript tells.
#[test]
fn diff_holds_trees_against_what_the_clients_tracing_sent() {
    let mut native = String::new();
    for file in fs::read_dir(testdata("recordings/native-2.1.330/otlp")).into_iter().flatten() {
        write!(native, "{}", fs::read_to_string(file.unwrap().path()).unwrap()).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let baseline = folder.path().join("native.jsonl");
    let diff = |text: &str| {
        fs::write(&baseline, text).unwrap();
        let mut command = moda_agent();
        command.args(["diff", "-q", "--convention", "claude-code", &baseline.display().to_string()]);
        let output = command.arg(recordings("native-2.1.330")).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let found = diff(&native);
    // Of that turn's prompt the recording keeps another length on each side.
    let expected = "14 turns: 1 changed, 13 unchanged\n";
    assert!(found.ends_with(expected) && found.matches("    - ").count() == 2, "{found}");
    let other = native.replace("toolu_00013102", "toolu_99999999").replace("\"intValue\":1105", "\"intValue\":1106");
    let found = diff(&other);
    assert!(found.ends_with("14 turns: 3 changed, 11 unchanged\n"), "{found}");
    assert!(found.contains("req_00000155 output_tokens  1,106"), "{found}");
    assert!(found.contains("- span claude_code.tool toolu_99999999"), "{found}");
}

/// What happens in a subagent is told on its span and not on that of the turn.
#[test]
fn what_happens_in_a_subagent_is_told_of_it() {
    let tree = Tree::new();
    let launch = r#"{"type":"tool_use","id":"t0","name":"Agent","input":{"prompt":"dig"}}"#;
    let result = r#"[{"type":"tool_result","tool_use_id":"t0","content":"dug"}]"#;
    let main = [user(0, r#""go""#), assistant(1, "m1", launch), user(8, result), assistant(9, "m2", "")].concat();
    append(&tree.file(0), main);
    let system = |second, rest: &str| format!("{},\"type\":\"system\",{rest}}}\n", head(second));
    let agent = [
        user(2, r#""dig""#),
        system(3, r#""subtype":"api_error","error":{"status":529},"retryInMs":500,"retryAttempt":1"#),
        assistant(4, "m3", ""),
        system(5, r#""subtype":"compact_boundary","compactMetadata":{"trigger":"auto","preTokens":9000}"#),
        assistant(6, "m4", ""),
        user(7, r#""[Request interrupted by user]""#),
    ];
    append(&tree.agent_file(0, "a1"), agent.concat());
    let printed = dry_run("json", "genai", &[], &tree.path());
    let root: Value = serde_json::from_str(printed.lines().next().unwrap()).unwrap();
    let names = |span: &Value| {
        let events = span["events"].as_array().cloned().unwrap_or_default();
        events.iter().map(|event| event["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&root), Vec::<String>::new());
    let told = root["spans"].as_array().unwrap().iter().map(names).filter(|names| !names.is_empty());
    let expected = ["claude_agent.api_retry", "claude_agent.compaction", "claude_agent.interrupt"];
    assert_eq!(told.collect::<Vec<_>>(), [expected], "{printed}");
}
