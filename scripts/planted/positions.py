"""All positions."""

from planted import beside, borders, escaped, said, split, tools

POSITIONS = [position for module in (said, tools, beside, borders, split, escaped) for position in module.POSITIONS]
