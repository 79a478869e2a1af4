"""A configuration file as it is written: its values, and the line of each, from YAML and from TOML."""

from __future__ import annotations

import os
import re
import sys

from auditlint.errors import ConfigError
from auditlint.records import NamedTuple
from auditlint.text import source
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from auditlint.text.nodes import Node

Steps = tuple[str | int, ...]
"""The way to a value: keys as `str`, list indexes (from 0) as `int`."""
_DEEPEST = 20
_TOO_DEEP = "nested too deep for a configuration"
_TABLE, _NAME = b"tool.auditlint", b"auditlint"
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_DIGITS = re.compile(rb"\d{4000}")
_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]\]?\s*(?:#.*)?$")
_ASSIGNED = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_KEY = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


class Number(str):
    """A number with a point as TOML has it, as it is written."""

    __slots__ = ()


class Document(NamedTuple):
    """The settings of a file; those of YAML are texts as they are written: 1.30 stays 1.30, and off stays off."""

    path: str
    values: Mapping[str, Any]
    lines: Mapping[Steps, int]
    """The line of a value's key, or of a list item, where it is known."""
    empty: tuple[str, ...] = ()
    """The names of settings without a value, which is as if they were absent."""

    def line(self, steps: Steps) -> int:
        """Return the line of a value, or of what it is in."""
        while steps not in self.lines and steps:
            steps = steps[:-1]
        return self.lines.get(steps, 1)

    def where(self, steps: Steps) -> str:
        """Return file and line of a value."""
        return f"{self.path}:{self.line(steps)}"

    def error(self, steps: Steps, message: str) -> ConfigError:
        """Return what is said of a bad value."""
        place = "/".join(str(step) for step in steps)
        return ConfigError(f"{self.where(steps)}: {place}: {message}" if place else f"{self.where(steps)}: {message}")


def read(path: str) -> Document | None:
    """Return what a file says to auditlint, None if it says nothing; ConfigError where it cannot be read."""
    try:
        content = source.read_file(path)
    except source.UnreadableError as error:
        raise ConfigError(f"{path}: {error.reason}") from None
    values, lines = _toml(content, path) if path.endswith(".toml") else _yaml(content, path)
    if values is None:
        return None
    if not isinstance(values, dict):
        raise ConfigError(f"{path}:{lines.get((), 1)}: the configuration is not a mapping of settings")
    given = {key: value for key, value in values.items() if value is not None}
    return Document(path, given, lines, tuple(key for key in values if key not in given))


def says_something(path: str) -> bool:
    """Tell whether a file of TOML has a table for auditlint; also where it cannot be read, for that is to be told."""
    try:
        content = source.read_file(path)
    except source.UnreadableError:
        return not os.path.isdir(path)
    if _TABLE in content or _NAME not in content:
        return _TABLE in content
    try:
        return _toml(content, path)[0] is not None
    except ConfigError:  # it is not for us to say
        return False


def _toml(content: bytes, path: str) -> tuple[Any, dict[Steps, int]]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        tools = tomllib.loads(content.decode(), parse_float=Number).get("tool", {})
    except ValueError as error:  # also numbers of thousands of digits
        raise ConfigError(_not_toml(content, path, str(error))) from None
    except RecursionError:
        number, _ = max(enumerate(content.splitlines(), 1), key=lambda line: line[1].count(b"[") + line[1].count(b"{"))
        raise ConfigError(f"{path}:{number}: {_TOO_DEEP}") from None
    if not isinstance(tools, dict):
        number = next((number for number, line in enumerate(content.splitlines(), 1) if line.startswith(b"tool")), 1)
        raise ConfigError(f"{path}:{number}: tool is not a table of settings")
    return tools.get("auditlint"), dict(_lines_of_toml(content.decode()))


def _not_toml(content: bytes, path: str, said: str) -> str:
    """Return what the reader of TOML says, with the line in front."""
    if found := _AT_LINE.search(said):
        return f"{path}:{found[1]}: {said[: found.start()]}"
    digits = _DIGITS.search(content)
    line = content.count(b"\n", 0, digits.start()) + 1 if digits else 1
    return f"{path}:{line}: {said}"


def _lines_of_toml(text: str) -> Iterator[tuple[Steps, int]]:
    """Yield the lines of tables and keys for auditlint, as far as a look at single lines tells."""
    table: Steps = ()
    number_of: dict[Steps, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _names(header[2])
            if header[1] == "[[":
                number_of[table] = number_of.get(table, -1) + 1
                table = (*table, number_of[table])
            else:
                table = next((
                    (*known, last, *table[len(known) :])
                    for known, last in number_of.items()
                    if table[: len(known)] == known
                ), table)  # fmt: skip
            found = table
        elif assigned := _ASSIGNED.match(line):
            found = (*table, *_names(assigned[1]))
        else:
            continue
        if found[:2] == ("tool", "auditlint"):
            yield found[2:], number


def _names(text: str) -> Steps:
    return tuple(name.strip("\"'") for name in _KEY.findall(text))


def _yaml(content: bytes, path: str) -> tuple[Any, dict[Steps, int]]:
    """Return the document and its lines; a setting without a value is None."""
    from auditlint.text.nodes import Mapping
    from auditlint.text.yaml_reader import read_yaml

    stream = read_yaml(content)
    if stream.error is not None:
        raise ConfigError(f"{path}:{stream.error.span.line}: {stream.error.message}")
    root = stream.documents[0].root if stream.documents else None
    if root is None:
        return None, {}
    lines: dict[Steps, int] = {(): root.span.line}
    document = _as_written(root, path, (), lines)
    if isinstance(root, Mapping):
        document |= {entry.name: None for entry in root.entries if _is_null(entry.value)}
    return document, lines


def _is_null(node: Node | None) -> bool:
    from auditlint.text.nodes import Scalar

    return isinstance(node, Scalar) and node.plain and node.value is None


def _as_written(node: Node, path: str, steps: Steps, lines: dict[Steps, int]) -> Any:
    from auditlint.text.nodes import Alias, Mapping, Sequence

    if isinstance(node, Alias):
        raise ConfigError(f"{path}:{node.span.line}: aliases are not taken in a configuration")
    if len(steps) > _DEEPEST:
        raise ConfigError(f"{path}:{node.span.line}: {_TOO_DEEP}")
    if isinstance(node, Sequence):
        items = [((*steps, index), item) for index, item in enumerate(node.items)]
        lines.update({at: item.span.line for at, item in items})
        return [_as_written(item, path, at, lines) for at, item in items]
    if not isinstance(node, Mapping):
        return node.text
    document: dict[str, Any] = {}
    for entry in node.entries:
        if entry.name in document:
            raise ConfigError(f'{path}:{entry.key.span.line}: "{entry.name}" is set twice')
        at = (*steps, entry.name)
        lines[at] = entry.key.span.line
        document[entry.name] = _as_written(entry.value, path, at, lines)
    return document
