"""All that a file or a request's body holds, unpacked, so that it can be searched."""

import contextlib
import gzip
import pathlib
import sqlite3
import zlib
from typing import Iterator

DATABASE = b"SQLite format 3\0"
GZIP = b"\x1f\x8b"


def opened(data: bytes) -> Iterator[bytes]:
    """The bytes as they are and, where they are packed, unpacked."""
    yield data
    if data.startswith(GZIP):
        with contextlib.suppress(OSError, EOFError, zlib.error):
            yield gzip.decompress(data)


def read(path: pathlib.Path) -> Iterator[bytes]:
    data = path.read_bytes()
    yield from opened(data)
    if data.startswith(DATABASE):
        yield from rows(path)


def rows(path: pathlib.Path) -> Iterator[bytes]:
    """All texts of all tables, whatever pages they are spread over, and what is packed in them."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.text_factory = bytes
        for table, in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in database.execute(f'SELECT * FROM "{table.decode()}"'):
                values = [value for value in row if isinstance(value, bytes)]
                yield b"\n".join(values + [text for value in values if (text := inflated(value))])


def inflated(value: bytes) -> bytes:
    """What was packed without a header; most values were not."""
    try:
        return zlib.decompress(value, -zlib.MAX_WBITS)
    except zlib.error:
        return b""
