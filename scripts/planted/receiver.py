"""A receiver on this machine that keeps each request as it came.

The first part of a request's path is the folder that it is kept in. Below /refuses, it answers 400 with the request's
own headers and the beginning of its body, as some servers do.
"""

import contextlib
import http.server
import itertools
import pathlib
import threading
from typing import Iterator

ECHOED = 2000


class Receiver(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder: pathlib.Path, allowed: dict[str, str]) -> None:
        """Headers that are `allowed` hold a secret and nothing else; any other header must hold none."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder, self.allowed, self.numbers = folder, allowed, itertools.count()
        self.problems: list[str] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        for name, value in self.server.allowed.items():
            if self.headers[name] != value:
                self.server.problems.append(f"a request came without its {name} header")
        others = "".join(f"{name}: {value}\n" for name, value in self.headers.items()
                         if self.server.allowed.get(name.lower()) != value)
        folder = self.server.folder / self.path.split("/")[1]
        folder.mkdir(parents=True, exist_ok=True)
        number = next(self.server.numbers)
        (folder / f"{number}.headers").write_text(f"{self.path}\n{others}", encoding="utf-8")
        (folder / f"{number}.body").write_bytes(body)
        self.answer(f"cannot read this: {self.headers}".encode() + body[:ECHOED])

    def answer(self, refusal: bytes) -> None:
        refuses = self.path.startswith("/refuses")
        answer = refusal if refuses else b"{}" if "json" in self.headers["Content-Type"] else b""
        self.send_response(400 if refuses else 200)
        self.send_header("Content-Type", "text/plain" if refuses else self.headers["Content-Type"])
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def serving(receiver: Receiver) -> Iterator[None]:
    with receiver:
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            receiver.shutdown()
