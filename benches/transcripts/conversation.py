"""How a session goes, whatever client saves it: requests, tool calls with their answers, subagents.

How a record looks is the client's matter: the classes that are made of this one know its keys and their
order, and how long texts are.
"""

from transcripts.tools import NAMES, Call, answered, some_answer, some_call
from transcripts.transcript import Transcript
from transcripts.tree import Usage

ERROR_SHARE = 0.05
UNNAMED_REQUEST_SHARE = 0.02
FIRST_CONTEXT = 10_000


class Conversation(Transcript):
    """The transcript of a session, or of a subagent of it."""

    model: str
    agent: str | None = None
    context = FIRST_CONTEXT
    spent = Usage(0, 0, 0, 0)

    # What clients differ in.
    agent_tool: str
    agent_model: str
    agent_id_digits: int
    prompt_lengths: tuple[int, int]
    thinking_lengths: tuple[int, int]
    words_lengths: tuple[int, int]
    thinking_share = 0.4
    tool_names = NAMES
    answer_share = 1.0  # of the length of what real tools print
    streamed_share: float  # of the requests: saved while they stream, the output growing from line to line

    def save(self, fields: dict, **last: object) -> None:
        """One record of the chain: `last` is what this client writes behind id and time."""
        raise NotImplementedError

    def save_prompt(self, text: str, **last: object) -> None:
        raise NotImplementedError

    def save_block(self, message: dict, usage: Usage, request: dict, number: int) -> None:
        """The line for one block of an answer."""
        raise NotImplementedError

    def usage_record(self, usage: Usage) -> dict:
        raise NotImplementedError

    def request(self, calls: list[Call]) -> Usage:
        """A request, in as many lines as its answer has blocks."""
        chance = self.tree.chance
        new, cached, output = chance.randint(1, 12), chance.randint(200, 9000), chance.randint(60, 2400)
        usage = Usage(new, cached, self.context, output)
        blocks = self.thinking() + self.words(calls) + [call.block() for call in calls]
        message = {"id": self.tree.id("msg_"), "type": "message", "role": "assistant", "model": self.model}
        request = {} if self.tree.is_likely(UNNAMED_REQUEST_SHARE) else {"requestId": self.tree.id("req_")}
        is_streamed = self.tree.is_likely(self.streamed_share)
        for number, block in enumerate(blocks):
            is_ended = number == len(blocks) - 1 or not is_streamed
            saved = usage if is_ended else usage._replace(output=1 + 2 * number)
            stop = ("tool_use" if calls else "end_turn") if is_ended else None
            content = {"content": [block], "stop_reason": stop, "stop_sequence": None}
            self.save_block({**message, **content}, saved, request, number)
        self.tree.truth.count_request(usage)
        self.context += usage.cache_creation
        self.spent = self.spent.plus(usage)
        return usage

    def thinking(self) -> list[dict]:
        if not self.tree.is_likely(self.thinking_share):
            return []
        thoughts, signature = self.tree.text.between(*self.thinking_lengths), self.tree.hexadecimal(300)
        return [{"type": "thinking", "thinking": thoughts, "signature": signature}]

    def words(self, calls: list[Call]) -> list[dict]:
        is_silent = calls and not self.tree.is_likely(0.7)
        return [] if is_silent else [{"type": "text", "text": self.tree.text.between(*self.words_lengths)}]

    def result(self, call: Call) -> None:
        answer = some_answer(self.tree, self.answer_share)
        block = {"tool_use_id": call.id, "type": "tool_result", "content": answer}
        if self.tree.is_likely(ERROR_SHARE):
            self.save_answer({**block, "is_error": True}, f"Error: {answer[:300]}")
        else:
            self.save_answer(block, answered(call, answer))

    def save_answer(self, block: dict, kept: dict | str) -> None:
        self.save({"type": "user", "message": {"role": "user", "content": [block]}}, toolUseResult=kept)

    def step(self, calls: list[Call]) -> None:
        self.request(calls)
        for call in calls:
            self.result(call)

    def some_calls(self) -> list[Call]:
        count = self.tree.chance.choices([1, 2, 3], [7, 2, 1])[0]
        return [some_call(self.tree, self.tool_names, self.cwd) for _ in range(count)]

    def subagent(self) -> None:
        """A call that launches a subagent, the subagent's own file, and the answer that it gives."""
        agent = self.tree.hexadecimal(self.agent_id_digits)
        prompt = self.tree.text.between(*self.prompt_lengths)
        asked = {"description": "Look into it", "prompt": prompt, "subagent_type": "general-purpose"}
        call = Call(self.tree.id("toolu_"), self.agent_tool, asked)
        self.request([call])
        with self.of_agent(agent) as own:
            own.agent, own.model = agent, self.agent_model
            own.work_as_agent(prompt, call)
            last = own.request([])
        self.now, self.spent = own.now, self.spent.plus(own.spent)
        content = [{"type": "text", "text": self.tree.text.between(*self.words_lengths)}]
        tokens = {"totalDurationMs": 60_000, "totalTokens": sum(last), "usage": self.usage_record(last)}
        kept = {"status": "completed", "prompt": prompt, "agentId": agent, "content": content, **tokens}
        self.save_answer({"tool_use_id": call.id, "type": "tool_result", "content": content}, kept)

    def work_as_agent(self, prompt: str, call: Call) -> None:
        """What a subagent does before its answer."""
        raise NotImplementedError
