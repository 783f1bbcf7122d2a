"""What a file costs, from 100 to 10,000 of them, beside `find`, which only asks the file system for each."""

from corpus import megabytes
from growing.bench import Bench
from measured import Cost, Subject
from tables import table

FILES = [100, 1000, 10_000]
MANY = 10_000
MOST_UNCHANGED = 4.0  # times `find`, over so many files
COLUMNS = ["", "files", "MB", "CPU ms", "times find", "target", "wall ms", "times find", "target"]


def measured(bench: Bench) -> list[str]:
    return [table(COLUMNS, [row for count in FILES for row in rows(bench, count)])]


def rows(bench: Bench, count: int) -> list[list[str]]:
    tree = bench.tree("many", count)
    find = Subject("find", ["find", str(tree), "-printf", "%p %s %T@\\n"], {}, bench.moda.work)
    again = bench.moda.upload_again(tree, bench.endpoint)
    first = [bench.moda.sessions(tree), bench.moda.upload(tree, bench.endpoint)]
    costs = bench.costs([find, *first, again])
    limits = {again.name: MOST_UNCHANGED if count >= MANY else None}
    return [
        [
            name,
            f"{bench.scaled(count):,}",
            f"{megabytes(tree):,.0f}",
            *times(bench, cost, costs[find.name], limits.get(name)),
        ]
        for name, cost in costs.items()
    ]


def times(bench: Bench, cost: Cost, find: Cost, limit: float | None) -> list[str]:
    cpu, wall = (
        bench.at_most(one / other, limit, 1) for one, other in ((cost.cpu, find.cpu), (cost.wall, find.wall))
    )
    return [f"{1e3 * cost.cpu:,.0f}", *cpu, f"{1e3 * cost.wall:,.0f}", *wall]
