"""Positions in what tools are asked and answer."""

import json

from planted.position import Position, a_line, a_pair, a_word
from planted.snippet import Snippet
from planted.transcript import Block, Transcript

SERVER = "mcp__web__fetch"


def asks(transcript: Transcript, name: str, asked: Block) -> None:
    transcript.turn()
    transcript.call(name, asked)


def command(transcript: Transcript, _: Snippet, text: str) -> None:
    asks(transcript, "Bash", {"command": text, "description": "Run it"})


def content(transcript: Transcript, _: Snippet, text: str) -> None:
    asks(transcript, "Write", {"file_path": "/home/ada/src/shop/notes.txt", "content": text})


def edits(transcript: Transcript, _: Snippet, text: str) -> None:
    edit = {"old_string": "none", "new_string": text}
    asks(transcript, "MultiEdit", {"file_path": "/home/ada/a", "edits": [{"old_string": "a", "new_string": "b"}, edit]})


def nested(transcript: Transcript, _: Snippet, text: str) -> None:
    asks(transcript, SERVER, {"request": {"method": "POST", "options": {"body": text, "retries": 3}}})


def listed(transcript: Transcript, _: Snippet, text: str) -> None:
    asks(transcript, SERVER, {"arguments": ["--from", "a", [text, None, 7]]})


def pair(transcript: Transcript, snippet: Snippet, _: str) -> None:
    name, value = snippet.pair or ("", "")
    asks(transcript, SERVER, {"url": "https://example.com", "env": {"LANG": "C", name: value}, "depth": 1})


def key(transcript: Transcript, snippet: Snippet, _: str) -> None:
    asks(transcript, SERVER, {"owners": {snippet.text: "ada", "other": "grace"}})


def json_in_json(transcript: Transcript, _: Snippet, text: str) -> None:
    asks(transcript, SERVER, {"body": json.dumps({"id": 7, "note": text, "tags": ["a"]}, ensure_ascii=False)})


def pair_in_json(transcript: Transcript, snippet: Snippet, _: str) -> None:
    name, value = snippet.pair or ("", "")
    body = json.dumps({"user": "ada", name: value}, ensure_ascii=False)
    asks(transcript, SERVER, {"body": body, "method": "POST"})


def pair_twice_in_json(transcript: Transcript, snippet: Snippet, _: str) -> None:
    name, value = snippet.pair or ("", "")
    inner = json.dumps({"config": json.dumps({name: value}, ensure_ascii=False)}, ensure_ascii=False)
    asks(transcript, SERVER, {"body": inner})


def description(transcript: Transcript, _: Snippet, text: str) -> None:
    asks(transcript, "Bash", {"command": "make", "description": text})


def path(transcript: Transcript, snippet: Snippet, _: str) -> None:
    asks(transcript, "Read", {"file_path": f"/home/ada/keys/{snippet.text}/notes.txt"})


def arguments_of_skill(transcript: Transcript, _: Snippet, text: str) -> None:
    asks(transcript, "Skill", {"skill": "deploy", "args": text})


def answers(transcript: Transcript, name: str, asked: Block, result: str | list[Block], **more: object) -> None:
    transcript.turn()
    transcript.call(name, asked, result, **more)


def result(transcript: Transcript, _: Snippet, text: str) -> None:
    answers(transcript, "Bash", {"command": "cat notes.txt"}, text)


def read(transcript: Transcript, _: Snippet, text: str) -> None:
    answers(transcript, "Read", {"file_path": "/home/ada/src/shop/notes.txt"}, text)


def result_in_blocks(transcript: Transcript, _: Snippet, text: str) -> None:
    blocks = [{"type": "text", "text": "Found:"}, {"type": "text", "text": text}]
    answers(transcript, SERVER, {"url": "https://example.com"}, blocks)


def pair_in_result(transcript: Transcript, snippet: Snippet, _: str) -> None:
    name, value = snippet.pair or ("", "")
    told = json.dumps({"status": 200, "data": {"id": 7, name: value}}, ensure_ascii=False, indent=2)
    answers(transcript, "WebFetch", {"url": "https://example.com", "prompt": "What is there?"}, told)


def failed_result(transcript: Transcript, _: Snippet, text: str) -> None:
    answers(transcript, "Bash", {"command": "make"}, f"Exit code 1\n{text}", kept=f"Error: Exit code 1\n{text}",
            is_error=True)


def denied_result(transcript: Transcript, _: Snippet, text: str) -> None:
    told = {"toolDenialKind": "user-rejected", "permissionDecision": {"decision": "reject", "source": "user_reject"}}
    words = f"The user doesn't want to proceed with this tool use. The user said:\n{text}"
    answers(transcript, "Bash", {"command": "make"}, words, told=told, is_error=True)


POSITIONS = [
    Position("argument: command", command),
    Position("argument: content of a file", content),
    Position("argument: edits", edits),
    Position("argument: nested object", nested),
    Position("argument: list", listed),
    Position("argument: name and value", pair, a_pair),
    Position("argument: name of a value", key, a_word),
    Position("argument: JSON in JSON", json_in_json),
    Position("argument: name and value in JSON in JSON", pair_in_json, a_pair),
    Position("argument: the same in JSON once more", pair_twice_in_json, a_pair),
    Position("argument: description", description, a_line),
    Position("argument: of a skill", arguments_of_skill),
    Position("path: of a file", path, a_word),
    Position("result: text", result),
    Position("result: of Read", read),
    Position("result: in blocks", result_in_blocks),
    Position("result: name and value in JSON", pair_in_result, a_pair),
    Position("result: of a call that failed", failed_result),
    Position("result: of a call that was refused", denied_result),
]
