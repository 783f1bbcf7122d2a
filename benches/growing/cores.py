"""What a second core is good for."""

import dataclasses
import os
import shutil

from growing.bench import Bench
from measured import Subject
from tables import table

SIZE = 300  # MB
ONE_CORE = ["taskset", "-c", "0"]


def measured(bench: Bench) -> list[str]:
    if not shutil.which(ONE_CORE[0]):
        return ["Not measured: taskset is missing."]
    if len(os.sched_getaffinity(0)) < 2:
        return ["Not measured: there is one core only."]
    commands = bench.commands(bench.tree("synthetic", SIZE))
    alone = [on_one_core(command) for command in commands]
    costs = bench.costs([*alone, *commands])
    rows = []
    for name, one, all_of_them in (
        (two.name, costs[one.name], costs[two.name]) for one, two in zip(alone, commands)
    ):
        times = [f"{seconds:.2f}" for seconds in (one.cpu, all_of_them.cpu, one.wall, all_of_them.wall)]
        rows.append([name, *times, f"{one.wall / all_of_them.wall:.1f}"])
    return [table(["", "CPU s on one core", "on all", "wall s on one core", "on all", "times as fast"], rows)]


def on_one_core(subject: Subject) -> Subject:
    return dataclasses.replace(
        subject, name=f"{subject.name}, one core", command=[*ONE_CORE, *subject.command]
    )
