"""Private keys in their blocks: whole, with line breaks of all kinds, and cut."""

from typing import Callable, NamedTuple

from planted.chance import BASE64, HEX, Chance
from planted.snippet import Form, Snippet

DASHES = "-" * 5
# Of each kind: what its lines begin with for everyone, their length, how many there are, how long the last is.
SHAPES = {
    "RSA PRIVATE KEY": ("MIIEpAIBAAKCAQEA", 64, 25, 32),
    "EC PRIVATE KEY": ("MHcCAQEEI", 64, 2, 36),
    "OPENSSH PRIVATE KEY": ("b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtz", 70, 5, 12),
    "PRIVATE KEY": ("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", 64, 26, 20),
    "ENCRYPTED PRIVATE KEY": ("MIIFLTBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHA", 64, 28, 44),
    "PGP PRIVATE KEY BLOCK": ("lQdGBG", 64, 20, 24),
}
SHOWN = 40  # A line that is longer is part of the secret.


class Pem(NamedTuple):
    lines: list[str]

    def joined(self, line_break: str) -> str:
        return line_break.join(self.lines)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Its long lines; of the first one only what is its own."""
        beginnings = [beginning for beginning, *_ in SHAPES.values()]
        bodies = [line for line in self.lines if len(line) > SHOWN and set(line) <= set(BASE64 + "=")]
        own = [next((line[len(begin):] for begin in beginnings if line.startswith(begin)), line) for line in bodies]
        return tuple(line.rstrip("=") for line in own if len(line) > 12)


def pem(chance: Chance, label: str) -> Pem:
    beginning, length, count, last = SHAPES[label]
    body = (beginning + chance.some(length * count, BASE64))[: length * count] + chance.some(last - 1, BASE64) + "="
    lines = [body[at:at + length] for at in range(0, len(body), length)]
    header = ["Version: GnuPG v2", ""] if "PGP" in label else []
    if label == "RSA PRIVATE KEY" and chance.random() < 0.3:
        header = ["Proc-Type: 4,ENCRYPTED", f"DEK-Info: AES-128-CBC,{chance.some(32, HEX).upper()}", ""]
    check = [f"={chance.some(4, BASE64)}"] if "PGP" in label else []
    marks = [f"{DASHES}{word} {label}{DASHES}" for word in ("BEGIN", "END")]
    return Pem([marks[0], *header, *lines, *check, marks[1]])


def any_pem(chance: Chance) -> Pem:
    return pem(chance, chance.choice(list(SHAPES)))


def broken(line_break: str) -> Form:
    """Makes whole keys with such line breaks."""

    def make(chance: Chance) -> Snippet:
        lines = any_pem(chance)
        text = lines.joined(line_break)
        return Snippet(text, lines.secrets, ("private_key", text))

    return make


def assigned(line_break: str) -> Form:
    """Makes keys as the value of a variable."""

    def make(chance: Chance) -> Snippet:
        lines = any_pem(chance)
        text = lines.joined(line_break) + line_break
        name = chance.choice(["SSH_KEY", "PRIVATE_KEY", "TLS_KEY", "APP_PEM"])
        return Snippet(f'{name}="{text}"', lines.secrets, (name, text))

    return make


def marked(mark: Callable[[int], str]) -> Form:
    """Makes keys of which each line has something before it: a number, a mark, spaces."""

    def make(chance: Chance) -> Snippet:
        lines, first = any_pem(chance), chance.randrange(1, 90)
        text = "\n".join(mark(number) + line for number, line in enumerate(lines.lines, first))
        return Snippet(text, lines.secrets)

    return make


def without_end(line_break: str) -> Form:
    """Makes keys of which the end was cut off, in the middle of a line."""

    def make(chance: Chance) -> Snippet:
        lines = any_pem(chance).lines
        kept = Pem(lines[: chance.randint(len(lines) // 2, len(lines) - 2)])
        text = kept.joined(line_break) + line_break + chance.some(30, BASE64)
        return Snippet(text, kept.secrets)

    return make


def without_beginning(line_break: str) -> Form:
    """Makes keys of which the beginning was cut off, in the middle of a line."""

    def make(chance: Chance) -> Snippet:
        lines = pem(chance, chance.choice([label for label in SHAPES if label != "EC PRIVATE KEY"])).lines
        kept = Pem(lines[chance.randint(4, 5):])
        return Snippet(chance.some(30, BASE64) + line_break + kept.joined(line_break), kept.secrets)

    return make


def putty(line_break: str, mark: Callable[[int], str] = lambda _: "") -> Form:
    """Makes key files of PuTTY."""

    def make(chance: Chance) -> Snippet:
        count = chance.randint(1, 13)
        body = [chance.some(64, BASE64) for _ in range(count)] + [chance.some(30, BASE64)]
        head = ["PuTTY-User-Key-File-2: ssh-rsa", "Encryption: none", f"Private-Lines: {len(body)}"]
        lines = [*head, *body, f"Private-MAC: {chance.some(40, HEX)}"]
        text = line_break.join(mark(number) + line for number, line in enumerate(lines, 1))
        return Snippet(text, tuple(body), ("ppk", text))

    return make


KINDS: dict[str, list[Form]] = {
    "private key of PuTTY": [putty("\n"), putty("\r\n"), putty("\\n"), putty("\n", lambda number: f"{number:6}→")],
    "private key": [broken("\n"), broken("\r\n"), assigned("\n")],
    "private key, escaped": [broken("\\n"), broken("\\r\\n"), assigned("\\n")],
    "private key, escaped twice": [broken("\\\\n"), assigned("\\\\n")],
    "private key, marked lines": [marked(lambda number: f"{number:6}→"), marked(lambda number: f"{number:6}\t"),
                                  marked(lambda _: "+"), marked(lambda _: "    "), marked(lambda _: "> ")],
    "private key without end": [without_end("\n"), without_end("\\n"), without_end("\r\n"), without_end("\\\\n")],
    "private key without beginning": [without_beginning("\n"), without_beginning("\\n"), without_beginning("\r\n")],
}
