"""Texts of templates: {hex40} is so many hexadecimal digits, {base43} so many letters of base64, {word} a word."""

import re
from typing import Callable

from planted.chance import BASE64, Chance
from planted.snippet import Form, Snippet

GAP = re.compile(r"\{([a-z]+)([0-9]*)\}")
PACKAGES = ["serde", "tokio", "lodash", "left-pad", "react", "requests", "numpy", "cobra", "zap"]
Filling = Callable[[Chance, int], str]
FILLINGS: dict[str, Filling] = {
    "hex": lambda chance, count: chance.hex(count),
    "base": lambda chance, count: chance.some(count, BASE64),
    "alnum": lambda chance, count: chance.some(count),
    "number": lambda chance, count: chance.number(count),
    "version": lambda chance, _: f"{chance.randrange(30)}.{chance.randrange(99)}.{chance.number(3)}",
    "uuid": lambda chance, _: chance.uuid(),
    "word": lambda chance, _: chance.word(),
    "title": lambda chance, _: chance.word().capitalize(),
    "upper": lambda chance, _: f"{chance.word()}_{chance.word()}".upper(),
    "camel": lambda chance, _: "".join(chance.word().capitalize() for _ in range(4)),
    "host": lambda chance, _: chance.host(),
    "name": lambda chance, _: chance.name(),
    "package": lambda chance, _: chance.choice(PACKAGES),
    "at": lambda *_: "@",  # So that no template has what is found in addresses with a password.
}


def text(template: str) -> Form:
    def make(chance: Chance) -> Snippet:
        def fill(gap: re.Match[str]) -> str:
            filling = FILLINGS.get(gap[1])
            return filling(chance, int(gap[2] or 0)) if filling else gap[0]

        return Snippet(GAP.sub(fill, template))

    return make


def texts(templates: str) -> list[Form]:
    """A template a line, in which \\n is a line break."""
    return [text(line.replace("\\n", "\n")) for line in templates.strip().split("\n")]
