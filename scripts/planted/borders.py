"""Positions across the borders at which texts are cut."""

from typing import Callable

from planted import beside, said, tools
from planted.position import Position
from planted.snippet import Snippet
from planted.transcript import Transcript

# What stands before the text where it counts.
BEFORE_RESULT, BEFORE_ERROR, BEFORE_STRING = len("Exit code 1\n"), len("API Error: 400 "), len('{"text":"\\')
ENOUGH = 14  # So many characters of a secret are kept at least.


def reaches(border: int) -> Callable[[Snippet], bool]:
    """Whether the secret can stand there: what comes before it is short enough."""
    return lambda snippet: snippet.text.index(snippet.secrets[0]) + ENOUGH <= border


def at(border: int, what: str, place: Callable[[Transcript, Snippet, str], None], before: int = 0) -> Position:
    return Position(f"cut: {what} at {border:,}", place, reaches(border - before), border - before)


def among(count: int, length: int) -> Callable[[Transcript, Snippet, str], None]:
    """An input with so many other strings, which make it too long."""

    def place(transcript: Transcript, _: Snippet, text: str) -> None:
        others = [f"{number} " + "x y " * (length // 4) for number in range(count)]
        tools.asks(transcript, tools.SERVER, {"text": text, "others": others})

    return place


def among_numbers(transcript: Transcript, _: Snippet, text: str) -> None:
    """An input that stays too long whatever its strings are cut to: only its beginning is kept."""
    tools.asks(transcript, tools.SERVER, {"text": text, "numbers": list(range(1500))})


POSITIONS = [
    at(1000, "prompt", said.prompt),
    at(4000, "prompt", said.prompt),
    at(8000, "answer", said.answer),
    at(4000, "thinking", said.thinking),
    at(4000, "command", tools.command),
    # Strings of an input keep 1,000 characters where it then fits, else 200, else 40.
    at(1000, "string in an argument", among(2, 1500)),
    at(200, "string in an argument", among(6, 1000)),
    at(40, "string in an argument", among(25, 250)),
    at(2000, "whole argument", among_numbers, BEFORE_STRING),
    at(4000, "result", tools.result),
    at(200, "error of a tool", tools.failed_result, BEFORE_RESULT),
    at(1000, "error of the API", said.api_error, BEFORE_ERROR),
    at(1000, "hook that blocked", beside.blocked),
    at(4000, "prompt of a subagent", beside.of_agent("prompt").place),
    at(8000, "answer of a subagent", beside.of_agent("answer").place),
]
