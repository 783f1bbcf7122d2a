"""A tree of transcripts while it is written, shaped like the home of someone who uses Claude Code, and the
truth about it: what a right count finds there.
"""

import dataclasses
import datetime
import json
import pathlib
import random
import string
import uuid
from typing import NamedTuple

from transcripts.text import Text

PROJECTS = 24
PROJECTS_FOLDER = ".claude/projects"
TRUTH_FILE = "truth.json"
ID_CHARACTERS = string.ascii_letters + string.digits


class Usage(NamedTuple):
    """The tokens of one request."""

    input: int
    cache_creation: int
    cache_read: int
    output: int

    def plus(self, other: "Usage") -> "Usage":
        return Usage(*map(sum, zip(self, other)))


@dataclasses.dataclass
class Truth:
    """A request that is saved in several lines, or copied into other files, counts once."""

    files: int = 0
    bytes: int = 0
    lines: int = 0
    sessions: int = 0
    requests: int = 0
    input: int = 0
    output: int = 0
    cache_creation: int = 0
    cache_read: int = 0

    def count_request(self, usage: Usage) -> None:
        self.requests += 1
        for name, tokens in usage._asdict().items():
            setattr(self, name, getattr(self, name) + tokens)


class Tree:
    def __init__(self, home: pathlib.Path, seed: int, began: datetime.datetime) -> None:
        self.home = home
        self.chance = random.Random(seed)
        self.text = Text(self.chance)
        self.truth = Truth()
        self.clock = began

    def project(self) -> tuple[pathlib.Path, str]:
        """The folder of some project's transcripts, and the folder in which it is worked on."""
        cwd = f"/home/ada/src/project-{self.chance.randrange(PROJECTS):02}"
        folder = self.home / PROJECTS_FOLDER / cwd.replace("/", "-")
        folder.mkdir(parents=True, exist_ok=True)
        return folder, cwd

    def next_start(self) -> datetime.datetime:
        """When the next session starts: sessions overlap."""
        self.clock += datetime.timedelta(seconds=self.chance.randint(20, 600))
        return self.clock

    def new_session(self) -> str:
        self.truth.sessions += 1
        return self.uuid()

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def hexadecimal(self, digits: int) -> str:
        return f"{self.chance.getrandbits(4 * digits):0{digits}x}"

    def id(self, prefix: str) -> str:
        """An id as the API gives them: msg_, req_ or toolu_."""
        return f"{prefix}01" + "".join(self.chance.choices(ID_CHARACTERS, k=22))

    def is_likely(self, share: float) -> bool:
        return self.chance.random() < share

    def save_truth(self) -> None:
        (self.home / TRUTH_FILE).write_text(json.dumps(dataclasses.asdict(self.truth), indent=1) + "\n")
