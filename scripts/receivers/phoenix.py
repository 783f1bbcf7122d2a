"""What Phoenix shows, by the queries that its pages ask."""

import json
from typing import Any

from receivers.servers import Server
from receivers.shown import Backend, Call, Message, Node, Session, Tool, Trace, decoded

TRACE = """query($id: String!, $after: String) { getTraceByOtelId(traceId: $id) {
    userId session { sessionId }
    rootSpan { cumulativeTokenCountPrompt cumulativeTokenCountCompletion input { value } output { value } }
    spans(first: 1000, after: $after) { pageInfo { hasNextPage endCursor } edges { node {
        spanId parentId spanKind statusCode tokenPromptDetails { cacheRead cacheWrite } output { value }
        attributes events { name } } } } } }"""
SESSION = """query($id: String!) { getProjectSessionById(sessionId: $id) {
    numTraces userId tokenUsage { prompt completion } firstInput { value } lastOutput { value } } }"""


def ask(server: Server, query: str, **variables: Any) -> Any:
    """The one thing that a query asks for."""
    answer = server.ask("/graphql", {"query": query, "variables": variables})
    if answer.get("errors"):
        raise ValueError(f"{answer['errors']}")
    return next(iter(answer["data"].values()))


def value(of: dict[str, Any] | None) -> str:
    return (of or {}).get("value") or ""


def trace(server: Server, trace_id: str) -> Trace:
    nodes, after, more = [], None, True
    while more:
        answer = ask(server, TRACE, id=trace_id, after=after)
        nodes += [edge["node"] for edge in answer["spans"]["edges"]]
        more, after = answer["spans"]["pageInfo"]["hasNextPage"], answer["spans"]["pageInfo"]["endCursor"]
    root = answer["rootSpan"]
    # Its page counts what is cached span by span.
    details = [each["tokenPromptDetails"] for each in nodes if each["spanKind"] == "llm"]
    tokens = {"input": int(root["cumulativeTokenCountPrompt"]), "output": int(root["cumulativeTokenCountCompletion"]),
              "cache_read": sum(each["cacheRead"] or 0 for each in details),
              "cache_creation": sum(each["cacheWrite"] or 0 for each in details)}
    return Trace((answer["session"] or {}).get("sessionId", ""), answer["userId"] or "", value(root["input"]),
                 value(root["output"]), tokens, {each["spanId"]: node(each) for each in nodes})


def node(of: dict[str, Any]) -> Node:
    attributes, kind, tool, chat = json.loads(of["attributes"]), of["spanKind"].upper(), None, {}
    if kind == "TOOL":
        tool_has = attributes.get("tool", {})
        tool = Tool(tool_has.get("name", ""), decoded(tool_has.get("parameters")), decoded(value(of["output"]) or None))
    if kind == "LLM":
        chat = {which: messages(attributes.get("llm", {}).get(key))
                for which, key in (("asked", "input_messages"), ("answered", "output_messages"))}
    events = [event["name"] for event in of["events"]]
    return Node(of["parentId"] or "", kind, of["statusCode"] == "ERROR", events, tool, **chat)


def messages(of: Any) -> list[Message] | None:
    return [message(each["message"]) for each in of] if of else None


def message(of: dict[str, Any]) -> Message:
    contents = [each["message_content"] for each in of.get("contents", [])]
    texts = [of["content"]] if isinstance(of.get("content"), str) else []
    texts += [each["text"] for each in contents if each["type"] == "text"]
    calls = [each["tool_call"] for each in of.get("tool_calls", [])]
    return Message(of["role"], "\n\n".join(texts),
                   "\n\n".join(each["text"] for each in contents if each["type"] == "reasoning"),
                   tuple(Call(each["id"], each["function"]["name"], decoded(each["function"]["arguments"]))
                         for each in calls), of.get("tool_call_id") or "")


def session(server: Server, session_id: str) -> Session:
    of = ask(server, SESSION, id=session_id)
    if of is None:
        return Session(0, "", "", "", {})
    tokens = {"input": int(of["tokenUsage"]["prompt"]), "output": int(of["tokenUsage"]["completion"])}
    return Session(of["numTraces"], of["userId"] or "", value(of["firstInput"]), value(of["lastOutput"]), tokens)


PHOENIX = Backend(["genai", "openinference"], trace, session)
