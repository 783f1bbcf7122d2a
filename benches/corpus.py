#!/usr/bin/env python3
"""Writes a tree of made-up transcripts into HOME/.claude/projects, and into HOME/truth.json what a right
count finds in it. The same kind, size and seed give the same tree.

  synthetic    what client 2.0.76 wrote: tool results above all
  newest       what client 2.1.330 writes: bookkeeping above all
  many         small sessions, one transcript each (--files)
  long-prompt  one session, with a prompt of --mb in one line
  long-result  one session, with a tool result of --mb in one line
"""

import argparse
import hashlib
import json
import os
import pathlib
import shutil
import sys

sys.dont_write_bytecode = True
from transcripts import newest, plain, synthetic
from transcripts.tree import TRUTH_FILE, Tree

MEGABYTE = 1_000_000
SESSIONS = {
    "synthetic": synthetic.write_session,
    "newest": newest.write_session,
    "many": plain.write_small_session,
}
LONG_LINES = {"long-prompt": plain.write_long_prompt, "long-result": plain.write_long_result}


def write_corpus(kind: str, home: pathlib.Path, size: int, seed: int) -> None:
    """The size is in MB; of `many` it is the number of files."""
    tree = Tree(home, seed, newest.BEGAN if kind == "newest" else synthetic.BEGAN)
    if kind in LONG_LINES:
        LONG_LINES[kind](tree, size * MEGABYTE)
    else:
        while (tree.truth.files if kind == "many" else tree.truth.bytes // MEGABYTE) < size:
            SESSIONS[kind](tree)
    tree.save_truth()
    os.sync()  # What is still being written would disturb what is measured next.


def cached(folder: pathlib.Path, kind: str, size: int, seed: int = 1) -> pathlib.Path:
    """The home of such a tree below this folder, written if it is not there. Other code has other trees."""
    sources = sorted(pathlib.Path(__file__).parent.glob("transcripts/*.py"))
    code = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:8]
    home = folder / f"{kind}-{size}-{seed}-{code}"
    if not (home / TRUTH_FILE).exists():
        for old in folder.glob(f"{kind}-{size}-{seed}-*"):
            shutil.rmtree(old)
        print(f"writing {home.name}", file=sys.stderr)
        write_corpus(kind, home, size, seed)
    return home


def megabytes(tree: pathlib.Path) -> float:
    return sum(path.stat().st_size for path in tree.rglob("*.jsonl")) / MEGABYTE


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("kind", choices=[*SESSIONS, *LONG_LINES])
    parser.add_argument("home", metavar="HOME", type=pathlib.Path, help="a folder that is not there yet")
    parser.add_argument("--mb", type=int, default=300, help="about how large [default: 300]")
    parser.add_argument("--files", type=int, default=1000, help="how many files, of `many` [default: 1000]")
    parser.add_argument("--seed", type=int, default=1, help="another one, another tree [default: 1]")
    options = parser.parse_args()
    if options.home.exists():
        parser.error(f"{options.home} is there already")
    size = options.files if options.kind == "many" else options.mb
    write_corpus(options.kind, options.home, size, options.seed)
    print(json.dumps(json.loads((options.home / TRUTH_FILE).read_text())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
