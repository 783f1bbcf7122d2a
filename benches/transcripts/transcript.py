"""One transcript while it is written: a file, its clock, and the chain of its records."""

import datetime
import json
import os
import pathlib
from typing import Self

from transcripts.tree import Tree


class Transcript:
    def __init__(
        self, tree: Tree, path: pathlib.Path, session: str, cwd: str, now: datetime.datetime
    ) -> None:
        self.tree, self.path, self.session, self.cwd, self.now = tree, path, session, cwd, now
        self.parent: str | None = None
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = path.open("wb")
        tree.truth.files += 1

    @classmethod
    def of_new_session(cls, tree: Tree) -> Self:
        """In some project."""
        folder, cwd = tree.project()
        session = tree.new_session()
        return cls(tree, folder / f"{session}.jsonl", session, cwd, tree.next_start())

    def of_other_session(self) -> Self:
        """In the same project; it begins now, and goes on where this one is."""
        session = self.tree.new_session()
        return type(self)(self.tree, self.path.with_stem(session), session, self.cwd, self.now)

    def of_agent(self, agent: str) -> Self:
        """A subagent has a file of its own."""
        path = self.path.with_suffix("") / "subagents" / f"agent-{agent}.jsonl"
        return type(self)(self.tree, path, self.session, self.cwd, self.now)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """The file was last written when its last record says so."""
        self.file.close()
        os.utime(self.path, (self.now.timestamp(), self.now.timestamp()))

    def time(self, least: float = 0.05, most: float = 9.0) -> str:
        """The time of the next record."""
        self.now += datetime.timedelta(seconds=self.tree.chance.uniform(least, most))
        return f"{self.now:%Y-%m-%dT%H:%M:%S}.{self.now.microsecond // 1000:03}Z"

    def next_link(self) -> tuple[str | None, str]:
        """The parent and the id of the next record in the chain."""
        parent, self.parent = self.parent, self.tree.uuid()
        return parent, self.parent

    def write(self, record: dict) -> None:
        self.write_bytes(json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

    def write_bytes(self, line: bytes) -> None:
        self.file.write(line)
        self.tree.truth.bytes += len(line)
        self.tree.truth.lines += line.count(b"\n")

    def first_half(self) -> list[dict]:
        """Those of the first half of the written records that are in the chain."""
        lines = self.path.read_bytes().split(b"\n")
        records = [json.loads(line) for line in lines[: len(lines) // 2]]
        return [record for record in records if "uuid" in record]
