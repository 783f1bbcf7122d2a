"""Passwords in addresses and in what programs connect to databases with."""

import urllib.parse

from planted.chance import Chance
from planted.snippet import Form, Snippet

DATABASES = ["postgres", "postgresql", "mysql", "mongodb", "mongodb+srv", "amqp", "amqps", "mssql", "clickhouse"]
OTHERS = ["https", "http", "ftp", "smtp", "sftp", "postgresql+asyncpg"]


def address(scheme: str, user: str, password: str, rest: str) -> str:
    return "".join([scheme, ":", "//", user, ":", password, "@", rest])


def with_password(schemes: list[str], has_user: bool = True) -> Form:
    """Makes addresses, some of them as the value of a variable."""

    def make(chance: Chance) -> Snippet:
        password, port = chance.password(), chance.choice(["", f":{chance.randrange(1024, 9999)}"])
        rest = f"{chance.host()}{port}/{chance.word()}{chance.choice(['', '?sslmode=require', '?retryWrites=true'])}"
        user = f"{chance.name()}{chance.choice(['', '%40corp', '_rw'])}" if has_user else ""
        text = address(chance.choice(schemes), user, password, rest)
        name = chance.choice(["", "", "DATABASE_URL=", "url: ", "proxy = "])
        return Snippet(name + text, (password,), ("url", text))

    return make


def odd_password(chance: Chance) -> Snippet:
    """Passwords with characters that are written as their numbers."""
    beginning, end = chance.some(10), chance.some(9)
    password = beginning + urllib.parse.quote(chance.choice(["@", "/", "#", "p&ss", "?=", ":"]), safe="") + end
    text = address(chance.choice(DATABASES), chance.name(), password, f"{chance.host()}/{chance.word()}")
    return Snippet(text, (beginning, end), ("url", text))


def connection(template: str) -> Form:
    """Makes texts with {host}, {name}, {user} and {password}."""

    def make(chance: Chance) -> Snippet:
        password = chance.password()
        text = (template.replace("{host}", chance.host()).replace("{name}", chance.word())
                .replace("{user}", chance.name()).replace("{password}", password))
        return Snippet(text, (password,), ("connectionString", text))

    return make


KINDS: dict[str, list[Form]] = {
    "password in a database URL": [with_password(DATABASES), with_password(["redis", "rediss", "amqp"], False),
                                     odd_password],
    "password in a URL": [with_password(OTHERS)],
    "connection string": [
        connection("Server=tcp:{host},1433;Database={name};User Id={user};Password={password};Encrypt=true;"),
        connection("Data Source={host};Initial Catalog={name};User ID={user};Pwd={password}"),
        connection("jdbc:postgresql://{host}:5432/{name}?user={user}&password={password}"),
        connection("jdbc:sqlserver://{host};databaseName={name};user={user};password={password};"),
        connection("jdbc:mysql://{host}/{name}?password={password}&user={user}&useSSL=true"),
        connection("host={host} port=5432 dbname={name} user={user} password={password} sslmode=require"),
        connection('"DefaultConnection": "Host={host};Username={user};Password={password};Database={name}"'),
        connection("{user}:{password}@tcp({host}:3306)/{name}?parseTime=true"),
        connection('sql.Open("mysql", "{user}:{password}@unix(/run/mysqld/mysqld.sock)/{name}")'),
    ],
    "password in a pipe": [
        connection("echo {password} | docker login -u {user} --password-stdin {host}"),
        connection("echo '{password}' | gh auth login --with-token"),
        connection("printf '%s' \"{password}\" | docker login {host} --username {user} --password-stdin"),
        connection("echo {password} | sudo -S apt-get install {name}"),
        connection("echo '{user}:{password}' | chpasswd"),
    ],
}
