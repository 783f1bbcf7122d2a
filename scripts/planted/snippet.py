"""A piece of text with a made-up secret in it."""

from typing import Callable, NamedTuple

from planted.chance import ALNUM, Chance


class Snippet(NamedTuple):
    text: str
    # What nobody may see: without what all secrets of the kind begin with, and in pieces where it has several lines.
    secrets: tuple[str, ...] = ()
    # The same as a name and its value, as a JSON object may have it.
    pair: tuple[str, str] | None = None
    # A word of its own, which may stand anywhere.
    is_bare: bool = False

    @property
    def is_line(self) -> bool:
        return "\n" not in self.text and "\r" not in self.text


Form = Callable[[Chance], Snippet]


def bare(prefix: str, secret: str) -> Snippet:
    """A token that is known by how it begins."""
    return Snippet(prefix + secret, (secret,), ("value", prefix + secret), is_bare=True)


def token(prefix: str, length: int, alphabet: str = ALNUM, end: str = "") -> Form:
    """Makes tokens with so many characters between their prefix and their end."""
    return lambda chance: bare(prefix, chance.some(length, alphabet) + end)


def named(form: Form, *names: str) -> Form:
    """Makes assignments of tokens, as in the files of their services."""

    def make(chance: Chance) -> Snippet:
        made, name = form(chance), chance.choice(names)
        return Snippet(name.replace("{}", made.text), made.secrets, made.pair)

    return make
