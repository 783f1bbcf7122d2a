"""All kinds of secrets, with the forms that each of them has."""

from planted import addresses, assignments, cloud, headers, pem, services
from planted.snippet import Form

KINDS: dict[str, list[Form]] = {
    kind: forms for module in (cloud, services, pem, addresses, headers, assignments)
    for kind, forms in module.KINDS.items()
}
