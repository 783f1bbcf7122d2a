"""Runs the program as on a new machine, and collects all that it leaves behind."""

import os
import pathlib
import shutil
import subprocess
from typing import Callable, Iterator, NamedTuple

from planted.opened import opened, read

TIMEOUT_SECONDS = 600
API_KEY, HEADER = "MODA_API_KEY", "x-team-key"
NO_REDACTION = ["--redact", "off"]


class Commands(NamedTuple):
    """What is run, one after the other, in one home.

    In the commands, {tree} is the folder of transcripts, {here} one that nothing else uses, {endpoint} the receiver,
    and {plain} a file of what is sent without redaction.
    """

    name: str
    commands: list[list[str]]
    # What may come out: 1 where something differs or was rejected.
    codes: set[int] = {0}
    convention: str = "moda"
    # It compares with spans that hold all secrets, which are counted apart.
    is_of_baseline: bool = False


class Machine:
    def __init__(self, binary: pathlib.Path, folder: pathlib.Path, claude: pathlib.Path, key: str) -> None:
        self.binary, self.folder, self.claude, self.key = binary, folder, claude, key
        self.received, self.plain = folder / "received", folder / "plain"
        self.endpoint = ""
        self.problems: list[str] = []
        self.can_redact = b"--redact" in self.run(folder, ["upload", "--help"]).stdout

    def run(self, home: pathlib.Path, arguments: list[str]) -> subprocess.CompletedProcess[bytes]:
        places = {"HOME": home, "XDG_STATE_HOME": home / "state", "TMPDIR": home / "tmp"}
        for place in places.values():
            place.mkdir(parents=True, exist_ok=True)
        environment = {"PATH": os.defpath, "CLAUDE_CONFIG_DIR": str(self.claude), API_KEY: self.key,
                       **{name: str(place) for name, place in places.items()}}
        return subprocess.run([self.binary, *arguments], cwd=home, env=environment, capture_output=True,
                              timeout=TIMEOUT_SECONDS)

    def without_redaction(self, arguments: list[str], home: pathlib.Path) -> bytes:
        """What is printed then; where the program cannot redact, that is what it always prints."""
        run = self.run(home, arguments + (NO_REDACTION if self.can_redact else []))
        self.expect(run, {0}, arguments)
        return run.stdout

    def outputs(self, some: Commands) -> Iterator[bytes]:
        """All that commands print, write and send."""
        name = some.name.replace(" ", "-").replace("/", "-")
        # A refusal is asked for by the path.
        name = "refuses" if "{endpoint}/refuses" in str(some.commands) else name
        home = self.folder / "homes" / name
        places = {"{tree}": str(self.claude / "projects"), "{here}": str(home), "{endpoint}/refuses": "{endpoint}",
                  "{endpoint}": f"{self.endpoint}/{name}", "{plain}": str(self.plain / some.convention)}
        for arguments in some.commands:
            for place, value in places.items():
                arguments = [argument.replace(place, value) for argument in arguments]
            run = self.run(home, arguments)
            self.expect(run, some.codes, arguments)
            yield run.stdout
            yield run.stderr
        yield from left_in(home, read)
        yield from left_in(self.received / name, lambda path: opened(path.read_bytes()))

    def expect(self, run: subprocess.CompletedProcess[bytes], codes: set[int], arguments: list[str]) -> None:
        if run.returncode not in codes:
            said = run.stderr[-300:].decode("utf-8", "replace").strip()
            self.problems.append(f"{' '.join(arguments)}: ended with code {run.returncode}: {said}")


def left_in(folder: pathlib.Path, contents: Callable[[pathlib.Path], Iterator[bytes]]) -> Iterator[bytes]:
    """What all files below a folder hold, and their names. The folder is gone then."""
    for path in sorted(folder.rglob("*")):
        yield str(path.relative_to(folder)).encode()
        if path.is_file():
            yield from contents(path)
    shutil.rmtree(folder, ignore_errors=True)
