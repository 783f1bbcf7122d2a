#!/usr/bin/env python3
"""The accounting check: `moda-agent sessions` counts what a second, naive count of the same transcripts gives.

Requests, tool calls and tokens are counted here straight from the description of the format, with no code and no
short cut of the program's own: every line of every file is parsed in full, and the records of a request are joined
by its id over the whole run. A request's tokens are those of its record with the largest usage, taken whole. The
result can also be held against the known numbers of a made-up corpus (--truth), and against what the API sent in a
recorded session (--recording); there, a request of which only the stream's first event was saved is counted as a
placeholder and is no difference. Any difference makes the exit code 1.
"""

import argparse
import functools
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Iterable, Iterator, NamedTuple, Optional

ROOT = Path(__file__).resolve().parent.parent
UUID = re.compile("-".join("[0-9a-fA-F]{%d}" % digits for digits in (8, 4, 4, 4, 12)))
USAGE = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"]
COUNTS = ["requests", "tool_calls"]
# Each is one side's alone: a request without a stop reason can be complete, and the program tells which are.
UNENDED, INCOMPLETE = "requests_without_stop_reason", "incomplete_requests"
TRUTH = {"requests": "api_calls", "tool_calls": "tool_uses",
         **dict(zip(USAGE, ["input", "cache_create", "cache_read", "output"]))}
# How a line of output ends that makes the exit code 1.
DIFFERENT = "  DIFFERENT"
TIMEOUT_SECONDS = 600

Figures = dict[str, int]


class Tokens(NamedTuple):
    """In the order of USAGE."""

    input: int = 0
    cache_creation: int = 0
    cache_read: int = 0
    output: int = 0

    def size(self) -> tuple[int, int]:
        return self.output, self.input + self.cache_creation + self.cache_read


class Answer(NamedTuple):
    """What an assistant record, or all those of a request, say."""

    tokens: Tokens = Tokens()
    has_ended: bool = False
    calls: frozenset[str] = frozenset()

    def and_then(self, later: "Answer") -> "Answer":
        tokens = max(later.tokens, self.tokens, key=Tokens.size)
        return Answer(tokens, self.has_ended or later.has_ended, self.calls | later.calls)


# Reading: what is of another type than it should be counts as absent.


def read_objects(line: bytes) -> Iterator[dict]:
    """The JSON objects on a line, up to the first damage. Texts may hold control characters."""
    text = line.decode("utf-8", "replace").replace("\0", " ").lstrip("\ufeff")
    while text := text.strip():
        try:
            value, end = json.JSONDecoder(strict=False).raw_decode(text)
        except (ValueError, RecursionError):
            return
        text = text[end:]
        if isinstance(value, dict):
            yield value


def as_object(value: Any) -> dict:
    return value if isinstance(value, dict) else {}


def as_count(value: Any) -> int:
    is_whole = type(value) is int or type(value) is float and value.is_integer()
    return int(value) if is_whole and 0 <= value < 2**64 else 0


def tokens_of(usage: dict) -> Tokens:
    tokens = Tokens(*(as_count(usage.get(key)) for key in USAGE))
    nested = as_object(usage.get("cache_creation"))
    created = sum(as_count(nested.get(f"ephemeral_{age}_input_tokens")) for age in ("5m", "1h"))
    return tokens._replace(cache_creation=tokens.cache_creation or created)


def answers_in(record: dict) -> Iterator[tuple[str, Answer]]:
    """With the request's id. None where the API answered nothing, or where no id joins the record to others."""
    message = record.get("message")
    if record.get("type") != "assistant" or not isinstance(message, dict) or message.get("model") == "<synthetic>":
        return
    content = message.get("content")
    blocks = [as_object(block) for block in content] if isinstance(content, list) else []
    calls = [block.get("id") for block in blocks if block.get("type") == "tool_use"]
    calls = frozenset(call for call in calls if isinstance(call, str))
    answer = Answer(tokens_of(as_object(message.get("usage"))), message.get("stop_reason") is not None, calls)
    ids = [message.get("id")]
    if isinstance(message.get("usage"), dict):
        ids += [record.get("requestId"), record.get("uuid")]
    yield from [(name, answer) for name in ids if isinstance(name, str) and name][:1]


@functools.cache
def read(path: Path) -> tuple[Optional[str], list[tuple[str, Answer]]]:
    """The first session that a file's records name, and its answers; nothing where it cannot be read."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return None, []
    records = [record for line in lines for record in read_objects(line)]
    if any(isinstance(as_object(record.get("message")).get("parts"), list) for record in records):
        return None, []  # written by another program
    sessions = [record["sessionId"] for record in records if isinstance(record.get("sessionId"), str)]
    return next(iter(sessions), None), [answer for record in records for answer in answers_in(record)]


# Finding the files.


def is_agent(path: Path) -> bool:
    return path.suffix == ".jsonl" and path.stem.startswith("agent-")


def is_transcript(path: Path) -> bool:
    is_other = path.stem in ("journal", "history") or ".orphaned" in path.stem or ".superseded" in path.stem
    return path.suffix == ".jsonl" and not is_other and not path.is_symlink() and path.is_file()


def below(folder: Path) -> Iterator[Path]:
    return filter(is_transcript, (Path(where, name) for where, _, names in os.walk(folder) for name in names))


def named_by(path: Path) -> Iterator[Path]:
    """A session that is named by its file, or by the folder of that name, has more files below and beside."""
    if path.is_dir():
        yield from below(path)
        folder = path.resolve()
        path = folder.parent / f"{folder.name}.jsonl"
        if not UUID.fullmatch(folder.name) or not path.is_file():
            return
    yield path
    if not is_agent(path):
        yield from below(path.with_suffix("") / "subagents")
        yield from filter(is_agent, path.parent.iterdir())


def session_of(path: Path) -> Optional[str]:
    """None for another program's file."""
    owner, named = path.stem, read(path)[0]
    if is_agent(path):
        owner = next((folder.parent.name for folder in path.parents if folder.name == "subagents"), "")
    return owner if named is not None and UUID.fullmatch(owner) else named


def transcripts(paths: list[Path]) -> list[Path]:
    files = {path.resolve(): path for start in paths for path in named_by(start)}
    sessions = {path: session_of(path) for path in sorted(files.values())}
    wanted = set(sessions.values())
    if all(path.is_file() or UUID.fullmatch(path.resolve().name) for path in paths):
        # Subagents of other sessions may lie beside the one that is named.
        wanted = {session for path, session in sessions.items() if not is_agent(path) or path in paths}
    return [path for path, session in sessions.items() if session in wanted - {None}]


# Counting.


def count(paths: list[Path]) -> dict[str, Answer]:
    requests: dict[str, Answer] = {}
    for path in transcripts(paths):
        for request, answer in read(path)[1]:
            requests[request] = requests.get(request, Answer()).and_then(answer)
    return requests


def figures_of(requests: Iterable[Answer]) -> Figures:
    rows = [(1, len(request.calls), *request.tokens, not request.has_ended) for request in requests]
    return dict(zip([*COUNTS, *USAGE, UNENDED], map(sum, zip((0, 0, *Tokens(), 0), *rows))))


def figures_in(entry: dict) -> Figures:
    """Those of a session, or of the totals, in the program's answer."""
    usage = {key: entry["usage"][key] + entry["subagent_usage"][key] for key in USAGE}
    return {key: entry[key] for key in COUNTS} | usage | {INCOMPLETE: entry[INCOMPLETE]}


def ask(binary: Path, paths: list[Path]) -> Figures:
    """Runs the program as on a new machine: without settings."""
    with tempfile.TemporaryDirectory(prefix="moda-agent-home-") as home:
        run = subprocess.run([binary.resolve(), "sessions", "--format", "json", "--", *paths], capture_output=True,
                             env={"PATH": os.defpath, "HOME": home}, timeout=TIMEOUT_SECONDS)
    try:
        answer = json.loads(run.stdout)
        totals, sessions = figures_in(answer["totals"]), [figures_in(session) for session in answer["sessions"]]
    except (ValueError, KeyError, TypeError) as problem:
        said = run.stderr.decode("utf-8", "replace").strip()
        raise ValueError(f"moda-agent ended with code {run.returncode} and no figures ({problem!r}): {said}") from None
    if totals != {key: sum(session[key] for session in sessions) for key in totals}:
        raise ValueError("moda-agent's sessions do not add up to its totals")
    return totals


# Comparing: each check gives lines of output.


def compare(columns: dict[str, Figures]) -> Iterator[str]:
    """A line for each figure, with a verdict where two or more know it."""
    for name in {name: None for figures in columns.values() for name in figures}:
        values = {whose: figures[name] for whose, figures in columns.items() if name in figures}
        verdict = DIFFERENT if len(set(values.values())) > 1 else "  ok" if len(values) > 1 else ""
        pairs = "".join(f"  {whose} {value:<12}" for whose, value in values.items())
        yield f"    {name:<28}{pairs}{verdict}".rstrip()


def check(binary: Optional[Path], paths: list[Path], known: dict[str, Figures]) -> Iterator[str]:
    """One run over all the paths."""
    columns = {"counted": figures_of(count(paths).values())}
    try:
        columns |= {"moda-agent": ask(binary, paths)} if binary else {}
    except (ValueError, subprocess.TimeoutExpired) as problem:
        yield f"    {problem}{DIFFERENT}"
    yield from compare(columns | known)


def check_each(binary: Optional[Path], paths: list[Path]) -> Iterator[str]:
    """A run for each transcript; only what differs is shown."""
    files = {file for path in paths for file in (below(path) if path.is_dir() else [path])}
    files = sorted(file for file in files if transcripts([file]))
    lines = {file: [line for line in check(binary, [file], {}) if line.endswith(DIFFERENT)] for file in files}
    differing = {file: some for file, some in lines.items() if some}
    for file, some in differing.items():
        yield from [str(file), *some]
    yield f"{len(files)} transcripts, each on its own: {len(differing)} differ"


def check_recording(binary: Optional[Path], folder: Path) -> Iterator[str]:
    """A recording's transcripts, and what the API sent."""
    yield str(folder)
    yield from check(binary, [folder / "projects"], {})
    saved = count([folder / "projects"])
    lines = (folder / "api-usage.jsonl").read_bytes().split(b"\n")
    sent = {each["id"]: tokens_of(each["usage"]) for line in lines for each in read_objects(line)}
    both = saved.keys() & sent.keys()
    right = {name for name in both if saved[name].tokens == sent[name]}
    placeholders = {name for name in both - right if is_placeholder(saved[name], sent[name])}
    yield f"    of {len(sent)} requests that the API answered: {len(right)} right, {len(placeholders)} placeholders"
    for name in sorted((saved.keys() | sent.keys()) - right - placeholders):
        yield f"    {name}: saved {saved.get(name)}, sent {sent.get(name)}{DIFFERENT}"


def is_placeholder(saved: Answer, sent: Tokens) -> bool:
    """The stream's first event knows the prompt's tokens, but neither the output's nor why it will stop."""
    is_less = saved.tokens.output < sent.output
    return is_less and not saved.has_ended and saved.tokens._replace(output=sent.output) == sent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--binary", metavar="FILE", type=Path, help="default: the release or debug build")
    which.add_argument("--no-binary", action="store_true", help="count, but do not run moda-agent")
    parser.add_argument("--truth", metavar="FILE", type=Path, help="a made-up corpus' truth.json")
    parser.add_argument("--recording", metavar="FOLDER", type=Path, action="append", default=[],
                        help="has projects/ and api-usage.jsonl; may be repeated")
    parser.add_argument("--each", action="store_true", help="check each transcript below the PATHs on its own")
    parser.add_argument("paths", metavar="PATH", nargs="*", type=Path, help="as moda-agent takes it")
    options = parser.parse_args()
    builds = [ROOT / "target" / profile / "moda-agent" for profile in ("release", "debug")]
    binary = None if options.no_binary else options.binary or next(filter(Path.exists, builds), builds[0])
    if binary and not binary.is_file():
        parser.error(f"{binary} is not there; build moda-agent first")
    if not options.paths and not options.recording:
        parser.error("name a PATH or a --recording")
    if options.truth and (options.each or not options.paths):
        parser.error("--truth is that of one run over PATHs")
    needed = [folder / name for folder in options.recording for name in ("projects", "api-usage.jsonl")]
    if missing := [str(path) for path in options.paths + needed if not path.exists()]:
        parser.error(f"not there: {', '.join(missing)}")
    truth = json.loads(options.truth.read_bytes()) if options.truth else {}
    known = {"truth": {name: truth[key] for name, key in TRUTH.items()}} if truth else {}
    checks = [check_recording(binary, folder) for folder in options.recording]
    if options.paths:
        checks.append(check_each(binary, options.paths) if options.each else check(binary, options.paths, known))
    sys.stdout.reconfigure(errors="backslashreplace")
    differs = False
    for line in (line for lines in checks for line in lines):
        print(line, flush=True)
        differs |= line.endswith(DIFFERENT)
    return int(differs)


if __name__ == "__main__":
    sys.exit(main())
