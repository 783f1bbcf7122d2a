"""Plants secrets, or look-alikes, into a tree of transcripts."""

import itertools
import pathlib
from typing import Iterable, Iterator, NamedTuple

from planted.chance import Chance
from planted.position import Position
from planted.snippet import Form, Snippet
from planted.surroundings import at_border, surrounded
from planted.transcript import Transcript

SESSION = 40  # So many are planted in a session.


class Planted(NamedTuple):
    kind: str
    position: Position
    snippet: Snippet
    # With what surrounds it.
    text: str
    session: str


class Tree:
    def __init__(self, folder: pathlib.Path, chance: Chance) -> None:
        self.project, self.chance = folder / "-home-ada-src-shop", chance
        self.planted: list[Planted] = []

    def plant(self, seeds: Iterable[tuple[str, Position, Snippet]]) -> None:
        """Writes sessions; some have a session of their own, the others share theirs."""
        seeds = list(seeds)
        shared = [seed for seed in seeds if not seed[1].is_of_session]
        alone = [[seed] for seed in seeds if seed[1].is_of_session]
        for some in [*(shared[at:at + SESSION] for at in range(0, len(shared), SESSION)), *alone]:
            transcript = Transcript(self.project, self.chance)
            for kind, position, snippet in some:
                text = (at_border(snippet, position.border, self.chance) if position.border
                        else surrounded(snippet, self.chance))
                position.place(transcript, snippet, text)
                self.planted.append(Planted(kind, position, snippet, text, transcript.session))
            transcript.close()


def seeds(kinds: dict[str, list[Form]], positions: list[Position], count: int,
          chance: Chance) -> Iterator[tuple[str, Position, Snippet]]:
    """Each kind in each position that takes one of its forms, and again with its next form, until there are enough."""
    cells = [(kind, position) for kind in kinds for position in positions]
    rounds = [chance.sample(cells, len(cells)) for _ in range(max(map(len, kinds.values())))]
    found = (seed for number in itertools.count() for kind, position in rounds[number % len(rounds)]
             if (seed := fitting(kind, kinds[kind], position, number, chance)))
    return itertools.islice(found, count)


def fitting(kind: str, forms: list[Form], position: Position, number: int,
            chance: Chance) -> tuple[str, Position, Snippet] | None:
    """The first of the forms, from that on whose turn it is, that the position takes."""
    begin = number + chance.randrange(len(forms))
    for index in range(len(forms)):
        snippet = forms[(begin + index) % len(forms)](chance)
        if position.takes(snippet):
            return kind, position, snippet
    return None
