"""How Go's `%#v` prints a decoded YAML value: the server quotes keys that cannot be keys this way."""

from __future__ import annotations

from auditlint.text import scalars
from auditlint.text.nodes import Alias, Mapping, Node, Scalar, Sequence, content

_DEEPEST = 20
_LONGEST = 400


def go_syntax(node: Node) -> str:
    """Return the value of node as Go's `%#v` prints it, cut short where it is too long for a message."""
    printed = _print(node, 0)
    return printed if len(printed) <= _LONGEST else printed[:_LONGEST] + "..."


def _print(node: Node, depth: int) -> str:
    value = content(node)
    if depth > _DEEPEST or (depth and isinstance(node, Alias)):
        return "..."
    if isinstance(value, Mapping):
        pairs = sorted([(_quoted(entry.name), _print(entry.value, depth + 1)) for entry in value.entries])
        return "map[interface {}]interface {}{" + ", ".join([f"{key}:{item}" for key, item in pairs]) + "}"
    if isinstance(value, Sequence):
        return "[]interface {}{" + ", ".join([_print(item, depth + 1) for item in value.items]) + "}"
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
