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


def moda_agent(binary: pathlib.Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
    """Runs an upload as on a new machine: without settings, and without memory of what was uploaded before."""
    with tempfile.TemporaryDirectory(prefix="moda-agent-home-") as home:
        return subprocess.run([binary, "upload", "--include-commands", *arguments], cwd=ROOT, timeout=180,
                              env={"PATH": os.defpath, "HOME": home, **variables}, capture_output=True,
                              encoding="utf-8")


def dry_run(binary: pathlib.Path, paths: list[str], *options: str) -> list[dict[str, Any]]:
    """The turns that would be sent, each with what is below it."""
    run = moda_agent(binary, "--dry-run", "--format", "json", *options, *paths)
    if run.returncode or not run.stdout:
        sys.exit(f"the dry run ended with code {run.returncode}: {run.stderr}")
    return [json.loads(line) for line in run.stdout.splitlines()]


def tree(turn: dict[str, Any]) -> list[dict[str, Any]]:
    """The spans of a turn, its own first."""
    return [turn, *turn.get("spans", [])]


def spans_of(turns: list[dict[str, Any]]) -> list[Span]:
    return [span(turn["trace_id"], each["span_id"], each.get("parent_span_id"), each["name"], each["start"],
                 each["end"], each["status"], each.get("error", ""), each["attributes"])
            for turn in turns for each in tree(turn)]


def would_send(binary: pathlib.Path, paths: list[str], *options: str) -> list[Span]:
    return spans_of(dry_run(binary, paths, *options))


def write_large_session(projects: pathlib.Path, size: int) -> None:
    """One session whose answers are more than so many bytes, in many turns."""
    now, session, parent = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc), str(uuid.UUID(int=413)), None
    usage = {"input_tokens": 10, "output_tokens": LETTERS // 4}
    path = projects / "-home-ada-large" / f"{session}.jsonl"
    path.parent.mkdir(parents=True)
    with open(path, "w", encoding="utf-8") as file:
        for number in range((size // (ANSWERS * LETTERS) + 1) * (1 + ANSWERS)):
            own, now = str(uuid.UUID(int=number)), now + datetime.timedelta(seconds=1)
            record = {"type": "user", "uuid": own, "parentUuid": parent, "sessionId": session, "isSidechain": False,
                      "cwd": "/home/ada/large", "version": "2.1.330",
                      "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                      "message": {"role": "user", "content": f"prompt {number}"}}
            if number % (1 + ANSWERS):
                text = {"type": "text", "text": f"answer {number} ".ljust(LETTERS, "x")}
                message = {"role": "assistant", "id": f"msg_{number}", "model": "claude-sonnet-4-20250514",
                           "usage": usage, "content": [text], "stop_reason": "end_turn"}
                record |= {"type": "assistant", "requestId": f"req_{number}", "message": message}
            file.write(json.dumps(record) + "\n")
            parent = own
