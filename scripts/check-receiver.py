#!/usr/bin/env python3
"""The end-to-end check: what moda-agent uploads is what a real OTLP receiver has got.

Each receiver is installed once and started on loopback by scripts/receiver. The recordings are uploaded, read back
and compared, span by span, with what a dry run prints; then they are uploaded again, in small batches, and nothing
may be stored twice. Once as protobuf with gzip and once, into a new and empty receiver, as plain JSON; one that
takes no JSON must be reported with exit code 4 and a hint. One that limits its requests gets a session that is too
large for one, too. phoenix-guarded wants certificates and a key, and has a queue for one span: without them nothing
may arrive, with them everything in the end. A receiver that cannot be installed is skipped; where the variable CI is
set, that is a failure.
"""

import argparse
import collections
import contextlib
import os
import pathlib
import re
import signal
import sys
import tempfile
import time
from typing import Any, Callable, Iterator, NamedTuple

sys.dont_write_bytecode = True  # The folder receivers is to stay as it is.
from receivers.servers import Server, install, running
from receivers.spans import Span, kept_by_agentmesh, read_agentmesh, read_mlflow, read_phoenix, read_rotel
from receivers.uploads import ROOT, moda_agent, would_send, write_large_session

RECORDINGS = ["testdata/recordings/live-2.1.330/projects", "testdata/recordings/interactive-2.1.330/projects"]
# Uploaded last of all: a receiver that works through a queue has seen everything once it has these.
LAST_RECORDINGS = ["testdata/recordings/client-2.1.330/projects"]
PROTOBUF = ["--protocol", "http/protobuf", "--compression", "gzip"]
JSON = ["--protocol", "http/json", "--compression", "none"]
ALL_AT_ONCE = ["--max-batch-spans", "100000", "--max-batch-bytes", "64MiB"]
STORE_SECONDS = 30


class Receiver(NamedTuple):
    """What is particular to a receiver."""

    read: Callable[[Server], list[Span]]
    # What it wants from every upload.
    options: list[str] = []
    takes_json: bool = True
    # Else it passes on whatever it gets, twice if need be.
    stores: bool = True
    # It answers 413 to requests of more bytes, before compression; 0 for any number.
    limit: int = 0
    # It derives attributes of its own from those that it gets.
    adds_attributes: bool = False
    # What it makes of a value.
    keeps: Callable[[Any], Any] = lambda value: value


RECEIVERS = {
    "agentmesh": Receiver(read_agentmesh, limit=1024 * 1024, keeps=kept_by_agentmesh),
    "mlflow": Receiver(read_mlflow, ["--header", "x-mlflow-experiment-id=0"], adds_attributes=True),
    "phoenix": Receiver(read_phoenix, takes_json=False, adds_attributes=True),
    "phoenix-guarded": Receiver(read_phoenix, takes_json=False, adds_attributes=True),
    "rotel": Receiver(read_rotel, stores=False, limit=20 * 1024 * 1024),
}
RESULTS = collections.Counter(passed=0, failed=0, skipped=0)


def check(what: str, problems: list[str]) -> None:
    RESULTS["failed" if problems else "passed"] += 1
    more = f"\n        and {len(problems) - 3} more" if len(problems) > 3 else ""
    shown = "".join(f"\n        {problem}" for problem in problems[:3])
    print(f"FAILED  {what}:{shown}{more}" if problems else f"ok      {what}", flush=True)


class Checks(NamedTuple):
    """The checks of one running receiver."""

    binary: pathlib.Path
    receiver: Receiver
    label: str
    server: Server

    def sends(self, what: str, paths: list[str], count: int, *options: str, meets: int = 0, **variables: str) -> None:
        """An upload that ends well, even if the receiver answers with the status `meets` before."""
        run = moda_agent(self.binary, "--endpoint", self.server.url, "-v", *self.receiver.options, *options, *paths,
                         **variables)
        sent = re.search(rf"^sent +{count} spans in ", run.stdout + run.stderr, re.M)
        met = not meets or re.search(rf"\b{meets} [A-Z][a-z]", run.stderr)
        problems = [] if sent and run.returncode == 0 else [f"exit code {run.returncode}: {run.stderr[-2000:].strip()}"]
        problems += [] if met else [f"no request was answered with {meets}"]
        check(f"{self.label}: {what}: {count} spans are sent{f' in spite of {meets}' if meets else ''}", problems)

    def has_all(self, what: str, paths: list[str], *options: str) -> None:
        """An upload that finds in its ledger that all was delivered."""
        run = moda_agent(self.binary, "--endpoint", self.server.url, *options, *paths)
        expected = run.returncode == 0 and re.search("^sent +nothing new to ", run.stderr, re.M)
        check(f"{self.label}: {what}: nothing is sent", [] if expected else [f"exit code {run.returncode}: {run.stderr}"])

    def fails(self, what: str, code: int, message: str, *options: str) -> None:
        """An upload of what must not arrive."""
        run = moda_agent(self.binary, "--endpoint", self.server.url, *options, *LAST_RECORDINGS)
        expected = run.returncode == code and re.search(message, run.stderr, re.M)
        problems = [] if expected else [f"exit code {run.returncode}: {run.stderr.strip()}"]
        check(f"{self.label}: {what}: exit code {code} and {message!r}", problems)

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
            spans = self.receiver.read(self.server)
            if (spans == before and wanted <= dict(spans).keys()) or time.monotonic() > deadline:
                return spans
            before = spans
            time.sleep(0.2)

    def differences(self, ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[str]:
        for key in ours if self.receiver.adds_attributes else {**theirs, **ours}:
            sent, got = self.receiver.keeps(ours.get(key)), theirs.get(key)
            if type(sent) is not type(got) or sent != got:
                yield f"{key} is {got!r:.200}, not {sent!r:.200}"


def check_open(checks: Checks, protocol: list[str]) -> None:
    """All checks of a receiver that takes what it gets."""
    first, last = would_send(checks.binary, RECORDINGS), would_send(checks.binary, LAST_RECORDINGS)
    if not checks.receiver.takes_json:
        checks.fails("JSON is refused", 4, "^hint: .*--protocol", *JSON)
    ledger = ["--state", str(checks.server.directory / "ledger.db")]
    checks.sends("at first", RECORDINGS, len(first), *protocol, *ledger)
    checks.has("at first", first)
    checks.has_all("with the same ledger", RECORDINGS, *protocol, *ledger)
    if checks.receiver.stores:
        checks.sends("again without it", RECORDINGS, len(first), *protocol, "--max-batch-spans", "7")
    checks.sends("others", LAST_RECORDINGS, len(last), *protocol)
    large = []
    # Plain requests that are refused unread may break off before the answer arrives; these are small enough.
    if checks.receiver.limit and protocol is PROTOBUF:
        projects = checks.server.directory / "projects"
        write_large_session(projects, checks.receiver.limit)
        large = would_send(checks.binary, [str(projects)])
        checks.sends("all at once", [str(projects)], len(large), *protocol, *ALL_AT_ONCE, meets=413)
    checks.has("in the end", first + last + large)


def check_guarded(checks: Checks, protocol: list[str]) -> None:
    """All checks of a receiver that wants certificates and a key, and has a queue for one span."""
    first, directory = would_send(checks.binary, RECORDINGS), checks.server.directory
    names = ["ca.pem", "client.pem", "client.key", "key", "secret"]
    authority, certificate, own, key, other = (str(directory / name) for name in names)
    trust = ["--certificate", authority]
    client = ["--client-certificate", certificate, "--client-key", own]
    right, wrong = ["--api-key-file", key], ["--api-key-file", other]
    # A connection that breaks is tried again.
    briefly = ["--retry-for", "1s"]
    checks.fails("a server that is not trusted", 4, "^hint: .*certificate", *client, *right, *briefly)
    checks.fails("no client certificate", 4, "^hint: ", *trust, *right, *briefly)
    checks.fails("no key", 3, "^hint: .*key", *trust, *client)
    checks.fails("a wrong key", 3, "^hint: .*key", *trust, *client, *wrong)
    checks.sends("one by one", RECORDINGS, len(first), *protocol, *trust, *client, *right, "--max-batch-spans", "1",
                 "--concurrency", "8", meets=503)
    variables = {"OTEL_EXPORTER_OTLP_CERTIFICATE": authority, "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": certificate,
                 "OTEL_EXPORTER_OTLP_CLIENT_KEY": own, "MODA_API_KEY": pathlib.Path(key).read_text(encoding="utf-8")}
    checks.sends("again, told by variables", RECORDINGS, len(first), *protocol, **variables)
    checks.has("in the end", first)


def check_receiver(binary: pathlib.Path, name: str, protocol: list[str]) -> None:
    """All checks of a new and empty receiver."""
    label = f"{name}, {protocol[1]}"
    with tempfile.TemporaryDirectory(prefix="moda-agent-receiver-") as directory, contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(running(name, pathlib.Path(directory)))
        except TimeoutError as problem:
            return check(f"{label}: it starts", [str(problem)])
        checks = Checks(binary, RECEIVERS[name], label, server)
        (check_guarded if server.guarded else check_open)(checks, protocol)


def check_all(binary: pathlib.Path, name: str) -> None:
    if reason := install(name):
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
    parser.add_argument("receivers", metavar="RECEIVER", nargs="*", help=f"{', '.join(RECEIVERS)} (default: all)")
    options = parser.parse_args()
    builds = [ROOT / "target" / profile / "moda-agent" for profile in ("release", "debug")]
    binary = (options.binary or next(filter(pathlib.Path.exists, builds), builds[0])).resolve()
    if not binary.is_file():
        parser.error(f"{binary} is not there; build moda-agent first")
    if unknown := set(options.receivers) - set(RECEIVERS):
        parser.error(f"unknown receiver: {', '.join(sorted(unknown))}")
    # Else the receiver would outlive a check that is told to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    for name in options.receivers or RECEIVERS:
        check_all(binary, name)
    print(", ".join(f"{count} {result}" for result, count in RESULTS.items()))
    return int(RESULTS["failed"] > 0)


if __name__ == "__main__":
    sys.exit(main())
