"""What a byte costs, from 30 MB to 3 GB: time, memory, and an upload beside a dry run."""

from corpus import megabytes
from growing.bench import Bench
from measured import Cost
from tables import MEBIBYTE, table

SIZES = [30, 300, 3000]  # MB
LARGE = 300  # MB: enough to fill all that is bounded
MOST_PEAK = 64.0  # MiB, over a large tree
MOST_PEAK_GROWTH = 1.1  # from one large tree to the next
MOST_WALL = 0.6  # of the processor's time
MOST_UPLOAD = 2.0  # times a dry run, of the processor's time

Costs = dict[int, dict[str, Cost]]  # by size and name


def measured(bench: Bench) -> list[str]:
    costs = {size: bench.costs(bench.commands(bench.tree("synthetic", size))) for size in SIZES}
    return [speed(bench, costs), memory(bench, costs), uploads(bench, costs)]


def speed(bench: Bench, costs: Costs) -> str:
    rows = []
    for size, by_name in costs.items():
        read = megabytes(bench.tree("synthetic", size))
        for name, cost in by_name.items():
            wall = bench.at_most(cost.wall / cost.cpu, MOST_WALL, 2)
            rows.append(
                [
                    name,
                    f"{read:,.0f}",
                    f"{cost.cpu:.2f}",
                    f"{read / cost.cpu:,.0f}",
                    f"{cost.wall:.2f}",
                    *wall,
                ]
            )
    return table(["", "MB", "CPU s", "MB per CPU s", "wall s", "wall / CPU", "target"], rows)


def memory(bench: Bench, costs: Costs) -> str:
    rows = []
    limits = dict.fromkeys(costs[LARGE], MOST_PEAK)
    for size, by_name in costs.items():
        for name, cost in by_name.items():
            peak = cost.peak / MEBIBYTE
            rows.append(
                [
                    name,
                    f"{bench.scaled(size):,}",
                    *bench.at_most(peak, limits[name] if size >= LARGE else None, 0),
                ]
            )
            if size >= LARGE:
                limits[name] = min(MOST_PEAK, MOST_PEAK_GROWTH * peak)
    return table(["", "MB", "peak MiB", "target"], rows)


def uploads(bench: Bench, costs: Costs) -> str:
    rows = []
    for size, (_, dry_run, upload) in ((size, by_name.values()) for size, by_name in costs.items()):
        times = bench.at_most(upload.cpu / dry_run.cpu, MOST_UPLOAD, 1)
        rows.append([f"{bench.scaled(size):,} MB", f"{dry_run.cpu:.2f}", f"{upload.cpu:.2f}", *times])
    return table(["", "dry run, CPU s", "upload, CPU s", "times", "target"], rows)
