"""What the checks with real receivers have in common: what is particular to each, and whether it has what was sent."""

import argparse
import collections
import os
import pathlib
import re
import signal
import sys
import time
from typing import Any, Callable, Iterator, NamedTuple

from receivers.servers import Server, install
from receivers.spans import (Span, kept_by_agentmesh, kept_by_mlflow, read_agentmesh, read_mlflow, read_phoenix,
                             read_rotel)
from receivers.uploads import LAST_RECORDINGS, ROOT, moda_agent

STORE_SECONDS = 60


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
    # Attributes that it does not keep, or in another form only.
    drops: frozenset[str] = frozenset()
    # What it makes of a value.
    keeps: Callable[[Any], Any] = lambda value: value


CONTENT = [*(f"gen_ai.{key}" for key in ("input.messages", "output.messages", "tool.call.arguments",
                                         "tool.call.result")), "input.value", "output.value"]
# It keeps the parameters one by one.
PHOENIX = Receiver(read_phoenix, takes_json=False, adds_attributes=True, drops=frozenset(["tool.parameters"]))
RECEIVERS = {
    "agentmesh": Receiver(read_agentmesh, limit=1024 * 1024, drops=frozenset(CONTENT), keeps=kept_by_agentmesh),
    "mlflow": Receiver(read_mlflow, ["--header", "x-mlflow-experiment-id=0"], adds_attributes=True,
                       keeps=kept_by_mlflow),
    "phoenix": PHOENIX,
    "phoenix-guarded": PHOENIX,
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
        sent = re.search(rf"^sent +{count:,} spans in ", run.stdout + run.stderr, re.M)
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

    def has(self, what: str, expected: list[Span]) -> list[Span]:
        """All that is expected is there, and nothing else. Answers with what is there."""
        spans = self.read_all({ids for ids, _ in expected})
        sent, got = (collections.Counter(ids for ids, _ in some) for some in (expected, spans))
        problems = [f"{ids} is there {got[ids]} times, not {sent[ids]}" for ids in sent | got if got[ids] != sent[ids]]
        check(f"{self.label}: {what}: {len(expected)} spans are there, each once, and no other", problems)
        theirs = dict(spans)
        problems = [f"{ids}: {problem}" for ids, facts in expected if ids in theirs
                    for problem in self.differences(facts, theirs[ids])]
        count = sum(len(facts) for ids, facts in expected if ids in theirs)
        check(f"{self.label}: {what}: {count} names, parents, times, statuses and attributes are equal", problems)
        return spans

    def read_all(self, wanted: set[str]) -> list[Span]:
        """What is there once all that is wanted is, and nothing moves, or when time is up since something did."""
        deadline, before = time.monotonic() + STORE_SECONDS, None
        while True:
            began = time.monotonic()
            spans = self.receiver.read(self.server)
            now = time.monotonic()
            if spans == before and (wanted <= dict(spans).keys() or now > deadline):
                return spans
            deadline = deadline if spans == before else now + STORE_SECONDS
            before = spans
            # It has to have time for something else, too.
            time.sleep(max(0.2, now - began))

    def differences(self, ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[str]:
        dropped = {f"attribute {key}" for key in self.receiver.drops}
        for key in (ours if self.receiver.adds_attributes else {**theirs, **ours}).keys() - dropped:
            sent, got = self.receiver.keeps(ours.get(key)), theirs.get(key)
            if type(sent) is not type(got) or sent != got:
                yield f"{key} is {got!r:.200}, not {sent!r:.200}"


def installed(name: str) -> bool:
    """Whether a receiver is there to be checked."""
    if reason := install(name):
        print(f"skipped: {name} could not be installed: {reason}", flush=True)
        # Where nobody reads the output, what was not checked must not look like a success.
        RESULTS["failed" if os.environ.get("CI") else "skipped"] += 1
    return not reason


def arguments(description: str | None, receivers: list[str], *flags: tuple[str, str]) -> argparse.Namespace:
    """What a check was asked for: a binary that is there, and receivers that are known."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", metavar="PATH", type=pathlib.Path, help="default: the release or debug build")
    for flag, help_text in flags:
        parser.add_argument(flag, action="store_true", help=help_text)
    parser.add_argument("receivers", metavar="RECEIVER", nargs="*", help=f"{', '.join(receivers)} (default: all)")
    options = parser.parse_args()
    builds = [ROOT / "target" / profile / "moda-agent" for profile in ("release", "debug")]
    options.binary = (options.binary or next(filter(pathlib.Path.exists, builds), builds[0])).resolve()
    if not options.binary.is_file():
        parser.error(f"{options.binary} is not there; build moda-agent first")
    if unknown := set(options.receivers) - set(receivers):
        parser.error(f"unknown receiver: {', '.join(sorted(unknown))}")
    options.receivers = options.receivers or receivers
    # Else the receiver would outlive a check that is told to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    return options


def closing() -> int:
    """Says how it went; the exit code."""
    print(", ".join(f"{count} {result}" for result, count in RESULTS.items()))
    return int(RESULTS["failed"] > 0)
