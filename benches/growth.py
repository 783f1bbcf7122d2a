#!/usr/bin/env python3
"""How the cost of moda-agent grows: with the size of a tree, with cores, with the number of files, with the
length of a line; and what a start costs. Prints Markdown tables of medians, with the target beside each
figure that has one. Where a target is missed, the exit code is 1.

The trees, 4 GB of them, are written once and kept.
"""

import argparse
import sys

sys.dont_write_bytecode = True
from growing import cores, files, lines, size, start
from growing.bench import Bench
from moda import add_options, chosen
from receiver import running
from tables import machine

QUESTIONS = {"size": size, "cores": cores, "files": files, "lines": lines, "start": start}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("questions", nargs="*", metavar="QUESTION", help=f"of {', '.join(QUESTIONS)}")
    parser.add_argument("--scale", type=float, default=1.0, help="of all trees: 0.1 for a quick look")
    add_options(parser, rounds=3)
    options = parser.parse_args()
    if unknown := set(options.questions) - set(QUESTIONS):
        parser.error(f"no such question: {', '.join(sorted(unknown))}")
    moda = chosen(options)
    print(f"## {machine()}")
    with running() as endpoint:
        bench = Bench(moda, endpoint, options.rounds, options.scale)
        for name in options.questions or QUESTIONS:
            question = QUESTIONS[name]
            print(f"\n### {' '.join(question.__doc__.split())}")
            for table in question.measured(bench):
                print(f"\n{table}", flush=True)
    print(f"\n{bench.missed} targets missed")
    return 1 if bench.missed else 0


if __name__ == "__main__":
    sys.exit(main())
