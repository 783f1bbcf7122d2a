"""The programs that moda-agent is held against: how each is installed and run, and what tokens it counts."""

import json
import pathlib
import platform
import re
import subprocess
import sys
import venv

from measured import Subject

FROM_PYPI = ["aiburn==0.4.5", "agent-session-otel[otel]==0.2.0", "opentelemetry-sdk==1.45.2"]
CCUSAGE = "20.0.24"  # the newest whose native packages are published: they come later than ccusage itself
ARCHITECTURES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
SPAN_TOKENS = re.compile(rb'^ *"gen_ai\.usage\.(\w+)": (\d+)')


class Peers:
    """Installed into a folder, once. One that cannot be installed is left out."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.python = folder / f"python-{'-'.join(pin.split('==')[1] for pin in FROM_PYPI)}"
        self.node = folder / f"ccusage-{CCUSAGE}"
        machine = platform.machine().lower()
        self.package = f"@ccusage/ccusage-{sys.platform}-{ARCHITECTURES.get(machine, machine)}"
        self.ccusage = self.node / "node_modules" / self.package / "bin/ccusage"
        self.aiburn, self.exporter = (self.python / "bin" / name for name in ("aiburn", "agent-session-otel"))

    def install(self) -> None:
        for program, install in (self.aiburn, self.install_python), (self.ccusage, self.install_ccusage):
            try:
                if not program.exists():
                    install()
            except (OSError, subprocess.CalledProcessError) as problem:
                print(f"{program.name} cannot be installed: {problem}", file=sys.stderr)

    def install_python(self) -> None:
        venv.create(self.python, with_pip=True)
        pip = [self.python / "bin/pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *FROM_PYPI], check=True)

    def install_ccusage(self) -> None:
        self.node.mkdir(parents=True, exist_ok=True)
        npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(self.node)]
        subprocess.run([*npm, f"{self.package}@{CCUSAGE}"], check=True)
        self.ccusage.chmod(0o755)

    def subjects(self, home: pathlib.Path, work: pathlib.Path) -> list[Subject]:
        """Each counts, or exports, what is in .claude/projects of this home."""
        spans = work / "agent-session-otel.json"
        export = ["export", "--vendor", "claude-code", "--format", "json", "--output", str(spans)]
        environment = {"HOME": str(home), "XDG_CACHE_HOME": str(work), "XDG_CONFIG_HOME": str(work)}
        peers = [
            (self.ccusage, ["claude", "session", "--json", "--offline"], ccusage_totals),
            (self.aiburn, ["session", "--claude", "--json", "--all"], aiburn_totals),
            (self.exporter, export, lambda _: exported_totals(spans)),
        ]
        return [Subject(program.name, [str(program), *options], environment, work, totals)
                for program, options, totals in peers if program.exists()]


def ccusage_totals(output: pathlib.Path) -> dict[str, int]:
    totals = json.loads(output.read_text())["totals"]
    return {"input": totals["inputTokens"], "cache_creation": totals["cacheCreationTokens"],
            "cache_read": totals["cacheReadTokens"], "output": totals["outputTokens"]}


def aiburn_totals(output: pathlib.Path) -> dict[str, int]:
    sessions = json.loads(output.read_text())["groups"]
    return {name: sum(session[name] for session in sessions) for name in ("input", "cache", "output")}


def exported_totals(output: pathlib.Path) -> dict[str, int]:
    """The file is large, and has one attribute a line."""
    totals = dict.fromkeys(["input", "cache_creation_input", "cache_read_input", "output"], 0)
    with output.open("rb") as lines:
        for found in filter(None, map(SPAN_TOKENS.match, lines)):
            totals[found[1].decode().removesuffix("_tokens")] += int(found[2])
    return {"input": totals["input"], "cache": totals["cache_creation_input"] + totals["cache_read_input"],
            "output": totals["output"]}
