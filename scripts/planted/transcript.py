"""Writes transcripts as client 2.1.330 saves them."""

import datetime
import json
import pathlib
from typing import Any, Callable

from planted.chance import Chance

VERSION, MODEL = "2.1.330", "claude-sonnet-4-20250514"
BEGAN = datetime.datetime(2026, 3, 1, 8, tzinfo=datetime.timezone.utc)
ALLOWED = {"permissionDecision": {"decision": "accept", "source": "config"}}
STEPS = 6  # So much is done in a turn, then a new one begins.

Block = dict[str, Any]
Rewrite = Callable[[str], str]


def as_it_is(line: str) -> str:
    return line


class Transcript:
    """A session, or a subagent of one, line by line, a second apart."""

    def __init__(self, project: pathlib.Path, chance: Chance, session: str = "", agent: str = "") -> None:
        self.project, self.chance, self.agent = project, chance, agent
        self.session = session or chance.uuid()
        self.parent: str | None = None
        self.cwd, self.branch, self.seconds, self.steps = "/home/ada/src/shop", "main", 0, 0
        # What is done to a line before it is written.
        self.rewrite: Rewrite = as_it_is
        self.path = project / f"{self.session}.jsonl"
        if agent:
            self.path = project / self.session / "subagents" / f"agent-{agent}.jsonl"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.file = open(self.path, "w", encoding="utf-8", newline="\n")

    def close(self) -> None:
        self.file.close()

    def raw(self, line: str) -> None:
        self.file.write(line + "\n")

    def note(self, record: Block) -> None:
        """A record that stands outside the conversation."""
        self.raw(self.rewrite(json.dumps({**record, "sessionId": self.session}, ensure_ascii=False)))

    def save(self, record: Block) -> None:
        """A record of the conversation."""
        own, self.seconds = self.chance.uuid(), self.seconds + 1
        when = (BEGAN + datetime.timedelta(seconds=self.seconds)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        agent = {"agentId": self.agent} if self.agent else {}
        envelope = {"uuid": own, "timestamp": when, "userType": "external", "entrypoint": "cli", "cwd": self.cwd,
                    "version": VERSION, "gitBranch": self.branch}
        self.note({"parentUuid": self.parent, "isSidechain": bool(self.agent), **agent, **record, **envelope})
        self.parent = own

    def turn(self) -> None:
        """Sees to it that a turn is there that something can be done in."""
        if self.steps == 0:
            self.prompt("Go on.")
            self.steps = STEPS
        self.steps -= 1

    def prompt(self, content: str | list[Block], **more: Any) -> None:
        self.steps = 0
        self.user(content, **more)

    def user(self, content: str | list[Block], **more: Any) -> None:
        self.save({"type": "user", "message": {"role": "user", "content": content}, **more})

    def request(self, *blocks: Block) -> None:
        """An answer of the model, in as many records as it has blocks."""
        own = self.chance.some(22)
        stop = "tool_use" if blocks[-1]["type"] == "tool_use" else "end_turn"
        usage = {"input_tokens": 10, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 900,
                 "output_tokens": 20}
        for block in blocks:
            message = {"id": f"msg_{own}", "type": "message", "role": "assistant", "model": MODEL,
                       "content": [block], "stop_reason": stop, "usage": usage}
            self.save({"type": "assistant", "message": message, "requestId": f"req_{own}"})

    def answer(self, text: str) -> None:
        self.request({"type": "text", "text": text})

    def failed(self, text: str) -> None:
        """The API answered with an error."""
        message = {"id": self.chance.uuid(), "type": "message", "role": "assistant", "model": "<synthetic>",
                   "content": [{"type": "text", "text": text}], "stop_reason": "stop_sequence",
                   "usage": {"input_tokens": 0, "output_tokens": 0}}
        self.save({"type": "assistant", "message": message, "error": "invalid_request", "apiErrorStatus": 400,
                   "isApiErrorMessage": True})

    def call(self, name: str, asked: Block, result: Any = "ok", kept: Any = None, told: Block | None = None,
             **more: Any) -> None:
        """A request that calls a tool, and the tool's result, with what the client told of it."""
        own = f"toolu_{self.chance.some(22)}"
        self.request({"type": "tool_use", "id": own, "name": name, "input": asked})
        block = {"type": "tool_result", "tool_use_id": own, "content": result, **more}
        self.user([block], toolUseResult={"stdout": result} if kept is None else kept, **(told or ALLOWED))

    def subagent(self, work: Callable[["Transcript"], None], prompt: str = "Look into it.", answer: str = "Found.",
                 description: str = "Look into it") -> None:
        """A call that launches a subagent, what that does, and its answer."""
        own = self.chance.hex(17)
        agent = Transcript(self.project, self.chance, self.session, own)
        agent.cwd, agent.seconds, agent.rewrite, agent.steps = self.cwd, self.seconds, self.rewrite, 10 ** 6
        agent.user(prompt)
        work(agent)
        agent.answer(answer)
        agent.close()
        self.seconds = agent.seconds
        asked = {"description": description, "prompt": prompt, "subagent_type": "Explore"}
        content = [{"type": "text", "text": answer}]
        kept = {"status": "completed", "agentId": own, "prompt": prompt, "content": content}
        self.call("Agent", asked, content, kept)
        meta = {"agentType": "Explore", "description": description}
        agent.path.with_suffix(".meta.json").write_text(json.dumps(meta), encoding="utf-8")
