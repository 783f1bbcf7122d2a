"""Positions in what people and models say, and in what the client puts into their mouths."""

from planted.position import Position, a_line
from planted.snippet import Snippet
from planted.transcript import Transcript


def prompt(transcript: Transcript, _: Snippet, text: str) -> None:
    transcript.prompt(text)
    transcript.answer("Done.")


def prompt_in_blocks(transcript: Transcript, _: Snippet, text: str) -> None:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}
    transcript.prompt([{"type": "text", "text": "Look at this."}, image, {"type": "text", "text": text}])
    transcript.answer("Done.")


def queued(transcript: Transcript, _: Snippet, text: str) -> None:
    transcript.turn()
    transcript.call("Bash", {"command": "make"})
    transcript.note({"type": "queue-operation", "operation": "enqueue", "content": text})
    attachment = {"type": "queued_command", "prompt": text, "commandMode": "prompt"}
    transcript.save({"type": "attachment", "attachment": attachment})
    transcript.answer("That, too.")


def slash_command(transcript: Transcript, _: Snippet, text: str) -> None:
    tags = "<command-message>deploy</command-message>\n<command-name>/deploy</command-name>\n"
    transcript.prompt(f"{tags}<command-args>{text}</command-args>")
    transcript.answer("Done.")


def shell_command(transcript: Transcript, _: Snippet, text: str) -> None:
    transcript.prompt(f"<bash-input>{text}</bash-input>")
    transcript.user("<bash-stdout>ok</bash-stdout><bash-stderr></bash-stderr>")
    transcript.answer("Done.")


def shell_output(transcript: Transcript, _: Snippet, text: str) -> None:
    transcript.prompt("<bash-input>cat notes</bash-input>")
    transcript.user(f"<bash-stdout>{text}</bash-stdout><bash-stderr></bash-stderr>")
    transcript.answer("Done.")


def command_output(transcript: Transcript, _: Snippet, text: str) -> None:
    tags = "<command-name>/context</command-name>\n<command-message>context</command-message>\n"
    transcript.prompt(f"{tags}<command-args></command-args>")
    transcript.user(f"<local-command-stdout>{text}</local-command-stdout>")


def local_command(transcript: Transcript, _: Snippet, text: str) -> None:
    """A command as newer clients save some."""
    content = f"<command-name>/review</command-name>\n<command-args>{text}</command-args>"
    transcript.save({"type": "system", "subtype": "local_command", "content": content, "level": "info"})
    transcript.steps = 0
    transcript.answer("Done.")


def notification(transcript: Transcript, _: Snippet, text: str) -> None:
    """A background task tells its result."""
    tags = "<task-id>b1</task-id>\n<status>completed</status>\n<summary>Command completed</summary>\n"
    transcript.prompt(f"<task-notification>\n{tags}<result>{text}</result>\n</task-notification>",
                      origin={"kind": "task-notification"}, turnOrigin="task_notification")
    transcript.answer("Done.")


def reminder(transcript: Transcript, _: Snippet, text: str) -> None:
    """What the client adds before the prompt; it is no part of that."""
    transcript.prompt([{"type": "text", "text": f"<system-reminder>{text}</system-reminder>"},
                       {"type": "text", "text": "Fix it."}])
    transcript.answer("Done.")


def injected(transcript: Transcript, _: Snippet, text: str) -> None:
    transcript.turn()
    transcript.call("Skill", {"skill": "deploy"})
    transcript.user(text, isMeta=True)
    transcript.answer("Done.")


def summary_of_compaction(transcript: Transcript, _: Snippet, text: str) -> None:
    transcript.turn()
    transcript.call("Bash", {"command": "make"})
    transcript.save({"type": "system", "subtype": "compact_boundary", "content": "Conversation compacted",
                     "compactMetadata": {"trigger": "auto", "preTokens": 160000}})
    transcript.user(f"This session is being continued from a previous conversation.\n{text}", isCompactSummary=True,
                    isVisibleInTranscriptOnly=True, turnOrigin="human")
    transcript.answer("I go on.")


def answer(transcript: Transcript, _: Snippet, text: str) -> None:
    transcript.turn()
    transcript.answer(text)


def second_text(transcript: Transcript, _: Snippet, text: str) -> None:
    transcript.turn()
    transcript.request({"type": "text", "text": "I look first.\n"}, {"type": "text", "text": text})


def thinking(transcript: Transcript, _: Snippet, text: str) -> None:
    transcript.turn()
    transcript.request({"type": "thinking", "thinking": text, "signature": "c2ln"}, {"type": "text", "text": "Done."})


def api_error(transcript: Transcript, _: Snippet, text: str) -> None:
    transcript.prompt("Try it.")
    transcript.failed(f"API Error: 400 {text}")


POSITIONS = [
    Position("prompt: text", prompt),
    Position("prompt: in blocks", prompt_in_blocks),
    Position("prompt: queued", queued),
    Position("prompt: task notification", notification),
    Position("prompt: reminder before it", reminder),
    Position("prompt: injected", injected),
    Position("prompt: summary of a compaction", summary_of_compaction),
    Position("command: arguments of a slash command", slash_command, a_line),
    Position("command: local command", local_command, a_line),
    Position("command: shell command", shell_command, a_line),
    Position("command: output of a shell command", shell_output),
    Position("command: output of a slash command", command_output),
    Position("answer: text", answer),
    Position("answer: second text", second_text),
    Position("thinking: text", thinking),
    Position("error: of the API", api_error),
]
