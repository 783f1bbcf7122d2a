"""Plants, runs the program in all ways, and searches what comes out."""

import multiprocessing
import pathlib
import time
from typing import Any, NamedTuple

from planted import harmless
from planted.chance import Chance
from planted.kinds import KINDS
from planted.machine import API_KEY, HEADER, Commands, Machine
from planted.outputs import ALL, CONVENTIONS, DRY_RUN, all_outputs
from planted.position import Position
from planted.positions import POSITIONS
from planted.receiver import Receiver, serving
from planted.search import Index
from planted.snippet import Form
from planted.touched import LookAlikes, Touched
from planted.tree import Planted, Tree, seeds

AT_ONCE = 2  # Runs of the program, each with a process that searches what comes out.
# Where every look-alike can stand whole.
OPEN = [position for position in POSITIONS
        if not position.border and not position.is_of_session and position.group not in ("escaped", "split")]


class Searched(NamedTuple):
    numbers: set[int]
    bytes: int


class Check:
    """In a folder that is kept by whoever made it; `trees` is where the transcripts go."""

    def __init__(self, binary: pathlib.Path, folder: pathlib.Path, trees: pathlib.Path, chance: Chance,
                 count: int) -> None:
        self.secrets = plant(trees / "secrets", KINDS, POSITIONS, chance, count)
        self.harmless = plant(trees / "harmless", harmless.KINDS, OPEN, chance, count)
        key, header = "mod" "a_sk_" + chance.some(40), chance.some(40)
        # What the run itself must not tell, behind all that was planted.
        self.own = {len(self.secrets): API_KEY, len(self.secrets) + 1: f"header {HEADER}"}
        self.index = Index([*((number, secret) for number, one in enumerate(self.secrets)
                              for secret in one.snippet.secrets), *zip(self.own, [key[8:], header])])
        self.look_alikes = LookAlikes(self.harmless)
        self.machine, self.other = (Machine(binary, folder, trees / name, key) for name in ("secrets", "harmless"))
        self.receiver = Receiver(self.machine.received, {"authorization": f"Bearer {key}", HEADER: header})
        self.machine.endpoint = self.receiver.endpoint
        self.outputs = list(all_outputs(f"{HEADER}={header}"))
        self.sent: set[int] = set()
        self.hits: dict[str, set[int]] = {}
        self.touched = Touched(set(), {})
        self.problems: list[str] = []
        self.bytes, self.seconds = 0, 0.0

    def leaked(self, of_baseline: bool = False) -> set[int]:
        """In all outputs but those that compare with spans that hold all secrets, or in these."""
        some = [self.hits[commands.name] for commands in self.outputs if commands.is_of_baseline == of_baseline]
        return set().union(*some) - self.own.keys()

    @property
    def own_leaked(self) -> list[str]:
        return [f"{what}, seen in {name}" for number, what in self.own.items()
                for name, some in self.hits.items() if number in some]

    def run(self) -> None:
        began = time.monotonic()
        # Before the receiver has a thread: processes that are forked have none of it.
        with multiprocessing.get_context("fork").Pool(AT_ONCE, keep, [self]) as pool, serving(self.receiver):
            def all_of(method: str, arguments: list[Any]) -> list[Any]:
                results = pool.map(do, [(method, argument) for argument in arguments], chunksize=1)
                self.problems += [problem for _, problems in results for problem in problems]
                return [result for result, _ in results]

            self.sent = set().union(*all_of("without_redaction", CONVENTIONS))
            for commands, searched in zip(self.outputs, all_of("search", self.outputs)):
                self.hits[commands.name] = searched.numbers
                self.bytes += searched.bytes
            for touched in all_of("compare", CONVENTIONS):
                self.touched = self.touched.and_also(touched)
        self.problems += self.receiver.problems
        self.seconds = time.monotonic() - began

    def without_redaction(self, convention: str) -> set[int]:
        """Which secrets can come out at all. The spans are kept: live would send them so."""
        options = ["--convention", convention, *tree(self.machine)]
        home = self.machine.folder / "homes" / f"plain {convention}"
        spans = self.machine.without_redaction([*DRY_RUN, "--format", "otlp-json", *options], home)
        self.machine.plain.mkdir(exist_ok=True)
        (self.machine.plain / convention).write_bytes(spans)
        # Here are folders, too.
        turns = self.machine.without_redaction([*DRY_RUN, "--format", "json", *options], home)
        return self.index.found(spans) | self.index.found(turns)

    def search(self, commands: Commands) -> Searched:
        numbers, size = set[int](), 0
        for data in self.machine.outputs(commands):
            size += len(data)
            numbers |= self.index.found(data)
        return Searched(numbers, size)

    def compare(self, convention: str) -> Touched:
        """Look-alikes with redaction and without."""
        arguments = [*DRY_RUN, "--format", "json", "--convention", convention, *tree(self.other)]
        home = self.machine.folder / "homes" / f"harmless {convention}"
        plain = self.other.without_redaction(arguments, home)
        run = self.other.run(home, arguments)
        self.other.expect(run, {0}, arguments)
        return self.look_alikes.compare(plain.decode(), run.stdout.decode())


def plant(folder: pathlib.Path, kinds: dict[str, list[Form]], positions: list[Position], chance: Chance,
          count: int) -> list[Planted]:
    planting = Tree(folder / "projects", chance)
    planting.plant(seeds(kinds, positions, count, chance))
    return planting.planted


def tree(machine: Machine) -> list[str]:
    return [*ALL[:-1], str(machine.claude / "projects")]


# In a process of the pool.
KEPT: list[Check] = []


def keep(check: Check) -> None:
    KEPT.append(check)


def do(task: tuple[str, Any]) -> tuple[Any, list[str]]:
    """A method's result, and what went wrong."""
    (check,), (method, argument) = KEPT, task
    result = getattr(check, method)(argument)
    problems = check.machine.problems + check.other.problems
    check.machine.problems.clear()
    check.other.problems.clear()
    return result, problems
