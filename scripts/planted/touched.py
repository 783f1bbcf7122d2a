"""Which look-alikes the program takes for secrets: those that are there without redaction, and not with it."""

import json
import re
from typing import NamedTuple

from planted.tree import Planted

TRACE = re.compile(r'"trace_id":"([0-9a-f]{32})"')
SESSION = re.compile(r'"session_id":"([^"]*)"')
DEPTH = 5  # So often a text may be written as JSON in JSON.
SHOWN = 90


class Touched(NamedTuple):
    # By their places in the list of what was planted.
    sent: set[int]
    # With what each became.
    touched: dict[int, str]

    def and_also(self, other: "Touched") -> "Touched":
        return Touched(self.sent | other.sent, other.touched | self.touched)


def forms(text: str) -> list[str]:
    """The text as JSON has it, and as JSON in JSON has it, and so on."""
    found = [text]
    for _ in range(DEPTH):
        found.append(json.dumps(found[-1], ensure_ascii=False)[1:-1])
    return list(dict.fromkeys(found[1:]))


class LookAlikes:
    def __init__(self, planted: list[Planted]) -> None:
        self.by_session: dict[str, list[tuple[int, list[str]]]] = {}
        for number, one in enumerate(planted):
            self.by_session.setdefault(one.session, []).append((number, forms(one.snippet.text)))

    def compare(self, plain: str, redacted: str) -> Touched:
        """Of two dry runs as JSON, which have a line for each turn."""
        others = {trace[1]: line for line in redacted.split("\n") if (trace := TRACE.search(line))}
        result = Touched(set(), {})
        for line in plain.split("\n"):
            trace, session = TRACE.search(line), SESSION.search(line)
            if trace and session:
                other = others.get(trace[1], "")
                for number, some in self.by_session.get(session[1], []):
                    form = next((form for form in some if form in line), None)
                    if form:
                        result.sent.add(number)
                        if other != line and count(some, other) < count(some, line):
                            result.touched[number] = became(form, line, other)
        return result


def count(some: list[str], line: str) -> int:
    return sum(map(line.count, some))


def became(form: str, plain: str, redacted: str) -> str:
    """What stands in its place now: what follows the same beginning."""
    for found in re.finditer(re.escape(form), plain):
        before = plain[max(0, found.start() - 40):found.start()]
        at = redacted.find(before)
        if at >= 0 and not redacted.startswith(form, at + len(before)):
            return redacted[at + len(before):][:SHOWN]
    return "gone"
