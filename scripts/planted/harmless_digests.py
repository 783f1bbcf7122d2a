"""Look-alikes that are as random as secrets: digests, ids, pictures, public keys."""

import base64

from planted.chance import BASE64, Chance
from planted.pem import DASHES
from planted.snippet import Form, Snippet
from planted.templates import texts

PNG = "iVBORw0KGgoAAAANSUhEUgAA"


def block(label: str, lines: int) -> Form:
    """Makes what is public and stands in the same kind of block as private keys."""

    def make(chance: Chance) -> Snippet:
        body = [chance.some(64, BASE64) for _ in range(lines)] + [chance.some(43, BASE64) + "="]
        line_break = chance.choice(["\n", "\n", "\\n"])
        return Snippet(line_break.join([f"{DASHES}BEGIN {label}{DASHES}", *body, f"{DASHES}END {label}{DASHES}"]))

    return make


def hex_dump(chance: Chance) -> Snippet:
    rows = []
    for row in range(6):
        data = chance.randbytes(16)
        shown = "".join(chr(byte) if 32 < byte < 127 else "." for byte in data)
        rows.append(f"{row * 16:08x}: {data.hex(' ', 2)}  {shown}")
    return Snippet("\n".join(rows))


def picture(chance: Chance) -> Snippet:
    data = PNG + chance.some(chance.randint(200, 1200) * 4, BASE64)
    return Snippet(chance.choice([f"data:image/png;base64,{data}", f'<img src="data:image/png;base64,{data}">',
                                  f"![](data:image/png;base64,{data}==)"]))


def unsigned(chance: Chance) -> Snippet:
    """JSON in base64, without a signature."""
    return Snippet("eyJ2ZXJzaW9uIjoz" + base64.b64encode(chance.randbytes(60)).decode().replace("+", "A") + ".map")


KINDS: dict[str, list[Form]] = {
    "git": texts(r"""
commit {hex40}\nAuthor: Ada <ada@example.com>
{hex7} {word}: fix the {word}
index {hex7}..{hex7} 100644
HEAD is now at {hex9} Merge {word}
git show {hex40}:src/{word}.rs
https://github.com/acme/{word}/commit/{hex40}
{hex40} refs/heads/{word}
"""),
    "digest": texts(r"""
{hex64}  {word}-{version}.tar.gz
sha256:{hex64}
MD5 ({word}.iso) = {hex32}
ghcr.io/acme/{word}@sha256:{hex64}
Digest: sha256:{hex64}\nStatus: Downloaded
"etag": "W/\"{hex32}\""
cache key {word}-{hex64}
"""),
    "lock file": texts(r"""
"integrity": "sha512-{base86}==",
"integrity": "sha1-{base27}="
[[package]]\nname = "{package}"\nversion = "{version}"\nchecksum = "{hex64}"
github.com/acme/{word} v{version} h1:{base43}=\ngithub.com/acme/{word} v{version}/go.mod h1:{base43}=
{package}=={version} --hash=sha256:{hex64} --hash=sha256:{hex64}
resolved "https://registry.yarnpkg.com/{package}/-/{package}-{version}.tgz#{hex40}"
{file = "{package}-{version}.whl", hash = "sha256:{hex64}"},
"""),
    "id": texts(r"""
{uuid}
"sessionId":"{uuid}"
msg_01{alnum22}
toolu_01{alnum22}
"requestId": "req_01{alnum22}"
request_id={uuid}
token_id: {uuid}
traceparent: 00-{hex32}-{hex16}-01
span_id={hex16}
arn:aws:iam::{number12}:role/{word}-{word}
container {hex64} exited
acct_{alnum16}
projects/{word}-{number6}/locations/eu
"""),
    "picture": [picture, *texts(r"""
iVBORw0KGgo{base300}
data:font/woff2;base64,d09GMgAB{base400}
""")],
    "hex dump": [hex_dump, *texts(r"""
0x{hex16} 0x{hex16} 0x{hex16}
{hex2} {hex2} {hex2} {hex2} {hex2} {hex2}
""")],
    "public key": [block("PUBLIC KEY", 5), block("CERTIFICATE", 14), block("PGP PUBLIC KEY BLOCK", 8),
                   block("CERTIFICATE REQUEST", 8), *texts(r"""
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{base43} ada@laptop
ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ{base340}== grace@{word}
SHA256:{base43} {host} (ED25519)
{host} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{base43}
""")],
    "source map": [unsigned, *texts(r"""
//# sourceMappingURL={word}.{hex20}.js.map
main.{hex8}.chunk.js
"mappings":"AAAA,{alnum6},IAAM,CAAC,{alnum5},GAAG"
""")],
}
