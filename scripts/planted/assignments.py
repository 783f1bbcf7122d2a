"""Values that are secret by their names alone."""

from planted.chance import Chance
from planted.snippet import Form, Snippet

ENDINGS = ["TOKEN", "SECRET", "PASSWORD", "API_KEY", "ACCESS_TOKEN", "SECRET_KEY", "AUTH_TOKEN", "CLIENT_SECRET"]
SNAKE = ["password", "client_secret", "api_key", "access_token", "refresh_token", "auth_token", "secret_key",
         "db_password", "private_token"]
CAMEL = ["apiKey", "accessToken", "clientSecret", "authToken", "refreshToken", "secretKey", "dbPassword"]
RED, PLAIN = "\x1b[01;31m\x1b[K", "\x1b[m\x1b[K"


def upper(chance: Chance) -> str:
    return f"{chance.word().upper()}_{chance.choice(ENDINGS)}"


def any_name(chance: Chance) -> str:
    return chance.choice([upper(chance), *SNAKE, *CAMEL])


def assignment(template: str, names: list[str] | None = None) -> Form:
    """Makes texts with {name} and {value}; names like ORDERS_TOKEN where none are given."""

    def make(chance: Chance) -> Snippet:
        name, value = chance.choice(names) if names else upper(chance), chance.value()
        text = template.replace("{name}", name).replace("{value}", value).replace("{word}", chance.word())
        return Snippet(text, (value,), (name, value))

    return make


KINDS: dict[str, list[Form]] = {
    "assignment in a shell": [
        assignment("{name}={value}"), assignment("export {name}='{value}'"), assignment('{name}="{value}"'),
        assignment("NODE_ENV=production\n{name}={value}\nPORT=8080"), assignment("ENV {name}={value}"),
        assignment("docker run --rm -e {name}={value} {word}:latest"), assignment("{name}={value} ./run.sh --all"),
        assignment('$env:{name} = "{value}"'), assignment("set {name}={value}\r\n"), assignment("{name} = {value}"),
        assignment("{name}={value}", SNAKE),
    ],
    "assignment in YAML": [
        assignment("{name}: {value}"), assignment("{name}: '{value}'"), assignment('{name}: "{value}"', SNAKE),
        assignment("db:\n  user: {word}\n  password: {value}\n  port: 5432", ["password"]),
        assignment("{name}: {value}", CAMEL), assignment("PASSWORD: {value}", ["PASSWORD"]),
        assignment("stringData:\n  {name}: {value}", SNAKE),
        assignment("env:\n  - name: {name}\n    value: {value}"), assignment('- name: {name}\n  value: "{value}"'),
    ],
    "assignment in JSON": [
        assignment('"{name}": "{value}"', SNAKE), assignment('{"{name}":"{value}"}', CAMEL),
        assignment('{"db": {"user": "{word}", "{name}": "{value}", "port": 5432}}', SNAKE + CAMEL),
        assignment('{\\"{name}\\": \\"{value}\\"}', SNAKE + CAMEL), assignment('"{name}": "{value}",'),
        assignment('{\\\\\\"{name}\\\\\\":\\\\\\"{value}\\\\\\"}', CAMEL),
        assignment('{"name": "{name}", "value": "{value}"}'), assignment('{"key":"{name}","value":"{value}"}'),
    ],
    "assignment in XML": [
        assignment("<{name}>{value}</{name}>", CAMEL), assignment("<{name}>\n  {value}\n</{name}>", CAMEL),
        assignment('<add key="{name}" value="{value}" />', CAMEL), assignment('<env name="{name}" value="{value}"/>'),
    ],
    "assignment in a program": [
        assignment('const {name} = "{value}";', CAMEL), assignment("  {name}: '{value}',", CAMEL),
        assignment("{name} = '{value}'", SNAKE), assignment('{word}.{name} = "{value}"', CAMEL + SNAKE),
        assignment('client = Client({name}="{value}", retries=3)', SNAKE),
        assignment('private static final String {name} = "{value}";'),
        assignment('let {name}: &str = "{value}";', SNAKE), assignment('var {name} string = "{value}"', CAMEL),
        assignment('os.environ.setdefault("{name}", "{value}")'), assignment("putenv('{name}', '{value}')"),
        assignment('System.setProperty("{name}", "{value}");', CAMEL), assignment('${name} .= "{value}";', SNAKE),
    ],
    "assignment in colours": [
        assignment(f"{RED}{{name}}{PLAIN}={{value}}"), assignment(f"{{name}}={RED}{{value}}{PLAIN}"),
        assignment(f"\x1b[36m{{name}}\x1b[0m: \x1b[32m\"{{value}}\"\x1b[0m", CAMEL + SNAKE),
        assignment("**{name}**: `{value}`"), assignment("`{name}` = `{value}`"), assignment("{name}=`{value}`"),
        assignment("| {name} | `{value}` |"),
    ],
}
