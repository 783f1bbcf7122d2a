"""Receivers as processes: installed, started and stopped."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import time
import urllib.request
from typing import Any, Iterator, NamedTuple

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "receiver"
START_SECONDS = 120


class Server(NamedTuple):
    """A receiver that runs."""

    url: str
    directory: pathlib.Path

    @property
    def guarded(self) -> bool:
        """Whether it wants a key and a client certificate; scripts/receiver says where they are."""
        return self.url.startswith("https:")

    def ask(self, path: str, body: Any = None) -> Any:
        """What it answers to a question, in JSON both."""
        data = None if body is None else json.dumps(body).encode()
        request, context = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}), None
        if self.guarded:
            request.add_header("Authorization", f"Bearer {(self.directory / 'key').read_text().strip()}")
            context = ssl.create_default_context(cafile=self.directory / "ca.pem")
            context.load_cert_chain(self.directory / "client.pem", self.directory / "client.key")
        with urllib.request.urlopen(request, timeout=60, context=context) as answer:
            return json.load(answer)


def install(name: str) -> str:
    """Why a receiver cannot be installed, or nothing."""
    run = subprocess.run([SCRIPT, name], capture_output=True, text=True)
    lines = (run.stdout + run.stderr).splitlines() or [f"exit code {run.returncode}"]
    return lines[-1] if run.returncode else ""


class Launch(NamedTuple):
    """A receiver that may still be starting."""

    name: str
    directory: pathlib.Path
    address: tuple[str, int]
    process: subprocess.Popen

    def ready(self) -> Server:
        deadline = time.monotonic() + START_SECONDS
        while not takes_connections(*self.address):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} does not start (exit code: {self.process.poll()})")
            time.sleep(0.1)
        scheme = "https" if (self.directory / "ca.pem").exists() else "http"
        return Server(f"{scheme}://{self.address[0]}:{self.address[1]}", self.directory)


@contextlib.contextmanager
def launched(name: str, directory: pathlib.Path) -> Iterator[Launch]:
    """A receiver that starts, and runs for as long as the block; it is a process group of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = free.getsockname()
    with open(directory / "log", "wb") as log:
        process = subprocess.Popen([SCRIPT, name, str(address[1]), directory], stdout=log, stderr=log,
                                   start_new_session=True)
    try:
        yield Launch(name, directory, address, process)
    finally:
        for how in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is None:
                os.killpg(process.pid, how)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(15)


@contextlib.contextmanager
def running(name: str, directory: pathlib.Path) -> Iterator[Server]:
    """A receiver that takes what is sent for as long as the block."""
    with launched(name, directory) as launch:
        yield launch.ready()


def takes_connections(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=5):
        return True
    return False
