"""Keys of services that programs talk to."""

import base64
import json

from planted.chance import BASE32, HEX, URL64, Chance
from planted.snippet import Form, Snippet, bare, named, token

BECH32 = "AC" "DEFGHJKLMNPQRSTUVWXYZ" "023456789"  # in capitals, without what looks alike
OLD_OPENAI = "T3Blbk" "FJ"


def slack_token(chance: Chance) -> Snippet:
    number = chance.number
    return bare(*chance.choice([
        (f"xox" f"b-{number(12)}-{number(13)}-", chance.some(24)),
        (f"xox" f"p-{number(12)}-{number(12)}-{number(13)}-", chance.hex(32)),
        (f"xox" f"a-2-{number(12)}-{number(12)}-{number(12)}-", chance.hex(32)),
        ("xox" "e.xox" "p-1-", chance.some(163)),
        ("xox" "e-1-", chance.some(147)),
        (f"xap" f"p-1-A{chance.some(10, BASE32)}-{number(13)}-", chance.hex(64)),
    ]))


def slack_webhook(chance: Chance) -> Snippet:
    secret = chance.some(24)
    names = "/".join(letter + chance.some(10, BASE32) for letter in "TB")
    address = f"https://hooks.slack.com/services/{names}/{secret}"
    if chance.random() < 0.2:
        return Snippet(f'"url": "{address}"'.replace("/", "\\/"), (secret,), ("url", address))
    return Snippet(address, (secret,), ("url", address))


def openai(chance: Chance) -> Snippet:
    halves = [chance.some(74, URL64) for _ in range(2)]
    return bare(*chance.choice([
        ("sk" "-", chance.some(20) + OLD_OPENAI + chance.some(20)),
        ("sk" "-proj-", OLD_OPENAI.join(halves)),
        ("sk" "-proj-", chance.some(48)),
        ("sk" "-svcacct-", OLD_OPENAI.join(halves)),
        ("sk" "-", chance.some(48)),
    ]))


def sendgrid(chance: Chance) -> Snippet:
    return bare("S" "G.", f"{chance.some(22, URL64)}.{chance.some(43, URL64)}")


def twilio_token(chance: Chance) -> Snippet:
    """An account's name, which all may know, and its token."""
    account, secret = "A" "C" + chance.hex(32), chance.hex(32)
    text = chance.choice([
        f"TWILIO_ACCOUNT_SID={account}\nTWILIO_AUTH_TOKEN={secret}",
        f'{{"accountSid": "{account}", "authToken": "{secret}"}}',
        f"twilio:\n  account_sid: {account}\n  auth_token: {secret}",
        f"const accountSid = '{account}';\nconst authToken = '{secret}';",
    ])
    return Snippet(text, (secret,), ("authToken", secret))


def moda(chance: Chance) -> Snippet:
    return bare("mod" "a_sk_", chance.some(chance.randint(32, 48)))


def moda_assignment(chance: Chance) -> Snippet:
    value = chance.some(chance.randint(32, 48))
    text = chance.choice(["MODA_API_KEY={}", "export MODA_API_KEY='{}'", "MODA_API_KEY={} moda-agent upload .",
                          'MODA_API_KEY: "{}"'])
    return Snippet(text.replace("{}", value), (value,), ("MODA_API_KEY", value))


def jwt(chance: Chance) -> Snippet:
    """Header, payload and signature. The payload begins with an id, in the middle of which it is looked for."""
    algorithm, length = chance.choice([("HS256", 43), ("RS256", 342), ("ES256", 86)])
    header = {"alg": algorithm, "typ": "JWT"}
    payload = {"jti": chance.some(30), "sub": chance.name(), "exp": int(chance.number(10))}
    parts = [base64.urlsafe_b64encode(json.dumps(part, separators=(",", ":")).encode()).decode().rstrip("=")
             for part in (header, payload)]
    signature = chance.some(length, URL64)
    text = ".".join([*parts, signature])
    return Snippet(text, (parts[1][12:44], signature), ("value", text), is_bare=True)


KINDS: dict[str, list[Form]] = {
    "GitHub": [*(token(f"gh{letter}_", 36) for letter in "pousr"),
               lambda chance: bare("github" "_pat_", f"{chance.some(22)}_{chance.some(59)}"),
               named(token("gh" "s_", 36), "https://x-access-token:{}@github.com/acme/shop.git",
                     "git clone https://{}@github.com/acme/shop")],
    "GitLab": [*(token(f"gl{letters}-", 20, URL64) for letters in ("pat", "dt", "rt", "soat", "cbt")),
               named(token("gl" "pat-", 20, URL64), "https://oauth2:{}@gitlab.com/acme/shop.git")],
    "age": [lambda chance: bare("AGE-SECRET" "-KEY-1", chance.some(58, BECH32))],
    "Slack token": [slack_token],
    "Slack webhook": [slack_webhook],
    "Stripe": [*(token(f"{kind}_{mode}_", length) for kind in ("sk", "rk") for mode, length in
                 (("live", 24), ("live", 99), ("test", 24))), token("whs" "ec_", 32)],
    "npm": [token("np" "m_", 36), named(token("np" "m_", 36), "//registry.npmjs.org/:_authToken={}")],
    "PyPI": [token("pyp" "i-AgEIcHlwaS5vcmc", 150, URL64)],
    "Anthropic": [token(f"sk-{'ant'}-{kind}-", 93, URL64, "AA") for kind in ("api03", "oat01", "admin01")],
    "OpenAI": [openai],
    "Hugging Face": [token("h" "f_", 34)],
    "Twilio key": [token("S" "K", 32, HEX)],
    "Twilio token": [twilio_token],
    "SendGrid": [sendgrid],
    "Moda": [moda],
    "MODA_API_KEY": [moda_assignment],
    "JWT": [jwt, named(jwt, "Cookie: session={}; theme=dark", '{"id_token":"{}"}')],
}
