"""moda-agent as a subject: its binary, its command lines, and the tokens in what it prints."""

import argparse
import collections
import itertools
import json
import pathlib
import shutil
import subprocess
from typing import Iterator

from measured import Subject

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Which attributes make up the tokens in and out, whatever the convention is.
TOKENS_IN = {
    "gen_ai.usage.input_tokens", "claude_agent.subagent.input_tokens", "llm.token_count.prompt",
    "input_tokens", "cache_read_tokens", "cache_creation_tokens",
}
TOKENS_OUT = {
    "gen_ai.usage.output_tokens", "claude_agent.subagent.output_tokens", "llm.token_count.completion",
    "output_tokens",
}


def add_options(parser: argparse.ArgumentParser, rounds: int | None = None) -> None:
    """What all scripts take; `rounds` is the usual number, where there are any."""
    parser.add_argument("--binary", metavar="PATH", type=pathlib.Path, help="measure this one; build none")
    parser.add_argument("--work", metavar="DIR", type=pathlib.Path, default=ROOT / "target/bench",
                        help="where everything is kept [default: target/bench]")
    if rounds is not None:
        parser.add_argument("--rounds", type=int, default=rounds, help=f"how often all run [default: {rounds}]")


def chosen(options: argparse.Namespace) -> "Moda":
    """The binary that the options name, or a new one, and its folder."""
    if not options.binary:
        subprocess.run(["cargo", "build", "--release", "--locked", "--quiet"], cwd=ROOT, check=True)
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    return Moda(options.binary or ROOT / "target/release/moda-agent", work)


class Moda:
    """A binary, and the folder that it may write to."""

    def __init__(self, binary: pathlib.Path, work: pathlib.Path) -> None:
        self.binary, self.work = str(binary.resolve()), work
        self.environment = {"HOME": str(work), "MODA_API_KEY": "bench"}

    def sessions(self, tree: pathlib.Path) -> Subject:
        return self.subject("sessions", ["sessions", "--format", "json", str(tree)], sessions_totals)

    def dry_run(self, tree: pathlib.Path, convention: str = "moda") -> Subject:
        options = ["--dry-run", "--format", "otlp-json", "--all", "--convention", convention]
        name = "upload --dry-run" + (f" --convention {convention}" if convention != "moda" else "")
        return self.subject(name, ["upload", *options, str(tree)], spans_totals)

    def upload(self, tree: pathlib.Path, endpoint: str) -> Subject:
        """To a receiver that has got nothing yet."""
        subject = self.upload_again(tree, endpoint)
        subject.name, subject.prepare = "moda-agent upload", self.forget
        return subject

    def upload_again(self, tree: pathlib.Path, endpoint: str) -> Subject:
        """What was delivered is not sent again."""
        options = ["--endpoint", endpoint, "--state", str(self.state / "ledger.db"), "--settle", "0"]
        return self.subject("upload, unchanged", ["upload", *options, str(tree)])

    @property
    def state(self) -> pathlib.Path:
        return self.work / "state"

    def forget(self) -> None:
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir(parents=True)

    def subject(self, name: str, arguments: list[str], totals=None) -> Subject:
        return Subject(f"moda-agent {name}", [self.binary, *arguments], self.environment, self.work, totals)


def sessions_totals(output: pathlib.Path) -> dict[str, int]:
    """A session's usage is without that of its subagents."""
    totals = json.loads(output.read_text())["totals"]
    tokens = collections.Counter(totals["usage"]) + collections.Counter(totals["subagent_usage"])
    return {"input": tokens["input_tokens"], "cache_creation": tokens["cache_creation_input_tokens"],
            "cache_read": tokens["cache_read_input_tokens"], "output": tokens["output_tokens"]}


def spans_totals(output: pathlib.Path) -> dict[str, int]:
    totals = {"in": 0, "output": 0}
    with output.open(encoding="utf-8") as lines:
        for key, value in itertools.chain.from_iterable(numbers(json.loads(line)) for line in lines):
            totals["in"] += value if key in TOKENS_IN else 0
            totals["output"] += value if key in TOKENS_OUT else 0
    return totals


def numbers(request: dict) -> Iterator[tuple[str, int]]:
    """The attributes of all spans that are whole numbers."""
    scopes = (scope for resource in request["resourceSpans"] for scope in resource["scopeSpans"])
    for span in (span for scope in scopes for span in scope["spans"]):
        for attribute in span["attributes"]:
            if "intValue" in attribute["value"]:
                yield attribute["key"], int(attribute["value"]["intValue"])
