"""What client 2.1.330 saves beside the conversation: what it told the model, asked the API, and has spent.

Shares of the bytes in the recordings {client,interactive,live,native}-2.1.330 of testdata, 59 transcripts
with 4.7 MB, and in a tree of 300 MB that is written here:

                      recorded  written
    prompt_snapshot     36.7 %   38.3 %
    api-request-shape   23.3 %   20.7 %
    other attachments   15.8 %   16.0 %
    api-request-blob     5.7 %    6.1 %
    api-request          4.5 %    4.4 %
    other bookkeeping    3.1 %    2.0 %
    assistant            6.8 %    8.9 %
    user                 4.0 %    3.6 %
"""

import functools

from transcripts.conversation import Conversation
from transcripts.told import LONGEST, Attachment, Told
from transcripts.tree import Tree

VERSION = "2.1.330"
DIGEST_DIGITS = 64
FIRST_TEXTS = 8  # in the first message, beside the prompt
SYSTEM_PROMPTS = {"default": (15, 11), "own": (1, 11), "agent": (4, 7)}  # how many texts and tools they have
REQUEST = {
    "betas": ["claude-code-20250219", "interleaved-thinking-2025-05-14", "context-management-2025-06-27",
              "thinking-token-count-2026-05-13", "advanced-tool-use-2025-11-20",
              "thinking-display-updates-2026-08-18"],
    "max_tokens": 32_000,
    "thinking": {"budget_tokens": 31_999, "type": "enabled", "display": "updates"},
    "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
}
CACHED = [{"path": ["system", 0], "value": {"type": "ephemeral"}},
          {"path": ["messages", 2, "content", 0], "value": {"type": "ephemeral"}}]
TIMES = {"totalAPIDuration": 60_000, "totalAPIDurationWithoutRetries": 60_000, "totalToolDuration": 9000,
         "totalLinesAdded": 0, "totalLinesRemoved": 0, "totalDuration": 90_000,
         "startTime": 1_793_606_400_000}


@functools.cache
def told(tree: Tree, system_prompt: str) -> Told:
    return Told(tree.text, *SYSTEM_PROMPTS[system_prompt])


class Bookkeeping(Conversation):
    system_prompt = "default"
    has_told_tools = False
    asked_as = ""  # the id of the last request
    shape_hash = ""  # the digest of what all requests of a process share

    @property
    def told(self) -> Told:
        return told(self.tree, self.system_prompt)

    def digest(self) -> str:
        return self.tree.hexadecimal(DIGEST_DIGITS)

    def attach(self, attachment: Attachment) -> None:
        shown = [{"content": self.told.text.of(attachment.shown)}]
        self.save({"attachment": attachment.content, "type": "attachment"},
                  rendered=shown, renderedRole=attachment.role)

    def note(self, kind: str, **fields: object) -> None:
        """A record that stands outside the chain."""
        self.write({"type": kind, "sessionId": self.session, **fields})

    def note_queued(self, prompt: str) -> None:
        for operation, content in ("enqueue", {"content": prompt}), ("dequeue", {}):
            self.write({"type": "queue-operation", "operation": operation, "timestamp": self.time(0, 0.01),
                        "sessionId": self.session, **content})

    def note_opening(self) -> None:
        """What the model is told before it is asked anything."""
        for attachment in self.told.opening(self.cwd, self.model):
            self.attach(attachment)
        self.note_prompts(has_tools=False)
        self.shape_hash = self.digest()
        self.note("api-request-shape", shapeHash=self.shape_hash, timestamp=self.time(0, 0.01),
                  version=VERSION, shape=self.told.shape())
        self.note_message([{"type": "text", "text": self.told.text.of(LONGEST)} for _ in range(FIRST_TEXTS)])

    def note_prompts(self, has_tools: bool) -> None:
        self.save({"attachment": self.told.snapshot(has_tools), "type": "attachment"})
        self.has_told_tools = has_tools

    def note_result(self, block: dict) -> None:
        """A tool's answer goes to the model, the first with all that is known of tools."""
        if not self.has_told_tools:
            self.note_prompts(has_tools=True)
        self.attach(self.told.tokens_reminder())
        self.note_message([block])

    def note_message(self, content: list[dict]) -> None:
        self.note("api-request-blob", hash=self.digest(), message={"role": "user", "content": content})

    def note_request(self) -> None:
        self.asked_as = self.tree.uuid()
        self.note("api-request", id=self.asked_as, timestamp=self.time(0, 0.01), version=VERSION,
                  querySource="sdk", shapeHash=self.shape_hash, params={"model": self.model, **REQUEST},
                  base=self.tree.uuid(), keep=1, tail=[self.digest(), self.digest()],
                  cacheControl=CACHED, requestDigest=self.digest())

    def note_state(self, prompt: str) -> None:
        self.write({"type": "last-prompt", "lastPrompt": prompt, "leafUuid": self.parent,
                    "sessionId": self.session})
        self.write({"type": "atis-latch", "atis": "", "sessionId": self.session})

    def note_spent(self) -> None:
        """What the session has cost so far, its subagents included."""
        usage = {"inputTokens": self.spent.input, "outputTokens": self.spent.output, "thinkingTokens": 0,
                 "cacheReadInputTokens": self.spent.cache_read,
                 "cacheCreationInputTokens": self.spent.cache_creation,
                 "cacheCreationEphemeral5mInputTokens": self.spent.cache_creation,
                 "cacheCreationEphemeral1hInputTokens": 0, "webSearchRequests": 0, "costUSD": 1.25}
        self.note("cost-state", totalCostUSD=1.25, **TIMES, modelUsage={self.model: usage},
                  hasUnknownModelCost=False)
