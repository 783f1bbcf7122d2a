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
RECORDINGS = ["testdata/recordings/live-2.1.330/projects", "testdata/recordings/interactive-2.1.330/projects"]
# Uploaded last of all: a receiver that works through a queue has seen everything once it has these.
LAST_RECORDINGS = ["testdata/recordings/client-2.1.330/projects"]
PROTOBUF = ["--protocol", "http/protobuf", "--compression", "gzip"]
JSON = ["--protocol", "http/json", "--compression", "none"]
START_SECONDS, STORE_SECONDS = 120, 30

# The ids of a span, and what is compared. Not every receiver keeps the rest: kind, resource, nanoseconds.
Span = tuple[str, dict[str, Any]]


def span(trace: str, own: str, name: str, start: str, end: str, status: str, message: str, attributes: dict) -> Span:
    times = [datetime.datetime.fromisoformat(when.replace("Z", "+00:00")).isoformat() for when in (start, end)]
    facts = {"name": name, "start": times[0], "end": times[1], "status": status, "message": message}
    return f"{trace}/{own}", {**facts, **{f"attribute {key}": value for key, value in attributes.items()}}


def read_agentmesh(_url: str, directory: pathlib.Path) -> list[Span]:
    """Its whole table of spans. It keeps the types of attributes; a status that is unset becomes a success."""
    status = {"succeeded": "OK", "failed": "ERROR"}
    query = "SELECT trace_id, span_id, name, started_at, ended_at, status, error_message, metadata_json FROM spans"
    with contextlib.closing(sqlite3.connect(directory / "agentmesh.db")) as database:
        return [span(*row[:5], status.get(row[5], row[5]), row[6] or "", json.loads(row[7])["attributes"])
                for row in database.execute(query)]


def kept_by_agentmesh(value: Any) -> Any:
    """It cuts long texts and blanks out what looks like a key, and has no setting against either."""
    if not isinstance(value, str):
        return value
    cut = value if len(value) <= 2000 else f"{value[:2000]}... [truncated {len(value) - 2000} chars]"
    return re.sub(r"\bsk-[\w-]{16,}\b|\bAKIA[0-9A-Z]{16}\b", "[REDACTED]", cut)


def read_phoenix(url: str, _directory: pathlib.Path) -> list[Span]:
    """All spans of its default project. It keeps the types of attributes."""
    with urllib.request.urlopen(f"{url}/v1/projects/default/spans?limit=1000", timeout=10) as answer:
        return [span(each["context"]["trace_id"], each["context"]["span_id"], each["name"], each["start_time"],
                     each["end_time"], each["status_code"], each["status_message"], each["attributes"])
                for each in json.load(answer)["data"]]


def read_rotel(_url: str, directory: pathlib.Path) -> list[Span]:
    """Every span that came in, in the text that it prints, types included."""
    types = {"Str": str, "Int": int, "Double": float, "Bool": "true".__eq__}
    pattern = re.compile(r"^     -> (\S+): (\w+)\((.*?)\)(?=\n     -> |\n\w+Spans #|\n*\Z)", re.M | re.S)
    spans = []
    for text in re.split(r"^Span #\d+\n", (directory / "log").read_text(encoding="utf-8"), flags=re.M)[1:]:
        head, _, rest = text.partition("    Status message : ")
        message, _, attributes = rest.partition("\nAttributes:\n")
        of = dict(re.findall(r"^ *(\w[\w ]*?) *: (.*)$", head, re.M))
        times = [datetime.datetime.fromtimestamp(int(of[which]) / 1e9, datetime.timezone.utc).isoformat()
                 for which in ("Start time", "End time")]
        values = {key: types[kind](value) for key, kind, value in pattern.findall(attributes)}
        status = of["Status code"].replace("STATUS_CODE_", "")
        spans.append(span(of["Trace ID"], of["ID"], of["Name"], *times, status, message, values))
    return spans


class Receiver(NamedTuple):
    """What is particular to a receiver."""

    read: Callable[[str, pathlib.Path], list[Span]]
    takes_json: bool = True
    # Else it passes on whatever it gets, twice if need be.
    stores: bool = True
    # It derives attributes of its own from those that it gets.
    adds_attributes: bool = False
    # What it makes of a value.
    keeps: Callable[[Any], Any] = lambda value: value


RECEIVERS = {
    "agentmesh": Receiver(read_agentmesh, keeps=kept_by_agentmesh),
    "phoenix": Receiver(read_phoenix, takes_json=False, adds_attributes=True),
    "rotel": Receiver(read_rotel, stores=False),
}
RESULTS = collections.Counter(passed=0, failed=0, skipped=0)


def check(what: str, problems: list[str]) -> None:
    RESULTS["failed" if problems else "passed"] += 1
    more = f"\n        and {len(problems) - 3} more" if len(problems) > 3 else ""
    shown = "".join(f"\n        {problem}" for problem in problems[:3])
    print(f"FAILED  {what}:{shown}{more}" if problems else f"ok      {what}", flush=True)


def moda_agent(binary: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess:
    """Runs an upload as on a new machine: without settings, and without memory of what was uploaded before."""
    with tempfile.TemporaryDirectory(prefix="moda-agent-home-") as home:
        return subprocess.run([binary, "upload", "--include-commands", *arguments], cwd=ROOT, timeout=120,
                              env={"PATH": os.defpath, "HOME": home}, capture_output=True, encoding="utf-8")


def would_send(binary: pathlib.Path, recordings: list[str]) -> list[Span]:
    run = moda_agent(binary, "--dry-run", "--format", "json", *recordings)
    if run.returncode or not run.stdout:
        sys.exit(f"the dry run ended with code {run.returncode}: {run.stderr}")
    return [span(turn["trace_id"], turn["span_id"], turn["name"], turn["start"], turn["end"], turn["status"],
                 turn.get("error", ""), turn["attributes"]) for turn in map(json.loads, run.stdout.splitlines())]


@contextlib.contextmanager
def running(name: str, directory: pathlib.Path) -> Iterator[str]:
    """The address of a receiver that runs for as long as the block; it is a process group of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host, port = free.getsockname()
    with open(directory / "log", "wb") as log:
        process = subprocess.Popen([ROOT / "scripts/receiver", name, str(port), directory], stdout=log, stderr=log,
                                   start_new_session=True)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not takes_connections(host, port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise TimeoutError(f"{name} does not start (exit code: {process.poll()})")
            time.sleep(0.1)
        yield f"http://{host}:{port}"
    finally:
        for how in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is None:
                os.killpg(process.pid, how)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(15)


def takes_connections(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=5):
        return True
    return False


class Checks(NamedTuple):
    """The checks of one running receiver."""

    binary: pathlib.Path
    receiver: Receiver
    label: str
    url: str
    directory: pathlib.Path

    def sends(self, what: str, recordings: list[str], count: int, *options: str) -> None:
        run = moda_agent(self.binary, "--endpoint", self.url, *options, *recordings)
        sent = re.search(rf"^sent +{count} spans in ", run.stdout + run.stderr, re.M)
        problems = [] if sent and run.returncode == 0 else [f"exit code {run.returncode}: {run.stderr.strip()}"]
        check(f"{self.label}: {what}: {count} spans are sent", problems)

    def refuses_json(self) -> None:
        run = moda_agent(self.binary, "--endpoint", self.url, *JSON, *RECORDINGS)
        hint = re.search(r"^hint: .*--protocol", run.stderr, re.M)
        problems = [] if hint and run.returncode == 4 else [f"exit code {run.returncode}: {run.stderr.strip()}"]
        check(f"{self.label}: JSON is refused: exit code 4, and the hint names --protocol", problems)

    def has(self, what: str, expected: list[Span]) -> None:
        spans = self.read_all({ids for ids, _ in expected})
        sent, got = (collections.Counter(ids for ids, _ in some) for some in (expected, spans))
        problems = [f"{ids} is there {got[ids]} times, not {sent[ids]}" for ids in sent | got if got[ids] != sent[ids]]
        check(f"{self.label}: {what}: {len(expected)} spans are there, each once, and no other", problems)
        theirs = dict(spans)
        problems = [f"{ids}: {problem}" for ids, facts in expected if ids in theirs
                    for problem in self.differences(facts, theirs[ids])]
        count = sum(len(facts) for ids, facts in expected if ids in theirs)
        check(f"{self.label}: {what}: {count} names, times, statuses and attributes are equal", problems)

    def read_all(self, wanted: set[str]) -> list[Span]:
        """What is there once all that is wanted is, and nothing moves, or when time is up."""
        deadline, before = time.monotonic() + STORE_SECONDS, None
        while True:
            spans = self.receiver.read(self.url, self.directory)
            if (spans == before and wanted <= dict(spans).keys()) or time.monotonic() > deadline:
                return spans
            before = spans
            time.sleep(0.2)

    def differences(self, ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[str]:
        for key in ours if self.receiver.adds_attributes else {**theirs, **ours}:
            sent, got = self.receiver.keeps(ours.get(key)), theirs.get(key)
            if type(sent) is not type(got) or sent != got:
                yield f"{key} is {got!r:.200}, not {sent!r:.200}"


def check_receiver(binary: pathlib.Path, name: str, protocol: list[str]) -> None:
    """All checks of a new and empty receiver."""
    first, last = would_send(binary, RECORDINGS), would_send(binary, LAST_RECORDINGS)
    label = f"{name}, {protocol[1]}"
    with tempfile.TemporaryDirectory(prefix="moda-agent-receiver-") as directory, contextlib.ExitStack() as stack:
        try:
            url = stack.enter_context(running(name, pathlib.Path(directory)))
        except TimeoutError as problem:
            return check(f"{label}: it starts", [str(problem)])
        checks = Checks(binary, RECEIVERS[name], label, url, pathlib.Path(directory))
        if not checks.receiver.takes_json:
            checks.refuses_json()
        checks.sends("at first", RECORDINGS, len(first), *protocol)
        checks.has("at first", first)
        if checks.receiver.stores:
            checks.sends("again", RECORDINGS, len(first), *protocol, "--max-batch-spans", "7")
            checks.sends("others", LAST_RECORDINGS, len(last), *protocol)
            checks.has("in the end", first + last)


def check_all(binary: pathlib.Path, name: str) -> None:
    install = subprocess.run([ROOT / "scripts/receiver", name], capture_output=True, text=True)
    if install.returncode:
        reason = ((install.stdout + install.stderr).splitlines() or [f"exit code {install.returncode}"])[-1]
        print(f"skipped: {name} could not be installed: {reason}", flush=True)
        # Where nobody reads the output, what was not checked must not look like a success.
        RESULTS["failed" if os.environ.get("CI") else "skipped"] += 1
        return
    check_receiver(binary, name, PROTOBUF)
    if RECEIVERS[name].takes_json:
        check_receiver(binary, name, JSON)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", metavar="PATH", type=pathlib.Path, help="default: the release or debug build")
    parser.add_argument("receivers", metavar="RECEIVER", nargs="*", help=f"{', '.join(RECEIVERS)} (default: agentmesh)")
    options = parser.parse_args()
    builds = [ROOT / "target" / profile / "moda-agent" for profile in ("release", "debug")]
    binary = (options.binary or next(filter(pathlib.Path.exists, builds), builds[0])).resolve()
    if not binary.is_file():
        parser.error(f"{binary} is not there; build moda-agent first")
    if unknown := set(options.receivers) - set(RECEIVERS):
        parser.error(f"unknown receiver: {', '.join(sorted(unknown))}")
    # Else the receiver would outlive a check that is told to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    for name in options.receivers or ["agentmesh"]:
        check_all(binary, name)
    print(", ".join(f"{count} {result}" for result, count in RESULTS.items()))
    return int(RESULTS["failed"] > 0)


if __name__ == "__main__":
    sys.exit(main())
