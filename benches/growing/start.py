"""How long it takes until the program says anything, where there is nothing to read."""

from growing.bench import Bench
from measured import seconds_to_first_output
from tables import table

MOST_MILLISECONDS = 10.0
STARTS = 20


def measured(bench: Bench) -> list[str]:
    tree = bench.moda.work / "empty"
    tree.mkdir(exist_ok=True)
    commands = [bench.moda.sessions(tree), bench.moda.dry_run(tree)]
    starts = {command.name: 1e3 * seconds_to_first_output(command, STARTS) for command in commands}
    rows = [[name, *bench.at_most(start, MOST_MILLISECONDS, 1)] for name, start in starts.items()]
    return [table(["", "ms to the first output", "target"], rows)]
