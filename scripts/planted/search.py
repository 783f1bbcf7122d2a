"""Finds planted secrets in what the program put out.

Nothing is searched for one by one: the bytes are taken apart into runs of characters that secrets are made of, and of
each run every stretch of eight bytes is looked up. A secret is found by pieces of twelve characters: the first and the
last of each of its parts, as they are and as base64 has them. A run that was looked through once, and most stand in
every output, is not looked through again.
"""

import base64
import re
from typing import Iterable, Iterator

RUN = re.compile(rb"[0-9A-Za-z+/_.~!*%-]{8,}")
NUMBER = re.compile(rb"u00([2-7][0-9a-fA-F])")  # What is left of an escape without its backslash.
PIECE, KEY = 12, 8


def pieces(secret: str) -> Iterator[bytes]:
    """By what a secret is known. Of one that is shorter it is the whole."""
    for run in RUN.findall(secret.encode()):
        yield from {run[:PIECE], run[-PIECE:]}


def in_base64(piece: bytes) -> Iterator[bytes]:
    """The piece as it stands in base64, wherever it begins in there: what is made of its bytes alone."""
    for before, unsure in (0, 0), (1, 2), (2, 3):
        whole = (before + len(piece)) // 3 * 4
        for encode in base64.b64encode, base64.urlsafe_b64encode:
            yield encode(bytes(before) + piece)[unsure:whole][:PIECE]


class Index:
    def __init__(self, secrets: Iterable[tuple[int, str]]) -> None:
        """Of secrets with their numbers."""
        self.pieces: dict[bytes, list[tuple[bytes, int]]] = {}
        self.known: dict[int, tuple[int, ...]] = {}  # By runs' hashes: what is in them.
        for number, secret in secrets:
            known = set(pieces(secret))
            if not known:
                raise ValueError(f"{secret!r} cannot be searched for")
            for piece in known.union(*map(in_base64, known)):
                self.pieces.setdefault(piece[:KEY], []).append((piece, number))

    def found(self, data: bytes) -> set[int]:
        """The numbers of the secrets in the data: as they are, in base64, with escapes, without backslashes."""
        text = NUMBER.sub(lambda match: bytes([int(match[1], 16)]), data.translate(None, b"\\"))
        numbers: set[int] = set()
        for run in set(RUN.findall(text)):
            key = hash(run)
            if key not in self.known:
                self.known[key] = tuple(self.of_run(run))
            numbers.update(self.known[key])
        return numbers

    def of_run(self, run: bytes) -> set[int]:
        get, numbers = self.pieces.get, set[int]()
        for at in range(len(run) - KEY + 1):
            for piece, number in get(run[at:at + KEY], ()):
                if run.startswith(piece, at):
                    numbers.add(number)
        return numbers
