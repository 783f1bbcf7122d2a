#!/usr/bin/env python3
"""The end-to-end check: what moda-agent uploads is what a real OTLP receiver has got.

Each receiver is installed once and started on loopback by scripts/receiver. The recordings are uploaded, read back
and compared, span by span, with what a dry run prints; then they are uploaded again, in small batches, and nothing
may be stored twice. Once as protobuf with gzip and once, into a new and empty receiver, as plain JSON; one that
takes no JSON must be reported with exit code 4 and a hint. One that limits its requests gets a session that is too
large for one, too. phoenix-guarded wants certificates and a key, and has a queue for one span: without them nothing
may arrive, with them everything in the end. A receiver that cannot be installed is skipped; where the variable CI is
set, that is a failure.
"""

import contextlib
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True  # The folder receivers is to stay as it is.
from receivers.checks import RECEIVERS, Checks, arguments, check, closing, installed
from receivers.servers import running
from receivers.uploads import LAST_RECORDINGS, would_send, write_large_session

RECORDINGS = ["testdata/recordings/live-2.1.330/projects", "testdata/recordings/interactive-2.1.330/projects"]
PROTOBUF = ["--protocol", "http/protobuf", "--compression", "gzip"]
JSON = ["--protocol", "http/json", "--compression", "none"]
ALL_AT_ONCE = ["--max-batch-spans", "100000", "--max-batch-bytes", "64MiB"]


def check_open(checks: Checks, protocol: list[str]) -> None:
    """All checks of a receiver that takes what it gets."""
    first, last = would_send(checks.binary, RECORDINGS), would_send(checks.binary, LAST_RECORDINGS)
    if not checks.receiver.takes_json:
        checks.fails("JSON is refused", 4, "^hint: .*--protocol", *JSON)
    ledger = ["--state", str(checks.server.directory / "ledger.db")]
    checks.sends("at first", RECORDINGS, len(first), *protocol, *ledger)
    checks.has("at first", first)
    checks.has_all("with the same ledger", RECORDINGS, *protocol, *ledger)
    if checks.receiver.stores:
        checks.sends("again without it", RECORDINGS, len(first), *protocol, "--max-batch-spans", "7")
    checks.sends("others", LAST_RECORDINGS, len(last), *protocol)
    large = []
    # Plain requests that are refused unread may break off before the answer arrives; these are small enough.
    if checks.receiver.limit and protocol is PROTOBUF:
        projects = checks.server.directory / "projects"
        write_large_session(projects, checks.receiver.limit)
        large = would_send(checks.binary, [str(projects)])
        checks.sends("all at once", [str(projects)], len(large), *protocol, *ALL_AT_ONCE, meets=413)
    checks.has("in the end", first + last + large)


def check_guarded(checks: Checks, protocol: list[str]) -> None:
    """All checks of a receiver that wants certificates and a key, and has a queue for one span."""
    first, directory = would_send(checks.binary, RECORDINGS), checks.server.directory
    names = ["ca.pem", "client.pem", "client.key", "key", "secret"]
    authority, certificate, own, key, other = (str(directory / name) for name in names)
    trust = ["--certificate", authority]
    client = ["--client-certificate", certificate, "--client-key", own]
    right, wrong = ["--api-key-file", key], ["--api-key-file", other]
    # A connection that breaks is tried again.
    briefly = ["--retry-for", "1s"]
    checks.fails("a server that is not trusted", 4, "^hint: .*certificate", *client, *right, *briefly)
    checks.fails("no client certificate", 4, "^hint: ", *trust, *right, *briefly)
    checks.fails("no key", 3, "^hint: .*key", *trust, *client)
    checks.fails("a wrong key", 3, "^hint: .*key", *trust, *client, *wrong)
    checks.sends("one by one", RECORDINGS, len(first), *protocol, *trust, *client, *right, "--max-batch-spans", "1",
                 "--concurrency", "8", meets=503)
    variables = {"OTEL_EXPORTER_OTLP_CERTIFICATE": authority, "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": certificate,
                 "OTEL_EXPORTER_OTLP_CLIENT_KEY": own, "MODA_API_KEY": pathlib.Path(key).read_text(encoding="utf-8")}
    checks.sends("again, told by variables", RECORDINGS, len(first), *protocol, **variables)
    checks.has("in the end", first)


def check_receiver(binary: pathlib.Path, name: str, protocol: list[str]) -> None:
    """All checks of a new and empty receiver."""
    label = f"{name}, {protocol[1]}"
    with tempfile.TemporaryDirectory(prefix="moda-agent-receiver-") as directory, contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(running(name, pathlib.Path(directory)))
        except TimeoutError as problem:
            return check(f"{label}: it starts", [str(problem)])
        checks = Checks(binary, RECEIVERS[name], label, server)
        (check_guarded if server.guarded else check_open)(checks, protocol)


def check_all(binary: pathlib.Path, name: str) -> None:
    if not installed(name):
        return
    check_receiver(binary, name, PROTOBUF)
    if RECEIVERS[name].takes_json:
        check_receiver(binary, name, JSON)


def main() -> int:
    options = arguments(__doc__, list(RECEIVERS))
    for name in options.receivers:
        check_all(options.binary, name)
    return closing()


if __name__ == "__main__":
    sys.exit(main())
