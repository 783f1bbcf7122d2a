"""What the check says: tables, examples, a summary."""

import collections
from typing import Iterable, Iterator

from planted.touched import Touched
from planted.tree import Planted

MOST_TOUCHED = 0.01
EXAMPLES = 2


def table(header: list[str], rows: Iterable[list[object]]) -> Iterator[str]:
    """The first column to the left, numbers to the right."""
    cells = [header, *([f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells)]
    for row in cells:
        first, *others = (cell.rjust(width) for cell, width in zip(row, widths))
        yield "  ".join([row[0].ljust(len(first)), *others]).rstrip()


def leaks_table(planted: list[Planted], leaked: set[int], sent: set[int]) -> Iterator[str]:
    """By kind and where it stands: how many leaked; a dot where none did, a dash where none is ever sent."""
    groups = list(dict.fromkeys(one.position.group for one in planted))
    there = collections.Counter((one.kind, one.position.group) for one in planted)
    known = collections.Counter((planted[number].kind, planted[number].position.group) for number in sent)
    found = collections.Counter((planted[number].kind, planted[number].position.group) for number in leaked)

    def cell(kind: str, group: str) -> object:
        key = (kind, group)
        return found[key] or ("." if known[key] else "-" if there[key] else "")

    kinds = list(dict.fromkeys(sorted(one.kind for one in planted)))
    rows: list[list[object]] = [[kind, *(cell(kind, group) for group in groups),
                                 sum(found[kind, group] for group in groups),
                                 sum(there[kind, group] for group in groups)] for kind in kinds]
    totals: list[object] = [sum(found[kind, group] for kind in kinds) for group in groups]
    yield from table(["leaked", *groups, "leaked", "planted"], [*rows, ["all", *totals, len(leaked), len(planted)]])


def positions_table(planted: list[Planted], leaked: set[int], sent: set[int]) -> Iterator[str]:
    """By position: how many were planted, how many are sent without redaction, and how many leaked."""
    names = list(dict.fromkeys(sorted(one.position.name for one in planted)))
    numbers = [collections.Counter(planted[number].position.name for number in some)
               for some in (range(len(planted)), sent, leaked)]
    yield from table(["position", "planted", "sent", "leaked"],
                     ([name, *(some[name] for some in numbers)] for name in names))


def never_sent(planted: list[Planted], sent: set[int]) -> Iterator[str]:
    there = collections.Counter(one.position.name for one in planted)
    missing = collections.Counter(planted[number].position.name for number in range(len(planted)) if number not in sent)
    for name in sorted(missing):
        whole = missing[name] == there[name]
        yield f"  {name}" + ("" if whole else f" ({missing[name]:,} of {there[name]:,})")


def outputs_table(hits: dict[str, set[int]]) -> Iterator[str]:
    """Where the leaks were seen."""
    yield from table(["output", "leaked"], ([name, len(some)] for name, some in hits.items() if some))


def touched_table(planted: list[Planted], result: Touched) -> Iterator[str]:
    kinds = list(dict.fromkeys(sorted(one.kind for one in planted)))
    numbers = [collections.Counter(planted[number].kind for number in some)
               for some in (range(len(planted)), result.sent, result.touched)]
    yield from table(["look-alike", "planted", "sent", "touched"],
                     ([kind, *(some[kind] for some in numbers)] for kind in kinds))
    examples: collections.Counter[str] = collections.Counter()
    for number, became in result.touched.items():
        one = planted[number]
        examples[one.kind] += 1
        if examples[one.kind] <= EXAMPLES:
            yield f"  {one.kind}: {one.snippet.text[:70]!r} became {became!r}"


def offending(kind: str, planted: list[Planted], hits: dict[str, set[int]], leaked: set[int]) -> Iterator[str]:
    """The texts of a kind that leaked, and where they were seen."""
    for number in sorted(leaked):
        one = planted[number]
        if one.kind == kind:
            outputs = [name for name, some in hits.items() if number in some]
            yield f"{one.position.name}; seen in {len(outputs)} outputs, as {outputs[0]}"
            shown = one.position.shown(one.snippet, one.text)
            begin = max(0, shown.find(one.snippet.text) - 40)
            yield f"    {shown[begin:begin + len(one.snippet.text) + 80]!r:.400}"


def offending_look_alikes(kind: str, planted: list[Planted], result: Touched) -> Iterator[str]:
    for number, became in result.touched.items():
        one = planted[number]
        if one.kind == kind:
            yield f"{one.position.name}: {one.text!r:.300}\n    became {became!r}"


def summary(secrets: list[Planted], sent: set[int], leaked: set[int], of_baseline: set[int]) -> str:
    line = f"{len(secrets):,} secrets, {len(sent):,} of them sent without redaction: {len(leaked):,} leaked"
    return line + (f", and {len(of_baseline):,} where live spans are compared" if of_baseline else "")


def summary_of_look_alikes(harmless: list[Planted], result: Touched) -> str:
    share = share_touched(result)
    return f"{len(harmless):,} look-alikes, {len(result.sent):,} sent: {len(result.touched):,} touched ({share:.1%})"


def share_touched(result: Touched) -> float:
    return len(result.touched) / max(1, len(result.sent))
