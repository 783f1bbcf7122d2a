"""Sessions as client 2.0.76 saved them: four fifths of the bytes are tool results, each of them twice.

Half of the requests were saved while they streamed, line by line with a growing output; some have no id but
their message's. Subagents have files of their own. Some sessions were resumed as copies in other files, and
some files end in the middle of a line.
"""

import datetime

from transcripts.conversation import FIRST_CONTEXT, Conversation
from transcripts.tools import Call
from transcripts.tree import Tree, Usage

BEGAN = datetime.datetime(2026, 1, 5, 8, tzinfo=datetime.timezone.utc)
MODELS = {"claude-opus-4-5-20251101": 5, "claude-sonnet-4-5-20250929": 4, "claude-haiku-4-5-20251001": 1}
FULL_CONTEXT = 160_000
CUT_LINE = b'{"parentUuid":null,"isSidechain":false,"message":{"id":"msg_cut","usage":{"input_tok'


class Client2_0_76(Conversation):
    agent_tool, agent_model, agent_id_digits = "Task", "claude-haiku-4-5-20251001", 7
    prompt_lengths, thinking_lengths, words_lengths = (20, 1500), (100, 1800), (20, 1800)
    streamed_share = 0.5
    subagent_share = 0.03

    def save(self, fields: dict, **last: object) -> None:
        parent, own = self.next_link()
        agent = {} if self.agent is None else {"agentId": self.agent}
        self.write({"parentUuid": parent, "isSidechain": self.agent is not None, "userType": "external",
                    "cwd": self.cwd, "sessionId": self.session, "version": "2.0.76", "gitBranch": "main",
                    **agent, **fields, "uuid": own, "timestamp": self.time(), **last})

    def save_prompt(self, text: str, **last: object) -> None:
        self.save({"type": "user", "message": {"role": "user", "content": text}}, **last)

    def save_block(self, message: dict, usage: Usage, request: dict, number: int) -> None:
        self.save({"message": {**message, "usage": self.usage_record(usage)}, **request, "type": "assistant"})

    def usage_record(self, usage: Usage) -> dict:
        is_hourly = usage.cache_creation % 4 == 0
        ages = [0, usage.cache_creation] if is_hourly else [usage.cache_creation, 0]
        return {"input_tokens": usage.input, "cache_creation_input_tokens": usage.cache_creation,
                "cache_read_input_tokens": usage.cache_read,
                "cache_creation": {"ephemeral_5m_input_tokens": ages[0],
                                   "ephemeral_1h_input_tokens": ages[1]},
                "service_tier": "standard", "output_tokens": usage.output}

    def turn(self, steps: int) -> None:
        self.file_history()
        self.save_prompt(self.tree.text.between(*self.prompt_lengths))
        for _ in range(steps):
            self.step(self.some_calls())
            if self.tree.is_likely(self.subagent_share):
                self.subagent()
            if self.tree.is_likely(0.01):
                self.api_error()
        self.request([])
        self.save({"type": "system", "subtype": "turn_duration", "durationMs": 60_000, "isMeta": False})

    def work_as_agent(self, prompt: str, call: Call) -> None:
        self.save_prompt(prompt)
        for _ in range(self.tree.chance.randint(2, 20)):
            self.step(self.some_calls())

    def file_history(self) -> None:
        """Which files the client could bring back."""
        message, count = self.tree.uuid(), self.tree.chance.randint(0, 8)
        name = f"{self.tree.hexadecimal(16)}@v2"
        backup = {"backupFileName": name, "version": 2, "backupTime": self.time(0, 0.01)}
        files = {f"src/part_{number}.rs": backup for number in range(count)}
        snapshot = {"messageId": message, "trackedFileBackups": files, "timestamp": self.time(0, 0.01)}
        self.write({"type": "file-history-snapshot", "messageId": message, "snapshot": snapshot,
                    "isSnapshotUpdate": False})

    def api_error(self) -> None:
        message = {"id": self.tree.uuid(), "model": "<synthetic>", "role": "assistant", "type": "message",
                   "stop_reason": "stop_sequence", "stop_sequence": "",
                   "usage": self.usage_record(Usage(0, 0, 0, 0)),
                   "content": [{"type": "text", "text": "API Error: 529 overloaded"}]}
        self.save({"message": message, "type": "assistant"}, isApiErrorMessage=True)

    def compaction(self) -> None:
        last, self.parent = self.parent, None
        self.save({"logicalParentUuid": last, "type": "system", "subtype": "compact_boundary",
                   "content": "Conversation compacted"},
                  compactMetadata={"trigger": "auto", "preTokens": self.context})
        summary = f"This session is being continued from a previous conversation. {self.tree.text.of(3000)}"
        self.save_prompt(summary, isCompactSummary=True, isVisibleInTranscriptOnly=True)
        self.context = FIRST_CONTEXT


def write_session(tree: Tree) -> None:
    last_line = tree.truth.lines + min(3000, max(50, tree.chance.lognormvariate(5.5, 1.0)))
    with Client2_0_76.of_new_session(tree) as conversation:
        conversation.model = tree.chance.choices(list(MODELS), list(MODELS.values()))[0]
        if tree.is_likely(0.3):
            conversation.write({"type": "summary", "summary": tree.text.of(60), "leafUuid": tree.uuid()})
        while tree.truth.lines < last_line:
            conversation.turn(steps=tree.chance.randint(0, 13))
            if conversation.context > FULL_CONTEXT:
                conversation.compaction()
        if tree.is_likely(0.1):
            conversation.write_bytes(CUT_LINE)
    if tree.is_likely(0.08):
        write_copy(conversation)


def write_copy(original: Client2_0_76) -> None:
    """The session is resumed under another id: its first half is copied, and one turn added."""
    with original.of_other_session() as copy:
        for record in original.first_half():
            copy.write(record | {"sessionId": copy.session})
        copy.parent, copy.model = record["uuid"], original.model
        copy.turn(steps=1)
