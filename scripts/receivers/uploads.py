"""What is uploaded: recordings, and a session that is too large for one request."""

import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import uuid
from typing import Any

from receivers.spans import Span, span

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Uploaded last of all: a receiver that works through a queue has seen everything once it has these.
LAST_RECORDINGS = ["testdata/recordings/client-2.1.330/projects"]
# Of the turns of a large session: so many answers of so many letters. Longer ones would be cut.
ANSWERS, LETTERS = 10, 8000

# What looks like JSON and is too deep or too large or no JSON at all, and what is no text for some.
ODD_TEXTS = ["[" * 1100 + "]" * 1100, '{"n": ' + "1" * 4400 + "}", '{"n": 123456789012345678901234567890}', "NaN",
             '{"n": [NaN, -Infinity]}', '{"n": 1e999}', "-1E+400", "null", "true", '{"n": "\\u0000\\ud800"}', "a\0b",
             "\x07\x1b[31m", '{"n": 1, "n": 2}', '{"' + "k" * 5000 + '": 1}']
ODD_NUMBERS = [10 ** 30, -(10 ** 400), 1.5e300]


def moda_agent(binary: pathlib.Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
    """Runs an upload as on a new machine: without settings, and without memory of what was uploaded before."""
    return run(binary, "upload", "--include-commands", *arguments, **variables)


def run(binary: pathlib.Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
    with tempfile.TemporaryDirectory(prefix="moda-agent-home-") as home:
        return subprocess.run([binary, *arguments], cwd=ROOT, timeout=600,
                              env={"PATH": os.defpath, "HOME": home, **variables}, capture_output=True,
                              encoding="utf-8")


def sessions(binary: pathlib.Path, paths: list[str]) -> list[dict[str, Any]]:
    """The list of sessions, which counts by itself."""
    listed = run(binary, "sessions", "--format", "json", *paths)
    if listed.returncode:
        sys.exit(f"the list of sessions ended with code {listed.returncode}: {listed.stderr}")
    return json.loads(listed.stdout)["sessions"]


def dry_run(binary: pathlib.Path, paths: list[str], *options: str) -> list[dict[str, Any]]:
    """The turns that would be sent, each with what is below it."""
    printed = moda_agent(binary, "--dry-run", "--format", "json", *options, *paths)
    if printed.returncode or not printed.stdout:
        sys.exit(f"the dry run ended with code {printed.returncode}: {printed.stderr}")
    return [json.loads(line) for line in printed.stdout.split("\n") if line]


def tree(turn: dict[str, Any]) -> list[dict[str, Any]]:
    """The spans of a turn, its own first."""
    return [turn, *turn.get("spans", [])]


def spans_of(turns: list[dict[str, Any]]) -> list[Span]:
    return [span(turn["trace_id"], each["span_id"], each.get("parent_span_id"), each["name"], each["start"],
                 each["end"], each["status"], each.get("error", ""), each["attributes"])
            for turn in turns for each in tree(turn)]


def would_send(binary: pathlib.Path, paths: list[str], *options: str) -> list[Span]:
    return spans_of(dry_run(binary, paths, *options))


class Transcript:
    """A session of a client, line by line, a second apart."""

    def __init__(self, projects: pathlib.Path, number: int) -> None:
        self.session, self.lines, self.parent = str(uuid.UUID(int=number)), 0, None
        self.path = projects / "-home-ada-large" / f"{self.session}.jsonl"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.file = open(self.path, "w", encoding="utf-8")

    def __enter__(self) -> "Transcript":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def add(self, kind: str, message: dict[str, Any], **more: Any) -> None:
        own, self.lines = str(uuid.uuid5(uuid.UUID(self.session), str(self.lines))), self.lines + 1
        when = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(seconds=self.lines)
        record = {"type": kind, "uuid": own, "parentUuid": self.parent, "sessionId": self.session,
                  "isSidechain": False, "cwd": "/home/ada/large", "version": "2.1.330",
                  "timestamp": when.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                  "message": {"role": kind, **message}, **more}
        self.file.write(json.dumps(record) + "\n")
        self.parent = own

    def prompt(self, content: Any) -> None:
        self.add("user", {"content": content})

    def request(self, block: dict[str, Any], output: int) -> None:
        name = f"{self.session[-12:]}_{self.lines}"
        usage = {"input_tokens": 10, "output_tokens": output}
        self.add("assistant", {"id": f"msg_{name}", "model": "claude-sonnet-4-20250514", "usage": usage,
                               "content": [block], "stop_reason": "end_turn"}, requestId=f"req_{name}")

    def call(self, asked: dict[str, Any] | None = None, result: str = "") -> None:
        """A request that calls a tool, and the result."""
        own = f"toolu_{self.lines}"
        asked = asked or {"command": f"echo {own}"}
        self.request({"type": "tool_use", "id": own, "name": "Bash", "input": asked}, 20)
        self.prompt([{"type": "tool_result", "tool_use_id": own, "content": result or own}])


def write_large_session(projects: pathlib.Path, size: int) -> None:
    """One session whose answers are more than so many bytes, in many turns."""
    with Transcript(projects, 413) as transcript:
        for number in range(size // (ANSWERS * LETTERS) + 1):
            transcript.prompt(f"prompt {number}")
            for answer in range(ANSWERS):
                text = f"answer {answer} of {number} ".ljust(LETTERS, "x")
                transcript.request({"type": "text", "text": text}, LETTERS // 4)


def write_odd_session(projects: pathlib.Path) -> None:
    """One session with what some store would not take, as prompt, as argument and result of a tool, and as answer."""
    with Transcript(projects, 999) as transcript:
        for number, text in enumerate(ODD_TEXTS):
            transcript.prompt(text)
            transcript.call({"command": text, str(number): text}, text)
            transcript.request({"type": "text", "text": text}, 30)
        for number in ODD_NUMBERS:
            transcript.prompt("odd numbers")
            transcript.call({"command": "echo", "number": number}, "0")


def write_long_session(projects: pathlib.Path, turns: int, calls: int) -> None:
    """One session of so many turns with so many tool calls each."""
    with Transcript(projects, turns) as transcript:
        for number in range(turns):
            transcript.prompt(f"prompt {number}")
            for _ in range(calls):
                transcript.call()
            transcript.request({"type": "text", "text": f"answer {number}"}, 30)
