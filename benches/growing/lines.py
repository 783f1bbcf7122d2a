"""What one line of 200 MB costs: a prompt, or the answer of a tool. Its peak is without what the program takes
for a small transcript.
"""

from corpus import megabytes
from growing.bench import Bench
from tables import MEBIBYTE, table

LENGTH = 200  # MB
MOST_PEAK = 2.0  # times the line
KINDS = {"long-prompt": "a prompt", "long-result": "a tool's answer"}


def measured(bench: Bench) -> list[str]:
    rows = []
    small = bench.tree("many", 1)
    least = bench.costs([bench.moda.sessions(small)]).popitem()[1].peak
    for kind, what in KINDS.items():
        tree = bench.tree(kind, LENGTH)
        line = megabytes(tree)  # the others are short
        for name, cost in bench.costs([bench.moda.sessions(tree), bench.moda.dry_run(tree)]).items():
            times = bench.at_most((cost.peak - least) / 1e6 / line, MOST_PEAK, 2)
            rows.append(
                [f"{name}, {what}", f"{line:,.0f}", f"{cost.cpu:.2f}", f"{cost.peak / MEBIBYTE:,.0f}", *times]
            )
    return [table(["", "MB", "CPU s", "peak MiB", "peak / line", "target"], rows)]
