"""What all questions about growth share: the program, a receiver, the trees, and how many targets were
missed.
"""

import dataclasses
import pathlib

import corpus
from measured import Cost, Subject, side_by_side
from moda import Moda
from transcripts.tree import PROJECTS_FOLDER


@dataclasses.dataclass
class Bench:
    moda: Moda
    endpoint: str
    rounds: int
    scale: float  # of all trees
    missed: int = 0

    def scaled(self, size: int) -> int:
        return max(1, round(self.scale * size))

    def tree(self, kind: str, size: int) -> pathlib.Path:
        return corpus.cached(self.moda.work, kind, self.scaled(size)) / PROJECTS_FOLDER

    def commands(self, tree: pathlib.Path) -> list[Subject]:
        return [self.moda.sessions(tree), self.moda.dry_run(tree), self.moda.upload(tree, self.endpoint)]

    def costs(self, subjects: list[Subject]) -> dict[str, Cost]:
        return side_by_side(subjects, self.rounds)

    def at_most(self, figure: float, limit: float | None, digits: int) -> list[str]:
        """The cells of a figure and of its target, where it has one."""
        cell = f"{figure:.{digits}f}"
        if limit is None:
            return [cell, "–"]
        self.missed += figure > limit
        return [cell, f"≤ {limit:.{digits}f}, {'missed' if figure > limit else 'met'}"]
