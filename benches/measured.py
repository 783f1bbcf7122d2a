"""What commands cost: medians of several rounds, in each of which all run, so that what disturbs the machine
disturbs all of them.
"""

import dataclasses
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time
from typing import Callable, NamedTuple

LAUNCHER = pathlib.Path(__file__).with_name("launch.py")

ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}


class Cost(NamedTuple):
    """Seconds of the processor, seconds on the clock, and bytes at the peak of the largest process."""

    cpu: float
    wall: float
    peak: float


def nothing() -> None:
    pass


@dataclasses.dataclass
class Subject:
    """A command that is measured."""

    name: str
    command: list[str]
    environment: dict[str, str]
    work: pathlib.Path  # the folder of the file that it prints to
    totals: Callable[[pathlib.Path], dict[str, int]] | None = None  # which tokens it has printed there
    prepare: Callable[[], None] = nothing  # before each run

    @property
    def output(self) -> pathlib.Path:
        return self.work / f"{re.sub('[^a-z0-9]+', '-', self.name.lower())}.out"


def cost(subject: Subject) -> Cost:
    subject.prepare()
    errors = subject.output.with_suffix(".err")
    launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(subject.output), str(errors)]
    environment = ENVIRONMENT | subject.environment
    run = subprocess.run([*launcher, *subject.command], env=environment, stdout=subprocess.PIPE)
    if run.returncode:
        said = errors.read_text(errors="replace")[-2000:]
        sys.exit(f"{subject.name}: exit code {run.returncode} of {' '.join(subject.command)}\n{said}")
    return Cost(*map(float, run.stdout.split()))


def median(costs: list[Cost]) -> Cost:
    return Cost(*map(statistics.median, zip(*costs)))


def side_by_side(subjects: list[Subject], rounds: int) -> dict[str, Cost]:
    """The medians, by the subjects' names."""
    costs: dict[str, list[Cost]] = {subject.name: [] for subject in subjects}
    for number in range(rounds):
        for subject in subjects:
            tell(f"round {number + 1} of {rounds}  {subject.name}")
            costs[subject.name].append(cost(subject))
    tell("")
    return {name: median(all_of_it) for name, all_of_it in costs.items()}


def tell(progress: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{progress}", end="", file=sys.stderr, flush=True)


def seconds_to_first_output(subject: Subject, rounds: int) -> float:
    """The median of the time from the start of the command to the first byte that it prints."""
    return statistics.median(seconds_to_first_byte(subject) for _ in range(rounds))


def seconds_to_first_byte(subject: Subject) -> float:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    began = time.perf_counter()
    with subprocess.Popen(subject.command, env=subject.environment, **pipes) as run:
        run.stdout.read(1)
        seconds = time.perf_counter() - began
        run.stdout.read()
    return seconds


def least_peak(folder: pathlib.Path) -> float:
    """The peak of a command that needs no memory: what is measured cannot be less."""
    return cost(Subject("true", ["true"], {}, folder)).peak
