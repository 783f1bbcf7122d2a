"""Headers of requests that say who asks, as curl and programs send them."""

import base64

from planted.chance import URL64, Chance
from planted.snippet import Form, Snippet

HEADER = "Author" "ization"


def opaque(chance: Chance) -> tuple[str, str]:
    """What stands in a header, and what of it is secret."""
    value = chance.value().rstrip("/+-_")
    return value, value


def basic(chance: Chance) -> tuple[str, str]:
    """A name and a password in base64; the name's part is no secret."""
    name, password = chance.name(), chance.some(chance.randint(14, 26))
    value = base64.b64encode(f"{name}:{password}".encode()).decode()
    return value, value[12:].rstrip("=")


def header(template: str, scheme: str = "Bearer", name: str = HEADER, content: str = "opaque") -> Form:
    """Makes headers; {} in the template is name, colon and value, {value} the value alone."""

    def make(chance: Chance) -> Snippet:
        value, secret = basic(chance) if content == "basic" else opaque(chance)
        value = f"{scheme} {value}".strip()
        text = template.replace("{}", f"{name}: {value}").replace("{value}", value).replace("{name}", name)
        return Snippet(text.replace("{host}", chance.host()), (secret,), (name, value))

    return make


def of_user(template: str) -> Form:
    def make(chance: Chance) -> Snippet:
        password = chance.password()
        text = template.replace("{user}", chance.name()).replace("{password}", password)
        return Snippet(text.replace("{host}", chance.host()), (password,))

    return make


def lower(chance: Chance) -> Snippet:
    """As HTTP/2 writes its headers, and tools print them."""
    value = chance.some(40, URL64)
    text = f"> GET /v1/{chance.word()} HTTP/2\n> {HEADER.lower()}: Bearer {value}\n> accept: */*"
    return Snippet(text, (value,), (HEADER.lower(), f"Bearer {value}"))


KINDS: dict[str, list[Form]] = {
    "Authorization": [
        header("{}"), header("{}", "token"), header("{}", "Basic", content="basic"), header("{}", "Token"), lower,
        header("POST /v1/orders HTTP/1.1\r\nHost: {host}\r\n{}\r\nContent-Length: 2\r\n\r\n[]"),
        header('"{name}": "{value}"'), header("headers = {'{name}': '{value}'}"),
        header('\\"{name}\\": \\"{value}\\"'),
        header('curl -s -H "{}" https://{host}/v1'), header("curl -X POST -H '{}' -d @a.json https://{host}/", "token"),
        header('curl --header "{}" https://{host}', "Basic", content="basic"),
    ],
    "key in a header": [
        header("{}", "", "X-Api-Key"), header("-H 'x-api-key: {value}'", ""), header("{}", "", "X-Auth-Token"),
        header('curl -H "{}" https://{host}/api/v4/projects', "", "PRIVATE-" "TOKEN"),
        header('"x-api-key": "{value}"', ""), header("{}", "", "Api-Key"),
    ],
    "curl -u": [of_user("curl -u {user}:{password} https://{host}/v1"),
                of_user("curl --user '{user}:{password}' {host}"),
                of_user('curl -sS -u "{user}:{password}" -X POST https://{host}')],
}
