"""What MLflow shows, by the requests of its pages, and by the tests with which these decide what is a chat."""

import base64
import json
from typing import Any

from receivers.servers import Server
from receivers.shown import Backend, Call, Message, Node, Session, Tool, Trace, decoded

ROLES = {"user", "assistant", "system", "tool"}
# What its page draws of the parts of OpenTelemetry's messages; any other, and it draws no chat at all.
PARTS = {"text": "content", "tool_call": "name", "tool_call_response": "response"}


def any_value(of: dict[str, Any]) -> Any:
    """An attribute's value; a null has no kind."""
    (kind, value), = of.items() if of else (("", None),)
    if kind == "array_value":
        return [any_value(each) for each in value.get("values", [])]
    if kind == "kvlist_value":
        return {each.get("key", ""): any_value(each.get("value")) for each in value.get("values", [])}
    return int(value) if kind == "int_value" else value


def tokens(metadata: dict[str, str]) -> dict[str, int]:
    usage = json.loads(metadata.get("mlflow.trace.tokenUsage", "{}"))
    keys = {"input": "input_tokens", "output": "output_tokens", "cache_read": "cache_read_input_tokens",
            "cache_creation": "cache_creation_input_tokens"}
    return {ours: usage.get(theirs, 0) for ours, theirs in keys.items()}


def trace(server: Server, trace_id: str) -> Trace:
    of = server.ask(f"/api/3.0/mlflow/traces/get?trace_id=tr-{trace_id}&allow_partial=true")["trace"]
    metadata, nodes, root = of["trace_info"]["trace_metadata"], {}, (None, None)
    for each in of["spans"]:
        attributes = {one["key"]: any_value(one["value"]) for one in each["attributes"]}
        contents = tuple(decoded(attributes.get(f"mlflow.span{which}")) for which in ("Inputs", "Outputs"))
        root = root if each.get("parent_span_id") else contents
        nodes[base64.b64decode(each["span_id"]).hex()] = node(each, attributes, *contents)
    return Trace(metadata.get("mlflow.trace.session", ""), metadata.get("mlflow.trace.user", ""),
                 *(content or "" for content in root), tokens(metadata), nodes)


def node(of: dict[str, Any], attributes: dict[str, Any], asked: Any, answered: Any) -> Node:
    kind = attributes.get("mlflow.spanType") or "UNKNOWN"
    kind = "LLM" if kind == "CHAT_MODEL" else kind
    # Its page names a tool as the span is named, and so do the conventions, behind a verb or not.
    tool = Tool(attributes.get("gen_ai.tool.name") or of["name"], asked, answered) if kind == "TOOL" else None
    chat = {"asked": messages(asked), "answered": messages(answered)} if kind == "LLM" else {}
    parent, events = base64.b64decode(of.get("parent_span_id") or "").hex(), of.get("events", [])
    failed = of["status"].get("code") == "STATUS_CODE_ERROR"
    return Node(parent, kind, failed, [event["name"] for event in events], tool, **chat)


def messages(of: Any) -> list[Message] | None:
    """A span's inputs or outputs as messages, where the page sees any."""
    if not isinstance(of, list) or not of or not all(isinstance(each, dict) for each in of):
        return None
    if all(map(is_openai, of)):
        return [from_openai(each) for each in of]
    return [from_parts(each["role"], each["parts"]) for each in of] if all(map(has_parts, of)) else None


def is_openai(of: dict[str, Any]) -> bool:
    """Whether it is a message in OpenAI's format."""
    for call in of.get("tool_calls") or []:
        function = call.get("function") or {}
        if not all(isinstance(each, str) for each in (call.get("id"), function.get("name"), function.get("arguments"))):
            return False
    content, texts = of.get("content"), ("text", "input_text", "output_text")
    if of.get("role") not in ROLES or of.get("parts") and content is None:
        return False
    return content is None or isinstance(content, str) or isinstance(content, list) and all(
        part.get("type") in texts and isinstance(part.get("text"), str) for part in content)


def from_openai(of: dict[str, Any]) -> Message:
    content = of.get("content") or ""
    text = content if isinstance(content, str) else "\n\n".join(part["text"] for part in content)
    functions = [(call["id"], call["function"]) for call in of.get("tool_calls") or []]
    calls = tuple(Call(own, call["name"], decoded(call["arguments"])) for own, call in functions)
    return Message(of["role"], text, of.get("reasoning") or "", calls, of.get("tool_call_id") or "")


def has_parts(of: dict[str, Any]) -> bool:
    """Whether it is a message in OpenTelemetry's format."""
    parts = of.get("parts")
    return isinstance(of.get("role"), str) and isinstance(parts, list) and bool(parts) and all(
        isinstance(part, dict) and part.get("type") in PARTS and PARTS[part["type"]] in part for part in parts)


def from_parts(role: str, parts: list[dict[str, Any]]) -> Message:
    texts = [part["content"] for part in parts if part["type"] == "text"]
    calls = tuple(Call(part["id"], part["name"], part.get("arguments") or {})
                  for part in parts if part["type"] == "tool_call")
    results = [part for part in parts if part["type"] == "tool_call_response"]
    if results and not texts and not calls:
        # It shows the last one only.
        return Message("tool", results[-1]["response"], answers=results[-1]["id"])
    return Message(role, "\n\n".join(texts), calls=calls)


def session(server: Server, session_id: str) -> Session:
    """All traces of a session, a page at a time, the oldest first."""
    traces, page = [], {}
    while page is not None:
        answer = server.ask("/api/3.0/mlflow/traces/search", {
            "locations": [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}],
            "filter": f"metadata.`mlflow.trace.session` = '{session_id}'", "order_by": ["timestamp_ms ASC"],
            "max_results": 500, **page})
        traces += answer.get("traces", [])
        page = {"page_token": answer["next_page_token"]} if answer.get("next_page_token") else None
    if not traces:
        return Session(0, "", "", "", {})
    all_tokens = [tokens(each["trace_metadata"]) for each in traces]
    users = {each["trace_metadata"].get("mlflow.trace.user", "") for each in traces}
    previews = traces[0].get("request_preview") or "", traces[-1].get("response_preview") or ""
    return Session(len(traces), ", ".join(sorted(users)), *previews,
                   {which: sum(each[which] for each in all_tokens) for which in all_tokens[0]})


def preview(text: str) -> str:
    """Its lists show a text as JSON, and of a long one the beginning."""
    text = text and json.dumps(text, ensure_ascii=False)
    return text if len(text) <= 1000 else f"{text[:997]}..."


MLFLOW = Backend(["genai", "openinference", "claude-code"], trace, session, preview)
