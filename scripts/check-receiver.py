#!/usr/bin/env python3
"""The end-to-end check: what moda-agent uploads is what a real OTLP receiver has got.

Each receiver is installed once and started on loopback by scripts/receiver. The recordings are uploaded, read back
and compared, span by span, with what a dry run prints; then they are uploaded again, in small batches, and nothing
may be stored twice. Once as protobuf with gzip and once, into a new and empty receiver, as plain JSON; one that
takes no JSON must be reported with exit code 4 and a hint. A receiver that cannot be installed is skipped; where the
variable CI is set, that is a failure.
"""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from typing import Any, Callable, NamedTuple

ROOT = pathlib.Path(__file__).resolve().parent.parent
RECORDINGS = ["testdata/recordings/live-2.1.330/projects", "testdata/recordings/interactive-2.1.330/projects"]
# Uploaded last of all: a receiver that works through a queue has seen everything once it has these.
LAST_RECORDINGS = ["testdata/recordings/client-2.1.330/projects"]
PROTOBUF = ["--protocol", "http/protobuf", "--compression", "gzip"]
JSON = ["--protocol", "http/json", "--compression", "none"]
SMALL_BATCHES = ["--max-batch-spans", "7"]
INSTALL_SECONDS, START_SECONDS, STORE_SECONDS = 900, 120, 30


class Span(NamedTuple):
    """What is compared; no receiver keeps all of the rest (kind, nanoseconds, resource)."""

    id: str
    facts: dict[str, Any]


class Receiver(NamedTuple):
    """What is particular to a receiver."""

    read: Callable[[str, pathlib.Path], list[Span]]
    ready: str
    takes_json: bool = True
    stores: bool = True
    adds_attributes: bool = False


def span(trace: str, own: str, name: str, start: str, end: str, status: str, message: str, attributes: dict) -> Span:
    times = [datetime.datetime.fromisoformat(when.replace("Z", "+00:00")) for when in (start, end)]
    facts = {"name": name, "start": times[0], "end": times[1], "status": status, "message": message}
    return Span(f"{trace}/{own}", facts | {f"attribute {key}": value for key, value in attributes.items()})


def read_agentmesh(_url: str, directory: pathlib.Path) -> list[Span]:
    """Its whole table of spans. It keeps the types of attributes; a status that is unset becomes a success."""
    status = {"succeeded": "OK", "failed": "ERROR"}
    query = "SELECT trace_id, span_id, name, started_at, ended_at, status, error_message, metadata_json FROM spans"
    with contextlib.closing(sqlite3.connect(directory / "agentmesh.db")) as database:
        return [span(*row[:5], status.get(row[5], row[5]), row[6] or "", json.loads(row[7])["attributes"])
                for row in database.execute(query)]


def read_phoenix(url: str, _directory: pathlib.Path) -> list[Span]:
    """All spans of its default project. It keeps the types of attributes and adds some that it derives."""
    with urllib.request.urlopen(f"{url}/v1/projects/default/spans?limit=1000", timeout=10) as answer:
        return [span(each["context"]["trace_id"], each["context"]["span_id"], each["name"], each["start_time"],
                     each["end_time"], each["status_code"], each["status_message"], each["attributes"])
                for each in json.load(answer)["data"]]


def read_rotel(_url: str, directory: pathlib.Path) -> list[Span]:
    """Every span that came in, typed, as rotel prints it: it passes on what it gets and keeps nothing."""
    types = {"Str": str, "Int": int, "Double": float, "Bool": "true".__eq__}
    attribute = re.compile(r"^     -> (\S+): (\w+)\((.*?)\)(?=\n     -> |\n(?:Resource|Scope)Spans #|\n*\Z)", re.M | re.S)
    spans = []
    for text in re.split(r"^Span #\d+\n", (directory / "log").read_text(), flags=re.M)[1:]:
        head, _, rest = text.partition("    Status message : ")
        message, _, attributes = rest.partition("\nAttributes:\n")
        of = dict(re.findall(r"^ *(\w[\w ]*?) *: (.*)$", head, re.M))
        times = [datetime.datetime.fromtimestamp(int(of[which]) // 1000 / 1e6, datetime.timezone.utc).isoformat()
                 for which in ("Start time", "End time")]
        values = {key: types[kind](value) for key, kind, value in attribute.findall(attributes)}
        status = of["Status code"].replace("STATUS_CODE_", "")
        spans.append(span(of["Trace ID"], of["ID"], of["Name"], *times, status, message, values))
    return spans


RECEIVERS = {
    "agentmesh": Receiver(read_agentmesh, "/api/health"),
    "phoenix": Receiver(read_phoenix, "/readyz", takes_json=False, adds_attributes=True),
    "rotel": Receiver(read_rotel, "/", stores=False),
}


class Report:
    """A line a check, and the totals."""

    def __init__(self) -> None:
        self.passed = self.failed = self.skipped = 0

    def check(self, what: str, problems: list[str]) -> None:
        self.passed += not problems
        self.failed += bool(problems)
        more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
        print(f"FAILED  {what}: {'; '.join(problems[:3])}{more}" if problems else f"ok      {what}", flush=True)

    def skip(self, why: str) -> None:
        # Where nobody reads the output, what was not checked must not look like a success.
        self.failed += "CI" in os.environ
        self.skipped += "CI" not in os.environ
        print(f"skipped: {why}", flush=True)


class Agent(NamedTuple):
    """The program under test. Each run is the first on its machine: no settings, no memory of earlier runs."""

    binary: pathlib.Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        with tempfile.TemporaryDirectory(prefix="moda-agent-home-") as home:
            return subprocess.run([self.binary, "upload", "--include-commands", *arguments], cwd=ROOT, timeout=120,
                                  env={"PATH": os.defpath, "HOME": home}, capture_output=True, text=True)

    def would_send(self, recordings: list[str]) -> list[Span]:
        run = self.run("--dry-run", "--format", "json", *recordings)
        if run.returncode or not run.stdout:
            sys.exit(f"the dry run ended with code {run.returncode}: {run.stderr}")
        turns = map(json.loads, run.stdout.splitlines())
        return [span(turn["trace_id"], turn["span_id"], turn["name"], turn["start"], turn["end"], turn["status"],
                     turn.get("error", ""), turn["attributes"]) for turn in turns]


def stop(process: subprocess.Popen) -> None:
    """Ends the process and its children, which are a group of their own."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)


def why_not_installed(name: str) -> str:
    process = subprocess.Popen([ROOT / "scripts/receiver", name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, start_new_session=True)
    try:
        lines = process.communicate(timeout=INSTALL_SECONDS)[0].strip().splitlines()
        return (lines or ["no reason given"])[-1] if process.returncode else ""
    except subprocess.TimeoutExpired:
        return f"it took longer than {INSTALL_SECONDS} s"
    finally:
        stop(process)


def why_not_ready(process: subprocess.Popen, url: str) -> list[str]:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        # An address that is not there is an answer, too; a connection that is not is none.
        with contextlib.suppress(OSError):
            try:
                urllib.request.urlopen(url, timeout=5).close()
                return []
            except urllib.error.HTTPError as answer:
                if answer.code < 500:
                    return []
        time.sleep(0.1)
    return [f"no answer; it ended with code {process.returncode}" if process.returncode is not None
            else f"no answer within {START_SECONDS} s"]


def free_port() -> int:
    """A port that is free, as is the next one."""
    while True:
        with socket.socket() as first, socket.socket() as second, contextlib.suppress(OSError, OverflowError):
            first.bind(("127.0.0.1", 0))
            second.bind(("127.0.0.1", first.getsockname()[1] + 1))
            return first.getsockname()[1]


class Checks(NamedTuple):
    """The checks of one running receiver."""

    report: Report
    agent: Agent
    receiver: Receiver
    label: str
    url: str
    directory: pathlib.Path

    def uploaded(self, what: str, recordings: list[str], count: int, options: list[str]) -> None:
        run = self.agent.run("--endpoint", self.url, *options, *recordings)
        said = f"code {run.returncode}: {run.stderr.strip()}"
        sent = re.search(rf"^sent +{count} spans in ", run.stdout + run.stderr, re.M)
        self.report.check(f"{self.label}: {what}: {count} spans sent", [] if not run.returncode and sent else [said])

    def refused(self) -> None:
        run = self.agent.run("--endpoint", self.url, *JSON, *RECORDINGS)
        right = run.returncode == 4 and re.search(r"^hint: .*--protocol", run.stderr, re.M)
        problems = [] if right else [f"code {run.returncode}: {run.stderr.strip()}"]
        self.report.check(f"{self.label}: JSON is refused: exit code 4, --protocol in the hint", problems)

    def stored(self, what: str, expected: list[Span]) -> None:
        spans = self.read_all(expected)
        counts = {each.id: 0 for each in expected + spans}
        for each in spans:
            counts[each.id] += 1
        wanted = {each.id for each in expected}
        problems = [f"{key} is there {count} times, not {int(key in wanted)}" for key, count in counts.items()
                    if count != (key in wanted)]
        self.report.check(f"{self.label}: {what}: the same {len(expected)} spans, each once", problems)
        theirs = {each.id: each.facts for each in spans}
        problems = [f"{each.id}: {problem}" for each in expected if each.id in theirs
                    for problem in self.differences(each.facts, theirs[each.id])]
        facts = sum(len(each.facts) for each in expected)
        self.report.check(f"{self.label}: {what}: names, times, statuses, attributes: {facts} values", problems)

    def read_all(self, expected: list[Span]) -> list[Span]:
        """What is stored once everything is, or when time is up."""
        deadline = time.monotonic() + STORE_SECONDS
        wanted = {each.id for each in expected}
        while True:
            spans = self.receiver.read(self.url, self.directory)
            if wanted <= {each.id for each in spans} or time.monotonic() > deadline:
                return spans
            time.sleep(0.2)

    def differences(self, ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
        keys = ours.keys() if self.receiver.adds_attributes else {**ours, **theirs}
        typed = [(key, *((type(facts.get(key)), facts.get(key)) for facts in (theirs, ours))) for key in keys]
        return [f"{key} is {got[1]!r}, not {sent[1]!r}" for key, got, sent in typed if got != sent]
