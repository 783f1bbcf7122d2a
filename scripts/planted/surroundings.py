"""What a secret stands in the middle of: prose, markdown, colours, the output of tools."""

from planted.chance import Chance
from planted.snippet import Snippet

# Around anything, of several lines, too.
ANYTHING = ["{}", "{}\n", "Here it is:\n\n{}\n\nUse it.", "```\n{}\n```\n", "```sh\n{}\n```", "<file>\n{}\n</file>",
            "\x1b[32m{}\x1b[0m\n"]
# Around a line.
LINES = ["This is what I have: {}", "- {}\n- nothing else", "`{}`", "**{}**", "({})", "     7→{}\n     8→",
         "    12\t{}", "+{}\n-", "config/.env:3:{}", "\x1b[1m\x1b[35m.env\x1b[0m\x1b[36m:\x1b[0m{}\x1b[0m",
         "| setting | {} |", "<code>{}</code>", "$ {}\n", "2026-03-01T10:00:00Z INFO  {} (main.rs:12)", "# {}",
         "    {}\n", "> {}", "{}, right?"]
# Around a word that is known by how it looks.
WORDS = ["'{}'", '"{}"', "https://example.com/callback?state=1&access_token={}&page=2", "use {}.", "a,{},b",
         '{"value": "{}"}', '{\\"value\\": \\"{}\\"}', "\x1b[31m{}\x1b[0m", "run --with={} --all", "x={};", "[{}](#a)",
         "_{}_", "<b>{}</b>", "({}),", "old: {} new: none", "{}\\n", "\u201c{}\u201d", "→{}",
         "キーは{}です", "key:{}", "\t{}\r\n"]


def surrounded(snippet: Snippet, chance: Chance) -> str:
    """The snippet in the middle of something that may stand around it."""
    templates = ANYTHING + (LINES if snippet.is_line else []) + 2 * (WORDS if snippet.is_bare else [])
    return chance.choice(templates).replace("{}", snippet.text)


def at_border(snippet: Snippet, border: int, chance: Chance) -> str:
    """A text that is cut after so many characters, in the middle of the secret.

    That begins just before the border, so that enough of it to be known is left, or ends just after it.
    """
    first, last = snippet.secrets[0], snippet.secrets[-1]
    begin, end = snippet.text.index(first), snippet.text.rindex(last) + len(last)
    places = [border - begin - min(len(first), chance.randint(14, 20)), border + chance.randint(1, 3) - end]
    before = chance.choice([place for place in places if place >= 0] or [0])
    return chance.prose(before) + snippet.text + "\n" + chance.prose(300)
