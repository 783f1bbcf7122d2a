"""Positions in subagents, hooks, system records and what is told of a session as a whole."""

import json

from planted.position import Position, a_line, a_word, anything
from planted.snippet import Snippet
from planted.transcript import Block, Transcript


def agent(transcript: Transcript, text: str, what: str) -> None:
    """A subagent with the text in its prompt, its answer, its description or what it does."""
    works = {
        "thinking": lambda own: own.request({"type": "thinking", "thinking": text, "signature": "c2ln"},
                                            {"type": "text", "text": "I see."}),
        "command": lambda own: own.call("Bash", {"command": text}),
        "result": lambda own: own.call("Bash", {"command": "cat notes.txt"}, text),
        "error": lambda own: own.failed(f"API Error: 400 {text}"),
    }
    transcript.turn()
    transcript.subagent(works.get(what, lambda _: None), **({} if what in works else {what: text}))


def of_agent(what: str) -> Position:
    return Position(f"subagent: {what}", lambda transcript, _, text: agent(transcript, text, what),
                    a_line if what == "description" else anything)


def attached(transcript: Transcript, attachment: Block) -> None:
    transcript.turn()
    transcript.call("Bash", {"command": "make"})
    transcript.save({"type": "attachment", "attachment": {"toolUseID": "toolu_1", **attachment}})
    transcript.answer("I see.")


def blocked(transcript: Transcript, _: Snippet, text: str) -> None:
    attached(transcript, {"type": "hook_blocking_error", "hookName": "PostToolUse:Bash", "hookEvent": "PostToolUse",
                          "blockingError": {"blockingError": text, "command": "check.sh"}})


def stopped(transcript: Transcript, _: Snippet, text: str) -> None:
    attached(transcript, {"type": "hook_stopped_continuation", "hookName": "Stop", "message": text})


def output_of_hook(transcript: Transcript, _: Snippet, text: str) -> None:
    attached(transcript, {"type": "hook_success", "hookName": "PostToolUse:Bash", "stdout": text, "stderr": text,
                          "content": text, "exitCode": 0, "command": "check.sh"})


def edited_file(transcript: Transcript, _: Snippet, text: str) -> None:
    attached(transcript, {"type": "edited_text_file", "filename": ".env", "snippet": text})


def system(transcript: Transcript, record: Block) -> None:
    transcript.turn()
    transcript.answer("Done.")
    transcript.save({"type": "system", **record})


def objections(transcript: Transcript, _: Snippet, text: str) -> None:
    system(transcript, {"subtype": "stop_hook_summary", "hookCount": 1, "hookInfos": [{"command": "check.sh"}],
                        "hookErrors": [text], "failedHookErrorIndexes": [], "preventedContinuation": False})
    transcript.answer("I go on.")


def reason_to_stop(transcript: Transcript, _: Snippet, text: str) -> None:
    system(transcript, {"subtype": "stop_hook_summary", "hookCount": 1, "hookErrors": [], "stopReason": text,
                        "preventedContinuation": True})


def blocked_prompt(transcript: Transcript, _: Snippet, text: str) -> None:
    transcript.prompt("Try it.")
    transcript.save({"type": "system", "subtype": "informational", "preventContinuation": True, "content": text})
    transcript.answer("Done.")


def retry(transcript: Transcript, _: Snippet, text: str) -> None:
    transcript.turn()
    transcript.save({"type": "system", "subtype": "api_error", "error": {"status": 529, "message": text},
                     "retryInMs": 500, "retryAttempt": 1, "maxRetries": 10})
    transcript.answer("Done.")


def informational(transcript: Transcript, _: Snippet, text: str) -> None:
    system(transcript, {"subtype": "informational", "content": text, "level": "info"})


def half_a_line(transcript: Transcript, _: Snippet, text: str) -> None:
    """A record that was cut before its end."""
    transcript.turn()
    line = json.dumps({"type": "user", "message": {"role": "user", "content": text}}, ensure_ascii=False)
    transcript.raw(line[:-3])
    transcript.answer("Done.")


def session(transcript: Transcript) -> None:
    transcript.prompt("Go on.")
    transcript.answer("Done.")


def folder(transcript: Transcript, snippet: Snippet, _: str) -> None:
    transcript.cwd = f"/home/ada/{snippet.text}/shop"
    session(transcript)


def moved(transcript: Transcript, snippet: Snippet, _: str) -> None:
    session(transcript)
    transcript.note({"type": "relocated", "relocatedCwd": f"/home/ada/{snippet.text}/shop"})


def branch(transcript: Transcript, snippet: Snippet, _: str) -> None:
    transcript.branch = f"fix/{snippet.text}"
    session(transcript)


def titles(transcript: Transcript, snippet: Snippet, _: str) -> None:
    session(transcript)
    for kind, key in [("custom-title", "customTitle"), ("ai-title", "aiTitle"), ("summary", "summary"),
                      ("last-prompt", "lastPrompt"), ("agent-name", "agentName"), ("tag", "tag")]:
        transcript.note({"type": kind, key: snippet.text})


POSITIONS = [
    *map(of_agent, ["prompt", "answer", "description", "thinking", "command", "result", "error"]),
    Position("record: hook that blocked", blocked),
    Position("record: hook that stopped", stopped),
    Position("record: hook's objection to the end", objections),
    Position("record: hook's reason to stop", reason_to_stop),
    Position("record: hook's reason against a prompt", blocked_prompt),
    Position("record: output of a hook", output_of_hook),
    Position("record: edited file", edited_file),
    Position("record: retry", retry),
    Position("record: informational", informational),
    Position("record: half a line", half_a_line),
    Position("path: working directory", folder, a_word, is_of_session=True),
    Position("path: directory that a session moved to", moved, a_word, is_of_session=True),
    Position("path: branch", branch, a_word, is_of_session=True),
    Position("title: of a session", titles, a_line, is_of_session=True),
]
