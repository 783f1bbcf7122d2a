#!/usr/bin/env python3
"""The check of redaction: no made-up secret comes out of moda-agent, and what only looks like one stays.

Thousands of secrets are planted into transcripts: each kind of cloud keys, tokens, private keys, passwords and
assignments in each position of planted/positions.py. These are prompts, answers, thinking, what tools and subagents
are asked and answer, errors, hooks, system records, queued prompts, commands, folders, branches and titles; the
borders at which texts are cut; and lines with \\uXXXX in them. Then the program runs in every way that puts something
out: dry runs in all formats and conventions, files, uploads to a receiver on this machine, diffs, lists, the ledger.
All of it is searched. A secret has leaked if its first or last twelve characters are anywhere, as they are, escaped
or in base64. Of a private key each line counts that is longer than 40 characters, of a token only what follows its
prefix. The run's own key, and the value of a header, may be in that header of a request and nowhere else.

As many look-alikes are planted: digests, ids, lock files, public keys, placeholders, names of variables, code. Those
that are there with `--redact off` and not with redaction are touched; one in a hundred may be.

What is never sent does not come out even with `--redact off`; it is planted all the same.

Not planted: secrets across the border of two content blocks, in the names of the folders and files that transcripts
lie in, in names of tools and models and in ids, in options of the program; nor where the texts of one request are
cut together, after 60,000 characters.

The exit code is 1 where a secret leaked, too many look-alikes were touched, or the program failed.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile
from typing import Iterator

sys.dont_write_bytecode = True  # The folder planted is to stay as it is.
from planted import harmless, report
from planted.chance import Chance
from planted.check import Check
from planted.kinds import KINDS

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEBUG_BUILD = ROOT / "target/debug/moda-agent"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", metavar="PATH", type=pathlib.Path,
                        help="default: target/debug/moda-agent, which is built if it is not there")
    parser.add_argument("--seed", type=int, default=1, help="other secrets in other places [default: 1]")
    parser.add_argument("--count", type=int, default=4000,
                        help="so many secrets, and as many look-alikes; 3,100 are enough for each kind in each "
                             "position once [default: 4000]")
    parser.add_argument("--show", metavar="KIND", action="append", default=[],
                        choices=["all", *KINDS, *harmless.KINDS],
                        help="print the texts of this kind, or of all, that leaked or were touched; may be repeated")
    parser.add_argument("--keep", metavar="FOLDER", type=pathlib.Path,
                        help="write the transcripts there, and keep them")
    options = parser.parse_args()
    if not options.binary and not DEBUG_BUILD.is_file():
        subprocess.run(["cargo", "build", "--locked", "--quiet"], cwd=ROOT, check=True)
    options.binary = (options.binary or DEBUG_BUILD).resolve()
    if not options.binary.is_file():
        parser.error(f"{options.binary} is not there")
    if options.keep and options.keep.is_dir() and any(options.keep.iterdir()):
        parser.error(f"{options.keep} is not empty")
    return options


def told(check: Check, kinds: list[str]) -> Iterator[str]:
    """All that the check found, but for its last line."""
    leaked = check.leaked()
    yield from report.leaks_table(check.secrets, leaked, check.sent)
    yield ""
    yield from report.positions_table(check.secrets, leaked, check.sent)
    yield "\nnever sent, even without redaction:"
    yield from report.never_sent(check.secrets, check.sent)
    yield ""
    yield from report.outputs_table(check.hits)
    yield ""
    yield from report.touched_table(check.harmless, check.touched)
    for kind in [*KINDS, *harmless.KINDS] if "all" in kinds else kinds:
        yield f"\n{kind}:"
        yield from report.offending(kind, check.secrets, check.hits, leaked)
        yield from report.offending_look_alikes(kind, check.harmless, check.touched)
    yield ""
    if not check.machine.can_redact:
        yield "This binary has no --redact: what it prints is compared with itself."
    yield from (f"FAILED  {problem}" for problem in dict.fromkeys(check.problems))
    yield from (f"LEAKED  {leak}" for leak in check.own_leaked)
    yield f"{len(check.hits)} kinds of output, {check.bytes / 1e6:,.0f} MB, searched in {check.seconds:.0f} s"


def main() -> int:
    options = arguments()
    sys.stdout.reconfigure(errors="backslashreplace")
    with tempfile.TemporaryDirectory(prefix="moda-agent-secrets-") as name:
        folder = pathlib.Path(name).resolve()
        trees = options.keep.resolve() if options.keep else folder / "trees"
        check = Check(options.binary, folder, trees, Chance(options.seed), options.count)
        check.run()
    for line in told(check, options.show):
        print(line)
    leaked, of_baseline = check.leaked(), check.leaked(of_baseline=True)
    print("; ".join([report.summary(check.secrets, check.sent, leaked, of_baseline),
                     report.summary_of_look_alikes(check.harmless, check.touched)]))
    # Halves that live spans were cut to are in the file that was named, and shown to who has it; nothing sends them.
    is_well = not (leaked or check.own_leaked or check.problems)
    return int(not is_well or report.share_touched(check.touched) > report.MOST_TOUCHED)


if __name__ == "__main__":
    sys.exit(main())
