"""All kinds of look-alikes."""

from planted import harmless_code, harmless_digests, harmless_words
from planted.snippet import Form

KINDS: dict[str, list[Form]] = {
    kind: forms for module in (harmless_digests, harmless_code, harmless_words) for kind, forms in module.KINDS.items()
}
