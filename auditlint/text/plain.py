"""Node trees as plain values, for code that knows nothing of places."""

from __future__ import annotations

from auditlint.text.nodes import Mapping, Node, Scalar, Sequence, bottom_up, content

Plain = bool | float | str | list["Plain"] | tuple[tuple[str, "Plain"], ...] | None
"""A mapping is a tuple of (key, value) pairs in the order the server applies them, duplicates kept."""


def plain(node: Node | None) -> Plain:
    """Return the node as builtins; what several aliases stand for is one shared object."""
    if node is None:
        return None
    root = content(node)
    if isinstance(root, Scalar):
        return root.value
    built: dict[int, Plain] = {}
    for collection in bottom_up(root, built):
        built[id(collection)] = _build(collection, built)
    return built[id(root)]


def _build(node: Sequence | Mapping, built: dict[int, Plain]) -> Plain:
    if isinstance(node, Sequence):
        return [_value(item, built) for item in node.items]
    return tuple([(entry.name, _value(entry.value, built)) for entry in node.entries])


def _value(node: Node, built: dict[int, Plain]) -> Plain:
    part = content(node)
    return part.value if isinstance(part, Scalar) else built[id(part)]
