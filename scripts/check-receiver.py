#!/usr/bin/env python3
"""The end-to-end check: what moda-agent uploads is what a real OTLP receiver has got.

Each receiver is installed once and started on loopback by scripts/receiver. The recordings are uploaded, read back
and compared, span by span, with what a dry run prints; then they are uploaded again, in small batches, and nothing
may be stored twice. Once as protobuf with gzip and once, into a new and empty receiver, as plain JSON; one that
takes no JSON must be reported with exit code 4 and a hint. A receiver that cannot be installed is skipped; where the
variable CI is set, that is a failure.
"""

import argparse
import collections
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
import urllib.request
from typing import Any, Callable, Iterator, NamedTuple

ROOT = pathlib.Path(__file__).resolve().parent.parent
RECEIVER = ROOT / "scripts/receiver"
RECORDINGS = ["testdata/recordings/live-2.1.330/projects", "testdata/recordings/interactive-2.1.330/projects"]
# Uploaded last of all: a receiver that works through a queue has seen everything once it has these.
LAST_RECORDINGS = ["testdata/recordings/client-2.1.330/projects"]
PROTOBUF = ["--protocol", "http/protobuf", "--compression", "gzip"]
JSON = ["--protocol", "http/json", "--compression", "none"]
SMALL_BATCHES = ["--max-batch-spans", "7"]
START_SECONDS, STORE_SECONDS = 120, 30


class Span(NamedTuple):
    """What is compared; no receiver keeps all of the rest (kind, nanoseconds, resource)."""

    id: str
    facts: dict[str, Any]


class NotReady(Exception):
    """A receiver that does not start."""


class Receiver(NamedTuple):
    """What is particular to a receiver."""

    read: Callable[[str, pathlib.Path], list[Span]]
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
    "agentmesh": Receiver(read_agentmesh),
    "phoenix": Receiver(read_phoenix, takes_json=False, adds_attributes=True),
    "rotel": Receiver(read_rotel, stores=False),
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


def why_not_installed(name: str) -> str:
    run = subprocess.run([RECEIVER, name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return (run.stdout.splitlines() or ["no reason given"])[-1] if run.returncode else ""


@contextlib.contextmanager
def running(name: str, directory: pathlib.Path) -> Iterator[str]:
    """The address of a receiver that runs for as long as the block; it is a process group of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = free.getsockname()
    with open(directory / "log", "wb") as log:
        process = subprocess.Popen([RECEIVER, name, str(address[1]), directory], stdout=log, stderr=log,
                                   start_new_session=True)
    try:
        wait_until_ready(process, address)
        yield "http://{}:{}".format(*address)
    finally:
        for how in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is None:
                os.killpg(process.pid, how)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(15)


def wait_until_ready(process: subprocess.Popen, address: tuple[str, int]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NotReady(f"it ended with code {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(address, timeout=5):
            return
        time.sleep(0.1)
    raise NotReady(f"it took no connection within {START_SECONDS} s")


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

    def received(self, what: str, expected: list[Span]) -> None:
        spans = self.read_all({each.id for each in expected})
        sent, got = (collections.Counter(each.id for each in some) for some in (expected, spans))
        problems = [f"{key} is there {got[key]} times, not {sent[key]}" for key in sent | got if got[key] != sent[key]]
        self.report.check(f"{self.label}: {what}: {len(expected)} spans, each once, no other", problems)
        theirs = {each.id: each.facts for each in spans}
        problems = [f"{each.id}: {problem}" for each in expected if each.id in theirs
                    for problem in self.differences(each.facts, theirs[each.id])]
        facts = sum(len(each.facts) for each in expected)
        self.report.check(f"{self.label}: {what}: {facts} names, times, statuses and attributes are equal", problems)

    def read_all(self, wanted: set[str]) -> list[Span]:
        """What is there once all that is wanted is, or when time is up."""
        deadline = time.monotonic() + STORE_SECONDS
        while True:
            spans = self.receiver.read(self.url, self.directory)
            if wanted <= {each.id for each in spans} or time.monotonic() > deadline:
                return spans
            time.sleep(0.2)

    def differences(self, ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
        keys = ours if self.receiver.adds_attributes else ours | theirs
        typed = {key: [(type(facts.get(key)), facts.get(key)) for facts in (theirs, ours)] for key in keys}
        return [f"{key} is {got[1]!r}, not {sent[1]!r}" for key, (got, sent) in typed.items() if got != sent]


def check_receiver(report: Report, agent: Agent, name: str, protocol: list[str]) -> None:
    """All checks of one receiver, new and empty, and one protocol."""
    label = f"{name} {' '.join(protocol[1::2])}"
    first, last = agent.would_send(RECORDINGS), agent.would_send(LAST_RECORDINGS)
    with tempfile.TemporaryDirectory(prefix="moda-agent-receiver-") as directory:
        try:
            with running(name, pathlib.Path(directory)) as url:
                checks = Checks(report, agent, RECEIVERS[name], label, url, pathlib.Path(directory))
                if not checks.receiver.takes_json:
                    checks.refused()
                checks.uploaded("first", RECORDINGS, len(first), protocol)
                checks.received("first", first)
                if checks.receiver.stores:
                    checks.uploaded("again", RECORDINGS, len(first), protocol + SMALL_BATCHES)
                    checks.uploaded("more", LAST_RECORDINGS, len(last), protocol)
                    checks.received("in the end", first + last)
        except NotReady as why:
            report.check(f"{label}: start", [str(why)])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=pathlib.Path, help="moda-agent [default: the release build, else the debug build]")
    parser.add_argument("receivers", metavar="RECEIVER", nargs="*", help=f"{', '.join(RECEIVERS)} [default: agentmesh]")
    options = parser.parse_args()
    builds = [ROOT / "target" / profile / "moda-agent" for profile in ("release", "debug")]
    binary = options.binary or next(filter(pathlib.Path.exists, builds), builds[0])
    if not binary.is_file():
        parser.error(f"{binary} is not there; build moda-agent first")
    if unknown := set(options.receivers) - set(RECEIVERS):
        parser.error(f"unknown receiver: {', '.join(sorted(unknown))}")
    # Else the receiver would outlive a check that is told to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    report, agent = Report(), Agent(binary.resolve())
    for name in options.receivers or ["agentmesh"]:
        if why := why_not_installed(name):
            report.skip(f"{name} could not be installed: {why}")
            continue
        check_receiver(report, agent, name, PROTOBUF)
        if RECEIVERS[name].takes_json:
            check_receiver(report, agent, name, JSON)
    print(f"{report.passed} passed, {report.failed} failed, {report.skipped} skipped")
    return int(report.failed > 0)


if __name__ == "__main__":
    sys.exit(main())
