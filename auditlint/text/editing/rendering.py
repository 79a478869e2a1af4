"""Values as YAML and JSON text, in the style of the document that they are written into."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from auditlint.text import scalars
from auditlint.text.nodes import Mapping, Scalar, Sequence, content, is_empty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.change import Content
    from auditlint.text.editing.site import Site
    from auditlint.text.nodes import Content as NodeContent
    from auditlint.text.nodes import Node

_PLAIN = re.compile(
    r"""(?![-?:](?:\s|$)|---|\.\.\.)[^\s,\[\]{}#&*!|>'"%@`]"""
    r"""(?:[^\s,\[\]{}:#]|:(?![\s,\[\]{}]|$)|(?<=\S)\#|[ ](?=[^\s#]))*"""
)
"""A scalar that is the same with and without quotes, in block and in flow style."""
_SHOWN = re.compile(r"[\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*")
"""Characters that a scalar in single quotes may hold."""
DOUBLE, SINGLE, PLAIN = '"', "'", ""


class Style(NamedTuple):
    """How the lists and mappings of a document are written."""

    json: bool = False
    item_quote: str = DOUBLE
    """What is around the strings in lists."""
    value_quote: str = PLAIN
    """What is around the strings behind keys."""
    flow_lists: bool = True
    """Lists of scalars stand in brackets."""
    flow_entries: bool = False
    """Lists of mappings stand in brackets."""
    offset: int = 2
    """How many blanks more than a key the dashes of its list have."""
    step: int = 2
    """How many blanks more than a key the keys of its mapping have."""


def style_of(site: Site, root: Node | None) -> Style:
    """Return how most lists and mappings of a document are written."""
    if site.json:
        return Style(json=True)
    seen: Counter[tuple[str, object]] = Counter({("flow_lists", True): 1})  # one list of lines is no habit yet
    for node, key_column in _collections(root):
        _look_at(site, node, key_column, seen)

    def most(what: str, default: object) -> object:
        found = [(number, value) for (name, value), number in seen.items() if name == what]
        return max(found, key=lambda pair: pair[0])[1] if found else default

    default = Style()
    return Style(
        item_quote=str(most("item_quote", default.item_quote)),
        value_quote=str(most("value_quote", default.value_quote)),
        flow_lists=bool(most("flow_lists", default.flow_lists)),
        flow_entries=bool(most("flow_entries", default.flow_entries)),
        offset=int(str(most("offset", default.offset))),
        step=int(str(most("step", default.step))),
    )


def _collections(root: Node | None) -> Iterator[tuple[Sequence | Mapping, int | None]]:
    """Yield the collections of a document, each with the column of the key that it is the value of."""
    waiting: list[tuple[NodeContent, int | None]] = [] if root is None else [(content(root), None)]
    seen: set[int] = set()
    while waiting:
        node, column = waiting.pop()
        if isinstance(node, Scalar) or id(node) in seen:
            continue
        seen.add(id(node))
        yield node, column
        if isinstance(node, Mapping):
            waiting += [(content(entry.value), entry.key.column) for entry in node.entries]
        else:
            waiting += [(content(item), None) for item in node.items]


def _look_at(site: Site, node: Sequence | Mapping, key_column: int | None, seen: Counter[tuple[str, object]]) -> None:
    flow = site.is_flow(node)
    if isinstance(node, Mapping):
        if not flow and key_column is not None and node.first is not None:
            seen["step", max(node.first.column - key_column, 1)] += 1
        strings = [value for entry in node.entries if isinstance(value := entry.value, Scalar)]
        seen.update(("value_quote", one.style) for one in strings if _is_word(one))
        return
    items = [content(item) for item in node.items]
    if items and all(isinstance(item, Scalar) for item in items):
        seen["flow_lists", flow] += 1
        strings = [item for item in items if isinstance(item, Scalar)]
        seen.update(("item_quote", one.style) for one in strings if _is_word(one))
    elif items and key_column is not None and key_column > 1:
        seen["flow_entries", flow] += 1
    if not flow and key_column is not None:
        seen["offset", max(node.column - key_column, 0)] += 1


def _is_word(node: Scalar) -> bool:
    """Tell whether a scalar is a string that could stand without quotes: only of such the quotes are a habit."""
    return isinstance(node.value, str) and not is_empty(node) and node.style in {DOUBLE, SINGLE, PLAIN}


def scalar(value: Content, quote: str, *, as_json: bool) -> str:
    """Return a scalar as text; a string in these quotes, or in others where it needs them."""
    if not isinstance(value, str):
        return json.dumps(value)
    if as_json:
        return json.dumps(value, ensure_ascii=False)
    if quote == PLAIN and is_plain(value):
        return value
    if quote == SINGLE and _SHOWN.fullmatch(value):
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=False)


def is_plain(text: str) -> bool:
    """Tell whether a string stays one without quotes."""
    return _PLAIN.fullmatch(text) is not None and scalars.resolve_plain(text) == text


def flow(value: Content, style: Style, quote: str | None = None) -> str:
    """Return a value on one line, the strings in these quotes."""
    if isinstance(value, list):
        inner = style.item_quote if quote is None else quote
        return "[" + ", ".join(flow(item, style, inner) for item in value) + "]"
    if isinstance(value, tuple):
        colon = ": "
        return "{" + ", ".join(_key(key, style) + colon + flow(one, style) for key, one in value) + "}"
    return scalar(value, style.value_quote if quote is None else quote, as_json=style.json)


def lines(value: Content, style: Style) -> list[str]:
    """Return the lines of a value in block style, the first of which may stand behind a dash."""
    if isinstance(value, tuple) and value:
        return [line for key, inner in value for line in entry_lines(key, inner, style)]
    if isinstance(value, list) and value and not _in_brackets(value, style):
        return [line for item in value for line in item_lines(item, style, style.item_quote)]
    return [flow(value, style)]


def item_lines(value: Content, style: Style, quote: str) -> list[str]:
    """Return the lines of a list's item with its dash; a string in these quotes."""
    if not isinstance(value, (list, tuple)):
        return [f"- {scalar(value, quote, as_json=style.json)}"]
    first, *others = lines(value, style)
    return [f"- {first}", *(f"  {line}" for line in others)]


def entry_lines(key: str, value: Content, style: Style) -> list[str]:
    """Return the lines of a key and its value."""
    name = _key(key, style)
    if isinstance(value, (list, tuple)) and value and not (isinstance(value, list) and _in_brackets(value, style)):
        blanks = " " * (style.offset if isinstance(value, list) else style.step)
        return [f"{name}:", *(blanks + line for line in lines(value, style))]
    return [f"{name}: {flow(value, style)}"]


def _in_brackets(value: list[Content], style: Style) -> bool:
    return style.flow_entries if any(isinstance(item, (list, tuple)) for item in value) else style.flow_lists


def _key(key: str, style: Style) -> str:
    return scalar(key, PLAIN, as_json=style.json)
