"""What tools are asked and what they answer: the input of a call, and the result that the client keeps beside
the model's copy of it. A result is about as long as text that real tools print: most a few kB, some 50 kB.
"""

from typing import NamedTuple

from transcripts.tree import Tree

NAMES = ["Bash", "Read", "Edit", "Grep", "Glob", "Write", "TodoWrite", "WebFetch"]
LONGEST_ANSWER = 50_000


class Call(NamedTuple):
    id: str
    name: str
    input: dict

    def block(self) -> dict:
        return {"type": "tool_use", "id": self.id, "name": self.name, "input": self.input}


def some_call(tree: Tree, names: list[str], cwd: str) -> Call:
    name = tree.chance.choice(names)
    return Call(tree.id("toolu_"), name, asked(tree, name, cwd))


def asked(tree: Tree, name: str, cwd: str) -> dict:
    text, path = tree.text, f"{cwd}/src/part_{tree.chance.randrange(40)}.rs"
    match name:
        case "Bash":
            return {"command": text.between(20, 300), "description": text.of(40)}
        case "Read":
            return {"file_path": path}
        case "Edit":
            return {"file_path": path, "old_string": text.of(200), "new_string": text.of(300)}
        case "Write":
            return {"file_path": path, "content": text.between(300, 6000)}
        case "TodoWrite":
            states = ["completed", "in_progress", "pending"]
            return {
                "todos": [
                    {"content": text.of(50), "status": state, "activeForm": text.of(50)} for state in states
                ]
            }
        case "WebFetch":
            return {"url": f"https://docs.example.org/{tree.hexadecimal(8)}", "prompt": text.of(80)}
    return {"pattern": text.of(20), "path": "src"}


def some_answer(tree: Tree, share: float = 1.0) -> str:
    """Text of the length that tools print, or of a share of that length."""
    return tree.text.of(int(share * min(LONGEST_ANSWER, 200 + tree.chance.lognormvariate(8.2, 1.0))))


def answered(call: Call, answer: str) -> dict:
    """What the client keeps of an answer: the text once more, as fields."""
    lines = answer.count("\n") + 1
    match call.name:
        case "Bash":
            return {"stdout": answer, "stderr": "", "interrupted": False, "isImage": False}
        case "Read":
            kept = {"filePath": call.input["file_path"], "content": answer, "numLines": lines, "startLine": 1}
            return {"type": "text", "file": kept | {"totalLines": lines}}
        case "Edit":
            patch = {
                "oldStart": 1,
                "oldLines": 3,
                "newStart": 1,
                "newLines": 4,
                "lines": [" a", "-b", "+c", "+d"],
            }
            changes = {
                "filePath": call.input["file_path"],
                "oldString": answer[:200],
                "newString": answer[200:500],
            }
            kept = {
                "originalFile": answer,
                "structuredPatch": [patch],
                "userModified": False,
                "replaceAll": False,
            }
            return changes | kept
    return {"mode": "content", "numFiles": 0, "filenames": [], "content": answer, "numLines": lines}
