"""The spans that a receiver has got, read back from each in its own way."""

import base64
import contextlib
import datetime
import json
import re
import sqlite3
from typing import Any

from receivers.servers import Server

# The ids of a span, and what is compared. Not every receiver keeps the rest: kind, events, resource, nanoseconds.
Span = tuple[str, dict[str, Any]]


def span(trace: str, own: str, parent: str | None, name: str, start: str, end: str, status: str, message: str,
         attributes: dict) -> Span:
    times = [datetime.datetime.fromisoformat(when.replace("Z", "+00:00")).isoformat() for when in (start, end)]
    facts = {"parent": parent or "", "name": name, "start": times[0], "end": times[1], "status": status,
             "message": message}
    return f"{trace}/{own}", {**facts, **{f"attribute {key}": value for key, value in attributes.items()}}


def moment(nanoseconds: int) -> str:
    return datetime.datetime.fromtimestamp(nanoseconds / 1e9, datetime.timezone.utc).isoformat()


def read_agentmesh(server: Server) -> list[Span]:
    """Its whole table of spans. It keeps the types of attributes; a status that is unset becomes a success."""
    status = {"succeeded": "OK", "failed": "ERROR"}
    query = ("SELECT trace_id, span_id, parent_span_id, name, started_at, ended_at, status, error_message, "
             "metadata_json FROM spans")
    with contextlib.closing(sqlite3.connect(server.directory / "agentmesh.db")) as database:
        return [span(*row[:6], status.get(row[6], row[6]), row[7] or "", json.loads(row[8])["attributes"])
                for row in database.execute(query)]


def kept_by_agentmesh(value: Any) -> Any:
    """It cuts long texts and blanks out what looks like a key, and has no setting against either."""
    if not isinstance(value, str):
        return value
    cut = value if len(value) <= 2000 else f"{value[:2000]}... [truncated {len(value) - 2000} chars]"
    return re.sub(r"\bsk-[\w-]{16,}\b|\bAKIA[0-9A-Z]{16}\b", "[REDACTED]", cut)


def read_mlflow(server: Server) -> list[Span]:
    """Its whole table of spans. It keeps the types of attributes, each as a JSON text."""
    with contextlib.closing(sqlite3.connect(server.directory / "mlflow.db")) as database:
        spans = [json.loads(content) for content, in database.execute("SELECT content FROM spans")]
    return [span(*(base64.b64decode(each[key] or "").hex() for key in ("trace_id", "span_id", "parent_span_id")),
                 each["name"], *(moment(each[key]) for key in ("start_time_unix_nano", "end_time_unix_nano")),
                 each["status"]["code"].replace("STATUS_CODE_", ""), each["status"]["message"],
                 {key: json.loads(value) for key, value in each["attributes"].items()}) for each in spans]


def kept_by_mlflow(value: Any) -> Any:
    """It decodes texts that are JSON."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        with contextlib.suppress(ValueError):
            return json.loads(value)
    return value


def read_phoenix(server: Server) -> list[Span]:
    """All spans of its default project. It keeps the types of attributes, and one of them apart."""
    spans, page = [], "?limit=1000"
    while page:
        answer = server.ask(f"/v1/projects/default/spans{page}")
        spans += [span(each["context"]["trace_id"], each["context"]["span_id"], each["parent_id"], each["name"],
                       each["start_time"], each["end_time"], each["status_code"], each["status_message"],
                       {"openinference.span.kind": each["span_kind"], **each["attributes"]})
                  for each in answer["data"]]
        page = answer["next_cursor"] and f"?limit=1000&cursor={answer['next_cursor']}"
    return spans


def read_rotel(server: Server) -> list[Span]:
    """Every span that came in, in the text that it prints, types included."""
    types = {"Str": str, "Int": int, "Double": float, "Bool": "true".__eq__,
             # A list of texts, none of which has a bracket.
             "Slice": re.compile(r"Str\((.*?)\)").findall}
    pattern = re.compile(r"^     -> (\S+): (\w+)\((.*?)\)(?=\n     -> |\n*\Z)", re.M | re.S)
    spans = []
    for text in re.split(r"^Span #\d+\n", (server.directory / "log").read_text(encoding="utf-8"), flags=re.M)[1:]:
        head, _, rest = text.partition("    Status message : ")
        message, _, attributes = rest.partition("\nAttributes:\n")
        # Then come events, and after the last one of a request the next request begins.
        attributes = re.split(r"^Events:$|^\w+Spans #", attributes, flags=re.M)[0]
        of = dict(re.findall(r"^ *(\w[\w ]*?) *: (.*)$", head, re.M))
        times = [moment(int(of[which])) for which in ("Start time", "End time")]
        values = {key: types[kind](value) for key, kind, value in pattern.findall(attributes)}
        status = of["Status code"].replace("STATUS_CODE_", "")
        spans.append(span(of["Trace ID"], of["ID"], of.get("Parent ID"), of["Name"], *times, status, message, values))
    return spans
