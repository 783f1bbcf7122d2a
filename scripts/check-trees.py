#!/usr/bin/env python3
"""The end-to-end check of the trees: what Phoenix and MLflow make of a turn with its requests, tool calls and agents.

Each convention is uploaded into a new and empty receiver. What is there is compared, span by span, with what a dry run
prints; then the receiver is asked what its pages show: tokens, which must be those that the list of sessions counts,
kinds, tools, chats, sessions and users. It is all sent again, in other batches, and must change nothing. Another new
receiver gets the same without content: no text of the transcripts may be in it. Texts that are hard to store must cost
no span. Two long sessions, one of many turns and one of a turn with many tool calls, go to these two and to agentmesh
and rotel. A receiver that cannot be installed is skipped; where the variable CI is set, that is a failure.
"""

import argparse
import collections
import contextlib
import pathlib
import sys
import tempfile
import time
from typing import Any, Iterator, NamedTuple

sys.dont_write_bytecode = True  # The folder receivers is to stay as it is.
from receivers.checks import RECEIVERS, Checks, arguments, check, closing, installed
from receivers.mlflow import MLFLOW
from receivers.phoenix import PHOENIX
from receivers.servers import Launch, Server, launched
from receivers.shown import Node, Session, Trace, expected, expected_native, without_content
from receivers.texts import OF_CLIENT, stored_text, texts_of
from receivers.uploads import (LAST_RECORDINGS, dry_run, sessions, spans_of, would_send, write_long_session,
                               write_odd_session)

RECORDINGS = [f"testdata/recordings/{name}/projects" for name in
              ("native-2.1.330", "interactive-2.1.330", "live-2.1.330", "client-2.0.76", "client-1.0.60")]
BACKENDS = {"phoenix": PHOENIX, "mlflow": MLFLOW}
USER = "ada"
# Of the two long sessions, turns and the tool calls of each.
LONG = {"many turns": (3000, 1), "many calls": (1, 5000)}
# Phoenix stores some 200 spans a second.
SHORT = {"many turns": (300, 1), "many calls": (1, 600)}


class Job(NamedTuple):
    """What a new receiver is for."""

    receiver: str
    convention: str = "genai"
    content: str = "full"

    def __str__(self) -> str:
        return ", ".join(self if self.content != "full" else self[:2])


class Known(NamedTuple):
    """What is known of the recordings before anything is sent."""

    # By the dry run with the convention genai.
    traces: dict[str, Trace]
    # The turns of each session, in order.
    turns: dict[str, list[str]]
    # What the list of sessions counts.
    tokens: dict[str, dict[str, int]]
    texts: set[str]


def known(binary: pathlib.Path, paths: list[str]) -> Known:
    turns = sorted(dry_run(binary, paths, "--convention", "genai"), key=lambda turn: turn["start"])
    of_session = collections.defaultdict(list)
    for turn in turns:
        of_session[turn["session_id"]].append(turn["trace_id"])
    tokens = {each["session_id"]: counted(each) for each in sessions(binary, paths)}
    return Known({turn["trace_id"]: expected(turn, USER) for turn in turns}, of_session, tokens, texts_of(paths))


def counted(session: dict[str, Any]) -> dict[str, int]:
    """The tokens of a session in the list of sessions, with those of its agents."""
    names = {"input": "input_tokens", "output": "output_tokens", "cache_read": "cache_read_input_tokens",
             "cache_creation": "cache_creation_input_tokens"}
    sums = {which: session["usage"][name] + session["subagent_usage"][name] for which, name in names.items()}
    return {**sums, "input": sums["input"] + sums["cache_read"] + sums["cache_creation"]}


def different(what: str, got: Any, wanted: Any) -> list[str]:
    return [] if got == wanted else [f"{what} is {got!r:.500}, not {wanted!r:.500}"]


def count(of: dict[str, int]) -> str:
    return ", ".join(f"{number} {what}" for what, number in sorted(of.items()))


class Shown(NamedTuple):
    """The checks of what a receiver shows after an upload."""

    job: Job
    server: Server
    known: Known
    # By the dry run with this convention.
    turns: list[dict[str, Any]]

    def ask(self) -> tuple[dict[str, Trace], dict[str, Session]]:
        backend = BACKENDS[self.job.receiver]
        return ({trace: backend.trace(self.server, trace) for trace in self.known.traces},
                {session: backend.session(self.server, session) for session in self.known.turns})

    def check_all(self, traces: dict[str, Trace], sessions_shown: dict[str, Session]) -> None:
        self.check_tokens(traces, sessions_shown)
        nodes = [node for trace in traces.values() for node in trace.nodes.values()]
        kinds = collections.Counter(node.kind for node in nodes)
        self.say(f"the tree and the kinds of {len(nodes)} spans, {count(kinds)},",
                 self.differing_nodes(traces, "parent", "kind", "failed", "events"))
        self.say(f"{kinds['TOOL']} tool calls", self.differing_nodes(traces, "tool"))
        self.check_chats(traces, sum(bool(node.asked and node.answered) for node in nodes))
        self.check_sessions(traces, sessions_shown)

    def say(self, what: str, problems: list[str]) -> None:
        check(f"{self.job}: {what} are shown as they are", problems)

    def wanted(self) -> dict[str, Trace]:
        """What should be shown with this convention and as much content."""
        wanted, names = dict(self.known.traces), []
        if self.job.convention == "claude-code":
            # In this convention what kind of agent a tool starts is an attribute of its own.
            names = ["subagent_type"]
            wanted = {turn["trace_id"]: expected_native(turn, wanted[turn["trace_id"]]) for turn in self.turns}
        if self.job.content == "none":
            wanted = {own: without_content(trace, *names) for own, trace in wanted.items()}
        return wanted

    def check_tokens(self, traces: dict[str, Trace], sessions_shown: dict[str, Session]) -> None:
        """Of the traces of each session together, and of the session itself."""
        problems = []
        for session, turns in self.known.turns.items():
            wanted = self.known.tokens[session]
            sums = {which: sum(traces[turn].tokens[which] for turn in turns) for which in wanted}
            own = sessions_shown[session].tokens
            problems += different(f"{session}: of its {len(turns)} traces", sums, wanted)
            problems += different(f"{session}", own, {which: wanted[which] for which in own})
        listed = {session for session, tokens in self.known.tokens.items() if any(tokens.values())}
        problems += [f"{session} has tokens and no turn" for session in sorted(listed - self.known.turns.keys())]
        total = sum(sum(trace.tokens[which] for which in ("input", "output")) for trace in traces.values())
        self.say(f"{total} tokens of {len(self.known.turns)} sessions", problems)

    def differing_nodes(self, traces: dict[str, Trace], *fields: str) -> list[str]:
        nothing = Node("", "missing", False, [])
        return [problem for own, trace in self.wanted().items() for span in trace.nodes | traces[own].nodes
                for field in fields for problem in different(
                    f"{own}/{span}: {field}", getattr(traces[own].nodes.get(span, nothing), field),
                    getattr(trace.nodes.get(span, nothing), field))]

    def check_chats(self, traces: dict[str, Trace], drawn: int) -> None:
        problems = self.differing_nodes(traces, "asked", "answered")
        if self.job.content == "full" and self.job.convention != "claude-code":
            problems += [f"{own}/{span}: it did not fail and has no chat" for own, trace in traces.items()
                         for span, node in trace.nodes.items()
                         if node.kind == "LLM" and not node.failed and not (node.asked and node.answered)]
        self.say(f"{drawn} chats", problems)

    def check_sessions(self, traces: dict[str, Trace], sessions_shown: dict[str, Session]) -> None:
        wanted, problems = self.wanted(), []
        for own, trace in wanted.items():
            problems += [problem for field in ("session", "user", "input", "output") for problem in
                         different(f"{own}: {field}", getattr(traces[own], field), getattr(trace, field))]
            roots = sum(not node.parent for node in traces[own].nodes.values())
            problems += different(f"{own}: the number of its roots", roots, 1)
        for session, turns in self.known.turns.items():
            preview = BACKENDS[self.job.receiver].preview
            whole = Session(len(turns), USER, preview(wanted[turns[0]].input), preview(wanted[turns[-1]].output), {})
            problems += different(session, sessions_shown[session]._replace(tokens={}), whole)
        self.say(f"{len(traces)} turns of {len(self.known.turns)} sessions and their user", problems)

    def check_texts(self) -> None:
        """Whether what people, models and tools said is in the store."""
        stored = stored_text(self.server.directory)
        found = {text for text in self.known.texts if text in stored}
        if self.job.content == "none":
            return check(f"{self.job}: none of {len(self.known.texts)} texts is in {len(stored)} letters that it has",
                         [f"it has {text!r}" for text in sorted(found)])
        # Else that would prove nothing.
        texts = {text for text in self.known.texts if not OF_CLIENT.match(text)}
        check(f"{self.job}: {len(texts)} texts are in {len(stored)} letters that it has",
              [f"it has not {text!r}" for text in sorted(texts - found)])


def check_recordings(checks: Checks, job: Job, facts: Known) -> list[tuple[str, dict[str, Any]]]:
    """All that is checked with the recordings. Answers with the spans that are there in the end."""
    options = ["--convention", job.convention, "--content", job.content, "--user-id", USER]
    turns = dry_run(checks.binary, RECORDINGS, *options)
    first = spans_of(turns)
    checks.sends("at first", RECORDINGS, len(first), *options)
    if dict(first).keys() - dict(checks.has("at first", first)).keys():
        # What is not there cannot be asked for.
        return first
    shown = Shown(job, checks.server, facts, turns)
    answers = shown.ask()
    shown.check_all(*answers)
    # The client's own convention leaves most of the texts out.
    if (job.convention, job.content) != ("claude-code", "full"):
        shown.check_texts()
    if job.content == "full":
        last = would_send(checks.binary, LAST_RECORDINGS, *options)
        checks.sends("again in other batches", RECORDINGS, len(first), *options, "--all", "--max-batch-spans", "7",
                     "--concurrency", "8")
        checks.sends("others", LAST_RECORDINGS, len(last), *options)
        first += last
        checks.has("in the end", first)
        check(f"{job}: what is shown did not change", different("it", shown.ask(), answers))
    return first


def check_odd(checks: Checks, job: Job, there: list) -> list[tuple[str, dict[str, Any]]]:
    """What is hard to store costs no span. Answers with the spans that are there in the end."""
    projects = checks.server.directory / "odd"
    write_odd_session(projects)
    spans = would_send(checks.binary, [str(projects)], "--convention", job.convention)
    checks.sends("odd texts", [str(projects)], len(spans), "--convention", job.convention)
    checks.has("odd texts", there + spans)
    return there + spans


def check_long(checks: Checks, job: Job, sizes: dict[str, tuple[int, int]], there: list) -> None:
    """Sessions of many spans: so many turns, with so many tool calls each. They come in addition to what is there."""
    for name, (turns, calls) in sizes.items():
        projects = checks.server.directory / name
        write_long_session(projects, turns, calls)
        spans = would_send(checks.binary, [str(projects)], "--convention", job.convention)
        what, began = f"{name}, {turns} with {calls} each", time.monotonic()
        checks.sends(what, [str(projects)], len(spans), "--convention", job.convention)
        sent = time.monotonic()
        there = there + spans
        checks.has(what, there)
        print(f"        measured: {len(spans)} spans; sent in {sent - began:.1f} s, "
              f"read back {time.monotonic() - sent:.1f} s later", flush=True)
        if backend := BACKENDS.get(job.receiver):
            listed, = sessions(checks.binary, [str(projects)])
            shown = backend.session(checks.server, listed["session_id"])
            wanted = {which: counted(listed)[which] for which in shown.tokens}
            check(f"{job}: {what}: {wanted['input']} tokens in and {wanted['output']} out are shown",
                  different("it", (shown.traces, shown.tokens), (turns, wanted)))


def launches(jobs: list[Job]) -> Iterator[tuple[Job, Launch]]:
    """New and empty receivers; each starts while the one before it is checked."""
    with contextlib.ExitStack() as all_of_them:
        def start(job: Job) -> tuple[contextlib.ExitStack, Launch]:
            stack = all_of_them.enter_context(contextlib.ExitStack())
            directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="moda-agent-receiver-"))
            return stack, stack.enter_context(launched(job.receiver, pathlib.Path(directory)))

        following = start(jobs[0])
        for job, after in zip(jobs, [*jobs[1:], None]):
            (stack, launch), following = following, after and start(after)
            yield job, launch
            stack.close()


def check_job(options: argparse.Namespace, job: Job, launch: Launch, facts: Known) -> None:
    try:
        server = launch.ready()
    except TimeoutError as problem:
        return check(f"{job}: it starts", [str(problem)])
    checks = Checks(options.binary, RECEIVERS[job.receiver], str(job), server)
    try:
        there = check_recordings(checks, job, facts) if job.receiver in BACKENDS else []
        if job.content == "full" and job.receiver in BACKENDS:
            there = check_odd(checks, job, there)
        if (job.convention, job.content) == ("genai", "full"):
            check_long(checks, job, SHORT if job.receiver == "phoenix" and not options.large else LONG, there)
    except (OSError, ValueError) as problem:
        check(f"{job}: it answers", [f"{problem!r}"])


def main() -> int:
    options = arguments(__doc__, [*BACKENDS, "agentmesh", "rotel"],
                        ("--large", "send Phoenix all of the long sessions, too"))
    names = [name for name in options.receivers if installed(name)]
    jobs = [Job(name, convention, content) for name in names if name in BACKENDS
            for convention in BACKENDS[name].conventions for content in ("full", "none")]
    jobs += [Job(name) for name in names if name not in BACKENDS]
    facts = None
    with contextlib.closing(launches(jobs)) as started:
        for job, launch in started:
            facts = facts or known(options.binary, RECORDINGS)
            check_job(options, job, launch, facts)
    return closing()


if __name__ == "__main__":
    sys.exit(main())
