"""What a backend with a web page shows of a trace and of a session, in one shape, and what it should show."""

import json
from typing import Any, Callable, NamedTuple

from receivers.servers import Server
from receivers.uploads import tree

# input (all that the model read, cached or not), output, cache_read and cache_creation.
Tokens = dict[str, int]
KINDS = {"invoke_agent": "AGENT", "chat": "LLM", "execute_tool": "TOOL"}
# The convention claude-code, as the client itself names things. Only these tools have their results in it.
NATIVE_KINDS = {"claude_code.interaction": "AGENT", "claude_code.llm_request": "LLM", "claude_code.tool": "TOOL"}
NATIVE_ARGUMENTS = {"full_command": "command", "file_path": "file_path", "subagent_type": "subagent_type"}
NATIVE_NAMES, NATIVE_RESULTS = {"Task": "Agent"}, {"Bash", "Read"}


class Call(NamedTuple):
    """A tool call as a message of a chat has it."""

    id: str
    name: str
    arguments: Any


class Message(NamedTuple):
    """A message of a chat as the page draws it."""

    role: str
    text: str
    reasoning: str = ""
    calls: tuple[Call, ...] = ()
    # The id of the call whose result it is.
    answers: str = ""


class Tool(NamedTuple):
    """A tool call as a span of its own. Its arguments and its result are decoded where they are JSON."""

    name: str
    arguments: Any
    result: Any


class Node(NamedTuple):
    """A span. The chat is None where no messages are drawn."""

    parent: str
    kind: str
    failed: bool
    events: list[str]
    tool: Tool | None = None
    asked: list[Message] | None = None
    answered: list[Message] | None = None


class Trace(NamedTuple):
    """A turn, with its spans by their ids."""

    session: str
    user: str
    input: str
    output: str
    tokens: Tokens
    nodes: dict[str, Node]


class Session(NamedTuple):
    """What the turns of a session have together."""

    traces: int
    user: str
    first_input: str
    last_output: str
    tokens: Tokens


class Backend(NamedTuple):
    """How to ask what is shown."""

    conventions: list[str]
    trace: Callable[[Server, str], Trace]
    session: Callable[[Server, str], Session]
    # How a list shows the input or the output of a turn.
    preview: Callable[[str], str] = lambda text: text


def decoded(text: Any) -> Any:
    """JSON as what it says, and anything else as it is."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def messages(text: str | None) -> list[Message] | None:
    """Messages as OpenTelemetry's conventions write them."""
    return [message(each["role"], each["parts"]) for each in json.loads(text)] if text else None


def message(role: str, parts: list[dict[str, Any]]) -> Message:
    of = {kind: [part for part in parts if part["type"] == kind] for kind in
          ("text", "reasoning", "tool_call", "tool_call_response")}
    results = of["tool_call_response"]
    texts = [part["content"] for part in of["text"]] + [part["response"] for part in results]
    return Message(role, "\n\n".join(texts), "\n\n".join(part["content"] for part in of["reasoning"]),
                   tuple(Call(part["id"], part["name"], part["arguments"]) for part in of["tool_call"]),
                   "".join(part["id"] for part in results))


def expected(turn: dict[str, Any], user: str) -> Trace:
    """What should be shown of a turn of a dry run with the convention genai; of tokens, nothing."""
    of = turn["attributes"]
    return Trace(of["session.id"], user, of.get("input.value", ""), of.get("output.value", ""), {},
                 {each["span_id"]: expected_node(each) for each in tree(turn)})


def expected_node(each: dict[str, Any]) -> Node:
    of, events = each["attributes"], [event["name"] for event in each.get("events", [])]
    kind, tool, chat = KINDS[of["gen_ai.operation.name"]], None, {}
    if kind == "TOOL":
        contents = (decoded(of.get(f"gen_ai.tool.call.{which}")) for which in ("arguments", "result"))
        tool = Tool(of["gen_ai.tool.name"], *contents)
    if kind == "LLM":
        chat = {which: messages(of.get(f"gen_ai.{key}.messages"))
                for which, key in (("asked", "input"), ("answered", "output"))}
    return Node(each.get("parent_span_id", ""), kind, each["status"] == "ERROR", events, tool, **chat)


def expected_native(turn: dict[str, Any], like: Trace) -> Trace:
    """What should be shown of the same turn with the convention claude-code. It tells less: no chat and no answer."""
    return like._replace(output="", nodes={each["span_id"]: expected_native_node(each, like.nodes.get(each["span_id"]))
                                           for each in tree(turn)})


def expected_native_node(each: dict[str, Any], like: Node | None) -> Node:
    kind, tool = NATIVE_KINDS.get(each["name"], "UNKNOWN"), None
    if kind == "TOOL" and like and like.tool:
        asked = {ours: like.tool.arguments[theirs] for ours, theirs in NATIVE_ARGUMENTS.items()
                 if theirs in like.tool.arguments}
        result = like.tool.result if like.tool.name in NATIVE_RESULTS and not like.failed else None
        # MLflow takes the result 0 of this convention for none.
        tool = Tool(NATIVE_NAMES.get(like.tool.name, like.tool.name), asked or None, result or None)
    return Node(each.get("parent_span_id", ""), kind, each["status"] == "ERROR",
                [event["name"] for event in each.get("events", [])], tool)


def without_content(trace: Trace, *names: str) -> Trace:
    """What should be shown of it where only names, numbers and ids were sent; such a name may be an argument."""
    nodes = {own: node._replace(tool=node.tool and only_names(node.tool, names), asked=None, answered=None)
             for own, node in trace.nodes.items()}
    return trace._replace(input="", output="", nodes=nodes)


def only_names(tool: Tool, names: tuple[str, ...]) -> Tool:
    kept = {name: tool.arguments[name] for name in names if name in (tool.arguments or {})}
    return Tool(tool.name, kept or None, None)
