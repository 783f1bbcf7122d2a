"""Sessions as client 2.1.330 saves them: nine tenths of the bytes are the client's own bookkeeping.

Each process that goes on with a session tells the model everything anew, and saves what it told. Some calls
launch subagents, and some sessions were branched off others.
"""

import datetime
import json

from transcripts.bookkeeping import VERSION, Bookkeeping
from transcripts.tools import Call
from transcripts.tree import Tree, Usage

BEGAN = datetime.datetime(2026, 11, 2, 8, tzinfo=datetime.timezone.utc)
MODEL = "claude-sonnet-5-5"
MEAN_PROCESSES, MOST_PROCESSES = 6, 60
OWN_PROMPT_SHARE = 0.3  # of the sessions: of programs that bring a system prompt of their own


class Client2_1_330(Bookkeeping):
    agent_tool, agent_model, agent_id_digits = "Agent", MODEL, 17
    prompt_lengths, thinking_lengths, words_lengths = (20, 800), (100, 1600), (20, 1200)
    answer_share, streamed_share, thinking_share = 0.15, 0.0, 0.3
    tool_names = ["Bash", "Read", "Grep", "Glob"]
    model = MODEL

    def save(self, fields: dict, **last: object) -> None:
        parent, own = self.next_link()
        agent = {} if self.agent is None else {"agentId": self.agent}
        self.write({"parentUuid": parent, "isSidechain": self.agent is not None, **agent, **fields,
                    "uuid": own, "timestamp": self.time(), **last, "userType": "external",
                    "entrypoint": "sdk-cli", "cwd": self.cwd, "sessionId": self.session,
                    "version": VERSION, "gitBranch": "main"})

    def save_prompt(self, text: str, **last: object) -> None:
        message = {"role": "user", "content": text}
        self.save({"promptId": self.tree.uuid(), "type": "user", "message": message},
                  permissionMode="default", promptSource="sdk", turnOrigin="sdk", **last)

    def save_block(self, message: dict, usage: Usage, request: dict, number: int) -> None:
        message = {**message, "usage": self.usage_record(usage), "stop_details": None}
        self.save({"message": message, "apiBlockIndex": number, **request, "requestRef": self.asked_as,
                   "requestedModel": self.model, "promptCacheRequested": "5m", "type": "assistant"},
                  perTurnEffort=None, madeBy="model")

    def usage_record(self, usage: Usage) -> dict:
        created = {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": usage.cache_creation}
        return {"input_tokens": usage.input, "cache_creation_input_tokens": usage.cache_creation,
                "cache_read_input_tokens": usage.cache_read, "output_tokens": usage.output,
                "output_tokens_details": {"thinking_tokens": 0},
                "server_tool_use": {"web_search_requests": 0, "web_fetch_requests": 0},
                "service_tier": "standard", "cache_creation": created, "inference_geo": "", "iterations": [],
                "speed": "standard", "fallback_credit": None}

    def request(self, calls: list[Call]) -> Usage:
        self.note_request()
        return super().request(calls)

    def save_answer(self, block: dict, kept: dict | str) -> None:
        super().save_answer(block, kept)
        self.note_result(block)

    def process(self) -> None:
        """One process goes on with the session, for a prompt or two."""
        self.turn(steps=self.tree.chance.randint(1, 2), is_first=True)
        if self.tree.is_likely(0.5):
            self.turn(steps=self.tree.chance.randint(0, 1), is_first=False)
        self.note_spent()

    def turn(self, steps: int, is_first: bool) -> None:
        prompt = self.tree.text.between(*self.prompt_lengths)
        self.note_queued(prompt)
        self.save_prompt(prompt)
        if is_first:
            self.note_opening()
        self.note_state(prompt)
        for _ in range(steps):
            self.step(self.some_calls())
        if self.tree.is_likely(0.1):
            self.subagent()
        self.request([])
        self.note_state(prompt)

    def work_as_agent(self, prompt: str, call: Call) -> None:
        launched = {"agentType": "general-purpose", "isBuiltIn": True,
                    "description": call.input["description"], "toolUseId": call.id, "spawnDepth": 1,
                    "model": self.model, "finished": True}
        self.path.with_suffix(".meta.json").write_text(json.dumps(launched))
        self.system_prompt = "agent"
        self.save_prompt(prompt)
        self.note_opening()
        self.step(self.some_calls())


def write_session(tree: Tree) -> None:
    processes = min(MOST_PROCESSES, 1 + int(tree.chance.expovariate(1 / MEAN_PROCESSES)))
    with Client2_1_330.of_new_session(tree) as conversation:
        conversation.system_prompt = "own" if tree.is_likely(OWN_PROMPT_SHARE) else "default"
        for _ in range(processes):
            conversation.process()
    if tree.is_likely(0.05):
        write_branch(conversation)


def write_branch(original: Client2_1_330) -> None:
    """The session is branched halfway: what was said is copied, and goes on elsewhere."""
    with original.of_other_session() as branch:
        for record in original.first_half():
            fork = {"sessionId": original.session, "messageUuid": record["uuid"]}
            branch.write({**record, "sessionId": branch.session, "forkedFrom": fork})
        branch.parent, branch.spent = record["uuid"], original.spent
        branch.process()
