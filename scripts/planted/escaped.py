"""Positions where some characters are written as \\uXXXX: in the line, or in JSON that a text holds."""

import json
import random

from planted import said, tools
from planted.position import Position, a_pair
from planted.snippet import Snippet
from planted.transcript import Transcript, as_it_is

SHARE = 0.2  # Of the letters that are written so in a line.
# What writers of JSON take for dangerous in a web page.
WRITTEN = {ord(letter): f"\\u{ord(letter):04x}" for letter in "+&<>'="} | {ord("/"): "\\/"}


def numbers(line: str, snippet: Snippet) -> str:
    """The line with some letters of the secret, and of what a token begins with, as their numbers."""
    chance = random.Random(snippet.text)
    for word in [snippet.text] if snippet.is_bare else snippet.secrets:
        is_chosen = [letter.isalnum() and (index == 1 or chance.random() < SHARE) for index, letter in enumerate(word)]
        letters = [f"\\u{ord(letter):04x}" if chosen else letter for letter, chosen in zip(word, is_chosen)]
        line = line.replace(word, "".join(letters))
    return line


def with_numbers(position: Position) -> Position:
    def place(transcript: Transcript, snippet: Snippet, text: str) -> None:
        transcript.turn()
        transcript.rewrite = lambda line: numbers(line, snippet)
        position.place(transcript, snippet, text)
        transcript.rewrite = as_it_is

    return Position(f"escaped: {position.name.replace(': ', ', ')}", place, position.takes)


def body(snippet: Snippet) -> str:
    """JSON that is made for a web page."""
    name, value = snippet.pair or ("", "")
    return json.dumps({"user": "ada", name: value}, ensure_ascii=False).translate(WRITTEN)


def in_json(transcript: Transcript, snippet: Snippet, _: str) -> None:
    tools.asks(transcript, tools.SERVER, {"body": body(snippet)})


def in_result(transcript: Transcript, snippet: Snippet, _: str) -> None:
    tools.answers(transcript, "WebFetch", {"url": "https://example.com"}, body(snippet))


PLAIN = [Position("prompt: text", said.prompt), Position("answer: text", said.answer),
         Position("argument: command", tools.command), Position("argument: nested object", tools.nested),
         Position("argument: name and value", tools.pair, a_pair), Position("result: text", tools.result)]
POSITIONS = [
    *map(with_numbers, PLAIN),
    Position("escaped: JSON in JSON", in_json, a_pair),
    Position("escaped: JSON in a result", in_result, a_pair),
]
