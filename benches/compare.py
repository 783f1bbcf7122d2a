#!/usr/bin/env python3
"""moda-agent side by side with other programs that read the same transcripts, and with `cat FILES | wc -l`.

Builds the release binary, writes two trees of 300 MB and installs the others, once, below --work. Then runs
all of them in turn, several rounds, and prints a Markdown table of medians for each tree: what a run cost,
and whether the tokens that were counted are right.
"""

import argparse
import json
import pathlib
import sys

sys.dont_write_bytecode = True
import corpus
from measured import Cost, Subject, least_peak, side_by_side
from moda import Moda, add_options, chosen
from peers import Peers
from receiver import running
from tables import machine, mebibytes, table
from transcripts.tree import PROJECTS_FOLDER, TRUTH_FILE

CONVENTIONS = ["genai", "openinference", "claude-code"]
COLUMNS = ["", "CPU s", "wall s", "peak MiB", "MB per CPU s", "times cat", "tokens"]
FLOOR = "cat FILES \\| wc -l"


def cat(tree: pathlib.Path, work: pathlib.Path) -> Subject:
    """The least that reading all lines can cost."""
    script = "find \"$1\" -name '*.jsonl' -print0 | xargs -0 cat | wc -l"
    return Subject(FLOOR, ["sh", "-c", script, "sh", str(tree)], {}, work)


def subjects(moda: Moda, peers: Peers, home: pathlib.Path, endpoint: str, others: list[str]) -> list[Subject]:
    tree = home / PROJECTS_FOLDER
    own = [moda.sessions(tree), moda.dry_run(tree), moda.upload(tree, endpoint)]
    trees = [moda.dry_run(tree, convention) for convention in others]
    return [cat(tree, moda.work), *own, *trees, *peers.subjects(home, moda.work)]


def truth_in(home: pathlib.Path) -> dict[str, int] | None:
    """With the sums that some count instead of their parts; nothing where there is none like corpus.py's."""
    truth = json.loads((home / TRUTH_FILE).read_text()) if (home / TRUTH_FILE).exists() else {}
    if "cache_creation" not in truth:
        return None
    truth["cache"] = truth["cache_creation"] + truth["cache_read"]
    return truth | {"in": truth["input"] + truth["cache"]}


def verdict(subject: Subject, truth: dict[str, int] | None) -> str:
    """Whether what a subject has counted is right, or by how much it is off."""
    if truth is None or subject.totals is None:
        return "–"
    counted = subject.totals(subject.output)
    off = {name: tokens / truth[name] - 1 for name, tokens in counted.items() if tokens != truth[name]}
    return ", ".join(f"{name} {100 * share:+.2f} %" for name, share in off.items()) or "exact"


def row(subject: Subject, cost: Cost, floor: Cost, megabytes: float, least: float, tokens: str) -> list[str]:
    costs = [f"{cost.cpu:.2f}", f"{cost.wall:.2f}", mebibytes(cost.peak, least)]
    return [subject.name, *costs, f"{megabytes / cost.cpu:,.0f}", f"{cost.cpu / floor.cpu:.1f}", tokens]


def compare(measured: list[Subject], name: str, home: pathlib.Path, rounds: int) -> str:
    """The table of one tree."""
    costs = side_by_side(measured, rounds)
    truth, least = truth_in(home), least_peak(measured[0].work)
    megabytes = corpus.megabytes(home / PROJECTS_FOLDER)
    rows = [row(one, costs[one.name], costs[FLOOR], megabytes, least, verdict(one, truth))
            for one in measured]
    return f"\n{name}, {megabytes:,.0f} MB, medians of {rounds} rounds:\n\n{table(COLUMNS, rows)}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add_options(parser, rounds=5)
    parser.add_argument("--tree", metavar="DIR", type=pathlib.Path,
                        help="measure this home with .claude/projects, instead of made-up ones")
    parser.add_argument("--mb", type=int, default=300, help="the size of each made-up tree [default: 300]")
    parser.add_argument("--conventions", action="store_true", help="also a dry run in each other convention")
    options = parser.parse_args()
    moda = chosen(options)
    peers = Peers(moda.work / "peers")
    peers.install()
    others = CONVENTIONS if options.conventions else []
    print(f"## {machine()}")
    homes = {options.tree.name: options.tree.resolve()} if options.tree else made_up(moda.work, options.mb)
    for name, home in homes.items():
        with running() as endpoint:
            measured = subjects(moda, peers, home, endpoint, others)
            print(compare(measured, name, home, options.rounds), flush=True)
    return 0


def made_up(work: pathlib.Path, size: int) -> dict[str, pathlib.Path]:
    return {kind: corpus.cached(work, kind, size) for kind in ("synthetic", "newest")}


if __name__ == "__main__":
    sys.exit(main())
