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

    def get(self, path: str) -> Any:
        request, context = urllib.request.Request(self.url + path), None
        if self.guarded:
            request.add_header("Authorization", f"Bearer {(self.directory / 'key').read_text().strip()}")
            context = ssl.create_default_context(cafile=self.directory / "ca.pem")
            context.load_cert_chain(self.directory / "client.pem", self.directory / "client.key")
        with urllib.request.urlopen(request, timeout=10, context=context) as answer:
            return json.load(answer)


def install(name: str) -> str:
    """Why a receiver cannot be installed, or nothing."""
    run = subprocess.run([SCRIPT, name], capture_output=True, text=True)
    lines = (run.stdout + run.stderr).splitlines() or [f"exit code {run.returncode}"]
    return lines[-1] if run.returncode else ""


@contextlib.contextmanager
def running(name: str, directory: pathlib.Path) -> Iterator[Server]:
    """A receiver that runs for as long as the block; it is a process group of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host, port = free.getsockname()
    with open(directory / "log", "wb") as log:
        process = subprocess.Popen([SCRIPT, name, str(port), directory], stdout=log, stderr=log,
                                   start_new_session=True)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not takes_connections(host, port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise TimeoutError(f"{name} does not start (exit code: {process.poll()})")
            time.sleep(0.1)
        scheme = "https" if (directory / "ca.pem").exists() else "http"
        yield Server(f"{scheme}://{host}:{port}", directory)
    finally:
        for how in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is None:
                os.killpg(process.pid, how)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(15)


def takes_connections(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=5):
        return True
    return False
