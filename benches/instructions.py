#!/usr/bin/env python3
"""Whether a small fixed run takes as many instructions as it did: a guard for what was gained that needs no
clock. Counts come from `valgrind --tool=callgrind`, and differ by a thousandth from run to run.

A count may be up to 5 % above the one in instructions.json, and 10 % below; what is faster than that is worth
keeping, with --update. Another compiler or processor (memchr and libc choose by it) has other counts.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
import corpus
from measured import ENVIRONMENT, Subject
from moda import Moda, add_options, chosen
from tables import table
from transcripts.tree import PROJECTS_FOLDER

COUNTS = pathlib.Path(__file__).with_suffix(".json")
MOST, LEAST = 1.05, 0.90  # times the count that is expected
SIZE, FILES = 10, 200  # MB, and how many files many are
COLUMNS = ["", "instructions", "expected", "times", ""]


def runs(moda: Moda) -> dict[str, Subject]:
    """What is counted; trees are small, so that all of it takes some seconds."""
    synthetic, newest = (corpus.cached(moda.work, kind, SIZE) / PROJECTS_FOLDER for kind in ("synthetic", "newest"))
    many = corpus.cached(moda.work, "many", FILES) / PROJECTS_FOLDER
    again = moda.upload_again(many, f"file:{moda.work / 'spans.jsonl'}")
    moda.forget()
    subprocess.run(again.command, env=ENVIRONMENT | again.environment, check=True, capture_output=True)
    return {
        "sessions, synthetic": moda.sessions(synthetic),
        "sessions, newest": moda.sessions(newest),
        "dry run, synthetic": moda.dry_run(synthetic),
        "dry run as a tree, synthetic": moda.dry_run(synthetic, "genai"),
        "upload, unchanged, many": again,
    }


def counted(subject: Subject) -> int:
    """The instructions of a run."""
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    run = subprocess.run([*valgrind, *subject.command], env=ENVIRONMENT | subject.environment, text=True,
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
    return int(re.search(r"Collected : (\d+)", run.stderr).group(1))


def verdict(times: float) -> str:
    if times > MOST:
        return "more than was gained"
    return "fewer: keep that with --update" if times < LEAST else "as expected"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--update", action="store_true", help="expect what is counted now")
    add_options(parser)
    options = parser.parse_args()
    counts = {name: counted(subject) for name, subject in runs(chosen(options)).items()}
    if options.update:
        COUNTS.write_text(json.dumps(counts, indent=4) + "\n")
    expected = json.loads(COUNTS.read_text())
    times = {name: count / expected[name] for name, count in counts.items()}
    print(table(COLUMNS, [[name, f"{count:,}", f"{expected[name]:,}", f"{times[name]:.3f}", verdict(times[name])]
                          for name, count in counts.items()]))
    return 0 if all(LEAST <= one <= MOST for one in times.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
