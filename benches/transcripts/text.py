"""The text that transcripts are filled with: pieces of one pool of code and prose, as people and programs
write it, with quotes, backslashes, control characters and several scripts. Cutting a piece costs next to
nothing.
"""

import json
import random

POOL_WORDS = 400_000
PIECE = 100_000
WORDS = """
let mut parser = Parser::new(&input); match self.next() { Some(token) => Ok(token), None => Err(Error::Eof), }
const total = items.reduce((sum, item) => sum + item.price, 0); return `${total}` if (!response.ok) throw
def main() -> int: for path in sorted(folder.glob("*.json")): print(f'{path.name}: {count}')
error[E0502]: cannot borrow `cache` as mutable src/cache.rs:214:17 C:\\Users\\ada <td class="sum">12,50 €</td>
the test fails because a second writer holds the lock; retry once it was released, then look at the log again
Grüße von überall naïve déjà-vu 東京都 こんにちは добрый день ✓ → … 🎉 "quoted \\"twice\\"" 0x7fffd5e8 100%
""".split()
LINE_BREAKS = ["\n    ", "\n\t\t"]
LINE_BREAK_SHARE = 0.09


class Text:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        words = (1 - LINE_BREAK_SHARE) / len(WORDS)
        weights = [words] * len(WORDS) + [LINE_BREAK_SHARE / len(LINE_BREAKS)] * len(LINE_BREAKS)
        self.pool = " ".join(chance.choices(WORDS + LINE_BREAKS, weights, k=POOL_WORDS))

    def of(self, length: int) -> str:
        start = self.chance.randrange(len(self.pool) - length)
        return self.pool[start : start + length]

    def between(self, least: int, most: int) -> str:
        return self.of(self.chance.randint(least, most))

    def encoded(self, length: int) -> bytes:
        """About so many bytes of text as it stands in a JSON string: one piece over and over."""
        piece = json.dumps(self.of(PIECE), ensure_ascii=False)[1:-1].encode()
        return piece * (length // len(piece))
