"""The texts of transcripts, and whether a store has any of them."""

import contextlib
import json
import pathlib
import re
import sqlite3
from typing import Any, Iterator

from receivers.uploads import ROOT

# So many letters in a row that JSON writes as they are; what is shorter may be in a store by chance.
# Of longer ones the beginning will do: a text may have been cut.
PIECE = re.compile(r"[ !#-\[\]-~]{12,60}")
SECRETS = {"aws-access-key": re.compile(r"AKIA[0-9A-Z]{16}"), "github-token": re.compile(r"ghp_\w{36}"),
           "anthropic-key": re.compile(r"sk-ant-[\w-]{20,}")}
# What the client writes around commands and for the model; of this not all is in a turn.
OF_CLIENT = re.compile(r"<((local-)?command|bash|system-reminder)\b|\[22?m|\[Request interrupted|No response requested")


def texts_of(paths: list[str]) -> set[str]:
    """Pieces of all that people, models and tools said in these transcripts."""
    return {piece[0].strip() for path in paths for file in sorted((ROOT / path).rglob("*.jsonl"))
            for line in file.read_text(encoding="utf-8").split("\n") if line.strip()
            for text in said(json.loads(line).get("message") or {}) for part in text.split("\n")
            if (piece := PIECE.search(without_secrets(part)))}


def without_secrets(text: str) -> str:
    """As it is sent: some recordings hold made-up keys."""
    for kind, secret in SECRETS.items():
        text = secret.sub(f"[REDACTED:{kind}]", text)
    return text


def said(message: dict[str, Any]) -> Iterator[str]:
    """The texts of a prompt or an answer, of what a tool was asked and of what it answered."""
    content = message.get("content")
    for block in content if isinstance(content, list) else [content]:
        if isinstance(block, dict):
            yield from leaves([block.get(key) for key in ("text", "thinking", "input", "content")])
        else:
            yield from leaves(block)


def leaves(of: Any) -> Iterator[str]:
    if isinstance(of, str):
        yield of
    elif isinstance(of, dict):
        # What kind of agent a tool starts is a name, not a text.
        of = [each for key, each in of.items() if key != "subagent_type"]
    for each in of if isinstance(of, list) else []:
        yield from leaves(each)


def stored_text(directory: pathlib.Path) -> str:
    """All texts of all tables of all databases that a receiver has in its folder."""
    texts = []
    for file in sorted(directory.glob("*.db")):
        with contextlib.closing(sqlite3.connect(file)) as database:
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for table, in tables:
                for row in database.execute(f'SELECT * FROM "{table}"'):
                    texts += [value if isinstance(value, str) else value.decode("utf-8", "replace")
                              for value in row if isinstance(value, str | bytes)]
    return "\n".join(texts)
