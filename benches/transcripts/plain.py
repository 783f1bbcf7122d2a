"""Trees for one question each: many small sessions, and sessions with one line that is as long as wanted."""

from transcripts.synthetic import Client2_0_76
from transcripts.tools import Call
from transcripts.tree import Tree

MODEL = "claude-sonnet-4-5-20250929"
LONG = "<the long text>"


class SmallSession(Client2_0_76):
    model, subagent_share = MODEL, 0.0


def write_small_session(tree: Tree) -> None:
    """One turn, of 6 to 20 lines."""
    with SmallSession.of_new_session(tree) as conversation:
        conversation.turn(steps=tree.chance.randint(1, 3))


class LongLine(Client2_0_76):
    """A turn with one call, in which one text is LONG: the long text is written in its place."""

    model = MODEL
    long_text = b""

    def write_bytes(self, line: bytes) -> None:
        super().write_bytes(line.replace(LONG.encode(), self.long_text))

    def turn_of(self, prompt: str, answer: str) -> None:
        call = Call(self.tree.id("toolu_"), "Bash", {"command": "cat log", "description": "Show the log"})
        self.save_prompt(prompt)
        self.request([call])
        block = {"tool_use_id": call.id, "type": "tool_result", "content": answer}
        self.save_answer(block, {"stdout": "", "stderr": "", "interrupted": False, "isImage": False})
        self.request([])


def write_long_prompt(tree: Tree, length: int) -> None:
    write_long_line(tree, length, prompt=LONG, answer="Nothing.")


def write_long_result(tree: Tree, length: int) -> None:
    write_long_line(tree, length, prompt="What is in the log?", answer=LONG)


def write_long_line(tree: Tree, length: int, prompt: str, answer: str) -> None:
    with LongLine.of_new_session(tree) as conversation:
        conversation.long_text = tree.text.encoded(length)
        conversation.turn_of(prompt, answer)
