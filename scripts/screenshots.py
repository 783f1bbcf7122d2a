#!/usr/bin/env python3
"""The pictures of the README: a recorded turn in Phoenix and in MLflow.

Uploads a recording into both, opens the turn in a headless browser and writes docs/phoenix.png and docs/mlflow.png.
Wants Node.js with npm, and Debian's browser; it installs the rest itself, where scripts/receiver keeps things:

    apt-get install -y chromium nodejs npm optipng
    scripts/screenshots.py [--binary PATH] [phoenix] [mlflow-pages]
"""

import os
import pathlib
import subprocess
import sys
import tempfile
from typing import Any

sys.dont_write_bytecode = True  # The folder receivers is to stay as it is.
from receivers.checks import RECEIVERS, Checks, arguments, closing
from receivers.servers import install, running
from receivers.uploads import ROOT, dry_run, spans_of, tree

RECORDING = ["testdata/recordings/client-2.1.330/projects"]
OPTIONS = ["--convention", "genai", "--user-id", "ada"]
# Name of the receiver, and of what it is a kind of.
PAGES = {"phoenix": "phoenix", "mlflow-pages": "mlflow"}
PLAYWRIGHT = "playwright-core@1.65.1"


def playwright() -> pathlib.Path:
    """The library that drives the browser, installed."""
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    folder = pathlib.Path(cache) / "moda-agent-receivers" / PLAYWRIGHT.replace("@", "-")
    library = folder / "node_modules" / "playwright-core"
    if not library.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--ignore-scripts", "--prefix", folder, PLAYWRIGHT], check=True)
    return library


def best(turns: list[dict[str, Any]]) -> tuple[str, str]:
    """The turn with most agents, and in it the first request with the result of a tool."""
    whole = max(map(tree, turns), key=lambda spans: sum("invoke_agent" in each["name"] for each in spans))
    return whole[0]["trace_id"], next(each["span_id"] for each in whole if "tool_call_response" in
                                      each["attributes"].get("gen_ai.input.messages", ""))


def main() -> int:
    options = arguments(__doc__, list(PAGES))
    turns = dry_run(options.binary, RECORDING, *OPTIONS)
    library = playwright()
    for name in options.receivers:
        if problem := install(name):
            sys.exit(f"{name} could not be installed: {problem}")
        with tempfile.TemporaryDirectory(prefix="moda-agent-receiver-") as directory, \
                running(name, pathlib.Path(directory)) as server:
            checks = Checks(options.binary, RECEIVERS[PAGES[name]], name, server)
            checks.sends("a recording", RECORDING, sum(len(tree(turn)) for turn in turns), *OPTIONS)
            checks.has("a recording", spans_of(turns))
            picture = ROOT / "docs" / f"{PAGES[name]}.png"
            picture.parent.mkdir(exist_ok=True)
            subprocess.run(["node", ROOT / "scripts" / "screenshots.mjs", library, PAGES[name], server.url,
                            *best(turns), picture], check=True)
        subprocess.run(["optipng", "-quiet", "-strip", "all", picture], check=True)
        print(f"        {picture.relative_to(ROOT)}: {picture.stat().st_size} bytes", flush=True)
    return closing()


if __name__ == "__main__":
    sys.exit(main())
