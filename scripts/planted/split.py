"""Positions over the border between two blocks: the first half of a secret ends one, the other begins the next."""

from planted import tools
from planted.position import Position
from planted.snippet import Snippet
from planted.transcript import Block, Transcript


def halves(snippet: Snippet, text: str) -> list[str]:
    """The text in two, in the middle of the secret."""
    first = snippet.secrets[0]
    middle = text.index(first) + len(first) // 2
    return [text[:middle], text[middle:]]


def texts(snippet: Snippet, text: str) -> list[Block]:
    return [{"type": "text", "text": half} for half in halves(snippet, text)]


def prompt(transcript: Transcript, snippet: Snippet, text: str) -> None:
    transcript.prompt(texts(snippet, text))
    transcript.answer("Done.")


def answer(transcript: Transcript, snippet: Snippet, text: str) -> None:
    transcript.turn()
    transcript.request(*texts(snippet, text))


def thinking(transcript: Transcript, snippet: Snippet, text: str) -> None:
    transcript.turn()
    thoughts = [{"type": "thinking", "thinking": half, "signature": "c2ln"} for half in halves(snippet, text)]
    transcript.request(*thoughts, {"type": "text", "text": "Done."})


def result(transcript: Transcript, snippet: Snippet, text: str) -> None:
    tools.answers(transcript, tools.SERVER, {"url": "https://example.com"}, texts(snippet, text))


POSITIONS = [
    Position("split: prompt", prompt),
    Position("split: answer", answer),
    Position("split: thinking", thinking),
    Position("split: result", result),
]
