"""How Go's `%#v` prints a decoded YAML value: the server quotes keys that cannot be keys this way."""

from __future__ import annotations

from auditlint.text import scalars
from auditlint.text.nodes import Alias, Mapping, Node, Scalar, Sequence, content

_DEEPEST = 20


def go_syntax(node: Node, depth: int = 0) -> str:
    """Return the value of node as Go's `%#v` prints it; what is deeper than a message can hold is cut short."""
    value = content(node)
    if depth > _DEEPEST or (depth and isinstance(node, Alias)):
        return "..."
    if isinstance(value, Mapping):
        pairs = sorted([(_quoted(entry.name), go_syntax(entry.value, depth + 1)) for entry in value.entries])
        return "map[interface {}]interface {}{" + ", ".join([f"{key}:{item}" for key, item in pairs]) + "}"
    if isinstance(value, Sequence):
        return "[]interface {}{" + ", ".join([go_syntax(item, depth + 1) for item in value.items]) + "}"
    return _scalar(value)


def _scalar(node: Scalar) -> str:
    value = node.value
    if value is None:
        return "interface {}(nil)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return scalars.go_float(value)
    return _quoted(value) if isinstance(value, str) else str(value)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'
