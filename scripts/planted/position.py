"""A place in a transcript where a text can stand."""

from typing import Callable, NamedTuple

from planted.snippet import Snippet
from planted.transcript import Transcript


def anything(_: Snippet) -> bool:
    return True


def a_line(snippet: Snippet) -> bool:
    return snippet.is_line


def a_word(snippet: Snippet) -> bool:
    return snippet.is_bare


def a_pair(snippet: Snippet) -> bool:
    return snippet.pair is not None


class Position(NamedTuple):
    # What is before the colon is the column of the table.
    name: str
    # Takes the snippet alone, and with what surrounds it.
    place: Callable[[Transcript, Snippet, str], None]
    takes: Callable[[Snippet], bool] = anything
    # So many characters of a text are kept here; the secret stands across this border.
    border: int = 0
    # It is of the session as a whole.
    is_of_session: bool = False

    def shown(self, snippet: Snippet, text: str) -> str:
        """What of a snippet stands there."""
        if self.takes is a_pair:
            return repr(snippet.pair)
        return snippet.text if self.takes is a_word else text

    @property
    def group(self) -> str:
        return self.name.split(":")[0]
