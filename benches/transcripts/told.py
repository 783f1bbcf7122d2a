"""What client 2.1.330 tells a model whenever a process goes on with a session: system prompts, tools,
surroundings.

Keys, their order and the lengths of the texts are those of recorded transcripts, where long texts are cut at
400 characters. Uncut, the lines of prompts and shapes have 30 to 110 KB; so all texts are longer here.
"""

from typing import NamedTuple

from transcripts.text import Text

LONGEST = 400
UNCUT = 4  # times as long as recorded: prompts and shapes of 55 KB on average

# Of each property of a tool: its name, its type, the length of its description.
TOOLS = {
    "Agent": "description string 42, prompt string 33, subagent_type string 50, model string 358, "
             "effort string 341, run_in_background boolean 286, isolation string 221",
    "Bash": "command string 22, timeout number 70, description string 400, run_in_background boolean 181, "
            "dangerouslyDisableSandbox boolean 90",
    "Edit": "file_path string 39, old_string string 19, new_string string 63, replace_all boolean 53",
    "ListAgents": "channel string 41, q string 41, cursor string 96",
    "Read": "file_path string 37, offset integer 92, limit integer 83, pages string 113, "
            "allow_large boolean 281",
    "Skill": "skill string 71, args string 32",
    "Write": "file_path string 71, content string 32",
    "ReportFindings": "level string 30, findings array 60, file string 48, line integer 37, "
                      "summary string 23, short_summary string 96, failure_scenario string 42, "
                      "category string 110, verdict string 120, outcome string 130",
    "ScheduleWakeup": "delaySeconds number 98, reason string 136, prompt string 355, stop boolean 154, "
                      "noop boolean 307",
    "ToolSearch": "query string 99, max_results number 48",
    "Workflow": "script string 207, name string 105, description string 68, title string 62, "
                "args object 280, scriptPath string 329, resumeFromRunId string 400",
}
DEFERRED_TOOLS = [
    "CronCreate", "CronDelete", "CronList", "EnterWorktree", "ExitWorktree", "Monitor", "NotebookEdit",
    "SendMessage", "TaskCreate", "TaskGet", "TaskList", "TaskStop", "TaskUpdate", "WebFetch", "WebSearch",
]
AGENTS = {"claude": 132, "Explore": 400, "general-purpose": 309, "Plan": 364, "statusline-setup": 111}
SKILLS = [
    "dataviz", "update-config", "keybindings-help", "code-review", "simplify", "fewer-permission-prompts",
    "loop", "claude-api", "workflow-authoring", "run", "plugin-authoring", "init", "security-review",
]


class Attachment(NamedTuple):
    """With the length of what the model was shown for it, and as whose words."""

    content: dict
    shown: int
    role: str = "system"


class Uncut(NamedTuple):
    """Texts as long as they were before recorded ones were cut."""

    text: Text

    def of(self, recorded: int) -> str:
        return self.text.of(UNCUT * recorded)


class Told:
    """A system prompt of so many texts, and so many tools."""

    def __init__(self, text: Text, prompts: int, tools: int) -> None:
        self.text, self.chance = Uncut(text), text.chance
        self.prompts = [self.text.of(LONGEST) for _ in range(prompts)]
        self.tools = [self.tool(name, TOOLS[name]) for name in list(TOOLS)[:tools]]

    def tool(self, name: str, described: str) -> dict:
        properties = [one.split() for one in described.split(", ")]
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
                  "properties": {key: {"description": self.text.of(int(length)), "type": kind}
                                 for key, kind, length in properties},
                  "required": [key for key, *_ in properties[:2]], "additionalProperties": False}
        return {"name": name, "description": self.text.of(LONGEST), "input_schema": schema}

    def snapshot(self, has_tools: bool) -> dict:
        kept = [{"name": tool["name"], "description": tool["description"], "schema": tool}
                for tool in self.tools]
        tools = {"tools": kept, "cliPrefix": self.text.of(57)} if has_tools else {}
        return {"type": "prompt_snapshot", "systemPrompt": self.prompts, **tools, "reminderFold": False,
                "echoWireToolInputs": False, "contextRendering": "announced"}

    def shape(self) -> dict:
        system = [{"type": "text", "text": self.text.of(length)} for length in (62, LONGEST)]
        placeholder = {"name": "DeferredToolPlaceholder", "description": self.text.of(44),
                       "input_schema": {"type": "object"}}
        return {"system": system[-len(self.prompts) :], "tools": [*self.tools, placeholder]}

    def opening(self, cwd: str, model: str) -> list[Attachment]:
        """In the order in which they are saved."""
        of = self.text.of
        snapshot = {"workingDirectory": cwd, "isWorktree": False, "isGitRepo": True,
                    "additionalWorkingDirectories": [], "platform": "linux", "shell": "bash",
                    "osVersion": "Linux 6.1"}
        identity = {"modelId": model, "marketingName": "Sonnet 5.5", "knowledgeCutoff": "January 2026"}
        return [
            Attachment({"type": "environment", "snapshot": snapshot}, LONGEST),
            Attachment({"type": "model", "identity": identity, "text": of(136)}, 173),
            Attachment(deferred_tools(), LONGEST),
            Attachment(self.agent_listing(), LONGEST),
            Attachment(self.skill_listing(), LONGEST),
            self.tokens_reminder(),
            Attachment({"type": "session_context", "context": {"gitStatus": of(281)}}, LONGEST, "user"),
            Attachment({"type": "date", "date": "2026-11-02"}, 64),
            Attachment(self.remote_session(), LONGEST, "user"),
        ]

    def tokens_reminder(self) -> Attachment:
        return Attachment({"type": "total_tokens_reminder", "text": self.text.of(49)}, 86)

    def agent_listing(self) -> dict:
        return {"type": "agent_listing_delta", "addedTypes": list(AGENTS),
                "addedLines": [self.text.of(length) for length in AGENTS.values()],
                "builtInTypes": list(AGENTS), "builtInPluginTypes": [], "removedTypes": [],
                "isInitial": True, "showConcurrencyNote": True}

    def skill_listing(self) -> dict:
        digests = [f"{self.chance.getrandbits(64):016x}" for _ in SKILLS]
        return {"type": "skill_listing", "content": self.text.of(LONGEST), "skillCount": len(SKILLS),
                "isInitial": True, "names": SKILLS, "digests": digests}

    def remote_session(self) -> dict:
        return {"type": "remote_session_change", "url": None, "commit": self.text.of(55),
                "pr": self.text.of(62), "sendUserFileHint": False, "managedCommit": False, "managedPr": False}


def deferred_tools() -> dict:
    empty = ["removedNames", "wireHiddenNames", "readdedNames", "pendingMcpServers", "failedMcpServers"]
    return {"type": "deferred_tools_delta", "addedNames": DEFERRED_TOOLS, "addedLines": DEFERRED_TOOLS,
            **{name: [] for name in empty}}
