"""All ways in which the program puts something out."""

from typing import Iterator

from planted.machine import Commands

CONVENTIONS = ["moda", "genai", "openinference", "claude-code"]
FORMATS = ["text", "json", "otlp-json"]
TRANSPORTS = [("http/protobuf", "gzip"), ("http/json", "none"), ("http/protobuf", "none"), ("http/json", "gzip")]
ALL = ["--settle", "0", "--include-commands", "{tree}"]
DRY_RUN = ["upload", "--dry-run", "--all"]


def all_outputs(header: str) -> Iterator[Commands]:
    """With a header that holds a secret, as NAME=VALUE."""
    for convention in CONVENTIONS:
        yield from of_convention(convention, header)
    yield Commands("sessions", [["sessions"], ["sessions", "-v", "{tree}"], ["sessions", "--format", "json"]])
    refuses = ["--endpoint", "{endpoint}/refuses", "--header", header, "--convention", "genai"]
    yield Commands("upload that is refused", [["upload", "-v", *refuses, *ALL], ["status"], ["upload", *refuses, *ALL],
                                              ["status", "--format", "json"]], {0, 1, 4})


def of_convention(convention: str, header: str) -> Iterator[Commands]:
    options = ["--convention", convention]

    def named(name: str, *commands: list[str], codes: set[int] = {0}) -> Commands:
        return Commands(f"{convention}: {name}", [[*command, *options, *ALL] for command in commands], codes,
                        convention)

    for form in FORMATS:
        yield named(f"dry run as {form}", [*DRY_RUN, "--format", form, *(["-v"] if form == "text" else [])])
    for content in "prompts", "none":
        yield named(f"dry run with --content {content}", *([*DRY_RUN, "--format", form, "--content", content]
                                                           for form in ("text", "otlp-json")))
    yield named("file", ["upload", "--all", "--endpoint", "file:{here}/spans.jsonl"])
    server = ["--endpoint", "{endpoint}", "--header", header]
    for protocol, compression in TRANSPORTS if convention == "moda" else TRANSPORTS[:2]:
        sent = ["upload", "-v", *server, "--protocol", protocol, "--compression", compression]
        whole = named(f"upload with {protocol} and {compression}", sent)
        yield whole._replace(commands=[*whole.commands, ["status"], ["status", "--format", "json"]])
    compared = ["upload", "--diff", *server]
    yield named("--diff without a delivery", compared, [*compared, "--format", "json"], codes={0, 1})
    yield named("--diff after a delivery without texts", ["upload", "--content", "none", *server], compared,
                [*compared, "--format", "json"], codes={0, 1})
    yield from baselines(convention)


def baselines(convention: str) -> Iterator[Commands]:
    options = ["--convention", convention, "--include-commands"]
    bare = ["upload", "--all", "--content", "none", "--endpoint", "file:{here}/bare.jsonl", "--convention", convention]
    forms = [[], ["--format", "json"]]
    name = f"{convention}: diff with a baseline"
    yield Commands(f"{name} without texts",
                   [[*bare, *ALL], *(["diff", *options, *form, "{here}/bare.jsonl", "{tree}"] for form in forms)],
                   {0, 1}, convention)
    # Live spans are not redacted.
    yield Commands(f"{name} of live spans", [["diff", *options, *form, "{plain}", "{tree}"] for form in forms], {0, 1},
                   convention, is_of_baseline=True)
