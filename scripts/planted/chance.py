"""Made-up characters and words: seeded, so that a run can be repeated."""

import random
import string

ALNUM = string.ascii_letters + string.digits
HEX = string.digits + "abcdef"
BASE32 = string.ascii_uppercase + "234567"
BASE64 = ALNUM + "+/"
URL64 = ALNUM + "-_"
PUNCTUATED = ALNUM + "!*-_."
CLASSES = [string.ascii_lowercase, string.ascii_uppercase, string.digits]
NAMES = ["ada", "grace", "linus", "radia", "barbara", "edsger", "donald", "frances", "service", "reporting"]
WORDS = ["orders", "billing", "search", "mailer", "upload", "report", "stock", "basket", "ledger", "queue", "shop",
         "video", "photo", "route", "weather", "ticket", "invoice", "archive", "console", "worker"]
PROSE = """the test fails since the last change and the log says that a second writer holds the lock so wait until
it is let go then look again at what it wrote é über 東京 🦀 and say if the sum is right for all of them or not""".split()


class Chance(random.Random):
    def some(self, count: int, alphabet: str = ALNUM) -> str:
        """So many characters, of all classes that the alphabet has: what nobody would think up."""
        wanted = [each for each in CLASSES if set(each) & set(alphabet)] if count >= 8 else []
        while True:
            text = "".join(self.choices(alphabet, k=count))
            if all(set(text) & set(each) for each in wanted):
                return text

    def hex(self, count: int) -> str:
        return self.some(count, HEX)

    def number(self, digits: int) -> str:
        return str(self.randrange(10 ** (digits - 1), 10 ** digits))

    def word(self) -> str:
        return self.choice(WORDS)

    def name(self) -> str:
        return self.choice(NAMES)

    def host(self) -> str:
        places = ["internal", "example.com", "eu-west-1.example.net", "svc.cluster.local"]
        return f"{self.word()}-{self.randrange(99)}.{self.choice(places)}"

    def uuid(self) -> str:
        digits = self.hex(32)
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"

    def prose(self, length: int) -> str:
        """So many characters of short words. It begins at a word and ends with a line break."""
        text = ""
        while len(text) < length:
            text += " ".join(self.choices(PROSE, k=40)) + " "
        return text[: length - 1] + "\n" if length else ""

    def value(self) -> str:
        """What a program takes for a secret when it makes one up."""
        kinds = [(self.randint(20, 44), ALNUM), (self.choice([32, 40, 64]), HEX), (self.randint(24, 48), URL64),
                 (self.choice([32, 40]), BASE64)]
        return self.some(*self.choice(kinds))

    def password(self) -> str:
        """What a manager of passwords makes up."""
        return self.some(self.randint(10, 28), self.choice([ALNUM, ALNUM, PUNCTUATED]))
