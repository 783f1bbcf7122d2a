"""All positions."""

from planted import beside, borders, escaped, said, tools

POSITIONS = [position for module in (said, tools, beside, borders, escaped) for position in module.POSITIONS]
