//! Numbers, depths and crowds that no client writes: they are bounded, counted as far as they can be,
//! told where they stand, and cost neither the run nor the machine.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::time::{Duration, Instant};

use chrono::SecondsFormat;
use serde_json::Value;
use support::tree::{Tree, calls, long_ago, prompt, result};
use support::{moda_agent, upload};

const CONVENTIONS: [&str; 4] = ["moda", "genai", "openinference", "claude-code"];

/// Standard output and standard error of a run that ends well, in time.
fn ran(arguments: &[&str], path: &str) -> (String, String) {
    let mut command = moda_agent();
    let output = command.args(arguments).arg(path).timeout(Duration::from_secs(120)).output().unwrap();
    let [out, said] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    assert!(!said.contains("bug"), "{arguments:?}: {said}");
    (out, said)
}

fn answer(number: usize, usage: &str, more: &str) -> String {
    let at = long_ago(0, number).to_rfc3339_opts(SecondsFormat::Millis, true);
    let head = format!(r#""sessionId":"{}","timestamp":"{at}","version":"2.1.330""#, support::tree::id(0));
    let message =
        format!(r#"{{"id":"m{number}","role":"assistant","model":"m","stop_reason":"end_turn","usage":{usage}}}"#);
    format!("{{\"type\":\"assistant\",\"uuid\":\"a{number}\",{head},\"message\":{message}{more}}}\n")
}

fn totals(path: &str) -> Value {
    let (printed, _) = ran(&["sessions", "--format", "json"], path);
    serde_json::from_str::<Value>(&printed).unwrap()["totals"].clone()
}

#[test]
fn a_number_that_is_no_count_counts_as_a_trillion_and_is_told() {
    const TRILLION: u64 = 1_000_000_000_000;
    for (number, counts_as, warns) in [
        ("1e999", TRILLION, true),
        ("18446744073709551616", TRILLION, true),
        ("18446744073709551615", TRILLION, true),
        ("9223372036854775808", TRILLION, true),
        ("1000000000000000000000000000000", TRILLION, true),
        ("1e30", TRILLION, true),
        ("1e12", TRILLION, false),
        ("-1", 0, false),
        ("-1e999", 0, false),
        ("-18446744073709551616", 0, false),
        ("0.5", 0, false),
        ("\"9\"", 0, false),
    ] {
        let (tree, keys) =
            (Tree::new(), ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"]);
        let usage = keys.map(|key| format!("\"{key}\":{number}")).join(",");
        tree.add(0, &prompt(0, 0, long_ago(0, 0)));
        tree.add(0, &answer(1, &format!("{{{usage}}}"), ""));
        let totals = totals(&tree.path());
        assert_eq!(keys.map(|key| totals["usage"][key].as_u64().unwrap()), [counts_as; 4], "{number}");
        assert_eq!(totals["warnings"]["huge_number"].as_u64(), warns.then_some(1), "{number}");
        let (_, said) = ran(&["upload", "--dry-run"], &tree.path());
        let line = format!("{}:2: a number is no count; it counts as a trillion", tree.file(0).display());
        assert_eq!(said.contains(&line), warns, "{number}: {said}");
        let code = upload(&["--dry-run", "-q", "--strict", &tree.path()]).output().unwrap().status.code();
        assert_eq!(code, Some(i32::from(warns || number == "-1e999")), "{number}");
    }
}

#[test]
fn numbers_of_every_kind_can_be_huge() {
    for number in ["1e999", "18446744073709551616", "-1", "9223372036854775807"] {
        let tree = Tree::new();
        tree.add(0, &prompt(0, 0, long_ago(0, 0)));
        let models =
            format!(r#"{{"m":{{"inputTokens":{number},"outputTokens":{number}}},"n":{{"inputTokens":{number}}}}}"#);
        let more = format!(
            r#","retryInMs":{number},"retryAttempt":{number},"maxRetries":{number},"apiErrorStatus":{number},"durationMs":{number},"error":{{"status":{number}}},"compactMetadata":{{"preTokens":{number},"postTokens":{number},"durationMs":{number}}}"#
        );
        for kind in
            ["\"cost-state\"", "\"system\",\"subtype\":\"api_error\"", "\"system\",\"subtype\":\"compact_boundary\""]
        {
            let line = answer(1, "{}", &format!("{more},\"modelUsage\":{models}"))
                .replace("\"assistant\",\"uuid\"", &format!("{kind},\"uuid\""));
            tree.add(0, &line);
        }
        tree.add(
            0,
            &answer(
                2,
                &format!(r#"{{"output_tokens":5,"output_tokens_details":{{"thinking_tokens":{number}}}}}"#),
                &more,
            ),
        );
        for convention in CONVENTIONS {
            ran(&["upload", "--dry-run", "--convention", convention], &tree.path());
        }
        let (_, said) = ran(&["sessions"], &tree.path());
        assert_eq!(said.contains("a number is no count"), number != "-1", "{number}: {said}");
    }
}

/// A trillion is added up as often as there are records, in each place where anything is added up.
#[test]
fn sums_go_on_and_never_wrap() {
    let tree = Tree::new();
    let usage = r#"{"input_tokens":1e30,"cache_read_input_tokens":1e30,"cache_creation":{"ephemeral_5m_input_tokens":1e30,"ephemeral_1h_input_tokens":1e30},"output_tokens":1e30}"#;
    tree.add(0, &prompt(0, 0, long_ago(0, 0)));
    tree.add(0, &(1..=300).map(|number| answer(number, usage, "")).collect::<String>());
    let totals = totals(&tree.path());
    let expected = [("input_tokens", 300), ("cache_creation_input_tokens", 600), ("output_tokens", 300)];
    for (key, trillions) in expected {
        assert_eq!(totals["usage"][key], trillions * 1_000_000_000_000_u64, "{key}");
    }
    for convention in CONVENTIONS {
        let (printed, said) = ran(&["upload", "--dry-run", "--convention", convention], &tree.path());
        assert!(!printed.contains(" -") && said.contains("300 huge numbers"), "{convention}: {said}");
    }
}

#[test]
fn times_at_the_ends_of_what_counts_are_times() {
    let tree = Tree::new();
    let times = [
        "2024-01-01T00:00:00.000Z",
        "2099-12-31T23:59:59.999999999Z",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:60Z",
        "2026-03-01T00:00:00+99:99",
        "2262-04-11T23:47:16.854775807Z",
    ];
    for (number, time) in times.into_iter().enumerate() {
        let at = long_ago(0, number).to_rfc3339_opts(SecondsFormat::Millis, true);
        tree.add(0, &prompt(0, number, long_ago(0, number)).replace(&at, time));
        let line = answer(number, r#"{"output_tokens":7}"#, "");
        tree.add(0, &line.replace(&at, times[times.len() - 1 - number]));
        tree.add(0, &line.replace(&at, time));
    }
    for convention in CONVENTIONS {
        ran(&["upload", "--dry-run", "--include-commands", "--convention", convention], &tree.path());
    }
    let (printed, _) = ran(&["sessions"], &tree.path());
    assert!(printed.contains("27759d"), "{printed}");
    ran(&["status", "--settle", "100000000y"], &tree.path());
}

#[test]
fn a_hundred_thousand_levels_cost_nothing() {
    let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
    let objects = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    for deep in [format!("{open}{close}"), objects, open] {
        let tree = Tree::new();
        let at = long_ago(0, 0);
        tree.add(0, &(prompt(0, 0, at) + &calls(0, "t1", at, "Bash", &deep)));
        tree.add(0, &result(0, "t1", at, &deep));
        tree.add(0, &result(0, "t1", at, "{}").replace("\"done\"", &deep));
        for field in [
            "message",
            "content",
            "attachment",
            "data",
            "modelUsage",
            "usage",
            "sessionId",
            "timestamp",
            "error",
            "hookErrors",
            "more",
        ] {
            tree.add(0, &answer(2, "{}", &format!(",\"{field}\":{deep}")));
        }
        tree.add(0, &prompt(0, 1, at).replace("\"prompt 1\"", &deep));
        tree.add(
            0,
            &prompt(0, 2, at)
                .replace("\"prompt 2\"", &format!("[{{\"type\":\"text\",\"text\":\"x\",\"y\":{deep}}},{deep}]")),
        );
        tree.add(0, &format!("{deep}\n"));
        tree.add(0, &answer(3, r#"{"output_tokens":7}"#, ""));
        fs::create_dir_all(tree.agent_file(0, "a1").parent().unwrap()).unwrap();
        fs::write(tree.agent_file(0, "a1"), answer(4, "{}", "")).unwrap();
        fs::write(tree.agent_file(0, "a1").with_extension("meta.json"), &deep).unwrap();
        for convention in CONVENTIONS {
            let (printed, _) = ran(&["upload", "--dry-run", "--convention", convention], &tree.path());
            assert!(printed.contains("Turn 1 prompt 0"), "{convention}");
        }
        assert!(totals(&tree.path())["usage"]["output_tokens"].as_u64() >= Some(7));
    }
}

/// The most memory that a run has taken, in bytes.
#[cfg(target_os = "linux")]
fn peak(arguments: &[&str], path: &str) -> u64 {
    let mut time = std::process::Command::new("sh");
    // The shell's own child tells its peak when it is over.
    let script = r#""$0" "$@" > /dev/null 2>&1 & child=$!
        most=0; while now=$(grep VmHWM /proc/$child/status 2> /dev/null); do set -- $now; most=$2; done; echo "$most""#;
    time.args(["-c", script]).arg(assert_cmd::cargo::cargo_bin!("moda-agent")).args(arguments).arg(path);
    let output = time.env("MODA_AGENT_ALL", "1").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse::<u64>().unwrap() * 1024
}

#[cfg(target_os = "linux")]
#[test]
fn a_record_of_a_million_blocks_takes_no_more_memory_than_it_should() {
    let tree = Tree::new();
    let blocks = |block: &str| vec![block; 1_000_000].join(",");
    tree.add(0, &prompt(0, 0, long_ago(0, 0)));
    for (number, block) in ["{}", "[]", "1", r#"{"type":"text","text":""}"#].into_iter().enumerate() {
        let content = format!("\"content\":[{}],\"usage\"", blocks(block));
        tree.add(0, &answer(number, r#"{"output_tokens":7}"#, "").replace("\"usage\"", &content));
    }
    let models: Vec<_> = (0..1_000_000).map(|number| format!("\"{number}\":0")).collect();
    tree.add(
        0,
        &answer(9, "{}", &format!(",\"modelUsage\":{{{}}}", models.join(",")))
            .replace("\"assistant\",", "\"cost-state\","),
    );
    let (_, said) = ran(&["sessions"], &tree.path());
    assert!(said.contains("jsonl:2: the record has too many parts; the last ones are left out"), "{said}");
    assert_eq!(totals(&tree.path())["warnings"]["crowded_record"], 5);
    for reader in [&["sessions"][..], &["upload", "--dry-run"]] {
        let peak = peak(reader, &tree.path());
        assert!((1..150 << 20).contains(&peak), "{reader:?}: {} MiB", peak >> 20);
    }
}

/// A turn of so many calls.
fn of_calls(number: usize) -> Tree {
    let (tree, at) = (Tree::new(), long_ago(0, 0));
    let call = |number: usize| {
        let call = format!("t{number}");
        calls(0, &call, at, "Bash", r#"{"command":"ls"}"#) + &result(0, &call, at, "{}")
    };
    tree.add(0, &(prompt(0, 0, at) + &(0..number).map(call).collect::<String>()));
    tree
}

#[test]
fn a_turn_of_a_hundred_thousand_calls_takes_its_time_and_no_more() {
    let tree = of_calls(100_000);
    assert_eq!(totals(&tree.path())["tool_calls"], 100_000);
    let options = ["upload", "--dry-run", "--format", "otlp-json", "-q", "--convention"];
    ran(&[&options[..], &["moda"]].concat(), &tree.path());
    // Unoptimized, a tree of all of them takes a minute.
    let tree = of_calls(10_000);
    for convention in &CONVENTIONS[1..] {
        ran(&[&options[..], &[convention]].concat(), &tree.path());
    }
}

/// Each of these took a time that grew with the square of its number.
#[test]
fn crowds_cost_what_each_of_them_costs() {
    const CROWD: usize = 30_000;
    let at = long_ago(0, 0);
    let many = |one: &dyn Fn(usize) -> String| (0..CROWD).map(one).collect::<Vec<_>>();
    let record = |number: usize, content: &str| {
        answer(number, "{}", "").replace("\"usage\"", &format!("\"content\":[{content}],\"usage\""))
    };
    let text = r#"{"type":"text","text":"x"}"#;
    let call = |number| format!(r#"{{"type":"tool_use","id":"t{number}","name":"Task","input":{{"prompt":"x"}}}}"#);
    let answered = |number| format!(r#"{{"type":"tool_result","tool_use_id":"t{number}","content":"done"}}"#);
    let results = result(0, "t", at, "{}").replace(&answered(0).replace("t0", "t"), &many(&answered).join(","));
    assert!(results.contains("\"t29999\""));
    let agent = |number| record(number, text).replacen('{', "{\"isSidechain\":true,", 1);
    for (crowd, transcript) in [
        ("prompts", many(&|number| prompt(0, number, at)).concat()),
        ("texts", prompt(0, 0, at) + &record(1, &vec![text; CROWD].join(","))),
        ("calls", prompt(0, 0, at) + &record(1, &many(&call).join(",")) + &results),
        ("agents", prompt(0, 0, at) + &many(&agent).concat()),
    ] {
        let tree = Tree::new();
        tree.add(0, &transcript);
        for convention in ["moda", "claude-code"] {
            let began = Instant::now();
            ran(&["upload", "--dry-run", "--include-commands", "--convention", convention], &tree.path());
            // Three seconds where nothing else runs, and ten minutes if it grew with the square.
            assert!(began.elapsed() < Duration::from_secs(60), "{crowd} {convention}: {:?}", began.elapsed());
        }
    }
}
